-- name: own_file
-- Everything that is held about whoever speaks for themselves, what is shown to nobody included: of each record the newest version, with the
-- values that are kept and the day on which they go. A record that moved to somebody else is that person's, whatever is left of it here.
CREATE OR REPLACE FUNCTION records_own_file(wanted bigint)
    RETURNS TABLE (subject_id bigint, record_id bigint, version smallint, item_id smallint, state varchar, decided date, ended date,
                   grade varchar, shown_from date, shown_until date, repair_from date, erase_on date, as_of date, provider varchar,
                   live boolean, minor boolean, incapable boolean, layout_id smallint, body text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_reading();
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    RETURN QUERY
    WITH newest AS (
        SELECT DISTINCT ON (v.record_id) v.* FROM records_version v
        WHERE v.subject_id = me AND (wanted IS NULL OR v.record_id = wanted)
        ORDER BY v.record_id, v.version DESC
    )
    SELECT n.subject_id, n.record_id, n.version, n.item_id, n.state, n.decided, n.ended, n.grade, n.shown_from, n.shown_until, n.repair_from,
           k.erase_on, b.as_of, o.name,
           n.item_id IN (SELECT l.item_id FROM catalogue_item_live l WHERE l.valid_from <= today AND today < l.valid_until),
           coalesce(n.ended, n.decided) < identity_turns_18(h.born),
           h.judged AND (n.grade <> '' OR n.item_id IN (SELECT i.item_id FROM catalogue_item_version i WHERE i.nature = 'adverse'))
               AND identity_incapable(n.subject_id, 'infinity', ARRAY[today, n.decided, n.ended]),
           k.layout_id, k.body
    FROM newest n
    JOIN identity_person h ON h.subject_id = n.subject_id
    JOIN records_batch b ON b.id = n.batch_id
    JOIN identity_organisation o ON o.id = b.provider_id
    CROSS JOIN LATERAL (
        SELECT v.erase_on, p.layout_id, p.body FROM records_payload p JOIN records_version v USING (subject_id, record_id, version)
        WHERE p.subject_id = n.subject_id AND p.record_id = n.record_id ORDER BY p.version DESC LIMIT 1) k
    WHERE n.state <> 'moved'
    ORDER BY n.decided DESC, n.record_id;
END
$$;

-- name: own_history
-- The versions of one record of whoever speaks for themselves, the newest first: what it said, since when, by whose batch and why.
CREATE OR REPLACE FUNCTION records_own_history(wanted bigint)
    RETURNS TABLE (version smallint, state varchar, recorded_at timestamptz, decided date, shown_from date, shown_until date, grade varchar,
                   erase_on date, provider varchar, cause text, ground varchar, layout_id smallint, body text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_reading();
BEGIN
    RETURN QUERY
    SELECT v.version, v.state, v.recorded_at, v.decided, v.shown_from, v.shown_until, v.grade, v.erase_on, o.name,
           CASE WHEN b.undoing_id IS NOT NULL THEN 'undoing' WHEN b.transfer_step_id IS NOT NULL THEN 'transfer'
                WHEN b.adjudication_id IS NOT NULL THEN 'adjudication' ELSE 'handed-in' END,
           coalesce(u.ground, ''), p.layout_id, p.body
    FROM records_version v
    JOIN records_batch b ON b.id = v.batch_id
    JOIN identity_organisation o ON o.id = b.provider_id
    LEFT JOIN records_undoing u ON u.id = b.undoing_id
    LEFT JOIN records_payload p ON p.subject_id = v.subject_id AND p.record_id = v.record_id AND p.version = v.version
    WHERE v.subject_id = me AND v.record_id = wanted
      AND (SELECT n.state FROM records_version n WHERE n.subject_id = me AND n.record_id = wanted ORDER BY n.version DESC LIMIT 1) <> 'moved'
    ORDER BY v.version DESC;
END
$$;

-- name: own_erased
-- How many records of whoever speaks for themselves were erased, by item: those of which a commitment is left and no value. Counts alone.
CREATE OR REPLACE FUNCTION records_own_erased() RETURNS TABLE (item_id smallint, erased bigint, latest date)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_reading();
BEGIN
    RETURN QUERY
    SELECT r.item_id, count(*), max(r.erase_on)
    FROM (
        SELECT v.record_id, min(v.item_id) AS item_id, max(v.erase_on) AS erase_on, (array_agg(v.state ORDER BY v.version DESC))[1] AS state
        FROM records_version v WHERE v.subject_id = me GROUP BY v.record_id HAVING bool_or(v.commitment IS NOT NULL)
    ) r
    WHERE r.state <> 'moved'
      AND NOT EXISTS (SELECT FROM records_payload p WHERE p.subject_id = me AND p.record_id = r.record_id)
    GROUP BY r.item_id;
END
$$;

-- name: handed_in
-- Who hands in an item and until which day anything came: what an answer about it can know. Names of units, which are public, and no record.
CREATE OR REPLACE FUNCTION records_handed_in(codes text[]) RETURNS TABLE (item varchar, organs bigint, names varchar[], until date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT i.code, count(*), (array_agg(p.name ORDER BY p.region, p.name))[1:5], max((p.last AT TIME ZONE 'Asia/Shanghai')::date)
    FROM catalogue_item i
    JOIN LATERAL (
        SELECT o.id, o.name, o.region, max(b.finished_at) AS last
        FROM records_batch b JOIN identity_organisation o ON o.id = b.provider_id
        WHERE b.item_id = i.id AND b.state = 'done' GROUP BY o.id, o.name, o.region) p ON true
    WHERE i.code = ANY(codes) GROUP BY i.code
$$;

-- name: own_file_grants
REVOKE ALL ON FUNCTION records_own_file(bigint), records_own_history(bigint), records_own_erased(), records_handed_in(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_own_file(bigint), records_own_history(bigint), records_own_erased(),
    records_handed_in(text[]) TO {app};
