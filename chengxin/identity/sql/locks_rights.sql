-- name: right
-- Which rights are in force now: begun, not ended, not withdrawn, of somebody who hasn't left, whose organisation stands, and used
-- within ninety days. Whose look-ups are suspended has no role by which anybody is looked up.
CREATE OR REPLACE VIEW identity_right AS
    SELECT g.id AS grant_id, g.user_id, g.role, g.valid_from, g.valid_until, u.last_used
    FROM identity_role_grant g
    JOIN identity_user o ON o.id = g.user_id AND o.is_active
    LEFT JOIN identity_role_use u ON u.grant_id = g.id
    WHERE g.withdrawn_at IS NULL
      AND g.valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
      AND g.valid_until > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
      AND coalesce(u.last_used, g.valid_from) > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 90
      AND identity_organisation_stands(o.organisation_id, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
      AND NOT (g.role IN ('officer', 'verifier') AND EXISTS (
          SELECT FROM identity_suspension s WHERE s.officer_id = g.user_id AND s.agreed_at IS NOT NULL AND s.ended_at IS NULL));

-- name: guard_grant
-- Safeguard 12, whatever code grants: only a security administrator grants, and never what would join two administrators in one
-- person, or an administrator and a reader. Runs with the caller's rights, so that it knows who calls. The officer is locked first: two
-- grants at once would each see the other's absence.
CREATE OR REPLACE FUNCTION identity_guard_grant() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    PERFORM FROM identity_user WHERE id = NEW.user_id AND organisation_id IS NOT NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nobody but an officer has rights' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.granted_by_id IS NULL AND current_user <> '{owner}' THEN
        RAISE EXCEPTION 'a right is granted by somebody' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.granted_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM identity_right r WHERE r.user_id = NEW.granted_by_id AND r.role = 'security_admin'
    ) THEN
        RAISE EXCEPTION 'only a security administrator grants rights' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.valid_from < today OR NEW.granted_at > clock_timestamp() OR NEW.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'a right begins today at the earliest, and is granted before it is withdrawn' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM identity_role_grant g WHERE g.user_id = NEW.user_id AND (g.role LIKE 'site\_%') <> (NEW.role LIKE 'site\_%')
    ) THEN
        RAISE EXCEPTION 'an account of the public site is for that alone' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM identity_role_grant g
        WHERE g.user_id = NEW.user_id AND g.withdrawn_at IS NULL
          AND g.valid_from < NEW.valid_until AND NEW.valid_from < g.valid_until
          AND (g.role = NEW.role OR g.role LIKE '%\_admin' OR NEW.role LIKE '%\_admin' OR 'reviewer' IN (g.role, NEW.role))
    ) THEN
        RAISE EXCEPTION 'this right may not stand beside one the officer has' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_grant_trigger
CREATE OR REPLACE TRIGGER grant_guarded BEFORE INSERT ON identity_role_grant
    FOR EACH ROW EXECUTE FUNCTION identity_guard_grant();

-- name: guard_grant_hands
-- The three administrators are three persons, whatever accounts they have: whoever grants has declared who they are and is another person, and
-- no person holds roles that exclude one another through two accounts. Runs with the owner's eyes, under the lock of declarations.
CREATE OR REPLACE FUNCTION identity_guard_grant_hands() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('officers are persons'));
    IF NEW.granted_by_id IS NOT NULL THEN
        PERFORM identity_refuse_oneself(NEW.granted_by_id, '{}');
        IF NEW.granted_by_id <> NEW.user_id AND identity_one_person(NEW.granted_by_id, NEW.user_id) THEN
            RAISE EXCEPTION 'nobody grants to themselves by another account' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF identity_excluded_by_another_account(NEW.user_id, NEW.role, NEW.valid_from, NEW.valid_until) THEN
        RAISE EXCEPTION 'this person has another account whose role excludes this one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_grant_hands_trigger
CREATE OR REPLACE TRIGGER grant_to_another_person AFTER INSERT ON identity_role_grant
    FOR EACH ROW EXECUTE FUNCTION identity_guard_grant_hands();

