"""Numbering committed entries: without gaps, without forks, whatever commits in whatever order."""

import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction

from chengxin.ground.sealing.leaves import FORM, READ, SALT_BYTES, Place
from chengxin.ground.sealing.naming import SHARDS, shard_of, tree_at
from chengxin.ground.sealing.stored import HEIGHTS, StoredTree, Tree, last_trees

# Held by whoever gives numbers, for all shards at once; any fixed number serves, as long as nobody else takes it.
LOCK = 0x63785345
MOST = 20_000
COPY_HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
COPY_END = b"\xff\xff"
_PREFIX = b"\x00" + FORM
# Where the two keys of an entry stand in its binary row, after the number of fields.
_SUBJECT, _ENTRY, _REST = slice(6, 14), slice(18, 34), 2

WAITING = f"""
    COPY (SELECT {READ} FROM ground_unsealed u JOIN ground_access_entry e USING (subject_id, entry_id)
          WHERE NOT EXISTS (SELECT FROM ground_sealed s WHERE s.subject_id = u.subject_id AND s.entry_id = u.entry_id)
          ORDER BY u.entry_id, u.subject_id LIMIT %s) TO STDOUT (FORMAT binary)"""  # noqa: S608  # columns named in this package
# A few rows are found by their keys in large tables, whatever the planner believes of a queue that was filled a moment ago.
BY_KEYS = """
    SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
           set_config('enable_mergejoin', 'off', true)"""
SEALED = "COPY ground_sealed (subject_id, entry_id, shard, tree, seq, salt, leaf) FROM STDIN (FORMAT binary)"
NODES = "COPY ground_sealed_node (shard, tree, height, place, hash) FROM STDIN (FORMAT binary)"


@dataclass(slots=True)
class Made:
    """What a round adds: keys in the order of their numbers, rows of numbers, rows of nodes."""

    numbers: list[tuple[int, UUID, int, str, int, bytes, bytes]] = field(default_factory=list)
    nodes: list[tuple[int, str, int, int, bytes]] = field(default_factory=list)


def begin_sealing() -> int:
    """Queue the entries from before entries were queued, once. Runs as the owner."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ground_begin_sealing()")
        return int((cursor.fetchone() or (0,))[0])


def number_entries(at: datetime, *, least: str = "", most: int = MOST) -> int:
    """Number what is committed and waits, in one transaction; gives how many, ``most`` at the most.

    ``least`` is the tree before which nothing may go. Another sealer is waited for. A transaction that is still open has its
    entries numbered by a later round.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(BY_KEYS)
        waiting = _waiting(most)
        if not any(waiting.values()):
            return 0
        last = last_trees()
        tree = max([tree_at(at), least, *(name for name, _ in last.values())])
        made = Made()
        for shard in range(SHARDS):
            if shard in waiting:
                name, size = last.get(shard, (tree, 0))
                _grow(made, Tree(tree, shard), size if name == tree else 0, waiting[shard])
        _write(made)
        keys = [(subject, entry) for subject, entry, *_ in made.numbers]
        cursor.execute(
            """DELETE FROM ground_unsealed u USING unnest(%s::uuid[], %s::bigint[]) AS n (entry_id, subject_id)
               WHERE (u.entry_id, u.subject_id) = (n.entry_id, n.subject_id)""",
            [[entry for _, entry in keys], [subject for subject, _ in keys]],
        )
        return len(keys)


def _waiting(most: int) -> dict[int, list[bytes]]:
    found: dict[int, list[bytes]] = defaultdict(list)
    for row in binary_rows(WAITING, [most]):
        found[shard_of(int.from_bytes(row[_SUBJECT], "big", signed=True))].append(row)
    return found


def binary_rows(query: str, values: list[object]) -> Iterator[bytes]:
    """Give the rows of a binary COPY as they come, each with its number of fields before it."""
    with connection.cursor() as cursor, cursor.copy(query, values) as copy:
        head = True
        for block in copy:
            row = bytes(block)
            if head:
                row, head = row.removeprefix(COPY_HEAD), False
            if row and row != COPY_END:
                yield row


def _grow(made: Made, name: Tree, size: int, rows: list[bytes]) -> None:
    def complete(height: int, place: int, value: bytes) -> None:
        if height in HEIGHTS:
            made.nodes.append((name.shard, name.tree, height, place, value))

    tree = StoredTree(name).growing(size, complete)
    salts = secrets.token_bytes(SALT_BYTES * len(rows))
    for number, row in enumerate(rows):
        salt = salts[number * SALT_BYTES : (number + 1) * SALT_BYTES]
        place = Place(name.shard, name.tree, size + number)
        leaf = sha256(_PREFIX + place.head(salt) + row[_REST:]).digest()
        tree.add(leaf)
        subject = int.from_bytes(row[_SUBJECT], "big", signed=True)
        made.numbers.append((subject, UUID(bytes=row[_ENTRY]), name.shard, name.tree, place.seq, salt, leaf))


def _write(made: Made) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(SEALED) as copy:
            copy.set_types(["int8", "uuid", "int2", "varchar", "int8", "bytea", "bytea"])
            for number in made.numbers:
                copy.write_row(number)
        if made.nodes:
            with cursor.copy(NODES) as copy:
                copy.set_types(["int2", "varchar", "int2", "int8", "bytea"])
                for node in made.nodes:
                    copy.write_row(node)
