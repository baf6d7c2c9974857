from datetime import date

import pytest

from chengxin.lib.codes import CodeType, Fault, Verdict, check_digit, examine
from chengxin.lib.codes.resident import BIRTH_YEARS, oldest_refused
from chengxin.lib.regions import standard_areas
from tests.lib.code_samples import AREAS, ON, OWN_AREAS, digits, person_number, seeded

BIRTH_1990 = date(1990, 1, 1)


def judge(text: str | None, on: date = ON) -> Verdict:
    return examine(CodeType.RESIDENT_ID, text, on=on, areas=AREAS)


def born_on(digits8: str) -> str:
    return person_number("149999", digits8, "001")


@pytest.mark.parametrize(
    ("number", "born"),
    [
        ("149999199001010018", BIRTH_1990),
        ("149999197506150017", date(1975, 6, 15)),
        ("14999919750615005X", date(1975, 6, 15)),
        ("149999200002290010", date(2000, 2, 29)),
        ("149999201207010013", date(2012, 7, 1)),
    ],
)
def test_vectors_of_the_standard(number: str, born: date) -> None:
    assert judge(number) == Verdict(canonical=number, born=born)
    assert check_digit(number[:17]) == number[17]


def test_small_x_is_stored_as_capital() -> None:
    assert judge("14999919750615005x").canonical == "14999919750615005X"


def test_fifteen_digits_are_upgraded_and_marked() -> None:
    assert judge("149999900101001") == Verdict("149999199001010018", None, BIRTH_1990, legacy=True)


def test_upgraded_number_is_not_marked_again() -> None:
    canonical = judge("149999900101001").canonical
    assert not judge(canonical).legacy


@pytest.mark.parametrize("area", OWN_AREAS[::10])
def test_every_area_of_shanxi_passes(area: str) -> None:
    assert judge(person_number(area, "19900101", "001"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(None, Fault.EMPTY, id="none"),
        pytest.param("", Fault.EMPTY, id="empty"),
        pytest.param(" ", Fault.ALPHABET, id="blank"),
        pytest.param(" 149999199001010018", Fault.ALPHABET, id="space-before"),
        pytest.param("149999199001010018\n", Fault.ALPHABET, id="line-end-after"),
        pytest.param("149999 199001010018", Fault.ALPHABET, id="space-inside"),
        pytest.param("14999919900101001８", Fault.ALPHABET, id="full-width-digit"),
        pytest.param("14999919900101001٨", Fault.ALPHABET, id="arabic-digit"),
        pytest.param("1499991990A1010018", Fault.ALPHABET, id="letter-inside"),
        pytest.param("14999919750615005Ｘ", Fault.ALPHABET, id="full-width-x"),
        pytest.param("14999919900101001", Fault.LENGTH, id="too-short"),
        pytest.param("1499991990010100180", Fault.LENGTH, id="too-long"),
        pytest.param("1499991990X1010018", Fault.FORM, id="x-inside"),
        pytest.param("14999990010100X", Fault.FORM, id="x-in-fifteen"),
        pytest.param("149998199001010018", Fault.AREA, id="unknown-area"),
        pytest.param("149999199013010018", Fault.BIRTH_DATE, id="month-13"),
        pytest.param("149999190002290018", Fault.BIRTH_DATE, id="no-leap-day"),
        pytest.param("149999000001010018", Fault.BIRTH_DATE, id="year-0"),
        pytest.param("149999179912310018", Fault.BIRTH_DATE, id="before-all-years"),
        pytest.param("149999210001010018", Fault.BIRTH_DATE, id="after-all-years"),
        pytest.param("149999900230001", Fault.BIRTH_DATE, id="legacy-impossible-day"),
        pytest.param("149999199001010010", Fault.CHECK_DIGIT, id="check-digit"),
        pytest.param("149999199001010081", Fault.CHECK_DIGIT, id="swapped"),
    ],
)
def test_faults(text: str | None, fault: Fault) -> None:
    verdict = judge(text)
    assert verdict == Verdict(fault=fault)
    assert not verdict


def test_born_today_passes_born_tomorrow_does_not() -> None:
    assert judge(born_on("20260801"))
    assert judge(born_on("20260802")).fault is Fault.FUTURE_BIRTH


@pytest.mark.parametrize(
    ("on", "youngest_refused"),
    [
        pytest.param(date(2026, 8, 1), "18950801", id="131st-birthday-today"),
        pytest.param(date(2024, 2, 29), "18930228", id="leap-day"),
    ],
)
def test_at_most_130_years(on: date, youngest_refused: str) -> None:
    assert judge(born_on(youngest_refused), on).fault is Fault.TOO_OLD
    after = {"18950801": "18950802", "18930228": "18930301"}[youngest_refused]
    assert judge(born_on(after), on)
    assert f"{oldest_refused(on):%Y%m%d}" == youngest_refused


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911156"])
def test_other_certificates_are_refused(prefix: str) -> None:
    assert judge(person_number(prefix, "19900101", "001")).fault is Fault.OTHER_TYPE


def test_test_area_is_refused_where_real_persons_are_kept() -> None:
    verdict = examine(CodeType.RESIDENT_ID, "149999199001010018", on=ON, areas=standard_areas(test_area=False))
    assert verdict.fault is Fault.AREA


def test_every_single_wrong_character_is_found() -> None:
    number = "14999919750615005X"
    for place in range(18):
        for char in "0123456789X":
            if char != number[place]:
                assert not judge(number[:place] + char + number[place + 1 :])


def test_every_adjacent_swap_is_found() -> None:
    draw = seeded(1)
    for _ in range(50):
        number = person_number("149999", "19871026", digits(draw, 3))
        for place in range(17):
            one, two = number[place], number[place + 1]
            assert one == two or not judge(number[:place] + two + one + number[place + 2 :])


def test_check_digit_wants_seventeen_ascii_digits() -> None:
    for wrong in ("", "1" * 16, "1" * 18, "1" * 16 + "X", "1" * 16 + "１", "1" * 16 + "²"):
        with pytest.raises(ValueError, match="17 digits"):
            check_digit(wrong)


def test_years_outside_the_frame_are_refused_on_whatever_day() -> None:
    assert judge(born_on(f"{BIRTH_YEARS[1] + 1}0101"), date(2150, 1, 1)).fault is Fault.BIRTH_DATE


def test_every_fault_tells_what_to_do_in_both_languages() -> None:
    for fault in Fault:
        assert fault.message.endswith("。")
        assert fault.message_en.endswith(".")
        assert "；" in fault.message or "，" in fault.message
