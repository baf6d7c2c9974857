"""Sending what is due to organisations' addresses, signed in the form of Standard Webhooks; tried again under the same id until its end.

What a message says is numbers, causes and days. It is taken with a lease, so that whoever is killed while sending leaves it to be sent
again: at least once, known by its id.
"""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from chengxin.identity.vault import vault
from chengxin.lib.outside import NotReached, Way, post
from chengxin.sharing.correcting.keys import WEBHOOK, secret_of, signing_numbers
from chengxin.sharing.correcting.rules import again_at

MOST, AT_ONCE, LEASE_S = 32, 16, 120
OK_FROM, OK_UNTIL, GONE = 200, 300, 410
AGENT = "chengxin-webhooks/1"
CAUSES = {"batch": "withdrawn", "undoing": "withdrawn", "changed": "corrected"}
"""How causes are told outside; the others by their own names."""


@dataclass(frozen=True, slots=True)
class Due:
    """A message that was taken to be sent; ``url`` None where its organisation has no address any more."""

    id: int
    message: str
    organisation: str
    kind: str
    tries: int
    url: str | None
    made_at: datetime
    give_up_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """How a try ended: the status of the answer, and what was wrong ("" for nothing)."""

    status: int | None
    fault: str


def send_due(*, way: Way, at: datetime) -> Counter[str]:
    """Send what is due, many at once, for at most some seconds; gives how many ended how."""
    due = take(at)
    if not due:
        return Counter()
    bodies, secrets = bodies_of(due), [secret_of(WEBHOOK, number) for number in signing_numbers(WEBHOOK, at)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        ended = list(threads.map(lambda one: _send(one, bodies[one.id], secrets, way, at), due))
    for one, end in zip(due, ended, strict=True):
        _settle(one, end, at)
    return Counter(end.fault or "done" for end in ended)


@transaction.atomic
def take(at: datetime) -> list[Due]:
    """Take what is due until the lease ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_take_deliveries(%s, make_interval(secs => %s), %s)", [at, LEASE_S, MOST])
        return [Due(*row) for row in cursor.fetchall()]


def bodies_of(due: Iterable[Due]) -> dict[int, bytes]:
    """Give what each message says: the same at every try. Four statements, however many."""
    messages = list(due)
    numbers = [one.id for one in messages]
    told = {**_recalls(numbers), **_call_backs(numbers), **_changes(numbers), **_chases(numbers)}
    return {
        one.id: json.dumps(
            {"type": one.kind, "timestamp": one.made_at.isoformat(), "data": told.get(one.id, {})},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        for one in messages
    }


def cause_told(cause: str) -> str:
    return CAUSES.get(cause, cause)


def _recalls(numbers: list[int]) -> dict[int, dict[str, Any]]:
    number = vault().record_number
    return _grouped(
        "recalls",
        (
            (
                delivery,
                {
                    "recall": recall,
                    "record": number(subject, record),
                    "report": report or "",
                    "cause": cause_told(cause),
                    "told_at": told_at.isoformat(),
                    "due": due_on.isoformat() if due_on else None,
                },
            )
            for delivery, recall, subject, record, report, cause, told_at, due_on in _rows(
                "SELECT * FROM sharing_delivered_recalls(%s)", numbers
            )
        ),
    )


def _call_backs(numbers: list[int]) -> dict[int, dict[str, Any]]:
    return _grouped(
        "call_backs",
        (
            (
                delivery,
                {
                    "call_back": one,
                    "authorisation": authorisation,
                    "kind": kind,
                    "told_at": told_at.isoformat(),
                    "due": due_on.isoformat(),
                },
            )
            for delivery, one, authorisation, kind, told_at, due_on in _rows(
                "SELECT * FROM sharing_delivered_call_backs(%s)", numbers
            )
        ),
    )


def _changes(numbers: list[int]) -> dict[int, dict[str, Any]]:
    return _grouped(
        "changes",
        (
            (
                delivery,
                {"change": change, "authorisation": authorisation, "kind": "changed", "at": at.isoformat()},
            )
            for delivery, change, authorisation, at in _rows("SELECT * FROM sharing_delivered_changes(%s)", numbers)
        ),
    )


def _chases(numbers: list[int]) -> dict[int, dict[str, Any]]:
    return _grouped(
        "late",
        (
            (delivery, {"due": due_on.isoformat(), "reminder": step, "open": late})
            for delivery, due_on, step, late in _rows("SELECT * FROM sharing_delivered_chases(%s)", numbers)
        ),
    )


def _grouped(name: str, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> dict[int, dict[str, Any]]:
    told: dict[int, dict[str, Any]] = {}
    for delivery, row in rows:
        told.setdefault(delivery, {name: []})[name].append(row)
    return told


def _rows(query: str, numbers: list[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, [numbers])
        return list(cursor.fetchall())


def sign(message: str, stamp: int, body: bytes, secrets: Iterable[bytes]) -> str:
    """Sign a message by every key that holds: ``v1a`` and the signature, one after another. Source: Standard Webhooks, asymmetric."""
    whole = f"{message}.{stamp}.".encode() + body
    return " ".join(
        f"v1a,{b64encode(Ed25519PrivateKey.from_private_bytes(one).sign(whole)).decode()}" for one in secrets
    )


def _send(one: Due, body: bytes, secrets: list[bytes], way: Way, at: datetime) -> Ended:
    if one.url is None:
        return Ended(None, "no-address")
    stamp = int(at.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "webhook-id": one.message,
        "webhook-timestamp": str(stamp),
        "webhook-signature": sign(one.message, stamp, body, secrets),
    }
    try:
        status = post(one.url, body, headers, way=way)
    except NotReached as missed:
        return Ended(None, missed.fault)
    return Ended(status, "" if OK_FROM <= status < OK_UNTIL else "answer")


def _settle(one: Due, end: Ended, at: datetime) -> None:
    again = None if end.status == GONE else again_at(one.tries, now=at, give_up_at=one.give_up_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sharing_settle_delivery(%s, %s::smallint, %s::smallint, %s, %s)",
            [one.id, one.tries, end.status, end.fault, again],
        )
