"""What organisations stored of what they were told, until when, and their statements of what became of it, month by month."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.signers import refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.lib.periods import add_months, shanghai_date
from chengxin.lib.workdays import WorkCalendar
from chengxin.oversight.errors import ErasureUnknown, InquiryRefused, MonthNotOver
from chengxin.oversight.rules import certificate_due, erase_by, refuse_statement
from chengxin.oversight.services import acting
from chengxin.oversight.terms import erasure_term

STATE, BACK, LISTED = "erasure.state", 3, 200


@dataclass(frozen=True, slots=True)
class Owed:
    """A statement that an organisation owes or gave: of the answers of one duty item in one month."""

    id: int
    organisation: str
    duty: str
    duty_name: str
    month: date
    answers: int
    erase_by: date
    due_on: date
    due_estimated: bool
    copies: str
    law: str
    stated_by: str
    stated_at: datetime | None
    mine: bool

    def overdue(self, on: date) -> bool:
        return self.stated_at is None and self.due_on < on


@transaction.atomic
def owe_month(month: date, *, at: datetime) -> int:
    """Note what is owed for a month that is over; give how many are new. Two statements. Runs as intake. Raises MonthNotOver, TermGap."""
    first, beyond = month.replace(day=1), add_months(month.replace(day=1), 1)
    if beyond > shanghai_date(at):
        raise MonthNotOver
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation, duty, keep_days FROM oversight_stored(%s)", [first])
        owed = []
        for organisation, duty, keep_days in cursor.fetchall():
            last = erase_by(first, keep_days)
            due = certificate_due(last, erasure_term(first), WorkCalendar())
            owed.append(
                {
                    "organisation": organisation,
                    "duty": duty,
                    "erase_by": last,
                    "due_on": due.day,
                    "due_estimated": due.provisional,
                }
            )
        cursor.execute("SELECT oversight_owe(%s, %s)", [first, json.dumps(owed, default=str)])
        (made,) = cursor.fetchone() or (0,)
        return int(made)


def owe_due(*, at: datetime) -> int:
    """Note what is owed for the last months; what is noted already stays."""
    this = shanghai_date(at).replace(day=1)
    return sum(owe_month(add_months(this, -back), at=at) for back in range(1, BACK + 1))


def list_owed(actor: User, *, limit: int = LISTED) -> list[Owed]:
    """Give what the officer's organisation owes and gave, to a reviewer every other's: what isn't stated first."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM oversight_erasures(%s)", [limit])
        return [Owed(*row) for row in cursor.fetchall()]


def state_erasure(number: int, copies: str, law: str, *, actor: User, at: datetime) -> None:
    """State for the officer's organisation what became of the copies, once. Raises ErasureUnknown, InquiryRefused, HandsRefused."""
    with acting(actor, STATE, f"erasure:{number}", at):
        refuse_hands(actor)
        if refusal := refuse_statement(copies, law):
            raise InquiryRefused(refusal)
        with connection.cursor() as cursor:
            cursor.execute("SELECT oversight_state(%s, %s, %s)", [number, copies, law.strip()])
            if cursor.fetchone() != (True,):
                raise ErasureUnknown
        note_act(actor.login, STATE, f"erasure:{number}", at=at, note=copies)
