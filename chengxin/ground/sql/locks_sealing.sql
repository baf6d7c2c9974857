-- name: queue_entries
-- Each entry waits for its number from the moment it is written, in its own transaction: whatever commits late is numbered then.
CREATE OR REPLACE FUNCTION ground_queue_entries() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ground_unsealed (entry_id, subject_id) SELECT n.entry_id, n.subject_id FROM new_entries n;
    RETURN NULL;
END
$$;

-- name: queue_entries_trigger
CREATE OR REPLACE TRIGGER access_entry_queued AFTER INSERT ON ground_access_entry
    REFERENCING NEW TABLE AS new_entries FOR EACH STATEMENT EXECUTE FUNCTION ground_queue_entries();

-- name: guard_dropping
-- What is numbered goes with its whole tree, after the tree was noted as dropped.
CREATE OR REPLACE FUNCTION ground_guard_dropping() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone g WHERE NOT EXISTS (SELECT FROM ground_dropped_tree d WHERE (d.shard, d.tree) = (g.shard, g.tree))) THEN
        RAISE EXCEPTION '% is append-only: DELETE refused', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_entries_dropping
CREATE OR REPLACE FUNCTION ground_guard_entries_dropping() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone g WHERE NOT EXISTS (SELECT FROM ground_sealed s JOIN ground_dropped_tree d USING (shard, tree)
               WHERE (s.subject_id, s.entry_id) = (g.subject_id, g.entry_id))) THEN
        RAISE EXCEPTION '% is append-only: DELETE refused', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: access_entry_dropped_trigger
CREATE OR REPLACE TRIGGER access_entry_dropped AFTER DELETE ON ground_access_entry
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ground_guard_entries_dropping();

-- name: sealed_append_only
CREATE OR REPLACE TRIGGER sealed_append_only BEFORE UPDATE OR TRUNCATE ON ground_sealed
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sealed_dropped_trigger
CREATE OR REPLACE TRIGGER sealed_dropped AFTER DELETE ON ground_sealed
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ground_guard_dropping();

-- name: node_append_only
CREATE OR REPLACE TRIGGER node_append_only BEFORE UPDATE OR TRUNCATE ON ground_sealed_node
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: node_dropped_trigger
CREATE OR REPLACE TRIGGER node_dropped AFTER DELETE ON ground_sealed_node
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ground_guard_dropping();

-- name: guard_numbers
-- Numbers of a tree follow one another, of entries that are there, and never in a tree before the last one.
CREATE OR REPLACE FUNCTION ground_guard_numbers() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT n.shard, n.tree, min(n.seq) AS lowest, max(n.seq) AS highest, count(*) AS many FROM added n GROUP BY n.shard, n.tree) g
               WHERE g.highest - g.lowest + 1 <> g.many
                  OR g.lowest > 0 AND NOT EXISTS (SELECT FROM ground_sealed s WHERE (s.shard, s.tree, s.seq) = (g.shard, g.tree, g.lowest - 1))
                  OR EXISTS (SELECT FROM ground_sealed s WHERE s.shard = g.shard AND s.tree > g.tree)) THEN
        RAISE EXCEPTION 'numbers of a tree follow one another' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM added n WHERE NOT EXISTS (SELECT FROM ground_access_entry e
               WHERE (e.subject_id, e.entry_id) = (n.subject_id, n.entry_id))) THEN
        RAISE EXCEPTION 'an entry is numbered' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_numbers_trigger
CREATE OR REPLACE TRIGGER sealed_in_order AFTER INSERT ON ground_sealed
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ground_guard_numbers();

-- name: unsealed_append_only
CREATE OR REPLACE TRIGGER unsealed_append_only BEFORE UPDATE OR TRUNCATE ON ground_unsealed
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_queue
CREATE OR REPLACE FUNCTION ground_guard_queue() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM gone g WHERE NOT EXISTS (SELECT FROM ground_sealed s WHERE (s.subject_id, s.entry_id) = (g.subject_id, g.entry_id))) THEN
        RAISE EXCEPTION 'an entry waits until it has its number' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_queue_trigger
CREATE OR REPLACE TRIGGER unsealed_until_numbered AFTER DELETE ON ground_unsealed
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION ground_guard_queue();

-- name: guard_checkpoint
-- A head stands over numbers that were given.
CREATE OR REPLACE FUNCTION ground_guard_checkpoint() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ground_sealed s WHERE (s.shard, s.tree, s.seq) = (NEW.shard, NEW.tree, NEW.size - 1)) THEN
        RAISE EXCEPTION 'a head stands over numbered entries' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_checkpoint_trigger
