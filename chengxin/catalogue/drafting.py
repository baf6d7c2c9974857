"""Drafting a part of the catalogue and taking it through review, comments and approval. In a transaction that speaks for the actor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from chengxin.catalogue import rules
from chengxin.catalogue.assembling import compare_draft, missing_lists, refuse_content
from chengxin.catalogue.comparing import ItemDifference
from chengxin.catalogue.errors import DraftUnknown, DraftUnusable, StepRefused
from chengxin.catalogue.models import Draft, DraftItem, LawEvent, Step
from chengxin.catalogue.numbers import consultation_days
from chengxin.catalogue.queries import supplement_definition
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import refuse_hands
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

ACTS = {
    "submit": "catalogue.draft",
    "withdraw": "catalogue.draft",
    "review": "catalogue.review",
    "consult": "catalogue.review",
    "approve": "catalogue.approve",
    "publish": "catalogue.publish",
}
RETURNS = ("catalogue.review", "catalogue.approve")


def find_draft(number: int, actor: User) -> Draft:
    """Give a draft to whoever may see it: its organisation always, credit centre and supervising department from submission on.

    Raises DraftUnknown.
    """
    draft = Draft.objects.select_related("organisation", "created_by").filter(pk=number).first()
    if draft is None:
        raise DraftUnknown
    if draft.organisation_id != actor.organisation_id and (
        actor.organisation.kind in rules.DRAFTERS or not draft.steps.filter(kind="submit").exists()
    ):
        raise DraftUnknown
    return draft


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft in the list: whose it is and how far."""

    draft: Draft
    state: str
    until: date | None


LISTED = 100


def drafts_for(actor: User) -> list[Listed]:
    """Give the latest drafts that an officer may see, newest first."""
    found = Draft.objects.select_related("organisation").prefetch_related("steps").order_by("-pk")
    if actor.organisation.kind in rules.DRAFTERS:
        found = found.filter(organisation=actor.organisation)
    else:
        found = found.filter(steps__kind="submit").distinct()
    listed = []
    for draft in found[:LISTED]:
        last = max(draft.steps.all(), key=lambda step: step.pk, default=None)
        listed.append(Listed(draft, last.kind if last else "", last.until if last else None))
    return listed


def find_item(number: int, code: str, actor: User) -> tuple[Draft, DraftItem]:
    """Give an item of a draft that it sets. Raises DraftUnknown."""
    draft = find_draft(number, actor)
    item = draft.items.filter(code=code, change="set").first()
    if item is None:
        raise DraftUnknown
    return draft, item


def changes_of(draft: Draft, on: date) -> list[ItemDifference]:
    """Give what a draft would change of the edition in force."""
    return compare_draft(draft, on)


@transaction.atomic
def begin_draft(title: str, *, actor: User, at: datetime) -> Draft:
    """Begin a draft of the actor's organisation. Raises NotAllowed, DraftUnusable."""
    refuse_others(actor, "catalogue.draft")
    if not title.strip():
        raise DraftUnusable("请填写草案名称。", "Give the draft a title.")
    draft = Draft.objects.create(organisation=actor.organisation, title=title.strip(), created_by=actor, created_at=at)
    note_act(actor.login, "catalogue.draft", f"draft:{draft.pk}", at=at)
    return draft


@transaction.atomic
def set_item(
    number: int,
    definition: Mapping[str, Any],
    *,
    actor: User,
    at: datetime,
    code_lists: Mapping[str, Any] | None = None,
) -> DraftItem:
    """Put an item into a draft, or its content in place of what stood there; None keeps the code lists.

    Lists that it names and the provincial edition lacks are taken from the national one. Raises DraftUnknown, StepRefused.
    """
    draft = _editable(number, actor)
    code = str(definition.get("code", ""))
    if not (code and code.isascii() and code.replace("-", "").isalnum() and len(code) <= 32):  # noqa: PLR2004  # the column's width
        raise DraftUnusable("信息项编码由字母、数字和短横组成。", "An item's code has letters, digits and hyphens.")
    held = draft.items.filter(code=code).first()
    lists = dict(code_lists) if code_lists is not None else dict(held.code_lists if held else {})
    lists |= missing_lists(definition, lists, shanghai_date(at))
    values = {
        "change": "set",
        "definition": dict(definition),
        "code_lists": lists,
        "updated_by": actor,
        "updated_at": at,
    }
    item, _ = DraftItem.objects.update_or_create(draft=draft, code=code, defaults=values)
    note_act(actor.login, "catalogue.draft", f"draft:{number}", at=at, note=code)
    return item


