"""Key occupations: which qualification records speak of which, and how a practice stands on a day. Read from ``occupations.toml``."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from chengxin.lib.sources import Source

TABLE = Path(__file__).parent / "occupations.toml"
# The codes of ``practice_state`` in the catalogue; whoever was barred has a penalty record, which speaks for itself.
IN_PRACTICE, DORMANT, DEREGISTERED = "1", "2", "3"


class Standing(StrEnum):
    """How a practice stands on a day."""

    IN_FORCE = "in_force"
    DORMANT = "dormant"
    ENDED = "ended"
    EXPIRED = "expired"
    TO_COME = "to_come"


@dataclass(frozen=True, slots=True)
class Occupation:
    """A key occupation from a day on. ``value`` stands in the record, ``titles`` in the name of its certificate."""

    code: str
    value: str
    name: str
    name_en: str
    titles: tuple[str, ...]
    organ: str
    valid_from: date
    valid_until: date | None
    source: Source

    def in_force(self, on: date) -> bool:
        return self.source.in_force(on)

    def knows(self, title: str) -> bool:
        """Tell whether a certificate's name is one by which this occupation is practised."""
        return any(part in title for part in self.titles)


@dataclass(frozen=True, slots=True)
class Occupations:
    """All entries, in the policy's order, and after how long without a hand-in a provider's picture is stale."""

    item: str
    entries: tuple[Occupation, ...]
    fresh_days: int
    fresh_source: Source

    def on(self, day: date) -> dict[str, Occupation]:
        """Give the occupations in force on a day by their code."""
        return {one.code: one for one in self.entries if one.in_force(day)}

    def of_value(self, value: str, day: date) -> Occupation | None:
        """Give the occupation that a record's value means on a day."""
        return next((one for one in self.entries if one.value == value and one.in_force(day)), None)

    def is_stale(self, last: date | None, on: date) -> bool:
        """Tell whether a provider handed in too long ago, or never. Source: 政务数据共享条例 第十三条 (provisional)."""
        return last is None or on - last > timedelta(days=self.fresh_days)


@cache
def occupations() -> Occupations:
    """Read the table. Raises ValueError where two entries of one value or code hold on the same day."""
    content = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    limits, entries = content["limits"], tuple(_entry(entry) for entry in content["occupation"])
    for place, one in enumerate(entries):
        for other in entries[place + 1 :]:
            if (one.value == other.value or one.code == other.code) and _overlap(one, other):
                raise ValueError(f"occupations.toml: {one.code} and {other.code} hold on the same day")
    law, article = limits["source"]
    source = Source(law, article, provisional=limits["provisional"])
    return Occupations(content["item"], entries, limits["fresh_days"], source)


def _entry(entry: dict[str, Any]) -> Occupation:
    law, article = entry.pop("source")
    days = entry.pop("valid_from"), entry.pop("valid_until", None)
    source = Source(law, article, *days, provisional=entry.pop("provisional"))
    titles = tuple(entry.pop("titles"))
    return Occupation(**entry, titles=titles, valid_from=days[0], valid_until=days[1], source=source)


def _overlap(one: Occupation, other: Occupation) -> bool:
    ends = min(one.valid_until or date.max, other.valid_until or date.max)
    return max(one.valid_from, other.valid_from) < ends


def standing(valid_from: date, valid_until: date, state: str, on: date) -> Standing:
    """Tell how a practice stands on a day: by its dates first, then by what the licensing organ says of it.

    ``valid_until`` is the first day on which it no longer holds. Source: 行政许可法 第七十条 (a licence that ran out is deregistered);
    the catalogue's item ZG-ZY, field ZG_ZT.
    """
    if on < valid_from:
        return Standing.TO_COME
    if on >= valid_until:
        return Standing.EXPIRED
    if state == DEREGISTERED:
        return Standing.ENDED
    return Standing.IN_FORCE if state == IN_PRACTICE else Standing.DORMANT
