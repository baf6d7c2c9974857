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
GRANT EXECUTE ON FUNCTION identity_turns_18(date) TO {intake};
