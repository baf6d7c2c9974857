-- name: take_turns
-- One load or batch of events at a time: what one founds, the next must find. Held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('identity population'));

-- name: create_staging
-- minor: all that a minor's row leaves, to close whoever is held under the code; it is no event and has no id. kind number and correction stand under the new code, with the old one beside it. applied: the subject is found and nothing is against it.
CREATE TEMP TABLE IF NOT EXISTS population_staging (
    n integer, event_id text, digest bytea, sequence bigint, edition integer, rank bigint, kind text, parked boolean,
    code_hash bytea, code_mark bytea, former_hash bytea, code_type text, name_tag bytea, former_tag bytea, born date,
    code_sealed bytea, name_sealed bytea, key_id text,
    birth_block bytea, ends_block bytea, former_birth bytea, former_ends bytea,
    old_hash bytea, old_mark bytea, former_old bytea, old_type text, old_tag bytea, former_old_tag bytea, old_sealed bytea,
    region text, capacity text, since date, tells_death boolean, died date,
    authority text, checked_on date, level text, method text, body_sealed bytea,
    subject_id bigint, fresh boolean DEFAULT false, mute boolean DEFAULT false, minor boolean DEFAULT false, fate text
) ON COMMIT DROP;

-- name: create_told
-- What each person's staged events amount to: for every attribute the word of the highest rank.
CREATE TEMP TABLE IF NOT EXISTS population_told (
    subject_id bigint, fresh boolean,
    identity_rank bigint, born date, code_sealed bytea, name_sealed bytea, key_id text,
    region_rank bigint, region text, death_rank bigint, died date, capacity_rank bigint, capacity text, since date, judged boolean
) ON COMMIT DROP;

-- name: create_touched
-- Persons whom words on minors led to before, and lead to no more.
CREATE TEMP TABLE IF NOT EXISTS population_touched (subject_id bigint) ON COMMIT DROP;

-- name: empty_staging
TRUNCATE population_staging, population_told, population_renamed, population_touched;

-- name: analyse_staging
ANALYZE population_staging;

-- name: analyse_told
ANALYZE population_told;

-- name: copy_staging
COPY population_staging (n, event_id, digest, sequence, edition, rank, kind, parked, code_hash, code_mark, former_hash, code_type, name_tag,
    former_tag, born, code_sealed, name_sealed, key_id, birth_block, ends_block, former_birth, former_ends, old_hash, old_mark, former_old,
    old_type, old_tag, former_old_tag, old_sealed, region, capacity, since, tells_death, died, authority, checked_on, level, method,
    body_sealed) FROM STDIN;

-- name: copy_minors
COPY population_staging (n, rank, kind, code_hash, code_mark, former_hash, old_hash, old_mark, former_old, code_type, old_type, minor)
    FROM STDIN;

-- name: hold_former
-- While the hash key is being changed: the rotation passes over codes that are held here, and never moves one back.
SELECT count(*) FROM (
    SELECT FROM identity_code c WHERE c.code_hash IN (
        SELECT former_hash FROM population_staging UNION ALL SELECT former_old FROM population_staging) FOR NO KEY UPDATE) held;

-- name: stand_under_former
-- Codes that still stand under the key before are asked for, and their names tagged, under that one.
UPDATE population_staging s SET code_hash = s.former_hash, name_tag = s.former_tag,
    birth_block = s.former_birth, ends_block = s.former_ends
FROM identity_code c WHERE c.code_hash = s.former_hash;

-- name: old_under_former
UPDATE population_staging s SET old_hash = s.former_old, old_tag = s.former_old_tag
FROM identity_code c WHERE c.code_hash = s.former_old;

-- name: last_sequence
-- The highest number an event was heard under; none while no event has come.
SELECT max(sequence) FROM (
    SELECT max(sequence) AS sequence FROM identity_population_event WHERE edition = 0
    UNION ALL SELECT max(sequence) FROM identity_population_parked
    UNION ALL SELECT max(sequence) FROM identity_population_dropped
) heard;

