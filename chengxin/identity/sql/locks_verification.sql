-- name: registration_live
-- Purposes in force today: approved by a second person, within their term, not withdrawn, of an organisation that stands, on an article
-- in force.
CREATE OR REPLACE VIEW identity_registration_live AS
    SELECT r.id, r.code, r.organisation_id, o.code AS organisation, r.field, r.purpose, r.basis, r.valid_until, r.daily_quota,
           r.daily_misses, r.per_minute, r.desk_quota, r.per_code
    FROM identity_registration r
    JOIN identity_organisation o ON o.id = r.organisation_id
    JOIN identity_real_name_basis b ON b.ref = r.basis AND b.field = r.field
    CROSS JOIN (SELECT (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS today) d
    WHERE r.approved_at IS NOT NULL AND r.withdrawn_at IS NULL AND r.valid_from <= d.today AND d.today < r.valid_until
      AND identity_organisation_stands(r.organisation_id, d.today)
      AND b.valid_from <= d.today AND (b.valid_until IS NULL OR d.today < b.valid_until);

-- name: guard_registration
-- A purpose is entered by a system administrator on an article of its field, approved once by a security administrator, withdrawn once
-- by one, and changed in nothing else.
CREATE OR REPLACE FUNCTION identity_guard_registration() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT identity_holds_role(NEW.entered_by_id, 'system_admin') THEN
            RAISE EXCEPTION 'only a system administrator registers a purpose' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.approved_at IS NOT NULL OR NEW.withdrawn_at IS NOT NULL OR NEW.entered_at > clock_timestamp() THEN
            RAISE EXCEPTION 'a purpose is entered first, and approved or withdrawn later' USING ERRCODE = 'check_violation';
        END IF;
        IF NOT EXISTS (SELECT FROM identity_real_name_basis b WHERE b.ref = NEW.basis AND b.field = NEW.field
                       AND b.valid_from <= NEW.valid_from AND (b.valid_until IS NULL OR NEW.valid_from < b.valid_until)) THEN
            RAISE EXCEPTION 'a purpose rests on an article of its field in force' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id', 'withdrawal_reason'])
       IS DISTINCT FROM (to_jsonb(OLD) - ARRAY['approved_at', 'approved_by_id', 'withdrawn_at', 'withdrawn_by_id', 'withdrawal_reason'])
       OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at, NEW.approved_by_id) IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id))
       OR OLD.withdrawn_at IS NOT NULL
    THEN
        RAISE EXCEPTION 'a purpose is approved once, withdrawn once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.approved_at IS DISTINCT FROM OLD.approved_at AND NOT identity_holds_role(NEW.approved_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator approves a purpose' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.withdrawn_at IS NOT NULL AND NOT identity_holds_role(NEW.withdrawn_by_id, 'security_admin') THEN
        RAISE EXCEPTION 'only a security administrator withdraws a purpose' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_registration_trigger
CREATE OR REPLACE TRIGGER registration_guarded BEFORE INSERT OR UPDATE ON identity_registration
    FOR EACH ROW EXECUTE FUNCTION identity_guard_registration();

-- name: registration_second_hand
CREATE OR REPLACE TRIGGER registration_approved_by_another_person AFTER UPDATE ON identity_registration
    FOR EACH ROW WHEN (OLD.approved_at IS NULL AND NEW.approved_at IS NOT NULL) EXECUTE FUNCTION identity_guard_second_hand();

-- name: registration_stays
CREATE OR REPLACE TRIGGER registration_stays BEFORE DELETE OR TRUNCATE ON identity_registration
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_check
-- No check without a purpose in force, whoever writes it, and none dated otherwise than it was made.
CREATE OR REPLACE FUNCTION identity_guard_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT registration_id, at FROM fresh) f
        LEFT JOIN identity_registration_live r ON r.id = f.registration_id
        WHERE r.id IS NULL OR f.at <> transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'a check rests on a registered purpose in force' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

