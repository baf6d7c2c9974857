-- name: enrolled_for
-- Whether an organisation stands enrolled for a duty today.
CREATE OR REPLACE FUNCTION sharing_enrolled_for(asker text, wanted bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM sharing_standing s WHERE s.organisation = asker AND s.duty_id = wanted)
$$;

-- name: authorisation_last
-- What was done last with an authorisation; a row of nothing where the person did nothing yet.
CREATE OR REPLACE FUNCTION sharing_authorisation_last(wanted bigint) RETURNS sharing_authorisation_event LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.* FROM sharing_authorisation_event e WHERE e.authorisation_id = wanted ORDER BY e.id DESC LIMIT 1
$$;

-- name: authorisation_state
-- How an authorisation stands today: waits or lapsed before it is answered; refused, withdrawn; over, used, suspended (the organisation stands
-- enrolled for the duty no more), or it stands.
CREATE OR REPLACE FUNCTION sharing_authorisation_state(asked sharing_authorisation) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN l.kind IN ('refused', 'withdrawn') THEN l.kind
                WHEN l.kind IS NULL AND (asked.lapses_on <= d.today OR asked.valid_until <= d.today OR NOT s.enrolled) THEN 'lapsed'
                WHEN l.kind IS NULL THEN 'waits'
                WHEN l.once AND EXISTS (SELECT FROM sharing_authorisation_use u WHERE u.authorisation_id = asked.id) THEN 'used'
                WHEN l.valid_until <= d.today THEN 'over'
                WHEN NOT s.enrolled THEN 'suspended'
                ELSE 'stands' END
    FROM (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    CROSS JOIN LATERAL sharing_authorisation_last(asked.id) l
    CROSS JOIN LATERAL (SELECT sharing_enrolled_for(asked.organisation, asked.duty_id) AS enrolled) s
$$;

-- name: guard_authorisation
-- Whoever asks, an officer or by the interface a system in force, asks for their own organisation, which stands enrolled for a duty that needs the person's leave: for no more than the duty lets be
-- seen and kept, until a day within the longest period. It reaches somebody who lives, who isn't the officer, and who wasn't asked the same
-- within the term.
CREATE OR REPLACE FUNCTION sharing_guard_authorisation() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    by_system boolean := NEW.channel IN ('api', 'browser');
    asker record;
    duty sharing_duty;
BEGIN
    IF NEW.channel = 'browser' THEN
        PERFORM sharing_refuse_unpushed(NEW);
    END IF;
    SELECT o.code, u.id INTO asker FROM identity_organisation o LEFT JOIN identity_speaker() s ON o.id = s.organisation
        LEFT JOIN identity_user u ON u.login = CASE WHEN by_system THEN split_part(NEW.officer, '/', 2) ELSE NEW.officer END
                                     AND u.organisation_id = o.id
        WHERE CASE WHEN NEW.channel = 'browser' THEN o.code = NEW.organisation ELSE s.name = NEW.officer END;
    IF asker.code IS DISTINCT FROM NEW.organisation OR asker.id IS NULL AND NOT by_system
       OR by_system AND NOT EXISTS (SELECT FROM identity_client_live l
                                    WHERE l.client_id = split_part(NEW.officer, '/', 1) AND l.organisation = NEW.organisation) THEN
        RAISE EXCEPTION 'an officer asks for their own organisation' USING ERRCODE = 'check_violation';
    END IF;
    SELECT d.* INTO duty FROM sharing_duty d WHERE d.id = NEW.duty_id AND d.needs = 'authorisation';
    IF duty.id IS NULL OR NOT sharing_enrolled_for(NEW.organisation, NEW.duty_id) THEN
        RAISE EXCEPTION 'who asks for leave stands enrolled for a duty that needs it' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT NEW.items <@ duty.items OR NEW.keep_days > coalesce(duty.keep_days, 0)
       OR NEW.erase_by IS DISTINCT FROM (CASE WHEN NEW.keep_days > 0 THEN NEW.valid_until + NEW.keep_days END) THEN
        RAISE EXCEPTION 'no more is asked for than the duty lets be seen and kept' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.valid_until <= today OR NEW.valid_until > today + make_interval(months => sharing_authorisation_number('authorisation-periods', 'longest'))
       OR NEW.lapses_on <> today + sharing_authorisation_number('authorisation-requests', 'answer') THEN
        RAISE EXCEPTION 'leave is asked for a period, and waits its days' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.reason || NEW.reference ~ '(?<![0-9])[1-9][0-9]{5}(18|19|20)[0-9]{2}[0-9]{4}[0-9]{3}[0-9Xx]' THEN
        RAISE EXCEPTION 'a reason holds no identity code' USING ERRCODE = 'check_violation';
    END IF;
    IF asker.id IS NOT NULL THEN
        PERFORM identity_refuse_oneself(asker.id, array_remove(ARRAY[NEW.subject_id], 0));
    END IF;
    IF NEW.subject_id > 0 THEN
        IF NOT EXISTS (SELECT FROM identity_person p WHERE p.subject_id = NEW.subject_id AND p.absorbed_into_id IS NULL AND p.died IS NULL
                       AND p.minor_rank <= p.identity_rank) THEN
            RAISE EXCEPTION 'who is asked lives and is of age' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.channel <> 'browser' AND sharing_asked_lately(NEW.organisation, NEW.duty_id, NEW.subject_id) THEN
            RAISE EXCEPTION 'nobody is asked the same again and again' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    NEW.asked_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: authorisation_number
-- A legal number of authorisations as it stands today.
CREATE OR REPLACE FUNCTION sharing_authorisation_number(table_name text, wanted text) RETURNS integer LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT t.value::integer FROM records_term t
    WHERE t.name = table_name AND t.number = wanted AND t.valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    ORDER BY t.valid_from DESC LIMIT 1
$$;

-- name: asked_lately
-- Whether this organisation asked this person for this duty within the term, counted from when it was last refused or taken back; not while
-- what was granted still stands as the last word.
CREATE OR REPLACE FUNCTION sharing_asked_lately(asker text, duty bigint, subject bigint) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM sharing_authorisation a
        CROSS JOIN LATERAL sharing_authorisation_last(a.id) l
        WHERE a.subject_id IN (SELECT identity_held_by(subject)) AND a.organisation = asker AND a.duty_id = duty
          AND (l.kind IS NULL OR l.kind IN ('refused', 'withdrawn'))
          AND (greatest(a.asked_at, l.at) AT TIME ZONE 'Asia/Shanghai')::date + sharing_authorisation_number('authorisation-requests', 'again')
              > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
$$;

-- name: guard_authorisation_trigger
CREATE OR REPLACE TRIGGER authorisation_guarded BEFORE INSERT ON sharing_authorisation
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_authorisation();

-- name: authorisation_append_only
CREATE OR REPLACE TRIGGER authorisation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_authorisation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_authorisation_event
-- The person answers once, and grants what was asked for or less; narrows what stands, and makes it no wider; takes back what was granted.
-- The authorisation's row is locked, so that of two at once the second sees the first.
CREATE OR REPLACE FUNCTION sharing_guard_authorisation_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    asked sharing_authorisation;
    last sharing_authorisation_event;
    state text;
BEGIN
    SELECT a.* INTO asked FROM sharing_authorisation a WHERE a.id = NEW.authorisation_id FOR NO KEY UPDATE;
    IF NOT coalesce(CASE NEW.channel
            WHEN 'person' THEN identity_person_speaking() = identity_lead(asked.subject_id)
            WHEN 'window' THEN EXISTS (
                SELECT FROM sharing_authorisation_paper p
                WHERE p.receipt = NEW.receipt AND p.witnessed_at IS NOT NULL
                  AND (p.authorisation_id, p.kind, p.items, p.once, p.valid_until, p.announces)
                      = (NEW.authorisation_id, NEW.kind, NEW.items, NEW.once, NEW.valid_until, NEW.announces)) END, false) THEN
        RAISE EXCEPTION 'a person answers for themselves, or by a paper that was witnessed' USING ERRCODE = 'check_violation';
    END IF;
    last := sharing_authorisation_last(asked.id);
    state := sharing_authorisation_state(asked);
    IF NEW.kind IN ('granted', 'refused') AND state <> 'waits'
       OR NEW.kind IN ('narrowed', 'silenced') AND state NOT IN ('stands', 'suspended')
       OR NEW.kind = 'withdrawn' AND state NOT IN ('stands', 'suspended', 'used', 'over') THEN
        RAISE EXCEPTION 'an authorisation is answered once, and narrowed or taken back when it was granted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'granted' AND NOT (NEW.items <@ asked.items AND NEW.valid_until <= asked.valid_until AND NEW.valid_until > today
                                     AND (NEW.once OR NOT asked.once) AND asked.announces >= NEW.announces) THEN
        RAISE EXCEPTION 'what is granted was asked for' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'narrowed' AND NOT (NEW.items <@ last.items AND NEW.valid_until <= last.valid_until AND NEW.valid_until > today
                                      AND (NEW.once OR NOT last.once) AND last.announces >= NEW.announces) THEN
        RAISE EXCEPTION 'what is narrowed gets no wider' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'silenced' AND NOT (last.announces AND (NEW.items, NEW.once, NEW.valid_until) = (last.items, last.once, last.valid_until)) THEN
        RAISE EXCEPTION 'what announces changes announces none from then on, and stays' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.due_on <= today OR NEW.due_on > today + 4 * sharing_authorisation_number('authorisation-recalls', 'acknowledge') + 10 THEN
        RAISE EXCEPTION 'what is called back is acknowledged within its term' USING ERRCODE = 'check_violation';
    END IF;
    NEW.at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_authorisation_event_trigger
