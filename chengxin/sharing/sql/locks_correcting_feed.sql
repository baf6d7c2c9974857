-- name: late_days
-- The days on which something should have been acknowledged that still isn't.
CREATE OR REPLACE FUNCTION sharing_late_days(today date) RETURNS SETOF date LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.due_on FROM sharing_recall r WHERE r.acknowledged_at IS NULL AND r.due_on < today
    UNION SELECT c.due_on FROM sharing_authorisation_recall c WHERE c.acknowledged_at IS NULL AND c.due_on < today
$$;

-- name: open_on
-- How much each organisation hasn't acknowledged of what was due on a day.
CREATE OR REPLACE FUNCTION sharing_open_on(day date) RETURNS TABLE (organisation varchar, late bigint) LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.organisation, count(*)
    FROM (SELECT r.organisation FROM sharing_recall r WHERE r.due_on = day AND r.acknowledged_at IS NULL
          UNION ALL
          SELECT c.organisation FROM sharing_authorisation_recall c WHERE c.due_on = day AND c.acknowledged_at IS NULL) o
    GROUP BY o.organisation
$$;

-- name: chase_late
-- Remind whoever hasn't acknowledged what was due on these days, once a step.
CREATE OR REPLACE FUNCTION sharing_chase_late(days date[], steps smallint[], moment timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_chase (organisation, due_on, step, late, told_at)
    SELECT o.organisation, u.day, u.step, o.late, moment
    FROM unnest(days, steps) AS u (day, step) CROSS JOIN LATERAL sharing_open_on(u.day) o
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: queue_chases
CREATE OR REPLACE FUNCTION sharing_queue_chases() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM sharing_queue('chase', array_agg(f.organisation), array_agg(f.id), array_agg(current_date + 7)) FROM fresh f;
    RETURN NULL;
END
$$;

-- name: queue_chases_trigger
CREATE OR REPLACE TRIGGER chase_delivered AFTER INSERT ON sharing_chase
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION sharing_queue_chases();

-- name: chase_append_only
CREATE OR REPLACE TRIGGER chase_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_chase
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: chases_of
-- The reminders of the organisation that is spoken for, as long as something of that day is open; the last one of each day.
CREATE OR REPLACE FUNCTION sharing_chases_of() RETURNS TABLE (due_on date, step smallint, late integer, told_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT ON (c.due_on) c.due_on, c.step, o.late::integer, c.told_at
    FROM identity_speaker() s JOIN identity_organisation m ON m.id = s.organisation
    JOIN sharing_chase c ON c.organisation = m.code
    CROSS JOIN LATERAL (SELECT w.late FROM sharing_open_on(c.due_on) w WHERE w.organisation = c.organisation) o
    ORDER BY c.due_on, c.step DESC LIMIT 50
$$;

-- name: late_recalls
-- Organisation by organisation what is late, for the credit centre while it is spoken for: numbers, nothing of whom or what.
CREATE OR REPLACE FUNCTION sharing_late_recalls(most integer) RETURNS TABLE (id bigint, organisation varchar, recalls bigint, call_backs bigint,
    since timestamptz, due date, answered bigint, told bigint, chases smallint, chased_at timestamptz, hook boolean)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.id, o.name, count(*) FILTER (WHERE l.late AND l.recall), count(*) FILTER (WHERE l.late AND NOT l.recall), min(l.told_at) FILTER (WHERE l.late),
           min(l.due_on) FILTER (WHERE l.late), count(*) FILTER (WHERE NOT l.open), count(*), c.step, c.told_at, (sharing_hook_of(o.code)).id IS NOT NULL
    FROM (SELECT r.organisation, true AS recall, r.told_at, r.due_on, r.acknowledged_at IS NULL AS open, r.acknowledged_at IS NULL AND r.due_on < d.today AS late
          FROM sharing_recall r CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
          UNION ALL
          SELECT r.organisation, false, r.told_at, r.due_on, r.acknowledged_at IS NULL, r.acknowledged_at IS NULL AND r.due_on < d.today
          FROM sharing_authorisation_recall r CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d) l
    JOIN identity_organisation o ON o.code = l.organisation
    LEFT JOIN LATERAL (SELECT h.step, h.told_at FROM sharing_chase h WHERE h.organisation = o.code ORDER BY h.id DESC LIMIT 1) c ON true
    WHERE identity_centre_speaks()
    GROUP BY o.id, o.name, o.code, c.step, c.told_at HAVING bool_or(l.late)
    ORDER BY min(l.due_on) FILTER (WHERE l.late), o.id LIMIT most
$$;

-- name: copies_of
-- Which copies that were given out hold what an undoing, a batch or a step changed, each with its salt: of every reading of a version before. A dispute
-- and the end of showing aren't among the causes: the feed tells whoever holds a copy nothing of the one, and the other stands on it.
CREATE OR REPLACE FUNCTION sharing_copies_of(cause text, wanted bigint) RETURNS TABLE (salt bytea, report varchar, subject_id bigint, record_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE place (subject_id, record_id, below, since, until) AS (
        (SELECT v.subject_id, v.record_id, v.version::integer, '-infinity'::timestamptz, 'infinity'::timestamptz
         FROM records_version v JOIN records_batch b ON b.id = v.batch_id
         WHERE cause IN ('batch', 'changed', 'repaired', 'sealed') AND v.batch_id = wanted AND v.version > 1 AND records_cause_of(v.state) = cause
           AND b.undoing_id IS NULL AND b.transfer_step_id IS NULL
         UNION ALL
         SELECT r.subject_id, r.record_id, NULL, u.received_at, u.done_at FROM records_undo_row r JOIN records_undoing u ON u.id = r.undoing_id
         WHERE cause = 'undoing' AND r.undoing_id = wanted AND r.outcome <> 'left'
         UNION ALL
         SELECT m.from_subject, m.record_id, m.from_version::integer, '-infinity', 'infinity' FROM records_move m
         WHERE cause = 'moved' AND m.step_id = wanted AND m.from_subject IS NOT NULL)
        UNION
        SELECT m.from_subject, p.record_id, NULL, p.since, p.until FROM place p
        JOIN records_move m ON m.into_subject = p.subject_id AND m.record_id = p.record_id AND m.from_subject IS NOT NULL AND cause <> 'moved'
    )
    SELECT s.salt, s.number, p.subject_id, p.record_id
    FROM place p
    JOIN ground_access_entry e ON e.subject_id = p.subject_id AND p.record_id = ANY(e.record_ids) AND e.outcome = 'answered'
        AND e.at >= p.since AND e.at <= p.until
    JOIN sharing_report s ON s.subject_id = e.subject_id AND s.entry_id = e.entry_id AND s.salt IS NOT NULL
    WHERE p.below IS NULL OR EXISTS (SELECT FROM unnest(e.record_ids, e.versions) AS seen (record_id, version)
                                     WHERE seen.record_id = p.record_id AND seen.version < p.below)
$$;

-- name: copy_withdrawn
-- The salt of a report that its person withdrew.
CREATE OR REPLACE FUNCTION sharing_copy_withdrawn(wanted text) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT s.salt FROM sharing_report_withdrawal w JOIN sharing_report s ON s.number = w.number WHERE w.number = wanted
$$;

-- name: announce_withdrawn_copy
-- A report that its person withdraws is announced with it.
CREATE OR REPLACE FUNCTION sharing_announce_withdrawn_copy() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ground_event (at, kind, reference) VALUES (clock_timestamp(), 'copy-withdrawn', 'report:' || NEW.number);
    RETURN NULL;
END
$$;

-- name: announce_withdrawn_copy_trigger
CREATE OR REPLACE TRIGGER report_withdrawal_announced AFTER INSERT ON sharing_report_withdrawal
    FOR EACH ROW EXECUTE FUNCTION sharing_announce_withdrawn_copy();

-- name: add_revocations
CREATE OR REPLACE FUNCTION sharing_add_revocations(tokens bytea[]) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_revocation (token) SELECT DISTINCT one FROM unnest(tokens) AS u (one) ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: waiting_revocations
-- Tokens that stand on no page yet, in the order of their digits, which says nothing of when or of whom.
CREATE OR REPLACE FUNCTION sharing_waiting_revocations(most integer) RETURNS SETOF bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.token FROM sharing_revocation r WHERE r.page IS NULL ORDER BY r.token LIMIT most
$$;

-- name: publish_page
-- Put a page of the feed out, the next one and no other, with the tokens that stand on it.
CREATE OR REPLACE FUNCTION sharing_publish_page(wanted integer, signed text, signed_index text, tokens bytea[], moment timestamptz) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('feed of revocations'));
    IF wanted IS DISTINCT FROM (SELECT coalesce(max(p.number), 0) + 1 FROM sharing_feed_page p) THEN
        RAISE EXCEPTION 'pages of the feed follow one another' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO sharing_feed_page (number, note, index, made_at) VALUES (wanted, signed, signed_index, moment);
    UPDATE sharing_revocation r SET page = wanted WHERE r.token = ANY(tokens) AND r.page IS NULL;
END
$$;

-- name: guard_revocation
CREATE OR REPLACE FUNCTION sharing_guard_revocation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.page IS NOT NULL OR NEW.token IS DISTINCT FROM OLD.token THEN
        RAISE EXCEPTION 'a revocation comes on a page once, and is changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_revocation_trigger
CREATE OR REPLACE TRIGGER revocation_guarded BEFORE UPDATE ON sharing_revocation FOR EACH ROW EXECUTE FUNCTION sharing_guard_revocation();

-- name: revocation_stays
CREATE OR REPLACE TRIGGER revocation_stays BEFORE DELETE OR TRUNCATE ON sharing_revocation FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: feed_page_append_only
CREATE OR REPLACE TRIGGER feed_page_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_feed_page
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: public_feed
-- The feed as it is published: signed texts of salted hashes among random ones.
CREATE OR REPLACE VIEW public_feed WITH (security_barrier) AS SELECT p.number, p.note, p.index, p.made_at FROM sharing_feed_page p;

-- name: correcting_feed_grants
REVOKE ALL ON FUNCTION sharing_late_days(date), sharing_open_on(date), sharing_chase_late(date[], smallint[], timestamptz), sharing_queue_chases(),
    sharing_chases_of(), sharing_late_recalls(integer), sharing_copies_of(text, bigint), sharing_copy_withdrawn(text),
    sharing_announce_withdrawn_copy(), sharing_add_revocations(bytea[]), sharing_waiting_revocations(integer),
    sharing_publish_page(integer, text, text, bytea[], timestamptz), sharing_guard_revocation() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_late_days(date), sharing_chase_late(date[], smallint[], timestamptz), sharing_copies_of(text, bigint),
    sharing_copy_withdrawn(text), sharing_add_revocations(bytea[]), sharing_waiting_revocations(integer),
    sharing_publish_page(integer, text, text, bytea[], timestamptz) TO {intake};
GRANT EXECUTE ON FUNCTION sharing_chases_of(), sharing_late_recalls(integer) TO {app};
GRANT SELECT ON public_feed TO {public}, {intake};
