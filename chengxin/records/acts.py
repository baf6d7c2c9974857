"""Who did what with a provider's files: the action log, as far as its own officers are in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as

PAGE, LAST = 50, (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Done:
    """An act of an officer of one's own organisation. ``subject`` is a kind and a number, ``note`` a code or a date."""

    id: int
    at: datetime
    login: str
    name: str
    act: str
    subject: str
    note: str


def list_own_acts(actor: User, *, before: int | None = None, limit: int = PAGE) -> list[Done]:
    """Give what officers of the actor's organisation did, the newest first. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM records_own_acts(%s, %s)", [before or LAST, limit])
        return [Done(*row) for row in cursor.fetchall()]
