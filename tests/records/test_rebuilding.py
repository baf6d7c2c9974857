"""What is derived from the ledger is rebuilt while intake and reads go on: nothing is missing at any moment, damage is healed."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.utils import timezone

from chengxin.catalogue.queries import find_purpose
from chengxin.ground.errors import RebuildDiffers, RebuildRefused
from chengxin.ground.rebuilding import Derived, Rebuilt, rebuild
from chengxin.records import derived
from chengxin.records.proof import run_proof
from chengxin.records.reconciliation import reconcile
from tests.conftest import Register
from tests.killing import killed_at
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI
from tests.records.conftest import superuser  # noqa: F401  # a fixture
from tests.records.test_ingest import counts, take

NAMED = {one.name: one for one in derived.DERIVED}
SUPERSEDED = "SELECT subject_id, record_id, version, recorded_at FROM records_superseded ORDER BY 1, 2, 3"
RUNS = "SELECT upto <> '', looked, mended, finished_at IS NOT NULL FROM ground_rebuild ORDER BY id"
Past = Callable[..., None]


def owners(register: Register) -> dict[str, str]:
    """Give the environment of a process that is the owner."""
    return {
        **os.environ,
        "CHENGXIN_PROCESS_DATABASE": register.urls["owner"],
        "CHENGXIN_VAULT_KEYS": str(settings.VAULT_KEYS),
        "DJANGO_SETTINGS_MODULE": "chengxin.site.settings",
    }


def again(register: Register, name: str, tell: Callable[[Rebuilt], None] = lambda _: None) -> tuple[int, int]:
    register.become("owner")
    done = rebuild(NAMED[name], clock=timezone.now, tell=tell)
    return done.looked, done.mended


@pytest.fixture
def changed(
    register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Register:
    """Hold twelve records of two persons, six of them changed once, one twice; parts are small."""
    monkeypatch.setattr(derived, "VERSIONS_AT_ONCE", 3)
    people = (WANG_WEI, LI_NA)

    def rows(fine: str, numbers: range) -> list[dict[str, str]]:
        return [penalty(today, number, people[number % 2], CF_NR_FK=fine) for number in numbers]

    for place, made in enumerate((rows("1", range(1, 13)), rows("2", range(1, 7)), rows("3", range(1, 2)))):
        take(register, write_csv(tmp_path / f"{place}.csv", made), now)
    assert len(register.rows(SUPERSEDED)) == 7
    return register


def test_what_is_whole_is_left_alone(changed: Register) -> None:
    before = changed.rows(SUPERSEDED)
    assert again(changed, "superseded") == (7, 0)
    assert changed.rows(SUPERSEDED) == before
    acts = changed.rows("SELECT actor, act, subject, note FROM ground_action WHERE act LIKE 'rebuild.%%' ORDER BY id")
    assert acts == [("", "rebuild.begin", "rebuild:superseded", ""), ("", "rebuild.end", "rebuild:superseded", "7 0")]


@pytest.mark.parametrize(
    ("damage", "mended"),
    [
        pytest.param("DELETE FROM records_superseded WHERE ctid = (SELECT min(ctid) FROM records_superseded)", 1, id="missing"),
        pytest.param("UPDATE records_superseded SET recorded_at = now() + interval '9 days'"
                     " WHERE ctid = (SELECT min(ctid) FROM records_superseded)", 1, id="changed"),
        pytest.param("UPDATE records_superseded SET record_id = 5 WHERE ctid = (SELECT min(ctid) FROM records_superseded)", 2, id="moved"),
        pytest.param("INSERT INTO records_superseded SELECT subject_id, record_id, version, recorded_at FROM records_version v"
                     " WHERE NOT EXISTS (SELECT FROM records_superseded s WHERE (s.subject_id, s.record_id, s.version) ="
                     " (v.subject_id, v.record_id, v.version)) LIMIT 1", 1, id="added"),
        pytest.param("INSERT INTO records_superseded VALUES (9223372036854775807, 5, 1, now())", 1, id="of-nobody"),
    ],
)  # fmt: skip
def test_a_damaged_line_is_healed(
    changed: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
    damage: str,
    mended: int,
) -> None:
    before = changed.rows(SUPERSEDED)
    superuser(damage)
    assert changed.rows(SUPERSEDED) != before
    assert again(changed, "superseded")[1] == mended
    assert changed.rows(SUPERSEDED) == before
    changed.become("intake")
    assert run_proof(at=timezone.now()).faults == []


HALF_WAY = """
import sys
import django
django.setup()
from django.utils import timezone
from chengxin.ground.rebuilding import rebuild
from chengxin.records import derived
derived.VERSIONS_AT_ONCE = 3
named = {one.name: one for one in derived.DERIVED}
mend, parts = derived._mend_superseded, []
def step(upto):
    part = mend(upto)
    parts.append(part)
    if len(parts) == 2:
        print("in the second part", flush=True)
        sys.stdin.read()
    return part
