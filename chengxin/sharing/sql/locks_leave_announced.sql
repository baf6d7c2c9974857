-- name: subscription_stands
-- Whether an institution is told of changes: it wasn't ended, the person's authorisation stands and announces them, the person lives, and the
-- enrolment and the system that it began with stand.
CREATE OR REPLACE FUNCTION sharing_subscription_stands(wanted sharing_subscription) RETURNS boolean LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT wanted.ended_at IS NULL
       AND EXISTS (SELECT FROM sharing_standing s WHERE s.enrolment_id = wanted.enrolment_id)
       AND EXISTS (SELECT FROM identity_client_live l WHERE l.client_id = wanted.client AND l.organisation = wanted.organisation)
       AND EXISTS (SELECT FROM sharing_authorisation a
                   CROSS JOIN LATERAL sharing_authorisation_last(a.id) l
                   JOIN identity_person p ON p.subject_id = identity_lead(a.subject_id) AND p.died IS NULL
                   WHERE a.id = wanted.authorisation_id AND sharing_authorisation_state(a) = 'stands' AND l.announces)
$$;

-- name: guard_subscription
-- A system in force subscribes for its own organisation, to an authorisation whose person agreed that changes are announced and that stands. Its
-- row is locked, so that a withdrawal at the same time comes before or after. Ended once, and changed in nothing else.
CREATE OR REPLACE FUNCTION sharing_guard_subscription() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
           OR to_jsonb(NEW) - ARRAY['ended_at', 'ended_by'] IS DISTINCT FROM to_jsonb(OLD) - ARRAY['ended_at', 'ended_by'] THEN
            RAISE EXCEPTION 'a subscription ends once, and changes in nothing else' USING ERRCODE = 'check_violation';
        END IF;
        NEW.ended_at := clock_timestamp();
        RETURN NEW;
    END IF;
    PERFORM FROM sharing_authorisation a WHERE a.id = NEW.authorisation_id FOR NO KEY UPDATE;
    IF NOT EXISTS (SELECT FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
                   JOIN sharing_authorisation a ON a.organisation = o.code
                   JOIN sharing_standing e ON e.organisation = o.code AND e.duty_id = a.duty_id
                   WHERE a.id = NEW.authorisation_id AND o.code = NEW.organisation AND s.name = NEW.client AND e.enrolment_id = NEW.enrolment_id) THEN
        RAISE EXCEPTION 'a system subscribes for its own organisation' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT sharing_subscription_stands(NEW) THEN
        RAISE EXCEPTION 'changes are announced by an authorisation that stands and says so' USING ERRCODE = 'check_violation';
    END IF;
    NEW.since := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_subscription_trigger
CREATE OR REPLACE TRIGGER subscription_guarded BEFORE INSERT OR UPDATE ON sharing_subscription
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_subscription();

-- name: subscription_stays
CREATE OR REPLACE TRIGGER subscription_stays BEFORE DELETE OR TRUNCATE ON sharing_subscription
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: end_by_leave
-- What the person narrows, silences or takes back ends what was subscribed to with it, in the same transaction.
CREATE OR REPLACE FUNCTION sharing_end_by_leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_subscription s SET ended_at = clock_timestamp(), ended_by = 'person'
    WHERE s.authorisation_id = NEW.authorisation_id AND s.ended_at IS NULL AND NOT sharing_subscription_stands(s);
    RETURN NULL;
END
$$;

-- name: end_by_leave_trigger
CREATE OR REPLACE TRIGGER authorisation_ends_subscription AFTER INSERT ON sharing_authorisation_event
    FOR EACH ROW WHEN (NEW.kind IN ('narrowed', 'withdrawn', 'silenced')) EXECUTE FUNCTION sharing_end_by_leave();

