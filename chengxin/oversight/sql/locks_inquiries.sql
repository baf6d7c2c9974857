-- name: bars
-- Why somebody may not handle an inquiry: it holds entries of their organisation, or of an account of theirs, or is about themselves. '' where
-- nothing is in the way. Runs with the owner's eyes.
CREATE OR REPLACE FUNCTION oversight_bars(inquiry bigint, who bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM oversight_inquiry_entry n
                     JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
                     JOIN identity_organisation o ON o.code = a.organisation
                     JOIN identity_user u ON u.id = who AND u.organisation_id = o.id
                     WHERE n.inquiry_id = inquiry) THEN 'own-organisation'
        WHEN EXISTS (SELECT FROM oversight_inquiry_entry n WHERE n.inquiry_id = inquiry AND n.subject_id <> 0
                     AND identity_lead(n.subject_id) = identity_officer_subject(who)) THEN 'own-case'
        WHEN EXISTS (SELECT FROM (SELECT DISTINCT a.officer FROM oversight_inquiry_entry n
                                  JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
                                  WHERE n.inquiry_id = inquiry) k
                     JOIN identity_user u ON u.login = regexp_replace(k.officer, '^c-[a-z2-7]{16}/', '')
                     WHERE u.id = who OR identity_one_person(u.id, who)) THEN 'own-look-ups'
        ELSE '' END
$$;

-- name: guard_inquiry
-- Closed once, by the reviewer who speaks and whom nothing bars, and changed in nothing else. Misuse is found when whoever was asked has answered
-- or let the term pass, and somebody was asked.
CREATE OR REPLACE FUNCTION oversight_guard_inquiry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    me bigint := (SELECT r.officer FROM identity_reviewer_speaks() r);
    parts text[] := ARRAY['finding', 'reason', 'closed_by_id', 'closed_at'];
BEGIN
    IF OLD.closed_at IS NOT NULL OR to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts THEN
        RAISE EXCEPTION 'an inquiry is closed once, and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF me IS NULL OR NEW.closed_by_id IS DISTINCT FROM me OR oversight_bars(OLD.id, me) <> '' THEN
        RAISE EXCEPTION 'an inquiry is closed by a reviewer whom nothing bars' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(me, '{}');
    IF NEW.finding = 'misuse' AND (NOT EXISTS (SELECT FROM oversight_explanation x WHERE x.inquiry_id = OLD.id)
       OR EXISTS (SELECT FROM oversight_explanation x WHERE x.inquiry_id = OLD.id AND x.answered_at IS NULL AND x.due_on >= today)) THEN
        RAISE EXCEPTION 'misuse is found after whoever it is about was heard' USING ERRCODE = 'check_violation';
    END IF;
    NEW.closed_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_inquiry_trigger
CREATE OR REPLACE TRIGGER inquiry_guarded BEFORE UPDATE ON oversight_inquiry FOR EACH ROW EXECUTE FUNCTION oversight_guard_inquiry();

-- name: inquiry_stays
CREATE OR REPLACE TRIGGER inquiry_stays BEFORE DELETE OR TRUNCATE ON oversight_inquiry
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_inquiry_entry
-- An inquiry holds entries that are in the register, of the organisation that it is about.
CREATE OR REPLACE FUNCTION oversight_guard_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ground_access_entry a JOIN oversight_inquiry i ON i.id = NEW.inquiry_id
                   WHERE a.subject_id = NEW.subject_id AND a.entry_id = NEW.entry_id AND i.organisation IN ('', a.organisation)) THEN
        RAISE EXCEPTION 'an inquiry holds entries of the register' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_inquiry_entry_trigger
CREATE OR REPLACE TRIGGER inquiry_entry_guarded BEFORE INSERT ON oversight_inquiry_entry
    FOR EACH ROW EXECUTE FUNCTION oversight_guard_entry();

