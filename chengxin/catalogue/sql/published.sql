-- name: editions
-- The editions in force: of the national base and of the province's supplement, each where there is one.
SELECT code, level, name, valid_from, provisional FROM public_edition ORDER BY level

-- name: items
-- All items in force, by class and code.
SELECT code, name, name_en, nature, behaviour, disclosure, share_conditions, update_cycle, display_rule, retention_rule, provider_kinds,
    provisional, level
FROM public_item ORDER BY item_class, code

-- name: item
-- One item with its definition.
SELECT code, name, name_en, nature, behaviour, disclosure, share_conditions, update_cycle, display_rule, retention_rule, provider_kinds,
    provisional, level, edition, definition
FROM public_item WHERE code = %s

-- name: bases
-- The articles that an item rests on.
SELECT law, number, article, gist, provisional FROM public_item_basis WHERE item = %s ORDER BY law, article

-- name: purposes
-- The purposes that may see an item.
SELECT name FROM public_item_purpose WHERE item = %s ORDER BY name

-- name: values
-- The values of some code lists of an edition.
SELECT code_list, value, label FROM public_code_value WHERE edition = %s AND code_list = ANY(%s) ORDER BY code_list, place
