"""Waiting rows before a human: whom they may mean, what is decided, and carrying it out (safeguard 5)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import IntegrityError, connection, transaction

from chengxin.catalogue.errors import ItemNotOpen
from chengxin.catalogue.queries import OpenItem, open_item
from chengxin.catalogue.terms import ItemDefinition
from chengxin.ground.services import Asker, Line, enter_many, entry_number, note_act
from chengxin.identity.finding import Found, Near, Written, find_near
from chengxin.identity.hands import OWN
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import hands_of, refuse_hands
from chengxin.identity.vault import open_sealed, vault
from chengxin.lib.codes import holds_code
from chengxin.lib.crypto import Sealed
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import SHANGHAI, shanghai_date
from chengxin.records.checks import WHOSE
from chengxin.records.errors import DecisionRefused, TooManyOpened, WaitingRowGone
from chengxin.records.models import Adjudication, Opening, Waiting
from chengxin.records.services import areas
from chengxin.records.terms import openings_a_day

LISTED = 25
DECIDED = ("这一行已有认定，尚未办结。", "There is a decision about this row already.")
PURPOSE, BASIS = "adjudication", "个人信息保护法 第八条"
NOTHING = Written("", "", "")


@dataclass(frozen=True, slots=True)
class Listed:
    """A waiting row in the queue, without a word on the person: item, provider, rule, how far its decision is, and what holds that up."""

    number: int
    item: str
    provider: str
    rule: str
    since: datetime
    state: str
    held: str
    mine: bool


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """A waiting row opened for the officer who decides. ``facts`` are document, organ and day: what tells two namesakes apart.

    Of a row whose item has no basis in force today (``open`` false) nothing is shown: it can only go back. Nor is of one that may mean
    the officer themselves (``own``): a colleague decides it.
    """

    number: int
    rule: str
    provider: str
    item: str
    open: bool
    adverse: bool
    since: datetime
    written: Written
    facts: tuple[tuple[str, str], ...]
    near: tuple[Near, ...]
    decision: Adjudication | None
    own: bool = False


def list_cases(actor: User, *, after: int = 0, limit: int = LISTED) -> list[Listed]:
    """Give rows whose person is open, the longest waiting first. Two statements. Raises NotAllowed."""
    _refuse_others(actor, "adjudication.decide")
    rows = list(
        Waiting.objects.filter(rules__overlap=WHOSE, pk__gt=after)
        .order_by("pk")
        .values_list("pk", "item__code", "provider__name", "rule", "since")[:limit]
    )
    decisions = {one.waiting_id: one for one in _standing([row[0] for row in rows])}
    return [Listed(*row, *_progress(decisions.get(row[0]), actor)) for row in rows]


def _standing(numbers: Sequence[int]) -> list[Adjudication]:
    """Give the decisions that stand, agreed to or not yet spoken of by a second officer, and not carried out."""
    rows = Adjudication.objects.select_related("decided_by", "second_by").filter(
        waiting_id__in=numbers, done_at=None, taken_back_at=None
    )
    return list(rows.exclude(agreed=False))


def _progress(decision: Adjudication | None, actor: User) -> tuple[str, str, bool]:
    if decision is None:
        return "open", "", False
    return "second" if needs_second(decision) else "decided", decision.held, decision.decided_by_id == actor.pk


def needs_second(decision: Adjudication) -> bool:
    return decision.outcome == Adjudication.Outcome.ATTACH and decision.adverse and decision.agreed is None


def open_case(number: int, *, actor: User, at: datetime) -> Case:
    """Open a waiting row and those whom it may mean, each of whom finds an entry in their access register.

    In the transaction of the request, so that nothing is shown of which the entry isn't committed. Raises NotAllowed, WaitingRowGone,
    ItemNotOpen, KeysMissing, HandsRefused.
    """
    _refuse_others(actor, "adjudication.decide")
    refuse_hands(actor)
    waiting, item, written = _read(number, at)
    _count_opening(number, actor, at)
    found, decision = _near(written, at), next(iter(_standing([number])), None)
    own = hands_of(actor, _meant(found, decision)).own
    if own:
        _enter_own(number, actor, _meant(found, decision), at)
    else:
        _enter_opening(number, found.opened, actor, at)
    return Case(
        number=number,
        rule=waiting.rule,
        provider=waiting.provider.name,
        item=item.definition.name if item else waiting.item.code,
        open=item is not None,
        adverse=item is not None and item.definition.adverse,
        since=waiting.since,
        written=NOTHING if own else written,
        facts=tuple(_facts(item.definition, waiting)) if item and not own else (),
        near=() if own else found.near,
        decision=None if own else decision,
        own=own,
    )


def _near(written: Written, at: datetime) -> Found:
    return find_near(written, on=shanghai_date(at), areas=areas())


def _found(number: int, at: datetime) -> Found:
    """Give whom a row may mean; nobody where it was settled meanwhile."""
    try:
        return _near(_read(number, at)[2], at)
    except WaitingRowGone:
        return Found()


def _meant(found: Found, decision: Adjudication | None = None) -> list[int]:
    """Give everybody a row may be about: whoever was opened for it, whom a decision chose, and whose record the row corrects."""
    chosen = (decision.subject_id, decision.corrects_subject_id) if decision else ()
    return [*found.opened, *(subject for subject in chosen if subject is not None)]


def _count_opening(number: int, actor: User, at: datetime) -> None:
    """Count the opening; the database does the same, and puts its moment. Raises TooManyOpened.

    Under the database's own lock, which ends with the transaction: of two opened at once the second knows of the first.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('opening', %s))", [actor.pk])
    midnight = datetime.combine(shanghai_date(at), time(), SHANGHAI)
    if Opening.objects.filter(officer=actor, opened_at__gte=midnight).count() >= openings_a_day(shanghai_date(at)):
        raise TooManyOpened(again_in_s=int((midnight + timedelta(days=1) - at).total_seconds()) + 1)
    Opening.objects.create(waiting_id=number, officer=actor, opened_at=at)


