"""Working days: make-up days, the end of December, gaps, notices and the working shown to a person."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.errors import Unusable
from chengxin.lib.sources import Source
from chengxin.lib.workdays import (
    NOTICE_FORM,
    CalendarGap,
    HolidayNotice,
    NoticeUnusable,
    WorkCalendar,
    load_notice,
    notice_year,
    package_notices,
)

# Ends on purpose with 2026, whatever the installed package knows by now, so that the gap stays where the tests are.
BASE = [notice for notice in package_notices() if notice.year <= 2026]
CALENDAR = WorkCalendar(base=BASE)

KNOWN = st.dates(date(2005, 1, 1), date(2026, 9, 30))
ANY_DAY = st.dates(date(2024, 1, 1), date(2029, 12, 31))
FEW = st.integers(0, 25)

# Not the real notice: days made up for the tests, in the form that a clerk writes.
INVENTED_2027 = """\
year = 2027
source = ["2027年放假安排（测试用，虚构）", "第一条"]
[[holiday]]
name = "元旦"
first = 2026-12-31
last = 2027-01-02
workdays = [2026-12-27]
[[holiday]]
name = "春节"
first = 2027-02-05
last = 2027-02-11
workdays = [2027-02-13]
[[holiday]]
name = "劳动节"
first = 2027-05-01
last = 2027-05-05
[[holiday]]
name = "国庆节"
first = 2027-10-01
last = 2027-10-07
workdays = [2027-09-26, 2027-10-09]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ground" / "notices" / "2027.toml"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def invented(file: Path) -> HolidayNotice:
    return load_notice(write(file, INVENTED_2027))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param(date(2024, 9, 27), True, id="friday"),
        pytest.param(date(2024, 9, 28), False, id="saturday"),
        pytest.param(date(2024, 9, 29), True, id="makeup-sunday"),
        pytest.param(date(2024, 10, 1), False, id="national-day"),
        pytest.param(date(2024, 10, 7), False, id="monday-off"),
        pytest.param(date(2024, 10, 12), True, id="makeup-saturday"),
        pytest.param(date(2024, 2, 9), True, id="new-years-eve-2024-was-worked"),
        pytest.param(date(2018, 12, 29), True, id="december-day-ruled-by-the-notice-for-2019"),
        pytest.param(date(2018, 12, 31), False, id="december-monday-off-by-the-notice-for-2019"),
        pytest.param(date(2020, 1, 31), False, id="spring-festival-2020-was-made-longer"),
        pytest.param(date(2015, 9, 3), False, id="single-day-of-2015"),
    ],
)
def test_which_days_are_worked(day: date, worked: bool) -> None:
    assert CALENDAR.is_workday(day) is worked


@pytest.mark.parametrize(
    ("received", "n", "due"),
    [
        pytest.param(date(2024, 9, 27), 1, date(2024, 9, 29), id="makeup-sunday-counts"),
        pytest.param(date(2024, 9, 27), 3, date(2024, 10, 8), id="over-national-day-counting-makeup-sunday"),
        pytest.param(date(2024, 10, 1), 5, date(2024, 10, 12), id="received-on-national-day-ends-on-makeup-saturday"),
        pytest.param(date(2024, 2, 8), 3, date(2024, 2, 19), id="over-spring-festival-with-makeup-sunday"),
        pytest.param(date(2026, 2, 13), 1, date(2026, 2, 14), id="makeup-saturday-before-spring-festival"),
        pytest.param(date(2026, 2, 13), 2, date(2026, 2, 24), id="over-spring-festival-2026"),
        pytest.param(date(2020, 1, 23), 1, date(2020, 2, 3), id="over-spring-festival-2020"),
        pytest.param(date(2018, 12, 28), 1, date(2018, 12, 29), id="makeup-saturday-of-next-years-notice"),
        pytest.param(date(2018, 12, 28), 2, date(2019, 1, 2), id="over-new-year-2019"),
        pytest.param(date(2025, 6, 9), 7, date(2025, 6, 18), id="over-a-plain-weekend"),
        pytest.param(date(2025, 6, 13), 1, date(2025, 6, 16), id="received-on-friday"),
        pytest.param(date(2025, 6, 14), 1, date(2025, 6, 16), id="received-on-saturday"),
        pytest.param(date(2025, 6, 14), 0, date(2025, 6, 14), id="nothing-counted-nothing-moved"),
        pytest.param(date(2026, 12, 23), 1, date(2026, 12, 24), id="last-known-day"),
        pytest.param(date(2003, 12, 24), 1, date(2003, 12, 25), id="first-known-day"),
    ],
)
def test_add_does_not_count_the_day_of_receipt(received: date, n: int, due: date) -> None:
    assert CALENDAR.add(received, n) == due


