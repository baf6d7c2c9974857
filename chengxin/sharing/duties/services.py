"""Enrolling an organisation for a duty: applied for, decided, published, ended; by three persons of three organisations."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import refusals_noted, refuse_hands
from chengxin.identity.speaking import speaking_as
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.refusals import Refusal
from chengxin.lib.workdays import WorkCalendar
from chengxin.records.terms import enrolment_term
from chengxin.sharing.duties import rules
from chengxin.sharing.duties.errors import EnrolmentRefused, EnrolmentSettled
from chengxin.sharing.duties.models import Enrolment
from chengxin.sharing.duties.queries import find_duty

ASK, DECIDE, PUBLISH, END = "duties.enrol", "duties.decide", "duties.publish", "duties.end"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about an application; the days where it is approved."""

    approved: bool
    reason: str
    valid_from: date | None = None
    valid_until: date | None = None


def apply_for(duty: str, applied: rules.Applied, *, actor: User, at: datetime) -> int:
    """Apply for a duty for the actor's organisation, and give the application's number.

    Raises DutyUnknown, EnrolmentRefused, HandsRefused.
    """
    today = shanghai_date(at)
    with _acting(actor, ASK, f"duty:{duty}", at):
        refuse_hands(actor)
        terms = find_duty(duty, today)
        waiting = Enrolment.objects.filter(
            organisation=actor.organisation, duty_id=terms.id, decided_at=None, ended_at=None
        )
        _refuse(
            rules.refuse_application(
                applied,
                actor.organisation.kind,
                kinds=terms.organisation_kinds,
                bases=terms.bases,
                waiting=waiting.exists(),
                today=today,
            )
        )
        due = rules.decision_due(today, enrolment_term(today), WorkCalendar())
        made = _insert(actor, terms.id, applied, due.day, estimated=due.provisional, at=at)
        note_act(actor.login, ASK, f"enrolment:{made.pk}", at=at, note=duty)
    return made.pk


def _insert(actor: User, duty: int, applied: rules.Applied, due: date, *, estimated: bool, at: datetime) -> Enrolment:
    try:
        with transaction.atomic():
            return Enrolment.objects.create(
                organisation=actor.organisation,
                duty_id=duty,
                basis=applied.basis,
                scene=applied.scene.strip(),
                scope=applied.scope.strip(),
                way=applied.way.strip(),
                wanted_until=applied.wanted_until,
                asked_by=actor,
                asked_at=at,
                due_on=due,
                due_estimated=estimated,
            )
    except IntegrityError as error:
        if "enrolment_asked_once" not in str(error):
            raise
        raise EnrolmentRefused(rules.ASKED_ALREADY.text, rules.ASKED_ALREADY.text_en) from None


def decide_application(number: int, decided: Decided, *, actor: User, at: datetime) -> None:
    """Approve or refuse an application at the credit centre, once. Raises EnrolmentSettled, EnrolmentRefused, HandsRefused."""
    today = shanghai_date(at)
    with _acting(actor, DECIDE, f"enrolment:{number}", at):
        row = _find(number, decided_at=None)
        if row.organisation_id == actor.organisation_id:
            raise NotAllowed
        refuse_hands(actor, first=row.asked_by_id)
        _refuse(rules.refuse_reason(decided.reason))
        begins, ends = decided.valid_from or today, decided.valid_until or row.wanted_until
        if decided.approved:
            _refuse(rules.refuse_term(begins, ends, wanted_until=row.wanted_until, today=today))
        _step(
            row,
            decision=Enrolment.Decision.APPROVED if decided.approved else Enrolment.Decision.REFUSED,
            reason=decided.reason.strip(),
            decided_by=actor,
            decided_at=at,
            valid_from=begins if decided.approved else None,
            valid_until=ends if decided.approved else None,
        )
        note_act(actor.login, DECIDE, f"enrolment:{number}", at=at, note="approved" if decided.approved else "refused")


def publish_enrolment(number: int, *, actor: User, at: datetime) -> None:
    """Publish what the credit centre approved, at the supervising department. Raises EnrolmentSettled, HandsRefused."""
    with _acting(actor, PUBLISH, f"enrolment:{number}", at):
        row = _find(number, decision=Enrolment.Decision.APPROVED, published_at=None)
        for first in (row.asked_by_id, row.decided_by_id):
            refuse_hands(actor, first=first)
        _step(row, published_by=actor, published_at=at)
        note_act(actor.login, PUBLISH, f"enrolment:{number}", at=at)


def end_enrolment(number: int, reason: str, *, actor: User, at: datetime) -> None:
    """End an enrolment, or take an application back, for good: the organisation itself, the centre or the supervising department.

    Raises EnrolmentSettled, EnrolmentRefused. Source of the last two: 政务数据共享条例 第二十七条.
    """
    with _acting(actor, END, f"enrolment:{number}", at):
        row = _find(number)
        above = actor.organisation.kind in ("centre", "supervisor")
        if row.decision == Enrolment.Decision.REFUSED or not (above or row.organisation_id == actor.organisation_id):
            raise EnrolmentSettled
        _refuse(rules.refuse_reason(reason))
        _step(row, ended_by=actor, ended_at=at, end_reason=reason.strip())
        note_act(actor.login, END, f"enrolment:{number}", at=at)


@contextmanager
def _acting(actor: User, act: str, subject: str, at: datetime) -> Iterator[None]:
    """Open a transaction that speaks for an officer who may do an act; what their hands are refused is noted. Raises NotAllowed."""
    if not may(actor.pk, act):
        raise NotAllowed
    with refusals_noted(actor, act, subject, at=at), speaking_as(actor):
        yield


def _find(number: int, **how_far: Any) -> Enrolment:
    """Give an enrolment that hasn't ended and is as far as that. Raises EnrolmentSettled."""
    row = Enrolment.objects.filter(pk=number, ended_at=None, **how_far).first()
    if row is None:
        raise EnrolmentSettled
    return row


def _step(row: Enrolment, **values: Any) -> None:
    """Take a step unless somebody else took one meanwhile. Raises EnrolmentSettled."""
    as_it_was = Enrolment.objects.filter(
        pk=row.pk, ended_at=None, decided_at=row.decided_at, published_at=row.published_at
    )
    if not as_it_was.update(**values):
        raise EnrolmentSettled


def _refuse(refusal: Refusal | None) -> None:
    if refusal:
        raise EnrolmentRefused(refusal.text, refusal.text_en)
