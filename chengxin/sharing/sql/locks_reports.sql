-- name: report_state
-- How a report stands: withdrawn by its person, at its end, replaced by a later one about everything, changed since (what it showed was
-- corrected, withdrawn or repaired, or shows no more), else valid. A certificate isn't replaced by the next: each was handed to somebody else.
CREATE OR REPLACE FUNCTION sharing_report_state(report sharing_report) RETURNS text LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN EXISTS (SELECT FROM sharing_report_withdrawal w WHERE w.number = report.number) THEN 'withdrawn'
                WHEN report.valid_until <= d.today THEN 'ended'
                WHEN report.kind = 'own' AND EXISTS (SELECT FROM sharing_report n WHERE n.subject_id = report.subject_id AND n.kind = 'own'
                             AND n.issued_at > report.issued_at) THEN 'replaced'
                WHEN EXISTS (
                    SELECT FROM ground_access_entry e CROSS JOIN LATERAL unnest(e.record_ids, e.versions) AS seen (record_id, version)
                    WHERE e.subject_id = report.subject_id AND e.entry_id = report.entry_id
                      AND (SELECT (v.version, v.shown_until > d.today) FROM records_version v
                           WHERE v.subject_id = e.subject_id AND v.record_id = seen.record_id ORDER BY v.version DESC LIMIT 1)
                          IS DISTINCT FROM (seen.version, true)) THEN 'changed'
                ELSE 'valid' END
    FROM (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
$$;

-- name: check_report
-- What whoever holds a report's number and its check code learns: the kind, the moment, how it stands, for what it is, what it covers and until
-- when it counts. Nothing of the person, and nothing at all of a number whose code isn't right, be there such a number or not: both are looked
-- for by the digest alone. Wrong pairs are counted by place, right ones by number and day, so that the person sees how often.
CREATE OR REPLACE FUNCTION sharing_check_report(wanted text, digest bytea)
    RETURNS TABLE (kind varchar, issued_at timestamptz, state text, purpose varchar, covers varchar[], valid_until date)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    hashed bytea := sha256(convert_to(wanted, 'UTF8'));
    spot integer := get_byte(hashed, 0) * 256 + get_byte(hashed, 1);
    most bigint := (SELECT t.value FROM records_term t WHERE t.name = 'report-checks' AND t.number = 'tries' AND t.valid_from <= today
                    ORDER BY t.valid_from DESC LIMIT 1);
BEGIN
    IF EXISTS (SELECT FROM sharing_check_try t WHERE t.place = spot AND t.day = today AND t.tries >= most) THEN
        RETURN QUERY SELECT NULL::varchar, NULL::timestamptz, 'many', NULL::varchar, NULL::varchar[], NULL::date;
        RETURN;
    END IF;
    RETURN QUERY SELECT r.kind, r.issued_at, sharing_report_state(r), r.purpose, r.covers, r.valid_until
        FROM sharing_report r WHERE r.check_digest = digest AND r.number = wanted;
    IF FOUND THEN
        INSERT INTO sharing_report_check AS c (number, day, hits) VALUES (wanted, today, 1)
        ON CONFLICT (number, day) DO UPDATE SET hits = c.hits + 1;
    ELSE
        INSERT INTO sharing_check_try AS t (place, day, tries) VALUES (spot, today, 1)
        ON CONFLICT (place) DO UPDATE SET tries = CASE WHEN t.day = today THEN t.tries + 1 ELSE 1 END, day = today;
    END IF;
END
$$;

-- name: guard_report
-- A report of one's own is one's own: whoever speaks for themselves, or is served at the window, has it made out to themselves. A certificate covers items in force, and
-- counts from today for no longer than the term says.
CREATE OR REPLACE FUNCTION sharing_guard_report() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    longest integer := (SELECT t.value FROM records_term t WHERE t.name = 'certificates' AND t.number = 'longest' AND t.valid_from <= today
                        ORDER BY t.valid_from DESC LIMIT 1);
BEGIN
    IF identity_person_reading() IS DISTINCT FROM NEW.subject_id THEN
        RAISE EXCEPTION 'a person has a report made out about themselves alone' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.kind = 'special' AND EXISTS (SELECT FROM identity_person p WHERE p.subject_id = NEW.subject_id AND p.died IS NOT NULL) THEN
        RAISE EXCEPTION 'nobody has a certificate made out for the dead' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.valid_until <= today OR NEW.valid_until > today + make_interval(months => longest) THEN
        RAISE EXCEPTION 'a certificate counts for its term and no longer' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM unnest(NEW.covers) AS c (code) WHERE NOT EXISTS (
            SELECT FROM catalogue_item_live l JOIN catalogue_item i ON i.id = l.item_id
            WHERE i.code = c.code AND l.valid_from <= today AND today < l.valid_until)) THEN
        RAISE EXCEPTION 'a certificate covers items in force' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_report_trigger
CREATE OR REPLACE TRIGGER report_about_oneself BEFORE INSERT ON sharing_report
    FOR EACH ROW WHEN (NEW.kind IN ('own', 'special')) EXECUTE FUNCTION sharing_guard_report();

-- name: own_reports
-- The reports that whoever speaks for themselves had made out, the newest first: how each stands, and how often and when last it was checked.
CREATE OR REPLACE FUNCTION sharing_own_reports(most integer)
    RETURNS TABLE (number varchar, issued_at timestamptz, state text, kind varchar, purpose varchar, covers varchar[], valid_until date,
                   checks bigint, checked_on date)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT r.number, r.issued_at, sharing_report_state(r), r.kind, r.purpose, r.covers, r.valid_until, coalesce(c.hits, 0), c.last
    FROM sharing_report r
    LEFT JOIN LATERAL (SELECT sum(k.hits)::bigint AS hits, max(k.day) AS last FROM sharing_report_check k WHERE k.number = r.number) c ON true
    WHERE r.subject_id IN (SELECT identity_held_by(me)) AND r.kind <> 'duty' ORDER BY r.issued_at DESC, r.number LIMIT most;
END
$$;

-- name: withdraw_report
CREATE OR REPLACE FUNCTION sharing_withdraw_report(wanted text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_report_withdrawal (number, withdrawn_at)
    SELECT r.number, clock_timestamp() FROM sharing_report r
    WHERE r.number = wanted AND r.kind <> 'duty' AND r.subject_id IN (SELECT identity_held_by(identity_person_speaking()))
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- name: report_withdrawal_append_only
CREATE OR REPLACE TRIGGER report_withdrawal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_report_withdrawal
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_report_check
-- What was counted is never counted back: each check adds one.
CREATE OR REPLACE FUNCTION sharing_guard_report_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.number, NEW.day, NEW.hits) IS DISTINCT FROM (OLD.number, OLD.day, OLD.hits + 1) THEN
        RAISE EXCEPTION 'checks are counted one by one' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_report_check_trigger
CREATE OR REPLACE TRIGGER report_check_counts_up BEFORE UPDATE ON sharing_report_check
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_report_check();

-- name: report_check_stays
CREATE OR REPLACE TRIGGER report_check_stays BEFORE DELETE OR TRUNCATE ON sharing_report_check
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: reports_grants
REVOKE ALL ON FUNCTION sharing_report_state(sharing_report), sharing_check_report(text, bytea), sharing_guard_report(), sharing_own_reports(integer),
    sharing_withdraw_report(text), sharing_guard_report_check() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_own_reports(integer), sharing_withdraw_report(text) TO {app};
-- What a report's number attests is for whoever holds it with its code: the public site asks too.
GRANT EXECUTE ON FUNCTION sharing_check_report(text, bytea) TO {app}, {public};
