"""Reads the three kinds of file into frames of text columns, a bounded number of rows at a time.

Whatever the kind, a block is a frame whose columns are the file's own headings, all String, blanks stripped and empty cells null,
with ``row_number`` as a spreadsheet would show it.
"""

import io
import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import polars as pl

from chengxin.lib.ahead import ahead
from chengxin.lib.encodings import BOM, Encoding, EncodingUnknown, Transcriber, detect
from chengxin.records.errors import FileEmpty, FileUnusable
from chengxin.records.intake.csv_faults import (
    explain_quote,
    explain_ragged,
    find_ragged,
    no_text,
    refuse_bare_returns,
    refuse_wide,
    separators,
    too_wide,
)
from chengxin.records.intake.kinds import refuse_kind
from chengxin.records.intake.spool import Blocks
from chengxin.records.intake.workbook import process

ROW = "row_number"
ROWS = 50_000
# A block of short rows may hold many more of them than one of XLSX or JSON, which costs memory for each cell.
MOST_ROWS = 200_000
# The first blocks are small, so that the database has something to do and the sender sees the first findings at once.
CSV_BYTES, FIRST_BYTES = 24 << 20, 3 << 20
HEADING_ROWS = 8
MAX_COLUMNS = 512
MAX_CELL = 100_000
# A row no quote of which was closed within this many bytes beyond a block is none.
MAX_ROW = 4 << 20
# Held in the child's memory, which may be twice as large.
XLSX_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Heading:
    """The rows at the head of a file, as read, before it is known which of them names the columns."""

    form: str
    encoding: Encoding
    rows: tuple[tuple[str, ...], ...]


class Table:
    """A file as a table. ``heading`` first, then ``frames`` with the row that names the columns."""

    form: str

    def heading(self) -> Heading:
        raise FileUnusable

    def frames(self, header_row: int) -> Generator[pl.DataFrame, None, None]:  # noqa: ARG002  # the interface
        """Give the rows below ``header_row`` (1 is the first). May be asked again; reads from the start each time."""
        raise FileUnusable


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
    refuse_kind(head)
    text = head.removeprefix(BOM).lstrip()
    if text.startswith(b"{") or name.lower().endswith((".jsonl", ".ndjson")):
        return "jsonl"
    return "csv"


def encoding_of(blocks: Blocks, most: int | None = None) -> Encoding:
    """Tell the encoding of a text file, as ``detect`` does. Raises FileUnusable, as for everything else that makes a file no use."""
    try:
        return detect(blocks(), blocks(), most)
    except EncodingUnknown as error:
        raise FileUnusable(error.text, error.text_en) from None


