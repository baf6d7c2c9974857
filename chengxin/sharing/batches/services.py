"""Taking in what a system asks about many persons, whole or not at all; and erasing it before its time."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from chengxin.ground.errors import NotAnswerable
from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import UNKNOWN_SUBJECT, Asker, enter_refusal
from chengxin.identity.checking import refuse_client
from chengxin.identity.hours import refuse_out_of_hours
from chengxin.identity.services.replays import earlier_answer, keep_answer, request_digest
from chengxin.identity.speaking import speak_for
from chengxin.identity.vault import sealing_vault
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.asking import BETWEEN, Caller, limit_refusal
from chengxin.sharing.batches.errors import BatchByLeave, BatchUnknown
from chengxin.sharing.batches.queries import BatchState, PartState, find_batch, list_parts, read_result
from chengxin.sharing.deciding import Refused, allow
from chengxin.sharing.services import unguessed

CHANNEL, USE = "batch", "batch.questions"
OPEN = "SELECT refusal, batch, used, quota FROM sharing_open_batch(%s, %s, %s, %s, %s, %s::integer)"
ADD_PART = "SELECT sharing_add_batch_part(%s::bigint, %s::integer, %s::bytea, %s)"


@dataclass(frozen=True, slots=True)
class Purpose:
    """For what a batch is asked: duty, basis, the officer's pseudonym, and the key under which it is answered, as it is kept."""

    duty: str
    basis: str
    officer: str
    result_key: str


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """Some persons of a batch as they are sealed: UTF-8 text that ``answering`` reads."""

    persons: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A batch as it was taken in, and how much of what its client may ask in batches on a day is used."""

    batch: BatchState
    used: int
    quota: int


def ask_batch(caller: Caller, purpose: Purpose, parts: Sequence[Part], *, at: datetime, key: str = "") -> Taken:
    """Take a batch in, whole or not at all. Under a ``key`` that was used before it is the batch of then.

    Raises ClientNotInForce, AddressNotAllowed, OutOfHours, QuotaExhausted, KeyReused; NotAnswerable and BatchByLeave, after that was
    entered.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    refuse_out_of_hours(caller.client_id, at)
    asker = asker_of(caller.organisation, caller.client_id, purpose)
    try:
        needs = allow(asker, shanghai_date(at), client=caller.client_id).purpose.needs
    except Refused as refused:
        enter_refusal(refused.asker or asker, subject_id=UNKNOWN_SUBJECT, reason=refused.reason, at=at)
        raise NotAnswerable from None
    if needs == "authorisation":
        # The gate opens by one person's authorisation at a time.
        enter_refusal(asker, subject_id=UNKNOWN_SUBJECT, reason=BatchByLeave.code, at=at)
        raise BatchByLeave
    told = (purpose.basis, purpose.officer, purpose.result_key)
    digest = request_digest(purpose.duty, [told, *((part.content.decode(),) for part in parts)]) if key else b""
    for _ in range(2):
        with transaction.atomic(durable=True):
            speak_for(caller.organisation, caller.client_id)
            earlier = earlier_answer(caller.client_id, key, digest) if key else None
            if earlier:
                used, quota, ((number,),) = earlier
                return Taken(find_batch(number), used, quota)
            refusal, number, used, quota = _take_in(purpose, parts, at)
            if refusal:
                transaction.set_rollback(True)
                break
            if not key or keep_answer(caller.client_id, key, digest, (used, quota, [[number]]), at=at):
                return Taken(find_batch(number), used, quota)
            transaction.set_rollback(True)
    raise limit_refusal(refusal, caller.client_id, at)


def asker_of(organisation: str, client: str, purpose: Purpose) -> Asker:
    """Give a batch's asker: the duty tells its purpose, each line its case."""
    return Asker(organisation, f"{client}{BETWEEN}{purpose.officer}", "", purpose.basis, "", CHANNEL, purpose.duty)


def _take_in(purpose: Purpose, parts: Sequence[Part], at: datetime) -> tuple[str, str, int, int]:
    number = f"PL{shanghai_date(at):%Y%m%d}{unguessed()}"
    told = [number, purpose.duty, purpose.basis, purpose.officer, purpose.result_key]
    ((refusal, batch, used, quota),) = fetch_prepared(OPEN, [*told, sum(part.persons for part in parts)])
    if not refusal:
        vault = sealing_vault()
        for part in parts:
            box = vault.seal(part.content.decode(), use=USE)
            fetch_prepared(ADD_PART, [batch, part.persons, box.box, box.key_id])
    return refusal, number, used, quota


def part_of(rows: Sequence[tuple[int, str, str, str, str]]) -> Part:
    """Make a part of lines: number of the line, kind of certificate, its number, name, case."""
    return Part(len(rows), json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode())


def see_batch(caller: Caller, number: str) -> BatchState:
    """Give how a batch of the caller's organisation stands. Raises ClientNotInForce, AddressNotAllowed, BatchUnknown."""
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        return find_batch(number)


def see_parts(caller: Caller, number: str, *, after: int, limit: int) -> list[PartState]:
    """Give its parts after a place. Raises as ``see_batch``."""
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        return list_parts(number, after=after, limit=limit)


def fetch_part(caller: Caller, number: str, place: int) -> str:
    """Give a part's answers, encrypted to the asker's key: each was entered when it was made.

    Raises as ``see_batch``, BatchOver, PartWaiting, PartFailed.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        return read_result(number, place)


def erase_batch(caller: Caller, number: str) -> BatchState:
    """Erase a batch before its time, for the client that asked, and give how it stands. Raises as ``see_batch``; again is no error."""
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT sharing_erase_batch(%s)", [number])
        found = find_batch(number)
        if not found.over:
            # Another client of the same organisation asked: it sees the batch, and doesn't erase it.
            raise BatchUnknown
        return found
