-- name: duty_live
-- On which days a duty holds: by its own dates, until the one that replaces it begins, and while one of its articles stands.
CREATE OR REPLACE VIEW sharing_duty_live AS
    SELECT d.id AS duty_id, d.code, d.purpose_id, a.ref AS basis, greatest(d.valid_from, a.valid_from) AS valid_from,
           least(coalesce(d.valid_until, 'infinity'::date), coalesce(s.valid_from, 'infinity'::date), a.valid_until) AS valid_until
    FROM sharing_duty d
    JOIN catalogue_article_days a ON a.ref = ANY(d.bases)
    LEFT JOIN sharing_duty s ON s.replaces_id = d.id;

-- name: readable
-- What the read gate opens under which duty today, and whether values go with it: the duty's items where the purpose needs a duty, else
-- every item, under none (0). Which of them the purpose may see, on which days and by which laws, is the gate's own to say.
CREATE OR REPLACE VIEW sharing_readable AS
    SELECT p.id AS purpose_id, 0::bigint AS duty_id, i.id AS item_id, true AS told
    FROM catalogue_purpose p CROSS JOIN catalogue_item i
    WHERE p.kind NOT IN ('duty', 'authorised')
    UNION ALL
    SELECT d.purpose_id, d.id, i.id, d.form IN ('list', 'full')
    FROM sharing_duty d
    JOIN catalogue_item i ON i.code = ANY(d.items)
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
    WHERE d.valid_from <= t.today AND (d.valid_until IS NULL OR t.today < d.valid_until)
      AND NOT EXISTS (SELECT FROM sharing_duty s WHERE s.replaces_id = d.id AND s.valid_from <= t.today);

-- name: items_of_duty
-- Which items are open under the duty that is set; without cx.duty an error. Keeps its plan, as the gate's own does.
CREATE OR REPLACE FUNCTION sharing_items_of_duty() RETURNS smallint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT r.item_id FROM sharing_readable r
        WHERE r.purpose_id = current_setting('cx.purpose')::bigint AND r.duty_id = current_setting('cx.duty')::bigint
    );
END
$$;

-- name: tells_values
-- Whether values go with what is read under the duty that is set: none where the answer is yes or no, a count or a band.
CREATE OR REPLACE FUNCTION sharing_tells_values() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM sharing_readable r
        WHERE r.purpose_id = current_setting('cx.purpose')::bigint AND r.duty_id = current_setting('cx.duty')::bigint AND r.told
    );
END
$$;

-- name: gate_grants
REVOKE ALL ON FUNCTION sharing_items_of_duty(), sharing_tells_values() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_items_of_duty(), sharing_tells_values() TO {app};

-- name: gate_of_duty
-- Beside the gate, whatever it lets through: without cx.duty an error, and of a duty its items alone.
DROP POLICY IF EXISTS duty ON records_version;
CREATE POLICY duty ON records_version AS RESTRICTIVE FOR SELECT TO {app} USING (item_id = ANY ((SELECT sharing_items_of_duty())::smallint[]));

-- name: gate_of_form
-- No value where the duty's answer is yes or no, a count or a band.
DROP POLICY IF EXISTS form ON records_payload;
CREATE POLICY form ON records_payload AS RESTRICTIVE FOR SELECT TO {app} USING ((SELECT sharing_tells_values()));

-- name: guard_duty
-- A duty is never wider than its purpose: its kinds of organisations, articles and items are among the purpose's own. What replaces another
-- is of the same purpose and begins after it.
CREATE OR REPLACE FUNCTION sharing_guard_duty() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    of_purpose catalogue_purpose;
BEGIN
    SELECT p.* INTO of_purpose FROM catalogue_purpose p WHERE p.id = NEW.purpose_id;
    IF of_purpose.kind NOT IN ('duty', 'authorised') OR NEW.needs <> of_purpose.needs OR NOT NEW.organisation_kinds <@ of_purpose.organisation_kinds THEN
        RAISE EXCEPTION 'a duty that its purpose doesn''t hold' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT NEW.bases <@ ARRAY(SELECT b.article_id FROM catalogue_purpose_basis b WHERE b.purpose_id = NEW.purpose_id) THEN
        RAISE EXCEPTION 'a duty on an article that isn''t its purpose''s' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT NEW.items <@ ARRAY(
        SELECT i.code FROM catalogue_item_purpose ip
        JOIN catalogue_item_version v ON v.id = ip.itemversion_id
        JOIN catalogue_edition e ON e.id = v.edition_id AND e.sealed_at IS NOT NULL
        JOIN catalogue_item i ON i.id = v.item_id
        WHERE ip.purpose_id = NEW.purpose_id
    ) THEN
        RAISE EXCEPTION 'a duty that sees an item which doesn''t name its purpose' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM sharing_duty d WHERE d.id = NEW.replaces_id AND d.purpose_id = NEW.purpose_id AND d.valid_from < NEW.valid_from
    ) THEN
        RAISE EXCEPTION 'a duty replaces an earlier one of its purpose' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_duty_trigger
