"""Answers in the form of a duty: what is told of how many records, and what of those that are disputed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.sharing.duties.answers import Band, Disputed, Form, answer_in, band_of, told_field
from chengxin.sharing.duties.rules import NOT_ENROLLED, NOT_NAMED, choose_duty

STATES = st.lists(st.sampled_from(["active", "disputed"]), max_size=12)
BOUNDS = st.lists(st.integers(1, 20), min_size=1, max_size=4, unique=True)


@pytest.mark.parametrize(
    ("states", "text", "disputed"),
    [
        ([], "没有查到。这不代表评价。", Disputed.NONE),
        (["active"], "有。", Disputed.NONE),
        (["active", "disputed"], "有。其中有记录正在异议核查，结论可能改变。", Disputed.SOME),
        (["disputed"], "有。所依据的记录全部正在异议核查，结论可能改变。", Disputed.ALL),
    ],
)
def test_yes_or_no_says_whether_it_is_disputed_and_not_how_many(
    states: list[str], text: str, disputed: Disputed
) -> None:
    answer = answer_in(Form.YES_NO, states, asked=["CF-ZRR"])
    assert (answer.text, answer.disputed, answer.found) == (text, disputed, bool(states))
    assert (answer.count, answer.disputed_count, answer.band) == (None, None, None)


def test_a_count_tells_how_many_of_them_are_disputed() -> None:
    answer = answer_in(Form.COUNT, ["active", "disputed", "active"], asked=["CF-ZRR", "YZ-MD"])
    assert (answer.count, answer.disputed_count) == (3, 1)
    assert answer.text.startswith("3 条（其中 1 条有异议）。")
    assert answer.text_en.startswith("3 (1 of them disputed).")


@pytest.mark.parametrize(
    ("count", "band", "text"),
    [
        (0, Band(0, 0), "0 条"),
        (1, Band(1, 2), "1 至 2 条"),
        (2, Band(1, 2), "1 至 2 条"),
        (5, Band(3, 5), "3 至 5 条"),
        (6, Band(6, None), "6 条以上（含）"),
        (600, Band(6, None), "6 条以上（含）"),
    ],
)
def test_a_number_falls_into_its_band(count: int, band: Band, text: str) -> None:
    assert band_of(count, [1, 3, 6]) == band
    assert band.text == text
    assert answer_in(Form.BAND, ["active"] * count, asked=[], bounds=[1, 3, 6]).band == band


@given(states=STATES, bounds=BOUNDS)
def test_no_form_tells_more_than_it_may(states: list[str], bounds: list[int]) -> None:
    """Bands hold their number and part all numbers; a band and a yes never tell a count, not of the disputed either."""
    band = band_of(len(states), bounds)
    assert band.least <= len(states) <= (len(states) if band.most is None else band.most)
    assert len({band_of(number, bounds) for number in range(40)}) == len(bounds) + 1
    for form in (Form.YES_NO, Form.BAND):
        answer = answer_in(form, states, asked=["CF-ZRR"], bounds=bounds)
        assert (answer.count, answer.disputed_count) == (None, None)
        same = answer_in(form, [*states, *states[:1]], asked=["CF-ZRR"], bounds=[40])
        assert form is Form.BAND or same.found == answer.found


@pytest.mark.parametrize("form", [Form.LIST, Form.FULL])
def test_what_is_answered_by_records_makes_no_such_answer(form: Form) -> None:
    with pytest.raises(ValueError, match="answered by its records"):
        answer_in(form, [], asked=[])
    assert form.tells_records


def test_the_entry_names_the_form_in_the_place_of_a_field() -> None:
    assert told_field("CF-ZRR", Form.YES_NO) == "CF-ZRR.=yes_no"


@pytest.mark.parametrize(
    ("named", "standing", "chosen"),
    [
        ("", ["A"], ("A", "")),
        ("A", ["A", "B"], ("A", "")),
        ("", ["A", "B"], ("", NOT_NAMED)),
        ("C", ["A", "B"], ("", NOT_ENROLLED)),
        ("", [], ("", NOT_ENROLLED)),
        ("A", [], ("", NOT_ENROLLED)),
    ],
)
def test_a_duty_is_the_one_named_or_the_only_one(named: str, standing: list[str], chosen: tuple[str, str]) -> None:
    assert choose_duty(named, standing) == chosen