@given(KNOWN, FEW, FEW)
def test_adding_n_then_m_is_adding_their_sum(day: date, n: int, m: int) -> None:
    assert CALENDAR.add(CALENDAR.add(day, n), m) == CALENDAR.add(day, n + m)


@given(KNOWN, FEW)
def test_between_undoes_add(day: date, n: int) -> None:
    due = CALENDAR.add(day, n)
    assert CALENDAR.between(day, due) == n
    assert CALENDAR.between(due, day) == -n


@given(KNOWN, KNOWN)
def test_add_undoes_between_on_working_days(one: date, other: date) -> None:
    first, last = sorted((one, other))
    if CALENDAR.is_workday(last):
        assert CALENDAR.add(first, CALENDAR.between(first, last)) == last


@given(KNOWN, KNOWN, KNOWN)
def test_between_adds_up_in_any_order(one: date, two: date, three: date) -> None:
    assert CALENDAR.between(one, two) + CALENDAR.between(two, three) == CALENDAR.between(one, three)


@given(KNOWN, KNOWN, FEW)
def test_received_later_is_never_due_earlier(one: date, other: date, n: int) -> None:
    first, last = sorted((one, other))
    assert CALENDAR.add(first, n) <= CALENDAR.add(last, n)


@given(KNOWN, st.integers(1, 25))
def test_a_term_ends_on_a_working_day_after_the_receipt(day: date, n: int) -> None:
    due = CALENDAR.add(day, n)
    assert due > day
    assert CALENDAR.is_workday(due)


@given(KNOWN, st.integers(0, 400))
def test_between_counts_the_days_one_by_one(first: date, length: int) -> None:
    last = min(first + timedelta(days=length), CALENDAR.last_known)
    days = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    assert CALENDAR.between(first, last) == sum(CALENDAR.is_workday(day) for day in days)


def test_a_day_on_which_nothing_is_counted_needs_no_calendar() -> None:
    assert CALENDAR.add(date(2031, 1, 1), 0) == date(2031, 1, 1)
    assert CALENDAR.between(date(2031, 1, 1), date(2031, 1, 1)) == 0
    assert CALENDAR.between(date(2003, 12, 24), date(2003, 12, 25)) == 1, "nor does the day not counted"


@pytest.mark.parametrize("use", [CALENDAR.add, CALENDAR.add_or_estimate, CALENDAR.explain])
def test_counting_backwards_is_refused(use: Callable[[date, int], object]) -> None:
    with pytest.raises(ValueError, match="zero or more"):
        use(date(2024, 9, 27), -1)


@pytest.mark.parametrize("n", [0, 3])
@pytest.mark.parametrize("use", [CALENDAR.add, CALENDAR.add_or_estimate, CALENDAR.explain])
def test_an_instant_is_never_taken_for_a_day(use: Callable[[date, int], object], n: int) -> None:
    with pytest.raises(TypeError, match="shanghai_date"):
        use(datetime(2024, 9, 27, 20, 0, tzinfo=UTC), n)


