"""Registers: lists of rows as the database shows them to whoever speaks, read page by page; and how many of them wait.

A register is a named statement that gives ``id``, by which it is read on, ``since``, ``due`` and its own columns. What a page lists and
what the desk counts are one statement, so they can't differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeAlias

from django.db import connection

from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).resolve().parent / "sql" / "registers.sql")
TRANSFERS, DELEGATIONS, VISITS = SQL["transfers"], SQL["delegations"], SQL["visits"]
COUNTED, PAGE = 100, 25
"""So many rows are counted at most, and shown on a page."""

Row: TypeAlias = dict[str, Any]
Told: TypeAlias = Mapping[str, Any]
Actor: TypeAlias = User
"""Whoever a register is read for."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a register's columns, as ``r``. ``values`` are what it is given, by names of its own."""

    sql: str
    values: Told = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sought:
    """Rows of a register on these conditions, read from the oldest on where ``oldest_first``; ``dated``: counted with their days."""

    statement: str
    conditions: Sequence[Condition] = ()
    oldest_first: bool = False
    dated: bool = True

    @property
    def where(self) -> str:
        return " AND ".join(f"({one.sql})" for one in self.conditions) or "true"


@dataclass(frozen=True, slots=True)
class Waits:
    """How many rows wait, at most ``COUNTED``, since when the oldest does, and the first day by which one is due."""

    count: int
    oldest: datetime | None
    due: date | None

    @property
    def more(self) -> bool:
        return self.count >= COUNTED


def about(actor: User, on: date) -> dict[str, Any]:
    """Give what every register is told: who asks, for whom, and on which day."""
    return {"me": actor.pk, "organisation": actor.organisation.pk, "kind": actor.organisation.kind, "today": on}


def page_of(sought: Sought, told: Told, *, actor: User, place: int | None = None, limit: int = PAGE) -> list[Row]:
    """Give a page of a register: the rows past the one with this id. One statement beside those that speak."""
    past, order = (">", "ASC") if sought.oldest_first else ("<", "DESC")
    beyond = f"AND r.id {past} %(place)s" if place is not None else ""
    query = f"SELECT * FROM ({sought.statement}) r WHERE {sought.where} {beyond} ORDER BY r.id {order} LIMIT %(limit)s"  # noqa: S608  # statements and conditions of our own
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(query, {**told, **_values([sought]), "place": place, "limit": limit})
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def rows_of(sought: Sought, told: Told, *, actor: User, most: int, block: int = 2_000) -> Iterator[list[Row]]:
    """Give a register's rows in blocks, each in a transaction of its own, so that none is held open while a reader is slow."""
    place: int | None = None
    while most > 0:
        rows = page_of(sought, told, actor=actor, place=place, limit=min(block, most))
        if rows:
            yield rows
        if len(rows) < block:
            return
        place, most = rows[-1]["id"], most - len(rows)


def count_of(many: Sequence[Sought], told: Told, *, actor: User) -> list[Waits]:
    """Count what waits in several registers, in their order. One statement beside those that speak."""
    if not many:
        return []
    parts = [
        f"""SELECT {place} AS place, count(*), min(w.since), min(w.due) FROM (
                SELECT r.since, {"r.due" if one.dated else "NULL::date"} AS due FROM ({one.statement}) r
                WHERE {one.where} ORDER BY r.id LIMIT {COUNTED}) w"""  # noqa: S608  # as above
        for place, one in enumerate(many)
    ]
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts) + " ORDER BY place", {**told, **_values(many)})
        return [Waits(*row[1:]) for row in cursor.fetchall()]


def _values(many: Sequence[Sought]) -> dict[str, Any]:
    return {name: value for one in many for condition in one.conditions for name, value in condition.values.items()}
