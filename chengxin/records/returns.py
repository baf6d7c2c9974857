"""The rows to mend of a batch: fetched within a day, or destroyed on the clerk's word or when the day is over."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.records.errors import BatchUnknown, MendFileGone
from chengxin.records.intake.mend import KEPT_FOR, expired, mend_spool
from chengxin.records.intake.spool import Spool
from chengxin.records.models import Batch, RefusalsSettled
from chengxin.records.queries import find_batch
from chengxin.records.services import spool_folder

ACT = "intake.take_back"


def returns_until(token: UUID, at: datetime) -> datetime | None:
    """Tell until when the rows to mend can be fetched, None where there are none. Destroys what is out of time."""
    spool = _spool(token)
    try:
        made = datetime.fromtimestamp(spool.path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    if expired(made, at):
        spool.destroy()
    return made + KEPT_FOR if spool.there() else None


@transaction.atomic
def take_returns(token: UUID, *, actor: User, at: datetime) -> tuple[Batch, Spool]:
    """Give the spool of the rows to mend to a clerk of the batch's provider, and note that they took it.

    Raises BatchUnknown, MendFileGone.
    """
    batch = find_batch(token, actor.organisation.pk).batch
    if returns_until(token, at) is None:
        raise MendFileGone
    note_act(actor.login, ACT, f"batch:{batch.pk}", at=at, note="taken")
    return batch, _spool(token)


@transaction.atomic
def drop_returns(token: UUID, *, actor: User, at: datetime) -> None:
    """Destroy the rows to mend on a clerk's word, for good. Raises BatchUnknown."""
    batch = find_batch(token, actor.organisation.pk).batch
    note_act(actor.login, ACT, f"batch:{batch.pk}", at=at, note="dropped")
    _spool(token).destroy()


@transaction.atomic
def settle_refusals(token: UUID, *, actor: User, at: datetime) -> None:
    """Say that the clerk is done with the rows refused of a batch, so that it waits for nobody. Said twice, it is said once.

    Raises BatchUnknown, also where the batch isn't done or nothing of it was refused.
    """
    batch = find_batch(token, actor.organisation.pk).batch
    if batch.state != Batch.State.DONE or not batch.refused:
        raise BatchUnknown
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO records_refusals_settled (batch_id, settled_by_id, settled_at) VALUES (%s, %s, %s)
               ON CONFLICT (batch_id) DO NOTHING""",
            [batch.pk, actor.pk, at],
        )
    note_act(actor.login, ACT, f"batch:{batch.pk}", at=at, note="settled")


def is_settled(batch: Batch) -> bool:
    return RefusalsSettled.objects.filter(batch=batch).exists()


def _spool(token: UUID) -> Spool:
    return mend_spool(spool_folder(), token.hex)
