-- name: own_held
-- How many rows of each batch wait yet, and since when, for whoever speaks for its provider; nothing of the rows.
CREATE OR REPLACE FUNCTION records_own_held() RETURNS TABLE (batch_id bigint, rows bigint, since timestamptz) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.batch_id, count(*), min(w.since) FROM records_waiting w
    WHERE w.provider_id = (SELECT s.organisation FROM identity_speaker() s) GROUP BY w.batch_id
$$;

-- name: held_of
-- How many rows of one batch wait yet, and since when, for whoever speaks for its provider.
CREATE OR REPLACE FUNCTION records_held_of(batch bigint, OUT rows bigint, OUT since timestamptz) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*), min(w.since) FROM records_waiting w
    WHERE w.batch_id = batch AND w.provider_id = (SELECT s.organisation FROM identity_speaker() s)
$$;

-- name: weeks
-- Week by week, how many rows were decided, how many decisions agreed to or not, and how many undoings, and how many hours each took, as
-- median and ninth decile: one's own, at the credit centre everybody's.
CREATE OR REPLACE FUNCTION records_weeks(first date) RETURNS TABLE (kind text, week date, cases bigint, median_h integer, ninth_h integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.kind, date_trunc('week', c.ended AT TIME ZONE 'Asia/Shanghai')::date, count(*),
           ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM c.ended - c.begun)) / 3600)::integer,
           ceil(percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM c.ended - c.begun)) / 3600)::integer
    FROM (SELECT 'decided' AS kind, b.received_at AS begun, a.decided_at AS ended, a.provider_id
          FROM records_adjudication a JOIN records_batch b ON b.id = a.batch_id WHERE a.taken_back_at IS NULL
          UNION ALL SELECT 'seconded', a.decided_at, a.second_at, a.provider_id FROM records_adjudication a
          UNION ALL SELECT 'undoing', u.decided_at, u.second_at, u.provider_id FROM records_undoing u) c
    WHERE c.ended >= first::timestamp AT TIME ZONE 'Asia/Shanghai' AND records_may_see(c.provider_id)
    GROUP BY 1, 2
$$;

-- name: register_grants
REVOKE ALL ON FUNCTION records_own_held(), records_held_of(bigint), records_weeks(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_own_held(), records_held_of(bigint), records_weeks(date) TO {app};
