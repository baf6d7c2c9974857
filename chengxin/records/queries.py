"""Reading: the ledger through its gate, and what intake left beside it."""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from chengxin.catalogue.held import Begun, Labels, begun_by
from chengxin.catalogue.queries import PurposeTerms
from chengxin.catalogue.terms import ItemDefinition
from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import Reading
from chengxin.identity.vault import vault
from chengxin.records.checks import check_book
from chengxin.records.errors import BatchUnknown
from chengxin.records.gate import NO_DUTY, open_gate
from chengxin.records.models import Batch, CheckRule, Finding, Progress

COLUMNS = "subject_id, record_id, version, s.item_id, decided, grade, state, shown_from, shown_until, repair_from, y.fields, body"
LAID_OUT = "LEFT JOIN records_layout y ON y.id = s.layout_id"
GATE = f"SELECT {COLUMNS} FROM records_shown s {LAID_OUT} WHERE subject_id = %s ORDER BY decided DESC, record_id"  # noqa: S608  # a constant
GATE_OF = GATE.replace(
    " ORDER BY", " AND s.item_id IN (SELECT i.id FROM catalogue_item i WHERE i.code = ANY(%s)) ORDER BY"
)
STATES = """SELECT i.code, v.record_id, v.version, v.state
    FROM (SELECT DISTINCT o.item_id, c.code FROM catalogue_open o JOIN catalogue_item c ON c.id = o.item_id
          WHERE o.purpose_id = %s AND c.code = ANY(%s) AND o.valid_from <= %s AND %s < o.valid_until) i
    LEFT JOIN records_version v ON v.subject_id = %s AND v.item_id = i.item_id ORDER BY i.code, v.record_id"""
AS_OF = f"SELECT {COLUMNS} FROM records_as_of(%s, %s, %s, %s) s {LAID_OUT}"  # noqa: S608  # a constant


@dataclass(frozen=True, slots=True)
class ShownField:
    code: str
    label: str
    label_en: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """A record as it may be shown for a purpose: only the fields that the catalogue opens to it."""

    number: str
    item: str
    item_name: str
    nature: str
    document: str
    organ: str
    decided: date
    grade: str
    state: str
    shown_from: date
    shown_until: date
    repair_from: date | None
    basis: str
    fields: tuple[ShownField, ...]


def read_shown(
    note: Reading,
    purpose: PurposeTerms,
    on: date,
    *,
    reader: str = "purpose",
    items: Collection[str] | None = None,
    duty: int = NO_DUTY,
    listed: bool = False,
) -> list[ShownRecord]:
    """Read what may be shown of a person today, for a purpose. Inside ``ground.services.reading`` alone.

    ``items``: of these alone, by code; what isn't asked for isn't read. ``duty``: the number of the duty item where the purpose needs one.
    ``listed``: of each record document, organ and date alone, no other field.
    The day and the purpose are set for this transaction; the database's own policies do the rest. What was read is noted for the
    access entry: each version, and the fields by name.
    """
    begun, subject = open_gate(on, purpose.id, duty), note.subject_id
    rows = fetch_prepared(GATE, [subject]) if items is None else fetch_prepared(GATE_OF, [subject, sorted(items)])
    return shown(note, rows, begun, reader, listed=listed)


def read_states(
    note: Reading, purpose: PurposeTerms, on: date, *, duty: int, items: Collection[str]
) -> dict[str, list[str]]:
    """Read how many records there are of each of these items that is open today, and how each stands; no value. Inside ``reading`` alone.

    Each version is noted for the access entry; which fields it names is the caller's to say, who knows what is told.
    """
    open_gate(on, purpose.id, duty)
    found: dict[str, list[str]] = {}
    for item, record, version, state in fetch_prepared(STATES, [purpose.id, sorted(items), on, on, note.subject_id]):
        states = found.setdefault(item, [])
        if record is not None:
            states.append(state)
            note.versions.append((record, version))
    return found


