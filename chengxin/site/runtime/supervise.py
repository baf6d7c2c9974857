"""Running the processes of ``chengxin up``: start, watch, start again, stop together; one such set per data folder."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from chengxin.lib.errors import ChengxinError
from chengxin.site.runtime import tether
from chengxin.site.runtime.errors import AlreadyRunning
from chengxin.site.runtime.files import Tell, make_data_folder
from chengxin.site.runtime.locks import open_lock, try_exclusive
from chengxin.site.runtime.output import forward, to_terminal

Watch = Callable[[threading.Event], None]
_LONGEST_PAUSE_S = 30.0
_SETTLED_S = 60.0
_TICK_S = 0.1
_WATCH_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running. ``env`` is all of its environment: no child inherits another role's password."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(repr=False)


@dataclass(slots=True)
class _Place:
    """What the supervisor knows about one child; ``process`` is None while it pauses before the next start."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    output: threading.Thread | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = 0


class Supervisor:
    """Keeps children running until SIGINT or SIGTERM.

    Each child has a process group of its own, so that the terminal's Ctrl-C reaches the supervisor alone and a child's
    own children end with it. Should the supervisor itself be killed, the kernel sends each child SIGTERM.
    """

    def __init__(
        self,
        children: Sequence[Child],
        data: Path,
        *,
        watch: Watch | None = None,
        tell: Tell = to_terminal,
        patience_s: float = 10.0,
    ) -> None:
        """``watch`` is called every second in a thread of its own; its argument is set when all must stop."""
        self._places = [_Place(child) for child in children]
        self._data = make_data_folder(data)
        self._watch = watch
        self._tell = tell
        self._patience_s = patience_s
        self._stopping = threading.Event()
        self._signals = 0

    def run(self) -> None:
        """Run all children; returns when a signal has come and all have ended. Main thread only.

        The kernel ties a child to the *thread* that started it, so all starts happen here.
        """
        before = {number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)}
        watcher = threading.Thread(target=self._keep_watching, name="watch", daemon=True)
        watcher.start()
        pause = threading.Event()
        try:
            while not self._signals:
                for place in self._places:
                    self._tend(place)
                pause.wait(_TICK_S)
        finally:
            self._stopping.set()
            self._stop_all()
            watcher.join()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        # No event here: a handler that interrupts a wait on the same event would wait for itself.
        self._signals += 1

    def _keep_watching(self) -> None:
        while self._watch is not None and not self._stopping.wait(_WATCH_EVERY_S):
            try:
                self._watch(self._stopping)
            except ChengxinError as error:
                # The children go on failing and the next second tries again; the reason must be seen meanwhile.
                self._tell(f"{error.text} {error.text_en}")

    def _tend(self, place: _Place) -> None:
        now = time.monotonic()
        if place.process is None:
            if now >= place.due:
                self._start(place)
        elif _has_ended(place.process):
            code = self._bury(place)
            if now - place.started >= _SETTLED_S:
                place.failures = 0
            pause_s = min(2.0**place.failures, _LONGEST_PAUSE_S)
            place.failures += 1
            place.due = now + pause_s
            self._tell(
                f"{place.child.name} 已退出（{code}），{pause_s:.0f} 秒后重新启动。 "
                f"{place.child.name} ended ({code}); starting it again in {pause_s:.0f} s."
            )

    def _start(self, place: _Place) -> None:
        tie = [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), str(int(signal.SIGTERM))]
        process = subprocess.Popen(
            [*tie, *place.child.argv],
            env=dict(place.child.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        place.process, place.started = process, time.monotonic()
        if process.stdout is not None:
            place.output = forward(process.stdout, self._data, place.child.name)

    def _bury(self, place: _Place) -> int:
        """End what an ended child left running, then take its exit code.

        In this order: until the code is taken the number can't go to a stranger's process group.
        """
        process, place.process = place.process, None
        if process is None:
            return 0
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        if place.output is not None:
            # Whoever left the group and kept the pipe must not hold us up.
            place.output.join(timeout=1.0)
        return code

    def _stop_all(self) -> None:
        living = [place for place in self._places if place.process is not None]
        for place in living:
            self._send(place, signal.SIGTERM)
        until = time.monotonic() + self._patience_s
        asked = self._signals
        pause = threading.Event()
        # A second Ctrl-C means: at once.
        while time.monotonic() < until and self._signals <= max(asked, 1):
            if all(place.process is None or _has_ended(place.process) for place in living):
                break
            pause.wait(_TICK_S / 5)
        for place in living:
            self._send(place, signal.SIGKILL)
            self._bury(place)

    def _send(self, place: _Place, number: signal.Signals) -> None:
        if place.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(place.process.pid, number)


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether a child has ended, without taking its exit code."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@contextmanager
def up_lock(data: Path, address: str) -> Iterator[None]:
    """Be the one ``chengxin up`` of a data folder. Raises AlreadyRunning with the other's process and address."""
    make_data_folder(data)
    descriptor = open_lock(data, "up")
    try:
        if not try_exclusive(descriptor):
            raise AlreadyRunning(*_who(descriptor))
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "address": address}).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _who(descriptor: int) -> tuple[int, str]:
    """Read the holder's entry; it may be a moment away from writing it, and then stays unnamed."""
    try:
        entry = json.loads(os.pread(descriptor, 4096, 0))
        return int(entry["pid"]), str(entry["address"])
    except (ValueError, KeyError, TypeError):
        return 0, ""