-- name: next_edition
SELECT coalesce(max(edition), 0) + 1 FROM identity_population_snapshot WHERE sequence = %(sequence)s;

-- name: enter_snapshot
INSERT INTO identity_population_snapshot (sequence, edition, rows, recorded_at) VALUES (%(sequence)s, %(edition)s, %(rows)s, %(at)s);

-- name: drop_sequences
INSERT INTO identity_population_dropped (sequence) SELECT unnest(%(sequences)s::bigint[]) ON CONFLICT DO NOTHING;

-- name: drop_doubles
-- The same code twice in one snapshot: the last row tells; the others go.
DELETE FROM population_staging s USING population_staging later
WHERE later.code_hash = s.code_hash AND later.n > s.n;

-- name: mark_repeated
-- An event comes once: again under the same id it is known, and under the same id with other words it is refused.
UPDATE population_staging s SET fate = CASE WHEN first.digest = s.digest THEN 'known' ELSE 'event-differs' END
FROM (SELECT DISTINCT ON (event_id) event_id, n, digest FROM population_staging ORDER BY event_id, n) first
WHERE first.event_id = s.event_id AND first.n < s.n;

-- name: mark_known
UPDATE population_staging s SET fate = CASE WHEN e.digest = s.digest THEN 'known' ELSE 'event-differs' END
FROM identity_population_event e WHERE e.event_id = s.event_id AND s.fate IS NULL;

-- name: mark_parked
UPDATE population_staging s SET fate = CASE WHEN e.digest = s.digest THEN 'known' ELSE 'event-differs' END
FROM identity_population_parked e WHERE e.event_id = s.event_id AND s.fate IS NULL;

-- name: mark_taken
-- Two events can't have one number: which of them would tell?
UPDATE population_staging s SET fate = 'sequence-taken'
WHERE fate IS NULL AND (
    EXISTS (SELECT FROM identity_population_event e WHERE e.sequence = s.sequence AND e.edition = 0)
    OR EXISTS (SELECT FROM identity_population_parked p WHERE p.sequence = s.sequence)
);

-- name: mark_taken_here
-- The same within what came in now. A statement of its own: beside an OR it would look through all rows for each.
UPDATE population_staging s SET fate = 'sequence-taken'
WHERE fate IS NULL
  AND EXISTS (SELECT FROM population_staging o WHERE o.sequence = s.sequence AND o.n < s.n AND o.event_id <> s.event_id);

-- name: link_new
-- A number event whose old code leads to a person and whose new one to nobody yet. What must come before is asked for so that the server
-- can join it: "last OR NOT EXISTS" would look through all rows for each.
UPDATE population_staging s SET subject_id = c.subject_id
FROM identity_code c
WHERE s.fate IS NULL AND s.subject_id IS NULL AND s.old_hash = c.code_hash AND c.first_rank < s.rank
  AND NOT EXISTS (SELECT FROM identity_code n WHERE n.code_hash = s.code_hash AND n.subject_id <> c.subject_id)
  AND NOT EXISTS (SELECT FROM population_staging b WHERE NOT %(last)s AND b.fate IS NULL AND b.subject_id IS NULL AND b.rank < s.rank
                  AND b.code_hash = s.code_hash AND b.old_hash IS NOT NULL)
  AND NOT EXISTS (SELECT FROM population_staging b WHERE NOT %(last)s AND b.fate IS NULL AND b.subject_id IS NULL AND b.rank < s.rank
                  AND b.old_hash = s.old_hash);

-- name: link_old
-- A number event whose new code leads to a person already, and whose old one nobody ever told of.
UPDATE population_staging s SET subject_id = c.subject_id
FROM identity_code c
WHERE s.fate IS NULL AND s.subject_id IS NULL AND s.old_hash IS NOT NULL AND s.code_hash = c.code_hash
  AND NOT EXISTS (SELECT FROM identity_code o WHERE o.code_hash = s.old_hash AND o.subject_id <> c.subject_id)
  AND NOT EXISTS (SELECT FROM population_staging b WHERE NOT %(last)s AND b.fate IS NULL AND b.subject_id IS NULL AND b.rank < s.rank
                  AND b.old_hash = s.old_hash);

