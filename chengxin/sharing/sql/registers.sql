-- name: recalls
-- What the organisation is told of that it read and that was withdrawn or corrected; the newest ten thousand.
SELECT c.id, c.told_at AS since, CASE WHEN c.acknowledged_at IS NULL THEN c.due_on END AS due, c.subject_id, c.record_id, split_part(c.reference, ':', 1) AS cause, c.case_reference,
       c.read_at, c.acknowledged_at, c.acknowledged_by, CASE WHEN c.acknowledged_at IS NULL THEN 'open' ELSE 'done' END AS state
FROM sharing_recalls_of(9223372036854775807, 10000) c

-- name: questions
-- What persons ask the organisation about its queries, without their words; those without an answer and the newest others, ten thousand.
SELECT q.id, q.asked_at AS since, CASE WHEN q.answered_at IS NULL THEN q.due_on END AS due, q.at, q.officer, q.purpose, q.case_reference,
       q.answered_at, q.answered_by, CASE WHEN q.answered_at IS NULL THEN 'open' ELSE 'done' END AS state
FROM sharing_questions_to(false, 10000) q

-- name: enrolments
-- Applications for duty items: the organisation's own, at the centre and the supervising department every one's.
SELECT e.id, e.asked_at AS since, CASE WHEN e.decided_at IS NULL AND e.ended_at IS NULL THEN e.due_on END AS due, o.name AS organisation,
       d.code AS duty, d.name AS duty_name, e.decided_at, e.published_at, e.valid_until,
       CASE WHEN e.ended_at IS NOT NULL THEN 'ended' WHEN e.decided_at IS NULL THEN 'asked' WHEN e.decision = 'refused' THEN 'refused'
            WHEN e.valid_until <= %(today)s THEN 'over' WHEN e.published_at IS NULL THEN 'approved' ELSE 'standing' END AS state
FROM sharing_enrolment e
JOIN identity_organisation o ON o.id = e.organisation_id
JOIN sharing_duty d ON d.id = e.duty_id
WHERE %(kind)s IN ('centre', 'supervisor') OR e.organisation_id = %(organisation)s

-- name: call_backs
-- What persons took back from the organisation; the ten thousand that wait and the newest others.
SELECT c.id, c.told_at AS since, CASE WHEN c.acknowledged_at IS NULL THEN c.due_on END AS due, c.number, c.kind, c.reference,
       c.acknowledged_at, c.acknowledged_by, c.copies, CASE WHEN c.acknowledged_at IS NULL THEN 'open' ELSE 'done' END AS state
FROM sharing_authorisation_recalls_of(false, 10000) c

-- name: asked_for
-- What the organisation asked persons for; the newest ten thousand.
SELECT a.id, a.asked_at AS since, NULL::date AS due, a.number, d.name AS duty, a.reference, a.officer, a.state, a.lapses_on, a.left_until, a.uses
FROM sharing_authorisations_of('', 9223372036854775807, 10000) a JOIN sharing_duty d ON d.id = a.duty_id

-- name: overseen
-- Every organisation's requests for the credit centre; the newest ten thousand.
SELECT a.id, a.asked_at AS since, CASE WHEN a.acknowledged_at IS NULL THEN a.recall_due END AS due, a.number, a.organisation, a.duty, a.items,
       a.state, a.uses, a.acknowledged_at,
       a.recall_due IS NOT NULL AND a.acknowledged_at IS NULL AND a.recall_due < %(today)s AS late
FROM sharing_authorisations_over(10000) a

-- name: late_recalls
-- Organisations that are late to acknowledge, for the credit centre; ten thousand.
SELECT l.id, l.since, l.due, l.organisation, l.recalls, l.call_backs, l.answered, l.told, l.chases, l.chased_at, l.hook,
       CASE WHEN l.chases IS NULL THEN 'late' ELSE 'chased' END AS state
FROM sharing_late_recalls(10000) l

-- name: query_batches
-- Batches of queries: the organisation's own, at the centre every one's. Who asked about how many, when and under what; nobody whom it is about.
SELECT b.id, b.asked_at AS since, NULL::date AS due, b.number, o.name AS organisation, b.client, b.duty, b.persons, b.expires_at,
       CASE WHEN b.erased_at IS NOT NULL OR b.expires_at <= transaction_timestamp() THEN 'over' WHEN t.settled = t.parts THEN 'done'
            WHEN t.settled > 0 THEN 'under_way' ELSE 'waiting' END AS state, t.told, t.refused, t.failed
FROM sharing_batch b
JOIN identity_organisation o ON o.id = b.organisation_id
CROSS JOIN LATERAL (
    SELECT count(*) AS parts, count(p.settled_at) AS settled, coalesce(sum(p.answered + p.empty), 0) AS told, coalesce(sum(p.refused), 0) AS refused,
           coalesce(sum(p.failed), 0) AS failed
    FROM sharing_batch_part p WHERE p.batch_id = b.id) t
