"""What the worker does for intake."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chengxin.ground.services import note_act
from chengxin.identity.models import Organisation, User
from chengxin.identity.services import transfers as decide_transfers
from chengxin.identity.services.population import PopulationReceipt, take_events
from chengxin.records import adjudication, backtest_runs, carrying_out, retrying, services, transfers, undoing, waiving
from chengxin.records.errors import FileUnusable
from chengxin.records.intake.spool import Spool
from chengxin.records.models import Backtest, Batch
from chengxin.records.proof import run_proof
from chengxin.records.reconciliation import reconcile_due
from chengxin.records.ways.parts import sweep_parts

logger = logging.getLogger(__name__)


@app.task(queue="intake", pass_context=False)
def process_batch(batch_id: int) -> None:
    """Take a batch in. A file that can't be used ends the batch, not the job."""
    try:
        services.process_batch(batch_id, at=timezone.now())
    except FileUnusable as error:
        logger.info("batch %s unusable: %s", batch_id, error.code)


@transaction.atomic
def hand_in(
    file: services.HandedIn, *, token: UUID, item_code: str, actor: User, at: datetime, attested: str = ""
) -> Batch:
    """Enter an uploaded file as a batch of the officer's organisation and hand it to the worker, both or neither.

    ``token`` names its spool. Raises ItemNotOpen, ProviderNotCompetent.
    """
    batch = services.receive(
        file,
        item_code=item_code,
        provider=actor.organisation,
        actor=actor,
        at=at,
        attested=attested,
        token=token,
        way=services.PAGE,
    )
    note_act(actor.login, "intake.hand_in", f"batch:{batch.pk}", at=at, note=item_code)
    process_batch.defer(batch_id=batch.pk)
    return batch


SOONER, LATER = 10, -10


@transaction.atomic
def deliver(
    file: services.HandedIn,
    *,
    token: UUID,
    item_code: str,
    provider: Organisation,
    way: services.WayIn,
    at: datetime,
    sooner: bool = False,
) -> Batch:
    """Enter what came without an officer as a batch and hand it to the worker, both or neither.

    What its sender called by the same name before is that batch again, and hands nothing to anybody. Raises as ``services.receive`` does.
    """
    batch = services.receive(file, item_code=item_code, provider=provider, actor=None, at=at, token=token, way=way)
    if batch.token == token:
        note_act(way.client, "intake.hand_in", f"batch:{batch.pk}", at=at, note=f"{item_code} {way.channel}")
        process_batch.configure(priority=SOONER if sooner else 0).defer(batch_id=batch.pk)
    return batch


@app.periodic(cron="*/10 * * * *")
@app.task(queue="intake", pass_context=False)
def sweep_spools(timestamp: int) -> None:
    """Destroy spools that nobody will come for, every ten minutes. ``timestamp`` is the queue's own."""
    at = timezone.now()
    gone = services.sweep_spools(at=at) + sweep_parts(services.spool_folder(), at)
    logger.info("swept %s spools at %s", gone, timestamp)


@app.periodic(cron="5 * * * *")
@app.task(queue="intake", pass_context=False)
def retry_waiting(timestamp: int) -> None:
    """Try waiting rows again every hour: the day of finality may have come, or the population base grown."""
    logger.info("%s waiting rows became records at %s", retrying.retry_waiting(at=timezone.now()), timestamp)


@app.periodic(cron="25 3 * * *")
@app.task(queue="intake", pass_context=False)
def give_back_stale(timestamp: int) -> None:
    """Give rows back each night that waited for as long as they may be kept. ``timestamp`` is the queue's own."""
    logger.info("%s rows waited too long and went back at %s", retrying.give_back_stale(at=timezone.now()), timestamp)


@app.periodic(cron="40 2 * * *")
@app.task(queue="intake", queueing_lock="prove the ledger", pass_context=False)
def prove_ledger(timestamp: int = 0) -> None:
    """Prove each night that the ledger is what was accepted and nothing else. The head goes into the log, outside the database."""
    made = run_proof(at=timezone.now())
    level = logging.ERROR if made.faults else logging.INFO
    logger.log(
        level,
        "proof %s at %s: %s rows, %s faults, head %s",
        made.pk,
        timestamp,
        made.rows,
        len(made.faults),
        made.head.hex(),
    )


@app.periodic(cron="20 1 * * *")
@app.task(queue="intake", queueing_lock="reconcile", pass_context=False)
def reconcile_days(timestamp: int = 0) -> None:
    """Reconcile and sign each night for the days that have ended. ``timestamp`` is the queue's own."""
    logger.info("%s receipts of days made at %s", reconcile_due(at=timezone.now()), timestamp)


@app.task(queue="intake", queueing_lock="take up waiting", pass_context=False)
def take_up_waiting() -> None:
    """Try waiting rows again because a person changed. However many changes ask for it, it waits in the queue once."""
    logger.info("%s waiting rows became records after a change of persons", retrying.retry_waiting(at=timezone.now()))


@transaction.atomic
def waive_questions(
    token: UUID, findings: Sequence[int], *, reason: str, until: date, actor: User, at: datetime
) -> int:
    """Hold to rows in question and have the worker try them again, both or neither. Raises as ``waiving.waive`` does."""
    waived = waiving.waive(token, findings, reason=reason, until=until, actor=actor, at=at)
    _queue(take_up_waiting)
    return waived


