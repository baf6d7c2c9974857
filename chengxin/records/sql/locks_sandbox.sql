-- name: reads_synthetic
-- Whether what stands for a person's number shows that nobody is meant: the database's own word of lib.codes.synthetic.
CREATE OR REPLACE FUNCTION records_reads_synthetic(told text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT plain LIKE '149999%' OR plain ~ '^(UTO[0-9A-Z]*|H0000\d{4}|0000\d{4}|81000019000101\d{3}[0-9X])$'
    FROM (SELECT upper(regexp_replace(translate(normalize(told, NFKC), '''’`.-‐‑‒–—―_', ''), '\s', '', 'g'))) AS t (plain)
$$;

-- name: wait_in_sandbox
-- The one way to a waiting row in a sandbox: told the numbers, it keeps the rows alone, and none beside a number that may be a real person's.
CREATE OR REPLACE FUNCTION records_wait_in_sandbox(item integer, provider bigint, batch bigint, key text, at timestamptz,
    codes text[], numbers integer[], reasons text[], digests bytea[], boxes bytea[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF cardinality(codes) <> cardinality(numbers) OR EXISTS (
        SELECT FROM unnest(codes) AS c (code) WHERE NOT coalesce(records_reads_synthetic(code), false)
    ) THEN
        RAISE EXCEPTION 'a sandbox holds rows of synthetic persons alone' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO records_waiting (item_id, provider_id, batch_id, row_number, rule, rules, digest, row_sealed, key_id, since)
    SELECT item, provider, batch, w.row_number, split_part(w.rules, ' ', 1), string_to_array(w.rules, ' '), w.digest, w.row_sealed, key, at
    FROM unnest(numbers, reasons, digests, boxes) AS w (row_number, rules, digest, row_sealed)
    ON CONFLICT (item_id, provider_id, digest) DO NOTHING;
END
$$;

-- name: guard_sandbox_waiting
CREATE OR REPLACE FUNCTION records_guard_sandbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ground_kind() = 'sandbox' AND current_user <> '{owner}' THEN
        RAISE EXCEPTION 'in a sandbox a row waits by records_wait_in_sandbox alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_sandbox_waiting_trigger
CREATE OR REPLACE TRIGGER waiting_synthetic BEFORE INSERT ON records_waiting
    FOR EACH STATEMENT EXECUTE FUNCTION records_guard_sandbox();

-- name: sandbox_grants
REVOKE ALL ON FUNCTION records_wait_in_sandbox(integer, bigint, bigint, text, timestamptz, text[], integer[], text[], bytea[], bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION records_wait_in_sandbox(integer, bigint, bigint, text, timestamptz, text[], integer[], text[], bytea[], bytea[]) TO {intake};
