"""Finding, recognising and ending the server's processes. A number in a file is never trusted to be one of them."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

POLL_S = 0.02
SOCKET_NAME = ".s.PGSQL.5432"
_SOCKETS_LINE, _STATUS_LINE = 4, 7
_LEAVE_STRAYS_S, _URGE_STRAYS_S, _DYING_S = 1.0, 20.0, 30.0


@dataclass(frozen=True, slots=True)
class Postmaster:
    """What ``postmaster.pid`` says; ``sockets`` and ``status`` are empty while the server is just starting."""

    pid: int
    sockets: str
    status: str


def read(cluster: Path) -> Postmaster | None:
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (_STATUS_LINE + 1 - len(lines))
    first = lines[0].strip()
    return Postmaster(int(first) if first.isdigit() else 0, lines[_SOCKETS_LINE].strip(), lines[_STATUS_LINE].strip())


def running(cluster: Path) -> Postmaster | None:
    """Return the cluster's living server: PostgreSQL, of the cluster's owner, at work in this very folder."""
    found = read(cluster)
    if found is None or found.pid <= 1:
        return None
    try:
        return found if _works_in(psutil.Process(found.pid), cluster) else None
    except (psutil.Error, FileNotFoundError):
        return None


def is_alive(pid: int) -> bool:
    """Tell whether a process lives; one that ended and waits for its parent to notice does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def wait_until(reached: Callable[[], bool], patience_s: float) -> bool:
    pause, until = threading.Event(), time.monotonic() + patience_s
    while not reached():
        if time.monotonic() >= until:
            return False
        pause.wait(POLL_S)
    return True


def end(pid: int, steps: list[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn, wait its number of seconds, and tell whether the process has ended."""
    for number, patience_s in steps:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        if wait_until(lambda: not is_alive(pid), patience_s):
            return True
    return False


def forget_stale(cluster: Path, sockets: Path) -> None:
    """Remove lock files of a dead server whose number has gone to another program, or that waits to be buried.

    PostgreSQL itself removes such a file when no process has the number, and gives up when any has: after a restart of
    the machine or the container that may be anyone. It finds backends left over from a dead server without the file,
    by the shared memory key that it derives from the folder.
    """
    for file in (cluster / "postmaster.pid", sockets / f"{SOCKET_NAME}.lock"):
        pid = _first_number(file)
        if pid is not None and psutil.pid_exists(pid):
            wait_until(partial(_is_clear, pid, cluster), _DYING_S)
            if _is_stranger(pid, cluster):
                file.unlink(missing_ok=True)


def _first_number(file: Path) -> int | None:
    try:
        first = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def _is_clear(pid: int, cluster: Path) -> bool:
    return _is_stranger(pid, cluster) or running(cluster) is not None


def _is_stranger(pid: int, cluster: Path) -> bool:
    """Tell whether a number certainly isn't a server of this cluster any more.

    A server being killed loses its folder some time before its number, while the kernel takes its memory back.
    """
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            if process.status() == psutil.STATUS_ZOMBIE or process.name() != "postgres":
                return True
            return process.uids().real != cluster.stat().st_uid or process.cwd() not in {str(cluster), ""}
    except psutil.AccessDenied:
        return False
    except psutil.Error:
        return not psutil.pid_exists(pid)


def strays(cluster: Path) -> list[psutil.Process]:
    """List backends that outlived their server: busy ones notice its death only at their next pause."""
    return [process for process in psutil.process_iter() if _works_in(process, cluster)]


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        with process.oneshot():
            return (
                process.name() == "postgres"
                and process.uids().real == cluster.stat().st_uid
                and process.status() != psutil.STATUS_ZOMBIE
                and process.cwd() == str(cluster)
            )
    except psutil.Error:
        return False


def see_strays_off(cluster: Path) -> bool:
    """Wait for the backends of a dead server, then end them; tell whether all are gone.

    Their work is lost already: nothing commits without the server, and recovery runs before anything else.
    """
    for number, patience_s in ((None, _LEAVE_STRAYS_S), (signal.SIGQUIT, _URGE_STRAYS_S), (signal.SIGKILL, 5.0)):
        for process in strays(cluster):
            if number is not None and running(cluster) is None:
                with suppress(psutil.Error):
                    process.send_signal(number)
        if wait_until(lambda: not strays(cluster), patience_s):
            return True
    return False
