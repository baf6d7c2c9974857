"""A batch is taken up once, whoever else reaches for it, and nothing of it stays in the spool afterwards."""

import os
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from chengxin.identity.models import User
from chengxin.identity.services.population import load_population
from chengxin.identity.vault import vault
from chengxin.records.errors import BatchUnknown, FileUnusable
from chengxin.records.intake.mend import KEPT_FOR, mend_spool
from chengxin.records.intake.spool import Spool
from chengxin.records.jobs import adopt_batches, hand_in
from chengxin.records.models import Batch
from chengxin.records.progress import Progress
from chengxin.records.retrying import give_back_stale, retry_waiting
from chengxin.records.services import (
    HandedIn,
    areas,
    process_batch,
    spool_folder,
    sweep_spools,
)
from tests.conftest import Register, wait_until
from tests.penalties import csv_text, penalty
from tests.people import UNKNOWN, write_population


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, register: Register) -> Path:
    settings.DATA_DIR = tmp_path
    return spool_folder()


def spooled(content: bytes) -> tuple[Spool, HandedIn]:
    spool = Spool.new(spool_folder())
    writer = spool.writer(vault().digest_key)
    writer.write(content)
    writer.finish()
    return spool, HandedIn("csv", writer.size, writer.digest)


def received(register: Register, content: bytes, at: datetime) -> tuple[Batch, Spool]:
    """Hand a file in as the web does, and become the worker."""
    spool, file = spooled(content)
    with register.speaking():
        clerk = User.objects.get(login="clerk")
        batch = hand_in(file, token=UUID(spool.name), item_code="CF-ZRR", actor=clerk, at=at)
    register.become("intake")
    return batch, spool


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_batch_in_another_hand_keeps_its_spool_and_is_done_once(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    batch, spool = received(register, csv_text([penalty(today)]).encode(), now)
    came_back: list[Any] = []

    def work() -> None:
        came_back.append(process_batch(batch.pk, at=now))
        connections.close_all()

    with register.connect("owner") as other, other.transaction():
        other.execute("SELECT FROM records_batch WHERE id = %s FOR NO KEY UPDATE", [batch.pk])
        worker = threading.Thread(target=work)
        worker.start()
        wait_until(
            "the worker waits for the lock",
            lambda: register.rows("SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT l.granted"
                                  " AND a.datname = current_database()"),
        )  # fmt: skip
        assert spool.there()
        assert not came_back
    worker.join(30)
    assert came_back[0].new == 1
    assert register.rows("SELECT state, count(*) FROM records_batch GROUP BY 1") == [("done", 1)]
    assert left(folder) == set()


def test_ended_batch_is_not_done_again(register: Register, folder: Path, today: date, now: datetime) -> None:
    batch, _ = received(register, csv_text([penalty(today)]).encode(), now)
    assert process_batch(batch.pk, at=now) is not None
    assert process_batch(batch.pk, at=now) is None
    assert register.rows("SELECT count(*) FROM records_version") == [(1,)]


def test_unusable_file_is_noted_and_leaves_nothing(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    batch, _ = received(register, b"a,b\n1,2\n", now)
    with pytest.raises(FileUnusable):
        process_batch(batch.pk, at=now)
    assert left(folder) == set()
    ((state, failure, failure_en, finished),) = register.rows(
        "SELECT state, failure, failure_en, finished_at IS NOT NULL FROM records_batch"
    )
    assert (state, finished) == ("unusable", True)
    assert "CF_XDR_MC" in failure
    assert "CF_XDR_MC" in failure_en


def test_cut_spool_makes_the_batch_unusable_and_tells_the_sender(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    batch, spool = received(register, csv_text([penalty(today)]).encode(), now)
    os.truncate(spool.path, spool.path.stat().st_size - 3)
    with pytest.raises(FileUnusable, match="不完整"):
        process_batch(batch.pk, at=now)
    assert register.rows("SELECT state FROM records_batch") == [("unusable",)]
    assert left(folder) == set()


def test_forbidden_column_keeps_nothing_but_the_refusal(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    row = {**penalty(today), "血型": "AB"}
    batch, _ = received(register, csv_text([row], (*row,)).encode(), now)
    with pytest.raises(FileUnusable):
        process_batch(batch.pk, at=now)
    assert register.rows("SELECT state, read FROM records_batch") == [("unusable", 0)]
    for table in ("version", "payload", "waiting", "finding"):
        assert register.rows(f"SELECT count(*) FROM records_{table}") == [(0,)]
    assert left(folder) == set()


def test_run_that_breaks_off_leaves_the_batch_as_it_was(
    register: Register, folder: Path, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [penalty(today), penalty(today, 2, CF_NR="")]
    batch, spool = received(register, csv_text(rows).encode(), now)
    whole = Progress.__call__

    def broken(self: Progress, phase: str, rows: int, findings: int) -> None:
        whole(self, phase, rows, findings)
        if phase == "committing":
            raise RuntimeError(phase)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(Progress, "__call__", broken)
        process_batch(batch.pk, at=now)
    assert register.rows("SELECT state FROM records_batch") == [("received",)]
    assert register.rows("SELECT count(*) FROM records_version") == [(0,)]
    assert spool.there()
    outcome = process_batch(batch.pk, at=now)
    assert outcome is not None
    assert (outcome.new, outcome.refused) == (1, 1)
    assert left(folder) == {f"mend-{spool.name}.{suffix}" for suffix in ("spool", "key")}


def test_unknown_batch_is_an_error(register: Register, now: datetime) -> None:
    with pytest.raises(BatchUnknown):
        process_batch(4711, at=now)


def test_worker_adopts_what_was_never_finished(register: Register, folder: Path, today: date, now: datetime) -> None:
    received(register, csv_text([penalty(today)]).encode(), now)
    assert adopt_batches() == 1


def test_sweep_destroys_what_waits_for_nobody(register: Register, folder: Path, today: date, now: datetime) -> None:
    batch, waiting = received(register, csv_text([penalty(today)]).encode(), now)
    done, _ = received(register, csv_text([penalty(today, 2)]).encode(), now)
    process_batch(done.pk, at=now)
    ended = Spool(folder, done.token.hex)
    uploading, forgotten = Spool.new(folder), Spool.new(folder)
    fetched, expired = mend_spool(folder, done.token.hex), mend_spool(folder, batch.token.hex)
    for spool in (ended, uploading, forgotten, fetched, expired):
        spool.writer().finish()
    past = (now - KEPT_FOR - timedelta(minutes=1)).timestamp()
    for spool in (forgotten, expired, waiting):
        for path in (spool.path, spool.key_path):
            os.utime(path, (past, past))
    assert sweep_spools(at=now) == 3
    kept = {name for spool in (waiting, uploading, fetched) for name in (spool.path.name, spool.key_path.name)}
    assert left(folder) == kept


def test_retry_that_settles_nothing_leaves_no_batch(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    batch, _ = received(register, csv_text([penalty(today, 1, UNKNOWN)]).encode(), now)
    process_batch(batch.pk, at=now)
    assert retry_waiting(at=now) == 0
    assert register.rows("SELECT count(*), sum(waiting) FROM records_batch") == [(1, 1)]
    assert register.rows("SELECT count(*) FROM records_waiting") == [(1,)]


def test_row_that_is_refused_by_now_waits_no_longer(
    register: Register, folder: Path, today: date, now: datetime
) -> None:
    """The person turned out to have no full capacity: nothing of the row may stay (safeguard 3)."""
    batch, _ = received(register, csv_text([penalty(today, 1, UNKNOWN)]).encode(), now)
    process_batch(batch.pk, at=now)
    limited = replace(UNKNOWN, capacity="限制", capacity_since="20200101")
    load_population(write_population(folder.parent / "p.csv", (limited,)), areas=areas(), at=now)
    assert retry_waiting(at=now) == 0
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    assert register.rows("SELECT row_number, rule FROM records_finding f JOIN records_batch b ON b.id = f.batch_id"
                         " WHERE b.form = 'stored'") == [(1, "no-full-capacity")]  # fmt: skip


# What waits doesn't wait for ever.


def waits(register: Register, since: datetime) -> None:
    """Let whatever waits have begun to at a moment."""
    with register.connect("owner") as owner:
        owner.execute("UPDATE records_waiting SET since = %s", [since])


def test_a_row_that_waited_for_a_year_goes_back_to_where_it_was_handed_in(
    register: Register, today: date, now: datetime
) -> None:
    batch, _ = received(register, csv_text([penalty(today, 1, UNKNOWN)]).encode(), now)
    process_batch(batch.pk, at=now)
    waits(register, now - timedelta(days=360))
    assert give_back_stale(at=now) == 0
    waits(register, now - timedelta(days=367))
    assert give_back_stale(at=now) == 1
    assert give_back_stale(at=now) == 0
    assert register.rows("SELECT count(*) FROM records_waiting") == [(0,)]
    told = register.rows("SELECT batch_id, row_number FROM records_finding WHERE rule = 'waited-too-long'")
    assert told == [(batch.pk, 2)]
