"""Who looked at a person, for that person: the list with its filters, and questions about an entry, asked, answered and seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from chengxin.catalogue.terms import ItemDefinition
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as, speaking_as_person
from chengxin.lib.periods import SHANGHAI, shanghai_date
from chengxin.lib.terms import Term
from chengxin.lib.workdays import DueDate, WorkCalendar
from chengxin.records.terms import answer_term
from chengxin.sharing.errors import AskedAlready, EntryUnknown, OwnQuestion, QuestionUnknown
from chengxin.sharing.queries import definitions_of, worded_fields

PAGE, MOST, LAST, NOBODY = 20, 100_000, (1 << 63) - 1, 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to list; whatever is empty lets everything through. Days are included, both. ``own``: one's own readings too.

    ``leave``: those that used an authorisation, by its number; that changes were told isn't a use, and is asked for by its channel.
    """

    first: date | None = None
    last: date | None = None
    organisation: str = ""
    purpose: str = ""
    channel: str = ""
    own: bool = False
    leave: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One access to the person: by whom in which roles, for what, on which basis, with which outcome.

    ``seen`` gives the names of fields, never values: of each item, under "" those of the person. ``question`` is the number of what the
    person asked about it.
    """

    entry_id: UUID
    at: datetime
    organisation: str
    roles: tuple[str, ...]
    purpose: str
    basis: str
    channel: str
    outcome: str
    question: int | None
    leave: str
    seen: tuple[tuple[str, tuple[str, ...]], ...]
    records: int

    @property
    def own(self) -> bool:
        return self.channel == "person"

    @property
    def told(self) -> bool:
        """Tell whether nobody looked: an organisation was told that something changed, by the person's authorisation."""
        return self.channel == "change"

    @property
    def shared(self) -> bool:
        """Tell whether it was a look through a link of the person's own: no organisation looked, so none can be asked."""
        return self.channel == "share"


def list_entries(person: User, wanted: Wanted, *, before: UUID | None = None, limit: int = PAGE) -> list[Entry]:
    """Give who looked at the person, at those merged into them too, the newest first; those before an entry. At most ``MOST``."""
    with speaking_as_person(person):
        return read_entries(wanted, before=before, limit=limit)


def read_entries(wanted: Wanted, *, before: UUID | None = None, limit: int = PAGE) -> list[Entry]:
    """Give who looked at whoever this transaction reads for: whoever speaks for themselves, or is served at the window."""
    first, last = wanted.first, wanted.last
    values = (
        before,
        datetime.combine(first, time(), SHANGHAI) if first else None,
        datetime.combine(last + timedelta(days=1), time(), SHANGHAI) if last else None,
        wanted.organisation,
        wanted.purpose,
        wanted.channel,
        wanted.leave,
        wanted.own,
        min(limit, MOST),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_entries(%s, %s, %s, %s, %s, %s, %s, %s, %s)", values)
        rows = cursor.fetchall()
        items = definitions_of({field.partition(".")[0] for row in rows for field in row[-2] if "." in field})
    return [_entry(row, items) for row in rows]


def _entry(row: tuple[Any, ...], items: Mapping[str, ItemDefinition]) -> Entry:
    number, moment, organisation, roles, purpose, basis, channel, outcome, question, leave, fields, records = row
    held = tuple(filter(None, roles.split(",")))
    seen = worded_fields(fields, items)
    return Entry(number, moment, organisation, held, purpose, basis, channel, outcome, question, leave, seen, records)


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters offer: codes and names of the organisations, purposes and ways that stand in the person's own entries."""

    organisations: tuple[tuple[str, str], ...]
    purposes: tuple[tuple[str, str], ...]
    channels: tuple[str, ...]


def entry_choices(person: User) -> Choices:
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT kind, code, name FROM sharing_own_entry_choices() ORDER BY name, code")
        rows = cursor.fetchall()
    found = {
        kind: tuple((code, name) for one, code, name in rows if one == kind and code)
        for kind in ("organisation", "purpose", "channel")
    }
    return Choices(found["organisation"], found["purpose"], tuple(code for code, _ in found["channel"]))


@dataclass(frozen=True, slots=True)
class Question:
    """What the person asked about an entry, and what was answered."""

    id: int
    entry_id: UUID
    organisation: str
    at: datetime
    purpose: str
    asked_at: datetime
    words: str
    due_on: date
    due_estimated: bool
    answered_at: datetime | None
    answer: str
    seen_at: datetime | None

    def overdue(self, on: date) -> bool:
        return self.answered_at is None and self.due_on < on


def answer_due(asked: date, term: Term, calendar: WorkCalendar) -> DueDate:
    """Give the last day on which a question is answered in time, with its working: working days, the day of asking not counted.

    Days whose holiday notice isn't known yet are estimated. Source: 个人信息保护法 第五十条 (mechanism); the number is the house's own.
    """
    return calendar.add_or_estimate(asked, term["answer"])


def answer_by(at: datetime) -> DueDate:
    """Give the last day on which a question asked now is answered in time."""
    asked = shanghai_date(at)
    return answer_due(asked, answer_term(asked), WorkCalendar())


def find_entry(person: User, entry_id: UUID) -> Entry:
    """Give one entry that the person may question. Raises EntryUnknown for another's, one that isn't there and one's own reading."""
    after = UUID(int=min(entry_id.int + 1, (1 << 128) - 1))
    found = list_entries(person, Wanted(), before=after, limit=1)
    if not found or found[0].entry_id != entry_id:
        raise EntryUnknown
    return found[0]


def ask_about(person: User, entry_id: UUID, *, words: str, at: datetime) -> int:
    """Question one entry about the person, once; the organisation that looked has a term to answer. Gives the question's number.

    Raises EntryUnknown for another's, one that isn't there and one's own reading; AskedAlready.
    """
    due = answer_by(at)
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_ask(%s, %s, %s, %s)", [entry_id, words.strip(), due.day, due.provisional])
        (made,) = cursor.fetchone() or (None,)
        if made is None:
            raise AskedAlready if _asked(entry_id) else EntryUnknown
        note_act(person.login, "access.ask", f"question:{made}", at=at)
    return int(made)


def _asked(entry_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM sharing_own_questions(NULL, %s, %s) q WHERE q.entry_id = %s)",
            [LAST, MOST, entry_id],
        )
        (found,) = cursor.fetchone() or (False,)
    return bool(found)


