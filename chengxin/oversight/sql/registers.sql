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

-- name: erasures
-- Statements of erasure that the organisation owes or gave; to a reviewer every other's. Ten thousand.
SELECT e.id, e.month::timestamp AT TIME ZONE 'Asia/Shanghai' AS since, CASE WHEN e.stated_at IS NULL THEN e.due_on END AS due, e.organisation, e.duty,
       e.duty_name, e.month, e.answers, e.erase_by, e.copies, e.stated_at, e.stated_by, e.mine,
       CASE WHEN e.stated_at IS NOT NULL THEN 'done' WHEN e.due_on < %(today)s THEN 'late' ELSE 'open' END AS state
FROM oversight_erasures(10000) e