-- name: guard_check_trigger
CREATE OR REPLACE TRIGGER check_grounded AFTER INSERT ON identity_real_name_check
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION identity_guard_check();

-- name: check_append_only
CREATE OR REPLACE TRIGGER check_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON identity_real_name_check
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_check_entry
-- What is entered as a check of a real name is one: written down in this transaction by the one function that judges and counts, by the same
-- asker of the same organisation, for this purpose, under this receipt. It tells of name and code, and of no record: other guards let it pass.
CREATE OR REPLACE FUNCTION identity_guard_check_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM identity_real_name_check c
        JOIN identity_registration r ON r.id = c.registration_id AND r.code = NEW.purpose
        JOIN identity_organisation o ON o.id = r.organisation_id AND o.code = NEW.organisation
        WHERE c.receipt = NEW.case_reference AND c.entry_id = NEW.entry_id AND c.asker = NEW.officer AND c.channel = NEW.channel
          AND c.at = transaction_timestamp()
    ) THEN
        RAISE EXCEPTION 'a check that was not made' USING ERRCODE = 'check_violation';
    END IF;
    IF cardinality(NEW.record_ids) > 0 OR NOT NEW.fields <@ ARRAY['code', 'name']::varchar[] THEN
        RAISE EXCEPTION 'a check tells of no record' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_check_entry_trigger
CREATE OR REPLACE TRIGGER access_entry_of_a_check BEFORE INSERT ON ground_access_entry
    FOR EACH ROW WHEN (NEW.outcome IN ('answered', 'empty') AND NEW.purpose LIKE 'SM-%') EXECUTE FUNCTION identity_guard_check_entry();

-- name: check_asker
-- Why an asker may not use a purpose; empty when it may. A client by its organisation and network, an officer by right and organisation.
CREATE OR REPLACE FUNCTION identity_refuse_asker(in_organisation bigint, by_channel text, by_asker text, from_address inet) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF by_channel = 'api' THEN
        RETURN coalesce((
            SELECT CASE WHEN c.organisation_id <> in_organisation THEN 'purpose-not-registered'
                        WHEN NOT EXISTS (SELECT FROM unnest(c.addresses) one WHERE from_address <<= one::cidr) THEN 'address-not-allowed'
                        WHEN identity_client_closed(c.client_id) THEN 'out-of-hours'
                        ELSE '' END
            FROM identity_client_live c WHERE c.client_id = by_asker), 'client-not-in-force');
    END IF;
    RETURN coalesce((
        SELECT CASE WHEN u.organisation_id <> in_organisation THEN 'purpose-not-registered' ELSE '' END
        FROM identity_user u JOIN identity_right r ON r.user_id = u.id AND r.role = 'verifier'
        WHERE u.login = by_asker LIMIT 1), 'officer-without-right');
END
$$;

-- name: count_use
-- Count what an asker uses of a total: false when less than `needed` is left, and nothing is counted then. One is taken from whatever
-- slot is free, the backend's own first; many from all slots, which are held in their order, so that no two calls wait for each other.
CREATE OR REPLACE FUNCTION identity_count_use(of_purpose bigint, by_asker text, of_kind text, total int, needed int, counted int)
    RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    this_span timestamptz := date_trunc(CASE of_kind WHEN 'calls' THEN 'minute' ELSE 'day' END, transaction_timestamp(), 'Asia/Shanghai');
    slots int := greatest(1, least(16, total / CASE of_kind WHEN 'checks' THEN 100 ELSE 20 END));
    chosen smallint;
