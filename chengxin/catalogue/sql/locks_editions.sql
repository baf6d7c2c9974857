-- name: only_owner
-- Whether the statement runs with the owner's rights: what is loaded at the server comes so.
CREATE OR REPLACE FUNCTION catalogue_by_owner() RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_has_role(current_user, c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = 'public.catalogue_edition'::regclass
$$;

-- name: guard_edition
-- An edition is written open, and the owner alone loads one without a draft. One of a draft is provincial, of a draft that is approved, and
-- begins no earlier than today.
CREATE OR REPLACE FUNCTION catalogue_guard_edition() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- Two that are written at once would each miss what the other holds.
    PERFORM pg_advisory_xact_lock(hashtext('catalogue editions'));
    IF NEW.sealed_at IS NOT NULL THEN
        RAISE EXCEPTION 'an edition is sealed when it is whole' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.draft_id IS NULL AND NOT catalogue_by_owner() THEN
        RAISE EXCEPTION 'an edition without a draft is loaded at the server' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.draft_id IS NOT NULL AND (
        NEW.level = 'provincial' AND NEW.valid_from >= (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
        AND (SELECT s.kind FROM catalogue_step s WHERE s.draft_id = NEW.draft_id ORDER BY s.id DESC LIMIT 1) = 'approve'
    ) IS NOT TRUE THEN
        RAISE EXCEPTION 'an edition of a draft that isn''t approved' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_edition_trigger
CREATE OR REPLACE TRIGGER edition_guarded BEFORE INSERT ON catalogue_edition FOR EACH ROW EXECUTE FUNCTION catalogue_guard_edition();

-- name: code_content
CREATE OR REPLACE FUNCTION catalogue_code_content(c catalogue_code_value) RETURNS jsonb LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_array(c.label, c.label_en, c.maps_to, c.valid_from, c.valid_until, c.provisional)
$$;

-- name: edition_expected
-- What an edition of a draft holds: the items and code lists of the edition before it, with the draft's in their place.
CREATE OR REPLACE FUNCTION catalogue_expected(number bigint, of_draft bigint, of_level text, begins date)
    RETURNS TABLE (part text, name text, content jsonb) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH base AS (
        SELECT e.id FROM catalogue_edition e
        WHERE e.level = of_level AND e.sealed_at IS NOT NULL AND e.valid_from <= begins AND e.id <> number
        ORDER BY e.valid_from DESC LIMIT 1
    ), lists AS (
        SELECT l.key AS name, l.value AS entries FROM catalogue_draft_item d, jsonb_each(d.code_lists) l WHERE d.draft_id = of_draft
    )
    SELECT 'item', i.code, v.definition FROM catalogue_item_version v
    JOIN catalogue_item i ON i.id = v.item_id JOIN base b ON b.id = v.edition_id
    WHERE i.code NOT IN (SELECT d.code FROM catalogue_draft_item d WHERE d.draft_id = of_draft)
    UNION ALL SELECT 'item', d.code, d.definition FROM catalogue_draft_item d WHERE d.draft_id = of_draft AND d.change = 'set'
    UNION ALL SELECT 'code', c.code_list || '/' || c.value, catalogue_code_content(c) FROM catalogue_code_value c JOIN base b ON b.id = c.edition_id
    WHERE c.code_list NOT IN (SELECT l.name FROM lists l)
    UNION ALL SELECT DISTINCT 'code', l.name || '/' || (r ->> 'value'), jsonb_build_array(
        r ->> 'label', coalesce(r ->> 'label_en', ''), coalesce(r ->> 'maps_to', ''), nullif(r ->> 'valid_from', '')::date,
        nullif(r ->> 'valid_until', '')::date, coalesce(r ->> 'provisional', '') = 'true')
    FROM lists l, jsonb_array_elements(l.entries) r
$$;

-- name: edition_written
-- What an edition holds, in the same shape.
CREATE OR REPLACE FUNCTION catalogue_written(number bigint) RETURNS TABLE (part text, name text, content jsonb) LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT 'item', i.code, v.definition FROM catalogue_item_version v JOIN catalogue_item i ON i.id = v.item_id WHERE v.edition_id = number
    UNION ALL SELECT 'code', c.code_list || '/' || c.value, catalogue_code_content(c) FROM catalogue_code_value c WHERE c.edition_id = number
$$;

-- name: guard_edition_change
-- An edition is sealed once, when it holds what was approved and every item names its bases and purposes as its content does; then it ends once,
-- on the day the next of its level begins. It changes in nothing else.
CREATE OR REPLACE FUNCTION catalogue_guard_edition_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF to_jsonb(NEW) - ARRAY['sealed_at', 'valid_until'] <> to_jsonb(OLD) - ARRAY['sealed_at', 'valid_until']
       OR OLD.sealed_at IS NOT NULL AND NEW.sealed_at IS DISTINCT FROM OLD.sealed_at
       OR NEW.valid_until IS DISTINCT FROM OLD.valid_until AND NOT (OLD.valid_until IS NULL AND EXISTS (
           SELECT FROM catalogue_edition e
           WHERE e.level = NEW.level AND e.id <> NEW.id AND e.valid_from = NEW.valid_until AND e.sealed_at IS NOT NULL))
    THEN
        RAISE EXCEPTION 'an edition ends when the next begins and changes in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.sealed_at IS NOT NULL OR NEW.sealed_at IS NULL THEN
        RETURN NEW;
    END IF;
    NEW.sealed_at := clock_timestamp();
    IF EXISTS (
        SELECT FROM catalogue_item_version v
        WHERE v.edition_id = NEW.id
          AND (ARRAY(SELECT DISTINCT b ->> 'ref' FROM jsonb_array_elements(v.definition -> 'bases') b ORDER BY 1)
               <> ARRAY(SELECT b.article_id::text FROM catalogue_item_basis b WHERE b.itemversion_id = v.id ORDER BY 1)
            OR ARRAY(SELECT DISTINCT p FROM jsonb_array_elements_text(v.definition -> 'purposes') p ORDER BY 1)
               <> ARRAY(SELECT p.code::text FROM catalogue_item_purpose ip JOIN catalogue_purpose p ON p.id = ip.purpose_id
                        WHERE ip.itemversion_id = v.id ORDER BY 1)
            OR ARRAY(SELECT f ->> 'code' FROM jsonb_array_elements(v.definition -> 'field') f)
               <> ARRAY(SELECT f.code::text FROM catalogue_field f WHERE f.item_version_id = v.id ORDER BY f.position))
    ) THEN
        RAISE EXCEPTION 'an edition whose items lack bases, purposes or fields of their content' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.draft_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM (SELECT s.kind, s.digest FROM catalogue_step s WHERE s.draft_id = NEW.draft_id ORDER BY s.id DESC LIMIT 1) s
        WHERE s.kind = 'publish' AND s.digest = catalogue_draft_digest(NEW.draft_id)
    ) THEN
        RAISE EXCEPTION 'an edition of a draft that went not all of its way' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.draft_id IS NOT NULL AND EXISTS (
        SELECT FROM catalogue_expected(NEW.id, NEW.draft_id, NEW.level, NEW.valid_from) x
        FULL JOIN catalogue_written(NEW.id) w USING (part, name)
        WHERE x.content IS DISTINCT FROM w.content
    ) THEN
        RAISE EXCEPTION 'an edition that differs from what was approved' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_edition_change_trigger
CREATE OR REPLACE TRIGGER edition_change_guarded BEFORE UPDATE ON catalogue_edition
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_edition_change();

-- name: edition_stays
CREATE OR REPLACE TRIGGER edition_stays BEFORE DELETE OR TRUNCATE ON catalogue_edition
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_item_version
-- An item of an edition that isn't sealed yet: its columns say what its content says; an adverse one keeps to the rules for adverse records,
-- whose lengths are the law's own maxima; one open to the public names an article that has it published; a provincial one repeats no national one.
-- Content that an edition before had already, of either level, and that no draft takes up anew, keeps the moment when it was last considered.
CREATE OR REPLACE FUNCTION catalogue_guard_item_version() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    edition catalogue_edition;
    named text := (SELECT i.code FROM catalogue_item i WHERE i.id = NEW.item_id);
BEGIN
    SELECT e.* INTO edition FROM catalogue_edition e WHERE e.id = NEW.edition_id;
    IF edition.sealed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a sealed edition takes nothing in' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (named, NEW.name, NEW.nature, NEW.display_rule, NEW.retention_rule, NEW.admission, to_jsonb(NEW.disclosure),
        to_jsonb(NEW.provider_kinds), NEW.share_class, NEW.item_class)
       IS DISTINCT FROM
       (NEW.definition ->> 'code', NEW.definition ->> 'name', NEW.definition ->> 'nature', NEW.definition ->> 'display_rule',
        NEW.definition ->> 'retention_rule', NEW.definition ->> 'admission', NEW.definition -> 'disclosure',
        NEW.definition -> 'provider_kinds', NEW.definition ->> 'share_class', NEW.definition ->> 'class')
    THEN
        RAISE EXCEPTION 'an item whose columns differ from its content' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.nature = 'adverse' AND (NEW.retention_rule <> 'adverse' OR NEW.admission NOT IN ('adverse', 'court')
                                   OR NEW.display_rule NOT IN ('penalty-grade', 'court-list', 'serious-list')) THEN
        RAISE EXCEPTION 'an adverse item keeps to the rules for adverse records' USING ERRCODE = 'check_violation';
    END IF;
    IF 'public' = ANY(NEW.disclosure) AND NOT EXISTS (
        SELECT FROM jsonb_array_elements(NEW.definition -> 'bases') b
        JOIN catalogue_article a ON a.ref = b ->> 'ref' AND a.article <> ''
        WHERE b ->> 'role' = 'publish'
    ) THEN
        RAISE EXCEPTION 'an item open to the public without an article that says so' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM catalogue_item_version v
        JOIN catalogue_edition e ON e.id = v.edition_id AND e.level <> edition.level AND e.sealed_at IS NOT NULL
        WHERE daterange(e.valid_from, e.valid_until) && daterange(edition.valid_from, edition.valid_until)
          AND CASE edition.level WHEN 'provincial' THEN catalogue_same(NEW.definition, v.definition)
              ELSE catalogue_same(v.definition, NEW.definition) END
    ) THEN
        RAISE EXCEPTION 'an item that the other level has already' USING ERRCODE = 'check_violation';
    END IF;
    NEW.considered_at := coalesce(
        (SELECT s.at FROM catalogue_draft_item d JOIN catalogue_step s ON s.draft_id = d.draft_id AND s.kind = 'submit'
         WHERE d.draft_id = edition.draft_id AND d.code = named ORDER BY s.id DESC LIMIT 1),
        (SELECT v.considered_at FROM catalogue_item_version v
         JOIN catalogue_edition e ON e.id = v.edition_id AND e.sealed_at IS NOT NULL
         WHERE v.item_id = NEW.item_id AND v.definition = NEW.definition ORDER BY e.valid_from DESC LIMIT 1),
        clock_timestamp());
    RETURN NEW;
