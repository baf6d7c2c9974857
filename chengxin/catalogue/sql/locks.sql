-- name: article_days_told
-- On which days an article stands, by itself until its law ends, or by the article that follows it: worked out from what was entered.
CREATE OR REPLACE VIEW catalogue_article_days_told AS
    WITH ended AS (
        SELECT unnest(e.articles) AS ref, min(e.on_day) AS on_day FROM catalogue_law_event e WHERE e.kind = 'ended' GROUP BY 1
    )
    SELECT a.ref, l.valid_from, least(coalesce(l.valid_until, 'infinity'::date), coalesce(e.on_day, 'infinity'::date)) AS valid_until
    FROM catalogue_article a
    JOIN catalogue_law l ON l.code = a.law_id
    LEFT JOIN ended e ON e.ref = a.ref
    UNION ALL
    SELECT s.article_id, greatest(s.since, l.valid_from),
           least(coalesce(l.valid_until, 'infinity'::date), coalesce(e.on_day, 'infinity'::date))
    FROM catalogue_law_succession s
    JOIN catalogue_article a ON a.ref = s.follows_id
    JOIN catalogue_law l ON l.code = a.law_id
    LEFT JOIN ended e ON e.ref = a.ref;

-- name: article_days
CREATE OR REPLACE VIEW catalogue_article_days AS SELECT d.ref, d.valid_from, d.valid_until FROM catalogue_article_day d;

-- name: suspensions
-- Which versions of items cite an article that ended or changed after their content was last considered, since when, and since when
-- another article stands in its place.
CREATE OR REPLACE VIEW catalogue_suspension AS
    SELECT v.id AS event_id, iv.id AS item_version_id, iv.item_id, iv.edition_id, c.article_id, v.on_day, n.since AS settled_on
    FROM catalogue_law_event v
    JOIN (
        SELECT b.itemversion_id, b.article_id, b.article_id AS stands FROM catalogue_item_basis b
        UNION ALL
        SELECT b.itemversion_id, b.article_id, s.follows_id FROM catalogue_item_basis b
        JOIN catalogue_law_succession s ON s.article_id = b.article_id
    ) c ON c.stands = ANY(v.articles)
    JOIN catalogue_item_version iv ON iv.id = c.itemversion_id AND iv.considered_at < v.entered_at
    JOIN catalogue_edition e ON e.id = iv.edition_id AND coalesce(e.valid_until, 'infinity'::date) > v.on_day
    LEFT JOIN catalogue_law_succession n ON n.event_id = v.id AND n.article_id = c.stands;

-- name: item_basis
-- On which days an item rests on a law in force, edition apart.
CREATE OR REPLACE VIEW catalogue_item_basis_days AS
    SELECT DISTINCT iv.item_id, a.valid_from, a.valid_until
    FROM catalogue_item_version iv
    JOIN catalogue_item_basis b ON b.itemversion_id = iv.id
    JOIN catalogue_article_days a ON a.ref = b.article_id;

-- name: item_live_told
-- On which days an item may be collected, worked out: its edition is whole and holds, a law of its basis is in force, and no article that it cites has
-- ended or changed, unless another has taken its place since.
CREATE OR REPLACE VIEW catalogue_item_live_told AS
    SELECT iv.item_id, iv.id AS item_version_id, iv.nature,
           greatest(e.valid_from, a.valid_from) AS valid_from,
           least(coalesce(e.valid_until, 'infinity'::date), a.valid_until, coalesce(s.on_day, 'infinity'::date)) AS valid_until
    FROM catalogue_item_version iv
    JOIN catalogue_edition e ON e.id = iv.edition_id AND e.sealed_at IS NOT NULL
    JOIN catalogue_item_basis b ON b.itemversion_id = iv.id
    JOIN catalogue_article_days a ON a.ref = b.article_id
    LEFT JOIN (SELECT u.item_version_id, min(u.on_day) AS on_day FROM catalogue_suspension u GROUP BY 1) s ON s.item_version_id = iv.id
    UNION ALL
    SELECT iv.item_id, iv.id, iv.nature, greatest(e.valid_from, a.valid_from, s.free_on),
           least(coalesce(e.valid_until, 'infinity'::date), a.valid_until)
    FROM catalogue_item_version iv
    JOIN catalogue_edition e ON e.id = iv.edition_id AND e.sealed_at IS NOT NULL
    JOIN catalogue_item_basis b ON b.itemversion_id = iv.id
    JOIN catalogue_article_days a ON a.ref = b.article_id
    JOIN (
        SELECT u.item_version_id, max(u.settled_on) AS free_on FROM catalogue_suspension u GROUP BY 1
        HAVING bool_and(u.settled_on IS NOT NULL)
    ) s ON s.item_version_id = iv.id;