-- name: end_fallen
-- An enrolment or a system that stands no more ends what rested on it, for good: what is lifted afterwards revives nothing.
CREATE OR REPLACE FUNCTION sharing_end_fallen() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_subscription s SET ended_at = clock_timestamp(), ended_by = 'over'
    WHERE s.ended_at IS NULL AND (NOT EXISTS (SELECT FROM sharing_standing e WHERE e.enrolment_id = s.enrolment_id)
                                  OR NOT EXISTS (SELECT FROM identity_client_live l WHERE l.client_id = s.client AND l.organisation = s.organisation));
    RETURN NULL;
END
$$;

-- name: end_fallen_triggers
CREATE OR REPLACE TRIGGER enrolment_ends_subscriptions AFTER UPDATE ON sharing_enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION sharing_end_fallen();
CREATE OR REPLACE TRIGGER client_ends_subscriptions AFTER UPDATE ON identity_client FOR EACH STATEMENT EXECUTE FUNCTION sharing_end_fallen();
CREATE OR REPLACE TRIGGER suspension_ends_subscriptions AFTER INSERT OR UPDATE ON identity_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION sharing_end_fallen();
CREATE OR REPLACE TRIGGER organisation_ends_subscriptions AFTER UPDATE ON identity_organisation
    FOR EACH STATEMENT EXECUTE FUNCTION sharing_end_fallen();

-- name: note_batch
-- Whatever wrote versions is looked at for changes: one row for each statement, in its own transaction, whichever order they commit in.
CREATE OR REPLACE FUNCTION sharing_note_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_change_look (batch_id) VALUES (NEW.batch_id);
    RETURN NULL;
END
$$;

-- name: note_batch_trigger
CREATE OR REPLACE TRIGGER batch_to_look_at AFTER INSERT ON records_proof_part FOR EACH ROW EXECUTE FUNCTION sharing_note_batch();

-- name: would_tell
-- What an answer under a duty tells of a person today, of some items, in the duty's form; as if some batches hadn't been. The conditions are those
-- of the read gate, which tells what is alone, not what was (docs/adr/0035).
CREATE OR REPLACE FUNCTION sharing_would_tell(duty bigint, subject bigint, codes varchar[], without integer[]) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH newest AS (
        SELECT DISTINCT ON (v.record_id) v.* FROM records_version v
        WHERE v.subject_id = subject AND v.batch_id <> ALL (without) ORDER BY v.record_id, v.version DESC
    ), shown AS (
        SELECT n.record_id, n.version
        FROM newest n
        CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
        JOIN sharing_duty d ON d.id = duty
        JOIN catalogue_item i ON i.id = n.item_id AND i.code = ANY(codes)
        JOIN identity_person p ON p.subject_id = n.subject_id AND p.died IS NULL AND p.minor_rank <= p.identity_rank
        WHERE n.state = 'active' AND n.shown_from <= t.today AND t.today < n.shown_until
          AND EXISTS (SELECT FROM sharing_readable r WHERE r.purpose_id = d.purpose_id AND r.duty_id = d.id AND r.item_id = n.item_id)
          AND EXISTS (SELECT FROM catalogue_open o WHERE o.purpose_id = d.purpose_id AND o.item_id = n.item_id
                      AND o.valid_from <= t.today AND t.today < o.valid_until)
          AND NOT (coalesce(n.ended, n.decided) < p.born + 6576 AND coalesce(n.ended, n.decided) < identity_turns_18(p.born))
          AND NOT (p.judged
                   AND (n.grade <> '' OR n.item_id IN (SELECT c.item_id FROM catalogue_item_version c WHERE c.nature = 'adverse'))
                   AND identity_incapable(n.subject_id, 'infinity', ARRAY[t.today, n.decided, n.ended]))
    )
    SELECT CASE d.form WHEN 'yes_no' THEN (count(s.record_id) > 0)::text
                       WHEN 'count' THEN count(s.record_id)::text
                       WHEN 'band' THEN (SELECT count(*) FROM unnest(d.bands) AS b (least) WHERE b.least <= count(s.record_id))::text
                       ELSE coalesce(string_agg(s.record_id || '.' || s.version, ' ' ORDER BY s.record_id), '') END
    FROM sharing_duty d LEFT JOIN shown s ON true WHERE d.id = duty GROUP BY d.id