from dataclasses import replace
rebuild(replace(named["superseded"], step=step), clock=timezone.now, tell=lambda _: None)
"""


def test_killed_half_way_it_goes_on_after_the_last_part(
    changed: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
) -> None:
    before = changed.rows(SUPERSEDED)
    superuser("DELETE FROM records_superseded WHERE (subject_id, record_id, version) = (SELECT subject_id, record_id, version"
              " FROM records_superseded ORDER BY subject_id DESC, record_id DESC, version DESC LIMIT 1)")  # fmt: skip
    killed_at("in the second part", HALF_WAY, owners(changed))
    ((_, looked, mended, finished),) = changed.rows(RUNS)
    assert (looked > 0, mended, finished) == (True, 0, False)
    assert changed.rows(SUPERSEDED) != before
    assert again(changed, "superseded") == (7, 1)
    assert changed.rows(SUPERSEDED) == before
    assert [row[1:] for row in changed.rows(RUNS)] == [(7, 1, True)]


# As of one moment: every record has one version that stands, and every version but the newest is superseded.
WHOLE = """SELECT (SELECT count(*) FROM records_version v WHERE v.state = 'active' AND NOT EXISTS (
        SELECT FROM records_superseded s WHERE (s.subject_id, s.record_id, s.version) = (v.subject_id, v.record_id, v.version))),
    (SELECT count(*) FROM records_version WHERE version > 1) - (SELECT count(*) FROM records_superseded)"""
# What an officer sees through the read gate.
SHOWN = "SELECT count(*), count(DISTINCT record_id) FROM records_shown"
EVERYTHING = """
import django
django.setup()
from django.utils import timezone
from chengxin.ground.rebuilding import rebuild
from chengxin.ground import derived as of_ground
from chengxin.records import derived
derived.VERSIONS_AT_ONCE = 3
named = {one.name: one for one in (*derived.DERIVED, *of_ground.DERIVED)}
for name in ("superseded", "marks", "limits", "superseded", "indexes", "superseded"):
    rebuild(named[name], clock=timezone.now, tell=lambda _: None)
