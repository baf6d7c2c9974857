"""The data files of the demo province, read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return the content of ``data/<name>.toml``."""
    return tomllib.loads((files("chengxin.demo") / "data" / f"{name}.toml").read_text(encoding="utf-8"))
