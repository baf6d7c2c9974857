"""A bank whose system hears of changes of what a person authorised, and what comes into the ledger meanwhile."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from chengxin.catalogue.queries import find_purpose
from chengxin.identity.speaking import speak_for
from chengxin.records.gate import open_gate
from chengxin.sharing.announcing.making import make_changes
from chengxin.sharing.announcing.systems import changes_after, subscribe
from chengxin.sharing.asking import Caller
from chengxin.sharing.authorising.services import grant
from chengxin.sharing.duties.queries import find_duty
from tests.conftest import Register
from tests.identity.verifying import System
from tests.leave import BANK, FULL, PENALTY, ask, leave
from tests.penalties import penalty, write_csv
from tests.people import WANG_WEI, Someone
from tests.records.test_ingest import take
from tests.sharing.test_own import oneself

# A batch that closes every record of a person, past intake, which has no file for it.
BATCH = """
INSERT INTO records_batch SELECT (jsonb_populate_record(b, jsonb_build_object('id', nextval('records_batch_id_seq'), 'token', %s::text,
    'state', 'received', 'finished_at', NULL, 'digest', '\\x00', 'read', 0, 'new', 0, 'changed', 0, 'unchanged', 0, 'waiting', 0,
    'refused', 0))).*
FROM records_batch b JOIN catalogue_item i ON i.id = b.item_id AND i.code = %s LIMIT 1 RETURNING id"""
CLOSED = """
INSERT INTO records_version SELECT (jsonb_populate_record(v, jsonb_build_object('version', v.version + 1, 'state', %s::text,
    'batch_id', %s::integer, 'shown_until', v.shown_from, 'repair_from', NULL, 'commitment', NULL, 'recorded_at', clock_timestamp()))).*
FROM records_version v JOIN catalogue_item i ON i.id = v.item_id AND i.code = %s
WHERE v.state = 'active' AND NOT EXISTS (SELECT FROM records_version n WHERE n.subject_id = v.subject_id AND n.record_id = v.record_id
                                         AND n.version > v.version)"""


def caller(made: System) -> Caller:
    return Caller(BANK, made.client_id, "127.0.0.1")


def announced(
    at: datetime, today: date, *items: str, person: Someone = WANG_WEI, duty: str = FULL, announces: bool = True
) -> str:
    """Ask for leave that says that changes are announced, and have it granted as asked."""
    asked = replace(leave(today, *(items or (PENALTY,))), announces=announces)
    number = ask(at, asked, person=person, duty=duty)
    grant(oneself(person), number, asked, at=at)
    return number


def subscribed(made: System, at: datetime, today: date, *items: str, **more: Any) -> str:
    number = announced(at, today, *items, **more)
    subscribe(caller(made), number, at=at)
    return number


def pass_over(register: Register) -> tuple[int, int]:
    """Look at what came, as the worker; gives how many batches were looked at and how many changes told."""
    register.become("intake")
    looked = make_changes()
    register.become("app")
    return looked


def told(made: System) -> list[str]:
    """Give the authorisations under which the bank's system hears that something changed, in order."""
    return [one.authorisation for one in changes_after(caller(made), after=0, limit=100)]


def bring(register: Register, folder: Path, row: dict[str, str], at: datetime) -> None:
    take(register, write_csv(folder / f"{uuid4()}.csv", [row]), at)
    register.become("app")


def bring_penalty(
    register: Register,
    folder: Path,
    today: date,
    at: datetime,
    number: int = 7,
    person: Someone = WANG_WEI,
    **values: Any,
) -> None:
    bring(register, folder, penalty(today, number, person, **values), at)


def close(register: Register, state: str, item: str = PENALTY) -> None:
    """Repair or seal whatever stands of an item."""
    with register.connect("owner") as owner:
        row = owner.execute(BATCH, [str(uuid4()), item]).fetchone()
        assert row is not None
        owner.execute("SELECT set_config('cx.batch', %s, false)", [str(row[0])])
        owner.execute(CLOSED, [state, row[0], item])


def seen_at_the_gate(number: str, today: date) -> set[tuple[int, int]]:
    """Give what the gate itself lets the bank see by an authorisation now: records with their versions."""
    purpose, duty = find_purpose("SQ-JR", today), find_duty(FULL, today)
    with transaction.atomic(), connection.cursor() as cursor:
        speak_for(BANK, "banker")
        open_gate(today, purpose.id, duty.id)
        cursor.execute("SELECT set_config('cx.authorisation', %s, true)", [number])
        cursor.execute("SELECT record_id, version FROM records_version")
        return set(cursor.fetchall())
