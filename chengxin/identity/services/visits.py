"""Serving somebody at the credit centre's window: whoever asks is seen in person and entered; a relative of the dead by two officers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from chengxin.ground.services import note_act
from chengxin.identity.delegation import Refusal
from chengxin.identity.errors import VisitOver, VisitRefused
from chengxin.identity.models import User, Visit
from chengxin.identity.parties import Party, find_party
from chengxin.identity.queries import Found, may
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speak_for, speaking_as
from chengxin.identity.visiting import (
    DELEGATE,
    LONGEST_MINUTES,
    RELATIVE,
    SELF,
    Asked,
    refuse_relative,
    refuse_served,
)
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

REFUSED, LISTED = "window.refused", 50
SERVE, CONFIRM = "window.serve", "window.confirm"


@dataclass(frozen=True, slots=True)
class Open:
    """A visit that this officer has open, or a relative's application that waits. Nothing of anybody is in it but a number."""

    id: int
    kind: str
    relation: str
    interest: str
    papers: tuple[str, ...]
    officer: str
    own: bool
    closes_at: datetime | None

    @property
    def waits(self) -> bool:
        return self.closes_at is None


def visits_at_window(actor: User, *, at: datetime) -> list[Open]:
    """Give the officer's own visits that are open, and relatives' applications that wait for a second officer. Raises NotAllowed."""
    _refuse_others(actor, SERVE)
    with speaking_as(actor):
        rows = Visit.objects.select_related("officer").filter(
            Q(officer=actor, closes_at__gt=at) | Q(closes_at=None, opened_at__gt=at - timedelta(days=1)), ended_at=None
        )
        return [_open(row, actor) for row in rows.order_by("-pk")[:LISTED]]


def find_visit(actor: User, number: int, *, at: datetime) -> Open:
    """Give one of the visits at the window. Raises NotAllowed, VisitOver."""
    found = next((one for one in visits_at_window(actor, at=at) if one.id == number), None)
    if found is None:
        raise VisitOver
    return found


def _open(row: Visit, actor: User) -> Open:
    return Open(
        row.pk, row.kind, row.relation, row.interest, tuple(row.papers), row.officer.display_name,
        row.officer_id == actor.pk, row.closes_at,
    )  # fmt: skip


def serve(subject: Party, agent: Party | None, *, actor: User, at: datetime) -> int:
    """Open a visit of somebody who stands at the window with their certificate: themselves, or the agent of a delegation to see.

    Raises NotAllowed; VisitRefused, with one text whoever of them isn't found and why; HandsRefused. Each such try is in the action log.
    """
    _refuse_others(actor, SERVE)
    found = _find([one for one in (subject, agent) if one is not None], actor, at)
    who, by = found[0], found[1] if agent else None
    _refuse(refuse_served(SELF if by is None else DELEGATE, who.died))
    with refusals_noted(actor, REFUSED, "visit", at=at):
        refuse_hands(actor, [one.subject_id for one in found])
    with speaking_as(actor):
        delegation = _delegation(who.subject_id, by.subject_id) if by else None
        made = Visit.objects.create(
            subject_id=who.subject_id,
            kind=SELF if by is None else DELEGATE,
            code_type=(agent or subject).code_type,
            applicant_id=by.subject_id if by else None,
            delegation_id=delegation,
            officer=actor,
            opened_at=at,
            closes_at=at + timedelta(minutes=LONGEST_MINUTES),
        )
        note_act(actor.login, SERVE, f"visit:{made.pk}", at=at)
    return made.pk


def enter_relative(dead: Party, relative: Party, asked: Asked, *, actor: User, at: datetime) -> int:
    """Take the application of a close relative of somebody who died; nothing comes of it until a second officer confirms it.

    Raises NotAllowed, VisitRefused, HandsRefused.
    """
    _refuse_others(actor, SERVE)
    _refuse(refuse_relative(asked))
    who, by = _find([dead, relative], actor, at)
    _refuse(refuse_served(RELATIVE, who.died))
    if by.died is not None or by.subject_id == who.subject_id:
        raise VisitRefused("申请人须是在世的另一个人。", "The applicant is another person, and alive.")
    with refusals_noted(actor, REFUSED, "visit", at=at):
        refuse_hands(actor, [who.subject_id, by.subject_id])
    with speaking_as(actor):
        made = Visit.objects.create(
            subject_id=who.subject_id,
            kind=RELATIVE,
            code_type=relative.code_type,
            applicant_id=by.subject_id,
            relation=asked.relation,
            interest=asked.interest.strip(),
            papers=sorted(asked.papers),
            officer=actor,
            opened_at=at,
        )
        note_act(actor.login, "window.relative", f"visit:{made.pk}", at=at)
    return made.pk


