"""Puts the legal numbers where the database's own guards can read them."""

from django.db import transaction

from chengxin.records.models import TermNumber
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
