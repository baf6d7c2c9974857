-- name: guard_opening
-- A waiting row is opened by whoever speaks at the credit centre's window, now, and no more of them on a day than the limit in force. The
-- lock keeps two that are opened at once from missing each other.
CREATE OR REPLACE FUNCTION records_guard_opening() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF NOT EXISTS (
        SELECT FROM identity_at_window a JOIN identity_user u ON u.id = a.user_id
        WHERE u.id = NEW.officer_id AND u.login = (SELECT s.name FROM identity_speaker() s)
    ) THEN
        RAISE EXCEPTION 'waiting rows are opened at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('opening', NEW.officer_id));
    IF (SELECT count(*) FROM records_opening o
        WHERE o.officer_id = NEW.officer_id AND o.opened_at >= today::timestamp AT TIME ZONE 'Asia/Shanghai')
       >= (SELECT t.value FROM records_term t WHERE t.name = 'case-openings' AND t.number = 'a_day' AND t.valid_from <= today
           ORDER BY t.valid_from DESC LIMIT 1) THEN
        RAISE EXCEPTION 'more waiting rows opened on a day than may be' USING ERRCODE = 'check_violation';
    END IF;
    NEW.opened_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_opening_trigger
CREATE OR REPLACE TRIGGER opening_guarded BEFORE INSERT ON records_opening
    FOR EACH ROW EXECUTE FUNCTION records_guard_opening();

-- name: opening_append_only
CREATE OR REPLACE TRIGGER opening_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_opening
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: opening_rows
ALTER TABLE records_opening ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_opening ON records_opening;
CREATE POLICY centre_opening ON records_opening TO {app} USING ((SELECT identity_centre_speaks()));

-- name: guard_adjudication
-- What a human decides about a waiting row: at the credit centre's window, by whoever speaks there, about the row as it was handed in. That the record is adverse is
-- the catalogue's to say, not the caller's. Runs with the owner's eyes: the rows of others are compared.
CREATE OR REPLACE FUNCTION records_guard_adjudication() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM records_waiting w
        WHERE w.id = NEW.waiting_id AND w.item_id = NEW.item_id AND w.provider_id = NEW.provider_id AND w.batch_id = NEW.batch_id
          AND w.row_number = NEW.row_number AND w.digest = NEW.digest
    ) THEN
        RAISE EXCEPTION 'a decision about no waiting row' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM identity_at_window a JOIN identity_user u ON u.id = a.user_id
        WHERE u.id = NEW.decided_by_id AND u.login = (SELECT s.name FROM identity_speaker() s)
    ) THEN
        RAISE EXCEPTION 'waiting rows are decided at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(NEW.decided_by_id, ARRAY[NEW.subject_id, NEW.corrects_subject_id]);
    PERFORM records_refuse_own_case(NEW.decided_by_id, NEW.waiting_id);
    IF NEW.second_at IS NOT NULL OR NEW.done_at IS NOT NULL OR NEW.taken_back_at IS NOT NULL OR NEW.decided_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a decision is made before it is agreed to or carried out' USING ERRCODE = 'check_violation';
    END IF;
    NEW.adverse := EXISTS (SELECT FROM catalogue_item_version i WHERE i.item_id = NEW.item_id AND i.nature = 'adverse');
    RETURN NEW;
END
$$;

-- name: guard_adjudication_trigger
CREATE OR REPLACE TRIGGER adjudication_guarded BEFORE INSERT ON records_adjudication
    FOR EACH ROW EXECUTE FUNCTION records_guard_adjudication();

-- name: refuse_own_case
-- Nobody decides a case in which they are among those who may be meant: whoever was opened for it has an entry that says so.
CREATE OR REPLACE FUNCTION records_refuse_own_case(officer bigint, waiting bigint) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM identity_held_by(identity_officer_subject(officer)) AS mine (subject_id)
        JOIN ground_access_entry e ON e.subject_id = mine.subject_id
        WHERE e.purpose = 'adjudication' AND e.case_reference = 'waiting:' || waiting
    ) THEN
        RAISE EXCEPTION 'nobody decides a case in which they may be meant' USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- name: guard_adjudication_change
