"""Numbers of passports, travel permits and residence cards.

No standard for these was at hand. The forms are what official notices and several public programs agree on; each
docstring says what is unverified. Where two kinds of document may carry the same number, one of them gives way, so
that no number is accepted under two kinds; the docstrings say which and why. Small ASCII letters become capitals.
"""

import re
from datetime import date
from operator import mul

from chengxin.lib.codes.resident import examine_person_number, judge_birth, read_birth
from chengxin.lib.codes.verdicts import Fault, Shape, Verdict

HMT_PREFIXES = frozenset({"810000", "820000", "830000"})
FOREIGN_FIRST = "9"
OLD_CARD_WEIGHTS = (7, 3, 1) * 4 + (7, 3)
CENTURIES = ("19", "20")

_ALPHANUMERIC = "[0-9A-Za-z]*"
_PERSON_FORM = "[0-9]{17}[0-9Xx]"

HMT_SHAPE = Shape(alphabet="[0-9Xx]*", lengths=frozenset({18}), form=_PERSON_FORM)
FOREIGN_SHAPE = Shape(
    alphabet=_ALPHANUMERIC,
    lengths=frozenset({15, 18}),
    form=f"[A-Za-z]{{3}}[0-9]{{12}}|{_PERSON_FORM}",
)
HM_SHAPE = Shape(alphabet=_ALPHANUMERIC, lengths=frozenset({9, 11}), form="[HMhm][0-9]{8}(?:[0-9]{2})?")
TW_SHAPE = Shape(alphabet=_ALPHANUMERIC, lengths=frozenset({8, 10, 11}), form="[0-9]{8}|[0-9]{10}[A-Za-z]?")
PASSPORT_SHAPE = Shape(
    alphabet=_ALPHANUMERIC,
    lengths=frozenset(range(5, 16)),
    form="[0-9A-Za-z]*[0-9][0-9A-Za-z]*",
)

NOT_A_PASSPORT = "[HM][0-9]{8}|[HM][0-9]{10}|[0-9]{8}|[0-9]{10}[A-Z]?|[0-9]{15}|[A-Z]{3}[0-9]{12}"
"""Forms, in capitals, that another kind owns: travel permits, 15-digit citizens' numbers, old foreigners' cards."""
_NOT_A_PASSPORT = re.compile(NOT_A_PASSPORT)


def examine_hmt_permit(text: str, *, on: date) -> Verdict:
    """Judge a residence permit of Hong Kong (810000), Macao (820000) and Taiwan (830000) residents.

    Built like a citizen's number: prefix, birth date, sequence, check digit. From memory, unverified; public programs
    agree.
    """
    fault = HMT_SHAPE.fault(text)
    if fault is None and text[:6] not in HMT_PREFIXES:
        fault = Fault.AREA
    return Verdict(fault=fault) if fault else examine_person_number(text.upper(), on)


def examine_foreign_resident(text: str, *, on: date) -> Verdict:
    """Judge a foreign permanent resident's card, of 2023 (18 characters) or before (15).

    New: ``9``, two digits of the place of application, three of nationality, birth date, sequence, check digit as in
    GB 11643 (National Immigration Administration's notice of 2023, as reprinted; its table of places and countries
    was not seen, so neither is checked).
    Old: three letters of nationality, four digits of the place, birth date YYMMDD, sequence, check digit with weights
    7-3-1 modulo 10, A = 10 (one public program and its example; unverified). Its birth date lacks the century: where
    both 19xx and 20xx are possible, the number does not tell and ``born`` is None.
    """
    fault = FOREIGN_SHAPE.fault(text)
    if fault:
        return Verdict(fault=fault)
    number = text.upper()
    if len(number) == min(FOREIGN_SHAPE.lengths):
        return _examine_old_card(number, on)
    if number[0] != FOREIGN_FIRST:
        return Verdict(fault=Fault.OTHER_TYPE)
    return examine_person_number(number, on)


def old_card_check_digit(first14: str) -> str:
    """Return the 15th character of a foreigner's card from before 2023; expects capitals and digits."""
    return str(sum(map(mul, OLD_CARD_WEIGHTS, (int(char, 36) for char in first14))) % 10)


def _examine_old_card(number: str, on: date) -> Verdict:
    births = [born for century in CENTURIES if (born := read_birth(century + number[7:13]))]
    possible = [born for born in births if judge_birth(born, on) is None]
    fault = None if possible else judge_birth(births[0] if births else None, on)
    if fault is None and old_card_check_digit(number[:14]) != number[14]:
        fault = Fault.CHECK_DIGIT
    if fault:
        return Verdict(fault=fault)
    return Verdict(canonical=number, born=possible[0] if len(possible) == 1 else None)


def examine_hm_permit(text: str) -> Verdict:
    """Judge a travel permit of Hong Kong and Macao residents: H or M and 8 digits, on older cards 10.

    The last two of the ten counted the renewals (from memory, unverified); they are kept, so one person's older and
    newer number differ. There is no check digit.
    """
    fault = HM_SHAPE.fault(text)
    return Verdict(fault=fault) if fault else Verdict(canonical=text.upper())


def examine_tw_permit(text: str) -> Verdict:
    """Judge a travel permit of Taiwan residents: 8 digits, on older booklets 10 with or without a letter after them.

    The letter in brackets is written without them. Single-journey permits that carry a Taiwan identity number (letter
    and 9 digits) are not taken, because passports look the same. Unverified; there is no check digit.
    """
    fault = TW_SHAPE.fault(text)
    return Verdict(fault=fault) if fault else Verdict(canonical=text.upper())


def examine_passport(text: str) -> Verdict:
    """Judge a passport number of any country: 5 to 15 letters and digits, at least one digit.

    Chinese numbers (E, G, D, S, P, K and 7 or 8 digits, EA-, DE-, SE-, PE-, MA- and 7, 14 or 15 and 7) are all of
    this form, and so little is fixed abroad that nothing narrower holds. What looks like another kind of number is
    refused: H or M and 8 or 10 digits, digits only of length 8, 10 or 15, ten digits and a letter, three letters and
    twelve digits. Passports of those forms exist (Malaysian and older Hong Kong ones with H, some states' 8 digits);
    the refusal says so, and a person decides.
    """
    fault = PASSPORT_SHAPE.fault(text)
    if fault is None and _NOT_A_PASSPORT.fullmatch(text.upper()):
        fault = Fault.OTHER_TYPE
    return Verdict(fault=fault) if fault else Verdict(canonical=text.upper())
