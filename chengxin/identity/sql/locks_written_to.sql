-- name: sandbox_contact
-- A sandbox's persons are made up: an address there could only be somebody else's.
CREATE OR REPLACE FUNCTION identity_guard_sandbox_contact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF ground_kind() = 'sandbox' THEN
        RAISE EXCEPTION 'nobody is written to from a sandbox' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: sandbox_contact_trigger
CREATE OR REPLACE TRIGGER contact_in_no_sandbox BEFORE INSERT ON identity_contact
    FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_sandbox_contact();

-- name: contact_sealed
CREATE OR REPLACE TRIGGER contact_sealed AFTER INSERT ON identity_contact
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: contact_sealed_anew
CREATE OR REPLACE TRIGGER contact_sealed_anew BEFORE UPDATE ON identity_contact
    FOR EACH ROW WHEN ((NEW.value_sealed, NEW.key_id) IS DISTINCT FROM (OLD.value_sealed, OLD.key_id))
    EXECUTE FUNCTION identity_guard_new_seal();

-- name: guard_contact
-- Begins unproven. Is proven once, while a code sent to it stands; whose and of what kind it is never changes.
CREATE OR REPLACE FUNCTION identity_guard_contact() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.confirmed_at, NEW.code_digest) IS DISTINCT FROM (NULL, NULL) THEN
        RAISE EXCEPTION 'a contact is proven after it is entered' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.subject_id, NEW.way, NEW.made_at) IS DISTINCT FROM (OLD.subject_id, OLD.way, OLD.made_at) THEN
        RAISE EXCEPTION 'whose contact it is never changes' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at
       AND (NOT coalesce(OLD.code_until > transaction_timestamp(), false) OR OLD.wrong >= 5) THEN
        RAISE EXCEPTION 'a contact is proven once, by a code that stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_contact_trigger
CREATE OR REPLACE TRIGGER contact_guarded BEFORE INSERT OR UPDATE ON identity_contact
    FOR EACH ROW EXECUTE FUNCTION identity_guard_contact();

-- name: guard_notice
-- To a proven contact alone; what was sent or given up stays so.
CREATE OR REPLACE FUNCTION identity_guard_notice() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM identity_contact c WHERE c.id = NEW.contact_id AND c.confirmed_at IS NOT NULL) THEN
        RAISE EXCEPTION 'only a proven contact is written to' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND coalesce(OLD.sent_at, OLD.given_up_at) IS NOT NULL THEN
        RAISE EXCEPTION 'a notice ends once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_notice_trigger
CREATE OR REPLACE TRIGGER notice_guarded BEFORE INSERT OR UPDATE ON identity_notice
    FOR EACH ROW EXECUTE FUNCTION identity_guard_notice();

-- name: own_contacts
-- This and what a person does to their addresses takes the person from the claim of the transaction (locks_self.sql), never from its caller.
CREATE OR REPLACE FUNCTION identity_own_contacts() RETURNS SETOF identity_contact LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY SELECT c.* FROM identity_contact c WHERE c.subject_id IN (SELECT identity_held_by(me)) ORDER BY c.way, c.id;
END
$$;

