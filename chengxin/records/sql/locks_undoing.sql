-- name: may_reopen
-- Whether what one batch withdrew may be active again by another: the undoing of a batch closes nothing for good, and opens what that batch
-- had closed. For the same provider alone.
CREATE OR REPLACE FUNCTION records_may_reopen(closing integer, opening integer) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM records_batch c JOIN records_batch o ON o.id = opening AND o.provider_id = c.provider_id
        WHERE c.id = closing
          AND (c.undoing_id IS NOT NULL OR c.id = (SELECT u.batch_id FROM records_undoing u WHERE u.id = o.undoing_id)))
$$;

-- name: guard_undoing
-- That a batch was wrong is said by an officer of its provider who hands in, speaking for it, of a batch that is done and was handed in.
CREATE OR REPLACE FUNCTION records_guard_undoing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT b.received_at, b.new, b.changed INTO NEW.received_at, NEW.new, NEW.changed
    FROM records_batch b WHERE b.id = NEW.batch_id AND b.item_id = NEW.item_id AND b.provider_id = NEW.provider_id
        AND b.state = 'done' AND b.transfer_step_id IS NULL AND b.undoing_id IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'an undoing of no batch that can be undone' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM identity_speaker() s
        JOIN identity_user u ON u.login = s.name AND u.organisation_id = s.organisation
        JOIN identity_right r ON r.user_id = u.id AND r.role = 'clerk'
        WHERE u.id = NEW.decided_by_id AND s.organisation = NEW.provider_id
    ) THEN
        RAISE EXCEPTION 'a batch is called wrong by its provider, by whoever speaks' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.second_at IS NOT NULL OR NEW.agreed IS NOT NULL OR NEW.done_at IS NOT NULL OR NEW.decided_at > clock_timestamp() THEN
        RAISE EXCEPTION 'an undoing is decided before it is agreed to or done' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_undoing_trigger
CREATE OR REPLACE TRIGGER undoing_guarded BEFORE INSERT ON records_undoing FOR EACH ROW EXECUTE FUNCTION records_guard_undoing();

-- name: guard_undoing_change
-- Agreed to, or not, once, at the credit centre's window; done once, after that. Nothing else changes.
CREATE OR REPLACE FUNCTION records_guard_undoing_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.batch_id, NEW.item_id, NEW.provider_id, NEW.received_at, NEW.new, NEW.changed, NEW.ground, NEW.decided_by_id, NEW.decided_at)
       IS DISTINCT FROM (OLD.id, OLD.batch_id, OLD.item_id, OLD.provider_id, OLD.received_at, OLD.new, OLD.changed, OLD.ground, OLD.decided_by_id, OLD.decided_at)
       OR OLD.done_at IS NOT NULL
       OR OLD.second_at IS NOT NULL AND (NEW.second_by_id, NEW.second_at, NEW.agreed)
          IS DISTINCT FROM (OLD.second_by_id, OLD.second_at, OLD.agreed) THEN
        RAISE EXCEPTION 'an undoing is agreed to and done once, and changed in nothing else' USING ERRCODE = 'check_violation';
    END IF;
    IF greatest(NEW.second_at, NEW.done_at) > clock_timestamp() THEN
        RAISE EXCEPTION 'an undoing agreed to or done ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL AND (NEW.agreed IS NULL OR NOT identity_at_window_speaks(NEW.second_by_id)) THEN
        RAISE EXCEPTION 'an undoing is agreed to at the credit centre, by whoever speaks' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.second_at IS NULL THEN
        PERFORM identity_refuse_one_person(NEW.decided_by_id, NEW.second_by_id);
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_undoing_change_trigger
CREATE OR REPLACE TRIGGER undoing_change_guarded BEFORE UPDATE ON records_undoing
    FOR EACH ROW EXECUTE FUNCTION records_guard_undoing_change();

