-- name: client_redirect_live
-- Addresses to which a browser may be led back today: approved by a second person, not withdrawn, of a client in force.
CREATE OR REPLACE VIEW identity_client_redirect_live AS
    SELECT l.client_id, l.organisation, r.address
    FROM identity_client_live l JOIN identity_client_redirect r ON r.client_id = l.id
    WHERE r.approved_at IS NOT NULL AND r.withdrawn_at IS NULL;

-- name: guard_client_redirect
-- An address is entered by a system administrator, approved once by a security administrator, withdrawn once by one, and changed in nothing else.
CREATE OR REPLACE FUNCTION identity_guard_client_redirect() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT identity_holds_role(NEW.entered_by_id, 'system_admin') THEN
            RAISE EXCEPTION 'only a system administrator enters an address' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.approved_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.entered_at > clock_timestamp() THEN
            RAISE EXCEPTION 'an address is entered first, and approved or withdrawn later' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id'])
       OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at, NEW.approved_by_id) IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id))
       OR OLD.withdrawn_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'an address is approved once, withdrawn once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.approved_at IS DISTINCT FROM OLD.approved_at AND NOT identity_holds_role(NEW.approved_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator approves an address' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.withdrawn_at IS NOT NULL AND NOT identity_holds_role(NEW.withdrawn_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator withdraws an address' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_client_redirect_trigger
CREATE OR REPLACE TRIGGER client_redirect_guarded BEFORE INSERT OR UPDATE ON identity_client_redirect
    FOR EACH ROW EXECUTE FUNCTION identity_guard_client_redirect();

-- name: client_redirect_second_hand
CREATE OR REPLACE TRIGGER client_redirect_approved_by_another_person AFTER UPDATE ON identity_client_redirect
    FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) EXECUTE FUNCTION identity_guard_second_hand();

-- name: client_redirect_stays
CREATE OR REPLACE TRIGGER client_redirect_stays BEFORE DELETE OR TRUNCATE ON identity_client_redirect
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: client_redirect_grants
GRANT SELECT ON identity_client_redirect_live TO {app};
GRANT SELECT, INSERT, UPDATE (approved_at, approved_by_id, withdrawn_at, withdrawn_by_id) ON identity_client_redirect TO {admin};
GRANT USAGE ON SEQUENCE identity_client_redirect_id_seq TO {admin};
