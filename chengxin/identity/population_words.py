"""The population authority's words and what they mean. Read from ``population.toml`` and nowhere else."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "population.toml"


@dataclass(frozen=True, slots=True)
class Level:
    """A level of assurance; the table lists the lowest first."""

    code: str
    word: str
    name: str
    name_en: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Method:
    """How an authority checked, and the highest level that this can amount to."""

    code: str
    word: str
    highest: str


@dataclass(frozen=True, slots=True)
class Words:
    """The whole table. Levels and methods go by the word that the feed has for them."""

    kinds: dict[str, str]
    capacities: dict[str, str]
    needs: dict[str, tuple[str, ...]]
    levels: dict[str, Level]
    methods: dict[str, Method]

    def reaches(self, method: Method, level: Level) -> bool:
        """Tell whether a method can amount to a level."""
        order = [each.code for each in self.levels.values()]
        return order.index(level.code) <= order.index(method.highest)


@cache
def words() -> Words:
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Words(
        content["kinds"],
        content["capacities"],
        {kind: tuple(needed) for kind, needed in content["needs"].items()},
        {entry["word"]: Level(**entry) for entry in content["level"]},
        {entry["word"]: Method(**entry) for entry in content["method"]},
    )
