"""What organisations' systems hand in and ask through the API: each for its own organisation, while its client is in force."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from threading import BoundedSemaphore, Event
from time import monotonic
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from chengxin.catalogue.models import Item
from chengxin.catalogue.queries import open_item
from chengxin.identity.checking import refuse_client
from chengxin.identity.errors import ClientNotInForce
from chengxin.identity.models import Organisation
from chengxin.identity.queries import find_organisation
from chengxin.identity.speaking import speak_for
from chengxin.identity.vault import vault
from chengxin.lib.periods import shanghai_date
from chengxin.records.errors import RecordUnknown
from chengxin.records.jobs import deliver
from chengxin.records.models import Batch
from chengxin.records.queries import (
    BatchView,
    FindingCount,
    FindingView,
    count_findings,
    find_batch,
    list_findings,
    list_numbers,
)
from chengxin.records.services import WayIn, refuse_provider
from chengxin.records.ways.spooling import spooled

# Calls that wait for their answer at once: each holds a thread of the web process, which has eight.
_WAITING = BoundedSemaphore(3)
LOOK_EACH_S = 0.05


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that calls: its client, its organisation's unified code, and where it calls from."""

    client_id: str
    organisation: str
    address: str


@dataclass(frozen=True, slots=True)
class Report:
    """A batch as its provider's systems see it: how far, the counts, a page of findings."""

    view: BatchView
    counts: list[FindingCount]
    findings: list[FindingView]
    following: str


@contextmanager
def speaking(caller: Caller, at: datetime) -> Iterator[Organisation]:
    """Run a transaction that speaks for the caller's organisation. Raises ClientNotInForce, AddressNotAllowed."""
    with transaction.atomic():
        refuse_client(caller.client_id, caller.organisation, caller.address)
        speak_for(caller.organisation, caller.client_id)
        found = find_organisation(caller.organisation, shanghai_date(at))
        if found is None:
            raise ClientNotInForce
        yield found


def admit(caller: Caller, item_code: str, at: datetime) -> None:
    """Refuse before a long body is read what would be refused after it. Raises as ``services.receive`` does."""
    with speaking(caller, at) as organisation:
        today = shanghai_date(at)
        refuse_provider(open_item(item_code, today), organisation, today)


def hand_in(
    caller: Caller,
    item_code: str,
    chunks: Iterable[bytes],
    *,
    key: str,
    at: datetime,
    name: str = "",
    single: bool = False,
) -> UUID:
    """Spool a body and enter it as a batch; gives the batch's token, be it of an earlier call under the same key.

    ``single`` ones are taken up before files that wait. Raises FileUnusable, RepeatDiffers, and as ``services.receive`` does.
    """
    with spooled(chunks, name=name) as made:
        way = WayIn("api", caller.client_id, _repeat_key(caller, key))
        with speaking(caller, at) as organisation:
            batch = deliver(
                made.file, token=made.token, item_code=item_code, provider=organisation, way=way, at=at, sooner=single
            )
        made.kept = batch.token == made.token
        return batch.token


def own_item(caller: Caller, number: str, at: datetime) -> str:
    """Give the code of the item of a record that the caller's organisation handed in. Raises RecordUnknown on any other's."""
    found = vault().read_record_number(number)
    with speaking(caller, at), connection.cursor() as cursor:
        cursor.execute("SELECT records_own_item(%s, %s)", list(found or (0, 0)))
        (item_id,) = cursor.fetchone() or (None,)
        if item_id is None:
            raise RecordUnknown
        return Item.objects.values_list("code", flat=True).get(pk=item_id)


def report(caller: Caller, token: UUID, *, at: datetime, after: tuple[int, int] = (0, 0), limit: int = 100) -> Report:
    """Tell how a batch of the caller's organisation stands. Raises BatchUnknown."""
    with speaking(caller, at) as organisation:
        view = find_batch(token, organisation.pk)
        found = list_findings(view.batch.pk, after=after, limit=limit + 1)
        shown = found[:limit]
        following = f"{shown[-1].row}-{shown[-1].id}" if len(found) > limit else ""
        return Report(view, count_findings(view.batch.pk), shown, following)


def look(caller: Caller, token: UUID, at: datetime) -> BatchView:
    with speaking(caller, at) as organisation:
        return find_batch(token, organisation.pk)


def numbers(caller: Caller, token: UUID, *, at: datetime, after: int, limit: int) -> list[tuple[int, str, int, str]]:
    """Give row, record number, version and state of what a batch wrote, after a row. Raises BatchUnknown."""
    with speaking(caller, at) as organisation:
        return list_numbers(find_batch(token, organisation.pk).batch.pk, after=after, limit=limit)


def wait_for(caller: Caller, token: UUID, at: datetime) -> bool:
    """Wait for a batch to end, for as long as the settings say; False when it hasn't, or when too many wait already."""
    if settings.API_WAIT_S <= 0 or not _WAITING.acquire(blocking=False):
        return False
    pause, until = Event(), monotonic() + settings.API_WAIT_S
    try:
        while look(caller, token, at).batch.state == Batch.State.RECEIVED:
            if monotonic() > until:
                return False
            pause.wait(LOOK_EACH_S)
    finally:
        _WAITING.release()
    return True


def _repeat_key(caller: Caller, key: str) -> bytes:
    if not key:
        return b""
    said: Any = f"api\n{caller.client_id}\n{key}".encode()
    return blake2b(said, key=vault().digest_key, digest_size=32).digest()
