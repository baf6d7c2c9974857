-- name: editions
-- The editions in force: of the national base and of the province's supplement, each where there is one.
SELECT code, level, name, valid_from, provisional FROM public_edition ORDER BY level

-- name: items
-- The items in force of a class, from a kind of provider, with a word in what they say or in a law behind them; whatever is empty lets
-- everything through. By class and code.
SELECT i.code, i.name, i.name_en, i.nature, i.behaviour, i.disclosure, i.share_conditions, i.update_cycle, i.display_rule,
    i.retention_rule, i.provider_kinds, i.provisional, i.level, i.item_class
FROM public_item i
CROSS JOIN (SELECT %s::text AS item_class, %s::text AS kind, lower(%s::text) AS word) w
WHERE w.item_class IN ('', i.item_class) AND (w.kind = '' OR w.kind = ANY(i.provider_kinds))
    AND (w.word = '' OR position(w.word IN lower(concat_ws(' ', i.code, i.name, i.name_en, i.behaviour))) > 0
        OR EXISTS (SELECT FROM public_item_basis b
                   WHERE b.item = i.code AND position(w.word IN lower(concat(b.law, b.article, ' ', b.number))) > 0))
ORDER BY i.item_class, i.code

-- name: every_basis
-- The articles that the items in force rest on.
SELECT item, law, number, article, gist, provisional FROM public_item_basis ORDER BY item, law, article

-- name: classes
-- The classes of the items in force, with their names.
SELECT DISTINCT i.item_class, coalesce(v.label, i.item_class) FROM public_item i
LEFT JOIN public_code_value v ON v.code_list = 'item_class' AND v.value = i.item_class ORDER BY 1

-- name: open
-- The items in force that are open to everybody, each with the articles that say so and stand today; without any where none stands.
SELECT i.code, b.law, b.number, b.article, b.gist, b.provisional
FROM public_item i
CROSS JOIN LATERAL (SELECT array_agg(d ->> 'ref') AS refs FROM jsonb_array_elements(i.definition -> 'bases') d WHERE d ->> 'role' = 'publish') p
LEFT JOIN public_item_basis b ON b.item = i.code AND b.ref = ANY(p.refs)
WHERE 'public' = ANY(i.disclosure)
ORDER BY i.item_class, i.code, b.law, b.article

-- name: item
-- One item with its definition.
SELECT code, name, name_en, nature, behaviour, disclosure, share_conditions, update_cycle, display_rule, retention_rule, provider_kinds,
    provisional, level, item_class, edition, definition
FROM public_item WHERE code = %s

-- name: bases
-- The articles that an item rests on.
SELECT law, number, article, gist, provisional FROM public_item_basis WHERE item = %s ORDER BY law, article

-- name: purposes
-- The purposes that may see an item.
SELECT name, name_en FROM public_item_purpose WHERE item = %s ORDER BY name

-- name: values
-- The values of some code lists of an edition.
SELECT code_list, value, label FROM public_code_value WHERE edition = %s AND code_list = ANY(%s) ORDER BY code_list, place