END
$$;

-- name: guard_item_version_trigger
CREATE OR REPLACE TRIGGER item_version_guarded BEFORE INSERT ON catalogue_item_version
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_item_version();

-- name: guard_edition_part
-- What hangs on an edition, or on an item of one, comes before it is sealed.
CREATE OR REPLACE FUNCTION catalogue_guard_part() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    told jsonb := to_jsonb(NEW);
BEGIN
    IF EXISTS (
        SELECT FROM catalogue_edition e
        WHERE e.sealed_at IS NOT NULL AND e.id = coalesce(
            (told ->> 'edition_id')::bigint,
            (SELECT v.edition_id FROM catalogue_item_version v
             WHERE v.id = coalesce(told ->> 'item_version_id', told ->> 'itemversion_id')::bigint))
    ) THEN
        RAISE EXCEPTION 'a sealed edition takes nothing in' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_part_triggers
CREATE OR REPLACE TRIGGER field_guarded BEFORE INSERT ON catalogue_field FOR EACH ROW EXECUTE FUNCTION catalogue_guard_part();
CREATE OR REPLACE TRIGGER code_value_guarded BEFORE INSERT ON catalogue_code_value FOR EACH ROW EXECUTE FUNCTION catalogue_guard_part();
CREATE OR REPLACE TRIGGER item_basis_guarded BEFORE INSERT ON catalogue_item_basis FOR EACH ROW EXECUTE FUNCTION catalogue_guard_part();
CREATE OR REPLACE TRIGGER item_purpose_guarded BEFORE INSERT ON catalogue_item_purpose FOR EACH ROW EXECUTE FUNCTION catalogue_guard_part();

