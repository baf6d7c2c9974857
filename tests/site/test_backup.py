"""The drill: a register is backed up while it runs, brought back elsewhere, and is the same; what was erased stays erased."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.lib.papers.reading import read_paper
from chengxin.site.backup.sealed import SealedWriter, read_frames, read_key
from chengxin.site.runtime.connection import open_database
from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.runtime.roles import ensure_database
from chengxin.site.runtime.supervise import up_lock
from tests.lib.papers import scan_pdf
from tests.penalties import penalty
from tests.people import CENTRE_OFFICER, LI_NA, ORGANISATIONS, WANG_WEI, write_population
from tests.site.support import MAJOR, everything_in, made_data, open_folder, wait_until
from tests.site.test_cli import SETTLE, Shell, both_languages, report

pytestmark = pytest.mark.xdist_group("backup")

PERSONS = "SELECT subject_id, born, code_sealed FROM identity_person ORDER BY 1"
PICTURES = "SELECT name, length(content), md5(content) FROM pages_file ORDER BY 1"
FEEDBACK = "SELECT digest, words, erase_on FROM education_feedback ORDER BY 1"
# Pictures of the public site stand in the database, whatever bytes they are of; so does what the public said.
WRITTEN_AT_THE_SITE = (
    r"""INSERT INTO pages_file (name, content, made_at)
        SELECT 'images/' || n || '.png', decode('89504e470d0a1a0a00ff', 'hex') || sha256(n::text::bytea), now()
        FROM generate_series(1, 3) n""",
    """INSERT INTO education_feedback (digest, words, may_show, given_at, due_on, due_estimated, erase_on, answer)
       VALUES (sha256('x'), '字太小', false, now(), current_date + 15, false, current_date + 700, '')""",
)
SCANS = "SELECT number, pages, digest, erase_on FROM identity_scan ORDER BY 1"
LOOKS = "SELECT channel, outcome, count(*) FROM ground_access_entry WHERE case_reference LIKE '%办理异议 2026-9' GROUP BY 1, 2"
NOTHING_ENDED = dict.fromkeys(("papers_erased", "batches_erased", "links_erased", "requests_erased"), 0)
PAYLOADS = "SELECT subject_id, record_id, version FROM records_payload ORDER BY 1, 2, 3"
# A paper is taken in at the window, and looked at, as the desk's process does both.
TAKE_IN = """
import sys
from pathlib import Path
from django.utils import timezone
from chengxin.site.bootstrap import installation
with installation(Path(sys.argv[1]), "app", lambda _: None):
    from chengxin.identity.queries import find_officer
    from chengxin.identity.parties import Party
    from chengxin.identity.services.scans import take_in
    from chengxin.identity.services.visits import serve
    officer, at = find_officer("officer"), timezone.now()
    visit = serve(Party("resident-id", sys.argv[2], sys.argv[3]), None, actor=officer, at=at)
    print(take_in(officer, visit, "objection", sys.stdin.buffer.read(), at=at))
"""
LOOK_AT = """
import sys
from pathlib import Path
from django.utils import timezone
from chengxin.site.bootstrap import installation
with installation(Path(sys.argv[1]), "app", lambda _: None):
    from chengxin.identity.queries import find_officer
    from chengxin.sharing.scans import open_at_desk
    _, content = open_at_desk(find_officer("officer"), sys.argv[2], "办理异议 2026-9", at=timezone.now())
    sys.stdout.buffer.write(content)
