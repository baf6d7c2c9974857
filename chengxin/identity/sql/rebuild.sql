-- name: take_codes_in_order
-- The next codes with what tells of their blocks, and the blocks that stand.
SELECT c.code_hash, c.subject_id, c.code_type, c.key_id, c.code_sealed, c.seal_key_id, p.key_id, p.code_sealed, p.name_sealed, c.name_tag,
       c.birth_block, c.ends_block
FROM identity_code c JOIN identity_person p USING (subject_id)
WHERE c.code_hash > %(upto)s ORDER BY c.code_hash LIMIT %(limit)s;

-- name: mend_blocks
-- A code that was told of anew meanwhile bears another tag or key, and got its blocks with it.
UPDATE identity_code c SET birth_block = n.birth, ends_block = n.ends
FROM unnest(%(hashes)s::bytea[], %(tags)s::bytea[], %(keys)s::text[], %(births)s::bytea[], %(ends)s::bytea[])
    AS n (code_hash, name_tag, key_id, birth, ends)
WHERE c.code_hash = n.code_hash AND c.name_tag = n.name_tag AND c.key_id = n.key_id
  AND (c.birth_block, c.ends_block) IS DISTINCT FROM (n.birth, n.ends);

-- name: count_blocks
SELECT (SELECT count(*) FROM identity_code WHERE birth_block IS NOT NULL AND ends_block IS NOT NULL),
       (SELECT count(*) FROM identity_code WHERE code_type = 'resident-id');

-- name: persons_upto
SELECT max(p.subject_id) FROM (SELECT subject_id FROM identity_person WHERE subject_id > %(after)s ORDER BY subject_id LIMIT %(limit)s) p;

-- name: persons_told_otherwise
-- Persons whose marks aren't what the authority's words make of them, locked: what is told of them from now on waits for a moment.
SELECT p.subject_id FROM identity_person p
WHERE p.subject_id > %(after)s AND p.subject_id <= %(upto)s
  AND (p.minor_rank <> coalesce((SELECT max(w.rank) FROM identity_minor_word w WHERE w.subject_id = p.subject_id), 0)
       OR NOT p.judged AND EXISTS (SELECT FROM identity_capacity c WHERE c.subject_id = p.subject_id AND c.capacity <> 'full'))
ORDER BY p.subject_id FOR NO KEY UPDATE;

-- name: mend_persons
UPDATE identity_person p
SET minor_rank = coalesce((SELECT max(w.rank) FROM identity_minor_word w WHERE w.subject_id = p.subject_id), 0),
    judged = p.judged OR EXISTS (SELECT FROM identity_capacity c WHERE c.subject_id = p.subject_id AND c.capacity <> 'full')
WHERE p.subject_id = ANY(%(subjects)s::bigint[]);

-- name: count_persons
SELECT count(*) FILTER (WHERE p.minor_rank <> coalesce((SELECT max(w.rank) FROM identity_minor_word w WHERE w.subject_id = p.subject_id), 0)
           OR NOT p.judged AND EXISTS (SELECT FROM identity_capacity c WHERE c.subject_id = p.subject_id AND c.capacity <> 'full')), 0
FROM identity_person p;

-- name: count_part
SELECT count(*) FROM identity_person p WHERE p.subject_id > %(after)s AND p.subject_id <= %(upto)s;
