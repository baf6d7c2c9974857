"""Characters that can't be shown are named, never dropped: a missing sign in a name can make it another person's."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from chengxin.sharing.documents.errors import FontsMissing

FONTS = Path(__file__).parent.parent / "fonts"
FACES = ("NotoSansSC_400Regular.ttf", "NotoSansSC_700Bold.ttf")

# A run that offers no place to break a line would leave the page; Han characters break anywhere.
_UNBROKEN = re.compile("[^ \n\u3400-\u9fff\U00020000-\U0003ffff]{25,}")
_BREAK_AFTER = 24
ZERO_WIDTH_SPACE = "\u200b"


@cache
def covered() -> frozenset[str]:
    """Give every character that all faces of the report's font can draw. Raises FontsMissing."""
    missing = [face for face in FACES if not (FONTS / face).is_file()]
    if missing:
        raise FontsMissing("、".join(missing), ", ".join(missing))
    drawn: dict[bytes, set[str]] = {}
    for face in FACES:
        with TTFont(FONTS / face, lazy=True) as font:
            table = font.reader["cmap"]
            if table not in drawn:  # the faces of one family mostly share it, and reading it takes a tenth of a second
                drawn[table] = {chr(code) for code in font.getBestCmap()}
    return frozenset(sign for sign in set.intersection(*drawn.values()) if not invisible(sign))


def invisible(sign: str) -> bool:
    """Tell whether a sign steers instead of showing: controls, bidirectional marks, line separators, half pairs."""
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def named(sign: str) -> str:
    return f"〔U+{ord(sign):04X}〕"


def one_kind_of_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def visible(text: str) -> str:
    """Write a text so that a terminal shows each of its characters and obeys none, apart from line ends."""
    return "".join(named(s) if s != "\n" and invisible(s) else s for s in one_kind_of_line_end(text))


def printable(text: str) -> str:
    """Write a text so that the report's font can draw it whole and a line can always be broken. Raises FontsMissing."""
    signs = covered()
    whole = "".join(s if s in signs or s == "\n" else named(s) for s in one_kind_of_line_end(text))
    return _UNBROKEN.sub(_with_breaks, whole)


def _with_breaks(run: re.Match[str]) -> str:
    text = run[0]
    return ZERO_WIDTH_SPACE.join(text[at : at + _BREAK_AFTER] for at in range(0, len(text), _BREAK_AFTER))
