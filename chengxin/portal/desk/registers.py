"""What a register is on the desk: its columns, its filters, the statement in its folder, and which acts open it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.permissions import permissions
from chengxin.identity.registers import Condition, Row, Sought
from chengxin.portal.fields import text_input
from chengxin.portal.words import LOGGED, TABLES
from chengxin.records.checks import message_of

SELECT = {"class": "form-select"}
FORMULA = re.compile(r"^[\s]*[=+\-@]|^[\t\r\n]")
"""How a text begins that a spreadsheet would take for a formula."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the statement's name for it, its label, how it is shown, and the table of its words."""

    code: str
    label: str
    shown: str = "text"
    table: str = ""

    @property
    def tight(self) -> bool:
        """Tell whether its cells are short and stand on one line."""
        return self.shown in {"number", "moment", "day", "month", "figure", "short"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter by one of a few words; each has the condition that it stands for."""

    code: str
    label: str
    options: Mapping[str, tuple[str, str]]

    def make(self, items: Mapping[str, str]) -> forms.Field:  # noqa: ARG002  # one shape for all filters
        choices = [("", "全部"), *((value, label) for value, (label, _) in self.options.items())]
        return forms.ChoiceField(
            label=self.label, choices=choices, required=False, widget=forms.Select(attrs=SELECT),
            error_messages={"invalid_choice": f"{self.label}里没有这一项，请重新选择。"},
        )  # fmt: skip

    def condition(self, value: str) -> Condition:
        return Condition(self.options[value][1])


@dataclass(frozen=True, slots=True)
class ItemIs:
    """A filter by an item of the catalogue in force."""

    code: str = "item"
    label: str = "信息项"

    def make(self, items: Mapping[str, str]) -> forms.Field:
        choices = [("", "全部"), *((code, f"{name}（{code}）") for code, name in items.items())]
        return forms.ChoiceField(
            label=self.label, choices=choices, required=False, widget=forms.Select(attrs=SELECT),
            error_messages={"invalid_choice": "目录里没有这个信息项，请重新选择。"},
        )  # fmt: skip

    def condition(self, value: str) -> Condition:
        return Condition("r.item = %(f_item)s", {"f_item": value})


@dataclass(frozen=True, slots=True)
class DayFrom:
    """A filter by the day since which a row stands: from that day on, or with ``last`` up to it."""

    code: str
    label: str
    last: bool = False

    def make(self, items: Mapping[str, str]) -> forms.Field:  # noqa: ARG002  # one shape for all filters
        return forms.DateField(
            label=self.label, required=False, input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "form-control", "type": "date"}),
            error_messages={"invalid": "日期无法识别，请写成 2026-03-05。"},
        )  # fmt: skip

    def condition(self, value: date) -> Condition:
        midnight = timezone.make_aware(datetime.combine(value + timedelta(days=self.last), datetime.min.time()))
        return Condition(f"r.since {'<' if self.last else '>='} %(f_{self.code})s", {f"f_{self.code}": midnight})


@dataclass(frozen=True, slots=True)
class BatchIs:
    """A filter by a batch, without which there is nothing to list."""

    code: str = "batch"
    label: str = "批次"

    def make(self, items: Mapping[str, str]) -> forms.Field:  # noqa: ARG002  # one shape for all filters
        return forms.UUIDField(
            label="批次编号",
            help_text="批次编号在回执的地址里；打开一批的回执，从那里进来最方便。",
            widget=text_input(spellcheck="false"),
            error_messages={
                "required": "请先选一个批次：打开那一批的回执，从那里进来。",
                "invalid": "批次编号无法识别。",
            },
        )

    def condition(self, value: UUID) -> Condition:
        return Condition("r.token = %(f_batch)s", {"f_batch": value})


Filter = Choice | ItemIs | DayFrom | BatchIs
ITEM, FROM, UNTIL, BATCH = (
    ItemIs(),
    DayFrom("from", "自（含当日）"),
    DayFrom("until", "至（含当日）", last=True),
    BatchIs(),
)


def words_of(code: str, label: str, table: str, column: str = "") -> Choice:
    """Give a filter of the words of a table, by a column of that name."""
    name = column or code
    return Choice(code, label, {value: (word, f"r.{name} = '{value}'") for value, word in TABLES[table].items()})


@dataclass(frozen=True, slots=True)
class Register:
    """A register: ``acts`` open it, each for organisations of some kinds or any, as in the navigation.

    ``leads`` gives the address of the page on which a row is seen or worked on. ``finish`` makes of a row of the statement what may be
    shown.
    """

    code: str
    label: str
    english: str
    acts: Mapping[str, tuple[str, ...]]
    statement: str
    columns: Sequence[Column]
    filters: Sequence[Filter]
    leads: Callable[[Row], str]
    oldest_first: bool = False
    finish: Callable[[Row], Row] = field(default=lambda row: row)

    def open_to(self, acts: frozenset[str], kind: str) -> bool:
        return any(act in acts and (not kinds or kind in kinds) for act, kinds in self.acts.items())

    def sought(self, conditions: Sequence[Condition] = ()) -> Sought:
        return Sought(self.statement, conditions, self.oldest_first)

    def chosen(self, **values: str) -> Sought:
        """Give the rows that the words of some filters choose, by the filters' names."""
        by_code = {one.code: one for one in self.filters}
        return self.sought([by_code[code].condition(value) for code, value in values.items()])  # type: ignore[arg-type]

    def proves(self) -> bool:
        """Tell whether whoever opens it proves once more who they are, as on the page of its rows."""
        return any(permissions().acts[act].prove for act in self.acts)


def to(page: str, column: str = "") -> Callable[[Row], str]:
    """Give where a row leads: a page named by the row's column, or one for all."""
    return lambda row: reverse(page, args=[row[column]] if column else [])


class FilterForm(forms.Form):
    """The filters of a register, as its address has them; what it doesn't know is left out."""

    def __init__(self, data: Any, register: Register, items: Mapping[str, str]) -> None:
        super().__init__(data)
        self.register = register
        for one in register.filters:
            self.fields[one.code] = one.make(items)

    def sought(self) -> Sought:
        told = self.cleaned_data
        return self.register.sought([one.condition(told[one.code]) for one in self.register.filters if told[one.code]])

    def query(self) -> str:
        """Give the filters as an address: only what is a word of ours, an item, a day or a batch, so never a personal value."""
        told = self.cleaned_data
        return "&".join(f"{one.code}={told[one.code]}" for one in self.register.filters if told[one.code])


def text_of(column: Column, row: Row, items: Mapping[str, str]) -> str:
    """Write a cell as a page shows it."""
    value = row[column.code]
    if value in (None, ""):
        return ""
    if column.shown == "check":
        return message_of(value, row["rule_version"]) or str(value)
    return SHOWN[column.shown](value, column, items)


SHOWN: Mapping[str, Callable[[Any, Column, Mapping[str, str]], str]] = {
    "text": lambda value, column, items: str(value),  # noqa: ARG005
    "figure": lambda value, column, items: f"{value:,}",  # noqa: ARG005
    "day": lambda value, column, items: f"{value:%Y-%m-%d}",  # noqa: ARG005
    "month": lambda value, column, items: f"{value:%Y年%m月}",  # noqa: ARG005
    "moment": lambda value, column, items: f"{timezone.localtime(value):%Y-%m-%d %H:%M}",  # noqa: ARG005
    "word": lambda value, column, items: TABLES[column.table].get(str(value), str(value)),  # noqa: ARG005
    "item": lambda value, column, items: f"{items.get(value, '')} {value}".strip(),  # noqa: ARG005
    "number": lambda value, column, items: f"第 {value} 号",  # noqa: ARG005
    "act": lambda value, column, items: _act(value),  # noqa: ARG005
    "short": lambda value, column, items: str(value).replace("-", "")[:8],  # noqa: ARG005
}
"""How a value is written, by what its column says."""


def _act(code: str) -> str:
    act = permissions().acts.get(code)
    return act.name if act else LOGGED.get(code, code)


def harmless(text: str) -> str:
    """Give a cell of a file that no spreadsheet takes for a formula."""
    return f"'{text}" if FORMULA.match(text) else text
