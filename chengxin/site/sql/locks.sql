-- name: framework_grants
-- The job queue for both processes.
GRANT SELECT ON django_content_type, django_migrations, auth_permission, auth_group TO {app}, {intake};
GRANT SELECT, INSERT, UPDATE, DELETE ON procrastinate_jobs, procrastinate_events, procrastinate_periodic_defers, procrastinate_workers
    TO {app}, {intake};
GRANT USAGE ON SEQUENCE procrastinate_jobs_id_seq, procrastinate_events_id_seq, procrastinate_periodic_defers_id_seq,
    procrastinate_workers_id_seq TO {app}, {intake};

-- name: ground_worker
-- Whether any worker gave a sign of life in the last minute: a word for every face, none of which needs the queue for it.
CREATE OR REPLACE VIEW ground_worker WITH (security_barrier) AS
    SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds') AS alive;

-- name: ground_worker_grants
GRANT SELECT ON ground_worker TO {app}, {admin}, {public}, {editor};

-- name: queue_functions
-- The job queue speaks through functions of its own; a new release may bring others. Trigger functions need no grant to run.
DO $$
DECLARE
    one regprocedure;
BEGIN
    FOR one IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND starts_with(proname, 'procrastinate_') AND prorettype <> 'trigger'::regtype
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO {app}, {intake}', one);
    END LOOP;
END
$$;
