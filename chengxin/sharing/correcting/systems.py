"""Recalls for organisations' systems: listed after a place, acknowledged by number."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.checking import refuse_client
from chengxin.identity.speaking import speak_for
from chengxin.identity.vault import vault
from chengxin.sharing.asking import Caller
from chengxin.sharing.correcting.sending import cause_told
from chengxin.sharing.errors import RecallUnknown

LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class SystemRecall:
    """A recall as a system is told of it."""

    recall: int
    record: str
    report: str
    cause: str
    told_at: datetime
    due: date | None
    acknowledged_at: datetime | None


def recalls_after(caller: Caller, *, after: int, limit: int, open_only: bool) -> list[SystemRecall]:
    """Give what the system's organisation is told of after a place, the oldest first. Raises ClientNotInForce, AddressNotAllowed."""
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        return _after(after, limit, open_only=open_only)


@transaction.atomic
def acknowledge_recall(caller: Caller, number: int, *, at: datetime) -> tuple[SystemRecall, bool]:
    """Acknowledge a recall for the system's organisation; gives how it stands, and whether this was the first time.

    Raises RecallUnknown, also for another's; ClientNotInForce, AddressNotAllowed.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    if not 0 < number <= LARGEST:
        raise RecallUnknown
    speak_for(caller.organisation, caller.client_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_acknowledge(%s)", [number])
        first = cursor.fetchone() == (True,)
    if first:
        note_act(caller.client_id, "recall.acknowledge", f"recall:{number}", at=at)
    found = _after(number - 1, 1, open_only=False)
    if not found or found[0].recall != number:
        raise RecallUnknown
    return found[0], first


def _after(after: int, limit: int, *, open_only: bool) -> list[SystemRecall]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_recalls_after(%s, %s, %s)", [after, open_only, limit])
        rows, number = cursor.fetchall(), vault().record_number
    return [
        SystemRecall(one, number(subject, record), report or "", cause_told(cause), *rest)
        for one, subject, record, report, cause, *rest in rows
    ]
