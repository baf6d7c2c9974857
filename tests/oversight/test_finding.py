"""Signals: what is one, what isn't, why in words with figures; whole days, once each, whatever stops a round."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from chengxin.lib.codes import check_digit
from chengxin.oversight.errors import DayNotOver
from chengxin.oversight.finding import FINDERS, Reviewed, review_day, review_due
from chengxin.oversight.rules import RULES, Figures, explain, signal
from chengxin.oversight.terms import signal_numbers, tables
from tests.conftest import Register
from tests.duties import settle_examiner
from tests.penalties import penalty, write_csv
from tests.people import CENTRE, COURT, LI_NA, MARKET, OTHER, WANG_WEI
from tests.records.test_ingest import take
from tests.reviewing import DAY, at_hour, enter, settle_reviewers, subject_of

CLIENT = "c-aaaaaaaaaaaaaaaa"
TUESDAY = date(2026, 11, 24)
SUNDAY = date(2026, 11, 22)
NOW = at_hour(date(2026, 11, 27), 9)


@pytest.fixture
def wang(register: Register) -> int:
    return subject_of(register, WANG_WEI.born)


def review(register: Register, day: date = TUESDAY) -> Reviewed:
    register.become("intake")
    return review_day(day, at=NOW)


def rules_of(made: Reviewed) -> list[str]:
    return [one.reason.rule for one in made.found]


def moments(day: date, many: int, hour: int = 10) -> list[datetime]:
    return [at_hour(day, hour) + timedelta(seconds=number) for number in range(many)]


def kept(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT i.rule, i.organisation, i.officer, i.observed, (SELECT count(*) FROM oversight_inquiry_entry n WHERE n.inquiry_id = i.id)"
        " FROM oversight_inquiry i ORDER BY i.id"
    )


# The rules.


@pytest.mark.parametrize(
    ("rule", "figures", "is_one"),
    [
        pytest.param("own", Figures(1, 1, 0, 0), True, id="oneself-once"),
        pytest.param("many-askers", Figures(3, 9, 0, 0), False, id="three-askers"),
        pytest.param("many-askers", Figures(4, 4, 0, 0), True, id="four-askers"),
        pytest.param("above-peers", Figures(50, 50, 10, 3), False, id="five-times-as-many"),
        pytest.param("above-peers", Figures(51, 51, 10, 3), True, id="more-than-five-times"),
        pytest.param("above-peers", Figures(51, 51, 10, 2), False, id="too-few-to-compare"),
        pytest.param("above-peers", Figures(19, 19, 1, 9), False, id="few-in-all"),
        pytest.param("many-refused", Figures(5, 10, 0, 0), True, id="half"),
        pytest.param("many-refused", Figures(5, 11, 0, 0), False, id="less-than-half"),
        pytest.param("above-habit", Figures(500, 500, 90, 3), True, id="beyond-its-habit"),
        pytest.param("above-habit", Figures(500, 500, 90, 2), False, id="no-habit-yet"),
        pytest.param("above-habit", Figures(500, 500, 100, 9), False, id="five-times-its-mean"),
        pytest.param("no-later-case", Figures(9, 10, 50, 4), False, id="nine-of-ten-few"),
        pytest.param("no-later-case", Figures(18, 20, 50, 4), True, id="nine-of-ten"),
        pytest.param("no-later-case", Figures(20, 20, 51, 4), False, id="as-with-others"),
        pytest.param("no-later-case", Figures(20, 20, 0, 0), False, id="nobody-to-compare"),
    ],
)
def test_what_is_a_signal(rule: str, figures: Figures, is_one: bool) -> None:
    assert (signal(rule, figures, signal_numbers(rule, TUESDAY)) is not None) is is_one


@pytest.mark.parametrize("rule", RULES)
def test_a_reason_says_its_figures_and_numbers_in_both_languages(rule: str) -> None:
    numbers = signal_numbers(rule, TUESDAY) or {"of_thousand": 20, "least": 2, "month": 11}
    told = explain(rule, Figures(4711, 4712, 47.5, 4713), numbers)
    assert "4711" in told.text
    assert "4711" in told.text_en
    assert "{" not in told.text + told.text_en
    assert told.source.provisional


def test_every_number_is_dated_and_provisional() -> None:
    for table in tables().values():
        assert all(term.provisional for term in table.terms)


# What a day gives.


def test_an_officer_who_looks_themselves_up_is_a_signal(register: Register, wang: int) -> None:
    settle_examiner(register)
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_declaration DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE identity_declaration SET code_hashes = (SELECT array_agg(code_hash) FROM identity_code WHERE subject_id = %s)"
            " WHERE user_id = (SELECT id FROM identity_user WHERE login = 'examiner')",
            [wang],
        )
    enter(register, moments(TUESDAY, 2), subject_id=wang)
    enter(register, moments(TUESDAY, 1, 11), subject_id=wang, officer=f"{CLIENT}/examiner", channel="api")
    enter(register, moments(TUESDAY, 1, 11), subject_id=wang, officer="examiner", organisation=OTHER)
    made = review(register)
    assert [(one.officer, one.entries) for one in made.found] == [(f"{CLIENT}/examiner", 1), ("examiner", 2)] or [
        (one.officer, one.entries) for one in made.found
    ] == [("examiner", 2), (f"{CLIENT}/examiner", 1)]
    assert set(rules_of(made)) == {"own"}


def test_many_askers_of_one_person(register: Register, wang: int) -> None:
    for number, organisation in enumerate((MARKET, OTHER, COURT, "91149999000009999X")):
        enter(register, moments(TUESDAY - number * DAY, 1), subject_id=wang, organisation=organisation, officer="x")
    assert rules_of(review(register)) == ["many-askers"]
    assert rules_of(review(register, TUESDAY - DAY)) == []
    assert kept(register) == [("many-askers", "", "", 4, 4)]


def test_askers_of_another_day_only_are_no_signal_of_this_one(register: Register, wang: int) -> None:
    for organisation in (MARKET, OTHER, COURT, "91149999000009999X"):
        enter(register, moments(TUESDAY - DAY, 1), subject_id=wang, organisation=organisation, officer="x")
    assert rules_of(review(register)) == []


def test_one_asker_far_above_the_others_of_the_duty(register: Register, wang: int) -> None:
    enter(register, moments(TUESDAY, 30), subject_id=wang)
    for other in ("a", "b", "c"):
        enter(register, moments(TUESDAY - DAY, 4), subject_id=wang, officer=other, organisation=OTHER)
    made = review(register)
    assert rules_of(made) == ["above-peers"]
    assert made.found[0].reason.text == "7 天内按同一事项查询 30 次；其他 3 名经办人的中位数是 4 次，超过 5 倍。"
    assert kept(register) == [("above-peers", MARKET, "examiner", 30, 30)]


def test_out_of_hours(register: Register, wang: int) -> None:
    enter(register, [*moments(TUESDAY, 2, 6), *moments(TUESDAY, 1, 20), *moments(TUESDAY, 4, 10)], subject_id=wang)
    enter(register, moments(TUESDAY, 9, 3), subject_id=wang, officer=f"{CLIENT}/x", channel="api")
    enter(register, moments(TUESDAY, 9, 3), subject_id=wang, officer="me", channel="person")
    assert rules_of(review(register)) == ["out-of-hours"]
    assert kept(register) == [("out-of-hours", MARKET, "examiner", 3, 3)]


def test_a_day_off_is_out_of_hours_altogether(register: Register, wang: int) -> None:
    enter(register, moments(SUNDAY, 3), subject_id=wang)
    assert rules_of(review(register, SUNDAY)) == ["out-of-hours"]


def test_many_refused(register: Register, wang: int) -> None:
    enter(register, moments(TUESDAY, 5), outcome="refused", reason="person-unknown")
    enter(register, moments(TUESDAY, 5, 11), subject_id=wang)
    assert rules_of(review(register)) == ["many-refused"]
    assert kept(register) == [("many-refused", MARKET, "examiner", 5, 5)]


def test_a_system_far_above_its_habit(register: Register, wang: int) -> None:
    by = {"subject_id": wang, "channel": "api", "duty": ""}
    enter(register, moments(TUESDAY, 260), officer=f"{CLIENT}/a", **by)
    for back in (1, 4, 8):
        enter(register, moments(TUESDAY - back * DAY, 10), officer=f"{CLIENT}/b", **by)
    assert rules_of(review(register)) == ["above-habit"]
    assert kept(register) == [("above-habit", MARKET, CLIENT, 260, 260)]


def test_look_ups_without_a_later_case(
    register: Register, wang: int, tmp_path: Any, today: date, now: datetime
) -> None:
    """The others hand something in about whom they looked up; this asker never does."""
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1, LI_NA)]), now)
    li, day = subject_of(register, LI_NA.born), today - DAY
    looked = day - signal_numbers("no-later-case", day)["days"] * DAY
    enter(register, moments(looked, 12), subject_id=wang)
    enter(register, moments(looked - 3 * DAY, 6), subject_id=li, officer="b")
    register.become("intake")
    made = review_day(day, at=now)
    assert rules_of(made) == ["no-later-case"]
    assert made.found[0].officer == "examiner"
    assert "12 次查询中，有 12 次" in made.found[0].reason.text


def test_a_day_without_anything_is_noted_all_the_same(register: Register) -> None:
    assert review(register) == Reviewed(TUESDAY, (), 0)
    assert register.rows("SELECT day, opened FROM oversight_round") == [(TUESDAY, 0)]


# Once, and whole.


def test_a_signal_is_never_doubled(register: Register, wang: int) -> None:
    enter(register, moments(TUESDAY, 3, 3), subject_id=wang)
    assert review(register).opened == 1
    again = review(register)
    assert (again.opened, len(again.found)) == (0, 1)
    assert len(kept(register)) == 1


def test_days_without_a_round_are_made_up_once(register: Register, wang: int) -> None:
    enter(register, moments(TUESDAY, 3, 3), subject_id=wang)
    register.become("intake")
    assert [one.day for one in review_due(at=NOW)] == [date(2026, 11, 20) + back * DAY for back in range(7)]
    assert review_due(at=NOW) == []
    assert len(kept(register)) == 1


def test_a_round_that_is_stopped_leaves_nothing(register: Register, wang: int, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(register, moments(TUESDAY, 3, 3), subject_id=wang)
    with register.connect("owner") as connection:
        connection.execute(
            "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'stopped'; END $$"
        )
        connection.execute("CREATE TRIGGER stop BEFORE INSERT ON oversight_round FOR EACH ROW EXECUTE FUNCTION stop()")
    with pytest.raises(DatabaseError, match="stopped"):
        review(register)
    assert kept(register) == []
    with register.connect("owner") as connection:
        connection.execute("DROP TRIGGER stop ON oversight_round")
    assert review(register).opened == 1


def test_a_day_that_isnt_over_is_refused(register: Register) -> None:
    register.become("intake")
    with pytest.raises(DayNotOver):
        review_day(date(2026, 11, 27), at=NOW)


def test_neither_code_nor_name_is_in_what_is_kept(register: Register, wang: int) -> None:
    enter(register, moments(TUESDAY, 3, 3), subject_id=wang)
    review(register)
    text = str(register.rows("SELECT i::text FROM oversight_inquiry i"))
    assert WANG_WEI.code not in text
    assert WANG_WEI.name not in text
    assert check_digit(WANG_WEI.code[:17]) == WANG_WEI.code[17]


def test_a_round_costs_a_statement_a_rule_whatever_the_entries(
    register: Register, wang: int, django_assert_num_queries: Any
) -> None:
    settle_reviewers(register)
    for login in range(40):
        enter(register, moments(TUESDAY, 3, 3), subject_id=wang, officer=f"o{login}", organisation=CENTRE)
    register.become("intake")
    with django_assert_num_queries(len(FINDERS) + 3):
        assert review_day(TUESDAY, at=NOW).opened == 40
