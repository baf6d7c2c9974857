"""Months, years, ages and the day of an instant."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.errors import Unusable
from chengxin.lib.periods import (
    Period,
    PeriodUnit,
    PeriodUnreadable,
    add_months,
    add_years,
    is_adult,
    plain_date,
    shanghai_date,
    turns,
)

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MONTHS = st.integers(-600, 600)


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="clips-to-february"),
        pytest.param(date(2026, 1, 31), 3, date(2026, 4, 30), id="clips-to-april"),
        pytest.param(date(2024, 1, 31), 1, date(2024, 2, 29), id="clips-to-leap-day"),
        pytest.param(date(2026, 2, 28), 1, date(2026, 3, 28), id="month-end-is-not-sticky"),
        pytest.param(date(2026, 1, 31), 2, date(2026, 3, 31), id="counted-from-the-first-day"),
        pytest.param(date(2026, 10, 15), 3, date(2027, 1, 15), id="over-the-year"),
        pytest.param(date(2026, 12, 31), 12, date(2027, 12, 31), id="december-to-december"),
        pytest.param(date(2026, 3, 31), -1, date(2026, 2, 28), id="backwards"),
        pytest.param(date(2026, 1, 15), -1, date(2025, 12, 15), id="backwards-over-the-year"),
        pytest.param(date(2026, 1, 31), 0, date(2026, 1, 31), id="none"),
    ],
)
def test_add_months(day: date, months: int, result: date) -> None:
    assert add_months(day, months) == result


@pytest.mark.parametrize(
    ("day", "years", "result"),
    [
        pytest.param(date(2024, 2, 29), 1, date(2025, 2, 28), id="leap-day-to-common-year"),
        pytest.param(date(2024, 2, 29), 4, date(2028, 2, 29), id="leap-day-to-leap-year"),
        pytest.param(date(1896, 2, 29), 4, date(1900, 2, 28), id="1900-has-no-leap-day"),
        pytest.param(date(2021, 4, 1), 5, date(2026, 4, 1), id="retention"),
    ],
)
def test_add_years(day: date, years: int, result: date) -> None:
    assert add_years(day, years) == result


@given(DAYS, DAYS, MONTHS)
def test_add_months_keeps_the_order_of_days(one: date, other: date, months: int) -> None:
    first, last = sorted((one, other))
    assert add_months(first, months) <= add_months(last, months)


@given(DAYS, MONTHS, MONTHS)
def test_more_months_end_later(day: date, one: int, other: int) -> None:
    assert (add_months(day, one) < add_months(day, other)) == (one < other)


@given(DAYS, MONTHS)
def test_add_months_moves_the_day_only_to_a_month_end(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    if moved.day != day.day:
        assert moved.day == monthrange(moved.year, moved.month)[1] < day.day


@given(DAYS, st.integers(-50, 50))
def test_a_year_is_twelve_months(day: date, years: int) -> None:
    assert add_years(day, years) == add_months(day, 12 * years)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)).filter(lambda day: day.day <= 28), MONTHS, MONTHS)
def test_up_to_the_28th_months_add_up(day: date, one: int, other: int) -> None:
    assert add_months(add_months(day, one), other) == add_months(day, one + other)


@pytest.mark.parametrize(("day", "months"), [(date(9999, 12, 31), 1), (date(1, 1, 1), -1), (date(9999, 12, 31), 60)])
def test_outside_the_calendar_is_an_overflow(day: date, months: int) -> None:
    with pytest.raises(OverflowError):
        add_months(day, months)


@pytest.mark.parametrize(
    ("text", "period", "end"),
    [
        pytest.param("P3M", Period(3, PeriodUnit.MONTH), date(2026, 4, 30), id="months"),
        pytest.param("P1Y", Period(1, PeriodUnit.YEAR), date(2027, 1, 31), id="years"),
        pytest.param("P10D", Period(10, PeriodUnit.DAY), date(2026, 2, 10), id="days"),
        pytest.param("P0D", Period(0, PeriodUnit.DAY), date(2026, 1, 31), id="nothing"),
    ],
)
def test_period_is_read_written_and_counted(text: str, period: Period, end: date) -> None:
    assert Period.parse(text) == period
    assert str(period) == text
    assert period.after(date(2026, 1, 31)) == end


@pytest.mark.parametrize(
    "text", ["", "P", "3M", "P3", "PM", "p3m", "P3W", "P1Y6M", "PT3M", "P-3M", "P1.5M", " P3M", "P3M\n", "P３M"]
)
def test_other_forms_of_period_are_refused(text: str) -> None:
    with pytest.raises(PeriodUnreadable) as caught:
        Period.parse(text)
    assert isinstance(caught.value, Unusable)
    assert "P18M" in caught.value.text
    assert "P18M" in caught.value.text_en


@given(st.integers(0, 99_999), st.sampled_from(PeriodUnit))
def test_every_period_survives_its_own_text(value: int, unit: PeriodUnit) -> None:
    assert Period.parse(str(Period(value, unit))) == Period(value, unit)


def test_a_period_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        Period(-1, PeriodUnit.DAY)


@pytest.mark.parametrize(
    ("born", "day"),
    [
        pytest.param(date(2008, 4, 1), date(2026, 4, 1), id="birthday"),
        pytest.param(date(2008, 2, 29), date(2026, 3, 1), id="leap-day-in-common-year"),
        pytest.param(date(2008, 2, 28), date(2026, 2, 28), id="day-before-leap-day"),
        pytest.param(date(1882, 2, 29 - 1), date(1900, 2, 28), id="28-february"),
        pytest.param(date(2008, 12, 31), date(2026, 12, 31), id="last-of-december"),
    ],
)
def test_turning_18(born: date, day: date) -> None:
    assert turns(born, 18) == day
    assert not is_adult(born, day - timedelta(days=1))
    assert is_adult(born, day)


def test_leap_day_birthday_in_a_leap_year_is_kept() -> None:
    assert turns(date(2008, 2, 29), 20) == date(2028, 2, 29)


def test_nobody_is_adult_before_birth() -> None:
    assert not is_adult(date(2026, 4, 1), date(2026, 3, 31))


@given(DAYS, st.integers(1, 120))
def test_an_age_is_never_reached_before_the_period_of_years_is_over(born: date, years: int) -> None:
    assert timedelta(0) <= turns(born, years) - add_years(born, years) <= timedelta(days=1)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), date(2026, 1, 31), id="last-second-of-the-day"),
        pytest.param(datetime(2026, 1, 31, 16, 0, tzinfo=UTC), date(2026, 2, 1), id="midnight-in-shanghai"),
        pytest.param(datetime(2026, 1, 31, 23, 0, tzinfo=timezone(timedelta(hours=-5))), date(2026, 2, 1), id="abroad"),
    ],
)
def test_the_day_of_an_instant_is_the_one_in_shanghai(instant: datetime, day: date) -> None:
    assert shanghai_date(instant) == day


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        shanghai_date(datetime(2026, 1, 31, 12, 0))


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(plain_date, id="plain_date"),
        pytest.param(lambda instant: add_months(instant, 1), id="add_months"),
        pytest.param(lambda instant: Period(1, PeriodUnit.DAY).after(instant), id="after"),
        pytest.param(lambda instant: turns(instant, 18), id="turns"),
        pytest.param(lambda instant: is_adult(date(2000, 1, 1), instant), id="is_adult"),
    ],
)
def test_an_instant_is_never_taken_for_a_date(use: object) -> None:
    assert callable(use)
    with pytest.raises(TypeError, match="shanghai_date"):
        use(datetime(2026, 1, 31, 20, 0, tzinfo=UTC))
