"""Checking real names: a registered purpose, a quota, an entry for the person, and an answer that holds no data."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from chengxin.ground.services import UNKNOWN_SUBJECT, Asker, Line, Reading, enter, enter_many, entry_number
from chengxin.identity import errors
from chengxin.identity.checking import Known, Purpose, find_purpose, look_up_codes
from chengxin.identity.hours import out_of_hours
from chengxin.identity.rules import Told, checked_answer, normal_name
from chengxin.identity.sandbox import is_real_here
from chengxin.identity.services.replays import earlier_answer, keep_answer, request_digest
from chengxin.identity.speaking import speak_for
from chengxin.identity.vault import refreshed_vault, vault
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.crypto import Vault
from chengxin.lib.errors import ChengxinError, TooMany
from chengxin.lib.periods import seconds_of_day_left, shanghai_date
from chengxin.lib.regions import standard_areas

MOST_ITEMS = 10_000
FIELDS = ("code", "name")
EVERYBODY = "all"
NAME_TAG_BYTES = 16
REFUSED = "refused"
OF_PERSONS = frozenset(CodeType) - {CodeType.ORGANISATION, CodeType.ORGANISATION_LEGACY}
REFUSALS: dict[str, type[ChengxinError]] = {
    error.code: error
    for error in (
        errors.PurposeNotRegistered,
        errors.ClientNotInForce,
        errors.AddressNotAllowed,
        errors.OfficerWithoutRight,
        errors.QuotaExhausted,
        errors.TooManyMisses,
        errors.RateExceeded,
        errors.OutOfHours,
        errors.CodeTriedTooOften,
        errors.CodeInvalid,
        errors.NameMissing,
    )
}
TAKE = (
    "SELECT refusal, taken, used, quota FROM identity_take_checks(%s, %s, %s, %s::inet, %s::text[], %s::text[], %s::text[],"
    " %s::uuid[], %s::bytea[], %s::bytea[])"
)


@dataclass(frozen=True, slots=True)
class Enquirer:
    """Who asks: a client of the API from its address, or an officer at the desk."""

    channel: str
    organisation: str
    name: str
    address: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """Name and code to check. Has no readable form, so that it can't slip into a log."""

    code_type: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Answer:
    """``outcome`` match, mismatch, not_found or refused; a refused one has a reason and no receipt."""

    outcome: str
    assurance: str
    receipt: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers in the order of the questions, and how much of the asker's quota of the day is used."""

    items: tuple[Answer, ...]
    used: int
    quota: int


@dataclass(slots=True, repr=False)
class _Item:
    """One question on its way: what was asked in its checked form, then whom it leads to and what is told."""

    code_type: str
    code: str
    name: str
    receipt: str
    entry_id: UUID
    refusal: str = ""
    subject_id: int = UNKNOWN_SUBJECT
    told: Told | None = None


class _Refused(Exception):
    """The database refuses the call as a whole."""


def verify(enquirer: Enquirer, purpose: str, asked: Asked, *, at: datetime, key: str = "") -> tuple[Answer, Answers]:
    """Check one real name. Raises as ``verify_many`` does, and CodeInvalid, NameMissing, CodeTriedTooOften."""
    answers = verify_many(enquirer, purpose, [asked], at=at, key=key)
    (answer,) = answers.items
    if answer.refusal:
        raise refusal(answer.refusal, at)
    return answer, answers


