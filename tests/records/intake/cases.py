"""What the tests of intake share: the shipped item without a database, files as blocks of any size."""

from collections.abc import Iterator
from datetime import date
from functools import cache

import polars as pl

from chengxin.catalogue.queries import OpenItem
from chengxin.lib.regions import standard_areas
from chengxin.records.intake.admission import RowChecker
from chengxin.records.intake.fields import FieldChecker
from chengxin.records.intake.reading import ROW, Table, open_table
from chengxin.records.intake.spool import Blocks
from chengxin.records.terms import record_terms
from chengxin.site import checking

ON = date(2026, 11, 20)
AREAS = standard_areas(test_area=True)


@cache
def shipped_item(code: str) -> OpenItem:
    return checking.shipped_item(code)


def blocks_of(content: bytes, size: int = 1 << 20) -> Blocks:
    def blocks() -> Iterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    return blocks


def table_of(content: bytes | str, form: str = "csv", size: int = 1 << 20) -> Table:
    return open_table(blocks_of(content.encode() if isinstance(content, str) else content, size), form)


def rows_of(table: Table, header_row: int = 1) -> list[dict[str, object]]:
    return [row for frame in table.frames(header_row) for row in frame.to_dicts()]


def judged(
    item: str, frame: pl.DataFrame, *, on: date = ON, attested: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give a block of one item after all checks that need no database, and the findings of the row as a whole."""
    opened = shipped_item(item)
    frame, _ = FieldChecker(opened, on).check(frame)
    return RowChecker(opened, record_terms(on), on, AREAS, attested=attested).check(frame)


def framed(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    made = pl.DataFrame(
        [[row.get(name) for name in names] for row in rows], schema=dict.fromkeys(names, pl.String), orient="row"
    )
    return made.with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int32))
