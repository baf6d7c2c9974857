"""The flow of rows and cases: what was handed in day by day, and how long cases took to be decided, week by week."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).resolve().parent / "sql" / "flow.sql")
DAYS, WEEKS = 31, 26


@dataclass(frozen=True, slots=True)
class FlowDay:
    """Rows of one day: accepted, waiting, refused."""

    day: date
    accepted: int
    waiting: int
    refused: int


@dataclass(frozen=True, slots=True)
class Week:
    """Cases of a kind that ended in the week from a Monday on, and the hours that half of them, and nine in ten, took at most.

    ``kind``: ``decided``, from the row's coming to its decision; ``seconded``, from there to the second officer's word; ``undoing``,
    from a batch's being called wrong to the credit centre's word.
    """

    kind: str
    week: date
    cases: int
    median_h: int
    ninth_h: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The last month by day and the last half year by week."""

    days: tuple[FlowDay, ...]
    weeks: tuple[Week, ...]


def flow_of(actor: User, *, until: date) -> Flow:
    """Give the flow of the officer's organisation, at the credit centre of all. Two statements beside those that speak."""
    first = until - timedelta(days=DAYS - 1)
    monday = until - timedelta(days=until.weekday(), weeks=WEEKS - 1)
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(SQL["days"], {"first": first, "last": until})
        days = tuple(FlowDay(*row) for row in cursor.fetchall())
        cursor.execute(SQL["weeks"], {"first": monday})
        return Flow(days, tuple(Week(*row) for row in cursor.fetchall()))
