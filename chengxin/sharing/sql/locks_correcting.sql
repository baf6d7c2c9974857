-- name: hook_of
-- The address at which an organisation is told today: confirmed, not ended, of a system that may call today.
CREATE OR REPLACE FUNCTION sharing_hook_of(organisation text) RETURNS sharing_hook LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.* FROM sharing_hook h JOIN identity_client_live l ON l.id = h.client_id
    WHERE l.organisation = sharing_hook_of.organisation AND h.confirmed_at IS NOT NULL AND h.ended_at IS NULL
$$;

-- name: speaking_officer
-- The account of the officer who is spoken for; nobody's where a system or a person speaks.
CREATE OR REPLACE FUNCTION sharing_speaking_officer() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.id FROM identity_speaker() s JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
$$;

-- name: guard_hook
-- An officer enters an address for a system of their own organisation that may call today. Another person at the centre confirms it once; either
-- side ends it, for good. Nothing else of it changes.
CREATE OR REPLACE FUNCTION sharing_guard_hook() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me bigint := sharing_speaking_officer();
    mine bigint := (SELECT s.organisation FROM identity_speaker() s);
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (me, mine) IS DISTINCT FROM (NEW.entered_by_id, NEW.organisation_id) THEN
            RAISE EXCEPTION 'an officer enters an address for their own organisation' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM identity_client_live l WHERE l.id = NEW.client_id AND l.organisation_id = NEW.organisation_id) THEN
            RAISE EXCEPTION 'an address belongs to a system of the organisation' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.confirmed_at IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'an address is entered first, and confirmed or ended later' USING ERRCODE = 'check_violation';
        END IF;
        NEW.entered_at := clock_timestamp();
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NOT NULL OR (OLD.confirmed_at IS NOT NULL AND (NEW.confirmed_at, NEW.confirmed_by_id) IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id))
       OR (to_jsonb(NEW) - ARRAY['confirmed_at', 'confirmed_by_id', 'ended_at', 'ended_by_id', 'end_reason'])
          IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['confirmed_at', 'confirmed_by_id', 'ended_at', 'ended_by_id', 'end_reason']) THEN
        RAISE EXCEPTION 'an address is confirmed once, ended once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at THEN
        IF NOT identity_centre_speaks() OR me IS DISTINCT FROM NEW.confirmed_by_id THEN
            RAISE EXCEPTION 'an address is confirmed at the centre' USING ERRCODE = 'check_violation';
        END IF;
        PERFORM identity_refuse_one_person(NEW.confirmed_by_id, NEW.entered_by_id);
        NEW.confirmed_at := clock_timestamp();
    END IF;
    IF NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        IF me IS DISTINCT FROM NEW.ended_by_id OR NOT (mine = OLD.organisation_id OR identity_centre_speaks()) THEN
            RAISE EXCEPTION 'an address is ended by its organisation or the centre' USING ERRCODE = 'check_violation';
        END IF;
        NEW.ended_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_hook_trigger
CREATE OR REPLACE TRIGGER hook_guarded BEFORE INSERT OR UPDATE ON sharing_hook FOR EACH ROW EXECUTE FUNCTION sharing_guard_hook();

-- name: hook_stays
CREATE OR REPLACE TRIGGER hook_stays BEFORE DELETE OR TRUNCATE ON sharing_hook FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: queue
-- Make deliveries of what is given, by organisation in parts of a hundred, for those that have an address; given up when the term has ended.
CREATE OR REPLACE FUNCTION sharing_queue(what text, organisations varchar[], wanted bigint[], days date[]) RETURNS void LANGUAGE sql
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO sharing_delivery (message, organisation, kind, numbers, made_at, give_up_at, next_at)
    SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), p.organisation, what, array_agg(p.number ORDER BY p.number), clock_timestamp(),
           (coalesce(max(p.day), current_date + 7) + 1)::timestamp AT TIME ZONE 'Asia/Shanghai', clock_timestamp()
    FROM (SELECT u.*, (row_number() OVER (PARTITION BY u.organisation ORDER BY u.number) - 1) / 100 AS part
          FROM unnest(organisations, wanted, days) AS u (organisation, number, day)) p
    WHERE (sharing_hook_of(p.organisation)).id IS NOT NULL
    GROUP BY p.organisation, p.part
