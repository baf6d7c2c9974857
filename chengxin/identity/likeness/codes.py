"""Citizens' numbers near one that was written wrongly: at most a few hundred, each sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import combinations, product

from chengxin.identity.likeness.written import BODY, DIGITS, HIDDEN, MOST_HIDDEN, OLD, WHOLE, Number, read_written
from chengxin.lib.codes import CodeType, check_digit, examine
from chengxin.lib.codes.resident import upgrade
from chengxin.lib.regions import AreaBook

MOST = 400
"""More near codes than this are never given. None of the faults comes near it; a test holds the worst against it."""
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
    number = read_written(text)
    if number is None:
        return
    if number.masked:
        yield from _unmasked(number)
        return
    read = number.signs
    yield read, "same" if number.exact else "look-alike"
    match len(read):
        case 15:
            yield from _old(read)
        case 16:
            yield from ((upgrade(read[:place] + read[place + 1 :]), "extra-digit") for place in range(OLD + 1))
        case 17:
            yield from _completed(read)
        case 18:
            yield from _slips(read) if read[:BODY].isdigit() else _crossed(read)
        case _:
            yield from ((read[:place] + read[place + 1 :], "extra-digit") for place in range(WHOLE + 1))


def _crossed(read: str) -> Iterator[tuple[str, str]]:
    """Give what a number may be that has its X before the end: changed about with the last digit, or in the place of a hidden one."""
    place = read.index("X")
    yield _swapped(read, place, BODY), "swapped"
    yield from ((read[:place] + digit + read[place + 1 :], "hidden") for digit in DIGITS)


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
        for digit in DIGITS:
            yield read[:place] + digit + read[place:], "missing-digit"


def _unmasked(number: Number) -> Iterator[tuple[str, str]]:
    """Give what a masked number may be of which few signs are hidden; the check digit follows from the others."""
    body, last = number.signs[:BODY], number.signs[BODY]
    places = [place for place, sign in enumerate(body) if sign == HIDDEN]
    if number.hidden > MOST_HIDDEN:
        return
    for guess in product(DIGITS, repeat=len(places)):
        signs = list(body)
        for place, digit in zip(places, guess, strict=True):
            signs[place] = digit
        filled = "".join(signs)
        yield filled + (check_digit(filled) if last == HIDDEN else last), "hidden"


def _one_changed(digits: str) -> Iterator[str]:
    for place, was in enumerate(digits):
        for digit in DIGITS:
            if digit != was:
                yield digits[:place] + digit + digits[place + 1 :]


def _swapped(text: str, one: int, other: int) -> str:
    signs = list(text)
    signs[one], signs[other] = signs[other], signs[one]
    return "".join(signs)
