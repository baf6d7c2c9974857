-- name: restoration_digest
-- One digest over an acknowledgement whole: its number, both who signed, when, why, and each end that was lost. ``identity.restorations``
-- computes the same from the columns.
CREATE OR REPLACE FUNCTION identity_restoration_digest(one identity_restoration) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(convert_to(concat_ws(E'\n', 'chengxin restoration 1', one.id,
        (SELECT u.login FROM identity_user u WHERE u.id = one.entered_by_id), (extract(epoch FROM one.entered_at) * 1000000)::bigint,
        (SELECT u.login FROM identity_user u WHERE u.id = one.approved_by_id), (extract(epoch FROM one.approved_at) * 1000000)::bigint,
        char_length(one.reason), one.reason, char_length(one.log), one.log,
        (SELECT string_agg(format('%s/%s %s %s %s %s', g.tree, g.shard, g.size, encode(g.root, 'hex'), g.lost_size, encode(g.lost_root, 'hex')),
                           E'\n' ORDER BY g.id)
         FROM ground_lost_end g WHERE g.id = ANY(one.gaps))), 'UTF8'))
$$;

-- name: guard_restoration
-- Entered by a system administrator about ends that are lost and that no other one is about; approved once by an audit administrator, as of now,
-- or withdrawn; changed in nothing else.
CREATE OR REPLACE FUNCTION identity_guard_restoration() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parts text[] := ARRAY['approved_by_id', 'approved_at', 'entry_id', 'digest', 'withdrawn_by_id', 'withdrawn_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT identity_holds_role(NEW.entered_by_id, 'system_admin') THEN
            RAISE EXCEPTION 'only a system administrator enters a restore' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.approved_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL THEN
            RAISE EXCEPTION 'a restore is entered first, and approved later' USING ERRCODE = 'check_violation';
        END IF;
        -- Two who enter the same at once would not see each other.
        PERFORM pg_advisory_xact_lock(hashtext('identity_restoration'));
        IF EXISTS (SELECT FROM unnest(NEW.gaps) AS u (gap) LEFT JOIN ground_lost_end g ON g.id = u.gap WHERE g.id IS NULL)
           OR EXISTS (SELECT FROM identity_restoration r WHERE r.withdrawn_at IS NULL AND r.gaps && NEW.gaps) THEN
            RAISE EXCEPTION 'a restore is about ends that were lost, each once' USING ERRCODE = 'check_violation';
        END IF;
        NEW.entered_at := clock_timestamp();
        RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts OR OLD.approved_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a restore is approved or withdrawn once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.approved_at IS NOT NULL THEN
        IF NOT identity_holds_role(NEW.approved_by_id, 'audit_admin') THEN
            RAISE EXCEPTION 'only an audit administrator approves a restore' USING ERRCODE = 'check_violation';
        END IF;
        NEW.approved_at := clock_timestamp();
        NEW.digest := identity_restoration_digest(NEW);
    ELSIF NOT (identity_holds_role(NEW.withdrawn_by_id, 'audit_admin') OR identity_holds_role(NEW.withdrawn_by_id, 'system_admin')) THEN
        RAISE EXCEPTION 'only an administrator withdraws a restore' USING ERRCODE = 'check_violation';
    ELSE
        NEW.withdrawn_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_restoration_trigger
CREATE OR REPLACE TRIGGER restoration_guarded BEFORE INSERT OR UPDATE ON identity_restoration
    FOR EACH ROW EXECUTE FUNCTION identity_guard_restoration();

-- name: restoration_second_hand
CREATE OR REPLACE TRIGGER restoration_approved_by_another_person AFTER UPDATE ON identity_restoration
    FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) EXECUTE FUNCTION identity_guard_second_hand();

-- name: restoration_stays
CREATE OR REPLACE TRIGGER restoration_stays BEFORE DELETE OR TRUNCATE ON identity_restoration
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: enter_restoration
-- The approval is itself an entry of the access register, about nobody, and is sealed there: what is changed of it later no longer matches.
CREATE OR REPLACE FUNCTION identity_enter_restoration() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, basis, case_reference, channel, outcome, reason,
        fields, record_ids, versions)
    SELECT 0, NEW.entry_id, NEW.approved_at, coalesce(o.code, '-'), u.login, 'restoration', 'GB/T 22239-2019 8.1.4.9',
           format('RS-%s %s', NEW.id, encode(NEW.digest, 'hex')), 'restoration', 'empty', '', '{}', '{}', '{}'
    FROM identity_user u LEFT JOIN identity_organisation o ON o.id = u.organisation_id WHERE u.id = NEW.approved_by_id;
    RETURN NULL;
END
$$;

-- name: enter_restoration_trigger
CREATE OR REPLACE TRIGGER restoration_entered AFTER UPDATE ON identity_restoration
    FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) EXECUTE FUNCTION identity_enter_restoration();

-- name: guard_restoration_entry
-- What is entered as an acknowledgement is one that two have signed, and no other content of it.
CREATE OR REPLACE FUNCTION identity_guard_restoration_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.subject_id <> 0 OR NOT EXISTS (
        SELECT FROM identity_restoration r JOIN identity_user u ON u.id = r.approved_by_id AND u.login = NEW.officer
        WHERE r.entry_id = NEW.entry_id AND NEW.case_reference = format('RS-%s %s', r.id, encode(r.digest, 'hex'))) THEN
        RAISE EXCEPTION 'an acknowledgement that two have signed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_restoration_entry_trigger
CREATE OR REPLACE TRIGGER access_entry_of_a_restoration BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.channel = 'restoration') EXECUTE FUNCTION identity_guard_restoration_entry();

-- name: restoration_told
-- The acknowledgements that two have signed, with the names of both, for whoever verifies the register.
CREATE OR REPLACE VIEW identity_restoration_told AS
    SELECT r.id, r.gaps, r.reason, r.log, e.login AS entered_by, r.entered_at, a.login AS approved_by, r.approved_at, r.entry_id
    FROM identity_restoration r JOIN identity_user e ON e.id = r.entered_by_id JOIN identity_user a ON a.id = r.approved_by_id;

-- name: restoration_grants
REVOKE ALL ON FUNCTION identity_restoration_digest(identity_restoration), identity_enter_restoration(), identity_guard_restoration_entry() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_restoration_digest(identity_restoration) TO {admin};
GRANT SELECT ON identity_restoration_told TO {sealer};
GRANT SELECT, INSERT, UPDATE (approved_by_id, approved_at, entry_id, withdrawn_by_id, withdrawn_at) ON identity_restoration TO {admin};
GRANT USAGE ON SEQUENCE identity_restoration_id_seq TO {admin};
