-- name: moment_number
-- The least number that an entry of a moment can have: entries are numbered by the moment (UUID version 7), so that one index serves both.
CREATE OR REPLACE FUNCTION sharing_moment_number(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- name: own_entries
-- Who looked at whoever speaks for themselves, and at those whom they absorbed, and why: the newest first, those before an entry. An empty
-- filter lets everything through; own readings are left out unless asked for. Runs with the owner's eyes, since no role of the application
-- reads the register; gives nothing of what was seen but names of fields and how many records.
CREATE OR REPLACE FUNCTION sharing_own_entries(before uuid, first_at timestamptz, last_at timestamptz, of_organisation text, for_purpose text,
                                               by_channel text, by_leave text, with_own boolean, most integer)
    RETURNS TABLE (entry_id uuid, at timestamptz, organisation varchar, role text, purpose varchar, basis varchar, channel varchar,
                   outcome varchar, question bigint, leave varchar, fields varchar[], records integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_reading();
    low uuid := sharing_moment_number(coalesce(first_at, '1970-01-01Z'));
    high uuid := least(before, sharing_moment_number(last_at));
BEGIN
    RETURN QUERY
    SELECT e.entry_id, e.at, coalesce(o.name, e.organisation), coalesce(g.roles, ''),
           (coalesce(p.name, e.purpose) || coalesce('（' || d.name || '）', ''))::varchar,
           coalesce(b.text, e.basis)::varchar, e.channel, e.outcome, q.id, e.authorisation, e.fields, coalesce(cardinality(e.versions), 0)
    FROM (
        SELECT f.* FROM identity_held_by(me) AS held (subject_id)
        CROSS JOIN LATERAL (
            SELECT a.* FROM ground_access_entry a
            WHERE a.subject_id = held.subject_id AND a.entry_id >= low AND (high IS NULL OR a.entry_id < high)
              AND (of_organisation = '' OR a.organisation = of_organisation) AND (for_purpose = '' OR a.purpose = for_purpose)
              AND (by_channel = '' OR a.channel = by_channel) AND (by_leave = '' OR a.authorisation = by_leave AND (by_channel <> '' OR a.channel <> 'change'))
              AND (with_own OR a.channel <> 'person')
            ORDER BY a.entry_id DESC LIMIT most) f
        ORDER BY f.entry_id DESC LIMIT most) e
    LEFT JOIN identity_organisation o ON o.code = e.organisation
    LEFT JOIN LATERAL (SELECT c.name FROM catalogue_purpose c WHERE c.code = e.purpose ORDER BY c.id DESC LIMIT 1) p ON true
    LEFT JOIN sharing_duty d ON d.code = e.duty
    LEFT JOIN LATERAL (SELECT format('《%s》%s', l.name, c.article) AS text FROM catalogue_article c JOIN catalogue_law l ON l.code = c.law_id
                       WHERE c.ref = e.basis) b ON true
    LEFT JOIN LATERAL (SELECT string_agg(DISTINCT r.role, ',') AS roles FROM identity_user u JOIN identity_role_grant r ON r.user_id = u.id
                       WHERE u.login = e.officer AND u.subject_id IS NULL AND r.granted_at <= e.at
                         AND r.valid_until > (e.at AT TIME ZONE 'Asia/Shanghai')::date AND coalesce(r.withdrawn_at > e.at, true)) g ON true
    LEFT JOIN sharing_question q ON q.entry_id = e.entry_id AND q.subject_id = e.subject_id
    ORDER BY e.entry_id DESC;
END
$$;

-- name: own_entry_choices
-- By whom, for what and by which way whoever speaks for themselves was ever looked at: what the filters offer.
CREATE OR REPLACE FUNCTION sharing_own_entry_choices() RETURNS TABLE (kind text, code varchar, name varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    WITH seen AS MATERIALIZED (
        SELECT DISTINCT a.organisation, a.purpose, a.channel FROM ground_access_entry a
        WHERE a.subject_id IN (SELECT identity_held_by(me)) AND a.channel <> 'person'
    )
    SELECT 'organisation', s.organisation, coalesce(o.name, s.organisation)
        FROM (SELECT DISTINCT organisation FROM seen) s LEFT JOIN identity_organisation o ON o.code = s.organisation
    UNION ALL
    SELECT 'purpose', s.purpose, coalesce((SELECT p.name FROM catalogue_purpose p WHERE p.code = s.purpose ORDER BY p.id DESC LIMIT 1), s.purpose)
        FROM (SELECT DISTINCT purpose FROM seen) s
    UNION ALL
    SELECT DISTINCT 'channel', s.channel, s.channel FROM seen s;
END
$$;

-- name: ask
-- Whoever speaks for themselves questions an entry about them, once. Asked is the organisation that looked; the credit centre where nobody
-- of that name is known. No holidays make working days longer than four times as many, and ten more.
CREATE OR REPLACE FUNCTION sharing_ask(entry uuid, said text, due date, estimated boolean) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    longest integer := (SELECT max(t.value) FROM records_term t WHERE t.name = 'access-questions' AND t.number = 'answer');
    made bigint;
BEGIN
    IF due <= today OR due > today + 4 * longest + 10 THEN
        RAISE EXCEPTION 'a question is due within its term' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO sharing_question (subject_id, entry_id, organisation, asked_at, words, due_on, due_estimated, answered_by, answer)
    SELECT a.subject_id, a.entry_id,
           coalesce((SELECT o.code FROM identity_organisation o WHERE o.code = a.organisation),
                    (SELECT o.code FROM identity_organisation o WHERE o.kind = 'centre' ORDER BY o.region, o.id LIMIT 1)),
           clock_timestamp(), said, due, estimated, '', ''
    FROM ground_access_entry a
    WHERE a.entry_id = entry AND a.subject_id IN (SELECT identity_held_by(me)) AND a.channel <> 'person'
    ON CONFLICT DO NOTHING
    RETURNING id INTO made;
    RETURN made;
END
$$;

-- name: own_questions
-- What whoever speaks for themselves asked, and what was answered, the newest first; one of them where it is named.
CREATE OR REPLACE FUNCTION sharing_own_questions(wanted bigint, before bigint, most integer)
    RETURNS TABLE (id bigint, entry_id uuid, organisation varchar, at timestamptz, purpose varchar, asked_at timestamptz, words varchar,
                   due_on date, due_estimated boolean, answered_at timestamptz, answer varchar, seen_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT q.id, q.entry_id, coalesce(o.name, q.organisation), a.at,
           coalesce((SELECT p.name FROM catalogue_purpose p WHERE p.code = a.purpose ORDER BY p.id DESC LIMIT 1), a.purpose),
           q.asked_at, q.words, q.due_on, q.due_estimated, q.answered_at, q.answer, q.seen_at
    FROM sharing_question q
    JOIN ground_access_entry a ON a.subject_id = q.subject_id AND a.entry_id = q.entry_id
    LEFT JOIN identity_organisation o ON o.code = q.organisation
    WHERE q.subject_id IN (SELECT identity_held_by(me)) AND q.id < before AND (wanted IS NULL OR q.id = wanted)
    ORDER BY q.id DESC LIMIT most;
END
$$;

-- name: see_answers
-- Note that whoever speaks for themselves has seen what was answered.
CREATE OR REPLACE FUNCTION sharing_see_answers() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen integer;
BEGIN
    UPDATE sharing_question q SET seen_at = clock_timestamp()
    WHERE q.subject_id IN (SELECT identity_held_by(identity_person_speaking())) AND q.answered_at IS NOT NULL AND q.seen_at IS NULL;
    GET DIAGNOSTICS seen = ROW_COUNT;
    RETURN seen;
END
$$;

-- name: questions_to
-- What the organisation that is spoken for is asked: those without an answer first, the one due soonest on top. Not who asks: the moment, the
-- officer and the case lead there.
CREATE OR REPLACE FUNCTION sharing_questions_to(open_only boolean, most integer)
    RETURNS TABLE (id bigint, at timestamptz, officer varchar, purpose varchar, basis varchar, case_reference varchar, channel varchar,
                   outcome varchar, asked_at timestamptz, words varchar, due_on date, due_estimated boolean, answered_at timestamptz,
                   answered_by varchar, answer varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT q.id, a.at, a.officer, coalesce((SELECT p.name FROM catalogue_purpose p WHERE p.code = a.purpose ORDER BY p.id DESC LIMIT 1), a.purpose),
           a.basis, a.case_reference, a.channel, a.outcome, q.asked_at, q.words, q.due_on, q.due_estimated, q.answered_at, q.answered_by, q.answer
    FROM sharing_question q
    JOIN ground_access_entry a ON a.subject_id = q.subject_id AND a.entry_id = q.entry_id
    WHERE q.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation)
      AND (q.answered_at IS NULL OR NOT open_only)
    ORDER BY q.answered_at IS NOT NULL, CASE WHEN q.answered_at IS NULL THEN q.due_on END, q.id DESC LIMIT most;
END
$$;

-- name: answer_question
-- Answered once, by whoever speaks for the organisation that was asked, and told to the person; gives the person, nobody (0) where the officer
-- asked it themselves.
CREATE OR REPLACE FUNCTION sharing_answer_question(wanted bigint, said text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asker bigint := (SELECT q.subject_id FROM sharing_question q, identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
                     WHERE q.id = wanted AND q.organisation = o.code AND q.answered_at IS NULL);
BEGIN
    IF identity_lead(asker) IN (SELECT identity_officer_subject(u.id) FROM identity_user u JOIN identity_speaker() s ON u.login = s.name) THEN
        RETURN 0;
    END IF;
    UPDATE sharing_question q SET answered_at = clock_timestamp(), answered_by = s.name, answer = said
    FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
    WHERE q.id = wanted AND q.organisation = o.code AND q.answered_at IS NULL;
    IF FOUND THEN
        INSERT INTO ground_message (subject_id, at, kind, reference) VALUES (asker, clock_timestamp(), 'question-answered', 'question:' || wanted);
    END IF;
    RETURN asker;
END
$$;

-- name: guard_question
CREATE OR REPLACE FUNCTION sharing_guard_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answered_at IS NOT NULL AND (NEW.answered_at, NEW.answered_by, NEW.answer) IS DISTINCT FROM (OLD.answered_at, OLD.answered_by, OLD.answer)
       OR OLD.seen_at IS NOT NULL AND NEW.seen_at IS DISTINCT FROM OLD.seen_at
       OR (to_jsonb(NEW) - 'answered_at' - 'answered_by' - 'answer' - 'seen_at')
          IS DISTINCT FROM (to_jsonb(OLD) - 'answered_at' - 'answered_by' - 'answer' - 'seen_at') THEN
        RAISE EXCEPTION 'a question is answered once, seen once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_question_trigger
CREATE OR REPLACE TRIGGER question_guarded BEFORE UPDATE ON sharing_question FOR EACH ROW EXECUTE FUNCTION sharing_guard_question();

-- name: question_stays
CREATE OR REPLACE TRIGGER question_stays BEFORE DELETE OR TRUNCATE ON sharing_question FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: entries_grants
REVOKE ALL ON FUNCTION sharing_moment_number(timestamptz), sharing_own_entries(uuid, timestamptz, timestamptz, text, text, text, text, boolean, integer),
    sharing_own_entry_choices(), sharing_ask(uuid, text, date, boolean), sharing_own_questions(bigint, bigint, integer),
    sharing_see_answers(), sharing_questions_to(boolean, integer), sharing_answer_question(bigint, text), sharing_guard_question() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_own_entries(uuid, timestamptz, timestamptz, text, text, text, text, boolean, integer), sharing_own_entry_choices(),
    sharing_ask(uuid, text, date, boolean), sharing_own_questions(bigint, bigint, integer), sharing_see_answers(),
    sharing_questions_to(boolean, integer), sharing_answer_question(bigint, text) TO {app};
