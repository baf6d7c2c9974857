"""What the public says at the site: taken in without a name, answered once, shown when two officers agreed, erased in its time."""

import re
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core import signing
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chengxin.demo.officers import settle_demo_officer
from chengxin.education.feedback.errors import FeedbackRefused, FeedbackSettled, FeedbackUnknown
from chengxin.education.feedback.given import find_feedback, give_feedback, shown_feedback
from chengxin.education.feedback.rules import (
    ALPHABET,
    SIGNS,
    draw_number,
    feedback_due,
    read_number,
    refuse_personal,
    spell_number,
)
from chengxin.education.feedback.services import answer_feedback, list_feedback, show_feedback
from chengxin.identity.errors import HandsRefused
from chengxin.identity.models import Organisation, User
from chengxin.lib.regions import standard_areas
from chengxin.lib.workdays import WorkCalendar
from chengxin.portal.public import feedback
from chengxin.portal.public.feedback import FeedbackForm
from chengxin.records.terms import feedback_months, feedback_term
from chengxin.site.eraser import erase_due
from tests.conftest import Register
from tests.faces import public_face
from tests.people import CENTRE, MARKET, WANG_WEI
from tests.portal.conftest import LogIn, let_in

SAID, ANSWER = "长辈版里“下一页”太小，点不着。", "已经改大，谢谢。"
PERSONAL = {
    "code": f"我是 {WANG_WEI.code}",
    "mobile": "请打 138 0000 0000",
    "landline": "座机0351-1234567",
    "mail": "回复到 someone@example.org",
}


@pytest.fixture(autouse=True)
def _no_count() -> Iterator[None]:
    feedback.flood.sent.clear()
    yield
    feedback.flood.sent.clear()


@pytest.fixture
def cast(register: Register) -> Register:
    """Give a register with a second officer at the credit centre."""
    register.become("owner")
    centre = Organisation.objects.get(code=CENTRE)
    settle_demo_officer(login="colleague", display_name="同事", organisation=centre, role="officer", password="x")
    register.become("app")
    return register


def officer(login: str = "officer") -> User:
    return User.objects.select_related("organisation").get(login=login)


@pytest.fixture
def log_in() -> LogIn:
    return lambda login: let_in(Client(), officer(login))


def give(register: Register, words: str = SAID, *, at: datetime, may_show: bool = True) -> str:
    number = draw_number()
    register.become("public")
    give_feedback(number, words, may_show=may_show, at=at)
    register.become("app")
    return number


def only(register: Register) -> int:
    ((number,),) = register.rows("SELECT id FROM education_feedback")
    return int(number)


def form(words: str = SAID, *, age: float = 60, number: str = "", **changes: str) -> dict[str, str]:
    opened = signing.dumps([time.time() - age, number or draw_number()], salt=FeedbackForm.salt)
    return {"words": words, "opened": opened, "website": "", **changes}


# The rules.


@given(st.text(ALPHABET, min_size=SIGNS, max_size=SIGNS))
def test_a_number_is_read_as_it_was_spelled_by_whatever_hand(number: str) -> None:
    spelled = spell_number(number)
    assert read_number(spelled) == number
    assert read_number(f" {spelled.lower().replace('0', 'o').replace('1', 'l').replace('-', ' ')} ") == number


@given(st.text(max_size=40))
def test_what_is_no_number_is_never_taken_for_one(text: str) -> None:
    read = read_number(text)
    assert read == "" or (len(read) == SIGNS and set(read) <= set(ALPHABET))


@pytest.mark.parametrize("words", PERSONAL.values(), ids=PERSONAL)
def test_what_leads_to_somebody_is_refused_with_the_reason(words: str, today: date) -> None:
    refusal = refuse_personal(words, on=today, areas=standard_areas(test_area=True))
    assert refusal is not None
    assert "答复凭编号自己查" in refusal.text
    assert words[-8:] not in refusal.text


def test_numbers_of_documents_and_sums_are_no_persons(today: date) -> None:
    text = "晋市监许〔2026〕12号写的是 1380000 元，2026-11-27 发布"
    assert refuse_personal(text, on=today, areas=standard_areas(test_area=True)) is None


def test_the_term_runs_in_working_days(today: date) -> None:
    due = feedback_due(date(2026, 9, 28), feedback_term(date(2026, 9, 28)), WorkCalendar())
    assert due.day > date(2026, 9, 28) + timedelta(days=15)
    assert feedback_term(today).provisional
    assert feedback_months(today) == 24


# From the form to the answer.


