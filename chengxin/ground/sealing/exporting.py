"""An auditor's export of the access register: entries of a time, or of one person, each with its proof."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from chengxin.ground.sealing.errors import ExportRefused
from chengxin.ground.sealing.keys import known_keys
from chengxin.ground.sealing.leaves import COLUMNS, READ, Place, leaf_of
from chengxin.ground.sealing.offline import FORM, SEAL, entry_as_json, sealed_lines
from chengxin.ground.sealing.stored import StoredTree, Tree
from chengxin.lib.merkle import hash_of, inclusion_spans
from chengxin.lib.notes import Head, Signer, read_note

ROWS = f"""
    SELECT s.shard, s.tree, s.seq, s.salt, s.leaf, {READ} FROM ground_sealed s
    JOIN ground_access_entry e ON e.subject_id = s.subject_id AND e.entry_id = s.entry_id
    WHERE (%(subject)s::bigint IS NULL OR e.subject_id = %(subject)s)
      AND (%(since)s::timestamptz IS NULL OR e.at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR e.at < %(until)s)
    ORDER BY s.tree, s.shard, s.seq"""  # noqa: S608  # columns named in this package
HEADS = "SELECT DISTINCT ON (shard, tree) shard, tree, note FROM ground_checkpoint ORDER BY shard, tree, size DESC"
BLOCK = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a person, or of a time that begins with ``since`` and ends before ``until``."""

    subject_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    def told(self) -> dict[str, Any]:
        return {
            "subject_id": self.subject_id,
            "since": self.since.astimezone(UTC).isoformat() if self.since else None,
            "until": self.until.astimezone(UTC).isoformat() if self.until else None,
        }


def export_entries(wanted: Wanted, signer: Signer, *, at: datetime) -> Iterator[bytes]:
    """Give an export's lines, as of one snapshot. What no head stands over yet is left out. Runs as the sealer.

    Raises ExportRefused where an entry isn't what was sealed: what can't be vouched for isn't signed.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield from exported_lines(wanted, signer, at=at)


def exported_lines(wanted: Wanted, signer: Signer, *, at: datetime) -> Iterator[bytes]:
    """Give an export's lines inside the caller's transaction, which has one snapshot. Raises ExportRefused."""

    def seal(count: int, digest: bytes) -> str:
        return signer.sign(Head(f"{signer.name}/{SEAL}", count, digest).text())

    yield from sealed_lines(_lines(wanted, at), seal)


def _lines(wanted: Wanted, at: datetime) -> Iterator[dict[str, Any]]:
    keys = known_keys()
    yield {
        "form": FORM,
        "made_at": at.astimezone(UTC).isoformat(),
        "what": wanted.told(),
        "keys": [f"{key}" for key in keys],
    }
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        notes = {Tree(tree, shard): note for shard, tree, note in cursor.fetchall()}
    tree, stored, head = None, None, None
    for row in _rows(wanted):
        name = Tree(row["tree"], row["shard"])
        if name != tree:
            tree, stored, head = name, StoredTree(name), None
            if note := notes.get(name):
                head = Head.read(read_note(note, keys))
                yield {"tree": name.tree, "shard": name.shard, "checkpoint": note}
        if head is not None and stored is not None and row["seq"] < head.size:
            yield _line(row, stored, head.size)


def _rows(wanted: Wanted) -> Iterator[dict[str, Any]]:
    names = ["shard", "tree", "seq", "salt", "leaf", *(column.name for column in COLUMNS)]
    with connection.chunked_cursor() as cursor:
        values = {"subject": wanted.subject_id, "since": wanted.since, "until": wanted.until}
        cursor.execute(ROWS, values)
        while rows := cursor.fetchmany(BLOCK):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _line(row: dict[str, Any], stored: StoredTree, size: int) -> dict[str, Any]:
    place, salt = Place(row["shard"], row["tree"], row["seq"]), bytes(row["salt"])
    values = {column.name: row[column.name] for column in COLUMNS}
    if leaf_of(place, salt, values) != bytes(row["leaf"]):
        raise ExportRefused(
            f"登记 {place} 与固化时不同。请执行 chengxin log verify。",
            f"entry {place} isn't what was sealed. Run chengxin log verify.",
        )
    return {
        "shard": place.shard,
        "tree": place.tree,
        "seq": place.seq,
        "salt": salt.hex(),
        "entry": entry_as_json(values),
        "proof": [b64encode(hash_of(span, stored.complete)).decode() for span in inclusion_spans(place.seq, size)],
    }
