"""No number is accepted under two kinds of certificate."""

from collections.abc import Callable
from datetime import date
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.lib.codes import TEMPLATE_VALUES, CodeType, Fault, examine, from_template
from chengxin.lib.codes.verdicts import Verdict
from tests.lib.code_samples import AREAS, ON, SAMPLES, legacy_resident_id, seeded

KINDS = list(CodeType)


def judge(kind: CodeType | None, text: str | None, on: date = ON) -> Verdict:
    return examine(kind, text, on=on, areas=AREAS)


def accepting(text: str, on: date = ON) -> list[CodeType]:
    return [kind for kind in KINDS if judge(kind, text, on)]


def test_there_is_a_sample_of_every_kind() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize(("kind", "other"), list(permutations(KINDS, 2)))
@settings(max_examples=40, deadline=None)
@given(draw=st.randoms(use_true_random=False))
def test_no_kind_accepts_anothers(kind: CodeType, other: CodeType, draw: Random) -> None:
    number = SAMPLES[kind](draw)
    assert judge(kind, number)
    assert not judge(other, number)


@pytest.mark.parametrize(("kind", "sample"), [*SAMPLES.items(), (CodeType.RESIDENT_ID, legacy_resident_id)])
def test_thousands_of_each_kind_are_accepted_by_it_alone(kind: CodeType, sample: Callable[[Random], str]) -> None:
    draw = seeded(5202)
    for number in (sample(draw) for _ in range(3_000)):
        assert accepting(number) == [kind]


@settings(max_examples=2_000, deadline=None)
@given(
    text=st.from_regex(
        r"[HM]?[0-9]{8,10}[A-Z]?|[A-Z]{3}[0-9]{12}|[0-9]{15}|[0-9A-Z]{8}-?[0-9X]|[0-9A-Z]{5,18}", fullmatch=True
    ),
    on=st.dates(date(1935, 1, 1), date(2110, 1, 1)),
)
def test_no_text_is_accepted_twice(text: str, on: date) -> None:
    assert len(accepting(text, on)) <= 1


@settings(max_examples=300, deadline=None)
@given(kind=st.sampled_from(KINDS), draw=st.randoms(use_true_random=False))
def test_stored_form_is_its_own_stored_form(kind: CodeType, draw: Random) -> None:
    first = judge(kind, SAMPLES[kind](draw).lower())
    again = judge(kind, first.canonical)
    assert (again.canonical, again.born) == (first.canonical, first.born)


@settings(max_examples=500, deadline=None)
@given(kind=st.sampled_from(KINDS), text=st.text(max_size=20))
def test_any_text_is_judged(kind: CodeType, text: str) -> None:
    verdict = judge(kind, text)
    assert (verdict.canonical is None) == (verdict.fault is not None) == (not verdict)


def test_unknown_kind_is_a_fault() -> None:
    assert judge(None, "149999199001010018").fault is Fault.TYPE


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("1", CodeType.RESIDENT_ID),
        ("01", CodeType.RESIDENT_ID),
        ("身份证", CodeType.RESIDENT_ID),
        ("居民身份证", CodeType.RESIDENT_ID),
        ("02", CodeType.PASSPORT),
        ("护照号", CodeType.PASSPORT),
        ("3", CodeType.HM_TRAVEL_PERMIT),
        ("台湾居民来往大陆通行证", CodeType.TW_TRAVEL_PERMIT),
        ("05", CodeType.FOREIGN_PERMANENT_RESIDENT),
        ("港澳台居民居住证", CodeType.HMT_RESIDENCE_PERMIT),
        ("6", None),
        ("", None),
        (" 1", None),
    ],
)
def test_template_values(value: str, kind: CodeType | None) -> None:
    assert from_template(value) is kind


def test_every_kind_has_labels_and_a_template_value() -> None:
    for kind in KINDS:
        assert TEMPLATE_VALUES[kind.label] is kind
        assert kind.label_en
