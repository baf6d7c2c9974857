-- name: clerk_speaks
-- Whether an officer hands in for a provider, and this transaction speaks for that very officer.
CREATE OR REPLACE FUNCTION records_clerk_speaks(officer bigint, provider bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM identity_speaker() s
        JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
        JOIN identity_right r ON r.user_id = u.id AND r.role = 'clerk'
        WHERE u.id = officer AND s.organisation = provider)
$$;

-- name: guard_nothing
-- That there was nothing is said by an officer of the provider who hands in, speaking for it, now, and not of a month to come.
CREATE OR REPLACE FUNCTION records_guard_nothing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT records_clerk_speaks(NEW.declared_by_id, NEW.provider_id) THEN
        RAISE EXCEPTION 'a provider itself says that it has nothing to report' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.month > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'nothing to report of a month to come' USING ERRCODE = 'check_violation';
    END IF;
    NEW.declared_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_nothing_trigger
CREATE OR REPLACE TRIGGER nothing_guarded BEFORE INSERT ON records_nothing FOR EACH ROW EXECUTE FUNCTION records_guard_nothing();

-- name: nothing_append_only
CREATE OR REPLACE TRIGGER nothing_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_nothing
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_mapping
CREATE OR REPLACE FUNCTION records_guard_mapping() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT records_clerk_speaks(NEW.saved_by_id, NEW.provider_id) THEN
        RAISE EXCEPTION 'a provider itself says what its columns mean' USING ERRCODE = 'check_violation';
    END IF;
    NEW.saved_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_mapping_trigger
CREATE OR REPLACE TRIGGER mapping_guarded BEFORE INSERT ON records_mapping FOR EACH ROW EXECUTE FUNCTION records_guard_mapping();

-- name: mapping_append_only
CREATE OR REPLACE TRIGGER mapping_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_mapping
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: day_figures_append_only
CREATE OR REPLACE TRIGGER day_figures_append_only BEFORE TRUNCATE ON records_day_figures
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: figures_signed
-- Whether figures are those of a line that was signed for; NULL where nothing was signed for that day.
CREATE OR REPLACE FUNCTION records_figures_signed(f records_day_figures) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT bool_or(l.line - 'item' = to_jsonb(f) - 'id' - 'provider_id' - 'item_id' - 'day' AND i.id IS NOT NULL) IS TRUE
    FROM records_day_receipt r
    LEFT JOIN LATERAL jsonb_array_elements(r.content::jsonb -> 'items') AS l (line) ON true
    LEFT JOIN catalogue_item i ON i.id = f.item_id AND i.code = l.line ->> 'item'
    WHERE r.provider_id = f.provider_id AND r.day = f.day GROUP BY r.provider_id
$$;

-- name: guard_day_figures
-- Figures that nothing was signed for, or that agree with it, stay as they are, whoever asks; others may be put right or go, which is what a
-- rebuild does (docs/adr/0021).
CREATE OR REPLACE FUNCTION records_guard_day_figures() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF records_figures_signed(OLD) IS DISTINCT FROM false OR TG_OP = 'UPDATE' AND records_figures_signed(NEW) IS NOT TRUE THEN
        RAISE EXCEPTION 'records_day_figures is append-only: what was signed for stays' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;

-- name: guard_day_figures_trigger
CREATE OR REPLACE TRIGGER day_figures_as_signed BEFORE UPDATE OR DELETE ON records_day_figures
    FOR EACH ROW EXECUTE FUNCTION records_guard_day_figures();