-- name: settle_days
-- Keep what was worked out, since every reading asks for it: written anew in the very transaction that enters a law, an article, what happens to
-- them, what follows them, an edition or what its items rest on. Two at once do it one after the other.
CREATE OR REPLACE FUNCTION catalogue_settle_days() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOCK TABLE catalogue_article_day IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM catalogue_article_day d
    WHERE NOT EXISTS (SELECT FROM catalogue_article_days_told t
                      WHERE (t.ref, t.valid_from, t.valid_until) = (d.ref, d.valid_from, d.valid_until));
    INSERT INTO catalogue_article_day (ref, valid_from, valid_until)
        SELECT t.ref, t.valid_from, t.valid_until FROM catalogue_article_days_told t
        EXCEPT SELECT d.ref, d.valid_from, d.valid_until FROM catalogue_article_day d;
    DELETE FROM catalogue_item_day d
    WHERE NOT EXISTS (SELECT FROM catalogue_item_live_told t
                      WHERE (t.item_version_id, t.valid_from, t.valid_until) = (d.item_version_id, d.valid_from, d.valid_until));
    INSERT INTO catalogue_item_day (item_id, item_version_id, nature, valid_from, valid_until)
        SELECT t.item_id, t.item_version_id, t.nature, t.valid_from, t.valid_until FROM catalogue_item_live_told t
        EXCEPT SELECT d.item_id, d.item_version_id, d.nature, d.valid_from, d.valid_until FROM catalogue_item_day d;
    RETURN NULL;
END
$$;

-- name: days_of_laws
CREATE OR REPLACE TRIGGER days_settled AFTER INSERT OR UPDATE OR DELETE ON catalogue_law
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_settle_days();

-- name: days_of_articles
CREATE OR REPLACE TRIGGER days_settled AFTER INSERT OR UPDATE OR DELETE ON catalogue_article
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_settle_days();

-- name: days_of_events
CREATE OR REPLACE TRIGGER days_settled AFTER INSERT OR UPDATE OR DELETE ON catalogue_law_event
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_settle_days();

-- name: days_of_successions
CREATE OR REPLACE TRIGGER days_settled AFTER INSERT OR UPDATE OR DELETE ON catalogue_law_succession
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_settle_days();

-- name: days_of_editions
CREATE OR REPLACE TRIGGER days_settled AFTER INSERT OR UPDATE OR DELETE ON catalogue_edition
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_settle_days();

-- name: days_of_item_bases
CREATE OR REPLACE TRIGGER days_settled AFTER INSERT OR UPDATE OR DELETE ON catalogue_item_basis
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_settle_days();

-- name: days_begun
-- What was entered before these days were kept: an update of nothing has them worked out.
UPDATE catalogue_law SET code = code WHERE false;

-- name: item_live
-- On which days an item may be collected, as it was worked out.
CREATE OR REPLACE VIEW catalogue_item_live AS
    SELECT d.item_id, d.item_version_id, d.nature, d.valid_from, d.valid_until FROM catalogue_item_day d;

-- name: purpose_live
-- On which days a purpose has a law in force behind it.
CREATE OR REPLACE VIEW catalogue_purpose_live AS
    SELECT p.id AS purpose_id, a.valid_from, a.valid_until
    FROM catalogue_purpose p
    JOIN catalogue_purpose_basis b ON b.purpose_id = p.id
    JOIN catalogue_article_days a ON a.ref = b.article_id;

-- name: open_items
-- Which items a purpose may see, and on which days: item live, purpose live, and the edition names the purpose.
CREATE OR REPLACE VIEW catalogue_open AS
    SELECT i.item_id, i.item_version_id, ip.purpose_id,
           greatest(i.valid_from, p.valid_from) AS valid_from, least(i.valid_until, p.valid_until) AS valid_until
    FROM catalogue_item_live i
    JOIN catalogue_item_purpose ip ON ip.itemversion_id = i.item_version_id
    JOIN catalogue_purpose_live p ON p.purpose_id = ip.purpose_id;

-- name: work_items
-- What a change of law leaves to do: each item that it touches, open until an edition considers it anew or drops it, or until another
-- article follows.
CREATE OR REPLACE VIEW catalogue_work AS
    SELECT u.event_id, u.item_id,
           CASE WHEN NOT bool_or(e.valid_until IS NULL) THEN 'edition'
                WHEN bool_and(u.settled_on IS NOT NULL OR e.valid_until IS NOT NULL) THEN 'succession' ELSE 'open' END AS state
    FROM catalogue_suspension u
    JOIN catalogue_edition e ON e.id = u.edition_id AND e.sealed_at IS NOT NULL
    GROUP BY u.event_id, u.item_id;

-- name: catalogue_grants
REVOKE ALL ON FUNCTION catalogue_settle_days() FROM PUBLIC;
GRANT SELECT ON catalogue_law, catalogue_article, catalogue_purpose, catalogue_purpose_basis, catalogue_item, catalogue_edition,
    catalogue_item_version, catalogue_item_basis, catalogue_item_purpose, catalogue_field, catalogue_code_value,
    catalogue_item_basis_days, catalogue_item_live, catalogue_purpose_live, catalogue_open, catalogue_article_days TO {app}, {intake};
