"""Recalls over the interface: one's own, page by page, acknowledged by number, once."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Call, ask_token
from tests.conftest import Register
from tests.hooks import correct, read_record
from tests.identity.verifying import System, system
from tests.people import CENTRE, OTHER, WANG_WEI

ADDRESS = "/recalls"


@pytest.fixture
def made(register: Register) -> System:
    return system(register, organisation=CENTRE)


@pytest.fixture
def token(made: System) -> str:
    answer: Any = ask_token(made.assertion(), scope="recall.acknowledge")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


@pytest.fixture
def numbers(register: Register, tmp_path: Path, today: date, now: datetime) -> tuple[str, str]:
    """Give the numbers of a record and a report, of which three recalls tell."""
    found = read_record(register, tmp_path, today, now)
    for content in ("罚款二千元", "罚款三千元", "罚款四千元"):
        correct(register, tmp_path, today, now, content)
    register.become("app")
    return found


def test_recalls_come_page_by_page_the_oldest_first(call: Call, numbers: tuple[str, str]) -> None:
    first = call(f"{ADDRESS}?limit=2").json()
    assert len(first["items"]) == 2
    second = call(f"{ADDRESS}?limit=2&after={first['next']}").json()
    assert second["next"] is None
    items = [*first["items"], *second["items"]]
    assert [one["recall"] for one in items] == sorted(one["recall"] for one in items)
    assert {(one["record"], one["report"], one["cause"]) for one in items} == {(*numbers, "corrected")}
    assert set(items[0]) == {"recall", "record", "report", "cause", "told_at", "due", "acknowledged_at"}


def test_what_is_acknowledged_stays_so_and_is_noted_once(
    call: Call, register: Register, made: System, numbers: tuple[str, str]
) -> None:
    one, other, _ = (item["recall"] for item in call(ADDRESS).json()["items"])
    first = call(f"{ADDRESS}/{one}/acknowledgements", {})
    again = call(f"{ADDRESS}/{one}/acknowledgements", {})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["acknowledged_at"]
    assert next(item["recall"] for item in call(f"{ADDRESS}?open=true").json()["items"]) == other
    assert register.rows("SELECT acknowledged_by FROM sharing_recall WHERE id = %s", one) == [(made.client_id,)]
    assert register.rows("SELECT actor, subject FROM ground_action WHERE act = 'recall.acknowledge'") == [
        (made.client_id, f"recall:{one}")
    ]


@pytest.mark.parametrize("number", [0, 99_999_999, (1 << 63) - 1, 1 << 63, 1 << 70, -1])
def test_a_number_that_is_none_is_unknown(call: Call, numbers: tuple[str, str], number: int) -> None:
    answer = call(f"{ADDRESS}/{number}/acknowledgements", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "recall-unknown")


def test_anothers_recalls_are_neither_seen_nor_acknowledged(
    call: Call, register: Register, numbers: tuple[str, str]
) -> None:
    one = call(ADDRESS).json()["items"][0]["recall"]
    stranger = system(register, organisation=OTHER)
    token = ask_token(stranger.assertion(), scope="recall.acknowledge").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get(f"/api/v1{ADDRESS}", headers=headers).json() == {"items": [], "next": None}
    answer = Client().post(
        f"/api/v1{ADDRESS}/{one}/acknowledgements", {}, content_type="application/json", headers=headers
    )
    assert answer.status_code == 404
    assert register.rows("SELECT count(*) FROM sharing_recall WHERE acknowledged_at IS NOT NULL") == [(0,)]


def test_a_token_for_something_else_opens_nothing(made: System, numbers: tuple[str, str]) -> None:
    token = ask_token(made.assertion()).json()["access_token"]
    answer = Client().get(f"/api/v1{ADDRESS}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "after=-1", "after=9223372036854775808", "after=x", "open=7"]
)
def test_what_is_no_page_is_refused(call: Call, query: str) -> None:
    assert call(f"{ADDRESS}?{query}").status_code == 422


def test_nothing_of_the_person_is_in_an_answer(call: Call, numbers: tuple[str, str]) -> None:
    text = call(ADDRESS).content.decode()
    assert WANG_WEI.name not in text
    assert WANG_WEI.code not in text
