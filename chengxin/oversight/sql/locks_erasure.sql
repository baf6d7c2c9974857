-- name: stored_from
-- What organisations may have stored of a month that is over: answers under duties whose answers may be stored, and for how many days.
CREATE OR REPLACE FUNCTION oversight_stored(first_day date) RETURNS TABLE (organisation varchar, duty varchar, answers bigint, keep_days integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.organisation, a.duty, count(*), d.keep_days
    FROM oversight_look_ups(first_day, (first_day + interval '1 month')::date - 1) a
    JOIN sharing_duty d ON d.code = a.duty AND d.may_store
    WHERE a.outcome IN ('answered', 'empty')
    GROUP BY a.organisation, a.duty, d.keep_days
$$;

-- name: owe_erasures
-- Note what certificates are owed for a month that is over, each once; gives how many are new.
CREATE OR REPLACE FUNCTION oversight_owe(first_day date, owed jsonb) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO oversight_erasure (organisation_id, duty, month, answers, erase_by, due_on, due_estimated, copies, law)
    SELECT o.id, t.duty, first_day, s.answers, t.erase_by, t.due_on, t.due_estimated, '', ''
    FROM jsonb_to_recordset(owed) AS t (organisation varchar, duty varchar, erase_by date, due_on date, due_estimated boolean)
    JOIN oversight_stored(first_day) s ON s.organisation = t.organisation AND s.duty = t.duty
    JOIN identity_organisation o ON o.code = t.organisation
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: guard_erasure
-- Stated once, by an officer who declared who they are and speaks for the organisation that owes it, and changed in nothing else.
CREATE OR REPLACE FUNCTION oversight_guard_erasure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parts text[] := ARRAY['copies', 'law', 'stated_by_id', 'stated_at'];
BEGIN
    IF OLD.stated_at IS NOT NULL OR to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts THEN
        RAISE EXCEPTION 'an erasure is stated once, and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_speaker() s JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
                   WHERE s.organisation = OLD.organisation_id AND u.id = NEW.stated_by_id) THEN
        RAISE EXCEPTION 'an erasure is stated by an officer of the organisation' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(NEW.stated_by_id, '{}');
    NEW.stated_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_erasure_trigger
CREATE OR REPLACE TRIGGER erasure_guarded BEFORE UPDATE ON oversight_erasure FOR EACH ROW EXECUTE FUNCTION oversight_guard_erasure();

-- name: erasure_stays
CREATE OR REPLACE TRIGGER erasure_stays BEFORE DELETE OR TRUNCATE ON oversight_erasure
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: erasures_of
-- The certificates that the organisation which is spoken for owes or gave; a reviewer's are those of every organisation but their own.
CREATE OR REPLACE FUNCTION oversight_erasures(most integer) RETURNS TABLE (id bigint, organisation varchar, duty varchar, duty_name varchar, month date,
    answers integer, erase_by date, due_on date, due_estimated boolean, copies varchar, law varchar, stated_by varchar, stated_at timestamptz,
    mine boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    own bigint := (SELECT s.organisation FROM identity_speaker() s);
    reviews boolean := (SELECT r.officer IS NOT NULL FROM identity_reviewer_speaks() r);
BEGIN
    RETURN QUERY
    SELECT e.id, o.name, e.duty, coalesce(d.name, e.duty), e.month, e.answers, e.erase_by, e.due_on, e.due_estimated, e.copies, e.law,
           coalesce(u.login, ''), e.stated_at, e.organisation_id = own
    FROM oversight_erasure e
    JOIN identity_organisation o ON o.id = e.organisation_id
    LEFT JOIN sharing_duty d ON d.code = e.duty
    LEFT JOIN identity_user u ON u.id = e.stated_by_id
    WHERE (e.organisation_id = own) <> coalesce(reviews, false) AND own IS NOT NULL
    ORDER BY e.stated_at IS NOT NULL, e.id DESC LIMIT most;
END
$$;

-- name: state_erasure
-- The officer who speaks states what became of the copies; gives whether there was something to state.
CREATE OR REPLACE FUNCTION oversight_state(wanted bigint, what varchar, which varchar) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE oversight_erasure e SET copies = what, law = which, stated_by_id = u.id, stated_at = clock_timestamp()
    FROM identity_speaker() s JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
    WHERE e.id = wanted AND e.organisation_id = s.organisation AND e.stated_at IS NULL;
    RETURN FOUND;
END
$$;

-- name: find_late_erasure
-- Certificates that were due on this day and weren't given, with the entries of the month that they are about.
CREATE OR REPLACE FUNCTION oversight_find_late_erasure(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT o.code, ''::varchar, e.duty, 0::bigint, e.answers::bigint, e.answers::bigint, 0::numeric, 0::bigint, l.subjects, l.entries
    FROM oversight_erasure e
    JOIN identity_organisation o ON o.id = e.organisation_id
    CROSS JOIN LATERAL (
        SELECT (array_agg(a.subject_id ORDER BY a.entry_id))[1:1000] AS subjects, (array_agg(a.entry_id ORDER BY a.entry_id))[1:1000] AS entries
        FROM oversight_look_ups(e.month, (e.month + interval '1 month')::date - 1) a
        WHERE a.organisation = o.code AND a.duty = e.duty AND a.outcome IN ('answered', 'empty')) l
    WHERE e.due_on = day AND (e.stated_at IS NULL OR (e.stated_at AT TIME ZONE 'Asia/Shanghai')::date > day) AND l.entries IS NOT NULL;
END
$$;

-- name: erasure_grants
REVOKE ALL ON FUNCTION oversight_stored(date), oversight_owe(date, jsonb), oversight_guard_erasure(), oversight_erasures(integer),
    oversight_state(bigint, varchar, varchar), oversight_find_late_erasure(date, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_stored(date), oversight_owe(date, jsonb), oversight_find_late_erasure(date, jsonb) TO {intake};
GRANT EXECUTE ON FUNCTION oversight_erasures(integer), oversight_state(bigint, varchar, varchar) TO {app};
