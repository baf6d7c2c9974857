"""Knows the lines of a file again that a provider handed in before, so that nothing is read or checked twice that stands as it was.

A line's mark is a keyed digest over its text and over which column means what. It leads to nobody without the key. Only lines of which the
ledger took a record have one, and only while that record stands: the marks are looked through ``records_standing``. A mark saves work and
decides nothing: without it the line goes the whole way and comes to the same.
"""

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b

import polars as pl

from chengxin.records.intake.doubts import KEY
from chengxin.records.intake.layout import Layout
from chengxin.records.intake.reading import ROW, Kept

MARK_BYTES = 12  # Polars keeps twelve bytes in the column itself; two of ten million lines agree once in 10**15 files
MARKS = {ROW: pl.Int32, "high": pl.UInt64, "low": pl.UInt32, **dict.fromkeys(KEY, pl.Int64)}
MOST = 8_000_000
"""So many marks are held at most, 32 bytes each; the newest batches count."""
TOGETHER = 91
"""Marks of lines whose records are erased within so many days of one another are kept together, and go with the first of these records."""
KEPT_FOR = timedelta(days=31)
"""Lines whose record goes sooner aren't marked."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks as they are kept together, and the day on which the first of their records is erased."""

    content: bytes
    erase_on: date


class KnownLines:
    """The lines of one file against the marks of earlier batches."""

    def __init__(self, layout: Layout, headings: Iterable[str], key: bytes, known: pl.DataFrame) -> None:
        """Take the marks that count, under ``MARKS``. ``headings`` are the file's, in their order."""
        columns = [layout.columns.get(heading.strip(), "") for heading in headings]
        meaning = json.dumps([columns, dict(layout.fixed)], sort_keys=True)
        self._keyed = blake2b(meaning.encode(), key=key, digest_size=MARK_BYTES)
        self._known = known.sort("high").filter(pl.col("high").is_unique())
        self._fresh: list[pl.DataFrame] = []
        self.hits: list[pl.DataFrame] = []
        self.known = 0

    def sift(self, text: bytes, number: int) -> Kept | None:
        """Leave of a piece of text the lines that aren't known; None where none is, or where a line needn't be a row."""
        if b'"' in text:
            return None
        lines = text.split(b"\n")
        if not lines[-1]:
            lines.pop()
        marks = self._marks(lines, number)
        if not self._known.height:
            self._fresh.append(marks)
            return None
        place = self._known["high"].search_sorted(marks["high"]).clip(upper_bound=self._known.height - 1)
        found = self._known[place]
        met = (found["high"] == marks["high"]) & (found["low"] == marks["low"])
        self._fresh.append(marks.filter(~met))
        self.hits.append(found.filter(met).select(KEY))
        if not met.any():
            return None
        self.known += int(met.sum())
        left = [place for place, known in enumerate(met.to_list()) if not known]
        return Kept(
            b"\n".join([lines[place] for place in left]), [number + place for place in left], number, len(lines)
        )

    def _marks(self, lines: list[bytes], number: int) -> pl.DataFrame:
        made, keyed = [], self._keyed
        for line in lines:
            state = keyed.copy()
            state.update(line.removesuffix(b"\r"))
            made.append(state.digest())
        both = pl.Series(made, dtype=pl.Binary)
        return pl.DataFrame(
            {
                ROW: pl.Series(range(number, number + len(lines)), dtype=pl.Int32),
                "high": both.bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64),
                "low": both.bin.slice(8, 4).bin.reinterpret(dtype=pl.UInt32),
            }
        )

    def marks_of(self, sent: pl.DataFrame, on: date) -> list[Marks]:
        """Give the marks of the rows sent that lines of the last pieces hold, and forget those pieces."""
        if not self._fresh:
            return []
        fresh, self._fresh = pl.concat(self._fresh), []
        rows = sent.filter(pl.col("erase_on") > on + KEPT_FOR).select(ROW, *KEY, "erase_on").join(fresh, on=ROW)
        parts = rows.group_by(pl.col("erase_on").to_physical() // TOGETHER)
        return [Marks(_written(part.select(list(MARKS))), _first_day(part)) for _, part in parts]


def _written(part: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    part.write_ipc(content)
    return content.getvalue()


def _first_day(part: pl.DataFrame) -> date:
    day: date = part["erase_on"].min()  # type: ignore[assignment]  # a part has rows
    return day


def read_marks(parts: Iterable[tuple[int, bytes]], standing: Mapping[int, list[int]]) -> pl.DataFrame:
    """Give the marks of earlier batches whose records stand, newest batches first, ``MOST`` at most. ``standing``: rows by batch."""
    rows = {batch: pl.Series(values, dtype=pl.Int32) for batch, values in standing.items()}
    frames, held = [pl.DataFrame(schema=MARKS)], 0
    for batch, content in parts:
        if held >= MOST:
            break
        if batch not in rows:
            continue
        part = pl.read_ipc(content)
        part = part.filter(pl.col(ROW).is_in(rows[batch].implode()))
        frames.append(part)
        held += part.height
    return pl.concat(frames)
