"""The proof that every accepted row is in the ledger and every row of the ledger came with a batch (docs/adr/0017).

The ledger's trigger notes what each statement writes; a finished batch is sealed under a key of the vault, so that whoever has the database
alone can make no seal. A run makes the sums again from the ledger and holds batches, seals and ledger against one another.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from chengxin.identity.vault import vault
from chengxin.lib.sql import statements
from chengxin.records.models import ProofRun

SQL = statements(Path(__file__).resolve().parent / "sql" / "proof.sql")
SEAL, HEAD = b"proof seal", b"proof head"
"""What a keyed digest is of, at most sixteen bytes."""
LISTED = 1_000
"""So many faults are kept of a run; where there are more, the ledger is no longer to be mended row by row."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that doesn't agree. ``batch`` is its number, 0 where values belong to no version at all."""

    kind: str
    batch: int
    told: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """A batch, its seal, and what the ledger holds of it; None where one of them knows nothing of it."""

    batch: int
    state: str | None
    new: int | None
    changed: int | None
    handed_in: bool
    sealed_rows: int | None
    sealed_standing: int | None
    sealed_amount: Decimal | None
    seal: bytes | None
    rows: int
    standing: int
    amount: Decimal
    differing: int
    missing: int


def seal_batches(batches: Sequence[int]) -> None:
    """Seal batches that have just finished, in the transaction that finishes them. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(SQL["to_seal"], {"batches": list(batches)})
        _insert(cursor, [_sealed(*row) for row in cursor.fetchall()])


def run_proof(*, at: datetime) -> ProofRun:
    """Prove the ledger once and keep what was found. Reads all of it, as of one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(SQL["compare"])
            compared = [Compared(*row) for row in cursor.fetchall()]
            if not ProofRun.objects.exists():
                compared = _adopted(cursor, compared)
        faults = [fault for one in compared for fault in judge(one, _seal_of(one))]
        seals = {one.batch: bytes(one.seal) for one in compared if one.seal is not None}
        met: set[int] = set()
        for number, batches, head in ProofRun.objects.order_by("pk").values_list("pk", "batch_ids", "head"):
            met.update(batches)
            if bytes(head) != _head(batches, seals):
                faults.append(Fault("head-differs", 0, told=number))
        fresh = sorted(seals.keys() - met)
        return ProofRun.objects.create(
            at=at,
            batches=len(compared),
            rows=sum(one.rows for one in compared),
            faults=[asdict(fault) for fault in faults[:LISTED]],
            batch_ids=fresh,
            head=_head(fresh, seals),
        )


def judge(one: Compared, seal: bytes | None) -> Iterable[Fault]:
    """Tell what doesn't agree about a batch; ``seal`` is the one that its own figures should bear."""
    if one.differing:
        yield Fault("values-differ", one.batch, found=one.differing)
    if one.missing:
        yield Fault("values-missing", one.batch, found=one.missing)
    if one.state == "done":
        yield from _beside_its_seal(one, seal)
    elif one.batch and (one.rows or one.state is None):
        yield Fault("batch-missing" if one.state is None else "batch-not-done", one.batch, found=one.rows)


def _beside_its_seal(one: Compared, seal: bytes | None) -> Iterable[Fault]:
    if one.seal is None:
        yield Fault("seal-missing", one.batch, found=one.rows)
        return
    if bytes(one.seal) != seal:
        yield Fault("seal-broken", one.batch)
    if one.rows != one.sealed_rows:
        yield Fault("rows-differ", one.batch, told=one.sealed_rows or 0, found=one.rows)
    elif (one.amount, one.standing) != (one.sealed_amount, one.sealed_standing):
        yield Fault("content-differs", one.batch)
    accepted = (one.new or 0) + (one.changed or 0)
    # A batch that withdraws leaves nothing standing: what it changed are last versions.
    withdraws = not one.new and not one.sealed_standing and one.sealed_rows == one.changed
    if one.handed_in and one.sealed_standing != accepted and not withdraws:
        yield Fault("receipt-differs", one.batch, told=accepted, found=one.sealed_standing or 0)


def list_runs(*, before: int | None = None, limit: int = 30) -> list[ProofRun]:
    """Give runs, the newest first."""
    rows = ProofRun.objects.order_by("-pk")
    return list((rows.filter(pk__lt=before) if before else rows)[:limit])


def _adopted(cursor: Any, compared: list[Compared]) -> list[Compared]:
    """Seal, once, as the ledger has them the batches that were finished before there were seals."""
    old = [one for one in compared if one.state == "done" and one.seal is None]
    made = [_sealed(one.batch, one.new, one.changed, one.rows, one.standing, one.amount) for one in old]
    _insert(cursor, made)
    if not made:
        return compared
    cursor.execute(SQL["compare"])
    return [Compared(*row) for row in cursor.fetchall()]


def _sealed(
    batch: int, new: int | None, changed: int | None, rows: int, standing: int, amount: Decimal
) -> tuple[Any, ...]:
    return batch, rows, standing, amount, _keyed(SEAL, f"{batch} {new} {changed} {rows} {standing} {amount}".encode())


def _seal_of(one: Compared) -> bytes | None:
    if one.seal is None or one.sealed_rows is None or one.sealed_standing is None or one.sealed_amount is None:
        return None
    made = _sealed(one.batch, one.new, one.changed, one.sealed_rows, one.sealed_standing, one.sealed_amount)
    return bytes(made[-1])


def _insert(cursor: Any, sealed: list[tuple[Any, ...]]) -> None:
    if sealed:
        names = ("batches", "rows", "standing", "amounts", "seals")
        cursor.execute(SQL["insert_seals"], dict(zip(names, map(list, zip(*sealed, strict=True)), strict=True)))


def _head(batches: Iterable[int], seals: dict[int, bytes]) -> bytes:
    """Put the seals of batches under one keyed digest; one that isn't there any more leaves a gap in it."""
    return _keyed(HEAD, b"".join(f"{batch} ".encode() + seals.get(batch, b"") for batch in batches))


def _keyed(what: bytes, data: bytes) -> bytes:
    return blake2b(data, key=vault().digest_key, person=what, digest_size=32).digest()