def verify_many(enquirer: Enquirer, purpose: str, asked: Sequence[Asked], *, at: datetime, key: str = "") -> Answers:
    """Check real names, all in one transaction with their entries; the same work for whoever exists and whoever doesn't.

    ``key`` makes a repeated call give the first one's answers. Raises BatchUnfit, PurposeNotRegistered, ClientNotInForce,
    AddressNotAllowed, OutOfHours, OfficerWithoutRight, QuotaExhausted, TooManyMisses, RateExceeded, KeyReused. A call that is refused or
    fails is entered in a transaction of its own; without an entry there is no answer.
    Source: 个人信息保护法 第六条、第十三条 (purpose and basis, the least that serves it), 第五十一条 (classes of access).
    """
    if not 1 <= len(asked) <= MOST_ITEMS:
        raise errors.BatchUnfit
    found = find_purpose(purpose, enquirer.organisation)
    # A purpose that isn't registered may be any text, so it isn't written down.
    registered, basis = (found.code, found.basis) if found else ("", "")
    asker = Asker(enquirer.organisation, enquirer.name, registered, basis, "", enquirer.channel)
    items = [_ready(one, at) for one in asked]
    try:
        return _judge(enquirer, found, asker, items, (key, at))
    except _Refused as refused:
        _enter_whole(asker, items, "refused", str(refused), at)
        told = out_of_hours(enquirer.name, at) if str(refused) == errors.OutOfHours.code else refusal(str(refused), at)
        raise told from None
    except ChengxinError:
        raise
    except Exception:
        _enter_whole(asker, items, "failed", "error", at)
        raise


def refusal(reason: str, at: datetime) -> ChengxinError:
    """Make the error that tells a reason, and with those of counters when they begin anew."""
    kind = REFUSALS[reason]
    if issubclass(kind, TooMany):
        minute = kind is errors.RateExceeded
        return kind(again_in_s=60 - at.second if minute else seconds_of_day_left(at))
    return kind()


def _judge(
    enquirer: Enquirer, purpose: Purpose | None, asker: Asker, items: list[_Item], call: tuple[str, datetime]
) -> Answers:
    key, at = call
    if purpose is None:
        raise _Refused(errors.PurposeNotRegistered.code)
    if key:
        digest = request_digest(purpose.code, ((one.code_type, one.code, one.name) for one in items))
        return _once(enquirer, purpose, asker, items, (key, digest, at))
    with transaction.atomic(durable=True):
        return _check(enquirer, purpose, asker, items, at)


def _ready(asked: Asked, at: datetime) -> _Item:
    """Make a question ready: checked, with a receipt to be. What is wrong in itself is refused without a look."""
    kind = next((kind for kind in OF_PERSONS if kind.value == asked.code_type), None)
    areas = standard_areas(test_area=settings.TEST_AREA)
    verdict = examine(kind, asked.code.strip(), on=shanghai_date(at), areas=areas)
    name = normal_name(asked.name)
    fault = "" if name else errors.NameMissing.code
    if kind is None or verdict.canonical is None or verdict.legacy or is_real_here(verdict.canonical):
        fault = errors.CodeInvalid.code
    if fault:
        return _Item("", "", "", "", entry_number(at), fault)
    return _Item(str(kind), verdict.canonical or "", name, new_receipt(), entry_number(at))


def _once(
    enquirer: Enquirer, purpose: Purpose, asker: Asker, items: list[_Item], call: tuple[str, bytes, datetime]
) -> Answers:
    """Check under an idempotency key: give the earlier answers when there are some, also when they came about meanwhile."""
    key, digest, at = call
    for _ in range(2):
        with transaction.atomic(durable=True):
            speak_for(enquirer.organisation, enquirer.name)
            earlier = earlier_answer(enquirer.name, key, digest)
        if earlier:
            used, quota, kept = earlier
            return Answers(tuple(Answer(*one) for one in kept), used, quota)
        with transaction.atomic(durable=True):
            speak_for(enquirer.organisation, enquirer.name)
            answers = _check(enquirer, purpose, asker, items, at)
            rows = [(one.outcome, one.assurance, one.receipt, one.refusal) for one in answers.items]
            if keep_answer(enquirer.name, key, digest, (answers.used, answers.quota, rows), at=at):
                return answers
            transaction.set_rollback(True)
    raise AssertionError("an answer is kept or there is an earlier one")


def _check(enquirer: Enquirer, purpose: Purpose, asker: Asker, items: list[_Item], at: datetime) -> Answers:
    """Look up, judge, count, write down, enter: five statements with the search of the purpose, however many items."""
    _tell(items)
    used, quota = _take(enquirer, purpose, [item for item in items if not item.refusal])
    enter_many(asker, [_line(item) for item in items], fields=FIELDS, at=at)
    return Answers(tuple(_answer(item) for item in items), used, quota)


