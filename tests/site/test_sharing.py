"""Several processes on one server, and what kill -9 leaves."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from chengxin.site.runtime import postmaster
from chengxin.site.runtime.errors import DataFolderUnusable, ServerNotStarted
from chengxin.site.runtime.postmaster import SOCKET_NAME
from tests.site.support import MAJOR, embedded, is_gone, line_of, made_data, open_folder, program, wait_until

USER = """
import sys
from pathlib import Path
from chengxin.site.runtime.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), major=int(sys.argv[2]), durable=False)
with server.using():
    print("pid", server.pid, flush=True)
    sys.stdin.read() if len(sys.argv) < 4 else None
print("left", flush=True)
"""
STARTER = """
import sys
from pathlib import Path
from chengxin.site.runtime.postgres import EmbeddedPostgres
EmbeddedPostgres(Path(sys.argv[1]), major=int(sys.argv[2])).start()
"""
COMER_AND_GOER = """
import sys
from pathlib import Path
import psycopg
from chengxin.site.runtime.postgres import EmbeddedPostgres
for _ in range(4):
    server = EmbeddedPostgres(Path(sys.argv[1]), major=int(sys.argv[2]), durable=False)
    with server.using(), psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("SELECT n FROM t").fetchone() == (1,)
print("content", flush=True)
"""


@pytest.fixture
def data() -> Iterator[Path]:
    with made_data() as data:
        yield data


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


NOBODY = 65534


def test_second_user_joins_and_leaves_it_running(data: Path) -> None:
    with embedded(data).using() as server:
        pid = server.pid
        with program(USER, data, MAJOR, "at once") as second:
            assert line_of(second, "pid") == f"pid {pid}"
            line_of(second, "left")
        assert server.pid == pid
    assert server.pid is None


def test_server_outlives_its_starter_until_the_last_user_leaves(data: Path) -> None:
    with program(USER, data, MAJOR) as first:
        pid = int(line_of(first, "pid").split()[1])
        with embedded(data).using() as server:
            first.kill()
            first.wait()
            with psycopg.connect(server.admin_url()) as connection:
                connection.execute("SELECT 1")
            assert server.pid == pid
        wait_until(lambda: is_gone(pid))


def test_killed_user_is_not_counted(data: Path) -> None:
    with program(USER, data, MAJOR) as only:
        pid = int(line_of(only, "pid").split()[1])
        only.kill()
        only.wait()
    server = embedded(data)
    assert server.pid == pid
    with server.using():
        assert server.pid == pid
    assert server.pid is None


def test_comers_and_goers_never_meet_a_stopped_server(data: Path) -> None:
    with embedded(data).using() as server, psycopg.connect(server.admin_url()) as connection:
        connection.execute("CREATE TABLE t AS SELECT 1 AS n")
    processes = [
        subprocess.Popen([sys.executable, "-c", COMER_AND_GOER, str(data), str(MAJOR)], stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert said == [b"content\n"] * 4
    assert server.pid is None


def test_committed_rows_outlive_kill(data: Path) -> None:
    with embedded(data, durable=True).using() as server:
        first = server.pid
        assert first is not None
        connection = psycopg.connect(server.admin_url())
        connection.execute("CREATE TABLE t AS SELECT generate_series(1, 50000) AS n")
        connection.commit()
        connection.execute("INSERT INTO t SELECT generate_series(1, 50000)")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: is_gone(first))
        server.start()
        connection.close()
        assert server.pid not in {first, None}
        with psycopg.connect(server.admin_url()) as connection:
            assert connection.execute("SELECT count(*), sum(n) FROM t").fetchone() == (50_000, 1_250_025_000)
    assert server.pid is None


def test_busy_backend_of_a_killed_server_is_seen_off(data: Path) -> None:
    with embedded(data).using() as server:
        connection = psycopg.connect(server.admin_url(), autocommit=True)
        first = server.pid
        assert first is not None
        backend = connection.info.backend_pid
        busy = threading.Thread(target=_be_busy, args=(connection,))
        busy.start()
        wait_until(lambda: psutil.Process(backend).cpu_times().user > 0.05)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: is_gone(first))
        said: list[str] = []
        server.start(said.append)
        busy.join()
        connection.close()
        assert is_gone(backend)
        assert any("Waiting for processes" in line for line in said)
        with psycopg.connect(server.admin_url()) as again:
            assert again.execute("SELECT 1").fetchone() == (1,)


def _be_busy(connection: psycopg.Connection) -> None:
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT count(*) FROM generate_series(1, 1e12::bigint) a, generate_series(1, 10) b")


def test_number_that_went_to_another_program_holds_nobody_up(data: Path) -> None:
    with embedded(data).using() as server:
        entry = (server.cluster / "postmaster.pid").read_text().splitlines()
    with program("import sys; sys.stdin.read()") as stranger:
        for file in (server.cluster / "postmaster.pid", data / "run" / f"{SOCKET_NAME}.lock"):
            file.write_text("\n".join([str(stranger.pid), *entry[1:]]) + "\n")
        with server.using():
            assert server.pid not in {None, stranger.pid}
        assert stranger.poll() is None


def test_kill_amid_initdb_is_recovered_from(folder: Path) -> None:
    data = folder / "data"
    with program(STARTER, data, MAJOR) as starter:
        wait_until(lambda: list(data.glob("pg*.init-*/cluster/base")))
        starter.kill()
        starter.wait()
    server = embedded(data)
    assert not server.cluster.exists()
    with server.using(), psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.start()
    server.stop()
    # An initdb that outlived its starter may have kept its folder from going at the first start, never from then on.
    server.cluster.rename(data / "set-aside")
    server.start()
    server.stop()
    assert list(data.glob("*.init-*")) == []


def test_kill_of_the_starter_leaves_a_server_to_join(data: Path) -> None:
    with program(STARTER, data, MAJOR) as starter:
        wait_until((data / f"pg{MAJOR}" / "postmaster.pid").exists)
        starter.kill()
        starter.wait()
    with embedded(data).using() as server, psycopg.connect(server.admin_url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server.pid is None


def test_cancelled_start_leaves_nothing_running(data: Path) -> None:
    server = embedded(data)
    cancelled = threading.Event()
    cancelled.set()
    server.start(cancelled=cancelled)
    assert server.pid is None


def test_missing_log_of_a_crashed_server_is_an_answer(data: Path) -> None:
    server = embedded(data)
    (server.cluster / "global" / "pg_control").unlink()
    with pytest.raises(ServerNotStarted, match="pg_control"):
        server.start()


@pytest.mark.long
def test_more_than_a_gigabyte_of_log_is_replayed() -> None:
    with open_folder(in_memory=False) as folder, embedded(folder / "data", durable=True).using() as server:
        with psycopg.connect(server.admin_url(), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (n bigint PRIMARY KEY, filler text)")
            for start in range(0, 8_000_000, 1_000_000):
                connection.execute(
                    "INSERT INTO t SELECT n, md5(n::text) || md5((-n)::text)"
                    " FROM generate_series(%s::bigint, %s::bigint) n",
                    [start, start + 999_999],
                )
            row = connection.execute("SELECT pg_current_wal_lsn() - redo_lsn FROM pg_control_checkpoint()").fetchone()
        assert row is not None
        assert row[0] > 1_000_000_000
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: server.pid is None)
        said: list[str] = []
        server.start(said.append)
        with psycopg.connect(server.admin_url()) as connection:
            assert connection.execute("SELECT count(*), sum(n) FROM t").fetchone() == (8_000_000, 31_999_996_000_000)
    assert any("Recovering" in line for line in said), said


def test_folder_without_permission_is_told(folder: Path) -> None:
    data = folder / "data"
    data.mkdir(mode=0o500)
    # Root may write anywhere, so for this once it is somebody who may not.
    before = os.geteuid()
    os.seteuid(before or NOBODY)
    try:
        with pytest.raises(DataFolderUnusable, match="权限"):
            embedded(data).start()
    finally:
        os.seteuid(before)


def test_killed_server_that_nobody_buries_holds_nobody_up(data: Path) -> None:
    with program(USER, data, MAJOR) as starter:
        pid = int(line_of(starter, "pid").split()[1])
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: is_gone(pid))
        with embedded(data).using() as server, psycopg.connect(server.admin_url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        # The starter counts as a user still.
        server.stop()


def test_server_that_a_killed_starter_left_in_secret_is_joined(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with embedded(data).using() as server:
        pid = server.pid
        look = postmaster.running
        answers = [None, look(server.cluster)]
        # Between fork and the server's own entry in its file there is nothing to see; then ours finds it locked.
        monkeypatch.setattr(postmaster, "running", lambda cluster: answers.pop(0) if answers else look(cluster))
        monkeypatch.setattr(postmaster, "strays", lambda _: [])
        server.start()
        assert server.pid == pid
