"""How batches stand, and their results: of the organisation that is spoken for, since the database shows no others."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from chengxin.sharing.batches.errors import BatchOver, BatchUnknown, PartFailed, PartWaiting

BATCHES = """SELECT b.id, b.number, b.duty, b.persons, b.asked_at, b.expires_at,
        b.erased_at IS NOT NULL OR b.expires_at <= transaction_timestamp(), count(p.id), count(p.settled_at),
        coalesce(sum(p.answered), 0), coalesce(sum(p.empty), 0), coalesce(sum(p.refused), 0), coalesce(sum(p.failed), 0)
    FROM sharing_batch b JOIN sharing_batch_part p ON p.batch_id = b.id
    WHERE b.number = %s AND b.organisation_id = (SELECT s.organisation FROM identity_speaker() s) GROUP BY b.id"""
PARTS = """SELECT p.place, p.persons, p.settled_at,
        coalesce(p.answered, 0), coalesce(p.empty, 0), coalesce(p.refused, 0), coalesce(p.failed, 0)
    FROM sharing_batch_part p WHERE p.batch_id = %s AND p.place > %s ORDER BY p.place LIMIT %s"""
RESULT = """SELECT p.settled_at, r.jwe FROM sharing_batch_part p LEFT JOIN sharing_batch_result r ON r.part_id = p.id
    WHERE p.batch_id = %s AND p.place = %s"""


@dataclass(frozen=True, slots=True)
class BatchState:
    """How a batch stands: ``persons`` in ``parts``, ``settled`` of which are; and how many persons ended how."""

    id: int
    number: str
    duty: str
    persons: int
    asked_at: datetime
    expires_at: datetime
    over: bool
    parts: int
    settled: int
    answered: int
    empty: int
    refused: int
    failed: int

    @property
    def state(self) -> str:
        if self.over:
            return "over"
        if self.settled == self.parts:
            return "done"
        return "under_way" if self.settled else "waiting"


@dataclass(frozen=True, slots=True)
class PartState:
    place: int
    persons: int
    settled_at: datetime | None
    answered: int
    empty: int
    refused: int
    failed: int

    @property
    def state(self) -> str:
        if self.settled_at is None:
            return "waiting"
        return "failed" if self.failed else "done"


def find_batch(number: str) -> BatchState:
    """Give a batch of whoever speaks. Raises BatchUnknown, also for another organisation's."""
    with connection.cursor() as cursor:
        cursor.execute(BATCHES, [number])
        row = cursor.fetchone()
    if row is None:
        raise BatchUnknown
    return BatchState(*row)


def list_parts(number: str, *, after: int, limit: int) -> list[PartState]:
    """Give the parts of a batch after a place. Raises BatchUnknown."""
    batch = find_batch(number)
    with connection.cursor() as cursor:
        cursor.execute(PARTS, [batch.id, after, limit])
        return [PartState(*row) for row in cursor.fetchall()]


def read_result(number: str, place: int) -> str:
    """Give a part's encrypted answers. Raises BatchUnknown, BatchOver, PartWaiting, PartFailed."""
    batch = find_batch(number)
    if batch.over:
        raise BatchOver
    with connection.cursor() as cursor:
        cursor.execute(RESULT, [batch.id, place])
        row = cursor.fetchone()
    if row is None:
        raise BatchUnknown
    settled_at, result = row
    if settled_at is None:
        raise PartWaiting
    if result is None:
        raise PartFailed
    return str(result)
