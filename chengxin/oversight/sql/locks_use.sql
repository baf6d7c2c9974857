-- name: use_report
-- How organisations used the register on these days, for a reviewer; none of their own organisation's. Numbers alone: look-ups by outcome and duty,
-- persons, inquiries of those days by their finding, and what was answered or acknowledged late, or isn't yet.
CREATE OR REPLACE FUNCTION oversight_report(first_day date, last_day date) RETURNS TABLE (organisation varchar, name varchar, asked bigint,
    answered bigint, refused bigint, persons bigint, duties jsonb, signals bigint, sampled bigint, in_order bigint, misuse bigint, unproven bigint,
    open bigint, explained_late bigint, questions_late bigint, recalls_late bigint) LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    me record;
BEGIN
    SELECT r.officer, r.organisation, r.code INTO me FROM identity_reviewer_speaks() r;
    IF me.officer IS NULL THEN
        RETURN;
    END IF;
    IF last_day - first_day > 92 THEN
        RAISE EXCEPTION 'a report covers three months at most' USING ERRCODE = 'check_violation';
    END IF;
    RETURN QUERY
    WITH looked AS MATERIALIZED (
        SELECT a.organisation, a.duty, a.outcome, a.subject_id FROM oversight_look_ups(first_day, last_day) a
    ), counted AS (
        SELECT l.organisation, count(*) AS asked, count(*) FILTER (WHERE l.outcome IN ('answered', 'empty')) AS answered,
               count(*) FILTER (WHERE l.outcome = 'refused') AS refused, count(DISTINCT nullif(l.subject_id, 0)) AS persons
        FROM looked l GROUP BY l.organisation
    ), by_duty AS (
        SELECT d.organisation, jsonb_object_agg(d.duty, d.many) AS duties
        FROM (SELECT l.organisation, l.duty, count(*) AS many FROM looked l GROUP BY l.organisation, l.duty) d GROUP BY d.organisation
    ), inquired AS (
        SELECT i.organisation, count(*) FILTER (WHERE i.rule <> 'sample') AS signals, count(*) FILTER (WHERE i.rule = 'sample') AS sampled,
               count(*) FILTER (WHERE i.finding = 'in_order') AS in_order, count(*) FILTER (WHERE i.finding = 'misuse') AS misuse,
               count(*) FILTER (WHERE i.finding = 'unproven') AS unproven, count(*) FILTER (WHERE i.closed_at IS NULL) AS open
        FROM oversight_inquiry i WHERE i.day BETWEEN first_day AND last_day GROUP BY i.organisation
    ), explained AS (
        SELECT o.code AS organisation, count(*) AS late
        FROM oversight_explanation x JOIN identity_organisation o ON o.id = x.organisation_id
        WHERE x.due_on BETWEEN first_day AND last_day
          AND coalesce((x.answered_at AT TIME ZONE 'Asia/Shanghai')::date, today) > x.due_on GROUP BY o.code
    ), questioned AS (
        SELECT q.organisation, count(*) AS late FROM sharing_question q
        WHERE q.due_on BETWEEN first_day AND last_day
          AND coalesce((q.answered_at AT TIME ZONE 'Asia/Shanghai')::date, today) > q.due_on GROUP BY q.organisation
    ), recalled AS (
        SELECT c.organisation, count(*) AS late FROM sharing_recall c
        WHERE c.due_on BETWEEN first_day AND last_day
          AND coalesce((c.acknowledged_at AT TIME ZONE 'Asia/Shanghai')::date, today) > c.due_on GROUP BY c.organisation
    )
    SELECT o.code, o.name, coalesce(c.asked, 0), coalesce(c.answered, 0), coalesce(c.refused, 0), coalesce(c.persons, 0),
           coalesce(d.duties, '{}'), coalesce(i.signals, 0), coalesce(i.sampled, 0), coalesce(i.in_order, 0), coalesce(i.misuse, 0),
           coalesce(i.unproven, 0), coalesce(i.open, 0), coalesce(x.late, 0), coalesce(q.late, 0), coalesce(r.late, 0)
    FROM identity_organisation o
    LEFT JOIN counted c ON c.organisation = o.code
    LEFT JOIN by_duty d ON d.organisation = o.code
    LEFT JOIN inquired i ON i.organisation = o.code
    LEFT JOIN explained x ON x.organisation = o.code
    LEFT JOIN questioned q ON q.organisation = o.code
    LEFT JOIN recalled r ON r.organisation = o.code
    WHERE o.id <> me.organisation
      AND (c.asked IS NOT NULL OR i.organisation IS NOT NULL OR x.late IS NOT NULL OR q.late IS NOT NULL OR r.late IS NOT NULL)
    ORDER BY coalesce(c.asked, 0) DESC, o.code;
END
$$;

-- name: use_grants
REVOKE ALL ON FUNCTION oversight_report(date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_report(date, date) TO {app};
