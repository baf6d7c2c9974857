"""The page of the flow: rows by day, and how long what is decided by hand took."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.urls import reverse

from chengxin.identity.speaking import speaking_as
from chengxin.records.adjudication import decide
from chengxin.records.flow import flow_of
from chengxin.records.reconciliation import reconcile_due
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, UNKNOWN, WANG_WEI
from tests.portal.busy import user
from tests.portal.conftest import LogIn
from tests.records.test_adjudication import wait, written
from tests.records.test_ingest import take

FLOW = reverse("portal:flow")


def test_days_and_weeks_are_told_to_the_centre_and_to_whose_they_are(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    assert "还没有数字" in log_in("officer").get(FLOW).content.decode()
    rows = [penalty(today, 1), penalty(today, 2, LI_NA), penalty(today, 3, WANG_WEI, CF_WSH="")]
    take(register, write_csv(tmp_path / "a.csv", rows), now - timedelta(days=1))
    number = wait(register, tmp_path, today, now - timedelta(hours=30), **written(UNKNOWN.code, UNKNOWN.name))
    register.become("intake")
    assert reconcile_due(at=now) == 1
    register.become("app")
    with speaking_as(user("officer")):
        decide(number, subject_id=None, ground="都不是", actor=user("officer"), at=now)
    for login in ("officer", "clerk"):
        found = flow_of(user(login), until=today)
        assert sum(one.accepted for one in found.days) == 2
        assert sum(one.refused for one in found.days) == 1
        assert [(one.kind, one.cases) for one in found.weeks] == [("decided", 1)]
        page = log_in(login).get(FLOW).content.decode()
        assert "近一个月每天报送的行" in page
        assert "从收到待核对的行到认定" in page
    found = flow_of(user("verifier"), until=today)
    assert (found.days, found.weeks) == ((), ())


def test_what_came_today_is_told_today(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [penalty(today, 1), penalty(today, 2, LI_NA), penalty(today, 3, WANG_WEI, CF_WSH="")]
    take(register, write_csv(tmp_path / "a.csv", rows), now)
    register.become("app")
    for login in ("officer", "clerk"):
        (only,) = flow_of(user(login), until=today).days
        assert (only.day, only.accepted, only.waiting, only.refused) == (today, 2, 0, 1)
        assert f"{today:%m-%d}（至今）" in log_in(login).get(FLOW).content.decode()
    assert flow_of(user("verifier"), until=today).days == ()


def test_it_costs_two_statements_beside_speaking(
    register: Register, today: date, django_assert_num_queries: Callable[..., Any]
) -> None:
    officer = user("officer")
    flow_of(officer, until=today)  # the key under which speaking is sealed is read once
    with django_assert_num_queries(6):  # a transaction around them, two that speak
        flow_of(officer, until=today)
