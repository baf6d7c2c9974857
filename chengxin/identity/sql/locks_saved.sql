-- name: guard_saved_view
-- A search is kept by whoever speaks, for themselves, twenty at most. The lock keeps two at once from both being the twentieth.
CREATE OR REPLACE FUNCTION identity_guard_saved_view() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity_speaker() s
                   JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation WHERE u.id = NEW.officer_id) THEN
        RAISE EXCEPTION 'a search is kept by whoever speaks' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('saved view', NEW.officer_id));
    IF (SELECT count(*) >= 20 FROM identity_saved_view v WHERE v.officer_id = NEW.officer_id) THEN
        RAISE EXCEPTION 'twenty searches are kept at most' USING ERRCODE = 'check_violation';
    END IF;
    NEW.kept_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_saved_view_trigger
CREATE OR REPLACE TRIGGER saved_view_guarded BEFORE INSERT ON identity_saved_view
    FOR EACH ROW EXECUTE FUNCTION identity_guard_saved_view();

-- name: saved_view_rows
-- An officer's searches are theirs alone.
ALTER TABLE identity_saved_view ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_saved_view ON identity_saved_view;
CREATE POLICY own_saved_view ON identity_saved_view TO {app}
    USING (officer_id IN (SELECT u.id FROM identity_user u WHERE u.login = (SELECT s.name FROM identity_speaker() s)));

-- name: saved_view_grants
REVOKE ALL ON FUNCTION identity_guard_saved_view() FROM PUBLIC;
GRANT SELECT, INSERT, DELETE ON identity_saved_view TO {app};
GRANT USAGE ON SEQUENCE identity_saved_view_id_seq TO {app};