@app.periodic(cron="35 * * * *")
@app.task(queue="intake", queueing_lock="carry out decisions", pass_context=False)
def carry_out_decisions(timestamp: int = 0) -> None:
    """Carry out what officers decided about waiting rows: at once when they decide, and every hour what had to wait for a day."""
    done = carrying_out.carry_out_decisions(at=timezone.now())
    logger.info("%s decisions about waiting rows carried out at %s", done, timestamp)


@transaction.atomic
def decide_case(number: int, *, subject_id: int | None, ground: str, actor: User, at: datetime) -> bool:
    """Decide whose a waiting row is, and have the worker carry it out, both or neither; gives whether a second officer must agree first.

    Raises as ``adjudication.decide`` does.
    """
    made = adjudication.decide(number, subject_id=subject_id, ground=ground, actor=actor, at=at)
    if waits := adjudication.needs_second(made):
        return waits
    _queue(carry_out_decisions)
    return False


@transaction.atomic
def second_case(number: int, *, agreed: bool, actor: User, at: datetime) -> None:
    """Agree or not to a colleague's decision, and have the worker carry out what was agreed to. Raises as ``adjudication.second`` does."""
    adjudication.second(number, agreed=agreed, actor=actor, at=at)
    if agreed:
        _queue(carry_out_decisions)


@app.periodic(cron="50 * * * *")
@app.task(queue="intake", queueing_lock="carry out transfers", pass_context=False)
def carry_out_transfers(timestamp: int = 0) -> None:
    """Carry out what officers decided about persons: at once when the second agrees, and every hour what couldn't be done then."""
    done = transfers.carry_out_transfers(at=timezone.now())
    logger.info("%s steps of transfers carried out at %s", done, timestamp)
    if done:
        _queue(take_up_waiting)


@transaction.atomic
def second_step(number: int, *, agreed: bool, actor: User, at: datetime) -> None:
    """Agree or not to a colleague's merge or split, and have the worker carry it out. Raises as ``identity.services.transfers`` does."""
    decide_transfers.second_step(number, agreed=agreed, actor=actor, at=at)
    if agreed:
        _queue(carry_out_transfers)


@app.periodic(cron="45 * * * *")
@app.task(queue="intake", queueing_lock="carry out undoings", pass_context=False)
def carry_out_undoings(timestamp: int = 0) -> None:
    """Take batches back that two officers called wrong: at once when the second agrees, and every hour what couldn't be done then."""
    logger.info("%s batches undone at %s", undoing.carry_out_undoings(at=timezone.now()), timestamp)


@transaction.atomic
def second_undo(number: int, *, agreed: bool, actor: User, at: datetime) -> None:
    """Agree or not to the undoing of a batch, and have the worker carry it out. Raises as ``undoing.second_undo`` does."""
    undoing.second_undo(number, agreed=agreed, actor=actor, at=at)
    if agreed:
        _queue(carry_out_undoings)


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="carry on backtests", priority=LATER, pass_context=False)
def carry_on_backtests(timestamp: int = 0) -> None:
    """Count a month more of what the credit centre tries, and come back for the next when nothing else waits."""
    if backtest_runs.carry_on(at=timezone.now()):
        logger.info("a month of a backtest counted at %s", timestamp)
        _queue(carry_on_backtests)


@transaction.atomic
def ask_backtest(
    choice: str, item_code: str, *, since: date, until: date, case: str, actor: User, at: datetime
) -> Backtest:
    """Enter that a check is to be tried, and have the worker begin, both or neither. Raises as ``backtest_runs`` does."""
    made = backtest_runs.ask_backtest(choice, item_code, since=since, until=until, case=case, actor=actor, at=at)
    _queue(carry_on_backtests)
    return made


def _queue(task: Any) -> None:
    """Hand a job to the worker, unless the same is queued already: inside the transaction of what asks for it."""
    try:
        with transaction.atomic():
            task.defer()
    except AlreadyEnqueued:
        logger.info("%s is queued already", task.name)


@transaction.atomic
def tell_population(events: Sequence[Any], *, at: datetime) -> PopulationReceipt:
    """Take the population authority's events in, and where they changed a person have the worker take up the rows that waited.

    Both or neither. Raises BiometricsRefused; then nothing of the batch was looked at.
    """
    receipt = take_events(events, areas=services.areas(), at=at)
    if receipt.new or receipt.changed or receipt.taken_up:
        _queue(take_up_waiting)
    return receipt


@app.periodic(cron="* * * * *")
@app.task(queue="intake", queueing_lock="take over stuck batches", pass_context=False)
def take_over_batches(timestamp: int = 0) -> None:
    """Take over, each minute, what somebody had in hand and has not moved since. ``timestamp`` is the queue's own."""
    logger.info("%s stuck batches taken over at %s", take_over(), timestamp)


def take_over(*, after_s: float = services.STUCK_AFTER_S) -> int:
    """Hand the batches that nobody has had in hand for a while to the worker again; gives how many.

    Processing one ends the session that still holds it.
    """
    taken = 0
    for batch_id, token in services.stuck_batches(after_s, process_batch.name):
        if Spool(services.spool_folder(), token.hex).there():
            process_batch.defer(batch_id=batch_id)
            taken += 1
    return taken


def adopt_batches() -> int:
    """Hand every batch that was received and never finished to the worker again, at its start.

    A worker or database that was killed leaves such batches; taking one up twice does no harm, since a batch is locked
    while it is in hand and done only once.
    """
    adopted = 0
    for batch_id, token in Batch.objects.filter(state=Batch.State.RECEIVED).values_list("pk", "token"):
        if Spool(services.spool_folder(), UUID(str(token)).hex).there():
            process_batch.defer(batch_id=batch_id)
            adopted += 1
    return adopted
