"""The rows to mend, back in the sender's own layout with a column that tells why.

Made in memory from the sender's own file while it is read a second time, and kept sealed under a throw-away key until it is
fetched. Rows refused under safeguards 2-4 are not in it.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from chengxin.catalogue.terms import ItemDefinition
from chengxin.records.checks import CheckBook
from chengxin.records.intake.reading import ROW, Heading
from chengxin.records.intake.spool import Spool, SpoolWriter

REASON = "退回或等待原因"
# What a spreadsheet takes for a formula, in Chinese ones the full-width signs too; a negative number is none.
FORMULA, NEGATIVE = re.compile(r"[=+@\-＝＋＠－]"), re.compile(r"-[\d.]+", re.ASCII)
KEPT_FOR = timedelta(hours=24)
MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
}


def mend_spool(folder: Path, token: str) -> Spool:
    return Spool(folder, f"mend-{token}")


def reasons(findings: pl.DataFrame, book: CheckBook, item: ItemDefinition) -> dict[int, str]:
    """Put the findings of each row into words: field, what is wrong, how to mend it, a right value."""
    examples = {field.code: field.example for field in item.fields if field.example}
    words: dict[int, str] = {}
    for row, rule, field in findings.sort(ROW).iter_rows():
        check = book.checks[rule]
        example = check.example and examples.get(field, check.example)
        text = f"{field + '：' if field else ''}{check.message}{check.remedy}{f'例如：{example}。' if example else ''}"
        words[row] = f"{words[row]}；{text}" if row in words else text
    return words


class Mender:
    """Writes rows in the sender's kind of file, encoding and columns."""

    def __init__(self, heading: Heading, header_row: int, writer: SpoolWriter) -> None:
        self._writer = writer
        self._encoding = heading.encoding.name if heading.form != "xlsx" else "utf-8"
        self._form = heading.form
        self._names = [*heading.rows[header_row - 1], REASON]
        self._rows: list[list[str]] = []
        if self._form == "csv":
            self._put(self._csv([self._names]), first=True)

    def add(self, cells: list[str | None], reason: str) -> None:
        row = [cell or "" for cell in cells] + [reason]
        if self._form == "csv":
            self._put(self._csv([row]))
        elif self._form == "jsonl":
            self._put(json.dumps(dict(zip(self._names, row, strict=True)), ensure_ascii=False) + "\n")
        else:
            self._rows.append(row)

    def finish(self) -> None:
        if self._form == "xlsx":
            self._writer.write(self._workbook())
        self._writer.finish()

    def _csv(self, rows: list[list[str]]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([[_harmless(cell) for cell in row] for row in rows])
        return text.getvalue()

    def _put(self, text: str, *, first: bool = False) -> None:
        # A mark makes spreadsheets read UTF-8 as such; GB18030 needs none.
        encoding = "utf-8-sig" if first and self._encoding == "utf-8" else self._encoding
        self._writer.write(text.encode(encoding))

    def _workbook(self) -> bytes:
        whole = io.BytesIO()
        with xlsxwriter.Workbook(
            whole, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        ) as book:
            sheet = book.add_worksheet("待修改")
            text = book.add_format({"num_format": "@", "text_wrap": True})
            sheet.set_column(0, len(self._names) - 1, 18, text)
            for number, row in enumerate([self._names, *self._rows]):
                for place, cell in enumerate(row):
                    sheet.write_string(number, place, cell, text)
            sheet.freeze_panes(1, 0)
        return whole.getvalue()


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula."""
    return f"'{cell}" if FORMULA.match(cell) and not NEGATIVE.fullmatch(cell) else cell


def pick_rows(frames: Iterator[pl.DataFrame], wanted: pl.Series) -> Iterator[dict[str, Any]]:
    """Read the sender's file again and give the wanted rows, in its order, a row at a time."""
    for frame in frames:
        yield from frame.filter(pl.col(ROW).is_in(wanted.implode())).iter_rows(named=True)


def expired(made: datetime, at: datetime) -> bool:
    return at - made > KEPT_FOR