$$;

-- name: queue_recalls
-- Whoever is told of a recall and has an address is told there too: the delivery is committed with the recall.
CREATE OR REPLACE FUNCTION sharing_queue_recalls() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM sharing_queue('recalls', array_agg(f.organisation), array_agg(f.id), array_agg(f.due_on)) FROM fresh f WHERE f.acknowledged_at IS NULL;
    RETURN NULL;
END
$$;

-- name: queue_recalls_trigger
CREATE OR REPLACE TRIGGER recall_delivered AFTER INSERT ON sharing_recall
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sharing_queue_recalls();

-- name: queue_call_backs
CREATE OR REPLACE FUNCTION sharing_queue_call_backs() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM sharing_queue('call-backs', array_agg(f.organisation), array_agg(f.event_id), array_agg(f.due_on)) FROM fresh f
        WHERE f.acknowledged_at IS NULL;
    RETURN NULL;
END
$$;

-- name: queue_call_backs_trigger
CREATE OR REPLACE TRIGGER authorisation_recall_delivered AFTER INSERT ON sharing_authorisation_recall
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sharing_queue_call_backs();

-- name: queue_open
-- An address that is confirmed is told at once of whatever still waits for its organisation.
CREATE OR REPLACE FUNCTION sharing_queue_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    mine varchar := (SELECT o.code FROM identity_organisation o WHERE o.id = NEW.organisation_id);
BEGIN
    PERFORM sharing_queue('recalls', array_agg(r.organisation), array_agg(r.id), array_agg(greatest(r.due_on, current_date + 1)))
        FROM sharing_recall r WHERE r.organisation = mine AND r.acknowledged_at IS NULL;
    PERFORM sharing_queue('call-backs', array_agg(c.organisation), array_agg(c.event_id), array_agg(greatest(c.due_on, current_date + 1)))
        FROM sharing_authorisation_recall c WHERE c.organisation = mine AND c.acknowledged_at IS NULL;
    RETURN NULL;
END
$$;

-- name: queue_open_trigger
CREATE OR REPLACE TRIGGER hook_told_of_what_waits AFTER UPDATE ON sharing_hook
    FOR EACH ROW WHEN (OLD.confirmed_at IS NULL AND NEW.confirmed_at IS NOT NULL) EXECUTE FUNCTION sharing_queue_open();

