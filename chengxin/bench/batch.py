"""A batch of queries through the running processes, beside one statement that joins hashes, gate and entries on the same server."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from threading import Event
from time import perf_counter
from typing import Any

import psycopg

from chengxin.bench.asking import token_of
from chengxin.bench.load import web_process
from chengxin.bench.query import BASIS, CASE, CLIENT, DUTY, OFFICER, fill_asked
from chengxin.bench.stage import RUNS, Stage, Tell

RECORDS_A_PERSON, LEAST_PERSONS, LOOK_EVERY_S = 2, 2_000, 0.05
ANSWERER = [sys.executable, "-c", "from chengxin.site.answerer import main; main()"]
# Who measures isn't held up by how many persons one system may ask about on a day.
WIDER = "UPDATE records_term SET value = 10000000 WHERE name = 'batch-limits'"
BARE = """WITH asked AS MATERIALIZED (
        SELECT b.n, c.subject_id FROM bench_asked b JOIN identity_code c ON c.code_hash = b.code_hash
        JOIN identity_person p USING (subject_id)
        WHERE p.minor_rank <= p.identity_rank AND p.died IS NULL),
    read AS MATERIALIZED (
        SELECT a.n, s.subject_id, s.record_id, s.version, s.item_id, s.decided, s.grade, s.state, s.shown_from, s.shown_until,
               s.repair_from, y.fields, s.body
        FROM asked a CROSS JOIN LATERAL (SELECT * FROM records_shown r WHERE r.subject_id = a.subject_id) s
        LEFT JOIN records_layout y ON y.id = s.layout_id),
    entered AS (
        INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, duty, authorisation, basis,
            case_reference, channel, outcome, reason, as_of, fields, record_ids, versions)
        SELECT a.subject_id, gen_random_uuid(), now(), %(organisation)s, %(officer)s, %(purpose)s, %(duty)s, '', %(basis)s, %(case)s,
            'batch', CASE WHEN count(r.record_id) > 0 THEN 'answered' ELSE 'empty' END, '', NULL, ARRAY['CF-ZRR.CF_WSH'],
            coalesce(array_agg(r.record_id) FILTER (WHERE r.record_id IS NOT NULL), '{}'),
            coalesce(array_agg(r.version) FILTER (WHERE r.version IS NOT NULL), '{}')
        FROM asked a LEFT JOIN read r USING (n) GROUP BY a.n, a.subject_id)
    SELECT * FROM read ORDER BY n"""
GATE = "SELECT set_config('cx.on', current_date::text, true), set_config('cx.purpose', %s, true), set_config('cx.duty', %s, true)"
WHO = """SELECT o.code, d.id, p.id, p.code FROM sharing_duty d JOIN catalogue_purpose p ON p.id = d.purpose_id,
        identity_client c JOIN identity_organisation o ON o.id = c.organisation_id
    WHERE d.code = %s AND c.client_id = %s"""


def bench_batch(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure a batch of ``rows`` persons from its sending until all of it is answered, encrypted and durable."""
    persons = max(rows, LEAST_PERSONS)
    urls = stage.fresh()
    try:
        people = fill_asked(stage, urls, RECORDS_A_PERSON * persons, persons * 2, tell)[:persons]
        client = json.loads((stage.folder / CLIENT).read_text(encoding="utf-8"))
        _ask_by_hash(urls["owner"], people)
        ours, bare = [], []
        with web_process(stage, urls["app"], "desk") as port, _answerer(stage, urls["app"]):
            token = token_of(port, client, scope="query.batch")
            content = _content(people, client)
            for number in range(1, RUNS + 1):
                bare.append(_bare(urls, client["client_id"]))
                ours.append(_ask(port, token, content))
                tell(f"  {number}/{RUNS}: one statement {bare[-1]:.2f} s, batch {ours[-1]:.2f} s")
    finally:
        stage.drop(urls)
    taken, plain = median(ours), median(bare)
    return {
        "name": f"batch {rows}",
        "ours_s": round(taken, 2),
        "yardstick_s": round(plain, 2),
        "ratio": round(taken / plain, 2),
        "rows_per_s": round(len(people) / taken),
        "persons": len(people),
    }


@contextmanager
def _answerer(stage: Stage, url: str) -> Iterator[None]:
    with subprocess.Popen(ANSWERER, env=dict(stage.environment(url))) as process:
        try:
            yield
        finally:
            process.terminate()


def _content(people: list[tuple[str, str]], client: Mapping[str, Any]) -> bytes:
    """Make the body: answers go to the public half of the client's own key, which does for a measurement."""
    public = {name: client["private_key"][name] for name in ("kty", "crv", "x", "y")}
    first = {"duty": DUTY, "basis": BASIS, "officer": OFFICER, "result_key": public}
    asked = ({"case_reference": CASE, "code_type": "resident-id", "code": code, "name": name} for code, name in people)
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in (first, *asked)).encode()


def _ask(port: int, token: str, content: bytes) -> float:
    """Send a batch and look after it until it is done; give the seconds. Raises RuntimeError where not everybody was answered."""
    pause, begun = Event(), perf_counter()
    told = _call(port, token, "", content)
    number = told["number"]
    while told["state"] != "done":
        pause.wait(LOOK_EVERY_S)
        told = _call(port, token, f"/{number}")
    taken = perf_counter() - begun
    if told["refused"] or told["failed"]:
        raise RuntimeError(f"{told['refused']} refused and {told['failed']} failed of a batch that is measured")
    return taken


def _call(port: int, token: str, path: str, content: bytes | None = None) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/queries/batches{path}", content, headers
    )  # our own
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # our own
        told: dict[str, Any] = json.load(answer)
    return told


def _ask_by_hash(url: str, people: list[tuple[str, str]]) -> None:
    """Write down the hashes that the bare statement begins with."""
    from chengxin.identity.vault import vault

    with psycopg.connect(url) as connection:
        connection.execute(WIDER)
        connection.execute("CREATE TABLE bench_asked (n int PRIMARY KEY, code_hash bytea)")
        with connection.cursor().copy("COPY bench_asked FROM STDIN") as copy:
            for place, (code, _) in enumerate(people, 1):
                copy.write_row((place, vault().code_hash("resident-id", code)))
        connection.execute("GRANT SELECT ON bench_asked TO chengxin_app")
        connection.execute("ANALYZE bench_asked")


def _bare(urls: Mapping[str, str], client: str) -> float:
    """Run the bare statement as the application, and take its rows; give the seconds until it is committed."""
    with psycopg.connect(urls["owner"]) as owner:
        organisation, duty, purpose, code = owner.execute(WHO, [DUTY, client]).fetchone() or ("", 0, 0, "")
    told = {
        "organisation": organisation,
        "officer": f"{client}/{OFFICER}",
        "purpose": code,
        "duty": DUTY,
        "basis": BASIS,
        "case": CASE,
    }
    with psycopg.connect(urls["app"]) as connection:
        begun = perf_counter()
        connection.execute(GATE, [str(purpose), str(duty)])
        connection.execute(BARE, told).fetchall()
        connection.commit()
        return perf_counter() - begun
