"""Reads the three kinds of file into frames of text columns, a bounded number of rows at a time.

Whatever the kind, a block is a frame whose columns are the file's own headings, all String, blanks stripped and empty cells null,
with ``row_number`` as a spreadsheet would show it.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from chengxin.lib.encodings import BOM, Encoding, detect
from chengxin.records.errors import FileUnusable
from chengxin.records.intake.spool import Blocks

ROW = "row_number"
ROWS = 50_000
# A block of short rows may hold many more of them than one of XLSX or JSON, which costs memory for each cell.
MOST_ROWS = 200_000
# The first blocks are small, so that the database has something to do and the sender sees the first findings at once.
CSV_BYTES, FIRST_BYTES = 24 << 20, 3 << 20
HEADING_ROWS = 8
MAX_COLUMNS = 512
MAX_CELL = 100_000
XLSX_BYTES = 512 << 20
QUOTED = re.compile(rb'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Heading:
    """The rows at the head of a file, as read, before it is known which of them names the columns."""

    form: str
    encoding: Encoding
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What is left of a piece of text once the lines known from earlier batches are taken out.

    ``numbers`` are the row numbers of the lines left; the piece began at ``first`` and had ``lines``.
    """

    text: bytes
    numbers: list[int]
    first: int
    lines: int


Sift = Callable[[bytes, int], Kept | None]
"""Takes a piece of text and the number of its first row; None when lines and rows may differ, or nothing is taken out."""


class Table:
    """A file as a table. ``heading`` first, then ``frames`` with the row that names the columns."""

    form: str

    def heading(self) -> Heading:
        raise FileUnusable

    def frames(self, header_row: int, sift: Sift | None = None) -> Iterator[pl.DataFrame]:  # noqa: ARG002  # the interface
        """Give the rows below ``header_row`` (1 is the first). May be asked again; reads from the start each time.

        Where rows are lines of text, ``sift`` takes out those known before anything is made of them.
        """
        raise FileUnusable


def no_text() -> FileUnusable:
    return FileUnusable("文件含有空字节，不是文本。", "The file holds NUL bytes and is no text.")


def open_table(blocks: Blocks, form: str) -> Table:
    """Open a file of a named kind: csv, xlsx or jsonl. Raises FileUnusable on any other."""
    kinds = {"csv": CsvTable, "xlsx": XlsxTable, "jsonl": JsonTable}
    if form not in kinds:
        raise FileUnusable("只接受 CSV、XLSX 和 JSON Lines。", "Only CSV, XLSX and JSON Lines are taken.")
    return kinds[form](blocks)


def form_of(name: str, head: bytes) -> str:
    """Tell the kind of a file from its first bytes, and by its name where they leave it open. Raises FileUnusable."""
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"Rar!")):
        raise FileUnusable(
            "只接受 CSV、XLSX 和 JSON Lines；旧式 .xls 请另存为 .xlsx。",
            "Only CSV, XLSX and JSON Lines are taken; save .xls as .xlsx.",
        )
    text = head.removeprefix(BOM).lstrip()
    if text.startswith(b"{") or name.lower().endswith((".jsonl", ".ndjson")):
        return "jsonl"
    return "csv"