"""
# A correction may make due what the backup thinks isn't; here the day is moved by hand.
MAKE_DUE = """
    ALTER TABLE records_version DISABLE TRIGGER USER;
    UPDATE records_version SET shown_from = decided, shown_until = decided, erase_on = current_date - 1
    WHERE (subject_id, record_id) = (SELECT subject_id, record_id FROM records_version ORDER BY 1, 2 LIMIT 1);
    ALTER TABLE records_version ENABLE TRIGGER USER"""


def server(data: Path) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, major=MAJOR, durable=False)


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with server(data).using() as running, psycopg.connect(running.url("chengxin_owner")) as connection:
        return connection.execute(query.encode()).fetchall()


def databases(data: Path) -> set[str]:
    with server(data).using() as running, psycopg.connect(running.admin_url()) as connection:
        return {name for (name,) in connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate")}


def by_program(shell: Shell, program: str, *told: str, given: bytes = b"") -> bytes:
    command = [sys.executable, "-c", program, str(shell.data), *told]
    return subprocess.run(command, input=given, env=shell.environment(), check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def source() -> Iterator[Shell]:
    """A register with persons and records, running."""
    with made_data(prepared=True) as data, server(data).using():
        made = Shell(data.parent, data)
        subprocess.run(
            [sys.executable, "-c", SETTLE, data], input=json.dumps([ORGANISATIONS, CENTRE_OFFICER]), text=True,
            env=made.environment(), check=True, capture_output=True,
        )  # fmt: skip
        assert made.run("population", "load", write_population(made.folder / "people.csv")).code == 0
        today = date.today()  # noqa: DTZ011
        taken = made.ingest([penalty(today, 1), penalty(today, 2), penalty(today, 3, LI_NA)])
        assert taken.code == 0, taken.err
        with psycopg.connect(server(data).url("chengxin_owner")) as connection:
            for statement in WRITTEN_AT_THE_SITE:
                connection.execute(statement.encode())
        yield made


@pytest.fixture(scope="module")
def paper(source: Shell) -> str:
    """Give the number of a paper that Wang handed over at the window before the backup."""
    return by_program(source, TAKE_IN, WANG_WEI.code, WANG_WEI.name, given=scan_pdf(2)).decode().strip()


@pytest.fixture(scope="module")
def backup(source: Shell, paper: str) -> Path:
    file = source.folder / "register.cxb"
    said = source.run("backup", file, "--json")
    assert said.code == 0, said.err
    assert said.json["bytes"] == file.stat().st_size
    assert said.json["rows"] > len(rows(source.data, PERSONS))
    return file


@pytest.fixture
def target(source: Shell) -> Iterator[Shell]:
    """An empty data folder that has been given the keys, as an operator would."""
    with made_data() as data:
        shutil.copytree(source.data / "keys", data / "keys")
        yield Shell(data.parent, data)


def altered(file: Path, source: Shell, to: Path, **changes: Any) -> Path:
    """Seal a backup anew with another manifest, as its rightful owner could."""
    key = read_key(source.data / "keys" / "backup.key")
    with file.open("rb") as old, to.open("wb") as new:
        manifest, *dump = read_frames(old, key)
        writer = SealedWriter(new, key, {"made_at": "2026-11-24T00:00:00+00:00"})
        writer.member(json.dumps(json.loads(manifest) | changes).encode())
        for frame in dump:
            writer.write(frame)
        writer.finish()
    return to


def test_a_register_comes_back_as_it_was(source: Shell, backup: Path, target: Shell) -> None:
    said = target.run("restore", backup, "--json")
    assert said.code == 0, said.err
    assert said.json["erased"] == 0
    assert rows(target.data, PERSONS) == rows(source.data, PERSONS)
    assert rows(target.data, PAYLOADS) == rows(source.data, PAYLOADS)
    assert len(rows(source.data, PICTURES)) == 3
    assert rows(target.data, PICTURES) == rows(source.data, PICTURES)
    assert rows(target.data, FEEDBACK) == rows(source.data, FEEDBACK) != []
    assert databases(target.data) == {"postgres", "chengxin"}
    told = [report(shell, f"{WANG_WEI.code}\n{WANG_WEI.name}\n", "--format", "json").json for shell in (source, target)]
    before, after = (sorted(one["records"], key=lambda record: record["document"]) for one in told)
    assert {key: (a[key], b[key]) for a, b in zip(before, after, strict=True) for key in a if a[key] != b[key]} == {}
    assert len(before) == 2
    # It goes on from there: the places of sequences came along.
    more = target.ingest([penalty(date.today(), 9, LI_NA)], "--json", name="more.csv")  # noqa: DTZ011
    assert (more.code, more.json["new"]) == (0, 1), more.err


def test_a_paper_from_the_window_is_looked_at_where_it_was_brought_back(
    source: Shell, paper: str, backup: Path, target: Shell
) -> None:
    assert target.run("restore", backup).code == 0
    assert rows(target.data, SCANS) == rows(source.data, SCANS) != []
    found = by_program(target, LOOK_AT, paper)
    assert found == by_program(source, LOOK_AT, paper) == read_paper(scan_pdf(2)).content
    assert rows(target.data, LOOKS) == [("desk", "answered", 1)]


def test_nothing_readable_lies_in_a_backup_or_beside_it(source: Shell, backup: Path, target: Shell) -> None:
    target.run("restore", backup)
    content = backup.read_bytes()
    for value in (WANG_WEI.name, WANG_WEI.code, "identity_person"):
        assert value.encode() not in content
    keys = json.loads((source.data / "keys" / "vault.json").read_text(encoding="utf-8"))["keys"]
    assert keys
    assert not any(bytes.fromhex(one["key"]) in content or one["key"].encode() in content for one in keys.values())
    assert backup.stat().st_mode & 0o077 == 0
    assert WANG_WEI.code not in everything_in(target.data / "log")


def test_what_was_erased_after_the_backup_stays_erased(
    source: Shell, backup: Path, target: Shell, tmp_path: Path
) -> None:
    """Safeguard 6: in the backup the version isn't due, so the journal alone knows."""
    assert target.run("restore", backup).code == 0
    before = rows(target.data, PAYLOADS)
    with server(target.data).using() as running:
        with psycopg.connect(running.url("chengxin_owner")) as connection:
            connection.execute(MAKE_DUE)
        said = target.run("erase", "--json")
        assert (said.code, said.json) == (0, {"erased": 1, "entries_dropped": 0, **NOTHING_ENDED}), said.err
        assert target.run("erase", "--json").json == {"erased": 0, "entries_dropped": 0, **NOTHING_ENDED}
    left = rows(target.data, PAYLOADS)
    assert len(left) == len(before) - 1
    elsewhere = shutil.copytree(target.data / "erasures", tmp_path / "erasures")
    again = target.run("restore", backup, "--replace", "--erasures", elsewhere, "--json")
    assert (again.code, again.json["erased"]) == (0, 1), again.err
    assert rows(target.data, PAYLOADS) == left
    (guard,) = rows(target.data, "SELECT tgenabled FROM pg_trigger WHERE tgname = 'payload_erasure'")
    assert guard in [("O",), (b"O",)]


