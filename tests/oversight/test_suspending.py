"""Suspension by two signatures of a system, an officer's look-ups, an enrolment: in force at once, in rule and database; ended by two."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection

from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import Asker
from chengxin.identity.checking import refuse_client
from chengxin.identity.errors import ClientNotInForce, HandsRefused
from chengxin.identity.queries import is_suspended, may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.oversight.errors import InquiryRefused, SuspensionSettled, SuspensionUnknown
from chengxin.oversight.queries import find_suspension, list_suspendable, list_suspensions
from chengxin.oversight.suspending import propose, sign
from chengxin.sharing.duties.queries import list_enrolled
from chengxin.sharing.services import issue_report
from tests.conftest import Register
from tests.duties import enrol
from tests.oversight.test_reviewing import are_one, inquiry, night
from tests.people import CENTRE, MARKET, WANG_WEI
from tests.reviewing import OF_CENTRE, REVIEWER, SECOND, officer, settle_reviewers, subject_of
from tests.sharing.test_report import about

FULL, CLIENT = "XK-SC-01", "c-aaaaaaaaaaaaaaaa"
ASKER = Asker(MARKET, "examiner", "XK-SC", "XZXKF-34", "许可2026-1", "test")


@pytest.fixture
def reviewing(register: Register, now: datetime) -> Register:
    """Give a register with an inquiry into look-ups at night by the examiner, enrolled, and by a system of the same organisation."""
    enrol(register, FULL, at=now)
    settle_reviewers(register)
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_client DISABLE TRIGGER USER")
        owner.execute(
            """INSERT INTO identity_client (client_id, organisation_id, name, addresses, valid_from, valid_until, entered_by_id, entered_at,
                   suspension_reason)
               SELECT %s, o.id, '许可系统', '{127.0.0.1/32}', current_date - 1, current_date + 90, u.id, now(), ''
               FROM identity_organisation o, identity_user u WHERE o.code = %s AND u.login = 'clerk'""",
            [CLIENT, MARKET],
        )
        owner.execute("ALTER TABLE identity_client ENABLE TRIGGER USER")
    night(register, now, subject_id=subject_of(register, WANG_WEI.born))
    return register


def target(register: Register, kind: str) -> int:
    queries = {
        "officer": "SELECT id FROM identity_user WHERE login = 'examiner'",
        "enrolment": "SELECT id FROM sharing_enrolment",
        "client": "SELECT id FROM identity_client",
    }
    ((number,),) = register.rows(queries[kind])
    return int(number)


def proposed(register: Register, now: datetime, kind: str = "officer") -> int:
    return propose(inquiry(register), kind, target(register, kind), "夜间查询，无案件", actor=officer(REVIEWER), at=now)


def suspended(register: Register, now: datetime, kind: str = "officer") -> int:
    number = proposed(register, now, kind)
    sign(number, "agree", actor=officer(SECOND), at=now)
    return number


def report(now: datetime) -> Any:
    return issue_report(ASKER, about(WANG_WEI), at=now)


def test_what_an_inquiry_lets_suspend(reviewing: Register) -> None:
    found = list_suspendable(inquiry(reviewing), officer(REVIEWER))
    assert [(one.kind, one.name) for one in found] == [("enrolment", FULL), ("officer", "examiner")]


def test_an_officers_look_ups_stop_at_the_second_signature_and_go_on_after_two(
    reviewing: Register, now: datetime
) -> None:
    number = proposed(reviewing, now)
    assert report(now)
    sign(number, "agree", actor=officer(SECOND), at=now)
    assert is_suspended("examiner")
    assert not may(officer("examiner").pk, "report.issue")
    with pytest.raises(NotAnswerable):
        report(now)
    # Two entries of one moment stand in no order.
    assert reviewing.rows("SELECT reason FROM ground_access_entry WHERE outcome = 'refused'") == [
        ("officer-suspended",)
    ]
    sign(number, "propose_end", actor=officer(REVIEWER), at=now, reason="已培训")
    with pytest.raises(NotAnswerable):
        report(now)
    sign(number, "end", actor=officer(SECOND), at=now)
    assert report(now)
    assert find_suspension(number, officer(REVIEWER)).state == "ended"
    notes = reviewing.rows("SELECT actor, note FROM ground_action WHERE act = 'review.suspend' ORDER BY id")
    assert [note for _, note in notes][1:] == ["agree", "propose_end", "end"]
    assert [actor for actor, _ in notes] == [REVIEWER, SECOND, REVIEWER, SECOND]


def test_an_enrolment_stops_at_once(reviewing: Register, now: datetime) -> None:
    suspended(reviewing, now, "enrolment")
    assert list_enrolled(MARKET, shanghai_date(now)) == []
    with pytest.raises(NotAnswerable):
        report(now)


def test_a_system_stops_at_once(reviewing: Register, now: datetime) -> None:
    night(reviewing, now, subject_id=subject_of(reviewing, WANG_WEI.born), officer=f"{CLIENT}/x")
    refuse_client(CLIENT, MARKET, "127.0.0.1")
    number = suspended(reviewing, now, "client")
    with pytest.raises(ClientNotInForce):
        refuse_client(CLIENT, MARKET, "127.0.0.1")
    sign(number, "propose_end", actor=officer(SECOND), at=now, reason="已整改")
    sign(number, "end", actor=officer(REVIEWER), at=now)
    refuse_client(CLIENT, MARKET, "127.0.0.1")


def test_no_answer_to_whoever_is_suspended_is_entered_whatever_code_asks(reviewing: Register, now: datetime) -> None:
    """The rule taken away, the database refuses the entry, and so the answer."""
    suspended(reviewing, now)
    with reviewing.connect("owner") as owner:
        owner.execute(
            "CREATE OR REPLACE VIEW identity_right AS SELECT g.id AS grant_id, g.user_id, g.role, g.valid_from, g.valid_until,"
            " NULL::date AS last_used FROM identity_role_grant g"
        )
    with pytest.raises(DatabaseError, match="whoever is suspended"):
        report(now)


def test_two_signatures_are_of_two_persons(reviewing: Register, now: datetime) -> None:
    number = proposed(reviewing, now)
    with pytest.raises(SuspensionSettled):
        sign(number, "agree", actor=officer(REVIEWER), at=now)
    are_one(reviewing, SECOND, REVIEWER)
    with pytest.raises(HandsRefused):
        sign(number, "agree", actor=officer(SECOND), at=now)
    with pytest.raises(DatabaseError, match="of two persons"), speaking_as(officer(SECOND)):
        connection.cursor().execute("SELECT oversight_sign(%s, 'agree', '')", [number])
    assert not is_suspended("examiner")


def test_the_other_organisations_reviewer_may_sign_second(reviewing: Register, now: datetime) -> None:
    number = proposed(reviewing, now)
    sign(number, "agree", actor=officer(OF_CENTRE), at=now)
    assert is_suspended("examiner")


def test_nobody_suspends_what_is_their_own_organisations(reviewing: Register, now: datetime) -> None:
    night(reviewing, now, subject_id=subject_of(reviewing, WANG_WEI.born), organisation=CENTRE, officer="officer")
    who = reviewing.rows("SELECT id FROM identity_user WHERE login = 'officer'")[0][0]
    number = propose(inquiry(reviewing), "officer", who, "x", actor=officer(REVIEWER), at=now)
    with pytest.raises(SuspensionUnknown):
        sign(number, "agree", actor=officer(OF_CENTRE), at=now)
    with pytest.raises(DatabaseError, match="by the reviewer who speaks"), speaking_as(officer(OF_CENTRE)):
        connection.cursor().execute("SELECT oversight_sign(%s, 'agree', '')", [number])
    with pytest.raises(DatabaseError, match="own organisation"), speaking_as(officer(OF_CENTRE)):
        connection.cursor().execute("SELECT oversight_suspend('officer', %s, 'x', '')", [who])


def test_a_proposal_is_dropped_and_may_be_made_again(reviewing: Register, now: datetime) -> None:
    number = proposed(reviewing, now)
    with pytest.raises(SuspensionSettled):
        proposed(reviewing, now)
    sign(number, "drop", actor=officer(SECOND), at=now)
    assert [one.state for one in list_suspensions(officer(REVIEWER))] == ["dropped"]
    with pytest.raises(SuspensionSettled):
        sign(number, "agree", actor=officer(SECOND), at=now)
    assert proposed(reviewing, now) > number


@pytest.mark.parametrize("step", ["propose_end", "end", "agree"])
def test_steps_are_taken_in_their_order(reviewing: Register, now: datetime, step: str) -> None:
    number = suspended(reviewing, now) if step == "agree" else proposed(reviewing, now)
    with pytest.raises(SuspensionSettled):
        sign(number, step, actor=officer(SECOND), at=now, reason="x")


def test_what_has_nothing_to_do_with_the_inquiry_isnt_suspended_by_it(reviewing: Register, now: datetime) -> None:
    who = reviewing.rows("SELECT id FROM identity_user WHERE login = 'officer'")[0][0]
    with pytest.raises(SuspensionSettled):
        propose(inquiry(reviewing), "officer", who, "x", actor=officer(REVIEWER), at=now)
    with pytest.raises(InquiryRefused):
        propose(inquiry(reviewing), "officer", target(reviewing, "officer"), " ", actor=officer(REVIEWER), at=now)
    number = suspended(reviewing, now)
    with pytest.raises(InquiryRefused):
        sign(number, "propose_end", actor=officer(REVIEWER), at=now)


def test_an_officer_suspends_nobody(reviewing: Register, now: datetime) -> None:
    number = proposed(reviewing, now)
    with pytest.raises(NotAllowed):
        sign(number, "agree", actor=officer("approver"), at=now)
    with pytest.raises(DatabaseError, match="by the reviewer who speaks"), speaking_as(officer("approver")):
        connection.cursor().execute("SELECT oversight_sign(%s, 'agree', '')", [number])
