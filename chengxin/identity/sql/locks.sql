-- name: turns_18
-- The day a person turns 18; born on 29 February it is 1 March where the year has no such day, as lib.periods.turns has it.
CREATE OR REPLACE FUNCTION identity_turns_18(born date) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (born + interval '18 years')::date
        + CASE WHEN extract(day FROM born + interval '18 years') <> extract(day FROM born) THEN 1 ELSE 0 END;

-- name: subject_numbers
CREATE SEQUENCE IF NOT EXISTS identity_subject_seq;

-- name: person_adult
-- Nobody is a subject before 18 (safeguard 3): a minor's row is refused, whoever writes it.
CREATE OR REPLACE FUNCTION identity_guard_person() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh WHERE identity_turns_18(born) > (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date
    ) THEN
        RAISE EXCEPTION 'a person under 18 is no subject' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: person_adult_trigger
CREATE OR REPLACE TRIGGER person_adult AFTER INSERT ON identity_person
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_person();

-- name: person_adult_trigger_update
CREATE OR REPLACE TRIGGER person_adult_after_change AFTER UPDATE ON identity_person
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_person();

-- name: organisation_stands
-- Whether an organisation may hand in or ask on a day: within its dates, and with every licence in force that its kind needs
-- (征信业管理条例 7).
CREATE OR REPLACE FUNCTION identity_organisation_stands(wanted bigint, on_day date) RETURNS boolean LANGUAGE sql STABLE
    RETURN EXISTS (
        SELECT FROM identity_organisation o
        WHERE o.id = wanted AND o.valid_from <= on_day AND (o.valid_until IS NULL OR on_day < o.valid_until)
          AND NOT EXISTS (
              SELECT FROM identity_needed_licence n
              WHERE n.kind = o.kind AND n.valid_from <= on_day AND (n.valid_until IS NULL OR on_day < n.valid_until)
                AND NOT EXISTS (
                    SELECT FROM identity_licence l
                    WHERE l.organisation_id = o.id AND l.licence = n.licence AND l.valid_from <= on_day
                      AND (l.valid_until IS NULL OR on_day < l.valid_until) AND (l.ended_on IS NULL OR on_day < l.ended_on))));

-- name: identity_grants
-- The application opens sealed values to issue a report; intake resolves by hash and never sees a sealed value it didn't write.
GRANT SELECT ON identity_organisation TO {app}, {intake};
GRANT SELECT ON identity_user TO {app};
GRANT SELECT (id, login, organisation_id, is_active) ON identity_user TO {intake};
GRANT UPDATE (last_login, password) ON identity_user TO {app};
GRANT SELECT ON identity_person, identity_code TO {app};
GRANT SELECT (subject_id, born, region, capacity, capacity_since, died) ON identity_person TO {intake};
GRANT SELECT ON identity_code TO {intake};
GRANT INSERT ON identity_person, identity_code TO {intake};
GRANT UPDATE (region, capacity, capacity_since, died, code_sealed, name_sealed, key_id, recorded_at) ON identity_person TO {intake};
GRANT UPDATE (name_tag, birth_block, ends_block) ON identity_code TO {intake};
GRANT SELECT ON identity_vault_key TO {app}, {intake};
GRANT USAGE ON SEQUENCE identity_subject_seq TO {intake};
GRANT EXECUTE ON FUNCTION identity_turns_18(date) TO {app}, {intake};
