"""Rows that wait, tried again: the population base may have grown, the day of finality come, or their provider held to them."""

import json
import logging
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from chengxin.catalogue.queries import open_item
from chengxin.identity.models import Organisation
from chengxin.identity.queries import organisation_stands
from chengxin.identity.vault import sealing_vault
from chengxin.lib.crypto import Sealed
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import SHANGHAI, add_months, shanghai_date
from chengxin.records.checks import check_book
from chengxin.records.errors import WaitingRowGone
from chengxin.records.intake.ledger import Target, run
from chengxin.records.intake.pipeline import Batch as Run
from chengxin.records.intake.pipeline import Outcome
from chengxin.records.intake.reading import StoredTable
from chengxin.records.intake.register import know
from chengxin.records.intake.spool import Spool
from chengxin.records.models import Adjudication, Finding, Waiting, Waiver
from chengxin.records.services import (
    HOUSE,
    HandedIn,
    areas,
    finish,
    receive,
    settle_layout,
    spool_folder,
    write_findings,
)
from chengxin.records.terms import record_terms, waiting_months

logger = logging.getLogger(__name__)
MAY_RESOLVE = ["unknown-person", "name-differs", "not-final-yet"]
RETRIED_AT_ONCE = 100_000


def retry_waiting(*, at: datetime) -> int:
    """Try the rows again that wait for a person the population base didn't know; gives the number that now became records.

    One batch of its own for each item and provider, kept in the same ledger as any other; a row that still waits keeps its place, and is
    known by the reasons that it waits for now.
    """
    on = shanghai_date(at)
    waived = Waiver.objects.filter(
        until__gt=on, ended_at=None, item_id=OuterRef("item_id"), provider_id=OuterRef("provider_id")
    )
    asked = Q(rules__overlap=questions(on)) & Exists(waived)
    groups = Waiting.objects.filter(Q(rules__overlap=MAY_RESOLVE) | asked).values_list(
        "item__code", "provider_id", "batch__attested"
    )
    return sum(_try_group(*group, at) for group in list(groups.distinct()))


def questions(on: date) -> list[str]:
    """Give the checks that a provider's word settles."""
    return sorted(check_book(on).codes("question"))


def _try_group(code: str, provider_id: int, attested: str, at: datetime) -> int:
    """Retry one group; one whose item or provider doesn't stand today waits on, and stops no other."""
    on = shanghai_date(at)
    if not organisation_stands(provider_id, on):
        return 0  # nobody could answer for a record made of them
    try:
        settle_layout(open_item(code, on))
        return _retry_group(code, provider_id, attested, at)
    except ChengxinError as error:
        logger.info("waiting rows of %s wait on: %s", code, error.code)
        return 0


@transaction.atomic
def _retry_group(code: str, provider_id: int, attested: str, at: datetime) -> int:
    """Try a group's rows, which stay locked meanwhile: what an officer decided about one of them is carried out before or after."""
    with connection.cursor() as cursor:
        # One retry of a group at a time: the next one finds what this one left.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [f"retry {code}", provider_id])
    rows = Waiting.objects.select_for_update(of=("self",), no_key=True).filter(
        rules__overlap=MAY_RESOLVE + questions(shanghai_date(at)),
        item__code=code,
        provider_id=provider_id,
        batch__attested=attested,
    )
    held = list(rows.order_by("pk")[:RETRIED_AT_ONCE])
    if not held:
        return 0
    outcome = _try_again(held, code, attested, at)
    reasons = outcome.reasons()
    by_place = dict(enumerate(held, 1))
    note_reasons({by_place[place]: rules for place, rules in reasons.items()})
    # What is refused by now must not be held any longer either.
    drop_waiting([row.pk for place, row in by_place.items() if place not in reasons])
    return len(held) - outcome.waiting - outcome.refused


def _try_again(held: Sequence[Waiting], code: str, attested: str, at: datetime) -> Outcome:
    """Run the rows as a batch of their own; when nothing comes of it there is no batch either, or every hour would leave one."""
    keys, provider = sealing_vault(), Organisation.objects.get(pk=held[0].provider_id)
    values = [json.loads(keys.open(Sealed(row.key_id, bytes(row.row_sealed)), use="waiting.row")) for row in held]
    file = HandedIn("stored", sum(len(row.row_sealed) for row in held), secrets.token_bytes(32))
    with transaction.atomic():
        batch = receive(file, item_code=code, provider=provider, actor=None, at=at, attested=attested, way=HOUSE)
        item = open_item(code, batch.as_of)
        known = know(item, provider.pk, batch.as_of, keys.digest_key)
        made = Run(
            item, StoredTable(values), on=batch.as_of, areas=areas(), vault=keys, attested=bool(attested), known=known
        )
        edition = record_terms(batch.as_of).edition
        target = Target(batch.pk, batch.item_id, provider.pk, settle_layout(item), edition, at)
        writer = Spool.new(spool_folder()).writer()
        try:
            outcome = made.run(target, writer, lambda *_: None)
        finally:
            writer.abandon()
        if outcome.waiting == len(held):
            transaction.set_rollback(True)
        else:
            write_findings(batch.pk, outcome)
            finish(batch.pk, outcome, at)
    return outcome


@transaction.atomic
def give_back_stale(*, at: datetime) -> int:
    """Give rows back that waited for as long as they may be kept, told at the row that was handed in; gives how many.

    One of which a decision stands waits on with it; one that somebody has in hand is met the next day. Source: 个人信息保护法 第十九条.
    """
    on = shanghai_date(at)
    begun_by = datetime.combine(add_months(on, -waiting_months(on)), time(), SHANGHAI)
    standing = Adjudication.objects.filter(done_at=None, taken_back_at=None).exclude(agreed=False)
    rows = Waiting.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(since__lt=begun_by)
    stale = list(rows.exclude(pk__in=standing.values("waiting_id")).order_by("pk")[:RETRIED_AT_ONCE])
    rule = check_book(on).checks["waited-too-long"]
    Finding.objects.bulk_create(
        Finding(
            batch_id=row.batch_id,
            row_number=row.row_number,
            rule=rule.code,
            rule_version=rule.version,
            field="",
            record_number="",
        )
        for row in stale
    )
    drop_waiting([row.pk for row in stale])
    return len(stale)


def note_reasons(found: dict[Waiting, list[str]]) -> None:
    """Note why rows wait on, where that has changed: a row may come to wait for a human that at first waited for a day."""
    changed = {row.pk: " ".join(rules) for row, rules in found.items() if row.rules != rules}
    if changed:
        run("note_reasons", {"numbers": list(changed), "rules": list(changed.values())})


def drop_waiting(numbers: Sequence[int]) -> None:
    """Hold waiting rows no longer. Raises WaitingRowGone, which undoes what was made of them, when somebody took one meanwhile."""
    if Waiting.objects.filter(pk__in=numbers).delete()[0] != len(numbers):
        raise WaitingRowGone
