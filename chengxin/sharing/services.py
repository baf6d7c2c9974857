"""Answering: a person's report for an officer or a client with a duty item, a basis and a case, in the form of the duty."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from chengxin.catalogue.queries import PurposeTerms
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import UNKNOWN_SUBJECT, Asker, Reading, enter_refusal, note_act, reading
from chengxin.identity.errors import HandsRefused
from chengxin.identity.models import User
from chengxin.identity.queries import Named, open_person
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.records.occupations import occupations
from chengxin.records.practices import Coverage, Practice, count_coverage, read_practices
from chengxin.records.queries import ShownRecord, read_as_of, read_shown, read_states
from chengxin.sharing.authorising.using import read_by_leave
from chengxin.sharing.correcting.tokens import new_salt
from chengxin.sharing.deciding import Allowed, Question, Refused, canonical_code, decide_about
from chengxin.sharing.duties.answers import Answer, Form, answer_in, told_field
from chengxin.sharing.duties.rules import NOT_NAMED
from chengxin.sharing.errors import DayToCome, DutyNotNamed

NUMBERED = "INSERT INTO sharing_report (subject_id, number, entry_id, issued_at, salt) VALUES (%s, %s, %s, %s, %s)"
NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """A report as issued: everything its faces (text, JSON, PDF) need, nothing of the database."""

    number: str
    issued_at: datetime
    subject: Named
    organisation: str
    officer: str
    purpose: str
    basis: str
    case_reference: str
    records: tuple[ShownRecord, ...]
    as_of: date | None = None
    check_code: str = ""
    """Stands on a report that a person had made out to themselves: with it whoever is shown the report can check it."""
    relative: bool = False
    """Handed to a close relative of somebody who died."""
    duty: str = ""
    """The duty item under which it was asked for, by name; empty where the purpose needs none."""
    duty_code: str = ""
    answer: Answer | None = None
    """The answer where its form holds no record."""
    entry_id: UUID | None = None
    authorisation: str = ""
    """The number of the person's authorisation by which it was read."""
    salt: str = ""
    """Stands on the copy alone: with it whoever holds the copy finds it, or a line of it, in the feed of revocations."""


def issue_report(asker: Asker, question: Question, *, at: datetime, client: str = "") -> Report:
    """Issue a report: decide, read through the gate, enter, commit. Rendering is the caller's, after this has returned.

    ``client`` is the system that proved itself with a token and asks on behalf of somebody whom only its organisation knows; empty for an
    officer of ours. Raises NotAnswerable, the same for every reason, after the true reason was entered; HandsRefused where it is the
    officer themselves, or they haven't declared who they are; DutyNotNamed, which tells of the asker alone.
    When the entry can't be written there is no report.
    """
    today = shanghai_date(at)
    try:
        allowed, subject_id = decide_about(asker, question, today, client=client)
    except Refused as refused:
        raise _refuse(asker, refused, at) from None
    with reading(allowed.asker, subject_id, at=at) as note:
        # A system is told of nobody but whom it named.
        subject = Named(question.name, canonical_code(question, today) or "") if client else open_person(subject_id)
        report = _report(allowed, note, subject, *_read(allowed, note, today))
    # Only now is the entry committed; nothing leaves before.
    return report  # noqa: RET504


def _read(allowed: Allowed, note: Reading, today: date) -> tuple[list[ShownRecord], Answer | None]:
    """Read as much as the form of the duty tells, and no value where it tells none."""
    items = allowed.leave.items if allowed.leave else None
    _by_leave(allowed)
    form, duty = allowed.form, allowed.duty
    if duty is None or form.tells_records:
        listed = form is Form.LIST
        return read_shown(note, allowed.purpose, today, items=items, duty=allowed.duty_id, listed=listed), None
    states = read_states(note, allowed.purpose, today, duty=duty.id, items=duty.items if items is None else items)
    note.fields.update(told_field(item, form) for item in states)
    found = [state for each in states.values() for state in each]
    return [], answer_in(form, found, asked=states, bounds=duty.bands)


def _by_leave(allowed: Allowed) -> None:
    """Read by the person's authorisation from here on, where the purpose needs one."""
    if allowed.leave:
        read_by_leave(allowed.leave.number, organisation=allowed.asker.organisation, name=allowed.asker.officer)


def _refuse(asker: Asker, refused: Refused, at: datetime, as_of: date | None = None) -> ChengxinError:
    """Enter a refusal with its true reason, and give what the asker sees: one text for all, save of their own affairs.

    A duty that there isn't may be any text, so it isn't written down.
    """
    enter_refusal(refused.asker or asker, subject_id=refused.subject_id, reason=refused.reason, at=at, as_of=as_of)
    if refused.reason == NOT_NAMED:
        return DutyNotNamed()
    return HandsRefused(refused.hands) if refused.hands else NotAnswerable()


