"""The access register: no entry, no data. And the action log beside it.

``reading`` is the only way to read one person's data for somebody: it opens the transaction, collects which versions were read, and
writes the entry before that transaction commits. What was read may leave the process only after the ``with`` block has ended. Parts of a
batch are read and entered together (``sharing.batches.answering``), and the database settles none without an entry for each person.
"""

import json
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from chengxin.ground.models import Event
from chengxin.ground.prepared import run_prepared

UNKNOWN_SUBJECT = 0
ENTER = """INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, duty, authorisation, basis,
        case_reference, channel, outcome, reason, as_of, fields, record_ids, versions)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::date, %s::text[], %s::bigint[], %s::smallint[])"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks and why. ``basis`` is a reference of the catalogue, ``channel`` the way in (desk, cli, api).

    ``duty`` is the code of a duty item, empty where the purpose needs none, or where it is the only one; ``authorisation`` the number of
    the person's leave, where the purpose needs that.
    """

    organisation: str
    officer: str
    purpose: str
    basis: str
    case_reference: str
    channel: str
    duty: str = ""
    authorisation: str = ""


@dataclass(slots=True)
class Reading:
    """What one reading touched: the entry is made from it. With a ``refusal`` it is entered as refused, for that reason."""

    subject_id: int
    entry_id: uuid.UUID
    at: datetime
    as_of: date | None = None
    fields: set[str] = field(default_factory=set)
    versions: list[tuple[int, int]] = field(default_factory=list)
    refusal: str = ""
    beside: tuple[str, Sequence[Any]] | None = None
    """An INSERT and its values that goes with the entry, in its statement."""

    @property
    def outcome(self) -> str:
        return "refused" if self.refusal else "answered" if self.versions else "empty"


@contextmanager
def reading(asker: Asker, subject_id: int, *, at: datetime, as_of: date | None = None) -> Iterator[Reading]:
    """Read one person's data inside a transaction that ends with the access entry.

    When the entry can't be written, the transaction fails and so does the reading. When the reading fails, a failed
    entry is written in a transaction of its own and the error goes on. Raises RuntimeError inside another transaction,
    which could undo the entry after the data had gone out.
    """
    note = Reading(subject_id, entry_number(at), at, as_of)
    try:
        with transaction.atomic(durable=True):
            yield note
            enter(asker, note, outcome=note.outcome, reason=note.refusal)
    except Exception:
        note.versions.clear()
        note.beside = None
        with transaction.atomic(durable=True):
            enter(asker, note, outcome="failed", reason="error")
        raise


def enter_refusal(asker: Asker, *, subject_id: int, reason: str, at: datetime, as_of: date | None = None) -> None:
    """Enter a refused query with its true reason, in a transaction of its own. ``subject_id`` 0 where the person is unknown.

    Raises RuntimeError inside another transaction.
    """
    with transaction.atomic(durable=True):
        enter(asker, Reading(subject_id, entry_number(at), at, as_of), outcome="refused", reason=reason)


def enter(asker: Asker, note: Reading, *, outcome: str, reason: str = "") -> None:
    """Write the entry. The application's role may insert here and do nothing else, so nothing is returned."""
    insert, values = note.beside or ("", ())
    run_prepared(
        f"WITH beside AS ({insert}) {ENTER}" if insert else ENTER,
        [
            *values,
            note.subject_id,
            note.entry_id,
            note.at,
            asker.organisation,
            asker.officer,
            asker.purpose,
            asker.duty,
            asker.authorisation,
            asker.basis,
            asker.case_reference,
            asker.channel,
            outcome,
            reason,
            note.as_of,
            sorted(note.fields),
            [record_id for record_id, _ in note.versions],
            [version for _, version in note.versions],
        ],
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One of many entries of one call: whom it is about, its case, how it ended, by whose leave, and what was read of the person.

    ``fields`` None: those that the call names for all.
    """

    subject_id: int
    entry_id: uuid.UUID
    case_reference: str
    outcome: str
    reason: str
    authorisation: str = ""
    fields: Sequence[str] | None = None
    versions: Sequence[tuple[int, int]] = ()


# As JSON: thousands of values each dumped on its own would take longer than their writing.
ENTER_MANY = """INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, duty, authorisation, basis,
        case_reference, channel, outcome, reason, as_of, fields, record_ids, versions)
    SELECT subject_id, entry_id, %s, %s, %s, %s, %s, authorisation, %s, case_reference, %s, outcome, reason, NULL,
           fields::text[], record_ids::bigint[], versions::smallint[]
    FROM json_to_recordset(%s::json) AS line (subject_id bigint, entry_id uuid, case_reference text, outcome text, reason text,
        authorisation text, fields text, record_ids text, versions text)"""


def enter_many(asker: Asker, lines: Sequence[Line], *, fields: Sequence[str], at: datetime) -> None:
    """Write the entries of a call about many persons in one statement, inside the transaction of the call.

    Each line's case takes the place of the asker's. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("entries are written in the transaction of what they are about")
    common = _listed(fields)
    told = json.dumps([_line(line, common) for line in lines])
    who, why = (asker.organisation, asker.officer), (asker.purpose, asker.duty, asker.basis, asker.channel)
    with connection.cursor() as cursor:
        cursor.execute(ENTER_MANY, [at, *who, *why, told])


