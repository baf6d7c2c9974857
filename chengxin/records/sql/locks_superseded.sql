-- name: superseded_append_only
CREATE OR REPLACE TRIGGER superseded_append_only BEFORE TRUNCATE ON records_superseded
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_superseded
-- What is superseded follows from the versions: a line that agrees with them stays as it is, whoever asks; one that doesn't may be put right
-- or go, which is what a rebuild does (docs/adr/0021).
CREATE OR REPLACE FUNCTION records_guard_superseded() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM records_version v WHERE (v.subject_id, v.record_id, v.version) = (OLD.subject_id, OLD.record_id, OLD.version + 1)
               AND v.recorded_at = OLD.recorded_at)
       OR TG_OP = 'UPDATE' AND NOT EXISTS (
           SELECT FROM records_version v WHERE (v.subject_id, v.record_id, v.version) = (NEW.subject_id, NEW.record_id, NEW.version + 1)
               AND v.recorded_at = NEW.recorded_at) THEN
        RAISE EXCEPTION 'records_superseded is append-only: what the versions say stays' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

-- name: guard_superseded_trigger
CREATE OR REPLACE TRIGGER superseded_as_the_versions_say BEFORE UPDATE OR DELETE ON records_superseded
    FOR EACH ROW EXECUTE FUNCTION records_guard_superseded();

-- name: superseded_grants
REVOKE ALL ON FUNCTION records_guard_superseded() FROM PUBLIC;
