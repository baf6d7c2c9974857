-- name: report_append_only
CREATE OR REPLACE TRIGGER report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_report
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: sharing_grants
GRANT INSERT ON sharing_report TO {app};

-- name: entries_of
-- Who looked at a person, and at those whom they absorbed, and why: the newest first, those before an entry. Runs with the owner's eyes, since
-- no role of the application reads the register; gives nothing of what was seen but names of fields and how many records.
CREATE OR REPLACE FUNCTION sharing_entries_of(subject bigint, before uuid, most integer)
    RETURNS TABLE (entry_id uuid, at timestamptz, organisation varchar, purpose varchar, basis varchar, channel varchar, outcome varchar,
                   fields varchar[], records integer)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT e.entry_id, e.at, coalesce(o.name, e.organisation), coalesce(p.name, e.purpose), e.basis, e.channel, e.outcome, e.fields,
           coalesce(cardinality(e.versions), 0)
    FROM identity_held_by(subject) AS held (subject_id)
    CROSS JOIN LATERAL (
        SELECT a.* FROM ground_access_entry a
        WHERE a.subject_id = held.subject_id AND (before IS NULL OR a.entry_id < before)
        ORDER BY a.entry_id DESC LIMIT most) e
    LEFT JOIN identity_organisation o ON o.code = e.organisation
    LEFT JOIN LATERAL (SELECT q.name FROM catalogue_purpose q WHERE q.code = e.purpose ORDER BY q.id DESC LIMIT 1) p ON true
    WHERE subject > 0
    ORDER BY e.entry_id DESC LIMIT most
$$;

-- name: messages_of
CREATE OR REPLACE FUNCTION sharing_messages_of(subject bigint, most integer) RETURNS TABLE (at timestamptz, kind varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT m.at, m.kind FROM ground_message m WHERE m.subject_id IN (SELECT identity_held_by(subject)) ORDER BY m.id DESC LIMIT most
$$;

-- name: own_grants
REVOKE ALL ON FUNCTION sharing_entries_of(bigint, uuid, integer), sharing_messages_of(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_entries_of(bigint, uuid, integer), sharing_messages_of(bigint, integer) TO {app};
