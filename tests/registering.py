"""Entries of the access register written and sealed by hand, for the tests of numbering, verification and export."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from chengxin.ground.sealing.checking import Checked, verify_register
from chengxin.ground.sealing.folder import HeadsFolder, read_heads, read_keys
from chengxin.ground.sealing.keys import known_keys
from chengxin.ground.sealing.rounds import Sealer
from chengxin.ground.services import Asker, Line, enter_many, entry_number
from tests.conftest import Register

ASKER = Asker("12140000ORGANISATI", "officer", "CK-FW", "SXSHXYTL-7", "case", "test")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEEP_YEARS = 10
TODAY = date(2026, 11, 27)
INSERT = """
    INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, basis, case_reference, channel, outcome,
        reason, as_of, fields, record_ids, versions)
    VALUES (%s, %s, %s, 'o', 'f', 'p', 'b', 'c', 'test', 'refused', 'x', '2026-01-02', '{name,code}', '{}', '{}')"""


def write(subjects: Sequence[int], *, at: datetime = NOW) -> list[UUID]:
    """Write an entry for each of these subjects, as the process's role, in one transaction."""
    from django.db import transaction

    lines = [Line(subject, entry_number(at), f"案 {number}", "empty", "") for number, subject in enumerate(subjects)]
    with transaction.atomic():
        enter_many(ASKER, lines, fields=["name", "code"], at=at)
    return [line.entry_id for line in lines]


@dataclass
class Sealed:
    """A register with a sealer of its own, whose heads lie in a folder outside."""

    register: Register
    folder: Path
    admin: str
    sealer: Sealer = field(init=False)

    def __post_init__(self) -> None:
        self.sealer = self.fresh()

    def fresh(self) -> Sealer:
        """Give a sealer that was started anew."""
        return Sealer(self.folder / "sealing.json", "test-register", HeadsFolder(self.folder / "heads"))

    def write(self, *subjects: int, at: datetime = NOW) -> list[UUID]:
        self.register.become("app")
        return write(subjects, at=at)

    def seal(self, at: datetime = NOW, **how: Any) -> tuple[int, int, str]:
        self.register.become("sealer")
        return self.sealer.run(at, **how)

    def verify(self, *, outside: bool = True, today: date = TODAY) -> Checked:
        self.register.become("sealer")
        heads = self.folder / "heads"
        keys = list(dict.fromkeys([*known_keys(), *(read_keys(heads) if outside else [])]))
        kept = read_heads(heads, keys) if outside and heads.exists() else []
        return verify_register(kept, keys, today=today, keep_years=KEEP_YEARS)

    def fault(self, *, outside: bool = True) -> str:
        found = self.verify(outside=outside).fault
        return found.code if found else ""

    @contextmanager
    def master(self) -> Iterator[psycopg.Connection[Any]]:
        """Be master of the server, with every trigger of the tables switched off, openly."""
        name = psycopg.conninfo.conninfo_to_dict(self.register.urls["owner"])["dbname"]
        with psycopg.connect(psycopg.conninfo.make_conninfo(self.admin, dbname=str(name))) as connection:
            for table in ("access_entry", "sealed", "sealed_node", "checkpoint", "unsealed", "dropped_tree"):
                connection.execute(f"ALTER TABLE ground_{table} DISABLE TRIGGER ALL")
            yield connection
            for table in ("access_entry", "sealed", "sealed_node", "checkpoint", "unsealed", "dropped_tree"):
                connection.execute(f"ALTER TABLE ground_{table} ENABLE TRIGGER ALL")

    def tamper(self, *steps: str) -> None:
        with self.master() as connection:
            for step in steps:
                assert connection.execute(step).rowcount > 0, step
