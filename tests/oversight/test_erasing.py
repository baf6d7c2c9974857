"""Storing for a time: what is owed month by month, stated once by the organisation, and a signal where it is late."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chengxin.identity.models import User
from chengxin.lib.errors import NotAllowed
from chengxin.lib.workdays import WorkCalendar
from chengxin.oversight.erasing import list_owed, owe_due, owe_month, state_erasure
from chengxin.oversight.errors import ErasureUnknown, InquiryRefused, MonthNotOver
from chengxin.oversight.finding import review_day
from chengxin.oversight.rules import certificate_due, erase_by, refuse_statement
from chengxin.oversight.terms import erasure_term
from chengxin.sharing.duties.models import Duty
from tests.conftest import Register
from tests.duties import settle_examiner
from tests.people import MARKET, OTHER, WANG_WEI
from tests.portal.conftest import let_in
from tests.reviewing import REVIEWER, at_hour, enter, officer, settle_reviewers, subject_of

MONTH, NOW = date(2026, 10, 1), at_hour(date(2026, 11, 27), 9)


@pytest.fixture
def stored(register: Register) -> Duty:
    """Give a duty whose answers may be stored, under which the market authority got three in October."""
    duty = (
        Duty.objects.filter(may_store=True, organisation_kinds__contains=["department"])
        .select_related("purpose")
        .first()
    )
    assert duty is not None
    settle_examiner(register)
    wang = subject_of(register, WANG_WEI.born)
    told: dict[str, Any] = {"subject_id": wang, "purpose": duty.purpose.code, "duty": duty.code}
    enter(register, [at_hour(date(2026, 10, 9), 10)] * 3, **told)
    enter(
        register, [at_hour(date(2026, 10, 9), 10)], **{**told, "outcome": "refused", "reason": "x"}, organisation=OTHER
    )
    unstored = Duty.objects.filter(may_store=False).select_related("purpose").first()
    assert unstored is not None
    enter(
        register, [at_hour(date(2026, 10, 9), 10)], subject_id=wang, purpose=unstored.purpose.code, duty=unstored.code
    )
    return duty


def owe(register: Register) -> int:
    register.become("intake")
    made = owe_month(MONTH, at=NOW)
    register.become("app")
    return made


@pytest.mark.parametrize(("keep", "last"), [(1, date(2026, 11, 1)), (30, date(2026, 11, 30)), (90, date(2027, 1, 29))])
def test_by_when_copies_are_gone_and_that_is_stated(keep: int, last: date) -> None:
    assert erase_by(MONTH, keep) == last
    due = certificate_due(last, erasure_term(MONTH), WorkCalendar())
    assert timedelta(days=10) <= due.day - last <= timedelta(days=30)


@pytest.mark.parametrize(
    ("copies", "law", "refused"),
    [
        ("erased", "", False),
        ("erased", "x", True),
        ("kept-by-law", "", True),
        ("kept-by-law", "《征信业管理条例》第十六条", False),
    ],
)
def test_what_may_be_stated(copies: str, law: str, refused: bool) -> None:
    assert (refuse_statement(copies, law) is not None) is refused


def test_what_may_be_stored_is_owed_once(register: Register, stored: Duty) -> None:
    assert owe(register) == 1
    assert owe(register) == 0
    register.become("intake")
    assert owe_due(at=NOW) == 0
    register.become("app")
    (one,) = list_owed(officer("examiner"))
    assert (one.duty, one.answers, one.month, one.copies) == (stored.code, 3, MONTH, "")
    assert one.erase_by == erase_by(MONTH, stored.keep_days or 0)


def test_it_is_stated_once_by_whose_it_is(register: Register, stored: Duty, now: datetime) -> None:
    owe(register)
    settle_reviewers(register)
    settle_examiner(register, OTHER, login="inspector")
    (one,) = list_owed(officer("examiner"))
    assert list_owed(officer("inspector")) == []
    with pytest.raises(ErasureUnknown):
        state_erasure(one.id, "erased", "", actor=officer("inspector"), at=now)
    with pytest.raises(InquiryRefused):
        state_erasure(one.id, "kept-by-law", " ", actor=officer("examiner"), at=now)
    with pytest.raises(NotAllowed):
        state_erasure(one.id, "erased", "", actor=User.objects.get(login=REVIEWER), at=now)
    state_erasure(one.id, "erased", "", actor=officer("examiner"), at=now)
    with pytest.raises(ErasureUnknown):
        state_erasure(one.id, "never-stored", "", actor=officer("examiner"), at=now)
    (seen,) = list_owed(officer(REVIEWER))
    assert (seen.copies, seen.stated_by, seen.mine) == ("erased", "examiner", False)
    assert register.rows("SELECT actor, note FROM ground_action WHERE act = 'erasure.state'") == [
        ("examiner", "erased")
    ]


def due_on(register: Register, day: date) -> None:
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE oversight_erasure DISABLE TRIGGER USER")
        owner.execute("UPDATE oversight_erasure SET due_on = %s, erase_by = %s", [day, day - timedelta(days=5)])
        owner.execute("ALTER TABLE oversight_erasure ENABLE TRIGGER USER")


def test_what_is_late_is_a_signal(register: Register, stored: Duty) -> None:
    owe(register)
    due_on(register, date(2026, 11, 24))
    register.become("intake")
    found = review_day(date(2026, 11, 24), at=NOW).found
    assert [(one.reason.rule, one.organisation, one.duty, one.entries) for one in found] == [
        ("late-erasure", MARKET, stored.code, 3)
    ]
    assert review_day(date(2026, 11, 23), at=NOW).found == ()


def test_what_was_stated_in_time_is_none(register: Register, stored: Duty, now: datetime) -> None:
    owe(register)
    (one,) = list_owed(officer("examiner"))
    state_erasure(one.id, "erased", "", actor=officer("examiner"), at=now)
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE oversight_erasure DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE oversight_erasure SET stated_at = '2026-11-20', due_on = '2026-11-24', erase_by = '2026-11-19'"
        )
    register.become("intake")
    assert review_day(date(2026, 11, 24), at=NOW).found == ()


def test_nothing_is_owed_for_a_month_that_isnt_over(register: Register) -> None:
    register.become("intake")
    with pytest.raises(MonthNotOver):
        owe_month(date(2026, 11, 1), at=NOW)


def test_the_page(register: Register, stored: Duty) -> None:
    owe(register)
    (one,) = list_owed(officer("examiner"))
    client, page = let_in(Client(), officer("examiner")), "/desk/erasures/"
    assert stored.name in client.get(page).content.decode()
    assert "待提交的删除证明" in client.get("/desk/").content.decode()
    assert client.post(f"{page}{one.id}/state", {}).status_code == 422
    assert client.post(f"{page}{one.id}/state", {"copies": "kept-by-law", "law": ""}).status_code == 422
    assert client.post(f"{page}{one.id}/state", {"copies": "never-stored", "law": ""}).status_code == 302
    assert "没有保存过" in client.get(page).content.decode()
    assert "已提交" in client.get("/desk/registers/erasures/").content.decode()
