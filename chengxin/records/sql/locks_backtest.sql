-- name: backtest
-- How many of the records that each provider's item holds today would be found by a check that is data wholly. Numbers alone come out, and
-- nothing is asked but numbers, days, codes of a list and the first two signs of a code: what a text says can't be looked for. Only items
-- open to the purpose today are read.
CREATE OR REPLACE FUNCTION records_backtest(asked bigint, wanted smallint, tests jsonb)
    RETURNS TABLE (provider_id bigint, held bigint, met bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF NOT EXISTS (SELECT FROM catalogue_open o WHERE o.purpose_id = asked AND o.item_id = wanted
                   AND o.valid_from <= today AND today < o.valid_until) THEN
        RAISE EXCEPTION 'the item is not open to this purpose today' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF jsonb_array_length(tests) = 0 OR EXISTS (
        SELECT FROM jsonb_to_recordset(tests) AS c ("of" text, "is" text, "values" text[])
        WHERE c."is" NOT IN ('at-least', 'less', 'before', 'after', 'empty', 'filled')
          AND NOT (c."is" = 'begins-with-none' AND (SELECT max(length(start)) FROM unnest(c."values") start) <= 2)
          AND NOT (c."is" IN ('maps-to-any', 'maps-to-none') AND EXISTS (
              SELECT FROM catalogue_field f JOIN catalogue_item_version i ON i.id = f.item_version_id
              WHERE i.item_id = wanted AND 'field:' || f.code = c."of" AND f.type = 'code'))
    ) THEN
        RAISE EXCEPTION 'a check that asks for what a text says' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT b.provider_id, count(*), count(*) FILTER (WHERE m.met)
    FROM records_version v
    JOIN records_payload p USING (subject_id, record_id, version)
    JOIN records_layout l ON l.id = p.layout_id
    JOIN records_batch b ON b.id = v.batch_id
    CROSS JOIN LATERAL (
        SELECT jsonb_object(l.fields::text[] || ARRAY['day:decided', 'day:ended', 'day:final', 'day:shown_from', 'day:shown_until',
                                                      'day:repair_from', 'day:erase_on'],
                            ARRAY(SELECT nullif(value, '') FROM jsonb_array_elements_text(p.body::jsonb) WITH ORDINALITY AS e (value, place)
                                  ORDER BY place)
                            || ARRAY[v.decided::text, v.ended::text, v.final::text, v.shown_from::text, v.shown_until::text,
                                     v.repair_from::text, v.erase_on::text]) AS held OFFSET 0
    ) h
    CROSS JOIN LATERAL (
        SELECT bool_and(coalesce(CASE c."is"
            WHEN 'empty' THEN o.value IS NULL
            WHEN 'filled' THEN o.value IS NOT NULL
            WHEN 'at-least' THEN o.value::numeric >= c.number
            WHEN 'less' THEN o.value::numeric < c.number
            WHEN 'before' THEN o.value::date < coalesce(c."on", o.other::date)
            WHEN 'after' THEN o.value::date > coalesce(c."on", o.other::date)
            WHEN 'maps-to-any' THEN string_to_array(o.value, '、') && c."values"
            WHEN 'maps-to-none' THEN NOT string_to_array(o.value, '、') && c."values"
            WHEN 'begins-with-none' THEN NOT EXISTS (SELECT FROM unnest(c."values") start WHERE starts_with(o.value, start))
        END, false)) AS met
        FROM jsonb_to_recordset(tests)
            AS c ("of" text, "is" text, number numeric, than text, "on" date, "values" text[])
        CROSS JOIN LATERAL (
            SELECT h.held ->> regexp_replace(c."of", '^field:', '') AS value, h.held ->> regexp_replace(c.than, '^field:', '') AS other
        ) o
    ) m
    WHERE v.item_id = wanted AND v.state = 'active' AND NOT EXISTS (
        SELECT FROM records_superseded s
        WHERE s.subject_id = v.subject_id AND s.record_id = v.record_id AND s.version = v.version)
    GROUP BY b.provider_id;
END
$$;

-- name: backtest_grants
REVOKE ALL ON FUNCTION records_backtest(bigint, smallint, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_backtest(bigint, smallint, jsonb) TO {intake};
