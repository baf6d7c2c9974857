"""Rows in question: what their provider is asked, that it holds to them with a reason, and that this is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.codes import holds_code
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.records import rules
from chengxin.records.errors import WaiverRefused, WaiverUnknown
from chengxin.records.models import CheckRule, Finding, Waiver
from chengxin.records.queries import find_batch
from chengxin.records.services import areas
from chengxin.records.terms import waiver_months

ACT, END, OVERRULE = "intake.waive", "intake.end_waiver", "intake.overrule_waiver"
LISTED = 25
REFUSED = {
    "not-a-question": ("只有“存疑”的行可以说明理由后保留。", "Nothing but a question can be waived."),
    "no-reason": ("请写明理由。", "Give the reason."),
    "already-over": ("截止日应在今天以后。", "The last day lies in the past."),
    "too-long": ("截止日超过了最长期限。", "The last day lies beyond the longest term."),
    "identity-code": ("理由里不能写身份证件号码。", "Take the identity code out of the reason."),
    "not-asked": (
        "所选的行不在这一批的存疑之列，请刷新后重选。",
        "What was chosen isn't in question in this batch; load it again.",
    ),
    "not-the-giver": (
        "只有说明理由的本人，或者信用中心的工作人员，可以收回。",
        "It is taken back by whoever gave it, or at the credit centre.",
    ),
    "ended-already": ("这条保留已经收回。", "It was taken back already."),
    "over-already": ("这条保留已经到期。", "It is over already."),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A row in question, and what its provider said about it, if anything that still holds."""

    id: int
    row: int
    field: str
    rule: CheckRule
    waiver: Waiver | None


def list_questions(batch_id: int, on: date, *, after: int = 0, limit: int = LISTED) -> list[Question]:
    """Give the questions of a batch in the order they were asked. Three statements, whatever the rows."""
    found = list(Finding.objects.filter(batch_id=batch_id, digest__isnull=False, pk__gt=after).order_by("pk")[:limit])
    checks = {
        (rule.code, rule.version): rule for rule in CheckRule.objects.filter(code__in={row.rule for row in found})
    }
    waivers = Waiver.objects.select_related("waived_by").filter(
        digest__in=[row.digest for row in found], until__gt=on, ended_at=None
    )
    said = {(one.rule, one.rule_version, bytes(one.digest)): one for one in waivers.order_by("pk")}
    return [
        Question(
            row.pk,
            row.row_number,
            row.field,
            checks[row.rule, row.rule_version],
            said.get((row.rule, row.rule_version, bytes(row.digest or b""))),
        )
        for row in found
    ]


@transaction.atomic
def waive(token: UUID, findings: Sequence[int], *, reason: str, until: date, actor: User, at: datetime) -> int:
    """Hold to rows in question, each for its own content; gives how many. ``until`` is the first day on which it counts no more.

    Raises NotAllowed, BatchUnknown, WaiverRefused.
    """
    if not may(actor.pk, ACT):
        raise NotAllowed("没有这项权限。", "You have no such right.")
    on, batch = shanghai_date(at), find_batch(token, actor.organisation.pk).batch
    rows = list(Finding.objects.filter(batch=batch, pk__in=findings).order_by("pk"))
    if not rows or len(rows) != len(set(findings)):
        raise WaiverRefused(*REFUSED["not-asked"])
    if holds_code(reason, on=on, areas=areas()):
        raise WaiverRefused(*REFUSED["identity-code"])
    checks = {(rule.code, rule.version): rule for rule in CheckRule.objects.filter(code__in={row.rule for row in rows})}
    for row in rows:
        severity = checks[row.rule, row.rule_version].severity if row.digest else ""
        if refusal := rules.refuse_waiver(severity, reason, until, on, waiver_months(on)):
            raise WaiverRefused(*REFUSED[refusal.rule])
        _enter(row, batch.item_id, actor, reason.strip(), until, at)
    return len(rows)


def _enter(row: Finding, item_id: int, actor: User, reason: str, until: date, at: datetime) -> None:
    Waiver.objects.create(
        item_id=item_id,
        provider=actor.organisation,
        batch_id=row.batch_id,
        row_number=row.row_number,
        rule=row.rule,
        rule_version=row.rule_version,
        digest=row.digest,
        reason=reason,
        waived_by=actor,
        waived_at=at,
        until=until,
    )
    note_act(actor.login, ACT, f"batch:{row.batch_id}", at=at, note=f"{row.rule} {row.row_number}")


def list_waivers(actor: User, *, before: int | None = None, limit: int = LISTED) -> list[Waiver]:
    """Give waivers, the newest first: at the credit centre everybody's, else those of the officer's organisation. One statement."""
    with speaking_as(actor):
        rows = _waivers().order_by("-pk")
        return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def open_waiver(number: int, actor: User) -> Waiver:
    """Give a waiver to its provider's officer or the credit centre's. Raises WaiverUnknown."""
    with speaking_as(actor):
        made = _waivers().filter(pk=number).first()
    if made is None:
        raise WaiverUnknown
    return made


@transaction.atomic
def end_waiver(number: int, *, reason: str, actor: User, at: datetime) -> None:
    """Take a waiver back: from now on the same content is asked again. What became a record meanwhile stays. Locks it.

    Raises NotAllowed, WaiverUnknown, WaiverRefused.
    """
    centre = actor.organisation.kind == "centre" and may(actor.pk, OVERRULE)
    if not (centre or may(actor.pk, END)):
        raise NotAllowed("没有这项权限。", "You have no such right.")
    on = shanghai_date(at)
    with speaking_as(actor):
        made = Waiver.objects.select_for_update(no_key=True).filter(pk=number).first()
        if made is None:
            raise WaiverUnknown
        gave = made.waived_by_id == actor.pk
        if refusal := rules.refuse_waiver_end(made.stage(on), reason, gave=gave, centre=centre):
            raise WaiverRefused(*REFUSED[refusal.rule])
        if holds_code(reason, on=on, areas=areas()):
            raise WaiverRefused(*REFUSED["identity-code"])
        made.ended_by, made.end_reason = actor, reason.strip()
        # The moment is the database's own.
        made.save(update_fields=["ended_by", "end_reason"])
        act = END if gave else OVERRULE
        note_act(actor.login, act, f"batch:{made.batch_id}", at=at, note=f"{made.rule} {made.row_number}")


def _waivers() -> QuerySet[Waiver]:
    return Waiver.objects.select_related("item", "provider", "waived_by", "ended_by")
