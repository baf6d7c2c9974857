-- name: guard_pushed
-- A system in force pushes a request for its own organisation, under a duty that needs leave and for no more than it lets be seen and kept; it holds
-- for ten minutes, and leads back to an address that a second person approved.
CREATE OR REPLACE FUNCTION sharing_guard_pushed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
                   WHERE s.name = NEW.client_id AND o.code = NEW.organisation) OR split_part(NEW.officer, '/', 1) <> NEW.client_id THEN
        RAISE EXCEPTION 'a system pushes a request of its own' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_client_redirect_live r
                   WHERE r.client_id = NEW.client_id AND r.address = NEW.redirect) THEN
        RAISE EXCEPTION 'a browser is led back to an address that was approved' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM sharing_duty d WHERE d.id = NEW.duty_id AND d.needs = 'authorisation' AND NEW.items <@ d.items
                   AND NEW.keep_days <= coalesce(d.keep_days, 0)) OR NOT sharing_enrolled_for(NEW.organisation, NEW.duty_id) THEN
        RAISE EXCEPTION 'no more is pushed than the duty lets be seen and kept' USING ERRCODE = 'check_violation';
    END IF;
    NEW.at := clock_timestamp();
    NEW.expires_at := NEW.at + interval '10 minutes';
    RETURN NEW;
END
$$;

-- name: guard_pushed_trigger
CREATE OR REPLACE TRIGGER pushed_guarded BEFORE INSERT ON sharing_pushed FOR EACH ROW EXECUTE FUNCTION sharing_guard_pushed();

-- name: pushed_append_only
-- Deleting has guards of its own (locks_over.sql), here and below.
CREATE OR REPLACE TRIGGER pushed_append_only BEFORE UPDATE OR TRUNCATE ON sharing_pushed
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_pushed_answer
-- Decided while the request holds, by a person who speaks for themselves; what was granted was asked for by this request.
CREATE OR REPLACE FUNCTION sharing_guard_pushed_answer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked sharing_pushed;
BEGIN
    SELECT p.* INTO asked FROM sharing_pushed p WHERE p.id = NEW.pushed_id FOR NO KEY UPDATE;
    IF asked.expires_at <= clock_timestamp() OR identity_person_speaking() IS NULL THEN
        RAISE EXCEPTION 'a pushed request is decided while it holds, by a person' USING ERRCODE = 'check_violation';
    END IF;
    NEW.at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_pushed_answer_trigger
CREATE OR REPLACE TRIGGER pushed_answer_guarded BEFORE INSERT ON sharing_pushed_answer
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_pushed_answer();

-- name: pushed_answer_append_only
CREATE OR REPLACE TRIGGER pushed_answer_append_only BEFORE UPDATE OR TRUNCATE ON sharing_pushed_answer
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_code_exchange
-- A code is exchanged within a minute of being made, while its client and the address still stand; after that it is only noted, once, that it
-- was shown again.
CREATE OR REPLACE FUNCTION sharing_guard_code_exchange() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.reused_at IS NOT NULL OR NEW.reused_at IS NULL OR (NEW.answer_id, NEW.at) IS DISTINCT FROM (OLD.answer_id, OLD.at) THEN
            RAISE EXCEPTION 'of an exchange it is noted once that its code was shown again' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM sharing_pushed_answer a WHERE a.pushed_id = NEW.answer_id AND a.code_digest IS NOT NULL
                   AND clock_timestamp() < a.at + interval '60 seconds') OR NEW.reused_at IS NOT NULL THEN
        RAISE EXCEPTION 'a code is exchanged within a minute' USING ERRCODE = 'check_violation';
    END IF;
    NEW.at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_code_exchange_trigger
CREATE OR REPLACE TRIGGER code_exchange_guarded BEFORE INSERT OR UPDATE ON sharing_code_exchange
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_code_exchange();

