-- name: superseded_upto
-- The last person of the next part; NULL where the ledger has nobody after it.
SELECT max(v.subject_id) FROM (SELECT subject_id FROM records_version WHERE subject_id > %(after)s ORDER BY subject_id LIMIT %(limit)s) v;

-- name: mend_superseded
-- Hold what is superseded against the versions of some persons, as of one moment, and put right what differs.
WITH due AS (
    SELECT v.subject_id, v.record_id, (v.version - 1)::smallint AS version, v.recorded_at FROM records_version v
    WHERE v.version > 1 AND v.subject_id > %(after)s AND (%(upto)s::bigint IS NULL OR v.subject_id <= %(upto)s)
), added AS (
    INSERT INTO records_superseded (subject_id, record_id, version, recorded_at)
    SELECT d.* FROM due d WHERE NOT EXISTS (
        SELECT FROM records_superseded s WHERE (s.subject_id, s.record_id, s.version) = (d.subject_id, d.record_id, d.version))
    ON CONFLICT DO NOTHING RETURNING 1
), changed AS (
    UPDATE records_superseded s SET recorded_at = d.recorded_at FROM due d
    WHERE (s.subject_id, s.record_id, s.version) = (d.subject_id, d.record_id, d.version) AND s.recorded_at <> d.recorded_at RETURNING 1
), gone AS (
    DELETE FROM records_superseded s
    WHERE s.subject_id > %(after)s AND (%(upto)s::bigint IS NULL OR s.subject_id <= %(upto)s) AND NOT EXISTS (
        SELECT FROM due d WHERE (s.subject_id, s.record_id, s.version) = (d.subject_id, d.record_id, d.version)) RETURNING 1
)
SELECT (SELECT count(*) FROM due), (SELECT count(*) FROM added), (SELECT count(*) FROM changed), (SELECT count(*) FROM gone);

-- name: count_superseded
SELECT (SELECT count(*) FROM records_superseded), (SELECT count(*) FROM records_version WHERE version > 1);

-- name: next_day
SELECT min(r.day) FROM records_day_receipt r WHERE r.day > %(after)s::date;

-- name: receipts_of_day
SELECT r.provider_id, r.content, r.suite, r.public, r.signature FROM records_day_receipt r WHERE r.day = %(day)s ORDER BY r.provider_id;

-- name: mend_figures
-- Hold the figures of a day against the lines that were signed for, and put right what differs.
WITH line AS (
    SELECT l.*, i.id AS item_id FROM jsonb_to_recordset(%(lines)s::jsonb) AS l (provider_id bigint, item text, batches integer, unusable integer,
        read integer, new integer, changed integer, unchanged integer, waiting integer, refused integer, taken_up integer, undone integer,
        shown bigint, held bigint)
    JOIN catalogue_item i ON i.code = l.item
), added AS (
    INSERT INTO records_day_figures (provider_id, item_id, day, batches, unusable, read, new, changed, unchanged, waiting, refused, taken_up,
        undone, shown, held)
    SELECT l.provider_id, l.item_id, %(day)s, l.batches, l.unusable, l.read, l.new, l.changed, l.unchanged, l.waiting, l.refused, l.taken_up,
           l.undone, l.shown, l.held FROM line l
    WHERE NOT EXISTS (SELECT FROM records_day_figures f WHERE (f.provider_id, f.item_id, f.day) = (l.provider_id, l.item_id, %(day)s))
    ON CONFLICT DO NOTHING RETURNING 1
), changed AS (
    UPDATE records_day_figures f SET batches = l.batches, unusable = l.unusable, read = l.read, new = l.new, changed = l.changed,
        unchanged = l.unchanged, waiting = l.waiting, refused = l.refused, taken_up = l.taken_up, undone = l.undone, shown = l.shown,
        held = l.held
    FROM line l
    WHERE (f.provider_id, f.item_id, f.day) = (l.provider_id, l.item_id, %(day)s)
      AND (f.batches, f.unusable, f.read, f.new, f.changed, f.unchanged, f.waiting, f.refused, f.taken_up, f.undone, f.shown, f.held)
          IS DISTINCT FROM
          (l.batches, l.unusable, l.read, l.new, l.changed, l.unchanged, l.waiting, l.refused, l.taken_up, l.undone, l.shown, l.held)
    RETURNING 1
), gone AS (
    DELETE FROM records_day_figures f WHERE f.day = %(day)s AND f.provider_id = ANY(%(providers)s::bigint[])
        AND NOT EXISTS (SELECT FROM line l WHERE (f.provider_id, f.item_id) = (l.provider_id, l.item_id)) RETURNING 1
)
SELECT (SELECT count(*) FROM line), (SELECT count(*) FROM added), (SELECT count(*) FROM changed), (SELECT count(*) FROM gone);

-- name: count_figures
SELECT (SELECT count(*) FROM records_day_figures f WHERE EXISTS (
            SELECT FROM records_day_receipt r WHERE (r.provider_id, r.day) = (f.provider_id, f.day))),
       (SELECT coalesce(sum(jsonb_array_length(r.content::jsonb -> 'items')), 0) FROM records_day_receipt r);

-- name: next_marks
SELECT m.batch_id, m.part, m.erase_on, m.content, coalesce(b.state = 'done', false)
FROM records_mark m LEFT JOIN records_batch b ON b.id = m.batch_id
WHERE (m.batch_id, m.part) > (%(batch)s, %(part)s) ORDER BY m.batch_id, m.part LIMIT 1;

-- name: wrong_marks
-- How many of these marks lead to another record than the one that their row became, or would outlive it.
SELECT count(*) FROM unnest(%(rows)s::integer[], %(subjects)s::bigint[], %(records)s::bigint[]) AS m (row_number, subject_id, record_id)
JOIN records_version v ON v.batch_id = %(batch)s AND v.row_number = m.row_number AND v.state = 'active'
WHERE (v.subject_id, v.record_id) <> (m.subject_id, m.record_id) OR v.erase_on < %(erase_on)s;

-- name: drop_marks
DELETE FROM records_mark WHERE batch_id = %(batch)s AND part = %(part)s;