-- A decision changes twice at most, by the word of a second officer, who speaks themselves, and by being carried out or
-- taken back; in nothing else. Either of the two officers takes it back.
CREATE OR REPLACE FUNCTION records_guard_adjudication_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.waiting_id, NEW.item_id, NEW.provider_id, NEW.batch_id, NEW.row_number, NEW.digest, NEW.outcome, NEW.subject_id,
        NEW.code_reason, NEW.corrects_subject_id, NEW.corrects_record_id, NEW.adverse, NEW.ground, NEW.decided_by_id, NEW.decided_at)
       IS DISTINCT FROM
       (OLD.id, OLD.waiting_id, OLD.item_id, OLD.provider_id, OLD.batch_id, OLD.row_number, OLD.digest, OLD.outcome, OLD.subject_id,
        OLD.code_reason, OLD.corrects_subject_id, OLD.corrects_record_id, OLD.adverse, OLD.ground, OLD.decided_by_id, OLD.decided_at)
       OR OLD.done_at IS NOT NULL
       OR OLD.taken_back_at IS NOT NULL
       OR OLD.second_at IS NOT NULL
          AND (NEW.second_by_id, NEW.second_at, NEW.agreed) IS DISTINCT FROM (OLD.second_by_id, OLD.second_at, OLD.agreed)
    THEN
        RAISE EXCEPTION 'a decision is agreed to once, carried out once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF greatest(NEW.second_at, NEW.done_at, NEW.taken_back_at) > clock_timestamp() THEN
        RAISE EXCEPTION 'a decision is not agreed to or carried out ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL AND NEW.second_at IS NOT NULL
       AND NOT EXISTS (
           SELECT FROM identity_at_window a JOIN identity_user u ON u.id = a.user_id
           WHERE u.id = NEW.second_by_id AND u.login = (SELECT s.name FROM identity_speaker() s)) THEN
        RAISE EXCEPTION 'waiting rows are decided at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL AND NEW.agreed
       AND NOT EXISTS (
           SELECT FROM records_opening o
           WHERE o.waiting_id = NEW.waiting_id AND o.officer_id = NEW.second_by_id AND o.opened_at >= NEW.decided_at) THEN
        RAISE EXCEPTION 'nobody agrees to what they have not looked at' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.taken_back_at IS NULL AND NEW.taken_back_at IS NOT NULL
       AND NOT EXISTS (
           SELECT FROM identity_at_window a JOIN identity_user u ON u.id = a.user_id
           WHERE u.id = NEW.taken_back_by_id AND u.id IN (OLD.decided_by_id, OLD.second_by_id)
             AND u.login = (SELECT s.name FROM identity_speaker() s)) THEN
        RAISE EXCEPTION 'a decision is taken back by one of its two officers' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL AND NEW.second_at IS NOT NULL THEN
        PERFORM identity_refuse_oneself(NEW.second_by_id, ARRAY[NEW.subject_id, NEW.corrects_subject_id]);
        PERFORM records_refuse_own_case(NEW.second_by_id, NEW.waiting_id);
    END IF;
    IF OLD.second_at IS NULL AND NEW.agreed THEN
        PERFORM identity_refuse_one_person(NEW.decided_by_id, NEW.second_by_id);
    END IF;
    IF OLD.taken_back_at IS NULL AND NEW.taken_back_at IS NOT NULL THEN
        PERFORM identity_refuse_oneself(NEW.taken_back_by_id, ARRAY[NEW.subject_id, NEW.corrects_subject_id]);
        PERFORM records_refuse_own_case(NEW.taken_back_by_id, NEW.waiting_id);
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_adjudication_change_trigger
CREATE OR REPLACE TRIGGER adjudication_change_guarded BEFORE UPDATE ON records_adjudication
    FOR EACH ROW EXECUTE FUNCTION records_guard_adjudication_change();

-- name: adjudication_stays
CREATE OR REPLACE TRIGGER adjudication_stays BEFORE DELETE OR TRUNCATE ON records_adjudication
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_adjudicated_batch
-- A batch that carries out a decision: one that stands, agreed to by a second officer where the record is adverse, and of its item and provider.
CREATE OR REPLACE FUNCTION records_guard_adjudicated_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM records_adjudication a
        WHERE a.id = NEW.adjudication_id AND a.outcome = 'attach' AND a.done_at IS NULL AND a.taken_back_at IS NULL
          AND (a.agreed OR a.agreed IS NULL AND NOT a.adverse)
          AND a.item_id = NEW.item_id AND a.provider_id = NEW.provider_id
    ) THEN
        RAISE EXCEPTION 'a batch for a decision that doesn''t stand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_adjudicated_batch_trigger
CREATE OR REPLACE TRIGGER batch_carries_out_a_decision BEFORE INSERT ON records_batch
    FOR EACH ROW WHEN (NEW.adjudication_id IS NOT NULL) EXECUTE FUNCTION records_guard_adjudicated_batch();

-- name: guard_adjudicated_person
-- What such a batch holds is one row, about the person that was decided on, or whoever they were merged into; and where that row names a record that it replaces, the last
-- version of that one record, withdrawn, whosever it is.
CREATE OR REPLACE FUNCTION records_guard_adjudicated_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM records_version v JOIN records_adjudication a ON a.id = NEW.adjudication_id
        WHERE v.batch_id = NEW.id
          AND (v.row_number <> 1
               OR CASE v.state WHEN 'withdrawn'
                      THEN (v.subject_id, v.record_id) IS DISTINCT FROM (identity_lead(a.corrects_subject_id), a.corrects_record_id)
                      ELSE v.subject_id <> identity_lead(a.subject_id) END)
    ) THEN
        RAISE EXCEPTION 'a record of another person than was decided on' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_adjudicated_person_trigger
CREATE OR REPLACE TRIGGER batch_keeps_to_the_decision BEFORE UPDATE ON records_batch
    FOR EACH ROW WHEN (NEW.adjudication_id IS NOT NULL) EXECUTE FUNCTION records_guard_adjudicated_person();

-- name: adjudication_grants
REVOKE ALL ON FUNCTION records_refuse_own_case(bigint, bigint), records_guard_opening(), records_guard_adjudication(), records_guard_adjudication_change(),
    records_guard_adjudicated_batch(), records_guard_adjudicated_person() FROM PUBLIC;
GRANT SELECT ON records_waiting TO {app};
GRANT SELECT, INSERT, UPDATE (second_by_id, second_at, agreed, taken_back_by_id, taken_back_at, taken_back_ground)
    ON records_adjudication TO {app};
GRANT SELECT, INSERT ON records_opening TO {app};
GRANT USAGE ON SEQUENCE records_adjudication_id_seq, records_opening_id_seq TO {app};
GRANT SELECT, UPDATE (held, done_at, result) ON records_adjudication TO {intake};
GRANT UPDATE (rule, rules) ON records_waiting TO {intake};
