-- name: version_append_only
CREATE OR REPLACE TRIGGER version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_version
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: finding_append_only
CREATE OR REPLACE TRIGGER finding_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_finding
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: layout_append_only
CREATE OR REPLACE TRIGGER layout_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_layout
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: payload_append_only
CREATE OR REPLACE TRIGGER payload_append_only BEFORE UPDATE OR TRUNCATE ON records_payload
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: payload_erasure
-- A payload goes only by the eraser's hand, and its policy lets that hand reach only what is due.
CREATE OR REPLACE FUNCTION records_guard_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user <> '{eraser}' THEN
        RAISE EXCEPTION 'records_payload is erased by the eraser role alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: payload_erasure_trigger
CREATE OR REPLACE TRIGGER payload_erasure BEFORE DELETE ON records_payload
    FOR EACH STATEMENT EXECUTE FUNCTION records_guard_erasure();

-- name: guard_batch
-- A batch that was finished can't be opened again to take in more.
CREATE OR REPLACE FUNCTION records_guard_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finished batch stays as it is' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: guard_batch_trigger
CREATE OR REPLACE TRIGGER batch_stays_finished BEFORE UPDATE OR DELETE ON records_batch
    FOR EACH ROW WHEN (OLD.state <> 'received') EXECUTE FUNCTION records_guard_batch();

-- name: guard_provider
-- Nobody hands in once they stand no more: ended, not begun, or without the licence that their kind needs. A step hands nothing in.
CREATE OR REPLACE FUNCTION records_guard_provider() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT identity_organisation_stands(NEW.provider_id, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date) THEN
        RAISE EXCEPTION 'a batch of an organisation that doesn''t stand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_provider_trigger
CREATE OR REPLACE TRIGGER batch_of_a_provider_who_stands BEFORE INSERT ON records_batch
    FOR EACH ROW WHEN (NEW.transfer_step_id IS NULL) EXECUTE FUNCTION records_guard_provider();

-- name: adverse_display
-- The longest that any law begun by now lets an adverse record show, by its grade; '' is the court's list, which grades none.
CREATE OR REPLACE VIEW records_longest_display AS
    SELECT CASE name WHEN 'court-list' THEN '' ELSE replace(number, '_max', '') END AS grade,
           make_interval(months => max(value)) AS shown
    FROM records_term
    WHERE (name = 'court-list' OR name = 'display-grade' AND number LIKE '%\_max') AND unit = 'month'
      AND valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    GROUP BY 1;

-- name: adverse_retention
CREATE OR REPLACE VIEW records_longest_retention AS
    SELECT make_interval(years => max(value)) AS kept
    FROM records_term
    WHERE name = 'adverse-retention' AND unit = 'year'
      AND valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;

-- name: guard_versions
-- What a new version must satisfy whatever code wrote it. The rows are read once, and once more where some are not the first of their
-- record; the day is the database's own, whatever the rows say. Persons and versions are looked up by their keys: a plan kept from the
-- moment the tables were small would scan them. No eighteen years are longer than 6576 days; that much is compared first, being cheap.
CREATE OR REPLACE FUNCTION records_guard_versions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    longest interval := (SELECT kept FROM records_longest_retention);
    told record;
