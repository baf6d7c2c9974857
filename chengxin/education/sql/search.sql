-- name: search
-- What holds every term, what has most of them in its title first. Addresses and the numbers of blocks aren't a page's words.
WITH everything AS (
    SELECT 1 AS place, 'page' AS kind, p.address AS key, p.title, p.summary || ' ' || coalesce((
        SELECT string_agg(t #>> '{}', ' ') FROM jsonb_path_query(p.body, 'strict $[*].value.** ? (@.type() == "string" && @ != "item"
            && !(@ like_regex "^(/|https://|[0-9a-f]{8}-[0-9a-f]{4}-)"))') t), '') AS text
    FROM public_page p WHERE p.kind <> 'home'
    UNION ALL SELECT 2, 'item', i.code, i.name, i.code || ' ' || i.name_en || ' ' || i.behaviour || ' ' || coalesce((
        SELECT string_agg(f ->> 'label', ' ') FROM jsonb_array_elements(i.definition -> 'field') f), '') FROM public_item i
    UNION ALL SELECT 3, 'law', l.law, l.name, l.number || ' ' || string_agg(l.article || ' ' || l.gist, ' ' ORDER BY l.ref)
        FROM public_law_article l WHERE l.valid_until IS NULL OR current_date < l.valid_until GROUP BY l.law, l.name, l.number
    UNION ALL SELECT 4, 'organisation', o.region, o.name, o.code FROM public_organisation o
)
SELECT e.kind, e.key, e.title, e.text FROM everything e
WHERE NOT EXISTS (SELECT FROM unnest(%(terms)s::text[]) t WHERE position(t IN lower(e.title || ' ' || e.text)) = 0)
ORDER BY (SELECT count(*) FROM unnest(%(terms)s::text[]) t WHERE position(t IN lower(e.title)) > 0) DESC, e.place, e.title, e.key
LIMIT %(limit)s
