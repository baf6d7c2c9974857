"""What the public may know of the catalogue: read from the public views alone, which hold what is in force today."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.catalogue.errors import ItemNotOpen
from chengxin.catalogue.terms import ItemDefinition, define_item
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent / "sql" / "published.sql")
CYCLE = 7  # where update_cycle stands among the fields of an item


@dataclass(frozen=True, slots=True)
class PublishedEdition:
    code: str
    level: str
    name: str
    valid_from: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class PublishedItem:
    """An item of the edition in force. ``update_cycle`` has ``value`` and ``unit``."""

    code: str
    name: str
    name_en: str
    nature: str
    behaviour: str
    disclosure: list[str]
    share_conditions: str
    update_cycle: dict[str, Any]
    display_rule: str
    retention_rule: str
    provider_kinds: list[str]
    provisional: bool
    level: str
    item_class: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items to list; whatever is empty lets everything through."""

    item_class: str = ""
    kind: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Basis:
    law: str
    number: str
    article: str
    gist: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class OpenPurpose:
    """A purpose that may see an item, by its names."""

    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class ExplainedItem:
    """An item with everything the public may know of it. ``lists`` gives each code list's values with their names, in order."""

    item: PublishedItem
    definition: ItemDefinition
    bases: tuple[Basis, ...]
    purposes: tuple[OpenPurpose, ...]
    lists: dict[str, list[tuple[str, str]]]


def _ask(name: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def published_editions() -> list[PublishedEdition]:
    """Give the editions in force today: of the national base and of the province's supplement, each where there is one."""
    return [PublishedEdition(*row) for row in _ask("editions")]


def published_items(wanted: Wanted = Wanted()) -> list[PublishedItem]:
    """Give the items that rest on a law in force today, by class and code."""
    return [_item(row) for row in _ask("items", wanted.item_class, wanted.kind, wanted.word)]


def bases_of_items() -> dict[str, list[Basis]]:
    """Give the articles that stand today behind each item in force."""
    found: dict[str, list[Basis]] = {}
    for item, *basis in _ask("every_basis"):
        found.setdefault(item, []).append(Basis(*basis))
    return found


def item_classes() -> list[tuple[str, str]]:
    """Give the classes of the items in force, with their names."""
    return [(code, name) for code, name in _ask("classes")]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item that is open to everybody, and the articles that say so. Without one that stands today it isn't open, whatever it says."""

    item: PublishedItem
    bases: tuple[Basis, ...]


def open_items(items: list[PublishedItem]) -> list[OpenItem]:
    """Give those items in force whose entry says that they are open to everybody (safeguard 11)."""
    found: dict[str, list[Basis]] = {}
    for code, law, *rest in _ask("open"):
        found.setdefault(code, []).extend([Basis(law, *rest)] if law is not None else [])
    return [OpenItem(one, tuple(found[one.code])) for one in items if one.code in found]


def explain_item(code: str) -> ExplainedItem:
    """Explain an item that rests on a law in force today. Raises ItemNotOpen."""
    found = _ask("item", code)
    if not found:
        raise ItemNotOpen
    *row, edition, defined = found[0]
    definition = define_item(json.loads(defined))
    lists: dict[str, list[tuple[str, str]]] = {}
    for code_list, value, label in _ask(
        "values", edition, sorted({field.code_list for field in definition.fields if field.code_list})
    ):
        lists.setdefault(code_list, []).append((value, label))
    bases = tuple(Basis(*one) for one in _ask("bases", code))
    return ExplainedItem(
        _item(row), definition, bases, tuple(OpenPurpose(*one) for one in _ask("purposes", code)), lists
    )


def _item(row: Any) -> PublishedItem:
    """Make an item of a row in the order of the fields; the cycle comes as the text of its JSON."""
    return PublishedItem(*(json.loads(one) if place == CYCLE else one for place, one in enumerate(row)))
