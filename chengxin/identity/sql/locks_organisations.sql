-- name: region_covers
-- Whether a region is another or holds it, as identity.organising.covers has it.
CREATE OR REPLACE FUNCTION identity_region_covers(outer_region text, inner_region text) RETURNS boolean LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN outer_region = '100000' THEN true
                WHEN outer_region LIKE '%0000' THEN left(outer_region, 2) = left(inner_region, 2)
                WHEN outer_region LIKE '%00' THEN left(outer_region, 4) = left(inner_region, 4)
                ELSE outer_region = inner_region END;

-- name: guard_organisation
-- A superior's region covers its subordinate's, whichever of the two is moved, and nobody stands above themselves. The lock keeps two
-- changes at once from closing a ring between them.
CREATE OR REPLACE FUNCTION identity_guard_organisation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('organisation', 0));
    IF EXISTS (SELECT FROM identity_organisation s
               WHERE s.id = NEW.superior_id AND NOT identity_region_covers(s.region, NEW.region))
       OR EXISTS (SELECT FROM identity_organisation u
                  WHERE u.superior_id = NEW.id AND u.id <> NEW.id AND NOT identity_region_covers(NEW.region, u.region))
    THEN
        RAISE EXCEPTION 'a superior''s region covers its subordinate''s' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.id IN (
        WITH RECURSIVE above(id) AS (
            SELECT NEW.superior_id
            UNION
            SELECT s.superior_id FROM above JOIN identity_organisation s ON s.id = above.id AND s.id <> NEW.id
        )
        SELECT id FROM above WHERE id IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'an organisation can''t stand above itself' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_organisation_trigger
CREATE OR REPLACE TRIGGER organisation_guarded BEFORE INSERT OR UPDATE OF region, superior_id ON identity_organisation
    FOR EACH ROW EXECUTE FUNCTION identity_guard_organisation();

-- name: guard_revival
-- An organisation that has ended goes on only where that was noted, a moment ago, as an act of its own.
CREATE OR REPLACE FUNCTION identity_guard_revival() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    IF OLD.valid_until <= today AND (NEW.valid_until IS NULL OR NEW.valid_until > today)
       AND NOT EXISTS (
           SELECT FROM ground_action a
           WHERE a.act = 'organisations.revive' AND a.subject = 'organisation:' || NEW.code
             AND a.at > clock_timestamp() - interval '5 minutes')
    THEN
        RAISE EXCEPTION 'an organisation that has ended is not revived unnoted' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_revival_trigger
CREATE OR REPLACE TRIGGER organisation_revived_noted BEFORE UPDATE OF valid_until ON identity_organisation
    FOR EACH ROW EXECUTE FUNCTION identity_guard_revival();

-- name: organisation_stays
CREATE OR REPLACE TRIGGER organisation_stays BEFORE DELETE OR TRUNCATE ON identity_organisation
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_licence
-- A licence is entered as it stands, ended once, and changed in nothing else; whoever does it is a system administrator, or the owner.
CREATE OR REPLACE FUNCTION identity_guard_licence() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    doer bigint := CASE WHEN TG_OP = 'INSERT' THEN NEW.entered_by_id ELSE NEW.ended_by_id END;
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.ended_on IS NOT NULL OR NEW.entered_at > clock_timestamp()) THEN
        RAISE EXCEPTION 'a licence is entered before it is ended, and not ahead of time' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (
        OLD.ended_on IS NOT NULL
        OR (NEW.id, NEW.organisation_id, NEW.licence, NEW.number, NEW.valid_from, NEW.valid_until, NEW.entered_by_id, NEW.entered_at)
           IS DISTINCT FROM
           (OLD.id, OLD.organisation_id, OLD.licence, OLD.number, OLD.valid_from, OLD.valid_until, OLD.entered_by_id, OLD.entered_at))
    THEN
        RAISE EXCEPTION 'a licence is ended once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF doer IS NULL AND current_user <> '{owner}' OR doer IS NOT NULL AND NOT EXISTS (
        SELECT FROM identity_right r WHERE r.user_id = doer AND r.role = 'system_admin'
    ) THEN
        RAISE EXCEPTION 'only a system administrator enters and ends licences' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_licence_trigger
CREATE OR REPLACE TRIGGER licence_guarded BEFORE INSERT OR UPDATE ON identity_licence
    FOR EACH ROW EXECUTE FUNCTION identity_guard_licence();

-- name: licence_stays
CREATE OR REPLACE TRIGGER licence_stays BEFORE DELETE OR TRUNCATE ON identity_licence
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_answered
-- Nothing is answered to an organisation that doesn't stand, nor to a system or an officer while they are suspended. A refusal to one is
-- entered all the same.
CREATE OR REPLACE FUNCTION identity_guard_answered() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT organisation FROM fresh WHERE outcome = 'answered' AND channel NOT IN ('person', 'share')) f
        LEFT JOIN identity_organisation o ON o.code = f.organisation
        WHERE NOT identity_organisation_stands(o.id, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date)
    ) THEN
        RAISE EXCEPTION 'nothing is answered to an organisation that doesn''t stand' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM identity_suspended s JOIN fresh f ON split_part(f.officer, '/', 1) = s.name
        WHERE f.outcome IN ('answered', 'empty') AND f.channel <> 'person'
    ) THEN
        RAISE EXCEPTION 'nothing is answered to whoever is suspended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_answered_trigger
CREATE OR REPLACE TRIGGER access_entry_of_one_who_stands AFTER INSERT ON ground_access_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_answered();

-- name: organisation_grants
REVOKE ALL ON FUNCTION identity_guard_revival() FROM PUBLIC;
GRANT SELECT ON identity_licence, identity_needed_licence TO {app}, {intake}, {admin};
GRANT INSERT, UPDATE (ended_on, ended_by_id, end_reason) ON identity_licence TO {admin};
GRANT USAGE ON SEQUENCE identity_licence_id_seq TO {admin};
GRANT UPDATE (superior_id) ON identity_organisation TO {admin};
GRANT EXECUTE ON FUNCTION identity_organisation_stands(bigint, date) TO {app}, {intake}, {admin};
GRANT EXECUTE ON FUNCTION identity_region_covers(text, text) TO {admin};
