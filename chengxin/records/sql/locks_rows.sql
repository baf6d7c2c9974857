-- name: batch_rows
-- The application sees, and enters, batches of the organisation it speaks for, and what hangs on them; the worker serves all.
ALTER TABLE records_batch ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_batch ON records_batch;
CREATE POLICY own_batch ON records_batch TO {app} USING (provider_id = (SELECT s.organisation FROM identity_speaker() s));
DROP POLICY IF EXISTS every_batch ON records_batch;
CREATE POLICY every_batch ON records_batch TO {intake} USING (true);

-- name: progress_rows
ALTER TABLE records_progress ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_progress ON records_progress;
CREATE POLICY own_progress ON records_progress FOR SELECT TO {app} USING (EXISTS (SELECT FROM records_batch b WHERE b.id = batch_id));
DROP POLICY IF EXISTS every_progress ON records_progress;
CREATE POLICY every_progress ON records_progress TO {intake} USING (true);

-- name: finding_rows
ALTER TABLE records_finding ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_finding ON records_finding;
CREATE POLICY own_finding ON records_finding FOR SELECT TO {app} USING (EXISTS (SELECT FROM records_batch b WHERE b.id = batch_id));
DROP POLICY IF EXISTS every_finding ON records_finding;
CREATE POLICY every_finding ON records_finding TO {intake} USING (true);

-- name: waiting_rows
-- Waiting rows are the worker's, and the credit centre's, whose officers find out whom they mean; a grant to anybody else opens nothing
-- without a policy of its own.
ALTER TABLE records_waiting ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS every_waiting ON records_waiting;
CREATE POLICY every_waiting ON records_waiting TO {intake} USING (true);
DROP POLICY IF EXISTS centre_waiting ON records_waiting;
CREATE POLICY centre_waiting ON records_waiting FOR SELECT TO {app} USING ((SELECT identity_centre_speaks()));

-- name: adjudication_rows
ALTER TABLE records_adjudication ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS every_adjudication ON records_adjudication;
CREATE POLICY every_adjudication ON records_adjudication TO {intake} USING (true);
DROP POLICY IF EXISTS centre_adjudication ON records_adjudication;
CREATE POLICY centre_adjudication ON records_adjudication TO {app} USING ((SELECT identity_centre_speaks()));
