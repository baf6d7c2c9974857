"""Finding signals: each rule's figures are counted in the database, weighed here, and what is a signal becomes an inquiry, day by day."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from chengxin.lib.periods import shanghai_date
from chengxin.lib.workdays import CalendarGap, WorkCalendar
from chengxin.oversight.errors import DayNotOver
from chengxin.oversight.models import Round
from chengxin.oversight.rules import Figures, Reason, signal
from chengxin.oversight.terms import signal_numbers

BACK = 7
"""So many days without a round are made up."""
SATURDAY = 5
FINDERS: Mapping[str, str] = {
    "own": "SELECT * FROM oversight_find_own(%s, %s)",
    "many-askers": "SELECT * FROM oversight_find_many_askers(%s, %s)",
    "above-peers": "SELECT * FROM oversight_find_above_peers(%s, %s)",
    "out-of-hours": "SELECT * FROM oversight_find_out_of_hours(%s, %s)",
    "many-refused": "SELECT * FROM oversight_find_many_refused(%s, %s)",
    "above-habit": "SELECT * FROM oversight_find_above_habit(%s, %s)",
    "late-erasure": "SELECT * FROM oversight_find_late_erasure(%s, %s)",
    "no-later-case": "SELECT * FROM oversight_find_no_later_case(%s, %s)",
}
COLUMNS = (
    "organisation", "officer", "duty", "subject_id", "observed", "total", "expected", "compared", "subjects", "entries",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A signal: of whom it is, its reason, and how many entries it holds (a thousand at most)."""

    reason: Reason
    organisation: str
    officer: str
    duty: str
    entries: int


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a round over a day found, and how many inquiries it opened: those that weren't open before."""

    day: date
    found: tuple[Found, ...]
    opened: int


@transaction.atomic
def review_day(day: date, *, at: datetime) -> Reviewed:
    """Weigh the entries of a day that is over, by every rule, and open an inquiry for each signal; again, it opens none twice.

    One statement a rule, one that opens. Runs as intake. Raises DayNotOver, TermGap.
    """
    if day >= shanghai_date(at):
        raise DayNotOver
    told: list[dict[str, Any]] = []
    found: list[Found] = []
    for rule in FINDERS:
        for row, reason, numbers in _signals(rule, day):
            told.append({**row, "rule": rule, "numbers": numbers})
            found.append(Found(reason, row["organisation"], row["officer"], row["duty"], len(row["entries"])))
    with connection.cursor() as cursor:
        cursor.execute("SELECT oversight_open(%s, %s)", [day, json.dumps(told, default=str)])
        (opened,) = cursor.fetchone() or (0,)
    return Reviewed(day, tuple(found), opened)


def review_due(*, at: datetime) -> list[Reviewed]:
    """Review the days of the last week that are over and weren't reviewed, each in a transaction of its own."""
    today = shanghai_date(at)
    days = [today - timedelta(days=back) for back in range(BACK, 0, -1)]
    done = set(Round.objects.filter(day__in=days).values_list("day", flat=True))
    return [review_day(day, at=at) for day in days if day not in done]


def _signals(rule: str, day: date) -> Sequence[tuple[dict[str, Any], Reason, Mapping[str, int]]]:
    numbers = signal_numbers(rule, day)
    with connection.cursor() as cursor:
        cursor.execute(FINDERS[rule], [day, json.dumps({**numbers, "working": _worked(day)})])
        rows = [dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()]
    weighed = ((row, signal(rule, _figures(row), numbers), numbers) for row in rows)
    return [(row, reason, numbers) for row, reason, numbers in weighed if reason]


def _figures(row: Mapping[str, Any]) -> Figures:
    return Figures(row["observed"], row["total"], float(row["expected"]), row["compared"])


def _worked(day: date) -> bool:
    """Tell whether a day is worked; a weekday, where its holiday notice isn't known yet."""
    try:
        return WorkCalendar().is_workday(day)
    except CalendarGap:
        return day.weekday() < SATURDAY
