"""What is wrong with a CSV file that can't be read: which row, and how to mend it. Never holds a value of the file."""

import csv
import io
import re

from chengxin.records.errors import FileUnusable

QUOTED = re.compile(rb'"[^"]*"')
# A quote where a cell begins, up to the one that closes it; and any other quote.
SOUND_QUOTE = re.compile(rb'(?:^|(?<=[,\n]))"(?:[^"]|"")*"(?=[,\r\n]|$)')
BARE_RETURN = re.compile(rb"\r(?!\n)")


def no_text(line: int | None = None) -> FileUnusable:
    where, where_en = (f"第 {line} 行", f"Line {line} ") if line else ("文件", "The file ")
    return FileUnusable(
        f"{where}含有空字节，不是文本。请用表格软件打开后另存为 CSV（UTF-8）。",
        f"{where_en}holds NUL bytes and is no text. Open the file in a spreadsheet and save it as CSV (UTF-8).",
    )


def explain_quote(text: bytes, number: int) -> tuple[str, str]:
    """Name the row of the first quote that opens or closes where none may. ``number`` is the row with which the text begins."""
    rest = SOUND_QUOTE.sub(lambda part: b"x" * part[0].count(b"\n"), text)
    place = rest.find(b'"')
    if place < 0:
        return "引号未成对，无法分行。请检查引号。", "A quotation mark is not closed. Check the quotes."
    row = number + rest.count(b"\n", 0, place)
    return (
        f"第 {row} 行的引号未成对，无法分行。请检查该行的引号。",
        f"Row {row} has a quotation mark that is not closed. Check its quotes.",
    )


def refuse_wide(text: bytes, most: int) -> None:
    """Refuse a file whose first line has far too many cells, before it is parsed."""
    end = text.find(b"\n")
    width = separators(text if end < 0 else text[:end]) + 1
    if width > most:
        raise too_wide(width)


def too_wide(width: int) -> FileUnusable:
    return FileUnusable(
        f"列数 {width} 过多。请只保留目录规定的列后重新报送。",
        f"There are too many columns: {width}. Keep those of the catalogue and hand the file in again.",
    )


def refuse_bare_returns(text: bytes, number: int) -> None:
    """Refuse rows that end in a carriage return alone: they would be read as one row with the next.

    Asked only where rows don't come out even: a carriage return inside a cell is a blank.
    """
    if b"\r" not in text or not BARE_RETURN.search(text):
        return
    rest = QUOTED.sub(lambda part: b"\n" * part[0].count(b"\n"), text)
    found = BARE_RETURN.search(rest, 0, len(rest.rstrip()))
    if found:
        row = number + rest.count(b"\n", 0, found.start())
        raise FileUnusable(
            f"第 {row} 行的换行只有回车符（旧 Mac 格式），无法分行。请另存为普通 CSV 后重新报送。",
            f"Row {row} ends in a carriage return alone (old Mac form). Save the file as plain CSV and hand it in again.",
        )


def separators(text: bytes) -> int:
    """Count the commas that part cells: those outside quotes."""
    commas = text.count(b",")
    return commas if b'"' not in text else commas - sum(part.count(b",") for part in QUOTED.findall(text))


def explain_ragged(text: bytes, number: int, width: int | None) -> tuple[str, str]:
    return find_ragged(text, number, width) or explain_quote(text, number)


def find_ragged(text: bytes, number: int, width: int | None) -> tuple[str, str] | None:
    """Find the first row, blank ones apart, that has another number of cells than the first, for the message."""
    csv.field_size_limit(1 << 27)
    rows = csv.reader(io.StringIO(text.decode("utf-8", "replace"), newline=""))
    expected = width
    try:
        for row_number, row in enumerate(rows, number):
            expected = expected or len(row)
            if len(row) > expected or (len(row) < expected and any(cell.strip() for cell in row)):
                return (
                    f"第 {row_number} 行有 {len(row)} 列，标题行有 {expected} 列。请检查该行的逗号和引号。",
                    f"Row {row_number} has {len(row)} cells, the heading {expected}. Check its commas and quotes.",
                )
    except csv.Error:
        pass
    return None
