"""Working days with make-up days (调休), and what is done where the State Council's notice is not known yet.

The notice for a year rules the days from 25 December before it to 24 December in it: New Year's holiday shifts days
of the week before, so the end of December is settled only by the following year's notice. See docs/dates.md.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version
from itertools import count
from pathlib import Path

import chinese_calendar

from chengxin.lib.errors import Unusable
from chengxin.lib.periods import plain_date
from chengxin.lib.sources import Source
from chengxin.lib.terms.reading import Entry, read_toml

_DAY = timedelta(days=1)
_SATURDAY = 5
_YEAR_END = (12, 25)

_EXAMPLE_SOURCE = ("国务院办公厅关于2027年部分节假日安排的通知", "国办发明电〔2026〕…号")

# A year that is known, so that nobody takes the example's days for those of the year that is missing.
NOTICE_FORM = """\
year = 2026
source = ["国务院办公厅关于2026年部分节假日安排的通知", "国办发明电〔2025〕…号"]

[[holiday]]
name = "国庆节"
first = 2026-10-01
last = 2026-10-07
workdays = [2026-09-20, 2026-10-10]"""


class NoticeUnusable(Unusable):
    """The file or the data of a holiday notice is not in order."""

    code = "notice-unusable"
    message, message_en = "放假安排无法使用。", "The holiday notice cannot be used."


class CalendarGap(Unusable):
    """The working days of that year are not known: its holiday notice has not been loaded."""

    code = "calendar-gap"
    message, message_en = "工作日历缺少数据。", "The working-day calendar has a gap."

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(
            f"缺少{year}年的放假安排（{year - 1}年12月25日起的日期由它决定）。"
            f"请录入《国务院办公厅关于{year}年部分节假日安排的通知》，文件写法（以2026年国庆节为例，其余节日同样逐一列出）：\n{NOTICE_FORM}",
            f"The holiday notice for {year} is missing (it rules the days from 25 December {year - 1}). "
            f"Load the State Council's notice for {year}; the form of the file, with one [[holiday]] for each feast "
            f"and 2026 as the example:\n{NOTICE_FORM}",
        )


def notice_year(day: date) -> int:
    """Return the year whose notice rules the day: from 25 December on, the next year's."""
    return plain_date(day).year + ((day.month, day.day) >= _YEAR_END)


@dataclass(frozen=True, slots=True)
class HolidayNotice:
    """A whole year's notice: the days off (weekends within them too) and the weekend days that are worked.

    Refuses, whatever it was read from, what can't be a whole notice. Raises NoticeUnusable.
    """

    year: int
    holidays: frozenset[date]
    workdays: frozenset[date]
    source: Source
    names: Mapping[date, str] = field(default_factory=dict, hash=False, compare=False)

    def __post_init__(self) -> None:
        self._refuse_days(
            [day for day in self.holidays | self.workdays if notice_year(day) != self.year],
            f"不属于{self.year}年通知管的日期（上年12月25日至当年12月24日）",
            f"not ruled by the notice for {self.year} (25 December before it to 24 December in it)",
        )
        self._refuse_days(self.holidays & self.workdays, "既放假又上班", "both off and worked")
        self._refuse_days(
            [day for day in self.workdays if day.weekday() < _SATURDAY],
            "不是周末，不能是调休上班日",
            "not a weekend day, so no make-up day",
        )
        self._refuse_days(
            self._feasts_left_out(),
            "应放假（或在春节期间）而未列入，通知不完整",
            "a public holiday (or in the time of Spring Festival) that is not listed: the notice is not complete",
        )

    def _feasts_left_out(self) -> set[date]:
        """Return feasts without which a notice is not whole; Spring Festival falls from 21 January to 20 February."""
        feasts = {date(self.year, month, 1) for month in (1, 5, 10)}
        spring = date(self.year, 1, 21)
        if not any(spring <= day <= date(self.year, 2, 20) for day in self.holidays):
            feasts.add(spring)
        return feasts - self.holidays

    def _refuse_days(self, days: Iterable[date], why: str, why_en: str) -> None:
        listed = ", ".join(day.isoformat() for day in sorted(days))
        if listed:
            raise NoticeUnusable(
                f"{self.year}年：{listed} {why}，请对照通知原文改正。",
                f"{self.year}: {listed} {why_en}; compare with the notice's text.",
            )


