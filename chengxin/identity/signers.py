"""Asking the database whose hands a decision is in, before it is written. It asks once more itself when it is."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import HandsRefused
from chengxin.identity.hands import Hands, refuse
from chengxin.identity.models import User
from chengxin.identity.queries import declared_since
from chengxin.identity.speaking import speaking_as
from chengxin.lib.refusals import Refusal


def hands_of(actor: User, subjects: Iterable[int | None] = (), *, first: int | None = None) -> Hands:
    """Tell how an officer stands to those whom a decision is about, and to the officer who signed first."""
    about = [subject for subject in subjects if subject is not None]
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_hands(%s::bigint[], %s)", [about, first])
        return Hands(*(cursor.fetchone() or (False,)))


def declared(officer: User) -> datetime | None:
    """Tell since when an officer has declared who they are; None when they haven't."""
    with speaking_as(officer):
        return declared_since(officer.pk)


def refusal_of(actor: User, subjects: Iterable[int | None] = ()) -> Refusal | None:
    return refuse(hands_of(actor, subjects))


def refuse_hands(actor: User, subjects: Iterable[int | None] = (), *, first: int | None = None) -> None:
    """Raise HandsRefused where an officer may not decide about these, or not sign second after that officer."""
    if refusal := refuse(hands_of(actor, subjects, first=first)):
        raise HandsRefused(refusal)


@contextmanager
def refusals_noted(actor: User, act: str, subject: str, *, at: datetime) -> Iterator[None]:
    """Note in the action log that an officer's hands were refused what is done within; it itself is rolled back.

    In a transaction of its own. Raises RuntimeError inside another one.
    """
    try:
        yield
    except HandsRefused as refused:
        with transaction.atomic(durable=True):
            note_act(actor.login, act, subject, at=at, note=refused.reason)
        raise
