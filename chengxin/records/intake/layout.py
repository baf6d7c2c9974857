"""Finds out which column is which: by code, by Chinese label, by any of its other names."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as part
from functools import cache
from pathlib import Path

from chengxin.catalogue.files import SHIPPED
from chengxin.catalogue.terms import FieldDefinition, ItemDefinition
from chengxin.records.errors import FileUnusable, ForbiddenColumns
from chengxin.records.intake.reading import Heading

UNSEEN = frozenset({"Cf", "Cc"})
SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class ForbiddenKind:
    """A kind of data that may never be held: fragments of headings, phrases of free text."""

    code: str
    label: str
    label_en: str
    headers: tuple[str, ...]
    phrases: tuple[str, ...]


@cache
def forbidden_kinds(folder: Path = SHIPPED) -> tuple[ForbiddenKind, ...]:
    """Read the list once. Source: safeguard 2; each kind's own sources stand in the file."""
    entries = tomllib.loads((folder / "forbidden.toml").read_text(encoding="utf-8"))["forbidden"]
    return tuple(
        ForbiddenKind(
            entry["code"],
            entry["label"],
            entry["label_en"],
            tuple(name.lower() for name in entry["headers"]),
            tuple(entry["phrases"]),
        )
        for entry in entries
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a file stand: ``columns`` maps its headings to field codes, ``unknown`` lists those left aside.

    ``fixed`` are fields that an older layout has no column for, since every row of it says the same.
    """

    header_row: int
    columns: dict[str, str]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    fixed: dict[str, str] = part(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherNames:
    """What columns are called beside the catalogue's names, by spelling; and what holds for every row where one of these is used."""

    columns: Mapping[str, str] = part(default_factory=dict)
    fixed: Mapping[str, str] = part(default_factory=dict)


NO_OTHERS = OtherNames()


def spelling(heading: str) -> str:
    """Bring a heading to the form in which it is compared: half-width, lower case, without blanks, stars and signs that nobody sees."""
    text = unicodedata.normalize("NFKC", heading).strip().lower()
    seen = (sign for sign in text.replace("*", "") if unicodedata.category(sign) not in UNSEEN)
    return "".join("".join(seen).split())


def names_of(item: ItemDefinition) -> dict[str, str]:
    """Map every spelling a field goes by to its code; a label's bracketed tail may be left out, and the code may follow it in brackets."""
    names: dict[str, str] = {}
    for one in item.fields:
        both = f"{one.label}（{one.code}）"
        for name in (one.label.partition("（")[0], *one.aliases, one.label, one.code, both):
            names.setdefault(spelling(name), one.code)
    names.update({spelling(field.code): field.code for field in item.fields})
    return names


def find_layout(heading: Heading, item: ItemDefinition, others: OtherNames = NO_OTHERS) -> Layout:
    """Find the row that names the columns and what they mean.

    ``others`` are names that the catalogue doesn't know; none of them may name a forbidden kind.

    The row is the first in which at least half of the required fields are found: templates have a title above it. Raises
    FileUnusable naming the columns that are missing, ForbiddenColumns on a kind that may never be collected.
    """
    own = names_of(item)
    names = {**others.columns, **own}
    required = {field.code for field in item.fields if field.required}
    best: tuple[str, ...] = heading.rows[0] if heading.rows else ()
    for number, row in enumerate(heading.rows, 1):
        found = {names[spelling(cell)] for cell in row if spelling(cell) in names}
        if 2 * len(found & required) >= len(required):
            return _layout(number, row, item, names, others)
    present = {spelling(cell) for cell in best}
    listed, codes = _listed([field for field in item.fields if field.required and spelling(field.code) not in present])
    raise FileUnusable(
        f"前 {len(heading.rows)} 行里找不到标题行。应有这些列：{listed}。",
        f"No heading was found in the first {len(heading.rows)} rows. Columns needed: {codes}.",
    )


def _listed(fields: list[FieldDefinition]) -> tuple[str, str]:
    """List columns by label and code, for the English text by code alone: a label would stand there in Chinese."""
    return "、".join(f"{field.label}（{field.code}）" for field in fields), ", ".join(field.code for field in fields)


def _layout(number: int, row: Iterable[str], item: ItemDefinition, names: dict[str, str], others: OtherNames) -> Layout:
    columns: dict[str, str] = {}
    unknown: list[str] = []
    for cell in (cell.strip() for cell in row):
        code = names.get(spelling(cell))
        if code is None:
            unknown.extend([cell] if cell else [])
        elif code in columns.values():
            raise FileUnusable(f"{code} 有两列。", f"There are two columns for {code}.")
        else:
            columns[cell] = code
    own = names_of(item)
    refuse_forbidden([cell for cell in (*unknown, *columns) if spelling(cell) not in own])
    older = any(spelling(cell) not in own for cell in columns)
    fixed = {code: value for code, value in others.fixed.items() if older and code not in columns.values()}
    missing = tuple(
        field.code for field in item.fields if field.code not in columns.values() and field.code not in fixed
    )
    if lacking := [field for field in item.fields if field.required and field.code in missing]:
        listed, codes = _listed(lacking)
        raise FileUnusable(f"缺少必填列：{listed}。", f"Required columns are missing: {codes}.")
    return Layout(number, columns, tuple(unknown), missing, fixed)


def _stands_in(fragment: str, text: str, plain: str) -> bool:
    """Look for a fragment in a heading as it is, and with all signs taken out: they are no hiding place. One that ends in _ ends a word."""
    return fragment in text or (not fragment.endswith("_") and SIGNS.sub("", fragment) in plain)


def refuse_forbidden(headings: Iterable[str]) -> None:
    """Refuse a file one of whose unknown columns names a forbidden kind. Source: safeguard 2."""
    for heading in headings:
        text = spelling(heading)
        plain = SIGNS.sub("", text)
        for kind in forbidden_kinds():
            if any(_stands_in(fragment, text, plain) for fragment in kind.headers):
                raise ForbiddenColumns(
                    f"{kind.label}。请删去该列后重新上传。",
                    f"{kind.label_en}. Delete the column and hand the file in again.",
                )
