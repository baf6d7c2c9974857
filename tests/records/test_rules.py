"""The rules of records, by their articles."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.periods import add_years, turns
from chengxin.records import rules
from chengxin.records.rules import Act, Grade, Schedule
from chengxin.records.terms import record_terms

ON = date(2026, 11, 20)
TERMS = record_terms(ON)
DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))
LARGE, HUGE = 1_000_000, 20_000_000


def adverse(decided: date, final: date, ended: date, grade: Grade) -> Schedule:
    return rules.adverse_schedule(decided, final, ended, grade, TERMS.display, TERMS.retention)


@pytest.mark.parametrize(
    ("kinds", "fine", "grade"),
    [
        pytest.param((), None, Grade.MINOR, id="nothing-named"),
        pytest.param(("warning",), None, Grade.MINOR, id="warning"),
        pytest.param(("fine",), None, Grade.MINOR, id="fine-without-amount-counts-as-small"),
        pytest.param(("fine",), LARGE - 1, Grade.MINOR, id="one-fen-below-large"),
        pytest.param(("fine",), LARGE, Grade.GENERAL, id="large-to-the-fen"),
        pytest.param(("fine",), HUGE - 1, Grade.GENERAL, id="one-fen-below-huge"),
        pytest.param(("fine",), HUGE, Grade.SERIOUS, id="huge-to-the-fen"),
        pytest.param(("confiscation",), None, Grade.GENERAL, id="confiscation"),
        pytest.param(("suspension",), 0, Grade.GENERAL, id="suspension"),
        pytest.param(("fine", "suspension"), HUGE, Grade.SERIOUS, id="graver-of-kind-and-fine"),
        *(pytest.param((kind,), None, Grade.SERIOUS, id=kind) for kind in sorted(rules.SERIOUS_KINDS)),
        pytest.param(("warning", "revocation"), 1, Grade.SERIOUS, id="gravest-of-several"),
        pytest.param(("other",), None, Grade.MINOR, id="what-the-law-does-not-name-favours-the-person"),
    ],
)
def test_repair_rules_chapter2_grade(kinds: tuple[str, ...], fine: int | None, grade: Grade) -> None:
    assert rules.penalty_grade(kinds, fine, TERMS.fines) is grade


def test_fines_are_graded_by_the_numbers_in_the_terms() -> None:
    assert (TERMS.fines["large"], TERMS.fines["huge"]) == (LARGE, HUGE)


@pytest.mark.parametrize(
    ("grade", "decided", "repair", "end"),
    [
        pytest.param(Grade.MINOR, date(2026, 4, 1), date(2026, 4, 1), date(2026, 4, 1), id="minor-is-never-shown"),
        pytest.param(Grade.GENERAL, date(2026, 4, 1), date(2026, 7, 1), date(2027, 4, 1), id="general-3-months-to-a-year"),
        pytest.param(Grade.GENERAL, date(2026, 1, 31), date(2026, 4, 30), date(2027, 1, 31), id="general-clips-to-30-april"),
        pytest.param(Grade.GENERAL, date(2025, 11, 30), date(2026, 2, 28), date(2026, 11, 30), id="general-clips-to-28-february"),
        pytest.param(Grade.GENERAL, date(2023, 11, 30), date(2024, 2, 29), date(2024, 11, 30), id="general-clips-to-leap-day"),
        pytest.param(Grade.GENERAL, date(2024, 2, 29), date(2024, 5, 29), date(2025, 2, 28), id="general-from-leap-day"),
        pytest.param(Grade.SERIOUS, date(2026, 1, 31), date(2027, 1, 31), date(2029, 1, 31), id="serious-1-to-3-years"),
        pytest.param(Grade.SERIOUS, date(2024, 2, 29), date(2025, 2, 28), date(2027, 2, 28), id="serious-from-leap-day"),
    ],
)  # fmt: skip
def test_repair_rules_chapter2_display_counts_from_the_document(
    grade: Grade, decided: date, repair: date, end: date
) -> None:
    made = adverse(decided, decided, decided, grade)
    assert (made.shown_from, made.shown_until, made.repair_from) == (decided, end, repair)


def test_zhejiang_art11_nothing_shows_before_finality() -> None:
    made = adverse(date(2026, 1, 31), date(2026, 9, 1), date(2025, 12, 1), Grade.GENERAL)
    assert (made.shown_from, made.shown_until) == (date(2026, 9, 1), date(2027, 1, 31))


@pytest.mark.parametrize("final", [date(2027, 1, 31), date(2027, 2, 1), date(2028, 1, 1)])
def test_finality_on_or_after_the_end_of_display_means_never_shown(final: date) -> None:
    made = adverse(date(2026, 1, 31), final, date(2025, 12, 1), Grade.GENERAL)
    assert made.shown_from == made.shown_until


@pytest.mark.parametrize("decided", [date(2026, 1, 31), date(2024, 2, 29)])
def test_minor_record_is_never_shown_even_when_final_at_once(decided: date) -> None:
    made = adverse(decided, decided, decided, Grade.MINOR)
    assert made.shown_from == made.shown_until


@pytest.mark.parametrize(
    ("ended", "decided", "erased"),
    [
        pytest.param(date(2021, 6, 1), date(2022, 1, 1), date(2026, 6, 1), id="from-the-end-of-the-act"),
        pytest.param(date(2022, 1, 1), date(2021, 6, 1), date(2026, 6, 1), id="from-the-document-when-earlier"),
        pytest.param(date(2024, 2, 29), date(2024, 3, 1), date(2029, 2, 28), id="from-leap-day"),
    ],
)
def test_credit_industry_regulation_art16_erased_after_five_years(ended: date, decided: date, erased: date) -> None:
    assert rules.erase_day(ended, decided, TERMS.retention) == erased


def test_erasure_cuts_the_display_short() -> None:
    made = adverse(date(2026, 3, 1), date(2026, 9, 1), date(2023, 5, 10), Grade.SERIOUS)
    assert (made.shown_from, made.shown_until, made.erase_on) == (
        date(2026, 9, 1),
        date(2028, 5, 10),
        date(2028, 5, 10),
    )


def test_record_final_only_after_its_erasure_is_never_shown() -> None:
    made = adverse(date(2026, 1, 1), date(2030, 1, 1), date(2022, 2, 2), Grade.SERIOUS)
    assert made.shown_from == made.shown_until == made.erase_on == date(2027, 2, 2)


@given(DAYS, DAYS, DAYS, st.sampled_from(Grade))
def test_days_of_an_adverse_record_stand_in_order_whatever_comes_in(
    decided: date, final: date, ended: date, grade: Grade
) -> None:
    made = adverse(decided, final, ended, grade)
    assert made.shown_from <= made.shown_until <= made.erase_on == add_years(min(ended, decided), 5)
    if made.shown_from < made.shown_until:
        assert made.shown_from == max(decided, final)
        assert made.shown_until <= rules.display_end(decided, grade, TERMS.display)
        assert grade is not Grade.MINOR


@pytest.mark.parametrize(
    ("published", "until"),
    [
        pytest.param(date(2026, 1, 31), date(2028, 1, 31), id="24-months"),
        pytest.param(date(2024, 2, 29), date(2026, 2, 28), id="from-leap-day"),
    ],
)
def test_court_list_art2_shows_24_months(published: date, until: date) -> None:
    made = rules.court_schedule(published, TERMS.court, TERMS.retention)
    assert (made.shown_from, made.shown_until, made.repair_from) == (published, until, None)
    assert made.erase_on == add_years(published, 5)


def test_serious_list_shows_three_years_and_may_be_repaired_after_one() -> None:
    made = adverse(date(2026, 1, 31), date(2026, 1, 31), date(2025, 12, 31), Grade.SERIOUS)
    assert (made.repair_from, made.shown_until) == (date(2027, 1, 31), date(2029, 1, 31))


@pytest.mark.parametrize(
    ("valid_until", "end"),
    [
        pytest.param(date(2027, 3, 31), date(2027, 4, 1), id="last-day-included"),
        pytest.param(date(2025, 1, 1), date(2026, 3, 1), id="over-before-it-was-given"),
    ],
)
def test_licence_shows_to_the_last_day_of_its_validity(valid_until: date, end: date) -> None:
    made = rules.validity_schedule(date(2026, 3, 1), valid_until, TERMS.plain)
    assert (made.shown_from, made.shown_until, made.repair_from) == (date(2026, 3, 1), end, None)
    assert made.erase_on == add_years(end, 1)


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        pytest.param("honour", date(2029, 2, 28), id="honour-60-months-from-leap-day"),
        pytest.param("volunteer", date(2029, 2, 28), id="volunteer-60-months"),
        pytest.param("commitment", date(2027, 2, 28), id="commitment-36-months"),
    ],
)
def test_what_is_not_adverse_shows_from_its_date(kind: str, until: date) -> None:
    decided = date(2024, 2, 29)
    assert rules.plain_schedule(decided, kind, TERMS.plain) == Schedule(decided, until, None, until)


def act(**values: Any) -> Act:
    sound: dict[str, Any] = {
        "kinds": frozenset({"fine"}), "basis_text": "《食品安全法》", "story": "设摊销售食品", "procedure": "ordinary",
        "decided": date(2026, 3, 1), "ended": date(2026, 1, 1), "final": date(2026, 9, 1),
    }  # fmt: skip
    return Act(**{**sound, **values})


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        pytest.param({}, False, id="fine"),
        pytest.param({"kinds": frozenset({"detention"})}, True, id="detention"),
        pytest.param({"kinds": frozenset({"fine", "detention"})}, True, id="detention-beside-a-fine"),
        pytest.param({"basis_text": "《治安管理处罚法》第四十三条"}, True, id="by-the-law-cited"),
        pytest.param({"story": "曾受治安管理处罚"}, False, id="only-mentioned-in-the-story"),
    ],
)
def test_public_security_law_art136_sealed(values: dict[str, Any], refused: bool) -> None:
    found = rules.refuse_public_order(act(**values))
    assert (found is not None) is refused
    assert found is None or (found.rule, found.source) == ("public-order-penalty", rules.SEALED_PENALTIES)


@pytest.mark.parametrize(("procedure", "refused"), [("simplified", True), ("ordinary", False), (None, False)])
def test_shandong_art13_simplified_procedure(procedure: str | None, refused: bool) -> None:
    found = rules.refuse_simplified(act(procedure=procedure))
    assert (found.rule if found else "") == ("simplified-procedure" if refused else "")


@pytest.mark.parametrize(
    ("story", "refused"),
    [
        pytest.param("情节轻微并及时改正", True, id="slight-and-mended"),
        pytest.param("情节轻微，首违不罚", True, id="slight-and-first"),
        pytest.param("违法行为轻微", False, id="slight-alone"),
        pytest.param("责令限期改正", False, id="mended-alone"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_penalties_law_art33_slight_and_corrected(story: str, refused: bool) -> None:
    assert (rules.refuse_slight(act(story=story)) is not None) is refused


@pytest.mark.parametrize(
    ("born", "ended", "refused"),
    [
        pytest.param(date(2008, 3, 10), date(2026, 3, 9), True, id="the-day-before-the-birthday"),
        pytest.param(date(2008, 3, 10), date(2026, 3, 10), False, id="on-the-18th-birthday"),
        pytest.param(date(2008, 2, 29), date(2026, 2, 28), True, id="leap-day-28-february-is-still-a-minor"),
        pytest.param(date(2008, 2, 29), date(2026, 3, 1), False, id="leap-day-turns-on-1-march"),
        pytest.param(date(2006, 2, 28), date(2024, 2, 28), False, id="28-february-in-a-leap-year"),
    ],
)
def test_juvenile_delinquency_law_art59_acts_before_18(born: date, ended: date, refused: bool) -> None:
    assert (rules.refuse_minor(act(ended=ended), born) is not None) is refused


def test_undated_act_is_no_act_of_a_minor_but_waits() -> None:
    undated = act(ended=None)
    assert rules.refuse_minor(undated, date(2008, 1, 1)) is None
    assert [refusal.rule for refusal in rules.missing_ground(undated)] == ["end-of-act-missing"]


@given(DAYS, DAYS)
def test_art59_is_the_birthday_itself_for_every_pair_of_days(born: date, ended: date) -> None:
    assert (rules.refuse_minor(act(ended=ended), born) is not None) is (ended < turns(born, 18))


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param({"procedure": None}, ["procedure-missing"], id="procedure"),
        pytest.param({"final": None}, ["finality-missing"], id="finality"),
        pytest.param({"procedure": None, "final": None, "attested": True}, [], id="attested"),
        pytest.param({"ended": None, "attested": True}, ["end-of-act-missing"], id="end-of-act-even-if-attested"),
    ],
)
def test_zhejiang_art11_what_a_row_must_say(values: dict[str, Any], missing: list[str]) -> None:
    assert [refusal.rule for refusal in rules.missing_ground(act(**values))] == missing


def test_every_refusal_names_its_source() -> None:
    bare = act(kinds=frozenset({"detention"}), procedure="simplified", story="轻微改正", ended=date(2000, 1, 1))
    found = [
        rules.refuse_public_order(bare), rules.refuse_simplified(bare), rules.refuse_slight(bare),
        rules.refuse_minor(bare, date(1990, 1, 1)), *rules.missing_ground(act(ended=None, procedure=None, final=None)),
    ]  # fmt: skip
    assert all(refusal is not None and refusal.source.law and refusal.source.article for refusal in found)