def _enter_own(number: int, actor: User, subjects: Sequence[int], at: datetime) -> None:
    """Enter with the officer, as a person, that they were not shown a row that may mean them."""
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, BASIS, f"waiting:{number}", "desk")
    mine = sorted({subject for subject in subjects if hands_of(actor, [subject]).own})
    lines = [Line(subject, entry_number(at), asker.case_reference, "refused", OWN.code) for subject in mine]
    enter_many(asker, lines, fields=(), at=at)
    note_act(actor.login, "adjudication.open", f"waiting:{number}", at=at, note=OWN.code)


def _enter_opening(number: int, opened: Sequence[int], actor: User, at: datetime) -> None:
    """Enter who saw the row, whoever it means (subject 0), and everybody whose box was opened for it, be they shown or not."""
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, BASIS, f"waiting:{number}", "desk")
    lines = [Line(subject, entry_number(at), asker.case_reference, "answered", "") for subject in (0, *opened)]
    enter_many(asker, lines, fields=("born", "code", "died", "name", "region"), at=at)
    note_act(actor.login, "adjudication.open", f"waiting:{number}", at=at)


def _read(number: int, at: datetime) -> tuple[Waiting, OpenItem | None, Written]:
    """Give a row that waits for a human, its item where that has a basis in force today, and then what the row says of the person."""
    rows = Waiting.objects.select_related("item", "provider").filter(pk=number, rules__overlap=WHOSE)
    waiting = rows.first()
    if waiting is None:
        raise WaitingRowGone
    try:
        item = open_item(waiting.item.code, shanghai_date(at))
    except ItemNotOpen:
        return waiting, None, NOTHING
    return waiting, item, written_of(item, row_values(waiting))


def row_values(waiting: Waiting) -> dict[str, str]:
    """Open the sealed values of a row, by field code."""
    (text,) = open_sealed((Sealed(waiting.key_id, bytes(waiting.row_sealed)), "waiting.row"))
    values: dict[str, str] = json.loads(text)
    return values


def written_of(item: OpenItem, values: dict[str, str]) -> Written:
    """Give code and name as a row writes them, with the kind of certificate that it names."""
    definition = item.definition
    kind = definition.code_type_default
    if field := definition.roles.get("code_type"):
        kind = item.maps_to[definition.field(field).code_list].get(values.get(field, ""), "")
    return Written(kind or "", values.get(definition.roles["code"], ""), values.get(definition.roles["name"], ""))


def _facts(definition: ItemDefinition, waiting: Waiting) -> list[tuple[str, str]]:
    values = row_values(waiting)
    fields = [definition.roles[role] for role in ("document", "organ_name", "decided") if role in definition.roles]
    return [(definition.field(code).label, values[code]) for code in fields if values.get(code)]


@transaction.atomic
def decide(number: int, *, subject_id: int | None, ground: str, actor: User, at: datetime) -> Adjudication:
    """Decide whose a waiting row is, or that it goes back (``subject_id`` None); gives the decision.

    One who is chosen must be among those found by code, or by name and birth or ends of the code: never by a name alone. Where the record
    is adverse nothing comes of it before a second officer agrees. Raises NotAllowed, HandsRefused, WaitingRowGone, DecisionRefused.
    """
    _refuse_others(actor, "adjudication.decide")
    waiting, item, written = _read(number, at)
    if _standing([number]):
        raise DecisionRefused(*DECIDED)
    _refuse_ground(ground, at)
    reason, found = "", _near(written, at)
    if subject_id is not None:
        if item is None:
            raise DecisionRefused(
                "这个信息项今天没有有效依据，只能退回。",
                "The item has no basis in force today: the row can only go back.",
            )
        reason = _reason(found, subject_id)
    corrects = _corrects(item, waiting) if item else None
    refuse_hands(actor, [*_meant(found), subject_id, corrects[0] if corrects else None])
    corrected = (corrects if subject_id is not None else None) or (None, None)
    made = _enter_decision(
        number,
        Adjudication(
            waiting_id=number,
            item_id=waiting.item_id,
            provider_id=waiting.provider_id,
            batch_id=waiting.batch_id,
            row_number=waiting.row_number,
            digest=waiting.digest,
            outcome=Adjudication.Outcome.RETURN if subject_id is None else Adjudication.Outcome.ATTACH,
            subject_id=subject_id,
            code_reason=reason,
            corrects_subject_id=corrected[0],
            corrects_record_id=corrected[1],
            adverse=False,
            ground=ground.strip(),
            decided_by=actor,
            decided_at=at,
        ),
    )
    note_act(actor.login, "adjudication.decide", f"waiting:{number}", at=at, note=made.outcome)
    return made