CREATE OR REPLACE TRIGGER duty_guarded BEFORE INSERT ON sharing_duty FOR EACH ROW EXECUTE FUNCTION sharing_guard_duty();

-- name: duty_append_only
CREATE OR REPLACE TRIGGER duty_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_duty
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sharing_speaks
-- For which organisation, and of which kind, an officer speaks in this transaction, who has the right to ask now. Runs with the owner's eyes.
CREATE OR REPLACE FUNCTION sharing_speaks(officer bigint, OUT organisation bigint, OUT kind text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.kind
    FROM identity_speaker() s
    JOIN identity_organisation o ON o.id = s.organisation
    JOIN identity_user u ON u.login = s.name AND u.organisation_id = o.id AND u.id = officer
    JOIN identity_right r ON r.user_id = u.id AND r.role = 'officer'
$$;

-- name: guard_enrolment
-- Applied for by an officer of the organisation, of a kind and on an article of the duty's, due within its term. No holidays make working
-- days longer than four times as many, and ten more.
CREATE OR REPLACE FUNCTION sharing_guard_enrolment() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    longest integer := (SELECT max(t.value) FROM records_term t WHERE t.name = 'duty-enrolments' AND t.number = 'decide');
BEGIN
    IF NOT EXISTS (
        SELECT FROM sharing_speaks(NEW.asked_by_id) s JOIN sharing_duty d ON d.id = NEW.duty_id AND s.kind = ANY(d.organisation_kinds)
        WHERE s.organisation = NEW.organisation_id
    ) THEN
        RAISE EXCEPTION 'an enrolment is asked for by an officer of the organisation, of a kind that may' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_oneself(NEW.asked_by_id, '{}');
    IF NOT EXISTS (
        SELECT FROM sharing_duty_live l WHERE l.duty_id = NEW.duty_id AND l.basis = NEW.basis AND l.valid_from <= today AND today < l.valid_until
    ) THEN
        RAISE EXCEPTION 'an enrolment rests on an article of its duty in force' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.decided_at IS NOT NULL OR NEW.published_at IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'an enrolment is asked for first, and decided, published or ended later' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.wanted_until <= today OR NEW.due_on <= today OR NEW.due_on > today + 4 * longest + 10 THEN
        RAISE EXCEPTION 'an enrolment is wanted for days to come, and due within its term' USING ERRCODE = 'check_violation';
    END IF;
    NEW.asked_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_enrolment_trigger
CREATE OR REPLACE TRIGGER enrolment_guarded BEFORE INSERT ON sharing_enrolment
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_enrolment();

-- name: guard_enrolment_change
-- One step at a time, each once: decided at the credit centre, published by the supervising department when it was approved, ended by
-- either of them or the organisation. By persons who declared who they are, the first three by three, none of them for their own
-- organisation's application. What ended, or was refused, stays.
CREATE OR REPLACE FUNCTION sharing_guard_enrolment_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    steps text[] := array_remove(ARRAY[
        CASE WHEN (NEW.decision, NEW.reason, NEW.decided_by_id, NEW.decided_at, NEW.valid_from, NEW.valid_until)
             IS DISTINCT FROM (OLD.decision, OLD.reason, OLD.decided_by_id, OLD.decided_at, OLD.valid_from, OLD.valid_until) THEN 'decide' END,
        CASE WHEN (NEW.published_by_id, NEW.published_at) IS DISTINCT FROM (OLD.published_by_id, OLD.published_at) THEN 'publish' END,
        CASE WHEN (NEW.ended_by_id, NEW.ended_at, NEW.end_reason) IS DISTINCT FROM (OLD.ended_by_id, OLD.ended_at, OLD.end_reason) THEN 'end' END
    ], NULL);
    parts text[] := ARRAY['decision', 'reason', 'decided_by_id', 'decided_at', 'valid_from', 'valid_until', 'published_by_id', 'published_at',
                          'ended_by_id', 'ended_at', 'end_reason'];
    actor bigint;
    who record;
BEGIN
    IF to_jsonb(NEW) - parts IS DISTINCT FROM to_jsonb(OLD) - parts OR cardinality(steps) <> 1 OR OLD.ended_at IS NOT NULL
       OR NOT (CASE steps[1] WHEN 'decide' THEN OLD.decided_at IS NULL
                             WHEN 'publish' THEN OLD.published_at IS NULL AND OLD.decision = 'approved'
                             ELSE OLD.decision <> 'refused' END) THEN
        RAISE EXCEPTION 'an enrolment takes one step at a time, each once, and changes in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    actor := CASE steps[1] WHEN 'decide' THEN NEW.decided_by_id WHEN 'publish' THEN NEW.published_by_id ELSE NEW.ended_by_id END;
    SELECT s.organisation, s.kind INTO who FROM sharing_speaks(actor) s;
    IF NOT coalesce(CASE steps[1] WHEN 'decide' THEN who.kind = 'centre' AND who.organisation <> OLD.organisation_id
                                  WHEN 'publish' THEN who.kind = 'supervisor' AND who.organisation <> OLD.organisation_id
                                  ELSE who.kind IN ('centre', 'supervisor') OR who.organisation = OLD.organisation_id END, false) THEN
        RAISE EXCEPTION 'a step of an enrolment by somebody whose it isn''t' USING ERRCODE = 'check_violation';
    END IF;
    IF steps[1] IN ('decide', 'publish') THEN
        PERFORM identity_refuse_one_person(OLD.asked_by_id, actor);
    END IF;
    IF steps[1] = 'publish' THEN
        PERFORM identity_refuse_one_person(OLD.decided_by_id, actor);
        NEW.published_at := clock_timestamp();
    ELSIF steps[1] = 'decide' THEN
        IF NEW.valid_from < today THEN
            RAISE EXCEPTION 'an enrolment begins today at the earliest' USING ERRCODE = 'check_violation';
        END IF;
        NEW.decided_at := clock_timestamp();
    ELSE
        NEW.ended_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_enrolment_change_trigger
CREATE OR REPLACE TRIGGER enrolment_change_guarded BEFORE UPDATE ON sharing_enrolment
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_enrolment_change();

-- name: enrolment_stays
CREATE OR REPLACE TRIGGER enrolment_stays BEFORE DELETE OR TRUNCATE ON sharing_enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: standing_enrolments
-- Which organisation may ask under which duty today: approved, published, not ended, not suspended, within its term; the duty holds and is open to its
-- kind. Whether the organisation itself stands is asked of everybody who is answered (identity_guard_answered).
CREATE OR REPLACE VIEW sharing_standing AS
    SELECT e.id AS enrolment_id, e.organisation_id, o.code AS organisation, e.duty_id, d.code AS duty, d.purpose_id, p.code AS purpose,
           e.valid_from, e.valid_until
    FROM sharing_enrolment e
    JOIN identity_organisation o ON o.id = e.organisation_id
    JOIN sharing_duty d ON d.id = e.duty_id AND o.kind = ANY(d.organisation_kinds)
    JOIN catalogue_purpose p ON p.id = d.purpose_id AND o.kind = ANY(p.organisation_kinds)
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
    WHERE e.published_at IS NOT NULL AND e.ended_at IS NULL AND e.valid_from <= t.today AND t.today < e.valid_until
      AND NOT EXISTS (SELECT FROM identity_suspended s WHERE s.enrolment = e.id)
      AND EXISTS (SELECT FROM sharing_duty_live l WHERE l.duty_id = e.duty_id AND l.valid_from <= t.today AND t.today < l.valid_until);

-- name: guard_duty_entry
-- Off-list means no: under a purpose that needs a duty nobody is answered who doesn't stand enrolled for one, and what was read was read under
-- the duty that is entered. Other purposes have none.
CREATE OR REPLACE FUNCTION sharing_guard_duty_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    number bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM catalogue_purpose p WHERE p.code = NEW.purpose AND p.kind IN ('duty', 'authorised')) THEN
        IF NEW.duty <> '' THEN
            RAISE EXCEPTION 'a duty under a purpose that has none' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT s.duty_id INTO number FROM sharing_standing s
    WHERE s.organisation = NEW.organisation AND s.duty = NEW.duty AND s.purpose = NEW.purpose LIMIT 1;
    IF number IS NULL THEN
        RAISE EXCEPTION 'an answer to an organisation that isn''t enrolled for it' USING ERRCODE = 'check_violation';
    END IF;
    IF cardinality(NEW.versions) > 0 AND nullif(current_setting('cx.duty', true), '') IS DISTINCT FROM number::text THEN
        RAISE EXCEPTION 'what was read under one duty is entered under another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_duty_entry_trigger
