"""One block of a rotation: rows taken under a lock, opened, sealed and hashed under the key in use, and put back."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from chengxin.identity.blocks import blocks_of
from chengxin.identity.errors import CodeUnreadable
from chengxin.identity.rules import normal_name
from chengxin.identity.sealed import PERSONS, SealedTable
from chengxin.identity.vault import sealing_vault
from chengxin.lib.crypto import Sealed, SealingVault, Vault
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent.parent / "sql" / "rotation.sql")


@dataclass(frozen=True, slots=True)
class Block:
    """What a block did: how many rows, and the key of the last one."""

    rows: int = 0
    upto: int = 0


def next_persons(limit: int, upto: int) -> Block:
    """Bring the next persons, their own codes and all others that lead to them under the key in use.

    Raises CodeUnreadable when a code's text stands sealed nowhere, KeysMissing, SealBroken.
    """
    keys = sealing_vault()
    under = {"key": keys.pointers.current}
    rows = _ask("take_persons", upto=upto, limit=limit, **under)
    if not rows:
        return Block()
    opened = [(subject, *_open(keys, PERSONS, key_id, (code, name))) for subject, key_id, code, name in rows]
    stale = [person for person, row in zip(opened, rows, strict=True) if row[1] != keys.pointers.current]
    _put_rows(PERSONS, keys, [subject for subject, _, _ in stale], [(code, name) for _, code, name in stale])
    _put_codes(keys, {subject: (code, name) for subject, code, name in opened})
    return Block(len(rows), rows[-1][0])


def _put_codes(keys: SealingVault, persons: dict[int, tuple[str, str]]) -> None:
    made: dict[str, list[Any]] = defaultdict(list)
    rows = _ask("take_codes", subjects=list(persons), key=keys.pointers.current)
    for code_hash, subject, kind, key_id, box, box_key, tag in rows:
        own, name = persons[subject]
        code = own if box is None else keys.open(Sealed(box_key, bytes(box)), use=PERSONS.columns["code_sealed"])
        if keys.code_hash(kind, code, key_id) != bytes(code_hash):
            raise CodeUnreadable(f"（主体 {subject}）", f"(subject {subject})")
        if not keys.name_fits(bytes(tag), key_id, code_type=kind, code=code, name=name):
            name = name_under(keys, (kind, code), bytes(tag), key_id, subject)
        made["old"].append(bytes(code_hash))
        made["hashes"].append(keys.code_hash(kind, code))
        made["tags"].append(keys.name_tag(kind, code, name))
        blocks = blocks_of(keys, kind, code, name)
        made["births"].append(blocks.birth)
        made["ends"].append(blocks.ends)
        made["boxes"].append(None if box is None else keys.seal(code, use=PERSONS.columns["code_sealed"]).box)
    if rows:
        _write(SQL["put_codes"], {**made, "key": keys.pointers.current})


def name_under(keys: Vault, code: tuple[str, str], tag: bytes, key_id: str, subject: int) -> str:
    """Give the name told with a code, where it isn't the present one: a former name, or that of a person merged with this one.

    Raises CodeUnreadable when no event tells of it: then the code would lead to nobody.
    """
    for body, sealed_under in _ask("told_names", subject=subject):
        row = json.loads(keys.open(Sealed(sealed_under, bytes(body)), use="population.event"))
        name = normal_name(row.get("XM", ""))
        if keys.name_fits(tag, key_id, code_type=code[0], code=code[1], name=name):
            return name
    raise CodeUnreadable(f"（主体 {subject}）", f"(subject {subject})")


def next_rows(table: SealedTable, limit: int, upto: int) -> Block:
    """Bring the next rows of a table under the key in use. Raises KeysMissing, SealBroken."""
    keys, columns = sealing_vault(), list(table.columns)
    query = sql.SQL(
        "SELECT {key}, {key_column}, {columns} FROM {table} WHERE {key} > %(upto)s AND {key_column} <> %(current)s"
        " ORDER BY {key} LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED"
    ).format(**_names(table), columns=sql.SQL(", ").join(map(sql.Identifier, columns)))
    with connection.cursor() as cursor:
        cursor.execute(query, {"upto": upto, "current": keys.pointers.current, "limit": limit})
        rows = cursor.fetchall()
    if not rows:
        return Block()
    _put_rows(table, keys, [row[0] for row in rows], [_open(keys, table, row[1], row[2:]) for row in rows])
    return Block(len(rows), rows[-1][0])


def persons_left(key_id: str) -> bool:
    """Tell whether a person or a code stands under another key."""
    return bool(_ask("persons_left", key=key_id)[0][0])


def rows_left(table: SealedTable, key_id: str) -> bool:
    """Tell whether a row of a table is sealed under another key."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM {table} WHERE {key_column} <> %s)").format(**_names(table))
    with connection.cursor() as cursor:
        cursor.execute(query, [key_id])
        return bool((cursor.fetchone() or (False,))[0])


def _names(table: SealedTable) -> dict[str, sql.Composable]:
    return {name: sql.Identifier(getattr(table, name)) for name in ("table", "key", "key_column")}


def _ask(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _open(keys: SealingVault, table: SealedTable, key_id: str, boxes: tuple[Any, ...]) -> tuple[str, ...]:
    uses = table.columns.values()
    return tuple(keys.open(Sealed(key_id, bytes(box)), use=use) for box, use in zip(boxes, uses, strict=True))


def _put_rows(table: SealedTable, keys: SealingVault, ids: list[int], texts: list[tuple[str, ...]]) -> None:
    """Seal the texts, a column after another, and write them over what stood there: one statement."""
    if not ids:
        return
    columns = list(table.columns)
    boxes = [
        keys.seal_many(values, use=use)
        for values, use in zip(zip(*texts, strict=True), table.columns.values(), strict=True)
    ]
    query = sql.SQL(
        "UPDATE {table} t SET {sets}, {key_column} = %s FROM unnest(%b::bigint[], {arrays}) AS n (row_key, {fresh})"
        " WHERE t.{key} = n.row_key"
    ).format(
        **_names(table),
        sets=sql.SQL(", ").join(
            sql.SQL("{} = n.{}").format(sql.Identifier(name), sql.Identifier(f"new_{name}")) for name in columns
        ),
        arrays=sql.SQL(", ").join([sql.SQL("%b::bytea[]")] * len(columns)),
        fresh=sql.SQL(", ").join(sql.Identifier(f"new_{name}") for name in columns),
    )
    _write(query, [keys.pointers.current, ids, *boxes])


def _write(query: Any, values: Any) -> None:
    """Send thousands of boxes as bytes: Django's own cursor would write each out as a text and quote it."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(query, values)
