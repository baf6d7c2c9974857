"""Changes under authorisations over the interface: subscribed to, told page by page, ended; what persons took back, acknowledged."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengxin.sharing.authorising.queries import find_own_authorisation, list_own_authorisations
from chengxin.sharing.authorising.services import grant, narrow, silence, withdraw
from tests import leave as lv
from tests.announcing import bring_penalty, pass_over
from tests.api.conftest import Call, ask_token
from tests.api.test_authorisations import ask, body, question, state
from tests.conftest import Register
from tests.identity.verifying import System, system
from tests.leave import BANK, PENALTY, QUALIFICATION
from tests.people import LI_NA, OTHER, WANG_WEI, Someone
from tests.sharing.test_own import oneself

SCOPES = "authorisation.ask query.ask authorisation.acknowledge"


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    pass_over(register)
    return register


@pytest.fixture
def made(bank: Register) -> System:
    return system(bank, organisation=BANK)


@pytest.fixture
def token(made: System) -> str:
    answer: Any = ask_token(made.assertion(), scope=SCOPES)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def granted(call: Call, today: date, now: datetime, person: Someone = WANG_WEI, *, announces: bool = True) -> str:
    answer = call("/authorisations", body(today, person, announces=announces))
    assert answer.status_code == 201, answer.content
    number = str(answer.json()["number"])
    asked = find_own_authorisation(oneself(person), number, today).asked
    grant(oneself(person), number, asked, at=now)
    return number


def test_subscribed_told_asked_anew_and_silenced(
    call: Call, bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    number = ask(call, today, announces=True)
    assert call(f"/authorisations/{number}/changes", {}).json()["code"] == "changes-closed"
    (asked,) = list_own_authorisations(oneself(), today)
    assert asked.asked.announces
    grant(oneself(), number, asked.asked, at=now)
    told = state(call, number)
    assert (told["announces"], told["subscribed"]) == (True, False)
    first, again = (call(f"/authorisations/{number}/changes", {}) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["subscribed"]) == (201, 200, True)
    before = call("/queries", question()).json()["records"]
    assert call("/changes").json() == {"items": [], "next": None}
    bring_penalty(bank, tmp_path, today, now)
    pass_over(bank)
    (change,) = call("/changes").json()["items"]
    assert set(change) == {"change", "authorisation", "kind", "at"}
    assert (change["authorisation"], change["kind"]) == (number, "changed")
    assert len(call("/queries", question()).json()["records"]) == len(before) + 1
    assert call(f"/changes?after={change['change']}").json()["items"] == []
    silence(oneself(), number, at=now)
    assert call("/changes").json()["items"] == []
    told = state(call, number)
    assert (told["state"], told["announces"], told["subscribed"]) == ("stands", False, False)
    assert call(f"/authorisations/{number}/changes", {}).status_code == 409


def test_changes_come_page_by_page_in_the_order_of_numbers(
    call: Call, bank: Register, made: System, tmp_path: Path, today: date, now: datetime
) -> None:
    numbers = [granted(call, today, now), granted(call, today, now, LI_NA)]
    for number in numbers:
        assert call(f"/authorisations/{number}/changes", {}).status_code == 201
    for row in range(3):
        for person in (WANG_WEI, LI_NA):
            bring_penalty(bank, tmp_path, today, now, 20 + row, person)
        assert pass_over(bank)[1] == 2
    first = call("/changes?limit=4").json()
    second = call(f"/changes?limit=4&after={first['next']}").json()
    found = [one["change"] for one in (*first["items"], *second["items"])]
    assert (len(found), found, second["next"]) == (6, sorted(found), None)


def test_the_institution_ends_it(call: Call, bank: Register, tmp_path: Path, today: date, now: datetime) -> None:
    number = granted(call, today, now)
    call(f"/authorisations/{number}/changes", {})
    for _ in range(2):
        answer = call(f"/authorisations/{number}/changes/end", {})
        assert (answer.status_code, answer.json()["subscribed"]) == (200, False)
    bring_penalty(bank, tmp_path, today, now)
    assert pass_over(bank)[1] == 0
    assert call("/changes").json()["items"] == []


def test_what_doesnt_say_so_and_what_is_anothers_is_closed(
    call: Call, bank: Register, today: date, now: datetime
) -> None:
    number = granted(call, today, now, announces=False)
    answer = call(f"/authorisations/{number}/changes", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "changes-closed")
    answer = call("/authorisations/SQ20260101ABCDEFGHJK/changes", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "request-unknown")
    stranger = system(bank, organisation=OTHER)
    token = ask_token(stranger.assertion(), scope="authorisation.ask").json()["access_token"]
    for path in (f"/authorisations/{number}/changes", f"/authorisations/{number}/changes/end"):
        answer = Client().post(
            f"/api/v1{path}", {}, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "request-unknown")


def test_once_announces_nothing(call: Call, today: date) -> None:
    answer = call("/authorisations", body(today, once=True, announces=True))
    assert (answer.status_code, answer.json()["code"]) == (422, "authorisation-refused")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "after=-1", "after=9223372036854775808", "after=x"])
def test_what_is_no_page_is_refused(call: Call, query: str) -> None:
    assert call(f"/changes?{query}").status_code == 422
    assert call(f"/call-backs?{query}").status_code == 422


def test_what_was_taken_back_is_listed_and_acknowledged_once(
    call: Call, bank: Register, made: System, today: date, now: datetime
) -> None:
    number = granted(call, today, now)
    assert call("/call-backs").json() == {"items": [], "next": None}
    narrow(oneself(), number, replace(lv.leave(today, PENALTY), announces=True), at=now)
    withdraw(oneself(), number, at=now)
    first, second = call("/call-backs?open=true").json()["items"]
    assert (first["kind"], first["items"], second["kind"], second["items"]) == (
        "narrowed", [QUALIFICATION], "withdrawn", [PENALTY],
    )  # fmt: skip
    assert (first["authorisation"], first["reference"], first["copies"]) == (number, "贷2026-118", None)
    page = call("/call-backs?limit=1").json()
    assert [one["call_back"] for one in call(f"/call-backs?after={page['next']}").json()["items"]] == [
        second["call_back"]
    ]
    address = f"/call-backs/{first['call_back']}/acknowledgements"
    told = call(address, {"copies": "erased"})
    assert (told.status_code, told.json()["copies"]) == (201, "erased")
    again = call(address, {"copies": "never-stored"})
    assert (again.status_code, again.json()) == (200, told.json())
    assert [one["call_back"] for one in call("/call-backs?open=true").json()["items"]] == [second["call_back"]]
    assert bank.rows("SELECT actor, subject FROM ground_action WHERE act = 'authorisation.acknowledge'") == [
        (made.client_id, f"call-back:{first['call_back']}")
    ]
    assert bank.rows("SELECT count(*) FROM ground_message WHERE kind = 'authorisation-acknowledged'") == [(1,)]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"copies": "kept-by-law"}, 422),
        ({"copies": "erased", "law": "商业银行法第二十九条"}, 422),
        ({"copies": "lost"}, 422),
        ({}, 422),
        ({"copies": "kept-by-law", "law": f"商业银行法 {WANG_WEI.code}"}, 422),
        ({"copies": "kept-by-law", "law": "反洗钱法第三十四条"}, 201),
    ],
)
def test_what_became_of_the_copies_is_said_wholly(
    call: Call, today: date, now: datetime, said: dict[str, str], status: int
) -> None:
    number = granted(call, today, now)
    withdraw(oneself(), number, at=now)
    (one,) = call("/call-backs").json()["items"]
    answer = call(f"/call-backs/{one['call_back']}/acknowledgements", said)
    assert answer.status_code == status
    assert (call("/call-backs?open=true").json()["items"] == []) == (status == 201)


def test_anothers_call_backs_are_neither_seen_nor_acknowledged(
    call: Call, bank: Register, today: date, now: datetime
) -> None:
    number = granted(call, today, now)
    withdraw(oneself(), number, at=now)
    (one,) = call("/call-backs").json()["items"]
    stranger = system(bank, organisation=OTHER)
    token = ask_token(stranger.assertion(), scope="authorisation.acknowledge").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/call-backs", headers=headers).json() == {"items": [], "next": None}
    answer = Client().post(
        f"/api/v1/call-backs/{one['call_back']}/acknowledgements",
        {"copies": "erased"},
        content_type="application/json",
        headers=headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "call-back-unknown")


@pytest.mark.parametrize("number", [0, 99_999_999, (1 << 63) - 1, 1 << 63, -1])
def test_a_number_that_is_none_is_unknown(call: Call, number: int) -> None:
    answer = call(f"/call-backs/{number}/acknowledgements", {"copies": "erased"})
    assert (answer.status_code, answer.json()["code"]) == (404, "call-back-unknown")


def test_a_token_for_something_else_opens_nothing(made: System) -> None:
    token = ask_token(made.assertion(), scope="query.ask").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("changes", "call-backs"):
        assert Client().get(f"/api/v1/{path}", headers=headers).status_code == 403
