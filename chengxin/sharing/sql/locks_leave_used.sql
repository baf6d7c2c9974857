-- name: standing_leave
-- By which of a person's authorisations the organisation that is spoken for may see them under a duty now: the newest one that stands.
CREATE OR REPLACE FUNCTION sharing_standing_leave(subject bigint, duty bigint) RETURNS TABLE (number varchar, items varchar[], once boolean)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    mine text := (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation);
BEGIN
    RETURN QUERY
    SELECT a.number, l.items, l.once
    FROM sharing_authorisation a
    CROSS JOIN LATERAL sharing_authorisation_last(a.id) l
    WHERE a.subject_id IN (SELECT identity_held_by(identity_lead(subject))) AND a.organisation = mine AND a.duty_id = duty
      AND sharing_authorisation_state(a) = 'stands'
    ORDER BY a.id DESC LIMIT 1;
END
$$;

-- name: authorised
-- What the read gate lets through by the authorisation that cx.authorisation names, while it stands and whoever it was given to speaks, under
-- its duty: one person, and the items that are left.
CREATE OR REPLACE FUNCTION sharing_authorised() RETURNS TABLE (subject_id bigint, item_id smallint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    mine text := (SELECT o.code FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation);
BEGIN
    RETURN QUERY
    SELECT identity_lead(a.subject_id), i.id
    FROM sharing_authorisation a
    CROSS JOIN LATERAL sharing_authorisation_last(a.id) l
    JOIN catalogue_item i ON i.code = ANY(l.items)
    WHERE a.number = current_setting('cx.authorisation', true) AND a.organisation = mine
      AND a.duty_id = nullif(current_setting('cx.duty', true), '')::bigint AND sharing_authorisation_state(a) = 'stands';
END
$$;

-- name: gate_of_leave
-- Beside the gate, whatever it lets through: for a purpose that needs the person's leave, what that leave covers and nothing else.
DROP POLICY IF EXISTS authorised ON records_version;
CREATE POLICY authorised ON records_version AS RESTRICTIVE FOR SELECT TO {app} USING (
    (SELECT p.needs FROM catalogue_purpose p WHERE p.id = current_setting('cx.purpose')::bigint) <> 'authorisation'
    OR (subject_id, item_id) IN (SELECT a.subject_id, a.item_id FROM sharing_authorised() a)
);

-- name: guard_entry_by_leave
-- An answer under a purpose that needs the person's leave names it: one that stands, of this person, given to whoever asks and speaks, under the
-- entry's duty, and covers every item that was seen. Its row is locked, so that of two answers at once one alone uses what was granted once.
-- "Nothing is held" is an answer too.
CREATE OR REPLACE FUNCTION sharing_guard_entry_by_leave() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    given sharing_authorisation;
    kept varchar[];
BEGIN
    IF NOT EXISTS (SELECT FROM catalogue_purpose p WHERE p.code = NEW.purpose AND p.needs = 'authorisation') THEN
        IF NEW.authorisation <> '' THEN
            RAISE EXCEPTION 'an authorisation under a purpose that needs none' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT a.* INTO given FROM sharing_authorisation a WHERE a.number = NEW.authorisation FOR NO KEY UPDATE;
    IF given.id IS NULL OR sharing_authorisation_state(given) <> 'stands' THEN
        RAISE EXCEPTION 'an answer without a standing authorisation' USING ERRCODE = 'check_violation';
    END IF;
    IF identity_lead(given.subject_id) IS DISTINCT FROM identity_lead(NEW.subject_id) OR given.organisation <> NEW.organisation
       OR NOT EXISTS (SELECT FROM identity_speaker() s JOIN identity_organisation o ON o.id = s.organisation WHERE o.code = NEW.organisation)
       OR NOT EXISTS (SELECT FROM sharing_duty d WHERE d.id = given.duty_id AND d.code = NEW.duty) THEN
        RAISE EXCEPTION 'an answer by somebody else''s authorisation' USING ERRCODE = 'check_violation';
    END IF;
    SELECT l.items INTO kept FROM sharing_authorisation_last(given.id) l;
    IF EXISTS (SELECT FROM unnest(NEW.fields) AS f (name) WHERE f.name LIKE '%.%' AND split_part(f.name, '.', 1) <> ALL (kept)) THEN
        RAISE EXCEPTION 'an item that the person did not authorise' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO sharing_authorisation_use (entry_id, authorisation_id, at) VALUES (NEW.entry_id, given.id, clock_timestamp());
    RETURN NEW;
END
$$;

-- name: guard_entry_by_leave_trigger
-- That something changed is told by a guard of its own (locks_leave_announced.sql), and is no use.
CREATE OR REPLACE TRIGGER access_entry_by_leave BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.purpose NOT LIKE 'SM-%' AND NEW.channel <> 'change')
    EXECUTE FUNCTION sharing_guard_entry_by_leave();

-- name: leave_used_grants
REVOKE ALL ON FUNCTION sharing_standing_leave(bigint, bigint), sharing_authorised(), sharing_guard_entry_by_leave() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_standing_leave(bigint, bigint), sharing_authorised() TO {app};
