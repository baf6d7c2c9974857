"""Knows the rows of a file again that a provider handed in before, so that nothing is checked twice that stands as it was.

A row's mark is a keyed hash over its values under their field codes, so the file's kind, encoding and order, and that of its columns, make
no difference. Only rows of which the ledger took a record have one, and only while that record stands: the marks are looked through
``records_rows_standing``. A mark saves work and decides nothing: without it the row goes the whole way and comes to the same.
"""

import io
import json
import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter

import polars as pl

from chengxin.lib.crypto import SealBroken, Vault
from chengxin.records.intake.doubts import KEY
from chengxin.records.intake.layout import Layout
from chengxin.records.intake.reading import ROW

# Ninety-six bits: two of ten million rows agree once in 10**15 files.
MARKS = {ROW: pl.Int32, "high": pl.UInt64, "low": pl.UInt32, **dict.fromkeys(KEY, pl.Int64)}
MOST = 8_000_000
"""So many marks are held at most, 32 bytes each; the newest batches count."""
TOGETHER = 91
"""Marks of rows whose records are erased within so many days of one another are kept together, and go with the first of these records."""
KEPT_FOR = timedelta(days=31)
"""Rows whose record goes sooner aren't marked."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks as they are kept together, sealed, and the day on which the first of their records is erased."""

    content: bytes
    erase_on: date


class KnownRows:
    """The rows of one file against the marks of earlier batches."""

    def __init__(self, codes: Sequence[str], layout: Layout, vault: Vault, batch_id: int, known: pl.DataFrame) -> None:
        """Take the item's field codes, what the file's columns mean, and the marks that count, under ``MARKS``."""
        headings = {code: heading for heading, code in layout.columns.items()}
        self._values = [
            pl.col(headings[code]).alias(code)
            if code in headings
            else pl.lit(layout.fixed.get(code), dtype=pl.String).alias(code)
            for code in codes
        ]
        # Polars promises the same hashes of one version alone.
        meaning = json.dumps([pl.__version__, *codes])
        seeds = blake2b(meaning.encode(), key=vault.digest_key, digest_size=16).digest()
        self._seeds = int.from_bytes(seeds[:8], "big"), int.from_bytes(seeds[8:], "big")
        self._vault = vault
        self._batch_id = batch_id
        self._known = known.sort("high").filter(pl.col("high").is_unique())
        self._fresh: list[pl.DataFrame] = []
        self.hits: list[pl.DataFrame] = []
        self.met = 0

    def sift(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Leave of a block, under the file's own headings, the rows that aren't known."""
        marks = self._marks(frame)
        if not self._known.height:
            self._fresh.append(marks)
            return frame
        place = self._known["high"].search_sorted(marks["high"]).clip(upper_bound=self._known.height - 1)
        found = self._known[place]
        met = (found["high"] == marks["high"]) & (found["low"] == marks["low"])
        self._fresh.append(marks.filter(~met))
        self.hits.append(found.filter(met).select(KEY))
        self.met += int(met.sum())
        return frame.filter(~met)

    def _marks(self, frame: pl.DataFrame) -> pl.DataFrame:
        values = frame.select(self._values)
        high, low = (values.hash_rows(seed) for seed in self._seeds)
        return pl.DataFrame({ROW: frame[ROW], "high": high, "low": (low // (1 << 32)).cast(pl.UInt32)})

    def marks_of(self, sent: pl.DataFrame, on: date) -> list[Marks]:
        """Give the marks of those of the last blocks' rows that are sent, and forget those blocks."""
        if not self._fresh:
            return []
        fresh, self._fresh = pl.concat(self._fresh), []
        rows = sent.filter(pl.col("erase_on") > on + KEPT_FOR).select(ROW, *KEY, "erase_on").join(fresh, on=ROW)
        parts = rows.group_by(pl.col("erase_on").to_physical() // TOGETHER)
        return [Marks(self._sealed(part.select(list(MARKS))), _first_day(part)) for _, part in parts]

    def _sealed(self, part: pl.DataFrame) -> bytes:
        content = io.BytesIO()
        part.write_ipc(content)
        return self._vault.marks_box.seal(content.getvalue(), _bound(self._batch_id))


def _bound(batch_id: int) -> bytes:
    return f"marks of batch {batch_id}".encode()


def _first_day(part: pl.DataFrame) -> date:
    day: date = part["erase_on"].min()  # type: ignore[assignment]  # a part has rows
    return day


def read_marks(parts: Iterable[tuple[int, bytes]], standing: Mapping[int, bytes], vault: Vault) -> pl.DataFrame:
    """Give the marks of earlier batches whose records stand, ``MOST`` at most.

    ``parts`` come batch by batch, the newest first; ``standing``: row numbers by batch, four bytes each. What another key sealed, or what
    was kept in another form once, counts for nothing.
    """
    frames, held = [pl.DataFrame(schema=MARKS)], 0
    for batch_id, of_batch in groupby(parts, key=itemgetter(0)):
        if held >= MOST:
            break
        if batch_id not in standing:
            continue
        opened = [part for _, content in of_batch if (part := open_marks(content, batch_id, vault)) is not None]
        if opened:
            rows = pl.DataFrame({ROW: unpacked(standing[batch_id])}, schema={ROW: pl.Int32})
            frames.append(pl.concat(opened).join(rows, on=ROW, how="semi"))
            held += frames[-1].height
    return pl.concat(frames)


def open_marks(content: bytes, batch_id: int, vault: Vault) -> pl.DataFrame | None:
    """Give the marks of a part; None for what another key sealed, or nobody did."""
    try:
        return pl.read_ipc(vault.marks_box.open(content, _bound(batch_id)))
    except SealBroken:
        return None


def unpacked(numbers: bytes) -> "array[int]":
    """Read whole numbers of four bytes as the database sends them."""
    read = array("i", numbers)
    if sys.byteorder == "little":
        read.byteswap()
    return read
