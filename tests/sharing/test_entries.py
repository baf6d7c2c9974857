"""Who looked at a person: the list and its filters, and questions about an entry: asked, answered, seen."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.ground.services import Asker, Line, enter_many, entry_number
from chengxin.identity.models import User
from chengxin.lib.terms import Term
from chengxin.lib.workdays import WorkCalendar
from chengxin.records.terms import answer_term
from chengxin.sharing.entries import (
    Entry,
    Wanted,
    answer_due,
    answer_question,
    as_rows,
    ask_about,
    entry_choices,
    list_entries,
    list_own_questions,
    list_questions_to,
)
from chengxin.sharing.errors import AskedAlready, EntryUnknown, QuestionUnknown
from chengxin.sharing.own import see_file
from tests.conftest import Register
from tests.people import CENTRE, LI_NA, MARKET, NAMESAKE, WANG_WEI, Someone
from tests.records.test_transfers import subject_of
from tests.sharing.test_own import oneself

DAY = timedelta(days=1)


def looked(
    at: datetime,
    who: Someone = WANG_WEI,
    *,
    code: str = CENTRE,
    purpose: str = "YY-CL",
    channel: str = "api",
    officer: str = "SYS-1",
) -> UUID:
    """Enter that somebody looked at a person and found nothing, at a moment."""
    number = entry_number(at)
    asker = Asker(code, officer, purpose, "GRXXBHF-34", "", channel)
    with transaction.atomic():
        line = Line(subject_of(who.code, who.name), number, "案1", "empty", "")
        enter_many(asker, [line], fields=["name", "CF-ZRR.CF_WSH"], at=at)
    return number


def officer(login: str) -> User:
    return User.objects.select_related("organisation").get(login=login)


def numbers(entries: list[Entry]) -> list[UUID]:
    return [entry.entry_id for entry in entries]


def test_an_entry_tells_who_for_what_on_which_law(register: Register, now: datetime) -> None:
    looked(now, channel="desk", officer="officer")
    (entry,) = list_entries(oneself(), Wanted())
    assert (entry.organisation, entry.roles, entry.basis) == (
        "测试信用中心",
        ("officer",),
        "《中华人民共和国个人信息保护法》第三十四条",
    )
    assert dict(entry.seen) == {"行政处罚信息（自然人）": ("行政处罚决定书文号",), "": ("name",)}
    assert (entry.question, entry.own, entry.outcome) == (None, False, "empty")
    (row,) = as_rows([entry])
    assert WANG_WEI.name not in str(row)


def test_a_role_is_told_as_it_was_held_then(register: Register, now: datetime) -> None:
    looked(now - 40 * DAY, channel="api", officer="officer")
    (entry,) = list_entries(oneself(), Wanted())
    assert entry.roles == ()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        pytest.param({}, [4, 3, 2, 1, 0], id="everything"),
        pytest.param({"organisation": MARKET}, [3, 1], id="organisation"),
        pytest.param({"purpose": "JH-JC"}, [2], id="purpose"),
        pytest.param({"channel": "batch"}, [4], id="channel"),
        pytest.param({"first": 2}, [4, 3, 2], id="from a day on"),
        pytest.param({"last": 2}, [2, 1, 0], id="up to a day"),
        pytest.param({"first": 1, "last": 3, "organisation": MARKET}, [3, 1], id="together"),
        pytest.param({"organisation": "nobody"}, [], id="nothing"),
    ],
)
def test_filters_let_through_what_they_say(
    register: Register, today: date, now: datetime, wanted: dict[str, Any], found: list[int]
) -> None:
    start = now - 5 * DAY
    told: tuple[dict[str, str], ...] = (
        {},
        {"code": MARKET},
        {"purpose": "JH-JC"},
        {"code": MARKET},
        {"channel": "batch"},
    )
    made = [looked(start + place * DAY, **more) for place, more in enumerate(told)]  # type: ignore[arg-type]
    days = {name: today - 5 * DAY + value * DAY for name, value in wanted.items() if name in {"first", "last"}}
    assert numbers(list_entries(oneself(), Wanted(**{**wanted, **days}))) == [made[place] for place in found]


def test_pages_hang_together(register: Register, now: datetime) -> None:
    made = [looked(now - timedelta(minutes=place)) for place in range(5)]
    first = list_entries(oneself(), Wanted(), limit=2)
    second = list_entries(oneself(), Wanted(), before=first[-1].entry_id, limit=2)
    last = list_entries(oneself(), Wanted(), before=second[-1].entry_id, limit=2)
    assert numbers([*first, *second, *last]) == made


def test_ones_own_readings_are_listed_when_asked_for(register: Register, now: datetime) -> None:
    looked(now - timedelta(minutes=1))
    person = oneself()
    see_file(person, at=now)
    assert [entry.own for entry in list_entries(person, Wanted())] == [False]
    assert [entry.own for entry in list_entries(person, Wanted(own=True))] == [True, False]


def test_filters_offer_what_is_there_and_nothing_of_others(register: Register, now: datetime) -> None:
    looked(now)
    looked(now, LI_NA, code=MARKET, purpose="JH-JC", channel="batch")
    choices = entry_choices(oneself())
    assert choices.organisations == ((CENTRE, "测试信用中心"),)
    assert choices.purposes == (("YY-CL", "异议处理"),)
    assert choices.channels == ("api",)


WHO = (WANG_WEI, LI_NA, NAMESAKE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(looks=st.lists(st.tuples(st.sampled_from(WHO), st.sampled_from((CENTRE, MARKET)), st.booleans()), max_size=12))
def test_nobody_ever_sees_anothers_entry(
    register: Register, now: datetime, looks: list[tuple[Someone, str, bool]]
) -> None:
    """Whoever looked at whom, and whoever asked about what: each sees exactly their own, however it is filtered."""
    before = {who: set(numbers(list_entries(oneself(who), Wanted(), limit=10_000))) for who in WHO}
    made: dict[Someone, set[UUID]] = {who: set() for who in WHO}
    for place, (who, code, asking) in enumerate(looks):
        number = looked(now - timedelta(seconds=place), who, code=code)
        made[who].add(number)
        others = [other for other in WHO if other is not who]
        for other in others:
            with pytest.raises(EntryUnknown):
                ask_about(oneself(other), number, words="这是谁？", at=now)
        if asking:
            ask_about(oneself(who), number, words="为什么查我？", at=now)
    for who in WHO:
        seen = list_entries(oneself(who), Wanted(), limit=10_000)
        assert set(numbers(seen)) == before[who] | made[who]
        asked = {question.entry_id for question in list_own_questions(oneself(who), limit=10_000)}
        assert asked == {entry.entry_id for entry in seen if entry.question is not None}


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        pytest.param(date(2026, 3, 2), date(2026, 3, 23), id="three weeks"),
        pytest.param(date(2026, 9, 18), date(2026, 10, 15), id="over the national holiday"),
    ],
)
def test_a_question_is_due_in_working_days(asked: date, due: date) -> None:
    """Source: 个人信息保护法 第五十条; the number is the house's own."""
    term: Term = answer_term(asked)
    assert (term.provisional, term["answer"]) == (True, 15)
    assert answer_due(asked, term, WorkCalendar()).day == due


