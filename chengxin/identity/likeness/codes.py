"""Citizens' numbers near one that was written wrongly: at most a few hundred, each sound."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from chengxin.lib.codes import CodeType, check_digit, examine
from chengxin.lib.codes.resident import read_birth, upgrade
from chengxin.lib.regions import AreaBook

WHOLE, BODY, OLD = 18, 17, 15
MOST = 400
"""More near codes than this are never given. None of the faults comes near it; a test holds the worst against it."""
SHORTEST_MASKED = 8
MOST_HIDDEN = 3
MASKS = "*＊×●Ⅹ#"
# What a hand or a scanner makes of digits.
LOOK_ALIKES = str.maketrans({"O": "0", "o": "0", "Q": "0", "l": "1", "I": "1", "|": "1", "Z": "2", "S": "5", "B": "8"})
ORDER = (
    "same",
    "look-alike",
    "legacy",
    "check-digit",
    "one-digit",
    "swapped",
    "missing-digit",
    "extra-digit",
    "hidden",
    "digit-and-check",
    "swap-and-check",
)
"""How a near code comes about, the likelier before."""


@dataclass(frozen=True, slots=True, repr=False)
class NearCode:
    """A sound code that the written one may stand for, and the slip that lies between. Never shown as text by itself."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Mask:
    """A code of which a middle part is hidden: what is seen before and after it."""

    head: str
    tail: str

    @property
    def hidden(self) -> int:
        return WHOLE - len(self.head) - len(self.tail)

    def fits(self, code: str) -> bool:
        """Tell whether a code may be the one that was masked."""
        return len(code) == WHOLE and code.startswith(self.head) and code.endswith(self.tail)


def clean(text: str) -> str:
    """Bring a written number to plain capitals: full width made narrow, blanks, dashes and a leading ' gone."""
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in narrow if not sign.isspace() and sign not in "-_'’·.").upper()


def masked(text: str) -> Mask | None:
    """Read a masked number; None where none is, where the mask isn't in one piece, or where too little is seen to lead to anybody."""
    hidden = "*"
    plain = clean("".join(hidden if sign in MASKS else sign for sign in text))
    head, _, rest = plain.partition(hidden)
    tail = rest.lstrip(hidden)
    seen = head + tail
    if hidden not in plain or hidden in tail or len(seen) < SHORTEST_MASKED or len(seen) >= WHOLE:
        return None
    sound = seen[:-1].isdigit() and seen[-1] in "0123456789X" and seen.isascii() and "X" not in head
    return Mask(head, tail) if sound else None


def written_birth(text: str) -> date | None:
    """Give the day of birth that a number still shows, sound or not; None where it shows none."""
    mask = masked(text)
    plain = mask.head if mask else clean(text).translate(LOOK_ALIKES)
    digits = f"19{plain[6:12]}" if len(plain) == OLD and not mask else plain[6:14]
    return read_birth(digits) if len(digits) == len("YYYYMMDD") and digits.isascii() and digits.isdigit() else None


def near_codes(text: str, *, on: date, areas: AreaBook) -> tuple[NearCode, ...]:
    """Give the sound citizens' numbers near a written one, the likelier first, each once: at most MOST.

    One digit wrong (with the check digit as written, or made anew for it), two digits changed about, the check digit wrong, a digit too
    few or too many, an old number of fifteen digits, letters for digits, a masked number of which few digits are hidden.
    Source of the numbers' form: GB 11643-1999.
    """
    found: dict[str, str] = {}
    for code, reason in _variants(text):
        if code not in found and examine(CodeType.RESIDENT_ID, code, on=on, areas=areas).canonical == code:
            found[code] = reason
    ranked = sorted(found.items(), key=lambda item: ORDER.index(item[1]))
    return tuple(NearCode(code, reason) for code, reason in ranked[:MOST])


def _variants(text: str) -> Iterator[tuple[str, str]]:
    plain = clean(text)
    if mask := masked(text):
        yield from _unmasked(mask)
        return
    if plain == text:
        yield plain, "same"
    read = plain.translate(LOOK_ALIKES)
    yield read, "look-alike"
    if not (read[:-1].isascii() and read[:-1].isdigit() and read[-1:] in set("0123456789X")):
        return
    if len(read) == OLD and read.isdigit():
        yield from _old(read)
    elif len(read) == WHOLE:
        yield from _slips(read)
    elif len(read) == BODY:
        yield from _completed(read)
    elif len(read) == WHOLE + 1:
        yield from ((read[:place] + read[place + 1 :], "extra-digit") for place in range(WHOLE + 1))


def _slips(read: str) -> Iterator[tuple[str, str]]:
    body, last = read[:BODY], read[BODY]
    yield body + check_digit(body), "check-digit"
    for changed in _one_changed(body):
        yield changed + last, "one-digit"
        yield changed + check_digit(changed), "digit-and-check"
    for one, other in combinations(range(WHOLE), 2):
        yield _swapped(read, one, other), "swapped"
    for place in range(BODY - 1):
        changed = _swapped(body, place, place + 1)
        yield changed + check_digit(changed), "swap-and-check"


def _old(read: str) -> Iterator[tuple[str, str]]:
    yield upgrade(read), "legacy"
    for changed in _one_changed(read):
        yield upgrade(changed), "digit-and-check"
    for place in range(OLD - 1):
        yield upgrade(_swapped(read, place, place + 1)), "swap-and-check"


def _completed(read: str) -> Iterator[tuple[str, str]]:
    if read.isdigit():
        yield read + check_digit(read), "missing-digit"
    for place in range(BODY):
        for digit in "0123456789":
            yield read[:place] + digit + read[place:], "missing-digit"


def _unmasked(mask: Mask) -> Iterator[tuple[str, str]]:
    if 0 < mask.hidden <= MOST_HIDDEN:
        for number in range(10**mask.hidden):
            yield f"{mask.head}{number:0{mask.hidden}}{mask.tail}", "hidden"


def _one_changed(digits: str) -> Iterator[str]:
    for place, was in enumerate(digits):
        for digit in "0123456789":
            if digit != was:
                yield digits[:place] + digit + digits[place + 1 :]


def _swapped(text: str, one: int, other: int) -> str:
    signs = list(text)
    signs[one], signs[other] = signs[other], signs[one]
    return "".join(signs)