"""


@dataclass
class Meanwhile:
    """What goes on beside a rebuild: readers that count again and again, until the rebuilding process has ended."""

    register: Register
    ended: threading.Event = field(default_factory=threading.Event)
    wrong: list[Any] = field(default_factory=list)
    reads: int = 0

    def read(self, role: str, query: str, expected: tuple[int, int], settings: tuple[str, ...] = ()) -> None:
        with psycopg.connect(self.register.urls[role], autocommit=True) as connection:
            if settings:
                connection.execute(
                    "SELECT set_config('cx.on', %s, false), set_config('cx.purpose', %s, false), set_config('cx.duty', '0', false)",
                    settings,
                )
            while not self.ended.is_set():
                found = connection.execute(query.encode()).fetchone()
                self.reads += 1
                if found != expected:
                    self.wrong.append((role, found))

    def rebuild(self) -> None:
        program = [sys.executable, "-c", EVERYTHING]
        done = subprocess.run(program, env=owners(self.register), capture_output=True, text=True, check=False)
        if done.returncode:
            self.wrong.append(done.stderr[-2000:])
        self.ended.set()


def test_nothing_is_missing_at_any_moment_while_intake_and_reads_go_on(
    changed: Register, tmp_path: Path, today: date
) -> None:
    """Readers count what is shown and what is superseded; intake changes the same records; all is rebuilt in a process of its own."""
    beside = Meanwhile(changed)
    purpose = find_purpose("CK-FW", today).id
    threads = [
        threading.Thread(target=beside.read, args=("owner", WHOLE, (12, 0))),
        threading.Thread(target=beside.read, args=("app", SHOWN, (12, 12), (today.isoformat(), str(purpose)))),
        threading.Thread(target=beside.rebuild),
    ]
    for thread in threads:
        thread.start()
    batches = 0
    while not beside.ended.is_set():
        batches += 1
        rows = [penalty(today, n, (WANG_WEI, LI_NA)[n % 2], CF_NR_FK=str(batches % 9 + 1)) for n in range(1, 13)]
        take(changed, write_csv(tmp_path / f"more{batches}.csv", rows), timezone.now())
    for thread in threads:
        thread.join()
    assert beside.wrong == []
    assert (batches > 1, beside.reads > 10) == (True, True)
    assert changed.rows("SELECT count(*) FROM ground_rebuild WHERE finished_at IS NOT NULL") == [(6,)]
    changed.become("intake")
    assert run_proof(at=timezone.now()).faults == []


def test_counts_that_differ_in_the_end_begin_it_anew(changed: Register) -> None:
    changed.become("owner")
    whole = NAMED["superseded"]
    lying = Derived(whole.name, whole.words, whole.words_en, whole.step, lambda: (6, 7))
    with pytest.raises(RebuildDiffers, match="6 / 7"):
        rebuild(lying, clock=timezone.now, tell=lambda _: None)
    assert changed.rows(RUNS) == [(False, 7, 0, False)]
    assert again(changed, "superseded") == (14, 0)


@pytest.fixture
def reconciled(register: Register, tmp_path: Path, today: date, now: datetime) -> date:
    """Sign for yesterday, on which a file came."""
    take(
        register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now - timedelta(days=1)
    )
    register.become("intake")
    yesterday = today - timedelta(days=1)
    assert reconcile(yesterday, at=now) == 1
    return yesterday


FIGURES = "SELECT provider_id, item_id, day, batches, read, new, shown FROM records_day_figures ORDER BY 1, 2, 3"


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE records_day_figures SET shown = 999", id="changed"),
        pytest.param("DELETE FROM records_day_figures", id="missing"),
        pytest.param("INSERT INTO records_day_figures SELECT (jsonb_populate_record(f, jsonb_build_object('id', 999, 'item_id',"
                     " (SELECT id FROM catalogue_item WHERE code = 'RY-BZ')))).* FROM records_day_figures f", id="added"),
    ],
)  # fmt: skip
def test_figures_of_a_day_are_those_that_were_signed_for(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
    reconciled: date,
    damage: str,
) -> None:
    before = register.rows(FIGURES)
    assert again(register, "day-figures") == (1, 0)
    superuser(damage)
    assert again(register, "day-figures")[1] == 1
    assert register.rows(FIGURES) == before


def test_a_receipt_that_was_tampered_with_is_no_ground(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
    reconciled: date,
) -> None:
    superuser("UPDATE records_day_receipt SET content = replace(content, '\"read\":2', '\"read\":3')")
    with pytest.raises(RebuildRefused, match=str(reconciled)):
        again(register, "day-figures")
    assert register.rows("SELECT read FROM records_day_figures") == [(2,)]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param("UPDATE records_mark SET content = '\\x00'", id="unreadable"),
        pytest.param("UPDATE records_mark SET erase_on = erase_on + 999", id="would-outlive-its-records"),
        pytest.param("UPDATE records_version SET row_number = 13 - row_number WHERE batch_id = (SELECT min(batch_id) FROM records_mark)"
                     " AND row_number = 5", id="of-another-row"),
    ],
)  # fmt: skip
def test_marks_that_disagree_are_dropped_and_made_by_the_next_file(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
    tmp_path: Path,
    today: date,
    now: datetime,
    damage: str,
) -> None:
    path = write_csv(tmp_path / "a.csv", [penalty(today, n, (WANG_WEI, LI_NA)[n % 2]) for n in range(1, 11)])
    take(register, path, now)
    assert again(register, "marks") == (1, 0)
    superuser(damage)
    assert again(register, "marks") == (1, 1)
    assert register.rows("SELECT count(*) FROM records_mark") == [(0,)]
    assert counts(take(register, path, now))["unchanged"] == 10
    assert register.rows("SELECT count(*) FROM records_mark") == [(1,)]


def test_legal_numbers_are_those_of_the_files(
    register: Register,
    superuser: Past,  # noqa: F811  # the fixture imported above
) -> None:
    held = "SELECT name, number, valid_from, unit, value FROM records_term ORDER BY 1, 2, 3"
    before = register.rows(held)
    assert again(register, "limits")[1] == 0
    superuser("UPDATE records_term SET value = 999 WHERE name = 'waivers'")
    assert again(register, "limits")[1] == 2
    assert register.rows(held) == before
