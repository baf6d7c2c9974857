"""Pages of the desk and of the person, asked of the running process: by one reader, and by sixteen at once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl
from django.conf import settings

from chengxin.bench.child import in_child
from chengxin.bench.load import ask_page, web_process
from chengxin.bench.stage import ROWS_PER_PERSON, SEED, Stage, Tell
from chengxin.demo.generate import write_penalties_csv, write_population_csv

READERS, ALONE_S, TOGETHER_S = 16, 3.0, 5.0
ENTRIES = 10_000
PAGES = {
    "clerk": ("/desk/", "/desk/registers/batches/", "/desk/batches/", "/desk/months/", "/desk/days/"),
    "officer": (
        "/desk/",
        "/desk/registers/cases/",
        "/desk/adjudication/",
        "/desk/persons/",
        "/desk/undoings/",
        "/desk/lookup/",
    ),
    "person": ("/me/", "/me/file/", "/me/entries/", "/me/messages/", "/me/reports/"),
}
"""The pages of each reader; the person has ``ENTRIES`` entries and the records of one among all."""
ENTER = """
    INSERT INTO ground_access_entry (entry_id, subject_id, at, organisation, officer, purpose, basis, case_reference, channel, outcome,
        reason, fields, record_ids, versions)
    SELECT gen_random_uuid(), %s, clock_timestamp() - make_interval(secs => 60 * n), o.code, 'c-bench', 'YY-CL', 'basis', 'bench', 'api',
        'answered', '', '{CF-ZRR.CF_JDRQ,CF-ZRR.CF_WSH}', ARRAY[n::bigint], ARRAY[1::smallint]
    FROM generate_series(1, %s) n, (SELECT code FROM identity_organisation ORDER BY id LIMIT 1) o"""


def bench_pages(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure pages with ``rows`` records in the ledger. Sixteen ask anew as soon as they were answered, which no sixteen people do."""
    file, population = stage.folder / "pages.csv", stage.folder / "readers.csv"
    persons = max(rows // ROWS_PER_PERSON, 100)
    write_population_csv(population, persons, SEED + 2)
    write_penalties_csv(file, rows, persons, SEED + 2)
    urls = stage.fresh()
    try:
        in_child(stage, urls["intake"], "population", population)
        in_child(stage, urls["intake"], "ingest", file)
        tell(f"  {rows} rows taken in")
        first = (
            pl.read_csv(file, infer_schema=False, n_rows=200).filter(pl.col("CF_XDR_ZJLX") == "1").row(0, named=True)
        )
        cookies = _cookies(stage, urls, first["CF_XDR_ZJHM"], first["CF_XDR_MC"])
        with web_process(stage, urls["app"], "desk", CHENGXIN_SECRET_KEY=settings.SECRET_KEY) as port:
            return list(_measure(port, cookies, rows, tell))
    finally:
        stage.drop(urls)


def _measure(port: int, cookies: dict[str, str], rows: int, tell: Tell) -> Iterator[dict[str, Any]]:
    for reader, pages in PAGES.items():
        headers = {"Cookie": cookies[reader], "Accept": "text/html"}
        for page in pages:
            alone = ask_page(port, page, connections=1, seconds=ALONE_S, headers=headers)
            together = ask_page(port, page, connections=READERS, seconds=TOGETHER_S, headers=headers)
            tell(f"  {reader} {page}: p95 {alone.p95_ms:.1f} ms alone, {together.p95_ms:.1f} ms of {READERS}")
            yield {
                "name": f"page {rows} {reader} {page}",
                "p50_ms": round(alone.p50_ms, 1),
                "p95_ms": round(alone.p95_ms, 1),
                "of_16_p50_ms": round(together.p50_ms, 1),
                "of_16_p95_ms": round(together.p95_ms, 1),
                "of_16_per_s": round(together.per_s),
            }


def _cookies(stage: Stage, urls: Any, code: str, name: str) -> dict[str, str]:
    """Log the readers in as if they had just proven who they are; the person gets their entries."""
    from django.db import connection
    from django.utils import timezone

    from chengxin.identity.models import User
    from chengxin.identity.services.logging_in import settle_person

    stage.become(urls["app"])
    person = settle_person("resident-id", code, name)
    if person is None or person.subject_id is None:
        raise RuntimeError("the person of the file isn't known")
    readers = {one.login: one for one in User.objects.filter(login__in=PAGES)} | {"person": person}
    cookies = {login: _cookie(user, timezone.now()) for login, user in readers.items()}
    stage.become(urls["owner"])
    with connection.cursor() as cursor:
        cursor.execute(ENTER, [person.subject_id, ENTRIES])
        cursor.execute("ANALYZE ground_access_entry")
    stage.become(urls["app"])
    return cookies


def _cookie(user: Any, at: datetime) -> str:
    from django.contrib.auth import login
    from django.http import HttpRequest

    from chengxin.identity.sessions import SessionStore
    from chengxin.identity.standing import PLATFORM, note_factor

    request = HttpRequest()
    request.session = SessionStore()
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    note_factor(request, PLATFORM if user.subject_id else "totp", at)
    request.session.save()
    return f"{settings.SESSION_COOKIE_NAME}={request.session.session_key}"
