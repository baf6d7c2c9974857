"""What persons took back, for organisations' systems: listed after a place, acknowledged by number, once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.checking import refuse_client
from chengxin.identity.speaking import speak_for
from chengxin.lib.codes import holds_code
from chengxin.lib.periods import shanghai_date
from chengxin.records.services import areas
from chengxin.sharing.asking import Caller
from chengxin.sharing.authorising.errors import CallBackUnknown
from chengxin.sharing.authorising.rules import refuse_acknowledgement
from chengxin.sharing.authorising.services import HOLDS_CODE, refuse_by

LARGEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class SystemCallBack:
    """A call-back as a system is told of it: what its organisation has leave for no more, and what it said became of the copies."""

    call_back: int
    authorisation: str
    kind: str
    reference: str
    items: list[str]
    told_at: datetime
    due: date
    acknowledged_at: datetime | None
    copies: str
    law: str


def call_backs_after(caller: Caller, *, after: int, limit: int, open_only: bool) -> list[SystemCallBack]:
    """Give what was called back from the system's organisation after a place, the oldest first.

    Raises ClientNotInForce, AddressNotAllowed.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        return _after(after, limit, open_only=open_only)


@transaction.atomic
def acknowledge_by_system(
    caller: Caller, number: int, *, copies: str, law: str, at: datetime
) -> tuple[SystemCallBack, bool]:
    """Acknowledge for the system's organisation what became of its copies; gives how it stands, and whether this was the first time.

    The person is told, once. Raises CallBackUnknown, also for another's; AuthorisationRefused without a law for what is kept, or with an
    identity code in it; ClientNotInForce, AddressNotAllowed.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    if not 0 < number <= LARGEST:
        raise CallBackUnknown
    refuse_by(refuse_acknowledgement(copies, law))
    refuse_by(HOLDS_CODE if holds_code(law, on=shanghai_date(at), areas=areas()) else None)
    speak_for(caller.organisation, caller.client_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_acknowledge_call_back(%s, %s, %s)", [number, copies, law.strip()])
        first = cursor.fetchone() == (True,)
    if first:
        note_act(caller.client_id, "authorisation.acknowledge", f"call-back:{number}", at=at)
    found = _after(number - 1, 1, open_only=False)
    if not found or found[0].call_back != number:
        raise CallBackUnknown
    return found[0], first


def _after(after: int, limit: int, *, open_only: bool) -> list[SystemCallBack]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_call_backs_after(%s, %s, %s)", [after, open_only, limit])
        return [SystemCallBack(*row) for row in cursor.fetchall()]
