"""Answering: a person's report for an officer or a client with a duty item, a basis and a case, in the form of the duty."""

import secrets
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from chengxin.catalogue.errors import PurposeUnknown
from chengxin.catalogue.queries import PurposeTerms, find_purpose
from chengxin.ground.errors import NotAnswerable
from chengxin.ground.services import UNKNOWN_SUBJECT, Asker, Reading, enter_refusal, note_act, reading
from chengxin.identity.errors import HandsRefused
from chengxin.identity.models import Organisation, User
from chengxin.identity.queries import Found, Named, find_officer, find_organisation, find_person, may, open_person
from chengxin.identity.sandbox import is_real_here
from chengxin.identity.signers import refusal_of
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.errors import ChengxinError
from chengxin.lib.periods import shanghai_date
from chengxin.lib.refusals import Refusal
from chengxin.lib.regions import standard_areas
from chengxin.records.gate import NO_DUTY
from chengxin.records.occupations import occupations
from chengxin.records.practices import Coverage, Practice, count_coverage, read_practices
from chengxin.records.queries import ShownRecord, read_as_of, read_shown, read_states
from chengxin.sharing.authorising.using import StandingLeave, read_by_leave, standing_authorisation
from chengxin.sharing.duties.answers import Answer, Form, answer_in, told_field
from chengxin.sharing.duties.errors import DutyUnknown
from chengxin.sharing.duties.queries import DutyTerms, duty_known, find_duty, standing_duties
from chengxin.sharing.duties.rules import NOT_NAMED, choose_duty
from chengxin.sharing.errors import DayToCome, DutyNotNamed

NUMBER_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True, repr=False)
class Question:
    """Whom a report is asked about. Never shown as text, so that it can't slip into a log."""

    code_type: str
    code: str
    name: str


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


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an asker may ask: the purpose, the duty where it needs one, and the asker with that duty named."""

    asker: Asker
    organisation: Organisation
    purpose: PurposeTerms
    duty: DutyTerms | None
    leave: StandingLeave | None = None

    @property
    def duty_id(self) -> int:
        return self.duty.id if self.duty else NO_DUTY

    @property
    def form(self) -> Form:
        return Form(self.duty.form) if self.duty else Form.FULL

    @property
    def bases(self) -> dict[str, str]:
        return dict(self.duty.bases) if self.duty else self.purpose.bases


class Refused(Exception):  # no error of the program: the true reason on its way to the register
    """Why a query is refused, about whom, and under which duty where one was found; only the register learns it."""

    def __init__(self, reason: str, subject_id: int = UNKNOWN_SUBJECT, hands: Refusal | None = None) -> None:
        super().__init__(reason)
        self.hands = hands
        self.duty = ""
        self.reason = reason
        self.subject_id = subject_id


def issue_report(asker: Asker, question: Question, *, at: datetime, client: str = "") -> Report:
    """Issue a report: decide, read through the gate, enter, commit. Rendering is the caller's, after this has returned.

    ``client`` is the system that proved itself with a token and asks on behalf of somebody whom only its organisation knows; empty for an
    officer of ours. Raises NotAnswerable, the same for every reason, after the true reason was entered; HandsRefused where it is the
    officer themselves, or they haven't declared who they are; DutyNotNamed, which tells of the asker alone.
    When the entry can't be written there is no report.
    """
    today = shanghai_date(at)
    try:
        allowed, subject_id = _whom(asker, question, today, client)
    except Refused as refused:
        raise _refuse(asker, refused, at) from None
    with reading(allowed.asker, subject_id, at=at) as note:
        report = _report(allowed, note, *_read(allowed, note, today))
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


def _whom(asker: Asker, question: Question, today: date, client: str = "") -> tuple[Allowed, int]:
    """Decide whether this asker may ask, about whom, and that it isn't about themselves. Raises Refused."""
    allowed = decide(asker, today, client=client)
    try:
        return _about(allowed, question, today, client)
    except Refused as refused:
        refused.duty = allowed.asker.duty
        raise


def _about(allowed: Allowed, question: Question, today: date, client: str) -> tuple[Allowed, int]:
    """Find whom a question is about, that it isn't whoever asks, and what they authorised where that is needed. Raises Refused."""
    asker, subject_id = allowed.asker, identify(question, today)
    # A system's officer stands behind its name.
    officer = find_officer(asker.officer.removeprefix(f"{client}/") if client else asker.officer)
    if (
        officer is not None
        and officer.organisation_id == allowed.organisation.pk
        and (refusal := refusal_of(officer, [subject_id]))
    ):
        raise Refused(refusal.code, subject_id, refusal)
    if allowed.purpose.needs == "authorisation" and allowed.duty is not None:
        leave = standing_authorisation(subject_id, allowed.duty.id, organisation=asker.organisation, name=asker.officer)
        if leave is None:
            raise Refused("authorisation-missing", subject_id)
        return replace(allowed, leave=leave, asker=replace(allowed.asker, authorisation=leave.number)), subject_id
    return allowed, subject_id


