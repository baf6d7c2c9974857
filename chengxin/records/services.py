"""Taking files in: receive, process, answer."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from chengxin.catalogue.queries import OpenItem, open_item
from chengxin.identity.models import Organisation, PopulationCall, User
from chengxin.identity.queries import organisation_stands
from chengxin.identity.vault import sealing_vault, vault
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import AreaBook, standard_areas
from chengxin.records.checks import WORDS, check_book, editions
from chengxin.records.errors import (
    BatchUnknown,
    FileEmpty,
    FileUnusable,
    ProviderNotCompetent,
    ProviderNotStanding,
    RepeatDiffers,
)
from chengxin.records.intake.content import body_columns
from chengxin.records.intake.fields import FINDINGS
from chengxin.records.intake.layout import find_layout
from chengxin.records.intake.ledger import Target, run
from chengxin.records.intake.mend import mend_spool
from chengxin.records.intake.older import names_for
from chengxin.records.intake.pipeline import Batch as Run
from chengxin.records.intake.pipeline import Checker, Outcome
from chengxin.records.intake.reading import ROW, Table, form_of, open_table
from chengxin.records.intake.register import know
from chengxin.records.intake.sandbox import SandboxGate
from chengxin.records.intake.spool import Blocks, Spool, file_blocks
from chengxin.records.intake.sweep import MEND, spool_names, sweep
from chengxin.records.models import Batch, CheckRule
from chengxin.records.progress import Progress, Tell
from chengxin.records.proof import seal_batches
from chengxin.records.terms import record_terms
from chengxin.records.ways.withdrawing import Withdrawal, withdraws


@dataclass(frozen=True, slots=True)
class HandedIn:
    """A file as it was handed in: kind, size, keyed digest. Its name isn't kept: it might name a person."""

    form: str
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class WayIn:
    """By which way a batch comes, by which of the provider's systems, and what its sender calls it (a keyed digest; b"" without)."""

    channel: str
    client: str = ""
    repeat_key: bytes = b""


STUCK_AFTER_S = 60.0
PAGE, COMMAND, HOUSE = (WayIn(channel) for channel in ("page", "command", "house"))


def spool_folder() -> Path:
    path: Path = settings.DATA_DIR / "spool"
    return path


def areas() -> AreaBook:
    return standard_areas(test_area=settings.TEST_AREA)


@transaction.atomic
def settle_checks() -> None:
    """Enter the checks of every edition, so that findings can be read beside their texts. Older versions stay."""
    for check in (check for _, book in editions() for check in book.checks.values()):
        CheckRule.objects.get_or_create(
            code=check.code,
            version=check.version,
            defaults={part: getattr(check, part) for part in ("severity", "safeguard", "scope", "source", *WORDS)},
        )


def settle_layout(item: OpenItem) -> int:
    """Give the number under which the places of this item's bodies are written down.

    Called outside the batch's transaction: two batches that both need a new one would wait for one another.
    """
    wanted = {"item": item.id, "fields": list(body_columns(item.definition))}
    if not (found := run("find_layout", wanted)):
        run("insert_layout", wanted)
        found = run("find_layout", wanted)
    layout: int = found[0][0]
    return layout


@transaction.atomic
def receive(
    file: HandedIn,
    *,
    item_code: str,
    provider: Organisation,
    actor: User | None,
    at: datetime,
    attested: str = "",
    token: UUID | None = None,
    adjudication_id: int | None = None,
    way: WayIn = COMMAND,
) -> Batch:
    """Enter a file as a batch that waits to be processed.

    ``token`` names its spool where it has one, ``adjudication_id`` the decision that it carries out.
    The same file of the same provider that was received and never finished is the same batch: whoever was stopped half-way goes
    on with it. So is whatever the sender calls by the same name (``way``), finished or not: the batch's token then isn't ``token``.
    Raises ItemNotOpen, ProviderNotStanding, ProviderNotCompetent, RepeatDiffers.
    """
    if way.repeat_key and (known := _repeated(file, way, item_code, provider, attested)):
        return known
    today = shanghai_date(at)
    item = open_item(item_code, today)
    refuse_provider(item, provider, today)
    if token is None and adjudication_id is None and (unfinished := _unfinished(file, item, provider, attested)):
        return unfinished
    try:
        with transaction.atomic():
            return Batch.objects.create(
                item_id=item.id,
                edition_id=item.edition_id,
                provider=provider,
                handed_in_by=actor,
                adjudication_id=adjudication_id,
                digest=file.digest,
                form=file.form,
                size_bytes=file.size,
                as_of=today,
                attested=attested,
                received_at=at,
                channel=way.channel,
                client=way.client,
                repeat_key=way.repeat_key or None,
                **({"token": token} if token else {}),
            )
    except IntegrityError:
        # The same hand-in at the same moment: whoever came second has waited for the first.
        if way.repeat_key and (known := _repeated(file, way, item_code, provider, attested)):
            return known
        raise


