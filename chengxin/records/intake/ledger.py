"""Sends admitted rows to the database and merges them into the ledger."""

import queue
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
from django.db import connection

from chengxin.lib.sql import statements
from chengxin.records.intake.content import STAGED
from chengxin.records.intake.reading import ROW

SQL = statements(Path(__file__).resolve().parent.parent / "sql" / "intake.sql")
COPY = f"COPY intake_staging ({', '.join(STAGED)}) FROM STDIN"


class Staging:
    """Fills the staging table from a thread of its own, so that the next block is checked while the last one is being loaded.

    Only this thread touches the transaction's connection until ``__exit__`` has joined it. At most two blocks wait, which
    bounds the memory.
    """

    def __init__(self) -> None:
        self._blocks: queue.Queue[bytes | None] = queue.Queue(maxsize=2)
        self._failure: BaseException | None = None
        self._raw: Any = connection.connection
        self._thread = threading.Thread(target=self._send, name="intake-staging", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blocks.put(None)
        self._thread.join()
        if self._failure is not None and error is None:
            raise self._failure

    def add(self, block: bytes) -> None:
        """Hand a block over. Raises what the sending thread met."""
        if self._failure is not None:
            raise self._failure
        self._blocks.put(block)

    def _send(self) -> None:
        ended = False
        try:
            with self._raw.cursor() as cursor, cursor.copy(COPY) as copy:
                while (block := self._blocks.get()) is not None:
                    copy.write(block)
                ended = True
        except BaseException as error:  # noqa: BLE001  # carried over to the thread that waits for this one
            self._failure = error
            # A database that dies while the load is being closed: the end has been taken from the queue already.
            while not ended and self._blocks.get() is not None:
                pass


@dataclass(frozen=True, slots=True)
class Target:
    """Where the rows go."""

    batch_id: int
    item_id: int
    provider_id: int
    edition: str
    at: datetime


@dataclass(slots=True)
class Merged:
    """What became of staged rows; ``waiting`` maps row numbers to the rule that makes them wait."""

    new: int
    changed: int
    unchanged: int
    waiting: dict[int, str]


def run(name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], parameters)
        return cursor.fetchall() if cursor.description else []


def find_doubles(keys: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Find rows that say the same of the same record (all but the first), and rows that contradict one another (all of them).

    Which row comes first changes nothing: equal rows are equal, and of contradicting ones none is taken.
    """
    same = pl.struct("subject_id", "record_id")
    several = keys.filter(same.is_duplicated())
    if not several.height:
        return [], []
    marked = several.with_columns(kinds=pl.col("content_mark").n_unique().over("subject_id", "record_id"))
    first = pl.col(ROW) == pl.col(ROW).min().over("subject_id", "record_id")
    doubles = marked.filter((pl.col("kinds") == 1) & ~first)[ROW].to_list()
    return doubles, marked.filter(pl.col("kinds") > 1)[ROW].to_list()


def set_fates(rows: Iterable[int], fate: str) -> None:
    """Decide the fate of rows before they are compared with the ledger; nothing but ``changed`` is inserted."""
    numbers = list(rows)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM intake_fate WHERE row_number = ANY(%s)", [numbers])
        cursor.execute("INSERT INTO intake_fate SELECT unnest(%s::integer[]), NULL, %s", [numbers, fate])


def merge(target: Target, keys: pl.DataFrame, corrections: "Corrections") -> Merged:
    """Merge what was staged: two inserts and a comparison, whatever the number of rows.

    ``keys`` holds row number, subject, record and content mark of every staged row. Everything happens in the caller's transaction.
    """
    doubles, conflicts = find_doubles(keys)
    run("create_fates")
    run("find_fates")
    waiting = dict.fromkeys(conflicts, "conflict-in-file")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_number, fate FROM intake_fate WHERE fate = 'closed' OR row_number = ANY(%s)",
            [list(corrections.named)],
        )
        held = dict(cursor.fetchall())
    corrections.settle(target, held)
    waiting |= {row: "record-closed" for row, fate in held.items() if fate == "closed"} | corrections.refused
    set_fates(doubles, "double")
    set_fates(waiting, "waiting")
    run("analyze_fates")
    values = {"batch": target.batch_id, "item": target.item_id, "edition": target.edition, "at": target.at}
    new, changed = _insert(values, keys.height)
    if corrections.replaced:
        run("insert_withdrawn", {**values, **corrections.columns()})
    moved = corrections.count_moved(held)
    unchanged = keys.height - new - changed - len(waiting)
    return Merged(new - moved, changed + moved, unchanged, waiting)


def _insert(values: dict[str, Any], staged: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM intake_fate WHERE fate = 'changed'")
        (changed,) = cursor.fetchone() or (0,)
        cursor.execute(SQL["insert_versions"], values)
        inserted = cursor.rowcount
        cursor.execute(SQL["insert_payloads"], values)
        if cursor.rowcount != inserted or inserted > staged:
            raise AssertionError("versions and payloads of a batch differ in number")
    return inserted - changed, changed


class Corrections:
    """Rows that name an earlier record by its number: the record they name gives way to the row."""

    def __init__(self) -> None:
        self.named: dict[int, tuple[int, int]] = {}
        self.own: dict[int, tuple[int, int]] = {}
        self.refused: dict[int, str] = {}
        self.replaced: dict[int, tuple[int, int]] = {}

    def add(self, row: int, named: tuple[int, int] | None, own: tuple[int, int]) -> None:
        """Take a row with the record its number stands for; None where the number is none of ours."""
        if named is None:
            self.refused[row] = "record-number-unknown"
            return
        self.named[row], self.own[row] = named, own

    def settle(self, target: Target, held: dict[int, str]) -> None:
        """Decide which named records give way: live ones of the same provider and item, each named once."""
        if not self.named:
            return
        pairs = list(dict.fromkeys(self.named.values()))
        found = run("named_records", {"subjects": [pair[0] for pair in pairs], "records": [pair[1] for pair in pairs]})
        live = {
            (subject, record)
            for subject, record, _, state, item_id, provider_id, *_ in found
            if state == "active" and item_id == target.item_id and provider_id == target.provider_id
        }
        claims = list(self.named.values())
        for row, named in self.named.items():
            if named in live and claims.count(named) == 1:
                if named != self.own[row] and held.get(row) != "closed":
                    self.replaced[row] = named
            elif held.get(row) != "unchanged":
                self.refused[row] = "record-number-unknown"

    def columns(self) -> dict[str, list[int]]:
        return {
            "rows": list(self.replaced),
            "subjects": [named[0] for named in self.replaced.values()],
            "records": [named[1] for named in self.replaced.values()],
        }

    def count_moved(self, held: dict[int, str]) -> int:
        """Count rows that replaced another record by a new one: to the sender they are changes."""
        return sum(1 for row in self.replaced if row not in held)
