"""Waiting rows before a human: whom they may mean, what is decided, and carrying it out (safeguard 5)."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from chengxin.catalogue.queries import OpenItem, open_item
from chengxin.catalogue.terms import ItemDefinition
from chengxin.ground.services import Asker, Line, enter_many, entry_number, note_act
from chengxin.identity.finding import Near, Written, find_near
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.vault import open_sealed, sealing_vault
from chengxin.lib.crypto import Sealed
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.records.checks import check_book
from chengxin.records.errors import DecisionRefused, WaitingRowGone
from chengxin.records.intake.ledger import Target
from chengxin.records.intake.pipeline import Batch as Run
from chengxin.records.intake.pipeline import Outcome
from chengxin.records.intake.reading import StoredTable
from chengxin.records.intake.spool import Spool
from chengxin.records.models import Adjudication, Finding, Waiting
from chengxin.records.services import (
    HandedIn,
    areas,
    finish,
    receive,
    settle_layout,
    spool_folder,
    write_findings,
)
from chengxin.records.terms import record_terms

WHOSE = ("code-masked", "code-legacy", "code-doubtful", "passport-unusual", "unknown-person", "name-differs")
"""The checks that leave open whose a row is. What waits for a day or for a missing field waits for no human here."""
LISTED = 50
PURPOSE, BASIS = "adjudication", "个人信息保护法 第八条"
RECORD, REFUSED, RETURNED, GONE = "record", "refused", "returned", "gone"


@dataclass(frozen=True, slots=True)
class Listed:
    """A waiting row in the queue, without a word on the person: item, provider, rule, and how far its decision is."""

    number: int
    item: str
    provider: str
    rule: str
    since: datetime
    state: str
    mine: bool


@dataclass(frozen=True, slots=True, repr=False)
class Case:
    """A waiting row opened for the officer who decides. ``facts`` are document, organ and day: what tells two namesakes apart."""

    number: int
    rule: str
    provider: str
    item: str
    adverse: bool
    since: datetime
    written: Written
    facts: tuple[tuple[str, str], ...]
    near: tuple[Near, ...]
    decision: Adjudication | None


def list_cases(actor: User, *, after: int = 0, limit: int = LISTED) -> list[Listed]:
    """Give rows whose person is open, the longest waiting first. Two statements. Raises NotAllowed."""
    _refuse_others(actor, "adjudication.decide")
    rows = list(
        Waiting.objects.filter(rule__in=WHOSE, pk__gt=after)
        .order_by("pk")
        .values_list("pk", "item__code", "provider__name", "rule", "since")[:limit]
    )
    decisions = {one.waiting_id: one for one in _standing([row[0] for row in rows])}
    return [Listed(*row, _state(decisions.get(row[0])), _is_mine(decisions.get(row[0]), actor)) for row in rows]


def _standing(numbers: Sequence[int]) -> list[Adjudication]:
    """Give the decisions that stand, agreed to or not yet spoken of by a second officer, and not carried out."""
    rows = Adjudication.objects.select_related("decided_by").filter(waiting_id__in=numbers, done_at=None)
    return list(rows.exclude(agreed=False))


def _state(decision: Adjudication | None) -> str:
    if decision is None:
        return "open"
    return "second" if needs_second(decision) else "decided"


def needs_second(decision: Adjudication) -> bool:
    return decision.outcome == Adjudication.Outcome.ATTACH and decision.adverse and decision.agreed is None


def _is_mine(decision: Adjudication | None, actor: User) -> bool:
    return decision is not None and decision.decided_by_id == actor.pk


def open_case(number: int, *, actor: User, at: datetime) -> Case:
    """Open a waiting row and those whom it may mean, each of whom finds an entry in their access register.

    In the transaction of the request, so that nothing is shown of which the entry isn't committed. Raises NotAllowed, WaitingRowGone,
    ItemNotOpen, KeysMissing.
    """
    _refuse_others(actor, "adjudication.decide")
    waiting, item, written = _read(number, at)
    near = tuple(find_near(written, on=shanghai_date(at), areas=areas()))
    asker = Asker(actor.organisation.code, actor.login, PURPOSE, BASIS, f"waiting:{number}", "desk")
    lines = [Line(one.suggestion.subject_id, entry_number(at), asker.case_reference, "answered", "") for one in near]
    if lines:
        enter_many(asker, lines, fields=("born", "code", "name", "region"), at=at)
    return Case(
        number=number,
        rule=waiting.rule,
        provider=waiting.provider.name,
        item=item.definition.name,
        adverse=item.definition.adverse,
        since=waiting.since,
        written=written,
        facts=tuple(_facts(item.definition, waiting)),
        near=near,
        decision=next(iter(_standing([number])), None),
    )


def _read(number: int, at: datetime) -> tuple[Waiting, OpenItem, Written]:
    waiting = Waiting.objects.select_related("item", "provider").filter(pk=number, rule__in=WHOSE).first()
    if waiting is None:
        raise WaitingRowGone
    item = open_item(waiting.item.code, shanghai_date(at))
    return waiting, item, written_of(item, _values(waiting))


def _values(waiting: Waiting) -> dict[str, str]:
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
    values = _values(waiting)
    fields = [definition.roles[role] for role in ("document", "organ_name", "decided") if role in definition.roles]
    return [(definition.field(code).label, values[code]) for code in fields if values.get(code)]


@transaction.atomic
def decide(number: int, *, subject_id: int | None, ground: str, actor: User, at: datetime) -> Adjudication:
    """Decide whose a waiting row is, or that it goes back (``subject_id`` None); gives the decision.

    One who is chosen must be among those found by code, or by name and birth or ends of the code: never by a name alone. Where the record
    is adverse nothing comes of it before a second officer agrees. Raises NotAllowed, WaitingRowGone, DecisionRefused.
    """
    _refuse_others(actor, "adjudication.decide")
    waiting, _, written = _read(number, at)
    if _standing([number]):
        raise DecisionRefused("这一行已有认定，尚未办结。", "There is a decision about this row already.")
    if not ground.strip():
        raise DecisionRefused("请写明理由，例如核对了什么证件。", "Give the reason, such as which paper was looked at.")
    reason = ""
    if subject_id is not None:
        found = {
            one.suggestion.subject_id: one.suggestion for one in find_near(written, on=shanghai_date(at), areas=areas())
        }
        if subject_id not in found:
            raise DecisionRefused(
                "所选的人不在可能的人之列，请重新打开这一行。",
                "The one chosen is not among those found; open the row again.",
            )
        reason = found[subject_id].code_reason
    outcome = Adjudication.Outcome.RETURN if subject_id is None else Adjudication.Outcome.ATTACH
    made = Adjudication.objects.create(
        waiting_id=number,
        item_id=waiting.item_id,
        provider_id=waiting.provider_id,
        batch_id=waiting.batch_id,
        row_number=waiting.row_number,
        digest=waiting.digest,
        outcome=outcome,
        subject_id=subject_id,
        code_reason=reason,
        adverse=False,
        ground=ground.strip(),
        decided_by=actor,
        decided_at=at,
    )
    made.refresh_from_db(fields=["adverse"])
    note_act(actor.login, "adjudication.decide", f"waiting:{number}", at=at, note=outcome)
    return made


@transaction.atomic
def second(number: int, *, agreed: bool, actor: User, at: datetime) -> Adjudication:
    """Agree to a colleague's decision about a waiting row, or not: then the row is open again. Locks the decision.

    Raises NotAllowed, DecisionRefused.
    """
    _refuse_others(actor, "adjudication.agree")
    made = Adjudication.objects.select_for_update().filter(waiting_id=number, done_at=None, agreed=None).first()
    if made is None or not needs_second(made):
        raise DecisionRefused("没有等待复核的认定。", "No decision waits for a second officer.")
    if made.decided_by_id == actor.pk:
        raise DecisionRefused("须由另一名工作人员复核。", "A second officer agrees.")
    made.second_by, made.second_at, made.agreed = actor, at, agreed
    made.save(update_fields=["second_by", "second_at", "agreed"])
    note_act(actor.login, "adjudication.agree", f"waiting:{number}", at=at, note="agreed" if agreed else "declined")
    return made


def _refuse_others(actor: User, act: str) -> None:
    if actor.organisation.kind != "centre" or not may(actor.pk, act):
        raise NotAllowed("只有信用中心的工作人员可以核对。", "This is for officers of the credit centre.")


def carry_out_decisions(*, at: datetime) -> int:
    """Carry out what was decided, each decision in a transaction of its own; gives how many are done.

    One whose record can't stand yet for another reason waits on and is tried again. Stopped at any point, the next call goes on.
    """
    wanted = Adjudication.objects.filter(done_at=None).exclude(agreed=False).order_by("pk")
    return sum(_carry_out(one.pk, at) for one in wanted if not needs_second(one))


@transaction.atomic
def _carry_out(number: int, at: datetime) -> bool:
    made = Adjudication.objects.select_for_update(of=("self",), no_key=True).filter(pk=number, done_at=None).first()
    if made is None:
        return False
    waiting = Waiting.objects.select_related("item", "provider", "batch").filter(pk=made.waiting_id).first()
    if waiting is None:
        return _done(made, GONE, at)
    if made.outcome == Adjudication.Outcome.RETURN:
        rule = check_book().checks["not-identified"]
        _tell(made.batch_id, made.row_number, rule.code, rule.version)
        waiting.delete()
        return _done(made, RETURNED, at)
    if made.subject_id is None or (outcome := _enter(made, waiting, at)) is None:
        return False
    waiting.delete()
    return _done(made, REFUSED if outcome.refused else RECORD, at)


def _tell(batch_id: int, row: int, rule: str, version: int) -> None:
    Finding.objects.create(
        batch_id=batch_id, row_number=row, rule=rule, rule_version=version, field="", record_number=""
    )


def _done(made: Adjudication, result: str, at: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE records_adjudication SET done_at = %s, result = %s WHERE id = %s", [at, result, made.pk])
    return True


def _enter(made: Adjudication, waiting: Waiting, at: datetime) -> Outcome | None:
    """Take the row in as the person's that was decided on; None when it waits on for another reason, and then nothing was written."""
    keys, on = sealing_vault(), shanghai_date(at)
    item, attested = open_item(waiting.item.code, on), waiting.batch.attested
    layout, values = settle_layout(item), _values(waiting)
    with transaction.atomic():
        file = HandedIn("stored", len(waiting.row_sealed), secrets.token_bytes(32))
        batch = receive(
            file,
            item_code=waiting.item.code,
            provider=waiting.provider,
            actor=None,
            at=at,
            attested=attested,
            adjudication_id=made.pk,
        )
        run = Run(
            item,
            StoredTable([values]),
            on=on,
            areas=areas(),
            vault=keys,
            attested=bool(attested),
            subject=made.subject_id,
        )
        target = Target(batch.pk, batch.item_id, waiting.provider_id, layout, record_terms(on).edition, at)
        writer = Spool.new(spool_folder()).writer()
        try:
            outcome = run.run(target, writer, lambda *_: None)
        finally:
            writer.abandon()
        if outcome.waiting:
            transaction.set_rollback(True)
            return None
        write_findings(batch.pk, outcome.findings)
        finish(batch.pk, outcome, at)
    return outcome
