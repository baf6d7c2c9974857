"""What a person sees of their own: who looked at them and why, and what the register told them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from chengxin.catalogue.models import ItemVersion
from chengxin.catalogue.terms import ItemDefinition, define_item
from chengxin.identity.queries import holder_of

LISTED, TOLD = 50, 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One access to the person: by whom, for what, on which basis, with which outcome.

    ``seen`` gives the names of fields, never values: of each item, under "" those of the person.
    """

    entry_id: UUID
    at: datetime
    organisation: str
    purpose: str
    basis: str
    channel: str
    outcome: str
    seen: tuple[tuple[str, tuple[str, ...]], ...]
    records: int


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    kind: str


def entries_of(subject_id: int, *, before: UUID | None = None, limit: int = LISTED) -> list[Entry]:
    """Give who looked at a person, at the persons merged into them too, the newest first; those before an entry. Three statements."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_entries_of(%s, %s, %s)", [holder_of(subject_id), before, limit])
        rows = cursor.fetchall()
    items = _definitions({field.partition(".")[0] for row in rows for field in row[7] if "." in field})
    return [Entry(*row[:-2], _seen(row[-2], items), row[-1]) for row in rows]  # type: ignore[call-arg]  # seven before the two


def _definitions(codes: set[str]) -> dict[str, ItemDefinition]:
    """Give items as the newest edition has them, for their names."""
    if not codes:
        return {}
    newest = (
        ItemVersion.objects.filter(item__code__in=codes).order_by("item_id", "-edition__valid_from").distinct("item_id")
    )
    return {version.item.code: define_item(version.definition) for version in newest.select_related("item")}


def _seen(fields: Iterable[str], items: Mapping[str, ItemDefinition]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, list[str]] = {}
    for field in fields:
        code, _, name = field.rpartition(".")
        item = items.get(code)
        known = item is not None and any(one.code == name for one in item.fields)
        groups.setdefault(item.name if item else code, []).append(item.field(name).label if item and known else name)
    return tuple((name, tuple(labels)) for name, labels in groups.items())


def messages_of(subject_id: int, *, limit: int = TOLD) -> list[Told]:
    """Give what the register told a person, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT at, kind FROM sharing_messages_of(%s, %s)", [holder_of(subject_id), limit])
        return [Told(*row) for row in cursor.fetchall()]
