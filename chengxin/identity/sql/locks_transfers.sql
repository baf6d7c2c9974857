-- name: lead
-- Who holds what was a subject's: the subject itself, or the last of those that absorbed one another.
CREATE OR REPLACE FUNCTION identity_lead(subject bigint) RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE held (subject_id, holder, depth) AS (
        SELECT p.subject_id, p.absorbed_into_id, 0 FROM identity_person p WHERE p.subject_id = subject
        UNION ALL
        SELECT p.subject_id, p.absorbed_into_id, h.depth + 1 FROM held h JOIN identity_person p ON p.subject_id = h.holder WHERE h.depth < 100
    )
    SELECT h.subject_id FROM held h WHERE h.holder IS NULL
$$;

-- name: held_by
-- A subject and all that it absorbed, directly or by way of another.
CREATE OR REPLACE FUNCTION identity_held_by(subject bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE held (subject_id, depth) AS (
        SELECT subject, 0
        UNION ALL
        SELECT p.subject_id, h.depth + 1 FROM held h JOIN identity_person p ON p.absorbed_into_id = h.subject_id WHERE h.depth < 100
    )
    SELECT h.subject_id FROM held h
$$;

-- name: centre_speaks
-- Whether this transaction speaks for the credit centre.
CREATE OR REPLACE FUNCTION identity_centre_speaks() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation AND o.kind = 'centre')
$$;

-- name: at_window_speaks
-- Whether an officer stands at the credit centre's window now, and this transaction speaks for that very officer.
CREATE OR REPLACE FUNCTION identity_at_window_speaks(officer bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM identity_at_window w JOIN identity_user u ON u.id = w.user_id
                   WHERE w.user_id = officer AND u.login = (SELECT s.name FROM identity_speaker() s))
$$;

-- name: guard_transfer
-- Between persons who stand by themselves; a new person's number is given here.
CREATE OR REPLACE FUNCTION identity_guard_transfer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('identity transfers'));
    IF NEW.fresh THEN
        NEW.into_subject := nextval('identity_subject_seq');
    ELSIF NEW.into_subject IS NOT NULL AND NOT EXISTS (SELECT FROM identity_person p
                                                        WHERE p.subject_id = NEW.into_subject AND p.absorbed_into_id IS NULL) THEN
        RAISE EXCEPTION 'a transfer to nobody, or to one who was absorbed' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_person p WHERE p.subject_id = NEW.from_subject_id AND p.absorbed_into_id IS NULL) THEN
        RAISE EXCEPTION 'a transfer from nobody, or from one who was absorbed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_transfer_trigger
CREATE OR REPLACE TRIGGER transfer_guarded BEFORE INSERT ON identity_transfer FOR EACH ROW EXECUTE FUNCTION identity_guard_transfer();

-- name: transfer_append_only
CREATE OR REPLACE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: transfer_code_append_only
CREATE OR REPLACE TRIGGER transfer_code_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_transfer_code
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: transfer_in_turn
-- Whether nothing stands between a transfer and its next step: no other that touches either person is open, or in force since a later step.
-- Of steps that touch one person one is open at a time, so they are done in the order of their numbers.
CREATE OR REPLACE FUNCTION identity_transfer_in_turn(wanted bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM identity_transfer t
        JOIN identity_transfer o ON o.id <> t.id
            AND ARRAY[o.from_subject_id, o.into_subject] && ARRAY[t.from_subject_id, t.into_subject]
        CROSS JOIN LATERAL (SELECT s.id, s.forth, s.done_at FROM identity_transfer_step s
                            WHERE s.transfer_id = o.id AND s.agreed IS NOT FALSE ORDER BY s.id DESC LIMIT 1) last
        WHERE t.id = wanted
          AND (last.done_at IS NULL
               OR last.forth AND last.id > (SELECT max(d.id) FROM identity_transfer_step d
                                            WHERE d.transfer_id = t.id AND d.done_at IS NOT NULL)))
$$;

-- name: transfer_ends
CREATE OR REPLACE FUNCTION identity_transfer_ends(wanted bigint) RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    AS $$ SELECT ARRAY[t.from_subject_id, t.into_subject] FROM identity_transfer t WHERE t.id = wanted $$;

-- name: guard_step
-- Decided at the centre's window by whoever speaks, in turn, and never the same way twice: forth first, then back, then forth.
CREATE OR REPLACE FUNCTION identity_guard_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('identity transfers'));
    IF NOT identity_at_window_speaks(NEW.decided_by_id) THEN
        RAISE EXCEPTION 'persons are merged and split at the credit centre, by whoever speaks' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(NEW.decided_by_id, identity_transfer_ends(NEW.transfer_id));
    IF NEW.second_at IS NOT NULL OR NEW.done_at IS NOT NULL OR NEW.decided_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a step is decided before it is agreed to or done' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.forth IS NOT DISTINCT FROM coalesce((SELECT s.forth FROM identity_transfer_step s
                                                WHERE s.transfer_id = NEW.transfer_id AND s.done_at IS NOT NULL
                                                ORDER BY s.id DESC LIMIT 1), false) THEN
        RAISE EXCEPTION 'a step the same way twice' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT identity_transfer_in_turn(NEW.transfer_id) THEN
        RAISE EXCEPTION 'another transfer of these persons comes first' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_step_trigger
