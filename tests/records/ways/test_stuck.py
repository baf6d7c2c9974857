"""A batch whose worker hangs is noticed, taken over and finished once; two batches at once are both taken in."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest

from chengxin.identity.vault import vault
from chengxin.records.intake.spool import Spool
from chengxin.records.jobs import hand_in, take_over
from chengxin.records.models import Batch
from chengxin.records.queries import BatchView, find_batch
from chengxin.records.services import HandedIn, process_batch, spool_folder
from tests.conftest import Register, wait_until
from tests.identity.verifying import officer
from tests.penalties import csv_text, penalty
from tests.people import WANG_WEI
from tests.records.ways.working import start

SILENT = "UPDATE records_progress SET beat_at = beat_at - interval '5 minutes' RETURNING 1"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return spool_folder()


@pytest.fixture
def running() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def enter(register: Register, today: date, now: datetime, first: int = 1, rows: int = 40, **changes: str) -> Batch:
    content = csv_text([penalty(today, number, WANG_WEI, **changes) for number in range(first, first + rows)]).encode()
    spool = Spool.new(spool_folder())
    writer = spool.writer(vault().digest_key)
    writer.write(content)
    writer.finish()
    with register.speaking():
        file = HandedIn("csv", writer.size, writer.digest)
        batch = hand_in(file, token=UUID(spool.name), item_code="CF-ZRR", actor=officer("clerk"), at=now)
    register.rows("DELETE FROM procrastinate_jobs RETURNING 1")
    register.become("intake")
    return batch


def seen(register: Register, batch: Batch) -> BatchView:
    """Give the batch as its provider's clerk sees it."""
    with register.speaking():
        return find_batch(batch.token, batch.provider_id)


def stopped(process: subprocess.Popen[str]) -> bool:
    return process.poll() is not None or psutil.Process(process.pid).status() == psutil.STATUS_STOPPED


@pytest.mark.parametrize("phase", ["checking", "returning"])
def test_a_batch_whose_worker_hangs_is_taken_over_and_done_once(
    register: Register, today: date, now: datetime, running: list[subprocess.Popen[str]], phase: str
) -> None:
    batch = enter(register, today, now)
    running.append(start(register, batch.pk, phase))
    wait_until("the worker hangs", lambda: stopped(running[0]))
    assert running[0].poll() is None, running[0].communicate()
    assert take_over() == 0
    assert not seen(register, batch).stuck
    register.rows(SILENT)
    assert seen(register, batch).stuck
    register.become("intake")
    assert take_over() == 1
    assert take_over() == 0, "a job waits for it already"
    assert process_batch(batch.pk, at=now) is not None
    running[0].send_signal(signal.SIGCONT)
    said, complained = running[0].communicate(timeout=60)
    assert (said, running[0].returncode) == ("", 1)
    assert "149999" not in complained
    assert register.rows("SELECT state, new FROM records_batch") == [("done", 40)]
    assert register.rows("SELECT count(*), count(DISTINCT record_id) FROM records_version") == [(40, 40)]
    assert list(spool_folder().iterdir()) == []


def test_a_worker_that_beats_is_waited_for(
    register: Register, today: date, now: datetime, running: list[subprocess.Popen[str]]
) -> None:
    batch = enter(register, today, now)
    running.append(start(register, batch.pk, "returning"))
    wait_until("the worker hangs", lambda: stopped(running[0]))
    running.append(start(register, batch.pk, "never"))
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    wait_until("the second worker waits", lambda: register.rows(waiting)[0][0])
    running[0].send_signal(signal.SIGCONT)
    assert [process.communicate(timeout=60)[0].strip() for process in running] == ["done", "ended before"]
    assert register.rows("SELECT count(*) FROM records_version") == [(40,)]


def test_two_batches_of_one_provider_at_once(
    register: Register, today: date, now: datetime, running: list[subprocess.Popen[str]]
) -> None:
    """Half of their rows are the same ones: each record is there once, and each row is counted once."""
    batches = [enter(register, today, now, first=first) for first in (1, 21)]
    running.extend(start(register, batch.pk, "never") for batch in batches)
    assert [process.communicate(timeout=60)[0].strip() for process in running] == ["done", "done"]
    assert register.rows("SELECT sum(new), sum(unchanged), sum(read) FROM records_batch") == [(60, 20, 80)]
    assert register.rows("SELECT count(*), count(DISTINCT record_id) FROM records_version") == [(60, 60)]


def test_the_first_findings_are_told_before_the_batch_is_done(
    register: Register, today: date, now: datetime, running: list[subprocess.Popen[str]]
) -> None:
    batch = enter(register, today, now, CF_WFXW="")
    running.append(start(register, batch.pk, "merging"))
    wait_until("the worker hangs", lambda: stopped(running[0]))
    ((first,),) = register.rows("SELECT first FROM records_progress")
    assert first[0] == [2, "required", "CF_WFXW"]
    assert len(first) == 20
