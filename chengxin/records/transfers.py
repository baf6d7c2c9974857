"""Persons merged and split, with their records: what officers of the credit centre see of it, and carrying it out (docs/adr/0011)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from chengxin.catalogue.held import begun_by
from chengxin.ground.services import note_act, tell
from chengxin.identity.errors import HandsRefused, StepFailed, TransferRefused
from chengxin.identity.hands import OWN
from chengxin.identity.models import ParkedEvent, Person, Transfer, TransferStep, User
from chengxin.identity.queries import Named, open_person
from chengxin.identity.services.population.regroup import Step, agreed_steps, note_failure, regroup
from chengxin.identity.services.population.stage import Stager
from chengxin.identity.services.transfers import enter_openings, enter_refused_opening, refuse_others
from chengxin.identity.signers import hands_of, refusal_of
from chengxin.identity.speaking import speaking_as
from chengxin.identity.vault import sealing_vault, vault
from chengxin.lib.crypto import KeysMissing, SealBroken
from chengxin.lib.periods import shanghai_date
from chengxin.records.checks import check_book
from chengxin.records.models import Batch, Finding, Move
from chengxin.records.proof import seal_batches
from chengxin.records.services import areas

logger = logging.getLogger(__name__)
LISTED = 50
UNREADABLE, UNFORESEEN = "keys-unreadable", "unforeseen"


@dataclass(frozen=True, slots=True)
class Listed:
    """A transfer in the list, without a word on the persons: what it is, its newest step, and what may be done next."""

    transfer: Transfer
    step: TransferStep
    mine: bool

    @property
    def state(self) -> str:
        step = self.step
        if step.agreed is None:
            return "second"
        if not step.agreed:
            return "declined"
        if step.done_at is None:
            return "failed" if step.failure else "agreed"
        return "done" if step.forth else "undone"


@dataclass(frozen=True, slots=True, repr=False)
class Side:
    """One of the two persons, opened for the officers who compare. ``codes``: how many codes lead there."""

    subject_id: int
    named: Named
    born: date
    region: str
    died: date | None
    codes: int
    records: int
    absorbed: bool


@dataclass(frozen=True, slots=True)
class Header:
    """What an officer sees of a record to say whose it is: no value of it."""

    record_id: int
    number: str
    item: str
    provider: str
    state: str
    decided: date
    received: datetime


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """A transfer opened for an officer. ``going``: the records that a split names; ``staying``: those that may go back besides."""

    listed: Listed
    steps: tuple[TransferStep, ...]
    source: Side
    target: Side | None
    going: tuple[Header, ...]
    staying: tuple[Header, ...]


def list_transfers(actor: User, *, before: int | None = None, limit: int = LISTED) -> list[Listed]:
    """Give transfers, the newest first. Two statements. Raises NotAllowed."""
    refuse_others(actor, "persons.decide")
    with speaking_as(actor):
        rows = Transfer.objects.order_by("-pk")
        found = list((rows.filter(pk__lt=before) if before else rows)[:limit])
        newest = _newest_steps([one.pk for one in found])
    return [Listed(one, newest[one.pk], newest[one.pk].decided_by_id == actor.pk) for one in found if one.pk in newest]


def _newest_steps(transfers: Sequence[int]) -> dict[int, TransferStep]:
    rows = TransferStep.objects.select_related("decided_by", "second_by").filter(transfer_id__in=transfers)
    return {row.transfer_id: row for row in rows.order_by("transfer_id", "-pk").distinct("transfer_id")}


def waiting_numbers() -> int:
    """Tell how many number events of the authority's stand between two persons and wait for a merge."""
    return ParkedEvent.objects.filter(reason=ParkedEvent.Reason.TWO_PERSONS).count()


def open_transfer(transfer_id: int, *, actor: User, at: datetime) -> Opened:
    """Open both persons of a transfer, each of whom finds an entry in their access register. Raises NotAllowed, TransferRefused."""
    refuse_others(actor, "persons.decide")
    with speaking_as(actor):
        ends = Transfer.objects.filter(pk=transfer_id).values_list("from_subject_id", "into_subject").first()
    _refuse_own(ends or (), transfer_id, actor=actor, at=at)
    with speaking_as(actor):
        steps = tuple(
            TransferStep.objects.select_related("decided_by", "second_by")
            .filter(transfer_id=transfer_id)
            .order_by("pk")
        )
        transfer = Transfer.objects.filter(pk=transfer_id).first()
        if transfer is None or not steps:
            raise TransferRefused("没有这项办理。", "There is no such transfer.")
        listed = Listed(transfer, steps[-1], steps[-1].decided_by_id == actor.pk)
        target = transfer.into_subject
        there = target is not None and Person.objects.filter(pk=target).exists()
        source_headers = headers(transfer.from_subject_id)
        target_headers = headers(target) if there and target is not None else []
        moved = set(transfer.record_ids)
        opened = Opened(
            listed,
            steps,
            _side(transfer.from_subject_id, len(source_headers)),
            _side(target, len(target_headers)) if there and target is not None else None,
            tuple(one for one in [*source_headers, *target_headers] if one.record_id in moved),
            tuple(target_headers) if listed.state == "done" else (),
        )
        subjects = [transfer.from_subject_id, *([target] if there and target is not None else [])]
        enter_openings(subjects, transfer_id, actor=actor, at=at)
    return opened