-- name: inquiry_entry_append_only
CREATE OR REPLACE TRIGGER inquiry_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_inquiry_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: round_append_only
CREATE OR REPLACE TRIGGER round_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_round
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_explanation
-- Asked for by the reviewer who speaks and whom nothing bars, while the inquiry is open, of an organisation whose entries it holds. No holidays
-- make working days longer than four times as many, and ten more; ninety days is more than any term here.
CREATE OR REPLACE FUNCTION oversight_guard_explanation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    me bigint := (SELECT r.officer FROM identity_reviewer_speaks() r);
BEGIN
    IF me IS NULL OR NEW.asked_by_id IS DISTINCT FROM me OR oversight_bars(NEW.inquiry_id, me) <> '' THEN
        RAISE EXCEPTION 'an explanation is asked for by a reviewer whom nothing bars' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(me, '{}');
    IF NEW.answered_at IS NOT NULL OR NEW.due_on <= today OR NEW.due_on > today + 90
       OR NOT EXISTS (SELECT FROM oversight_inquiry i WHERE i.id = NEW.inquiry_id AND i.closed_at IS NULL) THEN
        RAISE EXCEPTION 'an explanation is asked for while the inquiry is open, and due within a term' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM oversight_inquiry_entry n JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
                   JOIN identity_organisation o ON o.code = a.organisation AND o.id = NEW.organisation_id WHERE n.inquiry_id = NEW.inquiry_id) THEN
        RAISE EXCEPTION 'an explanation is asked of an organisation whose entries the inquiry holds' USING ERRCODE = 'check_violation';
    END IF;
    NEW.asked_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_explanation_trigger
CREATE OR REPLACE TRIGGER explanation_guarded BEFORE INSERT ON oversight_explanation
    FOR EACH ROW EXECUTE FUNCTION oversight_guard_explanation();

-- name: explains_oneself
-- Whether an officer is whom an explanation is about: by an account of theirs that looked, or by a system under their name.
CREATE OR REPLACE FUNCTION oversight_explains_oneself(inquiry bigint, who bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM (SELECT DISTINCT a.officer FROM oversight_inquiry_entry n
                     JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id WHERE n.inquiry_id = inquiry) k
        JOIN identity_user u ON u.login = regexp_replace(k.officer, '^c-[a-z2-7]{16}/', '')
        WHERE u.id = who OR identity_one_person(u.id, who))
$$;

-- name: guard_explanation_answer
-- Answered once, while the inquiry is open, by an officer who speaks for the organisation that was asked and isn't whom it is about.
CREATE OR REPLACE FUNCTION oversight_guard_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parts text[] := ARRAY['answer', 'answered_by_id', 'answered_at'];
BEGIN
    IF OLD.answered_at IS NOT NULL OR to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts
       OR NOT EXISTS (SELECT FROM oversight_inquiry i WHERE i.id = OLD.inquiry_id AND i.closed_at IS NULL) THEN
        RAISE EXCEPTION 'an explanation is answered once, and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_speaker() s JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
                   WHERE s.organisation = OLD.organisation_id AND u.id = NEW.answered_by_id) THEN
        RAISE EXCEPTION 'an explanation is answered by an officer of the organisation' USING ERRCODE = 'check_violation';
    END IF;
    IF oversight_explains_oneself(OLD.inquiry_id, NEW.answered_by_id) THEN
        RAISE EXCEPTION 'nobody explains their own look-ups' USING ERRCODE = 'check_violation';
    END IF;
    NEW.answered_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_explanation_answer_trigger
CREATE OR REPLACE TRIGGER explanation_answer_guarded BEFORE UPDATE ON oversight_explanation
    FOR EACH ROW EXECUTE FUNCTION oversight_guard_answer();

-- name: explanation_stays
CREATE OR REPLACE TRIGGER explanation_stays BEFORE DELETE OR TRUNCATE ON oversight_explanation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: inquiry_table_grants
REVOKE ALL ON FUNCTION oversight_bars(bigint, bigint), oversight_guard_inquiry(), oversight_guard_entry(), oversight_guard_explanation(),
    oversight_explains_oneself(bigint, bigint), oversight_guard_answer() FROM PUBLIC;
