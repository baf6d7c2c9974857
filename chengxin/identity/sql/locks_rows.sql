-- name: speaker
-- For whom this transaction speaks: the organisation and the name (a login or a client) that cx.speaker claims, when the seal on it was
-- made for this transaction of this backend. Nobody without a claim. Runs with the owner's rights: the key is the owner's alone, so no
-- statement of the application's can seal a claim, and one sealed for another transaction is worth nothing here. Seals are compared by
-- their digests, so that the time it takes says nothing about where they part.
CREATE OR REPLACE FUNCTION identity_speaker(OUT organisation bigint, OUT name text) LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    said text := current_setting('cx.speaker', true);
    moment text := pg_backend_pid() || '/' || extract(epoch FROM transaction_timestamp()) || '/';
    sealed bytea;
BEGIN
    IF coalesce(said, '') = '' THEN
        RETURN;
    END IF;
    SELECT sha256(k.outer_pad || sha256(k.inner_pad || convert_to(moment || substr(said, 65), 'UTF8'))) INTO sealed FROM identity_row_key k;
    IF sha256(convert_to(left(said, 64), 'UTF8')) IS DISTINCT FROM sha256(convert_to(encode(sealed, 'hex'), 'UTF8')) THEN
        RAISE EXCEPTION 'a claim to speak for somebody that was not sealed for this transaction' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT o.id, substr(said, 83) INTO organisation, name FROM identity_organisation o WHERE o.code = substr(said, 65, 18);
END
$$;

-- name: replay_rows
-- An answer kept under an idempotency key is the client's that got it.
ALTER TABLE identity_check_replay ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_replay ON identity_check_replay;
CREATE POLICY own_replay ON identity_check_replay TO {app} USING (asker = (SELECT s.name FROM identity_speaker() s));

-- name: row_grants
REVOKE ALL ON FUNCTION identity_speaker() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_speaker() TO {app};