def load_notice(path: Path) -> HolidayNotice:
    """Read a notice file, strictly; NOTICE_FORM shows the form. Raises NoticeUnusable."""
    sheet = read_toml(path, NoticeUnusable)
    year = sheet.required("year", int, "2027")
    if not date.min.year < year < date.max.year:
        raise sheet.place.refusal(f"year = {year} 不是年份。", f"year = {year} is not a year.")
    law, article = sheet.source(_EXAMPLE_SOURCE)
    entries = sheet.entries("holiday")
    sheet.finish()
    holidays: dict[date, str] = {}
    workdays: dict[date, str] = {}
    for entry in entries:
        _read_holiday(entry, holidays, workdays)
    try:
        names = {**holidays, **workdays}
        return HolidayNotice(year, frozenset(holidays), frozenset(workdays), Source(law, article), names)
    except NoticeUnusable as problem:
        raise sheet.place.refusal(problem.detail, problem.detail_en) from problem


def _read_holiday(entry: Entry, holidays: dict[date, str], workdays: dict[date, str]) -> None:
    name = entry.text("name", "国庆节")
    first = entry.required("first", date, "2027-10-01")
    last = entry.required("last", date, "2027-10-07")
    worked: list[object] = entry.optional("workdays", list, "[2027-09-26]") or []
    entry.finish()
    if last < first:
        raise entry.place.refusal(
            f"last = {last} 早于 first = {first}（两天都放假）。",
            f"last = {last} is before first = {first} (both are off).",
        )
    for off in range((last - first).days + 1):
        _enter(entry, holidays, first + off * _DAY, name)
    for day in worked:
        if type(day) is not date:
            raise entry.place.refusal(
                "workdays 应为日期列表，例如 workdays = [2027-09-26]。",
                "workdays must be a list of dates, for example workdays = [2027-09-26].",
            )
        _enter(entry, workdays, day, name)


def _enter(entry: Entry, days: dict[date, str], day: date, name: str) -> None:
    if day in days:
        raise entry.place.refusal(f"{day} 重复（{days[day]}）。", f"{day} is listed twice ({days[day]}).")
    days[day] = name


