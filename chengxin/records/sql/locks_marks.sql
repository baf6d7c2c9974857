-- name: mark_append_only
CREATE OR REPLACE TRIGGER mark_append_only BEFORE UPDATE OR TRUNCATE ON records_mark
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: marks_row_security
ALTER TABLE records_mark ENABLE ROW LEVEL SECURITY;

-- name: marks_of_an_open_batch
DROP POLICY IF EXISTS mark_batch ON records_mark;
CREATE POLICY mark_batch ON records_mark FOR INSERT TO {intake} WITH CHECK (
    batch_id = current_setting('cx.batch')::integer
    AND EXISTS (SELECT FROM records_batch b WHERE b.id = batch_id AND b.state = 'received')
);

-- name: eraser_reaches_marks_that_are_due
-- Marks are digests of what the rows said: they go with the first of their records.
DROP POLICY IF EXISTS mark_due ON records_mark;
CREATE POLICY mark_due ON records_mark FOR SELECT TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
DROP POLICY IF EXISTS mark_erased ON records_mark;
-- A DELETE that names no column meets no policy for SELECT, so this one asks for itself.
CREATE POLICY mark_erased ON records_mark FOR DELETE TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);

-- name: alike
-- The batches whose marks count for the batch in hand: of the same provider and item, under the same edition, attestation and checks.
CREATE OR REPLACE FUNCTION records_alike(batch integer, rules text) RETURNS TABLE (id integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT b.id FROM records_batch b
    JOIN records_batch mine ON mine.id = batch AND mine.state = 'received'
        AND mine.id = nullif(current_setting('cx.batch', true), '')::integer
        AND (mine.provider_id, mine.item_id, mine.edition_id, mine.attested) = (b.provider_id, b.item_id, b.edition_id, b.attested)
    WHERE b.state = 'done' AND b.rules_edition = rules
$$;

-- name: marks
CREATE OR REPLACE FUNCTION records_marks(batch integer, rules text) RETURNS TABLE (batch_id integer, content bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.batch_id, m.content FROM records_mark m WHERE m.batch_id IN (SELECT a.id FROM records_alike(batch, rules) a)
    ORDER BY m.batch_id DESC, m.part
$$;

-- name: no_standing_in_lists
DROP FUNCTION IF EXISTS records_standing(integer, text, text);

-- name: standing
-- The rows of those batches whose records stand as they were taken in, of persons of whom nothing was told that a row must be held against:
-- nobody dead, closed or ever judged. Row numbers are packed, four bytes each: a list of a million costs a second to read. Never row by
-- row: right after a large batch the tables seem small.
CREATE OR REPLACE FUNCTION records_rows_standing(batch integer, rules text, terms text) RETURNS TABLE (batch_id integer, rows bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
    SELECT v.batch_id, string_agg(int4send(v.row_number), '')
    FROM records_version v
    JOIN identity_person p ON p.subject_id = v.subject_id
        AND p.died IS NULL AND NOT p.judged AND p.absorbed_into_id IS NULL AND p.minor_rank <= p.identity_rank
    WHERE v.batch_id IN (SELECT m.batch_id FROM records_mark m WHERE m.batch_id IN (SELECT a.id FROM records_alike(batch, rules) a))
      AND v.state = 'active' AND v.terms_edition = terms
      AND v.erase_on > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
      AND NOT EXISTS (SELECT FROM records_superseded s
                      WHERE (s.subject_id, s.record_id, s.version) = (v.subject_id, v.record_id, v.version))
    GROUP BY v.batch_id
$$;

-- name: marks_grants
REVOKE ALL ON FUNCTION records_alike(integer, text), records_marks(integer, text), records_rows_standing(integer, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_marks(integer, text), records_rows_standing(integer, text, text) TO {intake};
GRANT INSERT ON records_mark TO {intake};
GRANT SELECT (batch_id, part, erase_on), DELETE ON records_mark TO {eraser};
