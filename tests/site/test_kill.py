"""Whatever is killed, and whenever: once a batch has run to its end, everything is as if nothing had happened."""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import polars as pl
import psutil
import psycopg
import pytest

from chengxin.demo.generate import write_penalties_csv, write_population_csv
from chengxin.demo.organisations import of_field
from chengxin.lib.periods import shanghai_date
from chengxin.site.runtime.connection import Database, open_database
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.conftest import free_port, healthy, next_to, wait_until
from tests.site.support import MAJOR, copy_prepared, is_gone, made_data, open_folder

# Without its byte code each command would compile the whole program anew.
NOT_HANDED_ON = ("CHENGXIN", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
pytestmark = pytest.mark.xdist_group("kill")

PERSONS, SEED, EARLIER_ROWS, ROWS = 1000, 8, 3_000, 20_000
PHASES = ("reading", "checking", "merging", "returning", "committing")
PROVIDER = of_field("market")[0].code
CODE = re.compile(r"149999[12]\d{7}\d{3}[\dX]")

SETTLE = """
import sys
from datetime import date
from pathlib import Path
from chengxin.site.bootstrap import installation
with installation(Path(sys.argv[1]), "owner", lambda _: None):
    from chengxin.demo.organisations import ORGANISATIONS
    from chengxin.demo.officers import settle_demo_officer
    from chengxin.identity.services.organisations import settle_organisation
    made = {one["code"]: settle_organisation(**one, valid_from=date(2019, 1, 1)) for one in ORGANISATIONS}
    settle_demo_officer(login="clerk", display_name="经办人", organisation=made[sys.argv[2]], role="clerk",
                        password="a-test-password")
"""
HAND_IN = """
import sys
from pathlib import Path
from uuid import UUID
from chengxin.site.bootstrap import installation
with installation(Path(sys.argv[1]), "app", lambda _: None):
    from django.utils import timezone
    from chengxin.identity.models import User
    from chengxin.identity.speaking import speaking_as
    from chengxin.identity.vault import vault
    from chengxin.records.intake.spool import Spool, file_blocks
    from chengxin.records.jobs import hand_in
    from chengxin.records.services import HandedIn, spool_folder
    spool = Spool.new(spool_folder())
    writer = spool.writer(vault().digest_key)
    for block in file_blocks(Path(sys.argv[2]))():
        writer.write(block)
    writer.finish()
    clerk = User.objects.get(login="clerk")
    with speaking_as(clerk):
        hand_in(HandedIn("csv", writer.size, writer.digest), token=UUID(spool.name), item_code="CF-ZRR", actor=clerk, at=timezone.now())
    print(spool.name)
"""


def spoil(path: Path) -> None:
    """Make a clean file dirty in every way a batch can end with: changed, refused, waiting, doubled, contradicting."""
    place = pl.col("place")
    rows = pl.read_csv(path, infer_schema=False).with_row_index("place")
    spoilt = rows.with_columns(
        pl.when(place < 1000).then(pl.col("BZ") + "，更正").otherwise("BZ").alias("BZ"),
        pl.when(place % 97 == 1).then(pl.lit("名不符")).otherwise("CF_XDR_MC").alias("CF_XDR_MC"),
        pl.when(place % 89 == 2).then(pl.lit(None)).otherwise("CF_WFXW").alias("CF_WFXW"),
        pl.when(place % 83 == 3).then(pl.col("CF_SY") + "，血型B").otherwise("CF_SY").alias("CF_SY"),
        pl.when(place % 79 == 4).then(pl.lit(None)).otherwise("CX_QDRQ").alias("CX_QDRQ"),
    )
    doubles = spoilt.filter(place % 1000 == 500)
    against = spoilt.filter(place % 1000 == 600).with_columns(CF_NR=pl.lit("罚款1900元"))
    pl.concat([spoilt, doubles, against]).drop("place").write_csv(path)


@dataclass(frozen=True)
class State:
    """What the register holds, as one can compare it: batches apart, since a repeated file makes another batch."""

    ledger: tuple[Any, ...]
    superseded: tuple[Any, ...]
    waiting: tuple[Any, ...]
    states: dict[str, int]
    batches: list[tuple[Any, ...]]


LEDGER = """
    SELECT count(*), md5(string_agg(concat_ws('|', subject_id, record_id, version, v.item_id, row_number, v.state, decided, ended, final,
        grade, shown_from, shown_until, repair_from, erase_on, terms_edition, body,
        commitment = sha256(salt || convert_to(body, 'UTF8'))), chr(10)
        ORDER BY subject_id, record_id, version))
    FROM records_version v FULL JOIN records_payload USING (subject_id, record_id, version)"""
SUPERSEDED = """
    SELECT count(*), md5(string_agg(concat_ws('|', subject_id, record_id, version), chr(10)
        ORDER BY subject_id, record_id, version)) FROM records_superseded"""
WAITING = """
    SELECT count(*), md5(string_agg(concat_ws('|', encode(digest, 'hex'), rule, row_number), chr(10) ORDER BY digest))
    FROM records_waiting"""
BATCHES = """
    SELECT read, new, changed, unchanged, waiting, refused,
        (SELECT md5(string_agg(concat_ws('|', row_number, rule, field), chr(10) ORDER BY row_number, rule, field))
         FROM records_finding f WHERE f.batch_id = b.id AND row_number > 0),
        (SELECT string_agg(concat_ws('|', rule, rows), chr(10) ORDER BY rule)
         FROM records_finding f WHERE f.batch_id = b.id AND row_number = 0)
    FROM records_batch b WHERE state = 'done' ORDER BY id"""
REACHED = """
    SELECT (SELECT phase FROM records_progress ORDER BY batch_id DESC LIMIT 1),
        (SELECT count(*) FROM records_batch WHERE state = 'done')"""


class Ground:
    """A data folder with a durable server that outlives everything that is killed, and a database as it was before the batch."""

    def __init__(self, folder: Path, database: Database) -> None:
        assert database.server is not None
        self.data = folder / "data"
        self.file = folder / "batch.csv"
        self.database = database
        self.server: EmbeddedPostgres = database.server
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)},
            "CHENGXIN_DEMO": "1",
            "CHENGXIN_DATA": str(self.data),
            "CHENGXIN_PG_MAJOR": str(MAJOR),
        }
        self.day = shanghai_date(datetime.now(UTC))

    def prepare(self) -> None:
        """Make what stands before the batch: organisations, persons, an earlier file, some rows of which the batch changes."""
        population, earlier = self.file.with_name("population.csv"), self.file.with_name("earlier.csv")
        write_population_csv(population, PERSONS, SEED, today=self.day)
        write_penalties_csv(earlier, EARLIER_ROWS, PERSONS, SEED, today=self.day)
        write_penalties_csv(self.file, ROWS, PERSONS, SEED, today=self.day)
        spoil(self.file)
        self.script(SETTLE, PROVIDER)
        subprocess.run(
            [*CHENGXIN, "population", "load", population], env=self.environment, check=True, capture_output=True
        )
        process = self.ingest(earlier)
        _, complained = process.communicate(timeout=60)
        assert process.returncode == 0, complained
        with psycopg.connect(self.server.admin_url(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE before TEMPLATE chengxin STRATEGY file_copy")

    def reset(self) -> None:
        """Put the register back to where it stood before the batch."""
        self.server.start()
        shutil.rmtree(self.data / "spool", ignore_errors=True)
        with psycopg.connect(self.server.admin_url(), autocommit=True) as connection:
            connection.execute("DROP DATABASE chengxin WITH (FORCE)")
            connection.execute("CREATE DATABASE chengxin TEMPLATE before OWNER chengxin_owner STRATEGY file_copy")
            connection.execute("GRANT TEMPORARY ON DATABASE chengxin TO chengxin_intake")

    def script(self, text: str, *arguments: object) -> str:
        process = self.start([sys.executable, "-c", text, str(self.data), *map(str, arguments)])
        said, complained = process.communicate(timeout=60)
        assert process.returncode == 0, complained
        return said.strip()

    def ingest(self, file: Path | None = None) -> subprocess.Popen[str]:
        arguments = [file or self.file, "--item", "CF-ZRR", "--provider", PROVIDER, "--as-of", str(self.day), "--json"]
        return self.start([*CHENGXIN, "ingest", *map(str, arguments)])

    def start(self, program: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            program, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def worker(self) -> subprocess.Popen[str]:
        special = {
            "CHENGXIN_PROCESS_DATABASE": self.database.urls["intake"],
            "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
        }
        return subprocess.Popen(
            [sys.executable, "-m", "chengxin.site.worker"],
            env={**self.environment, **special}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.database.urls["owner"], autocommit=True) as connection:
            yield connection

    def forget_progress(self) -> None:
        self.server.start()
        with self.owner() as connection:
            connection.execute("DELETE FROM records_progress")

    def state(self) -> State:
        with self.owner() as connection:
            one = [tuple(connection.execute(query).fetchone() or ()) for query in (LEDGER, SUPERSEDED, WAITING)]
            states = connection.execute("SELECT state, count(*) FROM records_batch GROUP BY state").fetchall()
            batches = connection.execute(BATCHES).fetchall()
        return State(one[0], one[1], one[2], dict(states), batches)

    def finished(self) -> int:
        """Count the batches that are done, the earlier one among them."""
        with self.owner() as connection:
            row = connection.execute("SELECT count(*) FROM records_batch WHERE state = 'done'").fetchone()
        return int(row[0]) if row else 0

    def tokens(self) -> list[str]:
        """List the batches that are done, by the names under which their files would lie in the spool."""
        with self.owner() as connection:
            rows = connection.execute("SELECT token FROM records_batch WHERE state = 'done' ORDER BY id").fetchall()
        return [token.hex for (token,) in rows]

    def spooled(self) -> set[str]:
        folder = self.data / "spool"
        return {path.name for path in folder.iterdir()} if folder.exists() else set()

    def kill_database(self) -> None:
        """Kill the postmaster and every process of its, all at once."""
        pid = self.server.pid
        assert pid is not None
        postmaster = psutil.Process(pid)
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_until("the server is dead", lambda: self.server.pid is None)


CHENGXIN = [str(Path(sys.executable).with_name("chengxin"))]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with open_folder(in_memory=False) as folder:
        copy_prepared(folder / "data")
        with open_database(folder / "data") as database:
            made = Ground(folder, database)
            made.prepare()
            yield made


@pytest.fixture(scope="module")
def clean(ground: Ground) -> State:
    """The state after one run that nobody disturbed."""
    process = ground.ingest()
    said, complained = process.communicate(timeout=60)
    assert process.returncode == 3, complained
    receipt = json.loads(said)
    assert min(receipt[count] for count in ("new", "changed", "unchanged", "waiting", "refused")) > 0
    assert not ground.spooled()
    return ground.state()


def moment(ground: Ground, process: subprocess.Popen[str], draw: random.Random, before: int) -> str:
    """Wait until the batch has come to a phase drawn by lot, or a time drawn by lot has passed; tell which."""
    if draw.random() < 0.25:
        after = draw.uniform(0.05, 2.5)
        with suppress(subprocess.TimeoutExpired):
            process.wait(after)
        return f"after {after:.2f} s"
    wanted = draw.choice(PHASES)
    with ground.owner() as connection:

        def reached() -> bool:
            row = connection.execute(REACHED).fetchone()
            assert row is not None
            there = row[0] in PHASES and PHASES.index(row[0]) >= PHASES.index(wanted)
            return there or row[1] > before or process.poll() is not None

        poll(reached)
    return wanted


def poll(reached: Callable[[], bool], seconds: float = 60.0) -> None:
    """Look five hundred times a second: a phase may be over in a few milliseconds."""
    pause = Event()
    for _ in range(int(seconds * 500)):
        if reached():
            return
        pause.wait(0.002)
    raise AssertionError(f"not within {seconds} s")


def assert_as_if_clean(ground: Ground, clean: State) -> None:
    found = ground.state()
    assert found.ledger == clean.ledger
    assert found.superseded == clean.superseded
    assert found.waiting == clean.waiting
    assert set(found.states) == {"done"}
    assert found.batches[: len(clean.batches)] == clean.batches
    # Killed after the commit, the file was handed in once more: a batch of its own in which nothing is new.
    for again in found.batches[len(clean.batches) :]:
        read, new, changed, unchanged, waiting, refused, findings, of_file = again
        assert (new, changed) == (0, 0)
        assert unchanged == read - waiting - refused
        assert (read, waiting, refused, findings) == (clean.batches[-1][0], *clean.batches[-1][4:7])
        # What is told of the whole file counts what is new in it: nothing is late a second time.
        assert of_file is None


def kill_ingest(ground: Ground, draw: random.Random) -> str:
    """Start the command, kill it or the database under it, and tell what was done when."""
    ground.forget_progress()
    process = ground.ingest()
    try:
        when = moment(ground, process, draw, ground.finished())
        target = draw.choice(["command", "command", "database"])
        if target == "command":
            process.kill()
        elif process.poll() is None:
            ground.kill_database()
        _, complained = process.communicate(timeout=60)
    finally:
        process.kill()
    assert not CODE.search(complained)
    return f"{target} {when}: {process.returncode}"


def end_ingest(ground: Ground, told: list[str]) -> None:
    """Run the command until it gives a receipt; once it may find that the killed one's commit came through after all."""
    for _ in range(2):
        process = ground.ingest()
        _, complained = process.communicate(timeout=120)
        if process.returncode != 2:
            break
    assert process.returncode == 3, f"{told}\n{complained}"


def ingest_under_fire(ground: Ground, clean: State, seed: int, kills: int) -> None:
    draw = random.Random(seed)
    ground.reset()
    before, told = ground.finished(), []
    for _ in range(kills):
        told.append(kill_ingest(ground, draw))
        ground.server.start()
        if ground.finished() > before:
            break
    end_ingest(ground, told)
    assert_as_if_clean(ground, clean)
    # A kill between commit and receipt leaves the rows to mend of that batch, sealed, for a day at most.
    kept = {name.partition(".")[0].removeprefix("mend-") for name in ground.spooled()}
    assert kept <= set(ground.tokens()[:-1]), told


@pytest.mark.parametrize("seed", [3])
def test_killed_ingest_run_again_ends_as_if_never_killed(ground: Ground, clean: State, seed: int) -> None:
    ingest_under_fire(ground, clean, seed, kills=5)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 125))
def test_a_hundred_kills_change_nothing(ground: Ground, clean: State, seed: int) -> None:
    ingest_under_fire(ground, clean, seed, kills=4)


def work_under_fire(ground: Ground, clean: State, seed: int, kills: int) -> None:
    """Hand a file in as the web does, and kill the worker or the database under it again and again."""
    draw = random.Random(seed)
    ground.reset()
    token = ground.script(HAND_IN, ground.file)
    before = ground.finished()
    told = []
    for _ in range(kills):
        ground.forget_progress()
        worker = ground.worker()
        when = moment(ground, worker, draw, before)
        target = draw.choice(["worker", "worker", "database"])
        if target == "database":
            ground.kill_database()
            ground.server.start()
        worker.kill()
        _, complained = worker.communicate()
        told.append(f"{target} {when}")
        assert not CODE.search(complained)
    worker = ground.worker()
    try:
        wait_until(f"the batch is done; {told}", lambda: ground.finished() > before or worker.poll() is not None, 60)
        assert worker.poll() is None, worker.communicate()
        allowed = {f"mend-{token}.spool", f"mend-{token}.key"}
        wait_until(f"the spool is gone; {told}", lambda: ground.spooled() == allowed, 10)
    finally:
        worker.terminate()
        assert worker.communicate(timeout=30) is not None
    assert_as_if_clean(ground, clean)
    assert ground.state().batches == clean.batches


@pytest.mark.parametrize("seed", [1])
def test_killed_worker_started_again_ends_the_batch_once(ground: Ground, clean: State, seed: int) -> None:
    work_under_fire(ground, clean, seed, kills=3)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200, 220))
