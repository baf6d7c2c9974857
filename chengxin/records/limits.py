"""Puts legal numbers and occupations where the database's own statements can read them."""

from django.db import transaction

from chengxin.records.models import Occupation, TermNumber
from chengxin.records.occupations import occupations
from chengxin.records.terms import tables


@transaction.atomic
def settle_terms() -> None:
    """Bring the table of legal numbers to the files' state. Runs as the owner; intake can't move its own limits."""
    TermNumber.objects.all().delete()
    TermNumber.objects.bulk_create(
        TermNumber(name=term.name, number=number, valid_from=term.valid_from, unit=term.unit, value=value)
        for table in tables().values()
        for term in table.terms
        for number, value in term.numbers.items()
    )


@transaction.atomic
def settle_occupations() -> None:
    """Bring the table of occupations to the file's state. Runs as the owner."""
    Occupation.objects.all().delete()
    Occupation.objects.bulk_create(
        Occupation(
            code=one.code,
            value=one.value,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            titles=list(one.titles),
        )
        for one in occupations().entries
    )
