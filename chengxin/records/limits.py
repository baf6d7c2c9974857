"""Puts legal numbers and occupations where the database's own statements can read them."""

from django.db import transaction

from chengxin.records.models import Occupation, TermNumber
from chengxin.records.occupations import occupations
from chengxin.records.terms import tables


def differing_limits() -> tuple[int, int]:
    """Tell how many legal numbers and occupations the files have, and how many stand otherwise in the database, or there alone."""
    numbers = {(one.name, one.number, one.valid_from, one.unit, one.value) for one in _numbers()}
    known = {_row(one) for one in _occupations()}
    held = {(one.name, one.number, one.valid_from, one.unit, one.value) for one in TermNumber.objects.all()}
    kept = {_row(one) for one in Occupation.objects.all()}
    return len(numbers) + len(known), len(numbers ^ held) + len(known ^ kept)


def _row(one: Occupation) -> tuple[object, ...]:
    return one.code, one.value, one.valid_from, one.valid_until, tuple(one.titles)


def _numbers() -> list[TermNumber]:
    return [
        TermNumber(name=term.name, number=number, valid_from=term.valid_from, unit=term.unit.value, value=value)
        for table in tables().values()
        for term in table.terms
        for number, value in term.numbers.items()
    ]


def _occupations() -> list[Occupation]:
    return [
        Occupation(
            code=one.code,
            value=one.value,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            titles=list(one.titles),
        )
        for one in occupations().entries
    ]


@transaction.atomic
def settle_terms() -> None:
    """Bring the table of legal numbers to the files' state. Runs as the owner; intake can't move its own limits."""
    TermNumber.objects.all().delete()
    TermNumber.objects.bulk_create(_numbers())


@transaction.atomic
def settle_occupations() -> None:
    """Bring the table of occupations to the file's state. Runs as the owner."""
    Occupation.objects.all().delete()
    Occupation.objects.bulk_create(_occupations())
