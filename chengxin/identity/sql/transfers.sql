-- name: take_step
-- A step that two officers agreed to, held until the transaction ends.
SELECT s.id, t.id, t.kind, s.forth, t.from_subject_id, t.into_subject, t.fresh, t.code_marks, t.record_ids, s.record_ids
FROM identity_transfer_step s JOIN identity_transfer t ON t.id = s.transfer_id
WHERE s.id = %(step)s AND s.agreed AND s.done_at IS NULL FOR UPDATE OF s;

-- name: announce_step
SELECT set_config('cx.transfer', %(step)s::text, true);

-- name: agreed_steps
SELECT id FROM identity_transfer_step WHERE agreed AND done_at IS NULL ORDER BY id;

-- name: evidence
SELECT event_id, sequence, edition, kind, body_sealed, key_id, recorded_at FROM identity_transfer_evidence();

-- name: codes_in_hand
-- The codes of the two persons, with their marks where an event tells of them.
SELECT c.code_hash, c.subject_id, m.code_mark FROM identity_code c
LEFT JOIN (SELECT code_hash, code_mark FROM population_staging
           UNION SELECT old_hash, old_mark FROM population_staging WHERE old_hash IS NOT NULL) m USING (code_hash)
WHERE c.subject_id = ANY(%(both)s::bigint[]);

-- name: links
-- Which code took the place of which, in the authority's order.
SELECT old_mark, code_mark FROM population_staging WHERE old_mark IS NOT NULL ORDER BY rank;

-- name: known_codes
SELECT code_mark, goes FROM identity_transfer_code WHERE transfer_id = %(transfer)s;

-- name: note_codes
INSERT INTO identity_transfer_code (transfer_id, code_mark, goes)
SELECT %(transfer)s, u.code_mark, u.goes FROM unnest(%(marks)s::bytea[], %(goes)s::boolean[]) AS u (code_mark, goes)
ON CONFLICT DO NOTHING;

-- name: own_by_code
-- Each event goes with its code, as that will lead; what was said of a code that was withdrawn later follows below.
UPDATE population_staging s SET subject_id = CASE WHEN c.code_hash = ANY(%(going)s::bytea[]) THEN %(target)s ELSE c.subject_id END
FROM identity_code c
WHERE c.code_hash = s.code_hash
  AND NOT EXISTS (SELECT FROM identity_withdrawn_code w WHERE w.code_mark = s.code_mark AND w.until_rank > s.rank);

-- name: own_by_correction
-- What was said of a code before it was corrected goes with the code that took its place.
UPDATE population_staging s SET subject_id = k.subject_id FROM population_staging k
WHERE s.subject_id IS NULL AND k.subject_id IS NOT NULL AND k.kind = 'correction' AND k.old_mark = s.code_mark
  AND k.rank = (SELECT min(w.until_rank) FROM identity_withdrawn_code w WHERE w.code_mark = s.code_mark AND w.until_rank > s.rank);

-- name: leave_others
DELETE FROM population_staging WHERE subject_id IS NULL OR subject_id <> ALL(%(both)s::bigint[]);

-- name: untold
-- Persons to whom codes will lead and of whom no event says who they are.
SELECT u.subject_id FROM unnest(%(standing)s::bigint[]) AS u (subject_id)
WHERE NOT EXISTS (SELECT FROM population_told t WHERE t.subject_id = u.subject_id AND t.identity_rank IS NOT NULL);

-- name: make_person
-- The new person of a split. Where no event tells a region, it is that of the one they were taken for.
INSERT INTO identity_person (subject_id, born, region, capacity, capacity_since, judged, died, code_sealed, name_sealed, key_id, recorded_at,
    identity_rank, region_rank, death_rank, capacity_rank)
SELECT t.subject_id, t.born, coalesce(t.region, p.region), coalesce(t.capacity, 'full'), t.since, t.judged, t.died, t.code_sealed,
    t.name_sealed, t.key_id, %(at)s, t.identity_rank, coalesce(t.region_rank, 0), coalesce(t.death_rank, 0), coalesce(t.capacity_rank, 0)
FROM population_told t JOIN identity_person p ON p.subject_id = %(source)s
WHERE t.subject_id = %(target)s AND NOT EXISTS (SELECT FROM identity_person n WHERE n.subject_id = t.subject_id);

