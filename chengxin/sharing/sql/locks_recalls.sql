-- name: recall
-- Tell every organisation that read what an undoing took back, since it was written: one line for each of its records, with the last reading.
CREATE OR REPLACE FUNCTION sharing_recall_undone(undoing bigint, moment timestamptz, due date, estimated boolean) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at, acknowledged_by, due_on,
        due_estimated)
    SELECT DISTINCT ON (e.organisation, r.subject_id, r.record_id)
           'undoing:' || undoing, e.organisation, r.subject_id, r.record_id, e.entry_id, e.case_reference, e.at, moment, '', due, estimated
    FROM records_undo_row r
    JOIN records_undoing u ON u.id = r.undoing_id
    JOIN ground_access_entry e ON e.subject_id = r.subject_id AND r.record_id = ANY(e.record_ids)
        AND e.outcome = 'answered' AND e.at >= u.received_at AND e.at <= u.done_at
    WHERE r.undoing_id = undoing AND r.outcome <> 'left' AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)
    ORDER BY e.organisation, r.subject_id, r.record_id, e.at DESC
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: recall_batch
-- Tell every organisation that ever read what a batch withdrew, corrected, repaired or sealed, by its number or by content that differs: wherever
-- the record stood when it was read, one line with the last reading of a version before. What an undoing or a step closed has words of its own.
CREATE OR REPLACE FUNCTION sharing_recall_batch(batch integer, what text, moment timestamptz, due date, estimated boolean) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at, acknowledged_by, due_on,
        due_estimated)
    WITH RECURSIVE place (subject_id, record_id, below) AS (
        SELECT v.subject_id, v.record_id, v.version FROM records_version v JOIN records_batch b ON b.id = v.batch_id
        WHERE v.batch_id = batch AND v.version > 1 AND records_cause_of(v.state) = what
          AND b.undoing_id IS NULL AND b.transfer_step_id IS NULL
        UNION
        SELECT m.from_subject, p.record_id, NULL FROM place p
        JOIN records_move m ON m.into_subject = p.subject_id AND m.record_id = p.record_id AND m.from_subject IS NOT NULL
    )
    SELECT DISTINCT ON (e.organisation, p.subject_id, p.record_id)
           what || ':' || batch, e.organisation, p.subject_id, p.record_id, e.entry_id, e.case_reference, e.at, moment, '', due, estimated
    FROM place p
    JOIN ground_access_entry e ON e.subject_id = p.subject_id AND p.record_id = ANY(e.record_ids) AND e.outcome = 'answered'
    WHERE EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation) AND (p.below IS NULL OR EXISTS (
        SELECT FROM unnest(e.record_ids, e.versions) AS seen (record_id, version)
        WHERE seen.record_id = p.record_id AND seen.version < p.below))
    ORDER BY e.organisation, p.subject_id, p.record_id, e.at DESC
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: recall_moved
-- Tell every organisation that read a record under the person from whom a step of a merge or split took it, or whom its undoing took it from again:
-- one line with the last reading of a version before.
CREATE OR REPLACE FUNCTION sharing_recall_moved(step bigint, moment timestamptz, due date, estimated boolean) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at, acknowledged_by, due_on,
        due_estimated)
    SELECT DISTINCT ON (e.organisation, m.from_subject, m.record_id)
           'moved:' || step, e.organisation, m.from_subject, m.record_id, e.entry_id, e.case_reference, e.at, moment, '', due, estimated
    FROM records_move m
    JOIN ground_access_entry e ON e.subject_id = m.from_subject AND m.record_id = ANY(e.record_ids) AND e.outcome = 'answered'
    WHERE m.step_id = step AND m.from_subject IS NOT NULL AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)
      AND EXISTS (SELECT FROM unnest(e.record_ids, e.versions) AS seen (record_id, version)
                  WHERE seen.record_id = m.record_id AND seen.version < m.from_version)
    ORDER BY e.organisation, m.from_subject, m.record_id, e.at DESC
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: recall_expired
-- Tell every organisation that read a record in its newest version that it shows no more from a day on. One pass over the ledger's headers a day.
CREATE OR REPLACE FUNCTION sharing_recall_expired(last_day date, moment timestamptz, due date, estimated boolean) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at, acknowledged_by, due_on,
        due_estimated)
    SELECT DISTINCT ON (e.organisation, v.subject_id, v.record_id)
           'expired:' || last_day, e.organisation, v.subject_id, v.record_id, e.entry_id, e.case_reference, e.at, moment, '', due, estimated
    FROM records_version v
    JOIN ground_access_entry e ON e.subject_id = v.subject_id AND v.record_id = ANY(e.record_ids) AND e.outcome = 'answered'
    WHERE v.shown_until = last_day AND v.state = 'active' AND v.shown_from < v.shown_until AND last_day <= (moment AT TIME ZONE 'Asia/Shanghai')::date
      AND NOT EXISTS (SELECT FROM records_version n WHERE n.subject_id = v.subject_id AND n.record_id = v.record_id AND n.version > v.version)
      AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)
    ORDER BY e.organisation, v.subject_id, v.record_id, e.at DESC
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: announce_expiry
-- Announce each day up to a day whose end of showing wasn't announced yet; on the first call that day alone.
CREATE OR REPLACE FUNCTION sharing_announce_expiry(today date, moment timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('announce expiry'));
    INSERT INTO ground_event (at, kind, reference)
    SELECT moment, 'record-withdrawn', 'expired:' || d.day::date
    FROM (SELECT max(substr(e.reference, 9))::date AS last FROM ground_event e WHERE e.kind = 'record-withdrawn' AND e.reference LIKE 'expired:%') l
    CROSS JOIN LATERAL generate_series(coalesce(l.last + 1, today)::timestamp, today::timestamp, interval '1 day') AS d (day);
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: recall_marked
-- Tell every organisation that ever read a record, wherever it stood then, that a dispute about it began or ended, by the number of that dispute.
CREATE OR REPLACE FUNCTION sharing_recall_marked(what text, mark bigint, subject bigint, record bigint, moment timestamptz, due date, estimated boolean)
    RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made bigint;
