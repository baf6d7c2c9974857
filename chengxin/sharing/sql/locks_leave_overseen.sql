-- name: authorisations_over
-- Every organisation's requests for the credit centre, while it is spoken for: how they stand and what is late, nothing of whom or why.
CREATE OR REPLACE FUNCTION sharing_authorisations_over(most integer)
    RETURNS TABLE (id bigint, number varchar, organisation varchar, duty varchar, items integer, asked_at timestamptz, state text, uses bigint,
                   recall_due date, acknowledged_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT identity_centre_speaks() THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT a.id, a.number, coalesce(o.name, a.organisation), d.name, cardinality(a.items), a.asked_at,
           CASE WHEN a.subject_id = 0 THEN 'undelivered' ELSE sharing_authorisation_state(a) END,
           (SELECT count(*) FROM sharing_authorisation_use u WHERE u.authorisation_id = a.id), r.due_on, r.acknowledged_at
    FROM sharing_authorisation a
    JOIN sharing_duty d ON d.id = a.duty_id
    LEFT JOIN identity_organisation o ON o.code = a.organisation
    LEFT JOIN LATERAL (SELECT c.due_on, c.acknowledged_at FROM sharing_authorisation_recall c WHERE c.authorisation_id = a.id
                       ORDER BY c.acknowledged_at IS NOT NULL, c.due_on LIMIT 1) r ON true
    ORDER BY a.id DESC LIMIT most;
END
$$;

-- name: call_backs_after
-- What was called back from the organisation that is spoken for, the oldest first, after a place; for systems.
CREATE OR REPLACE FUNCTION sharing_call_backs_after(after bigint, open_only boolean, most integer) RETURNS TABLE (id bigint, number varchar,
    kind varchar, reference varchar, items varchar[], told_at timestamptz, due_on date, acknowledged_at timestamptz, copies varchar, law varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.event_id, a.number, e.kind, a.reference, c.items, c.told_at, c.due_on, c.acknowledged_at, c.copies, c.law
    FROM sharing_authorisation_recall c
    JOIN sharing_authorisation a ON a.id = c.authorisation_id
    JOIN sharing_authorisation_event e ON e.id = c.event_id
    WHERE c.organisation = (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation)
      AND c.event_id > after AND (c.acknowledged_at IS NULL OR NOT open_only)
    ORDER BY c.event_id LIMIT most
$$;

-- name: overseen_grants
REVOKE ALL ON FUNCTION sharing_authorisations_over(integer), sharing_call_backs_after(bigint, boolean, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_authorisations_over(integer), sharing_call_backs_after(bigint, boolean, integer) TO {app};