-- A check of a real name (SM-…) has registered purposes of its own.
CREATE OR REPLACE TRIGGER access_entry_under_a_duty BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.purpose NOT LIKE 'SM-%')
    EXECUTE FUNCTION sharing_guard_duty_entry();

-- name: duty_grants
REVOKE ALL ON FUNCTION sharing_guard_duty(), sharing_speaks(bigint), sharing_guard_enrolment(), sharing_guard_enrolment_change(),
    sharing_guard_duty_entry() FROM PUBLIC;
GRANT SELECT ON sharing_duty, sharing_duty_live, sharing_readable, sharing_standing TO {app};
GRANT SELECT, INSERT, UPDATE (decision, reason, decided_by_id, decided_at, valid_from, valid_until, published_by_id, published_at, ended_by_id,
    ended_at, end_reason) ON sharing_enrolment TO {app};
GRANT USAGE ON SEQUENCE sharing_enrolment_id_seq TO {app};
-- The administration tells what is provisional.
GRANT SELECT ON sharing_duty TO {admin};

-- name: count_for
-- Count a query of a client against what it may ask in a minute and on a day, where it was narrowed for this client against that, and in its
-- hours; gives why not, and how much of the day is used.
CREATE OR REPLACE FUNCTION sharing_count_for(asker text, OUT refusal text, OUT used integer, OUT quota integer) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    this_minute timestamptz := date_trunc('minute', transaction_timestamp());
    most integer;
    row sharing_query_use;