-- name: parts_append_only
CREATE OR REPLACE TRIGGER item_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_item_version
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();
CREATE OR REPLACE TRIGGER field_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_field
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();
CREATE OR REPLACE TRIGGER code_value_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_code_value
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();
CREATE OR REPLACE TRIGGER item_basis_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_item_basis
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();
CREATE OR REPLACE TRIGGER item_purpose_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_item_purpose
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: edition_grants
REVOKE ALL ON FUNCTION catalogue_by_owner(), catalogue_guard_edition(), catalogue_guard_edition_change(),
    catalogue_expected(bigint, bigint, text, date), catalogue_written(bigint), catalogue_code_content(catalogue_code_value),
    catalogue_guard_item_version(), catalogue_guard_part() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalogue_by_owner(), catalogue_draft_digest(bigint), catalogue_expected(bigint, bigint, text, date),
    catalogue_written(bigint), catalogue_code_content(catalogue_code_value) TO {app};
GRANT INSERT ON catalogue_edition, catalogue_item, catalogue_item_version, catalogue_item_basis, catalogue_item_purpose, catalogue_field,
    catalogue_code_value TO {app};
GRANT UPDATE (sealed_at, valid_until) ON catalogue_edition TO {app};
GRANT USAGE ON SEQUENCE catalogue_edition_id_seq, catalogue_item_id_seq, catalogue_item_version_id_seq, catalogue_item_basis_id_seq,
    catalogue_item_purpose_id_seq, catalogue_field_id_seq, catalogue_code_value_id_seq TO {app};