CREATE OR REPLACE TRIGGER step_guarded BEFORE INSERT ON identity_transfer_step FOR EACH ROW EXECUTE FUNCTION identity_guard_step();

-- name: guard_step_change
-- A step changes by a second officer's word and by being done, once each; a failure is noted until it is done. It is done when no
-- absorbed person has a code left.
CREATE OR REPLACE FUNCTION identity_guard_step_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.transfer_id, NEW.forth, NEW.record_ids, NEW.ground, NEW.decided_by_id, NEW.decided_at)
       IS DISTINCT FROM (OLD.id, OLD.transfer_id, OLD.forth, OLD.record_ids, OLD.ground, OLD.decided_by_id, OLD.decided_at)
       OR OLD.done_at IS NOT NULL
       OR OLD.second_at IS NOT NULL
          AND (NEW.second_by_id, NEW.second_at, NEW.agreed) IS DISTINCT FROM (OLD.second_by_id, OLD.second_at, OLD.agreed)
    THEN
        RAISE EXCEPTION 'a step is agreed to once, done once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF greatest(NEW.second_at, NEW.done_at) > clock_timestamp() THEN
        RAISE EXCEPTION 'a step is not agreed to or done ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL AND NEW.second_at IS NOT NULL AND NOT identity_at_window_speaks(NEW.second_by_id) THEN
        RAISE EXCEPTION 'persons are merged and split at the credit centre, by whoever speaks' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL AND NEW.second_at IS NOT NULL THEN
        PERFORM identity_refuse_oneself(NEW.second_by_id, identity_transfer_ends(NEW.transfer_id));
    END IF;
    IF OLD.second_at IS NULL AND NEW.agreed THEN
        PERFORM identity_refuse_one_person(NEW.decided_by_id, NEW.second_by_id);
    END IF;
    IF NEW.done_at IS NOT NULL AND EXISTS (
        SELECT FROM identity_transfer t
        JOIN identity_person p ON p.subject_id IN (t.from_subject_id, t.into_subject) AND p.absorbed_into_id IS NOT NULL
        JOIN identity_code c ON c.subject_id = p.subject_id
        WHERE t.id = NEW.transfer_id
    ) THEN
        RAISE EXCEPTION 'a step is done when no code leads to the absorbed any more' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_step_change_trigger
CREATE OR REPLACE TRIGGER step_change_guarded BEFORE UPDATE ON identity_transfer_step
    FOR EACH ROW EXECUTE FUNCTION identity_guard_step_change();

-- name: step_stays
CREATE OR REPLACE TRIGGER step_stays BEFORE DELETE OR TRUNCATE ON identity_transfer_step
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: in_hand
-- The two ends of the step that this transaction says it carries out (cx.transfer), when two officers agreed to it and it isn't done: from
-- which subject it takes, and to which. No row else.
CREATE OR REPLACE FUNCTION identity_in_hand() RETURNS TABLE (transfer_id bigint, kind varchar, forth boolean, fresh boolean, source bigint, target bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.id, t.kind, s.forth, t.fresh, CASE WHEN s.forth THEN t.from_subject_id ELSE t.into_subject END,
           CASE WHEN s.forth THEN t.into_subject ELSE t.from_subject_id END
    FROM identity_transfer_step s JOIN identity_transfer t ON t.id = s.transfer_id
    WHERE s.id = nullif(current_setting('cx.transfer', true), '')::bigint AND s.agreed AND s.done_at IS NULL
$$;

-- name: guard_absorbed
-- Who absorbed whom changes with the step of a merge, or of a split that had made a new person, and as that step has it.
CREATE OR REPLACE FUNCTION identity_guard_absorbed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM identity_in_hand() h
        WHERE (h.kind = 'merge' AND h.forth OR h.fresh AND NOT h.forth)
              AND NEW.subject_id = h.source AND NEW.absorbed_into_id IS NOT DISTINCT FROM h.target AND OLD.absorbed_into_id IS NULL
           OR (h.kind = 'merge' AND NOT h.forth OR h.fresh AND h.forth)
              AND NEW.subject_id = h.target AND NEW.absorbed_into_id IS NULL
    ) THEN
        RAISE EXCEPTION 'nobody is absorbed but by a step that two officers decided on' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_absorbed_trigger
CREATE OR REPLACE TRIGGER person_absorbed_by_a_step BEFORE UPDATE ON identity_person
    FOR EACH ROW WHEN (OLD.absorbed_into_id IS DISTINCT FROM NEW.absorbed_into_id) EXECUTE FUNCTION identity_guard_absorbed();

