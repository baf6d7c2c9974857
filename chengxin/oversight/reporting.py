"""The report on how organisations used the register in a month: numbers alone."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.lib.periods import add_months

REPORT = "review.report"


@dataclass(frozen=True, slots=True)
class Used:
    """One organisation's month. ``duties``: look-ups by duty item; ``…_late``: answered or acknowledged late, or not yet after the term."""

    organisation: str
    name: str
    asked: int
    answered: int
    refused: int
    persons: int
    duties: Mapping[str, int]
    signals: int
    sampled: int
    in_order: int
    misuse: int
    unproven: int
    open: int
    explained_late: int
    questions_late: int
    recalls_late: int


def report_of(month: date, actor: User) -> list[Used]:
    """Give the report of a month to a reviewer, whoever asked most first; without their own organisation. One statement."""
    first = month.replace(day=1)
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM oversight_report(%s, %s)", [first, add_months(first, 1) - timedelta(days=1)])
        rows = cursor.fetchall()
    return [Used(*(*row[:6], json.loads(row[6]), *row[7:])) for row in rows]


def take_report(month: date, *, actor: User, at: datetime) -> list[Used]:
    """Give the report as a file's content, and note who took it."""
    with speaking_as(actor):
        note_act(actor.login, REPORT, f"month:{month:%Y-%m}", at=at)
        return report_of(month, actor)


def as_values(rows: list[Used]) -> list[dict[str, object]]:
    """Give the report as plain values, for files."""
    return [{**asdict(row), "duties": dict(row.duties)} for row in rows]
