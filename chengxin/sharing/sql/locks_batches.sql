-- name: open_batch
-- Take in what the client that this transaction speaks for asks about so many persons, and count it against what it may ask on a day: both or
-- neither. Gives why not, and how much of the day is used. Runs with the owner's rights: there is no other way for a batch to come about.
CREATE OR REPLACE FUNCTION sharing_open_batch(of_number text, for_duty text, on_basis text, by_officer text, for_key text, wanted integer,
                                              OUT refusal text, OUT batch bigint, OUT used integer, OUT quota integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    who record;
    days integer;
BEGIN
    SELECT s.organisation, s.name INTO who FROM identity_speaker() s
    JOIN identity_organisation o ON o.id = s.organisation
    JOIN identity_client_live c ON c.client_id = s.name AND c.organisation = o.code;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a batch is asked for by a client in force' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT max(t.value) FILTER (WHERE t.name = 'batch-limits'), max(t.value) FILTER (WHERE t.name = 'batch-keeping') INTO quota, days
    FROM (SELECT DISTINCT ON (r.name) r.name, r.value FROM records_term r
          WHERE (r.name, r.number) IN (('batch-limits', 'a_day'), ('batch-keeping', 'keep')) AND r.valid_from <= today
          ORDER BY r.name, r.valid_from DESC) t;
    -- What was narrowed for this client holds for batches too; so do its hours.
    SELECT least(quota, l.a_day) INTO quota FROM (SELECT) one LEFT JOIN identity_client_limits_live l ON l.client_id = who.name;
    IF identity_client_closed(who.name) THEN
        refusal := 'out-of-hours';
        used := 0;
        RETURN;
    END IF;
    INSERT INTO sharing_batch_use AS u (client, day, persons) SELECT who.name, today, wanted WHERE wanted <= quota
    ON CONFLICT (client, day) DO UPDATE SET persons = u.persons + wanted WHERE u.persons + wanted <= quota
    RETURNING u.persons INTO used;
    IF used IS NULL THEN
        refusal := 'quota-exhausted';
        used := coalesce((SELECT u.persons FROM sharing_batch_use u WHERE u.client = who.name AND u.day = today), 0);
        RETURN;
    END IF;
    refusal := '';
    INSERT INTO sharing_batch (number, organisation_id, client, duty, basis, officer, persons, result_key, asked_at, expires_at)
    VALUES (of_number, who.organisation, who.name, for_duty, on_basis, by_officer, wanted, for_key, transaction_timestamp(),
            transaction_timestamp() + make_interval(hours => 24 * days))
    RETURNING id INTO batch;
END
$$;

-- name: add_batch_part
-- Put the next part of a batch beside it, in the transaction that took the batch in; sealed.
CREATE OR REPLACE FUNCTION sharing_add_batch_part(of_batch bigint, many integer, box bytea, key text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_batch_part (batch_id, place, persons)
    SELECT b.id, 1 + (SELECT count(*) FROM sharing_batch_part p WHERE p.batch_id = b.id), many
    FROM sharing_batch b JOIN identity_speaker() s ON s.organisation = b.organisation_id AND s.name = b.client
    WHERE b.id = of_batch
    RETURNING id INTO made;
    IF made IS NULL THEN
        RAISE EXCEPTION 'a part of nobody''s batch' USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO sharing_batch_question (part_id, questions_sealed, key_id) VALUES (made, box, key);
END
$$;

-- name: guard_batch_part
-- No part beyond its batch: its parts come with it, in one transaction, and have no more persons than it.
CREATE OR REPLACE FUNCTION sharing_guard_batch_part() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.settled_at IS NOT NULL OR NOT EXISTS (
        SELECT FROM sharing_batch b WHERE b.id = NEW.batch_id AND b.asked_at = transaction_timestamp()
          AND NEW.persons + coalesce((SELECT sum(p.persons) FROM sharing_batch_part p WHERE p.batch_id = b.id), 0) <= b.persons
    ) THEN
        RAISE EXCEPTION 'a part comes with its batch and within it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_batch_part_trigger
CREATE OR REPLACE TRIGGER batch_part_within BEFORE INSERT ON sharing_batch_part FOR EACH ROW EXECUTE FUNCTION sharing_guard_batch_part();

-- name: guard_batch_whole
-- A batch comes whole: everybody it counts stands in a part, and every part has its questions.
CREATE OR REPLACE FUNCTION sharing_guard_batch_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.persons IS DISTINCT FROM (
        SELECT sum(p.persons) FROM sharing_batch_part p JOIN sharing_batch_question q ON q.part_id = p.id WHERE p.batch_id = NEW.id) THEN
        RAISE EXCEPTION 'a batch comes whole' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_batch_whole_trigger
DROP TRIGGER IF EXISTS batch_whole ON sharing_batch;
CREATE CONSTRAINT TRIGGER batch_whole AFTER INSERT ON sharing_batch DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_batch_whole();

-- name: guard_batch_change
-- Of a batch nothing changes but that it is erased, once.
CREATE OR REPLACE FUNCTION sharing_guard_batch_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL OR NEW.erased_at IS NULL OR to_jsonb(NEW) - 'erased_at' IS DISTINCT FROM to_jsonb(OLD) - 'erased_at' THEN
        RAISE EXCEPTION 'a batch is erased once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    NEW.erased_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_batch_change_trigger
CREATE OR REPLACE TRIGGER batch_change_guarded BEFORE UPDATE ON sharing_batch FOR EACH ROW EXECUTE FUNCTION sharing_guard_batch_change();

-- name: batch_stays
CREATE OR REPLACE TRIGGER batch_stays BEFORE DELETE OR TRUNCATE ON sharing_batch FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_part_settled
-- What was answered isn't answered again, nor when its batch is over; nothing else of a part changes.
CREATE OR REPLACE FUNCTION sharing_guard_part_settled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parts text[] := ARRAY['settled_at', 'answered', 'empty', 'refused', 'failed'];
BEGIN
    IF OLD.settled_at IS NOT NULL OR NEW.settled_at IS NULL OR to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts THEN
        RAISE EXCEPTION 'a part is settled once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM sharing_batch b WHERE b.id = NEW.batch_id AND b.erased_at IS NULL AND transaction_timestamp() < b.expires_at) THEN
        RAISE EXCEPTION 'a part of a batch that is over' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_part_settled_trigger
CREATE OR REPLACE TRIGGER batch_part_settled_once BEFORE UPDATE ON sharing_batch_part
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_part_settled();

-- name: batch_part_stays
CREATE OR REPLACE TRIGGER batch_part_stays BEFORE DELETE OR TRUNCATE ON sharing_batch_part
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: question_sealed
CREATE OR REPLACE TRIGGER batch_question_sealed AFTER INSERT ON sharing_batch_question
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: question_sealed_anew
CREATE OR REPLACE TRIGGER batch_question_sealed_anew BEFORE UPDATE ON sharing_batch_question
    FOR EACH ROW EXECUTE FUNCTION identity_guard_new_seal();

-- name: guard_batch_gone
-- Questions go when their part is settled, and with the batch; results with the batch alone.
CREATE OR REPLACE FUNCTION sharing_guard_batch_gone() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM sharing_batch_part p JOIN sharing_batch b ON b.id = p.batch_id
        WHERE p.id = OLD.part_id AND (b.erased_at IS NOT NULL OR TG_TABLE_NAME = 'sharing_batch_question' AND p.settled_at IS NOT NULL)
    ) THEN
        RAISE EXCEPTION 'erased before its time' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;

-- name: question_gone
CREATE OR REPLACE TRIGGER batch_question_gone BEFORE DELETE ON sharing_batch_question
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_batch_gone();

-- name: question_stays
CREATE OR REPLACE TRIGGER batch_question_stays BEFORE TRUNCATE ON sharing_batch_question
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: result_gone
CREATE OR REPLACE TRIGGER batch_result_gone BEFORE DELETE ON sharing_batch_result
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_batch_gone();

-- name: result_stays
CREATE OR REPLACE TRIGGER batch_result_stays BEFORE UPDATE OR TRUNCATE ON sharing_batch_result
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_batch_result
-- There is a result of what was settled in this very transaction, hence with its entries.
CREATE OR REPLACE FUNCTION sharing_guard_batch_result() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM sharing_batch_part p WHERE p.id = NEW.part_id AND p.settled_at >= transaction_timestamp()) THEN
        RAISE EXCEPTION 'a result of a part that wasn''t settled now' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_batch_result_trigger
