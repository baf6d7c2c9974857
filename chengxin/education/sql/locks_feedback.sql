-- name: holds_number
-- Whether a text holds what looks like an identity code or a telephone number, in whatever kind of digits. The rule in front of it
-- (education/rules.py) knows more; this keeps out what would come past it.
CREATE OR REPLACE FUNCTION education_holds_number(said text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT normalize(said, NFKC) ~* '(?<![0-9a-z])([1-9][0-9]{5}[- ]?(18|19|20)[0-9]{2}[- ]?[0-9]{4}[- ]?[0-9]{3}[0-9x]|((\+?86)[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}|0[0-9]{2,3}[- ]?[0-9]{7,8})(?![0-9a-z])'
$$;

-- name: give_feedback
-- What somebody of the public says: no more in an hour than the limit, and no number that leads to anybody. The same form sent twice is
-- taken once. The only way in: whoever may call it needs no right on any table. No holidays make working days longer
-- than four times as many, and ten more.
CREATE OR REPLACE FUNCTION education_give_feedback(mark bytea, said text, show boolean, due date, estimated boolean) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    longest integer := (SELECT t.value FROM records_term t WHERE t.name = 'feedback-answers' AND t.number = 'answer' AND t.valid_from <= today
                        ORDER BY t.valid_from DESC LIMIT 1);
    keep integer := (SELECT t.value FROM records_term t WHERE t.name = 'feedback-keeping' AND t.number = 'keep' AND t.valid_from <= today
                     ORDER BY t.valid_from DESC LIMIT 1);
BEGIN
    IF due <= today OR due > today + 4 * longest + 10 THEN
        RAISE EXCEPTION 'feedback is due within its term' USING ERRCODE = 'check_violation';
    END IF;
    IF education_holds_number(said) THEN
        RETURN 'number';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('education_give_feedback'));
    IF EXISTS (SELECT FROM education_feedback f WHERE f.digest = mark) THEN
        RETURN CASE WHEN EXISTS (SELECT FROM education_feedback f WHERE f.digest = mark AND f.words = said) THEN 'taken' ELSE 'used' END;
    END IF;
    IF (SELECT count(*) FROM education_feedback f WHERE f.given_at > clock_timestamp() - interval '1 hour')
       >= (SELECT t.value FROM records_term t WHERE t.name = 'feedback-limits' AND t.number = 'an_hour' AND t.valid_from <= today
           ORDER BY t.valid_from DESC LIMIT 1) THEN
        RETURN 'full';
    END IF;
    INSERT INTO education_feedback (digest, words, may_show, given_at, due_on, due_estimated, erase_on, answer)
    VALUES (mark, said, show, clock_timestamp(), due, estimated, (today + make_interval(months => keep))::date, '');
    RETURN 'taken';
END
$$;

-- name: find_feedback
-- What whoever holds the number may know: what was said, by when it is answered, and the answer. Nothing once its time is over.
CREATE OR REPLACE FUNCTION education_find_feedback(mark bytea) RETURNS TABLE (given_at timestamptz, words varchar, due_on date,
    due_estimated boolean, answered_at timestamptz, answer varchar, shown boolean) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.given_at, f.words, f.due_on, f.due_estimated, f.answered_at, f.answer, f.agreed_at IS NOT NULL
    FROM education_feedback f
    WHERE f.digest = mark AND (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date < f.erase_on
$$;

-- name: public_feedback
-- What everybody may read: what its sender lets be shown and a second officer agreed to, with its answer, until its time is over.
CREATE OR REPLACE VIEW public_feedback WITH (security_barrier) AS
    SELECT f.id AS place, f.words, f.answer, (f.answered_at AT TIME ZONE 'Asia/Shanghai')::date AS answered_on
    FROM education_feedback f
    WHERE f.may_show AND f.agreed_at IS NOT NULL AND (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date < f.erase_on;

-- name: guard_feedback
-- Answered once, at the credit centre, without any number that leads to somebody; shown to everybody after another officer of the centre
-- agreed, who is another person; and changed in nothing else.
CREATE OR REPLACE FUNCTION education_guard_feedback() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.id, NEW.digest, NEW.words, NEW.may_show, NEW.given_at, NEW.due_on, NEW.due_estimated, NEW.erase_on)
       IS DISTINCT FROM (OLD.id, OLD.digest, OLD.words, OLD.may_show, OLD.given_at, OLD.due_on, OLD.due_estimated, OLD.erase_on)
       OR (OLD.answered_at IS NOT NULL
           AND (NEW.answer, NEW.answered_by_id, NEW.answered_at) IS DISTINCT FROM (OLD.answer, OLD.answered_by_id, OLD.answered_at))
       OR OLD.agreed_at IS NOT NULL THEN
        RAISE EXCEPTION 'feedback is answered once and changed in nothing else' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT EXISTS (SELECT FROM catalogue_speaks(CASE WHEN OLD.answered_at IS NULL THEN NEW.answered_by_id ELSE NEW.agreed_by_id END) s
                   WHERE s.kind = 'centre') THEN
        RAISE EXCEPTION 'feedback is answered at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.answered_at IS NULL THEN
        IF NEW.agreed_at IS NOT NULL THEN
            RAISE EXCEPTION 'what is shown was answered before' USING ERRCODE = 'check_violation';
        END IF;
        IF education_holds_number(NEW.answer) THEN
            RAISE EXCEPTION 'an answer holds no number that leads to anybody' USING ERRCODE = 'check_violation';
        END IF;
        NEW.answered_at := clock_timestamp();
    ELSE
        PERFORM identity_refuse_one_person(OLD.answered_by_id, NEW.agreed_by_id);
        NEW.agreed_at := clock_timestamp();
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_feedback_trigger
CREATE OR REPLACE TRIGGER feedback_guarded BEFORE UPDATE ON education_feedback FOR EACH ROW EXECUTE FUNCTION education_guard_feedback();

-- name: feedback_stays
CREATE OR REPLACE TRIGGER feedback_stays BEFORE TRUNCATE ON education_feedback FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: feedback_rows
-- The credit centre's queue, until the time is over; then the eraser's.
ALTER TABLE education_feedback ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS centre_feedback ON education_feedback;
CREATE POLICY centre_feedback ON education_feedback TO {app}
    USING ((SELECT identity_centre_speaks()) AND (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date < erase_on);

-- name: eraser_reaches_feedback_that_is_due
DROP POLICY IF EXISTS feedback_due ON education_feedback;
CREATE POLICY feedback_due ON education_feedback FOR SELECT TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);
DROP POLICY IF EXISTS feedback_erased ON education_feedback;
-- A DELETE that names no column meets no policy for SELECT, so this one asks for itself.
CREATE POLICY feedback_erased ON education_feedback FOR DELETE TO {eraser}
    USING (erase_on <= (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date);

-- name: feedback_grants
REVOKE ALL ON FUNCTION education_holds_number(text), education_give_feedback(bytea, text, boolean, date, boolean),
    education_find_feedback(bytea), education_guard_feedback() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION education_give_feedback(bytea, text, boolean, date, boolean), education_find_feedback(bytea) TO {public};
GRANT SELECT ON public_feedback TO {public};
GRANT SELECT (id, words, may_show, given_at, due_on, due_estimated, erase_on, answer, answered_by_id, answered_at, agreed_by_id, agreed_at),
    UPDATE (answer, answered_by_id, answered_at, agreed_by_id, agreed_at) ON education_feedback TO {app};
GRANT SELECT (id, erase_on), DELETE ON education_feedback TO {eraser};
