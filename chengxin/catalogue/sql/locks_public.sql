-- name: public_edition
-- The editions in force today, of the nation and of the province: whole ones. What the public may see of the catalogue are these views, whose owner reads the tables for it: a law that
-- ended takes its items out of them the same day, whatever asks. Barriers keep a caller's conditions from being tried on hidden rows.
CREATE OR REPLACE VIEW public_edition WITH (security_barrier) AS
    SELECT DISTINCT ON (e.level) e.code, e.level, e.name, e.valid_from, e.valid_until, e.provisional, e.source
    FROM catalogue_edition e
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE e.valid_from <= d.today AND (e.valid_until IS NULL OR d.today < e.valid_until) AND e.sealed_at IS NOT NULL
    ORDER BY e.level, e.valid_from DESC;

-- name: public_item
-- The items of those editions that rest on a law in force today.
CREATE OR REPLACE VIEW public_item WITH (security_barrier) AS
    SELECT i.code, v.name, v.name_en, v.item_class, v.nature, v.behaviour, v.disclosure, v.share_class, v.share_conditions,
           v.update_cycle, v.display_rule, v.retention_rule, v.provider_kinds, v.provisional, v.definition, e.code AS edition, e.level
    FROM catalogue_item_version v
    JOIN catalogue_item i ON i.id = v.item_id
    JOIN catalogue_edition e ON e.id = v.edition_id
    JOIN public_edition p ON p.code = e.code
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE EXISTS (SELECT FROM catalogue_item_live l
                  WHERE l.item_version_id = v.id AND l.valid_from <= d.today AND d.today < l.valid_until);

-- name: public_item_basis
-- The articles that those items rest on and that stand today, by themselves or by one that follows them.
CREATE OR REPLACE VIEW public_item_basis WITH (security_barrier) AS
    SELECT p.code AS item, a.ref, l.name AS law, l.number, a.article, a.gist, l.link, l.provisional, l.valid_from, l.valid_until
    FROM public_item p
    JOIN catalogue_item i ON i.code = p.code
    JOIN catalogue_item_version v ON v.item_id = i.id
    JOIN catalogue_edition e ON e.id = v.edition_id
    JOIN public_edition o ON o.code = e.code AND o.code = p.edition
    JOIN catalogue_item_basis b ON b.itemversion_id = v.id
    JOIN catalogue_article a ON a.ref = b.article_id
    JOIN catalogue_law l ON l.code = a.law_id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE EXISTS (SELECT FROM catalogue_article_days s WHERE s.ref = a.ref AND s.valid_from <= d.today AND d.today < s.valid_until);

-- name: public_item_purpose
-- The purposes that may see those items today.
CREATE OR REPLACE VIEW public_item_purpose WITH (security_barrier) AS
    SELECT DISTINCT p.code AS item, u.code, u.name, u.name_en, u.needs, u.organisation_kinds, u.provisional
    FROM public_item p
    JOIN catalogue_item i ON i.code = p.code
    JOIN catalogue_item_version v ON v.item_id = i.id
    JOIN catalogue_edition e ON e.id = v.edition_id
    JOIN public_edition c ON c.code = e.code AND c.code = p.edition
    JOIN catalogue_open o ON o.item_version_id = v.id
    JOIN catalogue_purpose u ON u.id = o.purpose_id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE o.valid_from <= d.today AND d.today < o.valid_until;

-- name: public_code_value
-- The code lists of those editions, in their order.
CREATE OR REPLACE VIEW public_code_value WITH (security_barrier) AS
    SELECT v.code_list, v.id AS place, v.value, v.label, v.label_en, e.code AS edition
    FROM catalogue_code_value v
    JOIN catalogue_edition e ON e.id = v.edition_id
    JOIN public_edition p ON p.code = e.code;

-- name: public_organisation
-- The units that may hand records in today: of a kind that some item in force names, within their dates. A kind that needs a licence isn't
-- listed: whether it stands is not for its dates alone to say. No officer, no superior, nothing of who asks.
CREATE OR REPLACE VIEW public_organisation WITH (security_barrier) AS
    SELECT o.code, o.name, o.kind, o.region
    FROM identity_organisation o
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE o.valid_from <= d.today AND (o.valid_until IS NULL OR d.today < o.valid_until)
      AND o.kind IN (SELECT unnest(v.provider_kinds) FROM catalogue_item_version v
                     JOIN catalogue_item_live l ON l.item_version_id = v.id
                     WHERE l.valid_from <= d.today AND d.today < l.valid_until)
      AND NOT EXISTS (SELECT FROM identity_needed_licence n
                      WHERE n.kind = o.kind AND n.valid_from <= d.today AND (n.valid_until IS NULL OR d.today < n.valid_until));

-- name: public_grants
GRANT SELECT ON public_edition, public_item, public_item_basis, public_item_purpose, public_code_value, public_organisation TO {public};
