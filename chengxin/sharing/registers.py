"""The registers of this folder: recalls, persons' questions, enrolments, requests for leave, batches (``identity.registers``)."""

from pathlib import Path

from chengxin.identity.registers import Row
from chengxin.identity.vault import vault
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).resolve().parent / "sql" / "registers.sql")
RECALLS, QUESTIONS, ENROLMENTS = SQL["recalls"], SQL["questions"], SQL["enrolments"]
LATE_RECALLS = SQL["late_recalls"]
CALL_BACKS, ASKED_FOR, OVERSEEN = SQL["call_backs"], SQL["asked_for"], SQL["overseen"]
QUERY_BATCHES = SQL["query_batches"]


def numbered(row: Row) -> Row:
    """Give a recall with its record's number in the place of person and record."""
    subject, record = row.pop("subject_id"), row.pop("record_id")
    return {**row, "number": vault().record_number(subject, record)}
