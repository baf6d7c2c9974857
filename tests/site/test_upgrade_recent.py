"""An installation of a recent commit, full of data, goes on under this one: nothing lost, nothing opened, everything goes on.

``upgrade/recent`` is made by ``scripts/upgrade-fixture.sh COMMIT``; ``upgrade/README.md`` tells when.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from chengxin.demo.officers import code_of_officer
from chengxin.lib.periods import shanghai_date
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.site.support import MAJOR
from tests.site.test_cli import Shell
from tests.site.upgrade.fill import KEPT, KEY, texts
from tests.site.upgrading import earlier

RECENT = Path(__file__).parent / "upgrade" / "recent"
SHOWN: dict[str, Any] = json.loads((RECENT / "shown.json").read_text(encoding="utf-8"))
# What this release writes anew at its first start: its own editions of rules, and the mark of its migrations.
SETTLED = (
    "catalogue_",
    "django_",
    "auth_group",
    "auth_permission",
    "procrastinate_",
    "records_check",
    "records_term",
    "records_occupation",
    "identity_real_name_basis",
)
GO_ON = Path(__file__).with_name("going_on.py")
pytestmark = pytest.mark.xdist_group("upgrade-recent")


@dataclass(frozen=True)
class Upgraded:
    """The installation after this release's first command, what it held before, and what its officers could then do."""

    shell: Shell
    owner: str
    before: dict[str, int]
    after: dict[str, int]

    def rows(self, query: str, role: str = "") -> list[tuple[Any, ...]]:
        url = EmbeddedPostgres(self.shell.data, major=MAJOR).url(f"chengxin_{role}") if role else self.owner
        with psycopg.connect(url) as connection:
            return connection.execute(query.encode()).fetchall()

    def report(self, person: dict[str, Any]) -> list[dict[str, Any]]:
        # Whoever looks people up has declared who they are since; declaring again is refused and changes nothing.
        self.shell.run(
            "officer", "declare", "officer", given=f"{code_of_officer('officer')}\n查询员\n", CHENGXIN_DEMO="1"
        )
        told = self.shell.run(
            "report", "--org", SHOWN["centre"], "--officer", "officer", "--purpose", "CK-FW", "--basis", "SXSHXYTL-7",
            "--case", "1", "--format", "json", given=f"{person['code']}\n{person['name']}\n", CHENGXIN_DEMO="1",
        )  # fmt: skip
        assert told.code == 0, told.err
        return [{**{key: one[key] for key in KEPT}, "fields": texts(one)} for one in told.json["records"]]


def counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        count = sql.SQL("SELECT count(*) FROM {}")
        return {
            name: (connection.execute(count.format(sql.Identifier(name))).fetchone() or (0,))[0] for (name,) in tables
        }


@pytest.fixture(scope="module")
def upgraded() -> Iterator[Upgraded]:
    vault = {"anchor": "k1", "keys": {"k1": {"suite": "international", "key": KEY}}}
    with earlier(RECENT / "register.sql.gz", vault) as (shell, owner):
        before = counts(owner)
        said = shell.run("catalogue", "list", CHENGXIN_DEMO="1")
        assert said.code == 0, said.err
        yield Upgraded(shell, owner, before, counts(owner))


