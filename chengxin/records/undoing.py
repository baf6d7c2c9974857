"""Undoing a whole wrong batch: decided by its provider, agreed to by the credit centre, carried out by the worker (docs/adr/0017)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from chengxin.ground.services import announce, note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.identity.vault import vault
from chengxin.lib.codes import holds_code
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.refusals import Refusal
from chengxin.records.errors import BatchUnknown, UndoRefused, UndoUnknown
from chengxin.records.models import Batch, Undoing
from chengxin.records.proof import seal_batches
from chengxin.records.services import areas

LISTED = 50
WITHDRAWN_EVENT = "record-withdrawn"
logger = logging.getLogger(__name__)


def refuse_undo(state: str, form: str, written: int) -> Refusal | None:
    """Tell why a batch can't be undone, None where it can. Source: 政务数据共享条例 第二十六条 (errors are put right)."""
    if state != Batch.State.DONE:
        return Refusal(
            "batch-not-done", "这一批还没有处理完，或者没有收下。", "The batch isn't done, or nothing of it was taken."
        )
    if form == "moved":
        return Refusal(
            "batch-moved",
            "这一批是合并、拆分登记时转来的，请由信用中心撤销那一项。",
            "It came by a merge or split; undo that instead.",
        )
    if form == "undo":
        return Refusal(
            "batch-is-an-undoing",
            "这一批本身就是撤回。请重新报送正确的文件。",
            "It is an undoing itself. Hand the right file in.",
        )
    if not written:
        return Refusal(
            "batch-wrote-nothing",
            "这一批没有写入任何内容，无须撤回。",
            "The batch wrote nothing, so there is nothing to undo.",
        )
    return None


@transaction.atomic
def propose_undo(token: UUID, *, ground: str, actor: User, at: datetime) -> Undoing:
    """Say that a batch of the officer's own organisation was wrong, all of it. Raises NotAllowed, BatchUnknown, UndoRefused."""
    if not may(actor.pk, "intake.undo"):
        raise NotAllowed("只有本单位的报送经办人可以申请撤回。", "Only the provider's clerks may undo a batch.")
    with speaking_as(actor):
        batch = Batch.objects.filter(token=token, provider_id=actor.organisation.pk).first()
        if batch is None:
            raise BatchUnknown
        _refuse(refuse_undo(batch.state, batch.form, batch.new + batch.changed))
        _refuse(_refuse_ground(ground, at))
        try:
            with transaction.atomic():
                made = Undoing.objects.create(
                    batch=batch,
                    item_id=batch.item_id,
                    provider_id=batch.provider_id,
                    ground=ground.strip(),
                    decided_by=actor,
                    decided_at=at,
                )
        except IntegrityError as error:
            if "undoing_once" not in str(error):
                raise
            raise UndoRefused("这一批已经申请撤回。", "This batch is being undone, or was, already.") from None
        note_act(actor.login, "intake.undo", f"batch:{batch.pk}", at=at)
        return made


@transaction.atomic
def second_undo(number: int, *, agreed: bool, actor: User, at: datetime) -> Undoing:
    """Agree to the undoing of a batch, or not, at the credit centre. Locks it. Raises NotAllowed, UndoRefused, HandsRefused."""
    _centre_only(actor)
    with speaking_as(actor):
        made = Undoing.objects.select_for_update(no_key=True).filter(pk=number, agreed=None).first()
        if made is None:
            raise UndoRefused("没有等待复核的撤回申请。", "No undoing waits for a second officer.")
        refuse_hands(actor, first=made.decided_by_id)
        made.second_by, made.second_at, made.agreed = actor, at, agreed
        made.save(update_fields=["second_by", "second_at", "agreed"])
        note = "agreed" if agreed else "declined"
        note_act(actor.login, "intake.agree_undo", f"batch:{made.batch_id}", at=at, note=note)
        return made


def carry_out_undoings(*, at: datetime) -> int:
    """Carry out what two officers decided, each in a transaction of its own; gives how many are done.

    Waits for batches that are under way. Stopped at any point, nothing of an undoing stays and the next call does it anew.
    """
    return sum(_try(number, at) for number in _standing())


def _standing() -> list[int]:
    return list(Undoing.objects.filter(agreed=True, done_at=None).order_by("pk").values_list("pk", flat=True))


def _try(number: int, at: datetime) -> bool:
    try:
        return _carry_out(number, at)
    except Exception:
        logger.exception("undoing %s can't be carried out", number)
        return False


@transaction.atomic
def _carry_out(number: int, at: datetime) -> bool:
    with connection.cursor() as cursor:
        # Batches share this lock: none is under way now, and none begins before this ends.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('persons stand still'))")
        cursor.execute("SELECT records_undo(%s, %s)", [number, at])
        (batch,) = cursor.fetchone() or (None,)
    if batch is None:
        return False
    seal_batches([batch])
    announce(WITHDRAWN_EVENT, f"undoing:{number}", at=at)
    note_act("", "intake.undone", f"undoing:{number}", at=at)
    return True


@dataclass(frozen=True, slots=True)
class Left:
    """A record that an undoing left as it was, since a later batch had changed it."""

    row: int
    number: str


def list_undoings(actor: User, *, before: int | None = None, limit: int = LISTED) -> list[Undoing]:
    """Give undoings, the newest first: at the credit centre everybody's, else those of the officer's organisation."""
    with speaking_as(actor):
        rows = Undoing.objects.select_related("item", "provider", "decided_by", "second_by").order_by("-pk")
        return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def open_undoing(number: int, actor: User) -> Undoing:
    """Give an undoing to its provider's officer or the credit centre's. Raises UndoUnknown."""
    with speaking_as(actor):
        rows = Undoing.objects.select_related("item", "provider", "decided_by", "second_by")
        made = rows.filter(pk=number).first()
    if made is None:
        raise UndoUnknown
    return made


def list_left(number: int, actor: User) -> list[Left]:
    """Give the records that an undoing left, for its provider and the credit centre. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT row_number, subject_id, record_id FROM records_undone(%s, 'left')", [number])
        keys = vault()
        return [Left(row, keys.record_number(subject, record)) for row, subject, record in cursor.fetchall()]


def _refuse_ground(ground: str, at: datetime) -> Refusal | None:
    if not ground.strip():
        return Refusal("ground-missing", "请写明撤回的理由。", "Say why the batch is undone.")
    if holds_code(ground, on=shanghai_date(at), areas=areas()):
        return Refusal("ground-holds-code", "理由里不要写证件号码。", "Write no identity code into the ground.")
    return None


def _refuse(reason: Refusal | None) -> None:
    if reason is not None:
        raise UndoRefused(reason.text, reason.text_en)


def _centre_only(actor: User) -> None:
    if actor.organisation.kind != "centre" or not may(actor.pk, "intake.agree_undo"):
        raise NotAllowed("只有信用中心的工作人员可以复核。", "Only officers of the credit centre agree to this.")