$$;

-- name: entry_number
-- A number of an entry of this moment (UUID version 7, as ground.services makes it).
CREATE OR REPLACE FUNCTION sharing_entry_number() RETURNS uuid LANGUAGE sql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (left(replace(sharing_moment_number(clock_timestamp())::text, '-', ''), 12) || '7'
            || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

-- name: guard_change
-- Nothing is told by what doesn't stand: the authorisation's row is locked first, so that whoever takes it back comes before or after.
CREATE OR REPLACE FUNCTION sharing_guard_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted sharing_subscription;
BEGIN
    PERFORM FROM sharing_subscription s JOIN sharing_authorisation a ON a.id = s.authorisation_id WHERE s.id = NEW.subscription_id FOR NO KEY UPDATE OF a;
    SELECT s.* INTO wanted FROM sharing_subscription s WHERE s.id = NEW.subscription_id;
    IF wanted.organisation IS DISTINCT FROM NEW.organisation OR NOT sharing_subscription_stands(wanted) THEN
        RAISE EXCEPTION 'a change is told while its subscription stands, and to nobody else' USING ERRCODE = 'check_violation';
    END IF;
    NEW.at := clock_timestamp();
    NEW.entry_id := sharing_entry_number();
    RETURN NEW;
END
$$;

-- name: guard_change_trigger
CREATE OR REPLACE TRIGGER change_guarded BEFORE INSERT ON sharing_change FOR EACH ROW EXECUTE FUNCTION sharing_guard_change();

-- name: enter_change
-- To tell that something changed is to tell something: the access entry is written with it, by the database.
CREATE OR REPLACE FUNCTION sharing_enter_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, duty, authorisation, basis, case_reference, channel,
                                     outcome, reason, as_of, fields, record_ids, versions)
    SELECT identity_lead(a.subject_id), NEW.entry_id, NEW.at, NEW.organisation, s.client, e.purpose, e.duty, a.number,
           (SELECT min(l.basis) FROM sharing_duty_live l WHERE l.duty_id = a.duty_id AND l.valid_from <= t.today AND t.today < l.valid_until),
           a.reference, 'change', 'answered', '', NULL, '{change}', '{}', '{}'
    FROM sharing_subscription s
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
    JOIN sharing_authorisation a ON a.id = s.authorisation_id
    JOIN sharing_standing e ON e.enrolment_id = s.enrolment_id
    WHERE s.id = NEW.subscription_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a change that can''t be entered isn''t told' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: enter_change_trigger
CREATE OR REPLACE TRIGGER change_entered AFTER INSERT ON sharing_change FOR EACH ROW EXECUTE FUNCTION sharing_enter_change();

-- name: change_append_only
CREATE OR REPLACE TRIGGER change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_change
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_change_entry
-- An entry that a change was told is there with that change, about its person, and says nothing else.
CREATE OR REPLACE FUNCTION sharing_guard_change_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.fields <> '{change}' OR cardinality(NEW.record_ids) > 0 OR NOT EXISTS (
        SELECT FROM sharing_change c JOIN sharing_subscription s ON s.id = c.subscription_id JOIN sharing_authorisation a ON a.id = s.authorisation_id
        WHERE c.entry_id = NEW.entry_id AND c.organisation = NEW.organisation AND a.number = NEW.authorisation
          AND identity_lead(a.subject_id) = NEW.subject_id) THEN
        RAISE EXCEPTION 'an entry of a change that wasn''t told' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_change_entry_trigger
CREATE OR REPLACE TRIGGER access_entry_of_change BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.channel = 'change') EXECUTE FUNCTION sharing_guard_change_entry();