def records_of(subject_id: int, *, actor: User, at: datetime) -> list[Header]:
    """Give what tells a person's records apart, entered with the person. Raises NotAllowed."""
    refuse_others(actor, "persons.decide")
    _refuse_own([subject_id], 0, actor=actor, at=at)
    with speaking_as(actor):
        found = headers(subject_id)
        enter_openings([subject_id], 0, actor=actor, at=at)
    return found


def _refuse_own(subjects: Sequence[int | None], transfer_id: int, *, actor: User, at: datetime) -> None:
    """Raise HandsRefused where an officer may not look at one of these, after it was entered as refused with them."""
    if refusal := refusal_of(actor, subjects):
        for subject in subjects:
            if subject is not None and (refusal.code != OWN.code or hands_of(actor, [subject]).own):
                enter_refused_opening(subject, transfer_id, refusal.code, actor=actor, at=at)
        raise HandsRefused(refusal)


def headers(subject_id: int) -> list[Header]:
    """Ask for a person's records by item, provider and days, in a transaction that speaks for the centre. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT record_id, item_id, provider, state, decided, recorded_at FROM records_headers(%s)", [subject_id]
        )
        rows = cursor.fetchall()
    items = begun_by(shanghai_date(timezone.now())).definitions({row[1] for row in rows}) if rows else {}
    number = vault().record_number
    return [Header(record, number(subject_id, record), items[item].name, *rest) for record, item, *rest in rows]


def _side(subject_id: int, records: int) -> Side:
    person = Person.objects.get(pk=subject_id)
    return Side(
        subject_id,
        open_person(subject_id),
        person.born,
        person.region,
        person.died,
        person.codes.count(),
        records,
        person.absorbed_into_id is not None,
    )


def carry_out_transfers(*, at: datetime) -> int:
    """Carry out what two officers decided, each step in a transaction of its own; gives how many are done.

    One that can't be carried out says why and is tried again with the next call. Waits for batches that are under way, and batches that
    begin wait for it. Stopped at any point, nothing of a step stays and the next call does it anew.
    """
    return sum(_carry_out(number, at) for number in agreed_steps())


def _carry_out(number: int, at: datetime) -> bool:
    try:
        return _do(number, at)
    except StepFailed as failed:
        reason = failed.reason
    except (KeysMissing, SealBroken):
        reason = UNREADABLE
    except Exception:
        logger.exception("step %s of a transfer", number)
        reason = UNFORESEEN
    note_failure(number, reason)
    logger.warning("step %s of a transfer was not carried out: %s", number, reason)
    return False


@transaction.atomic
def _do(number: int, at: datetime) -> bool:
    with connection.cursor() as cursor:
        # Batches share this lock: none is under way now, and none begins before this ends.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('persons stand still'))")
    step = Step.take(number)
    if step is None:
        return False
    regroup(step, Stager(sealing_vault(), areas(), shanghai_date(at)), at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT records_move(%s, %s)", [number, at])
    seal_batches(list(Batch.objects.filter(transfer_step_id=number).values_list("pk", flat=True)))
    _return_detached(step, at)
    tell(step.persons, _message(step), at=at, reference=f"transfer:{step.transfer}")
    note_act("", "persons.done", f"transfer:{step.transfer}", at=at, note=step.kind if step.forth else "undo")
    step.finish(at)
    return True


def _message(step: Step) -> str:
    return f"{step.kind}-done" if step.forth else f"{step.kind}-undone"


def _return_detached(step: Step, at: datetime) -> None:
    """Tell providers of records that were nobody's after all: a finding in the batch that took them away."""
    if step.kind != Transfer.Kind.DETACH or not step.forth:
        return
    rule = check_book(shanghai_date(at)).checks["not-identified"]
    rows = Move.objects.filter(step_id=step.number).values_list("batch_id", "row_number", "copied_subject", "record_id")
    number = vault().record_number
    Finding.objects.bulk_create(
        Finding(
            batch_id=batch, row_number=row, rule=rule.code, rule_version=rule.version, field="",
            record_number=number(subject, record),
        )
        for batch, row, subject, record in rows
    )  # fmt: skip
