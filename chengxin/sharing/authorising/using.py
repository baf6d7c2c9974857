"""Using a person's authorisation: which one stands, and reading by it."""

from dataclasses import dataclass

from django.db import connection, transaction

from chengxin.identity.speaking import speak_for


@dataclass(frozen=True, slots=True)
class StandingLeave:
    """An authorisation that stands: its number, and the items that it leaves."""

    number: str
    items: tuple[str, ...]
    once: bool


def standing_authorisation(subject_id: int, duty_id: int, *, organisation: str, name: str) -> StandingLeave | None:
    """Tell by which authorisation an organisation, by its unified code, may see a person under a duty now. ``name``: who asks for it.

    None where there is none, for whatever reason. The database looks once more when the answer is entered.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        speak_for(organisation, name)
        cursor.execute("SELECT number, items, once FROM sharing_standing_leave(%s, %s)", [subject_id, duty_id])
        row = cursor.fetchone()
    return StandingLeave(row[0], tuple(row[1]), row[2]) if row else None


def read_by_leave(number: str, *, organisation: str, name: str) -> None:
    """Read, for the rest of this transaction, by an authorisation, speaking for whom it was given to. Raises RuntimeError outside one."""
    speak_for(organisation, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cx.authorisation', %s, true)", [number])
