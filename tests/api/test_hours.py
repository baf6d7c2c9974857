"""A client asks in its hours alone, in the rule and in the database, and is told when to come again."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.identity import hours
from chengxin.identity.hours import Limits, limit_client
from chengxin.lib.periods import SHANGHAI
from tests.api.conftest import Call, ask_token
from tests.api.test_queries import body
from tests.conftest import Register
from tests.duties import enrol
from tests.identity.verifying import System, officer
from tests.penalties import penalty, write_csv
from tests.people import OTHER, WANG_WEI
from tests.records.test_ingest import take

BOTH = "query.ask verification.check"


@pytest.fixture
def token(made: System, register: Register, tmp_path: Path, today: date, now: datetime) -> str:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    enrol(register, "XK-SC-01", at=now, organisation=OTHER)
    return str(ask_token(made.assertion(), scope=BOTH).json()["access_token"])


def limit(register: Register, made: System, now: datetime, *, later: int = 0, **limits: Any) -> None:
    register.become("admin")
    begins = now.astimezone(SHANGHAI).date() + timedelta(days=later)
    limit_client(made.client_id, Limits(**limits), valid_from=begins, reason="按申请", actor=officer("system"), at=now)
    register.become("app")


def elsewhen(now: datetime) -> dict[str, int]:
    here = now.astimezone(SHANGHAI).hour
    return {"first_hour": here + 1, "last_hour": 24} if here < 12 else {"first_hour": 0, "last_hour": here}


def check(purpose: str) -> dict[str, str]:
    return {"purpose": purpose, "code_type": "resident-id", "code": WANG_WEI.code, "name": WANG_WEI.name}


def assert_closed(answer: Any) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "out-of-hours")
    assert 0 < int(answer.headers["Retry-After"]) <= 24 * 3600


def test_outside_its_hours_a_client_asks_nothing(
    call: Call, register: Register, made: System, purpose: str, now: datetime
) -> None:
    assert call("/queries", body()).status_code == 200
    assert call("/verifications", check(purpose)).status_code == 200
    limit(register, made, now, **elsewhen(now))
    assert_closed(call("/queries", body()))
    assert_closed(call("/verifications", check(purpose)))
    assert call("/duties").status_code == 200
    limit(register, made, now)
    assert call("/queries", body()).status_code == 200


def test_the_database_refuses_what_the_rule_lets_through(
    call: Call, register: Register, made: System, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(register, made, now, **elsewhen(now))
    monkeypatch.setattr("chengxin.sharing.asking.refuse_out_of_hours", lambda *_: None)
    assert_closed(call("/queries", body()))


def test_hours_begin_on_their_day(call: Call, register: Register, made: System, now: datetime) -> None:
    limit(register, made, now, later=1, **elsewhen(now))
    assert call("/queries", body()).status_code == 200


def test_on_a_day_off_a_client_of_working_days_asks_nothing(
    call: Call, register: Register, made: System, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit(register, made, now, working_days=True)
    with register.connect("owner") as connection:
        connection.execute("DELETE FROM identity_work_day")
    monkeypatch.setattr("chengxin.sharing.asking.refuse_out_of_hours", lambda *_: None)
    assert call("/queries", body()).json()["code"] == "out-of-hours"
    monkeypatch.setattr(hours, "_is_worked", lambda *_: True)
    register.become("owner")
    hours.settle_work_days()
    register.become("app")
    assert call("/queries", body()).status_code == 200


def test_a_clients_own_numbers_only_narrow(call: Call, register: Register, made: System, now: datetime) -> None:
    limit(register, made, now, a_day=2, a_minute=1_000_000)
    answers = [call("/queries", body()) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit-Policy"] == '"day";q=2;w=86400'
    assert [one.headers["RateLimit"].split(";")[1] for one in answers] == ["r=1", "r=0", "r=0"]
    limit(register, made, now, a_day=1_000_000)
    assert call("/queries", body()).headers["RateLimit-Policy"] == '"day";q=20000;w=86400'


def test_a_clients_own_numbers_of_a_minute(call: Call, register: Register, made: System, now: datetime) -> None:
    limit(register, made, now, a_minute=1)
    told = [call("/queries", body()) for _ in range(3)]
    assert {one.json()["code"] for one in told[1:] if one.status_code == 429} == {"rate-exceeded"}
    assert any(one.headers.get("RateLimit", "").startswith('"minute";r=0;t=') for one in told[1:])
