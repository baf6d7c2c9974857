"""Taking in what the population authority tells: snapshots and events, by file or by API."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from chengxin.identity.biometrics import keys_within, refuse_biometrics
from chengxin.identity.errors import SequenceNeeded
from chengxin.identity.services.population.feed import Feed, Row, open_feed, read_event
from chengxin.identity.services.population.settle import Settling
from chengxin.identity.services.population.stage import CLOSED, MINOR, Minor, Place, Stager, Told
from chengxin.identity.vault import sealing_vault
from chengxin.lib.periods import shanghai_date
from chengxin.lib.regions import AreaBook

__all__ = ["EventFate", "PopulationReceipt", "load_population", "take_events"]

REFUSING = frozenset({"event-differs", "sequence-taken"})


@dataclass(frozen=True, slots=True)
class EventFate:
    """What became of one event: applied, parked, known, minor, closed, or the rule that refuses it. Named by its place in the batch."""

    place: int
    fate: str


@dataclass(slots=True)
class PopulationReceipt:
    """What became of a file or batch. ``minors`` were dropped; ``refused`` lists row and rule, never a value.

    ``closed`` persons were held until one of the minors' rows said who they are: nothing of them is shown any more.

    ``known`` came before under the same id; ``parked`` wait for their person; ``taken_up`` had waited and found theirs.
    """

    read: int = 0
    minors: int = 0
    closed: int = 0
    new: int = 0
    changed: int = 0
    known: int = 0
    parked: int = 0
    taken_up: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    fates: list[EventFate] = field(default_factory=list)


@transaction.atomic
def load_population(path: Path, *, areas: AreaBook, at: datetime, sequence: int | None = None) -> PopulationReceipt:
    """Take a file in, whole or not at all: a snapshot, or events.

    ``sequence`` is the number of the last event that a snapshot knows of; where no event ever came it may be left out. Of minors
    nothing is looked at but the code, which may be somebody's who is held. Codes and names are sealed before they are sent to the
    database. Raises PopulationUnusable, BiometricsRefused and SequenceNeeded before anything is written. Cost: two passes, bounded
    memory.
    """
    stager = Stager(sealing_vault(), areas, shanghai_date(at))
    feed = open_feed(path, key=stager.keys.digest_key)
    settling, receipt = Settling(stager, at), PopulationReceipt()
    if not feed.snapshot:
        settling.stage(_stage_events(feed.rows(), settling, receipt))
        settling.settle_events()
        return _finish(settling, receipt, every=False)
    place = _place_of_snapshot(settling, sequence)
    settling.stage(_stage_snapshot(feed, settling, place, receipt))
    settling.settle_snapshot(place, receipt.read)
    return _finish(settling, receipt, every=False)


@transaction.atomic
def take_events(events: Sequence[Any], *, areas: AreaBook, at: datetime) -> PopulationReceipt:
    """Take a batch of events in, as JSON gave them, all in one transaction; ``fates`` tells of each.

    Sending a batch again does no harm. Raises BiometricsRefused when any key, however deep, names something of the body: then nothing
    of the batch was looked at.
    """
    refuse_biometrics(keys_within(list(events)))
    stager, receipt = Stager(sealing_vault(), areas, shanghai_date(at)), PopulationReceipt()
    settling = Settling(stager, at)
    rows = enumerate(map(read_event, events), 1)
    settling.stage(_stage_events(rows, settling, receipt))
    settling.settle_events()
    return _finish(settling, receipt, every=True)


def _place_of_snapshot(settling: Settling, sequence: int | None) -> Place:
    if sequence is None and settling.last_sequence() is not None:
        raise SequenceNeeded
    after = sequence or 0
    return Place(after, settling.next_edition(after))


def _stage_snapshot(
    feed: Feed, settling: Settling, place: Place, receipt: PopulationReceipt
) -> Iterator[tuple[Any, ...]]:
    named = partial("s{}-{}".format, feed.digest.hex()[:32])
    for number, row in feed.rows():
        receipt.read += 1
        told = row if isinstance(row, str) else settling.stager.snapshot(row, named(number), place)
        if isinstance(told, Told):
            yield told.line(number, parked=False)
        elif isinstance(told, Minor):
            receipt.minors += 1
            if told.codes:
                settling.minors[number] = told
        else:
            receipt.refused.append((number, told))


def _stage_events(
    rows: Iterator[tuple[int, Row | str]], settling: Settling, receipt: PopulationReceipt
) -> Iterator[tuple[Any, ...]]:
    for number, row in rows:
        receipt.read += 1
        told = row if isinstance(row, str) else settling.stager.event(row)
        if isinstance(told, Told):
            yield told.line(number, parked=False)
        elif isinstance(told, Minor):
            receipt.minors += 1
            settling.minors[number] = told
        else:
            receipt.refused.append((number, told))


def _finish(settling: Settling, receipt: PopulationReceipt, *, every: bool) -> PopulationReceipt:
    (receipt.new, receipt.known, receipt.parked, receipt.taken_up), receipt.changed, fates = settling.outcome(
        every=every
    )
    receipt.closed = settling.closed_persons
    receipt.refused = sorted([*receipt.refused, *((n, fate) for n, fate in fates if fate in REFUSING)])
    if every:
        minors = ((n, CLOSED if n in settling.closed else MINOR) for n in settling.minors)
        told = dict([*fates, *receipt.refused, *minors])
        receipt.fates = [EventFate(n, fate) for n, fate in sorted(told.items())]
    return receipt