-- name: insert_linked_codes
-- The code that the event brings, or the old one nobody had told of.
INSERT INTO identity_code (code_hash, subject_id, name_tag, birth_block, ends_block, code_type, key_id, first_rank, name_rank)
SELECT DISTINCT ON (code_hash) code_hash, subject_id, tag, birth_block, ends_block, code_type, %(hash_key)s, rank, name_rank FROM (
    SELECT code_hash, subject_id, name_tag AS tag, birth_block, ends_block, code_type, rank, rank AS name_rank FROM population_staging
    WHERE fate IS NULL AND subject_id IS NOT NULL AND old_hash IS NOT NULL AND NOT minor
    UNION ALL
    SELECT old_hash, subject_id, old_tag, NULL, NULL, old_type, rank - 1, 0 FROM population_staging
    WHERE fate IS NULL AND subject_id IS NOT NULL AND kind = 'number'
) told ORDER BY code_hash, rank
ON CONFLICT (code_hash) DO NOTHING;

-- name: withdraw_codes
-- A corrected code is kept where nothing looks anybody up, and goes from where it led to the wrong person.
SELECT identity_withdraw_code(old_hash, old_mark, rank, subject_id, old_type) FROM population_staging
WHERE fate IS NULL AND subject_id IS NOT NULL AND kind = 'correction';

-- name: free_minor_words
-- What was said of a minor under a code after it was taken off a person was said of somebody else.
WITH freed AS (
    UPDATE identity_minor_word w SET subject_id = NULL
    FROM population_staging s
    WHERE s.fate IS NULL AND s.subject_id IS NOT NULL AND s.kind = 'correction' AND w.code_mark = s.old_mark
      AND w.subject_id = s.subject_id AND w.rank > s.rank
    RETURNING s.subject_id)
INSERT INTO population_touched SELECT subject_id FROM freed;

-- name: call_up_minors
-- What was said of minors under codes that are told of now.
INSERT INTO population_staging (rank, kind, parked, code_hash, code_mark, old_hash, old_mark, old_type, minor)
SELECT w.rank, CASE WHEN w.corrects THEN 'correction' ELSE 'minor' END, true,
       CASE WHEN NOT w.corrects THEN t.hash END, CASE WHEN NOT w.corrects THEN w.code_mark END,
       CASE WHEN w.corrects THEN t.hash END, CASE WHEN w.corrects THEN w.code_mark END, t.type, true
FROM identity_minor_word w
JOIN (SELECT DISTINCT ON (mark) mark, hash, type FROM (
          SELECT code_mark AS mark, code_hash AS hash, code_type AS type FROM population_staging WHERE subject_id IS NOT NULL AND fate IS NULL
          UNION ALL SELECT old_mark, old_hash, old_type FROM population_staging WHERE subject_id IS NOT NULL AND fate IS NULL) told
      ORDER BY mark) t ON t.mark = w.code_mark
WHERE w.subject_id IS NULL
  AND NOT EXISTS (SELECT FROM population_staging s WHERE s.minor AND s.rank = w.rank AND coalesce(s.old_mark, s.code_mark) = w.code_mark);

-- name: resolve_withdrawn
-- What was said of a code before it was withdrawn was said of whom it led to then.
UPDATE population_staging s SET subject_id = (
    SELECT w.subject_id FROM identity_withdrawn_code w
    WHERE w.code_mark = s.code_mark AND w.until_rank > s.rank ORDER BY w.until_rank LIMIT 1)
WHERE s.fate IS NULL AND s.subject_id IS NULL AND s.old_hash IS NULL
  AND EXISTS (SELECT FROM identity_withdrawn_code w WHERE w.code_mark = s.code_mark AND w.until_rank > s.rank);

