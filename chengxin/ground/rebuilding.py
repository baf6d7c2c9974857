"""Rebuilding what is derived, beside the live one and while everybody works (docs/adr/0021).

A rebuild goes part by part. A part compares what stands with what it is derived from and replaces what differs, in one short
transaction that also notes how far the rebuild has come: whatever stops it, the next call goes on after the last part, and whoever reads
sees each part either as it was or as it is then. Nothing is emptied first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

from chengxin.ground.errors import RebuildDiffers
from chengxin.ground.models import Rebuild
from chengxin.ground.services import note_act

BEGIN, END = "rebuild.begin", "rebuild.end"
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Part:
    """What one part did; ``upto`` is the place after which the next one begins, ``last`` that there is none."""

    looked: int
    mended: int
    upto: str
    last: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """Something that can be computed from something else.

    ``step`` does the part after a place ("" is before all); ``counts`` tells how many there are and how many there ought to be, as of one
    moment. ``alone``: its steps run outside any transaction, and may be done twice.
    """

    name: str
    words: str
    words_en: str
    step: Callable[[str], Part]
    counts: Callable[[], tuple[int, int]]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How far a rebuild has come, or what it did in the end."""

    name: str
    looked: int
    mended: int
    upto: str


def rebuild(derived: Derived, *, clock: Clock, tell: Callable[[Rebuilt], None]) -> Rebuilt:
    """Rebuild something derived, or go on with that; ``tell`` is called after each part. Runs as the owner.

    Raises RebuildDiffers where the counts differ in the end; the next call then begins anew. What a step raises goes on to the caller.
    """
    number = _begin(derived, clock())
    while True:
        part = _patiently(derived, number)
        done = _told(number)
        tell(done)
        if part.last:
            break
    _finish(derived, number, clock())
    return _told(number)


@transaction.atomic
def _begin(derived: Derived, at: datetime) -> int:
    run, fresh = Rebuild.objects.get_or_create(name=derived.name, finished_at=None, defaults={"started_at": at})
    note_act(
        "", BEGIN, f"rebuild:{derived.name}", at=at, note="" if fresh else f"{run.upto} {run.looked}".strip()[:200]
    )
    return run.pk


def _patiently(derived: Derived, number: int) -> Part:
    """Do a part; once more when it met somebody half-way who waited for it in turn."""
    while True:
        try:
            return _outside(derived, number) if derived.alone else _inside(derived, number)
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise


@transaction.atomic
def _inside(derived: Derived, number: int) -> Part:
    run = Rebuild.objects.select_for_update(no_key=True).get(pk=number)
    part = derived.step(run.upto)
    _note(run, part)
    return part


def _outside(derived: Derived, number: int) -> Part:
    part = derived.step(Rebuild.objects.get(pk=number).upto)
    with transaction.atomic():
        _note(Rebuild.objects.select_for_update(no_key=True).get(pk=number), part)
    return part


def _note(run: Rebuild, part: Part) -> None:
    # Another process that goes on with the same rebuild may have ended it.
    if run.finished_at is None:
        run.upto, run.looked, run.mended = part.upto, run.looked + part.looked, run.mended + part.mended
        run.save(update_fields=["upto", "looked", "mended"])


def _finish(derived: Derived, number: int, at: datetime) -> None:
    with transaction.atomic():
        run = Rebuild.objects.select_for_update(no_key=True).get(pk=number)
        if run.finished_at is not None:
            return
        there, due = derived.counts()
        if there == due:
            run.finished_at = at
            run.save(update_fields=["finished_at"])
            note_act("", END, f"rebuild:{derived.name}", at=at, note=f"{run.looked} {run.mended}")
            return
        run.upto = ""
        run.save(update_fields=["upto"])
    raise RebuildDiffers(f"{derived.name} {there:,} / {due:,}", f"{derived.name} {there:,} / {due:,}")


def _told(number: int) -> Rebuilt:
    run = Rebuild.objects.get(pk=number)
    return Rebuilt(run.name, run.looked, run.mended, run.upto)
