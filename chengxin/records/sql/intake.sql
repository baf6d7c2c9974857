-- name: announce
-- Tell the policies which batch writes, and give the sorts of a load their memory; both end with the transaction.
-- A merge join would sort the staged rows anew and lose the order of the ledger's key. No person is merged or split under a batch
-- (records.transfers): the lock is shared by batches, held alone by a step.
SELECT pg_advisory_xact_lock_shared(hashtext('persons stand still')), set_config('cx.batch', %(batch)s::text, true), set_config('work_mem', '128MB', true), set_config('enable_mergejoin', 'off', true);

-- name: take_turns
-- Two batches of one provider and item that bring the same new record would both find it new: they go one after the other.
SELECT pg_advisory_xact_lock(hashtextextended('batches of ' || b.provider_id || ' and ' || b.item_id, 0))
FROM records_batch b WHERE b.id = %(batch)s;

-- name: create_staging
-- Days are counted from 1970. Bodies aren't here: a block's stand one after another in a string of bytes that its statements are given.
CREATE TEMP TABLE intake_staging (
    place integer, starts integer, length integer, row_number integer, subject_id bigint, record_id bigint, decided integer, ended integer,
    final integer, shown_from integer, shown_until integer, repair_from integer, erase_on integer, grade text
) ON COMMIT DROP;
CREATE TEMP TABLE intake_fate (row_number integer, version smallint, fate text) ON COMMIT DROP;

-- name: find_layout
SELECT id FROM records_layout WHERE item_id = %(item)s AND fields = %(fields)s::varchar[];

-- name: insert_layout
INSERT INTO records_layout (item_id, fields) VALUES (%(item)s, %(fields)s::varchar[]) ON CONFLICT DO NOTHING;

-- name: open_staging
-- For records_fate, which compares with the owner's eyes; nobody outside this session sees a temporary table anyway.
GRANT SELECT ON intake_staging TO PUBLIC;

-- name: empty_staging
TRUNCATE intake_staging, intake_fate;

-- name: meets
-- Whether the ledger holds a record of any row already: mostly none, and then the bodies needn't be sent to be compared.
SELECT EXISTS (SELECT FROM records_fate(%(batch)s, %(layout)s::smallint, NULL));

-- name: find_fates
-- Rows whose record the ledger holds already, an earlier block of the same batch counted in; the others are new.
INSERT INTO intake_fate SELECT row_number, version, fate FROM records_fate(%(batch)s, %(layout)s::smallint, %(bodies)b);

-- name: held_rows
-- What is known of the rows that correct a record, and the rows that came too late.
SELECT row_number, fate FROM intake_fate WHERE fate = 'closed' OR row_number = ANY(%(rows)s::integer[]);

-- name: hold_back
MERGE INTO intake_fate f USING unnest(%(rows)s::integer[]) AS w (row_number) ON f.row_number = w.row_number
WHEN MATCHED THEN UPDATE SET fate = 'waiting'
WHEN NOT MATCHED THEN INSERT (row_number, fate) VALUES (w.row_number, 'waiting');

-- name: count_fates
SELECT fate, count(*) FROM intake_fate GROUP BY fate;

-- name: conflicts
-- Records of which an earlier block of this batch said something else.
SELECT s.subject_id, s.record_id FROM intake_staging s JOIN intake_fate f USING (row_number) WHERE f.fate = 'conflict';

-- name: insert_versions
-- The commitments of the block stand one after another in the order of ``place``.
INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
    shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
SELECT s.subject_id, s.record_id, coalesce(f.version, 0) + 1, %(item)s, %(batch)s, s.row_number, 'active',
    date '1970-01-01' + s.decided, date '1970-01-01' + s.ended, date '1970-01-01' + s.final, coalesce(s.grade, ''),
    date '1970-01-01' + s.shown_from, date '1970-01-01' + s.shown_until, date '1970-01-01' + s.repair_from,
    date '1970-01-01' + s.erase_on, %(edition)s, substring(%(commitments)b::bytea FROM 32 * s.place + 1 FOR 32), %(at)s
FROM intake_staging s LEFT JOIN intake_fate f USING (row_number)
WHERE f.fate IS NULL OR f.fate = 'changed';

-- name: insert_payloads
INSERT INTO records_payload (subject_id, record_id, version, layout_id, salt, body)
SELECT s.subject_id, s.record_id, coalesce(f.version, 0) + 1, %(layout)s, substring(%(salts)b::bytea FROM 16 * s.place + 1 FOR 16),
    convert_from(substring(%(bodies)b::bytea FROM s.starts + 1 FOR s.length), 'UTF8')
FROM intake_staging s LEFT JOIN intake_fate f USING (row_number)
WHERE f.fate IS NULL OR f.fate = 'changed';

