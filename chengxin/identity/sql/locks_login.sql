-- name: administrator
-- Who administers: log in at the administration's own face and nowhere else. A right unused for long still counts here.
CREATE OR REPLACE VIEW identity_administrator AS
    SELECT g.user_id FROM identity_role_grant g
    WHERE g.role LIKE '%\_admin' AND g.withdrawn_at IS NULL
      AND g.valid_until > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;

-- name: site_editor
-- Who writes for the public site, or ever did: at the editors' face and nowhere else. Such an account is for that alone (guard_grant), so
-- that the process where editors work can change no other account's password and see none.
CREATE OR REPLACE VIEW identity_site_editor AS
    SELECT DISTINCT g.user_id FROM identity_role_grant g WHERE g.role LIKE 'site\_%';

-- name: user_security
ALTER TABLE identity_user ENABLE ROW LEVEL SECURITY;

-- name: user_seen
-- The desk's process sees users and can change the password of none who administers or edits; the administration sees officers and no person.
DROP POLICY IF EXISTS user_seen ON identity_user;
CREATE POLICY user_seen ON identity_user FOR SELECT TO {app}, {intake} USING (true);

-- name: user_changes_password
DROP POLICY IF EXISTS user_changes_password ON identity_user;
CREATE POLICY user_changes_password ON identity_user FOR UPDATE TO {app}
    USING (id NOT IN (SELECT user_id FROM identity_administrator) AND id NOT IN (SELECT user_id FROM identity_site_editor));

-- name: user_administered
DROP POLICY IF EXISTS user_administered ON identity_user;
CREATE POLICY user_administered ON identity_user TO {admin} USING (organisation_id IS NOT NULL);

-- name: passkey_security
-- Factors are seen and written at the user's own face alone: nobody in the administration can put a factor on an officer's account,
-- nobody at the desk on an administrator's.
ALTER TABLE mfa_authenticator ENABLE ROW LEVEL SECURITY;

-- name: passkey_of_the_desk
DROP POLICY IF EXISTS passkey_of_the_desk ON mfa_authenticator;
CREATE POLICY passkey_of_the_desk ON mfa_authenticator TO {app}
    USING (user_id NOT IN (SELECT user_id FROM identity_administrator) AND user_id NOT IN (SELECT user_id FROM identity_site_editor));

-- name: passkey_of_administration
DROP POLICY IF EXISTS passkey_of_administration ON mfa_authenticator;
CREATE POLICY passkey_of_administration ON mfa_authenticator TO {admin}
    USING (user_id IN (SELECT user_id FROM identity_administrator));

-- name: totp_security
ALTER TABLE identity_totp ENABLE ROW LEVEL SECURITY;

-- name: totp_of_the_desk
DROP POLICY IF EXISTS totp_of_the_desk ON identity_totp;
CREATE POLICY totp_of_the_desk ON identity_totp TO {app}
    USING (user_id NOT IN (SELECT user_id FROM identity_administrator) AND user_id NOT IN (SELECT user_id FROM identity_site_editor));

-- name: totp_of_administration
DROP POLICY IF EXISTS totp_of_administration ON identity_totp;
CREATE POLICY totp_of_administration ON identity_totp TO {admin}
    USING (user_id IN (SELECT user_id FROM identity_administrator));

-- name: recovery_code_security
ALTER TABLE identity_recovery_code ENABLE ROW LEVEL SECURITY;

-- name: recovery_code_of_the_desk
DROP POLICY IF EXISTS recovery_code_of_the_desk ON identity_recovery_code;
CREATE POLICY recovery_code_of_the_desk ON identity_recovery_code TO {app}
    USING (user_id NOT IN (SELECT user_id FROM identity_administrator) AND user_id NOT IN (SELECT user_id FROM identity_site_editor));

-- name: recovery_code_of_administration
DROP POLICY IF EXISTS recovery_code_of_administration ON identity_recovery_code;
CREATE POLICY recovery_code_of_administration ON identity_recovery_code TO {admin}
    USING (user_id IN (SELECT user_id FROM identity_administrator));

-- name: totp_sealed
CREATE OR REPLACE TRIGGER totp_sealed AFTER INSERT ON identity_totp
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: totp_sealed_anew
CREATE OR REPLACE TRIGGER totp_sealed_anew BEFORE UPDATE ON identity_totp
    FOR EACH ROW WHEN ((NEW.secret_sealed, NEW.key_id) IS DISTINCT FROM (OLD.secret_sealed, OLD.key_id))
    EXECUTE FUNCTION identity_guard_new_seal();