def read_as_of(
    note: Reading, purpose: PurposeTerms, *, on: date, known_at: datetime, reader: str = "purpose"
) -> list[ShownRecord]:
    """Read what would have been shown on a day as the register knew it at a moment; the database refuses other purposes."""
    note.as_of = on
    with connection.cursor() as cursor:
        cursor.execute(AS_OF, [note.subject_id, purpose.id, on, known_at])
        rows = cursor.fetchall()
    return shown(note, rows, begun_by(on), reader)


def shown(
    note: Reading, rows: list[tuple[Any, ...]], begun: Begun, reader: str, *, listed: bool = False
) -> list[ShownRecord]:
    """Make what may be shown of one person out of the gate's rows, and note what was read."""
    items = {row[3] for row in rows}
    definitions, labels = begun.definitions(items), begun.labels(items)
    bases, records = begun.bases(), []
    for subject, record, version, item_id, decided, grade, state, start, until, repair, layout, body in rows:
        definition = definitions[item_id]
        values = dict(zip(layout, json.loads(body), strict=True)) if body else {}
        organ = definition.roles.get("organ_name") or definition.roles["organ"]
        fields = () if listed else tuple(_fields(definition, values, labels, reader))
        note.versions.append((record, version))
        read = (definition.roles["document"], organ) if listed else [field.code for field in fields]
        note.fields.update(f"{definition.code}.{code}" for code in read)
        records.append(
            ShownRecord(
                number=vault().record_number(subject, record),
                item=definition.code,
                item_name=definition.name,
                nature=definition.nature,
                document=values.get(definition.roles["document"]) or "",
                organ=values.get(organ) or "",
                decided=decided,
                grade=grade,
                state=state,
                shown_from=start,
                shown_until=until,
                repair_from=repair,
                basis=bases.get(item_id, ""),
                fields=fields,
            )
        )
    return records


def _fields(definition: ItemDefinition, values: dict[str, str], labels: Labels, reader: str) -> Iterator[ShownField]:
    for field in definition.fields:
        value = values.get(field.code)
        if not value or reader not in field.shown_to:
            continue
        words = labels.get(field.code_list, {})
        text = "、".join(words.get(part, part) for part in value.split("、")) if field.code_list else value
        yield ShownField(field.code, field.label, field.label_en, text)


@dataclass(frozen=True, slots=True)
class FirstFinding:
    """One of the first findings of a batch under way."""

    row: int
    field: str
    rule: str
    message: str


STUCK_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch as its provider sees it."""

    batch: Batch
    phase: str
    rows: int
    findings: int
    moved_at: datetime | None
    stuck: bool = False
    first: tuple[FirstFinding, ...] = ()


def find_batch(token: UUID, provider_id: int) -> BatchView:
    """Give a batch of this provider with how far it is. Raises BatchUnknown, also for another provider's."""
    batch = (
        Batch.objects.select_related("item", "provider", "edition").filter(token=token, provider_id=provider_id).first()
    )
    if batch is None:
        raise BatchUnknown
    progress = Progress.objects.filter(batch=batch).first()
    findings = (
        Finding.objects.filter(batch=batch).count()
        if batch.state == Batch.State.DONE
        else progress.findings
        if progress
        else 0
    )
    if progress is None:
        return BatchView(batch, "queued", 0, findings, None)
    under_way = batch.state == Batch.State.RECEIVED
    stuck = under_way and timezone.now() - (progress.beat_at or progress.at) > STUCK_AFTER
    book = check_book(batch.as_of).checks
    first = tuple(FirstFinding(row, field, rule, book[rule].message) for row, rule, field in progress.first)
    return BatchView(batch, progress.phase, progress.rows, findings, progress.at, stuck, first if under_way else ())


