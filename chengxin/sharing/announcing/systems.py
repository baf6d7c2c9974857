"""Subscribing to changes, and hearing of them, for organisations' systems (docs/adr/0035-changes.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.checking import refuse_client
from chengxin.identity.speaking import speak_for
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.announcing.errors import ChangesClosed
from chengxin.sharing.asking import Caller
from chengxin.sharing.authorising.errors import RequestUnknown
from chengxin.sharing.authorising.queries import LAST, AskedFor, asked_for_read

SUBSCRIBE, UNSUBSCRIBE = "authorisation.subscribe", "authorisation.unsubscribe"
CLOSED, MADE = "closed", "made"


@dataclass(frozen=True, slots=True)
class SystemChange:
    """That something under an authorisation changed: a number, the authorisation's, a moment. The content is asked for anew."""

    change: int
    authorisation: str
    at: datetime


@transaction.atomic
def subscribe(caller: Caller, number: str, *, at: datetime) -> tuple[AskedFor, bool]:
    """Have the system's organisation told of changes under an authorisation; gives how that stands, and whether this was the first time.

    Raises RequestUnknown, also for another's; ChangesClosed; ClientNotInForce, AddressNotAllowed.
    """
    _speak(caller)
    answer = _called("SELECT sharing_subscribe(%s)", [number])
    if answer is None:
        raise RequestUnknown
    if answer == CLOSED:
        raise ChangesClosed
    if answer == MADE:
        note_act(caller.client_id, SUBSCRIBE, f"authorisation:{number}", at=at)
    return _found(number, at), answer == MADE


@transaction.atomic
def unsubscribe(caller: Caller, number: str, *, at: datetime) -> AskedFor:
    """Have the system's organisation told no more; once more it does nothing. Raises RequestUnknown, also for another's."""
    _speak(caller)
    ended = _called("SELECT sharing_unsubscribe(%s)", [number])
    if ended is None:
        raise RequestUnknown
    if ended:
        note_act(caller.client_id, UNSUBSCRIBE, f"authorisation:{number}", at=at)
    return _found(number, at)


@transaction.atomic
def changes_after(caller: Caller, *, after: int, limit: int) -> list[SystemChange]:
    """Give what the system's organisation is told of after a place, in the order of numbers. Raises ClientNotInForce, AddressNotAllowed."""
    _speak(caller)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number, at FROM sharing_changes_after(%s, %s)", [after, limit])
        return [SystemChange(*row) for row in cursor.fetchall()]


def _speak(caller: Caller) -> None:
    refuse_client(caller.client_id, caller.organisation, caller.address)
    speak_for(caller.organisation, caller.client_id)


def _found(number: str, at: datetime) -> AskedFor:
    return asked_for_read(shanghai_date(at), number, LAST, 1)[0]


def _called(query: str, values: Sequence[str]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return (cursor.fetchone() or (None,))[0]