def _reason(found: Found, subject_id: int) -> str:
    """Give why somebody is among those whom a row may mean. Raises DecisionRefused when they are not."""
    for one in found.near:
        if one.suggestion.subject_id == subject_id:
            return one.suggestion.code_reason
    raise DecisionRefused(
        "所选的人不在可能的人之列，请重新打开这一行。", "The one chosen is not among those found; open the row again."
    )


def _corrects(item: OpenItem, waiting: Waiting) -> tuple[int, int] | None:
    """Give subject and record that a row names as the one it replaces; whether it may, is judged when the decision is carried out."""
    number = row_values(waiting).get(item.definition.roles.get("record_number", ""))
    return vault().read_record_number(number) if number else None


def _enter_decision(number: int, decision: Adjudication) -> Adjudication:
    """Write a decision down. Of two at one moment the second is refused; so is one about a row that was settled meanwhile."""
    try:
        with transaction.atomic():
            decision.save(force_insert=True)
    except IntegrityError:
        if not Waiting.objects.filter(pk=number).exists():
            raise WaitingRowGone from None
        if _standing([number]):
            raise DecisionRefused(*DECIDED) from None
        raise
    decision.refresh_from_db(fields=["adverse"])
    return decision


@transaction.atomic
def second(number: int, *, agreed: bool, actor: User, at: datetime) -> Adjudication:
    """Agree to a colleague's decision about a waiting row, or not: then the row is open again. Locks the decision.

    Nobody agrees to a person whom the page doesn't show any more. Raises NotAllowed, HandsRefused, WaitingRowGone, DecisionRefused.
    """
    _refuse_others(actor, "adjudication.agree")
    standing = Adjudication.objects.filter(waiting_id=number, done_at=None, taken_back_at=None)
    made = standing.select_for_update().filter(agreed=None).first()
    if made is None or not needs_second(made):
        raise DecisionRefused("没有等待复核的认定。", "No decision waits for a second officer.")
    if made.decided_by_id == actor.pk:
        raise DecisionRefused("须由另一名工作人员复核。", "A second officer agrees.")
    looked = Opening.objects.filter(waiting_id=number, officer=actor, opened_at__gte=made.decided_at)
    if agreed and not looked.exists():
        raise DecisionRefused("请先打开这一行，核对以后再复核。", "Open the row and look at it before you agree.")
    found = _near(_read(number, at)[2], at)
    refuse_hands(actor, _meant(found, made), first=made.decided_by_id if agreed else None)
    if agreed and made.subject_id is not None:
        _reason(found, made.subject_id)
    made.second_by, made.second_at, made.agreed = actor, at, agreed
    made.save(update_fields=["second_by", "second_at", "agreed"])
    note_act(actor.login, "adjudication.agree", f"waiting:{number}", at=at, note="agreed" if agreed else "declined")
    return made


@transaction.atomic
def take_back(number: int, *, ground: str, actor: User, at: datetime) -> Adjudication:
    """Take a decision back that isn't carried out yet: the row is open again. Either of its officers may. Locks the decision.

    Raises NotAllowed, HandsRefused, WaitingRowGone, DecisionRefused.
    """
    _refuse_others(actor, "adjudication.decide")
    _refuse_ground(ground, at)
    standing = Adjudication.objects.filter(waiting_id=number, done_at=None, taken_back_at=None).exclude(agreed=False)
    made = standing.select_for_update(of=("self",)).first()
    if made is None:
        raise DecisionRefused(
            "没有可以撤回的认定，可能已经办结。", "No decision stands that could be taken back; it may be carried out."
        )
    if actor.pk not in (made.decided_by_id, made.second_by_id):
        raise DecisionRefused("只有认定人和复核人可以撤回。", "One of its two officers takes a decision back.")
    refuse_hands(actor, _meant(_found(number, at), made))
    made.taken_back_by, made.taken_back_at, made.taken_back_ground = actor, at, ground.strip()
    made.save(update_fields=["taken_back_by", "taken_back_at", "taken_back_ground"])
    note_act(actor.login, "adjudication.take_back", f"waiting:{number}", at=at)
    return made


def _refuse_ground(ground: str, at: datetime) -> None:
    if not ground.strip():
        raise DecisionRefused("请写明理由，例如核对了什么证件。", "Give the reason, such as which paper was looked at.")
    if holds_code(ground, on=shanghai_date(at), areas=areas()):
        raise DecisionRefused("理由里不能写身份证件号码。", "No identity code may stand in the reason.")


def _refuse_others(actor: User, act: str) -> None:
    if actor.organisation.kind != "centre" or not may(actor.pk, act):
        raise NotAllowed("只有信用中心的工作人员可以核对。", "This is for officers of the credit centre.")
