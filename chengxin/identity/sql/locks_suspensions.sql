-- name: reviewer_speaks
-- Which reviewer this transaction speaks for, and of which organisation: the supervising department's or the credit centre's. Nobody else.
CREATE OR REPLACE FUNCTION identity_reviewer_speaks(OUT officer bigint, OUT organisation bigint, OUT code varchar) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id, o.id, o.code
    FROM identity_speaker() s
    JOIN identity_organisation o ON o.id = s.organisation AND o.kind IN ('centre', 'supervisor')
    JOIN identity_user u ON u.login = s.name AND u.organisation_id = o.id
    WHERE EXISTS (SELECT FROM identity_right r WHERE r.user_id = u.id AND r.role = 'reviewer')
$$;

-- name: suspended
-- What is suspended at this moment: systems and officers by the name that entries have, enrolments by their number.
CREATE OR REPLACE VIEW identity_suspended AS
    SELECT s.name, s.client_id, s.officer_id, s.enrolment FROM identity_suspension s WHERE s.agreed_at IS NOT NULL AND s.ended_at IS NULL;

-- name: guard_suspension
-- Proposed by a reviewer of another organisation, who isn't whom it stops. Runs with the owner's eyes.
CREATE OR REPLACE FUNCTION identity_guard_suspension() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me record;
BEGIN
    SELECT r.officer, r.organisation INTO me FROM identity_reviewer_speaks() r;
    IF me.officer IS DISTINCT FROM NEW.proposed_by_id THEN
        RAISE EXCEPTION 'a suspension is proposed by the reviewer who speaks' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(NEW.proposed_by_id, '{}');
    IF NEW.agreed_at IS NOT NULL OR NEW.dropped_at IS NOT NULL THEN
        RAISE EXCEPTION 'a suspension is proposed first' USING ERRCODE = 'check_violation';
    END IF;
    NEW.proposed_at := clock_timestamp();
    IF NEW.client_id IS NOT NULL THEN
        SELECT c.client_id, c.organisation_id INTO NEW.name, NEW.organisation_id FROM identity_client c WHERE c.id = NEW.client_id;
    ELSIF NEW.officer_id IS NOT NULL THEN
        SELECT u.login, u.organisation_id INTO NEW.name, NEW.organisation_id FROM identity_user u WHERE u.id = NEW.officer_id;
        IF identity_one_person(NEW.officer_id, NEW.proposed_by_id) THEN
            RAISE EXCEPTION 'nobody decides about themselves' USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        SELECT '', e.organisation_id INTO NEW.name, NEW.organisation_id FROM sharing_enrolment e WHERE e.id = NEW.enrolment;
    END IF;
    IF NEW.organisation_id IS NULL OR NEW.organisation_id = me.organisation THEN
        RAISE EXCEPTION 'nobody suspends what is their own organisation''s, or isn''t there' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_suspension_trigger
CREATE OR REPLACE TRIGGER suspension_guarded BEFORE INSERT ON identity_suspension
    FOR EACH ROW EXECUTE FUNCTION identity_guard_suspension();

-- name: guard_suspension_step
-- One step at a time, each once, by the reviewer who speaks: agreed to or dropped, its end proposed, its end agreed to. Who agrees is another
-- person than who proposed, and of another organisation than the one it stops.
CREATE OR REPLACE FUNCTION identity_guard_suspension_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parts text[] := ARRAY['agreed_by_id', 'agreed_at', 'dropped_by_id', 'dropped_at', 'end_reason', 'end_proposed_by_id', 'end_proposed_at',
                          'ended_by_id', 'ended_at'];
    steps text[] := array_remove(ARRAY[
        CASE WHEN (NEW.agreed_by_id, NEW.agreed_at) IS DISTINCT FROM (OLD.agreed_by_id, OLD.agreed_at) THEN 'agree' END,
        CASE WHEN (NEW.dropped_by_id, NEW.dropped_at) IS DISTINCT FROM (OLD.dropped_by_id, OLD.dropped_at) THEN 'drop' END,
        CASE WHEN (NEW.end_reason, NEW.end_proposed_by_id, NEW.end_proposed_at)
             IS DISTINCT FROM (OLD.end_reason, OLD.end_proposed_by_id, OLD.end_proposed_at) THEN 'propose_end' END,
        CASE WHEN (NEW.ended_by_id, NEW.ended_at) IS DISTINCT FROM (OLD.ended_by_id, OLD.ended_at) THEN 'end' END
    ], NULL);
    me record;
BEGIN
    IF to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts OR cardinality(steps) <> 1
       OR NOT (CASE steps[1] WHEN 'propose_end' THEN OLD.agreed_at IS NOT NULL AND OLD.end_proposed_at IS NULL
                             WHEN 'end' THEN OLD.end_proposed_at IS NOT NULL AND OLD.ended_at IS NULL
                             ELSE OLD.agreed_at IS NULL AND OLD.dropped_at IS NULL END) THEN
        RAISE EXCEPTION 'a suspension takes one step at a time, each once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT r.officer, r.organisation INTO me FROM identity_reviewer_speaks() r;
    IF me.officer IS NULL OR me.organisation = OLD.organisation_id OR me.officer IS DISTINCT FROM
       (CASE steps[1] WHEN 'agree' THEN NEW.agreed_by_id WHEN 'drop' THEN NEW.dropped_by_id
                     WHEN 'propose_end' THEN NEW.end_proposed_by_id ELSE NEW.ended_by_id END) THEN
        RAISE EXCEPTION 'a step of a suspension by the reviewer who speaks' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(me.officer, '{}');
    IF OLD.officer_id IS NOT NULL AND identity_one_person(OLD.officer_id, me.officer) THEN
        RAISE EXCEPTION 'nobody decides about themselves' USING ERRCODE = 'check_violation';
    END IF;
    IF steps[1] = 'agree' THEN
        PERFORM identity_refuse_one_person(OLD.proposed_by_id, me.officer);
        NEW.agreed_at := clock_timestamp();
    ELSIF steps[1] = 'end' THEN
        PERFORM identity_refuse_one_person(OLD.end_proposed_by_id, me.officer);
        NEW.ended_at := clock_timestamp();
    ELSIF steps[1] = 'drop' THEN
        NEW.dropped_at := clock_timestamp();
    ELSE
        NEW.end_proposed_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_suspension_step_trigger
CREATE OR REPLACE TRIGGER suspension_step_guarded BEFORE UPDATE ON identity_suspension
    FOR EACH ROW EXECUTE FUNCTION identity_guard_suspension_step();

-- name: suspension_stays
CREATE OR REPLACE TRIGGER suspension_stays BEFORE DELETE OR TRUNCATE ON identity_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: suspension_grants
REVOKE ALL ON FUNCTION identity_reviewer_speaks(), identity_guard_suspension(), identity_guard_suspension_step() FROM PUBLIC;
-- Asked of every answer that is entered, by whoever enters it.
GRANT SELECT ON identity_suspended TO {app};
