"""Entering officers."""

from django.db import transaction

from chengxin.identity.models import Organisation, User


@transaction.atomic
def settle_officer(
    *, login: str, display_name: str, organisation: Organisation, role: str, password: str, demo: bool
) -> User:
    """Enter an officer with a password; one who is there already keeps theirs."""
    officer = User.objects.filter(login=login).first()
    if officer is None:
        officer = User(login=login, display_name=display_name, organisation=organisation, role=role, demo=demo)
        officer.set_password(password)
        officer.save()
    return officer
