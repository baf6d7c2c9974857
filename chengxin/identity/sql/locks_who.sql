-- name: officer_subject
-- Whom an officer is, as far as the population base knows: whom their code leads to today, or whoever it led to before it was taken off
-- them. Asked anew each time, so that it follows every merge, split, undoing and change of number.
CREATE OR REPLACE FUNCTION identity_officer_subject(officer bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT identity_lead(coalesce((SELECT c.subject_id FROM identity_code c WHERE c.code_hash = ANY(d.code_hashes) LIMIT 1), d.subject_id))
    FROM identity_declaration d WHERE d.user_id = officer AND d.reopened_at IS NULL
$$;

-- name: declared
CREATE OR REPLACE FUNCTION identity_declared(officer bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM identity_declaration d WHERE d.user_id = officer AND d.reopened_at IS NULL)
$$;

-- name: one_person
-- Whether two accounts are one person's: by one code, or by codes that lead to one person.
CREATE OR REPLACE FUNCTION identity_one_person(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM identity_declaration a
        JOIN identity_declaration b ON b.user_id = other AND b.reopened_at IS NULL
        WHERE a.user_id = one AND a.reopened_at IS NULL
          AND (a.code_hashes && b.code_hashes OR identity_officer_subject(a.user_id) = identity_officer_subject(b.user_id)))
$$;

-- name: refuse_oneself
-- Safeguard 12, whatever code writes: an officer who decides has said who they are, and is none of those whom it is about.
CREATE OR REPLACE FUNCTION identity_refuse_oneself(officer bigint, subjects bigint[]) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT identity_declared(officer) THEN
        RAISE EXCEPTION 'an officer decides after declaring who they are' USING ERRCODE = 'check_violation';
    END IF;
    IF identity_officer_subject(officer) IN (SELECT identity_lead(u.subject) FROM unnest(subjects) AS u (subject)) THEN
        RAISE EXCEPTION 'nobody decides about themselves' USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- name: refuse_one_person
-- Two signatures are two persons', who both have said who they are. That one account doesn't sign twice is its table's own check.
CREATE OR REPLACE FUNCTION identity_refuse_one_person(one bigint, other bigint) RETURNS void LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT identity_declared(one) OR NOT identity_declared(other) THEN
        RAISE EXCEPTION 'whoever signs first and second has declared who they are' USING ERRCODE = 'check_violation';
    END IF;
    IF one <> other AND identity_one_person(one, other) THEN
        RAISE EXCEPTION 'two signatures are of two persons' USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- name: hands
-- What whoever speaks may be told about a decision: whether they declared who they are, whether they are among those whom it is about, and
-- whether the officer who signed first is another person. Tells of nobody else.
CREATE OR REPLACE FUNCTION identity_hands(subjects bigint[], first bigint, OUT declared boolean, OUT own boolean, OUT first_declared boolean,
    OUT one_person boolean) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := (SELECT u.id FROM identity_user u JOIN identity_speaker() s ON u.login = s.name AND u.organisation_id = s.organisation);
BEGIN
    declared := coalesce(identity_declared(me), false);
    own := coalesce(identity_officer_subject(me) IN (SELECT identity_lead(u.subject) FROM unnest(subjects) AS u (subject)), false);
    first_declared := first IS NULL OR identity_declared(first);
    one_person := first IS NOT NULL AND me IS NOT NULL AND identity_one_person(me, first);
END
$$;

-- name: excluded_by_another_account
-- Whether a person holds, through another account, a role that may not stand beside this one from a day on: an administrator's beside any
-- other role.
CREATE OR REPLACE FUNCTION identity_excluded_by_another_account(officer bigint, named text, from_day date, until_day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM identity_declaration d
        JOIN identity_user o ON o.id = d.user_id AND o.is_active
        JOIN identity_role_grant g ON g.user_id = d.user_id AND g.withdrawn_at IS NULL
            AND g.valid_from < until_day AND from_day < g.valid_until
        WHERE d.reopened_at IS NULL AND d.user_id <> officer AND identity_one_person(officer, d.user_id)
          AND g.role <> named AND (g.role LIKE '%\_admin' OR named LIKE '%\_admin'))
$$;

-- name: guard_declaration
-- Declared by an officer's account while none of theirs stands, as of now, with keyed hashes; whom the code leads to the database finds out
-- itself. Not by a person who then would hold two roles that exclude one another, or who granted themselves one. The lock keeps two
-- accounts that declare at once, and grants, from missing each other.
CREATE OR REPLACE FUNCTION identity_guard_declaration() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity_user u WHERE u.id = NEW.user_id AND u.organisation_id IS NOT NULL) THEN
        RAISE EXCEPTION 'an officer declares who they are, nobody else' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM unnest(NEW.code_hashes) AS u (one) WHERE length(u.one) IS DISTINCT FROM 32) THEN
        RAISE EXCEPTION 'a declared code stands as its keyed hash' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.reopened_at IS NOT NULL OR NEW.declared_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a declaration is made before it is reopened, and not ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    NEW.subject_id := (SELECT c.subject_id FROM identity_code c WHERE c.code_hash = ANY(NEW.code_hashes) LIMIT 1);
    RETURN NEW;