BEGIN
    -- Of one client's calls at once each waits here for the others to end: not for the disk too. What a crash loses of the count it loses of
    -- the last half second.
    PERFORM set_config('synchronous_commit', 'off', true);
    SELECT max(t.value) FILTER (WHERE t.number = 'a_day'), max(t.value) FILTER (WHERE t.number = 'a_minute') INTO quota, most
    FROM (SELECT DISTINCT ON (r.number) r.number, r.value FROM records_term r
          WHERE r.name = 'query-limits' AND r.valid_from <= today ORDER BY r.number, r.valid_from DESC) t;
    SELECT least(quota, l.a_day), least(most, l.a_minute) INTO quota, most
    FROM (SELECT) one LEFT JOIN identity_client_limits_live l ON l.client_id = asker;
    IF identity_client_closed(asker) THEN
        refusal := 'out-of-hours';
        used := 0;
        RETURN;
    END IF;
    INSERT INTO sharing_query_use AS u (client, day, used, minute, in_minute) VALUES (asker, today, 1, this_minute, 1)
    ON CONFLICT (client, day) DO UPDATE
        SET used = u.used + 1, minute = this_minute, in_minute = CASE WHEN u.minute = this_minute THEN u.in_minute + 1 ELSE 1 END
        WHERE u.used < quota AND (u.minute <> this_minute OR u.in_minute < most)
    RETURNING u.* INTO row;
    IF row.client IS NOT NULL THEN
        refusal := '';
        used := row.used;
        RETURN;
    END IF;
    SELECT u.used INTO used FROM sharing_query_use u WHERE u.client = asker AND u.day = today;
    refusal := CASE WHEN used >= quota THEN 'quota-exhausted' ELSE 'rate-exceeded' END;
END
$$;

-- name: count_query
-- Count a query of the client that this transaction speaks for. Runs with the owner's rights: the application can't count for itself, nor take
-- anything back.
CREATE OR REPLACE FUNCTION sharing_count_query(OUT refusal text, OUT used integer, OUT quota integer) LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    asker text := (SELECT s.name FROM identity_speaker() s WHERE s.organisation IS NOT NULL);
BEGIN
    IF asker IS NULL THEN
        RAISE EXCEPTION 'a query is counted for whoever speaks' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT c.refusal, c.used, c.quota INTO refusal, used, quota FROM sharing_count_for(asker) c;
END
$$;

