-- name: client_limits_live
-- What is set for each client and holds today: the newest that began.
CREATE OR REPLACE VIEW identity_client_limits_live AS
    SELECT DISTINCT ON (l.client_id) c.client_id, l.first_hour, l.last_hour, l.working_days, l.a_minute, l.a_day
    FROM identity_client_limits l
    JOIN identity_client c ON c.id = l.client_id
    WHERE l.valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY l.client_id, l.valid_from DESC, l.id DESC;

-- name: client_closed
-- Whether a client may not ask at this hour, or on this day. A day of which no notice tells is no working day.
CREATE OR REPLACE FUNCTION identity_client_closed(client text) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    here timestamp := transaction_timestamp() AT TIME ZONE 'Asia/Shanghai';
BEGIN
    RETURN EXISTS (
        SELECT FROM identity_client_limits_live l
        WHERE l.client_id = client
          AND (extract(hour FROM here) NOT BETWEEN l.first_hour AND l.last_hour - 1
               OR l.working_days AND NOT EXISTS (SELECT FROM identity_work_day w WHERE w.day = here::date))
    );
END
$$;

-- name: guard_client_limits
-- Set by a system administrator, for today or a day to come: what a client was allowed on days gone by stays as it was.
CREATE OR REPLACE FUNCTION identity_guard_client_limits() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT identity_holds_role(NEW.entered_by_id, 'system_admin') THEN
        RAISE EXCEPTION 'only a system administrator limits a client' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.valid_from < (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date OR NEW.entered_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a client is limited from today on' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_client_limits_trigger
CREATE OR REPLACE TRIGGER client_limits_guarded BEFORE INSERT ON identity_client_limits
    FOR EACH ROW EXECUTE FUNCTION identity_guard_client_limits();

-- name: client_limits_append_only
CREATE OR REPLACE TRIGGER client_limits_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_client_limits
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: client_limits_grants
REVOKE ALL ON FUNCTION identity_client_closed(text) FROM PUBLIC;
GRANT SELECT ON identity_client_limits_live TO {app};
GRANT SELECT, INSERT ON identity_client_limits TO {admin};
GRANT USAGE ON SEQUENCE identity_client_limits_id_seq TO {admin};
