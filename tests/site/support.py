"""What the tests of the runtime share: folders that a database's account may enter, patience, programs to kill."""

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path

import psutil

from chengxin.site.bootstrap import digest_of
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.folders import roomy_folder

MAJOR = int(os.environ.get("CHENGXIN_PG_MAJOR", "18"))
ROOT = os.geteuid() == 0
CHECKOUT = Path(__file__).resolve().parents[2]


def wait_until(predicate: Callable[[], object], timeout_s: float = 15.0) -> None:
    """Wait for something to come true; fails the test when it doesn't."""
    pause, until = threading.Event(), time.monotonic() + timeout_s
    while not predicate():
        assert time.monotonic() < until, f"not reached within {timeout_s} s"
        pause.wait(0.005)


def _new_folder(*, in_memory: bool = True) -> Path:
    """Make a folder that other accounts may pass through; pytest's own are closed to them."""
    folder = Path(tempfile.mkdtemp(prefix="chengxin-test-", dir=roomy_folder() if in_memory else None))
    folder.chmod(0o711)
    return folder


@contextmanager
def open_folder(*, in_memory: bool = True) -> Iterator[Path]:
    folder = _new_folder(in_memory=in_memory)
    try:
        yield folder
    finally:
        left = [process for process in psutil.process_iter() if _works_below(process, folder)]
        for process in left:
            process.kill()
        shutil.rmtree(folder)
        assert not left, "a server was left running"


def _works_below(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.name() == "postgres" and Path(process.cwd()).is_relative_to(folder)
    except psutil.Error:
        return False


def embedded(data: Path, *, durable: bool = False) -> EmbeddedPostgres:
    return EmbeddedPostgres(data, major=MAJOR, durable=durable)


@cache
def _template() -> Path:
    folder = _new_folder()
    atexit.register(shutil.rmtree, folder)
    with embedded(folder / "data").using() as server:
        return server.data


PREPARE = """
import sys
from pathlib import Path
from chengxin.site.bootstrap import installation
with installation(Path(sys.argv[1]), "owner", lambda _: None):
    pass
"""


def _prepared() -> Path:
    """Make a data folder whose database is prepared, keys and all, and keep it for as long as what it is made of stays the same."""
    folder = CHECKOUT / "build" / "prepared"
    folder.mkdir(parents=True, exist_ok=True)
    whole = hashlib.sha256(f"{MAJOR} {os.geteuid()} {digest_of({})}".encode())
    for file in (*sorted(CHECKOUT.glob("requirements/*.txt")), CHECKOUT / "chengxin" / "site" / "bootstrap.py"):
        whole.update(file.read_bytes())
    made = folder / whole.hexdigest()[:24]
    with (folder / "lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder / "new", ignore_errors=True)
            with made_data() as data:
                kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHENGXIN", "DATA"))}
                subprocess.run(
                    [sys.executable, "-c", PREPARE, data],
                    env={**kept, "CHENGXIN_PG_MAJOR": str(MAJOR)}, cwd=CHECKOUT, check=True, capture_output=True,
                )  # fmt: skip
                subprocess.run(["cp", "-a", data, folder / "new"], check=True)
            for old in folder.glob("????????????????????????"):
                shutil.rmtree(old)
            (folder / "new").rename(made)
    return made


def copy_prepared(data: Path) -> None:
    """Make ``data`` an installation of its own whose database is prepared, server stopped."""
    data.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", f"{_prepared()}/.", data], check=True)


@contextmanager
def made_data(*, prepared: bool = False) -> Iterator[Path]:
    """Give a data folder with a stopped cluster in it; a copy takes a tenth of the time of making one. ``prepared``: see ``_prepared``."""
    with open_folder() as folder:
        if prepared:
            copy_prepared(folder / "data")
        else:
            subprocess.run(["cp", "-a", _template(), folder / "data"], check=True)
        yield folder / "data"


@contextmanager
def program(text: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run Python text in a process of its own; whatever is left of it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", text, *map(str, arguments)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line_of(process: subprocess.Popen[str], sign: str) -> str:
    """Read a program's output up to a line that holds ``sign``."""
    assert process.stdout is not None
    said = ""
    deadline = threading.Timer(20, process.kill)
    deadline.start()
    try:
        for line in process.stdout:
            said += line
            if sign in line:
                return line.strip()
    finally:
        deadline.cancel()
    raise AssertionError(f"it ended without saying {sign!r}:\n{said}")


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def everything_in(folder: Path) -> str:
    return "".join(file.read_text(encoding="utf-8", errors="replace") for file in folder.rglob("*") if file.is_file())
