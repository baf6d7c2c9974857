-- name: catalogue_speaks
-- For which organisation, and of which kind, an officer speaks in this transaction, who has the right to act in the catalogue now. Runs with
-- the owner's eyes.
CREATE OR REPLACE FUNCTION catalogue_speaks(officer bigint, OUT organisation bigint, OUT kind text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.kind
    FROM identity_speaker() s
    JOIN identity_organisation o ON o.id = s.organisation
    JOIN identity_user u ON u.login = s.name AND u.organisation_id = o.id AND u.id = officer
    JOIN identity_right r ON r.user_id = u.id AND r.role = CASE WHEN o.kind IN ('department', 'court') THEN 'clerk' ELSE 'officer' END
$$;

-- name: draft_content
-- A digest over all that a draft holds; jsonb has one spelling only.
CREATE OR REPLACE FUNCTION catalogue_draft_digest(number bigint) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(convert_to(coalesce(string_agg(
        jsonb_build_array(i.code, i.change, i.definition, i.code_lists)::text, E'\n' ORDER BY i.code COLLATE "C"), ''), 'UTF8'))
    FROM catalogue_draft_item i WHERE i.draft_id = number
$$;

-- name: draft_burdens
-- Whether a draft burdens people: an item of it is adverse or open to the public.
CREATE OR REPLACE FUNCTION catalogue_draft_burdens(number bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM catalogue_draft_item i
        WHERE i.draft_id = number AND i.change = 'set'
          AND (i.definition ->> 'nature' = 'adverse' OR i.definition -> 'disclosure' ? 'public'))
$$;

-- name: guard_draft
-- A draft is begun by a clerk of the organisation that it is of.
CREATE OR REPLACE FUNCTION catalogue_guard_draft() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM catalogue_speaks(NEW.created_by_id) s
        WHERE s.organisation = NEW.organisation_id AND s.kind IN ('department', 'court')
    ) THEN
        RAISE EXCEPTION 'the catalogue is drafted by whoever speaks for a department or court' USING ERRCODE = 'check_violation';
    END IF;
    NEW.created_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_draft_trigger
CREATE OR REPLACE TRIGGER draft_guarded BEFORE INSERT ON catalogue_draft FOR EACH ROW EXECUTE FUNCTION catalogue_guard_draft();

-- name: draft_append_only
CREATE OR REPLACE TRIGGER draft_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_draft
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_draft_item
-- What a draft holds changes while it is drawn up or was returned, by the drafting organisation, and at no other time. The lock on the draft
-- keeps a change and a submission from missing each other.
CREATE OR REPLACE FUNCTION catalogue_guard_draft_item() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    number bigint := coalesce(NEW.draft_id, OLD.draft_id);
    speaker text := (SELECT s.name FROM identity_speaker() s);
    drafting bigint;
    stands text;
BEGIN
    SELECT d.organisation_id INTO drafting FROM catalogue_draft d WHERE d.id = number FOR UPDATE;
    SELECT s.kind INTO stands FROM catalogue_step s WHERE s.draft_id = number ORDER BY s.id DESC LIMIT 1;
    IF stands <> 'return' OR TG_OP = 'UPDATE' AND (NEW.draft_id, NEW.code) IS DISTINCT FROM (OLD.draft_id, OLD.code) THEN
        RAISE EXCEPTION 'a draft that was submitted stays as it is' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (
        SELECT FROM identity_user u, catalogue_speaks(u.id) s
        WHERE u.login = speaker AND s.organisation = drafting AND (TG_OP = 'DELETE' OR u.id = NEW.updated_by_id)
    ) THEN
        RAISE EXCEPTION 'a draft is drawn up by whoever speaks for its organisation' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_draft_item_trigger
CREATE OR REPLACE TRIGGER draft_item_guarded BEFORE INSERT OR UPDATE OR DELETE ON catalogue_draft_item
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_draft_item();

-- name: draft_item_stays
CREATE OR REPLACE TRIGGER draft_item_stays BEFORE TRUNCATE ON catalogue_draft_item
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_draft_step
-- The way of a draft: which step comes after which, by whom, and over the same content as the one before. Whoever drafted doesn't review, and
-- who did either doesn't approve; they are three persons who declared who they are, and of different organisations. What burdens people is approved after a consultation that ran
-- for its whole time and whose every comment is answered. What rests on a law that changed since it was submitted isn't published.
CREATE OR REPLACE FUNCTION catalogue_guard_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    drafted catalogue_draft;
    before catalogue_step;
    who record;