CREATE OR REPLACE TRIGGER checkpoint_over_numbers BEFORE INSERT ON ground_checkpoint FOR EACH ROW EXECUTE FUNCTION ground_guard_checkpoint();

-- name: checkpoint_append_only
CREATE OR REPLACE TRIGGER checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sealing_key_append_only
CREATE OR REPLACE TRIGGER sealing_key_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_sealing_key
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sealing_append_only
CREATE OR REPLACE TRIGGER sealing_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_sealing
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: register_check_append_only
CREATE OR REPLACE TRIGGER register_check_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_register_check
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: dropped_tree_append_only
CREATE OR REPLACE TRIGGER dropped_tree_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_dropped_tree
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_lost_end
-- What is noted as lost is beyond the tree's end as it is, and no head of the database's own vouches for it: that would be no restore.
CREATE OR REPLACE FUNCTION ground_guard_lost_end() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM ground_sealed s WHERE s.shard = NEW.shard AND s.tree = NEW.tree AND s.seq >= NEW.size)
       OR NEW.size > 0 AND NOT EXISTS (SELECT FROM ground_sealed s WHERE (s.shard, s.tree, s.seq) = (NEW.shard, NEW.tree, NEW.size - 1))
       OR EXISTS (SELECT FROM ground_checkpoint c WHERE c.shard = NEW.shard AND c.tree = NEW.tree AND c.size > NEW.size) THEN
        RAISE EXCEPTION 'what is lost is beyond the end of the tree' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_lost_end_trigger
CREATE OR REPLACE TRIGGER lost_end_beyond_the_end BEFORE INSERT ON ground_lost_end FOR EACH ROW EXECUTE FUNCTION ground_guard_lost_end();

-- name: lost_end_append_only
CREATE OR REPLACE TRIGGER lost_end_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_lost_end
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: due_trees
-- Trees that nobody adds to any longer, whose whole length a head vouches for, of months past the retention of the register.
CREATE OR REPLACE FUNCTION ground_due_trees() RETURNS TABLE (shard smallint, tree text, size bigint, root bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.shard, c.tree, c.size, c.root
    FROM (SELECT DISTINCT ON (h.shard, h.tree) h.shard, h.tree, h.size, h.root FROM ground_checkpoint h ORDER BY h.shard, h.tree, h.size DESC) c
    JOIN records_term k ON k.name = 'register-retention' AND k.number = 'keep'
     AND k.valid_from = (SELECT max(t.valid_from) FROM records_term t WHERE t.name = k.name AND t.number = k.number
                         AND t.valid_from <= (now() AT TIME ZONE 'Asia/Shanghai')::date)
    WHERE to_date(left(c.tree, 7), 'YYYY-MM') + interval '1 month' + make_interval(years => k.value::integer)
          <= (now() AT TIME ZONE 'Asia/Shanghai')
      AND NOT EXISTS (SELECT FROM ground_sealed s WHERE (s.shard, s.tree, s.seq) = (c.shard, c.tree, c.size))
      AND NOT EXISTS (SELECT FROM ground_dropped_tree d WHERE (d.shard, d.tree) = (c.shard, c.tree))
    ORDER BY c.tree, c.shard
$$;

-- name: guard_dropped
CREATE OR REPLACE FUNCTION ground_guard_dropped() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ground_due_trees() d WHERE (d.shard, d.tree, d.size, d.root) = (NEW.shard, NEW.tree, NEW.size, NEW.root)) THEN
        RAISE EXCEPTION 'a tree goes after its retention, and its head stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_dropped_trigger
CREATE OR REPLACE TRIGGER dropped_tree_due BEFORE INSERT ON ground_dropped_tree FOR EACH ROW EXECUTE FUNCTION ground_guard_dropped();

