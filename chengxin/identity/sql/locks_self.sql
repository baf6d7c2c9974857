-- name: person_speaking
-- The person for whom this transaction speaks: whoever logged in under the account that cx.speaker claims, in a place that no organisation
-- has. Whoever absorbed them since is meant. Nobody who died or whom the authority calls a minor, and nobody without a sealed claim: the seal
-- is looked at where organisations' claims are.
CREATE OR REPLACE FUNCTION identity_person_speaking() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said text := current_setting('cx.speaker', true);
    found bigint;
BEGIN
    PERFORM identity_speaker();
    IF substr(said, 65, 18) IS DISTINCT FROM rpad('person', 18, '-') THEN
        RETURN NULL;
    END IF;
    SELECT p.subject_id INTO found FROM identity_user u JOIN identity_person p ON p.subject_id = identity_lead(u.subject_id)
        WHERE u.login = substr(said, 83) AND u.is_active AND p.died IS NULL AND p.minor_rank <= p.identity_rank;
    RETURN found;
END
$$;

-- name: guard_own_entry
-- Whoever reads on the person's own page reads about themselves.
CREATE OR REPLACE FUNCTION identity_guard_own_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF identity_person_speaking() IS DISTINCT FROM NEW.subject_id THEN
        RAISE EXCEPTION 'a person reads about themselves on their own page, and about nobody else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_own_entry_trigger
CREATE OR REPLACE TRIGGER access_entry_about_oneself BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.channel = 'person') EXECUTE FUNCTION identity_guard_own_entry();

-- name: own_told
-- What the population authority told of whoever speaks for themselves: kinds and moments, nothing of what was told.
CREATE OR REPLACE FUNCTION identity_own_told(most integer) RETURNS TABLE (kind varchar, recorded_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT e.kind, e.recorded_at FROM identity_population_event e WHERE e.subject_id = me ORDER BY e.id DESC LIMIT most;
END
$$;

-- name: own_delegations
-- Who may act for whoever speaks for themselves, and for whom they may; those that ended too, the newest first.
CREATE OR REPLACE FUNCTION identity_own_delegations() RETURNS TABLE (id bigint, mine boolean, other bigint, kind varchar, acts varchar[],
    valid_from date, valid_until date, confirmed boolean, ended_at timestamptz, end_reason varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT d.id, identity_lead(d.subject_id) = me, CASE WHEN identity_lead(d.subject_id) = me THEN d.agent_id ELSE d.subject_id END, d.kind,
           d.acts, d.valid_from, d.valid_until, d.confirmed_at IS NOT NULL, d.ended_at, d.end_reason
    FROM identity_delegation d
    WHERE d.subject_id IN (SELECT identity_held_by(me)) OR d.agent_id IN (SELECT identity_held_by(me))
    ORDER BY d.id DESC LIMIT 100;
END
$$;

-- name: end_own_delegation
-- The principal takes a power of attorney back, or the agent lays it down; a guardian is appointed by law and ends at the window alone.
CREATE OR REPLACE FUNCTION identity_end_own_delegation(wanted bigint, why text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE identity_delegation d SET ended_at = clock_timestamp(), end_reason = why
    WHERE d.id = wanted AND d.kind = 'agent' AND d.ended_at IS NULL
      AND identity_person_speaking() IN (identity_lead(d.subject_id), identity_lead(d.agent_id));
    RETURN FOUND;
END
$$;

-- name: demo_persons
-- The synthetic persons of whom a demo lets its visitors see the own page; nobody outside a demo.
CREATE OR REPLACE FUNCTION identity_demo_persons() RETURNS TABLE (place integer, subject_id bigint, label varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id::integer, d.subject_id, d.label FROM identity_demo_person d
    WHERE EXISTS (SELECT FROM identity_house h WHERE h.demo) ORDER BY d.id
$$;

-- name: demo_person_guarded
CREATE OR REPLACE TRIGGER demo_person_guarded BEFORE INSERT OR UPDATE ON identity_demo_person
    FOR EACH ROW EXECUTE FUNCTION identity_guard_demo();

-- name: self_grants
REVOKE ALL ON FUNCTION identity_person_speaking(), identity_guard_own_entry(), identity_own_told(integer), identity_own_delegations(),
    identity_end_own_delegation(bigint, text), identity_demo_persons() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_person_speaking(), identity_own_told(integer), identity_own_delegations(), identity_end_own_delegation(bigint, text),
    identity_demo_persons() TO {app};
