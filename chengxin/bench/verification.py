"""Real-name checks over real HTTP with a real token, beside pgbench running the same statements on the same server."""

import json
from collections.abc import Mapping
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import polars as pl
import psycopg

from chengxin.bench.asking import beside_pgbench, call, pgbench, request_text, token_of
from chengxin.bench.load import web_process
from chengxin.bench.stage import RUNS, SEED, Stage, Tell
from chengxin.demo.generate import write_population_csv
from chengxin.demo.verification import CLIENT_FILE, WIDE, settle_verification
from chengxin.lib.codes import check_digit
from chengxin.lib.regions import TEST_AREA

LEAST_PERSONS = 2_000
PURPOSE = "SM-JR-0001"
SCRIPT = """\\set n random(1, {persons})
SELECT 'V' || substr(translate(upper(md5(random()::text || clock_timestamp())), '0189', 'GHIJ'), 1, 26) AS receipt,
    gen_random_uuid() AS entry \\gset
BEGIN;
SELECT id, code, field, purpose, basis FROM identity_registration_live WHERE organisation = '{organisation}' AND code = '{purpose}';
SELECT k.anchor, k.hash, k.current, k.former, c.code_hash, c.subject_id, c.name_tag, c.key_id, p.died
    FROM identity_key_pointers k LEFT JOIN (identity_code c JOIN identity_person p USING (subject_id))
    ON c.code_hash = ANY(ARRAY[(SELECT code_hash FROM bench_person WHERE n = :n)]);
SELECT refusal, taken, used, quota FROM identity_take_checks({number}, 'api', '{client}', '127.0.0.1',
    ARRAY[:receipt::text], ARRAY['match'], ARRAY['register'], ARRAY[:entry::uuid], ARRAY[(SELECT own FROM bench_person WHERE n = :n)],
    ARRAY[(SELECT shared FROM bench_person WHERE n = :n)]);
INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, basis, case_reference, channel, outcome,
    reason, fields, record_ids, versions) VALUES (1, :entry::uuid, now(), '{organisation}', '{client}', '{purpose}', 'GRCKSMZ-7',
    :receipt::text, 'api', 'answered', 'match', ARRAY['code', 'name'], '{{}}', '{{}}');
COMMIT;
"""


def bench_verification(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure checks a second and their time at sixteen connections, and what tells the known from the unknown."""
    persons, seconds = max(rows // 10, LEAST_PERSONS), max(1, min(10, rows // 20_000))
    urls = stage.fresh()
    try:
        people = _fill(stage, urls, persons)
        client = json.loads((stage.folder / CLIENT_FILE).read_text(encoding="utf-8"))
        script = _yardstick(stage, urls["owner"], client["client_id"], people)
        ours: list[list[float]] = []
        bare: list[list[float]] = []
        with web_process(stage, urls["app"], "desk") as port:
            token = token_of(port, client)
            requests = [_request(token, *one) for one in people]
            for number in range(1, RUNS + 1):
                bare.append(pgbench(urls["app"], script, seconds))
                ours.append(call(port, requests, seconds))
                plain = len(bare[-1]) / seconds
                tell(f"  {number}/{RUNS}: pgbench {plain:.0f}/s, over HTTP {len(ours[-1]) / seconds:.0f}/s")
            apart = _difference(port, token, people, rounds=min(500, max(50, rows // 200)))
    finally:
        stage.drop(urls)
    return {**beside_pgbench(f"verification {persons}", ours, bare, seconds), **apart}


def _fill(stage: Stage, urls: Mapping[str, str], persons: int) -> list[tuple[str, str]]:
    """Load persons, register a purpose of no narrow limits, enter a client; give code and name of those to ask about."""
    from django.utils import timezone

    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas

    file = stage.folder / "population.csv"
    write_population_csv(file, persons, SEED)
    stage.become(urls["intake"])
    load_population(file, areas=areas(), at=timezone.now())
    stage.become(urls["owner"])
    settle_verification(stage.folder, limits=WIDE)
    frame = pl.read_csv(file, infer_schema=False)
    alive = frame.filter((pl.col("ZJLX") == "1") & (pl.col("ZT") == "正常") & (pl.col("CSRQ") < "20000101"))
    return list(alive.select("ZJHM", "XM").sample(fraction=1.0, shuffle=True, seed=SEED).iter_rows())


def _yardstick(stage: Stage, url: str, client: str, people: list[tuple[str, str]]) -> Path:
    """Write pgbench's script, and a table of the keys it asks with."""
    from chengxin.identity.services.verification import EVERYBODY, counter_key
    from chengxin.identity.vault import vault

    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT r.id, o.code FROM identity_registration r JOIN identity_organisation o ON o.id = r.organisation_id WHERE r.code = %s",
            [PURPOSE],
        ).fetchone()
        number, organisation = row or (0, "")
        connection.execute("CREATE TABLE bench_person (n int PRIMARY KEY, code_hash bytea, own bytea, shared bytea)")
        kind = "resident-id"
        with connection.cursor().copy("COPY bench_person FROM STDIN") as copy:
            for place, (code, _) in enumerate(people, 1):
                own, shared = (counter_key(kind, code, whose) for whose in (organisation, EVERYBODY))
                copy.write_row((place, vault().code_hash(kind, code), own, shared))
        connection.execute("GRANT SELECT ON bench_person TO chengxin_app")
    file = stage.folder / "checks.pgbench"
    values = {
        "persons": len(people),
        "organisation": organisation,
        "purpose": PURPOSE,
        "number": number,
        "client": client,
    }
    file.write_text(SCRIPT.format(**values), encoding="utf-8")
    return file


def _request(token: str, code: str, name: str) -> str:
    return request_text(
        "verifications", token, {"purpose": PURPOSE, "name": name, "code_type": "resident-id", "code": code}
    )


def _difference(port: int, token: str, people: list[tuple[str, str]], *, rounds: int) -> dict[str, Any]:
    """Ask in turn about somebody and about nobody, and tell how far the times lie apart."""
    import socket

    from chengxin.bench.caller import read_answer

    draw = Random(SEED)  # noqa: S311  # made-up codes, drawn again the same
    took: dict[str, list[float]] = {"known": [], "unknown": []}
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(rounds):
            first = f"{TEST_AREA}1920{draw.randrange(1, 13):02}{draw.randrange(1, 29):02}{draw.randrange(1000):03}"
            for kind, one in (
                ("known", people[place % len(people)]),
                ("unknown", (first + check_digit(first), "某某")),
            ):
                request = _request(token, *one).encode()
                started = perf_counter()
                connection.sendall(request)
                read_answer(connection)
                took[kind].append(perf_counter() - started)
    return {
        "known_p50_ms": round(1000 * median(took["known"]), 3),
        "unknown_p50_ms": round(1000 * median(took["unknown"]), 3),
        "apart_p50_ms": round(1000 * abs(median(took["known"]) - median(took["unknown"])), 3),
    }