-- name: code_exchange_stays
CREATE OR REPLACE TRIGGER code_exchange_stays BEFORE TRUNCATE ON sharing_code_exchange
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: refuse_unpushed
-- What a person grants in the browser was pushed as it stands, by that system, and is granted by that person while it holds and nobody decided.
CREATE OR REPLACE FUNCTION sharing_refuse_unpushed(granted sharing_authorisation) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF identity_person_speaking() IS DISTINCT FROM granted.subject_id OR NOT EXISTS (
        SELECT FROM sharing_pushed p
        WHERE clock_timestamp() < p.expires_at AND NOT EXISTS (SELECT FROM sharing_pushed_answer a WHERE a.pushed_id = p.id)
          AND (p.organisation, p.officer, p.duty_id, p.items, p.once, p.valid_until, p.announces, p.keep_days, p.reason, p.reference)
              = (granted.organisation, granted.officer, granted.duty_id, granted.items, granted.once, granted.valid_until, granted.announces,
                 granted.keep_days, granted.reason, granted.reference)) THEN
        RAISE EXCEPTION 'a person grants in the browser what was pushed for them' USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- name: push_request
-- Push a request for the system that is spoken for; its guard looks at the rest.
CREATE OR REPLACE FUNCTION sharing_push_request(reference_digest bytea, officer text, redirect text, state text, challenge text, duty bigint,
    wanted varchar[], once boolean, until date, announcing boolean, keep integer, erase date, why text, case_number text) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO sharing_pushed (digest, client_id, organisation, officer, redirect, state, challenge, duty_id, items, once, valid_until, announces,
                                keep_days, erase_by, reason, reference, at, expires_at)
    SELECT reference_digest, s.name, o.code, s.name || '/' || officer, redirect, state, challenge, duty, wanted, once, until, announcing, keep, erase,
           why, case_number, clock_timestamp(), clock_timestamp()
    FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
$$;

