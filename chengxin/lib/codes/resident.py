"""Citizens' numbers (GB 11643), and what other numbers built like them share."""

from datetime import date
from operator import mul

from chengxin.lib.codes.verdicts import Fault, Shape, Verdict
from chengxin.lib.regions import AreaBook

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
BIRTH_YEARS = (1800, 2099)
"""Outside these no number reads as a person's, whatever the day; the rule for organisations' codes leans on it."""
MAX_AGE = 130

SHAPE = Shape(
    alphabet="[0-9Xx]*",
    lengths=frozenset({15, 18}),
    form="[0-9]{17}[0-9Xx]|[0-9]{15}",
)


def check_digit(first17: str) -> str:
    """Return the 18th character, ISO 7064 MOD 11-2.

    Raises ValueError unless given 17 ASCII digits.
    Source: GB 11643-1999.
    """
    if len(first17) != len(WEIGHTS) or not (first17.isascii() and first17.isdigit()):
        raise ValueError("check_digit wants 17 digits")
    return CHECK_DIGITS[sum(map(mul, WEIGHTS, map(int, first17))) % 11]


def read_birth(digits: str) -> date | None:
    """Return the date that eight ASCII digits YYYYMMDD name, None where there is no such day in 1800-2099."""
    year = int(digits[:4])
    if not BIRTH_YEARS[0] <= year <= BIRTH_YEARS[1]:
        return None
    try:
        return date(year, int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def oldest_refused(on: date) -> date:
    """Return the last birth date whose bearer is older than MAX_AGE years on the day."""
    year = on.year - MAX_AGE - 1
    try:
        return on.replace(year=year)
    except ValueError:  # 29 February, and that year has none
        return date(year, 2, 28)


def judge_birth(born: date | None, on: date) -> Fault | None:
    if born is None:
        return Fault.BIRTH_DATE
    if born > on:
        return Fault.FUTURE_BIRTH
    return Fault.TOO_OLD if born.year <= on.year - MAX_AGE - 1 and born <= oldest_refused(on) else None


def examine_person_number(number: str, on: date) -> Verdict:
    """Judge birth date and check digit of an 18-character number in capital letters, of right shape and prefix."""
    born = read_birth(number[6:14])
    fault = judge_birth(born, on)
    if fault is None and check_digit(number[:17]) != number[17]:
        fault = Fault.CHECK_DIGIT
    return Verdict(fault=fault) if fault else Verdict(canonical=number, born=born)


def upgrade(fifteen: str) -> str:
    """Return the 18-character form of a 15-digit number.

    First-generation numbers have no century and no check digit; their bearers were born in 19xx. Sequence numbers
    996-999 are said to have marked the centenarians of then, born in 18xx (from memory, unverified); they are not
    told apart here, which is one more reason why a person must confirm what was upgraded.
    """
    first17 = f"{fifteen[:6]}19{fifteen[6:]}"
    return first17 + check_digit(first17)


def examine_resident(text: str, *, on: date, areas: AreaBook) -> Verdict:
    """Judge a citizen's number; a 15-digit one is upgraded and marked.

    A small x becomes X; nothing else is put right, no space, no full-width digit. Numbers that begin with 8 or 9
    belong to other certificates.
    Source: GB 11643-1999. That the age is at most 130 is a rule of this system.
    """
    fault = SHAPE.fault(text)
    if fault is None and text[0] in "89":
        fault = Fault.OTHER_TYPE
    elif fault is None and text[:6] not in areas:
        fault = Fault.AREA
    if fault:
        return Verdict(fault=fault)
    legacy = len(text) == min(SHAPE.lengths)
    verdict = examine_person_number(upgrade(text) if legacy else text.upper(), on)
    return Verdict(verdict.canonical, None, verdict.born, legacy=True) if legacy and verdict else verdict
