"""Reading addresses, deliveries and recalls for the organisation that is spoken for."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as

PAGE, LAST = 50, (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class HookShown:
    """An address as it stands; ``mine``: of the reader's own organisation."""

    id: int
    organisation: str
    mine: bool
    client: str
    client_name: str
    url: str
    entered_by: str
    entered_at: datetime
    confirmed_by: str | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    end_reason: str

    @property
    def state(self) -> str:
        if self.ended_at:
            return "ended"
        return "stands" if self.confirmed_at else "waits"


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    """A message, how often it was tried, and how it stands."""

    id: int
    message: str
    organisation: str
    kind: str
    told: int
    made_at: datetime
    give_up_at: datetime
    next_at: datetime | None
    tries: int
    answered: int | None
    fault: str
    done_at: datetime | None
    gave_up_at: datetime | None

    @property
    def state(self) -> str:
        if self.done_at:
            return "done"
        return "given-up" if self.gave_up_at else "waits"


@dataclass(frozen=True, slots=True)
class ChaseShown:
    """That the organisation was reminded."""

    due_on: date
    step: int
    late: int
    told_at: datetime


def list_hooks(actor: User) -> list[HookShown]:
    """Give the addresses of the officer's organisation, at the centre every one's. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_hooks()")
        return [HookShown(*row) for row in cursor.fetchall()]


def list_deliveries(actor: User, *, before: int | None = None, limit: int = PAGE) -> list[DeliveryShown]:
    """Give what was sent to the officer's organisation, at the centre the tests of others too, the newest first. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_deliveries(%s, %s)", [before or LAST, limit])
        return [DeliveryShown(*row) for row in cursor.fetchall()]


def list_own_clients(actor: User) -> list[tuple[str, str]]:
    """Give the systems of the officer's organisation that may call today, by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT client_id, client_id FROM identity_client_live WHERE organisation_id = %s ORDER BY 1",
            [actor.organisation_id],
        )
        return list(cursor.fetchall())


def list_chases(actor: User) -> list[ChaseShown]:
    """Give the reminders of what the officer's organisation still hasn't acknowledged, the newest first. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT due_on, step, late, told_at FROM sharing_chases_of()")
        return [ChaseShown(*row) for row in cursor.fetchall()]
