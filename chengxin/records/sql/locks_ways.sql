-- name: cause_of
-- Why whoever read a record is told of a new version of it, by the version's state.
CREATE OR REPLACE FUNCTION records_cause_of(state text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN state IN ('withdrawn', 'revoked') THEN 'batch' WHEN state IN ('repaired', 'sealed') THEN state ELSE 'changed' END
$$;

-- name: guard_withdrawals
-- A record is withdrawn by a batch of the provider that handed it in, and of nobody else; a step of a transfer closes by rules of its own.
-- Whoever read it must be told: the statement that withdraws, corrects, repairs, seals or takes it to another person announces it, whatever code makes
-- it. An undoing announces itself. A first version says nothing of either, and a batch of them is looked through once.
CREATE OR REPLACE FUNCTION records_guard_withdrawals() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fresh WHERE version > 1 OR state <> 'active') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM fresh f JOIN records_batch b ON b.id = f.batch_id
        WHERE f.state IN ('withdrawn', 'revoked') AND b.transfer_step_id IS NULL AND EXISTS (
            SELECT FROM records_version v JOIN records_batch o ON o.id = v.batch_id
            WHERE v.subject_id = f.subject_id AND v.record_id = f.record_id AND v.version = f.version - 1
              AND o.provider_id <> b.provider_id)
    ) THEN
        RAISE EXCEPTION 'a record is withdrawn by its own provider alone' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO ground_event (at, kind, reference)
    SELECT clock_timestamp(), 'record-withdrawn', c.reference
    FROM (SELECT DISTINCT CASE WHEN b.transfer_step_id IS NOT NULL THEN 'moved:' || b.transfer_step_id
                               ELSE records_cause_of(f.state) || ':' || b.id END AS reference
          FROM fresh f JOIN records_batch b ON b.id = f.batch_id
          WHERE CASE WHEN b.transfer_step_id IS NOT NULL THEN f.state = 'moved' ELSE f.version > 1 AND b.undoing_id IS NULL END) c
    WHERE NOT EXISTS (SELECT FROM ground_event e
                      WHERE e.delivered_at IS NULL AND e.kind = 'record-withdrawn' AND e.reference = c.reference);
    RETURN NULL;
END
$$;

-- name: guard_withdrawals_trigger
CREATE OR REPLACE TRIGGER version_withdrawn_by_its_own AFTER INSERT ON records_version
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION records_guard_withdrawals();

-- name: own_item
-- Of which item a record is that the speaker's own organisation handed in, wherever it is now; nothing for anybody else's.
CREATE OR REPLACE FUNCTION records_own_item(wanted_subject bigint, wanted_record bigint) RETURNS smallint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT n.item_id
    FROM records_moved_to(ARRAY[wanted_subject], ARRAY[wanted_record]) m
    CROSS JOIN LATERAL records_newest(m.now_subject, m.record_id) n
    WHERE n.provider_id = (SELECT s.organisation FROM identity_speaker() s)
$$;

-- name: wake_exchange
-- Tells the worker that an inbox of an exchange schema has rows, with the owner's rights and in words of its own. It never waits for another
-- transaction that does the same: the worker looks each minute anyway.
CREATE OR REPLACE FUNCTION records_wake_exchange() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF ground_kind() = 'sandbox' THEN
        RAISE EXCEPTION 'a sandbox has no exchange tables' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF pg_try_advisory_xact_lock(hashtext('wake ' || TG_TABLE_SCHEMA)) THEN
        INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)
        VALUES ('intake', 'chengxin.records.ways.work.drain_exchange', 'drain ' || TG_TABLE_SCHEMA, jsonb_build_object('schema', TG_TABLE_SCHEMA))
        ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING;
    END IF;
    RETURN NULL;
END
$$;

-- name: ways_grants
REVOKE ALL ON FUNCTION records_wake_exchange(), records_guard_withdrawals(), records_own_item(bigint, bigint), records_cause_of(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_own_item(bigint, bigint) TO {app};