def test_recovery_by_other_means_is_caught_up_with_by_the_journal(backup: Path, target: Shell, tmp_path: Path) -> None:
    """As on an own server: an older state of the whole cluster comes back, with what was erased since and who was logged in."""
    assert target.run("restore", backup).code == 0
    with server(target.data).using() as running, psycopg.connect(running.url("chengxin_owner")) as connection:
        connection.execute("INSERT INTO identity_session VALUES ('k', 'desk', 'x', now(), now(), NULL)")
    with open_folder() as folder:
        subprocess.run(["cp", "-a", target.data, folder / "data"], check=True)
        older = Shell(folder, folder / "data")
        with server(target.data).using() as running, psycopg.connect(running.url("chengxin_owner")) as connection:
            connection.execute(MAKE_DUE)
        assert target.run("erase", "--json").json == {"erased": 1, "entries_dropped": 0, **NOTHING_ENDED}
        left = rows(target.data, PAYLOADS)
        assert older.run("erase", "--json").json == {"erased": 0, "entries_dropped": 0, **NOTHING_ENDED}
        assert rows(older.data, PAYLOADS) != left
        wrong = older.run("erase", "--replay", tmp_path)
        assert (wrong.code, "删除日志" in wrong.err) == (2, True)
        both_languages(wrong)
        said = older.run("erase", "--replay", target.data / "erasures", "--json")
        assert (said.code, said.json) == (0, {"erased_again": 1, "erased": 0, "entries_dropped": 0, **NOTHING_ENDED}), (
            said.err
        )
        assert rows(older.data, PAYLOADS) == left
        assert rows(older.data, "SELECT FROM identity_session") == []
        again = older.run("erase", "--replay", target.data / "erasures", "--json")
        assert again.json == {"erased_again": 0, "erased": 0, "entries_dropped": 0, **NOTHING_ENDED}


def test_sessions_of_that_day_do_not_come_back_to_life(source: Shell, target: Shell, tmp_path: Path) -> None:
    with psycopg.connect(server(source.data).url("chengxin_owner")) as connection:
        connection.execute("INSERT INTO identity_session VALUES ('k', 'desk', 'x', now(), now(), NULL)")
    file = tmp_path / "sessions.cxb"
    assert source.run("backup", file).code == 0
    with psycopg.connect(server(source.data).url("chengxin_owner")) as connection:
        connection.execute("DELETE FROM identity_session")
    assert target.run("restore", file).code == 0
    assert rows(target.data, "SELECT FROM identity_session") == []


