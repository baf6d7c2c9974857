"""Asking persons for leave over the interface, end to end: asked by a system, granted by the person, used by the system."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from chengxin.identity.services.declarations import declare_at_server
from chengxin.sharing.authorising.queries import list_own_authorisations
from chengxin.sharing.authorising.services import grant, narrow, refuse, withdraw
from tests import leave as lv
from tests.api.conftest import Call, ask_token
from tests.api.test_verifications import GUIDE
from tests.conftest import Register
from tests.identity.test_declarations import party, reopen_as_owner
from tests.identity.verifying import System, system
from tests.leave import BANK, FULL, PENALTY, QUALIFICATION, days_go_by
from tests.people import LI_NA, MARKET, UNKNOWN, WANG_WEI, Someone
from tests.sharing.test_own import oneself

SCOPES = "authorisation.ask query.ask"


def body(today: date, person: Someone = WANG_WEI, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "duty": FULL, "items": [PENALTY, QUALIFICATION], "once": False, "last_day": (today + timedelta(days=29)).isoformat(),
        "keep_days": 0, "reason": "办理您申请的住房贷款", "reference": "贷2026-118", "officer": "xd-07", "code_type": "resident-id",
    }  # fmt: skip
    return {**told, "code": person.code, "name": person.name, **changes}


def question(person: Someone = WANG_WEI) -> dict[str, Any]:
    return {
        "duty": FULL, "basis": "GRXXBHF-13", "case_reference": "贷2026-118", "officer": "xd-07", "code_type": "resident-id",
        "code": person.code, "name": person.name,
    }  # fmt: skip


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


@pytest.fixture
def made(bank: Register) -> System:
    return system(bank, organisation=BANK)


@pytest.fixture
def token(made: System) -> str:
    answer: Any = ask_token(made.assertion(), scope=SCOPES)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def ask(call: Call, today: date, **changes: Any) -> str:
    answer = call("/authorisations", body(today, **changes))
    assert answer.status_code == 201, answer.content
    return str(answer.json()["number"])


def state(call: Call, number: str) -> Any:
    return call(f"/authorisations/{number}").json()


def test_asked_granted_used_narrowed_and_taken_back(
    call: Call, bank: Register, made: System, today: date, now: datetime
) -> None:
    assert call("/queries", question()).json()["code"] == "not-answerable"
    number = ask(call, today)
    told = state(call, number)
    assert (told["state"], told["uses"], told["items"], told["reference"]) == (
        "waits", 0, [PENALTY, QUALIFICATION], "贷2026-118",
    )  # fmt: skip
    (asked,) = list_own_authorisations(oneself(), today)
    assert (asked.number, asked.organisation, asked.reason) == (number, "测试银行", "办理您申请的住房贷款")
    grant(oneself(), number, asked.asked, at=now)
    answer = call("/queries", question()).json()
    assert {record["item"] for record in answer["records"]} == {PENALTY, QUALIFICATION}
    told = state(call, number)
    assert (told["state"], told["uses"]) == ("stands", 1)
    narrow(oneself(), number, lv.leave(today, PENALTY), at=now)
    assert state(call, number)["items"] == [PENALTY]
    assert {record["item"] for record in call("/queries", question()).json()["records"]} == {PENALTY}
    withdraw(oneself(), number, at=now)
    assert state(call, number)["state"] == "withdrawn"
    assert call("/queries", question()).json()["code"] == "not-answerable"
    assert bank.rows("SELECT officer, channel FROM sharing_authorisation") == [(f"{made.client_id}/xd-07", "api")]
    assert bank.rows("SELECT DISTINCT authorisation FROM ground_access_entry WHERE outcome = 'answered'") == [(number,)]


def test_whoever_cannot_be_reached_refuses_or_does_not_answer_looks_alike(
    call: Call, bank: Register, today: date, now: datetime
) -> None:
    refused, silent = ask(call, today), ask(call, today, person=LI_NA)
    nobody, other_name = ask(call, today, person=UNKNOWN), ask(call, today, person=LI_NA, name="李娜娜")
    again = ask(call, today)
    refuse(oneself(), refused, at=now)
    numbers = (refused, silent, nobody, other_name, again)
    for days, expected in ((0, "waits"), (30, "none")):
        days_go_by(bank, days)
        told = [state(call, number) for number in numbers]
        assert {one["state"] for one in told} == {expected}
        alike = [{name: value for name, value in one.items() if name not in {"number", "asked_at"}} for one in told]
        assert all(one == alike[0] for one in alike)
    reasons = bank.rows("SELECT undelivered FROM sharing_authorisation ORDER BY id")
    assert reasons == [("",), ("",), ("person-unknown",), ("name-differs",), ("asked-lately",)]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        pytest.param({"duty": "XK-SC-01"}, 404, "enrolment-unknown", id="no-such-duty"),
        pytest.param({"items": ["RY-BZ"], "duty": lv.YES_NO}, 422, "authorisation-refused", id="over-asking"),
        pytest.param({"last_day": "2099-01-01"}, 422, "authorisation-refused", id="too-long"),
        pytest.param({"keep_days": 3000}, 422, "authorisation-refused", id="kept-too-long"),
        pytest.param({"reason": f"给{WANG_WEI.code}办贷款"}, 422, "authorisation-refused", id="a-code-in-words"),
        pytest.param({"items": []}, 422, "request-invalid", id="nothing"),
        pytest.param({"officer": "王 经理"}, 422, "request-invalid", id="a-name-as-pseudonym"),
        pytest.param({"more": 1}, 422, "request-invalid", id="something-else"),
    ],
)
def test_what_is_refused_says_why(
    call: Call, bank: Register, today: date, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = call("/authorisations", body(today, **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]
    assert WANG_WEI.code not in answer.content.decode()


def test_under_one_key_a_person_is_asked_once(call: Call, bank: Register, today: date) -> None:
    headers = {"Idempotency-Key": "k1"}
    first, second = (call("/authorisations", body(today), headers=headers) for _ in range(2))
    assert first.status_code == 201
    assert first.json() == second.json()
    assert bank.rows("SELECT undelivered FROM sharing_authorisation") == [("",)]
    assert bank.rows("SELECT used FROM sharing_query_use") == [(1,)]
    answer = call("/authorisations", body(today, reason="另一件"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")


def test_two_at_once_under_one_key_make_one_request(call: Call, bank: Register, today: date) -> None:
    together = Barrier(2)

    def asked(_: int) -> str:
        together.wait()
        try:
            return str(call("/authorisations", body(today), headers={"Idempotency-Key": "k2"}).json()["number"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(asked, range(2))
    assert first == second
    assert bank.rows("SELECT number FROM sharing_authorisation") == [(first,)]


def test_the_scope_is_asked_for_by_name(call: Call, made: System, today: date) -> None:
    plain: Any = ask_token(made.assertion(), scope="query.ask")
    headers = {"Authorization": f"Bearer {plain.json()['access_token']}"}
    answer = call("/authorisations", body(today), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")


def test_another_organisation_sees_nothing_of_it(call: Call, bank: Register, today: date) -> None:
    number = ask(call, today)
    other = system(bank, organisation=MARKET)
    answer: Any = ask_token(other.assertion(), scope=SCOPES)
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    told = call(f"/authorisations/{number}", headers=headers)
    assert (told.status_code, told.json()["code"]) == (404, "request-unknown")
    assert call("/authorisations/SQ20260101AAAAAAAAAA").status_code == 404
    assert call("/authorisations/x").status_code == 422


def test_a_suspended_system_asks_nobody(call: Call, bank: Register, today: date) -> None:
    number = ask(call, today)
    with bank.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_client DISABLE TRIGGER USER")
        owner.execute("UPDATE identity_client SET suspended_at = now(), suspension_reason = 'x', suspended_by_id = 1")
    for answer in (call("/authorisations", body(today, person=LI_NA)), call(f"/authorisations/{number}")):
        assert (answer.status_code, answer.json()["code"]) == (401, "client-not-in-force")
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(1,)]


def test_an_officer_of_ours_asks_nobody_about_themselves(
    call: Call, bank: Register, today: date, now: datetime
) -> None:
    """The pseudonym is the login of somebody who declared that they are the person asked for."""
    bank.become("owner")
    reopen_as_owner(bank, lv.login_of("banker"))
    declare_at_server("banker", party(WANG_WEI), at=now)
    bank.become("app")
    answer = call("/authorisations", body(today, officer="banker"))
    assert (answer.status_code, answer.json()["code"]) == (403, "hands-refused")
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]


def test_each_code_is_published() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for code, status in (("enrolment-unknown", 404), ("authorisation-refused", 422), ("request-unknown", 404)):
        assert f"| `{code}` | {status} |" in guide
