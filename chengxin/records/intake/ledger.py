"""Brings admitted rows into the ledger, block by block, while the next block is being checked."""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from django.db import connection
from psycopg import Cursor

from chengxin.lib.sql import statements
from chengxin.records.intake.content import STAGED, Staged
from chengxin.records.intake.doubts import Correction, Key, settle
from chengxin.records.intake.known import Marks

SQL = statements(Path(__file__).resolve().parent.parent / "sql" / "intake.sql")
COPY = f"COPY intake_staging ({', '.join(STAGED)}) FROM STDIN"


@dataclass(frozen=True, slots=True)
class Target:
    """Where the rows go."""

    batch_id: int
    item_id: int
    provider_id: int
    layout_id: int
    edition: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Block:
    """Rows on their way: as they are sent, how many they are, and those among them that correct a record (by row number)."""

    staged: Staged
    rows: int
    corrections: Mapping[int, Correction] = field(default_factory=dict)
    marks: Sequence[Marks] = ()


@dataclass(slots=True)
class Merged:
    """What became of the rows sent.

    ``waiting`` maps row numbers to the rule that makes them wait. ``contradicted`` holds the keys (subject, record) of which an
    earlier block said something else: the attempt that met them can't stand.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    waiting: dict[int, str] = field(default_factory=dict)
    contradicted: set[Key] = field(default_factory=set)
    phases: dict[str, float] = field(default_factory=dict)


def run(name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], parameters)
        return cursor.fetchall() if cursor.description else []


class Loader:
    """Loads blocks in a thread of its own.

    Only this thread touches the transaction's connection until ``__exit__`` has joined it. At most two blocks wait, which
    bounds the memory.
    """

    def __init__(self, target: Target) -> None:
        self.merged = Merged()
        self._target = target
        self._blocks: queue.Queue[Block | None] = queue.Queue(maxsize=2)
        self._failure: BaseException | None = None
        self._raw: Any = connection.connection
        self._thread = threading.Thread(target=self._load, name="intake-loader", daemon=True)

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

    def add(self, block: Block) -> None:
        """Hand a block over. Raises what the loading thread met."""
        if self._failure is not None:
            raise self._failure
        self._blocks.put(block)

    def _load(self) -> None:
        ended = False
        try:
            # psycopg's own cursor sends strings of bytes as they are; Django's would write them out as text.
            with Cursor(self._raw) as cursor:
                steps = Steps(cursor, self._target, self.merged)
                while (block := self._blocks.get()) is not None:
                    steps.take(block)
                ended = True
                steps.withdraw()
        except BaseException as error:  # noqa: BLE001  # carried over to the thread that waits for this one
            self._failure = error
            # A database that dies while the last block is being loaded: the end may have been taken from the queue already.
            while not ended and self._blocks.get() is not None:
                pass


class Steps:
    """What is done with a block: staged, compared with the ledger, inserted. A fixed number of statements whatever the rows."""

    def __init__(self, cursor: Any, target: Target, merged: Merged) -> None:
        self._cursor = cursor
        self._target = target
        self._merged = merged
        self._values = {
            "batch": target.batch_id,
            "item": target.item_id,
            "layout": target.layout_id,
            "edition": target.edition,
            "at": target.at,
        }
        self._replaced: dict[int, Key] = {}
        self._parts = 0

    def take(self, block: Block) -> None:
        self._timed("stage", lambda: self._stage(block.staged.text))
        moved, fates = self._timed("compare", lambda: self._compare(block))
        committed = {"commitments": block.staged.commitments}
        valued = {"salts": block.staged.salts, "bodies": block.staged.bodies}
        inserted = self._timed("versions", lambda: self._insert("insert_versions", committed))
        if inserted != self._timed("payloads", lambda: self._insert("insert_payloads", valued)):
            raise AssertionError("versions and payloads of a block differ in number")
        if block.marks:
            self._timed("marks", lambda: self._mark(block.marks))
        changed = fates.pop("changed", 0)
        if inserted + fates.total() != block.rows:
            raise AssertionError("a row of a block has no fate, or two")
        self._merged.new += inserted - changed - moved
        self._merged.changed += changed + moved
        self._merged.unchanged += fates["unchanged"] + fates["double"]

    def _mark(self, marks: Sequence[Marks]) -> None:
        parts = range(self._parts, self._parts + len(marks))
        self._parts += len(marks)
        columns = {
            "parts": list(parts),
            "days": [one.erase_on for one in marks],
            "contents": [one.content for one in marks],
        }
        self._run("insert_marks", self._values | columns)

    def withdraw(self) -> None:
        """Close the records that corrections replaced under another key: last, since a row of the same file may still change them."""
        if self._replaced:
            named = self._replaced.values()
            columns = {"subjects": [subject for subject, _ in named], "records": [record for _, record in named]}
            self._run("insert_withdrawn", {**self._values, **columns, "rows": list(self._replaced)})

    def _stage(self, text: bytes) -> None:
        self._run("empty_staging")
        with self._cursor.copy(COPY) as copy:
            copy.write(text)

    def _compare(self, block: Block) -> tuple[int, Counter[str]]:
        """Find what the ledger holds of the rows staged; give how many records move, and the rows by fate (new ones have none)."""
        ((meets,),) = self._run("meets", self._values)
        if not meets and not block.corrections:
            return 0, Counter()
        self._run("find_fates", self._values | {"bodies": block.staged.bodies})
        corrections = self._followed(block.corrections)
        held = dict(self._run("held_rows", {"rows": list(corrections)}))
        refused, replaced = settle(corrections, held, self._live(corrections))
        self._replaced |= replaced
        self._run("hold_back", {"rows": list(refused)})
        fates = Counter(dict(self._run("count_fates")))
        if fates["conflict"]:
            self._merged.contradicted.update(self._run("conflicts"))
        closed = {row: "record-closed" for row, fate in held.items() if fate == "closed"}
        self._merged.waiting |= closed | refused
        return sum(1 for row in replaced if row not in held), fates

    def _followed(self, corrections: Mapping[int, Correction]) -> Mapping[int, Correction]:
        """Lead numbers from old receipts to where the records are now that were taken to another person."""
        named = sorted({one.named for one in corrections.values() if one.named})
        if not named:
            return corrections
        columns = {"subjects": [subject for subject, _ in named], "records": [record for _, record in named]}
        moved = {(subject, record): (now, record) for subject, record, now in self._run("moved_to", columns)}
        return {
            row: one._replace(named=moved.get(one.named, one.named)) if one.named else one
            for row, one in corrections.items()
        }

    def _live(self, corrections: Mapping[int, Correction]) -> set[Key]:
        """Give those of the named records that stand, of the same provider and item."""
        named = sorted({correction.named for correction in corrections.values() if correction.named})
        if not named:
            return set()
        found = self._run(
            "named_records", {"subjects": [subject for subject, _ in named], "records": [record for _, record in named]}
        )
        mine = (self._target.item_id, self._target.provider_id)
        return {(row[0], row[1]) for row in found if row[3] == "active" and (row[4], row[5]) == mine}

    def _insert(self, name: str, strings: dict[str, bytes]) -> int:
        self._run(name, self._values | strings)
        return int(self._cursor.rowcount)

    def _timed(self, phase: str, step: Callable[[], Any]) -> Any:
        started = perf_counter()
        made = step()
        phases = self._merged.phases
        phases[phase] = phases.get(phase, 0.0) + perf_counter() - started
        return made

    def _run(self, name: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        self._cursor.execute(SQL[name], parameters)
        return self._cursor.fetchall() if self._cursor.description else []
