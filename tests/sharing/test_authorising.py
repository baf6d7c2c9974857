"""A person's authorisations: asked for, granted, refused, narrowed, taken back, called back; and what nobody learns."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from chengxin.identity.errors import HandsRefused
from chengxin.identity.services.declarations import declare_at_server
from chengxin.lib.periods import add_years
from chengxin.sharing.authorising.errors import (
    AuthorisationRefused,
    AuthorisationUnknown,
    CallBackUnknown,
    EnrolmentUnknown,
    NotForInstitutions,
)
from chengxin.sharing.authorising.queries import (
    AskedFor,
    OwnAuthorisation,
    find_own_authorisation,
    list_asked_for,
    list_call_backs,
    list_own_authorisations,
    own_history,
)
from chengxin.sharing.authorising.receipts import find_receipt
from chengxin.sharing.authorising.services import (
    Wanted,
    acknowledge_call_back,
    duties_to_ask_for,
    grant,
    narrow,
    refuse,
    request_authorisation,
    withdraw,
)
from chengxin.sharing.documents import leave_receipt_json, leave_receipt_pdf
from chengxin.sharing.duties.services import end_enrolment
from chengxin.sharing.queries import own_messages
from tests import leave as lv
from tests.conftest import Register
from tests.identity.test_declarations import party, reopen_as_owner
from tests.leave import DAY, PENALTY, QUALIFICATION, about, ask, days_go_by, leave, login_of, wanted
from tests.people import DEAD, LI_NA, UNKNOWN, WANG_WEI
from tests.sharing.test_own import oneself


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


def own(number: str, today: date) -> OwnAuthorisation:
    return find_own_authorisation(oneself(), number, today)


def seen_by_bank(number: str, today: date) -> AskedFor:
    return next(one for one in list_asked_for(login_of("banker"), today) if one.number == number)


def test_a_bank_asks_under_what_it_is_enrolled_for(bank: Register, today: date) -> None:
    assert [duty.code for duty in duties_to_ask_for(login_of("banker").organisation_id, today)] == [
        lv.BROAD,
        lv.FULL,
        lv.YES_NO,
    ]
    assert duties_to_ask_for(login_of("officer").organisation_id, today) == []


def test_the_person_sees_who_asks_for_what_until_when(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today), keep_days=30)
    one = own(number, today)
    assert (one.organisation, one.state, one.reason) == ("测试银行", "waits", "办理您申请的住房贷款")
    assert one.duty.bases[0].startswith("《中华人民共和国个人信息保护法》")
    assert [item.code for item in one.items] == [PENALTY, QUALIFICATION]
    assert (one.keep_days, one.erase_by, one.lapses_on) == (30, today + 60 * DAY, today + 30 * DAY)
    assert [message.kind for message in own_messages(oneself())] == ["authorisation-asked"]
    assert list_own_authorisations(oneself(LI_NA), today) == []


@pytest.mark.parametrize(
    ("asked", "keep_days", "reason"),
    [
        pytest.param({"items": ("ZH-BZ",)}, 0, "over-asking", id="an item beyond the duty"),
        pytest.param({"days": 400}, 0, "period", id="for too long"),
        pytest.param({}, 91, "kept-too-long", id="kept for too long"),
    ],
)  # fmt: skip
def test_over_asking_is_refused(
    bank: Register, today: date, now: datetime, asked: dict[str, object], keep_days: int, reason: str
) -> None:
    items = asked.get("items", (PENALTY,))
    with pytest.raises(AuthorisationRefused) as refused:
        ask(now, leave(today, *items, days=asked.get("days", 30)), keep_days=keep_days)  # type: ignore[misc, arg-type]
    assert refused.value.reason == reason
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]


def test_a_reason_holds_no_identity_code(bank: Register, today: date, now: datetime) -> None:
    told = Wanted(lv.FULL, leave(today), 0, f"为 {WANG_WEI.code} 办贷款", "贷1")
    with pytest.raises(AuthorisationRefused) as refused:
        request_authorisation(login_of("banker"), told, about(), channel="desk", at=now)
    assert refused.value.reason == "identity-code"


def test_an_undeclared_officer_learns_of_nobody(bank: Register, today: date, now: datetime) -> None:
    reopen_as_owner(bank, login_of("banker"))
    for who in (about(), about(UNKNOWN)):
        with pytest.raises(HandsRefused):
            request_authorisation(login_of("banker"), wanted(leave(today)), who, channel="desk", at=now)
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]


def test_who_isnt_enrolled_or_doesnt_ask_is_refused(bank: Register, today: date, now: datetime) -> None:
    with pytest.raises(EnrolmentUnknown):
        ask(now, leave(today, PENALTY), by="asker", duty=lv.FULL)
    with pytest.raises(NotForInstitutions):
        ask(now, leave(today, PENALTY), by="clerk")


def test_an_officer_asks_nothing_of_themselves(bank: Register, today: date, now: datetime) -> None:
    bank.become("owner")
    reopen_as_owner(bank, login_of("banker"))
    declare_at_server("banker", party(WANG_WEI), at=now)
    bank.become("app")
    with pytest.raises(HandsRefused):
        ask(now, leave(today))
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]


NOBODY = {
    "person-unknown": about(UNKNOWN),
    "name-differs": about(WANG_WEI, name="王维"),
    "person-dead": about(DEAD),
}


@pytest.mark.parametrize("reason", NOBODY)
def test_a_request_that_reaches_nobody_looks_like_one_that_waits(
    bank: Register, today: date, now: datetime, reason: str
) -> None:
    there = ask(now, leave(today))
    nowhere = request_authorisation(login_of("banker"), wanted(leave(today)), NOBODY[reason], channel="desk", at=now)
    one, other = (seen_by_bank(number, today) for number in (there, nowhere))
    assert (one.state, one.left, one.uses) == (other.state, other.left, other.uses) == ("waits", None, 0)
    assert bank.rows("SELECT subject_id, undelivered FROM sharing_authorisation WHERE number = %s", nowhere) == [
        (0, reason)
    ]
    assert bank.rows("SELECT outcome, reason FROM ground_access_entry") == [("refused", reason)]
    days_go_by(bank, 30)
    assert {seen_by_bank(number, today).state for number in (there, nowhere)} == {"none"}


def test_refused_looks_like_unanswered(bank: Register, today: date, now: datetime) -> None:
    refused, left = ask(now, leave(today)), ask(now, leave(today), person=LI_NA)
    refuse(oneself(), refused, at=now)
    assert own(refused, today).state == "refused"
    one, other = (seen_by_bank(number, today) for number in (refused, left))
    assert (one.state, one.left, one.uses) == (other.state, other.left, other.uses) == ("waits", None, 0)
    days_go_by(bank, 30)
    assert [seen_by_bank(number, today).state for number in (refused, left)] == ["none", "none"]
    assert bank.rows("SELECT count(*) FROM sharing_authorisation_recall") == [(0,)]


def test_nobody_is_asked_the_same_again_and_again(bank: Register, today: date, now: datetime) -> None:
    refuse(oneself(), ask(now, leave(today)), at=now)
    again = ask(now, leave(today))
    assert bank.rows("SELECT undelivered FROM sharing_authorisation WHERE number = %s", again) == [("asked-lately",)]
    assert seen_by_bank(again, today).state == "waits"
    assert len(list_own_authorisations(oneself(), today)) == 1
    assert len(own_messages(oneself())) == 1
    other = ask(now, leave(today, PENALTY), duty=lv.BROAD)  # another duty is another question
    assert own(other, today).state == "waits"
    days_go_by(bank, 90)
    assert own(ask(now, leave(today)), today).state == "waits"


def test_a_request_lapses_by_itself(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today, days=90))
    days_go_by(bank, 30)
    assert own(number, today).state == "lapsed"
    with pytest.raises(AuthorisationUnknown):
        grant(oneself(), number, leave(today, days=20), at=now)


def test_granted_narrower_than_asked(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    receipt = grant(oneself(), number, leave(today, PENALTY, once=True, days=10), at=now)
    one = own(number, today)
    assert (one.state, [item.code for item in one.items], one.standing.once) == ("stands", [PENALTY], True)
    assert one.standing.valid_until == today + 10 * DAY
    seen = seen_by_bank(number, today)
    assert seen.left == one.left
    assert [(step.kind, step.receipt) for step in own_history(oneself(), number)] == [("granted", receipt)]
    with pytest.raises(AuthorisationUnknown):
        refuse(oneself(), number, at=now)


def test_more_than_asked_isnt_granted(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today, PENALTY))
    with pytest.raises(AuthorisationRefused):
        grant(oneself(), number, leave(today), at=now)
    with pytest.raises(AuthorisationUnknown):
        grant(oneself(LI_NA), number, leave(today, PENALTY), at=now)
    assert own(number, today).state == "waits"


def test_narrowed_and_taken_back_are_called_back(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    narrow(oneself(), number, leave(today, PENALTY), at=now)
    (back,) = list_call_backs(login_of("banker"))
    assert (back.number, back.kind, [item.code for item in back.items]) == (number, "narrowed", [QUALIFICATION])
    assert back.due_on > today
    with pytest.raises(AuthorisationRefused):
        narrow(oneself(), number, leave(today), at=now)  # wider again
    withdraw(oneself(), number, at=now)
    assert own(number, today).state == "withdrawn"
    assert [one.kind for one in list_call_backs(login_of("banker"))] == ["withdrawn", "narrowed"]
    assert list_call_backs(login_of("asker")) == []
    with pytest.raises(AuthorisationUnknown):
        withdraw(oneself(), number, at=now)
    with pytest.raises(AuthorisationUnknown):
        narrow(oneself(), number, leave(today, PENALTY), at=now)


def test_acknowledged_once_by_the_recipient_alone(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    withdraw(oneself(), number, at=now)
    (back,) = list_call_backs(login_of("banker"))
    with pytest.raises(CallBackUnknown):
        acknowledge_call_back(back.id, copies="erased", law="", actor=login_of("asker"), at=now)
    with pytest.raises(AuthorisationRefused):
        acknowledge_call_back(back.id, copies="kept-by-law", law="", actor=login_of("banker"), at=now)
    acknowledge_call_back(back.id, copies="erased", law="", actor=login_of("banker"), at=now)
    with pytest.raises(CallBackUnknown):
        acknowledge_call_back(back.id, copies="never-stored", law="", actor=login_of("banker"), at=now)
    told = own(number, today).call_back
    assert told is not None
    assert (told.copies, told.overdue(today + 90 * DAY)) == ("erased", False)
    assert own_messages(oneself())[0].kind == "authorisation-acknowledged"
    assert list_call_backs(login_of("banker"), open_only=True) == []


def test_late_is_seen_by_the_person(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    withdraw(oneself(), number, at=now)
    told = own(number, today).call_back
    assert told is not None
    assert not told.overdue(told.due_on)
    assert told.overdue(told.due_on + DAY)


def test_receipts_say_what_was_done_and_are_made_anew(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today), keep_days=30)
    first = grant(oneself(), number, leave(today, PENALTY), at=now)
    last = withdraw(oneself(), number, at=now)
    made = find_receipt(oneself(), number, first, at=now)
    assert leave_receipt_pdf(made).startswith(b"%PDF")
    assert leave_receipt_pdf(made) == leave_receipt_pdf(find_receipt(oneself(), number, first, at=now))
    told = leave_receipt_json(made)
    assert (told["number"], told["kind"], told["person"], told["keep_days"]) == (first, "granted", WANG_WEI.name, 30)
    assert WANG_WEI.code not in str(told)
    taken_back = leave_receipt_json(find_receipt(oneself(), number, last, at=now))
    assert taken_back["items"] == [{"item": PENALTY, "name": "行政处罚信息（自然人）"}]
    assert taken_back["acknowledge_by"] is not None
    assert taken_back["kept_until"] == add_years(today, 5).isoformat()
    for person, receipt in ((oneself(LI_NA), first), (oneself(), "SJ20260101AAAAAAAAAA"), (oneself(), "")):
        with pytest.raises(AuthorisationUnknown):
            find_receipt(person, number, receipt, at=now)


def test_an_authorisation_ends_on_its_day(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today, days=3), at=now)
    days_go_by(bank, 2)
    assert own(number, today).state == "stands"
    days_go_by(bank, 1)
    assert own(number, today).state == "over"
    withdraw(oneself(), number, at=now)  # what was seen is still called back
    assert [one.number for one in list_call_backs(login_of("banker"))] == [number]


def test_an_enrolment_that_ends_suspends(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    ((enrolment,),) = bank.rows(
        """SELECT e.id FROM sharing_enrolment e JOIN sharing_duty d ON d.id = e.duty_id
           JOIN identity_organisation o ON o.id = e.organisation_id WHERE d.code = %s AND o.code = %s""",
        lv.FULL,
        lv.BANK,
    )
    end_enrolment(enrolment, "不再办理", actor=login_of("banker"), at=now)
    assert own(number, today).state == "suspended"
    assert seen_by_bank(number, today).state == "suspended"
    assert withdraw(oneself(), number, at=now)
