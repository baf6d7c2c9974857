"""Unified social credit codes (GB 32100) and the organisation codes before them (GB 11714)."""

import re
from operator import mul

from chengxin.lib.codes.permits import FOREIGN_FIRST, HMT_PREFIXES
from chengxin.lib.codes.resident import check_digit, read_birth
from chengxin.lib.codes.verdicts import Fault, Shape, Verdict
from chengxin.lib.regions import PROVINCES

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
LEGACY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LEGACY_CHECK_DIGITS = "0X987654321"
"""By the sum modulo 11: 11 minus it, where 11 is written 0 and 10 X."""

_CHAR = "[0-9A-HJ-NP-RTUW-Ya-hj-np-rtuw-y]"
SHAPE = Shape(alphabet=f"{_CHAR}*", lengths=frozenset({18}), form=f"{_CHAR}{{18}}")
LEGACY_SHAPE = Shape(
    alphabet="[0-9A-Za-z-]*",
    lengths=frozenset({9, 10}),
    form="[0-9A-Za-z]{8}-?[0-9Xx]",
)

PERSON_FORM = "[0-9]{17}[0-9X]"
_PERSON_FORM = re.compile(PERSON_FORM)
_VALUES = {char: value for value, char in enumerate(ALPHABET)}


def uscc_check_digit(first17: str) -> str:
    """Return the 18th character of a unified social credit code.

    Raises ValueError unless given 17 characters of the alphabet.
    Source: GB 32100-2015.
    """
    if len(first17) != len(WEIGHTS) or not _VALUES.keys() >= set(first17):
        raise ValueError("uscc_check_digit wants 17 characters of the code's alphabet")
    return ALPHABET[-sum(map(mul, WEIGHTS, map(_VALUES.__getitem__, first17))) % 31]


def gb11714_check_digit(first8: str) -> str:
    """Return the ninth character of an organisation code.

    Raises ValueError unless given 8 ASCII digits or capitals.
    Source: GB 11714 (from memory, unverified).
    """
    if len(first8) != len(LEGACY_WEIGHTS) or not (first8.isascii() and first8.isalnum() and first8 == first8.upper()):
        raise ValueError("gb11714_check_digit wants 8 digits or capitals")
    return LEGACY_CHECK_DIGITS[sum(map(mul, LEGACY_WEIGHTS, (int(char, 36) for char in first8))) % 11]


def reads_as_person(code: str) -> bool:
    """Tell whether an 18-character code in capitals is also built like a person's number, on whatever day."""
    return (
        _PERSON_FORM.fullmatch(code) is not None
        and (code[:2] in PROVINCES or code[:6] in HMT_PREFIXES or code[0] == FOREIGN_FIRST)
        and read_birth(code[6:14]) is not None
        and check_digit(code[:17]) == code[17]
    )


def examine_organisation(text: str) -> Verdict:
    """Judge a unified social credit code; small letters become capitals.

    Letters may stand in any place: N… and Y… are real. Department and category (characters 1 and 2) and the area
    (3 to 8) are not checked, because the tables were not at hand and grow. The organisation code inside (9 to 17) must
    keep its own check digit: all known examples do, although the rule of GB 11714 is itself from memory.

    One in some hundreds of persons' numbers passes both check digits by chance, and shopkeepers do write their own
    number here. So what reads as a person's number is refused. That costs almost no real code: characters 7 and 8, the
    end of the area code, would have to be 18, 19 or 20 (no area of Shanxi, past or present, ends so), characters 9 to
    14 all digits that make a date, and the last character agree with a second check: about 1 in 1,000 of the all-digit
    codes of the few counties numbered so, none of the codes with letters given out since 2015.
    Source: GB 32100-2015.
    """
    fault = SHAPE.fault(text)
    if fault:
        return Verdict(fault=fault)
    code = text.upper()
    if reads_as_person(code):
        return Verdict(fault=Fault.OTHER_TYPE)
    if uscc_check_digit(code[:17]) != code[17]:
        return Verdict(fault=Fault.CHECK_DIGIT)
    if gb11714_check_digit(code[8:16]) != code[16]:
        return Verdict(fault=Fault.INNER_CHECK)
    return Verdict(canonical=code)


def examine_organisation_legacy(text: str) -> Verdict:
    """Judge an organisation code of the time before 2015, written with its hyphen: 8 characters, ``-``, 1.

    The hyphen is needed. Without it every code is also a possible passport number, and each eleventh passport number
    of nine characters (all Chinese, American and British ones) would pass as a code. Passports are in use, these codes
    were replaced, so they give way. The stored form keeps the hyphen.
    Source: GB 11714 (from memory, unverified).
    """
    fault = LEGACY_SHAPE.fault(text)
    if fault is None and "-" not in text:
        fault = Fault.NO_HYPHEN
    if fault:
        return Verdict(fault=fault)
    code = text.upper()
    if gb11714_check_digit(code[:8]) != code[9]:
        return Verdict(fault=Fault.CHECK_DIGIT)
    return Verdict(canonical=code)
