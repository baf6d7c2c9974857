-- name: inquiries
-- The inquiries that the reviewer who speaks may handle, none of their own organisation's. ``due``: the first day by which somebody asked is to answer.
CREATE OR REPLACE FUNCTION oversight_inquiries(wanted bigint, most integer) RETURNS TABLE (id bigint, rule varchar, day date, organisation varchar,
    organisation_name varchar, officer varchar, duty varchar, person boolean, observed integer, total integer, expected numeric, compared integer,
    numbers jsonb, opened_at timestamptz, finding varchar, reason varchar, closed_by varchar, closed_at timestamptz, entries bigint, asked bigint,
    answered bigint, due date) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me record;
BEGIN
    SELECT r.officer, r.code INTO me FROM identity_reviewer_speaks() r;
    RETURN QUERY
    SELECT i.id, i.rule, i.day, i.organisation, coalesce(o.name, ''), i.officer, i.duty, i.subject_id <> 0, i.observed, i.total, i.expected, i.compared,
           i.numbers, i.opened_at, i.finding, i.reason, coalesce(u.login, ''), i.closed_at,
           (SELECT count(*) FROM oversight_inquiry_entry n WHERE n.inquiry_id = i.id), x.asked, x.answered, x.due
    FROM oversight_inquiry i
    LEFT JOIN identity_organisation o ON o.code = i.organisation
    LEFT JOIN identity_user u ON u.id = i.closed_by_id
    CROSS JOIN LATERAL (SELECT count(*) AS asked, count(e.answered_at) AS answered, min(e.due_on) FILTER (WHERE e.answered_at IS NULL) AS due
                        FROM oversight_explanation e WHERE e.inquiry_id = i.id) x
    WHERE me.officer IS NOT NULL AND (wanted IS NULL OR i.id = wanted) AND i.organisation <> me.code
      AND NOT (i.organisation = '' AND EXISTS (
          SELECT FROM oversight_inquiry_entry n JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
          WHERE n.inquiry_id = i.id AND a.organisation = me.code))
    ORDER BY i.id DESC LIMIT most;
END
$$;

-- name: hands_on
-- Why the reviewer who speaks may not handle an inquiry; '' where nothing is in the way.
CREATE OR REPLACE FUNCTION oversight_hands(inquiry bigint) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN r.officer IS NULL THEN 'no-reviewer' ELSE oversight_bars(inquiry, r.officer) END FROM identity_reviewer_speaks() r
$$;