CREATE OR REPLACE TRIGGER batch_result_guarded BEFORE INSERT ON sharing_batch_result
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_batch_result();

-- name: claim_part
-- Take a part in hand that nobody has: the first ones of every batch first, so that a small batch doesn't wait for a large one. In hand means
-- locked until this transaction ends, however it ends. ``passed_over`` failed a moment ago. Whoever erases the batch waits for the part.
CREATE OR REPLACE FUNCTION sharing_claim_part(passed_over bigint[])
    RETURNS TABLE (part bigint, number varchar, place smallint, organisation varchar, client varchar, duty varchar, basis varchar,
                   officer varchar, result_key text, questions_sealed bytea, key_id varchar)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT p.id, b.number, p.place, o.code, b.client, b.duty, b.basis, b.officer, b.result_key, q.questions_sealed, q.key_id
    FROM sharing_batch_part p
    JOIN sharing_batch b ON b.id = p.batch_id AND b.erased_at IS NULL AND transaction_timestamp() < b.expires_at
    JOIN identity_organisation o ON o.id = b.organisation_id
    JOIN sharing_batch_question q ON q.part_id = p.id
    WHERE p.settled_at IS NULL AND p.id <> ALL(passed_over)
    ORDER BY p.place, p.id LIMIT 1
    FOR NO KEY UPDATE OF p SKIP LOCKED FOR SHARE OF b SKIP LOCKED;
