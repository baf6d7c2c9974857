-- name: guard_law
-- A law or an article that is entered at the desk comes from the credit centre, and is provisional until the files have it.
CREATE OR REPLACE FUNCTION catalogue_guard_law() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT catalogue_by_owner() AND NOT identity_centre_speaks() THEN
        RAISE EXCEPTION 'laws are entered at the credit centre' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_TABLE_NAME = 'catalogue_law' AND NOT catalogue_by_owner() AND to_jsonb(NEW) ->> 'provisional' <> 'true' THEN
        RAISE EXCEPTION 'a law that no file has is provisional' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- name: guard_law_triggers
CREATE OR REPLACE TRIGGER law_guarded BEFORE INSERT ON catalogue_law FOR EACH ROW EXECUTE FUNCTION catalogue_guard_law();
CREATE OR REPLACE TRIGGER article_guarded BEFORE INSERT ON catalogue_article FOR EACH ROW EXECUTE FUNCTION catalogue_guard_law();

-- name: guard_law_event
-- That a law ended or changed is entered at the credit centre by whoever speaks, of articles of that law and of a day since it began.
CREATE OR REPLACE FUNCTION catalogue_guard_law_event() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM catalogue_speaks(NEW.entered_by_id) s WHERE s.kind = 'centre') THEN
        RAISE EXCEPTION 'what happens to a law is entered at the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM unnest(NEW.articles) n LEFT JOIN catalogue_article a ON a.ref = n AND a.law_id = NEW.law_id WHERE a.ref IS NULL
    ) OR NEW.on_day <= (SELECT l.valid_from FROM catalogue_law l WHERE l.code = NEW.law_id) THEN
        RAISE EXCEPTION 'articles of another law, or a day before the law began' USING ERRCODE = 'check_violation';
    END IF;
    NEW.entered_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_law_event_trigger
CREATE OR REPLACE TRIGGER law_event_guarded BEFORE INSERT ON catalogue_law_event
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_law_event();

-- name: law_event_append_only
CREATE OR REPLACE TRIGGER law_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_law_event
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: guard_succession
-- The article that follows one that fell away is entered by another officer of the credit centre than the event; it stands itself, and
-- counts from today or from when its law begins.
CREATE OR REPLACE FUNCTION catalogue_guard_succession() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    happened catalogue_law_event;
BEGIN
    SELECT e.* INTO happened FROM catalogue_law_event e WHERE e.id = NEW.event_id;
    IF NEW.entered_by_id = happened.entered_by_id
       OR NOT EXISTS (SELECT FROM catalogue_speaks(NEW.entered_by_id) s WHERE s.kind = 'centre') THEN
        RAISE EXCEPTION 'what follows a law is entered by a second officer of the credit centre' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM identity_refuse_one_person(happened.entered_by_id, NEW.entered_by_id);
    IF NOT NEW.article_id = ANY(happened.articles)
       OR EXISTS (SELECT FROM catalogue_law_event e WHERE e.kind = 'ended' AND NEW.follows_id = ANY(e.articles)) THEN
        RAISE EXCEPTION 'an article that didn''t fall away, or one in its place that did' USING ERRCODE = 'check_violation';
    END IF;
    NEW.since := greatest(today, (SELECT l.valid_from FROM catalogue_law l JOIN catalogue_article a ON a.law_id = l.code WHERE a.ref = NEW.follows_id));
    NEW.entered_at := clock_timestamp();
    RETURN NEW;
END
$$;

-- name: guard_succession_trigger
CREATE OR REPLACE TRIGGER succession_guarded BEFORE INSERT ON catalogue_law_succession
    FOR EACH ROW EXECUTE FUNCTION catalogue_guard_succession();

-- name: succession_append_only
CREATE OR REPLACE TRIGGER succession_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON catalogue_law_succession
    FOR EACH STATEMENT EXECUTE FUNCTION ground_append_only();

-- name: law_grants
REVOKE ALL ON FUNCTION catalogue_guard_law(), catalogue_guard_law_event(), catalogue_guard_succession() FROM PUBLIC;
GRANT SELECT, INSERT ON catalogue_law_event, catalogue_law_succession TO {app};
GRANT INSERT ON catalogue_law, catalogue_article TO {app};
GRANT SELECT ON catalogue_suspension, catalogue_work TO {app};
GRANT USAGE ON SEQUENCE catalogue_law_event_id_seq, catalogue_law_succession_id_seq TO {app};
