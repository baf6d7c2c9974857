"""For whom a transaction speaks: what the database shows of organisations' rows hangs on it (``sql/locks_rows.sql``).

The claim is set for one transaction, under a seal that this process can make and SQL can't. Without a claim there are no rows; one
that isn't sealed for this transaction is refused. ``docs/adr/0008-rows.md`` says against whom that helps and against whom not.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from chengxin.ground.prepared import fetch_prepared
from chengxin.identity.models import RowKey, User
from chengxin.identity.vault import vault

PERSON = "person".ljust(18, "-")
BLOCK_BYTES, INNER, OUTER = 64, 0x36, 0x5C
MOMENT = "SELECT pg_backend_pid() || '/' || extract(epoch FROM transaction_timestamp()) || '/'"


@contextmanager
def speaking_as(officer: User) -> Iterator[None]:
    """Run a transaction, or a part of one, in which the database shows the rows of the officer's organisation."""
    with transaction.atomic():
        speak_for(officer.organisation.code, officer.login)
        yield


def speak_for(organisation: str, name: str) -> None:
    """Claim the rest of this transaction for an organisation, by its unified code, and for somebody of it: a login or a client.

    Two short statements. Raises RuntimeError outside a transaction.
    """
    fetch_prepared("SELECT set_config('cx.speaker', %s, true)", [sealed_claim(organisation, name)])


def sealed_claim(organisation: str, name: str) -> str:
    """Give the claim of ``speak_for`` for a function that makes it itself. One statement. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("whoever speaks does so for one transaction")
    claim = organisation + name
    ((moment,),) = fetch_prepared(MOMENT, ())
    return hmac.digest(_key(), f"{moment}{claim}".encode(), "sha256").hex() + claim


@contextmanager
def speaking_as_person(person: User) -> Iterator[None]:
    """Run a transaction, or a part of one, in which the database shows what is held about one person: whoever logged in as them."""
    with transaction.atomic():
        speak_for_oneself(person)
        yield


def speak_for_oneself(person: User) -> None:
    """Claim the rest of this transaction for a person by their own account, in a place that no organisation's code can have.

    Raises RuntimeError outside a transaction, ValueError for an officer's account.
    """
    if person.subject_id is None:
        raise ValueError("an officer speaks for an organisation, never for a person")
    speak_for(PERSON, person.login)


def settle_row_key() -> None:
    """Enter the key that the database checks seals with. Runs as the owner at each start; writes nothing when it stands there."""
    padded = _key().ljust(BLOCK_BYTES, b"\0")
    pads = {"inner_pad": bytes(byte ^ INNER for byte in padded), "outer_pad": bytes(byte ^ OUTER for byte in padded)}
    if not RowKey.objects.filter(id=1, **pads).exists():
        RowKey.objects.update_or_create(id=1, defaults=pads)


def _key() -> bytes:
    """Derive the key from the anchor, which never changes for as long as the database lives."""
    keys = vault()
    return keys.keys[keys.pointers.anchor].derive("speaker")
