"""From signal to closure: who reviews, whom they ask, who answers, what is found, who is told; and nobody their own."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from chengxin.identity.errors import HandsRefused
from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.oversight.errors import (
    ExplanationUnknown,
    InquiryRefused,
    InquirySettled,
    InquiryUnknown,
    OwnExplanation,
    ReviewerBarred,
)
from chengxin.oversight.finding import review_day
from chengxin.oversight.queries import find_case, list_asked, list_lines, list_to_explain
from chengxin.oversight.rules import refuse_finding
from chengxin.oversight.services import answer_explanation, ask_for_explanation, close_case, open_case
from tests.conftest import Register
from tests.duties import settle_examiner
from tests.people import CENTRE, COURT, LI_NA, MARKET, OTHER, WANG_WEI
from tests.reviewing import DAY, OF_CENTRE, REVIEWER, SECOND, at_hour, enter, officer, settle_reviewers, subject_of

WORDS = "请说明这几次夜间查询的事由"


@pytest.fixture
def wang(register: Register) -> int:
    return subject_of(register, WANG_WEI.born)


@pytest.fixture
def reviewing(register: Register, wang: int, now: datetime) -> Register:
    """Give a register with one inquiry: three look-ups by the market authority's examiner, at night."""
    settle_reviewers(register)
    settle_examiner(register)
    night(register, now, subject_id=wang)
    return register


def night(register: Register, now: datetime, **changes: Any) -> None:
    yesterday = shanghai_date(now) - DAY
    moments = [at_hour(yesterday, 3) + timedelta(seconds=number) for number in range(3)]
    enter(register, moments, **changes)
    register.become("intake")
    review_day(yesterday, at=now)
    register.become("app")


def inquiry(register: Register) -> int:
    ((number,),) = register.rows("SELECT max(id) FROM oversight_inquiry")
    return int(number)


def ask(register: Register, now: datetime) -> int:
    ask_for_explanation(inquiry(register), WORDS, actor=officer(REVIEWER), at=now)
    ((number,),) = register.rows("SELECT max(id) FROM oversight_explanation")
    return int(number)


def test_a_reviewer_sees_entries_and_no_person(reviewing: Register, now: datetime) -> None:
    case = find_case(inquiry(reviewing), officer(REVIEWER))
    assert (case.rule, case.organisation, case.officer, case.state) == ("out-of-hours", MARKET, "examiner", "open")
    assert "3 次" in case.why.text
    lines = list_lines(case.id, officer(REVIEWER))
    assert [(one.officer, one.case_reference, one.person) for one in lines] == [("examiner", "许可2026-1", 1)] * 3
    assert {one.outcome for one in lines} == {"answered"}  # whether there was a record isn't theirs to know
    told = f"{case}{lines}"
    assert WANG_WEI.name not in told
    assert WANG_WEI.code not in told


def test_whoever_opens_an_inquiry_is_noted(reviewing: Register, now: datetime) -> None:
    open_case(inquiry(reviewing), actor=officer(REVIEWER), at=now)
    rows = reviewing.rows("SELECT actor, act, subject FROM ground_action WHERE act = 'review.open'")
    assert rows == [(REVIEWER, "review.open", f"inquiry:{inquiry(reviewing)}")]


def test_from_signal_to_misuse_and_the_person_is_told(reviewing: Register, now: datetime, wang: int) -> None:
    number, asked = inquiry(reviewing), ask(reviewing, now)
    assert [one.organisation for one in list_asked(number, officer(REVIEWER))] == ["测试市场监督管理局"]
    (waits,) = list_to_explain(officer("clerk"))
    assert (waits.words, waits.open, waits.entries) == (WORDS, True, 3)
    assert len(list_lines(number, officer("clerk"))) == 3
    answer_explanation(asked, "当晚无值班安排，无案件。", actor=officer("clerk"), at=now)
    assert find_case(number, officer(REVIEWER)).state == "answered"
    assert close_case(number, "misuse", "没有案件，夜间查询", actor=officer(REVIEWER), at=now) == 1
    case = find_case(number, officer(REVIEWER))
    assert (case.state, case.finding_name, case.closed_by) == ("closed", "违规查询", REVIEWER)
    assert reviewing.rows("SELECT subject_id, kind, reference FROM ground_message WHERE kind = 'misuse-found'") == [
        (wang, "misuse-found", f"inquiry:{number}")
    ]
    acts = reviewing.rows("SELECT act, actor FROM ground_action WHERE act LIKE 'review.%%' ORDER BY id")
    assert acts == [("review.ask", REVIEWER), ("review.explain", "clerk"), ("review.close", REVIEWER)]