CREATE OR REPLACE TRIGGER authorisation_event_guarded BEFORE INSERT ON sharing_authorisation_event
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_authorisation_event();

-- name: authorisation_event_append_only
CREATE OR REPLACE TRIGGER authorisation_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_authorisation_event
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: call_back
-- Whatever is narrowed or taken back is called back from the recipient in the same transaction: the items that it has leave for no more.
CREATE OR REPLACE FUNCTION sharing_call_back() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_authorisation_recall (event_id, authorisation_id, organisation, items, told_at, due_on, due_estimated, acknowledged_by,
                                              copies, law)
    SELECT NEW.id, a.id, a.organisation, ARRAY(SELECT unnest(before.items) EXCEPT SELECT unnest(NEW.items) ORDER BY 1), NEW.at, NEW.due_on,
           NEW.due_estimated, '', '', ''
    FROM sharing_authorisation a
    CROSS JOIN LATERAL (SELECT e.items FROM sharing_authorisation_event e WHERE e.authorisation_id = a.id AND e.id < NEW.id
                        ORDER BY e.id DESC LIMIT 1) before
    WHERE a.id = NEW.authorisation_id;
    RETURN NULL;
END
$$;

-- name: call_back_trigger
CREATE OR REPLACE TRIGGER authorisation_called_back AFTER INSERT ON sharing_authorisation_event
    FOR EACH ROW WHEN (NEW.kind IN ('narrowed', 'withdrawn')) EXECUTE FUNCTION sharing_call_back();