@transaction.atomic
def end_item(number: int, code: str, *, actor: User, at: datetime) -> DraftItem:
    """Draft that an item of the supplement ends with the edition. Raises DraftUnknown, StepRefused, ItemNotOpen."""
    draft = _editable(number, actor)
    supplement_definition(code, shanghai_date(at))
    values: dict[str, Any] = {
        "change": "end",
        "definition": {},
        "code_lists": {},
        "updated_by": actor,
        "updated_at": at,
    }
    item, _ = DraftItem.objects.update_or_create(draft=draft, code=code, defaults=values)
    note_act(actor.login, "catalogue.draft", f"draft:{number}", at=at, note=code)
    return item


@transaction.atomic
def drop_item(number: int, code: str, *, actor: User, at: datetime) -> None:
    """Take an item out of a draft. Raises DraftUnknown, StepRefused."""
    _editable(number, actor).items.filter(code=code).delete()
    note_act(actor.login, "catalogue.draft", f"draft:{number}", at=at, note=code)


def _editable(number: int, actor: User) -> Draft:
    refuse_others(actor, "catalogue.draft")
    draft = find_draft(number, actor)
    if stand_of(draft).last not in rules.AFTER["submit"]:
        raise StepRefused("草案已经提交，不能修改。", "The draft was submitted and stays as it is.")
    return draft


def stand_of(draft: Draft) -> rules.Stand:
    """Tell how far a draft is."""
    last = draft.steps.order_by("-pk").first()
    items = list(draft.items.all())
    submitted = draft.steps.filter(kind="submit").aggregate(at=Max("at"))["at"]
    refs = {basis["ref"] for item in items for basis in item.definition.get("bases", ())}
    events = LawEvent.objects.filter(articles__overlap=list(refs), entered_at__gt=submitted) if submitted else None
    acted = {(step.kind, step.actor_id) for step in draft.steps.all()}
    return rules.Stand(
        organisation=draft.organisation_id,
        last=last.kind if last else "",
        until=last.until if last else None,
        items=len(items),
        burdens=any(rules.burdens(item.definition) for item in items),
        unanswered=last.comments.filter(answered_at=None).count() if last else 0,
        law_changed=events is not None and events.exists(),
        drafters=frozenset(
            {
                draft.created_by_id,
                *(item.updated_by_id for item in items),
                *(one for kind, one in acted if kind == "submit"),
            }
        ),
        reviewers=frozenset(one for kind, one in acted if kind == "review"),
    )


@dataclass(frozen=True, slots=True)
class StepForm:
    """What a step is given: a reason where it stops the draft, the last day where it opens it to comments."""

    reason: str = ""
    until: date | None = None


NOTHING = StepForm()


@transaction.atomic
def take_step(number: int, kind: str, *, actor: User, at: datetime, given: StepForm = NOTHING) -> Step:
    """Take a draft one step further, or back. Locks the draft.

    Raises NotAllowed, DraftUnknown, StepRefused, HandsRefused, DraftUnusable.
    """
    if not any(may(actor.pk, act) for act in (RETURNS if kind == "return" else (ACTS[kind],))):
        raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")
    draft = find_draft(number, actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('catalogue draft', %s))", [number])
    by, on = rules.Doer(actor.pk, actor.organisation.pk, actor.organisation.kind), shanghai_date(at)
    stand = stand_of(draft)
    refusal = rules.refuse_step(
        kind,
        stand,
        by,
        on=on,
        shortest=consultation_days(on),
        until=given.until,
        reason=given.reason,
    )
    if refusal is not None:
        raise StepRefused(refusal.text, refusal.text_en)
    for first in sorted(rules.hands_before(kind, stand)):
        refuse_hands(actor, first=first)
    if kind == "submit":
        refuse_content(draft, on)
    step = Step.objects.create(
        draft=draft, kind=kind, reason=given.reason.strip(), until=given.until, digest=b"", actor=actor, at=at
    )
    note_act(actor.login, f"catalogue.{kind}", f"draft:{number}", at=at)
    return step


def refuse_others(actor: User, act: str) -> None:
    if not may(actor.pk, act):
        raise NotAllowed("您的岗位没有此项权限。", "Your role doesn't include this.")
