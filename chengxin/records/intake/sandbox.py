"""What a sandbox refuses before any check: a file that may hold a real person's row, whole (docs/adr/0020-sandbox.md)."""

from datetime import date

import polars as pl
from django.conf import settings

from chengxin.catalogue.terms import ItemDefinition
from chengxin.lib.codes.synthetic import holds_real_code, reads_synthetic
from chengxin.records.errors import RealRows
from chengxin.records.intake.fields import by_distinct
from chengxin.records.intake.layout import Layout
from chengxin.records.intake.reading import ROW, Heading

NUMBERS = r"\d{15}"
TOLD = 10


class SandboxGate:
    """Looks at each block of a file as it was read. Outside a sandbox it lets everything pass and marks nothing.

    ``nameless``: rows without any code, which say of nobody that they are synthetic; they are judged, and never handed back.
    """

    def __init__(self, item: ItemDefinition, layout: Layout, heading: Heading, on: date) -> None:
        """Raise RealRows where the lines above the rows name a real person's number."""
        code = item.roles["code"]
        self._columns = [name for name, field in layout.columns.items() if field == code]
        self._on = on
        self.nameless: set[int] = set()
        above = heading.rows[: layout.header_row]
        if settings.SANDBOX and (held := [n for n, row in enumerate(above, 1) if any(map(self._holds, row))]):
            raise RealRows(held)

    def refuse_real(self, frame: pl.DataFrame) -> None:
        """Raise RealRows, which names rows by number alone, where a row isn't shown to be of a synthetic person."""
        if not settings.SANDBOX:
            return
        named = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
        real = named
        for name in self._columns:
            told = frame[name].str.strip_chars()
            filled = told.is_not_null() & (told != "")
            named = named | filled
            real = real | filled & ~by_distinct(frame[name], reads_synthetic, pl.Boolean).fill_null(value=False)
        real = real | self._held_elsewhere(frame)
        if real.any():
            raise RealRows(frame[ROW].filter(real).head(TOLD + 1).to_list())
        self.nameless |= set(frame[ROW].filter(~named).to_list())

    def _held_elsewhere(self, frame: pl.DataFrame) -> pl.Series:
        """Mark rows any cell of which, also of a column that intake doesn't know, holds a real person's valid number."""
        marks = pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
        for name in (column for column in frame.columns if frame[column].dtype == pl.String):
            suspect = frame[name].str.normalize("NFKC").str.contains(NUMBERS).fill_null(value=False)
            if suspect.any():
                marks = marks | frame[name].map_elements(
                    self._holds, return_dtype=pl.Boolean, skip_nulls=True
                ).fill_null(value=False)
        return marks

    def _holds(self, text: str) -> bool:
        return holds_real_code(text, on=self._on)
