-- name: plain_text
-- A text without the spaces and signs between its words, whatever their width.
CREATE OR REPLACE FUNCTION catalogue_plain(words text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT regexp_replace(normalize(coalesce(words, ''), NFKC), '[[:space:][:punct:]（）、，。；：·“”《》〈〉]', '', 'g')
$$;

-- name: plain_name
-- A name without what every item is: information about natural persons.
CREATE OR REPLACE FUNCTION catalogue_plain_name(words text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT regexp_replace(catalogue_plain(words), '信息|情况|自然人|个人', '', 'g')
$$;

-- name: collecting_articles
-- The articles that allow an item to be collected.
CREATE OR REPLACE FUNCTION catalogue_collects(item jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(array_agg(b ->> 'ref'), '{}') FROM jsonb_array_elements(item -> 'bases') b WHERE b ->> 'role' = 'collect'
$$;

-- name: same_content
-- Whether an item of a supplement says the same as a national one: the same code, the same name or conduct, or nothing but articles on which a national
-- item of the same nature rests.
CREATE OR REPLACE FUNCTION catalogue_same(one jsonb, other jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT one -> 'code' = other -> 'code'
        OR catalogue_plain_name(one ->> 'name') <> '' AND catalogue_plain_name(one ->> 'name') = catalogue_plain_name(other ->> 'name')
        OR catalogue_plain(one ->> 'behaviour') <> '' AND catalogue_plain(one ->> 'behaviour') = catalogue_plain(other ->> 'behaviour')
        OR one -> 'nature' = other -> 'nature' AND catalogue_collects(one) <> '{}' AND catalogue_collects(one) <@ catalogue_collects(other)
$$;

-- name: wider_content
-- Whether an item of a supplement goes further than national ones of the same matter, which is their class with an article in common: in what it
-- tells against people, in whom it is shown to, in how long. It is held to those of its own nature; where none is, to all of them.
CREATE OR REPLACE FUNCTION catalogue_wider(one jsonb, others jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH matter AS (
        SELECT n FROM jsonb_array_elements(others) n
        WHERE n -> 'class' = one -> 'class' AND catalogue_collects(n) && catalogue_collects(one)
    ), near AS (
        SELECT m.n FROM matter m
        WHERE m.n -> 'nature' = one -> 'nature' OR NOT EXISTS (SELECT FROM matter o WHERE o.n -> 'nature' = one -> 'nature')
    )
    SELECT EXISTS (SELECT FROM near) AND (
        one ->> 'nature' = 'adverse' AND NOT EXISTS (SELECT FROM near WHERE n ->> 'nature' = 'adverse')
        OR EXISTS (SELECT FROM jsonb_array_elements(one -> 'disclosure') d WHERE NOT EXISTS (SELECT FROM near WHERE n -> 'disclosure' @> d))
        OR one ->> 'share_class' = 'unconditional' AND NOT EXISTS (SELECT FROM near WHERE n ->> 'share_class' = 'unconditional')
        OR NOT EXISTS (SELECT FROM near WHERE n -> 'display_rule' = one -> 'display_rule')
        OR NOT EXISTS (SELECT FROM near WHERE n -> 'retention_rule' = one -> 'retention_rule')
        OR NOT EXISTS (SELECT FROM near WHERE n -> 'admission' = one -> 'admission')
    )
$$;

-- name: guard_levels
-- An edition is sealed when, beside whatever is in force of the other level at the same time, no item of the supplement repeats a national one or goes
-- further than the national ones of the same matter.
CREATE OR REPLACE FUNCTION catalogue_guard_levels() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL THEN
        RETURN NEW;
    END IF;
    IF EXISTS (
        SELECT FROM catalogue_edition o
        JOIN catalogue_item_version s ON s.edition_id = CASE NEW.level WHEN 'provincial' THEN NEW.id ELSE o.id END
        CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_agg(n.definition), '[]') AS items FROM catalogue_item_version n
            WHERE n.edition_id = CASE NEW.level WHEN 'national' THEN NEW.id ELSE o.id END
        ) n
        WHERE o.level <> NEW.level AND o.sealed_at IS NOT NULL
          AND daterange(o.valid_from, o.valid_until) && daterange(NEW.valid_from, NEW.valid_until)
          AND (catalogue_wider(s.definition, n.items)
               OR EXISTS (SELECT FROM jsonb_array_elements(n.items) i WHERE catalogue_same(s.definition, i)))
    ) THEN
        RAISE EXCEPTION 'a supplement that repeats the national list or goes further than it' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_levels_trigger
CREATE OR REPLACE TRIGGER edition_levels_guarded BEFORE UPDATE ON catalogue_edition
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_levels();

-- name: level_grants
REVOKE ALL ON FUNCTION catalogue_plain(text), catalogue_plain_name(text), catalogue_collects(jsonb), catalogue_same(jsonb, jsonb),
    catalogue_wider(jsonb, jsonb), catalogue_guard_levels() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalogue_plain(text), catalogue_plain_name(text), catalogue_collects(jsonb), catalogue_same(jsonb, jsonb),
    catalogue_wider(jsonb, jsonb) TO {app};