BEGIN
    SELECT max(f.recorded_at) AS recorded_at, max(f.version) AS version,
           min(f.batch_id) AS first, max(f.batch_id) AS last, sum(f.rows) AS rows, sum(f.standing) AS standing, sum(f.amount) AS amount,
           bool_or(b.id IS NULL) AS homeless, bool_or(b.transfer_step_id IS NOT NULL) AS stepping,
           bool_or(f.moves AND b.transfer_step_id IS NULL) AS moved,
           bool_or(f.active AND b.transfer_step_id IS NULL AND (f.decided <@ d.days AND l.item_id IS NOT NULL) IS NOT TRUE) AS baseless,
           bool_or(f.nobody OR (a.item_id IS NOT NULL OR f.grade <> '') AND f.unsound) AS unsound,
           bool_or(b.transfer_step_id IS NULL AND (a.item_id IS NOT NULL OR f.grade <> '')
                   AND (f.overkept OR m.shown IS NULL AND f.active OR f.shown_until > f.decided + m.shown)) AS endless
    INTO told
    FROM (
        SELECT f.item_id, f.batch_id, f.decided, f.grade, count(*) AS rows, count(*) FILTER (WHERE f.state = 'active') AS standing,
               sum(records_row_sum(f.commitment, f.subject_id, f.record_id, f.version, f.state, f.grade, f.decided, f.shown_from, f.shown_until,
                                   f.erase_on)) AS amount, max(f.recorded_at) AS recorded_at, max(f.version) AS version,
               bool_or(f.state = 'active') AS active, bool_or(f.state = 'moved') AS moves,
               bool_or(p.subject_id IS NULL
                       OR f.state = 'active' AND (p.absorbed_into_id IS NOT NULL OR p.minor_rank > p.identity_rank)) AS nobody,
               bool_or(f.state = 'active'
                       AND (f.ended IS NULL OR f.final IS NULL OR f.final > today
                            OR p.judged AND identity_incapable(f.subject_id, 'infinity', ARRAY[today, f.decided, f.ended])
                            OR f.ended < p.born + 6576 AND f.ended < identity_turns_18(p.born))) AS unsound,
               max(f.shown_until) FILTER (WHERE f.state = 'active' AND f.shown_until > f.shown_from) AS shown_until,
               bool_or(f.state = 'active' AND (f.erase_on <= least(f.ended, f.decided) + longest) IS NOT TRUE) AS overkept
        FROM fresh f
        LEFT JOIN identity_person p USING (subject_id)
        GROUP BY f.item_id, f.batch_id, f.decided, f.grade
    ) f
    LEFT JOIN records_batch b ON b.id = f.batch_id AND b.item_id = f.item_id AND b.state = 'received'
    LEFT JOIN (SELECT item_id, range_agg(daterange(valid_from, valid_until)) AS days
               FROM catalogue_item_basis_days GROUP BY item_id) d ON d.item_id = f.item_id
    LEFT JOIN (SELECT DISTINCT item_id FROM catalogue_item_live
               WHERE valid_from <= today AND today < valid_until) l ON l.item_id = f.item_id
    LEFT JOIN (SELECT DISTINCT item_id FROM catalogue_item_version WHERE nature = 'adverse') a ON a.item_id = f.item_id
    LEFT JOIN records_longest_display m ON m.grade = f.grade;
    -- Nothing is known before it is told: what was known at a moment can't be made up afterwards for a moment to come.
    IF told.recorded_at > clock_timestamp() THEN
        RAISE EXCEPTION 'a version recorded at a moment to come' USING ERRCODE = 'check_violation';
    END IF;
    -- Safeguard 1: the item has a law in force on the day of the document and on the day of collection.
    IF told.baseless THEN
        RAISE EXCEPTION 'no legal basis in force for an item on its date' USING ERRCODE = 'check_violation';
    END IF;
    -- Safeguards 3 and 4: a known person, adult and of full capacity where the record is adverse, the act dated, the document final. What
    -- has a grade is adverse in effect, whatever its item is.
    IF told.unsound THEN
        RAISE EXCEPTION 'a record stands against nobody, a minor, a person without full capacity, or without end or finality'
            USING ERRCODE = 'check_violation';
    END IF;
    -- Safeguard 6: no law lets it show or be kept for longer.
    IF told.endless THEN
        RAISE EXCEPTION 'an adverse record shown or kept for longer than any law allows' USING ERRCODE = 'check_violation';
    END IF;
    IF told.homeless THEN
        RAISE EXCEPTION 'a version belongs to a batch that is open, and to its item' USING ERRCODE = 'check_violation';
    END IF;
    -- A record goes to another person by a step that two officers decided on, between its two persons, and is there what it was here.
    IF told.moved THEN
        RAISE EXCEPTION 'a record moves to another person by a step alone' USING ERRCODE = 'check_violation';
    END IF;
    IF told.stepping AND EXISTS (
        SELECT FROM fresh f JOIN records_batch b ON b.id = f.batch_id AND b.transfer_step_id IS NOT NULL
        WHERE NOT EXISTS (SELECT FROM identity_in_hand() h WHERE f.subject_id IN (h.source, h.target))
           OR f.state = 'active' AND NOT EXISTS (
               SELECT FROM records_version v, identity_in_hand() h
               WHERE v.subject_id IN (h.source, h.target) AND v.record_id = f.record_id AND v.batch_id <> f.batch_id AND v.state = 'active'
                 AND (v.item_id, v.decided, v.ended, v.final, v.grade, v.shown_from, v.shown_until, v.repair_from, v.erase_on, v.commitment)
                     IS NOT DISTINCT FROM
                     (f.item_id, f.decided, f.ended, f.final, f.grade, f.shown_from, f.shown_until, f.repair_from, f.erase_on, f.commitment))
    ) THEN
        RAISE EXCEPTION 'a record that moves stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF told.version > 1 THEN
        -- Versions follow one another without a gap; what was closed stays closed (safeguard 7), and what moved away comes back by a step
        -- alone, what an undoing withdrew by its provider; what is superseded is known as such from the same moment.
        IF EXISTS (
            SELECT FROM fresh f WHERE f.version > 1 AND NOT EXISTS (
                SELECT FROM records_version v
                WHERE v.subject_id = f.subject_id AND v.record_id = f.record_id AND v.version = f.version - 1
                  AND v.item_id = f.item_id
                  AND (CASE v.state WHEN 'active' THEN true WHEN 'moved' THEN told.stepping ELSE f.state <> 'active' END
                       OR v.state IN ('withdrawn', 'revoked') AND records_may_reopen(v.batch_id, f.batch_id)))
        ) THEN
            RAISE EXCEPTION 'a version without the one before it, or after the record was closed' USING ERRCODE = 'check_violation';
        END IF;
        INSERT INTO records_superseded (subject_id, record_id, version, recorded_at)
            SELECT subject_id, record_id, version - 1, recorded_at FROM fresh WHERE version > 1;
    END IF;
    -- What the nightly proof goes by: written by the statement that writes the versions, whoever makes it.
    IF told.first = told.last THEN
        INSERT INTO records_proof_part (batch_id, rows, standing, amount) VALUES (told.first, told.rows, told.standing, told.amount);
    ELSE
        INSERT INTO records_proof_part (batch_id, rows, standing, amount)
            SELECT f.batch_id, count(*), count(*) FILTER (WHERE f.state = 'active'),
                   sum(records_row_sum(f.commitment, f.subject_id, f.record_id, f.version, f.state, f.grade, f.decided, f.shown_from, f.shown_until,
                                   f.erase_on))
            FROM fresh f GROUP BY f.batch_id;
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_versions_trigger
CREATE OR REPLACE TRIGGER version_guarded AFTER INSERT ON records_version
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION records_guard_versions();

