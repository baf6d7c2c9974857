"""Keys that messages and the feed are signed by: derived from the vault's anchor, none is stored; the database has the public halves.

While one replaces the other both sign, so that whoever reads with either is served.
"""

from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction

from chengxin.identity.vault import vault
from chengxin.sharing.correcting.models import SigningKey

WEBHOOK, FEED = "webhook", "feed"
USES = (WEBHOOK, FEED)


def secret_of(use: str, number: int) -> bytes:
    keys = vault()
    return keys.keys[keys.pointers.anchor].derive(f"sign {use} {number}")


def public_of(secret: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def signing_numbers(use: str, at: datetime) -> list[int]:
    """Give the keys that sign at a moment, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM public_signing_key WHERE use = %s AND (until IS NULL OR until > %s) ORDER BY number DESC",
            [use, at],
        )
        return [number for (number,) in cursor.fetchall()]


def public_keys(use: str) -> list[tuple[int, bytes, datetime, datetime | None]]:
    """Give number, public half, beginning and end of every key of a use, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number, public, since, until FROM public_signing_key WHERE use = %s ORDER BY number DESC", [use]
        )
        return [(number, bytes(public), since, until) for number, public, since, until in cursor.fetchall()]


@transaction.atomic
def settle_signing_keys(*, at: datetime) -> None:
    """Enter the first key of each use; writes nothing where there is one. Runs as the owner at each start."""
    known = set(SigningKey.objects.values_list("use", flat=True))
    for use in USES:
        if use not in known:
            _enter(use, 1, at)


@transaction.atomic
def change_key(use: str, *, both_for: timedelta, at: datetime) -> int:
    """Enter the next key of a use and give the former one an end, until which both sign; gives the new one's number. Runs as the owner."""
    last = SigningKey.objects.filter(use=use).order_by("-number").first()
    number = last.number + 1 if last else 1
    SigningKey.objects.filter(use=use, until=None).update(until=at + both_for)
    _enter(use, number, at)
    return number


def _enter(use: str, number: int, at: datetime) -> None:
    SigningKey.objects.create(use=use, number=number, public=public_of(secret_of(use, number)), since=at)
