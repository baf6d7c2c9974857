-- name: row_sum
-- A version as a number, of which sums are made: order-free, over the whole of what makes a record show. The commitment is random (salted),
-- so that equal records give other numbers.
CREATE OR REPLACE FUNCTION records_row_sum(commitment bytea, subject bigint, record bigint, version smallint, state varchar, grade varchar,
    decided date, shown_from date, shown_until date, erase_on date) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hashbyteaextended(coalesce(commitment, ''), subject # (record << 2) # (version::bigint << 57)
        # ((shown_until - decided)::bigint << 40) # ((erase_on - shown_from)::bigint << 18) # (ascii(state) # (ascii(grade) << 8)))
$$;

-- name: proof_part_append_only
CREATE OR REPLACE TRIGGER proof_part_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_proof_part
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: proof_seal_append_only
CREATE OR REPLACE TRIGGER proof_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_proof_seal
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: proof_run_append_only
CREATE OR REPLACE TRIGGER proof_run_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_proof_run
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: ledger_sums
-- The ledger by batches, read anew in one pass: versions, active ones, the sum over them, values that don't make their commitment, values that
-- are away before their day, and values of no version. Numbers of batches and counts alone leave it.
CREATE OR REPLACE FUNCTION records_ledger_sums()
    RETURNS TABLE (batch_id integer, rows bigint, standing bigint, amount numeric, differing bigint, missing bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(v.batch_id, 0), count(v.subject_id), count(*) FILTER (WHERE v.state = 'active'),
           coalesce(sum(records_row_sum(v.commitment, v.subject_id, v.record_id, v.version, v.state, v.grade, v.decided, v.shown_from, v.shown_until,
                                        v.erase_on)), 0),
           count(*) FILTER (WHERE p.subject_id IS NOT NULL AND sha256(p.salt || convert_to(p.body, 'UTF8')) IS DISTINCT FROM v.commitment),
           count(*) FILTER (WHERE p.subject_id IS NULL AND v.state = 'active'
                                  AND v.erase_on > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
    FROM records_version v FULL JOIN records_payload p USING (subject_id, record_id, version)
    GROUP BY 1
$$;

-- name: proof_grants
REVOKE ALL ON FUNCTION records_ledger_sums(), records_row_sum(bytea, bigint, bigint, smallint, varchar, varchar, date, date, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_ledger_sums() TO {intake};
GRANT SELECT ON records_proof_part TO {intake};
GRANT SELECT, INSERT ON records_proof_seal, records_proof_run TO {intake};
GRANT USAGE ON SEQUENCE records_proof_run_id_seq TO {intake};
GRANT SELECT ON records_proof_run TO {app};
