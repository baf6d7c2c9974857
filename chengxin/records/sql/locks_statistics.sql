-- name: publishable
-- A count as it may be published: none below the smallest, the others rounded down, so that no figure, and no difference of two, tells of one
-- person. Nothing at all is no secret.
CREATE OR REPLACE FUNCTION records_publishable(counted bigint) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN counted = 0 THEN 0 WHEN counted >= n.smallest THEN counted - counted % n.step END
    FROM (SELECT max(t.value) FILTER (WHERE t.number = 'smallest') AS smallest, max(t.value) FILTER (WHERE t.number = 'step') AS step
          FROM records_term t
          WHERE t.name = 'publishing-counts' AND t.valid_from = (
              SELECT max(l.valid_from) FROM records_term l
              WHERE l.name = 'publishing-counts' AND l.valid_from <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)) n
$$;

-- name: public_shown
-- How many records were shown at the end of each month that has ended, by class and by the city of the unit that handed them in ('1400': the
-- province's own). None of either stands for all: a sum of what is published, so that nothing can be taken from it that isn't published.
CREATE OR REPLACE VIEW public_shown WITH (security_barrier) AS
    WITH cells AS (
        SELECT e.day, c.item_class, left(o.region, 4) AS region, records_publishable(sum(f.shown)::bigint) AS shown
        FROM (SELECT max(f.day) AS day FROM records_day_figures f
              WHERE f.day < date_trunc('month', transaction_timestamp() AT TIME ZONE 'Asia/Shanghai') GROUP BY date_trunc('month', f.day)) e
        JOIN records_day_figures f ON f.day = e.day
        JOIN identity_organisation o ON o.id = f.provider_id
        JOIN LATERAL (SELECT v.item_class FROM catalogue_item_version v WHERE v.item_id = f.item_id ORDER BY v.id DESC LIMIT 1) c ON true
        GROUP BY e.day, c.item_class, left(o.region, 4))
    SELECT to_char(n.day, 'YYYY-MM') AS month, n.item_class, n.region,
           CASE WHEN sum(n.shown) > 0 OR count(n.shown) = count(*) THEN sum(n.shown)::bigint END AS shown
    FROM cells n GROUP BY n.day, GROUPING SETS ((n.item_class, n.region), (n.item_class), (n.region), ());

-- name: public_received
-- What came of the rows that were handed in, by month; late: new ones that came after their day. Those read are a sum of what is published.
CREATE OR REPLACE VIEW public_received WITH (security_barrier) AS
    SELECT m.month,
           CASE WHEN m.read = 0 THEN 0 ELSE nullif(coalesce(records_publishable(m.new), 0) + coalesce(records_publishable(m.changed), 0)
               + coalesce(records_publishable(m.unchanged), 0) + coalesce(records_publishable(m.waiting), 0)
               + coalesce(records_publishable(m.refused), 0), 0) END AS read, records_publishable(m.new) AS new, records_publishable(m.changed) AS changed,
           records_publishable(m.waiting) AS waiting, records_publishable(m.refused) AS refused, records_publishable(m.undone) AS undone,
           records_publishable(coalesce(l.late, 0)) AS late
    FROM (SELECT to_char(f.day, 'YYYY-MM') AS month, sum(f.read)::bigint AS read, sum(f.new)::bigint AS new, sum(f.changed)::bigint AS changed,
                 sum(f.unchanged)::bigint AS unchanged,
                 sum(f.waiting)::bigint AS waiting, sum(f.refused)::bigint AS refused, sum(f.undone)::bigint AS undone
          FROM records_day_figures f
          WHERE f.day < date_trunc('month', transaction_timestamp() AT TIME ZONE 'Asia/Shanghai') GROUP BY 1) m
    LEFT JOIN (SELECT to_char(b.finished_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month, sum(n.rows)::bigint AS late
               FROM records_batch b JOIN records_finding n ON n.batch_id = b.id AND n.row_number = 0 AND n.rule = 'reported-late'
               GROUP BY 1) l ON l.month = m.month;

-- name: public_case
-- How many decisions about whose a record is, or what is wrong with a batch, were carried out in each month that has ended.
CREATE OR REPLACE VIEW public_case WITH (security_barrier) AS
    SELECT c.kind, c.month, records_publishable(count(*)) AS done
    FROM (SELECT 'adjudication' AS kind, to_char(a.done_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month
          FROM records_adjudication a WHERE a.done_at IS NOT NULL
          UNION ALL SELECT 'transfer', to_char(s.done_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
          FROM identity_transfer_step s WHERE s.done_at IS NOT NULL
          UNION ALL SELECT 'undoing', to_char(u.done_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
          FROM records_undoing u WHERE u.done_at IS NOT NULL) c
    WHERE c.month < to_char(transaction_timestamp() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')
    GROUP BY c.kind, c.month;

-- name: statistics_grants
REVOKE ALL ON FUNCTION records_publishable(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_publishable(bigint) TO {public};
GRANT SELECT ON public_shown, public_received, public_case TO {public};