-- name: guard_words
-- What the events amount to is made anew for the two persons of a step, and taken away for nobody else.
CREATE OR REPLACE FUNCTION identity_guard_words() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity_in_hand() h WHERE OLD.subject_id IN (h.source, h.target)) THEN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;

-- name: capacity_words_stay
CREATE OR REPLACE TRIGGER capacity_stays BEFORE DELETE ON identity_capacity FOR EACH ROW EXECUTE FUNCTION identity_guard_words();

-- name: attestation_words_stay
CREATE OR REPLACE TRIGGER attestation_stays BEFORE DELETE ON identity_attestation FOR EACH ROW EXECUTE FUNCTION identity_guard_words();

-- name: transfer_evidence
-- Every event of the two persons of the step in hand, and of all whom a transfer that was ever carried out ties to them.
CREATE OR REPLACE FUNCTION identity_transfer_evidence() RETURNS TABLE (event_id varchar, sequence bigint, edition integer, kind varchar,
    body_sealed bytea, key_id varchar, recorded_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE tied (subject_id) AS (
        SELECT u.subject_id FROM identity_in_hand() h CROSS JOIN LATERAL (VALUES (h.source), (h.target)) u (subject_id)
        UNION
        SELECT u.subject_id FROM tied
        JOIN identity_transfer t ON tied.subject_id IN (t.from_subject_id, t.into_subject)
            AND EXISTS (SELECT FROM identity_transfer_step s WHERE s.transfer_id = t.id AND s.done_at IS NOT NULL)
        CROSS JOIN LATERAL (VALUES (t.from_subject_id), (t.into_subject)) u (subject_id)
    )
    SELECT e.event_id, e.sequence, e.edition, e.kind, e.body_sealed, e.key_id, e.recorded_at
    FROM identity_population_event e WHERE e.subject_id IN (SELECT tied.subject_id FROM tied) ORDER BY e.id
$$;

-- name: told_of
-- Whether the authority's events say who a subject is: what a transfer goes by.
CREATE OR REPLACE FUNCTION identity_told_of(subject bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM identity_population_event e
                   WHERE e.subject_id IN (SELECT identity_held_by(subject))
                     AND e.kind IN ('snapshot', 'new', 'name', 'number', 'correction'))
$$;

-- name: transfer_rows
-- Who is merged and split is the worker's to carry out, and the credit centre's to decide.
ALTER TABLE identity_transfer ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS every_transfer ON identity_transfer;
CREATE POLICY every_transfer ON identity_transfer FOR SELECT TO {intake} USING (true);
DROP POLICY IF EXISTS centre_transfer ON identity_transfer;
CREATE POLICY centre_transfer ON identity_transfer TO {app} USING ((SELECT identity_centre_speaks()));

-- name: step_rows
ALTER TABLE identity_transfer_step ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS every_step ON identity_transfer_step;
CREATE POLICY every_step ON identity_transfer_step TO {intake} USING (true);
DROP POLICY IF EXISTS centre_step ON identity_transfer_step;
CREATE POLICY centre_step ON identity_transfer_step TO {app} USING ((SELECT identity_centre_speaks()));

-- name: transfer_grants
REVOKE ALL ON FUNCTION identity_lead(bigint), identity_held_by(bigint), identity_centre_speaks(), identity_at_window_speaks(bigint),
    identity_guard_transfer(), identity_transfer_ends(bigint), identity_guard_step(), identity_guard_step_change(), identity_transfer_in_turn(bigint), identity_in_hand(),
    identity_transfer_evidence(), identity_told_of(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_lead(bigint), identity_held_by(bigint) TO {app}, {intake};
GRANT EXECUTE ON FUNCTION identity_centre_speaks(), identity_transfer_in_turn(bigint), identity_told_of(bigint) TO {app};
GRANT EXECUTE ON FUNCTION identity_in_hand(), identity_transfer_evidence() TO {intake};
GRANT SELECT, INSERT ON identity_transfer TO {app};
GRANT USAGE ON SEQUENCE identity_transfer_id_seq, identity_transfer_step_id_seq TO {app};
GRANT SELECT, INSERT, UPDATE (second_by_id, second_at, agreed) ON identity_transfer_step TO {app};
GRANT SELECT ON identity_transfer TO {intake};
GRANT SELECT, UPDATE (done_at, failure) ON identity_transfer_step TO {intake};
GRANT SELECT, INSERT ON identity_transfer_code TO {intake};
GRANT SELECT (absorbed_into_id), UPDATE (absorbed_into_id) ON identity_person TO {intake};
GRANT UPDATE (subject_id) ON identity_code TO {intake};
GRANT DELETE ON identity_capacity, identity_attestation TO {intake};
GRANT SELECT (subject_id) ON identity_attestation TO {intake};
GRANT SELECT (recorded_at) ON identity_population_event TO {intake};