-- name: guard_delivery
-- What is delivered stays as it was made; how it stands changes until it is done or given up.
CREATE OR REPLACE FUNCTION sharing_guard_delivery() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.next_at IS NULL OR (to_jsonb(NEW) - ARRAY['next_at', 'tries', 'answered', 'fault', 'done_at', 'gave_up_at'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['next_at', 'tries', 'answered', 'fault', 'done_at', 'gave_up_at']) THEN
        RAISE EXCEPTION 'a delivery ends once, and is changed in nothing but how it stands' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_delivery_trigger
CREATE OR REPLACE TRIGGER delivery_guarded BEFORE UPDATE ON sharing_delivery FOR EACH ROW EXECUTE FUNCTION sharing_guard_delivery();

-- name: delivery_stays
CREATE OR REPLACE TRIGGER delivery_stays BEFORE DELETE OR TRUNCATE ON sharing_delivery FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: take_deliveries
-- Take what is due, at most a few of each organisation, until a lease ends: who takes it and is killed leaves it to be taken again then.
CREATE OR REPLACE FUNCTION sharing_take_deliveries(moment timestamptz, lease interval, most integer)
    RETURNS TABLE (id bigint, message varchar, organisation varchar, kind varchar, tries smallint, url varchar, made_at timestamptz, give_up_at timestamptz)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH due AS (
        SELECT w.id FROM (SELECT d.id, d.next_at, row_number() OVER (PARTITION BY d.organisation ORDER BY d.next_at, d.id) AS place
                          FROM sharing_delivery d WHERE d.next_at <= moment) w
        WHERE w.place <= 4 ORDER BY w.next_at LIMIT most
    ), held AS (
        SELECT d.id FROM sharing_delivery d JOIN due USING (id) WHERE d.next_at <= moment FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE sharing_delivery d SET next_at = moment + lease, tries = d.tries + 1 FROM held WHERE d.id = held.id
    RETURNING d.id, d.message, d.organisation, d.kind, d.tries,
        CASE WHEN d.hook_id IS NOT NULL THEN (SELECT h.url FROM sharing_hook h WHERE h.id = d.hook_id AND h.ended_at IS NULL)
             ELSE (SELECT (sharing_hook_of(d.organisation)).url) END, d.made_at, d.give_up_at;
END
$$;

-- name: settle_delivery
-- Say how a try ended: done without a fault, else due again, or given up where there is no next time. Not of a try that another one overtook.
CREATE OR REPLACE FUNCTION sharing_settle_delivery(wanted bigint, this_try smallint, status smallint, wrong text, again timestamptz)
    RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_delivery d SET answered = status, fault = wrong, next_at = CASE WHEN wrong <> '' THEN again END,
        done_at = CASE WHEN wrong = '' THEN clock_timestamp() END, gave_up_at = CASE WHEN wrong <> '' AND again IS NULL THEN clock_timestamp() END
    WHERE d.id = wanted AND d.tries = this_try AND d.next_at IS NOT NULL;
    RETURN FOUND;
END
$$;

-- name: delivered_recalls
-- What deliveries of recalls tell of: numbers, causes and days alone.
CREATE OR REPLACE FUNCTION sharing_delivered_recalls(wanted bigint[]) RETURNS TABLE (delivery bigint, id bigint, subject_id bigint, record_id bigint,
    report varchar, cause text, told_at timestamptz, due_on date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id, r.id, r.subject_id, r.record_id, s.number, split_part(r.reference, ':', 1), r.told_at, r.due_on
    FROM sharing_delivery d JOIN sharing_recall r ON d.kind = 'recalls' AND r.id = ANY(d.numbers) AND r.organisation = d.organisation
    LEFT JOIN sharing_report s ON s.subject_id = r.subject_id AND s.entry_id = r.entry_id
    WHERE d.id = ANY(wanted) ORDER BY d.id, r.id
$$;

-- name: delivered_call_backs
CREATE OR REPLACE FUNCTION sharing_delivered_call_backs(wanted bigint[]) RETURNS TABLE (delivery bigint, id bigint, number varchar, kind varchar,
    told_at timestamptz, due_on date) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id, c.event_id, a.number, e.kind, c.told_at, c.due_on
    FROM sharing_delivery d JOIN sharing_authorisation_recall c ON d.kind = 'call-backs' AND c.event_id = ANY(d.numbers) AND c.organisation = d.organisation
    JOIN sharing_authorisation a ON a.id = c.authorisation_id JOIN sharing_authorisation_event e ON e.id = c.event_id
    WHERE d.id = ANY(wanted) ORDER BY d.id, c.event_id
$$;

-- name: delivered_chases
CREATE OR REPLACE FUNCTION sharing_delivered_chases(wanted bigint[]) RETURNS TABLE (delivery bigint, due_on date, step smallint, late integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id, c.due_on, c.step, c.late
    FROM sharing_delivery d JOIN sharing_chase c ON d.kind = 'chase' AND c.id = ANY(d.numbers) AND c.organisation = d.organisation
    WHERE d.id = ANY(wanted) ORDER BY d.id, c.id
$$;

-- name: hooks
-- The addresses of the organisation that is spoken for, and everyone's while the centre is; the newest first.
CREATE OR REPLACE FUNCTION sharing_hooks() RETURNS TABLE (id bigint, organisation varchar, mine boolean, client varchar, client_name varchar, url varchar,
    entered_by varchar, entered_at timestamptz, confirmed_by varchar, confirmed_at timestamptz, ended_at timestamptz, end_reason varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT h.id, o.name, o.id = s.organisation, c.client_id, c.name, h.url, e.login, h.entered_at, f.login, h.confirmed_at, h.ended_at, h.end_reason
    FROM identity_speaker() s JOIN sharing_hook h ON h.organisation_id = s.organisation OR identity_centre_speaks()
    JOIN identity_organisation o ON o.id = h.organisation_id JOIN identity_client c ON c.id = h.client_id
    JOIN identity_user e ON e.id = h.entered_by_id LEFT JOIN identity_user f ON f.id = h.confirmed_by_id
    ORDER BY h.ended_at IS NOT NULL, h.id DESC LIMIT 200
$$;

-- name: enter_hook
CREATE OR REPLACE FUNCTION sharing_enter_hook(named text, address text) RETURNS bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO sharing_hook (organisation_id, client_id, url, entered_by_id, entered_at, end_reason)
    SELECT s.organisation, c.id, address, sharing_speaking_officer(), clock_timestamp(), ''
    FROM identity_speaker() s JOIN identity_client c ON c.client_id = named RETURNING id
$$;

-- name: confirm_hook
CREATE OR REPLACE FUNCTION sharing_confirm_hook(wanted bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_hook h SET confirmed_by_id = sharing_speaking_officer(), confirmed_at = clock_timestamp()
    WHERE h.id = wanted AND h.confirmed_at IS NULL AND h.ended_at IS NULL;
    RETURN FOUND;
END
$$;

-- name: end_hook
CREATE OR REPLACE FUNCTION sharing_end_hook(wanted bigint, why text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_hook h SET ended_by_id = sharing_speaking_officer(), ended_at = clock_timestamp(), end_reason = why
    WHERE h.id = wanted AND h.ended_at IS NULL;
    RETURN FOUND;
END
$$;

-- name: try_hook
-- Send a message without content to an address of the organisation that is spoken for, or any while the centre is; one at a time.
CREATE OR REPLACE FUNCTION sharing_try_hook(wanted bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_delivery (message, organisation, hook_id, kind, numbers, made_at, give_up_at, next_at)
    SELECT 'msg_' || replace(gen_random_uuid()::text, '-', ''), o.code, h.id, 'test', '{}', clock_timestamp(), clock_timestamp() + interval '5 minutes',
           clock_timestamp()
    FROM sharing_hook h JOIN identity_organisation o ON o.id = h.organisation_id
    WHERE h.id = wanted AND h.ended_at IS NULL
      AND (h.organisation_id = (SELECT s.organisation FROM identity_speaker() s) OR identity_centre_speaks())
      AND NOT EXISTS (SELECT FROM sharing_delivery d WHERE d.hook_id = h.id AND d.next_at IS NOT NULL);
    RETURN FOUND;
END
$$;

-- name: deliveries
-- What was sent to the organisation that is spoken for, and tests to every one while the centre is; the newest first.
CREATE OR REPLACE FUNCTION sharing_deliveries(before bigint, most integer) RETURNS TABLE (id bigint, message varchar, organisation varchar, kind varchar, told integer,
    made_at timestamptz, give_up_at timestamptz, next_at timestamptz, tries smallint, answered smallint, fault varchar, done_at timestamptz,
    gave_up_at timestamptz) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id, d.message, o.name, d.kind, cardinality(d.numbers), d.made_at, d.give_up_at, d.next_at, d.tries, d.answered, d.fault, d.done_at, d.gave_up_at
    FROM identity_speaker() s JOIN identity_organisation m ON m.id = s.organisation
    JOIN sharing_delivery d ON d.organisation = m.code OR d.kind = 'test' AND identity_centre_speaks()
    JOIN identity_organisation o ON o.code = d.organisation
    WHERE d.id < before ORDER BY d.id DESC LIMIT most
$$;

-- name: recalls_after
-- What the organisation that is spoken for is told of, the oldest first, after a place; for systems.
CREATE OR REPLACE FUNCTION sharing_recalls_after(after bigint, open_only boolean, most integer) RETURNS TABLE (id bigint, subject_id bigint,
    record_id bigint, report varchar, cause text, told_at timestamptz, due_on date, acknowledged_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.id, r.subject_id, r.record_id, s.number, split_part(r.reference, ':', 1), r.told_at, r.due_on, r.acknowledged_at
    FROM sharing_recall r LEFT JOIN sharing_report s ON s.subject_id = r.subject_id AND s.entry_id = r.entry_id
    WHERE r.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation)
      AND r.id > after AND (r.acknowledged_at IS NULL OR NOT open_only)
    ORDER BY r.id LIMIT most
$$;

-- name: guard_signing_key
-- A key is entered once, for good, and given an end once.
CREATE OR REPLACE FUNCTION sharing_guard_signing_key() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.until IS NOT NULL OR (to_jsonb(NEW) - 'until') IS DISTINCT FROM (to_jsonb(OLD) - 'until') THEN
        RAISE EXCEPTION 'a key to sign by is given an end once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_signing_key_trigger
CREATE OR REPLACE TRIGGER signing_key_guarded BEFORE UPDATE ON sharing_signing_key FOR EACH ROW EXECUTE FUNCTION sharing_guard_signing_key();

-- name: signing_key_stays
CREATE OR REPLACE TRIGGER signing_key_stays BEFORE DELETE OR TRUNCATE ON sharing_signing_key FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: public_signing_key
-- The public halves of the keys that messages and the feed are signed by.
CREATE OR REPLACE VIEW public_signing_key WITH (security_barrier) AS
    SELECT k.use, k.number, k.public, k.since, k.until FROM sharing_signing_key k;

-- name: correcting_grants
REVOKE ALL ON FUNCTION sharing_hook_of(text), sharing_speaking_officer(), sharing_guard_hook(), sharing_queue(text, varchar[], bigint[], date[]),
    sharing_queue_recalls(), sharing_queue_call_backs(), sharing_queue_open(), sharing_guard_delivery(),
    sharing_take_deliveries(timestamptz, interval, integer), sharing_settle_delivery(bigint, smallint, smallint, text, timestamptz),
    sharing_delivered_recalls(bigint[]), sharing_delivered_call_backs(bigint[]), sharing_delivered_chases(bigint[]), sharing_hooks(),
    sharing_enter_hook(text, text), sharing_confirm_hook(bigint), sharing_end_hook(bigint, text), sharing_try_hook(bigint),
    sharing_deliveries(bigint, integer), sharing_recalls_after(bigint, boolean, integer), sharing_guard_signing_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_take_deliveries(timestamptz, interval, integer),
    sharing_settle_delivery(bigint, smallint, smallint, text, timestamptz), sharing_delivered_recalls(bigint[]),
    sharing_delivered_call_backs(bigint[]), sharing_delivered_chases(bigint[]) TO {intake};
GRANT EXECUTE ON FUNCTION sharing_hooks(), sharing_enter_hook(text, text), sharing_confirm_hook(bigint), sharing_end_hook(bigint, text),
    sharing_try_hook(bigint), sharing_deliveries(bigint, integer), sharing_recalls_after(bigint, boolean, integer) TO {app};
GRANT SELECT ON public_signing_key TO {public}, {app}, {intake};
