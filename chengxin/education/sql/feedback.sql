-- name: give
-- Take in what somebody says; the function tells what became of it.
SELECT education_give_feedback(%s, %s, %s, %s, %s)

-- name: find
-- What whoever holds a number may know.
SELECT given_at, words, due_on, due_estimated, answered_at, answer, shown FROM education_find_feedback(%s)

-- name: shown
-- What everybody may read, the latest answer first.
SELECT place, words, answer, answered_on FROM public_feedback WHERE (answered_on, place) < (%s::date, %s) ORDER BY answered_on DESC, place DESC LIMIT %s
