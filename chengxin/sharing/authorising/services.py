"""Asking a person for leave; granting, refusing, narrowing and taking it back; what is called back, and its acknowledgement."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db import IntegrityError, connection

from chengxin.ground.services import UNKNOWN_SUBJECT, Asker, enter_refusal, note_act
from chengxin.identity.errors import HandsRefused
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.signers import refusal_of, refuse_hands
from chengxin.identity.speaking import speaking_as, speaking_as_person
from chengxin.lib.codes import holds_code
from chengxin.lib.periods import shanghai_date
from chengxin.lib.refusals import Refusal
from chengxin.lib.workdays import DueDate, WorkCalendar
from chengxin.records.services import areas
from chengxin.records.terms import authorisation_months, authorisation_recall_term, authorisation_requests
from chengxin.sharing.authorising.errors import (
    AuthorisationRefused,
    AuthorisationUnknown,
    CallBackUnknown,
    EnrolmentUnknown,
    NotForInstitutions,
)
from chengxin.sharing.authorising.queries import DutyTold, OwnAuthorisation, duties_told, find_own_authorisation
from chengxin.sharing.authorising.rules import (
    Leave,
    Limits,
    erase_by,
    refuse_acknowledgement,
    refuse_grant,
    refuse_narrowing,
    refuse_request,
)
from chengxin.sharing.deciding import Question, Refused, identify
from chengxin.sharing.rules import recall_due
from chengxin.sharing.services import NUMBER_ALPHABET

ASK, SIGNS = "authorisation.ask", 10
HOLDS_CODE = Refusal("identity-code", "这里不能写身份证件号码，请删去。", "Take the identity code out of this text.")
SAYS_NOTHING = Refusal(
    "no-reason", "请写明为什么请求授权，以及本单位的业务编号。", "Say why you ask, and give your own reference."
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an organisation asks a person for, under a duty by its code; why, in words for the person; its own reference."""

    duty: str
    leave: Leave
    keep_days: int
    reason: str
    reference: str


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks a person for leave: the organisation, and for whom it speaks there, an officer's login or a system's name for its officer.

    ``officer`` is the account of whoever stands behind that name, None where only their organisation knows them.
    """

    organisation: str
    organisation_id: int | None
    name: str
    officer: User | None


def duties_to_ask_for(organisation_id: int | None, on: date) -> list[DutyTold]:
    """Give the duty items that need the person's leave and that an organisation stands enrolled for today, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT d.id FROM sharing_standing s JOIN sharing_duty d ON d.id = s.duty_id
               WHERE s.organisation_id = %s AND d.needs = 'authorisation'""",
            [organisation_id],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    return sorted(duties_told(numbers, on).values(), key=lambda duty: (duty.name, duty.code))


def request_authorisation(actor: User, wanted: Wanted, question: Question, *, channel: str, at: datetime) -> str:
    """Ask a person for leave to see items of theirs. Gives the request's number, whether it reaches anybody or not.

    A request about nobody, a wrong name, the dead, or one asked too soon is taken like any other; the true reason is kept, and entered
    in the register of access about whomever the code belongs to. Raises NotForInstitutions, EnrolmentUnknown, AuthorisationRefused;
    HandsRefused where it is the officer themselves, or they haven't declared who they are.
    """
    if not may(actor.pk, ASK):
        raise NotForInstitutions
    refuse_hands(
        actor
    )  # before anybody is looked for: whoever hasn't declared themselves learns nothing of whom there is
    requester = Requester(actor.organisation.code, actor.organisation_id, actor.login, actor)
    duty = refuse_request_of(requester, wanted, shanghai_date(at))
    subject, nobody = reach(requester, duty, wanted, question, channel, at)
    with speaking_as(actor):
        number = enter_request(duty, wanted, (subject, nobody), channel=channel, at=at)
        note_act(actor.login, ASK, f"authorisation:{number}", at=at)
    return number


def enter_request(duty: DutyTold, wanted: Wanted, reached: tuple[int, str], *, channel: str, at: datetime) -> str:
    """Enter a request in a transaction that speaks for whoever asks; ``reached``: whom, else nobody and why. Gives its number."""
    on, leave = shanghai_date(at), wanted.leave
    number = number_request(at)
    values: list[Any] = [
        number, *reached, duty.id, sorted(leave.items), leave.once, leave.valid_until, leave.announces, wanted.keep_days,
        erase_by(leave.valid_until, wanted.keep_days), wanted.reason.strip(), wanted.reference.strip(), channel,
        authorisation_requests(on).period("answer").after(on),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sharing_request_authorisation(%s, %s, %s, %s, %s::varchar[], %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            values,
        )
    return number


def number_request(at: datetime) -> str:
    """Make a request's number: its day, and ten signs that nobody can guess."""
    return f"SQ{shanghai_date(at):%Y%m%d}{_signs()}"


