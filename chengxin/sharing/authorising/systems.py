"""Requests for leave by organisations' systems: counted, once under one key, taken alike whether they reach anybody or not."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from chengxin.ground.services import note_act
from chengxin.identity.checking import refuse_client
from chengxin.identity.queries import find_officer, find_organisation
from chengxin.identity.services.replays import earlier_answer, keep_answer, request_digest
from chengxin.identity.speaking import speak_for
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.asking import BETWEEN, CHANNEL, Caller, count_query, limit_refusal
from chengxin.sharing.authorising.errors import EnrolmentUnknown, RequestUnknown
from chengxin.sharing.authorising.queries import LAST, AskedFor, asked_for_read
from chengxin.sharing.authorising.services import (
    ASK,
    Requester,
    Wanted,
    enter_request,
    reach,
    refuse_request_of,
)
from chengxin.sharing.deciding import Question


@dataclass(frozen=True, slots=True)
class Requested:
    """A request as it was taken, and how much of the system's quota of the day is used."""

    number: str
    used: int
    quota: int


def request_by_system(
    caller: Caller, officer: str, wanted: Wanted, question: Question, *, at: datetime, key: str = ""
) -> Requested:
    """Ask a person for leave on behalf of an officer whom the system's organisation knows by this name.

    Under one ``key`` a person is asked once and the call counted once. Raises ClientNotInForce, AddressNotAllowed, QuotaExhausted,
    RateExceeded, KeyReused, EnrolmentUnknown, AuthorisationRefused; HandsRefused where the officer is one of ours and asks themselves.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    digest = _digest(officer, wanted, question)
    earlier, used, quota = _count(caller, key, digest, at)
    if earlier:
        return Requested(earlier, used, quota)
    requester = _requester(caller, officer, at)
    duty = refuse_request_of(requester, wanted, shanghai_date(at))
    reached = reach(requester, duty, wanted, question, CHANNEL, at)
    with transaction.atomic(durable=True):
        speak_for(caller.organisation, requester.name)
        number = enter_request(duty, wanted, reached, channel=CHANNEL, at=at)
        note_act(requester.name, ASK, f"authorisation:{number}", at=at)
        speak_for(
            caller.organisation, caller.client_id
        )  # what is kept under a key is the system's, whoever asked through it
        if key and not keep_answer(caller.client_id, key, digest, (used, quota, [[number]]), at=at):
            transaction.set_rollback(True)
            number = ""
    return Requested(number or _earlier(caller, key, digest), used, quota)


def _digest(officer: str, wanted: Wanted, question: Question) -> bytes:
    leave = wanted.leave
    asked = (
        *sorted(leave.items),
        str(leave.once),
        leave.valid_until.isoformat(),
        str(leave.announces),
        str(wanted.keep_days),
        wanted.reason,
        wanted.reference,
    )
    return request_digest(f"{ASK} {wanted.duty}", [(officer, question.code_type, question.code, question.name), asked])


def _requester(caller: Caller, officer: str, at: datetime) -> Requester:
    organisation = find_organisation(caller.organisation, shanghai_date(at))
    if organisation is None:
        raise EnrolmentUnknown
    account = find_officer(officer)
    ours = account if account is not None and account.organisation_id == organisation.pk else None
    return Requester(caller.organisation, organisation.pk, f"{caller.client_id}{BETWEEN}{officer}", ours)


def _count(caller: Caller, key: str, digest: bytes, at: datetime) -> tuple[str, int, int]:
    """Count a call, in a transaction of its own; or give the number that stands under its key already."""
    with transaction.atomic(durable=True):
        speak_for(caller.organisation, caller.client_id)
        earlier = earlier_answer(caller.client_id, key, digest) if key else None
        if earlier:
            return earlier[2][0][0], earlier[0], earlier[1]
        refusal, used, quota = count_query()
    if refusal:
        raise limit_refusal(refusal, caller.client_id, at)
    return "", used, quota


def _earlier(caller: Caller, key: str, digest: bytes) -> str:
    """Give the number under a key that another call came first with. Raises KeyReused where that was another request."""
    with transaction.atomic(durable=True):
        speak_for(caller.organisation, caller.client_id)
        earlier = earlier_answer(caller.client_id, key, digest)
    if earlier is None:
        raise RequestUnknown
    return str(earlier[2][0][0])


def follow_request(caller: Caller, number: str, *, at: datetime) -> AskedFor:
    """Tell a system how a request of its organisation stands; refused, unanswered and unreachable look alike.

    Raises ClientNotInForce, AddressNotAllowed; RequestUnknown, also for another's.
    """
    refuse_client(caller.client_id, caller.organisation, caller.address)
    with transaction.atomic():
        speak_for(caller.organisation, caller.client_id)
        found = asked_for_read(shanghai_date(at), number, LAST, 1) if number else []
    if not found:
        raise RequestUnknown
    return found[0]