-- name: resolve_known
-- What was said after a correction that is still to come must wait for it: the code may be another person's by then.
UPDATE population_staging s SET subject_id = c.subject_id
FROM identity_code c
WHERE s.fate IS NULL AND s.subject_id IS NULL AND s.old_hash IS NULL AND c.code_hash = s.code_hash
  AND NOT EXISTS (SELECT FROM population_staging k WHERE NOT %(last)s AND k.fate IS NULL AND k.subject_id IS NULL AND k.kind = 'correction'
                  AND k.old_hash = s.code_hash AND k.rank < s.rank);

-- name: found_persons
-- A code that leads to nobody, told of as new or in a snapshot, is a new person.
UPDATE population_staging s SET subject_id = nextval('identity_subject_seq'), fresh = true
WHERE s.fate IS NULL AND s.subject_id IS NULL AND s.kind IN ('new', 'snapshot')
  AND NOT EXISTS (SELECT FROM identity_code c WHERE c.code_hash = s.code_hash)
  AND NOT EXISTS (SELECT FROM population_staging o WHERE NOT %(alone)s AND o.fate IS NULL AND o.subject_id IS NULL
                  AND o.kind IN ('new', 'snapshot') AND o.code_hash = s.code_hash AND (o.rank, o.n) < (s.rank, s.n))
  AND NOT EXISTS (SELECT FROM population_staging k WHERE NOT %(last)s AND k.fate IS NULL AND k.subject_id IS NULL AND k.kind = 'correction'
                  AND k.old_hash = s.code_hash AND k.rank < s.rank);

-- name: insert_fresh_codes
INSERT INTO identity_code (code_hash, subject_id, name_tag, birth_block, ends_block, code_type, key_id, first_rank, name_rank)
SELECT code_hash, subject_id, name_tag, birth_block, ends_block, code_type, %(hash_key)s, rank, rank FROM population_staging
WHERE fresh AND fate IS NULL ORDER BY code_hash
ON CONFLICT (code_hash) DO NOTHING;

-- name: unsettled
SELECT EXISTS (SELECT FROM population_staging WHERE fate IS NULL AND subject_id IS NULL);

-- name: awaited
-- Parked events whose code, or old code, was told of now; not those that stand between two persons.
SELECT p.body_sealed, p.key_id FROM identity_population_parked p
WHERE p.reason <> 'two-persons'
  AND NOT EXISTS (SELECT FROM population_staging s WHERE s.parked AND s.event_id = p.event_id)
  AND (p.code_mark IN (SELECT code_mark FROM population_staging WHERE subject_id IS NOT NULL AND fate IS NULL
                       UNION ALL SELECT old_mark FROM population_staging WHERE subject_id IS NOT NULL AND fate IS NULL AND old_mark IS NOT NULL)
       OR p.old_mark IN (SELECT code_mark FROM population_staging WHERE subject_id IS NOT NULL AND fate IS NULL
                         UNION ALL SELECT old_mark FROM population_staging WHERE subject_id IS NOT NULL AND fate IS NULL AND old_mark IS NOT NULL));

-- name: mute_twice_told
-- A snapshot that lists a person under two codes: the last row tells of the person.
UPDATE population_staging s SET mute = true
FROM population_staging later
WHERE later.subject_id = s.subject_id AND later.rank = s.rank AND later.n > s.n AND later.fate IS NULL AND s.fate IS NULL;

-- name: park
INSERT INTO identity_population_parked (event_id, sequence, kind, code_mark, old_mark, digest, body_sealed, key_id, reason, recorded_at)
SELECT event_id, sequence, kind, code_mark, old_mark, digest, body_sealed, key_id, 'unknown', %(at)s
FROM population_staging WHERE fate IS NULL AND subject_id IS NULL AND NOT parked AND NOT minor;

-- name: tell_parked_reason
-- What is staged and unsettled, new or called up, may stand between two persons.
UPDATE identity_population_parked p SET reason = 'two-persons'
FROM population_staging s
JOIN identity_code o ON o.code_hash = s.old_hash
JOIN identity_code n ON n.code_hash = s.code_hash AND n.subject_id <> o.subject_id
WHERE s.fate IS NULL AND s.subject_id IS NULL AND p.event_id = s.event_id;