-- name: day_receipt_append_only
CREATE OR REPLACE TRIGGER day_receipt_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_day_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: may_see_provider
-- Whose figures this transaction may see: those of the organisation it speaks for; at the credit centre everybody's.
CREATE OR REPLACE FUNCTION records_may_see(provider bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT provider = (SELECT s.organisation FROM identity_speaker() s) OR (SELECT identity_centre_speaks())
$$;

-- name: months
-- What came of each provider's items month by month, by the month in which it was handed in, and where it was said that there is nothing.
CREATE OR REPLACE FUNCTION records_months(since date)
    RETURNS TABLE (provider_id bigint, item_id smallint, month date, batches bigint, accepted bigint, declared_by varchar, declared_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(b.provider_id, n.provider_id), coalesce(b.item_id, n.item_id)::smallint, coalesce(b.month, n.month),
           coalesce(b.batches, 0), coalesce(b.accepted, 0), u.display_name, n.declared_at
    FROM (SELECT b.provider_id, b.item_id, date_trunc('month', b.received_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
                 count(*) AS batches, sum(b.new + b.changed + b.unchanged) AS accepted
          FROM records_batch b
          WHERE b.state = 'done' AND b.form NOT IN ('stored', 'moved', 'undo') AND records_may_see(b.provider_id)
            AND b.received_at >= since::timestamp AT TIME ZONE 'Asia/Shanghai'
          GROUP BY 1, 2, 3) b
    FULL JOIN (SELECT * FROM records_nothing n WHERE n.month >= since AND records_may_see(n.provider_id)) n
        USING (provider_id, item_id, month)
    LEFT JOIN identity_user u ON u.id = n.declared_by_id
$$;

-- name: mapping_of
-- What a provider's own headings mean, for whoever speaks for it.
CREATE OR REPLACE FUNCTION records_mapping_of(item bigint) RETURNS TABLE (heading varchar, field varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT ON (m.heading) m.heading, m.field FROM records_mapping m
    WHERE m.provider_id = (SELECT s.organisation FROM identity_speaker() s) AND m.item_id = item
    ORDER BY m.heading, m.id DESC
$$;

-- name: reconcile
-- Enter the figures of a day that has ended, once: what came by files, what waited and was taken up, what was taken back, and what the ledger
-- showed when the day ended, as it was known then. Gives how many lines there are.
CREATE OR REPLACE FUNCTION records_reconcile(wanted date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    midnight timestamptz := (wanted + 1)::timestamp AT TIME ZONE 'Asia/Shanghai';
    made bigint;
BEGIN
    IF midnight > transaction_timestamp() THEN
        RAISE EXCEPTION 'the day has not ended' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO records_day_figures (provider_id, item_id, day, batches, unusable, read, new, changed, unchanged, waiting, refused, taken_up,
        undone, shown, held)
    SELECT provider_id, item_id, wanted, coalesce(b.batches, 0), coalesce(b.unusable, 0), coalesce(b.read, 0), coalesce(b.new, 0),
           coalesce(b.changed, 0), coalesce(b.unchanged, 0), coalesce(b.waiting, 0), coalesce(b.refused, 0), coalesce(b.taken_up, 0),
           coalesce(b.undone, 0), coalesce(s.shown, 0), coalesce(w.held, 0)
    FROM (SELECT b.provider_id, b.item_id, count(*) FILTER (WHERE f.sent) AS batches,
                 count(*) FILTER (WHERE f.sent AND b.state = 'unusable') AS unusable, sum(b.read) FILTER (WHERE f.sent) AS read,
                 sum(b.new) FILTER (WHERE f.sent) AS new, sum(b.changed) FILTER (WHERE f.sent) AS changed,
                 sum(b.unchanged) FILTER (WHERE f.sent) AS unchanged, sum(b.waiting) FILTER (WHERE f.sent) AS waiting,
                 sum(b.refused) FILTER (WHERE f.sent) AS refused,
                 sum(b.new + b.changed) FILTER (WHERE b.form = 'stored') AS taken_up,
                 sum(b.changed) FILTER (WHERE b.form = 'undo') AS undone
          FROM records_batch b CROSS JOIN LATERAL (SELECT b.form NOT IN ('stored', 'moved', 'undo') AS sent) f
          WHERE b.finished_at >= midnight - interval '1 day' AND b.finished_at < midnight AND b.form <> 'moved'
          GROUP BY 1, 2) b
    FULL JOIN (SELECT b.provider_id, v.item_id::bigint AS item_id, count(*) AS shown
               FROM records_version v JOIN records_batch b ON b.id = v.batch_id
               WHERE v.state = 'active' AND v.recorded_at < midnight AND v.shown_from <= wanted AND wanted < v.shown_until
                 AND NOT EXISTS (SELECT FROM records_superseded o WHERE o.subject_id = v.subject_id AND o.record_id = v.record_id
                                 AND o.version = v.version AND o.recorded_at < midnight)
               GROUP BY 1, 2) s USING (provider_id, item_id)
    FULL JOIN (SELECT w.provider_id, w.item_id, count(*) AS held FROM records_waiting w WHERE w.since < midnight GROUP BY 1, 2) w
        USING (provider_id, item_id)
    ON CONFLICT DO NOTHING;
    SELECT count(*) INTO made FROM records_day_figures f WHERE f.day = wanted;
    RETURN made;
END
$$;

-- name: days
-- The figures of days, one's own or at the credit centre everybody's.
CREATE OR REPLACE FUNCTION records_days(since date, until date) RETURNS SETOF records_day_figures LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.* FROM records_day_figures f WHERE f.day >= since AND f.day <= until AND records_may_see(f.provider_id)
$$;

-- name: day_so_far
-- What came of files today, until now.
CREATE OR REPLACE FUNCTION records_day_so_far(today date) RETURNS TABLE (accepted bigint, waiting bigint, refused bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sum(b.new + b.changed + b.unchanged)::bigint, sum(b.waiting)::bigint, sum(b.refused)::bigint
    FROM records_batch b
    WHERE b.finished_at >= today::timestamp AT TIME ZONE 'Asia/Shanghai' AND b.form NOT IN ('stored', 'moved', 'undo')
      AND records_may_see(b.provider_id)
    HAVING sum(b.read) > 0
$$;

-- name: day_receipt
CREATE OR REPLACE FUNCTION records_receipt_of(provider bigint, wanted date) RETURNS SETOF records_day_receipt LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.* FROM records_day_receipt r WHERE r.provider_id = provider AND r.day = wanted AND records_may_see(provider)
$$;

-- name: own_acts
-- What officers of one's own organisation did with its files, the newest first.
CREATE OR REPLACE FUNCTION records_own_acts(before bigint, most integer)
    RETURNS TABLE (id bigint, at timestamptz, login varchar, name varchar, act varchar, subject varchar, note varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.id, a.at, a.actor, u.display_name, a.act, a.subject, a.note
    FROM identity_user u
    CROSS JOIN LATERAL (SELECT a.* FROM ground_action a
                        WHERE a.actor = u.login AND a.act LIKE 'intake.%' AND a.id < before ORDER BY a.id DESC LIMIT most) a
    WHERE u.organisation_id = (SELECT s.organisation FROM identity_speaker() s)
    ORDER BY a.id DESC LIMIT most
$$;

-- name: reporting_grants
REVOKE ALL ON FUNCTION records_figures_signed(records_day_figures), records_guard_day_figures(), records_guard_nothing(), records_guard_mapping(), records_clerk_speaks(bigint, bigint), records_may_see(bigint),
    records_months(date), records_mapping_of(bigint), records_reconcile(date), records_days(date, date), records_day_so_far(date),
    records_receipt_of(bigint, date), records_own_acts(bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_months(date), records_mapping_of(bigint), records_days(date, date), records_day_so_far(date),
    records_receipt_of(bigint, date), records_own_acts(bigint, integer) TO {app};
GRANT INSERT ON records_nothing, records_mapping TO {app};
GRANT USAGE ON SEQUENCE records_nothing_id_seq, records_mapping_id_seq TO {app};
GRANT EXECUTE ON FUNCTION records_reconcile(date) TO {intake};
GRANT SELECT ON records_mapping, records_day_figures TO {intake};
GRANT SELECT, INSERT ON records_day_receipt TO {intake};
GRANT USAGE ON SEQUENCE records_day_receipt_id_seq TO {intake};