def _line(line: Line, common: str) -> dict[str, str | int]:
    return {
        "subject_id": line.subject_id,
        "entry_id": str(line.entry_id),
        "case_reference": line.case_reference,
        "outcome": line.outcome,
        "reason": line.reason,
        "authorisation": line.authorisation,
        "fields": common if line.fields is None else _listed(line.fields),
        "record_ids": _listed(record for record, _ in line.versions),
        "versions": _listed(version for _, version in line.versions),
    }


def _listed(values: Iterable[str | int]) -> str:
    """Write an array as PostgreSQL reads it: lists of unlike lengths go into one statement as texts."""
    quoted = (str(value).replace("\\", r"\\").replace('"', r"\"") for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def note_act(actor: str, act: str, subject: str, *, at: datetime, note: str = "") -> None:
    """Write an act into the action log, inside the transaction of the act itself; without the one there is not the other.

    ``actor`` is the login, empty for the owner at the server; ``subject`` what was acted on, by kind and number. Neither it nor
    ``note`` ever holds a value of a person's. Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an act is noted in its own transaction")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_action (at, actor, act, subject, note) VALUES (%s, %s, %s, %s, %s)",
            [at, actor, act, subject, note],
        )


def tell(subjects: Sequence[int], kind: str, *, at: datetime, reference: str = "") -> None:
    """Leave each of these persons a message, inside the transaction of what it tells of. ``reference`` never holds a person's value.

    Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a person is told in the transaction of what they are told of")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_message (subject_id, at, kind, reference) SELECT unnest(%s::bigint[]), %s, %s, %s",
            [sorted(set(subjects)), at, kind, reference],
        )


def announce(kind: str, reference: str, *, at: datetime) -> None:
    """Tell the other tasks of something, inside its own transaction; the worker delivers it. ``reference`` names it by number alone.

    Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of what it tells of")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ground_event (at, kind, reference) VALUES (%s, %s, %s)", [at, kind, reference])


def deliver(handlers: Mapping[str, Sequence[Callable[[str, datetime], None]]], *, at: datetime, most: int = 100) -> int:
    """Hand events to those who wait for them, in their order, each in a transaction of its own; gives how many.

    One whose handler fails stays and is tried with the next call, which holds the later ones up: a withdrawal is never skipped. What
    nobody waits for yet stays until somebody does.
    """
    done = 0
    while done < most:
        with transaction.atomic():
            waiting = Event.objects.select_for_update(no_key=True).filter(delivered_at=None, kind__in=list(handlers))
            event = waiting.order_by("pk").first()
            if event is None:
                return done
            for handler in handlers[event.kind]:
                handler(event.reference, at)
            Event.objects.filter(pk=event.pk, delivered_at=None).update(delivered_at=at)
        done += 1
    return done


def entry_number(at: datetime) -> uuid.UUID:
    """Make a time-ordered number (UUID version 7 of RFC 9562) for the moment of the entry."""
    value = (
        int(at.timestamp() * 1000) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    )
    return uuid.UUID(int=value)