-- name: guard_payloads
-- Values stand with an active version of the batch that is announced and open, or not at all. Intake writes them right after their
-- versions, which therefore stand at the table's end: that end is read once, and only what isn't there is looked up by its key.
CREATE OR REPLACE FUNCTION records_guard_payloads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET enable_mergejoin = off SET enable_nestloop = off AS $$
DECLARE
    batch integer := (SELECT id FROM records_batch
                      WHERE id = nullif(current_setting('cx.batch', true), '')::integer AND state = 'received');
    -- Thirty versions fill more than a page.
    tail tid := format('(%s,0)', greatest(pg_relation_size('records_version') / 8192 - (SELECT count(*) FROM fresh) / 30 - 1, 0));
BEGIN
    IF EXISTS (
        SELECT FROM fresh f WHERE NOT EXISTS (
            SELECT FROM records_version v
            WHERE v.ctid >= tail AND v.subject_id = f.subject_id AND v.record_id = f.record_id AND v.version = f.version
              AND v.batch_id = batch AND v.state = 'active')
    ) AND EXISTS (
        -- OFFSET keeps this a look-up for each row.
        SELECT FROM fresh f WHERE NOT EXISTS (
            SELECT FROM records_version v
            WHERE v.subject_id = f.subject_id AND v.record_id = f.record_id AND v.version = f.version
              AND v.batch_id = batch AND v.state = 'active' OFFSET 0)
    ) THEN
        RAISE EXCEPTION 'values of no active version of the open batch' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_payloads_trigger
CREATE OR REPLACE TRIGGER payload_guarded AFTER INSERT ON records_payload
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION records_guard_payloads();

