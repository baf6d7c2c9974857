"""What the machine offers, as far as the container we may be in lets us have it."""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

_CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Machine:
    memory_bytes: int
    cores: int
    free_disk_bytes: int
    shared_memory_bytes: int


def measure(folder: Path) -> Machine:
    """Measure memory, cores, the free space of a folder's disk and the size of /dev/shm."""
    return Machine(
        memory_bytes=min([psutil.virtual_memory().total, *_memory_limits()]),
        cores=_cores(),
        free_disk_bytes=psutil.disk_usage(str(folder)).free,
        shared_memory_bytes=_shared_memory(),
    )


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for folder in _own_groups():
        quota, _, period = _first_line(folder / "cpu.max").partition(" ")
        if quota.isdigit() and period.isdigit():
            cores = min(cores, -(-int(quota) // int(period)))
    return max(1, cores)


def _memory_limits() -> list[int]:
    files = [folder / "memory.max" for folder in _own_groups()]
    files.append(_CGROUPS / "memory" / "memory.limit_in_bytes")
    # "max" and the first version's 2^63 stand for no limit; the smallest number decides.
    return [int(text) for text in map(_first_line, files) if text.isdigit()]


def _own_groups() -> list[Path]:
    """List our control group and those above it (second version); inside a container it is the root itself."""
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        if line.startswith("0::/"):
            own = _CGROUPS / line.removeprefix("0::/")
            return [own, *(folder for folder in own.parents if folder.is_relative_to(_CGROUPS))]
    return [_CGROUPS]


def _shared_memory() -> int:
    try:
        found = os.statvfs("/dev/shm")  # noqa: S108 - its size is asked for, nothing is written
    except OSError:
        return 0
    return found.f_blocks * found.f_frsize


def _first_line(file: Path) -> str:
    return _text(file).partition("\n")[0].strip()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""
