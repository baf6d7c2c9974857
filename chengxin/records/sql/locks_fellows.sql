-- name: fellows
-- Whom the ledger holds under a document that this batch brought for somebody else, with their sealed names, which the worker can read of
-- nobody else. There is no index that leads from a
-- document to its persons, and none is kept for this: it would cost as much as the ledger's own key at every row. Read are the rows that this
-- batch wrote and those of the same provider's and item's newest batches, as many as ``most`` rows, by the index over batches; who reports one
-- document twice does so soon after. The two are hashed against each other, whatever the planner knows of rows just written: row by row it
-- took minutes for ten million. What is met, a handful, is looked up by its keys; OFFSET keeps that so.
CREATE OR REPLACE FUNCTION records_fellows(batch integer, most integer)
    RETURNS TABLE (record_id bigint, subject_id bigint, fellow bigint, key_id varchar, name_sealed bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_nestloop = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    earlier integer[] := ARRAY(
        SELECT b.id FROM (
            SELECT b.id, sum(b.new + b.changed) OVER (ORDER BY b.id DESC) - (b.new + b.changed) AS before
            FROM records_batch b JOIN records_batch mine ON mine.id = batch
            WHERE b.provider_id = mine.provider_id AND b.item_id = mine.item_id AND b.id <> batch AND b.state = 'done' AND b.new + b.changed > 0
        ) b WHERE b.before < most ORDER BY b.id DESC LIMIT 1000);
BEGIN
    IF earlier = '{}' THEN
        RETURN;
    END IF;
    RETURN QUERY
    WITH met AS MATERIALIZED (
        SELECT n.record_id, n.subject_id, o.subject_id AS fellow, o.version
        FROM records_version n JOIN records_version o ON o.record_id = n.record_id AND o.subject_id <> n.subject_id
        WHERE n.batch_id = batch AND n.version = 1 AND n.state = 'active' AND o.batch_id = ANY(earlier) AND o.state = 'active'
    )
    SELECT m.record_id, m.subject_id, m.fellow, p.key_id, p.name_sealed
    FROM met m
    CROSS JOIN LATERAL (SELECT i.key_id, i.name_sealed FROM identity_person i WHERE i.subject_id = m.fellow OFFSET 0) p
    WHERE NOT EXISTS (SELECT FROM records_superseded s
                      WHERE s.subject_id = m.fellow AND s.record_id = m.record_id AND s.version = m.version OFFSET 0);
END
$$;

-- name: fellows_grants
REVOKE ALL ON FUNCTION records_fellows(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_fellows(integer, integer) TO {intake};
