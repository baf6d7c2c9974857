"""Conditions of a check that is data wholly: what of a row is looked at, and how. Pure; applied to columns and, for what is held, in SQL.

Numbers, days, codes and whether something is written can be asked for, never what a text says: a draft tried against the ledger must not
find one document.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PARTS = {"role", "field", "day"}
DAYS = ("decided", "ended", "final", "shown_from", "shown_until", "repair_from", "erase_on")
# What each comparison needs beside what is looked at.
COMPARISONS = {
    "at-least": {"number", "term"},
    "less": {"number", "term"},
    "before": {"than", "on"},
    "after": {"than", "on"},
    "empty": set(),
    "filled": set(),
    "maps-to-none": {"values"},
    "maps-to-any": {"values"},
    "begins-with-none": {"values"},
}
LONGEST_START = 2
"""Signs of a code that may be asked for: enough to tell the kind of a body, too few to tell one from another."""


@dataclass(frozen=True, slots=True)
class Operand:
    """``part`` role, field or day; ``name`` which one."""

    part: str
    name: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; a row is found where all of a check's hold. An absent value fulfils none but ``empty``."""

    of: Operand
    comparison: str
    number: int | None = None
    term: str = ""
    than: Operand | None = None
    on: str = ""
    values: tuple[str, ...] = ()


def read_conditions(entries: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Read the conditions of a check. Raises ValueError or KeyError naming what is wrong."""
    return tuple(_read(entry) for entry in entries)


def _read(entry: Mapping[str, Any]) -> Condition:
    comparison = entry["is"]
    given = set(entry) - {"of", "is"}
    needed = COMPARISONS.get(comparison)
    if needed is None or not given <= needed or (needed and len(given) != 1):
        raise ValueError(f"is = {comparison}: {sorted(given)}")
    values = tuple(entry.get("values", ()))
    if comparison.startswith("begins") and any(len(value) > LONGEST_START for value in values):
        raise ValueError(f"is = {comparison}: 最多比较前 {LONGEST_START} 位 / at most {LONGEST_START} signs")
    return Condition(
        _operand(entry["of"]),
        comparison,
        entry.get("number"),
        entry.get("term", ""),
        _operand(entry["than"]) if "than" in entry else None,
        str(entry.get("on", "")),
        values,
    )


def _operand(text: str) -> Operand:
    part, _, name = text.partition(":")
    if part not in PARTS or not name or (part == "day" and name not in DAYS):
        raise ValueError(f"of = {text}")
    return Operand(part, name)
