"""Acknowledging a restore that lost entries of the access register, by two administrators. The database has the same rules."""

from datetime import datetime

from django.db import transaction

from chengxin.ground.services import entry_number, note_act
from chengxin.identity.errors import RestorationRefused
from chengxin.identity.models import Restoration, User
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import may
from chengxin.identity.restorations import open_ends
from chengxin.identity.signers import refuse_hands
from chengxin.lib.errors import NotAllowed

ENTER, APPROVE = "restoration.enter", "restoration.approve"


@transaction.atomic
def enter_restoration(reason: str, log: str, *, actor: User, at: datetime) -> Restoration:
    """Say that every end found lost and not yet acknowledged was lost by a restore; it counts when a second person has approved it.

    Raises NotAllowed, RestorationRefused where nothing is lost or nothing was said, HandsRefused.
    """
    _require(ENTER, actor)
    refuse_hands(actor)
    lost = open_ends()
    if not lost:
        raise RestorationRefused(
            "没有待确认的缺口。恢复以后请先执行 chengxin log verify，它会把缺口记下来。",
            "Nothing waits to be acknowledged. Run chengxin log verify after a restore: it notes what is missing.",
        )
    if not reason.strip() or not log.strip():
        raise RestorationRefused("请写明原因和恢复记录。", "Give the reason and the record of the restore.")
    made = Restoration.objects.create(
        gaps=[one.number for one in lost], reason=reason.strip(), log=log.strip(), entered_by=actor, entered_at=at
    )
    note_act(actor.login, ENTER, f"restoration:{made.pk}", at=at, note=f"{len(lost)}")
    return made


@transaction.atomic
def approve_restoration(number: int, *, actor: User, at: datetime) -> Restoration:
    """Approve what another person entered; from then on it is sealed with the register and never changed. Locks it.

    Raises NotAllowed, RestorationRefused, HandsRefused.
    """
    _require(APPROVE, actor)
    found = _waiting(number)
    if found.entered_by_id == actor.pk:
        raise RestorationRefused("登记人不能批准自己的登记。", "Nobody approves what they entered themselves.")
    refuse_hands(actor, first=found.entered_by_id)
    found.approved_by, found.approved_at, found.entry_id = actor, at, entry_number(at)
    # The guard computes the digest, and says when it was.
    Restoration.objects.filter(pk=number).update(approved_by=actor, approved_at=at, entry_id=found.entry_id)
    note_act(actor.login, APPROVE, f"restoration:{number}", at=at)
    return found


@transaction.atomic
def withdraw_restoration(number: int, *, actor: User, at: datetime) -> Restoration:
    """Withdraw what waits for its second signature: what is lost waits anew. Locks it. Raises NotAllowed, RestorationRefused."""
    if not (may(actor.pk, ENTER) or may(actor.pk, APPROVE)):
        raise NotAllowed
    found = _waiting(number)
    Restoration.objects.filter(pk=number).update(withdrawn_by=actor, withdrawn_at=at)
    note_act(actor.login, "restoration.withdraw", f"restoration:{number}", at=at)
    return found


def _require(act: str, actor: User) -> None:
    if not may(actor.pk, act):
        told = permissions().acts[act]
        raise NotAllowed(f"您的岗位不能{told.name}。", f"Your role doesn't include: {told.name_en}.")


def _waiting(number: int) -> Restoration:
    found = (
        Restoration.objects.select_for_update(no_key=True)
        .filter(pk=number, approved_at=None, withdrawn_at=None)
        .first()
    )
    if found is None:
        raise RestorationRefused("没有这一条，或者已经办结。", "There is none such, or it is settled.")
    return found