END
$$;

-- name: guard_declaration_trigger
CREATE OR REPLACE TRIGGER declaration_guarded BEFORE INSERT ON identity_declaration
    FOR EACH ROW EXECUTE FUNCTION identity_guard_declaration();

-- name: guard_declared_roles
CREATE OR REPLACE FUNCTION identity_guard_declared_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('officers are persons'));
    IF EXISTS (SELECT FROM identity_role_grant g WHERE g.user_id = NEW.user_id AND g.withdrawn_at IS NULL
                 AND g.valid_until > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
                 AND (identity_excluded_by_another_account(NEW.user_id, g.role, g.valid_from, g.valid_until)
                      OR g.granted_by_id IS NOT NULL AND identity_one_person(NEW.user_id, g.granted_by_id))) THEN
        RAISE EXCEPTION 'this person has another account whose role excludes this one' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM identity_role_grant g WHERE g.granted_by_id = NEW.user_id AND g.withdrawn_at IS NULL
                 AND g.valid_until > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
                 AND identity_one_person(NEW.user_id, g.user_id)) THEN
        RAISE EXCEPTION 'this person granted another account of theirs a role' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_declared_roles_trigger
CREATE OR REPLACE TRIGGER declaration_joins_no_roles AFTER INSERT ON identity_declaration
    FOR EACH ROW EXECUTE FUNCTION identity_guard_declared_roles();

-- name: guard_declaration_change
-- What was declared stays. It is reopened once, by a security administrator who is another person; sealed and hashed anew by the owner's
-- rotation alone; and keeps whom its code led to when that code is taken off them.
CREATE OR REPLACE FUNCTION identity_guard_declaration_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.code_hashes, NEW.code_sealed, NEW.key_id, NEW.subject_id)
          IS DISTINCT FROM (OLD.code_hashes, OLD.code_sealed, OLD.key_id, OLD.subject_id) AND current_user <> '{owner}'
       OR (NEW.subject_id IS DISTINCT FROM OLD.subject_id
           AND NOT coalesce(decode(current_setting('cx.withdrawing', true), 'hex') = ANY(OLD.code_hashes), false))
       OR OLD.reopened_at IS NOT NULL
          AND (NEW.reopened_at, NEW.reopened_by_id, NEW.reopening_reason)
              IS DISTINCT FROM (OLD.reopened_at, OLD.reopened_by_id, OLD.reopening_reason)
    THEN
        RAISE EXCEPTION 'a declaration is made once, reopened once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_declaration_change_trigger
CREATE OR REPLACE TRIGGER declaration_change_guarded BEFORE UPDATE ON identity_declaration
    FOR EACH ROW EXECUTE FUNCTION identity_guard_declaration_change();

-- name: guard_reopened
CREATE OR REPLACE FUNCTION identity_guard_reopened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.reopened_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a declaration is not reopened ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_right r WHERE r.user_id = NEW.reopened_by_id AND r.role = 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator reopens a declaration' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_one_person(NEW.reopened_by_id, NEW.user_id);
    RETURN NEW;
END
$$;

-- name: guard_reopened_trigger
CREATE OR REPLACE TRIGGER declaration_reopened_by_another BEFORE UPDATE ON identity_declaration
    FOR EACH ROW WHEN (OLD.reopened_at IS NULL AND NEW.reopened_at IS NOT NULL) EXECUTE FUNCTION identity_guard_reopened();

-- name: declaration_stays
-- Whose it is, of what kind and since when is never so much as named by a change.
CREATE OR REPLACE TRIGGER declaration_stays BEFORE DELETE OR TRUNCATE OR UPDATE OF id, user_id, code_type, declared_at ON identity_declaration
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: declaration_sealed
CREATE OR REPLACE TRIGGER declaration_sealed AFTER INSERT ON identity_declaration
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: declaration_sealed_anew
CREATE OR REPLACE TRIGGER declaration_sealed_anew BEFORE UPDATE ON identity_declaration
    FOR EACH ROW WHEN ((NEW.code_sealed, NEW.key_id) IS DISTINCT FROM (OLD.code_sealed, OLD.key_id))
    EXECUTE FUNCTION identity_guard_new_seal();

