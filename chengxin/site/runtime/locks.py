"""Locks that the kernel releases when their holder dies, however it dies (flock)."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chengxin.site.runtime.files import Tell, make_private, refusals_told

TELL_EVERY_S = 5.0
POLL_S = 0.05


def open_lock(data: Path, name: str) -> int:
    """Open (and make) ``data/lock/<name>.lock``; nothing is locked yet."""
    folder = make_private(data / "lock")
    with refusals_told(folder):
        return os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take or convert to the exclusive lock at once; False, and any shared lock given up, when others hold it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive(data: Path, name: str, tell: Tell, cancelled: threading.Event | None = None) -> Iterator[bool]:
    """Hold the exclusive lock; yields False without it when ``cancelled`` is set first.

    Waits as long as the holder lives: it may be replaying gigabytes of log, so there is no deadline, only news.
    """
    stop = cancelled or threading.Event()
    descriptor = open_lock(data, name)
    try:
        told = time.monotonic()
        while not (held := try_exclusive(descriptor)) and not stop.wait(POLL_S):
            if time.monotonic() - told >= TELL_EVERY_S:
                told = time.monotonic()
                tell("另一进程正在启动或停止数据库，请稍候…… Another process is starting or stopping the database.")
        yield held
    finally:
        os.close(descriptor)


class Membership:
    """A shared lock: one for each process, or part of one, that uses the embedded server."""

    def __init__(self, data: Path) -> None:
        self._descriptor = open_lock(data, "users")
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def is_last(self) -> bool:
        """Tell whether nobody else is left. Call under the start lock: it keeps newcomers out until ``close``."""
        return try_exclusive(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)