-- name: undoing_stays
CREATE OR REPLACE TRIGGER undoing_stays BEFORE DELETE OR TRUNCATE ON records_undoing
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: undo_row_append_only
CREATE OR REPLACE TRIGGER undo_row_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON records_undo_row
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_undoing_batch
-- A batch takes another back when two officers said so, once, for the same item and provider.
CREATE OR REPLACE FUNCTION records_guard_undoing_batch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM records_undoing u
                   WHERE u.id = NEW.undoing_id AND u.agreed AND u.done_at IS NULL
                     AND u.item_id = NEW.item_id AND u.provider_id = NEW.provider_id) THEN
        RAISE EXCEPTION 'a batch of an undoing that doesn''t stand' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_undoing_batch_trigger
CREATE OR REPLACE TRIGGER batch_of_an_undoing BEFORE INSERT ON records_batch
    FOR EACH ROW WHEN (NEW.undoing_id IS NOT NULL) EXECUTE FUNCTION records_guard_undoing_batch();

-- name: undo
-- Take a batch back, whole, in a batch of its own; gives that one, NULL where the undoing doesn't stand. A record that the batch began is
-- withdrawn; one that it changed or closed gets what stood before once more, where that may stand today; what changed since stays.
CREATE OR REPLACE FUNCTION records_undo(wanted bigint, moment timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    one integer;
    undoing records_undoing;
    wrong records_batch;
BEGIN
    SELECT * INTO undoing FROM records_undoing u WHERE u.id = wanted AND u.agreed AND u.done_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO wrong FROM records_batch b WHERE b.id = undoing.batch_id;
    INSERT INTO records_batch (token, item_id, edition_id, provider_id, undoing_id, digest, form, encoding, encoding_how, size_bytes,
        as_of, attested, state, received_at, rules_edition, read, new, changed, unchanged, waiting, refused, failure, failure_en)
    VALUES (gen_random_uuid(), wrong.item_id, wrong.edition_id, wrong.provider_id, wanted, sha256(uuid_send(gen_random_uuid())),
        'undo', '', '', 0, today, '', 'received', moment, '', 0, 0, 0, 0, 0, 0, '', '')
    RETURNING id INTO one;
    PERFORM set_config('cx.batch', one::text, true);

    INSERT INTO records_undo_row (undoing_id, subject_id, record_id, row_number, version, outcome, restored_version)
    SELECT wanted, m.subject_id, m.record_id, m.row_number, n.version,
           CASE WHEN n.version <> m.last THEN 'left' WHEN stands.yes THEN 'restored' WHEN n.state = 'active' THEN 'withdrawn'
                ELSE 'left' END,
           CASE WHEN n.version = m.last AND stands.yes THEN p.version END
    FROM (SELECT v.subject_id, v.record_id, min(v.version) AS first, max(v.version) AS last, min(v.row_number) AS row_number
          FROM records_version v WHERE v.batch_id = wrong.id GROUP BY v.subject_id, v.record_id) m
    CROSS JOIN LATERAL (SELECT v.version, v.state FROM records_version v
                        WHERE v.subject_id = m.subject_id AND v.record_id = m.record_id ORDER BY v.version DESC LIMIT 1) n
    LEFT JOIN records_version p ON p.subject_id = m.subject_id AND p.record_id = m.record_id AND p.version = m.first - 1
    CROSS JOIN LATERAL (
        SELECT coalesce(p.state = 'active' AND records_can_stand(p, p.subject_id)
            AND EXISTS (SELECT FROM records_payload w
                        WHERE w.subject_id = p.subject_id AND w.record_id = p.record_id AND w.version = p.version)
            AND EXISTS (SELECT FROM catalogue_item_live l
                        WHERE l.item_id = p.item_id AND l.valid_from <= today AND today < l.valid_until)
            AND EXISTS (SELECT FROM catalogue_item_basis_days d
                        WHERE d.item_id = p.item_id AND p.decided >= d.valid_from AND p.decided < d.valid_until), false) AS yes) stands;

    INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
        shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
    SELECT r.subject_id, r.record_id, r.version + 1, v.item_id, one, r.row_number, 'withdrawn', v.decided, v.ended, v.final, '',
           v.decided, v.decided, NULL, v.erase_on, v.terms_edition, NULL, moment
    FROM records_undo_row r JOIN records_version v USING (subject_id, record_id, version)
    WHERE r.undoing_id = wanted AND r.outcome = 'withdrawn';

    INSERT INTO records_version (subject_id, record_id, version, item_id, batch_id, row_number, state, decided, ended, final, grade,
        shown_from, shown_until, repair_from, erase_on, terms_edition, commitment, recorded_at)
    SELECT r.subject_id, r.record_id, r.version + 1, v.item_id, one, r.row_number, 'active', v.decided, v.ended, v.final, v.grade,
           v.shown_from, v.shown_until, v.repair_from, v.erase_on, v.terms_edition, v.commitment, moment
    FROM records_undo_row r JOIN records_version v
        ON v.subject_id = r.subject_id AND v.record_id = r.record_id AND v.version = r.restored_version
    WHERE r.undoing_id = wanted AND r.outcome = 'restored';

    INSERT INTO records_payload (subject_id, record_id, version, layout_id, salt, body)
    SELECT r.subject_id, r.record_id, r.version + 1, p.layout_id, p.salt, p.body
    FROM records_undo_row r JOIN records_payload p
        ON p.subject_id = r.subject_id AND p.record_id = r.record_id AND p.version = r.restored_version
    WHERE r.undoing_id = wanted AND r.outcome = 'restored';

    UPDATE records_undoing u SET done_at = moment, withdrawn = n.withdrawn, restored = n.restored, "left" = n.untouched
    FROM (SELECT count(*) FILTER (WHERE r.outcome = 'withdrawn') AS withdrawn, count(*) FILTER (WHERE r.outcome = 'restored') AS restored,
                 count(*) FILTER (WHERE r.outcome = 'left') AS untouched FROM records_undo_row r WHERE r.undoing_id = wanted) n
    WHERE u.id = wanted;
    UPDATE records_batch b SET state = 'done', finished_at = moment, read = u.withdrawn + u.restored + u."left",
        changed = u.withdrawn + u.restored, unchanged = u."left"
    FROM records_undoing u WHERE b.id = one AND u.id = wanted;
    RETURN one;
END
$$;

-- name: undone_rows
-- What became of the records of an undone batch, for its provider and the credit centre; keys only.
CREATE OR REPLACE FUNCTION records_undone(wanted bigint, kind varchar)
    RETURNS TABLE (row_number integer, subject_id bigint, record_id bigint, outcome varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.row_number, r.subject_id, r.record_id, r.outcome FROM records_undo_row r
    WHERE r.undoing_id = wanted AND r.outcome = kind AND EXISTS (
        SELECT FROM records_undoing u
        WHERE u.id = wanted AND (u.provider_id = (SELECT s.organisation FROM identity_speaker() s) OR identity_centre_speaks()))
    ORDER BY r.row_number, r.record_id
$$;

-- name: undoing_rows
ALTER TABLE records_undoing ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_undoing ON records_undoing;
CREATE POLICY own_undoing ON records_undoing TO {app} USING (provider_id = (SELECT s.organisation FROM identity_speaker() s));
DROP POLICY IF EXISTS centre_undoing ON records_undoing;
CREATE POLICY centre_undoing ON records_undoing TO {app} USING ((SELECT identity_centre_speaks()));
DROP POLICY IF EXISTS every_undoing ON records_undoing;
CREATE POLICY every_undoing ON records_undoing TO {intake} USING (true);

-- name: undoing_grants
REVOKE ALL ON FUNCTION records_guard_undoing(), records_guard_undoing_change(), records_guard_undoing_batch(), records_undo(bigint, timestamptz),
    records_undone(bigint, varchar), records_may_reopen(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_undo(bigint, timestamptz) TO {intake};
GRANT EXECUTE ON FUNCTION records_undone(bigint, varchar) TO {app};
GRANT SELECT, INSERT, UPDATE (second_by_id, second_at, agreed) ON records_undoing TO {app};
GRANT SELECT ON records_undoing TO {intake};
GRANT USAGE ON SEQUENCE records_undoing_id_seq TO {app};