class TestGap:
    def test_what_is_known_ends_before_the_days_that_the_next_notice_may_move(self) -> None:
        assert CALENDAR.first_known == date(2003, 12, 25)
        assert CALENDAR.last_known == date(2026, 12, 24)
        assert CALENDAR.is_workday(CALENDAR.last_known)

    def test_the_installed_package_sets_the_range(self) -> None:
        years = {notice.year for notice in package_notices()}
        assert years == set(range(min(years), max(years) + 1))
        assert WorkCalendar().last_known == date(max(years), 12, 24)

    @pytest.mark.parametrize(
        ("use", "year"),
        [
            pytest.param(lambda: CALENDAR.is_workday(date(2026, 12, 25)), 2027, id="end-of-december"),
            pytest.param(lambda: CALENDAR.is_workday(date(2031, 5, 1)), 2031, id="far-off"),
            pytest.param(lambda: CALENDAR.is_workday(date(2003, 12, 24)), 2003, id="before"),
            pytest.param(lambda: CALENDAR.add(date(2026, 12, 24), 1), 2027, id="next-day-unknown"),
            pytest.param(lambda: CALENDAR.add(date(2026, 12, 22), 3), 2027, id="runs-into-it"),
            pytest.param(lambda: CALENDAR.add(date(2031, 5, 1), 3), 2031, id="begins-beyond"),
            pytest.param(lambda: CALENDAR.add(date(1999, 5, 1), 3), 1999, id="begins-before"),
            pytest.param(lambda: CALENDAR.between(date(2026, 12, 1), date(2028, 1, 1)), 2027, id="between"),
            pytest.param(lambda: CALENDAR.between(date(2028, 1, 1), date(2026, 12, 1)), 2027, id="between-backwards"),
            pytest.param(lambda: CALENDAR.between(date(2003, 1, 1), date(2005, 1, 1)), 2003, id="between-before"),
        ],
    )
    def test_an_unknown_day_is_an_error_with_year_and_remedy(self, use: Callable[[], object], year: int) -> None:
        with pytest.raises(CalendarGap) as caught:
            use()
        assert isinstance(caught.value, Unusable)
        assert caught.value.year == year
        assert f"缺少{year}年" in caught.value.text
        assert f"notice for {year} is missing" in caught.value.text_en
        for text in (caught.value.text, caught.value.text_en):
            assert NOTICE_FORM in text

    def test_a_year_missing_in_the_middle_is_a_gap_though_a_later_one_is_known(self) -> None:
        calendar = WorkCalendar(base=[notice for notice in BASE if notice.year != 2024])
        assert calendar.last_known == date(2023, 12, 24)
        assert calendar.is_workday(date(2025, 6, 9))
        with pytest.raises(CalendarGap, match="2024"):
            calendar.add(date(2023, 12, 20), 10)
        with pytest.raises(CalendarGap, match="2024"):
            calendar.between(date(2023, 6, 1), date(2025, 6, 9))

    def test_the_form_shown_in_the_remedy_can_be_read(self, file: Path) -> None:
        with pytest.raises(NoticeUnusable, match="2026-01-01") as caught:
            load_notice(write(file, NOTICE_FORM))
        assert "通知不完整" in caught.value.text, "the example holds one feast only, and that is all that is wrong"

    def test_a_calendar_of_nothing_is_refused(self) -> None:
        with pytest.raises(NoticeUnusable):
            WorkCalendar(base=())


class TestEstimate:
    def test_a_known_term_is_final(self) -> None:
        due = CALENDAR.add_or_estimate(date(2024, 9, 27), 3)
        assert (due.day, due.provisional, due.edition) == (date(2024, 10, 8), False, CALENDAR.edition)

    def test_across_the_gap_the_week_is_taken_and_the_date_is_provisional(self) -> None:
        due = CALENDAR.add_or_estimate(date(2026, 12, 23), 4)
        assert (due.day, due.provisional) == (date(2026, 12, 29), True)
        assert [step.estimated for step in due.working] == [False, False, True, True, True, True, True]

    def test_a_provisional_date_is_corrected_when_the_notice_comes(self, invented: HolidayNotice) -> None:
        loaded = WorkCalendar([invented], base=BASE)
        due = loaded.add_or_estimate(date(2026, 12, 23), 4)
        assert (due.day, due.provisional) == (date(2026, 12, 28), False), "Sunday 27 December is worked"
        assert due.edition == loaded.edition != CALENDAR.edition

    @given(ANY_DAY, FEW)
    def test_it_is_provisional_exactly_where_add_finds_a_gap(self, day: date, n: int) -> None:
        due = CALENDAR.add_or_estimate(day, n)
        try:
            known = CALENDAR.add(day, n)
        except CalendarGap:
            assert due.provisional
        else:
            assert (due.day, due.provisional) == (known, False)

    @given(ANY_DAY, ANY_DAY, FEW)
    def test_received_later_is_never_due_earlier(self, one: date, other: date, n: int) -> None:
        first, last = sorted((one, other))
        assert CALENDAR.add_or_estimate(first, n).day <= CALENDAR.add_or_estimate(last, n).day


