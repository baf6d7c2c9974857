-- name: to_seal
-- What finished batches wrote and count.
SELECT b.id, b.new, b.changed, coalesce(sum(p.rows), 0), coalesce(sum(p.standing), 0), coalesce(sum(p.amount), 0)
FROM records_batch b LEFT JOIN records_proof_part p ON p.batch_id = b.id
WHERE b.id = ANY(%(batches)s::integer[]) AND b.state = 'done'
GROUP BY b.id;

-- name: insert_seals
INSERT INTO records_proof_seal (batch_id, rows, standing, amount, seal)
SELECT * FROM unnest(%(batches)s::integer[], %(rows)s::bigint[], %(standing)s::bigint[], %(amounts)s::numeric[], %(seals)s::bytea[]);

-- name: compare
-- Batches beside their seals beside the ledger: whatever one of the three knows.
SELECT coalesce(b.id, s.batch_id, l.batch_id), b.state, b.new, b.changed, b.transfer_step_id IS NULL AND b.undoing_id IS NULL,
       s.rows, s.standing, s.amount, s.seal, coalesce(l.rows, 0), coalesce(l.standing, 0), coalesce(l.amount, 0),
       coalesce(l.differing, 0), coalesce(l.missing, 0)
FROM records_batch b
FULL JOIN records_proof_seal s ON s.batch_id = b.id
FULL JOIN records_ledger_sums() l ON l.batch_id = coalesce(b.id, s.batch_id)
ORDER BY 1;
