-- name: link_state
-- How a link stands today: ended by its person, over (its day has come, or its person is no more), used as often as was let, locked after too
-- many wrong codes, or it stands.
CREATE OR REPLACE FUNCTION sharing_link_state(link sharing_link) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM sharing_link_end e WHERE e.link_id = link.id) THEN 'ended'
                WHEN link.valid_until <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN 'over'
                WHEN NOT EXISTS (SELECT FROM identity_person p WHERE p.subject_id = identity_lead(link.subject_id) AND p.died IS NULL
                                 AND p.minor_rank <= p.identity_rank) THEN 'over'
                WHEN (SELECT count(*) FROM sharing_link_view v WHERE v.link_id = link.id) >= link.most_views THEN 'used'
                WHEN (SELECT count(*) FROM sharing_link_try t WHERE t.link_id = link.id)
                     >= sharing_authorisation_number('share-link-views', 'tries') THEN 'locked'
                ELSE 'stands' END
$$;

-- name: guard_link
-- A person shares what is their own, for no longer and no oftener than the terms say: items in force, a number of links at a time.
CREATE OR REPLACE FUNCTION sharing_guard_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF identity_person_speaking() IS DISTINCT FROM NEW.subject_id THEN
        RAISE EXCEPTION 'a person shares what is their own' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.valid_until <= today OR NEW.valid_until > today + sharing_authorisation_number('share-link-days', 'longest')
       OR NEW.most_views > sharing_authorisation_number('share-link-views', 'most') THEN
        RAISE EXCEPTION 'a link opens for its days and so many times' USING ERRCODE = 'check_violation';
    END IF;
    IF octet_length(NEW.digest) <> 32 OR octet_length(NEW.code_digest) <> 32 THEN
        RAISE EXCEPTION 'a digest is all that is kept of a link' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.note ~ '(?<![0-9])[1-9][0-9]{5}(18|19|20)[0-9]{2}[0-9]{4}[0-9]{3}[0-9Xx]' THEN
        RAISE EXCEPTION 'a note holds no identity code' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM unnest(NEW.items) AS c (code) WHERE NOT EXISTS (
            SELECT FROM catalogue_item_live l JOIN catalogue_item i ON i.id = l.item_id
            WHERE i.code = c.code AND l.valid_from <= today AND today < l.valid_until)) THEN
        RAISE EXCEPTION 'a link shares items in force' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('share link', NEW.subject_id));
    IF (SELECT count(*) FROM sharing_link k WHERE k.subject_id = NEW.subject_id AND sharing_link_state(k) = 'stands')
       >= sharing_authorisation_number('share-link-views', 'standing') THEN
        RAISE EXCEPTION 'so many links stand at a time' USING ERRCODE = 'check_violation';
    END IF;
    NEW.made_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_link_trigger
CREATE OR REPLACE TRIGGER link_guarded BEFORE INSERT ON sharing_link FOR EACH ROW EXECUTE FUNCTION sharing_guard_link();

-- name: link_append_only
-- Deleting has guards of its own (locks_over.sql), here and below.
CREATE OR REPLACE TRIGGER link_append_only BEFORE UPDATE OR TRUNCATE ON sharing_link
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: link_view_append_only
CREATE OR REPLACE TRIGGER link_view_append_only BEFORE UPDATE OR TRUNCATE ON sharing_link_view
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: link_try_append_only
CREATE OR REPLACE TRIGGER link_try_append_only BEFORE UPDATE OR TRUNCATE ON sharing_link_try
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: link_end_append_only
CREATE OR REPLACE TRIGGER link_end_append_only BEFORE UPDATE OR TRUNCATE ON sharing_link_end
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_link_view
-- A look while the link stands, and no more of them than were let: the link's row is locked, so that of two at once the second sees the first.
CREATE OR REPLACE FUNCTION sharing_guard_link_view() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    link sharing_link;
BEGIN
    SELECT k.* INTO link FROM sharing_link k WHERE k.id = NEW.link_id FOR NO KEY UPDATE;
    IF sharing_link_state(link) <> 'stands' THEN
        RAISE EXCEPTION 'a look beyond what the link lets' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_link_view_trigger
