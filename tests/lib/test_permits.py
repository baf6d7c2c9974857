from datetime import date

import pytest

from chengxin.lib.codes import CodeType, Fault, Verdict, examine
from chengxin.lib.codes.permits import old_card_check_digit
from tests.lib.code_samples import AREAS, ON, person_number


def judge(kind: CodeType, text: str | None, on: date = ON) -> Verdict:
    return examine(kind, text, on=on, areas=AREAS)


def card(birth: str) -> str:
    """Return an old foreigner's card of a country that does not exist."""
    first14 = f"TST1499{birth}0"
    return first14 + old_card_check_digit(first14)


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000"])
def test_hmt_permit(prefix: str) -> None:
    number = person_number(prefix, "19900101", "001")
    verdict = judge(CodeType.HMT_RESIDENCE_PERMIT, number)
    assert verdict == Verdict(canonical=number, born=date(1990, 1, 1))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (person_number("810001", "19900101", "001"), Fault.AREA),
        (person_number("710000", "19900101", "001"), Fault.AREA),
        ("149999199001010018", Fault.AREA),
        ("810000199001010", Fault.LENGTH),
        (person_number("810000", "20991231", "001"), Fault.FUTURE_BIRTH),
        (person_number("810000", "18000101", "001"), Fault.TOO_OLD),
        ("81000019900101001 ", Fault.ALPHABET),
        ("", Fault.EMPTY),
    ],
)
def test_hmt_permit_faults(text: str, fault: Fault) -> None:
    assert judge(CodeType.HMT_RESIDENCE_PERMIT, text).fault is fault


def test_foreign_card_of_2023() -> None:
    number = person_number("911999", "19850101", "001")
    verdict = judge(CodeType.FOREIGN_PERMANENT_RESIDENT, number)
    assert verdict == Verdict(canonical=number, born=date(1985, 1, 1))


def test_foreign_card_before_2023() -> None:
    # 29·7+28·3+29·1 for TST, then 1499 900101 0 with weights 7-3-1 running on: 444, so 4.
    verdict = judge(CodeType.FOREIGN_PERMANENT_RESIDENT, "tst149990010104")
    assert verdict == Verdict(canonical="TST149990010104", born=date(1990, 1, 1))


@pytest.mark.parametrize(
    ("birth", "born"),
    [
        pytest.param("260801", None, id="either-century"),
        pytest.param("260802", date(1926, 8, 2), id="2026-would-be-tomorrow"),
        pytest.param("000229", date(2000, 2, 29), id="1900-had-no-leap-day"),
        pytest.param("991231", date(1999, 12, 31), id="last-century"),
    ],
)
def test_old_card_tells_the_birth_only_when_one_century_fits(birth: str, born: date | None) -> None:
    verdict = judge(CodeType.FOREIGN_PERMANENT_RESIDENT, card(birth))
    assert verdict
    assert verdict.born == born


def test_old_card_of_1950_is_one_of_2050_once_nobody_is_that_old() -> None:
    verdict = judge(CodeType.FOREIGN_PERMANENT_RESIDENT, card("500101"), date(2085, 1, 1))
    assert verdict.born == date(2050, 1, 1)


@pytest.mark.parametrize(
    ("text", "on", "fault"),
    [
        pytest.param(card("901301"), ON, Fault.BIRTH_DATE, id="month-13"),
        pytest.param(card("990101"), date(1990, 1, 1), Fault.FUTURE_BIRTH, id="future"),
        pytest.param("TST149990010105", ON, Fault.CHECK_DIGIT, id="check-digit"),
        pytest.param("TS1149990010104", ON, Fault.FORM, id="two-letters"),
        pytest.param("149999199001010018", ON, Fault.OTHER_TYPE, id="citizen"),
        pytest.param("TST14999001010", ON, Fault.LENGTH, id="short"),
    ],
)
def test_foreign_card_faults(text: str, on: date, fault: Fault) -> None:
    assert judge(CodeType.FOREIGN_PERMANENT_RESIDENT, text, on).fault is fault


@pytest.mark.parametrize(
    ("kind", "text", "canonical"),
    [
        (CodeType.HM_TRAVEL_PERMIT, "H00000000", "H00000000"),
        (CodeType.HM_TRAVEL_PERMIT, "m0000000000", "M0000000000"),
        (CodeType.TW_TRAVEL_PERMIT, "00000000", "00000000"),
        (CodeType.TW_TRAVEL_PERMIT, "0000000000", "0000000000"),
        (CodeType.TW_TRAVEL_PERMIT, "0000000000b", "0000000000B"),
        (CodeType.PASSPORT, "E00000000", "E00000000"),
        (CodeType.PASSPORT, "ea0000000", "EA0000000"),
        (CodeType.PASSPORT, "MA0000000", "MA0000000"),
        (CodeType.PASSPORT, "140000000", "140000000"),
        (CodeType.PASSPORT, "A0000", "A0000"),
    ],
)
def test_numbers_known_by_form(kind: CodeType, text: str, canonical: str) -> None:
    assert judge(kind, text) == Verdict(canonical=canonical)


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        (CodeType.HM_TRAVEL_PERMIT, "C00000000", Fault.FORM),
        (CodeType.HM_TRAVEL_PERMIT, "H000000000", Fault.LENGTH),
        (CodeType.HM_TRAVEL_PERMIT, "Ｈ00000000", Fault.ALPHABET),
        (CodeType.TW_TRAVEL_PERMIT, "A0000000", Fault.FORM),
        (CodeType.TW_TRAVEL_PERMIT, "000000000", Fault.LENGTH),
        (CodeType.TW_TRAVEL_PERMIT, "0000000000(B)", Fault.ALPHABET),
        (CodeType.PASSPORT, "ABCDEF", Fault.FORM),
        (CodeType.PASSPORT, "A000", Fault.LENGTH),
        (CodeType.PASSPORT, "A" * 15 + "0", Fault.LENGTH),
        (CodeType.PASSPORT, "E0000\u212a000", Fault.ALPHABET),
        (CodeType.PASSPORT, "E0000-0000", Fault.ALPHABET),
        (CodeType.PASSPORT, "h00000000", Fault.OTHER_TYPE),
        (CodeType.PASSPORT, "00000000", Fault.OTHER_TYPE),
        (CodeType.PASSPORT, "0000000000B", Fault.OTHER_TYPE),
        (CodeType.PASSPORT, "149999900101001", Fault.OTHER_TYPE),
        (CodeType.PASSPORT, "TST149990010104", Fault.OTHER_TYPE),
    ],
)
def test_form_faults(kind: CodeType, text: str, fault: Fault) -> None:
    assert judge(kind, text) == Verdict(fault=fault)