class TestExplain:
    def test_the_working_over_national_day(self) -> None:
        steps = CALENDAR.explain(date(2024, 9, 27), 3)
        assert [(step.day.isoformat(), step.counted, step.reason) for step in steps] == [
            ("2024-09-27", False, "起算当日不计"),
            ("2024-09-28", False, "周末"),
            ("2024-09-29", True, "调休上班（国庆节）"),
            ("2024-09-30", True, "工作日"),
            ("2024-10-01", False, "放假（国庆节）"),
            ("2024-10-02", False, "放假（国庆节）"),
            ("2024-10-03", False, "放假（国庆节）"),
            ("2024-10-04", False, "放假（国庆节）"),
            ("2024-10-05", False, "放假（国庆节）"),
            ("2024-10-06", False, "放假（国庆节）"),
            ("2024-10-07", False, "放假（国庆节）"),
            ("2024-10-08", True, "工作日"),
        ]
        english = {"the first day is not counted", "weekend", "make-up working day", "working day", "public holiday"}
        assert {step.reason_en for step in steps} == english

    def test_an_estimated_day_says_which_notice_is_missing(self) -> None:
        last = CALENDAR.explain(date(2026, 12, 24), 2)[-1]
        assert (last.day, last.counted, last.estimated) == (date(2026, 12, 28), True, True)
        assert last.reason == "周一至周五，暂计（2027年放假安排未录入）"
        assert "2027" in last.reason_en

    def test_nothing_to_count_is_the_first_day_alone(self) -> None:
        assert [step.day for step in CALENDAR.explain(date(2025, 6, 14), 0)] == [date(2025, 6, 14)]

    @given(ANY_DAY, FEW)
    def test_every_day_stands_once_and_n_of_them_count(self, day: date, n: int) -> None:
        steps = CALENDAR.explain(day, n)
        assert [step.day for step in steps] == [day + timedelta(days=k) for k in range(len(steps))]
        assert sum(step.counted for step in steps) == n
        assert not steps[0].counted
        assert n == 0 or steps[-1].counted


class TestNotice:
    def test_is_read(self, invented: HolidayNotice) -> None:
        assert invented.year == 2027
        assert invented.source == Source("2027年放假安排（测试用，虚构）", "第一条")
        assert invented.workdays == {date(2026, 12, 27), date(2027, 2, 13), date(2027, 9, 26), date(2027, 10, 9)}
        assert len(invented.holidays) == 3 + 7 + 5 + 7
        assert {date(2026, 12, 31), date(2027, 1, 2), date(2027, 10, 7)} < invented.holidays, "both ends are off"
        assert invented.names[date(2027, 2, 13)] == "春节"

    def test_extends_the_calendar(self, invented: HolidayNotice) -> None:
        calendar = WorkCalendar([invented], base=BASE)
        assert calendar.last_known == date(2027, 12, 24)
        assert calendar.add(date(2026, 12, 30), 1) == date(2027, 1, 4)

    def test_replaces_the_whole_year_of_the_package(self, invented: HolidayNotice) -> None:
        days = frozenset({date(2024, 1, 1), date(2024, 2, 10), date(2024, 5, 1), date(2024, 10, 1)})
        other = HolidayNotice(2024, days, frozenset(), invented.source)
        calendar = WorkCalendar([other], base=BASE)
        assert calendar.add(date(2024, 9, 27), 3) == date(2024, 10, 3)
        assert calendar.add(date(2025, 9, 30), 1) == CALENDAR.add(date(2025, 9, 30), 1), "other years stay"
        assert calendar.explain(date(2024, 9, 30), 1)[1].reason == "放假", "a feast without a name"

    def test_two_of_one_year_are_refused(self, invented: HolidayNotice) -> None:
        with pytest.raises(NoticeUnusable, match="2027年有两份"):
            WorkCalendar([invented, invented], base=BASE)

    @pytest.mark.parametrize(
        ("day", "year"),
        [(date(2026, 12, 24), 2026), (date(2026, 12, 25), 2027), (date(2026, 12, 31), 2027), (date(2027, 1, 1), 2027)],
    )
    def test_rules_from_christmas_to_christmas_eve(self, day: date, year: int) -> None:
        assert notice_year(day) == year


