-- name: alone
-- Everybody who writes seals or hashes has ended, and whoever begins now waits: for a moment, or a long batch would make all others wait.
SELECT set_config('lock_timeout', %(patience)s, true), pg_advisory_xact_lock(%(lock)s);

-- name: move_pointers
UPDATE identity_key_pointers SET former = hash, hash = %(key)s, current = %(key)s;

-- name: forget_former
UPDATE identity_key_pointers SET former = '';

-- name: retire
UPDATE identity_vault_key SET retired_at = %(at)s
WHERE key_id = ANY(%(keys)s) AND retired_at IS NULL
  AND NOT EXISTS (SELECT FROM identity_key_pointers p WHERE identity_vault_key.key_id IN (p.anchor, p.hash, p.current));

-- name: take_persons
-- The next persons of whom something stands under another key. Whom somebody else has in hand is passed over and met in the next round, so
-- that this waits for nobody and nobody can wait for it in a circle.
SELECT p.subject_id, p.key_id, p.code_sealed, p.name_sealed FROM identity_person p
WHERE p.subject_id > %(upto)s
  AND (p.key_id <> %(key)s OR EXISTS (SELECT FROM identity_code c WHERE c.subject_id = p.subject_id
                                      AND (c.key_id <> %(key)s OR c.seal_key_id <> %(key)s)))
ORDER BY p.subject_id LIMIT %(limit)s FOR NO KEY UPDATE OF p SKIP LOCKED;

-- name: take_codes
SELECT c.code_hash, c.subject_id, c.code_type, c.key_id, c.code_sealed, c.seal_key_id, c.name_tag FROM identity_code c
WHERE c.subject_id = ANY(%(subjects)s) AND (c.key_id <> %(key)s OR c.seal_key_id <> %(key)s)
FOR UPDATE SKIP LOCKED;

-- name: told_names
-- What the authority ever told of a person, or of one whom a transfer ties to them: the names under which their codes were told.
WITH RECURSIVE tied (subject_id) AS (
    SELECT %(subject)s::bigint
    UNION
    SELECT u.subject_id FROM tied
    JOIN identity_transfer t ON tied.subject_id IN (t.from_subject_id, t.into_subject)
    CROSS JOIN LATERAL (VALUES (t.from_subject_id), (t.into_subject)) u (subject_id)
)
SELECT body_sealed, key_id FROM identity_population_event e WHERE e.subject_id IN (SELECT subject_id FROM tied)
    AND e.kind IN ('snapshot', 'new', 'name', 'number', 'correction') ORDER BY e.id DESC;

-- name: put_codes
UPDATE identity_code c SET code_hash = n.code_hash, name_tag = n.name_tag, birth_block = n.birth_block, ends_block = n.ends_block, key_id = %(key)s::text,
    code_sealed = n.code_sealed, seal_key_id = CASE WHEN n.code_sealed IS NOT NULL THEN %(key)s::text END
FROM unnest(%(old)b::bytea[], %(hashes)b::bytea[], %(tags)b::bytea[], %(births)b::bytea[], %(ends)b::bytea[], %(boxes)b::bytea[])
    AS n (old_hash, code_hash, name_tag, birth_block, ends_block, code_sealed)
WHERE c.code_hash = n.old_hash;

-- name: note_step
UPDATE identity_rotation_step SET upto = %(upto)s, done = done + %(done)s WHERE id = %(step)s;

-- name: persons_left
SELECT EXISTS (SELECT FROM identity_person WHERE key_id <> %(key)s)
    OR EXISTS (SELECT FROM identity_code WHERE key_id <> %(key)s OR seal_key_id <> %(key)s);

-- name: take_unblocked
-- The next citizens' numbers that nobody would find by a near name, with the boxes that tell code and name.
SELECT c.code_hash, c.code_type, c.key_id, c.code_sealed, c.seal_key_id, p.key_id, p.code_sealed, p.name_sealed
FROM identity_code c JOIN identity_person p USING (subject_id)
WHERE c.code_type = 'resident-id' AND c.birth_block IS NULL AND c.code_hash > %(upto)s
ORDER BY c.code_hash LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED;

-- name: put_blocks
UPDATE identity_code c SET birth_block = n.birth, ends_block = n.ends
FROM unnest(%(hashes)s::bytea[], %(births)s::bytea[], %(ends)s::bytea[]) AS n (code_hash, birth, ends) WHERE c.code_hash = n.code_hash;
