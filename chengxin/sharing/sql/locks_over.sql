-- name: erasing_authorisation_ends
-- The first day on which an authorisation counts no more, or an answer to it: refused, taken back, used where it was granted once, its last day
-- gone, or its wait over. What isn't over yet ends on a day to come.
CREATE OR REPLACE FUNCTION sharing_authorisation_ends(asked sharing_authorisation) RETURNS date LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN l.kind IN ('refused', 'withdrawn') THEN (l.at AT TIME ZONE 'Asia/Shanghai')::date
                WHEN l.kind IS NULL THEN least(asked.lapses_on, asked.valid_until)
                WHEN l.once AND u.first IS NOT NULL THEN (greatest(l.at, u.first) AT TIME ZONE 'Asia/Shanghai')::date
                ELSE l.valid_until END
    FROM sharing_authorisation_last(asked.id) l
    CROSS JOIN LATERAL (SELECT min(o.at) AS first FROM sharing_authorisation_use o WHERE o.authorisation_id = asked.id) u
$$;

-- name: erasing_paper_goes
-- The first day on which a signed paper is no more: the one after that until which its receipt says that the proof is kept.
CREATE OR REPLACE FUNCTION sharing_paper_goes(wanted bigint) RETURNS date LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (sharing_authorisation_ends(a) + make_interval(years => sharing_authorisation_number('authorisation-keeping', 'keep')))::date + 1
    FROM sharing_authorisation_paper p JOIN sharing_authorisation a ON a.id = p.authorisation_id WHERE p.id = wanted
$$;

-- name: erasing_leave_proof_goes
-- The first day on which a scan proves no authorisation any longer; NULL where it never did, or the paper is gone.
CREATE OR REPLACE FUNCTION sharing_leave_proof_goes(of_scan text) RETURNS date LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT sharing_paper_goes(p.id) FROM sharing_authorisation_paper p WHERE p.scan = of_scan
$$;

-- name: erasing_link_goes
-- The first day on which a share link is no more: counted from when it opens nothing in any case, however it ended before.
CREATE OR REPLACE FUNCTION sharing_link_goes(wanted bigint) RETURNS date LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (k.valid_until + make_interval(months => sharing_authorisation_number('share-link-keeping', 'keep')))::date
    FROM sharing_link k WHERE k.id = wanted
$$;

-- name: erasing_pushed_goes
-- The first day on which a pushed request is no more, with its answer and exchange: counted from the day after it held, when no code or token
-- of it counts any longer.
CREATE OR REPLACE FUNCTION sharing_pushed_goes(wanted bigint) RETURNS date LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (p.expires_at AT TIME ZONE 'Asia/Shanghai')::date + 1 + sharing_authorisation_number('pushed-keeping', 'keep')
    FROM sharing_pushed p WHERE p.id = wanted
$$;

-- name: erasing_guard
-- What is past its time goes by the eraser's hand and by no other, through its own functions; nothing that is still kept goes at all. The role is
-- the one that the session is, or took on: inside the eraser's functions the current user is the owner.
CREATE OR REPLACE FUNCTION sharing_guard_erasing() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    whole bigint := (to_jsonb(OLD) ->> TG_ARGV[1])::bigint;
    goes date := CASE TG_ARGV[0] WHEN 'paper' THEN sharing_paper_goes(whole)
                                 WHEN 'link' THEN sharing_link_goes(whole)
                                 WHEN 'pushed' THEN sharing_pushed_goes(whole) END;
BEGIN
    IF coalesce(nullif(current_setting('role'), 'none'), session_user) <> '{eraser}' THEN
        RAISE EXCEPTION 'what is past its time is erased by the eraser role alone' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (goes <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date) IS NOT TRUE THEN
        RAISE EXCEPTION 'erased before its day' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END
$$;

