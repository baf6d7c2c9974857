"""Children are kept running, stop together, and never outlive the supervisor."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chengxin.site.runtime.errors import AlreadyRunning
from chengxin.site.runtime.output import LogFile
from chengxin.site.runtime.supervise import up_lock
from tests.site.support import MAJOR, embedded, is_gone, line_of, made_data, open_folder, program, wait_until

SUPERVISOR = """
import os, sys
from pathlib import Path
from chengxin.site.runtime.supervise import Child, Supervisor
data = Path(sys.argv[1])
children = [Child(f"child{n}", [sys.executable, "-c", text], os.environ) for n, text in enumerate(sys.argv[2:])]
Supervisor(children, data, patience_s=0.5).run()
print("returned", flush=True)
"""
KEEPER = """
import sys
from pathlib import Path
from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.runtime.connection import Database
from chengxin.site.runtime.output import to_terminal
from chengxin.site.runtime.supervise import Supervisor
server = EmbeddedPostgres(Path(sys.argv[1]), major=int(sys.argv[2]), durable=False)
with server.using():
    database = Database({}, embedded=True, server=server)
    print("ready", flush=True)
    Supervisor([], server.data, watch=lambda stopping: database.tend(stopping, to_terminal)).run()
"""
HOLDER = """
import sys
from pathlib import Path
from chengxin.site.runtime.supervise import up_lock
with up_lock(Path(sys.argv[1]), "http://127.0.0.1:8000"):
    print("held", flush=True)
    sys.stdin.read()
"""
STAYS = "import os, sys, threading; print('pid', os.getpid(), flush=True); threading.Event().wait()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STAYS}"
PARENT = (
    "import os, subprocess, sys;"
    "p = subprocess.Popen([sys.executable, '-c', 'import threading; threading.Event().wait()']);"
    "print('grandchild', p.pid, flush=True); print('pid', os.getpid(), flush=True); p.wait()"
)


@pytest.fixture
def data() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder / "data"


def numbers(data: Path, name: str = "child0", word: str = "pid") -> list[int]:
    log = data / "log" / f"{name}.log"
    return (
        [int(found) for found in re.findall(rf"^{word} (\d+)", log.read_text(), re.MULTILINE)] if log.exists() else []
    )


def test_killed_child_comes_back(data: Path) -> None:
    with program(SUPERVISOR, data, STAYS) as supervisor:
        wait_until(lambda: numbers(data))
        os.kill(numbers(data)[0], signal.SIGKILL)
        assert "1 s" in line_of(supervisor, "ended (-9)")
        wait_until(lambda: len(numbers(data)) == 2)
        assert line_of(supervisor, "child0 | pid").endswith(str(numbers(data)[1]))


def test_pauses_grow(data: Path) -> None:
    with program(SUPERVISOR, data, "raise SystemExit(3)") as supervisor:
        assert "in 1 s" in line_of(supervisor, "ended (3)")
        assert "in 2 s" in line_of(supervisor, "ended (3)")


def test_unknown_program_is_told(data: Path) -> None:
    text = SUPERVISOR.replace('[sys.executable, "-c", text]', '["/no/such/program"]')
    with program(text, data, "") as supervisor:
        assert line_of(supervisor, "child0 |") == "child0 | /no/such/program: No such file or directory"
        line_of(supervisor, "ended (127)")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_all_even_the_stubborn(data: Path, number: signal.Signals) -> None:
    with program(SUPERVISOR, data, STAYS, STUBBORN, PARENT) as supervisor:
        names = ("child0", "child1", "child2")
        wait_until(lambda: all(numbers(data, name) for name in names))
        pids = [numbers(data, name)[0] for name in names] + numbers(data, "child2", "grandchild")
        supervisor.send_signal(number)
        line_of(supervisor, "returned")
        assert supervisor.wait(10) == 0
        assert len(pids) == 4
        wait_until(lambda: all(map(is_gone, pids)))


def test_grandchildren_end_with_their_parent(data: Path) -> None:
    with program(SUPERVISOR, data, PARENT):
        wait_until(lambda: numbers(data))
        os.kill(numbers(data)[0], signal.SIGKILL)
        wait_until(lambda: is_gone(numbers(data, word="grandchild")[0]))


def test_children_die_with_a_killed_supervisor(data: Path) -> None:
    with program(SUPERVISOR, data, STAYS, STAYS) as supervisor:
        wait_until(lambda: numbers(data) and numbers(data, "child1"))
        supervisor.kill()
        supervisor.wait()
        wait_until(lambda: is_gone(numbers(data)[0]) and is_gone(numbers(data, "child1")[0]))


def test_ctrl_c_of_the_terminal_reaches_the_supervisor_alone(data: Path) -> None:
    with program(SUPERVISOR, data, STAYS) as supervisor:
        wait_until(lambda: numbers(data))
        child = numbers(data)[0]
        assert os.getpgid(child) == child != os.getpgid(supervisor.pid)


def test_killed_database_comes_back() -> None:
    with made_data() as data, program(KEEPER, data, MAJOR) as keeper:
        line_of(keeper, "ready")
        server = embedded(data)
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        line_of(keeper, "starting it again")
        wait_until(lambda: server.pid not in {None, first})
        wait_until(lambda: _answers(server.admin_url()))
        keeper.send_signal(signal.SIGTERM)
        assert keeper.wait(15) == 0
        assert server.pid is None


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError:
        return False


def test_second_up_is_refused_and_touches_nothing(data: Path) -> None:
    with program(HOLDER, data) as first:
        line_of(first, "held")
        before = (data / "lock" / "up.lock").read_bytes()
        with pytest.raises(AlreadyRunning, match=r"127\.0\.0\.1:8000") as caught, up_lock(data, "http://elsewhere"):
            pass
        assert caught.value.pid == first.pid
        assert caught.value.address == "http://127.0.0.1:8000"
        assert (data / "lock" / "up.lock").read_bytes() == before
        first.kill()
        first.wait()
        with up_lock(data, "http://elsewhere"):
            assert str(os.getpid()) in (data / "lock" / "up.lock").read_text()


def test_log_of_a_child_is_set_aside_when_full(data: Path) -> None:
    data.mkdir()
    log = LogFile(data, "web", limit_bytes=10)
    for _ in range(3):
        log.write(b"0123456789\n")
    log.close()
    assert sorted(file.name for file in (data / "log").iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]


def test_output_in_no_encoding_goes_on(data: Path) -> None:
    text = "import sys; sys.stdout.buffer.write(b'\\xff\\xfe half\\nwhole\\n')"
    with program(SUPERVISOR, data, text) as supervisor:
        line_of(supervisor, "child0 | whole")
