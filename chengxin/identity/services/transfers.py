"""Deciding to merge, split or undo: by one officer of the credit centre, agreed to by another. The worker carries it out."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from chengxin.ground.services import Asker, Line, enter_many, enter_refusal, entry_number, note_act
from chengxin.identity.errors import TransferRefused
from chengxin.identity.models import Person, Transfer, TransferStep, User
from chengxin.identity.parties import Party, find_party
from chengxin.identity.queries import Found, may
from chengxin.identity.sandbox import refuse_in_sandbox
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.identity.transferring import End, Reason, refuse_ground, refuse_merge, refuse_split
from chengxin.identity.vault import vault
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

PURPOSE, BASIS = "persons", "个人信息保护法 第八条"
MERGE, SPLIT, DETACH = Transfer.Kind.MERGE, Transfer.Kind.SPLIT, Transfer.Kind.DETACH


@dataclass(frozen=True, slots=True)
class Plan:
    """A split that is being prepared: whose records may go, to whom (None: to nobody, or with ``mark`` to a new person of that code)."""

    from_subject: int
    into_subject: int | None
    mark: str = ""


def propose_merge(one: Party, other: Party, *, ground: str, actor: User, at: datetime) -> TransferStep:
    """Decide that two whom certificates name are one person; whom the authority told of last stays. Gives the step that waits.

    Raises NotAllowed; TransferRefused with the reason, and with one text whichever isn't found: such tries are logged.
    """
    refuse_others(actor, "persons.decide")
    found = [find_or_refuse(party, actor=actor, at=at) for party in (one, other)]
    with _refusals_noted("transfer", actor, at):
        refuse_hands(actor, [person.subject_id for person in found])
    _refuse(refuse_merge(*(_end(person.subject_id) for person in found)))
    ranks = dict(
        Person.objects.filter(pk__in=[person.subject_id for person in found]).values_list("pk", "identity_rank")
    )
    gone, stays = sorted(ranks, key=lambda subject: (ranks[subject], -subject))
    transfer = Transfer(kind=MERGE, from_subject_id=gone, into_subject=stays)
    return _propose(transfer, ground=ground, actor=actor, at=at)


def plan_split(subject: Party, other: Party | None, *, actor: User, at: datetime) -> Plan:
    """Look two certificates up before records are chosen: whose they are now, and whose some of them should be.

    A second certificate that leads to the same person goes with its code to a new one. Raises NotAllowed, TransferRefused.
    """
    refuse_others(actor, "persons.decide")
    found = find_or_refuse(subject, actor=actor, at=at)
    second = find_or_refuse(other, actor=actor, at=at) if other is not None else None
    with _refusals_noted("transfer", actor, at):
        refuse_hands(actor, [found.subject_id, second.subject_id if second else None])
    if other is None or second is None:
        return Plan(found.subject_id, None)
    if second.subject_id != found.subject_id:
        return Plan(found.subject_id, second.subject_id)
    today = shanghai_date(at)
    if subject.canonical(today) == other.canonical(today):
        _refuse(refuse_merge(_end(found.subject_id), _end(found.subject_id)))
    mark = vault().code_mark(other.code_type, other.canonical(today) or "")
    return Plan(found.subject_id, None, mark.hex())


def propose_split(plan: Plan, records: Sequence[int], *, ground: str, actor: User, at: datetime) -> TransferStep:
    """Decide which records, and which code, are another person's, or nobody's who is known. Raises NotAllowed, TransferRefused."""
    refuse_others(actor, "persons.decide")
    with _refusals_noted("transfer", actor, at):
        refuse_hands(actor, [plan.from_subject, plan.into_subject])
    one = _end(plan.from_subject)
    other = _end(plan.into_subject) if plan.into_subject is not None else None
    if plan.mark:
        refuse_in_sandbox("拆分时不能新增人员。", "a split brings no new person to it.")
    _refuse(refuse_split(one, other, len(records), code_goes=bool(plan.mark)))
    transfer = Transfer(
        kind=SPLIT if plan.mark or other else DETACH,
        from_subject_id=plan.from_subject,
        into_subject=plan.into_subject,
        fresh=bool(plan.mark),
        code_marks=[bytes.fromhex(plan.mark)] if plan.mark else [],
        record_ids=sorted(records),
    )
    return _propose(transfer, ground=ground, actor=actor, at=at)


def propose_again(transfer_id: int, records: Sequence[int], *, ground: str, actor: User, at: datetime) -> TransferStep:
    """Decide to undo a transfer that was carried out, or to carry one out again that was undone; ``records`` go back besides.

    Raises NotAllowed, TransferRefused.
    """
    refuse_others(actor, "persons.decide")
    _refuse(refuse_ground(ground))
    with _refusals_noted(f"transfer:{transfer_id}", actor, at), speaking_as(actor):
        transfer = Transfer.objects.filter(pk=transfer_id).first()
        last = last_done(transfer_id)
        if transfer is None or last is None:
            raise TransferRefused("没有这项办理，或者还没有办成。", "There is no such transfer, or it isn't done yet.")
        refuse_hands(actor, [transfer.from_subject_id, transfer.into_subject])
        if records and (not last.forth or transfer.into_subject is None):
            raise TransferRefused("只有撤销时可以另选记录。", "Records are chosen when a transfer is undone.")
        return _decide(transfer, forth=not last.forth, records=records, ground=ground, actor=actor, at=at)


def second_step(step_id: int, *, agreed: bool, actor: User, at: datetime) -> TransferStep:
    """Agree to a colleague's decision, or not. Locks the step. Raises NotAllowed, TransferRefused."""
    refuse_others(actor, "persons.agree")
    with _refusals_noted("transfer", actor, at), speaking_as(actor):
        made = TransferStep.objects.select_for_update(no_key=True).filter(pk=step_id, agreed=None, done_at=None).first()
        if made is None:
            raise TransferRefused("没有等待复核的办理。", "No decision waits for a second officer.")
        if made.decided_by_id == actor.pk:
            raise TransferRefused("须由另一名工作人员复核。", "A second officer agrees.")
        about = [made.transfer.from_subject_id, made.transfer.into_subject]
        refuse_hands(actor, about, first=made.decided_by_id if agreed else None)
        made.second_by, made.second_at, made.agreed = actor, at, agreed
        made.save(update_fields=["second_by", "second_at", "agreed"])
        note = "agreed" if agreed else "declined"
        note_act(actor.login, "persons.agree", f"transfer:{made.transfer_id}", at=at, note=note)
        return made


