"""Columns of the record files, in the order and with the labels that the catalogue gives them."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LEVELS = ("national", "provincial")
NOTE = "演示数据"
"""Stands in the remarks of every row of every file."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One item's columns; ``roles`` tells which of them holds the name, the number, the document and so on."""

    item: str
    stem: str
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    required: tuple[str, ...]
    dates: frozenset[str]
    roles: dict[str, str]


STEMS = {
    "CF-ZRR": "penalties",
    "XK-ZRR": "licences",
    "SX-BZXR": "defaulters",
    "ZG-ZY": "qualifications",
    "RY-BZ": "honours",
    "ZY-FW": "volunteering",
    "CN-XY": "commitments",
    "YZ-MD": "serious",
}
PENALTY = "CF-ZRR"


@cache
def layout(item: str) -> Layout:
    """Return the layout of an item of the shipped catalogue."""
    levels = [files("chengxin.catalogue") / "data" / level / "items" / f"{item}.toml" for level in LEVELS]
    file = next(one for one in levels if one.is_file())
    entry = tomllib.loads(file.read_text(encoding="utf-8"))
    columns = entry["field"]
    return Layout(
        item=item,
        stem=STEMS[item],
        codes=tuple(column["code"] for column in columns),
        labels=tuple(column["label"] for column in columns),
        required=tuple(column["code"] for column in columns if column["required"] == "always"),
        dates=frozenset(column["code"] for column in columns if column["type"] == "date"),
        roles=dict(entry["roles"]),
    )


def forbidden_phrases() -> dict[str, str]:
    """Return one phrase for each kind of information that may never be collected."""
    file = files("chengxin.catalogue") / "data" / "forbidden.toml"
    kinds = tomllib.loads(file.read_text(encoding="utf-8"))["forbidden"]
    return {kind["code"]: kind["phrases"][0] for kind in kinds}
