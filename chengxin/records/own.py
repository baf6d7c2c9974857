"""What is held about a person, for that person: every record with its days and why it shows or not, its versions, what was erased.

Inside ``ground.services.reading`` and a transaction that speaks for the person: the database gives nobody else's.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from chengxin.catalogue.held import Labels, begun_by
from chengxin.catalogue.queries import Cited, cited_on
from chengxin.catalogue.terms import ItemDefinition
from chengxin.ground.services import Reading
from chengxin.identity.vault import vault
from chengxin.lib.sources import Source
from chengxin.records.clock import Dates, Deadline, Facts, deadlines, why_hidden
from chengxin.records.intake.content import MONEY_PLACE
from chengxin.records.models import Layout
from chengxin.records.queries import ShownField
from chengxin.records.rules import Refusal
from chengxin.records.terms import record_terms

FILE = """SELECT record_id, version, item_id, state, decided, ended, grade, shown_from, shown_until, repair_from, erase_on, as_of, provider,
              live, minor, incapable, subject_id, layout_id, body FROM records_own_file(%s)"""
HISTORY = """SELECT version, state, recorded_at, erase_on, provider, cause, ground, layout_id, body
             FROM records_own_history(%s)"""


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A record as its own person sees it. ``hidden`` tells why nobody else sees it, None where somebody may."""

    record_id: int
    item_id: int
    number: str
    item: str
    item_name: str
    item_name_en: str
    item_class: str
    nature: str
    document: str
    organ: str
    provider: str
    decided: date
    grade: str
    state: str
    version: int
    laws: tuple[Cited, ...]
    fields: tuple[ShownField, ...]
    deadlines: tuple[Deadline, ...]
    hidden: Refusal | None

    @property
    def erased(self) -> Deadline:
        return self.deadlines[-1]


@dataclass(frozen=True, slots=True)
class Change:
    """What a version says otherwise than the one before it: a field's label, what stood there, what stands there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class VersionSeen:
    """A version of a record: what it was, since when the register knew it, who handed it in and why. ``erased``: its values are gone."""

    version: int
    state: str
    recorded_at: datetime
    provider: str
    cause: str
    ground: str
    erase_on: date
    erased: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """How many records were erased under a rule, and up to which day."""

    rule: str
    source: Source
    records: int
    latest: date


def read_own_file(note: Reading, on: date, *, only: int | None = None) -> list[OwnRecord]:
    """Read everything that is held about the person, or one record of it, the newest decision first. Six statements, whatever there is."""
    with connection.cursor() as cursor:
        cursor.execute(FILE, [only])
        rows = cursor.fetchall()
    items = {row[2] for row in rows}
    begun = begun_by(on)
    known = Known(
        begun.definitions(items),
        begun.labels(items),
        begun.classes(items),
        cited_on({(row[2], row[4]) for row in rows}),
        _layouts(row[-2] for row in rows),
    )
    return [_record(note, on, row, known) for row in rows]


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue says of the items and laws of a person's records, looked up once for all of them."""

    definitions: Mapping[int, ItemDefinition]
    labels: Labels
    classes: Mapping[int, str]
    laws: Mapping[tuple[int, date], tuple[Cited, ...]]
    layouts: Mapping[int, list[str]]


def _record(note: Reading, on: date, row: tuple[Any, ...], known: Known) -> OwnRecord:
    (record, version, item, state, decided, ended, grade, start, until, repair, erase, as_of, provider, live, minor, incapable,
     subject, layout, body) = row  # fmt: skip
    definition = known.definitions[item]
    values = dict(zip(known.layouts[layout], json.loads(body), strict=True))
    fields = tuple(_worded(definition, values, known.labels))
    note.versions.append((record, version))
    note.fields.update(f"{definition.code}.{field.code}" for field in fields)
    dates = Dates(decided, ended, grade, start, until, repair, erase)
    organ = definition.roles.get("organ_name") or definition.roles["organ"]
    return OwnRecord(
        record_id=record,
        item_id=item,
        number=vault().record_number(subject, record),
        item=definition.code,
        item_name=definition.name,
        item_name_en=definition.name_en,
        item_class=known.classes.get(item, ""),
        nature=definition.nature,
        document=values.get(definition.roles["document"]) or "",
        organ=values.get(organ) or "",
        provider=provider,
        decided=decided,
        grade=grade,
        state=state,
        version=version,
        laws=known.laws.get((item, decided), ()),
        fields=fields,
        deadlines=deadlines(dates, definition.display_rule, definition.retention_rule, record_terms(as_of), on),
        hidden=why_hidden(Facts(state, start, until, live, minor, incapable), on),
    )


