"""The numbers of the review of use, as they stand on a day."""

from datetime import date
from functools import cache
from pathlib import Path

from chengxin.lib.terms import Term, TermTable, Unit, load_terms

DATA = Path(__file__).parent / "terms_data"
TABLES: dict[str, tuple[Unit, tuple[str, ...]]] = {
    "signal-many-askers": (Unit.COUNT, ("days", "least")),
    "signal-above-peers": (Unit.COUNT, ("days", "least", "times", "peers")),
    "signal-out-of-hours": (Unit.COUNT, ("opens", "closes", "least")),
    "signal-many-refused": (Unit.COUNT, ("least", "percent")),
    "signal-above-habit": (Unit.COUNT, ("days", "active", "least", "times")),
    "signal-no-later-case": (Unit.COUNT, ("days", "least", "percent", "others")),
    "review-explanations": (Unit.WORKING_DAY, ("answer",)),
    "erasure-certificates": (Unit.WORKING_DAY, ("state",)),
    "review-sampling": (Unit.COUNT, ("pages", "systems", "least")),
}


@cache
def tables() -> dict[str, TermTable]:
    """Read the tables once. Raises TermsUnusable."""
    return {name: load_terms(DATA / f"{name}.toml", unit=unit, numbers=names) for name, (unit, names) in TABLES.items()}


def signal_numbers(rule: str, on: date) -> dict[str, int]:
    """Give the numbers of a rule in force on a day; none where it needs none. Raises TermGap."""
    table = tables().get(f"signal-{rule}")
    return dict(table.at(on).numbers) if table else {}


def explanation_term(on: date) -> Term:
    """Give within how many working days an organisation explains (``answer``), with its source. Raises TermGap."""
    return tables()["review-explanations"].at(on)


def sampling_plan(on: date) -> Term:
    """Give how many of a thousand look-ups are drawn, by pages and by systems, and how many at least. Raises TermGap."""
    return tables()["review-sampling"].at(on)


def erasure_term(on: date) -> Term:
    """Give within how many working days after the day of erasing it is stated (``state``), with its source. Raises TermGap."""
    return tables()["erasure-certificates"].at(on)
