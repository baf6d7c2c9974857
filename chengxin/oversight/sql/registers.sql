-- name: inquiries
-- What a reviewer may handle; the newest ten thousand.
SELECT i.id, i.opened_at AS since, CASE WHEN i.closed_at IS NULL THEN i.due END AS due, i.rule, i.day, i.organisation_name, i.officer, i.duty,
       i.observed, i.entries, i.closed_at, i.closed_by, i.finding,
       CASE WHEN i.closed_at IS NOT NULL THEN 'closed' WHEN i.asked = 0 THEN 'open' WHEN i.answered = i.asked THEN 'answered'
            WHEN i.due < %(today)s THEN 'late' ELSE 'asked' END AS state
FROM oversight_inquiries(NULL, 10000) i

-- name: explanations
-- What reviewers ask the organisation; those that wait and the newest others, ten thousand.
SELECT x.id, x.asked_at AS since, CASE WHEN x.open THEN x.due_on END AS due, x.rule, x.day, x.officer, x.entries, x.answered_at, x.answered_by,
       CASE WHEN x.open THEN 'open' ELSE 'done' END AS state
FROM oversight_explanations_to(NULL, 10000) x

-- name: suspensions
-- Suspensions that a reviewer may see; the newest ten thousand.
SELECT s.id, s.proposed_at AS since, NULL::date AS due, s.kind, s.name, s.label, s.organisation, s.proposed_by, s.agreed_by, s.agreed_at,
       s.ended_at, s.state, s.mine
FROM oversight_suspensions(NULL, 10000) s
