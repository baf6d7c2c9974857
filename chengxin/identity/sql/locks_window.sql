-- name: being_served
-- Whom the officer who speaks serves at the window now: by a visit of their own that this transaction names, opened and not over. Nobody whom
-- the authority calls a minor; the living themselves or through a delegation in force, the dead through a relative: theirs is open once a
-- second officer confirmed it.
CREATE OR REPLACE FUNCTION identity_being_served() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted text := coalesce(current_setting('cx.visit', true), '');
BEGIN
    IF wanted !~ '^[0-9]{1,18}$' THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT identity_lead(v.subject_id)
        FROM identity_visit v
        JOIN identity_speaker() s ON true
        JOIN identity_user u ON u.id = v.officer_id AND u.login = s.name AND u.organisation_id = s.organisation
        JOIN identity_at_window w ON w.user_id = v.officer_id
        JOIN identity_person p ON p.subject_id = identity_lead(v.subject_id) AND p.minor_rank <= p.identity_rank
        WHERE v.id = wanted::bigint AND v.ended_at IS NULL AND v.closes_at > clock_timestamp()
          AND (p.died IS NOT NULL) = (v.kind = 'relative')
          AND (v.kind <> 'delegate' OR EXISTS (
              SELECT FROM identity_acting a WHERE a.delegation_id = v.delegation_id AND 'view' = ANY(a.acts)))
        LIMIT 1);
END
$$;

-- name: person_reading
-- Whose own data this transaction may read: of whoever speaks for themselves, or of whoever is served at the window.
CREATE OR REPLACE FUNCTION identity_person_reading() RETURNS bigint LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(identity_person_speaking(), identity_being_served())
$$;

-- name: guard_window_entry
-- What is entered as read at the window was read for whoever is served there, by the officer who serves them.
CREATE OR REPLACE FUNCTION identity_guard_window_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF identity_being_served() IS DISTINCT FROM NEW.subject_id OR NEW.officer IS DISTINCT FROM (SELECT s.name FROM identity_speaker() s) THEN
        RAISE EXCEPTION 'at the window is read about whoever is served there, and about nobody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_window_entry_trigger
CREATE OR REPLACE TRIGGER access_entry_at_the_window BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.channel = 'window') EXECUTE FUNCTION identity_guard_window_entry();

-- name: guard_visit
-- Opened at the window by whoever speaks there, as of now and for half an hour at most: about somebody alive, by themselves or by their agent
-- for whom a delegation to see stands, or about the dead.
CREATE OR REPLACE FUNCTION identity_guard_visit() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.confirmed_at IS NOT NULL OR NEW.ended_at IS NOT NULL OR NEW.opened_at > clock_timestamp()
       OR NEW.closes_at > clock_timestamp() + interval '30 minutes' THEN
        RAISE EXCEPTION 'a visit is opened now, for half an hour at most' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_at_window w JOIN identity_user u ON u.id = w.user_id
                   WHERE w.user_id = NEW.officer_id AND u.login = (SELECT s.name FROM identity_speaker() s)) THEN
        RAISE EXCEPTION 'visits are opened at the credit centre''s window' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_person p WHERE p.subject_id = NEW.subject_id AND (p.died IS NOT NULL) = (NEW.kind = 'relative')) THEN
        RAISE EXCEPTION 'the living ask themselves, relatives ask about the dead' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'delegate' AND NOT EXISTS (
            SELECT FROM identity_acting a WHERE a.delegation_id = NEW.delegation_id AND a.subject_id = NEW.subject_id
            AND a.agent_id = NEW.applicant_id AND 'view' = ANY(a.acts)) THEN
        RAISE EXCEPTION 'an agent is served by a delegation in force' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_visit_trigger
CREATE OR REPLACE TRIGGER visit_guarded BEFORE INSERT ON identity_visit FOR EACH ROW EXECUTE FUNCTION identity_guard_visit();

-- name: guard_visit_change
-- A visit is confirmed once, at the window by whoever speaks there, and then open for half an hour at most; it is ended once, and changed in
-- nothing else.
CREATE OR REPLACE FUNCTION identity_guard_visit_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) - ARRAY['confirmed_at', 'confirmed_by_id', 'closes_at', 'ended_at'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['confirmed_at', 'confirmed_by_id', 'closes_at', 'ended_at'])
       OR OLD.ended_at IS NOT NULL
       OR OLD.closes_at IS NOT NULL AND (NEW.confirmed_at, NEW.confirmed_by_id, NEW.closes_at)
           IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id, OLD.closes_at) THEN
        RAISE EXCEPTION 'a visit is confirmed once, ended once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF greatest(NEW.confirmed_at, NEW.ended_at) > clock_timestamp() OR NEW.closes_at > clock_timestamp() + interval '30 minutes' THEN
        RAISE EXCEPTION 'a visit is confirmed now, for half an hour at most' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_at_window w JOIN identity_user u ON u.id = w.user_id
                   WHERE u.login = (SELECT s.name FROM identity_speaker() s)
                     AND w.user_id = CASE WHEN NEW.ended_at IS NULL THEN NEW.confirmed_by_id ELSE w.user_id END) THEN
        RAISE EXCEPTION 'visits are confirmed and ended at the credit centre''s window' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_visit_change_trigger
CREATE OR REPLACE TRIGGER visit_change_guarded BEFORE UPDATE ON identity_visit FOR EACH ROW EXECUTE FUNCTION identity_guard_visit_change();

-- name: guard_visit_hands
-- Safeguard 12: whoever serves, and whoever confirms, is none of those whom it is about, and the two are two persons. Runs with the owner's
-- eyes: nobody else may ask who an officer is.
CREATE OR REPLACE FUNCTION identity_guard_visit_hands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM identity_refuse_oneself(coalesce(NEW.confirmed_by_id, NEW.officer_id), array_remove(ARRAY[NEW.subject_id, NEW.applicant_id], NULL));
    IF NEW.confirmed_by_id IS NOT NULL THEN
        PERFORM identity_refuse_one_person(NEW.officer_id, NEW.confirmed_by_id);
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_visit_hands_trigger
CREATE OR REPLACE TRIGGER visit_by_others AFTER INSERT OR UPDATE OF confirmed_by_id ON identity_visit
    FOR EACH ROW EXECUTE FUNCTION identity_guard_visit_hands();

-- name: visit_stays
CREATE OR REPLACE TRIGGER visit_stays BEFORE DELETE OR TRUNCATE ON identity_visit FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: visit_rows
-- Who came to the window is the credit centre's.
ALTER TABLE identity_visit ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_visit ON identity_visit;
CREATE POLICY centre_visit ON identity_visit TO {app} USING ((SELECT identity_centre_speaks()));

-- name: window_grants
REVOKE ALL ON FUNCTION identity_being_served(), identity_person_reading(), identity_guard_window_entry(), identity_guard_visit(),
    identity_guard_visit_change(), identity_guard_visit_hands() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_being_served(), identity_person_reading() TO {app};
GRANT SELECT, INSERT, UPDATE (confirmed_at, confirmed_by_id, closes_at, ended_at) ON identity_visit TO {app};
GRANT USAGE ON SEQUENCE identity_visit_id_seq TO {app};