BEGIN
    INSERT INTO sharing_recall (reference, organisation, subject_id, record_id, entry_id, case_reference, read_at, told_at, acknowledged_by, due_on,
        due_estimated)
    WITH RECURSIVE place (subject_id) AS (
        SELECT subject
        UNION
        SELECT m.from_subject FROM place p JOIN records_move m
            ON m.into_subject = p.subject_id AND m.record_id = record AND m.from_subject IS NOT NULL
    )
    SELECT DISTINCT ON (e.organisation, p.subject_id)
           what || ':' || mark, e.organisation, p.subject_id, record, e.entry_id, e.case_reference, e.at, moment, '', due, estimated
    FROM place p JOIN ground_access_entry e ON e.subject_id = p.subject_id AND record = ANY(e.record_ids) AND e.outcome = 'answered'
    WHERE what IN ('disputed', 'dispute-ended') AND EXISTS (SELECT FROM identity_organisation o WHERE o.code = e.organisation)
    ORDER BY e.organisation, p.subject_id, e.at DESC
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;

-- name: recalls_of
-- What the organisation that is spoken for is told of, the newest first.
CREATE OR REPLACE FUNCTION sharing_recalls_of(before bigint, most integer) RETURNS SETOF sharing_recall LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.* FROM sharing_recall c
    WHERE c.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation) AND c.id < before
    ORDER BY c.id DESC LIMIT most
$$;

-- name: own_recalls
-- Whom the register told of changes of one of the person's records that they had read, and who acknowledged it: for the person who speaks.
CREATE OR REPLACE FUNCTION sharing_own_recalls(wanted bigint) RETURNS TABLE (cause text, organisation varchar, told_at timestamptz, due_on date,
    acknowledged_at timestamptz) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT split_part(c.reference, ':', 1), o.name, c.told_at, c.due_on, c.acknowledged_at
    FROM sharing_recall c JOIN identity_organisation o ON o.code = c.organisation
    WHERE c.record_id = wanted AND c.subject_id IN (SELECT identity_held_by(identity_person_speaking()))
    ORDER BY c.told_at DESC, c.id DESC LIMIT 200;
END
$$;

-- name: acknowledge
-- Acknowledged once, by whoever speaks for the organisation that was told.
CREATE OR REPLACE FUNCTION sharing_acknowledge(wanted bigint) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE sharing_recall c SET acknowledged_at = clock_timestamp(), acknowledged_by = s.name
    FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation
    WHERE c.id = wanted AND c.organisation = o.code AND c.acknowledged_at IS NULL;
    RETURN FOUND;
END
$$;

-- name: guard_recall
CREATE OR REPLACE FUNCTION sharing_guard_recall() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.acknowledged_at IS NOT NULL OR (to_jsonb(NEW) - 'acknowledged_at' - 'acknowledged_by')
       IS DISTINCT FROM (to_jsonb(OLD) - 'acknowledged_at' - 'acknowledged_by') THEN
        RAISE EXCEPTION 'a recall is acknowledged once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_recall_trigger
CREATE OR REPLACE TRIGGER recall_guarded BEFORE UPDATE ON sharing_recall FOR EACH ROW EXECUTE FUNCTION sharing_guard_recall();

-- name: recall_stays
CREATE OR REPLACE TRIGGER recall_stays BEFORE DELETE OR TRUNCATE ON sharing_recall FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: recall_grants
REVOKE ALL ON FUNCTION sharing_recall_undone(bigint, timestamptz, date, boolean), sharing_recall_batch(integer, text, timestamptz, date, boolean),
    sharing_recall_moved(bigint, timestamptz, date, boolean), sharing_recall_expired(date, timestamptz, date, boolean),
    sharing_announce_expiry(date, timestamptz), sharing_recall_marked(text, bigint, bigint, bigint, timestamptz, date, boolean),
    sharing_recalls_of(bigint, integer), sharing_acknowledge(bigint), sharing_own_recalls(bigint), sharing_guard_recall() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_recall_undone(bigint, timestamptz, date, boolean),
    sharing_recall_batch(integer, text, timestamptz, date, boolean), sharing_recall_moved(bigint, timestamptz, date, boolean),
    sharing_recall_expired(date, timestamptz, date, boolean), sharing_announce_expiry(date, timestamptz),
    sharing_recall_marked(text, bigint, bigint, bigint, timestamptz, date, boolean) TO {intake};
GRANT EXECUTE ON FUNCTION sharing_recalls_of(bigint, integer), sharing_acknowledge(bigint), sharing_own_recalls(bigint) TO {app};