def _unfinished(file: HandedIn, item: OpenItem, provider: Organisation, attested: str) -> Batch | None:
    """Find the batch of the same file that was begun from this machine's disk and never finished."""
    found = Batch.objects.filter(
        state=Batch.State.RECEIVED, digest=file.digest, provider=provider, item_id=item.id, attested=attested
    ).first()
    return None if found is None or Spool(spool_folder(), found.token.hex).there() else found


def refuse_provider(item: OpenItem, provider: Organisation, today: date) -> None:
    """Raise ProviderNotStanding or ProviderNotCompetent where an organisation hands nothing in for an item on a day."""
    if not organisation_stands(provider.pk, today):
        raise ProviderNotStanding(f"（{provider.name}）", f"({provider.code})")
    if provider.kind not in item.definition.provider_kinds:
        code = item.definition.code
        raise ProviderNotCompetent(f"（{provider.name}，{item.definition.name}）", f"({provider.code}, {code})")


def _repeated(file: HandedIn, way: WayIn, item_code: str, provider: Organisation, attested: str) -> Batch | None:
    """Give the batch that the sender called by the same name before. Raises RepeatDiffers when it was another file or for another item."""
    known = Batch.objects.select_related("item").filter(provider=provider, repeat_key=way.repeat_key).first()
    if known is None:
        return None
    if (bytes(known.digest), known.item.code, known.attested) != (file.digest, item_code, attested):
        raise RepeatDiffers
    return known


def process_batch(
    batch_id: int, *, at: datetime, blocks: Blocks | None = None, tell: Tell | None = None
) -> Outcome | None:
    """Take a received batch in, whole or not at all; None when it has ended already.

    Locks the batch's row for the length of the run, and waits for whoever has it in hand: a process that was killed may hold it
    until its database session notices, and must leave the spool to us. ``blocks`` gives the file where it isn't spooled. Whenever
    this process is stopped, nothing of the batch stays and a later call does it anew. Raises FileUnusable after noting it on the
    batch.
    """
    batch = Batch.objects.select_related("provider", "item").filter(pk=batch_id).first()
    if batch is None:
        raise BatchUnknown
    spool = Spool(spool_folder(), batch.token.hex)
    try:
        outcome = _process(batch, blocks or spool.blocks, spool, at, tell)
    except FileUnusable as error:
        _note_unusable(batch_id, error, at)
        spool.destroy()
        raise
    spool.destroy()
    return outcome


def _process(batch: Batch, blocks: Blocks, spool: Spool, at: datetime, tell: Tell | None) -> Outcome | None:
    mend = mend_spool(spool.folder, spool.name)
    item = open_item(batch.item.code, batch.as_of)
    layout = settle_layout(item)
    with Progress(batch.pk, tell) as progress, transaction.atomic():
        if not _lock(batch.pk):
            return None
        progress.hold()
        progress("reading", 0, 0)
        mend.destroy()
        table = open_table(blocks, batch.form)
        target = Target(batch.pk, batch.item_id, batch.provider_id, layout, record_terms(batch.as_of).edition, at)
        outcome = _take_in(batch, item, table, target, mend, progress)
        write_findings(batch.pk, outcome)
        finish(batch.pk, outcome, at)
        progress("committing", outcome.read, outcome.findings.height)
    if not (outcome.waiting or outcome.refused):
        mend.destroy()
    return outcome


def _lock(batch_id: int) -> bool:
    """Lock a batch for this transaction; False when it has ended. Whoever has it in hand is waited for, but not for ever."""
    mine = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id, state=Batch.State.RECEIVED)
    while True:
        try:
            with transaction.atomic():
                run("patience", {"wait": "5s"})
                found = mine.first() is not None
                run("patience", {"wait": "0"})
                return found
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            run("end_holder", {"batch": batch_id, "seconds": STUCK_AFTER_S})


def _take_in(batch: Batch, item: OpenItem, table: Table, target: Target, mend: Spool, progress: Progress) -> Outcome:
    keys = sealing_vault()
    if withdraws(table):
        withdrawal = Withdrawal(table, keys, check_book(batch.as_of))
        progress.found = withdrawal.findings_so_far
        return withdrawal.run(target, progress)
    made = Run(
        item,
        table,
        on=batch.as_of,
        areas=areas(),
        vault=keys,
        attested=bool(batch.attested),
        known=know(item, batch.provider_id, batch.as_of, keys.digest_key),
        others=names_for(item.definition, batch.item_id, batch.provider),
    )
    progress.found = made.findings_so_far
    writer = mend.writer()
    try:
        return made.run(target, writer, progress)
    except BaseException:
        writer.abandon()
        raise


def write_findings(batch_id: int, outcome: Outcome) -> None:
    """Write findings by way of a temporary table, since PostgreSQL takes no COPY where row-level security holds.

    What is told of the file as a whole stands at row 0, with the rows that it is about.
    """
    whole = pl.DataFrame(
        {ROW: [0] * len(outcome.told), "rule": list(outcome.told), "field": [""] * len(outcome.told)}, schema=FINDINGS
    )
    findings = pl.concat([whole, outcome.findings])
    if findings.is_empty():
        return
    run("create_findings")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY intake_finding FROM STDIN (FORMAT csv)") as copy,
    ):
        for part in findings.iter_slices(100_000):
            lines = _finding_lines(part, outcome)
            copy.write(lines.write_csv(include_header=False, quote_style="non_numeric").encode())
    run("insert_findings", {"batch": batch_id})


