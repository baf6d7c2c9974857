"""Near names: the ways of writing that are one name, those that are near, and those that are another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.likeness import Candidate, block_name, compare_names, rank

ONE_NAME = [
    ("張偉", "张伟", "traditional"), ("张 伟", "张伟", "spaces"), ("张　伟", "张伟", "spaces"), ("王喆", "王哲", "variant"),
    ("買買提·艾力", "买买提·艾力", "traditional"), ("买买提艾力", "买买提·艾力", "middle-dot"),
    ("买买提.艾力", "买买提·艾力", "middle-dot"),
    ("艾力·买买提", "买买提·艾力", "order"), ("伟张", "张伟", "order"), ("王鋐", "王𬭎", "traditional"), ("李龑", "李䶮", "traditional"),
    ("ZHANG WEI", "Zhang Wei", "writing"), ("张\ue864", "张\u9fbb", "rare-character"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "held", "reason"), ONE_NAME)
def test_one_name_in_two_ways_of_writing(written: str, held: str, reason: str) -> None:
    found = compare_names(written, held)
    assert found.score >= 98
    assert reason in found.reasons
    assert block_name(written) == block_name(held)


@pytest.mark.parametrize(
    ("written", "held", "reason"),
    [
        ("张玮", "张伟", "one-character"),
        ("欧阳娜", "欧阳娜娜", "one-character"),
        ("买买提", "买买提·艾力", "missing-part"),
    ],
)
def test_near_names(written: str, held: str, reason: str) -> None:
    found = compare_names(written, held)
    assert 50 <= found.score < 98
    assert reason in found.reasons


@pytest.mark.parametrize(
    ("written", "held"), [("李娜", "张伟"), ("", "张伟"), ("·", "张伟"), ("王一", "李二"), ("张三丰", "李四光")]
)
def test_names_of_others(written: str, held: str) -> None:
    assert compare_names(written, held).reasons == ("different",)
    assert compare_names(written, held).score < 50


@given(st.text(max_size=12), st.text(max_size=12))
def test_comparing_never_fails_and_is_the_same_both_ways(one: str, other: str) -> None:
    forth, back = compare_names(one, other), compare_names(other, one)
    assert 0 <= forth.score <= 100
    assert forth.score == back.score
    assert forth.reasons
    assert compare_names(one, one).reasons == ("same",)


@given(
    st.text(alphabet="王伟偉张張李娜龔艾力买提", min_size=1, max_size=8),
    st.integers(0, 8),
    st.sampled_from(" 　·•・.．"),
)
def test_blanks_and_dots_are_nothing_to_a_block(name: str, place: int, sign: str) -> None:
    assert block_name(name[:place] + sign + name[place:]) == block_name(name)
    assert block_name(name[::-1]) == block_name(name)


def test_nobody_is_suggested_whose_name_is_anothers_unless_the_code_is_the_very_one() -> None:
    stranger = Candidate(1, "one-digit", "李娜", "x")
    named = Candidate(2, "check-digit", "张偉", "y")
    same = Candidate(3, "same", "赵六", "z")
    found = rank("张伟", [stranger, named, same])
    assert [one.subject_id for one in found] == [2, 3]
    assert [one.code_reason for one in found] == ["check-digit", "same"]


@pytest.mark.parametrize(("written", "held"), [("王芳", "王伟"), ("王小明", "王小刚"), ("王明", "王小明")])
@pytest.mark.parametrize("slip", ["one-digit", "check-digit", "digit-and-check", "hidden", "legacy", "look-alike"])
def test_a_near_code_makes_nobody_of_another_given_name_a_suggestion(written: str, held: str, slip: str) -> None:
    assert rank(written, [Candidate(1, slip, held, "x")]) == []
    assert [one.subject_id for one in rank(written, [Candidate(1, "same", held, "x")])] == [1]


def test_a_part_more_or_less_and_a_sign_of_a_long_name_are_slips_of_one_name() -> None:
    pairs = [("买买提", "买买提·艾力"), ("阿不都热合曼", "阿不杜热合曼"), ("张 偉", "张伟")]
    assert [len(rank(written, [Candidate(1, "one-digit", held, "x")])) for written, held in pairs] == [1, 1, 1]


def test_each_person_comes_once_with_the_best_reason_and_no_more_than_eight() -> None:
    many = [
        Candidate(number % 12, reason, "张伟", "x") for number in range(12) for reason in ("same-birth", "one-digit")
    ]
    found = rank("张伟", many)
    assert len(found) == 8
    assert {one.code_reason for one in found} == {"one-digit"}


@pytest.mark.parametrize("written", ["王□", "王?", "王？", "王〓", "王\ue86f"])
def test_a_sign_that_a_device_lacked_stands_for_a_rare_one_alone(written: str) -> None:
    assert compare_names(written, "王𬭎").reasons == ("rare-character",)
    assert [one.subject_id for one in rank(written, [Candidate(1, "one-digit", "王𬭎", "x")])] == [1]
    for common in ("王伟", "李𬭎", "王𬭎𬭎"):
        assert "rare-character" not in compare_names(written, common).reasons
        assert rank(written, [Candidate(1, "one-digit", common, "x")]) == []


@pytest.mark.parametrize(
    ("one", "other"), [("郭勲", "郭勋"), ("田邨生", "田村生"), ("何甯", "何宁"), ("杨鸑", "杨𬸚"), ("李暁明", "李晓明")]
)
def test_old_and_new_forms_of_a_character_are_one_name(one: str, other: str) -> None:
    assert compare_names(one, other).score > 95 < compare_names(other, one).score
