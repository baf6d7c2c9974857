"""What the register knows before a batch begins: which organs aren't competent, what its provider has waived. Loaded once a batch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl

from chengxin.catalogue.queries import OpenItem
from chengxin.identity.rules import normal_name
from chengxin.identity.vault import open_sealed
from chengxin.lib.crypto import Sealed
from chengxin.lib.workdays import WorkCalendar
from chengxin.records import rules
from chengxin.records.checks import Check
from chengxin.records.intake.doubts import Key
from chengxin.records.intake.ledger import run
from chengxin.records.intake.reading import ROW

if TYPE_CHECKING:
    from chengxin.records.intake.pipeline import Outcome

LATE = "reported-late"
COMPARED_WITH = 100_000
"""How many of a provider's newest rows of an item a batch's documents are compared with."""
Waiver = tuple[str, int, bytes]
"""Rule, its version, and the keyed digest of the content it was given for."""


@dataclass(frozen=True, slots=True)
class Known:
    """``organs`` are registered under a kind that isn't competent for the item; ``key`` is what contents are digested with."""

    key: bytes
    organs: frozenset[str] = frozenset()
    waived: frozenset[Waiver] = frozenset()


def know(item: OpenItem, provider_id: int, on: date, key: bytes) -> Known:
    """Ask the register, in two statements."""
    organs = run("organs_of_other_kinds", {"kinds": list(item.definition.provider_kinds)})
    waived = run("waivers_in_force", {"item": item.id, "provider": provider_id, "on": on})
    return Known(
        key,
        frozenset(code for (code,) in organs),
        frozenset((rule, version, bytes(digest)) for rule, version, digest in waived),
    )


def digest_content(values: Mapping[str, str | None], key: bytes) -> bytes:
    """Give the keyed digest of a row's canonical values: the same for the same content, whatever the file's kind, order or encoding."""
    text = json.dumps({code: value for code, value in sorted(values.items()) if value}, ensure_ascii=False)
    return blake2b(text.encode(), key=key, digest_size=32, person=b"question").digest()


@dataclass(slots=True)
class Excuses:
    """Which rows a question isn't held against, since their provider has waived it; and the digests of those it is held against."""

    codes: Sequence[str]
    known: Known
    digests: dict[int, bytes] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    """The rows that are excused of anything: they aren't marked as known, since the question comes again when the waiver ends."""

    def excuse(self, rows: pl.DataFrame, checks: Sequence[Check]) -> dict[str, set[int]]:
        """Give by rule the rows among these that are excused; note the digests of the others. Costs only rows that are in question."""
        excused: dict[str, set[int]] = {check.code: set() for check in checks}
        for row, *values in rows.select(ROW, *self.codes).iter_rows():
            digest = digest_content(dict(zip(self.codes, values, strict=True)), self.known.key)
            self.digests[row] = digest
            for check in checks:
                if (check.code, check.version, digest) in self.known.waived:
                    excused[check.code].add(row)
                    self.rows.add(row)
        return excused


@cache
def calendar() -> WorkCalendar:
    return WorkCalendar()


def find_namesakes(batch_id: int, names: pl.DataFrame) -> set[Key]:
    """Give the keys of rows just written whose document the ledger holds for another person of the same name.

    ``names`` has the key of each row and the hash of its name. The other's name is opened in memory, compared and forgotten; nobody sees
    it. Costs one statement, and a box for each person whom the same document names.
    """
    found = run("find_fellows", {"batch": batch_id, "most": COMPARED_WITH})
    if not found:
        return set()
    boxes = {fellow: (Sealed(key, bytes(box)), "person.name") for _, _, fellow, key, box in found}
    opened = dict(zip(boxes, open_sealed(*boxes.values()), strict=True))
    fellows = pl.DataFrame(
        [(subject, record, normal_name(opened[fellow])) for record, subject, fellow, *_ in found],
        schema={"subject_id": pl.Int64, "record_id": pl.Int64, "name": pl.String},
        orient="row",
    ).with_columns(pl.col("name").hash())
    shared = names.join(fellows, on=["subject_id", "record_id", "name"], how="semi")
    return set(shared.select("subject_id", "record_id").iter_rows())


def note_late(outcome: "Outcome", item: OpenItem, on: date, batch_id: int) -> None:
    """Note how many of the records that this batch brought for the first time came after their term.

    Asked of the ledger, since only there it is known what is new: a file that repeats last year's rows reports nothing late.
    """
    if not outcome.new or not outcome.book.in_order([LATE], item.definition.code):
        return
    last = rules.last_late_day(on, *item.definition.update_cycle, calendar())
    ((late,),) = run("count_late", {"batch": batch_id, "last": last})
    if late:
        outcome.told[LATE] = late
