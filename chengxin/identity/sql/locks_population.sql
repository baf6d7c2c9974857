-- name: event_append_only
CREATE OR REPLACE TRIGGER event_append_only BEFORE DELETE OR TRUNCATE ON identity_population_event
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_event
-- An event is changed by nothing but a change of keys, which seals it anew: box and key together, under the current key.
CREATE OR REPLACE FUNCTION identity_guard_event() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'identity_population_event is append-only: its words stay' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: guard_event_trigger
CREATE OR REPLACE TRIGGER event_stays BEFORE UPDATE ON identity_population_event
    FOR EACH ROW WHEN (OLD.key_id = NEW.key_id OR OLD.body_sealed = NEW.body_sealed
        OR (OLD.id, OLD.event_id, OLD.sequence, OLD.edition, OLD.kind, OLD.subject_id, OLD.digest, OLD.recorded_at)
           IS DISTINCT FROM (NEW.id, NEW.event_id, NEW.sequence, NEW.edition, NEW.kind, NEW.subject_id, NEW.digest, NEW.recorded_at))
    EXECUTE FUNCTION identity_guard_event();

-- name: event_sealed
CREATE OR REPLACE TRIGGER event_sealed AFTER INSERT ON identity_population_event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: event_sealed_anew
CREATE OR REPLACE TRIGGER event_sealed_anew BEFORE UPDATE ON identity_population_event
    FOR EACH ROW WHEN (OLD.key_id <> NEW.key_id) EXECUTE FUNCTION identity_guard_new_seal();

-- name: parked_sealed
CREATE OR REPLACE TRIGGER parked_sealed AFTER INSERT ON identity_population_parked
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: parked_sealed_anew
CREATE OR REPLACE TRIGGER parked_sealed_anew BEFORE UPDATE ON identity_population_parked
    FOR EACH ROW WHEN ((OLD.body_sealed, OLD.key_id) IS DISTINCT FROM (NEW.body_sealed, NEW.key_id))
    EXECUTE FUNCTION identity_guard_new_seal();

-- name: dropped_append_only
CREATE OR REPLACE TRIGGER dropped_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_population_dropped
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: snapshot_append_only
CREATE OR REPLACE TRIGGER snapshot_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_population_snapshot
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: withdrawn_append_only
CREATE OR REPLACE TRIGGER withdrawn_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_withdrawn_code
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: capacity_append_only
CREATE OR REPLACE TRIGGER capacity_append_only BEFORE UPDATE OR TRUNCATE ON identity_capacity
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: attestation_append_only
CREATE OR REPLACE TRIGGER attestation_append_only BEFORE UPDATE OR TRUNCATE ON identity_attestation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_parked
-- Nothing that waits is lost: it goes when it stands among the events, and only then.
CREATE OR REPLACE FUNCTION identity_guard_parked() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM gone g WHERE NOT EXISTS (SELECT FROM identity_population_event e WHERE e.event_id = g.event_id AND e.digest = g.digest)
    ) THEN
        RAISE EXCEPTION 'a parked event goes only by being applied' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_parked_trigger
CREATE OR REPLACE TRIGGER parked_stays AFTER DELETE ON identity_population_parked
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_parked();

-- name: parked_whole
CREATE OR REPLACE TRIGGER parked_whole BEFORE TRUNCATE ON identity_population_parked
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_code
-- A code leads to one subject until a step that two officers decided on takes it to another. It goes only by the function below, which keeps
-- it as withdrawn.
CREATE OR REPLACE FUNCTION identity_guard_code() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.code_type = OLD.code_type
           AND EXISTS (SELECT FROM identity_in_hand() h WHERE h.source = OLD.subject_id AND h.target = NEW.subject_id) THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a code is moved to no other subject' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF current_setting('cx.withdrawing', true) IS DISTINCT FROM encode(OLD.code_hash, 'hex') THEN
        RAISE EXCEPTION 'a code is taken off a person only by being kept as withdrawn' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;

-- name: guard_code_trigger
CREATE OR REPLACE TRIGGER code_keeps_its_subject BEFORE UPDATE ON identity_code
    FOR EACH ROW WHEN ((OLD.subject_id, OLD.code_type) IS DISTINCT FROM (NEW.subject_id, NEW.code_type)) EXECUTE FUNCTION identity_guard_code();

