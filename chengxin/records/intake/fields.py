"""The checks that the catalogue's field table makes: required, length, dates, numbers, code lists, organisation codes.

Values that repeat (dates, kinds, organs) are judged once each by the plain functions below and the verdict is spread over the
column, so that a million rows cost a few thousand judgements and there is no second implementation to keep equal.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import polars as pl

from chengxin.catalogue.queries import OpenItem
from chengxin.catalogue.terms import FieldDefinition
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.regions import standard_areas
from chengxin.records.intake.reading import ROW
from chengxin.records.intake.signs import HIDDEN, NOT_LOOKED_AT, Clean, met_in

DAY, FEN = "#day", "#fen"
FINDINGS = {ROW: pl.Int32, "rule": pl.String, "field": pl.String}
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))"
                  r"(?:[ T]00:00(?::00)?(?:\.0+)?)?", re.ASCII)  # fmt: skip
NUMBER = re.compile(r"\d{1,12}(\.\d{1,12})?", re.ASCII)
SEPARATORS = re.compile(r"[、；;,，]")
LONG_TERM = date(2099, 12, 31)
FEN_PER = {"万元": 1_000_000, "元": 100}
YEARS = range(1900, 2101)


@lru_cache(maxsize=1 << 16)
def read_day(text: str) -> date | None:
    """Read a day in any of the forms departments write: 20260305, 2026-3-5, 2026/3/5, 2026.3.5, 2026年3月5日; 长期 is 2099-12-31."""
    if text in {"长期", "长期有效", "永久"}:
        return LONG_TERM
    match = DATE.fullmatch(text)
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    if year not in YEARS:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_number(text: str, scale: int) -> str | None:
    """Read a number that isn't negative; give its shortest form, or None when it has more places than the field."""
    if NUMBER.fullmatch(text) is None:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    whole, _, places = format(number, "f").partition(".")
    places = places.rstrip("0")
    if len(places) > scale:
        return None
    return f"{int(whole)}.{places}" if places else str(int(whole))


def read_code(text: str, values: dict[str, str], *, multi: bool) -> str | None:
    """Bring a value or label of a code list to its value; several ones to their values, joined by 、."""
    if text in values:
        return values[text]
    if not multi:
        return None
    parts = [values.get(part.strip()) for part in SEPARATORS.split(text) if part.strip()]
    return "、".join(dict.fromkeys(part for part in parts if part)) if parts and None not in parts else None


def read_organisation_code(text: str) -> str | None:
    verdict = examine(CodeType.ORGANISATION, text, on=date.max, areas=standard_areas(test_area=True))
    return verdict.canonical