def _signs() -> str:
    return "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(SIGNS))


def refuse_request_of(requester: Requester, wanted: Wanted, on: date) -> DutyTold:
    """Give the duty under which an organisation may ask for this. Raises EnrolmentUnknown, AuthorisationRefused; both tell of it alone."""
    duties = duties_to_ask_for(requester.organisation_id, on)
    duty = next((one for one in duties if one.code == wanted.duty), None)
    if duty is None:
        raise EnrolmentUnknown
    texts = (wanted.reason.strip(), wanted.reference.strip())
    if not all(texts):
        raise AuthorisationRefused(SAYS_NOTHING)
    if any(holds_code(text, on=on, areas=areas()) for text in texts):
        raise AuthorisationRefused(HOLDS_CODE)
    limits = Limits(frozenset(duty.items), duty.keep_days)
    refusal = refuse_request(
        wanted.leave, wanted.keep_days, limits=limits, on=on, longest=authorisation_months(on)
    )  # fmt: skip
    if refusal:
        raise AuthorisationRefused(refusal)
    return duty


def reach(
    requester: Requester, duty: DutyTold, wanted: Wanted, question: Question, channel: str, at: datetime
) -> tuple[int, str]:
    """Give whom a request reaches, else nobody and why. Raises HandsRefused after the entry; it tells of one's own affairs alone."""
    reference = wanted.reference.strip()
    asker = Asker(requester.organisation, requester.name, duty.purpose, duty.basis, reference, channel, duty.code)
    try:
        subject = identify(question, shanghai_date(at))
    except Refused as refused:
        enter_refusal(asker, subject_id=refused.subject_id, reason=refused.reason, at=at)
        return UNKNOWN_SUBJECT, refused.reason
    if requester.officer is not None and (refusal := refusal_of(requester.officer, [subject])):
        enter_refusal(asker, subject_id=subject, reason=refusal.code, at=at)
        raise HandsRefused(refusal)
    return subject, ""


class Change(Protocol):
    """Granting or narrowing."""

    def __call__(self, person: User, number: str, leave: Leave, *, at: datetime) -> str: ...


def grant(person: User, number: str, leave: Leave, *, at: datetime) -> str:
    """Let an organisation see what it asked for, or less. Gives the number of the receipt.

    Raises AuthorisationUnknown, also for another's and for what was answered or lapsed; AuthorisationRefused for more than was asked.
    """
    one = find_own_authorisation(person, number, shanghai_date(at))
    if one.state != "waits":
        raise AuthorisationUnknown
    refuse_by(refuse_grant(leave, asked=one.asked, on=shanghai_date(at)))
    return _settle(person, one, "granted", leave, at=at)


def refuse(person: User, number: str, *, at: datetime) -> None:
    """Refuse what an organisation asks for. It isn't told: it sees what it sees of a request that nobody answered.

    Raises AuthorisationUnknown.
    """
    one = find_own_authorisation(person, number, shanghai_date(at))
    _settle(person, one, "refused", Leave(frozenset(), one.asked.once, one.asked.valid_until), at=at)


