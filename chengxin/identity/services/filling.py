"""Blocks of codes that were entered before there were any: filled in once, by the owner, whatever stops it in between."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.identity.blocks import blocks_of
from chengxin.identity.sealed import PERSONS
from chengxin.identity.vault import vault
from chengxin.lib.crypto import Sealed, Vault
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent.parent / "sql" / "rotation.sql")
AT_ONCE = 1_000


def fill_blocks(*, tell: Callable[[str], None], at_once: int = AT_ONCE) -> int:
    """Give every citizen's number its blocks, some thousand at a time, each part in a transaction of its own; gives how many were filled.

    Stopped at any point, the next call goes on. What somebody else has in hand is passed over: that writes its blocks itself, or the next
    call meets it. Opens persons in memory and shows them to nobody. Raises KeysMissing, SealBroken.
    """
    filled, upto = 0, b""
    while part := _fill_part(upto, at_once):
        filled, upto = filled + len(part), max(part)
        tell(f"{filled:,}")
    return filled


@transaction.atomic
def _fill_part(upto: bytes, at_once: int) -> list[bytes]:
    keys = vault()
    with connection.cursor() as cursor:
        cursor.execute(SQL["take_unblocked"], {"upto": upto, "limit": at_once})
        made = [(bytes(row[0]), *_blocks(keys, *row)) for row in cursor.fetchall()]
        hashes, births, ends = (list(column) for column in zip(*made, strict=True)) if made else ([], [], [])
        cursor.execute(SQL["put_blocks"], {"hashes": hashes, "births": births, "ends": ends})
    return hashes


def _blocks(keys: Vault, *row: Any) -> tuple[bytes | None, bytes | None]:
    _, kind, hash_key, box, box_key, person_key, own, name = row
    code = Sealed(person_key, bytes(own)) if box is None else Sealed(box_key, bytes(box))
    text = keys.open(code, use=PERSONS.columns["code_sealed"])
    called = keys.open(Sealed(person_key, bytes(name)), use=PERSONS.columns["name_sealed"])
    return blocks_of(keys, kind, text, called, hash_key)