-- name: remake_persons
UPDATE identity_person p SET born = t.born, code_sealed = t.code_sealed, name_sealed = t.name_sealed, key_id = t.key_id,
    region = coalesce(t.region, p.region), died = t.died, capacity = coalesce(t.capacity, 'full'), capacity_since = t.since,
    judged = p.judged OR t.judged, identity_rank = t.identity_rank, region_rank = coalesce(t.region_rank, 0),
    death_rank = coalesce(t.death_rank, 0), capacity_rank = coalesce(t.capacity_rank, 0), recorded_at = %(at)s
FROM population_told t WHERE p.subject_id = t.subject_id AND t.identity_rank IS NOT NULL;

-- name: move_codes
UPDATE identity_code SET subject_id = %(target)s WHERE code_hash = ANY(%(going)s::bytea[]) AND subject_id = %(source)s;

-- name: move_minor_words
-- Who called a code's bearer a minor said so of whoever bears it now.
UPDATE identity_minor_word SET subject_id = %(target)s WHERE subject_id = %(source)s AND (%(every)s OR code_mark = ANY(%(marks)s::bytea[]));

-- name: close_again
UPDATE identity_person p SET minor_rank = said.rank
FROM (SELECT u.subject_id, coalesce(max(w.rank), 0) AS rank FROM unnest(%(both)s::bigint[]) AS u (subject_id)
      LEFT JOIN identity_minor_word w ON w.subject_id = u.subject_id GROUP BY 1) said
WHERE p.subject_id = said.subject_id AND p.minor_rank <> said.rank;

-- name: seal_codes
-- Whoever has, or had, more than one code has each sealed beside its hash.
UPDATE identity_code c SET code_sealed = l.box, seal_key_id = l.key_id
FROM (SELECT DISTINCT ON (code_hash) code_hash, box, key_id FROM (
          SELECT code_hash, code_sealed AS box, key_id FROM population_staging WHERE code_sealed IS NOT NULL
          UNION ALL SELECT old_hash, old_sealed, key_id FROM population_staging WHERE old_sealed IS NOT NULL) told) l
WHERE c.code_hash = l.code_hash AND c.seal_key_id IS NULL;

-- name: forget_capacity
DELETE FROM identity_capacity WHERE subject_id = ANY(%(both)s::bigint[]);

-- name: forget_attestations
DELETE FROM identity_attestation WHERE subject_id = ANY(%(both)s::bigint[]);

-- name: remake_capacity
-- As insert_capacity and keep_first_word have it: of persons against whose capacity anything was ever said.
INSERT INTO identity_capacity (subject_id, rank, capacity, since, recorded_at)
SELECT s.subject_id, s.rank, s.capacity, s.since, e.recorded_at
FROM population_staging s JOIN identity_population_event e USING (event_id)
WHERE s.capacity IS NOT NULL AND NOT s.mute
  AND EXISTS (SELECT FROM population_staging w WHERE w.subject_id = s.subject_id AND w.capacity <> 'full')
ON CONFLICT DO NOTHING;

-- name: remake_attestations
INSERT INTO identity_attestation (subject_id, rank, authority, checked_on, level, method, recorded_at)
SELECT s.subject_id, s.rank, s.authority, s.checked_on, s.level, s.method, e.recorded_at
FROM population_staging s JOIN identity_population_event e USING (event_id)
WHERE s.kind = 'attestation'
ON CONFLICT DO NOTHING;

-- name: absorb
UPDATE identity_person SET absorbed_into_id = %(into)s WHERE subject_id = %(subject)s;

-- name: joined
-- Parked events that stood between two persons who are one now.
SELECT body_sealed, key_id FROM identity_population_parked
WHERE reason = 'two-persons' AND code_mark = ANY(%(marks)s::bytea[]) AND old_mark = ANY(%(marks)s::bytea[]);

-- name: done
UPDATE identity_transfer_step SET done_at = %(at)s, failure = '' WHERE id = %(step)s;

-- name: fail
UPDATE identity_transfer_step SET failure = %(failure)s WHERE id = %(step)s AND done_at IS NULL;