def test_data_are_replaced_only_when_told_to(source: Shell, backup: Path, target: Shell) -> None:
    assert target.run("restore", backup).code == 0
    assert target.ingest([penalty(date.today(), 8)]).code == 0  # noqa: DTZ011
    refused = target.run("restore", backup)
    assert refused.code == 2
    assert "--replace" in refused.err
    both_languages(refused)
    assert len(rows(target.data, PAYLOADS)) == len(rows(source.data, PAYLOADS)) + 1
    assert target.run("restore", backup, "--replace").code == 0
    assert rows(target.data, PAYLOADS) == rows(source.data, PAYLOADS)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"migrations": [["identity", "9999_from_the_future"]], "version": "9.9"}, "9.9", id="newer-program"
        ),
        pytest.param({"prefix": "other"}, "CHENGXIN_ROLE_PREFIX=other", id="other-roles"),
        pytest.param({"vault": {"k0000": "00" * 16}}, "k0000", id="vault-key-not-here"),
        pytest.param(
            {"proof": {"tables": {"public.identity_person": [1, "1"]}, "sequences": {}}},
            "identity_person",
            id="rows-differ",
        ),
    ],
)
def test_a_backup_that_does_not_fit_changes_nothing(
    source: Shell, backup: Path, target: Shell, tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    assert target.run("restore", backup).code == 0
    odd = altered(backup, source, tmp_path / "odd.cxb", **changes)
    said = target.run("restore", odd, "--replace")
    assert said.code == 2
    assert told in said.err.replace("\n", "")
    both_languages(said)
    assert rows(target.data, PAYLOADS) == rows(source.data, PAYLOADS)
    assert databases(target.data) == {"postgres", "chengxin"}


def test_missing_keys_are_told_with_the_remedy(source: Shell, backup: Path, target: Shell) -> None:
    (target.data / "keys" / "vault.json").unlink()
    said = target.run("restore", backup)
    assert said.code == 2
    both_languages(said)
    (target.data / "keys" / "backup.key").unlink()
    said = target.run("restore", backup)
    assert said.code == 2
    assert "CHENGXIN_BACKUP_KEY" in said.err
    both_languages(said)


def test_a_running_installation_is_not_restored_under_its_users(backup: Path, target: Shell) -> None:
    with up_lock(target.data, "http://127.0.0.1:1"):
        said = target.run("restore", backup)
    assert said.code == 2
    both_languages(said)


def test_another_command_in_the_database_is_waited_for(backup: Path, target: Shell) -> None:
    with open_database(target.data, durable=False) as database, psycopg.connect(database.urls["app"]):
        said = target.run("restore", backup)
        assert said.code == 2
        both_languages(said)
    assert databases(target.data) == {"postgres", "chengxin"}


def test_a_restore_that_is_killed_leaves_the_present_state(source: Shell, backup: Path, target: Shell) -> None:
    assert target.run("restore", backup).code == 0
    with server(target.data).using() as running:
        program = [str(Path(sys.executable).with_name("chengxin")), "restore", str(backup), "--replace"]
        process = subprocess.Popen(
            program,
            env=target.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        with psycopg.connect(running.admin_url(), autocommit=True) as connection:
            wait_until(
                lambda: connection.execute("SELECT FROM pg_database WHERE datname = 'chengxin_restoring'").rowcount,
                timeout_s=30,
            )
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert "chengxin" in databases(target.data)
        assert rows(target.data, PAYLOADS) == rows(source.data, PAYLOADS)
    said = target.run("restore", backup, "--replace")
    assert said.code == 0, said.err
    assert databases(target.data) == {"postgres", "chengxin"}


def test_a_backup_never_overwrites_and_a_cut_one_is_no_backup(source: Shell, backup: Path, target: Shell) -> None:
    again = source.run("backup", backup)
    assert again.code == 2
    both_languages(again)
    part = source.folder / "cut.cxb.part"
    part.write_bytes(backup.read_bytes()[:-100])
    said = target.run("restore", part)
    assert said.code == 2
    both_languages(said)
    nowhere = source.run("backup", source.folder / "no-folder" / "x.cxb")
    assert nowhere.code == 2
    both_languages(nowhere)


def test_an_own_server_is_filled_when_it_is_empty_and_not_otherwise(source: Shell, backup: Path, target: Shell) -> None:
    with made_data() as data, server(data).using() as running:
        url = ensure_database(running.admin_url(), data)
        odd = altered(backup, source, target.folder / "odd.cxb", proof={"tables": {}, "sequences": {}})
        refused = target.run("restore", odd, DATABASE_URL=url)
        assert refused.code == 2
        said = target.run("restore", backup, DATABASE_URL=url)
        assert said.code == 0, said.err
        with psycopg.connect(url) as connection:
            assert connection.execute(PAYLOADS.encode()).fetchall() == rows(source.data, PAYLOADS)
        again = target.run("restore", backup, "--replace", DATABASE_URL=url)
        assert again.code == 2
        assert "DATABASE_URL" in again.err
        both_languages(again)
