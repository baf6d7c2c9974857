-- name: guard_scan
-- A paper is taken in by the officer of a visit while it is open, of a kind that fits the visit, and no more than twenty of one. Whose it is, which
-- centre's, when, and until when is the database's to say. The lock on the visit keeps two that come at once from both being the twentieth.
CREATE OR REPLACE FUNCTION identity_guard_scan() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    seen identity_visit;
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    keep integer := (SELECT t.value FROM records_term t WHERE t.name = 'scan-keeping' AND t.number = 'keep' AND t.valid_from <= today
                     ORDER BY t.valid_from DESC LIMIT 1);
BEGIN
    SELECT v.* INTO seen FROM identity_visit v WHERE v.id = NEW.visit_id FOR NO KEY UPDATE;
    IF identity_being_served() IS NULL OR current_setting('cx.visit', true) IS DISTINCT FROM NEW.visit_id::text THEN
        RAISE EXCEPTION 'papers are taken in by the officer of a visit while it is open' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_scan_kind k WHERE k.code = NEW.kind AND seen.kind = ANY(k.visits)) THEN
        RAISE EXCEPTION 'no paper of that kind is taken in on such a visit' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT count(*) FROM identity_scan s WHERE s.visit_id = NEW.visit_id) >= 20 THEN
        RAISE EXCEPTION 'a visit has twenty papers at most' USING ERRCODE = 'check_violation';
    END IF;
    NEW.subject_id := identity_lead(CASE WHEN seen.kind = 'relative' THEN seen.applicant_id ELSE seen.subject_id END);
    NEW.organisation_id := (SELECT s.organisation FROM identity_speaker() s);
    NEW.taken_at := clock_timestamp();
    NEW.erase_on := (today + make_interval(months => keep))::date;
    RETURN NEW;
END
$$;

-- name: guard_scan_trigger
CREATE OR REPLACE TRIGGER scan_guarded BEFORE INSERT ON identity_scan FOR EACH ROW EXECUTE FUNCTION identity_guard_scan();

-- name: scan_append_only
CREATE OR REPLACE TRIGGER scan_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_scan
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_scan_whole
-- Whatever broke off in between leaves no half a paper: all its pieces are there when the transaction ends, or nothing of it is.
CREATE OR REPLACE FUNCTION identity_guard_scan_whole() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM identity_scan_piece p WHERE p.scan_id = NEW.id) <> NEW.pieces THEN
        RAISE EXCEPTION 'a paper is taken in whole' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_scan_whole_trigger
DROP TRIGGER IF EXISTS scan_whole ON identity_scan;
CREATE CONSTRAINT TRIGGER scan_whole AFTER INSERT ON identity_scan DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION identity_guard_scan_whole();

-- name: guard_scan_piece
-- A piece comes with its scan, in the same transaction, and goes on the same day.
CREATE OR REPLACE FUNCTION identity_guard_scan_piece() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT s.erase_on INTO NEW.erase_on FROM identity_scan s
        WHERE s.id = NEW.scan_id AND s.taken_at >= transaction_timestamp() AND NEW.place BETWEEN 1 AND s.pieces;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a piece is written with its scan' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_scan_piece_trigger
CREATE OR REPLACE TRIGGER scan_piece_guarded BEFORE INSERT ON identity_scan_piece FOR EACH ROW EXECUTE FUNCTION identity_guard_scan_piece();

-- name: scan_piece_sealed
CREATE OR REPLACE TRIGGER scan_piece_sealed AFTER INSERT ON identity_scan_piece
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_new_seals();

-- name: scan_piece_sealed_anew
CREATE OR REPLACE TRIGGER scan_piece_sealed_anew BEFORE UPDATE ON identity_scan_piece
    FOR EACH ROW EXECUTE FUNCTION identity_guard_new_seal();

-- name: guard_scan_piece_change
CREATE OR REPLACE FUNCTION identity_guard_scan_piece_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a piece is sealed anew under another key, and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- name: scan_piece_stays
CREATE OR REPLACE TRIGGER scan_piece_stays BEFORE UPDATE ON identity_scan_piece FOR EACH ROW
    WHEN (NEW.key_id = OLD.key_id OR (NEW.id, NEW.scan_id, NEW.place, NEW.erase_on) IS DISTINCT FROM (OLD.id, OLD.scan_id, OLD.place, OLD.erase_on))
    EXECUTE FUNCTION identity_guard_scan_piece_change();

-- name: guard_scan_erasure
CREATE OR REPLACE FUNCTION identity_guard_scan_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_user <> '{eraser}' THEN
        RAISE EXCEPTION 'scans are erased by the eraser role alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: scan_erasure
CREATE OR REPLACE TRIGGER scan_erasure BEFORE DELETE ON identity_scan_piece FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_scan_erasure();

-- name: scan_pieces_stay
CREATE OR REPLACE TRIGGER scan_pieces_stay BEFORE TRUNCATE ON identity_scan_piece FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: scan_goes
-- The first day on which a scan is no more: its own, or as long as it proves an authorisation the one after that, whichever comes later.
CREATE OR REPLACE FUNCTION identity_scan_goes(of_scan bigint, own date) RETURNS date LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN greatest(own, (SELECT sharing_leave_proof_goes(s.number) FROM identity_scan s WHERE s.id = of_scan));
END
$$;

