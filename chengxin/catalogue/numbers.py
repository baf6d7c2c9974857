"""The legal numbers of the catalogue's process, as they stand on a day."""

from datetime import date
from functools import cache
from pathlib import Path

from chengxin.lib.terms import TermTable, Unit, load_terms

DATA = Path(__file__).parent / "terms_data"
TABLES: dict[str, tuple[Unit, tuple[str, ...]]] = {
    "catalogue-consultation": (Unit.DAY, ("open",)),
    "catalogue-comments": (Unit.COUNT, ("an_hour",)),
    "catalogue-law-change": (Unit.WORKING_DAY, ("update",)),
}


@cache
def tables() -> dict[str, TermTable]:
    """Read the tables once. Raises TermsUnusable."""
    return {name: load_terms(DATA / f"{name}.toml", unit=unit, numbers=names) for name, (unit, names) in TABLES.items()}


def consultation_days(on: date) -> int:
    """Give for how many days comments are taken at least. Raises TermGap."""
    return tables()["catalogue-consultation"].at(on).numbers["open"]


def update_days(on: date) -> int:
    """Give within how many working days items follow a change of law. Raises TermGap."""
    return tables()["catalogue-law-change"].at(on).numbers["update"]
