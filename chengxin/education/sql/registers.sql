-- name: feedback
-- What the public said, without its words: what waits for an answer, what a second officer may show, and what is settled.
SELECT f.id, f.given_at AS since, CASE WHEN f.answered_at IS NULL THEN f.due_on END AS due, f.answered_at, a.display_name AS answered_by,
       f.agreed_at, coalesce(f.answered_by_id = %(me)s, false) AS mine,
       CASE WHEN f.answered_at IS NULL THEN 'open' WHEN f.may_show AND f.agreed_at IS NULL THEN 'show' ELSE 'done' END AS state
FROM education_feedback f LEFT JOIN identity_user a ON a.id = f.answered_by_id