def narrow(person: User, number: str, leave: Leave, *, at: datetime) -> str:
    """Let an organisation see less from now on, and call the rest back. Gives the number of the receipt.

    Raises AuthorisationUnknown; AuthorisationRefused for what isn't less.
    """
    one = find_own_authorisation(person, number, shanghai_date(at))
    if not one.may_narrow:
        raise AuthorisationUnknown
    refuse_by(refuse_narrowing(leave, standing=one.standing, on=shanghai_date(at)))
    return _settle(person, one, "narrowed", leave, at=at)


def withdraw(person: User, number: str, *, at: datetime) -> str:
    """Take back what was granted, at once, and call back what was seen. Gives the number of the receipt. Raises AuthorisationUnknown."""
    one = find_own_authorisation(person, number, shanghai_date(at))
    return _settle(person, one, "withdrawn", Leave(frozenset(), one.standing.once, one.standing.valid_until), at=at)


def silence(person: User, number: str, *, at: datetime) -> str:
    """Have changes announced no more, at once and for good; what may be seen stays. Gives the number of the receipt.

    Raises AuthorisationUnknown, also where none are announced.
    """
    one = find_own_authorisation(person, number, shanghai_date(at))
    if not one.may_silence:
        raise AuthorisationUnknown
    return _settle(person, one, "silenced", one.standing.silent(), at=at)


def refuse_by(refusal: Refusal | None) -> None:
    """Raise AuthorisationRefused where there is a refusal."""
    if refusal:
        raise AuthorisationRefused(refusal)


def _settle(person: User, one: OwnAuthorisation, did: str, leave: Leave, *, at: datetime) -> str:
    """Write what the person did; the database looks once more, under a lock, whether it can be done."""
    receipt = "" if did == "refused" else number_receipt(at)
    due = due_of(at) if did in {"narrowed", "withdrawn"} else None
    values: list[Any] = [
        one.number, did, sorted(leave.items), leave.once, leave.valid_until, leave.announces, receipt, due.day if due else None,
        bool(due and due.provisional),
    ]  # fmt: skip
    try:
        with speaking_as_person(person), connection.cursor() as cursor:
            cursor.execute("SELECT sharing_answer_authorisation(%s, %s, %s::varchar[], %s, %s, %s, %s, %s, %s)", values)
            if cursor.fetchone() != (True,):
                raise AuthorisationUnknown
            note_act(person.login, ACTS[did], f"authorisation:{one.number}", at=at)
    except IntegrityError:  # somebody was quicker: another tab, the window, the end of its days
        raise AuthorisationUnknown from None
    return receipt


def number_receipt(at: datetime) -> str:
    """Make a receipt's number: its day, and ten signs that nobody can guess."""
    return f"SJ{shanghai_date(at):%Y%m%d}{_signs()}"


ACTS = {
    "granted": "authorisation.grant",
    "refused": "authorisation.refuse",
    "narrowed": "authorisation.narrow",
    "withdrawn": "authorisation.withdraw",
    "silenced": "authorisation.silence",
}


def due_of(at: datetime) -> DueDate:
    on = shanghai_date(at)
    return recall_due(on, authorisation_recall_term(on), WorkCalendar())


def acknowledge_call_back(number: int, *, copies: str, law: str, actor: User, at: datetime) -> None:
    """Acknowledge for the officer's organisation what was called back, and say what became of its copies; the person is told.

    Raises CallBackUnknown, also for another's and a second time; AuthorisationRefused without a law for what is kept.
    """
    refuse_by(refuse_acknowledgement(copies, law))
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT sharing_acknowledge_call_back(%s, %s, %s)", [number, copies, law.strip()])
        if cursor.fetchone() != (True,):
            raise CallBackUnknown
        note_act(actor.login, "authorisation.acknowledge", f"call-back:{number}", at=at)