END
$$;

-- name: settle_part
-- Settle a part by the entries that were written into the access register since this transaction began, one for each of its persons: counts are taken from them,
-- the questions go, the result comes. Without an entry for each there is no result. Speaks whose batch it is.
CREATE OR REPLACE FUNCTION sharing_settle_part(of_part bigint, subjects bigint[], entries uuid[], told text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    meant record;
    found record;
BEGIN
    SELECT p.persons, o.code, b.client, b.duty INTO meant
    FROM sharing_batch_part p
    JOIN sharing_batch b ON b.id = p.batch_id
    JOIN identity_organisation o ON o.id = b.organisation_id
    JOIN identity_speaker() s ON s.organisation = b.organisation_id AND s.name = b.client
    WHERE p.id = of_part;
    SELECT count(*) AS every, count(*) FILTER (WHERE e.outcome = 'answered') AS answered, count(*) FILTER (WHERE e.outcome = 'empty') AS empty,
           count(*) FILTER (WHERE e.outcome = 'refused') AS refused, count(*) FILTER (WHERE e.outcome = 'failed') AS failed INTO found
    FROM (SELECT DISTINCT l.subject, l.entry FROM unnest(subjects, entries) l (subject, entry)) l
    JOIN ground_access_entry e ON e.subject_id = l.subject AND e.entry_id = l.entry
    WHERE e.organisation = meant.code AND starts_with(e.officer, meant.client || '/') AND e.duty = meant.duty AND e.channel = 'batch'
      AND age(e.xmin) <= age(pg_current_xact_id()::xid);
    IF found.every IS DISTINCT FROM meant.persons::bigint THEN
        RAISE EXCEPTION 'a part is settled by an entry for each of its persons' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE sharing_batch_part SET settled_at = clock_timestamp(), answered = found.answered, empty = found.empty, refused = found.refused,
        failed = found.failed WHERE id = of_part;
    DELETE FROM sharing_batch_question WHERE part_id = of_part;
    IF told IS NOT NULL THEN
        INSERT INTO sharing_batch_result (part_id, jwe) VALUES (of_part, told);
    END IF;
END
$$;

-- name: erase_batch
-- Erase what is asked and answered in a batch of whoever speaks, before its time; what isn't answered yet stays unanswered. Gives whether
-- there was anything. Waits for parts that are in hand.
CREATE OR REPLACE FUNCTION sharing_erase_batch(of_number text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
BEGIN
    UPDATE sharing_batch b SET erased_at = clock_timestamp() FROM identity_speaker() s
    WHERE b.number = of_number AND b.erased_at IS NULL AND s.organisation = b.organisation_id AND s.name = b.client
    RETURNING b.id INTO gone;
    DELETE FROM sharing_batch_question q USING sharing_batch_part p WHERE p.id = q.part_id AND p.batch_id = gone;
    DELETE FROM sharing_batch_result r USING sharing_batch_part p WHERE p.id = r.part_id AND p.batch_id = gone;
    RETURN gone IS NOT NULL;
END
$$;

-- name: erase_batches
-- Erase what is asked and answered in batches that are past their time, whosever they are; gives how many. The eraser's.
CREATE OR REPLACE FUNCTION sharing_erase_batches() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint[];
BEGIN
    WITH over AS (UPDATE sharing_batch SET erased_at = clock_timestamp() WHERE erased_at IS NULL AND expires_at <= transaction_timestamp() RETURNING id)
    SELECT coalesce(array_agg(id), '{}') INTO gone FROM over;
    DELETE FROM sharing_batch_question q USING sharing_batch_part p WHERE p.id = q.part_id AND p.batch_id = ANY(gone);
    DELETE FROM sharing_batch_result r USING sharing_batch_part p WHERE p.id = r.part_id AND p.batch_id = ANY(gone);
    RETURN cardinality(gone);
END
$$;

-- name: query_batch_rows
-- The application sees batches of the organisation it speaks for; the credit centre who asked, how many, when. Results are the organisation's
-- own until the batch is over, whether or not the eraser was there.
ALTER TABLE sharing_batch ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_query_batch ON sharing_batch;
CREATE POLICY own_query_batch ON sharing_batch FOR SELECT TO {app}
    USING (organisation_id = (SELECT s.organisation FROM identity_speaker() s) OR (SELECT identity_centre_speaks()));
ALTER TABLE sharing_batch_part ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_batch_part ON sharing_batch_part;
CREATE POLICY own_batch_part ON sharing_batch_part FOR SELECT TO {app} USING (EXISTS (SELECT FROM sharing_batch b WHERE b.id = batch_id));
ALTER TABLE sharing_batch_result ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_batch_result ON sharing_batch_result;
CREATE POLICY own_batch_result ON sharing_batch_result FOR SELECT TO {app} USING (EXISTS (
    SELECT FROM sharing_batch_part p JOIN sharing_batch b ON b.id = p.batch_id
    WHERE p.id = part_id AND b.organisation_id = (SELECT s.organisation FROM identity_speaker() s)
      AND b.erased_at IS NULL AND transaction_timestamp() < b.expires_at));

-- name: query_batch_grants
REVOKE ALL ON FUNCTION sharing_open_batch(text, text, text, text, text, integer), sharing_add_batch_part(bigint, integer, bytea, text),
    sharing_claim_part(bigint[]), sharing_settle_part(bigint, bigint[], uuid[], text), sharing_erase_batch(text), sharing_erase_batches(),
    sharing_guard_batch_part(), sharing_guard_batch_whole(), sharing_guard_part_settled(), sharing_guard_batch_gone(),
    sharing_guard_batch_result() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_open_batch(text, text, text, text, text, integer), sharing_add_batch_part(bigint, integer, bytea, text),
    sharing_claim_part(bigint[]), sharing_settle_part(bigint, bigint[], uuid[], text), sharing_erase_batch(text) TO {app};
GRANT EXECUTE ON FUNCTION sharing_erase_batches() TO {eraser};
GRANT SELECT ON sharing_batch, sharing_batch_part, sharing_batch_result TO {app};
