-- name: create_staging
CREATE TEMP TABLE population_staging (
    code_hash bytea, name_tag bytea, code_type text, born date, region text, capacity text, capacity_since date, died date,
    code_sealed bytea, name_sealed bytea, key_id text, former_hash bytea, former_tag bytea, subject_id bigint, fresh boolean,
    renamed boolean
) ON COMMIT DROP;

-- name: drop_doubles
-- The same code twice in one file: the last row tells; the others go.
DELETE FROM population_staging s USING population_staging later
WHERE later.code_hash = s.code_hash AND later.ctid > s.ctid;

-- name: match_former
-- Codes that still stand under the key before, asked for first: a rotation moves them from there to the new one and never back.
UPDATE population_staging s SET subject_id = c.subject_id, fresh = false, renamed = c.name_tag <> s.former_tag
FROM identity_code c WHERE c.code_hash = s.former_hash;

-- name: match_known
UPDATE population_staging s SET subject_id = c.subject_id, fresh = false, renamed = c.name_tag <> s.name_tag
FROM identity_code c WHERE c.code_hash = s.code_hash AND s.subject_id IS NULL;

-- name: number_fresh
UPDATE population_staging SET subject_id = nextval('identity_subject_seq'), fresh = true WHERE subject_id IS NULL;

-- name: insert_persons
INSERT INTO identity_person (subject_id, born, region, capacity, capacity_since, died, code_sealed, name_sealed, key_id, recorded_at)
SELECT subject_id, born, region, capacity, capacity_since, died, code_sealed, name_sealed, key_id, %(at)s
FROM population_staging WHERE fresh ORDER BY subject_id;

-- name: insert_codes
INSERT INTO identity_code (code_hash, subject_id, name_tag, code_type, key_id)
SELECT code_hash, subject_id, name_tag, code_type, %(hash_key)s FROM population_staging WHERE fresh ORDER BY code_hash;

-- name: update_persons
-- What the feed changes. A changed name is sealed anew together with the code, so that one key id serves both.
UPDATE identity_person p SET region = s.region, capacity = s.capacity, capacity_since = s.capacity_since, died = s.died,
    code_sealed = s.code_sealed, name_sealed = s.name_sealed, key_id = s.key_id, recorded_at = %(at)s
FROM population_staging s
WHERE NOT s.fresh AND p.subject_id = s.subject_id
  AND ((p.region, p.capacity, p.capacity_since, p.died) IS DISTINCT FROM (s.region, s.capacity, s.capacity_since, s.died) OR s.renamed);

-- name: update_former_names
-- A tag is made under the key of its row; the rotation makes it anew together with the hash.
UPDATE identity_code c SET name_tag = s.former_tag FROM population_staging s WHERE s.renamed AND c.code_hash = s.former_hash;

-- name: update_names
UPDATE identity_code c SET name_tag = s.name_tag FROM population_staging s WHERE s.renamed AND c.code_hash = s.code_hash;
