-- name: as_of
-- What would have been shown on a day as the register knew it at a moment: for purposes that may look back, and nobody else.
CREATE OR REPLACE FUNCTION records_as_of(wanted bigint, purpose bigint, on_day date, known_at timestamptz)
    RETURNS TABLE (subject_id bigint, record_id bigint, version smallint, item_id smallint, batch_id integer, decided date, grade varchar,
                   state varchar, shown_from date, shown_until date, repair_from date, layout_id smallint, body text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT EXISTS (SELECT FROM catalogue_purpose p WHERE p.id = purpose AND p.past_view) THEN
        RAISE EXCEPTION 'this purpose may not look back' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF on_day > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'a day to come is no past' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT v.subject_id, v.record_id, v.version, v.item_id, v.batch_id, v.decided, v.grade, v.state,
           v.shown_from, v.shown_until, v.repair_from, p.layout_id, p.body
    FROM records_version v
    LEFT JOIN records_payload p USING (subject_id, record_id, version)
    WHERE v.subject_id = wanted AND v.recorded_at <= known_at AND v.state = 'active'
      AND v.shown_from <= on_day AND on_day < v.shown_until
      AND EXISTS (SELECT FROM catalogue_open o WHERE o.item_id = v.item_id AND o.purpose_id = purpose
                  AND o.valid_from <= on_day AND on_day < o.valid_until)
      AND NOT EXISTS (SELECT FROM records_superseded s WHERE s.subject_id = v.subject_id AND s.record_id = v.record_id
                      AND s.version = v.version AND s.recorded_at <= known_at)
      -- Of a minor, and of what was done before 18, there is no past to look at either.
      AND NOT EXISTS (SELECT FROM identity_person h
                      WHERE h.subject_id = v.subject_id
                        AND (h.minor_rank > h.identity_rank OR coalesce(v.ended, v.decided) < identity_turns_18(h.born)))
      AND NOT ((v.grade <> '' OR EXISTS (SELECT FROM catalogue_item_version i WHERE i.item_id = v.item_id AND i.nature = 'adverse'))
               AND identity_incapable(v.subject_id, known_at, ARRAY[on_day, v.decided, v.ended]))
    ORDER BY v.decided DESC, v.record_id;
END
$$;

-- name: past_grants
REVOKE ALL ON FUNCTION records_as_of(bigint, bigint, date, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_as_of(bigint, bigint, date, timestamptz) TO {app};
