-- name: own_held
-- How many rows of each batch wait yet, and since when, for whoever speaks for its provider; nothing of the rows.
CREATE OR REPLACE FUNCTION records_own_held() RETURNS TABLE (batch_id bigint, rows bigint, since timestamptz) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT w.batch_id, count(*), min(w.since) FROM records_waiting w
    WHERE w.provider_id = (SELECT s.organisation FROM identity_speaker() s) GROUP BY w.batch_id
$$;

-- name: register_grants
REVOKE ALL ON FUNCTION records_own_held() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_own_held() TO {app};
