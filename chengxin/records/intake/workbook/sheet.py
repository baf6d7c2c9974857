"""The rows of a sheet, one at a time, each as the texts a person would have typed."""

import re
from collections.abc import Callable, Iterable
from math import isfinite
from xml.parsers import expat

from chengxin.records.intake.workbook.book import DATE, Book, day_text, time_text
from chengxin.records.intake.workbook.faults import Fault, damaged
from chengxin.records.intake.workbook.texts import Texts
from chengxin.records.intake.workbook.xml import local, parse

MAX_ROWS = 1_048_576
MOST_SHEET_COLUMNS = 16_384
# Spreadsheets keep fifteen digits of a number; the sixteenth and later ones are lost.
EXACT_BELOW, EXACT_DIGITS = 1e15, 15
SURROGATES = range(0xD800, 0xE000)
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
MERGED = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
Put = Callable[[int, list[str]], None]


class Sheet:
    """Reads the sheet of a book. ``put`` gets number and cells of each row in which something stands.

    Below ``header_row`` (0: not known yet) nothing may be hidden or merged, and nothing may stand right of the last heading. Raises
    Fault with the place of the first cell that can't be taken as it stands.
    """

    def __init__(
        self, book: Book, texts: Texts | None, put: Put, *, header_row: int, columns: int, longest: int
    ) -> None:
        self._book = book
        self._texts = texts
        self._put = put
        self._header_row = header_row
        self._columns = columns
        self._longest = longest
        self._width = columns
        self._places: dict[str, int] = {}
        self._cells: list[str] = []
        self._parts: list[str] = []
        self._length = 0
        self._row = 0
        self._column = self._column_before = -1
        self._type = self._format = ""
        self._hidden = False
        self._aloud = 0
        self._root = True

    def read(self, chunks: Iterable[bytes]) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        parse(chunks, self._parser)

    def _begin(self, tag: str, _attributes: dict[str, str]) -> None:
        """Learn from the root element which prefix the sheet's elements bear, if any."""
        prefix, colon, _ = tag.rpartition(":")
        self._v, self._c, self._r, self._t, self._f, self._aloud_tag, self._merge = (
            prefix + colon + name for name in ("v", "c", "row", "t", "f", "rPh", "mergeCell")
        )
        if local(tag) != "worksheet":
            raise damaged()
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._start, self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == self._v or (tag == self._t and not self._aloud):
            self._parser.CharacterDataHandler = self._take
        elif tag == self._c:
            self._start_cell(attributes)
        elif tag == self._r:
            self._start_row(attributes)
        elif tag == self._f and self._column >= 0:
            raise self._at(
                "是公式",
                "请选中全表，复制后“选择性粘贴”为数值",
                "holds a formula",
                "Copy the sheet and paste it as values",
            )
        elif tag == self._aloud_tag:
            self._aloud += 1
        elif tag == self._merge:
            self._look_at_merged(attributes.get("ref", ""))

    def _end(self, tag: str) -> None:
        if tag == self._v or tag == self._t:  # noqa: PLR1714  # no set is built 26 million times
            self._parser.CharacterDataHandler = None
        elif tag == self._c:
            if self._parts:
                self._end_cell("".join(self._parts))
            self._column_before = self._column
            self._column = -1
        elif tag == self._r:
            self._end_row()
        elif tag == self._aloud_tag:
            self._aloud -= 1

    def _take(self, piece: str) -> None:
        self._length += len(piece)
        if self._length > self._longest:
            raise self._too_long()
        self._parts.append(piece)

    def _start_row(self, attributes: dict[str, str]) -> None:
        told = attributes.get("r")
        number = _whole(told) if told else self._row + 1
        if number <= self._row or number > MAX_ROWS:
            raise damaged()
        self._row = number
        self._hidden = attributes.get("hidden", "0") in {"1", "true"}
        self._cells = []
        self._column_before = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        column = self._place(place) if place else self._column_before + 1
        if column <= self._column_before or not self._row:
            raise damaged()
        self._column = column
        self._type = attributes.get("t", "n")
        self._format = attributes.get("s", "")
        self._parts.clear()
        self._length = 0

    def _place(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        column = self._places.get(letters)
        if column is None:
            column = self._places[letters] = column_number(letters)
        return column

    def _end_cell(self, text: str) -> None:
        text = self._read(text)
        if not text or text.isspace():
            return
        if self._column >= self._width:
            raise self._beyond()
        if (missing := self._column - len(self._cells)) > 0:
            self._cells.extend([""] * missing)
        self._cells.append(text)

    def _read(self, text: str) -> str:
        if self._type == "s":
            text = self._shared(text)
        match self._type:
            case "n":
                return self._number(text)
            case "b":
                return {"1": "是", "0": "否"}.get(text.strip(), "")
            case "d":
                return text.partition("T")[0]
            case "e":
                raise self._at(
                    "是错误值（如 #N/A）", "请改为实际内容", "holds an error such as #N/A", "Put the value there"
                )
        if len(text) > self._longest:
            raise self._too_long()
        return ESCAPED.sub(self._unescape, text) if "_x" in text else text

    def _shared(self, text: str) -> str:
        if self._texts is None:
            raise damaged()
        try:
            return self._texts[int(text)]
        except ValueError:
            raise damaged() from None

    def _unescape(self, escaped: re.Match[str]) -> str:
        code = int(escaped[1], 16)
        if not code:
            raise self._at("含有空字符", "请重新输入该单元格", "holds a NUL character", "Type the cell anew")
        return escaped[0] if code in SURROGATES else chr(code)

    def _number(self, text: str) -> str:
        if not self._format and len(text) <= EXACT_DIGITS and text.isdecimal() and text.isascii():
            return str(int(text))
        try:
            value = float(text)
        except ValueError:
            raise damaged() from None
        if not isfinite(value):
            raise damaged()
        if kind := self._kind():
            return day_text(value, since_1904=self._book.since_1904) if kind == DATE else time_text(value)
        if abs(value) >= EXACT_BELOW:
            raise self._at(
                "是 16 位以上的数值，末尾数字已经丢失",
                "请把该列设为文本格式，再从原件重新填写",
                "is a number of 16 digits or more; its last digits are lost",
                "Set the column to text and fill it in anew from the source",
            )
        return str(int(value)) if value.is_integer() else repr(value)

    def _kind(self) -> str:
        formats = self._book.formats
        number = _whole(self._format) if self._format else 0
        return formats[number] if number < len(formats) else ""

    def _end_row(self) -> None:
        cells = self._cells
        if not cells:
            return
        if self._row == self._header_row:
            self._width = len(cells)
        elif self._hidden and 0 < self._header_row < self._row:
            raise Fault(
                f"第 {self._row} 行被隐藏或筛选掉。请取消隐藏和筛选，删去不报送的行后重新报送。",
                f"Row {self._row} is hidden or filtered out. Show all rows, delete those not meant, and hand it in again.",
            )
        self._put(self._row, cells)
        self._cells = []

    def _look_at_merged(self, place: str) -> None:
        found = MERGED.fullmatch(place)
        if found is None or not 0 < self._header_row < int(found[4]) or found[1] + found[2] == found[3] + found[4]:
            return
        raise Fault(
            f"{place} 是合并单元格，合并处各行缺少内容。请取消合并，逐行填写后重新报送。",
            f"{place} is a merged cell: its other cells are empty. Unmerge it, fill in each row, and hand it in again.",
        )

    def _beyond(self) -> Fault:
        if self._width == self._columns:
            return self._at(
                f"超出 {self._columns} 列",
                "请删去多余的列",
                f"lies beyond {self._columns} columns",
                "Delete the columns that are too many",
            )
        return self._at(
            "在最后一个列名的右边，没有列名",
            "请补列名或者删去",
            "stands right of the last heading",
            "Give it a heading or delete it",
        )

    def _too_long(self) -> Fault:
        return self._at(
            f"超过 {self._longest} 字", "请缩短", f"is longer than {self._longest} characters", "Shorten it"
        )

    def _at(self, what: str, mend: str, what_en: str, mend_en: str) -> Fault:
        cell = f"{letters_of(self._column)}{self._row}"
        return Fault(
            f"单元格 {cell} {what}。{mend}后重新报送。", f"Cell {cell} {what_en}. {mend_en}, and hand it in again."
        )


def column_number(letters: str) -> int:
    """Give the place of a column, A being 0. Raises Fault."""
    number = 0
    if not 1 <= len(letters) <= 3 or not (letters.isascii() and letters.isalpha()):  # noqa: PLR2004  # XFD is the last
        raise damaged()
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    if number > MOST_SHEET_COLUMNS:
        raise damaged()
    return number - 1


def letters_of(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _whole(text: str) -> int:
    if len(text) > 9 or not (text.isascii() and text.isdecimal()):  # noqa: PLR2004  # as many digits as any number here has
        raise damaged()
    return int(text)
