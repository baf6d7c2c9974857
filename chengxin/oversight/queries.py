"""Inquiries, explanations and suspensions as those who have to do with them see them. Never a person's name, code or record."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.oversight.errors import ExplanationUnknown, InquiryUnknown, ReviewerBarred, SuspensionUnknown
from chengxin.oversight.models import Inquiry
from chengxin.oversight.rules import RULES, Figures, Reason, explain, refuse_reviewer

LISTED, ENTRIES = 200, 200


@dataclass(frozen=True, slots=True)
class Case:
    """An inquiry as its reviewer sees it. ``person``: whether it is about one person; who, nobody is told."""

    id: int
    rule: str
    day: date
    organisation: str
    organisation_name: str
    officer: str
    duty: str
    person: bool
    observed: int
    total: int
    expected: float
    compared: int
    numbers: str
    opened_at: datetime
    finding: str
    reason: str
    closed_by: str
    closed_at: datetime | None
    entries: int
    asked: int
    answered: int
    due: date | None

    @property
    def name(self) -> str:
        return RULES[self.rule].name

    @property
    def why(self) -> Reason:
        figures = Figures(self.observed, self.total, float(self.expected), self.compared)
        return explain(self.rule, figures, json.loads(self.numbers))

    @property
    def finding_name(self) -> str:
        return Inquiry.Finding(self.finding).label if self.finding else ""

    @property
    def state(self) -> str:
        """Tell how far it is: closed, answered by all who were asked, asked, or open."""
        if self.closed_at:
            return "closed"
        if not self.asked:
            return "open"
        return "answered" if self.answered == self.asked else "asked"

    def overdue(self, on: date) -> bool:
        return self.state == "asked" and self.due is not None and self.due < on


@dataclass(frozen=True, slots=True)
class InquiryLine:
    """An entry of the register in an inquiry. ``person`` is a number within the inquiry, none for somebody unknown."""

    at: datetime
    organisation: str
    officer: str
    purpose: str
    duty: str
    basis: str
    case_reference: str
    channel: str
    outcome: str
    reason: str
    person: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What an organisation was asked in an inquiry, for the reviewer."""

    id: int
    organisation: str
    words: str
    asked_by: str
    asked_at: datetime
    due_on: date
    due_estimated: bool
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToExplain:
    """What the organisation is asked by a reviewer, for its own officers."""

    id: int
    inquiry: int
    rule: str
    day: date
    officer: str
    words: str
    asked_at: datetime
    due_on: date
    due_estimated: bool
    answer: str
    answered_by: str
    answered_at: datetime | None
    open: bool
    entries: int

    @property
    def name(self) -> str:
        return RULES[self.rule].name

    def overdue(self, on: date) -> bool:
        return self.open and self.due_on < on


@dataclass(frozen=True, slots=True)
class Suspendable:
    """What could be suspended: a client, an officer or an enrolment."""

    kind: str
    number: int
    name: str
    label: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """A suspension as reviewers see it. ``mine``: whether the reviewer signed first what waits for a second signature."""

    id: int
    kind: str
    name: str
    label: str
    organisation: str
    reason: str
    reference: str
    proposed_by: str
    proposed_at: datetime
    agreed_by: str
    agreed_at: datetime | None
    dropped_at: datetime | None
    end_reason: str
    end_proposed_by: str
    end_proposed_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    state: str
    mine: bool


def find_case(number: int, actor: User) -> Case:
    """Give an inquiry to a reviewer whom nothing bars. Raises InquiryUnknown, ReviewerBarred."""
    rows = _told(actor, "SELECT * FROM oversight_inquiries(%s, 1)", number)
    if not rows:
        raise InquiryUnknown
    ((bar,),) = _told(actor, "SELECT oversight_hands(%s)", number)
    if refusal := refuse_reviewer(bar):
        raise ReviewerBarred(refusal)
    return Case(*rows[0])


def list_cases(actor: User, *, limit: int = LISTED) -> list[Case]:
    """Give the inquiries that a reviewer may handle, the newest first."""
    return [Case(*row) for row in _told(actor, "SELECT * FROM oversight_inquiries(NULL, %s)", limit)]


def list_lines(inquiry: int, actor: User, *, limit: int = ENTRIES) -> list[InquiryLine]:
    """Give the entries of an inquiry: all to its reviewer, its own to an organisation that was asked."""
    return [InquiryLine(*row) for row in _told(actor, "SELECT * FROM oversight_entries(%s, %s)", inquiry, limit)]


def list_asked(inquiry: int, actor: User) -> list[Asked]:
    return [Asked(*row) for row in _told(actor, "SELECT * FROM oversight_explanations_of(%s)", inquiry)]


def list_to_explain(actor: User, *, limit: int = LISTED) -> list[ToExplain]:
    """Give what reviewers ask the officer's organisation: what waits for an answer first."""
    return [ToExplain(*row) for row in _told(actor, "SELECT * FROM oversight_explanations_to(NULL, %s)", limit)]


def find_to_explain(number: int, actor: User) -> ToExplain:
    """Raises ExplanationUnknown, also for another organisation's."""
    rows = _told(actor, "SELECT * FROM oversight_explanations_to(%s, 1)", number)
    if not rows:
        raise ExplanationUnknown
    return ToExplain(*rows[0])


def list_suspendable(inquiry: int, actor: User) -> list[Suspendable]:
    return [Suspendable(*row) for row in _told(actor, "SELECT * FROM oversight_suspendable(%s)", inquiry)]


def list_suspensions(actor: User, *, limit: int = LISTED) -> list[Stopped]:
    return [Stopped(*row) for row in _told(actor, "SELECT * FROM oversight_suspensions(NULL, %s)", limit)]


def find_suspension(number: int, actor: User) -> Stopped:
    """Raises SuspensionUnknown, also for one of the reviewer's own organisation."""
    rows = _told(actor, "SELECT * FROM oversight_suspensions(%s, 1)", number)
    if not rows:
        raise SuspensionUnknown
    return Stopped(*rows[0])


def _told(actor: User, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """Ask while speaking for an officer: what the database tells hangs on who they are."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(query, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