def _propose(transfer: Transfer, *, ground: str, actor: User, at: datetime) -> TransferStep:
    _refuse(refuse_ground(ground))
    with speaking_as(actor):
        transfer.save(force_insert=True)
        return _decide(transfer, forth=True, records=(), ground=ground, actor=actor, at=at)


def _decide(
    transfer: Transfer, *, forth: bool, records: Sequence[int], ground: str, actor: User, at: datetime
) -> TransferStep:
    if not _in_turn(transfer.pk):
        raise TransferRefused(
            "其中一人另有一项尚未办结或者更晚办成的合并、拆分，请先办结或者撤销那一项。",
            "Another transfer of one of them is open or was carried out later; finish or undo that one first.",
        )
    try:
        with transaction.atomic():
            made = TransferStep.objects.create(
                transfer=transfer,
                forth=forth,
                record_ids=sorted(records),
                ground=ground.strip(),
                decided_by=actor,
                decided_at=at,
            )
    except IntegrityError as error:
        if "step_one_open" not in str(error):
            raise
        raise TransferRefused("这一项正在办理。", "This is being decided already.") from None
    note_act(actor.login, "persons.decide", f"transfer:{transfer.pk}", at=at, note=transfer.kind if forth else "undo")
    return made


def find_or_refuse(party: Party, *, actor: User, at: datetime) -> Found:
    """Find whom a certificate names. Raises TransferRefused, after the try was noted in the action log."""
    found = find_party(party, shanghai_date(at))
    if found is not None:
        return found
    note_act_apart(actor, at)
    raise TransferRefused(
        "没有找到其中一人：证件种类、号码和姓名须与人口基础信息完全一致。本次查找已登记。",
        "One of the two isn't found: kind, number and name must be exactly as registered. This try is in the log.",
    )


def note_act_apart(actor: User, at: datetime) -> None:
    """Note a vain look-up, in a transaction of its own. Raises RuntimeError inside another one."""
    with transaction.atomic(durable=True):
        note_act(actor.login, "persons.unfound", "transfer", at=at)


def enter_openings(subjects: Sequence[int], transfer_id: int, *, actor: User, at: datetime) -> None:
    """Enter with each person that an officer of the centre looks at name, code, birth and region to tell two apart."""
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, BASIS, f"transfer:{transfer_id}", "desk")
    lines = [Line(subject, entry_number(at), asker.case_reference, "answered", "") for subject in subjects]
    enter_many(asker, lines, fields=("born", "code", "died", "name", "region"), at=at)


def enter_refused_opening(subject: int, transfer_id: int, reason: str, *, actor: User, at: datetime) -> None:
    """Enter with a person that an officer who may not was about to look at them. Raises RuntimeError inside another transaction."""
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, BASIS, f"transfer:{transfer_id}", "desk")
    enter_refusal(asker, subject_id=subject, reason=reason, at=at)


def _refusals_noted(subject: str, actor: User, at: datetime) -> AbstractContextManager[None]:
    return refusals_noted(actor, "persons.refused", subject, at=at)


def last_done(transfer_id: int) -> TransferStep | None:
    return TransferStep.objects.filter(transfer_id=transfer_id, done_at__isnull=False).order_by("-pk").first()


def _end(subject_id: int) -> End:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_told_of(subject_id), absorbed_into_id IS NOT NULL FROM identity_person WHERE subject_id = %s",
            [subject_id],
        )
        told_of, absorbed = cursor.fetchone() or (False, False)
    return End(subject_id, told_of, absorbed)


def _in_turn(transfer_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_transfer_in_turn(%s)", [transfer_id])
        return bool((cursor.fetchone() or (False,))[0])


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise TransferRefused(reason.text, reason.text_en)


def refuse_others(actor: User, act: str) -> None:
    """Raise NotAllowed unless an officer of the credit centre may do this."""
    if actor.organisation.kind != "centre" or not may(actor.pk, act):
        raise NotAllowed("只有信用中心的工作人员可以办理。", "This is for officers of the credit centre.")
