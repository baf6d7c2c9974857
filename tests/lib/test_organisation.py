import pytest

from chengxin.lib.codes import CodeType, Fault, Verdict, examine, gb11714_check_digit, uscc_check_digit
from chengxin.lib.codes.organisation import ALPHABET, reads_as_person
from tests.lib.code_samples import AREAS, ON, person_number


def judge(text: str | None, kind: CodeType = CodeType.ORGANISATION) -> Verdict:
    return examine(kind, text, on=ON, areas=AREAS)


VECTORS = [
    pytest.param("11149999000000000E", id="organ"),
    pytest.param("121499990000000198", id="public-institution"),
    pytest.param("91149999MA0000007Y", id="enterprise"),
    pytest.param("92149999MA0000015N", id="individual-business"),
    pytest.param("52149999MJ000000XL", id="private-non-enterprise"),
    pytest.param("N2149999MF0000005J", id="village-collective"),
    pytest.param("Y11499990000000278", id="other"),
]


@pytest.mark.parametrize("code", VECTORS)
def test_vectors_of_the_standard(code: str) -> None:
    assert judge(code) == Verdict(canonical=code)
    assert judge(code.lower()) == Verdict(canonical=code)
    assert uscc_check_digit(code[:17]) == code[17]
    assert gb11714_check_digit(code[8:16]) == code[16]


@pytest.mark.parametrize("code", VECTORS)
def test_every_single_wrong_character_is_found(code: str) -> None:
    for place in range(18):
        for char in ALPHABET:
            if char != code[place]:
                assert not judge(code[:place] + char + code[place + 1 :])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param(None, Fault.EMPTY, id="none"),
        pytest.param("91149999MA0000007", Fault.LENGTH, id="too-short"),
        pytest.param("91149999MA0000007Y\n", Fault.ALPHABET, id="line-end"),
        pytest.param("91149999MAO000007Y", Fault.ALPHABET, id="letter-o"),
        pytest.param("91149999MA000000７Y", Fault.ALPHABET, id="full-width-digit"),
        pytest.param("91149999MA0000007X", Fault.CHECK_DIGIT, id="check-digit"),
        pytest.param("149999199001010018", Fault.OTHER_TYPE, id="citizen"),
    ],
)
def test_faults(text: str | None, fault: Fault) -> None:
    assert judge(text) == Verdict(fault=fault)


def test_inner_organisation_code_keeps_its_check_digit() -> None:
    first17 = "91149999MA0000008"
    assert judge(first17 + uscc_check_digit(first17)) == Verdict(fault=Fault.INNER_CHECK)


def test_citizens_number_that_passes_both_check_digits_is_refused() -> None:
    passing = [
        number
        for sequence in range(1000)
        for day in range(1, 29)
        if (number := person_number("149999", f"199001{day:02}", f"{sequence:03}"))
        and uscc_check_digit(number[:17]) == number[17]
        and gb11714_check_digit(number[8:16]) == number[16]
    ]
    assert passing, "the case must exist to be told apart"
    assert {judge(number).fault for number in passing} == {Fault.OTHER_TYPE}
    assert all(judge(number, CodeType.RESIDENT_ID) for number in passing)


def test_all_digit_code_is_no_person_where_the_date_does_not_exist() -> None:
    assert not reads_as_person("121499990000000198")


def test_legacy_code() -> None:
    assert judge("ma000000-7", CodeType.ORGANISATION_LEGACY) == Verdict(canonical="MA000000-7")
    assert judge("MJ000000-x", CodeType.ORGANISATION_LEGACY) == Verdict(canonical="MJ000000-X")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("MA0000007", Fault.NO_HYPHEN, id="a-macao-passport-too"),
        pytest.param("MA000000-8", Fault.CHECK_DIGIT, id="check-digit"),
        pytest.param("MA00000-07", Fault.FORM, id="hyphen-elsewhere"),
        pytest.param("MA000000－7", Fault.ALPHABET, id="full-width-hyphen"),
        pytest.param("MA00000-7", Fault.FORM, id="hyphen-in-nine"),
        pytest.param("MA0000-7", Fault.LENGTH, id="too-short"),
    ],
)
def test_legacy_code_faults(text: str, fault: Fault) -> None:
    assert judge(text, CodeType.ORGANISATION_LEGACY) == Verdict(fault=fault)


@pytest.mark.parametrize("wrong", ["", "0" * 16, "0" * 16 + "O", "0" * 16 + "a"])
def test_uscc_check_digit_wants_the_alphabet(wrong: str) -> None:
    with pytest.raises(ValueError, match="17 characters"):
        uscc_check_digit(wrong)


@pytest.mark.parametrize("wrong", ["", "0" * 7, "0000000-", "0000000a", "0000000０"])
def test_gb11714_check_digit_wants_digits_and_capitals(wrong: str) -> None:
    with pytest.raises(ValueError, match="8 digits"):
        gb11714_check_digit(wrong)