-- name: erasing_triggers
CREATE OR REPLACE TRIGGER leave_paper_erased BEFORE DELETE ON sharing_authorisation_paper
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('paper', 'id');
CREATE OR REPLACE TRIGGER link_erased BEFORE DELETE ON sharing_link FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('link', 'id');
CREATE OR REPLACE TRIGGER link_view_erased BEFORE DELETE ON sharing_link_view
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('link', 'link_id');
CREATE OR REPLACE TRIGGER link_try_erased BEFORE DELETE ON sharing_link_try
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('link', 'link_id');
CREATE OR REPLACE TRIGGER link_end_erased BEFORE DELETE ON sharing_link_end
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('link', 'link_id');
CREATE OR REPLACE TRIGGER pushed_erased BEFORE DELETE ON sharing_pushed FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('pushed', 'id');
CREATE OR REPLACE TRIGGER pushed_answer_erased BEFORE DELETE ON sharing_pushed_answer
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('pushed', 'pushed_id');
CREATE OR REPLACE TRIGGER code_exchange_erased BEFORE DELETE ON sharing_code_exchange
    FOR EACH ROW EXECUTE FUNCTION sharing_guard_erasing('pushed', 'answer_id');

-- name: erasing_noted
-- How many went, for the log of acts, in the transaction in which they go. Nothing is noted of none.
CREATE OR REPLACE FUNCTION sharing_note_erasing(which text, many bigint) RETURNS void LANGUAGE sql
    SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO ground_action (at, actor, act, subject, note) SELECT clock_timestamp(), '', which, '', many::text WHERE many > 0
$$;

-- name: erase_leave_papers
-- Erase the signed papers of authorisations whose proof is kept no longer; gives how many. What their scans say goes with the scans, whose
-- days have come then. The eraser's, like those that follow.
CREATE OR REPLACE FUNCTION sharing_erase_leave_papers() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    went bigint;
BEGIN
    DELETE FROM sharing_authorisation_paper p WHERE sharing_paper_goes(p.id) <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    GET DIAGNOSTICS went = ROW_COUNT;
    PERFORM sharing_note_erasing('erase.papers', went);
    RETURN went;
END
$$;

-- name: erase_links
-- Erase share links past their time, with each look, try and end that was counted; gives how many links. The register of access keeps its entries.
CREATE OR REPLACE FUNCTION sharing_erase_links() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint[] := ARRAY(SELECT k.id FROM sharing_link k
                           WHERE sharing_link_goes(k.id) <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
BEGIN
    DELETE FROM sharing_link_view v WHERE v.link_id = ANY(gone);
    DELETE FROM sharing_link_try t WHERE t.link_id = ANY(gone);
    DELETE FROM sharing_link_end e WHERE e.link_id = ANY(gone);
    DELETE FROM sharing_link k WHERE k.id = ANY(gone);
    PERFORM sharing_note_erasing('erase.links', cardinality(gone));
    RETURN cardinality(gone);
END
$$;

-- name: erase_pushed
-- Erase pushed requests past their time, with what was answered and exchanged; gives how many requests. What was granted stays, with its receipts.
CREATE OR REPLACE FUNCTION sharing_erase_pushed() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    gone bigint[] := ARRAY(SELECT p.id FROM sharing_pushed p
                           WHERE sharing_pushed_goes(p.id) <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
BEGIN
    DELETE FROM sharing_code_exchange x WHERE x.answer_id = ANY(gone);
    DELETE FROM sharing_pushed_answer a WHERE a.pushed_id = ANY(gone);
    DELETE FROM sharing_pushed p WHERE p.id = ANY(gone);
    PERFORM sharing_note_erasing('erase.pushed', cardinality(gone));
    RETURN cardinality(gone);
END
$$;

-- name: erasing_grants
REVOKE ALL ON FUNCTION sharing_authorisation_ends(sharing_authorisation), sharing_paper_goes(bigint), sharing_leave_proof_goes(text),
    sharing_link_goes(bigint), sharing_pushed_goes(bigint), sharing_guard_erasing(), sharing_note_erasing(text, bigint),
    sharing_erase_leave_papers(), sharing_erase_links(), sharing_erase_pushed() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sharing_erase_leave_papers(), sharing_erase_links(), sharing_erase_pushed() TO {eraser};
