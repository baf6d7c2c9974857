import time
from tests.system.stage import *
TRIG = """
CREATE OR REPLACE FUNCTION records_guard_payloads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM fresh f
        LEFT JOIN (SELECT subject_id, record_id, version, commitment FROM records_version WHERE batch_id = current_setting('cx.batch')::integer) v
            USING (subject_id, record_id, version)
        WHERE v.commitment IS DISTINCT FROM sha256(f.salt || f.content_hash)
    ) THEN
        RAISE EXCEPTION 'a payload that fits no version of its batch' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER payload_guarded AFTER INSERT ON records_payload
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION records_guard_payloads();
"""
def test_t(stage):
    f = stage.facts
    for trig in (False, True):
      with stage.connection.transaction(force_rollback=True):
        if trig: stage.run("owner", TRIG)
        for n, pre in ((1, 400_000), (2, 400_000)):
            stage.run("intake", "SELECT set_config('cx.batch', %s, true), set_config('work_mem','128MB',true)", str(f.batch if n==1 else f.other_batch))
            row = version(f, batch_id=f.batch if n==1 else f.other_batch)
            row.pop("record_id"); row.pop("subject_id"); row.pop("recorded_at")
            cols=", ".join(row); 
            a=time.perf_counter()
            stage.run("intake", f"INSERT INTO records_version (subject_id, record_id, recorded_at, {cols}) SELECT 1+g%%2, {n}0000000000+g, now(), {', '.join(['%s']*len(row))} FROM generate_series(1,{pre}) g", *row.values())
            b=time.perf_counter()
            stage.run("intake", f"INSERT INTO records_payload (subject_id, record_id, version, salt, content_hash, body) SELECT 1+g%%2, {n}0000000000+g, 1, %s, %s, repeat('x', 300)::bytea FROM generate_series(1,{pre}) g", SALT, CONTENT)
            c=time.perf_counter()
            print(trig, n, round(b-a,2), round(c-b,2))
    assert 0