class CsvTable(Table):
    form = "csv"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._encoding = detect(blocks(), blocks())

    def heading(self) -> Heading:
        first = next(self._chunks(2 << 20, 2 << 20), b"")
        frame = self._parse(first, 1, limit=HEADING_ROWS)
        rows = tuple(tuple(cell or "" for cell in row) for row in frame.drop(ROW).iter_rows())
        return Heading(self.form, self._encoding, rows)

    def frames(self, header_row: int, sift: Sift | None = None) -> Iterator[pl.DataFrame]:
        names: list[str] | None = None
        number = 1
        for chunk in self._chunks(FIRST_BYTES, CSV_BYTES):
            kept = sift(chunk, number) if sift else None
            if kept is not None and not kept.numbers:
                number += kept.lines
                continue
            width = len(names) if names else None
            frame = self._parse(chunk, number, width=width) if kept is None else self._parse_kept(kept, chunk, width)
            number += frame.height if kept is None else kept.lines
            if names is None:
                names = unique_names(frame.row(header_row - 1)[1:])
                frame = frame.slice(header_row)
            frame = frame.rename(dict(zip(frame.columns[1:], names, strict=True)))
            for part in frame.iter_slices(MOST_ROWS):
                yield drop_blank(clean(part))

    def _chunks(self, size: int, most: int) -> Iterator[bytes]:
        """Cut the text where a line ends outside quotes, each time after twice as much until it is ``most``.

        Neither line feed nor quote is ever part of a GB18030 character.
        """
        parts: list[bytes] = []
        held = 0
        for number, block in enumerate(self._blocks()):
            parts.append(block.removeprefix(BOM) if number == 0 else block)
            held += len(parts[-1])
            if held < size:
                continue
            text = b"".join(parts)
            cut = _last_line_end(text)
            if cut:
                yield self._decode(text[:cut])
                size = min(2 * size, most)
            parts, held = [text[cut:]], len(text) - cut
        if (rest := b"".join(parts)).strip():
            yield self._decode(rest)

    def _decode(self, text: bytes) -> bytes:
        if b"\0" in text:
            raise no_text()
        return text if self._encoding.name == "utf-8" else text.decode(self._encoding.name).encode()

    def _parse_kept(self, kept: Kept, chunk: bytes, width: int | None) -> pl.DataFrame:
        try:
            frame = self._parse(kept.text, 1, width=width)
        except FileUnusable:
            # The message counts rows, so it is made of the whole piece.
            self._parse(chunk, kept.first, width=width)
            raise
        return frame.with_columns(pl.Series(ROW, kept.numbers, dtype=pl.Int32))

    def _parse(self, text: bytes, number: int, *, width: int | None = None, limit: int | None = None) -> pl.DataFrame:
        try:
            frame = pl.read_csv(
                io.BytesIO(text),
                has_header=False,
                infer_schema=False,
                n_rows=limit,
                extra_columns="raise",
                missing_columns="raise",
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError:
            raise FileUnusable(*_explain_ragged(text, number, width)) from None
        if frame.width > MAX_COLUMNS:
            raise FileUnusable(f"列数 {frame.width} 过多。", f"There are too many columns: {frame.width}.")
        if width is not None and frame.width != width:
            raise FileUnusable(*_explain_ragged(text, number, width))
        if limit is None and _separators(text) != frame.height * (frame.width - 1):
            # Blank lines, or rows that are too short: Polars fills both up without a word.
            fault = _find_ragged(text, number, frame.width)
            if fault:
                raise FileUnusable(*fault)
        return frame.with_row_index(ROW, offset=number).with_columns(pl.col(ROW).cast(pl.Int32))


def _last_line_end(text: bytes) -> int:
    """Give the place after the last line feed outside quotes, 0 when there is none."""
    place = text.rfind(b"\n")
    odd = text.count(b'"', 0, place + 1) % 2
    while place >= 0 and odd:
        before = text.rfind(b"\n", 0, place)
        odd = (odd + text.count(b'"', before + 1, place + 1)) % 2
        place = before
    return place + 1


def _separators(text: bytes) -> int:
    """Count the commas that part cells: those outside quotes."""
    commas = text.count(b",")
    return commas if b'"' not in text else commas - sum(part.count(b",") for part in QUOTED.findall(text))


def _explain_ragged(text: bytes, number: int, width: int | None) -> tuple[str, str]:
    return _find_ragged(text, number, width) or (
        "引号未成对，无法分行。请检查引号。",
        "A quotation mark is not closed. Check the quotes.",
    )


def _find_ragged(text: bytes, number: int, width: int | None) -> tuple[str, str] | None:
    """Find the first row, blank ones apart, that has another number of cells than the first, for the message."""
    import csv

    csv.field_size_limit(1 << 27)
    rows = csv.reader(io.StringIO(text.decode("utf-8", "replace"), newline=""))
    expected = width
    try:
        for row_number, row in enumerate(rows, number):
            expected = expected or len(row)
            if len(row) != expected and any(cell.strip() for cell in row):
                return (
                    f"第 {row_number} 行有 {len(row)} 列，标题行有 {expected} 列。请检查该行的逗号和引号。",
                    f"Row {row_number} has {len(row)} cells, the heading {expected}. Check its commas and quotes.",
                )
    except csv.Error:
        pass
    return None


class XlsxTable(Table):
    form = "xlsx"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        whole = io.BytesIO()
        for block in self._blocks():
            whole.write(block)
            if whole.tell() > XLSX_BYTES:
                raise FileUnusable("XLSX 文件过大，请改用 CSV。", "The XLSX file is too large; use CSV.")
        whole.seek(0)
        try:
            sheet = CalamineWorkbook.from_filelike(whole).get_sheet_by_index(0)
            for number, row in enumerate(sheet.iter_rows(), 1):
                yield number, [cell_text(cell) for cell in row]
        except (CalamineError, OSError, ValueError, IndexError):
            raise FileUnusable("XLSX 文件已损坏或不是工作簿。", "The XLSX file is damaged or no workbook.") from None

    def heading(self) -> Heading:
        rows: list[tuple[str, ...]] = []
        for number, row in self._rows():
            if number > HEADING_ROWS:
                break
            rows.extend(() for _ in range(number - 1 - len(rows)))
            rows.append(tuple(row))
        return Heading(self.form, Encoding("xlsx", "workbook"), tuple(rows))

    def frames(self, header_row: int, sift: Sift | None = None) -> Iterator[pl.DataFrame]:  # noqa: ARG002  # rows are no lines
        rows = self._rows()
        names: list[str] = []
        for number, row in rows:
            if number == header_row:
                names = unique_names(row)
                break
        schema = {ROW: pl.Int32, **dict.fromkeys(names, pl.String)}
        while part := list(islice(rows, ROWS)):
            records = [[number, *row[: len(names)], *[""] * (len(names) - len(row))] for number, row in part]
            yield drop_blank(clean(pl.DataFrame(records, schema=schema, orient="row")))


def cell_text(cell: Any) -> str:
    """Write a cell as the text a person would have typed: dates ISO, whole numbers without a point.

    Raises FileUnusable on a text with a NUL character, which the database can't keep.
    """
    match cell:
        case None:
            text = ""
        case bool():
            text = "是" if cell else "否"
        case float():
            text = str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            text = cell.date().isoformat()
        case _:
            text = str(cell)
    if "\0" in text:
        raise no_text()
    return text


class JsonTable(Table):
    """One JSON object a line; the keys are the headings. Row numbers are line numbers."""

    form = "jsonl"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._encoding = detect(blocks(), blocks())

    def _lines(self) -> Iterator[tuple[int, dict[str, Any]]]:
        carry, number = b"", 0
        for position, block in enumerate(self._blocks()):
            carry += block.removeprefix(BOM) if position == 0 else block
            *lines, carry = carry.split(b"\n")
            for line in lines:
                number += 1
                if line.strip():
                    yield number, self._object(line, number)
        if carry.strip():
            yield number + 1, self._object(carry, number + 1)

    def _object(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            value = json.loads(line.decode(self._encoding.name))
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict) or any(isinstance(part, dict | list) for part in value.values()):
            raise FileUnusable(f"第 {number} 行不是一个平铺的 JSON 对象。", f"Line {number} is no flat JSON object.")
        return value

    def heading(self) -> Heading:
        first = next(self._lines(), None)
        if first is None:
            raise FileUnusable("文件是空的。", "The file is empty.")
        names: dict[str, None] = {}
        for _, value in islice(self._lines(), 1000):
            names.update(dict.fromkeys(value))
        return Heading(self.form, self._encoding, (tuple(names),))

    def frames(self, header_row: int, sift: Sift | None = None) -> Iterator[pl.DataFrame]:  # noqa: ARG002  # rows are no lines
        names = list(self.heading().rows[header_row - 1])
        lines = self._lines()
        schema = {ROW: pl.Int32, **dict.fromkeys(names, pl.String)}
        while part := list(islice(lines, ROWS)):
            for number, value in part:
                if extra := [name for name in value if name not in schema]:
                    raise FileUnusable(
                        f"第 {number} 行出现前 1000 行没有的字段 {extra[0][:40]}。",
                        f"Line {number} has a field that the first 1000 lines lack: {extra[0][:40]}.",
                    )
            records = [[number, *(cell_text(value.get(name)) for name in names)] for number, value in part]
            yield drop_blank(clean(pl.DataFrame(records, schema=schema, orient="row")))


class StoredTable(Table):
    """Rows that waited, under their field codes; row numbers count them."""

    form = "stored"

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self._rows = rows
        self._names = tuple(dict.fromkeys(name for row in rows for name in row))

    def heading(self) -> Heading:
        return Heading("csv", Encoding("utf-8", "stored"), (self._names,))

    def frames(self, header_row: int, sift: Sift | None = None) -> Iterator[pl.DataFrame]:  # noqa: ARG002  # rows are no lines
        schema = {ROW: pl.Int32, **dict.fromkeys(self._names, pl.String)}
        for start in range(0, len(self._rows), ROWS):
            part = self._rows[start : start + ROWS]
            records = [
                [number, *(row.get(name) for name in self._names)]
                for number, row in enumerate(part, start + header_row)
            ]
            yield pl.DataFrame(records, schema=schema, orient="row")


def unique_names(cells: Any) -> list[str]:
    """Give each column a name: its heading, or its place where it has none. Raises FileUnusable on a heading that occurs twice."""
    names = [(cell or "").strip() or f"\x00{place}" for place, cell in enumerate(cells)]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        names = sorted(doubled)
        raise FileUnusable(
            f"列名重复：{'、'.join(names)[:200]}。", f"Column names occur twice: {', '.join(names)[:200]}."
        )
    return names


def clean(frame: pl.DataFrame) -> pl.DataFrame:
    """Strip blanks (the full-width one too) and make empty cells null. Raises FileUnusable on a cell too long to be one."""
    texts = pl.col(pl.String)
    frame = frame.with_columns(texts.str.strip_chars())
    longest = frame.select(texts.str.len_bytes().max()).row(0) if frame.width > 1 else ()
    if any(length and length > MAX_CELL for length in longest):
        raise FileUnusable(f"有单元格超过 {MAX_CELL} 字节。", f"A cell is longer than {MAX_CELL} bytes.")
    return frame.with_columns(pl.when(texts != "").then(texts).name.keep())


def drop_blank(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows in which nothing stands: spreadsheets have them at their end."""
    return frame.filter(pl.any_horizontal(pl.exclude(ROW).is_not_null()))