def test_worker_killed_again_and_again(ground: Ground, clean: State, seed: int) -> None:
    work_under_fire(ground, clean, seed, kills=5)


@dataclass(frozen=True)
class Up:
    """``chengxin up`` on a folder of its own."""

    data: Path
    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]

    def child(self, sign: str) -> int:
        """Give the number of the supervisor's child whose command line holds ``sign``, 0 while there is none."""
        for process in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                if any(sign in part for part in process.cmdline()):
                    return process.pid
        return 0

    def server(self) -> int:
        return EmbeddedPostgres(self.data, major=MAJOR).pid or 0

    def replaced(self, sign: str, before: int) -> bool:
        found = self.child(sign)
        return found not in {0, before}

    def family(self) -> set[int]:
        """Number every process that belongs to it: its own, its children's, the server's."""
        roots = [psutil.Process(self.process.pid), psutil.Process(self.server())]
        return {one.pid for root in roots for one in [root, *root.children(recursive=True)]}


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """Start everything; at the end SIGTERM must leave no process behind."""
    with made_data(prepared=True) as data, (data / "up.log").open("wb") as log:
        port = free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
        environment = {**kept, "CHENGXIN_DEMO": "1", "CHENGXIN_DATA": str(data), "CHENGXIN_PG_MAJOR": str(MAJOR)}
        process = subprocess.Popen(
            [*CHENGXIN, "up", "--port", str(port)], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        running = Up(data, f"http://127.0.0.1:{port}", process, environment)
        try:
            wait_until("it answers", lambda: process.poll() is not None or healthy(running.url), 60)
            assert process.poll() is None, (data / "up.log").read_text()
            yield running
            family = running.family()
            process.terminate()
            assert process.wait(30) == 0
            wait_until("every process is gone", lambda: all(map(is_gone, family)), 10)
            assert running.server() == 0
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", port)) != 0
        finally:
            process.kill()
            process.wait()


def test_second_up_on_the_same_folder_says_so_and_harms_nothing(up: Up) -> None:
    before = up.family()
    second = subprocess.run(
        [*CHENGXIN, "up", "--port", str(free_port())], env=up.environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 2
    assert "already running" in second.stderr
    assert "已在运行" in second.stderr
    assert str(up.process.pid) in second.stderr
    assert up.url.removeprefix("http://") in second.stderr.replace("\n", "")
    assert healthy(up.url)
    assert {up.process.pid, up.child("granian"), up.child("chengxin.site.worker"), up.server()} <= before


@pytest.mark.parametrize("further", [0, 1, 2], ids=["public", "desk", "administration"])
def test_a_face_that_is_killed_is_started_again_and_the_others_go_on(up: Up, further: int) -> None:
    """Each is known by its port, which stands on its command line alone."""
    addresses = [next_to(up.url, one) for one in range(3)]
    wait_until("all three answer", lambda: all(map(healthy, addresses)), 30)
    signs = [address.rpartition(":")[2] for address in addresses]
    before = [up.child(sign) for sign in signs]
    os.killpg(before[further], signal.SIGKILL)
    others = [one for one in range(3) if one != further]
    assert all(healthy(addresses[one]) for one in others)
    wait_until(
        "it answers again", lambda: up.replaced(signs[further], before[further]) and healthy(addresses[further]), 30
    )
    assert [up.child(signs[one]) for one in others] == [before[one] for one in others]


def test_killed_database_and_worker_come_back_and_work(up: Up) -> None:
    """The proof that all three work together again is a file handed in afterwards."""
    server, worker = up.server(), up.child("chengxin.site.worker")
    os.kill(worker, signal.SIGKILL)
    wait_until("another worker", lambda: up.replaced("chengxin.site.worker", worker), 30)
    for process in [psutil.Process(server), *psutil.Process(server).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until("another server", lambda: up.server() not in {0, server} and healthy(up.url), 60)
    file = up.data / "late.csv"
    write_penalties_csv(file, 50, 100, SEED, today=shanghai_date(datetime.now(UTC)))
    for script, argument in ((SETTLE, PROVIDER), (HAND_IN, str(file))):
        subprocess.run(
            [sys.executable, "-c", script, up.data, argument], env=up.environment, check=True, capture_output=True
        )
    with psycopg.connect(EmbeddedPostgres(up.data, major=MAJOR).url("chengxin_owner"), autocommit=True) as connection:

        def done() -> bool:
            row = connection.execute(
                "SELECT count(*) FROM records_batch WHERE state = 'done' AND waiting = 50"
            ).fetchone()
            return row == (1,)

        wait_until("the file is taken in", done, 60)
