-- name: guard_leave_paper
-- Entered by the officer who serves the person themselves, while the visit is open, about an authorisation of that person's, with the scan of the
-- signed paper that was taken in on this visit. Whoever enters works for nobody who asks.
CREATE OR REPLACE FUNCTION sharing_guard_leave_paper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('cx.visit', true) IS DISTINCT FROM NEW.visit_id::text OR NOT EXISTS (
            SELECT FROM identity_visit v JOIN sharing_authorisation a ON a.id = NEW.authorisation_id
            WHERE v.id = NEW.visit_id AND v.kind = 'self' AND v.officer_id = NEW.entered_by_id
              AND identity_being_served() = identity_lead(a.subject_id)) THEN
        RAISE EXCEPTION 'a paper is entered for whoever is served in person' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM identity_scan s WHERE s.number = NEW.scan AND s.visit_id = NEW.visit_id AND s.kind = 'leave') THEN
        RAISE EXCEPTION 'a paper is entered with its scan' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.witnessed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a paper is witnessed afterwards' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM sharing_refuse_whoever_asks(NEW.entered_by_id, NEW.authorisation_id);
    NEW.entered_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: refuse_whoever_asks
-- Neither the person themselves nor anybody of the organisation that asks signs for it.
CREATE OR REPLACE FUNCTION sharing_refuse_whoever_asks(signer bigint, wanted bigint) RETURNS void LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM identity_refuse_oneself(signer, ARRAY[a.subject_id]) FROM sharing_authorisation a WHERE a.id = wanted;
    IF EXISTS (SELECT FROM sharing_authorisation a JOIN identity_organisation o ON o.code = a.organisation
               JOIN identity_user u ON u.organisation_id = o.id WHERE a.id = wanted AND u.id = signer) THEN
        RAISE EXCEPTION 'nobody of the organisation that asks signs for it' USING ERRCODE = 'check_violation';
    END IF;
END
$$;

-- name: guard_leave_paper_trigger
CREATE OR REPLACE TRIGGER leave_paper_guarded BEFORE INSERT ON sharing_authorisation_paper
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_leave_paper();

-- name: guard_leave_witness
-- Witnessed once, at the window, by whoever speaks there and is another person, within half an hour; and changed in nothing else.
CREATE OR REPLACE FUNCTION sharing_guard_leave_witness() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.witnessed_at IS NOT NULL OR (to_jsonb(NEW) - ARRAY['witnessed_by_id', 'witnessed_at'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['witnessed_by_id', 'witnessed_at']) THEN
        RAISE EXCEPTION 'a paper is witnessed once, and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT coalesce(identity_at_window_speaks(NEW.witnessed_by_id), false) OR OLD.entered_at < clock_timestamp() - interval '30 minutes' THEN
        RAISE EXCEPTION 'a paper is witnessed at the window while the person is there' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_one_person(OLD.entered_by_id, NEW.witnessed_by_id);
    PERFORM sharing_refuse_whoever_asks(NEW.witnessed_by_id, NEW.authorisation_id);
    NEW.witnessed_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_leave_witness_trigger
CREATE OR REPLACE TRIGGER leave_paper_witnessed BEFORE UPDATE ON sharing_authorisation_paper
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_leave_witness();

-- name: carry_out_leave_paper
-- What was witnessed is done at once, and told to the person.
CREATE OR REPLACE FUNCTION sharing_carry_out_leave_paper() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO sharing_authorisation_event (authorisation_id, kind, at, items, once, valid_until, announces, receipt, channel, due_on, due_estimated)
    VALUES (NEW.authorisation_id, NEW.kind, clock_timestamp(), NEW.items, NEW.once, NEW.valid_until, NEW.announces, NEW.receipt, 'window',
            NEW.due_on, NEW.due_estimated);
    INSERT INTO ground_message (subject_id, at, kind, reference)
    SELECT a.subject_id, clock_timestamp(), 'authorisation-window', 'authorisation:' || a.number
    FROM sharing_authorisation a WHERE a.id = NEW.authorisation_id;
    RETURN NULL;
END
$$;

-- name: carry_out_leave_paper_trigger
CREATE OR REPLACE TRIGGER leave_paper_done AFTER UPDATE ON sharing_authorisation_paper
    FOR EACH ROW EXECUTE FUNCTION sharing_carry_out_leave_paper();

-- name: leave_paper_stays
-- Deleting has a guard of its own (locks_over.sql).
CREATE OR REPLACE TRIGGER leave_paper_stays BEFORE TRUNCATE ON sharing_authorisation_paper
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: leave_papers_waiting
-- What waits at the window for a second officer, while the credit centre is spoken for: what the paper says, not who signed it.
CREATE OR REPLACE FUNCTION sharing_leave_papers_waiting(OUT id bigint, OUT since timestamptz, OUT entered_by bigint, OUT officer varchar,
    OUT number varchar, OUT organisation varchar, OUT duty_id bigint, OUT kind varchar, OUT items varchar[], OUT once boolean,
    OUT valid_until date, OUT announces boolean, OUT scan varchar) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT p.id, p.entered_at, p.entered_by_id, u.display_name, a.number, coalesce(o.name, a.organisation), a.duty_id, p.kind, p.items, p.once,
           p.valid_until, p.announces, p.scan
    FROM sharing_authorisation_paper p
    JOIN sharing_authorisation a ON a.id = p.authorisation_id
    JOIN identity_user u ON u.id = p.entered_by_id
    LEFT JOIN identity_organisation o ON o.code = a.organisation
    WHERE p.witnessed_at IS NULL AND p.entered_at > transaction_timestamp() - interval '30 minutes' AND identity_centre_speaks()
$$;

-- name: leave_paper_rows
-- Papers of the window are the credit centre's.
ALTER TABLE sharing_authorisation_paper ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_leave_paper ON sharing_authorisation_paper;
CREATE POLICY centre_leave_paper ON sharing_authorisation_paper TO {app} USING ((SELECT identity_centre_speaks()));

-- name: leave_papers_grants
REVOKE ALL ON FUNCTION sharing_guard_leave_paper(), sharing_refuse_whoever_asks(bigint, bigint), sharing_guard_leave_witness(),
    sharing_carry_out_leave_paper(), sharing_leave_papers_waiting() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_leave_papers_waiting() TO {app};
GRANT SELECT, INSERT, UPDATE (witnessed_by_id, witnessed_at) ON sharing_authorisation_paper TO {app};
GRANT USAGE ON SEQUENCE sharing_authorisation_paper_id_seq TO {app};
