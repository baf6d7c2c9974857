-- name: backtest_months
-- How many of the records that each provider's item holds today would be found by a check that is data wholly, by the month in which they
-- were handed in. Numbers alone come out, and nothing is asked but numbers, days, codes of a list and the first two signs of a code: what a
-- text says can't be looked for. Only items open to the purpose today are read.
CREATE OR REPLACE FUNCTION records_backtest_months(asked bigint, wanted smallint, tests jsonb, since date, until date)
    RETURNS TABLE (provider_id bigint, month date, held bigint, met bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF NOT EXISTS (SELECT FROM catalogue_open o WHERE o.purpose_id = asked AND o.item_id = wanted
                   AND o.valid_from <= today AND today < o.valid_until) THEN
        RAISE EXCEPTION 'the item is not open to this purpose today' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF jsonb_array_length(tests) = 0 OR EXISTS (
        SELECT FROM jsonb_to_recordset(tests) AS c ("of" text, "is" text, "values" text[])
        WHERE c."is" NOT IN ('at-least', 'less', 'before', 'after', 'empty', 'filled')
          AND NOT (c."is" = 'begins-with-none' AND (SELECT max(length(start)) FROM unnest(c."values") start) <= 2)
          AND NOT (c."is" IN ('maps-to-any', 'maps-to-none') AND EXISTS (
              SELECT FROM catalogue_field f JOIN catalogue_item_version i ON i.id = f.item_version_id
              WHERE i.item_id = wanted AND 'field:' || f.code = c."of" AND f.type = 'code'))
    ) THEN
        RAISE EXCEPTION 'a check that asks for what a text says' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT b.provider_id, date_trunc('month', b.as_of::timestamp)::date, count(*), count(*) FILTER (WHERE m.met)
    FROM records_version v
    JOIN records_payload p USING (subject_id, record_id, version)
    JOIN records_layout l ON l.id = p.layout_id
    JOIN records_batch b ON b.id = v.batch_id AND b.as_of BETWEEN since AND until
    CROSS JOIN LATERAL (
        SELECT jsonb_object(l.fields::text[] || ARRAY['day:decided', 'day:ended', 'day:final', 'day:shown_from', 'day:shown_until',
                                                      'day:repair_from', 'day:erase_on'],
                            ARRAY(SELECT nullif(value, '') FROM jsonb_array_elements_text(p.body::jsonb) WITH ORDINALITY AS e (value, place)
                                  ORDER BY place)
                            || ARRAY[v.decided::text, v.ended::text, v.final::text, v.shown_from::text, v.shown_until::text,
                                     v.repair_from::text, v.erase_on::text]) AS held OFFSET 0
    ) h
    CROSS JOIN LATERAL (
        SELECT bool_and(coalesce(CASE c."is"
            WHEN 'empty' THEN o.value IS NULL
            WHEN 'filled' THEN o.value IS NOT NULL
            WHEN 'at-least' THEN o.value::numeric >= c.number
            WHEN 'less' THEN o.value::numeric < c.number
            WHEN 'before' THEN o.value::date < coalesce(c."on", o.other::date)
            WHEN 'after' THEN o.value::date > coalesce(c."on", o.other::date)
            WHEN 'maps-to-any' THEN string_to_array(o.value, '、') && c."values"
            WHEN 'maps-to-none' THEN NOT string_to_array(o.value, '、') && c."values"
            WHEN 'begins-with-none' THEN NOT EXISTS (SELECT FROM unnest(c."values") start WHERE starts_with(o.value, start))
        END, false)) AS met
        FROM jsonb_to_recordset(tests)
            AS c ("of" text, "is" text, number numeric, than text, "on" date, "values" text[])
        CROSS JOIN LATERAL (
            SELECT h.held ->> regexp_replace(c."of", '^field:', '') AS value, h.held ->> regexp_replace(c.than, '^field:', '') AS other
        ) o
    ) m
    WHERE v.item_id = wanted AND v.state = 'active' AND NOT EXISTS (
        SELECT FROM records_superseded s
        WHERE s.subject_id = v.subject_id AND s.record_id = v.record_id AND s.version = v.version)
    GROUP BY 1, 2;
END
$$;

-- name: backtest
-- The same over all months.
CREATE OR REPLACE FUNCTION records_backtest(asked bigint, wanted smallint, tests jsonb)
    RETURNS TABLE (provider_id bigint, held bigint, met bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.provider_id, sum(m.held)::bigint, sum(m.met)::bigint
    FROM records_backtest_months(asked, wanted, tests, '-infinity', 'infinity') m GROUP BY m.provider_id
$$;

-- name: guard_backtest
-- A check is tried on what is held when an officer of the credit centre asks, in their own name, now, about days that have come. Nothing
-- has been counted then.
CREATE OR REPLACE FUNCTION records_guard_backtest() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT identity_at_window_speaks(NEW.asked_by_id) THEN
        RAISE EXCEPTION 'a check is tried at the credit centre, by whoever speaks' USING ERRCODE = 'check_violation';
    END IF;
    NEW.asked_at := clock_timestamp();
    IF NEW.until > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date OR NEW.months_done <> 0 OR NEW.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a trial of days to come, or one that is done before it began' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_backtest_trigger
CREATE OR REPLACE TRIGGER backtest_guarded BEFORE INSERT ON records_backtest FOR EACH ROW EXECUTE FUNCTION records_guard_backtest();

-- name: guard_backtest_change
-- It goes on month by month and ends once; what was asked never changes.
CREATE OR REPLACE FUNCTION records_guard_backtest_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.months_done < OLD.months_done
       OR (to_jsonb(NEW) - 'months_done' - 'ended_at' - 'failure') IS DISTINCT FROM (to_jsonb(OLD) - 'months_done' - 'ended_at' - 'failure') THEN
        RAISE EXCEPTION 'a trial goes on and ends once, and changes in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_backtest_change_trigger
CREATE OR REPLACE TRIGGER backtest_change_guarded BEFORE UPDATE ON records_backtest
    FOR EACH ROW EXECUTE FUNCTION records_guard_backtest_change();

-- name: backtest_stays
CREATE OR REPLACE TRIGGER backtest_stays BEFORE DELETE OR TRUNCATE ON records_backtest
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_backtest_month
-- Counts are written while the trial goes on, for a month of its own days.
CREATE OR REPLACE FUNCTION records_guard_backtest_month() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM records_backtest r WHERE r.id = NEW.backtest_id AND r.ended_at IS NULL
                   AND NEW.month BETWEEN date_trunc('month', r.since::timestamp) AND r.until) THEN
        RAISE EXCEPTION 'counts of no trial that goes on, or of another month' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_backtest_month_trigger
CREATE OR REPLACE TRIGGER backtest_month_guarded BEFORE INSERT ON records_backtest_month
    FOR EACH ROW EXECUTE FUNCTION records_guard_backtest_month();

-- name: backtest_month_append_only
CREATE OR REPLACE TRIGGER backtest_month_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_backtest_month
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: backtest_rows
-- The credit centre's officers see them all, nobody else any; the worker carries them on.
ALTER TABLE records_backtest ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_backtest ON records_backtest;
CREATE POLICY centre_backtest ON records_backtest TO {app} USING ((SELECT identity_centre_speaks()));
DROP POLICY IF EXISTS every_backtest ON records_backtest;
CREATE POLICY every_backtest ON records_backtest TO {intake} USING (true);
ALTER TABLE records_backtest_month ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_backtest_month ON records_backtest_month;
CREATE POLICY centre_backtest_month ON records_backtest_month FOR SELECT TO {app} USING ((SELECT identity_centre_speaks()));
DROP POLICY IF EXISTS every_backtest_month ON records_backtest_month;
CREATE POLICY every_backtest_month ON records_backtest_month TO {intake} USING (true);

-- name: backtest_grants
REVOKE ALL ON FUNCTION records_backtest(bigint, smallint, jsonb), records_backtest_months(bigint, smallint, jsonb, date, date),
    records_guard_backtest(), records_guard_backtest_change(), records_guard_backtest_month() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_backtest(bigint, smallint, jsonb), records_backtest_months(bigint, smallint, jsonb, date, date) TO {intake};
GRANT SELECT, INSERT ON records_backtest TO {app};
GRANT SELECT, UPDATE (months_done, ended_at, failure) ON records_backtest TO {intake};
GRANT USAGE ON SEQUENCE records_backtest_id_seq TO {app};
GRANT SELECT ON records_backtest_month TO {app};
GRANT SELECT, INSERT ON records_backtest_month TO {intake};
GRANT USAGE ON SEQUENCE records_backtest_month_id_seq TO {intake};