-- name: fate
-- What the ledger already holds of the rows staged by this session, whose bodies are given; without bodies, which rows it holds. What the
-- same batch wrote before is told apart. Runs with the owner's eyes, so that intake itself reads nothing. Never by a scan of the ledger: a
-- plan kept from the moment the ledger was empty would be quadratic.
CREATE OR REPLACE FUNCTION records_fate(batch integer, layout smallint, bodies bytea) RETURNS TABLE (row_number integer, version smallint, fate text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off
    SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    -- The staging table is the caller's: nothing in it may run code of the caller's with the owner's rights, so no view, no policy and
    -- no type but PostgreSQL's own.
    IF EXISTS (
        SELECT FROM pg_class c
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.oid = to_regclass('pg_temp.intake_staging')
          AND (c.relkind <> 'r' OR c.relrowsecurity OR t.typnamespace <> 'pg_catalog'::regnamespace)
    ) THEN
        RAISE EXCEPTION 'the staging table is no plain table' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT s.row_number, n.version,
           CASE WHEN bodies IS NULL THEN NULL
                WHEN n.state = 'withdrawn' AND records_may_reopen(n.batch_id, batch) THEN 'changed'
                WHEN n.state <> 'active' OR p.body IS NULL THEN 'closed'
                ELSE CASE p.layout_id = layout AND convert_to(p.body, 'UTF8') = substring(bodies FROM s.starts + 1 FOR s.length)
                     WHEN true THEN CASE n.batch_id WHEN batch THEN 'double' ELSE 'unchanged' END
                     ELSE CASE n.batch_id WHEN batch THEN 'conflict' ELSE 'changed' END END END
    FROM pg_temp.intake_staging s
    JOIN LATERAL (SELECT v.version, v.state, v.batch_id FROM records_version v
                  WHERE v.subject_id = s.subject_id AND v.record_id = s.record_id
                  ORDER BY v.version DESC LIMIT 1) n ON true
    LEFT JOIN records_payload p
        ON p.subject_id = s.subject_id AND p.record_id = s.record_id AND p.version = n.version;
END
$$;

-- name: record_state
-- The newest version of one record and who handed it in, for a correction that names it.
CREATE OR REPLACE FUNCTION records_newest(wanted_subject bigint, wanted_record bigint)
    RETURNS TABLE (version smallint, state varchar, item_id smallint, provider_id bigint,
                   decided date, ended date, final date, erase_on date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT v.version, v.state, v.item_id, b.provider_id, v.decided, v.ended, v.final, v.erase_on
    FROM records_version v JOIN records_batch b ON b.id = v.batch_id
    WHERE v.subject_id = wanted_subject AND v.record_id = wanted_record
    ORDER BY v.version DESC LIMIT 1
$$;

-- name: batch_numbers
-- Which rows of a batch became which record versions, in row order: what the receipt lists, for the provider whose batch it is. Keys only.
CREATE OR REPLACE FUNCTION records_batch_versions(wanted integer)
    RETURNS TABLE (row_number integer, subject_id bigint, record_id bigint, version smallint, state varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT v.row_number, v.subject_id, v.record_id, v.version, v.state
    FROM records_version v
    WHERE v.batch_id = wanted AND EXISTS (
        SELECT FROM records_batch b WHERE b.id = wanted AND b.provider_id = (SELECT s.organisation FROM identity_speaker() s))
    ORDER BY v.row_number, v.version
$$;

-- name: row_security
ALTER TABLE records_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_payload ENABLE ROW LEVEL SECURITY;

-- name: gate_items
-- Which items the purpose may see on the day asked for, and today. Without cx.on and cx.purpose an error. A function that keeps its plan: laid
-- out into each reading, as a condition of the policy itself was, it cost more to plan than to run.
CREATE OR REPLACE FUNCTION records_open_items() RETURNS smallint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT DISTINCT o.item_id FROM catalogue_open o
        WHERE o.purpose_id = current_setting('cx.purpose')::bigint
          AND o.valid_from <= least(current_setting('cx.on')::date, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
          AND o.valid_until > greatest(current_setting('cx.on')::date, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
    );
END
$$;

-- name: gate_items_grant
REVOKE ALL ON FUNCTION records_open_items() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_open_items() TO {app};

-- name: gate
-- The read gate. Without cx.on and cx.purpose it is an error. The day asked for can't be used to look around today: what has
-- expired today, or begins tomorrow, stays hidden whatever day was set.
DROP POLICY IF EXISTS gate ON records_version;
CREATE POLICY gate ON records_version FOR SELECT TO {app} USING (
    state = 'active'
    AND shown_from <= least(current_setting('cx.on')::date, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
    AND shown_until > greatest(current_setting('cx.on')::date, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
    AND item_id = ANY ((SELECT records_open_items())::smallint[])
    AND NOT EXISTS (
        SELECT FROM records_superseded s
        WHERE s.subject_id = records_version.subject_id AND s.record_id = records_version.record_id
          AND s.version = records_version.version
    )
    -- Safeguard 3, whenever the authority told so: nothing of anybody whom it calls a minor, nothing done before 18; nothing adverse of a
    -- person who lacks full civil capacity today, nor of what they did or was decided while they lacked it. One look-up by key; no eighteen
    -- years are longer than 6576 days, and that and whether somebody was ever judged is compared first, being cheap.
    AND EXISTS (
        SELECT FROM identity_person p
        WHERE p.subject_id = records_version.subject_id
          AND p.minor_rank <= p.identity_rank
          AND NOT (coalesce(ended, decided) < p.born + 6576 AND coalesce(ended, decided) < identity_turns_18(p.born))
          AND NOT (
              p.judged
              AND (grade <> '' OR item_id IN (SELECT i.item_id FROM catalogue_item_version i WHERE i.nature = 'adverse'))
              AND identity_incapable(records_version.subject_id, 'infinity',
                                     ARRAY[(transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date,
                                           current_setting('cx.on')::date, decided, ended])
          )
    )
);

-- name: gate_payload
-- A payload is read with its version or not at all.
DROP POLICY IF EXISTS gate ON records_payload;
CREATE POLICY gate ON records_payload FOR SELECT TO {app} USING (
    EXISTS (
        SELECT FROM records_version v
        WHERE v.subject_id = records_payload.subject_id AND v.record_id = records_payload.record_id
          AND v.version = records_payload.version
    )
);

-- name: intake_writes_its_batch
DROP POLICY IF EXISTS intake_batch ON records_version;
CREATE POLICY intake_batch ON records_version FOR INSERT TO {intake}
    WITH CHECK (batch_id = (SELECT current_setting('cx.batch')::integer));
DROP POLICY IF EXISTS intake_payload ON records_payload;
-- Which values may be written is the trigger's to say: it reads the versions once for all rows.
CREATE POLICY intake_payload ON records_payload FOR INSERT TO {intake} WITH CHECK (true);

-- name: eraser_reaches_what_is_due
DROP POLICY IF EXISTS eraser_due ON records_version;
CREATE POLICY eraser_due ON records_version FOR SELECT TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
DROP POLICY IF EXISTS eraser_sees ON records_payload;
CREATE POLICY eraser_sees ON records_payload FOR SELECT TO {eraser} USING (
    EXISTS (
        SELECT FROM records_version v
        WHERE v.subject_id = records_payload.subject_id AND v.record_id = records_payload.record_id
          AND v.version = records_payload.version
    )
);
DROP POLICY IF EXISTS eraser_erases ON records_payload;
-- A DELETE that names no column meets no policy for SELECT, so this one asks for itself.
CREATE POLICY eraser_erases ON records_payload FOR DELETE TO {eraser} USING (
    EXISTS (
        SELECT FROM records_version v
        WHERE v.subject_id = records_payload.subject_id AND v.record_id = records_payload.record_id
          AND v.version = records_payload.version
    )
);

-- name: shown
-- What may be shown now: the version behind the gate with its values.
CREATE OR REPLACE VIEW records_shown WITH (security_invoker = true) AS
    SELECT v.subject_id, v.record_id, v.version, v.item_id, v.batch_id, v.decided, v.grade, v.state,
           v.shown_from, v.shown_until, v.repair_from, p.layout_id, p.body
    FROM records_version v
    JOIN records_payload p USING (subject_id, record_id, version);

-- name: records_grants
-- A trigger function too: who may execute it can hang it on a table of their own, and it writes with the owner's rights.
REVOKE ALL ON FUNCTION records_guard_versions(), records_fate(integer, smallint, bytea), records_newest(bigint, bigint), records_batch_versions(integer) FROM PUBLIC;
GRANT SELECT ON records_version, records_payload, records_superseded, records_shown, records_layout TO {app};
GRANT EXECUTE ON FUNCTION records_batch_versions(integer) TO {app};
GRANT INSERT ON records_version, records_payload TO {intake};
GRANT SELECT, INSERT ON records_layout TO {intake};
GRANT USAGE ON SEQUENCE records_layout_id_seq TO {intake};
GRANT EXECUTE ON FUNCTION records_fate(integer, smallint, bytea), records_newest(bigint, bigint) TO {intake};
GRANT SELECT (subject_id, record_id, version, erase_on) ON records_version TO {eraser};
GRANT SELECT (subject_id, record_id, version), DELETE ON records_payload TO {eraser};
GRANT SELECT, INSERT ON records_batch TO {app}, {intake};
GRANT UPDATE (form, encoding, encoding_how, state, finished_at, rules_edition, read, new, changed, unchanged, waiting, refused,
    failure, failure_en) ON records_batch TO {intake};
GRANT USAGE ON SEQUENCE records_batch_id_seq TO {app}, {intake};
GRANT SELECT ON records_progress, records_finding, records_check_rule TO {app}, {intake};
GRANT INSERT, UPDATE ON records_progress TO {intake};
GRANT INSERT ON records_finding TO {intake};
GRANT USAGE ON SEQUENCE records_finding_id_seq TO {intake};
GRANT SELECT, INSERT, DELETE ON records_waiting TO {intake};
GRANT USAGE ON SEQUENCE records_waiting_id_seq TO {intake};
