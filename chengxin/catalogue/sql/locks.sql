-- name: item_basis
-- On which days an item rests on a law in force, edition apart.
CREATE OR REPLACE VIEW catalogue_item_basis_days AS
    SELECT DISTINCT iv.item_id, l.valid_from, coalesce(l.valid_until, 'infinity'::date) AS valid_until
    FROM catalogue_item_version iv
    JOIN catalogue_item_basis b ON b.itemversion_id = iv.id
    JOIN catalogue_article a ON a.ref = b.article_id
    JOIN catalogue_law l ON l.code = a.law_id;

-- name: item_live
-- On which days an item may be collected: its edition holds and a law of its basis is in force.
CREATE OR REPLACE VIEW catalogue_item_live AS
    SELECT iv.item_id, iv.id AS item_version_id, iv.nature,
           greatest(e.valid_from, l.valid_from) AS valid_from,
           least(coalesce(e.valid_until, 'infinity'::date), coalesce(l.valid_until, 'infinity'::date)) AS valid_until
    FROM catalogue_item_version iv
    JOIN catalogue_edition e ON e.id = iv.edition_id
    JOIN catalogue_item_basis b ON b.itemversion_id = iv.id
    JOIN catalogue_article a ON a.ref = b.article_id
    JOIN catalogue_law l ON l.code = a.law_id;

-- name: purpose_live
-- On which days a purpose has a law in force behind it.
CREATE OR REPLACE VIEW catalogue_purpose_live AS
    SELECT p.id AS purpose_id, l.valid_from, coalesce(l.valid_until, 'infinity'::date) AS valid_until
    FROM catalogue_purpose p
    JOIN catalogue_purpose_basis b ON b.purpose_id = p.id
    JOIN catalogue_article a ON a.ref = b.article_id
    JOIN catalogue_law l ON l.code = a.law_id;

-- name: open_items
-- Which items a purpose may see, and on which days: item live, purpose live, and the edition names the purpose.
CREATE OR REPLACE VIEW catalogue_open AS
    SELECT i.item_id, i.item_version_id, ip.purpose_id,
           greatest(i.valid_from, p.valid_from) AS valid_from, least(i.valid_until, p.valid_until) AS valid_until
    FROM catalogue_item_live i
    JOIN catalogue_item_purpose ip ON ip.itemversion_id = i.item_version_id
    JOIN catalogue_purpose_live p ON p.purpose_id = ip.purpose_id;

-- name: catalogue_grants
GRANT SELECT ON catalogue_law, catalogue_article, catalogue_purpose, catalogue_purpose_basis, catalogue_item, catalogue_edition,
    catalogue_item_version, catalogue_item_basis, catalogue_item_purpose, catalogue_field, catalogue_code_value,
    catalogue_item_basis_days, catalogue_item_live, catalogue_purpose_live, catalogue_open TO {app}, {intake};