def _worded(definition: ItemDefinition, values: Mapping[str, str], labels: Labels) -> Iterable[ShownField]:
    """Give every value that is kept in the person's words; a field that today's edition no longer has goes by its code."""
    known = {field.code: field for field in definition.fields}
    for code, value in values.items():
        field = known.get(code)
        if not value or (
            field is None and code.endswith(MONEY_PLACE)
        ):  # money in fen stands beside the source's own number
            continue
        words = labels.get(field.code_list, {}) if field else {}
        text = "、".join(words.get(part, part) for part in value.split("、")) if words else value
        text += f" {field.unit}" if field and field.unit else ""
        yield ShownField(code, field.label if field else code, field.label_en if field else code, text)


def read_own_history(record: OwnRecord, on: date) -> list[VersionSeen]:
    """Read the versions of one of the person's records, the newest first, each with what it changed. Four statements."""
    with connection.cursor() as cursor:
        cursor.execute(HISTORY, [record.record_id])
        rows = cursor.fetchall()
    begun = begun_by(on)
    definition, labels = begun.definitions({record.item_id})[record.item_id], begun.labels({record.item_id})
    layouts = _layouts(row[-2] for row in rows)
    contents = [_contents(definition, labels, layouts, *row[-2:]) for row in rows]
    return [_seen(row, now, before) for row, now, before in zip(rows, contents, [*contents[1:], {}], strict=True)]


def _contents(
    definition: ItemDefinition,
    labels: Labels,
    layouts: Mapping[int, list[str]],
    layout: int,
    body: str | None,
) -> dict[str, str]:
    """Give what a version says, by label; nothing where its values are gone, or never were."""
    if body is None:
        return {}
    values = dict(zip(layouts[layout], json.loads(body), strict=True))
    return {field.label: field.text for field in _worded(definition, values, labels)}


def _seen(row: tuple[Any, ...], now: Mapping[str, str], before: Mapping[str, str]) -> VersionSeen:
    version, state, recorded_at, erase_on, provider, cause, ground, _, body = row
    changes = _changes(before, now) if now and before else ()
    erased = body is None and state == "active"
    return VersionSeen(version, state, recorded_at, provider, cause, ground, erase_on, erased, changes)


def _changes(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    labels = dict.fromkeys((*before, *now))
    return tuple(
        Change(label, before.get(label, ""), now.get(label, ""))
        for label in labels
        if before.get(label) != now.get(label)
    )


def count_own_erased(on: date) -> list[Erased]:
    """Count what was erased of the person, by the rule under which it went. Nothing of its content is left to tell."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_id, erased, latest FROM records_own_erased()")
        rows = cursor.fetchall()
    definitions, terms = begun_by(on).definitions({row[0] for row in rows}), record_terms(on)
    counts: Counter[str] = Counter()
    latest: dict[str, date] = {}
    for item, erased, day in rows:
        rule = definitions[item].retention_rule
        counts[rule] += erased
        latest[rule] = max(latest.get(rule, day), day)
    return [
        Erased(rule, (terms.retention if rule == "adverse" else terms.plain).source, number, latest[rule])
        for rule, number in sorted(counts.items())
    ]


def _layouts(numbers: Iterable[int | None]) -> dict[int, list[str]]:
    return {
        layout.pk: layout.fields for layout in Layout.objects.filter(pk__in={one for one in numbers if one is not None})
    }
