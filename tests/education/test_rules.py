"""What leads to one person is found in a text however it is written, and what only looks like it isn't."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.education.rules import Mark, marks_in
from chengxin.lib.codes import holds_code
from chengxin.lib.regions import standard_areas
from tests.people import WANG_WEI

ON, AREAS = date(2026, 11, 27), standard_areas(test_area=True)
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
CODE = WANG_WEI.code


@pytest.mark.parametrize(
    "text",
    [CODE, CODE.translate(FULL_WIDTH), f"{CODE[:6]} {CODE[6:14]} {CODE[14:]}", f"号码{CODE[:6]}-{CODE[6:14]}-{CODE[14:]}，", CODE.lower()],
)  # fmt: skip
def test_a_code_is_found_however_it_is_written(text: str) -> None:
    assert holds_code(text, on=ON, areas=AREAS)
    assert marks_in(text, on=ON, areas=AREAS) == [Mark.CODE]


@given(st.lists(st.sampled_from(["", " ", "-"]), min_size=17, max_size=17), st.booleans())
def test_a_code_is_found_with_anything_between_its_digits(between: list[str], wide: bool) -> None:
    text = CODE[0] + "".join(gap + digit for gap, digit in zip(between, CODE[1:], strict=True))
    assert holds_code(text.translate(FULL_WIDTH) if wide else text, on=ON, areas=AREAS)


@pytest.mark.parametrize(
    ("text", "mark"),
    [("护照 E12345678", Mark.CODE), ("通行证H1234567890。", Mark.CODE), ("护照EA1234567", Mark.CODE),
     ("电话１３８００００００００", Mark.TELEPHONE),
     ("座机 0351-1234567", Mark.TELEPHONE), ("a＠example.org", Mark.MAIL), ("晋A12345", Mark.PLATE)],
)  # fmt: skip
def test_other_marks_of_a_person_are_found(text: str, mark: Mark) -> None:
    assert mark in marks_in(text, on=ON, areas=AREAS)


@pytest.mark.parametrize(
    "text",
    ["晋市监罚〔2026〕12号", "罚款 130000000 元", "2026-11-27 至 2027-11-26", "国道G108线", "标准号GB 32100-2015",
     "91149900MA00000000", CODE[:-1]],
)  # fmt: skip
def test_numbers_of_documents_sums_and_days_are_nobody(text: str) -> None:
    assert marks_in(text, on=ON, areas=AREAS) == []