def test_what_is_said_is_answered_and_found_by_its_number_alone(cast: Register, now: datetime) -> None:
    number = give(cast, at=now)
    (waiting,) = list_feedback(officer()).waiting
    assert (waiting.words, waiting.overdue(waiting.due_on), waiting.overdue(waiting.due_on + timedelta(days=1))) == (
        SAID, False, True,
    )  # fmt: skip
    answer_feedback(waiting.id, ANSWER, actor=officer(), at=now)
    cast.become("public")
    found = find_feedback(number)
    assert (found.words, found.answer, found.shown) == (SAID, ANSWER, False)
    held = cast.rows("SELECT row_to_json(f)::text FROM education_feedback f")
    assert number not in str(held)
    assert cast.rows("SELECT actor, act, note FROM ground_action WHERE act LIKE 'feedback%%'") == [
        ("officer", "feedback.answer", "")
    ]


@pytest.mark.parametrize("number", ["", "0" * SIGNS, "no such number", "'; --"])
def test_every_unknown_number_has_the_same_answer(public_site: Register, number: str) -> None:
    answers = {
        re.sub(r'value="[^"]*"', "", Client().post("/feedback/answer/", {"number": told}).content.decode())
        for told in (number or "x", draw_number())
    }
    assert len(answers) == 1
    assert "没有查到" in answers.pop()


def test_it_is_answered_once(cast: Register, now: datetime) -> None:
    give(cast, at=now)
    answer_feedback(only(cast), ANSWER, actor=officer(), at=now)
    with pytest.raises(FeedbackSettled):
        answer_feedback(only(cast), "另一个答复", actor=officer("colleague"), at=now)
    assert cast.rows("SELECT answer FROM education_feedback") == [(ANSWER,)]


def test_nobody_but_the_centre_sees_or_answers(cast: Register, now: datetime) -> None:
    give(cast, at=now)
    assert list_feedback(officer("clerk")).waiting == []
    with pytest.raises(FeedbackSettled):
        answer_feedback(only(cast), ANSWER, actor=officer("clerk"), at=now)


# Shown to everybody.


def test_one_person_never_shows_what_they_answered(cast: Register, now: datetime) -> None:
    give(cast, at=now)
    answer_feedback(only(cast), ANSWER, actor=officer(), at=now)
    one_person(cast, "officer", "colleague")
    for login in ("officer", "colleague"):
        with pytest.raises(HandsRefused):
            show_feedback(only(cast), actor=officer(login), at=now)
    cast.become("public")
    assert shown_feedback().entries == []


def one_person(register: Register, *logins: str) -> None:
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE identity_declaration SET code_hashes = ARRAY['x'::bytea] WHERE user_id IN"
            " (SELECT id FROM identity_user WHERE login = ANY(%s))", [list(logins)],
        )  # fmt: skip


def test_a_second_officer_shows_it(cast: Register, now: datetime) -> None:
    number = give(cast, at=now)
    answer_feedback(only(cast), ANSWER, actor=officer(), at=now)
    assert [one.mine for one in list_feedback(officer()).to_show] == [True]
    show_feedback(only(cast), actor=officer("colleague"), at=now)
    cast.become("public")
    assert [(one.words, one.answer) for one in shown_feedback().entries] == [(SAID, ANSWER)]
    assert find_feedback(number).shown


def test_what_the_sender_keeps_to_themselves_is_shown_by_nobody(cast: Register, now: datetime) -> None:
    give(cast, at=now, may_show=False)
    answer_feedback(only(cast), ANSWER, actor=officer(), at=now)
    assert list_feedback(officer()).to_show == []
    with pytest.raises(FeedbackSettled):
        show_feedback(only(cast), actor=officer("colleague"), at=now)


# Kept for a time.


def test_it_is_gone_on_its_day_and_erased(cast: Register, now: datetime, today: date, tmp_path: Path) -> None:
    number, other = give(cast, at=now), give(cast, "另一条", at=now)
    answer_feedback(cast.rows("SELECT min(id) FROM education_feedback")[0][0], ANSWER, actor=officer(), at=now)
    with cast.connect("owner") as connection:
        connection.execute("ALTER TABLE education_feedback DISABLE TRIGGER USER")
        connection.execute("UPDATE education_feedback SET erase_on = %s WHERE words = %s", [today, SAID])
        connection.execute("ALTER TABLE education_feedback ENABLE TRIGGER USER")
    cast.become("public")
    with pytest.raises(FeedbackUnknown):
        find_feedback(number)
    cast.become("eraser")
    erase_due(tmp_path, at=now)
    assert cast.rows("SELECT words FROM education_feedback") == [("另一条",)]
    cast.become("public")
    assert find_feedback(other).words == "另一条"


# The pages.


