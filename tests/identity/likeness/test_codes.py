"""Near codes: the true one is always among them, none is unsound, and they are few."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.likeness import near_codes, read_written
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
    mask = read_written(hidden)
    assert mask is not None
    assert mask.masked
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


def births(text: str) -> list[date]:
    number = read_written(text)
    return number.births() if number else []


@given(numbers())
def test_the_birth_that_a_number_shows(code: str) -> None:
    born = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    assert births(code) == [born]
    assert births(code[:14] + "****") == [born]
    assert births(code[:6] + "********" + code[14:]) == []
    assert born in births(code[:12] + "**" + code[14:])
    assert (births(code[:6] + code[8:17]) == [born]) is (code[6:8] == "19")


@pytest.mark.parametrize("sign", ["*", "＊", "X", "x", "×", "#", "?", "？", "●"])
@pytest.mark.parametrize(
    "seen", [(6, 14), (4, 14), (6, 15), (10, 14), (14, 18)], ids=lambda seen: f"{seen[0]}+{18 - seen[1]}"
)
@given(code=numbers())
def test_masks_of_every_sign_and_length_lead_to_the_one_meant(sign: str, seen: tuple[int, int], code: str) -> None:
    written = code[: seen[0]] + sign * (seen[1] - seen[0]) + code[seen[1] :]
    number = read_written(written)
    assert number is not None
    assert number.masked
    assert number.fits(code)
    born = date(int(code[6:10]), int(code[10:12]), int(code[12:14]))
    assert (code[:6], code[14:]) in number.ends() or born in number.births()


@given(numbers(), st.integers(0, 13))
def test_a_mask_in_several_pieces(code: str, place: int) -> None:
    written = code[:place] + "*" + code[place + 1 : 15] + "**" + code[17:]
    number = read_written(written)
    assert number is not None
    assert number.fits(code)
    assert code in codes_near(written)


@pytest.mark.parametrize(
    "spell",
    [
        lambda code: f"{code[:6]}-{code[6:14]}-{code[14:]}",
        lambda code: f"{code[:6]} {code[6:14]}\xa0{code[14:]}",
        lambda code: f"'{code}",
        lambda code: f"\u2018{code}\u200b",
        lambda code: code.replace("8", "B"),
        lambda code: code.replace("1", "l").replace("0", "o"),
        lambda code: code.replace("X", "×"),
        lambda code: code.replace("X", "Ⅹ").replace("5", "S"),
        lambda code: "".join(chr(ord(sign) + 0xFEE0) for sign in code),
    ],
)
@given(code=numbers())
def test_ways_of_writing_are_read_through(spell: Callable[[str], str], code: str) -> None:
    assert codes_near(spell(code))[0] == code


@given(numbers(), st.integers(0, 16))
def test_an_x_changed_about_with_another_sign(code: str, place: int) -> None:
    bodies = (f"{code[:14]}{number:03d}" for number in range(1000))
    code = next(f"{body}X" for body in bodies if check_digit(body) == "X")
    signs = list(code)
    signs[place], signs[17] = signs[17], signs[place]
    assert code in codes_near("".join(signs))


def test_what_leads_to_nobody() -> None:
    for text in (
        "",
        "*",
        "XXXXXXXXXXXXXXXXXX",
        "******************",
        "14****",
        "110***********1234",
        "149999************",
        "护照****遗失了的1234",
        "1.49999E+17",
        "E0000-0000",
        "1499991988X301421",
        "14999919880301X",
        "14999919880301421410",
    ):
        assert read_written(text) is None, text
        assert codes_near(text) == []


@given(st.text(alphabet="0123456789X*＊ OIlB#-×xⅩ", max_size=24))
def test_what_is_no_number_is_near_to_none(text: str) -> None:
    assert read_written(text) is not None or not codes_near(text)