BEGIN
    IF NOT EXISTS (SELECT FROM identity_check_use u
                   WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind) THEN
        INSERT INTO identity_check_use (registration_id, asker, day, kind, slot, share, used, span)
        SELECT of_purpose, by_asker, today, of_kind, s, total / slots + (s < total % slots)::int, 0, this_span
        FROM generate_series(0, slots - 1) s ORDER BY s
        ON CONFLICT DO NOTHING;
    END IF;
    IF needed <= 1 AND counted <= 1 THEN
        SELECT u.slot INTO chosen FROM identity_check_use u
        WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind
          AND (u.used + needed <= u.share OR u.span <> this_span AND needed <= u.share)
        ORDER BY (u.slot + pg_backend_pid()) % slots LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF NOT FOUND THEN
            SELECT u.slot INTO chosen FROM identity_check_use u
            WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind
              AND (u.used + needed <= u.share OR u.span <> this_span AND needed <= u.share)
            ORDER BY u.slot LIMIT 1 FOR NO KEY UPDATE;
        END IF;
        UPDATE identity_check_use u SET used = CASE WHEN u.span = this_span THEN u.used ELSE 0 END + counted, span = this_span
        WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind AND u.slot = chosen;
        RETURN chosen IS NOT NULL;
    END IF;
    PERFORM FROM identity_check_use u
    WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind
    ORDER BY u.slot FOR NO KEY UPDATE;
    -- Each slot is filled in its turn; what is counted beyond all shares, as misses may be, goes to the last.
    WITH room AS (
        SELECT u.slot, greatest(0, u.share - u.used) AS left_over,
               sum(greatest(0, u.share - u.used)) OVER (ORDER BY u.slot) AS up_to, sum(greatest(0, u.share - u.used)) OVER () AS whole
        FROM identity_check_use u
        WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind
    )
    UPDATE identity_check_use u
    SET used = u.used + CASE WHEN u.slot = slots - 1 THEN greatest(0, counted - (w.up_to - w.left_over))
                             ELSE greatest(0, least(w.left_over, counted - (w.up_to - w.left_over))) END
    FROM room w
    WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = of_kind AND u.slot = w.slot
      AND w.whole >= needed;
    RETURN FOUND;
END
$$;

