-- name: guard_sandbox_population
-- A sandbox's persons are its generator's, which runs as the owner: nobody else brings a person, a number or an event to it.
CREATE OR REPLACE FUNCTION identity_guard_sandbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ground_kind() = 'sandbox' AND current_user <> '{owner}' THEN
        RAISE EXCEPTION 'the persons of a sandbox are synthetic, and its owner makes them' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: sandbox_person
CREATE OR REPLACE TRIGGER person_synthetic BEFORE INSERT ON identity_person
    FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_sandbox();

-- name: sandbox_code
CREATE OR REPLACE TRIGGER code_synthetic BEFORE INSERT ON identity_code
    FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_sandbox();

-- name: sandbox_event
CREATE OR REPLACE TRIGGER event_synthetic BEFORE INSERT ON identity_population_event
    FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_sandbox();

-- name: sandbox_word
CREATE OR REPLACE TRIGGER word_synthetic BEFORE INSERT ON identity_minor_word
    FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_sandbox();