BEGIN
    SELECT d.* INTO drafted FROM catalogue_draft d WHERE d.id = NEW.draft_id FOR UPDATE;
    SELECT s.* INTO before FROM catalogue_step s WHERE s.draft_id = NEW.draft_id ORDER BY s.id DESC LIMIT 1;
    SELECT s.organisation, s.kind INTO who FROM catalogue_speaks(NEW.actor_id) s;
    IF NOT (CASE NEW.kind
        WHEN 'submit' THEN who.organisation = drafted.organisation_id
        WHEN 'withdraw' THEN who.organisation = drafted.organisation_id
        WHEN 'approve' THEN who.kind = 'supervisor'
        WHEN 'return' THEN who.kind = 'centre' OR who.kind = 'supervisor' AND before.kind <> 'submit'
        ELSE who.kind = 'centre' END) IS TRUE
    THEN
        RAISE EXCEPTION 'a step of the catalogue by somebody whose it isn''t' USING ERRCODE = 'check_violation';
    END IF;
    IF (coalesce(before.kind, ''), NEW.kind) NOT IN (
        ('', 'submit'), ('return', 'submit'), ('submit', 'review'), ('review', 'consult'), ('review', 'approve'), ('consult', 'approve'),
        ('approve', 'publish'), ('submit', 'return'), ('review', 'return'), ('consult', 'return'), ('approve', 'return'),
        ('', 'withdraw'), ('submit', 'withdraw'), ('review', 'withdraw'), ('consult', 'withdraw'), ('approve', 'withdraw'),
        ('return', 'withdraw')
    ) THEN
        RAISE EXCEPTION 'a step of the catalogue out of turn' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('review', 'approve') AND (
        NEW.actor_id = drafted.created_by_id
        OR EXISTS (SELECT FROM catalogue_draft_item i WHERE i.draft_id = NEW.draft_id AND i.updated_by_id = NEW.actor_id)
        OR EXISTS (SELECT FROM catalogue_step s WHERE s.draft_id = NEW.draft_id AND s.actor_id = NEW.actor_id
                   AND s.kind IN ('submit', CASE NEW.kind WHEN 'approve' THEN 'review' END))
    ) THEN
        RAISE EXCEPTION 'nobody reviews what they drafted, or approves what they drafted or reviewed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('review', 'approve') THEN
        PERFORM identity_refuse_one_person(h.officer, NEW.actor_id) FROM (
            SELECT drafted.created_by_id AS officer
            UNION SELECT i.updated_by_id FROM catalogue_draft_item i WHERE i.draft_id = NEW.draft_id
            UNION SELECT s.actor_id FROM catalogue_step s
                WHERE s.draft_id = NEW.draft_id AND (s.kind = 'submit' OR s.kind = 'review' AND NEW.kind = 'approve')) h;
    END IF;
    NEW.at := clock_timestamp();
    NEW.digest := catalogue_draft_digest(NEW.draft_id);
    IF NEW.kind = 'submit' AND NOT EXISTS (SELECT FROM catalogue_draft_item i WHERE i.draft_id = NEW.draft_id) THEN
        RAISE EXCEPTION 'a draft without items' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('review', 'consult', 'approve', 'publish') AND NEW.digest <> before.digest THEN
        RAISE EXCEPTION 'a draft that changed since the step before' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'consult' AND (NEW.until >= today + (
        SELECT t.value::int FROM records_term t WHERE t.name = 'catalogue-consultation' AND t.number = 'open' AND t.valid_from <= today
        ORDER BY t.valid_from DESC LIMIT 1)) IS NOT TRUE
    THEN
        RAISE EXCEPTION 'a consultation shorter than may be' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'approve' AND before.kind = 'review' AND catalogue_draft_burdens(NEW.draft_id)
       OR NEW.kind = 'approve' AND before.until >= today
       OR NEW.kind = 'approve' AND EXISTS (
           SELECT FROM catalogue_comment c WHERE c.consultation_id = before.id AND c.answered_at IS NULL)
    THEN
        RAISE EXCEPTION 'what burdens people waits for a consultation that has run out and is answered' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind IN ('approve', 'publish') AND EXISTS (
        SELECT FROM catalogue_draft_item i
        CROSS JOIN jsonb_array_elements(CASE i.change WHEN 'set' THEN i.definition -> 'bases' ELSE '[]' END) b
        JOIN catalogue_law_event e ON b ->> 'ref' = ANY(e.articles)
        WHERE i.draft_id = NEW.draft_id
          AND e.entered_at > (SELECT max(s.at) FROM catalogue_step s WHERE s.draft_id = NEW.draft_id AND s.kind = 'submit')
    ) THEN
        RAISE EXCEPTION 'a law that the draft rests on changed since it was submitted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_draft_step_trigger