-- name: guard_authorisation_recall
CREATE OR REPLACE FUNCTION sharing_guard_authorisation_recall() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.acknowledged_at IS NOT NULL OR (to_jsonb(NEW) - ARRAY['acknowledged_at', 'acknowledged_by', 'copies', 'law'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['acknowledged_at', 'acknowledged_by', 'copies', 'law']) THEN
        RAISE EXCEPTION 'a call-back is acknowledged once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_authorisation_recall_trigger
CREATE OR REPLACE TRIGGER authorisation_recall_guarded BEFORE UPDATE ON sharing_authorisation_recall
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_authorisation_recall();

-- name: authorisation_recall_stays
CREATE OR REPLACE TRIGGER authorisation_recall_stays BEFORE DELETE OR TRUNCATE ON sharing_authorisation_recall
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: authorisation_use_append_only
CREATE OR REPLACE TRIGGER authorisation_use_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_authorisation_use
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: request_authorisation
-- Ask a person for leave, for the organisation that is spoken for. Asked too soon after the last time it reaches nobody, and whoever asks isn't
-- told; the person is told of whatever reaches them. Says under which reason it reached nobody, for the log alone.
CREATE OR REPLACE FUNCTION sharing_request_authorisation(number text, subject bigint, nobody text, duty bigint, wanted varchar[], once boolean,
    until date, announcing boolean, keep integer, erase date, why text, case_number text, way text, lapses date) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asker record;
    reached bigint := subject;
BEGIN
    SELECT o.code, s.name INTO asker FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation;
    PERFORM pg_advisory_xact_lock(hashtextextended('authorisation ' || coalesce(asker.code, ''), duty));
    IF reached > 0 AND sharing_asked_lately(asker.code, duty, reached) THEN
        reached := 0;
        nobody := 'asked-lately';
    END IF;
    INSERT INTO sharing_authorisation (number, subject_id, undelivered, organisation, officer, duty_id, items, once, valid_until, announces, keep_days,
                                       erase_by, reason, reference, channel, asked_at, lapses_on)
    VALUES (number, reached, nobody, coalesce(asker.code, ''), coalesce(asker.name, ''), duty, wanted, once, until, announcing, keep, erase, why, case_number,
            way, clock_timestamp(), lapses);
    IF reached > 0 THEN
        INSERT INTO ground_message (subject_id, at, kind, reference)
        VALUES (reached, clock_timestamp(), 'authorisation-asked', 'authorisation:' || number);
    END IF;
    RETURN nobody;
END
$$;

-- name: own_authorisations
-- What was asked of whoever speaks for themselves, or is served at the window, the newest first, and how it stands; one where it is named.
CREATE OR REPLACE FUNCTION sharing_own_authorisations(wanted text, before bigint, most integer)
    RETURNS TABLE (id bigint, number varchar, organisation varchar, duty_id bigint, items varchar[], once boolean, valid_until date, announces boolean,
                   keep_days integer, erase_by date, reason varchar, asked_at timestamptz, lapses_on date, state text, left_items varchar[],
                   left_once boolean, left_until date, left_announces boolean, done_at timestamptz, uses bigint, subscribed_at timestamptz,
                   changes bigint, changed_at timestamptz, recall_due date, recall_estimated boolean,
                   acknowledged_at timestamptz, copies varchar, law varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_reading();
BEGIN
    RETURN QUERY
    SELECT a.id, a.number, coalesce(o.name, a.organisation), a.duty_id, a.items, a.once, a.valid_until, a.announces, a.keep_days, a.erase_by,
           a.reason, a.asked_at, a.lapses_on, sharing_authorisation_state(a), l.items, l.once, l.valid_until, l.announces, l.at,
           (SELECT count(*) FROM sharing_authorisation_use u WHERE u.authorisation_id = a.id), w.since, w.told, w.told_at, r.due_on, r.due_estimated, r.acknowledged_at,
           r.copies, r.law
    FROM sharing_authorisation a
    LEFT JOIN identity_organisation o ON o.code = a.organisation
    LEFT JOIN LATERAL sharing_authorisation_last(a.id) l ON true
    CROSS JOIN LATERAL sharing_told_of_changes(a.id) w
    LEFT JOIN LATERAL (SELECT c.* FROM sharing_authorisation_recall c WHERE c.authorisation_id = a.id ORDER BY c.event_id DESC LIMIT 1) r ON true
    WHERE a.subject_id IN (SELECT identity_held_by(me)) AND a.id < before AND (wanted = '' OR a.number = wanted)
    ORDER BY a.id DESC LIMIT most;
END
$$;

-- name: own_authorisation_events
-- What whoever speaks for themselves did with one of their authorisations, in order.
CREATE OR REPLACE FUNCTION sharing_own_authorisation_events(wanted text)
    RETURNS TABLE (kind varchar, at timestamptz, items varchar[], once boolean, valid_until date, announces boolean, receipt varchar,
                   channel varchar, due_on date, due_estimated boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT e.kind, e.at, e.items, e.once, e.valid_until, e.announces, e.receipt, e.channel, e.due_on, e.due_estimated
    FROM sharing_authorisation a JOIN sharing_authorisation_event e ON e.authorisation_id = a.id
    WHERE a.number = wanted AND a.subject_id IN (SELECT identity_held_by(me)) ORDER BY e.id;
END
$$;

-- name: answer_authorisation
-- Whoever speaks for themselves grants, refuses, narrows or takes back one of their own. False where it isn't theirs; what can't be done with it
-- is refused by its guard.
CREATE OR REPLACE FUNCTION sharing_answer_authorisation(wanted text, did text, kept varchar[], just_once boolean, until date, announcing boolean,
                                                        proof text, due date, estimated boolean)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_authorisation_event (authorisation_id, kind, at, items, once, valid_until, announces, receipt, channel, due_on, due_estimated)
    SELECT a.id, did, clock_timestamp(), kept, just_once, until, announcing, proof, 'person', due, estimated
    FROM sharing_authorisation a
    WHERE a.number = wanted AND a.subject_id IN (SELECT identity_held_by(identity_person_speaking()));
    RETURN FOUND;
END
$$;

-- name: authorisations_of
-- What the organisation that is spoken for asked for, the newest first; one of them where it is named. Not of whom: its own reference leads there. What was refused looks like
-- what wasn't answered, and like what reached nobody: it waits until it lapses.
CREATE OR REPLACE FUNCTION sharing_authorisations_of(wanted text, before bigint, most integer)
    RETURNS TABLE (id bigint, number varchar, duty_id bigint, items varchar[], once boolean, valid_until date, announces boolean, keep_days integer,
                   erase_by date, reference varchar, officer varchar, asked_at timestamptz, lapses_on date, state text, left_items varchar[],
                   left_once boolean, left_until date, left_announces boolean, uses bigint, subscribed boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    mine text := (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation);
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    RETURN QUERY
    SELECT a.id, a.number, a.duty_id, a.items, a.once, a.valid_until, a.announces, a.keep_days, a.erase_by, a.reference, a.officer,
           a.asked_at, a.lapses_on,
           CASE WHEN t.state IN ('waits', 'lapsed', 'refused') THEN CASE WHEN a.lapses_on > today THEN 'waits' ELSE 'none' END ELSE t.state END,
           CASE WHEN l.kind <> 'refused' THEN l.items END, CASE WHEN l.kind <> 'refused' THEN l.once END,
           CASE WHEN l.kind <> 'refused' THEN l.valid_until END, l.kind <> 'refused' AND l.announces,
           (SELECT count(*) FROM sharing_authorisation_use u WHERE u.authorisation_id = a.id),
           EXISTS (SELECT FROM sharing_subscription b WHERE b.authorisation_id = a.id AND sharing_subscription_stands(b))
    FROM sharing_authorisation a
    CROSS JOIN LATERAL (SELECT sharing_authorisation_state(a) AS state) t
    LEFT JOIN LATERAL sharing_authorisation_last(a.id) l ON true
    WHERE a.organisation = mine AND a.id < before AND (wanted = '' OR a.number = wanted) ORDER BY a.id DESC LIMIT most;
END
$$;

-- name: authorisation_recalls_of
-- What is called back from the organisation that is spoken for: what waits first, the one due soonest on top.
CREATE OR REPLACE FUNCTION sharing_authorisation_recalls_of(open_only boolean, most integer)
    RETURNS TABLE (id bigint, number varchar, kind varchar, reference varchar, items varchar[], told_at timestamptz, due_on date,
                   due_estimated boolean, acknowledged_at timestamptz, acknowledged_by varchar, copies varchar, law varchar)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    mine text := (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation);
BEGIN
    RETURN QUERY
    SELECT c.event_id, a.number, e.kind, a.reference, c.items, c.told_at, c.due_on, c.due_estimated, c.acknowledged_at, c.acknowledged_by,
           c.copies, c.law
    FROM sharing_authorisation_recall c JOIN sharing_authorisation a ON a.id = c.authorisation_id
    JOIN sharing_authorisation_event e ON e.id = c.event_id
    WHERE c.organisation = mine AND (c.acknowledged_at IS NULL OR NOT open_only)
    ORDER BY c.acknowledged_at IS NOT NULL, CASE WHEN c.acknowledged_at IS NULL THEN c.due_on END, c.event_id DESC LIMIT most;
END
$$;

-- name: acknowledge_authorisation_recall
-- Acknowledged once, by whoever speaks for the organisation that it is called back from, and told to the person.
CREATE OR REPLACE FUNCTION sharing_acknowledge_call_back(wanted bigint, became text, by_law text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_authorisation_recall c SET acknowledged_at = clock_timestamp(), acknowledged_by = s.name, copies = became, law = by_law
    FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
    WHERE c.event_id = wanted AND c.organisation = o.code AND c.acknowledged_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO ground_message (subject_id, at, kind, reference)
    SELECT a.subject_id, clock_timestamp(), 'authorisation-acknowledged', 'authorisation:' || a.number
    FROM sharing_authorisation_recall c JOIN sharing_authorisation a ON a.id = c.authorisation_id WHERE c.event_id = wanted;
    RETURN true;
END
$$;

-- name: authorisations_grants
REVOKE ALL ON FUNCTION sharing_enrolled_for(text, bigint), sharing_authorisation_last(bigint), sharing_authorisation_state(sharing_authorisation), sharing_guard_authorisation(),
    sharing_authorisation_number(text, text), sharing_asked_lately(text, bigint, bigint), sharing_guard_authorisation_event(), sharing_call_back(),
    sharing_guard_authorisation_recall(),
    sharing_request_authorisation(text, bigint, text, bigint, varchar[], boolean, date, boolean, integer, date, text, text, text, date),
    sharing_own_authorisations(text, bigint, integer), sharing_own_authorisation_events(text),
    sharing_answer_authorisation(text, text, varchar[], boolean, date, boolean, text, date, boolean), sharing_authorisations_of(text, bigint, integer),
    sharing_authorisation_recalls_of(boolean, integer), sharing_acknowledge_call_back(bigint, text, text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION
    sharing_request_authorisation(text, bigint, text, bigint, varchar[], boolean, date, boolean, integer, date, text, text, text, date),
    sharing_own_authorisations(text, bigint, integer), sharing_own_authorisation_events(text),
    sharing_answer_authorisation(text, text, varchar[], boolean, date, boolean, text, date, boolean), sharing_authorisations_of(text, bigint, integer),
    sharing_authorisation_recalls_of(boolean, integer), sharing_acknowledge_call_back(bigint, text, text)
    TO {app};
