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

-- name: overseen_grants
REVOKE ALL ON FUNCTION sharing_authorisations_over(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_authorisations_over(integer) TO {app};
