-- name: system_facts
-- What an operator and the system administrator look at: clocks, keys' age, the queue, the last proof. Numbers and days alone, of nobody.
CREATE OR REPLACE FUNCTION site_system_facts() RETURNS TABLE (clock timestamptz, last_recorded timestamptz, keys_since timestamptz, unblocked boolean,
    size bigint, server text, waiting bigint, waiting_since timestamptz, doing bigint, failed bigint, batches_open bigint, proved_at timestamptz, faults integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT clock_timestamp(), greatest((SELECT max(b.received_at) FROM records_batch b), (SELECT max(a.at) FROM ground_action a)),
           (SELECT k.created_at FROM identity_vault_key k JOIN identity_key_pointers p ON p.current = k.key_id),
           EXISTS (SELECT FROM identity_code c WHERE c.birth_block IS NULL AND c.code_type = 'resident-id'),
           pg_database_size(current_database()), current_setting('server_version'),
           j.waiting, j.waiting_since, j.doing, j.failed,
           (SELECT count(*) FROM records_batch b WHERE b.finished_at IS NULL),
           r.at, coalesce(jsonb_array_length(r.faults), 0)
    FROM (SELECT count(*) FILTER (WHERE q.status = 'todo' AND q.due) AS waiting,
                 min(q.since) FILTER (WHERE q.status = 'todo' AND q.due) AS waiting_since,
                 count(*) FILTER (WHERE q.status = 'doing') AS doing, count(*) FILTER (WHERE q.status = 'failed') AS failed
          FROM (SELECT o.status, o.scheduled_at IS NULL OR o.scheduled_at <= clock_timestamp() AS due,
                       (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = o.id) AS since
                FROM procrastinate_jobs o WHERE o.status IN ('todo', 'doing', 'failed')) q) j
    LEFT JOIN (SELECT p.at, p.faults FROM records_proof_run p ORDER BY p.id DESC LIMIT 1) r ON true
$$;

-- name: keys_in_use
-- The ids of the keys that something in the database stands under, which their source must give; nothing of the keys themselves.
CREATE OR REPLACE FUNCTION site_keys_in_use() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT k.key_id FROM identity_vault_key k WHERE k.retired_at IS NULL ORDER BY k.key_id
$$;

-- name: parts_wait_since
-- Since when parts of batches wait while none is settled; null where none waits.
CREATE OR REPLACE FUNCTION site_parts_wait_since() RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN count(*) > 0 THEN greatest(min(b.asked_at), (SELECT max(s.settled_at) FROM sharing_batch_part s)) END
    FROM sharing_batch b WHERE EXISTS (SELECT FROM sharing_batch_part p WHERE p.batch_id = b.id AND p.settled_at IS NULL)
$$;

-- name: system_grants
REVOKE ALL ON FUNCTION site_system_facts(), site_keys_in_use(), site_parts_wait_since() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION site_system_facts(), site_keys_in_use(), site_parts_wait_since() TO {admin};
GRANT SELECT ON catalogue_law, catalogue_edition, catalogue_item, catalogue_item_version, catalogue_purpose TO {admin};
