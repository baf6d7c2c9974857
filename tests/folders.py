"""Where tests put what they make: in memory where there is room. On a disk a database's thousand files cost more than the tests."""

import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # private folders are made in it
ROOM = 6 << 30


def roomy_folder() -> Path | None:
    """Give the folder in memory, or None where it is missing or small: then the system's own for temporary files serves."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None