-- name: make_changes
-- Look at the batches that wait, whole, and tell those who subscribed what differs for them now: events, entries and deliveries in the transaction
-- that clears what was looked at. One at a time, so that numbers are in the order of commits. Gives how many batches were looked at and how many
-- events made. Persons' versions are looked up by their key: a plan kept from the moment the ledger was small would scan it.
CREATE OR REPLACE FUNCTION sharing_make_changes(most integer, OUT looked integer, OUT made integer) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    looks bigint[];
    batches integer[];
    touched bigint[];
    told bigint[];
    whom varchar[];
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('make changes'));
    batches := ARRAY(SELECT DISTINCT k.batch_id FROM (SELECT l.batch_id FROM sharing_change_look l ORDER BY l.id LIMIT most) k);
    looks := ARRAY(SELECT l.id FROM sharing_change_look l WHERE l.batch_id = ANY(batches));
    looked := cardinality(batches);
    touched := ARRAY(
        SELECT s.id FROM sharing_subscription s
        JOIN sharing_authorisation a ON a.id = s.authorisation_id
        WHERE s.ended_at IS NULL AND looked > 0 AND EXISTS (
            SELECT FROM records_version v JOIN catalogue_item i ON i.id = v.item_id AND i.code = ANY(a.items)
            WHERE v.subject_id = identity_lead(a.subject_id) AND v.batch_id = ANY(batches) OFFSET 0)
    );
    PERFORM FROM sharing_authorisation a
        WHERE a.id IN (SELECT s.authorisation_id FROM sharing_subscription s WHERE s.id = ANY(touched)) ORDER BY a.id FOR NO KEY UPDATE;
    WITH fresh AS (
        INSERT INTO sharing_change (subscription_id, organisation, entry_id, at)
        SELECT s.id, s.organisation, gen_random_uuid(), clock_timestamp()
        FROM sharing_subscription s
        JOIN sharing_authorisation a ON a.id = s.authorisation_id
        CROSS JOIN LATERAL sharing_authorisation_last(a.id) l
        CROSS JOIN LATERAL (SELECT ARRAY(SELECT k.batch_id FROM sharing_change_look k WHERE k.id = ANY(looks) AND k.id <> ALL(s.known)) AS batches) n
        WHERE s.id = ANY(touched) AND sharing_subscription_stands(s)
          AND sharing_would_tell(a.duty_id, identity_lead(a.subject_id), l.items, '{}')
              <> sharing_would_tell(a.duty_id, identity_lead(a.subject_id), l.items, n.batches)
        ORDER BY s.id
        RETURNING id, organisation
    )
    SELECT array_agg(f.id), array_agg(f.organisation), count(*) INTO told, whom, made FROM fresh f;
    PERFORM sharing_queue('changes', whom, told, '{}');
    DELETE FROM sharing_change_look WHERE id = ANY(looks);
    UPDATE sharing_subscription s SET ended_at = clock_timestamp(), ended_by = 'over'
        FROM sharing_authorisation a
        WHERE a.id = s.authorisation_id AND s.ended_at IS NULL AND a.valid_until <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
END
$$;

-- name: subscribe
-- Subscribe, for the system that is spoken for, to changes under one of its organisation's authorisations. Says whether it was there already,
-- was made, or can't be: the authorisation doesn't stand, or its person didn't agree that changes are announced. NULL where there is none.
CREATE OR REPLACE FUNCTION sharing_subscribe(wanted text) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me record;
    asked sharing_authorisation;
BEGIN
    SELECT o.code, s.name INTO me FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation;
    SELECT a.* INTO asked FROM sharing_authorisation a WHERE a.number = wanted AND a.organisation = me.code FOR NO KEY UPDATE;
    IF asked.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT FROM sharing_subscription s WHERE s.authorisation_id = asked.id AND sharing_subscription_stands(s)) THEN
        RETURN 'there';
    END IF;
    IF sharing_authorisation_state(asked) <> 'stands' OR NOT (SELECT l.announces FROM sharing_authorisation_last(asked.id) l) THEN
        RETURN 'closed';
    END IF;
    UPDATE sharing_subscription SET ended_at = clock_timestamp(), ended_by = 'over' WHERE authorisation_id = asked.id AND ended_at IS NULL;
    INSERT INTO sharing_subscription (authorisation_id, organisation, client, enrolment_id, known, since, ended_by)
    SELECT asked.id, me.code, me.name, min(e.enrolment_id), ARRAY(SELECT l.id FROM sharing_change_look l ORDER BY l.id), clock_timestamp(), ''
    FROM sharing_standing e WHERE e.organisation = me.code AND e.duty_id = asked.duty_id;
    RETURN 'made';