-- name: told_once
-- Where no person has two staged rows, each row is all there is of its person.
INSERT INTO population_told
SELECT subject_id, fresh, CASE WHEN name_tag IS NOT NULL THEN rank END, born, code_sealed, name_sealed, key_id,
    CASE WHEN region IS NOT NULL THEN rank END, region, CASE WHEN tells_death THEN rank END, died,
    CASE WHEN capacity IS NOT NULL THEN rank END, capacity, since, coalesce(capacity <> 'full', false)
FROM population_staging WHERE fate IS NULL AND subject_id IS NOT NULL AND NOT mute AND NOT minor;

-- name: told_best
INSERT INTO population_told
SELECT t.subject_id, t.fresh, t.i, i.born, i.code_sealed, i.name_sealed, i.key_id, t.r, r.region, t.d, d.died, t.c, c.capacity, c.since,
    t.judged
FROM (SELECT subject_id, bool_or(fresh) AS fresh,
             max(rank) FILTER (WHERE name_tag IS NOT NULL) AS i, max(rank) FILTER (WHERE region IS NOT NULL) AS r,
             max(rank) FILTER (WHERE tells_death) AS d, max(rank) FILTER (WHERE capacity IS NOT NULL) AS c,
             coalesce(bool_or(capacity <> 'full'), false) AS judged
      FROM population_staging WHERE fate IS NULL AND subject_id IS NOT NULL AND NOT mute AND NOT minor GROUP BY subject_id) t
LEFT JOIN population_staging i ON i.subject_id = t.subject_id AND i.rank = t.i AND i.fate IS NULL AND NOT i.mute
LEFT JOIN population_staging r ON r.subject_id = t.subject_id AND r.rank = t.r AND r.fate IS NULL AND NOT r.mute
LEFT JOIN population_staging d ON d.subject_id = t.subject_id AND d.rank = t.d AND d.fate IS NULL AND NOT d.mute
LEFT JOIN population_staging c ON c.subject_id = t.subject_id AND c.rank = t.c AND c.fate IS NULL AND NOT c.mute;

-- name: several_told
SELECT count(subject_id) > count(DISTINCT subject_id) FROM population_staging
WHERE fate IS NULL AND subject_id IS NOT NULL AND NOT mute AND NOT minor;

-- name: insert_persons
INSERT INTO identity_person (subject_id, born, region, capacity, capacity_since, judged, died, code_sealed, name_sealed, key_id, recorded_at,
    identity_rank, region_rank, death_rank, capacity_rank)
SELECT subject_id, born, region, coalesce(capacity, 'full'), since, judged, died, code_sealed, name_sealed, key_id, %(at)s,
    identity_rank, region_rank, coalesce(death_rank, 0), coalesce(capacity_rank, 0)
FROM population_told WHERE fresh ORDER BY subject_id;

-- name: keep_first_word
-- Before the first word against a person's capacity, the one that stood until then is put down too.
INSERT INTO identity_capacity (subject_id, rank, capacity, since, recorded_at)
SELECT p.subject_id, p.capacity_rank, p.capacity, p.capacity_since, %(at)s
FROM population_told t JOIN identity_person p USING (subject_id)
WHERE t.judged AND NOT t.fresh AND NOT p.judged AND p.capacity_since IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: update_persons
-- recorded_at moves only where a value does, not where it was but told again. Intake reads no sealed value, so those who are told of
-- under another code or name have theirs replaced by a statement of its own.
UPDATE identity_person p SET
    region = CASE WHEN t.region_rank > p.region_rank THEN t.region ELSE p.region END,
    died = CASE WHEN t.death_rank > p.death_rank THEN t.died ELSE p.died END,
    capacity = CASE WHEN t.capacity_rank > p.capacity_rank THEN t.capacity ELSE p.capacity END,
    capacity_since = CASE WHEN t.capacity_rank > p.capacity_rank THEN t.since ELSE p.capacity_since END,
    judged = p.judged OR t.judged,
    identity_rank = CASE WHEN r.subject_id IS NULL THEN greatest(p.identity_rank, t.identity_rank) ELSE p.identity_rank END,
    region_rank = greatest(p.region_rank, t.region_rank), death_rank = greatest(p.death_rank, t.death_rank),
    capacity_rank = greatest(p.capacity_rank, t.capacity_rank),
    recorded_at = CASE WHEN t.region_rank > p.region_rank AND t.region <> p.region
                         OR t.death_rank > p.death_rank AND t.died IS DISTINCT FROM p.died
                         OR t.capacity_rank > p.capacity_rank AND t.capacity <> p.capacity
                         OR t.identity_rank > p.identity_rank AND r.subject_id IS NOT NULL
                       THEN %(at)s ELSE p.recorded_at END