-- name: drop_tree
-- Take away the entries of one tree that is past its retention, with their numbers and hashes; gives how many went. The heads stay.
CREATE OR REPLACE FUNCTION ground_drop_tree(wanted_shard integer, wanted_tree text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    went bigint;
BEGIN
    INSERT INTO ground_dropped_tree (shard, tree, size, root, at)
        SELECT d.shard, d.tree, d.size, d.root, clock_timestamp() FROM ground_due_trees() d WHERE d.shard = wanted_shard AND d.tree = wanted_tree;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a tree goes after its retention, and its head stays' USING ERRCODE = 'check_violation';
    END IF;
    DELETE FROM ground_access_entry e USING ground_sealed s
        WHERE s.shard = wanted_shard AND s.tree = wanted_tree AND (e.subject_id, e.entry_id) = (s.subject_id, s.entry_id);
    GET DIAGNOSTICS went = ROW_COUNT;
    DELETE FROM ground_sealed s WHERE s.shard = wanted_shard AND s.tree = wanted_tree;
    DELETE FROM ground_sealed_node n WHERE n.shard = wanted_shard AND n.tree = wanted_tree;
    RETURN went;
END
$$;

-- name: begin_sealing
-- Queue what was entered before entries were queued: once, while nothing was numbered yet, so that nothing slips in this way later.
CREATE OR REPLACE FUNCTION ground_begin_sealing() RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    queued bigint;
BEGIN
    IF EXISTS (SELECT FROM ground_sealed) OR EXISTS (SELECT FROM ground_dropped_tree) THEN
        RETURN 0;
    END IF;
    INSERT INTO ground_unsealed (entry_id, subject_id) SELECT e.entry_id, e.subject_id FROM ground_access_entry e ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS queued = ROW_COUNT;
    RETURN queued;
END
$$;

-- name: sealing_facts
-- What an operator and the system administrator look at: the sealer's last round, what waits, the last verification. Counts and moments alone.
CREATE OR REPLACE FUNCTION ground_sealing_facts() RETURNS TABLE (sealed_at timestamptz, signed_at timestamptz, trouble text, waiting bigint,
    waiting_since timestamptz, checked_at timestamptz, checked bigint, fault text, place text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT max(r.at) FROM ground_sealing r), (SELECT max(c.at) FROM ground_sealing c WHERE c.signed > 0), coalesce(l.trouble, ''), q.waiting,
           (SELECT e.at FROM ground_access_entry e JOIN (SELECT u.entry_id, u.subject_id FROM ground_unsealed u ORDER BY u.entry_id, u.subject_id LIMIT 1) o
            USING (entry_id, subject_id)), k.at, k.entries, coalesce(k.fault, ''), coalesce(k.place, '')
    FROM (SELECT count(*) AS waiting FROM (SELECT FROM ground_unsealed LIMIT 100000) w) q
    LEFT JOIN (SELECT r.trouble FROM ground_sealing r ORDER BY r.id DESC LIMIT 1) l ON true
    LEFT JOIN (SELECT c.at, c.entries, c.fault, c.place FROM ground_register_check c ORDER BY c.id DESC LIMIT 1) k ON true
$$;

-- name: seal_keeps_up
-- Whether the register's seal keeps up: no entry waits longer than a few minutes for its number. For everybody: tells nothing of any entry.
CREATE OR REPLACE FUNCTION ground_seal_keeps_up() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT EXISTS (
        SELECT FROM (SELECT u.entry_id, u.subject_id FROM ground_unsealed u ORDER BY u.entry_id, u.subject_id LIMIT 1) o
        JOIN ground_access_entry e USING (entry_id, subject_id)
        WHERE e.at < transaction_timestamp() - interval '5 minutes'
    )
$$;

-- name: seal_keeps_up_grants
REVOKE ALL ON FUNCTION ground_seal_keeps_up() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ground_seal_keeps_up() TO {public};

-- name: sealing_grants
-- The sealer reads the register whole, for leaves are computed from all columns, and adds numbers, hashes and heads.
GRANT SELECT ON ground_access_entry, ground_unsealed, ground_sealed, ground_sealed_node, ground_checkpoint, ground_sealing_key, ground_sealing,
    ground_register_check, ground_dropped_tree, ground_lost_end TO {sealer};
GRANT INSERT ON ground_sealed, ground_sealed_node, ground_checkpoint, ground_sealing_key, ground_sealing, ground_register_check, ground_lost_end
    TO {sealer};
GRANT SELECT ON ground_lost_end TO {admin};
GRANT DELETE ON ground_unsealed TO {sealer};
GRANT USAGE ON SEQUENCE ground_sealing_id_seq, ground_register_check_id_seq, ground_lost_end_id_seq TO {sealer};
GRANT EXECUTE ON FUNCTION ground_kind() TO {sealer};
REVOKE ALL ON FUNCTION ground_begin_sealing(), ground_due_trees(), ground_drop_tree(integer, text), ground_sealing_facts() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ground_due_trees(), ground_drop_tree(integer, text) TO {eraser};
GRANT EXECUTE ON FUNCTION ground_sealing_facts() TO {admin};
