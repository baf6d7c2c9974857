-- name: acting
-- Who may act for whom at this moment: confirmed, within its term, not ended, both alive and no minor, the agent of full capacity (民法典 173), and a
-- guardian only while the person lacks it (民法典 39).
CREATE OR REPLACE VIEW identity_acting AS
    SELECT d.id AS delegation_id, d.subject_id, d.agent_id, d.kind, d.acts, d.valid_until
    FROM identity_delegation d
    JOIN identity_person s ON s.subject_id = d.subject_id AND s.died IS NULL AND s.minor_rank <= s.identity_rank
    JOIN identity_person a ON a.subject_id = d.agent_id AND a.died IS NULL AND a.capacity = 'full'
        AND a.minor_rank <= a.identity_rank
    WHERE d.confirmed_at IS NOT NULL
      AND d.ended_at IS NULL
      AND d.valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
      AND d.valid_until > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
      AND (d.kind = 'agent' OR s.capacity <> 'full');

-- name: window
-- Whether an officer stands at the credit centre's window now.
CREATE OR REPLACE VIEW identity_at_window AS
    SELECT r.user_id
    FROM identity_right r
    JOIN identity_user u ON u.id = r.user_id
    JOIN identity_organisation o ON o.id = u.organisation_id AND o.kind = 'centre'
    WHERE r.role = 'officer';

-- name: guard_delegation
-- Entered at the window by whoever speaks there, and one of a kind between two persons at a time. The lock keeps two that are entered at once from missing
-- each other.
CREATE OR REPLACE FUNCTION identity_guard_delegation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('delegation', NEW.subject_id));
    IF NEW.confirmed_at IS NOT NULL OR NEW.ended_at IS NOT NULL OR NEW.entered_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a delegation is entered before it is confirmed or ended' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM identity_at_window w JOIN identity_user u ON u.id = w.user_id
        WHERE w.user_id = NEW.entered_by_id AND u.login = (SELECT s.name FROM identity_speaker() s)
    ) THEN
        RAISE EXCEPTION 'delegations are entered at the credit centre''s window' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM identity_delegation d
        WHERE d.subject_id = NEW.subject_id AND d.agent_id = NEW.agent_id AND d.kind = NEW.kind AND d.ended_at IS NULL
          AND d.valid_from < NEW.valid_until AND NEW.valid_from < d.valid_until
    ) THEN
        RAISE EXCEPTION 'these two stand so to one another already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_delegation_trigger
CREATE OR REPLACE TRIGGER delegation_guarded BEFORE INSERT ON identity_delegation
    FOR EACH ROW EXECUTE FUNCTION identity_guard_delegation();

-- name: guard_delegation_change
-- A delegation changes twice at most, by its confirmation and by its end, both at the window by whoever speaks there, and in nothing
-- else. A power of attorney also ends by the word of either of the two (民法典 173).
CREATE OR REPLACE FUNCTION identity_guard_delegation_change() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.subject_id, NEW.agent_id, NEW.kind, NEW.acts, NEW.valid_from, NEW.valid_until, NEW.evidence, NEW.entered_by_id, NEW.entered_at)
       IS DISTINCT FROM
       (OLD.id, OLD.subject_id, OLD.agent_id, OLD.kind, OLD.acts, OLD.valid_from, OLD.valid_until, OLD.evidence, OLD.entered_by_id, OLD.entered_at)
       OR OLD.ended_at IS NOT NULL
       OR OLD.confirmed_at IS NOT NULL AND (NEW.confirmed_at, NEW.confirmed_by_id) IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id)
    THEN
        RAISE EXCEPTION 'a delegation is confirmed once, ended once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF greatest(NEW.confirmed_at, NEW.ended_at) > clock_timestamp() THEN
        RAISE EXCEPTION 'a delegation is not confirmed or ended ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.ended_at IS NOT NULL AND NEW.ended_by_id IS NULL AND NEW.kind = 'agent'
       AND (NEW.confirmed_at, NEW.confirmed_by_id) IS NOT DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id)
       AND identity_person_speaking() IN (identity_lead(NEW.subject_id), identity_lead(NEW.agent_id)) THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM identity_at_window w JOIN identity_user u ON u.id = w.user_id
                   WHERE w.user_id = CASE WHEN NEW.ended_at IS NULL THEN NEW.confirmed_by_id ELSE NEW.ended_by_id END
                     AND u.login = (SELECT s.name FROM identity_speaker() s)) THEN
        RAISE EXCEPTION 'delegations are confirmed and ended at the credit centre''s window' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_delegation_change_trigger
CREATE OR REPLACE TRIGGER delegation_change_guarded BEFORE UPDATE ON identity_delegation
    FOR EACH ROW EXECUTE FUNCTION identity_guard_delegation_change();

-- name: guard_delegation_hands
-- Entered, confirmed and ended by an officer who is neither of the two, and confirmed by another person than entered it. Runs with the owner's
-- eyes: nobody else may ask who an officer is.
CREATE OR REPLACE FUNCTION identity_guard_delegation_hands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Ended by one of the two, who needs no officer: the guard of changes has asked who speaks.
    IF TG_OP = 'UPDATE' AND NEW.ended_at IS NOT NULL AND NEW.ended_by_id IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM identity_refuse_oneself(
        CASE WHEN TG_OP = 'INSERT' THEN NEW.entered_by_id WHEN NEW.ended_at IS NULL THEN NEW.confirmed_by_id ELSE NEW.ended_by_id END,
        ARRAY[NEW.subject_id, NEW.agent_id]);
    IF TG_OP = 'UPDATE' AND NEW.ended_at IS NULL THEN
        PERFORM identity_refuse_one_person(NEW.entered_by_id, NEW.confirmed_by_id);
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_delegation_hands_trigger
CREATE OR REPLACE TRIGGER delegation_by_others AFTER INSERT OR UPDATE ON identity_delegation
    FOR EACH ROW EXECUTE FUNCTION identity_guard_delegation_hands();

-- name: delegation_stays
CREATE OR REPLACE TRIGGER delegation_stays BEFORE DELETE OR TRUNCATE ON identity_delegation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: delegation_grants
REVOKE ALL ON FUNCTION identity_guard_delegation_hands() FROM PUBLIC;
GRANT SELECT ON identity_acting, identity_at_window TO {app};
GRANT SELECT, INSERT, UPDATE (confirmed_at, confirmed_by_id, ended_at, ended_by_id, end_reason) ON identity_delegation TO {app};
GRANT USAGE ON SEQUENCE identity_delegation_id_seq TO {app};