-- name: begin_query
-- Speak for a client for the rest of the transaction, and count its query where it stands, calls from a network of its own, and got its token with
-- a key that wasn't withdrawn since.
CREATE OR REPLACE FUNCTION sharing_begin_query(claim text, address inet, signed_by text, OUT refusal text, OUT used integer, OUT quota integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    client bigint;
    asker text;
    networks varchar[];
BEGIN
    PERFORM set_config('cx.speaker', claim, true);
    SELECT l.id, l.client_id, l.addresses INTO client, asker, networks FROM identity_speaker() s
        JOIN identity_client_live l ON l.client_id = s.name AND l.organisation_id = s.organisation;
    IF asker IS NULL THEN
        refusal := 'client-not-in-force';
    ELSIF NOT EXISTS (SELECT FROM unnest(networks) one WHERE address <<= one::cidr) THEN
        refusal := 'address-not-allowed';
    ELSIF NOT EXISTS (SELECT FROM identity_client_key k WHERE k.client_id = client AND k.kid = signed_by AND k.withdrawn_at IS NULL
                      AND (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date < k.valid_until) THEN
        refusal := 'invalid-token';
    ELSE
        SELECT c.refusal, c.used, c.quota INTO refusal, used, quota FROM sharing_count_for(asker) c;
    END IF;
END
$$;

-- name: query_grants
REVOKE ALL ON FUNCTION sharing_count_for(text), sharing_count_query(), sharing_begin_query(text, inet, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_count_query(), sharing_begin_query(text, inet, text) TO {app};

-- name: public_duty
-- The duty items that hold today: for what, which items, in which form, on which articles, stored or not. Nobody's rows.
CREATE OR REPLACE VIEW public_duty WITH (security_barrier) AS
    SELECT d.code, d.name, d.name_en, p.code AS purpose, p.name AS purpose_name, p.name_en AS purpose_name_en, d.organisation_kinds, d.items,
           d.form, d.needs, d.may_store, d.keep_days, d.provisional,
           ARRAY(SELECT format('《%s》%s', l.name, a.article) FROM catalogue_article a JOIN catalogue_law l ON l.code = a.law_id
                 JOIN sharing_duty_live v ON v.duty_id = d.id AND v.basis = a.ref AND v.valid_from <= t.today AND t.today < v.valid_until
                 ORDER BY 1) AS bases,
           ARRAY(SELECT coalesce((SELECT p.name FROM public_item p WHERE p.code = i.code), i.code)
                 FROM unnest(d.items) WITH ORDINALITY i (code, place) ORDER BY i.place) AS item_names,
           ARRAY(SELECT coalesce((SELECT p.name_en FROM public_item p WHERE p.code = i.code), i.code)
                 FROM unnest(d.items) WITH ORDINALITY i (code, place) ORDER BY i.place) AS item_names_en
    FROM sharing_duty d
    JOIN catalogue_purpose p ON p.id = d.purpose_id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
    WHERE EXISTS (SELECT FROM sharing_duty_live v WHERE v.duty_id = d.id AND v.valid_from <= t.today AND t.today < v.valid_until);

-- name: public_enrolment
-- Which organisation may ask under which of them, on which article, from when to when: of those that stand today with every licence that
-- their kind needs. No officer, and nothing of what is applied for, was refused or ended.
CREATE OR REPLACE VIEW public_enrolment WITH (security_barrier) AS
    SELECT s.duty, o.region, o.code, o.name, o.kind, format('《%s》%s', l.name, a.article) AS basis, min(s.valid_from) AS valid_from,
           max(s.valid_until) AS valid_until
    FROM sharing_standing s
    JOIN sharing_enrolment e ON e.id = s.enrolment_id
    JOIN identity_organisation o ON o.id = s.organisation_id
    JOIN catalogue_article a ON a.ref = e.basis
    JOIN catalogue_law l ON l.code = a.law_id
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
    WHERE o.valid_from <= t.today AND (o.valid_until IS NULL OR t.today < o.valid_until)
      AND NOT EXISTS (
          SELECT FROM identity_needed_licence n
          WHERE n.kind = o.kind AND n.valid_from <= t.today AND (n.valid_until IS NULL OR t.today < n.valid_until)
            AND NOT EXISTS (
                SELECT FROM identity_licence h
                WHERE h.organisation_id = o.id AND h.licence = n.licence AND h.valid_from <= t.today
                  AND (h.valid_until IS NULL OR t.today < h.valid_until) AND (h.ended_on IS NULL OR t.today < h.ended_on)))
    GROUP BY s.duty, o.region, o.code, o.name, o.kind, l.name, a.article;

-- name: public_duty_grants
GRANT SELECT ON public_duty, public_enrolment TO {public};