def _tell(items: list[_Item]) -> None:
    """Find whom the codes lead to, in one statement. One that leads nowhere is compared too, with a tag that fits nothing.

    Keys that were changed since this process last looked are noticed by the same statement, for known and unknown alike.
    """
    keys = vault()
    hashes = _hashes(items, keys)
    found = look_up_codes([one for each in hashes for one in each])
    if found.pointers != keys.pointers:
        keys = refreshed_vault(keys) or keys
        hashes = _hashes(items, keys)
        found = look_up_codes([one for each in hashes for one in each])
    nobody = Known(UNKNOWN_SUBJECT, secrets.token_bytes(NAME_TAG_BYTES), "", None)
    for item, own in zip(items, hashes, strict=True):
        known = next((found.known[one] for one in own if one in found.known), nobody)
        tag = keys.name_tag(item.code_type, item.code, item.name, known.key_id)
        fits = hmac.compare_digest(known.name_tag, tag)
        item.subject_id = known.subject_id
        item.told = checked_answer(known=known is not nobody, fits=fits, died=known.died)


def _hashes(items: list[_Item], keys: Vault) -> list[list[bytes]]:
    """Give the hashes under which each code may stand: one, or two while the hash key is being changed."""
    return [keys.look_up_hashes(item.code_type, item.code) for item in items]


def _take(enquirer: Enquirer, purpose: Purpose, items: list[_Item]) -> tuple[int, int]:
    """Have the database judge, count and write the checks down; marks what it didn't take. Raises _Refused."""
    told = [item.told for item in items if item.told]
    with connection.cursor() as cursor:
        cursor.execute(
            TAKE,
            [
                purpose.pk,
                enquirer.channel,
                enquirer.name,
                enquirer.address,
                [item.receipt for item in items],
                [one.outcome for one in told],
                [one.assurance for one in told],
                [item.entry_id for item in items],
                [counter_key(item.code_type, item.code, enquirer.organisation) for item in items],
                [counter_key(item.code_type, item.code, EVERYBODY) for item in items],
            ],
        )
        refused, taken, used, quota = cursor.fetchone() or ("error", None, 0, 0)
    if refused:
        raise _Refused(refused)
    for item, mine in zip(items, taken or (), strict=True):
        if not mine:
            item.refusal = errors.CodeTriedTooOften.code
    return used, quota


def counter_key(code_type: str, code: str, whose: str) -> bytes:
    """Make the key of a code's counter, 32 bytes, under a key of ours: it leads neither to the code nor to the person's look-up hash."""
    text = f"{whose}\x1f{code_type}\x1f{code}".encode()
    return hashlib.blake2b(text, key=vault().digest_key, person=b"check-counter", digest_size=32).digest()


def _line(item: _Item) -> Line:
    if item.refusal or item.told is None:
        return Line(item.subject_id, item.entry_id, "", "refused", item.refusal)
    return Line(item.subject_id, item.entry_id, item.receipt, item.told.entered, item.told.reason)


def _answer(item: _Item) -> Answer:
    if item.refusal or item.told is None:
        return Answer(REFUSED, "none", "", item.refusal)
    return Answer(item.told.outcome, item.told.assurance, item.receipt)


def _enter_whole(asker: Asker, items: list[_Item], outcome: str, reason: str, at: datetime) -> None:
    """Enter a call that was refused or failed as a whole: under the person where it was about one who was found."""
    subject = items[0].subject_id if len(items) == 1 else UNKNOWN_SUBJECT
    with transaction.atomic(durable=True):
        enter(asker, Reading(subject, entry_number(at), at, fields=set(FIELDS)), outcome=outcome, reason=reason)


def new_receipt() -> str:
    """Make a receipt's number: V and sixteen random bytes, which nobody can guess."""
    return "V" + base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")
