-- name: consultations
-- The consultations there were, the latest first.
SELECT number, title, organisation, until, is_open, returned, edition FROM public_consultation ORDER BY place DESC

-- name: consultation
-- The last consultation about a draft.
SELECT number, title, organisation, until, is_open, returned, edition FROM public_consultation WHERE number = %s

-- name: draft_items
-- What a draft holds that was put up for comments.
SELECT code, change, definition FROM public_draft_item WHERE number = %s ORDER BY code

-- name: comments
-- The answered comments on a draft, the oldest first.
SELECT place, text, name, answer FROM public_comment WHERE number = %s ORDER BY place

-- name: base_before
-- The province's edition on which one that began on a day, or would today, was built: the last that began before.
SELECT e.code FROM public_every_edition e
LEFT JOIN public_every_edition own ON own.code = %s
WHERE e.level = 'provincial'
    AND CASE WHEN own.code IS NULL THEN e.valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
        ELSE e.valid_from < own.valid_from END
ORDER BY e.valid_from DESC LIMIT 1

-- name: comment
-- Take a comment in; the function tells what became of it.
SELECT catalogue_comment_on(%s, %s, %s)