-- name: guard_code_stays
CREATE OR REPLACE TRIGGER code_stays BEFORE DELETE ON identity_code FOR EACH ROW EXECUTE FUNCTION identity_guard_code();

-- name: withdraw_code
-- Take a code that led to the wrong person away and keep it by its mark, up to a place in the sequence: both or neither. One that was
-- never told of is kept too: what was said of it before was said of that person.
CREATE OR REPLACE FUNCTION identity_withdraw_code(wrong_hash bytea, mark bytea, until bigint, subject bigint, kind text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO identity_withdrawn_code (code_mark, until_rank, subject_id, code_type) VALUES (mark, until, subject, kind)
        ON CONFLICT DO NOTHING;
    PERFORM set_config('cx.withdrawing', encode(wrong_hash, 'hex'), true);
    -- An officer who declared this code is still whom it led to.
    UPDATE identity_declaration d SET subject_id = subject
        WHERE wrong_hash = ANY(d.code_hashes)
          AND EXISTS (SELECT FROM identity_code c WHERE c.code_hash = wrong_hash AND c.subject_id = subject);
    DELETE FROM identity_code WHERE code_hash = wrong_hash AND subject_id = subject;
    PERFORM set_config('cx.withdrawing', '', true);
END
$$;

-- name: guard_code_whole
CREATE OR REPLACE TRIGGER code_whole BEFORE TRUNCATE ON identity_code FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_judged
-- Once something else than full capacity was told of a person, the guards ask for the days, whatever is told later.
CREATE OR REPLACE FUNCTION identity_guard_judged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a person once judged stays one whose days are asked for' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: guard_judged_trigger
CREATE OR REPLACE TRIGGER person_stays_judged BEFORE UPDATE ON identity_person
    FOR EACH ROW WHEN (OLD.judged AND NOT NEW.judged) EXECUTE FUNCTION identity_guard_judged();

-- name: guard_capacity
CREATE OR REPLACE FUNCTION identity_guard_capacity() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity_person p WHERE p.subject_id = NEW.subject_id AND p.judged) THEN
        RAISE EXCEPTION 'a word against somebody''s capacity marks the person' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_capacity_trigger
CREATE OR REPLACE TRIGGER capacity_marks_its_person BEFORE INSERT ON identity_capacity
    FOR EACH ROW WHEN (NEW.capacity <> 'full') EXECUTE FUNCTION identity_guard_capacity();

-- name: incapacity
-- The stretches of days on which a person has no full civil capacity: from each word against it to the first day on which a later
-- word begins. As ``identity.rules.incapacities`` has it.
CREATE OR REPLACE VIEW identity_incapacity AS
    SELECT c.subject_id, c.capacity, daterange(c.since, least_later.day) AS days
    FROM identity_capacity c
    CROSS JOIN LATERAL (SELECT min(l.since) AS day FROM identity_capacity l
                        WHERE l.subject_id = c.subject_id AND l.rank > c.rank) least_later
    WHERE c.capacity <> 'full' AND (least_later.day IS NULL OR least_later.day > c.since);

-- name: incapable
-- Whether a person lacks full capacity on any of these days, as far as was known at a moment. Tells that alone, and to whom the grants
-- say.
CREATE OR REPLACE FUNCTION identity_incapable(subject bigint, known_at timestamptz, days date[]) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM unnest(days) AS asked (day)
        CROSS JOIN LATERAL (
            SELECT c.capacity FROM identity_capacity c
            WHERE c.subject_id = subject AND c.since <= asked.day AND c.recorded_at <= known_at
            ORDER BY c.rank DESC LIMIT 1
        ) told
        WHERE told.capacity <> 'full')
$$;

-- name: guard_minor
-- What was said of a minor stays said; whom it leads to is found out as codes become known.
CREATE OR REPLACE FUNCTION identity_guard_minor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'identity_minor_word is append-only: its words stay' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: guard_minor_trigger
CREATE OR REPLACE TRIGGER minor_word_stays BEFORE UPDATE ON identity_minor_word
    FOR EACH ROW WHEN ((OLD.code_mark, OLD.rank, OLD.corrects, OLD.recorded_at) IS DISTINCT FROM
                       (NEW.code_mark, NEW.rank, NEW.corrects, NEW.recorded_at)) EXECUTE FUNCTION identity_guard_minor();

