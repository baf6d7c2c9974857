-- name: public_every_edition
-- Every edition there was, is or will be, once it is whole.
CREATE OR REPLACE VIEW public_every_edition WITH (security_barrier) AS
    SELECT e.code, e.level, e.name, e.valid_from, e.valid_until, e.provisional, e.source, e.digest
    FROM catalogue_edition e
    WHERE e.sealed_at IS NOT NULL;

-- name: public_every_item
-- The items of those editions, as they were published.
CREATE OR REPLACE VIEW public_every_item WITH (security_barrier) AS
    SELECT p.code AS edition, i.code, v.definition
    FROM catalogue_item_version v
    JOIN catalogue_item i ON i.id = v.item_id
    JOIN catalogue_edition e ON e.id = v.edition_id
    JOIN public_every_edition p ON p.code = e.code;

-- name: public_every_code_value
-- The code lists of those editions, in their order.
CREATE OR REPLACE VIEW public_every_code_value WITH (security_barrier) AS
    SELECT p.code AS edition, v.code_list, v.id AS place, v.value, v.label, v.label_en, v.maps_to, v.valid_from, v.valid_until, v.provisional
    FROM catalogue_code_value v
    JOIN catalogue_edition e ON e.id = v.edition_id
    JOIN public_every_edition p ON p.code = e.code;

-- name: public_purpose
-- The purposes that items of those editions name, with the articles behind them.
CREATE OR REPLACE VIEW public_purpose WITH (security_barrier) AS
    SELECT u.code, u.name, u.name_en, u.kind, u.needs, u.organisation_kinds, u.past_view, u.provisional, u.note,
           ARRAY(SELECT b.article_id FROM catalogue_purpose_basis b WHERE b.purpose_id = u.id ORDER BY 1) AS bases
    FROM catalogue_purpose u
    WHERE EXISTS (SELECT FROM public_every_item i WHERE i.definition -> 'purposes' ? u.code);

-- name: public_law_article
-- The articles that those items and purposes name, each with its law.
CREATE OR REPLACE VIEW public_law_article WITH (security_barrier) AS
    SELECT a.ref, a.article, a.gist, l.code AS law, l.name, l.number, l.valid_from, l.valid_until, l.link, l.evidence, l.provisional
    FROM catalogue_article a
    JOIN catalogue_law l ON l.code = a.law_id
    WHERE EXISTS (SELECT FROM catalogue_item_basis b
                  JOIN catalogue_item_version v ON v.id = b.itemversion_id
                  JOIN catalogue_edition e ON e.id = v.edition_id
                  JOIN public_every_edition p ON p.code = e.code
                  WHERE b.article_id = a.ref)
       OR EXISTS (SELECT FROM public_purpose u WHERE a.ref = ANY(u.bases));

-- name: public_suspension
-- The items in force that a change of law suspends today, since when and because of which law.
CREATE OR REPLACE VIEW public_suspension WITH (security_barrier) AS
    SELECT DISTINCT ON (i.code) i.code, v.name, u.on_day AS since, l.name AS law, h.kind
    FROM catalogue_suspension u
    JOIN catalogue_law_event h ON h.id = u.event_id
    JOIN catalogue_law l ON l.code = h.law_id
    JOIN catalogue_item i ON i.id = u.item_id
    JOIN catalogue_item_version v ON v.id = u.item_version_id
    JOIN catalogue_edition e ON e.id = u.edition_id
    JOIN public_edition p ON p.code = e.code
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE u.on_day <= d.today AND (u.settled_on IS NULL OR d.today < u.settled_on)
    ORDER BY i.code, u.on_day;

-- name: public_consultation
-- The drafts that are or were open to comments, by their last consultation: whether they are open today, whether they were returned since,
-- and as which edition they were published. Who drafted and who reviewed is none of the public's.
CREATE OR REPLACE VIEW public_consultation WITH (security_barrier) AS
    SELECT f.id AS number, f.title, o.name AS organisation, c.id AS place, c.until,
           d.today <= c.until AND NOT EXISTS (SELECT FROM catalogue_step s WHERE s.draft_id = f.id AND s.id > c.id) AS is_open,
           EXISTS (SELECT FROM catalogue_step s WHERE s.draft_id = f.id AND s.id > c.id AND s.kind = 'return') AS returned,
           (SELECT p.code FROM catalogue_edition e JOIN public_every_edition p ON p.code = e.code WHERE e.draft_id = f.id) AS edition
    FROM catalogue_draft f
    JOIN identity_organisation o ON o.id = f.organisation_id
    JOIN (SELECT s.draft_id, max(s.id) AS id FROM catalogue_step s WHERE s.kind = 'consult' GROUP BY 1) l ON l.draft_id = f.id
    JOIN catalogue_step c ON c.id = l.id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d;

-- name: public_draft_item
-- What those drafts hold, as it was put up for comments: a draft that was returned since may have been changed, and isn't shown.
CREATE OR REPLACE VIEW public_draft_item WITH (security_barrier) AS
    SELECT c.number, i.code, i.change, i.definition
    FROM catalogue_draft_item i
    JOIN public_consultation c ON c.number = i.draft_id
    WHERE NOT c.returned;

-- name: public_comment
-- What the public said of those drafts, once it is answered.
CREATE OR REPLACE VIEW public_comment WITH (security_barrier) AS
    SELECT c.draft_id AS number, c.id AS place, c.text, c.name, c.answer
    FROM catalogue_comment c
    JOIN public_consultation p ON p.number = c.draft_id
    WHERE c.answered_at IS NOT NULL;

-- name: published_grants
GRANT SELECT ON public_every_edition, public_every_item, public_every_code_value, public_purpose, public_law_article, public_suspension,
    public_consultation, public_draft_item, public_comment TO {public};
GRANT EXECUTE ON FUNCTION catalogue_comment_on(bigint, text, text) TO {public};