-- name: entries_of
-- The entries of an inquiry, for a reviewer whom nothing bars, or an organisation that was asked: its own alone. A person is a number within the
-- inquiry; whether anything was found is credit content, which no reviewer reads: an answer is an answer.
CREATE OR REPLACE FUNCTION oversight_entries(inquiry bigint, most integer) RETURNS TABLE (at timestamptz, organisation varchar, officer varchar,
    purpose varchar, duty varchar, basis varchar, case_reference varchar, channel varchar, outcome varchar, reason varchar, person bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    reviews boolean := coalesce(oversight_hands(inquiry) = '', false);
    own varchar := (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
                    JOIN oversight_explanation x ON x.organisation_id = o.id AND x.inquiry_id = inquiry);
BEGIN
    RETURN QUERY
    SELECT a.at, coalesce(o.name, a.organisation), a.officer,
           coalesce((SELECT p.name FROM catalogue_purpose p WHERE p.code = a.purpose ORDER BY p.id DESC LIMIT 1), a.purpose), a.duty,
           coalesce((SELECT format('《%s》%s', l.name, c.article) FROM catalogue_article c JOIN catalogue_law l ON l.code = c.law_id
                     WHERE c.ref = a.basis), a.basis)::varchar,
           a.case_reference, a.channel, CASE a.outcome WHEN 'empty' THEN 'answered' ELSE a.outcome END::varchar, a.reason,
           CASE WHEN a.subject_id <> 0 THEN dense_rank() OVER (ORDER BY identity_lead(nullif(a.subject_id, 0)) NULLS LAST) END
    FROM oversight_inquiry_entry n
    JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
    LEFT JOIN identity_organisation o ON o.code = a.organisation
    WHERE n.inquiry_id = inquiry AND (reviews OR a.organisation = own)
    ORDER BY a.entry_id LIMIT most;
END
$$;

-- name: explanations_of
-- What was asked in an inquiry and answered, for a reviewer whom nothing bars.
CREATE OR REPLACE FUNCTION oversight_explanations_of(inquiry bigint) RETURNS TABLE (id bigint, organisation varchar, words varchar, asked_by varchar,
    asked_at timestamptz, due_on date, due_estimated boolean, answer varchar, answered_by varchar, answered_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT x.id, o.name, x.words, u.login, x.asked_at, x.due_on, x.due_estimated, x.answer, coalesce(a.login, ''), x.answered_at
    FROM oversight_explanation x
    JOIN identity_organisation o ON o.id = x.organisation_id
    JOIN identity_user u ON u.id = x.asked_by_id
    LEFT JOIN identity_user a ON a.id = x.answered_by_id
    WHERE x.inquiry_id = inquiry AND coalesce(oversight_hands(inquiry) = '', false)
    ORDER BY x.id
$$;

-- name: explanations_to
-- What reviewers ask the organisation that is spoken for: those without an answer first. ``open``: whether it can still be answered.
CREATE OR REPLACE FUNCTION oversight_explanations_to(wanted bigint, most integer) RETURNS TABLE (id bigint, inquiry bigint, rule varchar, day date,
    officer varchar, words varchar, asked_at timestamptz, due_on date, due_estimated boolean, answer varchar, answered_by varchar,
    answered_at timestamptz, open boolean, entries bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT x.id, x.inquiry_id, i.rule, i.day, i.officer, x.words, x.asked_at, x.due_on, x.due_estimated, x.answer, coalesce(u.login, ''), x.answered_at,
           x.answered_at IS NULL AND i.closed_at IS NULL,
           (SELECT count(*) FROM oversight_inquiry_entry n JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
            JOIN identity_organisation o ON o.code = a.organisation AND o.id = x.organisation_id WHERE n.inquiry_id = x.inquiry_id)
    FROM oversight_explanation x
    JOIN oversight_inquiry i ON i.id = x.inquiry_id
    LEFT JOIN identity_user u ON u.id = x.answered_by_id
    WHERE x.organisation_id = (SELECT s.organisation FROM identity_speaker() s) AND (wanted IS NULL OR x.id = wanted)
    ORDER BY x.answered_at IS NOT NULL OR i.closed_at IS NOT NULL, x.id DESC LIMIT most;
END
$$;

-- name: ask_explanations
-- The reviewer who speaks asks every organisation whose entries the inquiry holds and that wasn't asked yet; gives how many.
CREATE OR REPLACE FUNCTION oversight_ask(inquiry bigint, said text, due date, estimated boolean) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made integer;
BEGIN
    INSERT INTO oversight_explanation (inquiry_id, organisation_id, words, asked_by_id, asked_at, due_on, due_estimated, answer)
    SELECT inquiry, o.id, said, r.officer, clock_timestamp(), due, estimated, ''
    FROM (SELECT DISTINCT a.organisation FROM oversight_inquiry_entry n
          JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id WHERE n.inquiry_id = inquiry) e
    JOIN identity_organisation o ON o.code = e.organisation
    CROSS JOIN identity_reviewer_speaks() r
    WHERE r.officer IS NOT NULL
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: answer_explanation
-- The officer who speaks answers for their organisation; gives whether there was something to answer.
CREATE OR REPLACE FUNCTION oversight_answer(wanted bigint, said text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE oversight_explanation x SET answer = said, answered_by_id = u.id, answered_at = clock_timestamp()
    FROM identity_speaker() s JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
    WHERE x.id = wanted AND x.organisation_id = s.organisation AND x.answered_at IS NULL
      AND EXISTS (SELECT FROM oversight_inquiry i WHERE i.id = x.inquiry_id AND i.closed_at IS NULL);
    RETURN FOUND;
END
$$;

-- name: whose_explanation
-- Whether the officer who speaks is whom an explanation is about.
CREATE OR REPLACE FUNCTION oversight_own_explanation(wanted bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(bool_or(oversight_explains_oneself(x.inquiry_id, u.id)), false)
    FROM oversight_explanation x
    JOIN identity_speaker() s ON s.organisation = x.organisation_id
    JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
    WHERE x.id = wanted
$$;

-- name: close_inquiry
-- The reviewer who speaks closes an inquiry, once; where misuse was found, each person whose data was looked at is told, in the same transaction.
-- Gives how many were told, NULL where there was nothing to close.
CREATE OR REPLACE FUNCTION oversight_close(inquiry bigint, judged varchar, why varchar) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told bigint;
BEGIN
    UPDATE oversight_inquiry i SET finding = judged, reason = why, closed_by_id = r.officer, closed_at = clock_timestamp()
    FROM identity_reviewer_speaks() r
    WHERE i.id = inquiry AND i.closed_at IS NULL AND r.officer IS NOT NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO ground_message (subject_id, at, kind, reference)
    SELECT l.person, clock_timestamp(), 'misuse-found', 'inquiry:' || inquiry
    FROM (SELECT DISTINCT identity_lead(n.subject_id) AS person FROM oversight_inquiry_entry n
          WHERE n.inquiry_id = inquiry AND n.subject_id <> 0 AND judged = 'misuse') l;
    GET DIAGNOSTICS told = ROW_COUNT;
    RETURN told;
END
$$;

-- name: suspensions_seen
-- Suspensions, proposed, standing, ended and dropped, for the reviewer who speaks; none of their own organisation's.
CREATE OR REPLACE FUNCTION oversight_suspensions(wanted bigint, most integer) RETURNS TABLE (id bigint, kind text, name varchar, label varchar,
    organisation varchar, reason varchar, reference varchar, proposed_by varchar, proposed_at timestamptz, agreed_by varchar, agreed_at timestamptz,
    dropped_at timestamptz, end_reason varchar, end_proposed_by varchar, end_proposed_at timestamptz, ended_by varchar, ended_at timestamptz,
    state text, mine boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me record;
BEGIN
    SELECT r.officer, r.organisation INTO me FROM identity_reviewer_speaks() r;
    RETURN QUERY
    SELECT s.id, CASE WHEN s.client_id IS NOT NULL THEN 'client' WHEN s.officer_id IS NOT NULL THEN 'officer' ELSE 'enrolment' END,
           CASE WHEN s.enrolment IS NOT NULL THEN d.code ELSE s.name END, coalesce(c.name, u.display_name, d.name), o.name, s.reason, s.reference,
           p.login, s.proposed_at, coalesce(a.login, ''), s.agreed_at, s.dropped_at, s.end_reason, coalesce(q.login, ''), s.end_proposed_at,
           coalesce(z.login, ''), s.ended_at,
           CASE WHEN s.dropped_at IS NOT NULL THEN 'dropped' WHEN s.ended_at IS NOT NULL THEN 'ended' WHEN s.end_proposed_at IS NOT NULL THEN 'ending'
                WHEN s.agreed_at IS NOT NULL THEN 'stands' ELSE 'proposed' END,
           me.officer = CASE WHEN s.end_proposed_at IS NULL THEN s.proposed_by_id ELSE s.end_proposed_by_id END
    FROM identity_suspension s
    JOIN identity_organisation o ON o.id = s.organisation_id
    LEFT JOIN identity_client c ON c.id = s.client_id
    LEFT JOIN identity_user u ON u.id = s.officer_id
    LEFT JOIN sharing_enrolment e ON e.id = s.enrolment
    LEFT JOIN sharing_duty d ON d.id = e.duty_id
    JOIN identity_user p ON p.id = s.proposed_by_id
    LEFT JOIN identity_user a ON a.id = s.agreed_by_id
    LEFT JOIN identity_user q ON q.id = s.end_proposed_by_id
    LEFT JOIN identity_user z ON z.id = s.ended_by_id
    WHERE me.officer IS NOT NULL AND s.organisation_id <> me.organisation AND (wanted IS NULL OR s.id = wanted)
    ORDER BY s.id DESC LIMIT most;
END
$$;

-- name: suspendable
-- What could be suspended on account of an inquiry: the systems, officers and enrolments by which its entries were made. For a reviewer whom
-- nothing bars; none that is suspended or proposed already.
CREATE OR REPLACE FUNCTION oversight_suspendable(inquiry bigint) RETURNS TABLE (kind text, number bigint, name varchar, label varchar,
    organisation varchar) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH made AS (
        SELECT DISTINCT a.organisation, split_part(a.officer, '/', 1) AS name, a.officer, a.duty
        FROM oversight_inquiry_entry n JOIN ground_access_entry a ON a.subject_id = n.subject_id AND a.entry_id = n.entry_id
        WHERE n.inquiry_id = inquiry AND coalesce(oversight_hands(inquiry) = '', false)
    ), found AS (
        SELECT 'client' AS kind, c.id AS number, c.client_id AS name, c.name AS label, c.organisation_id
        FROM identity_client c JOIN made m ON m.name = c.client_id
        UNION
        SELECT 'officer', u.id, u.login, u.display_name, u.organisation_id
        FROM identity_user u JOIN made m ON m.officer = u.login AND u.organisation_id IS NOT NULL AND u.is_active
        UNION
        SELECT 'enrolment', e.id, d.code, d.name, e.organisation_id
        FROM sharing_enrolment e JOIN sharing_duty d ON d.id = e.duty_id JOIN identity_organisation o ON o.id = e.organisation_id
        JOIN made m ON m.duty = d.code AND m.organisation = o.code
        WHERE e.published_at IS NOT NULL AND e.ended_at IS NULL
    )
    SELECT f.kind, f.number, f.name, f.label, o.name FROM found f JOIN identity_organisation o ON o.id = f.organisation_id
    WHERE NOT EXISTS (SELECT FROM identity_suspension s WHERE s.dropped_at IS NULL AND s.ended_at IS NULL
                      AND f.number = CASE f.kind WHEN 'client' THEN s.client_id WHEN 'officer' THEN s.officer_id ELSE s.enrolment END)
    ORDER BY f.kind, f.name
$$;

-- name: propose_suspension
-- The reviewer who speaks proposes to suspend a system, an officer or an enrolment; gives the number.
CREATE OR REPLACE FUNCTION oversight_suspend(what text, number bigint, why text, following text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO identity_suspension (client_id, officer_id, enrolment, name, reason, reference, proposed_by_id, proposed_at, end_reason)
    SELECT CASE what WHEN 'client' THEN number END, CASE what WHEN 'officer' THEN number END, CASE what WHEN 'enrolment' THEN number END, '', why,
           following, r.officer, clock_timestamp(), ''
    FROM identity_reviewer_speaks() r
    ON CONFLICT DO NOTHING RETURNING id INTO made;
    RETURN made;
END
$$;

-- name: sign_suspension
-- The reviewer who speaks takes a step; gives whether it could be taken.
CREATE OR REPLACE FUNCTION oversight_sign(wanted bigint, step text, why text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := (SELECT r.officer FROM identity_reviewer_speaks() r);
    moment timestamptz := clock_timestamp();
BEGIN
    IF step = 'agree' THEN
        UPDATE identity_suspension s SET agreed_by_id = me, agreed_at = moment WHERE s.id = wanted AND s.agreed_at IS NULL AND s.dropped_at IS NULL;
    ELSIF step = 'drop' THEN
        UPDATE identity_suspension s SET dropped_by_id = me, dropped_at = moment WHERE s.id = wanted AND s.agreed_at IS NULL AND s.dropped_at IS NULL;
    ELSIF step = 'propose_end' THEN
        UPDATE identity_suspension s SET end_proposed_by_id = me, end_proposed_at = moment, end_reason = why
        WHERE s.id = wanted AND s.agreed_at IS NOT NULL AND s.end_proposed_at IS NULL;
    ELSE
        UPDATE identity_suspension s SET ended_by_id = me, ended_at = moment
        WHERE s.id = wanted AND s.end_proposed_at IS NOT NULL AND s.ended_at IS NULL;
    END IF;
    RETURN FOUND;
END
$$;

-- name: first_hand
-- Who signed a suspension, or its end, first.
CREATE OR REPLACE FUNCTION oversight_first_hand(wanted bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(s.end_proposed_by_id, s.proposed_by_id) FROM identity_suspension s, identity_reviewer_speaks() r
    WHERE s.id = wanted AND r.officer IS NOT NULL
$$;

-- name: reviewing_grants
REVOKE ALL ON FUNCTION oversight_inquiries(bigint, integer), oversight_hands(bigint), oversight_entries(bigint, integer),
    oversight_explanations_of(bigint), oversight_explanations_to(bigint, integer), oversight_ask(bigint, text, date, boolean),
    oversight_answer(bigint, text), oversight_own_explanation(bigint), oversight_close(bigint, varchar, varchar),
    oversight_suspensions(bigint, integer), oversight_suspendable(bigint), oversight_suspend(text, bigint, text, text),
    oversight_sign(bigint, text, text), oversight_first_hand(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_inquiries(bigint, integer), oversight_hands(bigint), oversight_entries(bigint, integer),
    oversight_explanations_of(bigint), oversight_explanations_to(bigint, integer), oversight_ask(bigint, text, date, boolean),
    oversight_answer(bigint, text), oversight_own_explanation(bigint), oversight_close(bigint, varchar, varchar),
    oversight_suspensions(bigint, integer), oversight_suspendable(bigint), oversight_suspend(text, bigint, text, text),
    oversight_sign(bigint, text, text), oversight_first_hand(bigint) TO {app};
