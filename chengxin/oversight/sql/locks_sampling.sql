-- name: sampled_from
-- The look-ups of a month that is over, from which is drawn: by organisation, and by pages or systems.
CREATE OR REPLACE FUNCTION oversight_frame(first_day date) RETURNS TABLE (organisation varchar, way text, many bigint) LANGUAGE sql STABLE
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.organisation, CASE WHEN a.channel = 'api' THEN 'systems' ELSE 'pages' END, count(*)
    FROM oversight_look_ups(first_day, (first_day + interval '1 month')::date - 1) a GROUP BY 1, 2
$$;

-- name: seed_of
-- What the sample of a month hangs on: the last signed head of each of the month's trees of the register. They are published, and nobody can
-- choose them. NULL where nothing was signed in that month.
CREATE OR REPLACE FUNCTION oversight_seed(first_day date) RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sha256(string_agg(h.root, ''::bytea ORDER BY h.tree, h.shard))
    FROM (SELECT DISTINCT ON (c.shard, c.tree) c.shard, c.tree, c.root FROM ground_checkpoint c
          WHERE left(c.tree, 7) = to_char(first_day, 'YYYY-MM') ORDER BY c.shard, c.tree, c.size DESC) h
$$;

-- name: draw
-- Draw the sample of a month that is over, once: of each organisation and way so many, those first whose number, hashed with the seed, is least.
-- Whoever has the seed and the entries comes to the same. Each opens an inquiry; look-ups of one person by one asker on one day share one.
-- Gives how many entries were drawn; NULL where the month was drawn already.
CREATE OR REPLACE FUNCTION oversight_draw(first_day date, sizes jsonb) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    last_day date := (first_day + interval '1 month')::date - 1;
    heads bytea := oversight_seed(first_day);
    root bytea := coalesce(heads, sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
    one record;
    made bigint;
    many bigint := 0;
BEGIN
    IF extract(day FROM first_day) <> 1 OR last_day >= today THEN
        RAISE EXCEPTION 'the sample of a month is drawn when it is over' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO oversight_draw (month, seed, of_heads, at) VALUES (first_day, root, heads IS NOT NULL, clock_timestamp()) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    FOR one IN
        WITH ranked AS (
            SELECT a.organisation, a.officer, a.duty, a.subject_id, a.entry_id, (a.at AT TIME ZONE 'Asia/Shanghai')::date AS day,
                   CASE WHEN a.channel = 'api' THEN 'systems' ELSE 'pages' END AS way,
                   row_number() OVER (PARTITION BY a.organisation, a.channel = 'api' ORDER BY sha256(root || uuid_send(a.entry_id))) AS place
            FROM oversight_look_ups(first_day, last_day) a
        )
        SELECT r.day, r.organisation, r.officer, r.duty, r.subject_id, r.way, z.size, z.many, z.numbers, array_agg(r.entry_id) AS entries
        FROM ranked r
        JOIN jsonb_to_recordset(sizes) AS z (organisation varchar, way text, size bigint, many bigint, numbers jsonb)
          ON z.organisation = r.organisation AND z.way = r.way AND r.place <= z.size
        GROUP BY r.day, r.organisation, r.officer, r.duty, r.subject_id, r.way, z.size, z.many, z.numbers
    LOOP
        INSERT INTO oversight_inquiry (rule, day, organisation, officer, duty, subject_id, observed, total, expected, compared, numbers, opened_at,
            finding, reason)
        VALUES ('sample', one.day, one.organisation, one.officer, one.duty, one.subject_id, one.size, one.many, 0, 0, one.numbers, clock_timestamp(),
            '', '')
        RETURNING id INTO made;
        INSERT INTO oversight_inquiry_entry (inquiry_id, subject_id, entry_id) SELECT made, one.subject_id, e FROM unnest(one.entries) e;
        many := many + cardinality(one.entries);
    END LOOP;
    RETURN many;
END
$$;

-- name: draw_append_only
CREATE OR REPLACE TRIGGER draw_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON oversight_draw
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: draws_seen
-- The samples that were drawn, with their seeds, for a reviewer.
CREATE OR REPLACE FUNCTION oversight_draws(most integer) RETURNS TABLE (month date, seed text, of_heads boolean, at timestamptz, entries bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT d.month, encode(d.seed, 'hex'), d.of_heads, d.at,
           (SELECT count(*) FROM oversight_inquiry i JOIN oversight_inquiry_entry n ON n.inquiry_id = i.id
            WHERE i.rule = 'sample' AND i.day >= d.month AND i.day < d.month + interval '1 month')
    FROM oversight_draw d, identity_reviewer_speaks() r WHERE r.officer IS NOT NULL
    ORDER BY d.month DESC LIMIT most
$$;

-- name: sampling_grants
REVOKE ALL ON FUNCTION oversight_frame(date), oversight_seed(date), oversight_draw(date, jsonb), oversight_draws(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION oversight_frame(date), oversight_draw(date, jsonb) TO {intake};
GRANT EXECUTE ON FUNCTION oversight_draws(integer) TO {app};
GRANT SELECT ON oversight_draw TO {intake};