-- name: take_checks
-- The one way to a check: judges purpose, asker, rate and quota, counts, and writes the checks down, all or nothing. `taken` tells item
-- by item which were; an item whose code was asked about too often is not. The counters of codes are taken first and in order, then calls,
-- checks and misses, so that no two calls wait for each other. Runs with the owner's rights: the application can't count for itself.
CREATE OR REPLACE FUNCTION identity_take_checks(
    of_purpose bigint, by_channel text, by_asker text, from_address inet, receipts text[], outcomes text[], levels text[], entries uuid[],
    own_keys bytea[], shared_keys bytea[], OUT refusal text, OUT taken boolean[], OUT used bigint, OUT quota bigint
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    r identity_registration_live;
    wanted int;
    missed int;
BEGIN
    SELECT * INTO r FROM identity_registration_live l WHERE l.id = of_purpose;
    IF NOT FOUND THEN
        refusal := 'purpose-not-registered';
        RETURN;
    END IF;
    refusal := identity_refuse_asker(r.organisation_id, by_channel, by_asker, from_address);
    IF refusal <> '' THEN
        RETURN;
    END IF;

    WITH asked AS (
        SELECT key, most, count(*)::smallint AS n FROM (
            SELECT unnest(own_keys) AS key, r.per_code AS most UNION ALL SELECT unnest(shared_keys), 200::smallint
        ) every GROUP BY key, most HAVING count(*) <= most ORDER BY key
    ), counted AS (
        INSERT INTO identity_code_tries AS t (key, day, tries, most) SELECT key, today, n, most FROM asked ORDER BY key
        ON CONFLICT (key, day) DO UPDATE SET tries = t.tries + excluded.tries WHERE t.tries + excluded.tries <= t.most
        RETURNING key
    )
    SELECT array_agg(own IN (SELECT key FROM counted) AND shared IN (SELECT key FROM counted) ORDER BY place),
           count(*) FILTER (WHERE own IN (SELECT key FROM counted) AND shared IN (SELECT key FROM counted)),
           count(*) FILTER (WHERE own IN (SELECT key FROM counted) AND shared IN (SELECT key FROM counted) AND outcome <> 'match')
    INTO taken, wanted, missed
    FROM unnest(own_keys, shared_keys, outcomes) WITH ORDINALITY AS item (own, shared, outcome, place);

    IF by_channel = 'desk' THEN
        r.daily_quota := r.desk_quota;
        r.daily_misses := greatest(least(r.desk_quota, 10), r.desk_quota / 5);
        r.per_minute := 20;
    END IF;
    refusal := CASE
        WHEN NOT identity_count_use(of_purpose, by_asker, 'calls', r.per_minute, 1, 1) THEN 'rate-exceeded'
        WHEN NOT identity_count_use(of_purpose, by_asker, 'checks', r.daily_quota, wanted, wanted) THEN 'quota-exhausted'
        WHEN NOT identity_count_use(of_purpose, by_asker, 'misses', r.daily_misses, 1, missed) THEN 'too-many-misses'
        ELSE '' END;
    IF refusal <> '' THEN
        RETURN;
    END IF;
    SELECT sum(u.used), sum(u.share) INTO used, quota FROM identity_check_use u
    WHERE u.registration_id = of_purpose AND u.asker = by_asker AND u.day = today AND u.kind = 'checks';
    INSERT INTO identity_real_name_check (receipt, registration_id, asker, channel, at, outcome, assurance, entry_id)
    SELECT receipt, of_purpose, by_asker, by_channel, transaction_timestamp(), outcome, level, entry
    FROM unnest(receipts, outcomes, levels, entries, taken) AS item (receipt, outcome, level, entry, mine) WHERE mine;
END
$$;

-- name: find_receipt
-- What a receipt attests: who asked when for what, and the answer. Nothing of the person, whom the check doesn't know either.
CREATE OR REPLACE FUNCTION identity_find_receipt(number text, OUT at timestamptz, OUT organisation text, OUT purpose text,
    OUT field text, OUT basis text, OUT outcome text, OUT assurance text
) RETURNS SETOF record LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.at, o.name, r.code || ' ' || r.purpose, r.field, r.basis, c.outcome, c.assurance
    FROM identity_real_name_check c
    JOIN identity_registration r ON r.id = c.registration_id
    JOIN identity_organisation o ON o.id = r.organisation_id
    WHERE c.receipt = number
$$;

-- name: sweep_checks
-- Take away what is of use for a day only. Nothing of today can be taken: a counter that is gone would begin anew.
CREATE OR REPLACE FUNCTION identity_sweep_checks() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint;
    part bigint;
BEGIN
    DELETE FROM identity_code_tries WHERE day < (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM identity_check_replay WHERE at < transaction_timestamp() - interval '24 hours';
    GET DIAGNOSTICS part = ROW_COUNT;
    gone := gone + part;
    DELETE FROM identity_client_assertion WHERE expires_at < transaction_timestamp() - interval '5 minutes';
    GET DIAGNOSTICS part = ROW_COUNT;
    RETURN gone + part;
END
$$;

-- name: verification_grants
REVOKE ALL ON FUNCTION identity_guard_check_entry() FROM PUBLIC;
-- The application checks through the one function; it can neither count nor write checks itself. The administration registers purposes.
GRANT SELECT ON identity_registration_live TO {app};
GRANT SELECT, INSERT ON identity_check_replay TO {app};
GRANT EXECUTE ON FUNCTION identity_take_checks(bigint, text, text, inet, text[], text[], text[], uuid[], bytea[], bytea[]),
    identity_find_receipt(text) TO {app};
-- What a receipt attests is for whoever holds its number, which nobody can guess: the public site asks too.
GRANT EXECUTE ON FUNCTION identity_find_receipt(text) TO {public};
GRANT EXECUTE ON FUNCTION identity_sweep_checks() TO {intake};
GRANT SELECT ON identity_real_name_basis TO {admin};
GRANT SELECT, INSERT, UPDATE (approved_at, approved_by_id, withdrawn_at, withdrawn_by_id, withdrawal_reason) ON identity_registration
    TO {admin};
GRANT USAGE ON SEQUENCE identity_registration_id_seq TO {admin};