@pytest.mark.parametrize("finding", ["in_order", "unproven"])
def test_who_was_looked_at_is_told_of_misuse_alone(reviewing: Register, now: datetime, finding: str) -> None:
    assert close_case(inquiry(reviewing), finding, "值班", actor=officer(REVIEWER), at=now) == 0
    assert reviewing.rows("SELECT FROM ground_message WHERE kind = 'misuse-found'") == []
    with pytest.raises(InquirySettled):
        close_case(inquiry(reviewing), finding, "值班", actor=officer(SECOND), at=now)
    with pytest.raises(InquirySettled):
        ask_for_explanation(inquiry(reviewing), WORDS, actor=officer(SECOND), at=now)


def test_misuse_isnt_found_unheard(reviewing: Register, now: datetime) -> None:
    with pytest.raises(InquiryRefused, match="须先要求单位说明"):
        close_case(inquiry(reviewing), "misuse", "x", actor=officer(REVIEWER), at=now)
    ask(reviewing, now)
    with pytest.raises(InquiryRefused):
        close_case(inquiry(reviewing), "misuse", "x", actor=officer(REVIEWER), at=now)
    with reviewing.connect("owner") as owner:
        owner.execute("ALTER TABLE oversight_explanation DISABLE TRIGGER USER")
        owner.execute("UPDATE oversight_explanation SET due_on = due_on - 60")
        owner.execute("ALTER TABLE oversight_explanation ENABLE TRIGGER USER")
    assert close_case(inquiry(reviewing), "misuse", "逾期没有说明", actor=officer(REVIEWER), at=now) == 1


def test_reasons_and_questions_say_something(reviewing: Register, now: datetime) -> None:
    with pytest.raises(InquiryRefused):
        close_case(inquiry(reviewing), "in_order", "  ", actor=officer(REVIEWER), at=now)
    with pytest.raises(InquiryRefused):
        ask_for_explanation(inquiry(reviewing), "  ", actor=officer(REVIEWER), at=now)
    asked = ask(reviewing, now)
    with pytest.raises(InquiryRefused):
        answer_explanation(asked, " ", actor=officer("clerk"), at=now)
    with pytest.raises(InquirySettled):
        ask(reviewing, now)


@pytest.mark.parametrize(
    ("asked", "answered", "days", "refused"),
    [
        pytest.param(0, 0, None, True, id="nobody-asked"),
        pytest.param(2, 1, 0, True, id="term-runs"),
        pytest.param(2, 2, None, False, id="all-answered"),
        pytest.param(2, 1, -1, False, id="term-passed"),
    ],
)
def test_when_misuse_may_be_found(asked: int, answered: int, days: int | None, refused: bool) -> None:
    today = date(2026, 11, 27)
    due = None if days is None else today + days * DAY
    refusal = refuse_finding("misuse", "x", asked=asked, answered=answered, due=due, today=today)
    assert (refusal is not None) is refused
    assert refuse_finding("unproven", "x", asked=asked, answered=answered, due=due, today=today) is None


# Nobody their own.


def test_nobody_reviews_their_own_organisation(reviewing: Register, now: datetime, wang: int) -> None:
    night(reviewing, now, subject_id=wang, organisation=CENTRE, officer="officer")
    number = inquiry(reviewing)
    with pytest.raises(InquiryUnknown):
        find_case(number, officer(OF_CENTRE))
    with pytest.raises(InquiryUnknown):
        close_case(number, "in_order", "x", actor=officer(OF_CENTRE), at=now)
    assert list_lines(number, officer(OF_CENTRE)) == []
    assert find_case(number, officer(REVIEWER)).organisation == CENTRE


def test_nor_in_an_inquiry_that_is_about_several(reviewing: Register, now: datetime) -> None:
    li, today = subject_of(reviewing, LI_NA.born), shanghai_date(now)
    for place in (MARKET, OTHER, COURT, CENTRE):
        enter(reviewing, [at_hour(today - DAY, 10)], subject_id=li, organisation=place, officer="x")
    reviewing.become("intake")
    review_day(today - DAY, at=now)
    reviewing.become("app")
    number = inquiry(reviewing)
    with pytest.raises(InquiryUnknown):
        find_case(number, officer(OF_CENTRE))
    case = find_case(number, officer(REVIEWER))
    assert (case.rule, case.person, case.observed) == ("many-askers", True, 4)
    assert ask_for_explanation(number, WORDS, actor=officer(REVIEWER), at=now) == 4


def is_person(register: Register, login: str, subject: int) -> None:
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE identity_declaration SET code_hashes = (SELECT array_agg(code_hash) FROM identity_code WHERE subject_id = %s)"
            " WHERE user_id = (SELECT id FROM identity_user WHERE login = %s)",
            [subject, login],
        )
        owner.execute("ALTER TABLE identity_declaration ENABLE TRIGGER USER")


