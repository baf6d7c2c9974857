"""What a peer is told: the file, the item's field table, the database. Plain JSON, so that a peer needs nothing of this house.

``python -m scripts.peers.with_… TASK`` reads it and answers one line of JSON.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file. ``allowed`` are the values and labels of its code list, ``pattern`` the form of a code."""

    code: str
    type: str
    required: bool
    length: int | None
    pattern: str
    allowed: tuple[str, ...]
    multi: bool


@dataclass(frozen=True, slots=True)
class Task:
    """``kinds`` maps the templates' values of the certificate type to kinds of codes."""

    file: str
    on: date
    columns: tuple[Column, ...]
    type_column: str
    code_column: str
    kinds: dict[str, str]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, default=str), encoding="utf-8")


def read_task(path: Path) -> Task:
    told = json.loads(path.read_text(encoding="utf-8"))
    columns = tuple(Column(**{**column, "allowed": tuple(column["allowed"])}) for column in told["columns"])
    return Task(**{**told, "columns": columns, "on": date.fromisoformat(told["on"])})


def database() -> str:
    """Give the address of the database; it stands in the environment, since a command line can be read by others."""
    return os.environ["CHENGXIN_PROCESS_DATABASE"]


def peak_mib() -> int:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (peak,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return round(int(peak) / 1024)


def answer(way: Callable[[Task], dict[str, Any]]) -> None:
    """Do the task and tell seconds and the most memory this process held; start of Python and imports apart."""
    task = read_task(Path(sys.argv[1]))
    started = perf_counter()
    told = way(task)
    told = {"seconds": perf_counter() - started, **told, "peak_mib": peak_mib()}
    sys.stdout.write(json.dumps(told) + "\n")
