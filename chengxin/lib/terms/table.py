"""The dated table of a legal number: loading, looking up, naming the edition."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from chengxin.lib.errors import Unusable
from chengxin.lib.periods import Period, PeriodUnit
from chengxin.lib.sources import Source
from chengxin.lib.terms.reading import Entry, read_toml

Choice = TypeVar("Choice", bound=StrEnum)

_TABLE_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NUMBER_NAME = re.compile(r"[a-z][a-z0-9_]*")
_EXAMPLE_SOURCE = ("山东省社会信用条例", "第三十九条第二款")


class TermsUnusable(Unusable):
    """The file with a legal number is not in order."""

    code = "terms-unusable"
    message, message_en = "法定数字文件无法使用。", "The file with a legal number cannot be used."


class TermGap(Unusable):
    """No term of the table is in force on that day."""

    code = "term-gap"
    message, message_en = "该日期没有有效的法定数字。", "No legal number is in force on that day."


class NumberMissing(Unusable):
    """The table has no number of that name."""

    code = "number-missing"
    message, message_en = "法定数字文件中没有这个数字。", "The file with a legal number lacks this number."


class UnitMismatch(Unusable):
    """The number is counted in another unit than its reader needs."""

    code = "unit-mismatch"
    message, message_en = "法定数字的单位不符。", "The legal number has another unit."


class Unit(StrEnum):
    """What a number counts."""

    WORKING_DAY = "working_day"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    FEN = "fen"
    COUNT = "count"


class Evidence(StrEnum):
    """How well the number is known (the labels F, F~, M and D of the project's reference on standards)."""

    FULL_TEXT = "full-text"
    SECONDARY = "secondary"
    MEMORY = "memory"
    DESIGN = "design"


_PERIOD_UNITS = {Unit.DAY: PeriodUnit.DAY, Unit.MONTH: PeriodUnit.MONTH, Unit.YEAR: PeriodUnit.YEAR}


@dataclass(frozen=True, slots=True)
class Term:
    """The numbers in force on ``[valid_from, valid_until)``; read one with ``term["max"]``."""

    name: str
    unit: Unit
    valid_from: date
    valid_until: date | None
    numbers: Mapping[str, int] = field(hash=False)
    source: Source
    evidence: Evidence
    provisional: bool

    def __getitem__(self, number: str) -> int:
        """Return the number of that name. Raises NumberMissing."""
        try:
            return self.numbers[number]
        except KeyError:
            known = ", ".join(sorted(self.numbers))
            raise NumberMissing(
                f"{self.name}（自 {self.valid_from} 起）没有 {number}，只有 {known}。请在文件中补上。",
                f"{self.name} (from {self.valid_from}) has no {number}, only {known}. Add it to the file.",
            ) from None

    def period(self, number: str) -> Period:
        """Return the number as a period of days, months or years. Raises NumberMissing, UnitMismatch."""
        unit = _PERIOD_UNITS.get(self.unit)
        if unit is None:
            raise UnitMismatch(
                f"{self.name} 的单位是 {self.unit}，不能作为日历期间。",
                f"{self.name} is counted in {self.unit}, which is no period of the calendar.",
            )
        return Period(self[number], unit)

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    @property
    def edition(self) -> str:
        """Digest of what the term says; a stored date keeps it to name the number that made it.

        The end of validity is left out: a successor does not change what was computed under this term.
        """
        content = [
            *(self.name, self.unit, self.valid_from.isoformat(), sorted(self.numbers.items())),
            *(self.source.law, self.source.article, self.evidence, self.provisional),
        ]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class TermTable:
    """All terms of one file, oldest first, without overlaps."""

    name: str
    unit: Unit
    terms: tuple[Term, ...]
    file: str

    def at(self, on: date) -> Term:
        """Return the term in force on that day. Raises TermGap."""
        term = self.find(on)
        if term is None:
            raise TermGap(
                f"文件 {self.file}（{self.name}）没有在 {on} 有效的 [[term]]。"
                "请补一个 from 不晚于该日的 [[term]]，并写明出处。",
                f"File {self.file} ({self.name}) has no [[term]] in force on {on}. "
                "Add a [[term]] whose from is not after that day, with its source.",
            )
        return term

    def find(self, on: date) -> Term | None:
        return next((term for term in self.terms if term.in_force(on)), None)


def provisional_terms(tables: Iterable[TermTable], on: date) -> tuple[Term, ...]:
    """Return the provisional terms in force on that day, by name: part of the start-up report."""
    in_force = (table.find(on) for table in tables)
    return tuple(sorted((term for term in in_force if term and term.provisional), key=lambda term: term.name))


def load_terms(path: Path, *, unit: Unit | None = None, numbers: Collection[str] = ()) -> TermTable:
    """Read a file of terms, strictly. The form is shown at the top of this package.

    ``unit`` and ``numbers`` are what the reader's code relies on: a file that counts in something else, or names
    other numbers, is refused at start-up and not at the first use. Raises TermsUnusable.
    """
    sheet = read_toml(path, TermsUnusable)
    name = sheet.text("name", "display-grade")
    if not _TABLE_NAME.fullmatch(name):
        raise sheet.place.refusal(
            f"name = {name!r} 只能用小写字母、数字和连字符。", f"name = {name!r} may hold a-z, 0-9 and hyphens only."
        )
    table_unit = _choice(sheet, "unit", Unit)
    if unit is not None and table_unit is not unit:
        raise sheet.place.refusal(f"unit 应为 {unit}，现为 {table_unit}。", f"unit must be {unit}, it is {table_unit}.")
    entries = sheet.entries("term")
    sheet.finish()
    terms = [_term(entry, name, table_unit) for entry in entries]
    _check_numbers(entries, terms, frozenset(numbers))
    _check_order(entries, terms)
    return TermTable(name, table_unit, _closed(terms), sheet.place.file)


def _choice(entry: Entry, key: str, choices: type[Choice]) -> Choice:
    allowed = [choice.value for choice in choices]
    text = entry.text(key, allowed[0])
    if text not in allowed:
        listed = " | ".join(allowed)
        raise entry.place.refusal(f"{key} = {text!r} 应为 {listed}。", f"{key} = {text!r} must be one of {listed}.")
    return choices(text)


def _term(entry: Entry, name: str, unit: Unit) -> Term:
    start = entry.required("from", date, "2026-04-01")
    end = entry.optional("until", date, "2027-01-01")
    if end is not None and end <= start:
        raise entry.place.refusal(
            f"until = {end} 应晚于 from = {start}（until 当日已不再有效）。",
            f"until = {end} must be after from = {start} (it is the first day out of force).",
        )
    law, article = entry.source(_EXAMPLE_SOURCE)
    evidence = _choice(entry, "evidence", Evidence)
    provisional = entry.optional("provisional", bool, "true") or False
    if evidence is not Evidence.FULL_TEXT and not provisional:
        raise entry.place.refusal(
            f"evidence = {evidence}：未读到原文的数字须写 provisional = true。",
            f"evidence = {evidence}: a number whose text was not read needs provisional = true.",
        )
    source = Source(law, article, valid_from=start, valid_until=end, provisional=provisional)
    return Term(name, unit, start, end, _numbers(entry), source, evidence, provisional)


def _numbers(entry: Entry) -> Mapping[str, int]:
    numbers: dict[str, int] = {}
    for key, value in entry.rest().items():
        if not _NUMBER_NAME.fullmatch(key) or type(value) is not int or value < 0:
            raise entry.place.refusal(
                f"键 {key} 不认识，或者不是不小于零的整数。",
                f"key {key} is unknown, or is not a whole number of zero or more.",
            )
        numbers[key] = value
    if not numbers:
        raise entry.place.refusal("没有任何数字，例如 max = 12。", "holds no number, for example max = 12.")
    return MappingProxyType(numbers)


def _check_numbers(entries: list[Entry], terms: list[Term], needed: frozenset[str]) -> None:
    """Refuse entries that name other numbers than needed: a misspelt number must not pass for a new one."""
    wanted = needed or frozenset(terms[0].numbers)
    for entry, term in zip(entries, terms, strict=True):
        if term.numbers.keys() != wanted:
            listed, found = ", ".join(sorted(wanted)), ", ".join(sorted(term.numbers))
            raise entry.place.refusal(
                f"数字名称应为 {listed}，现为 {found}。", f"the numbers must be {listed}, they are {found}."
            )


def _check_order(entries: list[Entry], terms: list[Term]) -> None:
    for entry, (earlier, later) in zip(entries[1:], pairwise(terms), strict=True):
        if later.valid_from <= earlier.valid_from:
            raise entry.place.refusal(
                f"from = {later.valid_from} 应晚于上一个 [[term]] 的 {earlier.valid_from}，请按时间先后排列。",
                f"from = {later.valid_from} must be after the previous [[term]]'s {earlier.valid_from}; oldest first.",
            )
        if earlier.valid_until is not None and earlier.valid_until > later.valid_from:
            raise entry.place.refusal(
                f"from = {later.valid_from} 与上一个 [[term]]（until = {earlier.valid_until}）重叠，请改正其中一个。",
                f"from = {later.valid_from} overlaps the previous [[term]] (until = {earlier.valid_until}); mend one.",
            )


def _closed(terms: list[Term]) -> tuple[Term, ...]:
    """End each term that names no end on the day the next one begins."""
    closed = [_until(earlier, earlier.valid_until or later.valid_from) for earlier, later in pairwise(terms)]
    return (*closed, terms[-1])


def _until(term: Term, end: date) -> Term:
    return replace(term, valid_until=end, source=replace(term.source, valid_until=end))