def list_own_questions(person: User, *, before: int | None = None, limit: int = PAGE) -> list[Question]:
    """Give what the person asked and what was answered, the newest first, and note that they have seen the answers."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_own_questions(NULL, %s, %s)", [before or LAST, limit])
        found = [Question(*row) for row in cursor.fetchall()]
        cursor.execute("SELECT sharing_see_answers()")
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A question at the desk of the organisation that looked: which query it is about, not who asks."""

    id: int
    at: datetime
    officer: str
    purpose: str
    basis: str
    case_reference: str
    channel: str
    outcome: str
    asked_at: datetime
    words: str
    due_on: date
    due_estimated: bool
    answered_at: datetime | None
    answered_by: str
    answer: str

    def overdue(self, on: date) -> bool:
        return self.answered_at is None and self.due_on < on


def list_questions_to(actor: User, *, open_only: bool = False, limit: int = PAGE) -> list[Asked]:
    """Give what the officer's organisation is asked: those without an answer first, the one due soonest on top."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sharing_questions_to(%s, %s)", [open_only, limit])
        return [Asked(*row) for row in cursor.fetchall()]


def answer_question(number: int, *, words: str, actor: User, at: datetime) -> None:
    """Answer for the officer's organisation, once; the person is told in the same transaction.

    Raises QuestionUnknown, also for another's, and OwnQuestion where it is the officer who asks.
    """
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_answer_question(%s, %s)", [number, words.strip()])
        (asker,) = cursor.fetchone() or (None,)
        if asker is None:
            raise QuestionUnknown
        if asker == NOBODY:
            raise OwnQuestion
        note_act(actor.login, "access.answer", f"question:{number}", at=at)


def as_rows(entries: Iterable[Entry]) -> list[dict[str, object]]:
    """Give entries as plain values, for files: moments in Shanghai's time, fields by their names, item by item."""
    return [
        {
            "at": entry.at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
            "organisation": entry.organisation,
            "roles": list(entry.roles),
            "purpose": entry.purpose,
            "basis": entry.basis,
            "channel": entry.channel,
            "outcome": entry.outcome,
            "records": entry.records,
            "fields": [{"item": item, "fields": list(fields)} for item, fields in entry.seen],
            "questioned": entry.question is not None,
            "authorisation": entry.leave,
        }
        for entry in entries
    ]
