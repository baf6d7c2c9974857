"""Near codes: the true one is always among them, none is unsound, and they are few."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.likeness import masked, near_codes, written_birth
from chengxin.identity.likeness.codes import MOST
from chengxin.lib.codes import CodeType, check_digit, examine
from chengxin.lib.regions import standard_areas

ON, AREAS = date(2026, 11, 24), standard_areas(test_area=True)
DAYS = st.integers(0, 365 * 60).map(lambda back: date(2008, 1, 1) - timedelta(days=back))


@st.composite
def numbers(draw: st.DrawFn) -> str:
    first = f"149999{draw(DAYS):%Y%m%d}{draw(st.integers(0, 995)):03d}"
    return first + check_digit(first)


def codes_near(text: str) -> list[str]:
    return [near.code for near in near_codes(text, on=ON, areas=AREAS)]


def reasons(text: str, code: str) -> str:
    return {near.code: near.reason for near in near_codes(text, on=ON, areas=AREAS)}[code]


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_digit_wrong(code: str, place: int, more: int) -> None:
    wrong = code[:place] + str((int(code[place]) + more) % 10) + code[place + 1 :]
    assert code in codes_near(wrong)
    assert code in codes_near(wrong[:17] + check_digit(wrong[:17]))


@given(numbers(), st.integers(0, 16), st.integers(0, 16))
def test_two_digits_changed_about(code: str, one: int, other: int) -> None:
    signs = list(code)
    signs[one], signs[other] = signs[other], signs[one]
    assert code in codes_near("".join(signs))


@given(numbers(), st.sampled_from("0123456789X"))
def test_the_check_digit_wrong(code: str, last: str) -> None:
    assert codes_near(code[:17] + last)[0] == code or last == code[17]
    assert reasons(code[:17] + last, code) == ("same" if last == code[17] else "check-digit")


@given(numbers(), st.integers(0, 17), st.sampled_from("0123456789"))
def test_a_digit_too_few_or_too_many(code: str, place: int, digit: str) -> None:
    assert code in codes_near(code[:place] + code[place + 1 :])
    if place < 17:
        assert code in codes_near(code[:place] + digit + code[place:])


@given(numbers())
def test_an_old_number_of_fifteen_digits(code: str) -> None:
    old = code[:6] + code[8:17]
    assert (code in codes_near(old)) is (code[6:8] == "19")
    if code[6:8] == "19":
        assert codes_near(old)[0] == code
        assert reasons(old, code) == "legacy"


@given(numbers(), st.integers(6, 14), st.integers(1, 3))
def test_few_hidden_digits_are_tried_all(code: str, start: int, length: int) -> None:
    hidden = code[:start] + "*" * length + code[start + length :]
    assert code in codes_near(hidden)
    mask = masked(hidden)
    assert mask is not None
    assert mask.fits(code)
    assert mask.hidden == length


def test_letters_for_digits_and_full_width_signs() -> None:
    first = "14999919880110010"
    code = first + check_digit(first)
    assert codes_near(code.replace("0", "O", 2))[0] == code
    assert codes_near(" ".join((code[:6], code[6:14], code[14:])))[0] == code
    assert codes_near("".join(chr(ord(sign) + 0xFEE0) for sign in code))[0] == code


@given(st.one_of(numbers(), st.text(alphabet="0123456789X*＊ OIl-", max_size=22), st.text(max_size=20)))
def test_never_an_unsound_number_never_twice_never_many(text: str) -> None:
    near = near_codes(text, on=ON, areas=AREAS)
    assert len(near) <= MOST
    assert len({one.code for one in near}) == len(near)
    assert all(examine(CodeType.RESIDENT_ID, one.code, on=ON, areas=AREAS).canonical == one.code for one in near)
    assert near == near_codes(text, on=ON, areas=AREAS)


@given(numbers())
def test_the_birth_that_a_number_shows(code: str) -> None:
    born = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    assert written_birth(code) == born
    assert written_birth(code[:14] + "****") == born
    assert written_birth(code[:6] + "********" + code[14:]) is None
    assert (written_birth(code[:6] + code[8:17]) == born) is (code[6:8] == "19")


def test_masks_that_lead_to_nobody() -> None:
    for text in (
        "",
        "*",
        "1499**88****1234",
        "******************",
        "14****",
        "149999198803041214",
        "护照****遗失了的1234",
    ):
        assert masked(text) is None
