"""Telling whoever read a record that it was withdrawn, and their acknowledgement (safeguard 7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from chengxin.ground.models import Event
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.identity.vault import vault
from chengxin.records.undoing import WITHDRAWN_EVENT
from chengxin.sharing.errors import RecallUnknown

LATE = timedelta(hours=1)
"""No reading lasts longer."""
PAGE, LAST = 50, (1 << 63) - 1
TELL = {
    "undoing": "SELECT sharing_recall_undone(%s, %s)",
    "batch": "SELECT sharing_recall_withdrawn(%s, %s)",
}
"""What tells of each cause: the undoing of a whole batch; a batch that withdrew records by their numbers."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A record that the organisation read and that was withdrawn or went back to earlier content; its number, no value of it.

    ``cause`` is ``undoing`` where its whole batch was wrong, ``batch`` where its provider withdrew the record by its number.
    """

    id: int
    number: str
    cause: str
    case_reference: str
    read_at: datetime
    told_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str


def recall_withdrawn(reference: str, at: datetime) -> None:
    """Tell every organisation that read what was withdrawn. Told twice, it tells once. One statement. Raises ValueError."""
    cause, _, number = reference.partition(":")
    if cause not in TELL:
        raise ValueError("a withdrawal names its undoing or its batch")
    with connection.cursor() as cursor:
        cursor.execute(TELL[cause], [int(number), at])


def recall_late(*, at: datetime) -> None:
    """Look once more at what was told of within the last hour: whoever read at the very moment of a withdrawal is entered after it."""
    lately = Event.objects.filter(kind=WITHDRAWN_EVENT, delivered_at__gt=at - LATE)
    for reference in lately.order_by("pk").values_list("reference", flat=True):
        recall_withdrawn(reference, at)


def list_recalls(actor: User, *, before: int | None = None, limit: int = PAGE) -> list[Recalled]:
    """Give what the officer's organisation is told of, the newest first. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(
            """SELECT id, subject_id, record_id, split_part(reference, ':', 1), case_reference, read_at, told_at, acknowledged_at,
                   acknowledged_by
               FROM sharing_recalls_of(%s, %s)""",
            [before or LAST, limit],
        )
        rows, number = cursor.fetchall(), vault().record_number
    return [Recalled(one, number(subject, record), *rest) for one, subject, record, *rest in rows]


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
