"""The process that reads a workbook. Takes the file on standard input, gives frames on standard output, opens nothing.

A frame is a letter, a length and a content: ``.`` still alive; ``I`` which sheet; ``H`` the first rows as JSON; ``R`` rows as CSV,
each with its number first; ``F`` a fault in both languages; ``E`` the end
and the most memory ever held, in MiB. Whoever asked and went away is noticed at the next frame.
"""

import codecs
import csv
import json
import struct
import sys
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, BinaryIO

from chengxin.lib.fence import shut_in
from chengxin.records.intake.workbook.archive import SHEET_BYTES, Archive
from chengxin.records.intake.workbook.book import Book, read_book
from chengxin.records.intake.workbook.faults import Fault, too_large
from chengxin.records.intake.workbook.sheet import Sheet
from chengxin.records.intake.workbook.texts import Texts, read_texts
from chengxin.records.intake.workbook.xml import Enough

HEAD = struct.Struct(">cI")
ROWS_AT_ONCE, BYTES_AT_ONCE = 2_000, 4 << 20
SLOWEST_S, PER_MEBIBYTE_S, LONGEST_S = 30, 5, 1_200
MEBIBYTE = 1 << 20


class Reader:
    """One reading: the first rows alone with ``header_row`` 0, else all rows below it."""

    def __init__(self, ask: dict[str, int], out: BinaryIO, status: BinaryIO) -> None:
        self._header_row = ask["header_row"]
        self._heading_rows = ask["heading_rows"]
        self._columns = ask["columns"]
        self._longest = ask["longest"]
        self._out = out
        self._status = status
        self._text = StringIO()
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._rows = 0
        self._head: list[list[str]] = []
        self._width = 0

    def read(self, whole: BytesIO) -> None:
        archive = Archive(whole)
        book = read_book(archive)
        self._send(b"I", json.dumps([book.number, book.sheets]).encode())
        texts = self._texts(archive, book)
        sheet = Sheet(
            book,
            texts,
            self._put if self._header_row else self._keep,
            header_row=self._header_row,
            columns=self._columns,
            longest=self._longest,
        )
        sheet.read(archive.chunks(book.part, SHEET_BYTES))
        self._flush()
        if not self._header_row:
            self._send(b"H", json.dumps(self._head).encode())
        self._send(b"E", str(peak_mib(self._status)).encode())

    def _texts(self, archive: Archive, book: Book) -> Texts | None:
        if not book.texts_part:
            return None
        return read_texts(archive.chunks(book.texts_part, SHEET_BYTES), self._longest, lambda: self._send(b".", b""))

    def _keep(self, number: int, cells: list[str]) -> None:
        if number > self._heading_rows:
            raise Enough
        self._head.extend([] for _ in range(number - 1 - len(self._head)))
        self._head.append(cells)

    def _put(self, number: int, cells: list[str]) -> None:
        if number < self._header_row:
            return
        if number == self._header_row:
            self._width = len(cells)
            return
        if (missing := self._width - len(cells)) > 0:
            cells.extend([""] * missing)
        self._writer.writerow([number, *cells])
        self._rows += 1
        if self._rows >= ROWS_AT_ONCE or self._text.tell() >= BYTES_AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._send(b"R", self._text.getvalue().encode())
            self._text.seek(0)
            self._text.truncate()
            self._rows = 0

    def _send(self, kind: bytes, content: bytes) -> None:
        send(self._out, kind, content)


def send(out: BinaryIO, kind: bytes, content: bytes) -> None:
    out.write(HEAD.pack(kind, len(content)))
    out.write(content)
    out.flush()


def take(source: BinaryIO, most: int) -> BytesIO:
    """Hold the file in memory: a ZIP's directory stands at its end."""
    whole = BytesIO()
    while block := source.read(MEBIBYTE):
        if whole.tell() + len(block) > most:
            raise too_large()
        whole.write(block)
    return whole


def fence(memory: int) -> None:
    """Give up memory beyond a limit, and every file and network connection."""
    for name in ("cp437", "ascii"):  # in which ZIP names its parts; can't be loaded once no file can be opened
        codecs.lookup(name)
    shut_in(memory, LONGEST_S)


def hurry(size: int) -> None:
    """Allow as many seconds as a file of this size may need."""
    import resource

    longest = min(LONGEST_S, SLOWEST_S + PER_MEBIBYTE_S * (size // MEBIBYTE))
    resource.setrlimit(resource.RLIMIT_CPU, (longest, LONGEST_S))


def open_status() -> BinaryIO:
    """Open what the system says of this process, as long as files can be opened; nothing where it says nothing."""
    try:
        return Path("/proc/self/status").open("rb", buffering=0)
    except OSError:
        return BytesIO()


def peak_mib(status: BinaryIO) -> int:
    """Give the most memory this process ever held. ``getrusage`` would tell the parent's where that was more."""
    status.seek(0)
    peaks = [line.split()[1] for line in status.read(16_384).splitlines() if line.startswith(b"VmHWM:")]
    return int(peaks[0]) >> 10 if peaks else 0


def main(ask: dict[str, Any]) -> None:
    out, status = sys.stdout.buffer, open_status()
    fence(ask["memory"])
    try:
        whole = take(sys.stdin.buffer, ask["most"])
        hurry(whole.tell())
        Reader(ask, out, status).read(whole)
    except Fault as fault:
        tell(out, fault)
    except MemoryError:
        tell(out, too_large())


def tell(out: BinaryIO, fault: Fault) -> None:
    send(out, b"F", json.dumps([fault.text, fault.text_en]).encode())
