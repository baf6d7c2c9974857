"""Whoever doesn't acknowledge is reminded on its days, and stands in the centre's register until they do."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from chengxin.lib.workdays import WorkCalendar
from chengxin.sharing.correcting.chasing import chase_late
from chengxin.sharing.correcting.sending import send_due
from chengxin.sharing.recalls import acknowledge, list_recalls
from tests.conftest import Register
from tests.hooking import Recipient, receiving
from tests.hooks import correct, officer, read_record, said, settle_hook, way_to
from tests.portal.conftest import LogIn, log_in  # noqa: F401  # a fixture
from tests.records.test_adjudication import officers

CHASES = "SELECT due_on, step, late FROM sharing_chase ORDER BY id"


@pytest.fixture
def recipient(tmp_path: Path) -> Iterator[Recipient]:
    with receiving(tmp_path) as found:
        yield found


def late(register: Register, days: int, today: date) -> date:
    """Move the day on which the recall was due back, past its guard."""
    due = today - timedelta(days=days)
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE sharing_recall DISABLE TRIGGER recall_guarded")
        connection.execute("UPDATE sharing_recall SET due_on = %s", [due])
        connection.execute("ALTER TABLE sharing_recall ENABLE TRIGGER recall_guarded")
    return due


def test_it_is_reminded_once_a_step_on_the_page_and_at_its_address(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    recipient: Recipient,
    tmp_path: Path,
    today: date,
    now: datetime,
) -> None:
    read_record(register, tmp_path, today, now)
    settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=1)) == {"done": 1}
    assert chase_late(at=now) == 0
    due = late(register, 30, today)
    first, last = (WorkCalendar().add_or_estimate(due, days).day for days in (1, 10))
    noon = timedelta(hours=4)
    start = datetime(first.year, first.month, first.day, tzinfo=now.tzinfo) + noon
    assert chase_late(at=start) == 1
    assert chase_late(at=start) == 0
    assert register.rows(CHASES) == [(due, 1, 1)]
    end = datetime(last.year, last.month, last.day, tzinfo=now.tzinfo) + noon
    assert chase_late(at=end) == 1
    assert register.rows(CHASES) == [(due, 1, 1), (due, 3, 1)]
    assert send_due(way=way_to(recipient), at=now + timedelta(minutes=2)) == {"done": 2}
    # Two that are due at once go out in no order.
    told = [said(recipient, place)["data"]["late"] for place in (-2, -1)]
    assert sorted(one["reminder"] for (one,) in told) == [1, 3]
    assert all((one["due"], one["open"]) == (due.isoformat(), 1) for (one,) in told)
    register.become("app")
    page = log_in("officer").get(reverse("portal:recalls")).content.decode()
    assert "第 3 次催办" in page
    assert "还有 1 条没有确认" in page


def test_the_centre_sees_who_is_late_until_they_acknowledge(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    tmp_path: Path,
    today: date,
    now: datetime,
) -> None:
    read_record(register, tmp_path, today, now)
    correct(register, tmp_path, today, now)
    officers(register)
    due = late(register, 3, today)
    address = reverse("portal:register", args=["late-recalls"])
    page = log_in("officer").get(address).content.decode()
    assert "测试信用中心" in page
    assert f"{due:%Y-%m-%d}" in page
    assert "逾期没有确认通知的单位" in log_in("officer").get(reverse("portal:desk")).content.decode()
    assert log_in("clerk").get(address).status_code in {403, 404}
    (one,) = list_recalls(officer("officer"))
    acknowledge(one.id, actor=officer("officer"), at=now)
    assert (
        "测试信用中心"
        not in log_in("officer").get(address).content.decode().partition("<main")[2].partition("<table")[2]
    )
    register.become("intake")
    assert chase_late(at=now + timedelta(days=30)) == 0