-- name: count_code
-- One more code today; false when there were enough.
CREATE OR REPLACE FUNCTION identity_count_code(subject bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO identity_contact_day AS d (subject_id, day, codes)
        VALUES (subject, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date, 1)
        ON CONFLICT (subject_id, day) DO UPDATE SET codes = d.codes + 1 WHERE d.codes < 5;
    RETURN FOUND;
END
$$;

-- name: add_contact
-- Enter an unproven contact in place of another unproven one; its number, or none when too many codes were asked for today.
CREATE OR REPLACE FUNCTION identity_add_contact(by_way text, sealed bytea, key text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
    made bigint;
BEGIN
    IF NOT identity_count_code(me) THEN
        RETURN NULL;
    END IF;
    DELETE FROM identity_contact c WHERE c.subject_id IN (SELECT identity_held_by(me)) AND c.way = by_way AND c.confirmed_at IS NULL;
    INSERT INTO identity_contact (subject_id, way, value_sealed, key_id, made_at) VALUES (me, by_way, sealed, key, transaction_timestamp())
        RETURNING id INTO made;
    RETURN made;
END
$$;

-- name: code_again
-- Whether another code may be sent to the person's unproven contact.
CREATE OR REPLACE FUNCTION identity_code_again(contact bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    PERFORM FROM identity_contact c WHERE c.id = contact AND c.subject_id IN (SELECT identity_held_by(me)) AND c.confirmed_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    RETURN identity_count_code(me);
END
$$;

-- name: prove_contact
-- Compare a code with the one that was sent: 'proven', 'wrong', or 'spent' when none stands any more. The person's earlier address of that kind goes.
CREATE OR REPLACE FUNCTION identity_prove_contact(contact bigint, digest bytea) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
    held identity_contact;
    earlier bigint[];
BEGIN
    SELECT * INTO held FROM identity_contact c
        WHERE c.id = contact AND c.subject_id IN (SELECT identity_held_by(me)) AND c.confirmed_at IS NULL FOR UPDATE;
    IF NOT coalesce(held.code_until > transaction_timestamp(), false) OR held.wrong >= 5 THEN
        RETURN 'spent';
    END IF;
    IF held.code_digest <> digest THEN
        UPDATE identity_contact SET wrong = wrong + 1 WHERE id = contact;
        RETURN CASE WHEN held.wrong = 4 THEN 'spent' ELSE 'wrong' END;
    END IF;
    SELECT array_agg(c.id) INTO earlier FROM identity_contact c
        WHERE c.subject_id IN (SELECT identity_held_by(me)) AND c.way = held.way AND c.confirmed_at IS NOT NULL;
    DELETE FROM identity_notice n WHERE n.contact_id = ANY(earlier);
    DELETE FROM identity_contact c WHERE c.id = ANY(earlier);
    UPDATE identity_contact SET confirmed_at = transaction_timestamp(), code_digest = NULL, code_until = NULL WHERE id = contact;
    RETURN 'proven';
END
$$;

-- name: drop_contact
CREATE OR REPLACE FUNCTION identity_drop_contact(contact bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    PERFORM FROM identity_contact c WHERE c.id = contact AND c.subject_id IN (SELECT identity_held_by(me)) FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM identity_notice n WHERE n.contact_id = contact;
    DELETE FROM identity_contact c WHERE c.id = contact;
    RETURN true;
END
$$;

-- name: quiet_contact
CREATE OR REPLACE FUNCTION identity_quiet_contact(contact bigint, kinds text[]) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    UPDATE identity_contact c SET quiet = kinds WHERE c.id = contact AND c.subject_id IN (SELECT identity_held_by(me));
    RETURN FOUND;
END
$$;

-- name: take_code
-- The worker puts down a fresh code's digest and gets the address it goes to; nothing when the contact is gone or proven.
CREATE OR REPLACE FUNCTION identity_take_code(contact bigint, digest bytea, until timestamptz)
    RETURNS TABLE (way varchar, value_sealed bytea, key_id varchar) LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE identity_contact c SET code_digest = digest, code_until = until, wrong = 0 WHERE c.id = contact AND c.confirmed_at IS NULL
        RETURNING c.way, c.value_sealed, c.key_id
$$;

-- name: make_notices
-- Put down whom to tell of what the register told in the last three days: those alive, at proven contacts, of what came after the proof and is
-- no kind they don't want sent. What ended a month ago goes, and so do unproven contacts and counts of codes of days gone by.
CREATE OR REPLACE FUNCTION identity_make_notices(moment timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    DELETE FROM identity_notice n WHERE coalesce(n.sent_at, n.given_up_at) < moment - interval '30 days';
    DELETE FROM identity_contact c WHERE c.confirmed_at IS NULL AND c.made_at < moment - interval '1 day';
    DELETE FROM identity_contact_day d WHERE d.day < (moment AT TIME ZONE 'Asia/Shanghai')::date;
    INSERT INTO identity_notice (contact_id, message_id, due_at)
        SELECT c.id, m.id, moment
        FROM ground_message m
        JOIN identity_person p ON p.subject_id = identity_lead(m.subject_id) AND p.died IS NULL
        CROSS JOIN LATERAL identity_held_by(p.subject_id) AS held (subject_id)
        JOIN identity_contact c ON c.subject_id = held.subject_id AND c.confirmed_at < m.at AND m.kind <> ALL(c.quiet)
        WHERE m.at > moment - interval '3 days' AND m.at <= moment
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: take_notices
-- Claim what is due for one contact, as one letter, and put its next try off, so that whoever is killed while sending is followed by another.
CREATE OR REPLACE FUNCTION identity_take_notices(moment timestamptz)
    RETURNS TABLE (contact bigint, way varchar, value_sealed bytea, key_id varchar, notices bigint[], tries smallint)
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH next AS (
        SELECT n.contact_id FROM identity_notice n
        WHERE n.sent_at IS NULL AND n.given_up_at IS NULL AND n.due_at <= moment ORDER BY n.due_at, n.id LIMIT 1 FOR UPDATE SKIP LOCKED),
    claimed AS (
        UPDATE identity_notice n SET tries = n.tries + 1, due_at = moment + interval '1 minute' * (1 << n.tries)
        FROM next WHERE n.contact_id = next.contact_id AND n.sent_at IS NULL AND n.given_up_at IS NULL AND n.due_at <= moment
        RETURNING n.id, n.contact_id, n.tries)
    SELECT c.id, c.way, c.value_sealed, c.key_id, array_agg(k.id ORDER BY k.id), max(k.tries)
    FROM claimed k JOIN identity_contact c ON c.id = k.contact_id GROUP BY c.id
$$;

-- name: settle_notices
CREATE OR REPLACE FUNCTION identity_settle_notices(numbers bigint[], sent timestamptz, given_up timestamptz, answered text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE identity_notice n SET sent_at = sent, given_up_at = given_up, answer = answered WHERE n.id = ANY(numbers)
$$;

-- name: contact_grants
REVOKE ALL ON FUNCTION identity_own_contacts(), identity_count_code(bigint), identity_add_contact(text, bytea, text), identity_code_again(bigint),
    identity_prove_contact(bigint, bytea), identity_drop_contact(bigint), identity_quiet_contact(bigint, text[]),
    identity_take_code(bigint, bytea, timestamptz), identity_make_notices(timestamptz), identity_take_notices(timestamptz),
    identity_settle_notices(bigint[], timestamptz, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_own_contacts(), identity_add_contact(text, bytea, text), identity_code_again(bigint),
    identity_prove_contact(bigint, bytea), identity_drop_contact(bigint), identity_quiet_contact(bigint, text[]) TO {app};
GRANT EXECUTE ON FUNCTION identity_take_code(bigint, bytea, timestamptz), identity_make_notices(timestamptz), identity_take_notices(timestamptz),
    identity_settle_notices(bigint[], timestamptz, timestamptz, text) TO {intake};
