"""A law changes while every process is at work: what each of them had read before is worth nothing from that moment on."""

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError

from chengxin.catalogue.errors import ItemNotOpen
from chengxin.catalogue.queries import OpenItem, open_item
from chengxin.sharing.services import issue_report
from tests.catalogue.process import Process
from tests.catalogue.test_laws import happens
from tests.faces import public_face
from tests.penalties import penalty, write_csv
from tests.people import WANG_WEI
from tests.records.test_ingest import take
from tests.sharing.test_report import about, asker


def shown(process: Process) -> int:
    process.register.become("app")
    return len(issue_report(asker(process.today), about(WANG_WEI), at=process.now).records)


def hand_in(process: Process, folder: Path, number: int) -> None:
    take(process.register, write_csv(folder / f"{number}.csv", [penalty(process.today, number)]), process.now)


def page(process: Process) -> int:
    with public_face(process.register) as reader:
        return reader.get("/catalogue/CF-ZRR/").status_code


def test_report_intake_and_page_follow_in_the_same_process(process: Process, tmp_path: Path) -> None:
    hand_in(process, tmp_path, 1)
    assert (shown(process), page(process)) == (1, 200)
    happens(process)
    assert (shown(process), page(process)) == (0, 404)
    with pytest.raises(ItemNotOpen):
        hand_in(process, tmp_path, 2)
    ((kept,),) = process.register.rows("SELECT count(*) FROM records_version")
    assert kept == 1


def test_law_that_changes_tomorrow_changes_nothing_today(process: Process, tmp_path: Path) -> None:
    happens(process, days=1)
    hand_in(process, tmp_path, 1)
    assert (shown(process), page(process)) == (1, 200)


def test_batch_read_before_the_change_writes_nothing_after_it(process: Process, tmp_path: Path) -> None:
    """The ledger asks again when it writes: what a batch had learnt of the item at its start is too old by then."""
    opened, calls = open_item, [0]

    def open_then_change(code: str, on: date) -> OpenItem:
        item = opened(code, on)
        calls[0] += 1
        if calls[0] == 1:  # when the file is handed in; the second is the batch's own
            return item
        with process.register.connect("owner") as connection:
            connection.execute("ALTER TABLE catalogue_law_event DISABLE TRIGGER law_event_guarded")
            connection.execute(
                """INSERT INTO catalogue_law_event (law_id, articles, kind, on_day, what, source, due_on, entered_by_id, entered_at)
                   SELECT 'XZCFF', '{XZCFF-59}', 'changed', %s, 'x', 'x', %s, id, clock_timestamp() FROM identity_user LIMIT 1""",
                [process.today, process.today + timedelta(days=14)],
            )
        return item

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chengxin.records.services.open_item", open_then_change)
        with pytest.raises((DatabaseError, psycopg.Error), match="no legal basis in force"):
            hand_in(process, tmp_path, 1)
    ((kept,),) = process.register.rows("SELECT count(*) FROM records_version")
    assert kept == 0