-- name: guard_totp_step
-- A code is taken once: the newest half-minute whose code was used only grows, whoever writes it.
CREATE OR REPLACE FUNCTION identity_guard_totp_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a code is taken once' USING ERRCODE = 'check_violation';
END
$$;

-- name: totp_step_grows
CREATE OR REPLACE TRIGGER totp_step_grows BEFORE UPDATE ON identity_totp
    FOR EACH ROW WHEN (NEW.user_id <> OLD.user_id
                       OR NEW.last_step <= OLD.last_step AND NEW.secret_sealed IS NOT DISTINCT FROM OLD.secret_sealed)
    EXECUTE FUNCTION identity_guard_totp_step();

-- name: guard_recovery_code
CREATE OR REPLACE FUNCTION identity_guard_recovery_code() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a recovery code is used once and changed in nothing else' USING ERRCODE = 'check_violation';
END
$$;

-- name: recovery_code_once
CREATE OR REPLACE TRIGGER recovery_code_once BEFORE UPDATE ON identity_recovery_code
    FOR EACH ROW WHEN (OLD.used_at IS NOT NULL OR NEW.used_at IS NULL
                       OR (NEW.user_id, NEW.digest, NEW.made_at) IS DISTINCT FROM (OLD.user_id, OLD.digest, OLD.made_at))
    EXECUTE FUNCTION identity_guard_recovery_code();

-- name: take_off_factors
-- Take every second factor off an account; who may have that done is the administration's to say. Runs with the owner's rights.
CREATE OR REPLACE FUNCTION identity_take_off_factors(of_user bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    DELETE FROM mfa_authenticator WHERE user_id = of_user;
    DELETE FROM identity_totp WHERE user_id = of_user;
    DELETE FROM identity_recovery_code WHERE user_id = of_user;
$$;

-- name: session_security
ALTER TABLE identity_session ENABLE ROW LEVEL SECURITY;

-- name: session_of_the_desk
DROP POLICY IF EXISTS session_of_the_desk ON identity_session;
CREATE POLICY session_of_the_desk ON identity_session TO {app} USING (face = 'desk');

-- name: session_of_administration
DROP POLICY IF EXISTS session_of_administration ON identity_session;
CREATE POLICY session_of_administration ON identity_session TO {admin} USING (face = 'administration');

-- name: guard_demo
-- A demo account exists under the demo switch alone, which the owner's process turns when the installation starts.
CREATE OR REPLACE FUNCTION identity_guard_demo() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity_house WHERE demo) THEN
        RAISE EXCEPTION 'no demo account outside a demo' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: user_demo
CREATE OR REPLACE TRIGGER user_demo BEFORE INSERT OR UPDATE OF demo ON identity_user
    FOR EACH ROW WHEN (NEW.demo) EXECUTE FUNCTION identity_guard_demo();

-- name: guard_session
-- A session keeps its beginning, its face and, once somebody logged in, its user; it ends after a working day, whatever keeps it alive;
-- and it is at the user's own face: an administrator's at the administration, an editor's at theirs, anybody else's at the desk.
CREATE OR REPLACE FUNCTION identity_guard_session() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (NEW.key_digest, NEW.face, NEW.began_at) IS DISTINCT FROM (OLD.key_digest, OLD.face, OLD.began_at)
        OR OLD.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id
    ) THEN
        RAISE EXCEPTION 'a session keeps its key, face, beginning and user' USING ERRCODE = 'check_violation';
    END IF;
    IF greatest(NEW.began_at, NEW.seen_at) > clock_timestamp() + interval '1 minute' THEN
        RAISE EXCEPTION 'a session begins now' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.began_at < clock_timestamp() - interval '600 minutes' THEN
        RAISE EXCEPTION 'a session ends after ten hours' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.user_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM identity_user u WHERE u.id = NEW.user_id AND u.is_active
          AND (NEW.face = 'administration') = EXISTS (SELECT FROM identity_administrator a WHERE a.user_id = u.id)
          AND (NEW.face = 'editing') = EXISTS (SELECT FROM identity_site_editor e WHERE e.user_id = u.id)
    ) THEN
        RAISE EXCEPTION 'a session of somebody who left, or at another face than theirs' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM identity_user u WHERE u.id = NEW.user_id AND u.demo) AND NOT EXISTS (SELECT FROM identity_house WHERE demo) THEN
        RAISE EXCEPTION 'no demo account outside a demo' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_session_trigger
