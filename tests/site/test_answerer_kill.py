"""Askers, answerers and the database killed in between: each batch is there whole or not at all, each person answered and entered once."""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psycopg
import pytest
from joserfc import jwe, jwk

from chengxin.demo.generate import write_penalties_csv, write_population_csv
from chengxin.site.runtime.connection import Database, open_database
from tests.site.support import MAJOR, made_data, wait_until

NOT_HANDED_ON = ("CHENGXIN", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
pytestmark = pytest.mark.xdist_group("kill")
PERSONS, SEED = 400, 11

PREPARE = """
import sys
from pathlib import Path
from chengxin.site.bootstrap import installation
data, folder = map(Path, sys.argv[1:3])
with installation(data, "owner", lambda _: None) as opened:
    from django.utils import timezone
    from chengxin.demo.province import settle_cast
    from chengxin.demo.verification import settle_verification
    from chengxin.identity.models import Organisation
    from chengxin.identity.services.officers import settle_house
    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas, ingest_file
    settle_house(demo=True)
    settle_cast()
    settle_verification(folder)
    provider = Organisation.objects.filter(kind="department").order_by("pk")[0]
    opened.become("intake")
    load_population(folder / "population.csv", areas=areas(), at=timezone.now())
    ingest_file(folder / "records.csv", item_code="CF-ZRR", provider=provider, at=timezone.now())
    opened.become("owner")
"""
START = """
import csv, json, sys
from pathlib import Path
from chengxin.site.bootstrap import become, start_django
become(sys.argv[1])
start_django()
"""
# As the web takes it in; it says each batch that it has got, after it was committed, and asks under a key of its own until it has.
ASKER = (
    START
    + """
from django.db import DatabaseError, connection
from django.utils import timezone
from joserfc import jwk
from chengxin.lib.errors import ChengxinError
from chengxin.sharing.asking import Caller
from chengxin.sharing.batches.keys import public_key
from chengxin.sharing.batches.services import Purpose, ask_batch, part_of
folder, name, count = Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
client = json.loads((folder / "provider-client.json").read_text())
key = jwk.ECKey.import_key(json.loads((folder / "key.json").read_text()))
organisation = (folder / "organisation").read_text()
with (folder / "population.csv").open(encoding="utf-8-sig", newline="") as file:
    people = [(row["ZJHM"], row["XM"]) for row in csv.DictReader(file) if row["ZJLX"] == "1"]
purpose = Purpose("XK-SC-01", "XZXKF-34", "xk-07", public_key(key.as_dict(private=False)))
for number in range(count):
    rows = [(line, "resident-id", code, who, f"{name}-{number}-{line}") for line, (code, who) in enumerate(people[:120], 2)]
    parts = [part_of(rows[start:start + 20]) for start in range(0, len(rows), 20)]
    while True:
        try:
            caller = Caller(organisation, client["client_id"], "127.0.0.1")
            taken = ask_batch(caller, purpose, parts, at=timezone.now(), key=f"{name}-{number}")
            break
        except DatabaseError:
            connection.close()
    print(taken.batch.number, flush=True)
"""
)
ANSWERER = (
    START
    + """
import threading
from django.db import connection
from chengxin.site.answerer import Answerer
answerer, ended = Answerer(), threading.Event()
while True:
    answerer.run(ended)
    connection.close_if_unusable_or_obsolete()
    ended.wait(0.05)
"""
)


@dataclass
class Field:
    """Where it happens: a durable server, and programs that ask and answer."""

    data: Path
    folder: Path
    database: Database
    key: jwk.ECKey

    def start(self, script: str, *arguments: object) -> "subprocess.Popen[bytes]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_HANDED_ON)}
        environment = {**kept, "CHENGXIN_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "chengxin.site.settings"}
        environment |= {"CHENGXIN_DEMO": "1", "CHENGXIN_PG_MAJOR": str(MAJOR)}
        command = [sys.executable, "-c", script, *map(str, arguments)]
        with (self.folder / "said.txt").open("ab") as file:
            return subprocess.Popen(command, env=environment, stdout=file, stderr=subprocess.STDOUT)

    def said(self) -> str:
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def row(self, query: str) -> tuple[int, ...]:
        with psycopg.connect(self.database.urls["owner"]) as owner:
            return tuple(owner.execute(query.encode()).fetchone() or ())

    def kill_database(self) -> None:
        server = self.database.server
        assert server is not None
        assert server.pid is not None
        with suppress(ProcessLookupError):
            os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: server.pid is None)
        self.database.revive(Event())


@pytest.fixture
def field_of_work() -> Iterator[Field]:
    with made_data(prepared=True) as data, pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(NOT_HANDED_ON):
                patch.delenv(name)
        patch.setenv("CHENGXIN_PG_MAJOR", str(MAJOR))
        patch.setenv("CHENGXIN_DEMO", "1")
        folder = data.parent / "batches"
        folder.mkdir()
        write_population_csv(folder / "population.csv", PERSONS, SEED)
        write_penalties_csv(folder / "records.csv", PERSONS, PERSONS, SEED)
        key = jwk.ECKey.generate_key("P-256")
        (folder / "key.json").write_text(json.dumps(key.as_dict(private=True)), encoding="utf-8")
        with open_database(data) as database:
            made = Field(data, folder, database, key)
            assert made.start(PREPARE, data, folder).wait(200) == 0, made.said()
            with psycopg.connect(database.urls["owner"]) as owner:
                client = json.loads((folder / "provider-client.json").read_text(encoding="utf-8"))["client_id"]
                (organisation,) = owner.execute(
                    "SELECT o.code FROM identity_client c JOIN identity_organisation o ON o.id = c.organisation_id WHERE client_id = %s",
                    [client],
                ).fetchone() or ("",)
            (folder / "organisation").write_text(organisation, encoding="utf-8")
            yield made


def tossed(field_of_work: Field, each: int, kills: int) -> None:
    """Let two ask and two answer, and kill them and the server in turn while they do."""
    draw, pause = random.Random(each), Event()
    urls, folder = field_of_work.database.urls, field_of_work.folder

    def asker(number: int) -> "subprocess.Popen[bytes]":
        return field_of_work.start(ASKER, urls["app"], folder, f"a{number}", each)

    def answerer() -> "subprocess.Popen[bytes]":
        return field_of_work.start(ANSWERER, urls["app"])

    askers, answerers = [asker(number) for number in range(2)], [answerer() for _ in range(2)]
    wait_until(lambda: field_of_work.row("SELECT count(settled_at) FROM sharing_batch_part")[0] > 0, 120)
    try:
        for number in range(kills):
            pause.wait(draw.uniform(0.1, 0.6))
            match number % 3:
                case 0:
                    answerers[draw.randrange(2)].kill()
                case 1:
                    askers[draw.randrange(2)].kill()
                case _:
                    field_of_work.kill_database()
            # A killed asker comes again and asks under the keys that it had.
            askers = [one if one.poll() in {None, 0} else asker(place) for place, one in enumerate(askers)]
            answerers = [one if one.poll() is None else answerer() for one in answerers]
        ends = [one.wait(200) for one in askers]
        assert ends == [0, 0], field_of_work.said()
        left = "SELECT count(*) FROM sharing_batch_part WHERE settled_at IS NULL"
        wait_until(lambda: field_of_work.row(left) == (0,), 200)
    finally:
        for one in (*askers, *answerers):
            one.kill()
            one.wait()


def settled(field_of_work: Field, batches: int) -> None:
    """See that everything adds up: by the register, and by what the asker opens."""
    with psycopg.connect(field_of_work.database.urls["owner"]) as owner:
        cases = [
            case for (case,) in owner.execute("SELECT case_reference FROM ground_access_entry WHERE channel = 'batch'")
        ]
        entries = {
            str(number)
            for (number,) in owner.execute("SELECT entry_id FROM ground_access_entry WHERE channel = 'batch'")
        }
        results = owner.execute(
            "SELECT batch_id, jwe FROM sharing_batch_result r JOIN sharing_batch_part p ON p.id = r.part_id"
        ).fetchall()
        left = owner.execute("SELECT count(*) FROM sharing_batch_question").fetchone()
    assert field_of_work.row("SELECT count(*), sum(persons) FROM sharing_batch") == (batches, 120 * batches)
    assert len(cases) == 120 * batches
    assert set(Counter(cases).values()) == {1}, "each person once"
    assert left == (0,)
    assert len(results) == 6 * batches
    told = []
    for _, result in results:
        plain = jwe.decrypt_compact(result, field_of_work.key, algorithms=["ECDH-ES", "A256GCM"]).plaintext
        told += [json.loads(line) for line in (plain or b"").decode().splitlines()]
    assert Counter(line["case"] for line in told) == Counter(cases)
    assert {line["entry"] for line in told if "entry" in line} <= entries
    assert any(line.get("records") for line in told)


def test_each_person_is_answered_and_entered_once(field_of_work: Field) -> None:
    tossed(field_of_work, each=3, kills=6)
    settled(field_of_work, batches=6)


@pytest.mark.long
def test_each_person_is_answered_and_entered_once_at_full_size(field_of_work: Field) -> None:
    tossed(field_of_work, each=40, kills=60)
    settled(field_of_work, batches=80)
