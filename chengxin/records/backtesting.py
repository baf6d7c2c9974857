"""A check tried on what the ledger holds before it is switched on: how many records it would have found, in numbers alone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from chengxin.catalogue.errors import ItemNotOpen
from chengxin.catalogue.queries import OpenItem, PurposeTerms, find_purpose, items_in_force, open_item
from chengxin.ground.services import note_act
from chengxin.identity.models import Organisation
from chengxin.lib.errors import Unusable
from chengxin.lib.periods import shanghai_date
from chengxin.records.checks import Check, CheckBook
from chengxin.records.checks.conditions import Condition, Operand
from chengxin.records.intake.conditions import code_of, number_of, values_of
from chengxin.records.intake.content import MONEY_PLACE
from chengxin.records.intake.fields import FEN_PER
from chengxin.records.terms import record_terms

ACT, PURPOSE = "checks.backtest", "JH-JC"


class NothingToTry(Unusable):
    code = "nothing-to-try"
    message = "没有可以试算的规则：只有写成条件（[[check.when]]）的规则能在已有记录上试算。"
    message_en = (
        "There is no check to try: only those written as conditions ([[check.when]]) can be tried on what is held."
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What a check would have found of a provider's records of an item."""

    rule: str
    item: str
    provider: str
    provider_name: str
    held: int
    found: int


@transaction.atomic
def backtest(book: CheckBook, *, case: str, actor: str, at: datetime, only: str = "") -> list[Tried]:
    """Try the checks of an edition or a draft on the ledger, for the purpose of checking data, and note the act with its case.

    Raises NothingToTry, PurposeUnknown where no law behind the purpose is in force today.
    """
    on = shanghai_date(at)
    purpose = find_purpose(PURPOSE, on)
    checks = [check for check in book.checks.values() if check.conditions and only in ("", check.code)]
    if not checks:
        raise NothingToTry
    note_act(
        actor, ACT, f"checks:{book.digest}", at=at, note=f"{case} {' '.join(check.code for check in checks)}"[:200]
    )
    return [tried for check in checks for item in _items(check, on) for tried in _try(check, item, purpose, on)]


def _items(check: Check, on: date) -> Iterator[OpenItem]:
    for code in sorted(check.items or {version.item.code for version in items_in_force(on)}):
        try:
            yield open_item(code, on)
        except ItemNotOpen:
            continue


def tests_of(check: Check, item: OpenItem, on: date) -> list[dict[str, Any]] | None:
    """Tell the database what a check asks of an item's records; None where they can't be asked it, or not for this purpose."""
    tests = [told for condition in check.conditions if (told := _told(condition, item, on)) is not None]
    if not tests or len(tests) < len(check.conditions) or PURPOSE not in item.definition.purposes:
        return None
    return tests


def _try(check: Check, item: OpenItem, purpose: PurposeTerms, on: date) -> Iterator[Tried]:
    tests = tests_of(check, item, on)
    if tests is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM records_backtest(%s, %s::smallint, %s::jsonb)", [purpose.id, item.id, json.dumps(tests)]
        )
        rows = cursor.fetchall()
    names = {one.pk: one for one in Organisation.objects.filter(pk__in=[row[0] for row in rows])}
    for provider, held, found in sorted(rows):
        yield Tried(check.code, item.definition.code, names[provider].code, names[provider].name, held, found)


def _told(condition: Condition, item: OpenItem, on: date) -> dict[str, Any] | None:
    """Tell the database a condition by the places of a record's body; None where the item has no such field."""
    numeric = condition.comparison in {"at-least", "less"}
    of = _place(condition.of, item, numeric=numeric)
    than = _place(condition.than, item) if condition.than else ""
    if of is None or than is None:
        return None
    told: dict[str, Any] = {"of": of, "is": condition.comparison}
    if numeric:
        told["number"] = number_of(condition, record_terms(on).fines)
    if condition.comparison.startswith("maps"):
        told["values"] = values_of(condition, item)
    elif condition.values:
        told["values"] = list(condition.values)
    return told | ({"than": than} if than else {}) | ({"on": condition.on} if condition.on else {})


def _place(operand: Operand, item: OpenItem, *, numeric: bool = False) -> str | None:
    if operand.part == "day":
        return f"day:{operand.name}"
    code = code_of(operand, item)
    if code is None or code in item.definition.identity_fields:
        return None
    money = numeric and item.definition.field(code).unit in FEN_PER
    return f"field:{code + MONEY_PLACE if money else code}"
