"""The registers of this folder: inquiries, what organisations are asked, suspensions (``identity.registers``)."""

from pathlib import Path

from chengxin.identity.registers import Row
from chengxin.lib.sql import statements
from chengxin.oversight.rules import RULES

SQL = statements(Path(__file__).resolve().parent / "sql" / "registers.sql")
INQUIRIES, EXPLANATIONS, SUSPENSIONS = SQL["inquiries"], SQL["explanations"], SQL["suspensions"]
ERASURES = SQL["erasures"]


def named(row: Row) -> Row:
    """Give an inquiry with its rule by name."""
    return {**row, "rule": RULES[row["rule"]].name}