-- name: opened_scan
-- The scan that this transaction may open: the one it names (cx.scan), before its day, once it has entered in the register of access that it
-- looks: an entry that is no older than itself. An officer at the window of the centre that took it in; or whose it is, on their own page.
CREATE OR REPLACE FUNCTION identity_opened_scan() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted text := coalesce(current_setting('cx.scan', true), '');
    me bigint := identity_person_speaking();
BEGIN
    RETURN (
        SELECT s.id FROM identity_scan s
        WHERE s.number = wanted AND (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date < identity_scan_goes(s.id, s.erase_on)
          AND (identity_lead(s.subject_id) = me OR s.organisation_id = (
              SELECT k.organisation FROM identity_speaker() k
              JOIN identity_user u ON u.login = k.name AND u.organisation_id = k.organisation
              JOIN identity_at_window w ON w.user_id = u.id))
          AND EXISTS (
              SELECT FROM ground_access_entry a
              WHERE a.subject_id = identity_lead(s.subject_id) AND (me IS NOT NULL OR a.officer = (SELECT k.name FROM identity_speaker() k))
                AND a.outcome = 'answered' AND 'scan' = ANY(a.fields) AND split_part(a.case_reference, ' ', 1) = 'scan:' || s.number
                AND (a.channel = 'person') = (me IS NOT NULL) AND age(a.xmin) <= age(pg_current_xact_id()::xid)));
END
$$;

-- name: own_scans
-- What papers were taken in of whoever speaks for themselves, and of those whom they absorbed, the newest first; ``held``: it can be opened.
CREATE OR REPLACE FUNCTION identity_own_scans(wanted text, most integer) RETURNS TABLE (number varchar, kind varchar, form varchar, pages smallint,
    size integer, digest bytea, taken_at timestamptz, erase_on date, held boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    me bigint := identity_person_speaking();
BEGIN
    RETURN QUERY
    SELECT s.number, s.kind, s.form, s.pages, s.size, s.digest, s.taken_at, g.day,
           (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date < g.day
    FROM identity_scan s
    CROSS JOIN LATERAL (SELECT identity_scan_goes(s.id, s.erase_on) AS day) g
    WHERE s.subject_id IN (SELECT identity_held_by(me)) AND (wanted = '' OR s.number = wanted)
    ORDER BY s.id DESC LIMIT most;
END
$$;

-- name: scan_rows
-- That a paper was taken in is known at the centre that took it in; what it says, to whoever this transaction was entered as opening it.
ALTER TABLE identity_scan ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_scan ON identity_scan;
CREATE POLICY centre_scan ON identity_scan TO {app}
    USING ((SELECT identity_centre_speaks()) AND organisation_id = (SELECT s.organisation FROM identity_speaker() s));
ALTER TABLE identity_scan_piece ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS opened_scan ON identity_scan_piece;
CREATE POLICY opened_scan ON identity_scan_piece FOR SELECT TO {app} USING (scan_id = (SELECT identity_opened_scan()));
DROP POLICY IF EXISTS scan_taken_in ON identity_scan_piece;
CREATE POLICY scan_taken_in ON identity_scan_piece FOR INSERT TO {app} WITH CHECK ((SELECT identity_being_served()) IS NOT NULL);

-- name: eraser_reaches_scans_that_are_due
-- The bare day first, which is in the index; what still proves an authorisation waits.
DROP POLICY IF EXISTS scan_piece_due ON identity_scan_piece;
CREATE POLICY scan_piece_due ON identity_scan_piece FOR SELECT TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
           AND identity_scan_goes(scan_id, erase_on) <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
DROP POLICY IF EXISTS scan_piece_erased ON identity_scan_piece;
-- A DELETE that names no column meets no policy for SELECT, so this one asks for itself.
CREATE POLICY scan_piece_erased ON identity_scan_piece FOR DELETE TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
           AND identity_scan_goes(scan_id, erase_on) <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);

-- name: scan_grants
REVOKE ALL ON FUNCTION identity_guard_scan(), identity_guard_scan_whole(), identity_guard_scan_piece(), identity_guard_scan_piece_change(),
    identity_guard_scan_erasure(), identity_scan_goes(bigint, date), identity_opened_scan(), identity_own_scans(text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_scan_goes(bigint, date), identity_opened_scan(), identity_own_scans(text, integer) TO {app};
GRANT EXECUTE ON FUNCTION identity_scan_goes(bigint, date) TO {eraser};
GRANT SELECT, INSERT (number, visit_id, kind, form, pages, size, pieces, digest) ON identity_scan TO {app};
GRANT SELECT, INSERT (scan_id, place, content_sealed, key_id) ON identity_scan_piece TO {app};
GRANT USAGE ON SEQUENCE identity_scan_id_seq, identity_scan_piece_id_seq TO {app};
GRANT SELECT (id, erase_on), DELETE ON identity_scan_piece TO {eraser};
