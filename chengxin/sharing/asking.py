"""Single queries of organisations' systems: counted, answered in the form of the duty, entered. No request comes in here."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from chengxin.ground.prepared import fetch_prepared
from chengxin.ground.services import Asker
from chengxin.identity.checking import is_key_gone, refuse_client
from chengxin.identity.errors import (
    AddressNotAllowed,
    ClientNotInForce,
    OutOfHours,
    QuotaExhausted,
    RateExceeded,
    TokenInvalid,
)
from chengxin.identity.hours import out_of_hours, refuse_out_of_hours
from chengxin.identity.services.replays import earlier_answer, keep_answer, request_digest
from chengxin.identity.speaking import sealed_claim, speak_for
from chengxin.lib.errors import TooMany
from chengxin.lib.periods import seconds_of_day_left
from chengxin.sharing.deciding import Question
from chengxin.sharing.services import Report, issue_report

CHANNEL, BETWEEN = "api", "/"
BEGIN_QUERY = "SELECT refusal, used, quota FROM sharing_begin_query(%s, %s::inet, %s)"


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that proved itself with a token: its organisation, its own name, from where it calls, and with which of its keys.

    ``authorisation``: the number of the one that the token is bound to, where it is.
    """

    organisation: str
    client_id: str
    address: str
    key: str = ""
    authorisation: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """For what a system asks: duty, basis, case, and the officer on whose behalf, by the pseudonym that their organisation gave them."""

    duty: str
    basis: str
    case_reference: str
    officer: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A report for a system, and how much of its quota of the day is used."""

    report: Report
    used: int
    quota: int


def answer_system(caller: Caller, why: Why, question: Question, *, at: datetime, key: str = "") -> Answered:
    """Answer a system about one person. The entry names the system and the officer.

    ``key`` keeps a repeated call from being counted twice. Its answer is read and entered anew, since nothing of a person's is kept to be
    told again. Raises ClientNotInForce, AddressNotAllowed, OutOfHours, QuotaExhausted, RateExceeded, KeyReused, NotAnswerable,
    DutyNotNamed, TokenInvalid, HandsRefused where the officer is one of ours and asks about themselves.
    """
    _refuse_dead_token(caller)
    used, quota = _count_once(caller, why, question, key, at) if key else _count(caller, at)
    officer = f"{caller.client_id}{BETWEEN}{why.officer}"
    # The duty tells its purpose.
    bound = caller.authorisation
    asker = Asker(caller.organisation, officer, "", why.basis, why.case_reference, CHANNEL, why.duty, bound)
    return Answered(issue_report(asker, question, at=at, client=caller.client_id), used, quota)


def _refuse_dead_token(caller: Caller) -> None:
    """Raise TokenInvalid where the code that gave a bound token was shown a second time."""
    if not caller.authorisation:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT sharing_bound_token_stands(%s)", [caller.authorisation])
        if cursor.fetchone() != (True,):
            raise TokenInvalid


def _count(caller: Caller, at: datetime) -> tuple[int, int]:
    """Count a query in a transaction of its own, so that calls don't wait for one another's answers."""
    with transaction.atomic(durable=True):
        claim = sealed_claim(caller.organisation, caller.client_id)
        ((refusal, used, quota),) = fetch_prepared(BEGIN_QUERY, [claim, caller.address, caller.key])
    _refuse_uncounted(refusal, caller, at)
    return used, quota


def _count_once(caller: Caller, why: Why, question: Question, key: str, at: datetime) -> tuple[int, int]:
    """Count a query once under its key, however often it is sent."""
    refuse_client(caller.client_id, caller.organisation, caller.address)
    if is_key_gone(caller.client_id, caller.key):
        raise TokenInvalid
    refuse_out_of_hours(caller.client_id, at)
    parts = (why.basis, why.case_reference, why.officer, question.code_type, question.code, question.name)
    digest = request_digest(why.duty, [parts])
    for _ in range(2):
        with transaction.atomic(durable=True):
            speak_for(caller.organisation, caller.client_id)
            earlier = earlier_answer(caller.client_id, key, digest)
            if earlier:
                return earlier[0], earlier[1]
            refusal, used, quota = count_query()
            if refusal or keep_answer(caller.client_id, key, digest, (used, quota, ()), at=at):
                break
            transaction.set_rollback(True)
    _refuse_uncounted(refusal, caller, at)
    return used, quota


def _refuse_uncounted(refusal: str, caller: Caller, at: datetime) -> None:
    """Raise the error that a query wasn't counted for."""
    if refusal == ClientNotInForce.code:
        raise ClientNotInForce
    if refusal == AddressNotAllowed.code:
        raise AddressNotAllowed
    if refusal == TokenInvalid.code:
        raise TokenInvalid
    if refusal:
        raise limit_refusal(refusal, caller.client_id, at)


def count_query() -> tuple[str, int, int]:
    """Count a call of the system that this transaction speaks for; give why it is one too many, how many there were and may be."""
    ((refusal, used, quota),) = fetch_prepared("SELECT refusal, used, quota FROM sharing_count_query()", ())
    return refusal, used, quota


def limit_refusal(refusal: str, client_id: str, at: datetime) -> TooMany:
    """Make the error that tells a client why it wasn't counted, and when it may ask again."""
    if refusal == OutOfHours.code:
        return out_of_hours(client_id, at)
    if refusal == QuotaExhausted.code:
        return QuotaExhausted(again_in_s=seconds_of_day_left(at))
    return RateExceeded(again_in_s=60 - at.second)
