-- name: recalls
-- What the organisation is told of that it read and that was withdrawn; the newest ten thousand.
SELECT c.id, c.told_at AS since, NULL::date AS due, c.subject_id, c.record_id, split_part(c.reference, ':', 1) AS cause, c.case_reference,
       c.read_at, c.acknowledged_at, c.acknowledged_by, CASE WHEN c.acknowledged_at IS NULL THEN 'open' ELSE 'done' END AS state
FROM sharing_recalls_of(9223372036854775807, 10000) c

-- name: questions
-- What persons ask the organisation about its queries, without their words; those without an answer and the newest others, ten thousand.
SELECT q.id, q.asked_at AS since, CASE WHEN q.answered_at IS NULL THEN q.due_on END AS due, q.at, q.officer, q.purpose, q.case_reference,
       q.answered_at, q.answered_by, CASE WHEN q.answered_at IS NULL THEN 'open' ELSE 'done' END AS state
FROM sharing_questions_to(false, 10000) q
