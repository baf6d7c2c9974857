"""Entering, confirming and ending delegations at the credit centre's window."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.delegation import LONGEST_DAYS, Standing, refuse
from chengxin.identity.errors import DelegationRefused
from chengxin.identity.models import Delegation, Person, User
from chengxin.identity.parties import Party, find_party
from chengxin.identity.queries import list_delegations, may
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

REFUSED = "delegation.refused"


@dataclass(frozen=True, slots=True)
class Applied:
    """What is applied for. ``evidence`` names the judgment or the power of attorney; ``until`` is not included."""

    kind: str
    acts: frozenset[str]
    until: date
    evidence: str


def delegations_at_window(actor: User, *, at: datetime) -> list[Delegation]:
    """Give what waits and what stands today, those that wait first. Raises NotAllowed."""
    _refuse_others(actor, "delegation.enter")
    return list_delegations(shanghai_date(at))


def enter_delegation(subject: Party, agent: Party, applied: Applied, *, actor: User, at: datetime) -> Delegation:
    """Enter that one person may act for another from today until a day (not included); nothing comes of it until it is confirmed.

    Locks the person's delegations. Raises NotAllowed; DelegationRefused with reason and law, and with one and the same text whichever
    of the two isn't found and why: each such try is in the action log.
    """
    _refuse_others(actor, "delegation.enter")
    both = _find(subject, agent, actor, at)
    with refusals_noted(actor, REFUSED, "delegation", at=at):
        refuse_hands(actor, both)
    with speaking_as(actor):
        return _enter(both, applied, actor, at)


def _enter(both: tuple[int, int], applied: Applied, actor: User, at: datetime) -> Delegation:
    today = shanghai_date(at)
    if applied.kind not in LONGEST_DAYS:
        raise DelegationRefused("类别应为监护人或者委托代理人。", "The kind is guardian or agent.")
    standing = {one.subject_id: one for one in Person.objects.filter(pk__in=both)}
    subject, agent = (Standing(number, standing[number].capacity, standing[number].died) for number in both)
    if refusal := refuse(applied.kind, subject, agent, applied.acts, today, applied.until):
        raise DelegationRefused(
            f"{refusal.text}（{refusal.source}）", f"{refusal.text_en} ({refusal.source})", source=refusal.source
        )
    if not applied.evidence.strip():
        raise DelegationRefused("请写明判决书或授权委托书的编号。", "Name the judgment or the power of attorney.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('delegation', %s))", [subject.subject_id])
    if Delegation.objects.filter(
        subject_id=subject.subject_id,
        agent_id=agent.subject_id,
        kind=applied.kind,
        ended_at=None,
        valid_until__gt=today,
    ).exists():
        raise DelegationRefused("两人之间已有同类代理。", "These two stand so to one another already.")
    made = Delegation.objects.create(
        subject_id=subject.subject_id,
        agent_id=agent.subject_id,
        kind=applied.kind,
        acts=sorted(applied.acts),
        valid_from=today,
        valid_until=applied.until,
        evidence=applied.evidence.strip(),
        entered_by=actor,
        entered_at=at,
    )
    note_act(actor.login, "delegation.enter", f"delegation:{made.pk}", at=at)
    return made


def confirm_delegation(delegation_id: int, subject: Party, agent: Party, *, actor: User, at: datetime) -> None:
    """Confirm what a colleague entered, by keying in both persons once more from their papers.

    Locks the delegation. Raises NotAllowed; DelegationRefused for one's own entry, one that stands no more, and other persons than those
    that were entered.
    """
    _refuse_others(actor, "delegation.confirm")
    both = _find(subject, agent, actor, at)
    with refusals_noted(actor, REFUSED, f"delegation:{delegation_id}", at=at), speaking_as(actor):
        made = _standing(delegation_id)
        if made.confirmed_at is not None:
            raise DelegationRefused("已经确认。", "It is confirmed already.")
        if made.entered_by_id == actor.pk:
            raise DelegationRefused("须由另一名工作人员确认。", "A second officer confirms it.")
        if (made.subject_id, made.agent_id) != both:
            raise DelegationRefused(
                "两次录入的人不一致，请核对证件；登记有误的，终止后重新登记。",
                "These are other persons than those entered; check the papers, or end it and enter it anew.",
            )
        refuse_hands(actor, both, first=made.entered_by_id)
        made.confirmed_at, made.confirmed_by = at, actor
        made.save(update_fields=["confirmed_at", "confirmed_by"])
        note_act(actor.login, "delegation.confirm", f"delegation:{made.pk}", at=at)


def end_delegation(delegation_id: int, *, reason: str, actor: User, at: datetime) -> None:
    """End a delegation at once, at the person's word or on evidence. Locks it. Raises NotAllowed, DelegationRefused.

    Source: 民法典 第一百七十三条 (the principal revokes at any time).
    """
    _refuse_others(actor, "delegation.enter")
    if not reason.strip():
        raise DelegationRefused("请写明终止的理由。", "Give the reason.")
    with refusals_noted(actor, REFUSED, f"delegation:{delegation_id}", at=at), speaking_as(actor):
        made = _standing(delegation_id)
        refuse_hands(actor, [made.subject_id, made.agent_id])
        made.ended_at, made.ended_by, made.end_reason = at, actor, reason.strip()
        made.save(update_fields=["ended_at", "ended_by", "end_reason"])
        note_act(actor.login, "delegation.end", f"delegation:{made.pk}", at=at)


def _find(subject: Party, agent: Party, actor: User, at: datetime) -> tuple[int, int]:
    found = [find_party(party, shanghai_date(at)) for party in (subject, agent)]
    if found[0] is None or found[1] is None:
        with transaction.atomic(durable=True):
            note_act(actor.login, "delegation.unfound", "delegation", at=at)
        raise DelegationRefused(
            "没有找到其中一人：证件种类、号码和姓名须与人口基础信息完全一致。本次查找已登记。",
            "One of the two isn't found: kind, number and name must be exactly as registered. This try is in the log.",
        )
    return found[0].subject_id, found[1].subject_id


def _standing(delegation_id: int) -> Delegation:
    made = Delegation.objects.select_for_update(no_key=True).filter(pk=delegation_id, ended_at=None).first()
    if made is None:
        raise DelegationRefused("没有这项代理，或已终止。", "There is no such delegation, or it was ended.")
    return made


def _refuse_others(actor: User, act: str) -> None:
    if not may(actor.pk, act):
        raise NotAllowed("只有信用中心的窗口人员可以办理代理。", "Only officers of the credit centre's window do this.")