def distinct(values: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Give the texts that a column says, and for each row the place of its text among them (null for null).

    As categories of the column's own: one look at each text, where telling the texts apart and finding each again were two.
    """
    codes = values.cast(pl.Categorical(pl.Categories.random())).to_physical()
    first = codes.arg_unique()
    order = codes.gather(first).arg_sort(nulls_last=True)
    return values.gather(first).gather(order).drop_nulls(), codes


def by_distinct(values: pl.Series, judge: Callable[[Any], Any], dtype: Any) -> pl.Series:
    """Judge each distinct value once. Null stays null; a value judged None becomes null."""
    if values.null_count() == len(values):
        return pl.Series(values.name, [None] * len(values), dtype=dtype)
    if values.dtype == pl.String:
        said, places = distinct(values)
        return pl.Series(values.name, [judge(value) for value in said.to_list()], dtype=dtype).gather(places)
    told = values.drop_nulls().unique()
    verdicts = pl.Series([judge(value) for value in told.to_list()], dtype=dtype)
    return values.replace_strict(told, verdicts, default=None, return_dtype=dtype)


class Judged:
    """What a rule says of a day or a number, asked once of each for all blocks of a file; never of a null.

    Past ``most`` of them it is forgotten, which bounds the memory.
    """

    def __init__(self, judge: Callable[[Any], date], most: int = 1 << 17) -> None:
        self._judge = judge
        self._most = most
        self._known: tuple[pl.Series, pl.Series] | None = None

    def of(self, values: pl.Series) -> pl.Series:
        told = values.drop_nulls().unique()
        if self._known is not None and len(self._known[0]) <= self._most:
            told = told.filter(~told.is_in(self._known[0].implode()))
        else:
            self._known = (told.clear(), pl.Series(dtype=pl.Date))
        if len(told):
            verdicts = pl.Series([self._judge(value) for value in told.to_list()], dtype=pl.Date)
            self._known = (pl.concat([self._known[0], told]), pl.concat([self._known[1], verdicts]))
        return values.replace_strict(*self._known, default=None, return_dtype=pl.Date)


class FieldChecker:
    """Checks blocks of one item on one day."""

    def __init__(self, item: OpenItem, on: date) -> None:
        self.item = item
        self.on = on
        self.fields = item.definition.fields
        roles = item.definition.roles
        # What may not lie ahead: the document and the act. Finality may, and the row is held until then.
        self.past = {roles[role] for role in ("decided", "ended") if role in roles}

    def check(self, frame: pl.DataFrame, clean: Clean = NOT_LOOKED_AT) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Give the block with canonical values (dates also as ``…#day``, money as ``…#fen``) and the findings."""
        missing = [field.code for field in self.fields if field.code not in frame.columns]
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(code) for code in missing)
        faults: list[tuple[str, str, pl.Series]] = []
        columns: list[pl.Series] = []
        for field in self.fields:
            texts = frame[field.code]
            if field.required and texts.null_count():
                faults.append(("required", field.code, texts.is_null()))
            if (
                field.code not in clean
                and (hidden := met_in(texts, lambda part: part.str.contains(HIDDEN))) is not None
            ):
                faults.append(("hidden-signs", field.code, hidden))
            made, fault = self._read(field, texts)
            columns += made
            faults += fault
        frame = frame.with_columns(columns)
        faults += self._conditional(frame)
        return frame, collect(frame[ROW], faults)

    def _read(
        self, field: FieldDefinition, texts: pl.Series
    ) -> tuple[list[pl.Series], list[tuple[str, str, pl.Series]]]:
        if texts.null_count() == len(texts) or field.type in {"text", "person_code"}:
            return self._empty(field, texts), self._length(field, texts)
        readers = {
            "date": self._date,
            "decimal": self._number,
            "integer": self._number,
            "code": self._code,
            "uscc": self._uscc,
        }
        made: tuple[list[pl.Series], list[tuple[str, str, pl.Series]]] = readers[field.type](field, texts)
        return made

    def _empty(self, field: FieldDefinition, texts: pl.Series) -> list[pl.Series]:
        """Give the columns that an empty field must have all the same: a record may not depend on the block it came in."""
        nothing = [None] * len(texts)
        if field.type == "date":
            return [pl.Series(field.code + DAY, nothing, dtype=pl.Date)]
        return [pl.Series(field.code + FEN, nothing, dtype=pl.Int64)] if field.unit in FEN_PER else []

    def _length(self, field: FieldDefinition, texts: pl.Series) -> list[tuple[str, str, pl.Series]]:
        if field.length is None or field.type != "text":
            return []
        return [("too-long", field.code, texts.str.len_chars() > field.length)]

    def _date(self, field: FieldDefinition, texts: pl.Series) -> Any:
        said, places = distinct(texts)
        read = pl.Series([read_day(text) for text in said.to_list()], dtype=pl.Date)
        days = read.gather(places)
        faults = [("bad-date", field.code, texts.is_not_null() & days.is_null())]
        if field.code in self.past:
            faults.append(("future-date", field.code, days > self.on))
        written = read.dt.to_string("%Y-%m-%d").gather(places)
        return [written.alias(field.code), days.alias(field.code + DAY)], faults

    def _number(self, field: FieldDefinition, texts: pl.Series) -> Any:
        said, places = distinct(texts)
        read = [read_number(text, field.scale) for text in said.to_list()]
        numbers = pl.Series(read, dtype=pl.String).gather(places)
        made = [numbers.alias(field.code)]
        if unit := FEN_PER.get(field.unit):
            fen = pl.Series(
                [None if number is None else int(Decimal(number) * unit) for number in read], dtype=pl.Int64
            )
            made.append(fen.gather(places).alias(field.code + FEN))
        return made, [("bad-number", field.code, texts.is_not_null() & numbers.is_null())]

    def _code(self, field: FieldDefinition, texts: pl.Series) -> Any:
        values = self.item.values[field.code_list]
        codes = by_distinct(texts, lambda text: read_code(text, values, multi=field.multi), pl.String)
        rule = "code-type-unknown" if field.code == self.item.definition.roles.get("code_type") else "not-in-list"
        faults = [(rule, field.code, texts.is_not_null() & codes.is_null())]
        if field.must_be:
            fitting = [value for value, maps in self.item.maps_to[field.code_list].items() if maps == field.must_be]
            faults.append(("value-not-admitted", field.code, codes.is_not_null() & ~codes.is_in(fitting)))
        if field.must_not_be:
            barred = [value for value, maps in self.item.maps_to[field.code_list].items() if maps == field.must_not_be]
            faults.append(("value-not-admitted", field.code, codes.is_not_null() & codes.is_in(barred)))
        return [codes.alias(field.code)], faults

    def _uscc(self, field: FieldDefinition, texts: pl.Series) -> Any:
        codes = by_distinct(texts, read_organisation_code, pl.String)
        return [codes.alias(field.code)], [("bad-organisation-code", field.code, texts.is_not_null() & codes.is_null())]

    def _conditional(self, frame: pl.DataFrame) -> list[tuple[str, str, pl.Series]]:
        faults = []
        for field in self.fields:
            if field.required_when is None:
                continue
            other, wanted = field.required_when
            maps_to = self.item.maps_to[self.item.definition.field(other).code_list]
            asking = frame[other].is_in([value for value, maps in maps_to.items() if maps == wanted])
            faults.append(("breach-needs-document", field.code, asking & frame[field.code].is_null()))
        return faults


def collect(rows: pl.Series, faults: list[tuple[str, str, pl.Series]]) -> pl.DataFrame:
    """Make findings of the masks in which something is set."""
    parts = [
        pl.DataFrame({ROW: rows.filter(mask)}).with_columns(rule=pl.lit(rule), field=pl.lit(field))
        for rule, field, mask in faults
        if mask.any()
    ]
    return pl.concat([pl.DataFrame(schema=FINDINGS), *parts])
