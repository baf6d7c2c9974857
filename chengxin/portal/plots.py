"""Figures as pages show them: a table, which a script may draw (templates/portal/parts/plot.html)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Row:
    """What is counted, and a figure for each column; None where a small number is withheld."""

    label: str
    values: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class Plot:
    """A table of figures. ``head`` names the labels' column first, then each of the figures'."""

    caption: str
    kind: Literal["bar", "line"]
    head: Sequence[str]
    rows: Sequence[Row]
    note: str = ""