END
$$;

-- name: unsubscribe
-- End what the organisation that is spoken for subscribed to. NULL where it has no such authorisation, false where nothing was subscribed to.
CREATE OR REPLACE FUNCTION sharing_unsubscribe(wanted text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    me record;
    asked bigint;
BEGIN
    SELECT o.code, s.name INTO me FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation;
    SELECT a.id INTO asked FROM sharing_authorisation a WHERE a.number = wanted AND a.organisation = me.code;
    IF asked IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE sharing_subscription SET ended_at = clock_timestamp(), ended_by = me.name WHERE authorisation_id = asked AND ended_at IS NULL;
    RETURN FOUND;
END
$$;

-- name: changes_after
-- What the organisation that is spoken for is told of, in the order of numbers, after a place: while each subscription stands.
CREATE OR REPLACE FUNCTION sharing_changes_after(after bigint, most integer) RETURNS TABLE (id bigint, number varchar, at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.id, a.number, c.at
    FROM sharing_change c
    JOIN sharing_subscription s ON s.id = c.subscription_id
    JOIN sharing_authorisation a ON a.id = s.authorisation_id
    WHERE c.organisation = (SELECT o.code FROM identity_speaker() p JOIN identity_organisation o ON o.id = p.organisation)
      AND c.id > after AND sharing_subscription_stands(s)
    ORDER BY c.id LIMIT most
$$;

-- name: delivered_changes
-- What deliveries of changes tell of: numbers and moments, of what still stands.
CREATE OR REPLACE FUNCTION sharing_delivered_changes(wanted bigint[]) RETURNS TABLE (delivery bigint, id bigint, number varchar, at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.id, c.id, a.number, c.at
    FROM sharing_delivery d
    JOIN sharing_change c ON d.kind = 'changes' AND c.id = ANY(d.numbers) AND c.organisation = d.organisation
    JOIN sharing_subscription s ON s.id = c.subscription_id
    JOIN sharing_authorisation a ON a.id = s.authorisation_id
    WHERE d.id = ANY(wanted) AND sharing_subscription_stands(s) ORDER BY d.id, c.id
$$;

-- name: told_of_changes
-- Since when an authorisation's changes are told to the institution, where they are now, and how often and when last it was told.
CREATE OR REPLACE FUNCTION sharing_told_of_changes(wanted bigint, OUT since timestamptz, OUT told bigint, OUT told_at timestamptz) LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(s.since) FILTER (WHERE sharing_subscription_stands(s)), coalesce(sum(c.told), 0)::bigint, max(c.told_at)
    FROM sharing_subscription s
    CROSS JOIN LATERAL (SELECT count(*) AS told, max(k.at) AS told_at FROM sharing_change k WHERE k.subscription_id = s.id) c
    WHERE s.authorisation_id = wanted
$$;

-- name: announced_grants
REVOKE ALL ON FUNCTION sharing_subscription_stands(sharing_subscription), sharing_guard_subscription(), sharing_end_by_leave(), sharing_end_fallen(),
    sharing_note_batch(), sharing_would_tell(bigint, bigint, varchar[], integer[]), sharing_entry_number(), sharing_guard_change(),
    sharing_enter_change(), sharing_guard_change_entry(), sharing_make_changes(integer), sharing_subscribe(text), sharing_unsubscribe(text),
    sharing_changes_after(bigint, integer), sharing_delivered_changes(bigint[]), sharing_told_of_changes(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_make_changes(integer), sharing_delivered_changes(bigint[]) TO {intake};
GRANT EXECUTE ON FUNCTION sharing_subscribe(text), sharing_unsubscribe(text), sharing_changes_after(bigint, integer) TO {app};