-- name: guard_withdrawal
-- A grant changes once, by its withdrawal, and in nothing else.
CREATE OR REPLACE FUNCTION identity_guard_withdrawal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
       OR (NEW.id, NEW.user_id, NEW.role, NEW.valid_from, NEW.valid_until, NEW.reason, NEW.granted_by_id, NEW.granted_at)
          IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.role, OLD.valid_from, OLD.valid_until, OLD.reason, OLD.granted_by_id, OLD.granted_at)
    THEN
        RAISE EXCEPTION 'a grant is withdrawn once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.withdrawn_by_id IS NULL AND current_user <> '{owner}' OR NEW.withdrawn_by_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM identity_right r WHERE r.user_id = NEW.withdrawn_by_id AND r.role = 'security_admin'
    ) THEN
        RAISE EXCEPTION 'only a security administrator withdraws rights' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_withdrawal_trigger
CREATE OR REPLACE TRIGGER grant_withdrawal_guarded BEFORE UPDATE ON identity_role_grant
    FOR EACH ROW EXECUTE FUNCTION identity_guard_withdrawal();

-- name: grant_stays
CREATE OR REPLACE TRIGGER grant_stays BEFORE DELETE OR TRUNCATE ON identity_role_grant
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_use
-- A right is used today, while it is in force: one that lapsed is revived by no note of a use, of today or of a day to come.
CREATE OR REPLACE FUNCTION identity_guard_use() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.last_used <> (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'the use of a right is noted on its day' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_right r WHERE r.grant_id = NEW.grant_id) THEN
        RAISE EXCEPTION 'a right is used while it is in force' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_use_trigger
CREATE OR REPLACE TRIGGER use_guarded BEFORE INSERT OR UPDATE ON identity_role_use
    FOR EACH ROW EXECUTE FUNCTION identity_guard_use();

-- name: guard_reopening
-- Whoever comes back is entered anew: an account opened again would bring its rights along.
CREATE OR REPLACE FUNCTION identity_guard_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed account stays closed' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: guard_reopening_trigger
CREATE OR REPLACE TRIGGER user_stays_closed BEFORE UPDATE ON identity_user
    FOR EACH ROW WHEN (NEW.is_active AND NOT OLD.is_active) EXECUTE FUNCTION identity_guard_reopening();

-- name: withdraw_lapsed
-- Withdraw the rights that ended by themselves, of everybody or of one officer: nobody's doing, so by nobody. Each goes into the action
-- log, in the same transaction. Runs with the owner's rights.
CREATE OR REPLACE FUNCTION identity_withdraw_lapsed(whose bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH lapsed AS (
        SELECT g.id, g.valid_until <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS ended
        FROM identity_role_grant g LEFT JOIN identity_role_use u ON u.grant_id = g.id
        WHERE g.withdrawn_at IS NULL AND (whose IS NULL OR g.user_id = whose)
          AND (g.valid_until <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
               OR coalesce(u.last_used, g.valid_from) <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 90)
        FOR NO KEY UPDATE OF g
    ), withdrawn AS (
        UPDATE identity_role_grant g SET withdrawn_at = transaction_timestamp(),
               withdrawal_reason = CASE WHEN l.ended THEN '期限届满' ELSE '连续九十日未使用' END
        FROM lapsed l WHERE g.id = l.id RETURNING g.id, g.role, g.withdrawal_reason
    ), noted AS (
        INSERT INTO ground_action (at, actor, act, subject, note)
        SELECT transaction_timestamp(), '', 'rights.lapse', 'grant:' || w.id, w.role || ' ' || w.withdrawal_reason FROM withdrawn w
        RETURNING 1
    )
    SELECT count(*) FROM noted
$$;

-- name: rights_grants
-- The application reads which rights are in force and notes their use. Users and rights are the administration's, whose role reads
-- nothing of any person.
REVOKE ALL ON FUNCTION identity_withdraw_lapsed(bigint), identity_guard_grant_hands() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_withdraw_lapsed(bigint) TO {intake}, {admin};
GRANT SELECT ON identity_right TO {app}, {admin};
GRANT SELECT, INSERT, UPDATE (last_used) ON identity_role_use TO {app}, {admin};
GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by_id, withdrawal_reason) ON identity_role_grant TO {admin};
GRANT USAGE ON SEQUENCE identity_role_grant_id_seq, identity_user_id_seq, identity_organisation_id_seq TO {admin};
GRANT SELECT, INSERT, UPDATE (display_name, is_active, password, last_login) ON identity_user TO {admin};
GRANT SELECT, INSERT, UPDATE (name, valid_until) ON identity_organisation TO {admin};
