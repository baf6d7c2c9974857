"""Writes the files of the demo province; the same content gives the same bytes."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from chengxin.demo.layouts import Layout

BOM = b"\xef\xbb\xbf"
CREATED = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)  # xlsxwriter writes naive times as UTC
TITLE_ROWS = 1
Rows = Sequence[dict[str, str | None]]


def csv_text(codes: Sequence[str], headings: Sequence[str], rows: Rows) -> str:
    """Return rows as CSV with the given headings; only what must be quoted is."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([row[code] or "" for code in codes] for row in rows)
    return text.getvalue()


def write_rows(path: Path, shape: Layout, rows: Rows) -> None:
    """Write UTF-8 with the catalogue's codes as headings."""
    path.write_bytes(csv_text(shape.codes, shape.codes, rows).encode())


def write_frame(path: Path, frame: pl.DataFrame, *, bom: bool = False) -> None:
    with path.open("wb") as file:
        file.write(BOM if bom else b"")
        frame.write_csv(file)


def write_gb18030(path: Path, shape: Layout, rows: Rows) -> None:
    """Write GB18030 with Chinese labels as headings, as spreadsheets in departments do."""
    path.write_bytes(csv_text(shape.codes, shape.labels, rows).encode("gb18030"))


def write_jsonl(path: Path, rows: Rows) -> None:
    """Write one object a line; what is empty is left out but in the first line, which names every key."""
    short = [{key: value for key, value in row.items() if value} for row in rows[1:]]
    lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in [*rows[:1], *short]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def write_xlsx(path: Path, shape: Layout, title: str, rows: Rows) -> None:
    """Write a workbook like the official template: merged title, labels, then data.

    Dates of every second row are real dates, the others text; numbers and codes are text throughout.
    """
    book = xlsxwriter.Workbook(path, {"constant_memory": False, "strings_to_numbers": False, "strings_to_urls": False})
    book.set_properties({"title": title, "comments": "演示数据", "created": CREATED})
    sheet = book.add_worksheet("数据")
    bold = book.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, len(shape.codes) - 1, title, bold)
    for column, label in enumerate(shape.labels):
        sheet.write_string(TITLE_ROWS, column, label, bold)
    as_date, as_text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
    for place, row in enumerate(rows):
        for column, code in enumerate(shape.codes):
            value = row[code] or ""
            day = _real_day(value) if place % 2 and code in shape.dates else None
            if day:
                sheet.write_datetime(TITLE_ROWS + 1 + place, column, day, as_date)
            elif value:
                sheet.write_string(TITLE_ROWS + 1 + place, column, value, as_text)
    book.close()


def _real_day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def text_rows(frame: pl.DataFrame) -> list[dict[str, str | None]]:
    """Return a frame of text columns as rows."""
    rows: list[dict[str, Any]] = frame.to_dicts()
    return rows
