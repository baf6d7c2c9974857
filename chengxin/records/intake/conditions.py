"""Checks that are data wholly, applied to a block. ``records_backtest`` asks the same of what is held; a test holds both together."""

import re
from datetime import date

import polars as pl

from chengxin.catalogue.queries import OpenItem
from chengxin.lib.terms import Term
from chengxin.records.checks import Check
from chengxin.records.checks.conditions import Condition, Operand
from chengxin.records.intake.fields import DAY, FEN, FEN_PER

SEPARATOR = "、"


def expression_of(check: Check, item: OpenItem, fines: Term) -> pl.Expr | None:
    """Give the test that finds a row, null for one that lacks what is compared; None where the item has no such field."""
    made = [_express(condition, item, fines) for condition in check.conditions]
    found = [one for one in made if one is not None]
    return pl.all_horizontal(found) if found and len(found) == len(made) else None


def code_of(operand: Operand, item: OpenItem) -> str | None:
    """Give the field that an operand names, None where the item has none."""
    if operand.part == "role":
        return item.definition.roles.get(operand.name)
    return operand.name if any(field.code == operand.name for field in item.definition.fields) else None


def values_of(condition: Condition, item: OpenItem) -> list[str]:
    """Give the values of the field's code list that map to what the condition names."""
    code = code_of(condition.of, item)
    maps_to = item.maps_to.get(item.definition.field(code).code_list, {}) if code else {}
    return sorted(value for value, maps in maps_to.items() if maps in condition.values)


def number_of(condition: Condition, fines: Term) -> int:
    """Give the number compared with: its own, or the legal one it names."""
    return fines[condition.term] if condition.term else condition.number or 0


def _express(condition: Condition, item: OpenItem, fines: Term) -> pl.Expr | None:
    comparison = condition.comparison
    if comparison in {"before", "after"}:
        return _compare_days(condition, item)
    code = code_of(condition.of, item)
    if code is None:
        return None
    column = pl.col(code)
    if comparison in {"empty", "filled"}:
        return column.is_null() if comparison == "empty" else column.is_not_null()
    if comparison in {"at-least", "less"}:
        money = item.definition.field(code).unit in FEN_PER
        amount, number = (
            pl.col(code + FEN) if money else column.cast(pl.Float64, strict=False),
            number_of(condition, fines),
        )
        return amount >= number if comparison == "at-least" else amount < number
    if comparison == "begins-with-none":
        return ~pl.any_horizontal(column.str.starts_with(start) for start in condition.values)
    # One pass over the text: splitting every row into a list would cost ten times as much.
    values = "|".join(re.escape(value) for value in values_of(condition, item))
    met = (
        column.str.contains(f"(^|{SEPARATOR})({values})({SEPARATOR}|$)")
        if values
        else column.is_null() & column.is_not_null()
    )
    return met if comparison == "maps-to-any" else ~met


def _compare_days(condition: Condition, item: OpenItem) -> pl.Expr | None:
    one = _day(condition.of, item)
    other = _day(condition.than, item) if condition.than else pl.lit(date.fromisoformat(condition.on))
    if one is None or other is None:
        return None
    return one < other if condition.comparison == "before" else one > other


def _day(operand: Operand, item: OpenItem) -> pl.Expr | None:
    if operand.part == "day":
        return pl.col(operand.name)
    code = code_of(operand, item)
    return pl.col(code + DAY) if code else None
