-- name: guard_new_seals
-- A row sealed from now on is sealed under the current key, whatever code writes it. Whoever writes seals shares the lock under which the
-- pointers are moved (identity.vault.KEYS_LOCK), so that none is written under a key while that key goes out of use.
CREATE OR REPLACE FUNCTION identity_guard_new_seals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'63786b79'::bigint);
    IF EXISTS (SELECT FROM fresh WHERE key_id IS DISTINCT FROM (SELECT current FROM identity_key_pointers)) THEN
        RAISE EXCEPTION 'sealed under a key that is not the current one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_new_seal
-- A sealed value is replaced under the current key alone: never by a box of an older key, never a key's name without its box.
CREATE OR REPLACE FUNCTION identity_guard_new_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'63786b79'::bigint);
    IF NEW.key_id IS DISTINCT FROM (SELECT current FROM identity_key_pointers) THEN
        RAISE EXCEPTION 'sealed under a key that is not the current one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: person_sealed
CREATE OR REPLACE TRIGGER person_sealed AFTER INSERT ON identity_person
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: guard_persons_resealed
-- Persons and codes are told of by statement, not by row: a function call a row would cost a rotation more than its writing. Of what changed,
-- only what stands under another key than the present one is looked at, and that must have stood there before.
CREATE OR REPLACE FUNCTION identity_guard_persons_resealed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    present text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'63786b79'::bigint);
    SELECT current INTO present FROM identity_key_pointers;
    IF EXISTS (SELECT subject_id, key_id, code_sealed, name_sealed FROM fresh WHERE key_id IS DISTINCT FROM present
               EXCEPT SELECT subject_id, key_id, code_sealed, name_sealed FROM gone) THEN
        RAISE EXCEPTION 'sealed under a key that is not the current one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: person_sealed_anew
CREATE OR REPLACE TRIGGER person_sealed_anew AFTER UPDATE ON identity_person
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_persons_resealed();

-- name: guard_half_seal
CREATE OR REPLACE FUNCTION identity_guard_half_seal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'code and name are sealed under one key' USING ERRCODE = 'check_violation';
END
$$;

-- name: person_sealed_wholly
-- One key id stands for both boxes of a person, so under another key both are made anew.
CREATE OR REPLACE TRIGGER person_sealed_wholly BEFORE UPDATE ON identity_person
    FOR EACH ROW WHEN (NEW.key_id <> OLD.key_id AND (NEW.code_sealed = OLD.code_sealed OR NEW.name_sealed = OLD.name_sealed))
    EXECUTE FUNCTION identity_guard_half_seal();

-- name: guard_hashes
-- Codes are hashed under one key at a time, or one code could stand twice and lead to two persons. Another code of a person is sealed
-- beside its hash under the current key.
CREATE OR REPLACE FUNCTION identity_guard_hashes() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'63786b79'::bigint);
    IF EXISTS (SELECT FROM fresh WHERE key_id IS DISTINCT FROM (SELECT hash FROM identity_key_pointers)) THEN
        RAISE EXCEPTION 'hashed under a key that is not the hash key' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM fresh WHERE seal_key_id <> (SELECT current FROM identity_key_pointers)) THEN
        RAISE EXCEPTION 'sealed under a key that is not the current one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: code_hashed
CREATE OR REPLACE TRIGGER code_hashed AFTER INSERT ON identity_code
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_hashes();

-- name: guard_codes_rehashed
CREATE OR REPLACE FUNCTION identity_guard_codes_rehashed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    present record;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'63786b79'::bigint);
    SELECT hash, current INTO present FROM identity_key_pointers;
    IF EXISTS (SELECT subject_id, code_hash, key_id FROM fresh WHERE key_id IS DISTINCT FROM present.hash
               EXCEPT SELECT subject_id, code_hash, key_id FROM gone) THEN
        RAISE EXCEPTION 'hashed under a key that is not the hash key' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT subject_id, code_sealed, seal_key_id FROM fresh WHERE seal_key_id <> present.current
               EXCEPT SELECT subject_id, code_sealed, seal_key_id FROM gone) THEN
        RAISE EXCEPTION 'sealed under a key that is not the current one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: code_hashed_anew
CREATE OR REPLACE TRIGGER code_hashed_anew AFTER UPDATE ON identity_code
    REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_codes_rehashed();

-- name: guard_half_hash
CREATE OR REPLACE FUNCTION identity_guard_half_hash() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'hash, tag and key are made anew together' USING ERRCODE = 'check_violation';
END
$$;

-- name: code_hashed_wholly
-- A tag alone may be made anew under the key of its row, when a name changes.
CREATE OR REPLACE TRIGGER code_hashed_wholly BEFORE UPDATE ON identity_code
    FOR EACH ROW WHEN ((NEW.code_hash = OLD.code_hash) <> (NEW.key_id = OLD.key_id)
                       OR NEW.key_id <> OLD.key_id AND NEW.name_tag = OLD.name_tag)
    EXECUTE FUNCTION identity_guard_half_hash();

