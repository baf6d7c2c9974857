-- name: guard_step_batch
-- Records move in batches of the step in hand alone.
CREATE OR REPLACE FUNCTION records_guard_step_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.transfer_step_id IS DISTINCT FROM nullif(current_setting('cx.transfer', true), '')::bigint
       OR NOT EXISTS (SELECT FROM identity_in_hand()) THEN
        RAISE EXCEPTION 'a batch of a step that nobody has in hand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_step_batch_trigger
CREATE OR REPLACE TRIGGER batch_of_a_step BEFORE INSERT ON records_batch
    FOR EACH ROW WHEN (NEW.transfer_step_id IS NOT NULL) EXECUTE FUNCTION records_guard_step_batch();

-- name: move_append_only
CREATE OR REPLACE TRIGGER move_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_move
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: newest_of
-- The newest version of each record of a subject.
CREATE OR REPLACE FUNCTION records_newest_of(subject bigint) RETURNS SETOF records_version LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT ON (v.record_id) v.* FROM records_version v WHERE v.subject_id = subject ORDER BY v.record_id, v.version DESC
$$;

-- name: can_stand
-- Whether a version may stand as a subject's: nobody's who was called a minor, and of adverse records what the ledger's guard asks
-- (safeguards 3 and 4).
CREATE OR REPLACE FUNCTION records_can_stand(v records_version, subject bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM identity_person p
        WHERE p.subject_id = subject AND p.minor_rank <= p.identity_rank
          AND (v.grade = '' AND NOT EXISTS (SELECT FROM catalogue_item_version i WHERE i.item_id = v.item_id AND i.nature = 'adverse')
               OR v.ended IS NOT NULL AND v.final IS NOT NULL AND v.ended >= identity_turns_18(p.born)
                  AND NOT (p.judged AND identity_incapable(subject, 'infinity', ARRAY[
                      (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date, v.decided, v.ended]))))
$$;

-- name: goes_over
-- Which records the step in hand takes, which version of each is copied, and in which state it stands at the other place ('' where nothing
-- is written there). Forth: those of the source that the transfer names, all in a merge. Back: those that went forth, and those that the
-- step names besides. What is closed at one of the two places stays closed at both.
CREATE OR REPLACE FUNCTION records_goes_over(wanted bigint) RETURNS TABLE (record_id bigint, leaves bigint, left_version smallint,
    copied records_version, target bigint, target_version smallint, state varchar, outcome varchar) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH step AS (
        SELECT h.*, t.record_ids AS named, s.record_ids AS more FROM identity_in_hand() h
        JOIN identity_transfer t ON t.id = h.transfer_id JOIN identity_transfer_step s ON s.id = wanted
    ), fresh AS (
        -- What is at the source and goes as it stands there.
        SELECT n AS v, s.target, d AS there
        FROM step s CROSS JOIN LATERAL records_newest_of(s.source) n
        LEFT JOIN LATERAL records_newest_of(s.target) d ON d.record_id = n.record_id
        WHERE n.state <> 'moved'
          AND CASE WHEN s.forth THEN s.kind = 'merge' OR n.record_id = ANY(s.named)
                   ELSE n.record_id = ANY(s.more) OR EXISTS (
                       SELECT FROM records_move m JOIN identity_transfer_step f ON f.id = m.step_id
                       WHERE f.transfer_id = s.transfer_id AND f.forth AND m.record_id = n.record_id AND m.outcome = 'moved') END
    ), kept AS (
        -- What left the target by the last step forth and never stood at the source: it comes back as it was.
        SELECT DISTINCT ON (m.record_id) v, s.source, s.target, d AS there, m.outcome, n AS leaving
        FROM step s
        JOIN identity_transfer_step f ON f.transfer_id = s.transfer_id AND f.forth AND f.done_at IS NOT NULL
        JOIN records_move m ON m.step_id = f.id AND m.outcome <> 'moved' AND m.from_subject = s.target
        JOIN records_version v ON v.subject_id = m.from_subject AND v.record_id = m.record_id AND v.version = m.from_version - 1
        JOIN LATERAL records_newest_of(s.target) d ON d.record_id = m.record_id AND d.state = 'moved'
        LEFT JOIN LATERAL records_newest_of(s.source) n
            ON n.record_id = m.record_id AND m.outcome = 'kept-back' AND n.version = m.into_version
        WHERE NOT s.forth
        ORDER BY m.record_id, m.step_id DESC
    )
    SELECT (f.v).record_id, (f.v).subject_id, (f.v).version, f.v, f.target, coalesce((f.there).version, 0::smallint),
           CASE WHEN f.target IS NULL OR (f.there).state = 'active' AND (f.v).state = 'active'
                     OR (f.there).state NOT IN ('active', 'moved') THEN ''
                WHEN (f.v).state <> 'active' THEN (f.v).state
                WHEN NOT records_can_stand(f.v, f.target) THEN 'withdrawn'
                ELSE 'active' END,
           CASE WHEN f.target IS NULL THEN 'detached'
                WHEN (f.there).state = 'active' AND (f.v).state = 'active' OR (f.there).state NOT IN ('active', 'moved') THEN 'joined'
                WHEN (f.v).state <> 'active' THEN 'closed'
                WHEN NOT records_can_stand(f.v, f.target) THEN 'kept-back'
                ELSE 'moved' END
    FROM fresh f
    UNION ALL
    SELECT (k.v).record_id, (k.leaving).subject_id, (k.leaving).version, k.v, k.target, (k.there).version,
           CASE WHEN (k.v).state = 'active' AND NOT records_can_stand(k.v, k.target) THEN 'withdrawn' ELSE (k.v).state END, 'restored'
    FROM kept k
    WHERE NOT EXISTS (SELECT FROM fresh f WHERE (f.v).record_id = (k.v).record_id)
$$;

-- name: move
-- Take the records of the step in hand over, in a batch for each item and provider; gives how many. A record leaves by a version 'moved' and
-- stands at its new place with the same content, dates and commitment.
CREATE OR REPLACE FUNCTION records_move(step bigint, moment timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made integer;
    one integer;
BEGIN
    INSERT INTO records_batch (token, item_id, edition_id, provider_id, transfer_step_id, channel, digest, form, encoding, encoding_how, size_bytes,
        as_of, attested, state, received_at, rules_edition, read, new, changed, unchanged, waiting, refused, failure, failure_en)
    SELECT gen_random_uuid(), (g.copied).item_id, max(b.edition_id), b.provider_id, step, 'house',
           sha256(uuid_send(gen_random_uuid())), 'moved', '', '', 0, (moment AT TIME ZONE 'Asia/Shanghai')::date, '', 'received', moment, '',
           0, 0, 0, 0, 0, 0, '', ''
    FROM records_goes_over(step) g JOIN records_batch b ON b.id = (g.copied).batch_id
    GROUP BY (g.copied).item_id, b.provider_id;

    INSERT INTO records_move (step_id, record_id, batch_id, row_number, copied_subject, copied_version, from_subject, from_version,
        into_subject, into_version, state, outcome)
    SELECT step, g.record_id, n.id, row_number() OVER (PARTITION BY n.id ORDER BY g.record_id), (g.copied).subject_id, (g.copied).version,
           g.leaves, g.left_version + 1, g.target, CASE WHEN g.state <> '' THEN g.target_version + 1 END, g.state, g.outcome
    FROM records_goes_over(step) g
    JOIN records_batch b ON b.id = (g.copied).batch_id
    JOIN records_batch n ON n.transfer_step_id = step AND n.item_id = (g.copied).item_id AND n.provider_id = b.provider_id;
    GET DIAGNOSTICS made = ROW_COUNT;

    INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
        shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
    SELECT m.from_subject, m.record_id, m.from_version, v.item_id, m.batch_id, m.row_number, 'moved', v.decided, v.ended, v.final, v.grade,
           v.decided, v.decided, NULL, v.erase_on, v.terms_edition, NULL, moment
    FROM records_move m JOIN records_version v
        ON v.subject_id = m.from_subject AND v.record_id = m.record_id AND v.version = m.from_version - 1
    WHERE m.step_id = step AND m.from_subject IS NOT NULL;

    INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
        shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
    SELECT m.into_subject, m.record_id, m.into_version, v.item_id, m.batch_id, m.row_number, m.state, v.decided, v.ended, v.final, v.grade,
           CASE WHEN m.state = 'active' THEN v.shown_from ELSE v.decided END, CASE WHEN m.state = 'active' THEN v.shown_until ELSE v.decided END,
           CASE WHEN m.state = 'active' THEN v.repair_from END, v.erase_on, v.terms_edition,
           CASE WHEN m.state = 'active' THEN v.commitment END, moment
    FROM records_move m JOIN records_version v
        ON v.subject_id = m.copied_subject AND v.record_id = m.record_id AND v.version = m.copied_version
    WHERE m.step_id = step AND m.into_version IS NOT NULL;

    FOR one IN SELECT b.id FROM records_batch b WHERE b.transfer_step_id = step ORDER BY b.id LOOP
        PERFORM set_config('cx.batch', one::text, true);
        INSERT INTO records_payload (subject_id, record_id, version, layout_id, salt, body)
        SELECT m.into_subject, m.record_id, m.into_version, p.layout_id, p.salt, p.body
        FROM records_move m JOIN records_payload p
            ON p.subject_id = m.copied_subject AND p.record_id = m.record_id AND p.version = m.copied_version
        WHERE m.batch_id = one AND m.step_id = step AND m.state = 'active';
        UPDATE records_batch b SET state = 'done', finished_at = moment, read = n.rows, changed = n.rows
        FROM (SELECT count(*) AS rows FROM records_move m WHERE m.batch_id = one) n WHERE b.id = one;
    END LOOP;
    RETURN made;
END
$$;

-- name: moved_to
-- Where records are that were taken to another person: for a number that stands on an old receipt.
CREATE OR REPLACE FUNCTION records_moved_to(subjects bigint[], records bigint[])
    RETURNS TABLE (subject_id bigint, record_id bigint, now_subject bigint) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE way (subject_id, record_id, now_subject, depth) AS (
        SELECT u.subject_id, u.record_id, u.subject_id, 0 FROM unnest(subjects, records) AS u (subject_id, record_id)
        UNION ALL
        SELECT w.subject_id, w.record_id, m.into_subject, w.depth + 1 FROM way w
        CROSS JOIN LATERAL (SELECT v.state FROM records_version v WHERE v.subject_id = w.now_subject AND v.record_id = w.record_id
                            ORDER BY v.version DESC LIMIT 1) n
        CROSS JOIN LATERAL (SELECT m.into_subject FROM records_move m WHERE m.from_subject = w.now_subject AND m.record_id = w.record_id
                            ORDER BY m.step_id DESC LIMIT 1) m
        WHERE n.state = 'moved' AND m.into_subject IS NOT NULL AND w.depth < 100
    )
    SELECT DISTINCT ON (w.subject_id, w.record_id) w.subject_id, w.record_id, w.now_subject FROM way w
    ORDER BY w.subject_id, w.record_id, w.depth DESC
$$;

-- name: headers
-- What the credit centre's officers see of a person's records to say which of them are another's: item, provider, days, state. No value.
CREATE OR REPLACE FUNCTION records_headers(subject bigint)
    RETURNS TABLE (record_id bigint, item_id smallint, provider varchar, state varchar, decided date, recorded_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT identity_centre_speaks() THEN
        RAISE EXCEPTION 'records are told apart at the credit centre' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT n.record_id, n.item_id, o.name, n.state, n.decided, first.recorded_at
    FROM records_newest_of(subject) n
    JOIN records_batch b ON b.id = n.batch_id
    JOIN identity_organisation o ON o.id = b.provider_id
    JOIN records_version first ON first.subject_id = n.subject_id AND first.record_id = n.record_id AND first.version = 1
    WHERE n.state <> 'moved'
    ORDER BY first.recorded_at DESC, n.record_id;
END
$$;

-- name: transfer_grants_of_records
REVOKE ALL ON FUNCTION records_guard_step_batch(), records_newest_of(bigint), records_can_stand(records_version, bigint),
    records_goes_over(bigint), records_move(bigint, timestamptz), records_moved_to(bigint[], bigint[]), records_headers(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_move(bigint, timestamptz), records_moved_to(bigint[], bigint[]) TO {intake};
GRANT EXECUTE ON FUNCTION records_headers(bigint) TO {app};
GRANT SELECT ON records_move TO {intake};
