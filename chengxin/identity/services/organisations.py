"""Entering organisations."""

from datetime import date

from django.db import transaction

from chengxin.identity.models import Organisation


@transaction.atomic
def settle_organisation(*, code: str, name: str, kind: str, region: str, valid_from: date) -> Organisation:
    """Enter an organisation, or bring its name and kind up to date."""
    organisation, _ = Organisation.objects.update_or_create(
        code=code,
        defaults={"name": name, "kind": kind, "region": region},
        create_defaults={
            "name": name,
            "kind": kind,
            "region": region,
            "valid_from": valid_from,
        },
    )
    return organisation