-- name: needs_key
-- Whether any row of any table names a key: every text column called key_id or seal_key_id is looked through, also those of tables that
-- nobody thought of here.
CREATE OR REPLACE FUNCTION identity_needs_key(wanted text) RETURNS boolean LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    place record;
    needed boolean;
BEGIN
    FOR place IN
        SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname IN ('key_id', 'seal_key_id')
          AND a.atttypid IN ('varchar'::regtype, 'text'::regtype) AND NOT a.attisdropped
          AND c.relname NOT IN ('identity_vault_key', 'identity_key_rotation')
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1)', place.relname, place.attname) INTO needed USING wanted;
        IF needed THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END
$$;

-- name: guard_key
-- A key is entered once and goes out of use once, when nothing needs it and nothing points to it; else it stays as it is.
CREATE OR REPLACE FUNCTION identity_guard_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'63786b79'::bigint);
    IF OLD.retired_at IS NOT NULL OR NEW.retired_at IS NULL
       OR (NEW.key_id, NEW.suite, NEW.check_value, NEW.created_at)
          IS DISTINCT FROM (OLD.key_id, OLD.suite, OLD.check_value, OLD.created_at) THEN
        RAISE EXCEPTION 'a key goes out of use once and is changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM identity_key_pointers WHERE OLD.key_id IN (anchor, hash, former, current)) THEN
        RAISE EXCEPTION 'a key that is pointed to stays in use' USING ERRCODE = 'check_violation';
    END IF;
    IF identity_needs_key(OLD.key_id) THEN
        RAISE EXCEPTION 'a key that something is sealed or hashed with stays in use' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: key_guarded
CREATE OR REPLACE TRIGGER key_guarded BEFORE UPDATE ON identity_vault_key FOR EACH ROW EXECUTE FUNCTION identity_guard_key();

-- name: key_stays
CREATE OR REPLACE TRIGGER key_stays BEFORE DELETE OR TRUNCATE ON identity_vault_key
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_pointers
-- The anchor never moves. What is pointed to is a key in use. The hash key moves only onward, when no codes are left under the one before,
-- and that one is forgotten only then: else codes would stand under a key that nobody asks for.
CREATE OR REPLACE FUNCTION identity_guard_pointers() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'63786b79'::bigint);
    IF EXISTS (SELECT FROM unnest(ARRAY[NEW.anchor, NEW.hash, NEW.current]) AS u (key_id)
               WHERE NOT EXISTS (SELECT FROM identity_vault_key k WHERE k.key_id = u.key_id AND k.retired_at IS NULL)) THEN
        RAISE EXCEPTION 'a pointer leads to a key in use' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF NEW.anchor <> OLD.anchor THEN
            RAISE EXCEPTION 'the anchor never moves' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.hash <> OLD.hash AND (OLD.former <> '' OR NEW.former <> OLD.hash)
           OR NEW.hash = OLD.hash AND NEW.former NOT IN ('', OLD.former) THEN
            RAISE EXCEPTION 'the hash key moves onward from one key to the next' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.former = '' AND OLD.former <> '' AND EXISTS (SELECT FROM identity_code WHERE key_id = OLD.former) THEN
            RAISE EXCEPTION 'codes still stand under the former hash key' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END
$$;

-- name: pointers_guarded
CREATE OR REPLACE TRIGGER pointers_guarded BEFORE INSERT OR UPDATE ON identity_key_pointers
    FOR EACH ROW EXECUTE FUNCTION identity_guard_pointers();

-- name: pointers_stay
CREATE OR REPLACE TRIGGER pointers_stay BEFORE DELETE OR TRUNCATE ON identity_key_pointers
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_rotation
-- A rotation ends once, when no code stands under a former key and everything sealed is sealed under the current one.
CREATE OR REPLACE FUNCTION identity_guard_rotation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.finished_at IS NOT NULL OR NEW.finished_at IS NULL
       OR (NEW.id, NEW.key_id, NEW.from_hash, NEW.from_current, NEW.started_at)
          IS DISTINCT FROM (OLD.id, OLD.key_id, OLD.from_hash, OLD.from_current, OLD.started_at)
       OR EXISTS (SELECT FROM identity_key_pointers WHERE former <> '')
       OR identity_needs_key(NEW.from_hash) OR identity_needs_key(NEW.from_current) THEN
        RAISE EXCEPTION 'a rotation ends once, when nothing is left under another key' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: rotation_guarded
CREATE OR REPLACE TRIGGER rotation_guarded BEFORE UPDATE ON identity_key_rotation
    FOR EACH ROW EXECUTE FUNCTION identity_guard_rotation();

-- name: rotation_stays
CREATE OR REPLACE TRIGGER rotation_stays BEFORE DELETE OR TRUNCATE ON identity_key_rotation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: keys_grants
-- Whoever opens, looks up or seals must know which key does what. To enter keys, move pointers and seal anew is the owner's alone.
GRANT SELECT ON identity_key_pointers TO {app}, {intake};