def _refuse(asker: Asker, refused: Refused, at: datetime, as_of: date | None = None) -> ChengxinError:
    """Enter a refusal with its true reason, and give what the asker sees: one text for all, save of their own affairs.

    A duty that there isn't may be any text, so it isn't written down.
    """
    named = replace(asker, duty=refused.duty or (asker.duty if duty_known(asker.duty) else ""))
    enter_refusal(named, subject_id=refused.subject_id, reason=refused.reason, at=at, as_of=as_of)
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
        allowed, subject_id = _whom(asker, question, today)
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
        allowed, subject_id = _whom(asker, question, today)
        _refuse_looking_back(allowed.purpose, subject_id)
    except Refused as refused:
        raise _refuse(asker, refused, at, on) from None
    with reading(allowed.asker, subject_id, at=at, as_of=on) as note:
        records = read_as_of(note, allowed.purpose, on=on, known_at=known_at)
        report = _report(allowed, note, records, None, as_of=on)
    return report  # noqa: RET504


def _refuse_looking_back(purpose: PurposeTerms, subject_id: int) -> None:
    if not purpose.past_view:
        raise Refused("purpose-may-not-look-back", subject_id)


def decide(asker: Asker, today: date, *, client: str = "") -> Allowed:
    """Decide whether this asker may ask for this purpose at all, and under which duty. Raises Refused with the true reason.

    Source: safeguard 8; 政务数据共享条例 第二十条 (basis, scene and scope are stated), 第二十五条 (nothing beyond them).
    """
    organisation = find_organisation(asker.organisation, today)
    if organisation is None:
        raise Refused("organisation-unknown")
    if not client:
        officer = find_officer(asker.officer)
        if officer is None or officer.organisation_id != organisation.pk or not may(officer.pk, "report.issue"):
            raise Refused("officer-unknown")
    try:
        purpose = find_purpose(asker.purpose, today)
    except PurposeUnknown:
        raise Refused("purpose-unknown") from None
    if organisation.kind not in purpose.organisation_kinds:
        raise Refused("purpose-not-open-to-organisation")
    duty = _duty(asker, purpose, today)
    allowed = Allowed(replace(asker, duty=duty.code if duty else ""), organisation, purpose, duty)
    if asker.basis not in allowed.bases:
        raise Refused("basis-unknown")
    if purpose.needs == "case" and not asker.case_reference.strip():
        raise Refused("case-missing")
    return allowed


def _duty(asker: Asker, purpose: PurposeTerms, today: date) -> DutyTerms | None:
    """Find the duty under which a question is asked, None where the purpose needs none. Raises Refused."""
    if not purpose.needs_duty:
        if asker.duty:
            raise Refused("duty-not-of-purpose")
        return None
    code, reason = choose_duty(asker.duty, standing_duties(asker.organisation, purpose.code))
    if reason:
        raise Refused(reason)
    try:
        return find_duty(code, today)
    except DutyUnknown:
        raise Refused("duty-not-enrolled") from None


def identify(question: Question, today: date) -> int:
    """Find whom the question is about. Raises Refused; a wrong name is entered under the person whose code was used."""
    kind = next((kind for kind in CodeType if kind.value == question.code_type), None)
    verdict = examine(kind, question.code.strip(), on=today, areas=standard_areas(test_area=settings.TEST_AREA))
    if verdict.canonical is None or verdict.legacy or is_real_here(verdict.canonical):
        raise Refused("code-invalid")
    found: Found | None = find_person(question.code_type, verdict.canonical, question.name)
    if found is None:
        raise Refused("person-unknown")
    if not found.name_fits:
        raise Refused("name-differs", found.subject_id)
    if found.died is not None:
        raise Refused("person-dead", found.subject_id)
    return found.subject_id


def _report(
    allowed: Allowed, note: Reading, records: list[ShownRecord], answer: Answer | None, *, as_of: date | None = None
) -> Report:
    """Number the report and note its number in the same transaction as the entry."""
    number, asker = report_number(note.at), allowed.asker
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sharing_report (subject_id, number, entry_id, issued_at) VALUES (%s, %s, %s, %s)",
            [note.subject_id, number, note.entry_id, note.at],
        )
    # Signed for by name on every face; the entry keeps the login.
    officer = find_officer(asker.officer)
    ours = officer if officer is not None and officer.organisation_id == allowed.organisation.pk else None
    return Report(
        number=number,
        issued_at=note.at,
        subject=open_person(note.subject_id),
        organisation=allowed.organisation.name,
        officer=ours.display_name if ours else asker.officer,
        purpose=allowed.purpose.name,
        basis=allowed.bases[asker.basis],
        case_reference=asker.case_reference,
        records=tuple(records),
        as_of=as_of,
        duty=allowed.duty.name if allowed.duty else "",
        duty_code=asker.duty,
        answer=answer,
        entry_id=note.entry_id,
        authorisation=asker.authorisation,
    )


def report_number(at: datetime) -> str:
    """Make a report's number: its day, and ten signs that nobody can guess."""
    return f"CX{shanghai_date(at):%Y%m%d}" + "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(10))