def test_asked_answered_and_seen(register: Register, today: date, now: datetime) -> None:
    entry, person = looked(now), oneself()
    number = ask_about(person, entry, words=" 我没有办过这件事。 ", at=now)
    (waiting,) = list_own_questions(person)
    assert (waiting.id, waiting.words, waiting.organisation, waiting.answered_at) == (
        number,
        "我没有办过这件事。",
        "测试信用中心",
        None,
    )
    assert not waiting.overdue(today)
    assert waiting.overdue(waiting.due_on + DAY)
    (at_desk,) = list_questions_to(officer("officer"))
    assert (at_desk.id, at_desk.case_reference, at_desk.officer) == (number, "案1", "SYS-1")
    assert list_questions_to(officer("clerk")) == []
    with pytest.raises(QuestionUnknown):
        answer_question(number, words="不是我们查的", actor=officer("clerk"), at=now)
    answer_question(number, words="因异议处理查询", actor=officer("officer"), at=now)
    with pytest.raises(QuestionUnknown):
        answer_question(number, words="再答", actor=officer("officer"), at=now)
    assert list_questions_to(officer("officer"), open_only=True) == []
    (answered,) = list_own_questions(person)
    assert (answered.answer, answered.seen_at) == ("因异议处理查询", None)
    (seen,) = list_own_questions(person)
    assert seen.seen_at is not None
    assert not seen.overdue(seen.due_on + DAY)
    acts = register.rows("SELECT actor, act, subject FROM ground_action WHERE act LIKE 'access.%%' ORDER BY id")
    assert acts == [
        (person.login, "access.ask", f"question:{number}"),
        ("officer", "access.answer", f"question:{number}"),
    ]
    assert register.rows("SELECT kind FROM ground_message") == [("question-answered",)]


def test_an_entry_is_questioned_once(register: Register, now: datetime) -> None:
    entry = looked(now)
    ask_about(oneself(), entry, words="为什么？", at=now)
    with pytest.raises(AskedAlready):
        ask_about(oneself(), entry, words="为什么？", at=now)


def test_ones_own_reading_is_not_questioned(register: Register, now: datetime) -> None:
    see_file(oneself(), at=now)
    (own,) = list_entries(oneself(), Wanted(own=True))
    with pytest.raises(EntryUnknown):
        ask_about(oneself(), own.entry_id, words="为什么？", at=now)


def test_a_question_about_nobodys_query_goes_to_the_credit_centre(register: Register, now: datetime) -> None:
    entry = looked(now, code="91149999MA0000007Y")
    ask_about(oneself(), entry, words="这是谁？", at=now)
    assert register.rows("SELECT organisation FROM sharing_question") == [(CENTRE,)]