def _finding_lines(part: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
    """Give the columns of the findings' table: rule by version, the digest at questions alone, how many rows it is about."""
    versions = {code: check.version for code, check in outcome.book.checks.items()}
    digests = {row: digest.hex() for row, digest in outcome.digests.items()}
    asked = pl.col("rule").is_in(list(outcome.book.codes("question")))
    of_file = pl.col("rule").replace_strict(outcome.told, default=1, return_dtype=pl.Int32)
    return part.select(
        ROW,
        "rule",
        pl.col("rule").replace_strict(versions, return_dtype=pl.Int16).alias("version"),
        "field",
        pl.when(asked).then(pl.col(ROW).replace_strict(digests, default="", return_dtype=pl.String)).alias("digest"),
        pl.when(pl.col(ROW) == 0).then(of_file).otherwise(1).alias("rows"),
    )


def finish(batch_id: int, outcome: Outcome, at: datetime) -> None:
    counts = {name: getattr(outcome, name) for name in ("read", "new", "changed", "unchanged", "waiting", "refused")}
    encoding = outcome.heading.encoding
    run(
        "finish_batch",
        {
            "batch": batch_id,
            "at": at,
            "encoding": encoding.name,
            "how": encoding.how,
            "rules": outcome.book.digest,
            **counts,
        },
    )
    seal_batches([batch_id])


@transaction.atomic
def _note_unusable(batch_id: int, error: FileUnusable, at: datetime) -> None:
    Batch.objects.filter(pk=batch_id, state=Batch.State.RECEIVED).update(
        state=Batch.State.UNUSABLE, finished_at=at, failure=error.text[:400], failure_en=error.text_en[:400]
    )


def stuck_batches(after_s: float, task: str) -> list[tuple[int, UUID]]:
    """Give the batches, with their tokens, that nobody has had in hand for so long; ``task`` names the job that may wait for them."""
    return [(row[0], row[1]) for row in run("stuck_batches", {"seconds": after_s, "task": task})]


def sweep_spools(*, at: datetime) -> int:
    """Destroy what killed processes left in the spool folder, and rows to mend whose day is over; gives how many."""
    folder = spool_folder()
    names = [name for name in spool_names(folder) if not name.startswith(MEND)]
    states = {
        token.hex: state
        for held in (Batch, PopulationCall)
        for token, state in held.objects.filter(token__in=names).values_list("token", "state")
    }
    return sweep(folder, states, at)


def ingest_file(
    path: Path, *, item_code: str, provider: Organisation, at: datetime, attested: str = "", tell: Tell | None = None
) -> tuple[Batch, Outcome]:
    """Take a file of this machine in at once. Raises FileUnusable; whoever was stopped calls it again and gets one clean result."""
    batch = receive(describe(path), item_code=item_code, provider=provider, actor=None, at=at, attested=attested)
    outcome = process_batch(batch.pk, at=at, blocks=file_blocks(path), tell=tell)
    if outcome is None:
        raise FileUnusable("同一文件刚由另一进程处理完毕。", "Another process has just taken the same file in.")
    batch.refresh_from_db()
    return batch, outcome


def describe(path: Path, *, keyed: bool = True) -> HandedIn:
    """Tell kind, size and keyed digest of a file. Raises FileUnusable when it can't be read."""
    whole, head, size = blake2b(key=vault().digest_key if keyed else b"", digest_size=32), b"", 0
    try:
        for block in file_blocks(path)():
            head, size = head or block[:64], size + len(block)
            whole.update(block)
    except OSError as error:
        raise FileUnusable(f"无法读取：{error.strerror}。", f"The file can't be read: {error.strerror}.") from None
    if not size:
        raise FileEmpty
    return HandedIn(form_of(path.name, head), size, whole.digest())


def check_file(item: OpenItem, table: Table, *, on: date, attested: bool = False) -> Outcome:
    """Run every check that needs no database, and tell what a hand-in would find."""
    heading = table.heading()
    outcome = Outcome(heading, find_layout(heading, item.definition), check_book(on))
    gate = SandboxGate(item.definition, outcome.layout, heading, on)
    checker = Checker(item, outcome.layout, on, areas(), attested=attested)
    parts = [pl.DataFrame(schema=FINDINGS)]
    for frame in table.frames(outcome.layout.header_row):
        outcome.read += frame.height
        gate.refuse_real(frame)
        parts.append(checker.check(frame)[1])
    outcome.findings = pl.concat(parts).sort(ROW, "rule", "field")
    refusing, holding = (
        pl.col("rule").is_in(list(codes)) for codes in (outcome.book.codes("refuse"), outcome.book.holding)
    )
    outcome.refused = outcome.findings.filter(refusing)[ROW].n_unique()
    outcome.waiting = outcome.findings.filter(holding)[ROW].n_unique()
    return outcome