FROM population_told t LEFT JOIN population_renamed r USING (subject_id)
WHERE p.subject_id = t.subject_id AND NOT t.fresh;

-- name: update_identities
UPDATE identity_person p SET born = t.born, code_sealed = t.code_sealed, name_sealed = t.name_sealed, key_id = t.key_id,
    identity_rank = t.identity_rank
FROM population_told t JOIN population_renamed r USING (subject_id)
WHERE p.subject_id = t.subject_id AND NOT t.fresh AND t.identity_rank > p.identity_rank;

-- name: create_renamed
CREATE TEMP TABLE IF NOT EXISTS population_renamed (subject_id bigint) ON COMMIT DROP;

-- name: find_renamed
-- Persons told of otherwise than when code, name and birth were told last.
INSERT INTO population_renamed
SELECT DISTINCT s.subject_id FROM population_staging s
JOIN identity_code c ON c.code_hash = s.code_hash
JOIN identity_person p ON p.subject_id = s.subject_id
WHERE s.fate IS NULL AND s.subject_id IS NOT NULL AND s.name_tag IS NOT NULL AND NOT s.fresh
  AND (c.name_rank, c.name_tag, p.born) IS DISTINCT FROM (p.identity_rank, s.name_tag, s.born);

-- name: tag_codes
-- The name that was told last under each code.
UPDATE identity_code c SET name_tag = t.name_tag, birth_block = t.birth_block, ends_block = t.ends_block, name_rank = t.rank
FROM (SELECT DISTINCT ON (code_hash) code_hash, subject_id, name_tag, birth_block, ends_block, rank FROM population_staging
      WHERE fate IS NULL AND subject_id IS NOT NULL AND name_tag IS NOT NULL AND NOT fresh
      ORDER BY code_hash, rank DESC, n DESC) t
WHERE c.code_hash = t.code_hash AND c.subject_id = t.subject_id AND c.name_rank < t.rank;

-- name: mark_former
UPDATE identity_code c SET former_rank = s.rank
FROM population_staging s
WHERE s.fate IS NULL AND s.kind = 'number' AND s.subject_id = c.subject_id AND c.code_hash = s.old_hash AND c.former_rank < s.rank;

-- name: seal_linked
-- Whoever has more than one code has each sealed beside its hash: which of them is their own may change.
UPDATE identity_code c SET code_sealed = l.box, seal_key_id = l.key_id
FROM (SELECT DISTINCT ON (code_hash) code_hash, box, key_id FROM (
          SELECT code_hash, code_sealed AS box, key_id FROM population_staging
          WHERE fate IS NULL AND subject_id IS NOT NULL AND old_hash IS NOT NULL AND NOT minor
          UNION ALL SELECT old_hash, old_sealed, key_id FROM population_staging
          WHERE fate IS NULL AND subject_id IS NOT NULL AND old_hash IS NOT NULL AND NOT minor) linked) l
WHERE c.code_hash = l.code_hash AND c.seal_key_id IS NULL;