def list_batches(provider_id: int, *, before: int | None = None, limit: int = 20) -> list[Batch]:
    """Give a provider's batches, newest first, before the batch of this id."""
    rows = Batch.objects.select_related("item").filter(provider_id=provider_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with what its check says."""

    id: int
    row: int
    field: str
    rule: str
    version: int
    severity: str
    message: str
    message_en: str
    remedy: str
    remedy_en: str
    source: str
    example: str
    harm: str
    rows: int


def list_findings(batch_id: int, *, after: tuple[int, int] = (0, 0), limit: int = 50) -> list[FindingView]:
    """Give findings in row order after a (row, id), with the words of the version of the check that made them."""
    rows = (
        Finding.objects.filter(batch_id=batch_id)
        .extra(  # a row comparison, for keyset pages; parameters only
            where=["(row_number, id) > (%s, %s)"], params=list(after)
        )
        .order_by("row_number", "id")[:limit]
    )
    found = list(rows)
    rules = {(rule.code, rule.version): rule for rule in CheckRule.objects.filter(code__in={row.rule for row in found})}
    views = []
    for row in found:
        rule = rules[row.rule, row.rule_version]
        views.append(
            FindingView(
                row.pk, row.row_number, row.field, row.rule, row.rule_version, rule.severity,
                rule.message, rule.message_en, rule.remedy, rule.remedy_en, rule.source, rule.example, rule.harm, row.rows,
            )
        )  # fmt: skip
    return views


@dataclass(frozen=True, slots=True)
class FindingCount:
    rule: str
    severity: str
    message: str
    rows: int


def count_findings(batch_id: int) -> list[FindingCount]:
    """Count the findings of a batch by check, most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT f.rule, r.severity, r.message, sum(f.rows) FROM records_finding f
               JOIN records_check_rule r ON r.code = f.rule AND r.version = f.rule_version
               WHERE f.batch_id = %s GROUP BY f.rule, r.severity, r.message ORDER BY sum(f.rows) DESC, f.rule""",
            [batch_id],
        )
        return [FindingCount(*row) for row in cursor.fetchall()]


def batch_numbers(batch_id: int) -> Iterator[tuple[int, str, int, str]]:
    """Give row number, record number, version and state of what a batch wrote, in row order; streamed."""
    keys = vault()
    with transaction.atomic(), connection.connection.cursor(name="batch_numbers") as cursor:
        cursor.itersize = 5_000
        for row, subject, record, version, state in cursor.execute(
            "SELECT * FROM records_batch_versions(%s)", [batch_id]
        ):
            yield row, keys.record_number(subject, record), version, state


def list_numbers(batch_id: int, *, after: int, limit: int) -> list[tuple[int, str, int, str]]:
    """Give the same after a row of the file, at most so many."""
    keys = vault()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM records_batch_versions(%s) WHERE row_number > %s ORDER BY row_number, version LIMIT %s",
            [batch_id, after, limit],
        )
        return [
            (row, keys.record_number(subject, record), version, state)
            for row, subject, record, version, state in cursor.fetchall()
        ]


def receipt(batch: Batch) -> dict[str, Any]:
    """Give the receipt: counts that add up, time, editions, and how the file was read."""
    return {
        "batch": str(batch.token),
        "item": batch.item.code,
        "provider": batch.provider.code,
        "state": batch.state,
        "received_at": batch.received_at.isoformat(),
        "finished_at": batch.finished_at.isoformat() if batch.finished_at else None,
        "read": batch.read,
        "new": batch.new,
        "changed": batch.changed,
        "unchanged": batch.unchanged,
        "waiting": batch.waiting,
        "refused": batch.refused,
        "findings": Finding.objects.filter(batch=batch).count(),
        "format": batch.form,
        "encoding": batch.encoding,
        "encoding_how": batch.encoding_how,
        "rules_edition": batch.rules_edition,
        "catalogue_edition": batch.edition.code,
        "as_of": batch.as_of.isoformat(),
        "failure": batch.failure,
        "channel": batch.channel,
    }


@dataclass(frozen=True, slots=True)
class HandedIn:
    """Who hands in an item, and the last day on which anything came: how many units, the first names of them, the day."""

    organs: int
    names: tuple[str, ...]
    until: date | None


def handed_in(items: Collection[str]) -> dict[str, HandedIn]:
    """Give for items by code what an answer about them can know; one that nobody handed in is left out. One statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT item, organs, names, until FROM records_handed_in(%s)", [sorted(items)])
        return {item: HandedIn(organs, tuple(names), until) for item, organs, names, until in cursor.fetchall()}
