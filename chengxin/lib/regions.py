"""Shanxi's administrative regions through time, and the area prefixes an identity number may carry."""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "regions_data" / "shanxi_gbt2260.csv"
OWN_PROVINCE = "14"
TEST_AREA = "149999"

_SOUTH_WEST = 5  # the one zone that counts from 0: 50 is Chongqing

PROVINCES = frozenset(
    f"{zone}{place}"
    for zone, last in ((1, 5), (2, 3), (3, 7), (4, 6), (5, 4), (6, 5))
    for place in range(0 if zone == _SOUTH_WEST else 1, last + 1)
)
"""First two digits of the areas in which citizens' numbers are issued.

71 (Taiwan) is left out: GB/T 2260 reserves it, but no number is known to have been issued under it; who settles on
the mainland gets the place's code, who does not has a residence permit under 830000. 81 and 82 are left out for the
same reason. From memory, unverified.
"""


class Level(StrEnum):
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


class Status(StrEnum):
    """Where a code stands.

    A placeholder is a city's ``市辖区`` code (…01): no place, yet numbers were issued under it. A statistical zone
    is a development zone of the statistics bureau and no GB/T 2260 code; no number carries it.
    """

    CURRENT = "current"
    HISTORICAL = "historical"
    PLACEHOLDER = "placeholder_市辖区"
    STATISTICAL_ZONE = "statistical_zone_not_GB2260"


@dataclass(frozen=True, slots=True)
class Region:
    """One code under one name; ``first_seen`` and ``last_seen`` are YYYYMM of the editions, empty where current."""

    code: str
    name: str
    level: Level
    status: Status
    first_seen: str
    last_seen: str


@dataclass(frozen=True, slots=True)
class AreaBook:
    """The six-digit areas a citizen's number may carry.

    ``prefixes`` are whole areas. Of ``provinces`` only the first two digits are known, so any area under them passes.
    """

    prefixes: frozenset[str]
    provinces: frozenset[str]

    def __contains__(self, area: str) -> bool:
        return area in self.prefixes or area[:2] in self.provinces


@cache
def load_regions() -> tuple[Region, ...]:
    """Return every row of the table, in order of code; a code that changed its name has several rows.

    Source: GB/T 2260, state of 2024-11, and its editions of 1980 to 2019.
    """
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Region(
                code=row["code"],
                name=row["name"],
                level=Level(row["level"]),
                status=Status(row["status"]),
                first_seen=row["first_seen_yyyymm"],
                last_seen=row["last_seen_yyyymm"],
            )
            for row in csv.DictReader(lines)
        )


@cache
def _by_code() -> dict[str, Region]:
    # The row that wins is put in last: a current one over any other, then the one seen last.
    return {
        row.code: row for row in sorted(load_regions(), key=lambda row: (row.status is Status.CURRENT, row.last_seen))
    }


def region(code: str) -> Region | None:
    """Return the current bearer of a code, or else the last one."""
    return _by_code().get(code)


def cities() -> tuple[Region, ...]:
    """Return today's prefecture cities, in order of code."""
    return tuple(row for row in load_regions() if row.level is Level.PREFECTURE and row.status is Status.CURRENT)


@cache
def standard_areas(*, test_area: bool) -> AreaBook:
    """Return the areas accepted here: Shanxi's by the whole code, past and present, others' by province.

    A person keeps the code of first registration, so abolished codes stay good. ``test_area`` adds 149999, which no
    edition ever assigned and all synthetic persons carry.
    """
    own = {row.code for row in load_regions() if row.status is not Status.STATISTICAL_ZONE}
    return AreaBook(
        prefixes=frozenset(own | {TEST_AREA} if test_area else own),
        provinces=PROVINCES - {OWN_PROVINCE},
    )
