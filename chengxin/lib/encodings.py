"""Which encoding a text file is in: told, never guessed in silence."""

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from chengxin.lib.errors import Unusable

BOM = codecs.BOM_UTF8
# Two Chinese signs or more in UTF-8, with nothing but ASCII around them.
UTF8_PIECE = re.compile(rb"(?<![\x80-\xff])(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}(?![\x80-\xff])")
SURE_BYTES, SURE_PIECES = 12, 3
# So many bytes that go on with a sign are never UTF-8 by chance.
SURE_SIGNS = 4000
# A line that goes on for longer is looked at in parts.
LONGEST_LINE = 4 << 20
CONTINUED, FIRST_OF_SEVERAL, FIRST_OF_THREE, FIRST_OF_FOUR = 0x80, 0xC0, 0xE0, 0xF0
FIRST_OF_CHINESE = range(0xE4, 0xEA)
# ASCII, what goes on with a sign of UTF-8, what begins one of three bytes that is Chinese, anything else.
KINDS = bytes(
    ord("a" if byte < CONTINUED else "c" if byte < FIRST_OF_SEVERAL else "h" if byte in FIRST_OF_CHINESE else ".")
    for byte in range(256)
)


class EncodingUnknown(Unusable):
    code = "encoding-unknown"
    message = "文件编码无法识别：既不是 UTF-8，也不是 GB18030。"
    message_en = "The file's encoding is neither UTF-8 nor GB18030."


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding and how it was found out; ``how`` stands on the receipt."""

    name: str
    how: str


def detect(blocks: Iterable[bytes], again: Iterable[bytes], most: int | None = None) -> Encoding:
    """Tell the encoding of a file from its blocks: UTF-8 by its mark or by being valid throughout, else GB18030 throughout.

    ``again`` gives the same blocks a second time, and is read only where the first pass met what is not UTF-8. Costs one pass
    over the file in bounded memory. With ``most``, only about so many bytes are looked at, or as many more as it takes to be sure: for
    callers that bring the rest through a ``Transcriber`` and mind what comes of it. Raises EncodingUnknown with the place of the first
    byte that fits neither.
    """
    marked, held, place, several = False, b"", 0, 0
    for number, block in enumerate(blocks):
        marked = marked or (number == 0 and block.startswith(BOM))
        text = held + block
        end = len(text) if text.isascii() else _last_sign_end(text)
        try:
            several += end - len(text[:end].decode())
        except UnicodeDecodeError as error:
            return _detect_gb18030(again, place + error.start, most)
        held, place = text[end:], place + end
        if most is not None and place >= most and several >= SURE_SIGNS:
            break
    else:
        if held:
            return _detect_gb18030(again, place, most)
    return Encoding("utf-8", "utf-8-mark" if marked else "valid-utf-8" if several else "plain-ascii")


def _last_sign_end(text: bytes) -> int:
    """Give the place after the last sign of UTF-8 that is whole, or that never will be."""
    for back in range(1, min(4, len(text) + 1)):
        byte = text[-back]
        if byte >= FIRST_OF_SEVERAL:
            wanted = 4 if byte >= FIRST_OF_FOUR else 3 if byte >= FIRST_OF_THREE else 2
            return len(text) - back if back < wanted else len(text)
        if byte < CONTINUED:
            break
    return len(text)


def _detect_gb18030(blocks: Iterable[bytes], no_utf8_at: int, most: int | None) -> Encoding:
    """``no_utf8_at`` is the place of the first byte that isn't UTF-8: a file that mixes both is told both lines."""
    decoder, lines, place, pieces = codecs.getincrementaldecoder("gb18030")(), 1, 0, WholeLines()
    no_utf8, rest, block = 0, iter(blocks), b""
    try:
        for block in rest:
            no_utf8 = no_utf8 or _line_at(no_utf8_at - place, [block], lines)
            decoder.decode(block)
            pieces.feed(block)
            lines += block.count(b"\n")
            place += len(block)
            if most is not None and place >= most and no_utf8:
                break
        else:
            decoder.decode(b"", final=True)
            pieces.end()
    except UnicodeDecodeError as error:
        line = lines + error.object.count(b"\n", 0, error.start)
        # The first byte that isn't GB18030 may come before the first that isn't UTF-8.
        no_utf8 = no_utf8 or _line_at(no_utf8_at - place, chain([block], rest), lines)
        place += error.start + 1
        raise EncodingUnknown(
            f"第 {no_utf8} 行不是 UTF-8，第 {line} 行不是 GB18030（第 {place} 个字节附近）。请用同一种编码另存后重新报送。",
            f"Line {no_utf8} isn't UTF-8, line {line} isn't GB18030 (near byte {place}). Save the file in one encoding.",
        ) from None
    if line := pieces.line:
        raise EncodingUnknown(
            f"第 {no_utf8} 行是 GB18030，第 {line} 行却是 UTF-8，两种编码混用。请用同一种编码另存后重新报送。",
            f"Line {no_utf8} is GB18030 but line {line} is UTF-8. Save the file in one encoding.",
        )
    return Encoding("gb18030", "not-utf-8-but-valid-gb18030")


