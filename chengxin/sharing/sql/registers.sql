-- name: recalls
-- What the organisation is told of that it read and that was withdrawn; the newest ten thousand.
SELECT c.id, c.told_at AS since, NULL::date AS due, c.subject_id, c.record_id, split_part(c.reference, ':', 1) AS cause, c.case_reference,
       c.read_at, c.acknowledged_at, c.acknowledged_by, CASE WHEN c.acknowledged_at IS NULL THEN 'open' ELSE 'done' END AS state
FROM sharing_recalls_of(9223372036854775807, 10000) c
