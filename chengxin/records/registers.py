"""The registers of this folder: batches, findings, waiting rows, undoings, waivers, months, faults, acts (``identity.registers``)."""

from datetime import date
from pathlib import Path
from typing import Any

from chengxin.catalogue.queries import versions_in_force
from chengxin.lib.sql import statements
from chengxin.records.checks import WHOSE
from chengxin.records.terms import waiting_months

SQL = statements(Path(__file__).resolve().parent / "sql" / "registers.sql")
BATCHES, FINDINGS, CASES = SQL["batches"], SQL["findings"], SQL["cases"]
UNDOINGS, WAIVERS, MONTHS = SQL["undoings"], SQL["waivers"], SQL["months"]
FAULTS, ACTS = SQL["faults"], SQL["acts"]


def terms_of_registers(on: date, *, items: bool = False) -> dict[str, Any]:
    """Give what these registers are told besides: terms of law, and, where asked for, which items are in force on a day."""
    return {"kept_months": waiting_months(on), "whose": WHOSE, "versions": versions_in_force(on) if items else []}