def _line_at(place: int, blocks: Iterable[bytes], lines: int) -> int:
    """Give the line in which a byte stands, counted from ``lines``; 0 where it isn't in these blocks."""
    for block in blocks:
        if place < len(block):
            return lines + block.count(b"\n", 0, place)
        place -= len(block)
        lines += block.count(b"\n")
    return 0


def _may_hold(block: bytes) -> bool:
    """Tell whether a block may hold a cell of two signs of UTF-8 or more: by kinds of bytes, which costs a tenth of looking for it."""
    kinds = block.translate(KINDS)
    return kinds.startswith(b"hcchcc") or b"ahcchcc" in kinds


class Pieces:
    """Looks for cells of UTF-8 in a file of GB18030, where they would be read as other signs without a word.

    Three signs of GB18030 that happen to be two of UTF-8 occur once in some million names; six that are four never do.
    """

    def __init__(self) -> None:
        self._lines: list[int] = []
        self.line = 0

    def look(self, block: bytes, line: int) -> None:
        if self.line or not _may_hold(block):
            return
        for found in UTF8_PIECE.finditer(block):
            self._lines.append(line + block.count(b"\n", 0, found.start()))
            if len(found[0]) >= SURE_BYTES or len(self._lines) >= SURE_PIECES:
                self.line = self._lines[0]
                return


class WholeLines(Pieces):
    """Looks for them in blocks cut anywhere: a cell that lies in two of them is seen, and half a row of signs isn't taken for one."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []
        self._bytes, self._at = 0, 1

    def feed(self, block: bytes) -> None:
        end = block.rfind(b"\n") + 1
        if not end and self._bytes + len(block) > LONGEST_LINE:
            end = len(block)
        if not end:
            self._hold(block)
            return
        self._hold(block[:end])
        self.end()
        self._hold(block[end:])

    def end(self) -> None:
        """Look at what is held."""
        text = b"".join(self._held)
        self.look(text, self._at)
        self._at += text.count(b"\n")
        self._held, self._bytes = [], 0

    def _hold(self, part: bytes) -> None:
        self._held.append(part)
        self._bytes += len(part)


class Transcriber:
    """Brings the pieces of one file, each of whole lines, to UTF-8, and minds that all of GB18030 is that.

    What was UTF-8 before is left to whoever reads it, since every reader minds it.
    """

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._pieces = Pieces()

    def read(self, text: bytes) -> bytes:
        """Give a piece in UTF-8. Raises EncodingUnknown, without a place."""
        if self._encoding.name == "utf-8":
            return text
        self._pieces.look(text, 1)
        if self._pieces.line:
            raise EncodingUnknown
        try:
            return text.decode(self._encoding.name).encode()
        except UnicodeDecodeError:
            raise EncodingUnknown from None
