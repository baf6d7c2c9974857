"""The texts that cells share, packed: a million rows may share eight million of them."""

import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from xml.parsers import expat

from chengxin.records.intake.workbook.faults import damaged
from chengxin.records.intake.workbook.xml import local, parse

BLOCK_CHARS = 16_384
OPEN_BLOCKS = 2_048
ALIVE_EVERY = 64


class Texts:
    """Texts by their number, in packed blocks. Those used last stay unpacked; spreadsheets number texts by first use."""

    def __init__(self, alive: Callable[[], None]) -> None:
        self._alive = alive
        self._starts: list[int] = []
        self._blocks: list[bytes] = []
        self._open: dict[int, list[str]] = {}
        self._held: list[str] = []
        self._chars = self._count = 0
        self._near: list[str] = []
        self._from = self._until = 0

    def add(self, text: str) -> None:
        self._held.append(text)
        self._chars += len(text) + 1
        if self._chars >= BLOCK_CHARS:
            self.close()

    def close(self) -> None:
        """Pack what was added last."""
        if not self._held:
            return
        self._starts.append(self._count)
        # XML knows no NUL, so it parts the texts.
        self._blocks.append(zlib.compress("\0".join(self._held).encode(), 1))
        self._count += len(self._held)
        self._held, self._chars = [], 0
        if len(self._blocks) % ALIVE_EVERY == 0:
            self._alive()

    def __getitem__(self, number: int) -> str:
        if self._from <= number < self._until:
            return self._near[number - self._from]
        if not 0 <= number < self._count:
            raise damaged()
        place = bisect_right(self._starts, number) - 1
        block = self._open.get(place)
        if block is None:
            if len(self._open) >= OPEN_BLOCKS:
                self._open.pop(next(iter(self._open)))
            block = self._open[place] = zlib.decompress(self._blocks[place]).decode().split("\0")
        self._from = self._starts[place]
        self._near, self._until = block, self._from + len(block)
        return block[number - self._from]


class Table:
    """The table of shared texts while it is read."""

    def __init__(self, longest: int, alive: Callable[[], None]) -> None:
        self.texts = Texts(alive)
        self._longest = longest
        self._parts: list[str] = []
        self._length = self._aloud = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end

    def _take(self, piece: str) -> None:
        # One sign more than may be is kept, for the cell to refuse the text with its own place.
        if self._length <= self._longest:
            self._parts.append(piece[: self._longest + 1])
        self._length += len(piece)

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        tag = local(tag)
        if tag == "t" and not self._aloud:
            self.parser.CharacterDataHandler = self._take
        elif tag == "rPh":  # how a text is read aloud; no part of it
            self._aloud += 1

    def _end(self, tag: str) -> None:
        tag = local(tag)
        if tag == "t":
            self.parser.CharacterDataHandler = None
        elif tag == "si":
            self.texts.add("".join(self._parts))
            self._parts.clear()
            self._length = 0
        elif tag == "rPh":
            self._aloud -= 1


def read_texts(chunks: Iterable[bytes], longest: int, alive: Callable[[], None]) -> Texts:
    """Read the table of shared texts. Raises Fault."""
    table = Table(longest, alive)
    parse(chunks, table.parser)
    table.texts.close()
    return table.texts
