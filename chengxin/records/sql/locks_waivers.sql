-- name: late
-- How many records a batch brought for the first time whose decision, or finality where that came later, lies on a day or before it. Only
-- the rows that this batch wrote are read, and a number comes out.
CREATE OR REPLACE FUNCTION records_late(batch integer, last_day date) RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(*)::integer FROM records_version v
    WHERE v.batch_id = batch AND v.version = 1 AND v.state = 'active' AND greatest(v.decided, v.final) <= last_day
$$;

-- name: guard_waiver
-- A question is waived by an officer of the provider whose row it is about, for that content and that version of the check, now, for as
-- long as the term in force; nothing but a question is waived, whatever code says so. Runs with the owner's eyes: what was asked stands in the findings.
CREATE OR REPLACE FUNCTION records_guard_waiver() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM identity_user u JOIN identity_speaker() s ON s.organisation = u.organisation_id AND s.name = u.login
        WHERE u.id = NEW.waived_by_id AND u.organisation_id = NEW.provider_id
    ) THEN
        RAISE EXCEPTION 'a question is waived by an officer of the provider' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM records_batch b JOIN records_finding f ON f.batch_id = b.id
        WHERE b.id = NEW.batch_id AND b.provider_id = NEW.provider_id AND b.item_id = NEW.item_id
          AND f.row_number = NEW.row_number AND f.rule = NEW.rule AND f.rule_version = NEW.rule_version AND f.digest = NEW.digest
    ) THEN
        RAISE EXCEPTION 'a waiver of what was not asked' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM records_check_rule r WHERE r.code = NEW.rule AND r.version = NEW.rule_version AND r.severity = 'question'
    ) THEN
        RAISE EXCEPTION 'nothing but a question is waived' USING ERRCODE = 'check_violation';
    END IF;
    NEW.waived_at := clock_timestamp();
    IF NEW.until <= (NEW.waived_at AT TIME ZONE 'Asia/Shanghai')::date
       OR NEW.until > (SELECT (NEW.waived_at AT TIME ZONE 'Asia/Shanghai')::date + make_interval(months => t.value)
                       FROM records_term t WHERE t.name = 'waivers' AND t.number = 'longest' AND t.valid_from <= NEW.waived_at::date
                       ORDER BY t.valid_from DESC LIMIT 1) THEN
        RAISE EXCEPTION 'a waiver ends within its term' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_waiver_trigger
CREATE OR REPLACE TRIGGER waiver_guarded BEFORE INSERT ON records_waiver FOR EACH ROW EXECUTE FUNCTION records_guard_waiver();

-- name: guard_waiver_end
-- Taken back once, while it counts, by the officer who gave it or one of the credit centre, whoever speaks; it ends at that moment. Nothing
-- else of it changes.
CREATE OR REPLACE FUNCTION records_guard_waiver_end() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR (to_jsonb(NEW) - 'ended_by_id' - 'ended_at' - 'end_reason')
       IS DISTINCT FROM (to_jsonb(OLD) - 'ended_by_id' - 'ended_at' - 'end_reason') THEN
        RAISE EXCEPTION 'a waiver is taken back once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.until <= (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'a waiver that is over already' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.ended_by_id = OLD.waived_by_id AND EXISTS (
            SELECT FROM identity_user u JOIN identity_speaker() s ON s.organisation = OLD.provider_id AND s.name = u.login
            WHERE u.id = NEW.ended_by_id)
        OR identity_at_window_speaks(NEW.ended_by_id)) IS NOT TRUE THEN
        RAISE EXCEPTION 'a waiver is taken back by whoever gave it or at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    NEW.ended_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_waiver_end_trigger
CREATE OR REPLACE TRIGGER waiver_end_guarded BEFORE UPDATE ON records_waiver FOR EACH ROW EXECUTE FUNCTION records_guard_waiver_end();

-- name: waiver_stays
CREATE OR REPLACE TRIGGER waiver_append_only BEFORE DELETE OR TRUNCATE ON records_waiver
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: waiver_rows
-- A provider sees and enters its own; the credit centre sees all, to take back what ought not to stand; the worker serves all.
ALTER TABLE records_waiver ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_waiver ON records_waiver;
CREATE POLICY own_waiver ON records_waiver TO {app} USING (provider_id = (SELECT s.organisation FROM identity_speaker() s));
DROP POLICY IF EXISTS centre_waiver ON records_waiver;
CREATE POLICY centre_waiver ON records_waiver TO {app} USING ((SELECT identity_centre_speaks()));
DROP POLICY IF EXISTS every_waiver ON records_waiver;
CREATE POLICY every_waiver ON records_waiver FOR SELECT TO {intake} USING (true);

-- name: waiver_grants
REVOKE ALL ON FUNCTION records_late(integer, date), records_guard_waiver(), records_guard_waiver_end() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_late(integer, date) TO {intake};
GRANT SELECT, INSERT, UPDATE (ended_by_id, end_reason) ON records_waiver TO {app};
GRANT USAGE ON SEQUENCE records_waiver_id_seq TO {app};
GRANT SELECT ON records_waiver TO {intake};
