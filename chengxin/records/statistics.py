"""The register in numbers, as the public may see them: by month, class and city, never of a person. Read from public views alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.lib.sql import statements
from chengxin.records.errors import MonthUnknown

SQL = statements(Path(__file__).parent / "sql" / "statistics.sql")
MONTH = re.compile(r"\d{4}-\d{2}")
MONTHS, KINDS = 24, 3


@dataclass(frozen=True, slots=True)
class Received:
    """What came of the rows of a month; None where a small number is withheld. ``late``: new ones that came after their day."""

    month: str
    read: int | None
    new: int | None
    changed: int | None
    waiting: int | None
    refused: int | None
    undone: int | None
    late: int | None

    @property
    def in_time_percent(self) -> int | None:
        """Which part of the new ones came in time, in whole percents; None where a number behind it is withheld, or nothing came."""
        if not self.new or self.late is None:
            return None
        return 100 * (self.new - min(self.late, self.new)) // self.new


@dataclass(frozen=True, slots=True)
class Statistics:
    """A month that has ended, beside the others. ``shown`` is by class and region, "" for all; None where withheld.

    ``cases``: how many of a kind were carried out, by month and kind.
    """

    month: str
    months: tuple[str, ...]
    classes: Mapping[str, str]
    shown: Mapping[tuple[str, str], int | None]
    received: tuple[Received, ...]
    cases: Mapping[tuple[str, str], int | None]

    def shown_of(self, item_class: str = "", region: str = "") -> int | None:
        return self.shown.get((item_class, region), 0)

    @property
    def shown_classes(self) -> list[str]:
        return sorted({item_class for item_class, _ in self.shown if item_class})

    @property
    def shown_regions(self) -> list[str]:
        return sorted({region for _, region in self.shown if region})


def statistics(month: str = "") -> Statistics | None:
    """Give the figures of a month, the newest where none is named; None while no month has any. Five statements.

    Raises MonthUnknown where there are no figures of it.
    """
    months = tuple(one for (one,) in _ask("months"))
    if not months:
        return None
    chosen = month or months[0]
    if MONTH.fullmatch(chosen) is None or chosen not in months:
        raise MonthUnknown
    return Statistics(
        chosen,
        months,
        dict(_ask("classes")),
        {(item_class or "", region or ""): shown for item_class, region, shown in _ask("shown", month=chosen)},
        tuple(Received(*row) for row in reversed(_ask("received", most=MONTHS))),
        {(one, kind): done for one, kind, done in _ask("cases", most=MONTHS * KINDS)},
    )


def _ask(name: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
