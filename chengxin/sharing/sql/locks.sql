-- name: report_append_only
CREATE OR REPLACE TRIGGER report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_report
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sharing_grants
GRANT INSERT ON sharing_report TO {app};

-- name: own_messages
-- What the register told whoever speaks for themselves, and registrations that were merged into theirs.
CREATE OR REPLACE FUNCTION sharing_own_messages(most integer) RETURNS TABLE (at timestamptz, kind varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.at, m.kind FROM ground_message m WHERE m.subject_id IN (SELECT identity_held_by(identity_person_speaking())) ORDER BY m.id DESC LIMIT most
$$;

-- name: own_grants
REVOKE ALL ON FUNCTION sharing_own_messages(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_own_messages(integer) TO {app};
