"""Pages that name nobody are kept: by whoever asked, and for some seconds by the process; never past their day."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengxin.portal.public import keeping
from tests.conftest import Register


@pytest.fixture
def held(public_site: Register, settings: Any) -> Iterator[Register]:
    settings.PAGE_HELD_S = 10
    keeping.forget()
    yield public_site
    keeping.forget()


def statements_of(path: str, **headers: str) -> tuple[Any, int]:
    from django.db import connection

    with CaptureQueriesContext(connection) as asked:
        answer = Client(headers=headers).get(path)
    return answer, len(asked)


def test_a_burst_asks_the_database_once(held: Register) -> None:
    first, asked = statements_of("/catalogue/")
    assert asked > 0
    for _ in range(20):
        again, asked = statements_of("/catalogue/")
        assert (asked, again.content) == (0, first.content)


def test_whoever_has_it_already_is_told_so(held: Register) -> None:
    first, _ = statements_of("/guide/what-is-held/")
    again, _ = statements_of("/guide/what-is-held/", if_none_match=first.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_is_kept_no_longer_than_its_seconds(held: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    statements_of("/catalogue/")
    later = time.monotonic() + 11
    monkeypatch.setattr("chengxin.portal.public.keeping.time.monotonic", lambda: later)
    assert statements_of("/catalogue/")[1] > 0


def test_nothing_outlives_its_day(held: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    statements_of("/catalogue/")
    monkeypatch.setattr("chengxin.portal.public.keeping.timezone.now", lambda: datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert statements_of("/catalogue/")[1] > 0


@pytest.mark.parametrize("path", ["/no-such/", "/catalogue/NO-SUCH/", "/receipts/", "/search/", "/healthz"])
def test_errors_and_forms_are_not_held(held: Register, path: str) -> None:
    statements_of(path)
    assert keeping._held == {}


def test_asking_for_ever_other_pages_fills_no_memory(held: Register) -> None:
    client = Client()
    for number in range(keeping.HELD + 5):
        client.get(f"/robots.txt?{number}")
    assert len(keeping._held) == keeping.HELD
