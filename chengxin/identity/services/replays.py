"""Idempotency keys: the same call twice is answered once and told again."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection

from chengxin.identity.errors import KeyReused
from chengxin.identity.models import CheckReplay
from chengxin.identity.vault import vault

PARTED = "\x1f"
Kept = tuple[int, int, Sequence[Sequence[str]]]


def request_digest(purpose: str, items: Iterable[tuple[str, ...]]) -> bytes:
    """Digest what was asked, under a key of ours, so that nothing can be guessed from it. 32 bytes."""
    whole = hashlib.blake2b(purpose.encode(), key=vault().digest_key, person=b"check-request", digest_size=32)
    for item in items:
        whole.update(f"\x1e{PARTED.join(item)}".encode())
    return whole.digest()


def earlier_answer(asker: str, key: str, digest: bytes) -> Kept | None:
    """Give what was answered under this key. Raises KeyReused when that was another request."""
    row = CheckReplay.objects.filter(asker=asker, key=_hashed(key)).first()
    if row is None:
        return None
    if bytes(row.request) != digest:
        raise KeyReused
    used, quota, items = json.loads(row.answer)
    return used, quota, items


def keep_answer(asker: str, key: str, digest: bytes, answer: Kept, *, at: datetime) -> bool:
    """Keep an answer in the transaction it is made in; False when another call came first. Waits for that one to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_check_replay (asker, key, request, answer, at) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [asker, _hashed(key), digest, json.dumps(answer), at],
        )
        return bool(cursor.rowcount == 1)


def _hashed(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
