"""Sixteen writers, and the sealer, the writers and the database killed in between: none lost, none doubled, no gap, no fork."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import psycopg
import pytest

from chengxin.site.runtime.connection import Database, open_database
from tests.registering import INSERT
from tests.site.support import MAJOR, made_data, wait_until

NOT_HANDED_ON = ("CHENGXIN", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
pytestmark = pytest.mark.xdist_group("kill")
WRITERS = 16
# A writer says of each entry that it is committed only after it is; what it was about to say when it was killed may be there or not.
WRITER = """
import random, sys, time, uuid
from datetime import UTC, datetime
import psycopg
url, insert, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
draw, connection, left = random.Random(seed), None, count
while left:
    try:
        if connection is None or connection.closed:
            connection = psycopg.connect(url)
        made = [(draw.randrange(1, 10**6), uuid.uuid4()) for _ in range(min(left, draw.randrange(1, 5)))]
        for subject, number in made:
            connection.execute(insert, [subject, number, datetime.now(UTC)])
        sys.stdout.write("".join(f"? {number}\\n" for _, number in made)); sys.stdout.flush()
        connection.commit()
        sys.stdout.write("".join(f"! {number}\\n" for _, number in made)); sys.stdout.flush()
        left -= len(made)
    except psycopg.OperationalError:
        connection = None
        time.sleep(0.05)
"""
SEALER = """
import sys
from chengxin.site.bootstrap import become, start_django
become(sys.argv[1])
start_django()
from datetime import UTC, datetime
from pathlib import Path
from django.db import DatabaseError, connection
from chengxin.ground.sealing.folder import HeadsFolder
from chengxin.ground.sealing.rounds import Sealer
folder = Path(sys.argv[2])
sealer = Sealer(folder / "sealing.json", "kill", HeadsFolder(folder / "heads"))
while True:
    try:
        sealer.run(datetime.now(UTC), most=50)
    except DatabaseError:
        connection.close()
"""

SETTLE = """
import sys
from chengxin.site.bootstrap import become, start_django
become(sys.argv[1])
start_django()
from datetime import UTC, datetime
from pathlib import Path
from chengxin.ground.sealing.checking import verify_register
from chengxin.ground.sealing.folder import HeadsFolder, read_heads
from chengxin.ground.sealing.keys import known_keys
from chengxin.ground.sealing.rounds import Sealer
folder, now = Path(sys.argv[2]), datetime.now(UTC)
_, _, trouble = Sealer(folder / "sealing.json", "kill", HeadsFolder(folder / "heads")).run(now)
keys = known_keys()
found = verify_register(read_heads(folder / "heads", keys), keys, today=now.date(), keep_years=10)
print(found.entries, trouble, found.fault.text_en if found.fault else "sound")
"""


@dataclass
class Field:
    """Where it happens: a durable server, sealers and writers as programs, and what the writers said."""

    data: Path
    database: Database
    said: dict[str, str] = field(default_factory=dict)

    def start(self, script: str, *arguments: object, output: Path) -> "subprocess.Popen[bytes]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
        environment = {**kept, "CHENGXIN_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "chengxin.site.settings"}
        with output.open("ab") as file:
            return subprocess.Popen(
                [sys.executable, "-c", script, *map(str, arguments)],
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def hear(self, output: Path) -> None:
        """Take down what a writer said: each number as promised, or as committed."""
        for line in output.read_text(encoding="utf-8").splitlines():
            mark, _, number = line.partition(" ")
            assert mark in {"?", "!"}, line
            if mark == "!" or number not in self.said:
                self.said[number] = mark


@pytest.fixture
def field_of_work() -> Iterator[Field]:
    with made_data(prepared=True) as data, pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(NOT_HANDED_ON):
                patch.delenv(name)
        patch.setenv("CHENGXIN_PG_MAJOR", str(MAJOR))
        with open_database(data) as database:
            yield Field(data, database)


def kill_database(database: Database) -> None:
    """Kill the server and bring it through its recovery."""
    server = database.server
    assert server is not None
    assert server.pid is not None
    with suppress(ProcessLookupError):
        os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: server.pid is None)
    database.revive(Event())


def tossed(field_of_work: Field, each: int, kills: int) -> None:
    """Let sixteen write, and kill sealers, writers and the server in turn while they do."""
    draw, pause, folder = random.Random(each), Event(), field_of_work.data.parent / "sealing"
    folder.mkdir()
    urls = field_of_work.database.urls
    outputs = [folder / f"writer-{number}.txt" for number in range(WRITERS)]
    log = folder / "sealer.txt"
    writers = [
        field_of_work.start(WRITER, urls["app"], INSERT, each, n, output=output) for n, output in enumerate(outputs)
    ]
    sealers = [field_of_work.start(SEALER, urls["sealer"], folder, output=log) for _ in range(2)]
    try:
        for number in range(kills):
            pause.wait(draw.uniform(0.2, 1.0))
            match number % 3:
                case 0:
                    sealers[draw.randrange(2)].kill()
                case 1:
                    writers[draw.randrange(WRITERS)].kill()
                case _:
                    kill_database(field_of_work.database)
            sealers = [
                one if one.poll() is None else field_of_work.start(SEALER, urls["sealer"], folder, output=log)
                for one in sealers
            ]
        for writer in writers:
            writer.wait(300)
        for output in outputs:
            field_of_work.hear(output)
    finally:
        for one in (*writers, *sealers):
            one.kill()
            one.wait()


def settled(field_of_work: Field) -> None:
    """Seal what is left and see that everything adds up."""
    folder, output = field_of_work.data.parent / "sealing", field_of_work.data.parent / "settled.txt"
    ended = field_of_work.start(SETTLE, field_of_work.database.urls["sealer"], folder, output=output).wait(300)
    said = output.read_text(encoding="utf-8").split(maxsplit=1)
    assert (ended, said[1:]) == (0, ["sound\n"]), said
    with psycopg.connect(field_of_work.database.urls["owner"]) as owner:
        entries = [str(number) for (number,) in owner.execute("SELECT entry_id FROM ground_access_entry")]
        numbers = [str(number) for (number,) in owner.execute("SELECT entry_id FROM ground_sealed")]
        waiting = owner.execute("SELECT count(*) FROM ground_unsealed").fetchone()
        gaps = owner.execute(
            "SELECT shard FROM ground_sealed GROUP BY shard, tree HAVING min(seq) <> 0 OR max(seq) + 1 <> count(*)"
        ).fetchall()
    committed = {number for number, mark in field_of_work.said.items() if mark == "!"}
    assert committed - set(entries) == set(), "none lost"
    assert set(entries) - field_of_work.said.keys() == set()
    assert Counter(numbers) == Counter(entries), "each numbered once"
    assert (waiting, gaps) == ((0,), [])
    assert int(said[0]) == len(entries) > 0


def test_none_is_lost_doubled_or_forked(field_of_work: Field) -> None:
    tossed(field_of_work, each=40, kills=6)
    settled(field_of_work)


@pytest.mark.long
def test_none_is_lost_doubled_or_forked_at_full_size(field_of_work: Field) -> None:
    tossed(field_of_work, each=4_000, kills=60)
    settled(field_of_work)
