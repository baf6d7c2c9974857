"""The days of a record in words for the person: how each was counted, and why a record is shown to nobody. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.lib.periods import Period
from chengxin.lib.sources import Source
from chengxin.lib.terms import Term
from chengxin.records.rules import CAPACITY, MINORS, QUALITY, REPAIR_RULES, Refusal
from chengxin.records.terms import RecordTerms

GRADED = frozenset({"penalty-grade", "serious-list"})
ERASURE = Source("中华人民共和国个人信息保护法", "第四十七条")
LAWFULNESS = Source("中华人民共和国个人信息保护法", "第十三条")


@dataclass(frozen=True, slots=True)
class Working:
    """How a day was counted: from which day on, what that day is (a word's code), over which period, by which law."""

    start: date
    start_is: str
    period: Period
    source: Source
    provisional: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day of a record, what it is for, whether it has come, and its working; None where it can't be told by one count.

    ``day`` is the first day of what it is for; ``through`` the last day before it. ``clipped``: brought forward to the day of erasure.
    """

    what: str
    day: date
    come: bool
    working: Working | None
    clipped: bool = False

    @property
    def through(self) -> date:
        return self.day - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dates:
    """What the counting needs of a record, and the days that were stored with it."""

    decided: date
    ended: date | None
    grade: str
    shown_from: date
    shown_until: date
    repair_from: date | None
    erase_on: date


def deadlines(
    dates: Dates, display_rule: str, retention_rule: str, terms: RecordTerms, on: date
) -> tuple[Deadline, ...]:
    """Give the days of a record in their order of use: until when it shows, from when it can be repaired, when it goes.

    Each is counted anew by the numbers of its time; where that doesn't give the stored day, the stored one stands without a working.
    Source: as ``records.rules`` counts them.
    """
    until, repair, erase = _counted(dates, display_rule, retention_rule, terms)
    made = []
    if dates.shown_until > dates.shown_from:
        made.append(_deadline("shown-until", dates.shown_until, until, on, erase_on=dates.erase_on))
    if dates.repair_from is not None and on < dates.shown_until:  # there is nothing to repair once it shows no more
        made.append(_deadline("repair-from", dates.repair_from, repair, on))
    made.append(_deadline("erase-on", dates.erase_on, erase, on))
    return tuple(made)


def _deadline(what: str, day: date, working: Working | None, on: date, *, erase_on: date | None = None) -> Deadline:
    right = working is not None and working.period.after(working.start) == day
    return Deadline(what, day, day <= on, working if right else None, clipped=not right and day == erase_on)


def _counted(
    dates: Dates, display_rule: str, retention_rule: str, terms: RecordTerms
) -> tuple[Working | None, Working | None, Working | None]:
    decided, first = dates.decided, min(dates.ended or dates.decided, dates.decided)
    kept = _working(first, "document" if first == decided else "act-ended", terms.retention, "keep")
    if display_rule in GRADED:
        shown, repair = (_working(decided, "document", terms.display, f"{dates.grade}_{end}") for end in ("max", "min"))
        return shown, repair, kept
    if display_rule == "court-list":
        return (
            _working(decided, "published", terms.court, "shown"),
            None,
            _working(decided, "published", terms.retention, "keep"),
        )
    if display_rule == "validity":
        return None, None, _working(dates.shown_until, "validity-over", terms.plain, "after_validity")
    plain = (
        _working(decided, "document", terms.plain, retention_rule) if retention_rule in terms.plain.numbers else None
    )
    return plain, None, plain


def _working(start: date, start_is: str, term: Term, number: str) -> Working | None:
    if number not in term.numbers:
        return None
    return Working(start, start_is, term.period(number), term.source, term.provisional)


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides whether a record is shown to anybody: state and days, a law in force for its item, its person's standing."""

    state: str
    shown_from: date
    shown_until: date
    live: bool
    minor: bool
    incapable: bool


def why_hidden(facts: Facts, on: date) -> Refusal | None:
    """Tell why a record that is kept is shown to nobody but its person today; None when it is shown.

    The read gate (``records/sql/locks.sql``) decides; a property test holds both together.
    Source: safeguards 1, 3, 6 and 7.
    """
    reasons: Iterator[tuple[bool, str, Source]] = iter((
        (facts.state != "active", facts.state, QUALITY),
        (facts.minor, "minor", MINORS),
        (facts.incapable, "capacity", CAPACITY),
        (not facts.live, "no-law", LAWFULNESS),
        (facts.shown_until <= facts.shown_from, "never", REPAIR_RULES),
        (facts.shown_from > on, "not-yet", REPAIR_RULES),
        (facts.shown_until <= on, "over", ERASURE),
    ))  # fmt: skip
    return next((Refusal(rule, source) for met, rule, source in reasons if met), None)
