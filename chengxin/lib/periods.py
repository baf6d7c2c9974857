"""Periods of the calendar: months and years with clipping at the end of a month, ages, and the day of an instant.

Everything here takes and returns plain dates, which are dates in Asia/Shanghai. See docs/dates.md.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from chengxin.lib.errors import Unusable

# China has had one time zone without summer time since 1991; a fixed offset needs no zone file on the machine.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

# 民法典 第十七条: 十八周岁以上的自然人为成年人。 Not a term file: this age is the meaning of the word "adult" here.
ADULT_AT = 18

_ISO_PERIOD = re.compile(r"P(\d{1,5})([DMY])", re.ASCII)
_MONTHS = 12


class PeriodUnreadable(Unusable):
    """The text is not a period of the form that is read here."""

    code = "period-unreadable"
    message, message_en = "期间无法识别。", "The period cannot be read."


class PeriodUnit(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    @property
    def letter(self) -> str:
        return self.value[0].upper()


@dataclass(frozen=True, slots=True)
class Period:
    """A number of days, calendar months or calendar years. There is no order: a month is no number of days."""

    value: int
    unit: PeriodUnit

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("a period runs forward; its value is zero or more")

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read ISO 8601 with one component: ``P10D``, ``P3M``, ``P1Y``. Raises PeriodUnreadable."""
        match = _ISO_PERIOD.fullmatch(text)
        if match is None:
            raise PeriodUnreadable(
                f"{text!r} 应写成 P3M、P1Y 或 P10D；一年六个月写作 P18M。",
                f"{text!r} must be written like P3M, P1Y or P10D; a year and six months is P18M.",
            )
        unit = next(unit for unit in PeriodUnit if unit.letter == match[2])
        return cls(int(match[1]), unit)

    def __str__(self) -> str:
        return f"P{self.value}{self.unit.letter}"

    def after(self, day: date) -> date:
        """Return the day on which a period begun on ``day`` is over: the first day outside ``[day, end)``."""
        match self.unit:
            case PeriodUnit.DAY:
                return plain_date(day) + timedelta(days=self.value)
            case PeriodUnit.MONTH:
                return add_months(day, self.value)
            case PeriodUnit.YEAR:
                return add_years(day, self.value)


def plain_date(day: date) -> date:
    """Return the date, and refuse an instant: which day it is depends on the zone, see ``shanghai_date``."""
    if isinstance(day, datetime):
        raise TypeError("a date is wanted, not an instant: take shanghai_date(instant)")
    return day


def shanghai_date(instant: datetime) -> date:
    """Return the day in Asia/Shanghai on which an instant falls; a naive one is refused."""
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a zone; instants are UTC here")
    return instant.astimezone(SHANGHAI).date()


def seconds_of_day_left(instant: datetime) -> int:
    """Give the seconds until the next midnight in Shanghai, which knows no summer time; at least one."""
    local = instant.astimezone(SHANGHAI)
    return 86_400 - (local.hour * 3600 + local.minute * 60 + local.second)


def add_months(day: date, months: int) -> date:
    """Return the same day of a later (or earlier) month; where that month is too short, its last day.

    Always count from the first day: two steps of a month from 31 January end on 28 March, one of two on 31 March.
    Raises OverflowError outside the years 1 to 9999, as adding days does.
    """
    plain_date(day)
    years, month = divmod(day.month - 1 + months, _MONTHS)
    year = day.year + years
    if not date.min.year <= year <= date.max.year:
        raise OverflowError("date value out of range")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """Return the same day of a later year; 29 February becomes 28 February where there is none."""
    return add_months(day, _MONTHS * years)


def turns(born: date, years: int) -> date:
    """Return the day on which a person reaches an age: the birthday itself.

    Born on 29 February, in a year without one: 1 March. The law is silent; the later day protects a minor longer.
    (Periods clip to 28 February, because there the earlier day favours the person.)
    """
    day = add_years(born, years)
    return day if day.day == born.day else day + timedelta(days=1)


def is_adult(born: date, on: date) -> bool:
    """Tell whether the person has turned 18 by that day, the birthday included."""
    return plain_date(on) >= turns(born, ADULT_AT)
