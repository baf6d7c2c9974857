"""Editions as the public may know them, old, present and to come: read from the public views alone."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.catalogue.comparing import ItemDifference, compare
from chengxin.catalogue.errors import EditionUnknown
from chengxin.catalogue.wording import Names
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent / "sql" / "archive.sql")
VALUE = ("value", "label", "label_en", "maps_to", "valid_from", "valid_until", "provisional")
LAW = ("code", "name", "number", "valid_from", "valid_until", "link", "evidence", "provisional")
PURPOSE = (
    "code", "name", "name_en", "kind", "needs", "organisation_kinds", "past_view", "provisional", "note", "bases",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ArchivedEdition:
    """An edition that is whole. ``digest`` is over its content; ``in_force`` says whether it holds today."""

    code: str
    level: str
    name: str
    valid_from: date
    valid_until: date | None
    provisional: bool
    source: list[str]
    digest: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class Suspended:
    """An item of the editions in force that is suspended today, since when, and because of which law."""

    code: str
    name: str
    since: date
    law: str
    kind: str


def _ask(name: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def archived_editions() -> list[ArchivedEdition]:
    """Give every edition, the latest first."""
    return [ArchivedEdition(*row) for row in _ask("editions")]


def archived_edition(code: str) -> ArchivedEdition:
    """Give an edition by its code. Raises EditionUnknown."""
    found = _ask("edition", code)
    if not found:
        raise EditionUnknown(f"{code}。", f"{code}.")
    return ArchivedEdition(*found[0])


def items_of(edition: str) -> dict[str, dict[str, Any]]:
    """Give an edition's items by code, as they were published."""
    return {code: json.loads(definition) for code, definition in _ask("items", edition)}


def compare_archived(before: ArchivedEdition, after: ArchivedEdition) -> list[ItemDifference]:
    """Tell what differs between two editions."""
    old, new = items_of(before.code), items_of(after.code)
    return compare(old, new, names_in([*old.values(), *new.values()], before.code, after.code))


def names_in(items: Iterable[Mapping[str, Any]], *editions: str) -> Names:
    """Give what the articles and purposes are called that items name, and the classes of some editions, as far as all may know."""
    told = list(items)
    refs = {basis["ref"] for item in told for basis in item.get("bases", ())}
    purposes = {code for item in told for code in item.get("purposes", ())}
    return Names(
        {ref: f"《{name}》{article}" for _, name, *_, ref, article, _ in _ask("articles", sorted(refs))},
        {code: name for code, name, *_ in _ask("purposes", sorted(purposes))},
        dict(_ask("classes", sorted(editions))),
    )


def document_of(edition: ArchivedEdition) -> dict[str, Any]:
    """Give an edition as one document, with the laws, articles and purposes that it names."""
    items = items_of(edition.code)
    named = {code for item in items.values() for code in item["purposes"]}
    purposes = [dict(zip(PURPOSE, row, strict=True)) for row in _ask("purposes", sorted(named))]
    refs = {basis["ref"] for item in items.values() for basis in item["bases"]}
    refs |= {ref for purpose in purposes for ref in purpose["bases"]}
    head = {name: getattr(edition, name) for name in edition.__slots__ if name != "in_force"}
    whole = {
        "edition": head,
        "laws": _laws(_ask("articles", sorted(refs))),
        "purposes": purposes,
        "items": items,
        "code_lists": _lists(_ask("values", edition.code)),
    }
    return json.loads(json.dumps(whole, default=str))  # type: ignore[no-any-return]


def _laws(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    laws: dict[str, dict[str, Any]] = {}
    for *law, ref, article, gist in rows:
        told = laws.setdefault(law[0], dict(zip(LAW, law, strict=True)) | {"article": []})
        told["article"].append({"ref": ref, "article": article, "gist": gist})
    return list(laws.values())


def _lists(rows: Iterable[tuple[Any, ...]]) -> dict[str, list[dict[str, str]]]:
    lists: dict[str, list[dict[str, str]]] = {}
    for code_list, *row in rows:
        value = dict(zip(VALUE, row, strict=True))
        days = {name: value[name].isoformat() if value[name] else "" for name in ("valid_from", "valid_until")}
        lists.setdefault(code_list, []).append(value | days | {"provisional": "true" if value["provisional"] else ""})
    return lists


def suspended_today() -> list[Suspended]:
    """Give the items in force that a change of law suspends today, by code."""
    return [Suspended(*row) for row in _ask("suspended")]
