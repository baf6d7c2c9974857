"""What the public says, at the public site: taken in by one function of the database, found by its number, read from one view."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.education.feedback.errors import FeedbackRefused, FeedbackUnknown
from chengxin.education.feedback.rules import feedback_due
from chengxin.lib.periods import shanghai_date
from chengxin.lib.sql import statements
from chengxin.lib.workdays import DueDate, WorkCalendar
from chengxin.records.terms import feedback_months, feedback_term

SQL = statements(Path(__file__).parent.parent / "sql" / "feedback.sql")
LISTED = 20
BEFORE_ALL = "9999-12-31.0"
REFUSED = {
    "full": ("现在提交意见的人很多，请过一小时再试。", "Many write just now; try again in an hour."),
    "number": (
        "里面像是有身份证件号码或者电话号码，请删去再提交。",
        "It seems to hold an identity code or a telephone number; take it out.",
    ),
    "used": ("这一页已经提交过，请重新打开“意见反馈”再写。", "This form was sent before; open the page anew."),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sender is told beforehand: by when an answer comes, and for how many months it is kept."""

    due: DueDate
    months: int


@dataclass(frozen=True, slots=True)
class Found:
    """What whoever holds the number may know."""

    given_at: datetime
    words: str
    due_on: date
    due_estimated: bool
    answered_at: datetime | None
    answer: str
    shown: bool

    def overdue(self, on: date) -> bool:
        return self.answered_at is None and self.due_on < on


@dataclass(frozen=True, slots=True)
class Shown:
    place: int
    words: str
    answer: str
    answered_on: date


@dataclass(frozen=True, slots=True)
class ShownLeaf:
    """A page of the list; ``after`` is where the next one begins, when there is more."""

    entries: list[Shown]
    after: str


def _ask(name: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _digest(number: str) -> bytes:
    return sha256(f"feedback:{number}".encode()).digest()


def terms_of(at: datetime) -> Terms:
    """Give what holds for what is said now. Raises TermGap."""
    today = shanghai_date(at)
    return Terms(feedback_due(today, feedback_term(today), WorkCalendar()), feedback_months(today))


def give_feedback(number: str, words: str, *, may_show: bool, at: datetime) -> None:
    """Take in what somebody says, under a number drawn for it; the same once more changes nothing. Raises FeedbackRefused."""
    due = terms_of(at).due
    ((outcome,),) = _ask("give", _digest(number), words.strip(), may_show, due.day, due.provisional)
    if outcome != "taken":
        raise FeedbackRefused(*REFUSED[outcome])


def find_feedback(number: str) -> Found:
    """Give what was said under a number, and the answer. Raises FeedbackUnknown, the same whatever was wrong with the number."""
    found = _ask("find", _digest(number))
    if not found:
        raise FeedbackUnknown
    return Found(*found[0])


def shown_feedback(after: str = "", limit: int = LISTED) -> ShownLeaf:
    """Give a page of what everybody may read, the latest answer first. Raises ValueError on a mark that isn't one."""
    day, _, last = (after or BEFORE_ALL).partition(".")
    rows = [Shown(*row) for row in _ask("shown", date.fromisoformat(day), int(last), limit + 1)]
    shown = rows[:limit]
    return ShownLeaf(shown, f"{shown[-1].answered_on.isoformat()}.{shown[-1].place}" if len(rows) > limit else "")
