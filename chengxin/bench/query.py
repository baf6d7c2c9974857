"""Queries over real HTTP with a real token, beside pgbench running the same statements on the same server."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import psycopg

from chengxin.bench.asking import beside_pgbench, call, pgbench, request_text, token_of
from chengxin.bench.child import in_child
from chengxin.bench.load import web_process
from chengxin.bench.stage import RUNS, SEED, Stage, Tell
from chengxin.demo.generate import write_penalties_csv, write_population_csv
from chengxin.demo.verification import settle_client

RECORDS_A_PERSON, LEAST_PERSONS, LONGEST_S = 2, 2_000, 10
CLIENT, ASKERS = "asking-client.json", ("licensing", "system")
DUTY, BASIS, CASE, OFFICER = "XK-SC-01", "XZXKF-34", "许可2026-1", "xk-07"
# Who measures isn't held up by how much one system may ask in a minute.
WIDER = "UPDATE records_term SET value = 10000000 WHERE name = 'query-limits'"
COUNT = """INSERT INTO sharing_query_use AS u (client, day, used, minute, in_minute)
    SELECT '{client}', current_date, 1, date_trunc('minute', now()), 1 FROM identity_client_live
    WHERE client_id = '{client}' AND organisation = '{organisation}'
      AND EXISTS (SELECT FROM unnest(addresses) one WHERE '127.0.0.1'::inet <<= one::cidr)
    ON CONFLICT (client, day) DO UPDATE SET used = u.used + 1, minute = date_trunc('minute', now()),
        in_minute = CASE WHEN u.minute = date_trunc('minute', now()) THEN u.in_minute + 1 ELSE 1 END
        WHERE u.used < 10000000 AND (u.minute <> date_trunc('minute', now()) OR u.in_minute < 10000000)
    RETURNING u.used;"""
SCRIPT = """\\set n random(1, {persons})
BEGIN;
SET LOCAL synchronous_commit = off;
{count}
COMMIT;
{facts};
SELECT c.subject_id AS subject, c.name_tag, c.key_id, p.died FROM identity_code c JOIN identity_person p USING (subject_id)
    WHERE c.code_hash = (SELECT code_hash FROM bench_person WHERE n = :n) AND p.minor_rank <= p.identity_rank \\gset
BEGIN;
{opened};
{gate};
WITH beside AS (INSERT INTO sharing_report (subject_id, number, entry_id, issued_at, salt)
    VALUES (:subject, 'CX' || substr(upper(md5(random()::text || clock_timestamp())), 1, 18), gen_random_uuid(), now(),
    uuid_send(gen_random_uuid())))
INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, duty, basis, case_reference, channel, outcome,
    reason, fields, record_ids, versions) VALUES (:subject, gen_random_uuid(), now(), '{organisation}', '{client}/{officer}',
    '{purpose_code}', '{duty_code}', '{basis}', '{case}', 'api', 'answered', '', ARRAY['CF-ZRR.CF_WSH'], '{{}}', '{{}}');