-- name: named_records
-- The records that corrections name, as they stand.
SELECT u.subject_id, u.record_id, n.version, n.state, n.item_id, n.provider_id, n.decided, n.ended, n.final, n.erase_on
FROM unnest(%(subjects)s::bigint[], %(records)s::bigint[]) AS u (subject_id, record_id)
CROSS JOIN LATERAL records_newest(u.subject_id, u.record_id) n;

-- name: moved_to
SELECT subject_id, record_id, now_subject FROM records_moved_to(%(subjects)s::bigint[], %(records)s::bigint[]) WHERE subject_id <> now_subject;

-- name: insert_withdrawn
-- A record that a correction replaces under another key: one last version, shown to nobody, without values.
INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
    shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
SELECT u.subject_id, u.record_id, n.version + 1, %(item)s, %(batch)s, u.row_number, 'withdrawn', n.decided, n.ended, n.final, '',
    n.decided, n.decided, NULL, n.erase_on, %(edition)s, NULL, %(at)s
FROM unnest(%(subjects)s::bigint[], %(records)s::bigint[], %(rows)s::integer[]) AS u (subject_id, record_id, row_number)
CROSS JOIN LATERAL records_newest(u.subject_id, u.record_id) n;

-- name: insert_closed
-- Records that their provider withdraws by number: one last version each, shown to nobody, without values.
INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
    shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
SELECT u.subject_id, u.record_id, n.version + 1, %(item)s, %(batch)s, u.row_number, u.state, n.decided, n.ended, n.final, '',
    n.decided, n.decided, NULL, n.erase_on, %(edition)s, NULL, %(at)s
FROM unnest(%(subjects)s::bigint[], %(records)s::bigint[], %(rows)s::integer[], %(states)s::text[]) AS u (subject_id, record_id, row_number, state)
CROSS JOIN LATERAL records_newest(u.subject_id, u.record_id) n;

-- name: insert_waiting
-- A row that waits already keeps its place; its reasons are found anew whenever it is tried again.
INSERT INTO records_waiting (item_id, provider_id, batch_id, row_number, rule, rules, digest, row_sealed, key_id, since)
SELECT %(item)s, %(provider)s, %(batch)s, w.row_number, split_part(w.rules, ' ', 1), string_to_array(w.rules, ' '), w.digest,
    w.row_sealed, %(key)s, %(at)s
FROM unnest(%(rows)s::integer[], %(rules)s::text[], %(digests)s::bytea[], %(boxes)s::bytea[]) AS w (row_number, rules, digest, row_sealed)
ON CONFLICT (item_id, provider_id, digest) DO NOTHING;

-- name: wait_in_sandbox
-- In a sandbox rows wait by a function that is told the numbers, keeps none of them, and refuses what may be a real person's.
SELECT records_wait_in_sandbox(%(item)s::integer, %(provider)s::bigint, %(batch)s::bigint, %(key)s::text, %(at)s, %(codes)s::text[],
    %(rows)s::integer[], %(rules)s::text[], %(digests)s::bytea[], %(boxes)s::bytea[]);

-- name: note_reasons
-- Why rows wait on after they were tried again.
UPDATE records_waiting w SET rule = split_part(r.rules, ' ', 1), rules = string_to_array(r.rules, ' ')
FROM unnest(%(numbers)s::bigint[], %(rules)s::text[]) AS r (id, rules) WHERE w.id = r.id;

-- name: create_findings
CREATE TEMP TABLE intake_finding (row_number integer, rule text, rule_version smallint, field text, digest text, rows integer) ON COMMIT DROP;

-- name: insert_findings
INSERT INTO records_finding (batch_id, row_number, rule, rule_version, field, record_number, digest, rows)
SELECT %(batch)s, row_number, rule, rule_version, field, '', decode(nullif(digest, ''), 'hex'), rows FROM intake_finding;

-- name: organs_of_other_kinds
-- Organs in the register whose kind isn't competent for an item.
SELECT code FROM identity_organisation WHERE kind <> ALL(%(kinds)s::text[]);

-- name: waivers_in_force
-- What a provider has waived for an item, and for which contents.
SELECT rule, rule_version, digest FROM records_waiver
WHERE provider_id = %(provider)s AND item_id = %(item)s AND %(on)s::date < until AND ended_at IS NULL;

-- name: find_fellows
-- Other persons under the documents that this batch brought, with their sealed names.
SELECT record_id, subject_id, fellow, key_id, name_sealed FROM records_fellows(%(batch)s, %(most)s);

-- name: count_late
-- How many records this batch brought for the first time that were decided, or became final, on a day or before it.
SELECT records_late(%(batch)s, %(last)s);

