"""Named SQL statements in files: ``-- name: some_name``, one line of purpose, the statement."""

import re
from functools import cache
from pathlib import Path

NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def statements(path: Path) -> dict[str, str]:
    """Read the statements of a file in their order. Raises ValueError when two bear one name."""
    parts = NAME.split(path.read_text(encoding="utf-8"))
    names, bodies = parts[1::2], parts[2::2]
    if len(set(names)) != len(names):
        raise ValueError(f"{path.name}: two statements with one name")
    return {name: body.strip() for name, body in zip(names, bodies, strict=True)}
