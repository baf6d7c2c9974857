"""A provider's day: what was sent, what came of it, what is shown; signed, so that it can be held against us (docs/adr/0017)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from chengxin.ground.installation import SANDBOX
from chengxin.identity.models import Organisation, User
from chengxin.identity.signing import Signature, is_ours, sign
from chengxin.identity.speaking import speaking_as
from chengxin.lib.periods import shanghai_date
from chengxin.records.errors import ReceiptMissing
from chengxin.records.models import DayReceipt

FIGURES = (
    "batches", "unusable", "read", "new", "changed", "unchanged", "waiting", "refused", "taken_up", "undone", "shown", "held",
)  # fmt: skip
DAYS, CAUGHT_UP = 31, 31
WITHOUT_RECEIPT = """
    SELECT o.id, o.code, o.name, json_agg(to_jsonb(f) || jsonb_build_object('item', i.code) ORDER BY i.code)
    FROM records_day_figures f JOIN identity_organisation o ON o.id = f.provider_id JOIN catalogue_item i ON i.id = f.item_id
    WHERE f.day = %s AND NOT EXISTS (SELECT FROM records_day_receipt r WHERE r.provider_id = f.provider_id AND r.day = f.day)
    GROUP BY o.id"""
INSERT = """
    INSERT INTO records_day_receipt (provider_id, day, content, suite, public, signature, made_at)
    SELECT provider, %s, content, suite, public, signature, %s
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bytea[], %s::bytea[]) AS r (provider, content, suite, public, signature)"""


def reconcile(day: date, *, at: datetime) -> int:
    """Enter the figures of a day that has ended and sign for them, once; gives how many receipts were made. Three statements."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two that run at once must not both sign.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('reconcile')), records_reconcile(%s)", [day])
        cursor.execute(WITHOUT_RECEIPT, [day])
        made = [(provider, *_signed(code, name, day, lines, at)) for provider, code, name, lines in cursor.fetchall()]
        if made:
            cursor.execute(INSERT, [day, at, *map(list, zip(*made, strict=True))])
    return len(made)


def reconcile_due(*, at: datetime) -> int:
    """Reconcile every day since the last that was, at most a month; gives how many receipts were made."""
    yesterday = shanghai_date(at) - timedelta(days=1)
    last = DayReceipt.objects.order_by("-day").values_list("day", flat=True).first()
    first = max(yesterday - timedelta(days=CAUGHT_UP - 1), last + timedelta(days=1) if last else yesterday)
    return sum(reconcile(first + timedelta(days=count), at=at) for count in range((yesterday - first).days + 1))


def _signed(
    code: str, name: str, day: date, lines: Sequence[dict[str, Any]], at: datetime
) -> tuple[str, str, bytes, bytes]:
    content = receipt_text(code, name, day, lines, at)
    signature = sign(content)
    return content, signature.suite, signature.public, signature.signature


def receipt_text(code: str, name: str, day: date, lines: Sequence[dict[str, Any]], at: datetime) -> str:
    """Write the text that is signed: JSON without blanks, keys in order, so that the same figures give the same text."""
    rows = [{"item": line["item"], **{name: line[name] for name in FIGURES}} for line in lines]
    content = {
        "provider": code,
        "name": name,
        "day": day.isoformat(),
        "made_at": at.isoformat(),
        "items": rows,
        "total": {name: sum(row[name] for row in rows) for name in FIGURES},
    }
    if settings.SANDBOX:
        content["installation"] = SANDBOX
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """A day's receipt: the text that was signed, and the signature."""

    content: str
    signature: Signature

    @property
    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found

    def as_json(self) -> dict[str, str]:
        """Give the receipt as it is handed out: the signed text as a text, byte for byte."""
        return {
            "content": self.content,
            "suite": self.signature.suite,
            "public": self.signature.public.hex(),
            "signature": self.signature.signature.hex(),
        }


def find_receipt(provider: Organisation, day: date, *, actor: User) -> Receipt:
    """Give a provider's receipt to its own officer or the credit centre's. Raises ReceiptMissing, also for another's."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT content, suite, public, signature FROM records_receipt_of(%s, %s)", [provider.pk, day])
        row = cursor.fetchone()
    return _receipt(row)


def owners_receipt(provider: Organisation, day: date) -> Receipt:
    """Give a receipt to the worker or at the server. Raises ReceiptMissing."""
    rows = DayReceipt.objects.filter(provider=provider, day=day)
    return _receipt(rows.values_list("content", "suite", "public", "signature").first())


def _receipt(row: tuple[Any, ...] | None) -> Receipt:
    if row is None:
        raise ReceiptMissing
    content, suite, public, signature = row
    return Receipt(content, Signature(suite, bytes(public), bytes(signature)))


def is_genuine(told: Any) -> bool:
    """Tell whether a receipt that somebody shows is one of ours, unchanged. False for anything that is none."""
    try:
        signature = Signature(told["suite"], bytes.fromhex(told["public"]), bytes.fromhex(told["signature"]))
        return is_ours(told["content"], signature)
    except (KeyError, TypeError, ValueError):
        return False


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of a provider's day with one item."""

    provider: str
    provider_name: str
    item: str
    day: date
    figures: dict[str, int]


def list_days(actor: User, *, until: date, days: int = DAYS) -> list[Day]:
    """Give the figures of the last days, the newest first; at the credit centre of every provider. One statement."""
    columns = ", ".join(f"f.{name}" for name in FIGURES)
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT o.code, o.name, i.code, f.day, {columns} FROM records_days(%s, %s) f
                JOIN identity_organisation o ON o.id = f.provider_id JOIN catalogue_item i ON i.id = f.item_id
                ORDER BY f.day DESC, o.name, i.code""",  # noqa: S608  # names of our own
            [until - timedelta(days=days - 1), until],
        )
        rows = cursor.fetchall()
    return [
        Day(code, name, item, day, dict(zip(FIGURES, numbers, strict=True))) for code, name, item, day, *numbers in rows
    ]
