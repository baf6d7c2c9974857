-- name: practised
-- What one version of a qualification record says of a key occupation, as the table of occupations has it on a day; nothing of any other
-- record. One meaning for the view, for looking back and for counting. Runs with the caller's rights.
CREATE OR REPLACE FUNCTION records_practised(layout smallint, body text, on_day date)
    RETURNS TABLE (occupation varchar, title text, familiar boolean, certificate text, organ text, organ_code text, place text, state text)
    LANGUAGE sql STABLE
    BEGIN ATOMIC
        SELECT o.code, v.title, EXISTS (SELECT FROM unnest(o.titles) t WHERE strpos(v.title, t) > 0), v.certificate, v.organ, v.organ_code,
               v.place, v.state
        FROM records_layout l
        JOIN catalogue_item i ON i.id = l.item_id AND i.code = 'ZG-ZY'
        -- OFFSET keeps the text from being parsed once for each field.
        CROSS JOIN LATERAL (SELECT body::jsonb AS parts OFFSET 0) b
        CROSS JOIN LATERAL (
            SELECT b.parts ->> (array_position(l.fields, 'ZG_ZYLB'::varchar) - 1) AS value,
                   b.parts ->> (array_position(l.fields, 'ZG_MC'::varchar) - 1) AS title,
                   b.parts ->> (array_position(l.fields, 'ZG_ZSBH'::varchar) - 1) AS certificate,
                   b.parts ->> (array_position(l.fields, 'ZG_FZJG'::varchar) - 1) AS organ,
                   b.parts ->> (array_position(l.fields, 'ZG_FZJGDM'::varchar) - 1) AS organ_code,
                   b.parts ->> (array_position(l.fields, 'ZG_ZYDW'::varchar) - 1) AS place,
                   b.parts ->> (array_position(l.fields, 'ZG_ZT'::varchar) - 1) AS state OFFSET 0) v
        JOIN records_occupation o ON o.value = v.value
            AND o.valid_from <= on_day AND (o.valid_until IS NULL OR on_day < o.valid_until)
        WHERE l.id = layout;
    END;

-- name: practice
-- Who practises what, behind the read gate: without purpose and day an error, and only what that purpose may see today. Its dates are the
-- certificate's own: shown from the day of issue to the last day of validity.
CREATE OR REPLACE VIEW records_practice WITH (security_invoker = true) AS
    SELECT s.subject_id, s.record_id, s.version, p.occupation, p.title, p.familiar, p.certificate, p.organ, p.organ_code, p.place, p.state,
           s.shown_from AS valid_from, s.shown_until AS valid_until
    FROM records_shown s
    CROSS JOIN LATERAL records_practised(s.layout_id, s.body, current_setting('cx.on')::date) p;

-- name: standing
-- How a practice stands on a day, as records.occupations.standing has it.
CREATE OR REPLACE FUNCTION records_standing(valid_from date, valid_until date, state text, on_day date) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN on_day < valid_from THEN 'to_come' WHEN on_day >= valid_until THEN 'expired'
                WHEN state = '3' THEN 'ended' WHEN state = '1' THEN 'in_force' ELSE 'dormant' END;

-- name: coverage
-- How many persons hold what, by occupation, city of the person and licensing organ, with the sums of each (nulls stand for all): numbers
-- alone, so it needs neither purpose nor entry. A certificate whose name isn't one of its occupation's is counted apart. As it stood on a
-- day, today at the latest, of what isn't erased yet. Reads the ledger once, and never looks versions up one by one: a guess that they are
-- few would make it quadratic.
CREATE OR REPLACE FUNCTION records_occupation_coverage(on_day date)
    RETURNS TABLE (occupation varchar, city text, organ_code text, organ text, persons bigint, in_force bigint, dormant bigint, ended bigint,
                   expired bigint, unfamiliar bigint, told_on date)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_nestloop = off AS $$
#variable_conflict use_column
DECLARE
    known_until timestamptz := (on_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
BEGIN
    IF on_day > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'a day to come can''t be counted' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    SELECT r.occupation, r.city, r.organ_code, max(r.organ),
           count(DISTINCT r.subject_id) FILTER (WHERE r.standing = 'in_force'),
           count(*) FILTER (WHERE r.standing = 'in_force'), count(*) FILTER (WHERE r.standing = 'dormant'),
           count(*) FILTER (WHERE r.standing = 'ended'), count(*) FILTER (WHERE r.standing = 'expired'),
           count(*) FILTER (WHERE r.standing = 'unfamiliar'), (max(r.recorded_at) AT TIME ZONE 'Asia/Shanghai')::date
    FROM (
        SELECT v.subject_id, v.recorded_at, p.occupation, p.organ_code, p.organ, rpad(left(h.region, 4), 6, '0') AS city,
               CASE WHEN p.familiar THEN records_standing(v.shown_from, v.shown_until, p.state, on_day) ELSE 'unfamiliar' END AS standing
        FROM records_version v
        JOIN catalogue_item i ON i.id = v.item_id AND i.code = 'ZG-ZY'
        JOIN records_payload b USING (subject_id, record_id, version)
        JOIN identity_person h ON h.subject_id = v.subject_id AND (h.died IS NULL OR h.died > on_day) AND h.minor_rank <= h.identity_rank
        CROSS JOIN LATERAL records_practised(b.layout_id, b.body, on_day) p
        WHERE v.state = 'active' AND v.recorded_at < known_until AND v.shown_from <= on_day
          AND NOT EXISTS (SELECT FROM records_superseded s
                          WHERE s.subject_id = v.subject_id AND s.record_id = v.record_id AND s.version = v.version
                            AND s.recorded_at < known_until)
    ) r
    GROUP BY GROUPING SETS ((r.occupation, r.city, r.organ_code), (r.occupation, r.city), (r.occupation, r.organ_code), (r.occupation), ());
END
$$;

-- name: feeds
-- Who hands qualification records in: when last, and how many rows wait, of them those whose person the population base doesn't know (no
-- unified code to attach them to). Numbers alone.
CREATE OR REPLACE FUNCTION records_occupation_feeds()
    RETURNS TABLE (provider_code varchar, provider varchar, region varchar, told_on date, waiting bigint, without_code bigint, since date)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT o.code, o.name, o.region, (b.finished_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(w.rows, 0), coalesce(w.without_code, 0),
           (w.since AT TIME ZONE 'Asia/Shanghai')::date
    FROM catalogue_item i
    JOIN LATERAL (SELECT provider_id, max(finished_at) AS finished_at FROM records_batch
                  WHERE item_id = i.id AND state = 'done' GROUP BY provider_id) b ON true
    JOIN identity_organisation o ON o.id = b.provider_id
    LEFT JOIN (SELECT item_id, provider_id, count(*) AS rows, count(*) FILTER (WHERE rule = 'unknown-person') AS without_code,
                      min(since) AS since
               FROM records_waiting GROUP BY item_id, provider_id) w ON w.provider_id = b.provider_id AND w.item_id = i.id
    WHERE i.code = 'ZG-ZY' ORDER BY o.region, o.code
$$;

-- name: occupation_grants
REVOKE ALL ON FUNCTION records_occupation_coverage(date), records_occupation_feeds() FROM PUBLIC;
GRANT SELECT ON records_practice, records_occupation TO {app};
GRANT EXECUTE ON FUNCTION records_practised(smallint, text, date), records_occupation_coverage(date), records_occupation_feeds() TO {app};
