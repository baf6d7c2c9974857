"""Who practises which key occupation, one person at a time behind the read gate; and how far the register covers them, in numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from chengxin.catalogue.queries import PurposeTerms
from chengxin.ground.services import Reading
from chengxin.lib.errors import Rejected
from chengxin.records.gate import NO_DUTY, open_gate
from chengxin.records.occupations import Standing, occupations, standing

FIELDS = ("ZG_ZYLB", "ZG_MC", "ZG_ZSBH", "ZG_FZJG", "ZG_FZJGDM", "ZG_ZYDW", "ZG_ZT")
PRACTICES = """SELECT record_id, version, occupation, title, familiar, certificate, organ, organ_code, place, state, valid_from, valid_until
    FROM records_practice WHERE subject_id = %s ORDER BY occupation, valid_from DESC, record_id"""
COVERAGE = "SELECT occupation, city, organ_code, organ, persons, in_force, dormant, ended, expired, unfamiliar, told_on"


class DayNotCounted(Rejected):
    code = "day-not-counted"
    message, message_en = "只能统计到今天为止的情况。", "Only days up to today can be counted."


@dataclass(frozen=True, slots=True, repr=False)
class Practice:
    """What one person practises, by one certificate of one licensing organ. ``valid_until`` is the first day it no longer holds."""

    occupation: str
    title: str
    familiar: bool
    certificate: str
    organ: str
    organ_code: str
    place: str
    valid_from: date
    valid_until: date
    standing: Standing


def read_practices(note: Reading, purpose: PurposeTerms, on: date, *, duty: int = NO_DUTY) -> list[Practice]:
    """Read what a person practises today, as far as a purpose may see it. Inside ``ground.services.reading`` alone.

    Each version that was read is noted for the access entry, and the fields by name.
    """
    item = occupations().item
    open_gate(on, purpose.id, duty)
    with connection.cursor() as cursor:
        cursor.execute(PRACTICES, [note.subject_id])
        rows = cursor.fetchall()
    if rows:
        note.fields.update(f"{item}.{field}" for field in FIELDS)
    note.versions.extend((record, version) for record, version, *_ in rows)
    return [_practice(row, on) for row in rows]


def _practice(row: tuple[Any, ...], on: date) -> Practice:
    *told, state, start, end = row[2:]
    parts = (*told, start, end, standing(start, end, state, on))
    return Practice(*parts)


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted of an occupation in a city by a licensing organ; an empty text stands for all of them.

    ``persons`` practise, by ``in_force`` certificates; those whose name doesn't fit the occupation are ``unfamiliar`` and nothing else.
    ``told_on`` is the last day on which anything of it was recorded.
    """

    occupation: str
    city: str
    organ_code: str
    organ: str
    persons: int
    in_force: int
    dormant: int
    ended: int
    expired: int
    unfamiliar: int
    told_on: date | None

    @property
    def certificates(self) -> int:
        return self.in_force + self.dormant + self.ended + self.expired + self.unfamiliar


@dataclass(frozen=True, slots=True)
class Feed:
    """A provider of qualification records: the last day it handed in, and what of it waits; ``without_code`` for a known person."""

    provider_code: str
    provider: str
    region: str
    told_on: date | None
    waiting: int
    without_code: int
    waiting_since: date | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """The register's coverage of key occupations on a day: cells with sums, who hands in, and which occupations nobody has told of."""

    on: date
    cells: tuple[Cell, ...]
    feeds: tuple[Feed, ...]

    def of(self, occupation: str = "") -> Cell:
        """Give the sum of an occupation, or of all."""
        found = (one for one in self.cells if one.occupation == occupation and not one.city and not one.organ_code)
        return next(found, Cell(occupation, "", "", "", 0, 0, 0, 0, 0, 0, None))

    def by_city(self, occupation: str) -> list[Cell]:
        return [one for one in self.cells if one.occupation == occupation and one.city and not one.organ_code]

    def by_organ(self, occupation: str, city: str = "") -> list[Cell]:
        return [one for one in self.cells if one.occupation == occupation and one.city == city and one.organ_code]

    def missing(self, cities: Iterable[str]) -> dict[str, list[str]]:
        """Give for each occupation in force the cities of which no certificate was ever told."""
        wanted = list(cities)
        told = {(one.occupation, one.city) for one in self.cells}
        return {code: [city for city in wanted if (code, city) not in told] for code in occupations().on(self.on)}


def count_coverage(on: date, *, today: date) -> Coverage:
    """Count certificates and persons by occupation, city and licensing organ as of a day, and look at who hands in.

    Numbers alone; reads every qualification record once. Raises DayNotCounted for a day to come.
    """
    if on > today:
        raise DayNotCounted
    with connection.cursor() as cursor:
        cursor.execute(f"{COVERAGE} FROM records_occupation_coverage(%s) ORDER BY 1, 2, 3", [on])
        cells = tuple(
            Cell(code or "", city or "", organ_code or "", organ or "", *counted)
            for code, city, organ_code, organ, *counted in cursor.fetchall()
        )
        cursor.execute(
            "SELECT provider_code, provider, region, told_on, waiting, without_code, since FROM records_occupation_feeds()"
        )
        feeds = tuple(_feed(row, today) for row in cursor.fetchall())
    return Coverage(on, cells, feeds)


def _feed(row: tuple[Any, ...], today: date) -> Feed:
    parts = (*row, occupations().is_stale(row[3], today))
    return Feed(*parts)
