"""Suspending a system, an officer's look-ups or an enrolment by two signatures, and ending it by two. In force at once."""

from datetime import datetime

from django.db import connection

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.signers import refuse_hands
from chengxin.oversight import rules
from chengxin.oversight.errors import InquiryRefused, SuspensionSettled, SuspensionUnknown
from chengxin.oversight.queries import find_case, find_suspension, list_suspendable
from chengxin.oversight.services import acting

SUSPEND = "review.suspend"
KINDS = ("client", "officer", "enrolment")
STATES = {"agree": "proposed", "drop": "proposed", "propose_end": "stands", "end": "ending"}
"""Each step and the state in which it can be taken."""
SECOND = ("agree", "end")


def propose(inquiry: int, kind: str, target: int, reason: str, *, actor: User, at: datetime) -> int:
    """Propose to suspend what an inquiry's entries were made by; another reviewer agrees. Gives the suspension's number.

    Raises InquiryUnknown, ReviewerBarred, InquiryRefused, SuspensionSettled, HandsRefused.
    """
    with acting(actor, SUSPEND, f"inquiry:{inquiry}", at):
        refuse_hands(actor)
        find_case(inquiry, actor)
        if not reason.strip():
            raise InquiryRefused(rules.NO_REASON)
        if not any((one.kind, one.number) == (kind, target) for one in list_suspendable(inquiry, actor)):
            raise SuspensionSettled
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT oversight_suspend(%s, %s, %s, %s)", [kind, target, reason.strip(), f"inquiry:{inquiry}"]
            )
            (number,) = cursor.fetchone() or (None,)
        if number is None:
            raise SuspensionSettled
        note_act(actor.login, SUSPEND, f"suspension:{number}", at=at, note=f"propose {kind}:{target}")
    return int(number)


def sign(number: int, step: str, *, actor: User, at: datetime, reason: str = "") -> None:
    """Take a step of a suspension: agree, drop, propose its end, end. Second signatures are another person's.

    Raises SuspensionUnknown, SuspensionSettled, InquiryRefused, HandsRefused.
    """
    with acting(actor, SUSPEND, f"suspension:{number}", at):
        one = find_suspension(number, actor)
        if STATES[step] != one.state or (step in SECOND and one.mine):
            raise SuspensionSettled
        if step == "propose_end" and not reason.strip():
            raise InquiryRefused(rules.NO_REASON)
        with connection.cursor() as cursor:
            cursor.execute("SELECT oversight_first_hand(%s)", [number])
            (first,) = cursor.fetchone() or (None,)
            if first is None:
                raise SuspensionUnknown
            refuse_hands(actor, first=first if step in SECOND else None)
            cursor.execute("SELECT oversight_sign(%s, %s, %s)", [number, step, reason.strip()])
            if cursor.fetchone() != (True,):
                raise SuspensionSettled
        note_act(actor.login, SUSPEND, f"suspension:{number}", at=at, note=step)