CREATE OR REPLACE TRIGGER link_view_guarded BEFORE INSERT ON sharing_link_view FOR EACH ROW EXECUTE FUNCTION sharing_guard_link_view();

-- name: link_spoken
-- The link whose words this transaction holds: cx.share is what stands in the address, with the access code behind a stroke. Digests can be
-- read in a backup, the words can't: knowing the digest opens nothing.
CREATE OR REPLACE FUNCTION sharing_link_spoken() RETURNS SETOF sharing_link LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.* FROM (SELECT current_setting('cx.share', true) AS said) w
    JOIN sharing_link k ON k.digest = sha256(convert_to(split_part(w.said, '/', 1), 'UTF8'))
    WHERE k.code_digest IS NULL OR k.code_digest = sha256(convert_to(w.said, 'UTF8'))
$$;

-- name: shared
-- What the read gate lets through by the link whose words cx.share holds, while it stands: one person, and the items that they chose.
CREATE OR REPLACE FUNCTION sharing_shared() RETURNS TABLE (subject_id bigint, item_id smallint) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT identity_lead(k.subject_id), i.id FROM sharing_link_spoken() k JOIN catalogue_item i ON i.code = ANY(k.items)
    WHERE sharing_link_state(k) = 'stands'
$$;

-- name: shared_wholly
-- Whether that link shares records with their values, not alone that there are none.
CREATE OR REPLACE FUNCTION sharing_shared_wholly() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM sharing_link_spoken() k WHERE k.kind = 'records')
$$;

-- name: gate_of_link
-- Beside the gate, whatever it lets through: in a transaction that looks through a link, what its person chose and nothing else.
DROP POLICY IF EXISTS shared ON records_version;
CREATE POLICY shared ON records_version AS RESTRICTIVE FOR SELECT TO {app} USING (
    (SELECT coalesce(current_setting('cx.share', true), '')) = ''
    OR (subject_id, item_id) IN (SELECT s.subject_id, s.item_id FROM sharing_shared() s)
);

-- name: gate_of_link_values
-- No value through a link that says alone that nothing is held.
DROP POLICY IF EXISTS shared ON records_payload;
CREATE POLICY shared ON records_payload AS RESTRICTIVE FOR SELECT TO {app} USING (
    (SELECT coalesce(current_setting('cx.share', true), '')) = '' OR (SELECT sharing_shared_wholly())
);

-- name: guard_entry_by_link
-- An answer through a link is entered by who holds its words, under its number, about its person, with no field of an item that they didn't
-- choose; of a link that says alone that nothing is held it names no field. Each is one look.
CREATE OR REPLACE FUNCTION sharing_guard_entry_by_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    link sharing_link;
BEGIN
    SELECT k.* INTO link FROM sharing_link_spoken() k;
    IF link.id IS NULL OR link.number <> NEW.case_reference OR identity_lead(link.subject_id) IS DISTINCT FROM identity_lead(NEW.subject_id) THEN
        RAISE EXCEPTION 'a look without its link' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM unnest(NEW.fields) AS f (name) WHERE f.name <> 'name'
               AND (split_part(f.name, '.', 1) <> ALL (link.items) OR link.kind = 'nothing' AND f.name NOT LIKE '%.=yes_no')) THEN
        RAISE EXCEPTION 'something that the person did not share' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO sharing_link_view (entry_id, link_id, at) VALUES (NEW.entry_id, link.id, clock_timestamp());
    RETURN NEW;
END
$$;

-- name: guard_entry_by_link_trigger
CREATE OR REPLACE TRIGGER access_entry_by_link BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.channel = 'share') EXECUTE FUNCTION sharing_guard_entry_by_link();

-- name: make_link
-- Make a link to what is held about whoever speaks for themselves; its guard looks at the rest.
CREATE OR REPLACE FUNCTION sharing_make_link(number text, digest bytea, code_digest bytea, kind text, items varchar[], most_views integer,
                                             valid_until date, note text) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO sharing_link (number, subject_id, digest, code_digest, kind, items, most_views, valid_until, note, made_at)
    VALUES (number, identity_person_speaking(), digest, code_digest, kind, items, most_views, valid_until, note, clock_timestamp())
$$;

