"""The seven fields of the real-name system and the articles a check may rest on. Read from ``real_names.toml`` and nowhere else."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from chengxin.lib.sources import Source

TABLE = Path(__file__).parent / "real_names.toml"


@dataclass(frozen=True, slots=True)
class Field:
    """``short`` stands in the numbers of purposes registered in this field."""

    code: str
    short: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Basis:
    """An article that lets an organisation of these fields check real names."""

    ref: str
    source: Source
    gist: str
    valid_from: date
    valid_until: date | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RealNames:
    fields: dict[str, Field]
    bases: dict[str, Basis]

    def bases_of(self, field: str, on: date) -> tuple[Basis, ...]:
        return tuple(one for one in self.bases.values() if field in one.fields and one.source.in_force(on))


@cache
def real_names() -> RealNames:
    """Read the table. Raises ValueError when a field has no article or an article names a field that isn't there."""
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    fields = {entry["code"]: Field(**entry) for entry in content["field"]}
    bases = {entry["ref"]: _basis(entry) for entry in content["basis"]}
    if {field for basis in bases.values() for field in basis.fields} != fields.keys():
        raise ValueError("real_names.toml: fields and articles don't fit each other")
    return RealNames(fields, bases)


def _basis(entry: dict[str, object]) -> Basis:
    valid_from, valid_until, named = entry["valid_from"], entry.get("valid_until"), entry["fields"]
    if not isinstance(valid_from, date) or not isinstance(valid_until, date | None) or not isinstance(named, list):
        raise TypeError(f"real_names.toml: {entry['ref']}")
    source = Source(
        str(entry["law"]), str(entry["article"]), valid_from, valid_until, provisional=bool(entry["provisional"])
    )
    return Basis(str(entry["ref"]), source, str(entry["gist"]), valid_from, valid_until, tuple(named))