class TestEdition:
    def test_names_the_days_not_the_source_or_the_names(self, invented: HolidayNotice) -> None:
        bare = HolidayNotice(2027, invented.holidays, invented.workdays, Source("另一出处"))
        assert WorkCalendar([bare], base=BASE).edition == WorkCalendar([invented], base=BASE).edition

    def test_changes_with_a_single_day(self, invented: HolidayNotice) -> None:
        fewer = HolidayNotice(2027, invented.holidays, invented.workdays - {date(2027, 9, 26)}, invented.source)
        assert WorkCalendar([fewer], base=BASE).edition != WorkCalendar([invented], base=BASE).edition

    def test_does_not_depend_on_the_order_of_notices(self) -> None:
        assert WorkCalendar(base=reversed(BASE)).edition == CALENDAR.edition


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        pytest.param("year = 2027\n", "", "year", id="no-year"),
        pytest.param("year = 2027", 'year = "2027"', "year", id="year-is-text"),
        pytest.param("year = 2027", "year = 0", "year", id="year-zero"),
        pytest.param("source =", "sorce =", "source", id="source-misspelt"),
        pytest.param(', "第一条"', "", "source", id="source-without-article"),
        pytest.param("year = 2027", 'year = 2027\nnote = "x"', "note", id="unknown-key"),
        pytest.param('name = "春节"\n', "", "[[holiday]] #2", id="no-name"),
        pytest.param("first = 2027-02-05\n", "", "first", id="no-first"),
        pytest.param("last = 2027-02-11\n", "", "last", id="no-last"),
        pytest.param(
            "last = 2027-02-11", "until = 2027-02-12\nlast = 2027-02-11", "until", id="unknown-key-in-holiday"
        ),
        pytest.param("last = 2027-02-11", "last = 2027-02-04", "2027-02-04", id="ends-before-it-begins"),
        pytest.param("last = 2027-02-11", "last = 2027-02-11T00:00:00Z", "last", id="last-is-an-instant"),
        pytest.param("[2027-02-13]", "2027-02-13", "workdays", id="workdays-is-no-list"),
        pytest.param("[2027-02-13]", '["2027-02-13"]', "workdays", id="workday-is-text"),
        pytest.param("[2027-02-13]", "[2027-02-13, 2027-02-13]", "2027-02-13", id="workday-twice"),
        pytest.param("[2027-02-13]", "[2027-02-15]", "2027-02-15", id="workday-is-a-monday"),
        pytest.param("[2027-02-13]", "[2027-02-06]", "2027-02-06", id="off-and-worked"),
        pytest.param("last = 2027-05-05", "last = 2027-10-01", "2027-10-01", id="holidays-overlap"),
        pytest.param("first = 2026-12-31", "first = 2026-12-24", "2026-12-24", id="december-too-early"),
        pytest.param("2027-10-09]", "2027-12-25]", "2027-12-25", id="ruled-by-the-next-notice"),
        pytest.param("first = 2027-05-01", "first = 2027-05-02", "2027-05-01", id="labour-day-left-out"),
        pytest.param(
            "2027-02-05\nlast = 2027-02-11", "2027-06-07\nlast = 2027-06-11", "2027-01-21", id="no-spring-festival"
        ),
        pytest.param("2027-10", "2028-10", "2028-10-01", id="wrong-year"),
    ],
)
def test_a_notice_not_in_order_is_refused(file: Path, old: str, new: str, named: str) -> None:
    assert old in INVENTED_2027
    with pytest.raises(NoticeUnusable) as caught:
        load_notice(write(file, INVENTED_2027.replace(old, new)))
    assert isinstance(caught.value, Unusable)
    for text in (caught.value.text, caught.value.text_en):
        assert "ground/notices/2027.toml" in text
        assert named in text


def test_a_notice_file_that_is_not_there_or_lists_nothing(file: Path) -> None:
    with pytest.raises(NoticeUnusable, match=r"ground/notices/2027\.toml"):
        load_notice(file)
    with pytest.raises(NoticeUnusable, match="holiday"):
        load_notice(write(file, 'year = 2027\nsource = ["a", "b"]\n'))
