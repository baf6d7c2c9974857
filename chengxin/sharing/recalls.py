"""Telling whoever read a record what became of it since, and their acknowledgement (safeguard 7)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from chengxin.ground.models import Event
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.identity.vault import vault
from chengxin.lib.periods import shanghai_date
from chengxin.lib.workdays import WorkCalendar
from chengxin.records.terms import recall_term
from chengxin.records.undoing import WITHDRAWN_EVENT
from chengxin.sharing.errors import RecallUnknown
from chengxin.sharing.rules import recall_due

LATE = timedelta(hours=1)
"""No reading lasts longer."""
PAGE, LAST = 50, (1 << 63) - 1
MARKED = "SELECT sharing_recall_marked(%s, %s, %s, %s, %s, %s, %s)"
TELL = {
    "undoing": "SELECT sharing_recall_undone(%s, %s, %s, %s)",
    **{
        cause: f"SELECT sharing_recall_batch(%s, '{cause}', %s, %s, %s)"
        for cause in ("batch", "changed", "repaired", "sealed")
    },
    "moved": "SELECT sharing_recall_moved(%s, %s, %s, %s)",
    "expired": "SELECT sharing_recall_expired(%s, %s, %s, %s)",
}
"""What tells of each cause: the undoing of a whole batch; a batch that withdrew records, corrected, repaired or sealed them; a step that
took them to another person; a day since which they show no more."""
MARKS = frozenset(("disputed", "dispute-ended"))


@dataclass(frozen=True, slots=True)
class Recalled:
    """A record that the organisation read and that was withdrawn, corrected, or went back to earlier content; its number, no value of it.

    ``cause`` is ``undoing`` where its whole batch was wrong, ``batch`` where its provider withdrew the record, ``changed`` where it says
    something else now, ``repaired``, ``sealed``, ``expired`` where it may be used no more, ``moved`` where it isn't of the person under
    whom it was read, ``disputed`` and ``dispute-ended`` where it goes on standing.
    """

    id: int
    number: str
    cause: str
    case_reference: str
    read_at: datetime
    told_at: datetime
    due_on: date | None
    acknowledged_at: datetime | None
    acknowledged_by: str


@dataclass(frozen=True, slots=True)
class OwnRecall:
    """Which organisation was told of a change of the person's record that it had read, until when it is to acknowledge, and when it did."""

    cause: str
    organisation: str
    told_at: datetime
    due_on: date | None
    acknowledged_at: datetime | None


def recall_withdrawn(reference: str, at: datetime) -> None:
    """Tell every organisation that read what was withdrawn. Told twice, it tells once. One statement. Raises ValueError."""
    cause, _, number = reference.partition(":")
    if cause not in TELL and cause not in MARKS:
        raise ValueError("a withdrawal names its undoing or its batch")
    today = shanghai_date(at)
    due = recall_due(today, recall_term(today), WorkCalendar())
    with connection.cursor() as cursor:
        if cause in MARKS:
            mark, subject, record = map(int, number.split(":"))
            cursor.execute(MARKED, [cause, mark, subject, record, at, due.day, due.provisional])
        else:
            cursor.execute(TELL[cause], [number, at, due.day, due.provisional])


def announce_expiry(*, at: datetime) -> int:
    """Announce the days on which records ceased to show, each once; gives how many. Whoever read those is told like of a withdrawal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_announce_expiry(%s, %s)", [shanghai_date(at), at])
        (made,) = cursor.fetchone() or (0,)
    return int(made)


def recall_late(*, at: datetime) -> None:
    """Look once more at what was told of within the last hour: whoever read at the very moment of a withdrawal is entered after it."""
    for reference in references_since(at - LATE):
        recall_withdrawn(reference, at)


def references_since(at: datetime) -> list[str]:
    """Give what was told of since a moment, in order."""
    lately = Event.objects.filter(kind=WITHDRAWN_EVENT, delivered_at__gt=at)
    return list(lately.order_by("pk").values_list("reference", flat=True))


def list_recalls(actor: User, *, before: int | None = None, limit: int = PAGE) -> list[Recalled]:
    """Give what the officer's organisation is told of, the newest first. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, subject_id, record_id, split_part(reference, ':', 1), case_reference, read_at, told_at, due_on,
                   acknowledged_at, acknowledged_by
               FROM sharing_recalls_of(%s, %s)""",
            [before or LAST, limit],
        )
        rows, number = cursor.fetchall(), vault().record_number
    return [Recalled(one, number(subject, record), *rest) for one, subject, record, *rest in rows]


def read_own_recalls(record_id: int) -> list[OwnRecall]:
    """Tell who was told of changes of one of the person's records. Inside a transaction that speaks for the person; nobody else's come."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT cause, organisation, told_at, due_on, acknowledged_at FROM sharing_own_recalls(%s)", [record_id]
        )
        return [OwnRecall(*row) for row in cursor.fetchall()]


@transaction.atomic
def acknowledge(number: int, *, actor: User, at: datetime) -> None:
    """Acknowledge for the officer's organisation that a record was withdrawn.

    Raises RecallUnknown, also for another's and a second time.
    """
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_acknowledge(%s)", [number])
        if cursor.fetchone() != (True,):
            raise RecallUnknown
        note_act(actor.login, "recall.acknowledge", f"recall:{number}", at=at)
