"""The embedded server: made, started, reached by password alone, silent about values."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from chengxin.lib.errors import Unusable
from chengxin.site.runtime.cluster import ADMIN, raise_failure
from chengxin.site.runtime.errors import DataFolderUnusable, DiskFull
from chengxin.site.runtime.files import refusals_told, rotate
from chengxin.site.runtime.passwords import url_of
from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.runtime.postmaster import SOCKET_NAME
from tests.site.support import MAJOR, embedded, everything_in, made_data, open_folder, wait_until


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with open_folder() as folder, embedded(folder / "data", durable=True).using() as server:
        yield server


@pytest.fixture
def data() -> Iterator[Path]:
    with made_data() as data:
        yield data


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


def ask(url: str, statement: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return str(row[0]) if row else ""


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
        ("log_min_messages", "log"),
        ("log_statement", "none"),
        ("log_parameter_max_length_on_error", "0"),
        ("password_encryption", "scram-sha-256"),
        ("jit", "off"),
        ("work_mem", "32MB"),
        ("wal_buffers", "64MB"),
        ("checkpoint_timeout", "15min"),
        ("max_connections", "100"),
        ("TimeZone", "UTC"),
    ],
)
def test_setting_is_in_force(server: EmbeddedPostgres, setting: str, value: str) -> None:
    assert ask(server.admin_url(), f"SHOW {setting}") == value


def test_every_setting_of_ours_was_accepted(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.admin_url()) as connection:
        wrong = connection.execute(
            "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL"
            " OR (NOT applied AND sourcefile LIKE '%chengxin.conf')"
        ).fetchall()
    assert wrong == []


def test_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    parts = psycopg.conninfo.conninfo_to_dict(server.admin_url())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url_of({**{key: str(part) for key, part in parts.items()}, "password": "wrong"}))


def test_account_of_the_system_is_no_password(server: EmbeddedPostgres) -> None:
    host = str(psycopg.conninfo.conninfo_to_dict(server.admin_url())["host"])
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url_of({"user": ADMIN, "dbname": "postgres", "host": host}))


def test_every_line_of_the_access_rules_wants_scram(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.admin_url()) as connection:
        methods = connection.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules").fetchall()
    assert methods == [("scram-sha-256",)]


def test_nothing_listens_on_the_network(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    kinds = {connection.family for connection in psutil.Process(server.pid).net_connections("all")}
    assert kinds <= {socket.AF_UNIX}


def test_secrets_are_for_their_owner_alone(server: EmbeddedPostgres) -> None:
    secrets = server.data / "secrets"
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in secrets.iterdir()} == {0o600}
    assert stat.S_IMODE(server.log.stat().st_mode) == 0o600


def test_server_has_a_session_of_its_own(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    assert os.getsid(server.pid) == server.pid != os.getsid(0)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("INSERT INTO kept VALUES ('MARKER-甲', -1)", id="check-quotes-the-row"),
        pytest.param("INSERT INTO kept VALUES ('MARKER-甲', 1), ('MARKER-甲', 1)", id="unique-quotes-the-key"),
        pytest.param("SELECT 'MARKER-甲'::date", id="cast-quotes-the-value"),
        pytest.param("SELECT MARKER_甲 FROM kept", id="statement-text"),
        pytest.param("DO $$BEGIN RAISE WARNING 'MARKER-甲'; END$$; SELECT 1/0", id="raised-by-a-function"),
    ],
)
def test_no_value_reaches_the_log(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.admin_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (code text PRIMARY KEY, n int CHECK (n > 0))")
        with pytest.raises(psycopg.Error):
            connection.execute(statement.encode())
    assert "MARKER" not in everything_in(server.log.parent)


def test_data_outlive_stop_and_start(data: Path) -> None:
    with embedded(data).using() as server:
        with psycopg.connect(server.admin_url()) as connection:
            connection.execute("CREATE TABLE t AS SELECT 7 AS n")
        first = server.pid
    assert server.pid is None
    with server.using():
        assert ask(server.admin_url(), "SELECT n FROM t") == "7"
        assert server.pid != first


def test_stop_ends_open_sessions(data: Path) -> None:
    server = embedded(data)
    server.start()
    pid = server.pid
    with psycopg.connect(server.admin_url()) as connection:
        server.start()
        assert server.pid == pid
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert server.pid is None
    server.stop()


def test_long_folder_gets_a_short_socket(folder: Path) -> None:
    data = folder / ("很长的目录名" * 7) / "d'a, t a"
    with embedded(data).using() as server:
        host = str(psycopg.conninfo.conninfo_to_dict(server.admin_url())["host"])
        assert len(os.fsencode(data / "run" / SOCKET_NAME)) > 107
        assert len(os.fsencode(host)) < 90
        assert stat.S_IMODE(Path(host).stat().st_mode) == 0o700
        assert ask(server.admin_url(), "SELECT 1") == "1"
    assert not Path(host).exists()


@pytest.mark.parametrize("name", ["o'b \\ \"数 据", "a,b", "100%"])
def test_odd_folder_name_is_no_hindrance(folder: Path, name: str) -> None:
    with embedded(folder / name).using() as server:
        assert ask(server.admin_url(), "SELECT 1") == "1"


def test_lost_admin_password_is_made_anew(data: Path) -> None:
    with embedded(data).using() as server:
        before = server.admin_url()
    (server.data / "secrets" / f"{ADMIN}.password").unlink()
    with server.using():
        assert server.admin_url() != before
        assert ask(server.admin_url(), "SELECT 1") == "1"
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(before)


def test_lost_admin_password_of_a_running_server_is_told(data: Path) -> None:
    with embedded(data).using() as server:
        file = server.data / "secrets" / f"{ADMIN}.password"
        text = file.read_text()
        file.unlink()
        with pytest.raises(DataFolderUnusable, match="停止所有"):
            server.start()
        file.write_text(text)


def test_socket_folder_of_others_is_refused(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o711)
    (folder / "data" / "run").mkdir(mode=0o755)
    with pytest.raises(DataFolderUnusable, match="套接字"):
        embedded(folder / "data").start()


def test_broken_settings_are_told_with_the_log(data: Path) -> None:
    server = embedded(data)
    with (server.cluster / "postgresql.auto.conf").open("a") as file:
        file.write("shared_buffers = 'much'\n")
    with pytest.raises(Unusable, match="shared_buffers"):
        server.start()
    assert server.pid is None


def test_file_in_place_of_the_folder_is_told(folder: Path) -> None:
    (folder / "data").write_text("")
    with pytest.raises(DataFolderUnusable, match="--data") as caught:
        embedded(folder / "data").start()
    assert "--data" in caught.value.text_en


def test_full_disk_is_told(folder: Path) -> None:
    with pytest.raises(DiskFull, match="清理"):
        raise_failure("initdb: error: could not write: No space left on device", folder)
    with pytest.raises(DiskFull, match="清理"), refusals_told(folder):
        raise OSError(28, "No space left on device")


def test_log_of_a_running_server_is_set_aside_and_written_on(data: Path) -> None:
    with embedded(data).using() as server, psycopg.connect(server.admin_url(), autocommit=True) as connection:
        for _ in range(6):
            connection.execute("SELECT pg_log_backend_memory_contexts(pg_backend_pid())")
            wait_until(lambda: server.log.stat().st_size > 4000)
            server.trim_log(limit_bytes=4000)
            assert server.log.stat().st_size < 4000
        connection.execute("SELECT pg_log_backend_memory_contexts(pg_backend_pid())")
        wait_until(lambda: "logging memory contexts" in server.log.read_text())
    logs = sorted(server.log.parent.iterdir())
    assert [log.name for log in logs] == ["postgres.log", "postgres.log.1", "postgres.log.2", "postgres.log.3"]
    assert {stat.S_IMODE(log.stat().st_mode) for log in logs} == {0o600}
    assert all("logging memory contexts" in log.read_text() and "\0" not in log.read_text() for log in logs)


def test_log_within_its_limit_is_left_alone(server: EmbeddedPostgres) -> None:
    before = server.log.read_text()
    server.trim_log()
    assert server.log.read_text() == before
    assert [log.name for log in server.log.parent.iterdir()] == ["postgres.log"]


def test_log_that_cannot_be_copied_stays_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = folder / "x.log"
    log.write_text("0" * 10)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(DiskFull, match="清理"):
        rotate(log, limit_bytes=10, held_open=True)
    assert [(file.name, file.read_text()) for file in folder.iterdir()] == [("x.log", "0" * 10)]


def test_full_log_is_set_aside(folder: Path) -> None:
    log = folder / "x.log"
    for number in range(5):
        log.write_text(str(number) * 10)
        rotate(log, limit_bytes=10)
    assert sorted(file.name for file in folder.iterdir()) == ["x.log.1", "x.log.2", "x.log.3"]
    assert (folder / "x.log.1").read_text() == "4" * 10


def test_another_version_begins_no_empty_register_beside_the_old_one(data: Path) -> None:
    other = EmbeddedPostgres(data, major=16 if MAJOR != 16 else 18, durable=False)
    with pytest.raises(DataFolderUnusable, match=f"CHENGXIN_PG_MAJOR={MAJOR}"), other.using():
        pass
    assert [path.name for path in data.glob("pg*")] == [f"pg{MAJOR}"]