-- name: settle_declaration
-- Enter what an officer declares: gives '' when it is entered, or why not. A code that leads to a person does so under the name that was
-- given and to somebody alive; one that nobody knows yet is kept, and leads there once the person is known. Runs with the owner's rights; the
-- owner alone calls it for another (at the server).
CREATE OR REPLACE FUNCTION identity_settle_declaration(officer bigint, kind text, hashes bytea[], tags bytea[], sealed bytea, key text)
    RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    known record;
BEGIN
    PERFORM FROM identity_user WHERE id = officer FOR NO KEY UPDATE;
    IF identity_declared(officer) THEN
        RETURN 'declared';
    END IF;
    SELECT c.name_tag, p.died, p.minor_rank > p.identity_rank AS minor INTO known
        FROM identity_code c JOIN identity_person p USING (subject_id) WHERE c.code_hash = ANY(hashes) LIMIT 1;
    IF FOUND AND (known.name_tag <> ALL(tags) OR known.died IS NOT NULL OR known.minor) THEN
        RETURN 'unfit';
    END IF;
    INSERT INTO identity_declaration (user_id, code_type, code_hashes, code_sealed, key_id, declared_at)
        VALUES (officer, kind, hashes, sealed, key, transaction_timestamp());
    RETURN '';
END
$$;

-- name: declare
-- The same for whoever speaks, and for nobody else.
CREATE OR REPLACE FUNCTION identity_declare(kind text, hashes bytea[], tags bytea[], sealed bytea, key text)
    RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := (SELECT u.id FROM identity_user u JOIN identity_speaker() s ON u.login = s.name AND u.organisation_id = s.organisation);
BEGIN
    IF me IS NULL THEN
        RAISE EXCEPTION 'an officer declares who they are themselves' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN identity_settle_declaration(me, kind, hashes, tags, sealed, key);
END
$$;

-- name: guard_entry
-- Nobody looks themselves up at the desk: the person's own page shows them everything, free of charge and without a reason.
CREATE OR REPLACE FUNCTION identity_guard_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    officer bigint := (SELECT u.id FROM identity_user u WHERE u.login = NEW.officer AND u.organisation_id IS NOT NULL);
BEGIN
    IF officer IS NOT NULL THEN
        PERFORM identity_refuse_oneself(officer, ARRAY[NEW.subject_id]);
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_entry_trigger
-- Whichever way an officer asks: only organisations' own systems have names that aren't officers'. A check of a real name (SM-…) tells nothing that whoever asks didn't bring along.
CREATE OR REPLACE TRIGGER access_entry_about_another BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.channel NOT IN ('api', 'batch') AND NEW.purpose NOT LIKE 'SM-%')
    EXECUTE FUNCTION identity_guard_entry();

-- name: declaration_rows
-- At the desk an officer sees that they declared, and when; the administration sees since when each did. Code, hash and person nobody sees.
ALTER TABLE identity_declaration ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_declaration ON identity_declaration;
CREATE POLICY own_declaration ON identity_declaration FOR SELECT TO {app}
    USING (user_id IN (SELECT u.id FROM identity_user u WHERE u.login = (SELECT s.name FROM identity_speaker() s)));
DROP POLICY IF EXISTS administered_declaration ON identity_declaration;
CREATE POLICY administered_declaration ON identity_declaration TO {admin} USING (true);

-- name: declaration_grants
REVOKE ALL ON FUNCTION identity_officer_subject(bigint), identity_declared(bigint), identity_one_person(bigint, bigint),
    identity_refuse_oneself(bigint, bigint[]), identity_refuse_one_person(bigint, bigint), identity_hands(bigint[], bigint),
    identity_excluded_by_another_account(bigint, text, date, date), identity_guard_declaration(), identity_guard_declared_roles(),
    identity_guard_reopened(), identity_settle_declaration(bigint, text, bytea[], bytea[], bytea, text),
    identity_declare(text, bytea[], bytea[], bytea, text), identity_guard_entry() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_hands(bigint[], bigint), identity_declare(text, bytea[], bytea[], bytea, text) TO {app}, {admin};
GRANT SELECT (user_id, declared_at, reopened_at) ON identity_declaration TO {app};
GRANT SELECT (id, user_id, declared_at, reopened_at), UPDATE (reopened_at, reopened_by_id, reopening_reason)
    ON identity_declaration TO {admin};