-- name: count_changed
SELECT count(*) FROM population_told t JOIN identity_person p USING (subject_id) WHERE NOT t.fresh AND p.recorded_at = %(at)s;

-- name: insert_capacity
INSERT INTO identity_capacity (subject_id, rank, capacity, since, recorded_at)
SELECT s.subject_id, s.rank, s.capacity, s.since, %(at)s
FROM population_staging s JOIN identity_person p ON p.subject_id = s.subject_id AND p.judged
WHERE s.fate IS NULL AND s.capacity IS NOT NULL AND NOT s.mute
ON CONFLICT DO NOTHING;

-- name: insert_attestations
INSERT INTO identity_attestation (subject_id, rank, authority, checked_on, level, method, recorded_at)
SELECT subject_id, rank, authority, checked_on, level, method, %(at)s
FROM population_staging WHERE fate IS NULL AND subject_id IS NOT NULL AND kind = 'attestation'
ON CONFLICT DO NOTHING;

-- name: keep_events
INSERT INTO identity_population_event (event_id, sequence, edition, kind, subject_id, digest, body_sealed, key_id, recorded_at)
SELECT event_id, sequence, edition, kind, subject_id, digest, body_sealed, key_id, %(at)s
FROM population_staging WHERE fate IS NULL AND subject_id IS NOT NULL AND NOT minor;

-- name: unpark
DELETE FROM identity_population_parked p USING population_staging s
WHERE s.parked AND s.fate IS NULL AND s.subject_id IS NOT NULL AND p.event_id = s.event_id;

-- name: fates
-- What became of each row that came in now, or of those refused alone.
SELECT n, CASE WHEN fate IS NOT NULL THEN fate WHEN subject_id IS NULL THEN 'parked' ELSE 'applied' END
FROM population_staging WHERE NOT parked AND NOT minor AND (%(every)s OR fate IN ('event-differs', 'sequence-taken')) ORDER BY n;

-- name: counts
SELECT count(DISTINCT subject_id) FILTER (WHERE fresh), count(*) FILTER (WHERE fate = 'known'),
    count(*) FILTER (WHERE fate IS NULL AND subject_id IS NULL AND NOT parked),
    count(*) FILTER (WHERE parked AND subject_id IS NOT NULL)
FROM population_staging WHERE NOT minor;

-- name: keep_minor_words
-- Whom a word leads to may become known later, and known better.
INSERT INTO identity_minor_word AS w (code_mark, rank, corrects, subject_id, recorded_at)
SELECT DISTINCT ON (mark, rank) mark, rank, kind = 'correction', subject_id, %(at)s
FROM (SELECT *, coalesce(old_mark, code_mark) AS mark FROM population_staging WHERE minor) s ORDER BY mark, rank, subject_id
ON CONFLICT (code_mark, rank) DO UPDATE SET subject_id = EXCLUDED.subject_id
WHERE EXCLUDED.subject_id IS NOT NULL AND w.subject_id IS DISTINCT FROM EXCLUDED.subject_id;

-- name: close_persons
-- Gives how many were open until now.
WITH said AS (
    SELECT t.subject_id, coalesce((SELECT max(w.rank) FROM identity_minor_word w WHERE w.subject_id = t.subject_id), 0) AS minor_rank
    FROM (SELECT subject_id FROM population_staging WHERE minor AND subject_id IS NOT NULL UNION SELECT subject_id FROM population_touched) t
), closed AS (
    UPDATE identity_person p SET minor_rank = said.minor_rank, recorded_at = %(at)s
    FROM said, identity_person before
    WHERE p.subject_id = said.subject_id AND before.subject_id = p.subject_id AND p.minor_rank <> said.minor_rank
    RETURNING p.minor_rank > p.identity_rank AND before.minor_rank <= before.identity_rank AS newly)
SELECT count(*) FILTER (WHERE newly) FROM closed;

-- name: closing_rows
SELECT DISTINCT s.n FROM population_staging s JOIN identity_person p USING (subject_id)
WHERE s.minor AND s.n IS NOT NULL AND s.rank > p.identity_rank;
