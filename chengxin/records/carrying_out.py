"""What officers decided about waiting rows, carried out by the worker. Each decision stands alone: one that fails stops no other."""

import logging
import secrets
from datetime import datetime

from django.db import transaction

from chengxin.catalogue.queries import open_item
from chengxin.ground.services import tell
from chengxin.identity.queries import holder_of
from chengxin.identity.vault import sealing_vault
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.records.adjudication import needs_second, row_values
from chengxin.records.checks import check_book, order_reasons
from chengxin.records.intake.ledger import Target
from chengxin.records.intake.pipeline import Batch as Run
from chengxin.records.intake.pipeline import Outcome
from chengxin.records.intake.reading import StoredTable
from chengxin.records.intake.register import know
from chengxin.records.intake.spool import Spool
from chengxin.records.models import Adjudication, Finding, Waiting
from chengxin.records.retrying import drop_waiting
from chengxin.records.services import HOUSE, HandedIn, areas, finish, receive, settle_layout, spool_folder
from chengxin.records.terms import record_terms

RECORD, REFUSED, RETURNED, GONE = "record", "refused", "returned", "gone"
FAILED = "failed"
"""Noted where a decision can't be carried out for a reason that nobody foresaw; the log tells more."""
logger = logging.getLogger(__name__)


def carry_out_decisions(*, at: datetime) -> int:
    """Carry out what was decided, each decision in a transaction of its own; gives how many are done.

    One that can't be carried out yet waits on with its reason noted for the officers, and is tried again. Stopped at any point, the next
    call goes on.
    """
    wanted = Adjudication.objects.filter(done_at=None, taken_back_at=None).exclude(agreed=False).order_by("pk")
    return sum(_try(one.pk, at) for one in wanted if not needs_second(one))


def _try(number: int, at: datetime) -> bool:
    try:
        return _carry_out(number, at)
    except ChengxinError as error:
        _hold(number, error.code)
    except Exception:
        logger.exception("decision %s can't be carried out", number)
        _hold(number, FAILED)
    return False


@transaction.atomic
def _carry_out(number: int, at: datetime) -> bool:
    """Carry one decision out. Locks it, then its row: whoever tries the row again meanwhile waits, and finds it gone."""
    standing = Adjudication.objects.filter(pk=number, done_at=None, taken_back_at=None)
    made = standing.select_for_update(of=("self",), no_key=True).first()
    if made is None:
        return False
    rows = Waiting.objects.select_for_update(of=("self",), no_key=True).select_related("item", "provider", "batch")
    waiting = rows.filter(pk=made.waiting_id).first()
    if waiting is None:
        return _done(made, GONE, at)
    if made.outcome == Adjudication.Outcome.RETURN or made.subject_id is None:
        return _give_back(made, ["not-identified"], RETURNED, at)
    return _attach(made, waiting, at)


def _attach(made: Adjudication, waiting: Waiting, at: datetime) -> bool:
    """Make the row a record of the person that was decided on, or give it back where it can never be one; hold it where it can't be yet."""
    outcome = _enter(made, waiting, at)
    rules = outcome.findings["rule"].to_list()
    if outcome.refused:
        return _give_back(made, rules, REFUSED, at)
    if "person-dead" in rules:
        return _give_back(made, ["decided-person-dead"], RETURNED, at)
    if outcome.waiting:
        _hold(made.pk, order_reasons(rules)[0])
        return False
    drop_waiting([waiting.pk])
    if made.subject_id is not None:
        tell([holder_of(made.subject_id)], "attached", at=at, reference=f"adjudication:{made.pk}")
    return _done(made, RECORD, at)


def _give_back(made: Adjudication, rules: list[str], result: str, at: datetime) -> bool:
    """End a decision without a record: its provider is told why at the row that they handed in, and the row is held no longer."""
    checks = check_book(shanghai_date(at)).checks
    place = {"batch_id": made.batch_id, "row_number": made.row_number, "field": "", "record_number": ""}
    Finding.objects.bulk_create(
        Finding(**place, rule=rule, rule_version=checks[rule].version) for rule in sorted(set(rules))
    )
    drop_waiting([made.waiting_id])
    return _done(made, result, at)


def _hold(number: int, reason: str) -> None:
    Adjudication.objects.filter(pk=number, done_at=None, taken_back_at=None).exclude(held=reason).update(held=reason)


def _done(made: Adjudication, result: str, at: datetime) -> bool:
    Adjudication.objects.filter(pk=made.pk).update(done_at=at, result=result, held="")
    return True


def _enter(made: Adjudication, waiting: Waiting, at: datetime) -> Outcome:
    """Take the row in as the person's that was decided on; unless a record comes of it, nothing was written."""
    keys, on = sealing_vault(), shanghai_date(at)
    item, attested = open_item(waiting.item.code, on), waiting.batch.attested
    layout, values = settle_layout(item), row_values(waiting)
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
            way=HOUSE,
        )
        run = Run(
            item,
            StoredTable([values]),
            on=on,
            areas=areas(),
            vault=keys,
            attested=bool(attested),
            # Whoever was decided on may have been merged into another since.
            subject=holder_of(made.subject_id) if made.subject_id is not None else None,
            known=know(item, waiting.provider_id, on, keys.digest_key),
        )
        target = Target(batch.pk, batch.item_id, waiting.provider_id, layout, record_terms(on).edition, at)
        writer = Spool.new(spool_folder()).writer()
        try:
            outcome = run.run(target, writer, lambda *_: None)
        finally:
            writer.abandon()
        if outcome.waiting or outcome.refused:
            transaction.set_rollback(True)
        else:
            finish(batch.pk, outcome, at)
    return outcome
