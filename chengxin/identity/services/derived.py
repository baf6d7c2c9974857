"""What is derived from the vault of persons, and how each is held against what it comes from (docs/adr/0021)."""

from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from chengxin.ground.rebuilding import Derived, Part
from chengxin.identity.blocks import blocks_of
from chengxin.identity.sealed import PERSONS
from chengxin.identity.services.resealing import name_under
from chengxin.identity.vault import vault
from chengxin.lib.crypto import Sealed, Vault
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent.parent / "sql" / "rebuild.sql")
CODES_AT_ONCE, PERSONS_AT_ONCE = 1_000, 20_000


def _ask(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        return cursor.fetchall() if cursor.description else []


def _mend_blocks(upto: str) -> Part:
    """The next codes' blocks, made anew from sealed code and name; opened in memory and shown to nobody.

    Raises CodeUnreadable where the name under a code is told nowhere, KeysMissing, SealBroken.
    """
    rows = _ask("take_codes_in_order", upto=bytes.fromhex(upto), limit=CODES_AT_ONCE)
    if not rows:
        return Part(0, 0, upto, last=True)
    keys = vault()
    wrong = [
        (bytes(row[0]), bytes(row[9]), row[3], *made)
        for row in rows
        if (made := _blocks(keys, row)) != tuple(None if one is None else bytes(one) for one in row[10:])
    ]
    mended = 0
    if wrong:
        names = ("hashes", "tags", "keys", "births", "ends")
        connection.ensure_connection()
        # psycopg's own cursor sends boxes as bytes.
        with psycopg.Cursor(connection.connection) as cursor:
            columns = dict(zip(names, map(list, zip(*wrong, strict=True)), strict=True))
            cursor.execute(SQL["mend_blocks"].encode(), columns)
            mended = int(cursor.rowcount)
    return Part(len(rows), mended, bytes(rows[-1][0]).hex())


def _blocks(keys: Vault, row: tuple[Any, ...]) -> tuple[bytes | None, bytes | None]:
    _, subject, kind, hash_key, box, box_key, person_key, own, sealed_name, tag, *_ = row
    code = keys.open(
        Sealed(person_key, bytes(own)) if box is None else Sealed(box_key, bytes(box)),
        use=PERSONS.columns["code_sealed"],
    )
    name = keys.open(Sealed(person_key, bytes(sealed_name)), use=PERSONS.columns["name_sealed"])
    if not keys.name_fits(bytes(tag), hash_key, code_type=kind, code=code, name=name):
        name = name_under(keys, (kind, code), bytes(tag), hash_key, subject)
    blocks = blocks_of(keys, kind, code, name, hash_key)
    return blocks.birth, blocks.ends


def _mend_persons(upto: str) -> Part:
    """Some persons' marks: whether the authority called them a minor, whether anything was ever told against their capacity.

    Taken in hand first and looked at anew then: whatever was told in between is seen.
    """
    after = int(upto or 0)
    ((last,),) = _ask("persons_upto", after=after, limit=PERSONS_AT_ONCE)
    if last is None:
        return Part(0, 0, upto, last=True)
    subjects = [subject for (subject,) in _ask("persons_told_otherwise", after=after, upto=last)]
    if subjects:
        _ask("mend_persons", subjects=subjects)
    ((looked,),) = _ask("count_part", after=after, upto=last)
    return Part(looked, len(subjects), str(last))


def _counts(name: str) -> tuple[int, int]:
    ((there, due),) = _ask(name)
    return int(there), int(due)


DERIVED = (
    Derived(
        "near-names",
        "查找近似姓名用的散列",
        "the blocks by which near names are found",
        _mend_blocks,
        lambda: _counts("count_blocks"),
    ),
    Derived(
        "person-marks",
        "登记上的标记（未成年、行为能力曾有认定）",
        "the marks of persons: called a minor, ever judged",
        _mend_persons,
        lambda: _counts("count_persons"),
    ),
)
