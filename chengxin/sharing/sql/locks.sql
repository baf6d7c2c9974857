-- name: report_append_only
CREATE OR REPLACE TRIGGER report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_report
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sharing_grants
GRANT INSERT ON sharing_report TO {app};

-- name: messages_of
CREATE OR REPLACE FUNCTION sharing_messages_of(subject bigint, most integer) RETURNS TABLE (at timestamptz, kind varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.at, m.kind FROM ground_message m WHERE m.subject_id IN (SELECT identity_held_by(subject)) ORDER BY m.id DESC LIMIT most
$$;

-- name: own_grants
REVOKE ALL ON FUNCTION sharing_messages_of(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_messages_of(bigint, integer) TO {app};