-- name: link_of
-- Which link the words of an address belong to, whose it is and what it shares, however it stands.
CREATE OR REPLACE FUNCTION sharing_link_of(words text)
    RETURNS TABLE (number varchar, subject_id bigint, kind varchar, items varchar[]) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.number, identity_lead(k.subject_id), k.kind, k.items FROM sharing_link k WHERE k.digest = sha256(convert_to(words, 'UTF8'))
$$;

-- name: open_link
-- Look through a link for the rest of this transaction, which then holds its row alone. Says how it stands; a wrong code is counted, and told as
-- "code".
CREATE OR REPLACE FUNCTION sharing_open_link(words text, code text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    link sharing_link;
    state text;
BEGIN
    SELECT k.* INTO link FROM sharing_link k WHERE k.digest = sha256(convert_to(words, 'UTF8')) FOR NO KEY UPDATE;
    state := sharing_link_state(link);
    IF state = 'stands' AND link.code_digest <> sha256(convert_to(words || '/' || code, 'UTF8')) THEN
        INSERT INTO sharing_link_try (link_id, at) VALUES (link.id, clock_timestamp());
        RETURN 'code';
    END IF;
    PERFORM set_config('cx.share', words || '/' || code, true);
    RETURN state;
END
$$;

-- name: own_links
-- What whoever speaks for themselves shares and shared, the newest first; one of them where it is named.
CREATE OR REPLACE FUNCTION sharing_own_links(wanted text, before bigint, most integer)
    RETURNS TABLE (id bigint, number varchar, kind varchar, items varchar[], most_views integer, valid_until date, note varchar,
                   made_at timestamptz, coded boolean, state text, views bigint, tries bigint, seen_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT k.id, k.number, k.kind, k.items, k.most_views, k.valid_until, k.note, k.made_at, k.code_digest IS NOT NULL, sharing_link_state(k),
           (SELECT count(*) FROM sharing_link_view v WHERE v.link_id = k.id), (SELECT count(*) FROM sharing_link_try t WHERE t.link_id = k.id),
           (SELECT max(v.at) FROM sharing_link_view v WHERE v.link_id = k.id)
    FROM sharing_link k
    WHERE k.subject_id IN (SELECT identity_held_by(me)) AND k.id < before AND (wanted = '' OR k.number = wanted)
    ORDER BY k.id DESC LIMIT most;
END
$$;

-- name: own_link_looks
-- Who tried to look through one of their links, for whoever speaks for themselves: when, and what came of it, the newest first.
CREATE OR REPLACE FUNCTION sharing_own_link_looks(wanted text, most integer)
    RETURNS TABLE (at timestamptz, outcome varchar, reason varchar, records integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT e.at, e.outcome, e.reason, coalesce(cardinality(e.versions), 0) FROM ground_access_entry e
    WHERE e.subject_id IN (SELECT identity_held_by(me)) AND e.channel = 'share' AND e.case_reference = wanted
    ORDER BY e.entry_id DESC LIMIT most;
END
$$;

-- name: end_link
-- Whoever speaks for themselves ends one of their links, at once and for good. False where it isn't theirs, and a second time.
CREATE OR REPLACE FUNCTION sharing_end_link(wanted text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_link_end (link_id, at)
    SELECT k.id, clock_timestamp() FROM sharing_link k
    WHERE k.number = wanted AND k.subject_id IN (SELECT identity_held_by(identity_person_speaking()))
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- name: links_grants
REVOKE ALL ON FUNCTION sharing_link_state(sharing_link), sharing_guard_link(), sharing_guard_link_view(), sharing_link_spoken(), sharing_shared(),
    sharing_shared_wholly(), sharing_guard_entry_by_link(), sharing_make_link(text, bytea, bytea, text, varchar[], integer, date, text),
    sharing_link_of(text), sharing_open_link(text, text), sharing_own_links(text, bigint, integer), sharing_own_link_looks(text, integer),
    sharing_end_link(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_shared(), sharing_shared_wholly(),
    sharing_make_link(text, bytea, bytea, text, varchar[], integer, date, text), sharing_link_of(text), sharing_open_link(text, text),
    sharing_own_links(text, bigint, integer), sharing_own_link_looks(text, integer), sharing_end_link(text) TO {app};