def go_on(upgraded: Upgraded, what: str) -> Any:
    """Do something as the upgraded installation's officers do, in a process of its own."""
    done = subprocess.run(
        [sys.executable, GO_ON, upgraded.shell.data, what],
        env=upgraded.shell.environment(CHENGXIN_DEMO="1"), capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_fixture_holds_what_an_installation_holds(upgraded: Upgraded) -> None:
    full = (
        "identity_person", "identity_code", "identity_population_event", "identity_population_parked", "identity_role_grant",
        "identity_real_name_check", "identity_registration", "identity_client_key", "identity_transfer", "identity_transfer_step",
        "records_waiting", "records_adjudication", "records_opening", "records_move", "records_version", "records_payload",
        "ground_access_entry", "ground_action", "ground_message",
    )  # fmt: skip
    assert {table: upgraded.before[table] for table in full if not upgraded.before[table]} == {}
    steps = upgraded.rows("SELECT agreed, done_at IS NOT NULL FROM identity_transfer_step ORDER BY id")
    assert steps == [(True, True), (None, False)]
    decisions = (
        "SELECT agreed, done_at IS NOT NULL, taken_back_at IS NOT NULL FROM records_adjudication ORDER BY id LIMIT 3"
    )
    assert upgraded.rows(decisions) == [(True, True, False), (None, False, False), (None, False, True)]


def test_nothing_is_lost(upgraded: Upgraded) -> None:
    """No row of any table goes, nor is one added beside the editions that come with a release."""
    held = {table: rows for table, rows in upgraded.before.items() if not table.startswith(SETTLED)}
    assert len(held) > 40
    assert {
        table: (rows, upgraded.after.get(table)) for table, rows in held.items() if upgraded.after.get(table) != rows
    } == {}
    shrunk = {table for table, rows in upgraded.before.items() if upgraded.after.get(table, 0) < rows}
    assert shrunk == set()


def test_every_person_has_the_records_they_had(upgraded: Upgraded) -> None:
    today = shanghai_date(datetime.now(UTC)).isoformat()
    compared = 0
    for person in SHOWN["persons"]:
        wanted = [one for one in person["records"] if not one["shown_until"] or one["shown_until"] > today]
        assert sorted(upgraded.report(person), key=str) == sorted(wanted, key=str)
        compared += len(wanted)
    assert compared


def test_the_single_edition_goes_on_as_the_national_one_and_a_supplement(upgraded: Upgraded) -> None:
    """Each item that was open is open; what it said until today stays at its address; batches keep the edition they were read by."""
    editions = upgraded.rows(
        "SELECT code, level, valid_from, valid_until FROM catalogue_edition ORDER BY loaded_at, level DESC"
    )
    (single, *_), begun = editions, {code: (level, until) for code, level, _, until in editions}
    (day,) = {first for code, _, first, _ in editions if code != single[0]}
    assert begun == {"2026.1": ("provincial", day), "2026.1-2": ("provincial", None), "QG-2024": ("national", None)}
    items = """SELECT count(DISTINCT l.item_id) FROM catalogue_item_live l
               WHERE l.valid_from <= {0} AND {0} < l.valid_until"""
    assert upgraded.rows(items.format(f"date '{day}'")) == upgraded.rows(items.format(f"date '{day}' - 1")) == [(8,)]
    assert upgraded.rows(
        "SELECT DISTINCT e.code FROM records_batch b JOIN catalogue_edition e ON e.id = b.edition_id"
    ) == [("2026.1",)]


def test_the_locks_are_this_releases(upgraded: Upgraded) -> None:
    """The application changes no record; without a claim it sees no organisation's rows; roles it has not, it can't take."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        upgraded.rows("UPDATE records_version SET state = 'withdrawn' RETURNING 1", "app")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        upgraded.rows("DELETE FROM ground_access_entry RETURNING 1", "app")
    assert upgraded.rows("SELECT FROM records_waiting", "app") == []
    with pytest.raises(psycopg.Error, match="append-only"):
        upgraded.rows("UPDATE ground_access_entry SET officer = 'x' RETURNING 1")


def test_waiting_rows_are_opened_decided_and_taken_back(upgraded: Upgraded) -> None:
    """Each row that waited is opened by an officer of then; one is decided on anew, what waited for a second is agreed to."""
    told = go_on(upgraded, "adjudicate")
    waiting = upgraded.before["records_waiting"]
    assert 0 < told["opened"] <= waiting
    assert told["with_persons"] > 0
    assert told["agreed"] == told["carried_out"] == 1
    assert told["again"] == 1


def test_the_merge_that_waited_is_carried_out_and_the_done_one_undone(upgraded: Upgraded) -> None:
    assert go_on(upgraded, "transfer") == {"merged": 1, "undone": 1}
    absorbed = upgraded.rows("SELECT count(*) FROM identity_person WHERE absorbed_into_id IS NOT NULL")
    assert absorbed == [(1,)]


def test_the_event_that_waited_is_taken_up_when_its_person_comes(upgraded: Upgraded) -> None:
    assert go_on(upgraded, "population") == {"new": 1, "taken_up": 1, "parked": 0}


def test_names_are_checked_at_the_purpose_that_was_registered(upgraded: Upgraded) -> None:
    assert go_on(upgraded, "verify") == ["match", "mismatch"]


def test_the_key_is_changed_and_everybody_found_afterwards(upgraded: Upgraded) -> None:
    said = upgraded.shell.run("manage", "rotate-keys", CHENGXIN_DEMO="1")
    assert said.code == 0, said.err
    assert said.json["key"] != "k1"
    assert said.json["done"]["identity_person"] >= upgraded.before["identity_person"]
    for table in ("identity_person", "identity_population_event", "records_waiting"):
        assert upgraded.rows(f"SELECT DISTINCT key_id FROM {table}") == [(said.json["key"],)]
    assert upgraded.rows("SELECT current FROM identity_key_pointers") == [(said.json["key"],)]
    assert any(upgraded.report(person) for person in SHOWN["persons"])
