-- name: append_only
-- Refuse to change what was written, for every role and the owner too; a superuser must disable the trigger openly.
CREATE OR REPLACE FUNCTION ground_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: access_entry_append_only
-- Deleting has a guard of its own (locks_sealing.sql).
CREATE OR REPLACE TRIGGER access_entry_append_only BEFORE UPDATE OR TRUNCATE ON ground_access_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: access_entry_grants
-- Entries are written by whoever reads for somebody; the person's and the auditor's view of them come with their own functions.
GRANT INSERT ON ground_access_entry TO {app};

-- name: guard_operators_entry
-- What the operator took at the server no process that people speak to enters.
CREATE OR REPLACE FUNCTION ground_guard_operators_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user = '{app}' THEN
        RAISE EXCEPTION 'the operator enters at the server' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_operators_entry_trigger
CREATE OR REPLACE TRIGGER access_entry_by_the_operator BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.channel = 'operator') EXECUTE FUNCTION ground_guard_operators_entry();

-- name: action_append_only
CREATE OR REPLACE TRIGGER action_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_action
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_action
-- Nothing is noted ahead of its time, nor as if it had been long ago.
CREATE OR REPLACE FUNCTION ground_guard_action() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.at > clock_timestamp() OR NEW.at < transaction_timestamp() - interval '1 hour' THEN
        RAISE EXCEPTION 'an act is noted when it is done' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_action_trigger
CREATE OR REPLACE TRIGGER action_on_time BEFORE INSERT ON ground_action FOR EACH ROW EXECUTE FUNCTION ground_guard_action();

-- name: action_grants
-- Whoever acts writes; the audit administrator's page reads.
GRANT INSERT ON ground_action TO {app}, {intake}, {admin};
GRANT SELECT ON ground_action TO {admin};
GRANT USAGE ON SEQUENCE ground_action_id_seq TO {app}, {intake}, {admin};

-- name: message_append_only
CREATE OR REPLACE TRIGGER message_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_message
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: message_grants
-- Whoever decides or carries out tells; the person's own page shows by a function of its own.
GRANT INSERT ON ground_message TO {app}, {intake};
GRANT USAGE ON SEQUENCE ground_message_id_seq TO {app}, {intake};

-- name: guard_outbox
-- An event is delivered once; what it says never changes.
CREATE OR REPLACE FUNCTION ground_guard_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.delivered_at IS NOT NULL OR (NEW.id, NEW.at, NEW.kind, NEW.reference) IS DISTINCT FROM (OLD.id, OLD.at, OLD.kind, OLD.reference) THEN
        RAISE EXCEPTION 'an event is delivered once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_outbox_trigger
CREATE OR REPLACE TRIGGER event_guarded BEFORE UPDATE ON ground_event FOR EACH ROW EXECUTE FUNCTION ground_guard_outbox();

-- name: event_stays
CREATE OR REPLACE TRIGGER event_stays BEFORE DELETE OR TRUNCATE ON ground_event FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: event_grants
GRANT INSERT ON ground_event TO {app}, {intake};
GRANT SELECT, UPDATE (delivered_at) ON ground_event TO {intake};
GRANT USAGE ON SEQUENCE ground_event_id_seq TO {app}, {intake};

-- name: installation_append_only
CREATE OR REPLACE TRIGGER installation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ground_installation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_installation
-- What holds organisations, persons or batches already is a province's, whatever is said of it afterwards.
CREATE OR REPLACE FUNCTION ground_guard_installation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'sandbox' AND (EXISTS (SELECT FROM identity_organisation) OR EXISTS (SELECT FROM identity_person)
        OR EXISTS (SELECT FROM records_batch)) THEN
        RAISE EXCEPTION 'a sandbox is empty when it begins' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_installation_trigger
CREATE OR REPLACE TRIGGER installation_begins_empty BEFORE INSERT ON ground_installation
    FOR EACH ROW EXECUTE FUNCTION ground_guard_installation();

-- name: installation_kind
CREATE OR REPLACE FUNCTION ground_kind() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT kind FROM ground_installation
$$;

-- name: installation_settle
-- Say once what this database is, and give what it is. Whatever holds something already is a province's.
CREATE OR REPLACE FUNCTION ground_settle_kind(wanted text) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    BEGIN
        INSERT INTO ground_installation (id, kind, made_at) SELECT 1, wanted, now() WHERE ground_kind() IS NULL;
    EXCEPTION WHEN check_violation THEN
        INSERT INTO ground_installation (id, kind, made_at) VALUES (1, 'province', now());
    END;
    RETURN (SELECT kind FROM ground_installation);
END
$$;

-- name: installation_grants
GRANT EXECUTE ON FUNCTION ground_kind() TO {app}, {intake}, {admin}, {public}, {eraser}, {editor};

-- name: guard_rebuild
-- A rebuild goes on and ends once; it belongs to the owner, and no role of the application sees it.
CREATE OR REPLACE FUNCTION ground_guard_rebuild() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.finished_at IS NOT NULL OR NEW.looked < OLD.looked OR NEW.mended < OLD.mended
       OR (NEW.id, NEW.name, NEW.started_at) IS DISTINCT FROM (OLD.id, OLD.name, OLD.started_at) THEN
        RAISE EXCEPTION 'a rebuild goes on and ends once' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_rebuild_trigger
CREATE OR REPLACE TRIGGER rebuild_guarded BEFORE UPDATE ON ground_rebuild FOR EACH ROW EXECUTE FUNCTION ground_guard_rebuild();

-- name: rebuild_stays
CREATE OR REPLACE TRIGGER rebuild_stays BEFORE DELETE OR TRUNCATE ON ground_rebuild FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();
