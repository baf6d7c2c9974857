-- name: days_entries
-- The entries of whole days in Shanghai that somebody made about another; own readings apart. Read by the finders alone, with the owner's eyes;
-- without a search path of its own, so that it is merged into their statements and the index by time serves.
CREATE OR REPLACE FUNCTION oversight_days(first_day date, last_day date) RETURNS SETOF ground_access_entry LANGUAGE sql STABLE AS $$
    SELECT a.* FROM ground_access_entry a
    WHERE a.at >= first_day::timestamp AT TIME ZONE 'Asia/Shanghai' AND a.at < (last_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND a.channel <> 'person'
$$;

-- name: duty_entries
-- Those of them under a purpose for which organisations enrol: look-ups, not the credit centre's own service.
CREATE OR REPLACE FUNCTION oversight_look_ups(first_day date, last_day date) RETURNS SETOF ground_access_entry LANGUAGE sql STABLE AS $$
    SELECT a.* FROM oversight_days(first_day, last_day) a
    WHERE EXISTS (SELECT FROM catalogue_purpose p WHERE p.code = a.purpose AND p.kind IN ('duty', 'authorised'))
$$;

-- name: find_own
-- Officers who looked themselves up, by any account of theirs, or through their organisation's system under their own name. An officer's person
-- is asked for once, not once an entry.
CREATE OR REPLACE FUNCTION oversight_find_own(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar, subject_id bigint,
    observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH looked AS MATERIALIZED (
        SELECT a.organisation, a.officer, a.subject_id, a.entry_id FROM oversight_days(day, day) a WHERE a.subject_id <> 0
    ), officers AS MATERIALIZED (
        SELECT DISTINCT l.organisation, l.officer FROM looked l
    ), persons AS MATERIALIZED (
        SELECT o.organisation, o.officer, identity_officer_subject(u.id) AS person
        FROM officers o
        JOIN identity_user u ON u.login = regexp_replace(o.officer, '^c-[a-z2-7]{16}/', '')
        JOIN identity_organisation g ON g.id = u.organisation_id AND g.code = o.organisation
    )
    SELECT l.organisation, l.officer, ''::varchar, p.person, count(*), count(*), 0::numeric, 0::bigint,
           (array_agg(l.subject_id ORDER BY l.entry_id))[1:1000], (array_agg(l.entry_id ORDER BY l.entry_id))[1:1000]
    FROM looked l JOIN persons p ON p.organisation = l.organisation AND p.officer = l.officer AND p.person = identity_lead(l.subject_id)
    GROUP BY l.organisation, l.officer, p.person;
END
$$;

-- name: find_many_askers
-- Persons about whom several organisations asked within some days, the last of them on this one.
CREATE OR REPLACE FUNCTION oversight_find_many_askers(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT ''::varchar, ''::varchar, ''::varchar, l.person, count(DISTINCT l.organisation), count(*), 0::numeric, 0::bigint,
           (array_agg(l.subject_id ORDER BY l.entry_id))[1:1000], (array_agg(l.entry_id ORDER BY l.entry_id))[1:1000]
    FROM (SELECT a.*, identity_lead(a.subject_id) AS person FROM oversight_look_ups(day - (told ->> 'days')::integer + 1, day) a
          WHERE a.subject_id <> 0) l
    GROUP BY l.person
    HAVING count(DISTINCT l.organisation) >= (told ->> 'least')::integer
       AND max(l.at) >= day::timestamp AT TIME ZONE 'Asia/Shanghai';
END
$$;

-- name: find_above_peers
-- Askers with so many look-ups under a duty within some days, beside the median of the others under the same duty.
CREATE OR REPLACE FUNCTION oversight_find_above_peers(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    first_day date := day - (told ->> 'days')::integer + 1;
BEGIN
    RETURN QUERY
    WITH counted AS MATERIALIZED (
        SELECT a.organisation, a.officer, a.duty, count(*) AS many, max(a.at) AS last_at
        FROM oversight_look_ups(first_day, day) a WHERE a.duty <> '' GROUP BY a.organisation, a.officer, a.duty
    ), far AS (
        SELECT c.organisation, c.officer, c.duty, c.many, others.middle, others.peers
        FROM counted c
        CROSS JOIN LATERAL (
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY o.many) AS middle, count(*) AS peers FROM counted o
            WHERE o.duty = c.duty AND (o.organisation, o.officer) <> (c.organisation, c.officer)) others
        WHERE c.many >= (told ->> 'least')::integer AND c.last_at >= day::timestamp AT TIME ZONE 'Asia/Shanghai'
          AND others.peers >= (told ->> 'peers')::integer
    )
    SELECT f.organisation, f.officer, f.duty, 0::bigint, f.many, f.many, round(f.middle::numeric, 1), f.peers, e.subjects, e.entries
    FROM far f
    CROSS JOIN LATERAL (
        SELECT (array_agg(a.subject_id ORDER BY a.entry_id))[1:1000] AS subjects, (array_agg(a.entry_id ORDER BY a.entry_id))[1:1000] AS entries
        FROM oversight_look_ups(first_day, day) a
        WHERE a.organisation = f.organisation AND a.officer = f.officer AND a.duty = f.duty) e;
END
$$;

-- name: find_out_of_hours
-- Officers who looked persons up outside the hours of a working day, or on another; systems work when they work.
CREATE OR REPLACE FUNCTION oversight_find_out_of_hours(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT l.organisation, l.officer, ''::varchar, 0::bigint, count(*) FILTER (WHERE l.late), count(*), 0::numeric, 0::bigint,
           (array_agg(l.subject_id ORDER BY l.entry_id) FILTER (WHERE l.late))[1:1000],
           (array_agg(l.entry_id ORDER BY l.entry_id) FILTER (WHERE l.late))[1:1000]
    FROM (SELECT a.*, NOT (told ->> 'working')::boolean
                 OR extract(hour FROM a.at AT TIME ZONE 'Asia/Shanghai') < (told ->> 'opens')::integer
                 OR extract(hour FROM a.at AT TIME ZONE 'Asia/Shanghai') >= (told ->> 'closes')::integer AS late
          FROM oversight_days(day, day) a WHERE a.channel <> 'api') l
    GROUP BY l.organisation, l.officer
    HAVING count(*) FILTER (WHERE l.late) >= (told ->> 'least')::integer;
END
$$;

-- name: find_many_refused
-- Askers who were refused so often on a day.
CREATE OR REPLACE FUNCTION oversight_find_many_refused(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    SELECT a.organisation, a.officer, ''::varchar, 0::bigint, count(*) FILTER (WHERE a.outcome = 'refused'), count(*), 0::numeric, 0::bigint,
           (array_agg(a.subject_id ORDER BY a.entry_id) FILTER (WHERE a.outcome = 'refused'))[1:1000],
           (array_agg(a.entry_id ORDER BY a.entry_id) FILTER (WHERE a.outcome = 'refused'))[1:1000]
    FROM oversight_days(day, day) a
    GROUP BY a.organisation, a.officer
    HAVING count(*) FILTER (WHERE a.outcome = 'refused') >= (told ->> 'least')::integer;
END
$$;

-- name: find_above_habit
-- Systems that asked about so many persons on a day, beside their own mean of the days before on which they asked.
CREATE OR REPLACE FUNCTION oversight_find_above_habit(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH far AS MATERIALIZED (
        SELECT a.organisation, split_part(a.officer, '/', 1)::varchar AS client, count(*) AS many FROM oversight_days(day, day) a
        WHERE a.channel = 'api' GROUP BY 1, 2 HAVING count(*) >= (told ->> 'least')::integer
    ), earlier AS (
        SELECT d.organisation, d.client, avg(d.many) AS mean, count(*) AS days
        FROM (SELECT a.organisation, split_part(a.officer, '/', 1)::varchar AS client, count(*) AS many
              FROM oversight_days(day - (told ->> 'days')::integer, day - 1) a JOIN far f
                ON f.organisation = a.organisation AND f.client = split_part(a.officer, '/', 1)
              WHERE a.channel = 'api' GROUP BY 1, 2, (a.at AT TIME ZONE 'Asia/Shanghai')::date) d
        GROUP BY d.organisation, d.client
    )
    SELECT f.organisation, f.client, ''::varchar, 0::bigint, f.many, f.many, round(coalesce(e.mean, 0), 1), coalesce(e.days, 0), l.subjects, l.entries
    FROM far f
    LEFT JOIN earlier e ON e.organisation = f.organisation AND e.client = f.client
    CROSS JOIN LATERAL (
        SELECT (array_agg(a.subject_id ORDER BY a.entry_id))[1:1000] AS subjects, (array_agg(a.entry_id ORDER BY a.entry_id))[1:1000] AS entries
        FROM oversight_days(day, day) a
        WHERE a.channel = 'api' AND a.organisation = f.organisation AND split_part(a.officer, '/', 1) = f.client) l;
END
$$;

-- name: find_no_later_case
-- Askers whose look-ups of a day were followed by nothing that their organisation handed in about those persons, until this day; and for how many
-- of a hundred of the others' under the same duty, in the month before, that holds as well. Looks whether a record came, never at what it says.
CREATE OR REPLACE FUNCTION oversight_find_no_later_case(day date, told jsonb) RETURNS TABLE (organisation varchar, officer varchar, duty varchar,
    subject_id bigint, observed bigint, total bigint, expected numeric, compared bigint, subjects bigint[], entries uuid[]) LANGUAGE plpgsql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    looked_on date := day - (told ->> 'days')::integer;
BEGIN
    RETURN QUERY
    WITH looked AS MATERIALIZED (
        SELECT a.organisation, a.officer, a.duty, a.subject_id, a.entry_id, (a.at AT TIME ZONE 'Asia/Shanghai')::date = looked_on AS now,
               NOT EXISTS (
                   SELECT FROM records_version v
                   JOIN records_batch b ON b.id = v.batch_id
                   JOIN identity_organisation o ON o.id = b.provider_id AND o.code = a.organisation
                   WHERE v.subject_id = identity_lead(a.subject_id) AND v.recorded_at > a.at) AS without
        FROM oversight_look_ups(looked_on - 29, looked_on) a
        WHERE a.duty <> '' AND a.subject_id <> 0 AND a.outcome IN ('answered', 'empty')
    ), askers AS (
        SELECT l.organisation, l.officer, l.duty, count(*) FILTER (WHERE l.without) AS missing, count(*) AS many,
               (array_agg(l.subject_id ORDER BY l.entry_id) FILTER (WHERE l.without))[1:1000] AS subjects,
               (array_agg(l.entry_id ORDER BY l.entry_id) FILTER (WHERE l.without))[1:1000] AS entries
        FROM looked l WHERE l.now GROUP BY l.organisation, l.officer, l.duty
        HAVING count(*) FILTER (WHERE l.without) >= (told ->> 'least')::integer
    )
    SELECT k.organisation, k.officer, k.duty, 0::bigint, k.missing, k.many, round(coalesce(others.share, 100), 1), others.many, k.subjects, k.entries
    FROM askers k
    CROSS JOIN LATERAL (
        SELECT 100.0 * count(*) FILTER (WHERE l.without) / nullif(count(*), 0) AS share, count(DISTINCT (l.organisation, l.officer)) AS many
        FROM looked l WHERE l.duty = k.duty AND (l.organisation, l.officer) <> (k.organisation, k.officer)) others;
END
$$;

-- name: open_inquiries
-- Open an inquiry for each signal of a day, with its entries, and note the day; what is open already stays as it is. Gives how many are new.
CREATE OR REPLACE FUNCTION oversight_open(wanted_day date, signals jsonb) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    one record;
    made bigint;
    opened integer := 0;
BEGIN
    FOR one IN SELECT * FROM jsonb_to_recordset(signals) AS t (rule varchar, organisation varchar, officer varchar, duty varchar, subject_id bigint,
        observed integer, total integer, expected numeric, compared integer, numbers jsonb, subjects bigint[], entries uuid[])
    LOOP
        INSERT INTO oversight_inquiry (rule, day, organisation, officer, duty, subject_id, observed, total, expected, compared, numbers, opened_at,
            finding, reason)
        VALUES (one.rule, wanted_day, one.organisation, one.officer, one.duty, one.subject_id, one.observed, one.total, one.expected, one.compared,
            one.numbers, clock_timestamp(), '', '')
        ON CONFLICT DO NOTHING RETURNING id INTO made;
        IF made IS NOT NULL THEN
            INSERT INTO oversight_inquiry_entry (inquiry_id, subject_id, entry_id)
            SELECT made, u.subject, u.entry FROM unnest(one.subjects, one.entries) AS u (subject, entry);
            opened := opened + 1;
        END IF;
    END LOOP;
    INSERT INTO oversight_round (day, at, opened) VALUES (wanted_day, clock_timestamp(), opened) ON CONFLICT DO NOTHING;
    RETURN opened;
END
$$;

-- name: signal_grants
REVOKE ALL ON FUNCTION oversight_days(date, date), oversight_look_ups(date, date), oversight_find_own(date, jsonb),
    oversight_find_many_askers(date, jsonb), oversight_find_above_peers(date, jsonb), oversight_find_out_of_hours(date, jsonb),
    oversight_find_many_refused(date, jsonb), oversight_find_above_habit(date, jsonb), oversight_find_no_later_case(date, jsonb),
    oversight_open(date, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_find_own(date, jsonb), oversight_find_many_askers(date, jsonb), oversight_find_above_peers(date, jsonb),
    oversight_find_out_of_hours(date, jsonb), oversight_find_many_refused(date, jsonb), oversight_find_above_habit(date, jsonb),
    oversight_find_no_later_case(date, jsonb), oversight_open(date, jsonb) TO {intake};
GRANT SELECT ON oversight_round TO {intake};
