"""What may be asked, granted and narrowed: the rules, article by article."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.workdays import WorkCalendar
from chengxin.records.terms import authorisation_months, authorisation_recall_term, authorisation_requests
from chengxin.sharing.authorising import rules
from chengxin.sharing.authorising.rules import Leave, Limits
from chengxin.sharing.rules import recall_due

ON = date(2026, 3, 2)
DUTY = Limits(frozenset({"CF-ZRR", "ZG-ZY"}), 90)


def of(*items: str, once: bool = False, days: int = 30) -> Leave:
    return Leave(frozenset(items), once, ON + timedelta(days=days))


@pytest.mark.parametrize(
    ("wanted", "keep_days", "reason"),
    [
        pytest.param(of("CF-ZRR"), 0, None, id="one item"),
        pytest.param(of("CF-ZRR", "ZG-ZY", days=365), 90, None, id="everything"),
        pytest.param(of(), 0, "nothing-asked", id="nothing"),
        pytest.param(of("CF-ZRR", "SX-BZXR"), 0, "over-asking", id="more than the duty"),
        pytest.param(of("CF-ZRR", days=0), 0, "period", id="ends today"),
        pytest.param(of("CF-ZRR", days=366), 0, "period", id="longer than the longest"),
        pytest.param(of("CF-ZRR"), 91, "kept-too-long", id="kept longer than the duty"),
        pytest.param(of("CF-ZRR"), -1, "kept-for-nothing", id="less than nothing"),
    ],
)
def test_zxytl18_no_more_is_asked_than_the_duty_lets(wanted: Leave, keep_days: int, reason: str | None) -> None:
    refusal = rules.refuse_request(wanted, keep_days, limits=DUTY, on=ON, longest=12)
    assert (refusal.code if refusal else None) == reason


def test_what_may_not_be_stored_isnt() -> None:
    refusal = rules.refuse_request(of("CF-ZRR"), 1, limits=Limits(DUTY.items, 0), on=ON, longest=12)
    assert refusal is rules.KEPT_UNASKED


@pytest.mark.parametrize(
    ("granted", "reason"),
    [
        pytest.param(of("CF-ZRR", "ZG-ZY"), None, id="all of it"),
        pytest.param(of("CF-ZRR", once=True, days=1), None, id="less of everything"),
        pytest.param(of("CF-ZRR", "SX-BZXR"), "beyond-asked", id="another item"),
        pytest.param(of("CF-ZRR", days=31), "beyond-asked", id="for longer"),
        pytest.param(of("CF-ZRR", days=0), "beyond-asked", id="over at once"),
        pytest.param(of(), "nothing-asked", id="nothing"),
    ],
)
def test_pipl14_a_person_grants_what_was_asked_or_less(granted: Leave, reason: str | None) -> None:
    refusal = rules.refuse_grant(granted, asked=of("CF-ZRR", "ZG-ZY"), on=ON)
    assert (refusal.code if refusal else None) == reason


def test_once_is_never_made_into_a_period() -> None:
    assert rules.refuse_grant(of("CF-ZRR"), asked=of("CF-ZRR", once=True), on=ON) is rules.BEYOND_ASKED


def test_narrowing_by_nothing_is_none() -> None:
    standing = of("CF-ZRR", "ZG-ZY")
    assert rules.refuse_narrowing(standing, standing=standing, on=ON) is rules.NOT_LESS
    assert rules.refuse_narrowing(of("CF-ZRR"), standing=standing, on=ON) is None


LEAVES = st.builds(
    Leave, st.frozensets(st.sampled_from(["a", "b", "c"])), st.booleans(), st.dates(ON, ON + timedelta(days=9))
)


@given(LEAVES, LEAVES, LEAVES)
def test_narrower_is_an_order(one: Leave, other: Leave, third: Leave) -> None:
    assert one.within(one)
    assert not (one.within(other) and other.within(one)) or one == other
    assert not (one.within(other) and other.within(third)) or one.within(third)


@pytest.mark.parametrize(
    ("copies", "law", "reason"),
    [
        ("erased", "", None),
        ("never-stored", "", None),
        ("kept-by-law", "反洗钱法 第三十四条", None),
        ("kept-by-law", " ", "kept-without-law"),
        ("erased", "反洗钱法 第三十四条", "kept-without-law"),
        ("lost", "", "copies"),
    ],
)
def test_pipl47_copies_are_erased_or_kept_by_a_law(copies: str, law: str, reason: str | None) -> None:
    refusal = rules.refuse_acknowledgement(copies, law)
    assert (refusal.code if refusal else None) == reason


def test_numbers_are_data_and_count_working_days() -> None:
    assert (authorisation_months(ON), authorisation_requests(ON)["answer"], authorisation_requests(ON)["again"]) == (
        12,
        30,
        90,
    )
    due = recall_due(date(2024, 9, 27), authorisation_recall_term(date(2024, 9, 27)), WorkCalendar())
    assert due.day == date(2024, 10, 10)  # over the holiday, counting the make-up Sunday


def test_kept_until_is_counted_from_the_end() -> None:
    assert rules.erase_by(date(2026, 4, 1), 90) == date(2026, 6, 30)
    assert rules.erase_by(date(2026, 4, 1), 0) is None
    assert rules.kept_until(date(2026, 4, 1), 5) == date(2031, 4, 1)