def confirm_relative(number: int, dead: Party, relative: Party, *, actor: User, at: datetime) -> None:
    """Confirm what a colleague took, by keying both persons in once more from their papers; the colleague may print from then on.

    Locks the visit. Raises NotAllowed, VisitOver, VisitRefused, HandsRefused.
    """
    _refuse_others(actor, CONFIRM)
    who, by = _find([dead, relative], actor, at)
    with refusals_noted(actor, REFUSED, f"visit:{number}", at=at), speaking_as(actor):
        made = _standing(number)
        if made.kind != RELATIVE or made.confirmed_at is not None:
            raise VisitOver
        if made.officer_id == actor.pk:
            raise VisitRefused("须由另一名工作人员复核。", "A second officer confirms it.")
        if (made.subject_id, made.applicant_id) != (who.subject_id, by.subject_id):
            raise VisitRefused(
                "两次录入的人不一致，请核对证件；登记有误的，结束后重新登记。",
                "These are other persons than those entered; check the papers, or end it and enter it anew.",
            )
        refuse_hands(actor, [who.subject_id, by.subject_id], first=made.officer_id)
        made.confirmed_at, made.confirmed_by = at, actor
        made.closes_at = at + timedelta(minutes=LONGEST_MINUTES)
        made.save(update_fields=["confirmed_at", "confirmed_by", "closes_at"])
        note_act(actor.login, CONFIRM, f"visit:{number}", at=at)


def end_visit(number: int, *, actor: User, at: datetime) -> None:
    """End a visit at once: nothing more is printed from it. Locks it. Raises NotAllowed, VisitOver."""
    _refuse_others(actor, SERVE)
    with speaking_as(actor):
        made = _standing(number)
        made.ended_at = at
        made.save(update_fields=["ended_at"])
        note_act(actor.login, "window.end", f"visit:{number}", at=at)


def subject_served(number: int, *, actor: User) -> int:
    """Give whom an officer serves by a visit at this moment. Raises NotAllowed, VisitOver."""
    _refuse_others(actor, SERVE)
    with transaction.atomic(), connection.cursor() as cursor:
        speak_at_window(actor, number)
        cursor.execute("SELECT identity_being_served()")
        (found,) = cursor.fetchone() or (None,)
    if found is None:
        raise VisitOver
    return int(found)


def speak_at_window(actor: User, number: int) -> None:
    """Speak, for the rest of this transaction, for an officer who serves somebody by a visit. Raises RuntimeError outside a transaction."""
    speak_for(actor.organisation.code, actor.login)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cx.visit', %s, true)", [str(number)])


def _find(parties: list[Party], actor: User, at: datetime) -> list[Found]:
    found = [one for party in parties if (one := find_party(party, shanghai_date(at)))]
    if len(found) < len(parties):
        with transaction.atomic(durable=True):
            note_act(actor.login, "window.unfound", "visit", at=at)
        raise VisitRefused(
            "没有找到此人：证件种类、号码和姓名须与人口基础信息完全一致。本次查找已登记。",
            "Nobody is found: kind, number and name must be exactly as registered. This try is in the log.",
        )
    return found


def _delegation(subject: int, agent: int) -> int:
    """Give the delegation by which an agent may see the person's file today. Raises VisitRefused."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT delegation_id FROM identity_acting WHERE subject_id = %s AND agent_id = %s AND 'view' = ANY(acts) LIMIT 1",
            [subject, agent],
        )
        row = cursor.fetchone()
    if row is None:
        raise VisitRefused(
            "没有登记这两人之间“查看本人档案”的代理，或者还没有复核、已经到期。请先在“代理和监护”办理。",
            "No delegation to see the file stands between these two. Enter it first under delegations.",
        )
    return int(row[0])


def _standing(number: int) -> Visit:
    made = Visit.objects.select_for_update(no_key=True).filter(pk=number, ended_at=None).first()
    if made is None:
        raise VisitOver
    return made


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise VisitRefused(
            f"{refusal.text}（{refusal.source}）", f"{refusal.text_en} ({refusal.source})", source=refusal.source
        )


def _refuse_others(actor: User, act: str) -> None:
    if not may(actor.pk, act):
        raise NotAllowed("只有信用中心的窗口人员可以办理。", "Only officers of the credit centre's window do this.")