CREATE OR REPLACE TRIGGER step_guarded BEFORE INSERT ON catalogue_step FOR EACH ROW EXECUTE FUNCTION catalogue_guard_step();

-- name: draft_step_append_only
CREATE OR REPLACE TRIGGER step_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_step
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: comment_on_draft
-- What somebody of the public says of a draft while it is open to comments: no more in an hour than the limit, and the same words once.
-- The only way in: whoever may call it needs no right on any table.
CREATE OR REPLACE FUNCTION catalogue_comment_on(number bigint, words text, called text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    last catalogue_step;
BEGIN
    PERFORM FROM catalogue_draft d WHERE d.id = number FOR UPDATE;
    SELECT s.* INTO last FROM catalogue_step s WHERE s.draft_id = number ORDER BY s.id DESC LIMIT 1;
    IF (last.kind = 'consult' AND today <= last.until) IS NOT TRUE THEN
        RETURN 'closed';
    END IF;
    IF EXISTS (SELECT FROM catalogue_comment c WHERE c.consultation_id = last.id AND c.text = words) THEN
        RETURN 'taken';
    END IF;
    IF (SELECT count(*) FROM catalogue_comment c WHERE c.draft_id = number AND c.at > clock_timestamp() - interval '1 hour')
       >= (SELECT t.value FROM records_term t WHERE t.name = 'catalogue-comments' AND t.number = 'an_hour' AND t.valid_from <= today
           ORDER BY t.valid_from DESC LIMIT 1) THEN
        RETURN 'full';
    END IF;
    INSERT INTO catalogue_comment (draft_id, consultation_id, text, name, at, answer)
    VALUES (number, last.id, words, called, clock_timestamp(), '');
    RETURN 'taken';
END
$$;

-- name: guard_comment_answer
-- A comment is answered once, by the credit centre, and never rewritten.
CREATE OR REPLACE FUNCTION catalogue_guard_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.draft_id, NEW.consultation_id, NEW.text, NEW.name, NEW.at)
       IS DISTINCT FROM (OLD.id, OLD.draft_id, OLD.consultation_id, OLD.text, OLD.name, OLD.at) OR OLD.answered_at IS NOT NULL THEN
        RAISE EXCEPTION 'a comment is answered once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM catalogue_speaks(NEW.answered_by_id) s WHERE s.kind = 'centre') THEN
        RAISE EXCEPTION 'comments are answered at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    NEW.answered_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_comment_answer_trigger
CREATE OR REPLACE TRIGGER comment_answer_guarded BEFORE UPDATE ON catalogue_comment
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_answer();

-- name: comment_stays
CREATE OR REPLACE TRIGGER comment_stays BEFORE DELETE OR TRUNCATE ON catalogue_comment
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: draft_grants
REVOKE ALL ON FUNCTION catalogue_speaks(bigint), catalogue_draft_digest(bigint), catalogue_draft_burdens(bigint), catalogue_guard_draft(),
    catalogue_guard_draft_item(), catalogue_guard_step(), catalogue_comment_on(bigint, text, text), catalogue_guard_answer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalogue_comment_on(bigint, text, text) TO {app};
GRANT SELECT, INSERT ON catalogue_draft, catalogue_step TO {app};
GRANT SELECT, INSERT, DELETE, UPDATE (change, definition, code_lists, updated_by_id, updated_at) ON catalogue_draft_item TO {app};
GRANT SELECT, UPDATE (answer, answered_by_id, answered_at) ON catalogue_comment TO {app};
GRANT USAGE ON SEQUENCE catalogue_draft_id_seq, catalogue_step_id_seq, catalogue_draft_item_id_seq TO {app};
