-- name: editions
-- Every edition, the latest first, and whether it is in force today.
SELECT e.code, e.level, e.name, e.valid_from, e.valid_until, e.provisional, e.source, e.digest,
    EXISTS (SELECT FROM public_edition f WHERE f.code = e.code)
FROM public_every_edition e ORDER BY e.valid_from DESC, e.level

-- name: edition
-- One edition by its code.
SELECT e.code, e.level, e.name, e.valid_from, e.valid_until, e.provisional, e.source, e.digest,
    EXISTS (SELECT FROM public_edition f WHERE f.code = e.code)
FROM public_every_edition e WHERE e.code = %s

-- name: items
-- The items of an edition, as they were published.
SELECT code, definition FROM public_every_item WHERE edition = %s ORDER BY code

-- name: values
-- The code lists of an edition, in their order.
SELECT code_list, value, label, label_en, maps_to, valid_from, valid_until, provisional
FROM public_every_code_value WHERE edition = %s ORDER BY code_list, place

-- name: classes
-- What the classes of items are called in some editions; in any, where none of them has the list.
SELECT DISTINCT ON (value) value, label FROM public_every_code_value
WHERE code_list = 'item_class' ORDER BY value, edition = ANY(%s) DESC, edition DESC

-- name: purposes
-- The purposes of a list, with the articles behind them.
SELECT code, name, name_en, kind, needs, organisation_kinds, past_view, provisional, note, bases
FROM public_purpose WHERE code = ANY(%s) ORDER BY code

-- name: articles
-- The articles of a list, each with its law.
SELECT law, name, number, valid_from, valid_until, link, evidence, provisional, ref, article, gist
FROM public_law_article WHERE ref = ANY(%s) ORDER BY law, ref

-- name: suspended
-- The items in force that a change of law suspends today.
SELECT code, name, since, law, kind FROM public_suspension ORDER BY code
