"""How a citizen's number was written: what a hand, a scanner or a form made of it, and what it still shows.

One reading for the door, which lets a doubtful number wait, and for those who look for whom it may mean: what waits can lead to somebody.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product

from chengxin.lib.codes.resident import read_birth

WHOLE, BODY, OLD = 18, 17, 15
AREA, BIRTH, LAST = slice(0, 6), slice(6, 14), slice(14, 18)
HIDDEN = "*"
MASK_SIGNS = "*＊×●○•■□◆#＃?？"
"""What is put in the place of signs that shall not be read; an X is read so where it can be nothing else."""
MOST_HIDDEN = 3
"""So many hidden signs are tried whole."""
MOST_GUESSED = 2
"""So many hidden signs of a birth, or of area and last four together, are tried along with a name."""
LEAST_SEEN = 8
DIGITS = "0123456789"
SLIT = frozenset("'`´’‘\"_.,·、/")
# What a hand or a scanner makes of digits, and of the X at the end.
LOOK_ALIKES = str.maketrans({"O": "0", "Q": "0", "L": "1", "I": "1", "|": "1", "Z": "2", "S": "5", "B": "8"})
CROSSES = str.maketrans(dict.fromkeys("×✕✖╳хХχΧ", "X"))
MASKED_BY = str.maketrans(dict.fromkeys(MASK_SIGNS.replace("×", ""), HIDDEN))
RUN_OF_CROSSES = re.compile("X{2,}")
FORM = re.compile(r"\d{15,16}|\d{16}[\dX]|(?=.{18}\Z)\d*X?\d*|\d{18}[\dX]|\d{17}X\d", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A citizen's number as it was written, sound or not. ``signs`` are digits and X, of a masked one eighteen with ``*`` for the hidden.

    ``exact`` where no sign had to be taken for another. Has no readable form, so that it can't slip into a log.
    """

    signs: str
    exact: bool

    @property
    def masked(self) -> bool:
        return HIDDEN in self.signs

    @property
    def hidden(self) -> int:
        return self.signs.count(HIDDEN)

    def births(self) -> list[date]:
        """Give the days of birth that the number still shows: one, several where a sign or two of it are hidden, or none."""
        shown = f"19{self.signs[6:12]}" if len(self.signs) == OLD else self.signs[BIRTH]
        return [born for digits in _filled(shown) if (born := read_birth(digits)) is not None]

    def ends(self) -> list[tuple[str, str]]:
        """Give what area and last four signs of a masked number may be, where no more than a sign or two of them are hidden."""
        if not self.masked:
            return []
        return [(text[:6], text[6:]) for text in _filled(self.signs[AREA] + self.signs[LAST])]

    def fits(self, code: str) -> bool:
        """Tell whether a sound code is what is seen of a masked number; of one written in full, whether it has the same area."""
        if not self.masked:
            return code[AREA] == self.signs[AREA]
        return all(sign in (HIDDEN, held) for sign, held in zip(self.signs, code, strict=True))

    def leads(self) -> bool:
        """Tell whether it can be tried at all whom the number means."""
        return not self.masked or self.hidden <= MOST_HIDDEN or bool(self.births() or self.ends())


def read_written(text: str) -> Number | None:
    """Read a citizen's number however it was written; None where it is no such number, or too much of it is hidden to lead to anybody."""
    plain = _plain(text)
    signs = plain.translate(LOOK_ALIKES)
    if HIDDEN in signs or RUN_OF_CROSSES.search(signs):
        signs = _masked(signs)
    elif not FORM.fullmatch(signs):
        return None
    number = Number(signs, exact=signs == plain)
    return number if signs and number.leads() else None


def _plain(text: str) -> str:
    """Bring a number to plain capitals: full width made narrow; blanks, dashes, apostrophes and what nobody sees gone."""
    narrow = unicodedata.normalize("NFKC", text.translate(MASKED_BY)).translate(CROSSES)
    return "".join(
        sign
        for sign in narrow
        if not sign.isspace() and sign not in SLIT and unicodedata.category(sign) not in {"Pd", "Cf"}
    ).upper()


def _masked(signs: str) -> str:
    """Give a masked number at its full length; empty where it is none. A mask in one piece may be of any length."""
    crossed = RUN_OF_CROSSES.sub(lambda run: HIDDEN * len(run.group()), signs)
    hidden = crossed[:-1].replace("X", HIDDEN) + crossed[-1:]
    if len(hidden) != WHOLE:
        head, _, rest = hidden.partition(HIDDEN)
        tail = rest.lstrip(HIDDEN)
        if HIDDEN in tail or len(head) + len(tail) >= WHOLE:
            return ""
        hidden = head + HIDDEN * (WHOLE - len(head) - len(tail)) + tail
    sound = re.fullmatch(r"[\d*]{17}[\dX*]", hidden, re.ASCII)
    return hidden if sound and WHOLE - hidden.count(HIDDEN) >= LEAST_SEEN else ""


def _filled(shown: str) -> Iterator[str]:
    """Give what a part of a number may be; nothing where too much is hidden. Only the tenth sign of area and last four may be an X."""
    places = [place for place, sign in enumerate(shown) if sign == HIDDEN]
    if len(places) > MOST_GUESSED:
        return
    last = len("AAAAAALLLL") - 1
    for guess in product(*(DIGITS + "X" * (place == last) for place in places)):
        signs = list(shown)
        for place, sign in zip(places, guess, strict=True):
            signs[place] = sign
        yield "".join(signs)
