-- name: client_live
-- Clients that may call today: begun, not ended, not suspended for good or for a time, of an organisation that stands, its licences included.
CREATE OR REPLACE VIEW identity_client_live AS
    SELECT c.id, c.client_id, c.organisation_id, o.code AS organisation, c.addresses
    FROM identity_client c
    JOIN identity_organisation o ON o.id = c.organisation_id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE c.suspended_at IS NULL AND c.valid_from <= d.today AND d.today < c.valid_until
      AND NOT EXISTS (SELECT FROM identity_suspension s WHERE s.client_id = c.id AND s.agreed_at IS NOT NULL AND s.ended_at IS NULL)
      AND identity_organisation_stands(c.organisation_id, d.today);

-- name: client_key_live
-- Public keys that prove a client today: approved by a second person, not withdrawn, within their term.
CREATE OR REPLACE VIEW identity_client_key_live AS
    SELECT l.id AS client_pk, l.client_id, l.organisation, k.kid, k.public, l.addresses
    FROM identity_client_live l
    JOIN identity_client_key k ON k.client_id = l.id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE k.approved_at IS NOT NULL AND k.withdrawn_at IS NULL AND k.valid_from <= d.today AND d.today < k.valid_until;

-- name: holds_role
-- Whether somebody holds a role at this moment. Runs with the caller's rights.
CREATE OR REPLACE FUNCTION identity_holds_role(who bigint, named text) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT FROM identity_right r WHERE r.user_id = who AND r.role = named);
END
$$;

-- name: guard_client
-- A system administrator enters a client; a security administrator suspends it, once and for good; nothing else of it changes.
CREATE OR REPLACE FUNCTION identity_guard_client() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT identity_holds_role(NEW.entered_by_id, 'system_admin') THEN
            RAISE EXCEPTION 'only a system administrator enters a client' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.suspended_at IS NOT NULL OR NEW.entered_at > clock_timestamp() THEN
            RAISE EXCEPTION 'a client is entered when it is entered, and suspended later' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM one::cidr FROM unnest(NEW.addresses) one;
        RETURN NEW;
    END IF;
    IF OLD.suspended_at IS NOT NULL OR NEW.suspended_at IS NULL
       OR (to_jsonb(NEW) - ARRAY['suspended_at', 'suspended_by_id', 'suspension_reason'])
          IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['suspended_at', 'suspended_by_id', 'suspension_reason'])
    THEN
        RAISE EXCEPTION 'a client is suspended once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT identity_holds_role(NEW.suspended_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator suspends a client' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_client_trigger
CREATE OR REPLACE TRIGGER client_guarded BEFORE INSERT OR UPDATE ON identity_client
    FOR EACH ROW EXECUTE FUNCTION identity_guard_client();

-- name: client_stays
CREATE OR REPLACE TRIGGER client_stays BEFORE DELETE OR TRUNCATE ON identity_client
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_client_key
-- A key is entered by a system administrator, approved once by a security administrator, withdrawn once by one, and changed in nothing
-- else. No more than two are valid at a time: the client is locked first, or two entries at once would miss each other.
CREATE OR REPLACE FUNCTION identity_guard_client_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM identity_client WHERE id = NEW.client_id FOR NO KEY UPDATE;
    IF TG_OP = 'INSERT' THEN
        IF NOT identity_holds_role(NEW.entered_by_id, 'system_admin') THEN
            RAISE EXCEPTION 'only a system administrator enters a key' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.approved_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.entered_at > clock_timestamp() THEN
            RAISE EXCEPTION 'a key is entered first, and approved or withdrawn later' USING ERRCODE = 'check_violation';
        END IF;
        IF (SELECT count(*) FROM identity_client_key k
            WHERE k.client_id = NEW.client_id AND k.withdrawn_at IS NULL
              AND k.valid_from < NEW.valid_until AND NEW.valid_from < k.valid_until) >= 2 THEN
            RAISE EXCEPTION 'no more than two keys are valid at a time' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id'])
       OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at, NEW.approved_by_id) IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id))
       OR OLD.withdrawn_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'a key is approved once, withdrawn once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.approved_at IS DISTINCT FROM OLD.approved_at AND NOT identity_holds_role(NEW.approved_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator approves a key' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.withdrawn_at IS NOT NULL AND NOT identity_holds_role(NEW.withdrawn_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator withdraws a key' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_client_key_trigger
CREATE OR REPLACE TRIGGER client_key_guarded BEFORE INSERT OR UPDATE ON identity_client_key
    FOR EACH ROW EXECUTE FUNCTION identity_guard_client_key();

-- name: guard_second_hand
-- What one administrator enters another person approves; both have declared who they are. Runs with the owner's eyes.
CREATE OR REPLACE FUNCTION identity_guard_second_hand() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM identity_refuse_one_person(NEW.entered_by_id, NEW.approved_by_id);
    RETURN NULL;
END
$$;

-- name: client_key_second_hand
CREATE OR REPLACE TRIGGER client_key_approved_by_another_person AFTER UPDATE ON identity_client_key
    FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) EXECUTE FUNCTION identity_guard_second_hand();

-- name: client_key_stays
CREATE OR REPLACE TRIGGER client_key_stays BEFORE DELETE OR TRUNCATE ON identity_client_key
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: client_grants
-- The application recognises clients and notes which statements they have shown; the administration enters them.
GRANT SELECT ON identity_client_live, identity_client_key_live TO {app};
GRANT INSERT ON identity_client_assertion TO {app};
GRANT SELECT (client_id, jti_hash) ON identity_client_assertion TO {app};
GRANT SELECT, INSERT, UPDATE (suspended_at, suspended_by_id, suspension_reason) ON identity_client TO {admin};
GRANT SELECT, INSERT, UPDATE (approved_at, approved_by_id, withdrawn_at, withdrawn_by_id) ON identity_client_key TO {admin};
GRANT USAGE ON SEQUENCE identity_client_id_seq, identity_client_key_id_seq TO {admin};
GRANT EXECUTE ON FUNCTION identity_holds_role(bigint, text) TO {admin};