def package_notices() -> tuple[HolidayNotice, ...]:
    """Return the years that the installed ``chinesecalendar`` knows, each as a notice.

    The first year's New Year (2004) moved no day of the December before it, so its notice is whole as well.
    """
    holidays: dict[date, str] = chinese_calendar.holidays
    workdays: dict[date, str] = chinese_calendar.workdays
    chinese = {feast.value: str(feast.chinese) for feast in chinese_calendar.Holiday}
    names = {day: chinese[feast] for day, feast in (holidays | workdays).items()}
    copied = f"（据 chinesecalendar {version('chinesecalendar')}）"
    return tuple(
        HolidayNotice(
            year,
            frozenset(day for day in holidays if notice_year(day) == year),
            frozenset(day for day in workdays if notice_year(day) == year),
            Source(f"国务院办公厅关于{year}年部分节假日安排的通知", copied),
            {day: name for day, name in names.items() if notice_year(day) == year},
        )
        for year in sorted({notice_year(day) for day in holidays})
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a count, as it is shown to a person."""

    day: date
    counted: bool
    reason: str
    reason_en: str
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class DueDate:
    """The last day of a term in working days, how it was counted, and by which edition of the calendar.

    ``provisional``: a day in the count is not known yet; keep the flag and compute again when the notice comes.
    """

    day: date
    provisional: bool
    working: tuple[Step, ...]
    edition: str


class WorkCalendar:
    """Which days are worked, and counting in them. A loaded notice replaces the package's whole year."""

    def __init__(self, notices: Iterable[HolidayNotice] = (), *, base: Iterable[HolidayNotice] | None = None) -> None:
        """Take loaded notices over a base, by default the package's. Raises NoticeUnusable for two of one year."""
        self._notices = _by_year(package_notices() if base is None else base) | _by_year(notices)
        if not self._notices:
            raise NoticeUnusable("没有任何年份的放假安排。", "No year's holiday notice is known.")
        self._workdays = sorted(day for year in self._notices for day in _days_of(year) if self._step(day).counted)
        self.edition = self._digest()

    @property
    def first_known(self) -> date:
        return next(_days_of(min(self._notices)))

    @property
    def last_known(self) -> date:
        """The last day before the first gap: 24 December of the last year in the unbroken run of notices."""
        gap = next(year for year in count(min(self._notices)) if year not in self._notices)
        return next(_days_of(gap)) - _DAY

    def is_workday(self, day: date) -> bool:
        """Tell whether the day is worked. Raises CalendarGap."""
        self._require(notice_year(day), notice_year(day))
        return self._step(day).counted

    def add(self, day: date, n: int) -> date:
        """Return the n-th working day after ``day``, which is itself not counted.

        n = 0 returns the day itself, worked or not: nothing is counted, so nothing moves, and adding n and then m
        is adding n + m from any day. Raises CalendarGap.
        """
        _refuse_negative(n)
        if n == 0:
            return plain_date(day)
        start = notice_year(day + _DAY)
        self._require(start, start)
        index = bisect_right(self._workdays, day) + n - 1
        end = self._workdays[index] if index < len(self._workdays) else None
        self._require(start, notice_year(end) if end else max(self._notices) + 1)
        return self._workdays[index]

    def between(self, first: date, last: date) -> int:
        """Return the number of working days after ``first``, up to and with ``last``: the n that ``add`` needs.

        Where ``last`` is the earlier day, the number is negative: so many working days overdue. Raises CalendarGap.
        """
        if last < first:
            return -self.between(last, first)
        if plain_date(first) < plain_date(last):
            self._require(notice_year(first + _DAY), notice_year(last))
        return bisect_right(self._workdays, last) - bisect_right(self._workdays, first)

    def add_or_estimate(self, day: date, n: int) -> DueDate:
        """Return what ``add`` returns; days that are not known yet are taken by the week and make it provisional."""
        _refuse_negative(n)
        working = self._count(plain_date(day), n)
        estimated = any(step.estimated for step in working)
        return DueDate(working[-1].day, estimated, working, self.edition)

    def explain(self, day: date, n: int) -> tuple[Step, ...]:
        """Return the count day by day, the day of receipt first: the working that is shown to a person."""
        return self.add_or_estimate(day, n).working

    def _count(self, day: date, n: int) -> tuple[Step, ...]:
        steps = [Step(day, counted=False, reason="起算当日不计", reason_en="the first day is not counted")]
        while n > 0:
            steps.append(self._step(steps[-1].day + _DAY))
            n -= steps[-1].counted
        return tuple(steps)

    def _step(self, day: date) -> Step:
        notice = self._notices.get(notice_year(day))
        weekend = day.weekday() >= _SATURDAY
        if notice is None:
            year = notice_year(day)
            kind, kind_en = ("周末", "weekend") if weekend else ("周一至周五", "Monday to Friday")
            return Step(
                day,
                not weekend,
                f"{kind}，暂计（{year}年放假安排未录入）",
                f"{kind_en}, provisionally (the holiday notice for {year} is not loaded)",
                estimated=True,
            )
        name = notice.names.get(day)
        named = f"（{name}）" if name else ""
        if day in notice.workdays:
            return Step(day, counted=True, reason=f"调休上班{named}", reason_en="make-up working day")
        if day in notice.holidays:
            return Step(day, counted=False, reason=f"放假{named}", reason_en="public holiday")
        if weekend:
            return Step(day, counted=False, reason="周末", reason_en="weekend")
        return Step(day, counted=True, reason="工作日", reason_en="working day")

    def _require(self, first_year: int, last_year: int) -> None:
        for year in range(first_year, last_year + 1):
            if year not in self._notices:
                raise CalendarGap(year)

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for year, notice in sorted(self._notices.items()):
            for kind, days in (("off", notice.holidays), ("worked", notice.workdays)):
                digest.update(f"{year} {kind} {','.join(day.isoformat() for day in sorted(days))}\n".encode())
        return digest.hexdigest()[:12]


def _by_year(notices: Iterable[HolidayNotice]) -> dict[int, HolidayNotice]:
    years: dict[int, HolidayNotice] = {}
    for notice in notices:
        if notice.year in years:
            raise NoticeUnusable(
                f"{notice.year}年有两份放假安排；有变动的，请合成一份全年文件。",
                f"There are two notices for {notice.year}; write a changed notice as one file for the whole year.",
            )
        years[notice.year] = notice
    return years


def _days_of(year: int) -> Iterator[date]:
    """Yield the days that the notice for a year rules."""
    day, end = date(year - 1, *_YEAR_END), date(year, *_YEAR_END)
    while day < end:
        yield day
        day += _DAY


def _refuse_negative(n: int) -> None:
    if n < 0:
        raise ValueError("working days are counted forward; n is zero or more")
