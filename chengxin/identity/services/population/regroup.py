"""Carries out a step of a transfer on persons and codes: both made anew from the authority's events, each event going with its code."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from django.db import connection

from chengxin.identity.errors import StepFailed
from chengxin.identity.services.population.settle import Settling
from chengxin.identity.services.population.stage import Place, Stager, Told
from chengxin.identity.vault import open_sealed
from chengxin.lib.crypto import Sealed
from chengxin.lib.periods import shanghai_date
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).resolve().parents[2] / "sql" / "transfers.sql")
EVIDENCE_USE = "population.event"


@dataclass(frozen=True, slots=True)
class Step:
    """A step in hand. ``marks`` and ``records`` are what the transfer names, ``more`` the records that go back besides."""

    number: int
    transfer: int
    kind: str
    forth: bool
    from_subject: int
    into_subject: int | None
    fresh: bool
    marks: frozenset[bytes]
    records: tuple[int, ...]
    more: tuple[int, ...]

    @classmethod
    def take(cls, number: int) -> Self | None:
        """Hold a step that two officers agreed to, and announce it to the guards; None when it is done already."""
        rows = ask("take_step", step=number)
        if not rows:
            return None
        ask("announce_step", step=number)
        step, transfer, kind, forth, one, other, fresh, marks, records, more = rows[0]
        found = frozenset(bytes(mark) for mark in marks)
        return cls(step, transfer, kind, forth, one, other, fresh, found, tuple(records), tuple(more))

    def finish(self, at: datetime) -> None:
        """Note that the step is done; the database asks once more whether all is in its place."""
        ask("done", step=self.number, at=at)

    @property
    def source(self) -> int | None:
        return self.from_subject if self.forth else self.into_subject

    @property
    def target(self) -> int | None:
        return self.into_subject if self.forth else self.from_subject

    @property
    def persons(self) -> tuple[int, ...]:
        return (self.from_subject,) if self.into_subject is None else (self.from_subject, self.into_subject)


def ask(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        return cursor.fetchall() if cursor.description else []


def agreed_steps() -> list[int]:
    """Give the steps that two officers agreed to and that are still to be carried out, in the order in which they were decided."""
    return [number for (number,) in ask("agreed_steps")]


def note_failure(number: int, reason: str) -> None:
    ask("fail", step=number, failure=reason)


def regroup(step: Step, stager: Stager, *, at: datetime) -> None:
    """Take the codes of a step over, and make both persons what the events of their codes amount to.

    Inside the transaction that took the step. Waits for a load of events that is under way. Raises StepFailed, KeysMissing.
    """
    if step.source is None or step.target is None:
        return
    settling = Settling(stager, at)
    # Read to its end before it is staged: the connection can't be asked while it takes a COPY.
    settling.stage(list(_evidence(stager)))
    codes = _codes(step)
    _remake(step, codes, _going(step, codes), settling, at)
    settling.take_up(ask("joined", marks=list(codes)))


def _evidence(stager: Stager) -> Iterator[tuple[Any, ...]]:
    """Stage what the authority told, as it was staged when it came: an undated capacity is told as of that day."""
    for n, (event_id, sequence, edition, kind, body, key_id, recorded_at) in enumerate(ask("evidence"), 1):
        (text,) = open_sealed((Sealed(key_id, bytes(body)), EVIDENCE_USE))
        then = replace(stager, day=shanghai_date(recorded_at))
        row = json.loads(text)
        told = then.snapshot(row, event_id, Place(sequence, edition)) if kind == "snapshot" else then.event(row)
        if not isinstance(told, Told):
            raise StepFailed("evidence-unreadable")
        yield told.line(n, parked=False)


def _codes(step: Step) -> dict[bytes, tuple[bytes, int]]:
    """Give hash and person of each code of the two, by its mark. Raises StepFailed where no event tells of one."""
    rows = ask("codes_in_hand", both=list(step.persons))
    if any(mark is None for _, _, mark in rows):
        raise StepFailed("evidence-missing")
    return {bytes(mark): (bytes(code_hash), subject) for code_hash, subject, mark in rows}


def _going(step: Step, codes: Mapping[bytes, tuple[bytes, int]]) -> set[bytes]:
    """Give the marks of the codes that go over, codes withdrawn since among them, and note at a step forth which went."""
    mine = {mark for mark, (_, subject) in codes.items() if subject == step.source}
    if step.forth:
        going = mine if step.kind == "merge" else mine & step.marks
        if step.kind == "split" and step.fresh and (going != step.marks or going == mine):
            raise StepFailed("codes-elsewhere")
        ask("note_codes", transfer=step.transfer, marks=list(codes), goes=[mark in going for mark in codes])
    else:
        known = {bytes(mark): goes for mark, goes in ask("known_codes", transfer=step.transfer)}
        links = [(bytes(old), bytes(new)) for old, new in ask("links")]
        going = follow({mark for mark, goes in known.items() if goes}, frozenset(known), links)
    return going


def follow(going: set[bytes], known: frozenset[bytes], links: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """Give the codes that go back: those that came, and those that took their place since."""
    found = set(going)
    for old, new in links:
        if old in found and new not in known:
            found.add(new)
    return found


def _remake(
    step: Step, codes: Mapping[bytes, tuple[bytes, int]], marks: set[bytes], settling: Settling, at: datetime
) -> None:
    going = [code_hash for mark, (code_hash, subject) in codes.items() if mark in marks and subject == step.source]
    both, ends = list(step.persons), {"source": step.source, "target": step.target}
    with connection.cursor() as cursor:
        cursor.execute(SQL["own_by_code"], {"going": going, "target": step.target})
        cursor.execute(SQL["own_by_correction"])
        while cursor.rowcount:
            cursor.execute(SQL["own_by_correction"])
    ask("leave_others", both=both)
    settling.amount(alone=True)
    standing = {step.target if code_hash in going else subject for code_hash, subject in codes.values()}
    if ask("untold", standing=list(standing)):
        raise StepFailed("evidence-missing")
    ask("make_person", at=at, **ends)
    ask("remake_persons", at=at)
    ask("move_codes", going=going, **ends)
    ask("move_minor_words", marks=list(marks), every=step.forth and step.kind == "merge", **ends)
    ask("close_again", both=both)
    ask("seal_codes")
    for name in ("forget_capacity", "forget_attestations"):
        ask(name, both=both)
    for name in ("remake_capacity", "remake_attestations"):
        ask(name)
    _absorb(step)


def _absorb(step: Step) -> None:
    if step.kind == "merge":
        ask("absorb", subject=step.from_subject, into=step.into_subject if step.forth else None)
    elif step.fresh:
        ask("absorb", subject=step.into_subject, into=None if step.forth else step.from_subject)