-- name: hold_batch
-- Who has the batch in hand: the database session that holds it, and when that began.
INSERT INTO records_progress (batch_id, phase, rows, findings, at, beat_at, holder, holder_since)
VALUES (%(batch)s, 'reading', 0, 0, %(at)s, clock_timestamp(), %(holder)s, (SELECT backend_start FROM pg_stat_activity WHERE pid = %(holder)s))
ON CONFLICT (batch_id) DO UPDATE SET holder = excluded.holder, holder_since = excluded.holder_since, beat_at = excluded.beat_at;

-- name: note_progress
UPDATE records_progress SET phase = %(phase)s, rows = %(rows)s, findings = %(findings)s, at = %(at)s, first = %(first)s,
    beat_at = clock_timestamp()
WHERE batch_id = %(batch)s;

-- name: beat
UPDATE records_progress SET beat_at = clock_timestamp() WHERE batch_id = %(batch)s;

-- name: stuck_batches
-- Batches that nobody has had in hand for a while and that no job waits for.
SELECT b.id, b.token
FROM records_batch b LEFT JOIN records_progress p ON p.batch_id = b.id
WHERE b.state = 'received' AND coalesce(p.beat_at, p.at, b.received_at) < clock_timestamp() - make_interval(secs => %(seconds)s)
  AND NOT EXISTS (SELECT FROM procrastinate_jobs j
                  WHERE j.status = 'todo' AND j.task_name = %(task)s AND (j.args ->> 'batch_id')::bigint = b.id);

-- name: end_holder
-- End the session that holds a batch and has not beaten for a while, if it is still the same one: its transaction is rolled back.
SELECT pg_terminate_backend(a.pid)
FROM records_progress p JOIN pg_stat_activity a ON a.pid = p.holder AND a.backend_start = p.holder_since
WHERE p.batch_id = %(batch)s AND p.beat_at < clock_timestamp() - make_interval(secs => %(seconds)s)
  AND a.usename = current_user AND a.pid <> pg_backend_pid();

-- name: patience
-- How long this transaction waits for a row that another has locked.
SELECT set_config('lock_timeout', %(wait)s, true);

-- name: exchange_inboxes
SELECT n.nspname, c.relname, obj_description(c.oid, 'pg_class')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE starts_with(n.nspname, 'exchange_') AND c.relkind = 'r' AND c.relpersistence = 'u' AND %(schema)s IN ('', n.nspname)
ORDER BY 1, 2;

-- name: exchange_feedback
-- For a provider's schema: which row of which batch each reference became, and what came of it.
CREATE TABLE IF NOT EXISTS {schema}.drained (batch uuid NOT NULL, row_number integer NOT NULL, reference integer);
CREATE INDEX IF NOT EXISTS drained_by_batch ON {schema}.drained (batch, row_number);
GRANT INSERT ON {schema}.drained TO {intake};
CREATE OR REPLACE VIEW {schema}.feedback WITH (security_barrier = true) AS
    SELECT d.reference, d.batch, d.row_number, b.received_at, b.finished_at,
           CASE WHEN b.state = 'received' THEN 'received' WHEN b.state = 'unusable' THEN 'unusable'
                WHEN f.id IS NULL THEN 'accepted' WHEN r.severity = 'refuse' THEN 'refused' WHEN r.severity = 'note' THEN 'accepted'
                ELSE 'waiting' END AS outcome,
           f.field, f.rule, coalesce(r.message || r.remedy, b.failure) AS message
    FROM {schema}.drained d
    JOIN public.records_batch b ON b.token = d.batch AND b.provider_id = {provider}
    LEFT JOIN public.records_finding f ON f.batch_id = b.id AND f.row_number = d.row_number
    LEFT JOIN public.records_check_rule r ON r.code = f.rule AND r.version = f.rule_version;
GRANT SELECT ON {schema}.feedback TO {role};

-- name: finish_batch
UPDATE records_batch SET state = 'done', finished_at = %(at)s, encoding = %(encoding)s, encoding_how = %(how)s,
    rules_edition = %(rules)s, read = %(read)s, new = %(new)s, changed = %(changed)s, unchanged = %(unchanged)s,
    waiting = %(waiting)s, refused = %(refused)s
WHERE id = %(batch)s;

-- name: insert_marks
INSERT INTO records_mark (batch_id, part, erase_on, content)
SELECT %(batch)s, m.part, m.erase_on, m.content
FROM unnest(%(parts)s::integer[], %(days)s::date[], %(contents)b::bytea[]) AS m (part, erase_on, content);

-- name: marks
SELECT batch_id, content FROM records_marks(%(batch)s, %(rules)s);

-- name: standing
SELECT batch_id, rows FROM records_rows_standing(%(batch)s, %(rules)s, %(terms)s);
