"""Registering what real names are checked for: entered by one administrator, approved by another, for a term."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import RegistrationRefused
from chengxin.identity.models import Organisation, RealNameBasis, Registration, User
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import find_organisation, may
from chengxin.identity.real_names import real_names
from chengxin.identity.signers import refuse_hands
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

LONGEST_DAYS = 1096


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an organisation may check: a client a day, of these without a match, calls a minute, an officer a day, a code a day."""

    daily_quota: int
    daily_misses: int
    per_minute: int = 600
    desk_quota: int = 100
    per_code: int = 20


@dataclass(frozen=True, slots=True)
class Applied:
    """What an organisation applies for, in its field and on its article."""

    organisation: str
    field: str
    purpose: str
    basis: str
    until: date


@transaction.atomic
def settle_bases() -> None:
    """Bring the articles to the file's state, where the database's own guards read them. Runs as the owner."""
    RealNameBasis.objects.all().delete()
    RealNameBasis.objects.bulk_create(
        RealNameBasis(ref=one.ref, field=field, valid_from=one.valid_from, valid_until=one.valid_until)
        for one in real_names().bases.values()
        for field in one.fields
    )


@transaction.atomic
def register_purpose(applied: Applied, limits: Limits, *, actor: User, at: datetime) -> Registration:
    """Enter a purpose from today; nothing can be checked for it until a second person approves.

    Raises NotAllowed when the actor is no system administrator, RegistrationRefused in words.
    """
    _require("verification.register", actor)
    today = shanghai_date(at)
    organisation = _organisation(applied, today)
    if refused := _refuse(applied, limits, today):
        raise RegistrationRefused(*refused)
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('identity_registration_id_seq')")
        (number,) = cursor.fetchone() or (0,)
    registration = Registration(
        id=number,
        code=f"SM-{real_names().fields[applied.field].short}-{number:04d}",
        organisation=organisation,
        field=applied.field,
        purpose=applied.purpose.strip(),
        basis=applied.basis,
        valid_from=today,
        valid_until=applied.until,
        daily_quota=limits.daily_quota,
        daily_misses=limits.daily_misses,
        per_minute=limits.per_minute,
        desk_quota=limits.desk_quota,
        per_code=limits.per_code,
        entered_by=actor,
        entered_at=at,
    )
    registration.save(force_insert=True)
    note_act(actor.login, "verification.register", f"registration:{number}", at=at, note=registration.code)
    return registration


@transaction.atomic
def approve_purpose(code: str, *, actor: User, at: datetime) -> Registration:
    """Approve a purpose that somebody else entered. Locks it. Raises NotAllowed, RegistrationRefused."""
    _require("verification.approve", actor)
    registration = _waiting(code)
    if registration.approved_at is not None:
        raise RegistrationRefused("已经批准过。", "It was approved already.")
    if registration.entered_by_id == actor.pk:
        raise RegistrationRefused("登记人不能批准自己的登记。", "Nobody approves what they entered themselves.")
    refuse_hands(actor, first=registration.entered_by_id)
    registration.approved_at, registration.approved_by = at, actor
    registration.save(update_fields=["approved_at", "approved_by"])
    note_act(actor.login, "verification.approve", f"registration:{registration.pk}", at=at, note=code)
    return registration


@transaction.atomic
def withdraw_purpose(code: str, *, reason: str, actor: User, at: datetime) -> Registration:
    """Withdraw a purpose at once and for good. Locks it. Raises NotAllowed, RegistrationRefused."""
    _require("verification.withdraw", actor)
    registration = _waiting(code)
    if not reason.strip():
        raise RegistrationRefused("请写明撤销的理由。", "Give the reason.")
    registration.withdrawn_at, registration.withdrawn_by, registration.withdrawal_reason = at, actor, reason.strip()
    registration.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    note_act(actor.login, "verification.withdraw", f"registration:{registration.pk}", at=at, note=code)
    return registration


def _require(act: str, actor: User) -> None:
    if not may(actor.pk, act):
        told = permissions().acts[act]
        raise NotAllowed(f"您的岗位不能{told.name}。", f"Your role doesn't include: {told.name_en}.")


def _organisation(applied: Applied, today: date) -> Organisation:
    organisation = find_organisation(applied.organisation, today)
    if organisation is None:
        raise RegistrationRefused(
            f"单位 {applied.organisation} 今天不在有效期内或者没有登记。",
            f"Organisation {applied.organisation} isn't registered or not valid today.",
        )
    return organisation


def _refuse(applied: Applied, limits: Limits, today: date) -> tuple[str, str] | None:
    """Say why a purpose can't be registered so. Source: 个人信息保护法 第六条、第十三条."""
    field = real_names().fields.get(applied.field)
    if field is None:
        return f"没有这个实名制领域：{applied.field}。", f"There is no such field: {applied.field}."
    open_refs = [one.ref for one in real_names().bases_of(applied.field, today)]
    if applied.basis not in open_refs:
        listed = "、".join(open_refs)
        return f"{field.name}领域的依据应为 {listed} 之一。", f"A basis in this field is one of {', '.join(open_refs)}."
    last = today + timedelta(days=LONGEST_DAYS)
    if not today < applied.until <= last:
        return f"截止日应在明天与 {last} 之间。", f"It must end between tomorrow and {last}."
    if not applied.purpose.strip():
        return "请写明用途。", "Give the purpose."
    if not 1 <= limits.daily_misses <= limits.daily_quota:
        return "未相符的上限应在 1 与每日次数之间。", "The limit of misses must lie between 1 and the quota."
    return None


def _waiting(code: str) -> Registration:
    found = Registration.objects.select_for_update(no_key=True).filter(code=code, withdrawn_at=None).first()
    if found is None:
        raise RegistrationRefused(f"没有登记 {code}，或者已撤销。", f"There is no {code}, or it was withdrawn.")
    return found