-- name: minor_append_only
CREATE OR REPLACE TRIGGER minor_word_append_only BEFORE DELETE OR TRUNCATE ON identity_minor_word
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_closed
-- A person is closed, and opened again, by what the authority said and by nothing else.
CREATE OR REPLACE FUNCTION identity_guard_closed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.minor_rank <> coalesce((SELECT max(w.rank) FROM identity_minor_word w WHERE w.subject_id = NEW.subject_id), 0) THEN
        RAISE EXCEPTION 'a person is closed as a minor, and opened, by the authority''s words alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_closed_trigger
CREATE OR REPLACE TRIGGER person_stays_closed BEFORE UPDATE ON identity_person
    FOR EACH ROW WHEN (OLD.minor_rank <> NEW.minor_rank) EXECUTE FUNCTION identity_guard_closed();

-- name: guard_call
-- A batch of events comes from a live client of the population authority; it is finished once and changed in nothing else.
CREATE OR REPLACE FUNCTION identity_guard_call() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (
            SELECT FROM identity_client_live l JOIN identity_organisation o ON o.id = l.organisation_id
            WHERE l.client_id = NEW.client AND o.id = NEW.organisation_id AND o.kind = 'population'
        ) THEN
            RAISE EXCEPTION 'only the population authority tells of persons' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state <> 'received' OR NEW.received_at > clock_timestamp() THEN
            RAISE EXCEPTION 'a call is received before it is finished, and not ahead of time' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.state <> 'received'
        OR (NEW.token, NEW.client, NEW.organisation_id, NEW.received_at, NEW.events)
           IS DISTINCT FROM (OLD.token, OLD.client, OLD.organisation_id, OLD.received_at, OLD.events)
    THEN
        RAISE EXCEPTION 'a call is finished once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_call_trigger
CREATE OR REPLACE TRIGGER call_guarded BEFORE INSERT OR UPDATE ON identity_population_call
    FOR EACH ROW EXECUTE FUNCTION identity_guard_call();

-- name: call_stays
CREATE OR REPLACE TRIGGER call_stays BEFORE DELETE OR TRUNCATE ON identity_population_call
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: population_grants
-- Intake writes what the authority tells and reads no sealed value but of what is parked. The application reads what coverage and a
-- person's own page need; who may look on whose incapacity is the functions' to say.
REVOKE ALL ON FUNCTION identity_guard_capacity(), identity_withdraw_code(bytea, bytea, bigint, bigint, text), identity_incapable(bigint, timestamptz, date[]) FROM PUBLIC;
GRANT SELECT (event_id, sequence, edition, digest), INSERT ON identity_population_event TO {intake};
GRANT SELECT, INSERT ON identity_population_call TO {app};
GRANT SELECT, UPDATE (state, finished_at, minors, applied, known, parked, taken_up, fates) ON identity_population_call TO {intake};
GRANT SELECT, INSERT ON identity_population_dropped, identity_population_snapshot TO {intake};
GRANT SELECT, INSERT, DELETE, UPDATE (reason) ON identity_population_parked TO {intake};
GRANT SELECT ON identity_withdrawn_code TO {intake};
GRANT SELECT, INSERT, UPDATE (subject_id) ON identity_minor_word TO {intake};
GRANT SELECT (subject_id, rank) ON identity_minor_word TO {app};
GRANT EXECUTE ON FUNCTION identity_withdraw_code(bytea, bytea, bigint, bigint, text) TO {intake};
GRANT SELECT, INSERT ON identity_capacity TO {intake};
GRANT INSERT ON identity_attestation TO {intake};
GRANT SELECT ON identity_incapacity TO {intake};
GRANT UPDATE (name_rank, former_rank, code_sealed, seal_key_id) ON identity_code TO {intake};
GRANT SELECT (judged, identity_rank, region_rank, death_rank, capacity_rank, minor_rank, recorded_at),
    UPDATE (born, judged, identity_rank, region_rank, death_rank, capacity_rank, minor_rank) ON identity_person TO {intake};
GRANT SELECT ON identity_attestation, identity_population_dropped, identity_population_snapshot TO {app};
GRANT SELECT (sequence, edition) ON identity_population_event TO {app};
GRANT SELECT (sequence, reason, recorded_at) ON identity_population_parked TO {app};
GRANT EXECUTE ON FUNCTION identity_incapable(bigint, timestamptz, date[]) TO {app}, {intake};
