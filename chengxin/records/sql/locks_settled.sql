-- name: guard_settled
-- A clerk of the batch's provider, speaking for it, says that they are done with what was refused of a batch; once, and now.
CREATE OR REPLACE FUNCTION records_guard_settled() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    provider bigint := (SELECT b.provider_id FROM records_batch b WHERE b.id = NEW.batch_id AND b.state = 'done' AND b.refused > 0);
BEGIN
    IF provider IS NULL OR NOT records_clerk_speaks(NEW.settled_by_id, provider) THEN
        RAISE EXCEPTION 'a provider itself is done with what was refused' USING ERRCODE = 'check_violation';
    END IF;
    NEW.settled_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_settled_trigger
CREATE OR REPLACE TRIGGER settled_guarded BEFORE INSERT ON records_refusals_settled FOR EACH ROW EXECUTE FUNCTION records_guard_settled();

-- name: settled_append_only
CREATE OR REPLACE TRIGGER settled_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_refusals_settled
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: settled_rows
ALTER TABLE records_refusals_settled ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_settled ON records_refusals_settled;
CREATE POLICY own_settled ON records_refusals_settled TO {app} USING (EXISTS (SELECT FROM records_batch b WHERE b.id = batch_id));

-- name: settled_grants
REVOKE ALL ON FUNCTION records_guard_settled() FROM PUBLIC;
GRANT SELECT, INSERT ON records_refusals_settled TO {app};
