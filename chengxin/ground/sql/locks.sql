-- name: append_only
-- Refuse to change what was written, for every role and the owner too; a superuser must disable the trigger openly.
CREATE OR REPLACE FUNCTION ground_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: access_entry_append_only
CREATE OR REPLACE TRIGGER access_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_access_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: access_entry_grants
-- Entries are written by whoever reads for somebody; the person's and the auditor's view of them come with their own functions.
GRANT INSERT ON ground_access_entry TO {app};
