"""The registers of this folder: drafts, and work that changes of laws leave (``identity.registers``)."""

from pathlib import Path
from typing import Any

from chengxin.catalogue.rules import DRAFTERS
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).resolve().parent / "sql" / "registers.sql")
DRAFTS, WORK = SQL["drafts"], SQL["work"]


def terms_of_registers() -> dict[str, Any]:
    """Give what these registers are told besides: which kinds of organisations draft."""
    return {"drafters": sorted(DRAFTERS)}
