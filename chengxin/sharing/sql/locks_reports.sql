-- name: report_state
-- How a report stands: withdrawn by its person, replaced by a later one of the same person and kind, else valid.
CREATE OR REPLACE FUNCTION sharing_report_state(report sharing_report) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM sharing_report_withdrawal w WHERE w.number = report.number) THEN 'withdrawn'
                WHEN EXISTS (SELECT FROM sharing_report n WHERE n.subject_id = report.subject_id AND n.kind = report.kind
                             AND n.issued_at > report.issued_at) THEN 'replaced'
                ELSE 'valid' END
$$;

-- name: check_report
-- What whoever holds a report's number and its check code learns: the kind, the moment, how it stands. Nothing of the person, and nothing at
-- all of a number whose code isn't right.
CREATE OR REPLACE FUNCTION sharing_check_report(wanted text, digest bytea) RETURNS TABLE (kind varchar, issued_at timestamptz, state text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.kind, r.issued_at, sharing_report_state(r) FROM sharing_report r WHERE r.number = wanted AND r.check_digest = digest
$$;

-- name: guard_report
-- A report of one's own is one's own: whoever speaks for themselves has it made out to themselves.
CREATE OR REPLACE FUNCTION sharing_guard_report() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF identity_person_speaking() IS DISTINCT FROM NEW.subject_id THEN
        RAISE EXCEPTION 'a person has a report made out about themselves alone' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_report_trigger
CREATE OR REPLACE TRIGGER report_about_oneself BEFORE INSERT ON sharing_report
    FOR EACH ROW WHEN (NEW.kind = 'own') EXECUTE FUNCTION sharing_guard_report();

-- name: own_reports
-- The reports that whoever speaks for themselves had made out: number, moment and how it stands, the newest first.
CREATE OR REPLACE FUNCTION sharing_own_reports(most integer) RETURNS TABLE (number varchar, issued_at timestamptz, state text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT r.number, r.issued_at, sharing_report_state(r) FROM sharing_report r
    WHERE r.subject_id IN (SELECT identity_held_by(me)) AND r.kind = 'own' ORDER BY r.issued_at DESC, r.number LIMIT most;
END
$$;

-- name: withdraw_report
CREATE OR REPLACE FUNCTION sharing_withdraw_report(wanted text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_report_withdrawal (number, withdrawn_at)
    SELECT r.number, clock_timestamp() FROM sharing_report r
    WHERE r.number = wanted AND r.kind = 'own' AND r.subject_id IN (SELECT identity_held_by(identity_person_speaking()))
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- name: report_withdrawal_append_only
CREATE OR REPLACE TRIGGER report_withdrawal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_report_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: reports_grants
REVOKE ALL ON FUNCTION sharing_report_state(sharing_report), sharing_check_report(text, bytea), sharing_guard_report(), sharing_own_reports(integer), sharing_withdraw_report(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_own_reports(integer), sharing_withdraw_report(text) TO {app};
-- What a report's number attests is for whoever holds it with its code: the public site asks too.
GRANT EXECUTE ON FUNCTION sharing_check_report(text, bytea) TO {app}, {public};