COMMIT;
"""


def bench_query(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure queries a second and their time at sixteen connections, with ``rows`` records of half as many persons in the ledger."""
    persons, seconds = max(rows // RECORDS_A_PERSON, LEAST_PERSONS), max(1, min(LONGEST_S, rows // 20_000))
    urls = stage.fresh()
    try:
        people = fill_asked(stage, urls, rows, persons, tell)
        client = json.loads((stage.folder / CLIENT).read_text(encoding="utf-8"))
        script = _yardstick(stage, urls["owner"], client["client_id"], people)
        ours: list[list[float]] = []
        bare: list[list[float]] = []
        with web_process(stage, urls["app"], "desk") as port:
            token = token_of(port, client, scope="query.ask")
            requests = [request_text("queries", token, _body(*one)) for one in people]
            for number in range(1, RUNS + 1):
                bare.append(pgbench(urls["app"], script, seconds))
                ours.append(call(port, requests, seconds))
                plain = len(bare[-1]) / seconds
                tell(f"  {number}/{RUNS}: pgbench {plain:.0f}/s, over HTTP {len(ours[-1]) / seconds:.0f}/s")
    finally:
        stage.drop(urls)
    return {**beside_pgbench(f"query {rows}", ours, bare, seconds), "persons": persons}


def _body(code: str, name: str) -> dict[str, Any]:
    asked = {"duty": DUTY, "basis": BASIS, "case_reference": CASE, "officer": OFFICER}
    return {**asked, "code_type": "resident-id", "code": code, "name": name}


def fill_asked(stage: Stage, urls: Mapping[str, str], rows: int, persons: int, tell: Tell) -> list[tuple[str, str]]:
    """Take persons and their records in, let one system of an enrolled department in; give code and name of those to ask about."""
    population, file = stage.folder / "asked.csv", stage.folder / "records.csv"
    write_population_csv(population, persons, SEED + 3)
    write_penalties_csv(file, rows, persons, SEED + 3)
    in_child(stage, urls["intake"], "population", population)
    in_child(stage, urls["intake"], "ingest", file)
    tell(f"  {persons} persons, {rows} records there")
    stage.become(urls["owner"])
    _enter_client(stage.folder / CLIENT)
    with psycopg.connect(urls["owner"]) as connection:
        connection.execute(WIDER)
        connection.execute("GRANT SELECT, INSERT, UPDATE ON sharing_query_use TO chengxin_app")
    with psycopg.connect(urls["owner"], autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    frame = pl.read_csv(population, infer_schema=False)
    alive = frame.filter((pl.col("ZJLX") == "1") & (pl.col("ZT") == "正常") & (pl.col("CSRQ") < "20000101"))
    return list(alive.select("ZJHM", "XM").sample(min(200_000, alive.height), shuffle=True, seed=SEED).iter_rows())


def _enter_client(file: Path) -> None:
    """Enter a system of the department that stands enrolled."""
    from django.utils import timezone

    from chengxin.demo.officers import SECURITY
    from chengxin.identity.models import User

    logins = {
        one.login: one for one in User.objects.select_related("organisation").filter(login__in=(*ASKERS, SECURITY))
    }
    organisation = logins[ASKERS[0]].organisation
    settle_client(file, organisation.code, "演示·查询系统", (logins[ASKERS[1]], logins[SECURITY]), timezone.now())


def _yardstick(stage: Stage, url: str, client: str, people: list[tuple[str, str]]) -> Path:
    """Write pgbench's script of the statements that a query runs, and a table of the keys it asks with."""
    from chengxin.identity.vault import vault
    from chengxin.records.gate import OPEN_AND_TELL
    from chengxin.records.queries import GATE
    from chengxin.sharing.deciding import FACTS

    with psycopg.connect(url) as connection:
        row = connection.execute(
            """SELECT o.code, d.id, p.id, p.code FROM sharing_duty d JOIN catalogue_purpose p ON p.id = d.purpose_id,
                   identity_client c JOIN identity_organisation o ON o.id = c.organisation_id
               WHERE d.code = %s AND c.client_id = %s""",
            [DUTY, client],
        ).fetchone()
        organisation, duty, purpose, purpose_code = row or ("", 0, 0, "")
        connection.execute("CREATE TABLE bench_person (n int PRIMARY KEY, code_hash bytea)")
        with connection.cursor().copy("COPY bench_person FROM STDIN") as copy:
            for place, (code, _) in enumerate(people, 1):
                copy.write_row((place, vault().code_hash("resident-id", code)))
        connection.execute("GRANT SELECT ON bench_person TO chengxin_app")
    facts = FACTS.replace("%(today)s", "current_date").replace("%(organisation)s", f"'{organisation}'")
    facts = facts.replace("%(duty)s", f"'{DUTY}'").replace("%(purpose)s", "''").replace("%(officer)s", f"'{OFFICER}'")
    opened = OPEN_AND_TELL.replace("%(day)s", "current_date::text").replace("%(on)s", "current_date")
    opened = opened.replace("%(purpose)s", f"'{purpose}'").replace("%(duty)s", f"'{duty}'")
    text = SCRIPT.format(
        persons=len(people), client=client, organisation=organisation, officer=OFFICER, basis=BASIS, purpose_code=purpose_code,
        duty_code=DUTY, case=CASE, count=COUNT.format(client=client, organisation=organisation), facts=facts.replace("%%", "%"),
        gate=GATE.replace("%s", ":subject"), opened=opened,
    )  # fmt: skip
    file = stage.folder / "queries.pgbench"
    file.write_text(text, encoding="utf-8")
    return file