def list_practices(asker: Asker, question: Question, *, at: datetime) -> tuple[Practice, ...]:
    """Tell which key occupations a person practises today, by whose certificate and until when.

    The way of ``issue_report``: the same decision, the same gate, one access entry. Raises NotAnswerable, also where the duty's
    answer isn't full.
    """
    today = shanghai_date(at)
    try:
        allowed, subject_id = decide_about(asker, question, today)
        _refuse_other_form(allowed, subject_id)
    except Refused as refused:
        raise _refuse(asker, refused, at) from None
    with reading(allowed.asker, subject_id, at=at) as note:
        _by_leave(allowed)
        practices = tuple(read_practices(note, allowed.purpose, today, duty=allowed.duty_id))
    # Only now is the entry committed; nothing leaves before.
    return practices  # noqa: RET504


def _refuse_other_form(allowed: Allowed, subject_id: int) -> None:
    if allowed.form is not Form.FULL:
        raise Refused("duty-other-form", subject_id)
    if allowed.leave and occupations().item not in allowed.leave.items:
        raise Refused("authorisation-missing", subject_id)


@transaction.atomic
def see_coverage(actor: User, *, on: date, at: datetime) -> Coverage:
    """Count how far key occupations are covered, and note who looked. Numbers alone. Raises DayNotCounted."""
    note_act(actor.login, "occupations.coverage", f"day:{on}", at=at)
    return count_coverage(on, today=shanghai_date(at))


def view_past(asker: Asker, question: Question, *, on: date, known_at: datetime, at: datetime) -> Report:
    """Show what a report would have held on a day as the register knew it at a moment: for purposes that may look back.

    Raises NotAnswerable as ``issue_report`` does, and DayToCome, which tells nothing of the person; the entry names the day.
    """
    today = shanghai_date(at)
    if on > today:
        enter_refusal(asker, subject_id=UNKNOWN_SUBJECT, reason=DayToCome.code, at=at, as_of=on)
        raise DayToCome
    try:
        allowed, subject_id = decide_about(asker, question, today)
        _refuse_looking_back(allowed.purpose, subject_id)
    except Refused as refused:
        raise _refuse(asker, refused, at, on) from None
    with reading(allowed.asker, subject_id, at=at, as_of=on) as note:
        records = read_as_of(note, allowed.purpose, on=on, known_at=known_at)
        report = _report(allowed, note, open_person(subject_id), records, None, as_of=on)
    return report  # noqa: RET504


def _refuse_looking_back(purpose: PurposeTerms, subject_id: int) -> None:
    if not purpose.past_view:
        raise Refused("purpose-may-not-look-back", subject_id)


def _report(
    allowed: Allowed,
    note: Reading,
    subject: Named,
    records: list[ShownRecord],
    answer: Answer | None,
    *,
    as_of: date | None = None,
) -> Report:
    """Make the report and have its number noted in the entry's own statement."""
    made = make_report(allowed, note, subject, records, answer, as_of=as_of)
    note.beside = NUMBERED, [note.subject_id, made.number, note.entry_id, note.at, bytes.fromhex(made.salt)]
    return made


def make_report(
    allowed: Allowed,
    note: Reading,
    subject: Named,
    records: Sequence[ShownRecord],
    answer: Answer | None,
    *,
    case: str = "",
    as_of: date | None = None,
) -> Report:
    """Make a report of what a reading gave, under a number and with a salt of its own; ``case`` in place of the asker's.

    Whoever hands it out writes the number and the salt down, in the transaction that reads.
    """
    asker = allowed.asker
    # Signed for by name on every face; the entry keeps the login.
    ours = allowed.officer if allowed.officer and allowed.officer.login == asker.officer else None
    return Report(
        number=report_number(note.at),
        issued_at=note.at,
        subject=subject,
        organisation=allowed.organisation.name,
        officer=ours.display_name if ours else asker.officer,
        purpose=allowed.purpose.name,
        basis=allowed.bases[asker.basis],
        case_reference=case or asker.case_reference,
        records=tuple(records),
        as_of=as_of,
        duty=allowed.duty.name if allowed.duty else "",
        duty_code=asker.duty,
        answer=answer,
        entry_id=note.entry_id,
        authorisation=asker.authorisation,
        salt=new_salt().hex(),
    )


def report_number(at: datetime) -> str:
    """Make a report's number: its day, and ten signs that nobody can guess."""
    return f"CX{shanghai_date(at):%Y%m%d}{unguessed()}"


def unguessed(signs: int = 10) -> str:
    """Make signs that nobody can guess: each of thirty-two from the lower bits of a byte."""
    return "".join(NUMBER_ALPHABET[byte % len(NUMBER_ALPHABET)] for byte in secrets.token_bytes(signs))
