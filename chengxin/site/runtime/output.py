"""Where children's words go: the terminal, with their name in front, and a log that never outgrows the disk."""

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from chengxin.lib.errors import Unusable
from chengxin.site.runtime.files import LOG_LIMIT_BYTES, make_private, open_log, rotate

_terminal = threading.Lock()


def to_terminal(line: str) -> None:
    """Write one whole line; children speak from several threads."""
    # A closed or narrow terminal is no reason to stop emptying the children's pipes.
    with _terminal, suppress(OSError, ValueError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


class LogFile:
    """``data/log/<name>.log``, set aside when it is full."""

    def __init__(self, data: Path, name: str, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
        self._path = make_private(data / "log") / f"{name}.log"
        self._limit_bytes = limit_bytes
        self._descriptor = open_log(self._path)

    def write(self, line: bytes) -> None:
        os.write(self._descriptor, line)
        if os.fstat(self._descriptor).st_size >= self._limit_bytes:
            os.close(self._descriptor)
            rotate(self._path, self._limit_bytes)
            self._descriptor = open_log(self._path)

    def close(self) -> None:
        os.close(self._descriptor)


def forward(source: IO[bytes], data: Path, name: str) -> threading.Thread:
    """Pass on what a child says, in a thread of its own, until the child and all its children have closed the pipe."""
    log: LogFile | None = None
    try:
        log = LogFile(data, name)
    except Unusable as error:
        to_terminal(f"{name}: {error.text} {error.text_en}")
    thread = threading.Thread(target=_pass_on, args=(source, log, name), name=f"output of {name}", daemon=True)
    thread.start()
    return thread


def _pass_on(source: IO[bytes], log: LogFile | None, name: str) -> None:
    for line in source:
        try:
            if log is not None:
                log.write(line)
        except (OSError, Unusable):
            # A full disk: the pipe must be emptied all the same, or the child stands still.
            log = None
        to_terminal(f"{name} | {line.decode('utf-8', errors='replace').rstrip()}")
    source.close()
    if log is not None:
        log.close()