def test_a_form_gives_its_number_once_and_in_no_address(public_site: Register) -> None:
    client, sent = Client(), form()
    answer = client.post("/feedback/", sent)
    page = answer.content.decode()
    (number,) = re.findall(r"<code>([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})</code>", page)
    assert (answer.status_code, answer.headers["Cache-Control"], answer.cookies) == (200, "no-store", {})
    again = client.post("/feedback/", sent).content.decode()  # as a browser does on reloading
    assert number in again
    assert public_site.rows("SELECT count(*) FROM education_feedback") == [(1,)]
    found = client.post("/feedback/answer/", {"number": number.lower()})
    assert "还没有答复" in found.content.decode()
    assert SAID in found.content.decode()
    other = client.post("/feedback/", {**sent, "words": "别的话"})
    assert (other.status_code, "已经提交过" in other.content.decode()) == (422, True)


@pytest.mark.parametrize("words", PERSONAL.values(), ids=PERSONAL)
def test_the_form_says_why_and_writes_nothing(public_site: Register, words: str) -> None:
    answer = Client().post("/feedback/", form(words))
    assert answer.status_code == 422
    assert "这里不登记您是谁" in answer.content.decode()
    assert public_site.rows("SELECT count(*) FROM education_feedback") == [(0,)]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"words": ""}, "请写下意见"),
        ({"words": "长" * 1001}, "最多 1000 字"),
        ({"opened": "x"}, "页面已过期"),
        ({"opened": signing.dumps("x", salt="another")}, "页面已过期"),
    ],
    ids=["empty", "long", "forged", "another-forms"],
)
def test_what_cant_be_taken_is_named(public_site: Register, changes: dict[str, str], told: str) -> None:
    answer = Client().post("/feedback/", {**form(), **changes})
    assert (answer.status_code, told in answer.content.decode()) == (422, True)


def test_programs_are_slowed_and_their_field_lets_nothing_in(public_site: Register) -> None:
    assert "提交得太快" in Client().post("/feedback/", form(age=0)).content.decode()
    assert Client().post("/feedback/", form(website="x")).status_code == 200
    assert public_site.rows("SELECT count(*) FROM education_feedback") == [(0,)]


def test_an_address_and_the_site_have_a_measure(public_site: Register, now: datetime) -> None:
    for _ in range(feedback.flood.an_hour):
        assert Client().post("/feedback/", form()).status_code == 200
    assert "这一小时已提交多条" in Client().post("/feedback/", form()).content.decode()
    for number in range(60 - feedback.flood.an_hour):
        give_feedback(draw_number(), f"第 {number} 条", may_show=False, at=now)
    with pytest.raises(FeedbackRefused, match="过一小时再试"):
        give_feedback(draw_number(), "再一条", may_show=False, at=now)


def test_the_role_of_the_site_reads_no_row_of_it(public_site: Register) -> None:
    with (
        public_site.connect("public") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT words FROM education_feedback")


def test_the_desk_answers_and_shows_by_two(cast: Register, now: datetime, log_in: LogIn) -> None:
    give(cast, at=now)
    first, second, page = log_in("officer"), log_in("colleague"), "/desk/feedback/"
    refused = first.post(f"{page}{only(cast)}/answer", {"words": "请打 13800000000"})
    assert (refused.status_code, "电话号码" in refused.content.decode()) == (422, True)
    assert "请写明答复" in first.post(f"{page}{only(cast)}/answer", {"words": ""}).content.decode()
    assert "已答复" in first.post(f"{page}{only(cast)}/answer", {"words": ANSWER}, follow=True).content.decode()
    assert "由同事决定是否公开" in first.get(page).content.decode()
    assert first.post(f"{page}{only(cast)}/show").status_code == 403
    assert "已同意公开" in second.post(f"{page}{only(cast)}/show", follow=True).content.decode()
    with public_face(cast) as site:
        assert ANSWER in site.get("/feedback/").content.decode()
        assert site.get("/feedback/?after=x").status_code == 400


def test_overdue_is_marked(cast: Register, now: datetime, today: date, log_in: LogIn) -> None:
    number = give(cast, at=now)
    with cast.connect("owner") as connection:
        connection.execute("ALTER TABLE education_feedback DISABLE TRIGGER USER")
        connection.execute("UPDATE education_feedback SET due_on = %s", [today - timedelta(days=1)])
    assert "逾期" in log_in("officer").get("/desk/feedback/").content.decode()
    with public_face(cast) as site:
        assert "逾期" in site.post("/feedback/answer/", {"number": number}).content.decode()


def test_another_unit_has_no_queue(cast: Register, log_in: LogIn) -> None:
    answer: Any = log_in("clerk").get("/desk/feedback/")
    assert answer.status_code == 403
    assert MARKET not in answer.content.decode()