def are_one(register: Register, login: str, other: str) -> None:
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE identity_declaration d SET code_hashes = (SELECT o.code_hashes FROM identity_declaration o JOIN identity_user u"
            " ON u.id = o.user_id WHERE u.login = %s) WHERE d.user_id = (SELECT id FROM identity_user WHERE login = %s)",
            [other, login],
        )
        owner.execute("ALTER TABLE identity_declaration ENABLE TRIGGER USER")


def test_nobody_reviews_what_is_about_themselves(reviewing: Register, now: datetime, wang: int) -> None:
    is_person(reviewing, REVIEWER, wang)
    with pytest.raises(ReviewerBarred, match="就是您本人"):
        find_case(inquiry(reviewing), officer(REVIEWER))
    with pytest.raises(ReviewerBarred):
        close_case(inquiry(reviewing), "in_order", "x", actor=officer(REVIEWER), at=now)
    assert list_lines(inquiry(reviewing), officer(REVIEWER)) == []
    assert find_case(inquiry(reviewing), officer(SECOND))


def test_nobody_reviews_look_ups_by_another_account_of_theirs(reviewing: Register, now: datetime) -> None:
    are_one(reviewing, REVIEWER, "examiner")
    with pytest.raises(ReviewerBarred, match="您本人"):
        ask_for_explanation(inquiry(reviewing), WORDS, actor=officer(REVIEWER), at=now)


def test_nobody_explains_their_own_look_ups(reviewing: Register, now: datetime) -> None:
    asked = ask(reviewing, now)
    with pytest.raises(OwnExplanation):
        answer_explanation(asked, "值班", actor=officer("examiner"), at=now)
    are_one(reviewing, "clerk", "examiner")
    with pytest.raises(OwnExplanation):
        answer_explanation(asked, "值班", actor=officer("clerk"), at=now)


def test_another_organisation_neither_sees_nor_answers(reviewing: Register, now: datetime) -> None:
    asked = ask(reviewing, now)
    settle_examiner(reviewing, OTHER, login="inspector")
    assert list_to_explain(officer("inspector")) == []
    assert list_lines(inquiry(reviewing), officer("inspector")) == []
    with pytest.raises(ExplanationUnknown):
        answer_explanation(asked, "x", actor=officer("inspector"), at=now)


def test_an_answer_stands(reviewing: Register, now: datetime) -> None:
    asked = ask(reviewing, now)
    answer_explanation(asked, "值班", actor=officer("clerk"), at=now)
    with pytest.raises(ExplanationUnknown):
        answer_explanation(asked, "不是值班", actor=officer("clerk"), at=now)


@pytest.mark.parametrize("login", ["officer", "clerk", "approver", "audit", "security"])
def test_who_isnt_a_reviewer_sees_nothing(reviewing: Register, now: datetime, login: str) -> None:
    who = User.objects.select_related("organisation").filter(login=login).first()
    if who is None:
        return
    with pytest.raises(NotAllowed):
        open_case(inquiry(reviewing), actor=who, at=now)
    with speaking_as(who), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM oversight_inquiries(NULL, 100)")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM oversight_entries(%s, 100)", [inquiry(reviewing)])
        assert cursor.fetchone() == (0,)


def test_a_reviewer_declared_who_they_are(reviewing: Register, now: datetime) -> None:
    with reviewing.connect("owner") as owner:
        owner.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        owner.execute(
            "UPDATE identity_declaration SET reopened_at = now(), reopened_by_id = user_id, reopening_reason = 'x'"
            " WHERE user_id = (SELECT id FROM identity_user WHERE login = %s)",
            [REVIEWER],
        )
    with pytest.raises(HandsRefused):
        close_case(inquiry(reviewing), "in_order", "x", actor=officer(REVIEWER), at=now)


def test_the_application_has_no_table_of_these(reviewing: Register) -> None:
    for table in ("oversight_inquiry", "oversight_inquiry_entry", "oversight_explanation", "identity_suspension"):
        with reviewing.connect("app") as app, pytest.raises(Exception, match="permission denied"):
            app.execute(f"SELECT count(*) FROM {table}")


def test_the_databases_own_bounds_hold_without_the_rule(reviewing: Register) -> None:
    number = inquiry(reviewing)
    who = officer(REVIEWER)
    with pytest.raises(DatabaseError, match="after whoever it is about was heard"), speaking_as(who):
        connection.cursor().execute("SELECT oversight_close(%s, 'misuse', 'x')", [number])
    with pytest.raises(DatabaseError, match="by a reviewer whom nothing bars"), speaking_as(officer(OF_CENTRE)):
        is_person(reviewing, OF_CENTRE, subject_of(reviewing, WANG_WEI.born))
        connection.cursor().execute("SELECT oversight_close(%s, 'in_order', 'x')", [number])