-- name: pushed_request
-- What was pushed under a reference, while it holds and nobody decided, for a person who speaks for themselves.
CREATE OR REPLACE FUNCTION sharing_pushed_request(reference_digest bytea, client text)
    RETURNS TABLE (id bigint, organisation varchar, duty_id bigint, items varchar[], once boolean, valid_until date, announces boolean, keep_days integer,
                   erase_by date, reason varchar, at timestamptz, expires_at timestamptz, redirect varchar, state varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF identity_person_speaking() IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT p.id, coalesce(o.name, p.organisation), p.duty_id, p.items, p.once, p.valid_until, p.announces, p.keep_days, p.erase_by, p.reason,
           p.at, p.expires_at, p.redirect, p.state
    FROM sharing_pushed p JOIN identity_client_redirect_live r ON r.client_id = p.client_id AND r.address = p.redirect
    LEFT JOIN identity_organisation o ON o.code = p.organisation
    WHERE p.digest = reference_digest AND p.client_id = client AND clock_timestamp() < p.expires_at
      AND NOT EXISTS (SELECT FROM sharing_pushed_answer a WHERE a.pushed_id = p.id);
END
$$;

-- name: decide_pushed
-- Whoever speaks for themselves decides about what was pushed: grants what is asked or less, for which a code is made, or doesn't, of which nothing
-- is kept but that the reference is used. False where there is nothing to decide.
CREATE OR REPLACE FUNCTION sharing_decide_pushed(reference_digest bytea, client text, label text, lapses date, kept varchar[], just_once boolean,
    until date, announcing boolean, proof text, code bytea) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asked sharing_pushed;
    given bigint;
BEGIN
    SELECT p.* INTO asked FROM sharing_pushed p WHERE p.digest = reference_digest AND p.client_id = client FOR NO KEY UPDATE;
    IF asked.id IS NULL OR EXISTS (SELECT FROM sharing_pushed_answer a WHERE a.pushed_id = asked.id) THEN
        RETURN false;
    END IF;
    IF code IS NOT NULL THEN
        INSERT INTO sharing_authorisation (number, subject_id, undelivered, organisation, officer, duty_id, items, once, valid_until, announces,
                                           keep_days, erase_by, reason, reference, channel, asked_at, lapses_on)
        VALUES (label, identity_person_speaking(), '', asked.organisation, asked.officer, asked.duty_id, asked.items, asked.once, asked.valid_until,
                asked.announces, asked.keep_days, asked.erase_by, asked.reason, asked.reference, 'browser', clock_timestamp(), lapses) RETURNING id INTO given;
        INSERT INTO sharing_authorisation_event (authorisation_id, kind, at, items, once, valid_until, announces, receipt, channel, due_on,
                                                 due_estimated)
        VALUES (given, 'granted', clock_timestamp(), kept, just_once, until, announcing, proof, 'person', NULL, false);
    END IF;
    INSERT INTO sharing_pushed_answer (pushed_id, authorisation_id, code_digest, at) VALUES (asked.id, given, code, clock_timestamp());
    RETURN true;
END
$$;

-- name: exchange_code
-- Exchange a code, once, for what was granted: by the system that pushed the request, with the same address and the verifier of its challenge. A
-- code that is shown again gives nothing, and ends the token that it gave.
CREATE OR REPLACE FUNCTION sharing_exchange_code(code bytea, led_to text, proved text)
    RETURNS TABLE (number varchar, subject_id bigint, items varchar[], once boolean, valid_until date, announces boolean, duty varchar)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    found record;
BEGIN
    SELECT a.pushed_id, a.authorisation_id, a.at INTO found FROM sharing_pushed_answer a JOIN sharing_pushed p ON p.id = a.pushed_id
    WHERE a.code_digest = code AND p.client_id = (SELECT s.name FROM identity_speaker() s) AND p.redirect = led_to AND p.challenge = proved
    FOR NO KEY UPDATE OF a;
    IF found.pushed_id IS NULL THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM sharing_code_exchange x WHERE x.answer_id = found.pushed_id) THEN
        UPDATE sharing_code_exchange SET reused_at = clock_timestamp() WHERE answer_id = found.pushed_id AND reused_at IS NULL;
        RETURN;
    END IF;
    IF clock_timestamp() >= found.at + interval '60 seconds' THEN
        RETURN;
    END IF;
    INSERT INTO sharing_code_exchange (answer_id, at) VALUES (found.pushed_id, clock_timestamp());
    RETURN QUERY SELECT g.number, identity_lead(g.subject_id), l.items, l.once, l.valid_until, l.announces, d.code
        FROM sharing_authorisation g CROSS JOIN LATERAL sharing_authorisation_last(g.id) l JOIN sharing_duty d ON d.id = g.duty_id
        WHERE g.id = found.authorisation_id;
END
$$;

-- name: bound_token_stands
-- Whether the token that an authorisation's code gave still counts: the code was exchanged and not shown again.
CREATE OR REPLACE FUNCTION sharing_bound_token_stands(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM sharing_authorisation g JOIN sharing_pushed_answer a ON a.authorisation_id = g.id
                   JOIN sharing_code_exchange x ON x.answer_id = a.pushed_id WHERE g.number = wanted AND x.reused_at IS NULL)
$$;

-- name: pushed_grants
REVOKE ALL ON FUNCTION sharing_guard_pushed(), sharing_guard_pushed_answer(), sharing_guard_code_exchange(),
    sharing_refuse_unpushed(sharing_authorisation),
    sharing_push_request(bytea, text, text, text, text, bigint, varchar[], boolean, date, boolean, integer, date, text, text),
    sharing_pushed_request(bytea, text), sharing_decide_pushed(bytea, text, text, date, varchar[], boolean, date, boolean, text, bytea),
    sharing_exchange_code(bytea, text, text), sharing_bound_token_stands(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_push_request(bytea, text, text, text, text, bigint, varchar[], boolean, date, boolean, integer, date, text, text),
    sharing_pushed_request(bytea, text), sharing_decide_pushed(bytea, text, text, date, varchar[], boolean, date, boolean, text, bytea),
    sharing_exchange_code(bytea, text, text), sharing_bound_token_stands(text) TO {app};