CREATE OR REPLACE TRIGGER session_guarded BEFORE INSERT OR UPDATE ON identity_session
    FOR EACH ROW EXECUTE FUNCTION identity_guard_session();

-- name: few_sessions
-- Nobody has more than two sessions: a third ends the oldest. Each login sweeps away whoever's session is over. Runs with the owner's
-- rights; the user is locked first.
CREATE OR REPLACE FUNCTION identity_few_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM FROM identity_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    DELETE FROM identity_session WHERE key_digest IN (
        SELECT key_digest FROM identity_session WHERE user_id = NEW.user_id
        ORDER BY (key_digest = NEW.key_digest) DESC, began_at DESC, key_digest OFFSET 2
    );
    DELETE FROM identity_session WHERE began_at < clock_timestamp() - interval '600 minutes';
    RETURN NULL;
END
$$;

-- name: few_sessions_trigger
CREATE OR REPLACE TRIGGER session_few AFTER INSERT OR UPDATE OF user_id ON identity_session
    FOR EACH ROW WHEN (NEW.user_id IS NOT NULL) EXECUTE FUNCTION identity_few_sessions();

-- name: end_sessions
-- Whoever leaves, and whoever gets or loses a right, is logged out at once, everywhere. Runs with the owner's rights.
CREATE OR REPLACE FUNCTION identity_end_sessions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'identity_user' THEN
        DELETE FROM identity_session WHERE user_id = NEW.id;
    ELSE
        DELETE FROM identity_session WHERE user_id = NEW.user_id;
    END IF;
    RETURN NULL;
END
$$;

-- name: end_sessions_of_whoever_leaves
CREATE OR REPLACE TRIGGER user_leaves AFTER UPDATE OF is_active ON identity_user
    FOR EACH ROW WHEN (NOT NEW.is_active) EXECUTE FUNCTION identity_end_sessions();

-- name: end_sessions_of_changed_rights
CREATE OR REPLACE TRIGGER grant_ends_sessions AFTER INSERT OR UPDATE OF withdrawn_at ON identity_role_grant
    FOR EACH ROW EXECUTE FUNCTION identity_end_sessions();

-- name: log_out
-- End whatever sessions somebody has, at either face. Runs with the owner's rights.
CREATE OR REPLACE FUNCTION identity_log_out(gone bigint) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp
    AS $$ DELETE FROM identity_session WHERE user_id = gone $$;

-- name: settle_person
-- The account of a person of the register who logs in: made here alone, since the desk's process can enter no user. Runs with the
-- owner's rights. It has no password and never will (user_is_officer_or_person).
CREATE OR REPLACE FUNCTION identity_settle_person(subject bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    INSERT INTO identity_user (password, login, display_name, subject_id, is_active, demo, first_password)
        SELECT '!', '~' || gen_random_uuid(), '', p.subject_id, true, false, false
        FROM identity_person p WHERE p.subject_id = subject AND p.died IS NULL AND p.minor_rank <= p.identity_rank
        ON CONFLICT (subject_id) DO NOTHING;
    SELECT id INTO found FROM identity_user WHERE subject_id = subject;
    RETURN found;
END
$$;

-- name: login_grants
GRANT SELECT ON identity_administrator, identity_site_editor TO {app}, {admin}, {editor};
GRANT SELECT, INSERT, UPDATE (user_id, content, seen_at), DELETE ON identity_session TO {app}, {admin};
GRANT SELECT, INSERT, UPDATE (failures, first_at, locked_until) ON identity_failed_try TO {app}, {admin};
GRANT SELECT, INSERT, UPDATE (last_used_at), DELETE ON mfa_authenticator TO {app}, {admin};
GRANT SELECT, INSERT, UPDATE (last_step), DELETE ON identity_totp TO {app}, {admin};
GRANT SELECT, INSERT, UPDATE (used_at), DELETE ON identity_recovery_code TO {app}, {admin};
GRANT USAGE ON SEQUENCE mfa_authenticator_id_seq, identity_totp_id_seq, identity_recovery_code_id_seq TO {app}, {admin};
GRANT UPDATE (first_password) ON identity_user TO {app}, {admin};
-- The administration seals its own officers' second factors; it sees nothing else that is sealed.
GRANT SELECT ON identity_key_pointers TO {admin};
GRANT EXECUTE ON FUNCTION identity_settle_person(bigint) TO {app};
GRANT EXECUTE ON FUNCTION identity_log_out(bigint), identity_take_off_factors(bigint) TO {admin};