class CsvTable(Table):
    form = "csv"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._encoding = encoding_of(blocks, CSV_BYTES)

    def heading(self) -> Heading:
        first = next(self._chunks(2 << 20, 2 << 20), b"")
        refuse_wide(first, MAX_COLUMNS)
        if b"\n" not in first:
            refuse_bare_returns(first, 1)
        frame = self._parse(first, 1, limit=HEADING_ROWS)
        rows = tuple(tuple(cell or "" for cell in row) for row in frame.drop(ROW).iter_rows())
        return Heading(self.form, self._encoding, rows)

    def frames(self, header_row: int) -> Generator[pl.DataFrame, None, None]:
        names: list[str] | None = None
        number = 1
        with closing(ahead(self._chunks(FIRST_BYTES, CSV_BYTES))) as chunks:
            for chunk in chunks:
                frame = self._parse(chunk, number, width=len(names) if names else None)
                number += frame.height
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
        held, given, wanted = 0, 0, size
        transcriber = Transcriber(self._encoding)
        for number, block in enumerate(self._blocks()):
            if b"\0" in block:
                raise no_text(self._line_at(given + held + block.find(b"\0")))
            parts.append(block.removeprefix(BOM) if number == 0 else block)
            held += len(parts[-1])
            if held < wanted:
                continue
            text = b"".join(parts)
            cut = _last_line_end(text)
            if cut:
                yield self._read(text[:cut], transcriber)
                given += cut
                size = min(2 * size, most)
            elif held > size + MAX_ROW:
                raise FileUnusable(*explain_quote(self._read(text, transcriber), self._line_at(given)))
            parts, held = [text[cut:]], len(text) - cut
            # What had no end is looked at again only once there is as much again.
            wanted = max(size, 2 * held) if not cut else size
        if (rest := b"".join(parts)).strip():
            yield self._read(rest, transcriber)

    def _line_at(self, place: int) -> int:
        """Give the line of a byte, the mark at the head of the file left out: counted for a message alone."""
        lines, passed = 1, 0
        for number, block in enumerate(self._blocks()):
            text = block.removeprefix(BOM) if number == 0 else block
            lines += text.count(b"\n", 0, max(place - passed, 0))
            passed += len(text)
            if passed >= place:
                break
        return lines

    def _read(self, text: bytes, transcriber: Transcriber) -> bytes:
        """Bring a piece to UTF-8. Raises FileUnusable on one that isn't in the file's encoding."""
        try:
            return transcriber.read(text)
        except EncodingUnknown as error:
            raise self._mixed() from error

    def _mixed(self) -> FileUnusable:
        """Say where the file isn't in the encoding that its beginning is in: the message names places in the whole file."""
        try:
            detect(self._blocks(), self._blocks())
        except EncodingUnknown as error:
            return FileUnusable(error.text, error.text_en)
        return FileUnusable(EncodingUnknown.message, EncodingUnknown.message_en)

    def _refuse_mixed(self, text: bytes) -> None:
        try:
            text.decode()
        except UnicodeDecodeError:
            raise self._mixed() from None

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
            self._refuse_mixed(text)
            refuse_bare_returns(text, number)
            raise FileUnusable(*explain_ragged(text, number, width)) from None
        if frame.width > MAX_COLUMNS:
            raise too_wide(frame.width)
        if width is not None and frame.width != width:
            raise FileUnusable(*explain_ragged(text, number, width))
        if limit is None and separators(text) != frame.height * (frame.width - 1):
            # Blank lines, or rows that are too short: Polars fills both up without a word.
            fault = find_ragged(text, number, frame.width)
            if fault:
                refuse_bare_returns(text, number)
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


class XlsxTable(Table):
    """A workbook's first visible sheet, read in a process of its own with a bound on its memory and its time."""

    form = "xlsx"

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._heading: Heading | None = None
        self.reader_peak_mib = 0

    def _told(self, header_row: int) -> Generator[process.Frame, None, None]:
        return process.frames(self._blocks, process.Ask(header_row, HEADING_ROWS, MAX_COLUMNS, MAX_CELL, XLSX_BYTES))

    def heading(self) -> Heading:
        if self._heading is None:
            told = dict(self._told(0))
            _, sheets = json.loads(told[b"I"])
            how = "workbook" if sheets == 1 else "workbook-first-visible-sheet"
            self._heading = Heading(
                self.form, Encoding("xlsx", how), tuple(tuple(row) for row in json.loads(told[b"H"]))
            )
        return self._heading

    def frames(self, header_row: int) -> Generator[pl.DataFrame, None, None]:
        rows = self.heading().rows
        if header_row > len(rows) or not rows[header_row - 1]:
            return
        schema = {ROW: pl.Int32, **dict.fromkeys(unique_names(rows[header_row - 1]), pl.String)}
        size, parts, held = FIRST_BYTES, list[bytes](), 0
        with closing(self._told(header_row)) as told:
            for kind, content in told:
                if kind == b"R":
                    parts.append(content)
                    held += len(content)
                elif kind == b"E":
                    self.reader_peak_mib = int(content)
                if parts and (held >= size or kind == b"E"):
                    yield drop_blank(clean(pl.read_csv(b"".join(parts), has_header=False, schema=schema)))
                    size, parts, held = min(2 * size, CSV_BYTES), [], 0


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
        self._encoding = encoding_of(blocks)

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
            raise FileEmpty
        names: dict[str, None] = {}
        for _, value in islice(self._lines(), 1000):
            names.update(dict.fromkeys(value))
        return Heading(self.form, self._encoding, (tuple(names),))

    def frames(self, header_row: int) -> Generator[pl.DataFrame, None, None]:
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

    def frames(self, header_row: int) -> Generator[pl.DataFrame, None, None]:
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
