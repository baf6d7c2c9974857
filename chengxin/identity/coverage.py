"""How far the unified code covers the population, by region, and how the authority's feed stands. Counts and numbers, never a person."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from chengxin.identity.population_words import words
from chengxin.lib.regions import Level, region

DIGITS = {Level.PROVINCE: 2, Level.PREFECTURE: 4, Level.COUNTY: 6}

# Of several attestations a person counts with the highest, and of equal ones with the first: since when they have been verified so.
COVERAGE = """
    WITH best AS (
        SELECT DISTINCT ON (subject_id) subject_id, level, checked_on FROM identity_attestation
        ORDER BY subject_id, array_position(%(levels)s::varchar[], level) DESC, checked_on
    ), coded AS (
        SELECT DISTINCT subject_id FROM identity_code WHERE code_type = 'resident-id' AND former_rank <= name_rank
    )
    SELECT left(p.region, %(digits)s), count(*), count(c.subject_id), count(b.subject_id), b.level, min(b.checked_on), max(b.checked_on)
    FROM identity_person p
    LEFT JOIN coded c USING (subject_id)
    LEFT JOIN best b USING (subject_id)
    WHERE p.died IS NULL AND p.minor_rank <= p.identity_rank
    GROUP BY left(p.region, %(digits)s), b.level
    ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Assured:
    """How many persons are verified at a level, and from the first day of the first to that of the last."""

    level: str
    persons: int
    since: date
    latest: date


ALL_TENTHS = 1000


def percent(part: int, whole: int) -> str:
    """Write a share with one decimal: 100.0 only where nobody is missing, 0.0 only where nobody is there."""
    tenths = (2 * ALL_TENTHS * part + whole) // (2 * whole)
    if 0 < part < whole:
        tenths = min(max(tenths, 1), ALL_TENTHS - 1)
    return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One region: living persons, those with a citizen's number as their present code, those whose identity an authority checked."""

    region: str
    name: str
    persons: int
    coded: int
    verified: int
    assured: tuple[Assured, ...]

    @property
    def percent_coded(self) -> str:
        return percent(self.coded, self.persons)

    @property
    def percent_verified(self) -> str:
        return percent(self.verified, self.persons)


def coverage(level: Level) -> list[Coverage]:
    """Count by county, city or province, in the order of codes. One statement."""
    order = [each.code for each in words().levels.values()]
    with connection.cursor() as cursor:
        cursor.execute(COVERAGE, {"levels": order, "digits": DIGITS[level]})
        rows = cursor.fetchall()
    return [
        _region(code, [row for row in rows if row[0] == code], order) for code in dict.fromkeys(row[0] for row in rows)
    ]


def _region(code: str, rows: list[tuple[Any, ...]], order: list[str]) -> Coverage:
    known = region(code.ljust(6, "0"))
    assured = [Assured(level, verified, since, latest) for _, _, _, verified, level, since, latest in rows if level]
    assured.sort(key=lambda one: order.index(one.level))
    persons, coded, verified = (sum(row[place] for row in rows) for place in (1, 2, 3))
    return Coverage(code.ljust(6, "0"), known.name if known else "", persons, coded, verified, tuple(assured))


HEARD = """
    SELECT sequence FROM identity_population_event WHERE edition = 0
    UNION ALL SELECT sequence FROM identity_population_parked
    UNION ALL SELECT sequence FROM identity_population_dropped"""
# What the first snapshot knew of needs no event; without one the first number heard is where the feed begins.
GAPS = f"""
    WITH heard AS ({HEARD}),
    begun AS (SELECT coalesce((SELECT sequence FROM identity_population_snapshot WHERE sequence > 0 ORDER BY recorded_at, sequence LIMIT 1),
                              (SELECT min(sequence) - 1 FROM heard)) AS after),
    stepped AS (SELECT sequence, lag(sequence, 1, after) OVER (ORDER BY sequence) AS before FROM heard, begun WHERE sequence > after)
    SELECT before + 1, sequence - 1 FROM stepped WHERE sequence > before + 1 ORDER BY 1"""  # noqa: S608  # constants


@dataclass(frozen=True, slots=True)
class Parked:
    reason: str
    events: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """How the feed stands: the highest number heard, stretches of numbers that never came, what waits, and the newest snapshot.

    ``closed`` persons were held as adults until the authority called them minors; the credit centre looks into how that came.
    """

    last: int | None
    gaps: tuple[tuple[int, int], ...]
    parked: tuple[Parked, ...]
    snapshot: tuple[int, int, datetime] | None
    closed: int

    @property
    def missing(self) -> int:
        return sum(last - first + 1 for first, last in self.gaps)


def feed_status() -> FeedStatus:
    """Tell how the feed stands. Reads every number that was heard: a matter of seconds for tens of millions."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(sequence) FROM ({HEARD}) heard")  # noqa: S608  # a constant
        (last,) = cursor.fetchone()
        cursor.execute(GAPS)
        gaps = tuple((first, until) for first, until in cursor.fetchall())
        cursor.execute(
            "SELECT reason, count(*), min(recorded_at) FROM identity_population_parked GROUP BY reason ORDER BY reason"
        )
        parked = tuple(Parked(*row) for row in cursor.fetchall())
        cursor.execute(
            "SELECT sequence, rows, recorded_at FROM identity_population_snapshot ORDER BY recorded_at DESC, edition DESC LIMIT 1"
        )
        snapshot = cursor.fetchone()
    return FeedStatus(last, gaps, parked, snapshot, closed_persons())


def closed_persons() -> int:
    """Count the persons who are held and whom the authority calls minors: nothing of them is shown, shared or used."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(DISTINCT p.subject_id) FROM identity_minor_word w JOIN identity_person p USING (subject_id)
               WHERE p.minor_rank > p.identity_rank"""
        )
        (closed,) = cursor.fetchone()
    return int(closed)
