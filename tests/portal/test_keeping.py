"""Pages that name nobody are kept: by whoever asked, and for some seconds by the process; never past their day."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chengxin.education.feedback.given import give_feedback
from chengxin.education.feedback.rules import draw_number
from chengxin.portal.public import keeping
from tests.conftest import Register
from tests.identity.verifying import register_purposes
from tests.people import WANG_WEI


@pytest.fixture
def held(public_site: Register, settings: Any) -> Iterator[Register]:
    settings.PAGE_HELD_S = 10
    keeping.forget()
    yield public_site
    keeping.forget()


def statements_of(path: str, **headers: str) -> tuple[Any, int]:
    with CaptureQueriesContext(connection) as asked:
        answer = Client(headers=headers).get(path)
    return answer, len(asked)


@pytest.mark.parametrize("path", ["/catalogue/", "/statistics/", "/guide/what-is-held/"])
def test_a_burst_asks_the_database_once(held: Register, path: str) -> None:
    first, asked = statements_of(path)
    assert asked > 0
    for _ in range(20):
        again, asked = statements_of(path)
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


def test_in_a_burst_a_page_that_tells_of_somebody_is_kept_by_nobody_and_made_anew(
    request: pytest.FixtureRequest, settings: Any
) -> None:
    """A receipt tells of one query about one person; an answer is its sender's. Neither outlives what it tells, in no memory."""
    log_in, register = request.getfixturevalue("log_in"), request.getfixturevalue("register")
    purpose = register_purposes(register, desk_quota=3)
    asked = {"purpose": purpose, "name": WANG_WEI.name, "code_type": "resident-id", "code": WANG_WEI.code}
    page = log_in("verifier").post(reverse("portal:verification"), asked).content.decode()
    (receipt,) = re.findall("V[A-Z2-7]{26}", page)
    request.getfixturevalue("held")
    number = draw_number()
    give_feedback(number, "字太小", may_show=False, at=timezone.now())
    for path, sent, told in (
        ("/receipts/", {"receipt": receipt}, "回执属实"),
        ("/feedback/answer/", {"number": number}, "还没有答复"),
    ):
        for _ in range(20):
            with CaptureQueriesContext(connection) as asked_of_it:
                answer = Client().post(path, sent)
            assert told in answer.content.decode()
            assert (answer.headers["Cache-Control"], "ETag" in answer.headers) == ("no-store", False)
            assert len(asked_of_it) > 0
            assert told not in Client().get(path).content.decode()
    assert keeping._held == {}


@pytest.mark.parametrize(
    "path",
    ["/feedback/", "/feedback/answer/", "/no-such/", "/catalogue/NO-SUCH/", "/receipts/", "/search/", "/healthz"],
)
def test_errors_and_forms_are_not_held(held: Register, path: str) -> None:
    statements_of(path)
    assert keeping._held == {}


def test_asking_for_ever_other_pages_fills_no_memory(held: Register) -> None:
    client = Client()
    for number in range(keeping.HELD + 5):
        client.get(f"/robots.txt?{number}")
    assert len(keeping._held) == keeping.HELD
