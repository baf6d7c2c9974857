"""Logging in: passwords, failures counted, accounts and addresses locked for a time, persons who come from the real-name platform.

The answer to a try that fails is one and the same, and takes as long, whatever was wrong with it.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import AccountRefused, OfficerUnknown
from chengxin.identity.limits import login_limits
from chengxin.identity.login_seal import bucket_of
from chengxin.identity.models import FailedTry, User
from chengxin.identity.queries import face_of, find_person, is_open, may
from chengxin.lib.errors import NotAllowed

UNKNOWN_LOGINS, ADDRESSES = 1 << 16, 1 << 20


@dataclass(frozen=True, slots=True)
class _Place:
    """What failures are counted for, and how many lock it."""

    kind: str
    bucket: int
    most: int


def check_login(login: str, password: str, *, address: str, face: str, at: datetime) -> User | None:
    """Give the officer whom login and password name and who may log in at this face; None for every reason there is not to.

    Each try is counted before the password is looked at, so that tries at one moment can't outrun the count.
    """
    officer = User.objects.filter(login=login, organisation__isnull=False).first()
    counted = _count(officer, login, address, at)
    fits = _password_fits(officer, password, face)
    if counted is None:
        return None
    if officer is None or not fits or not may_enter(officer, face):
        _note_failure(officer, at, locked=counted)
        return None
    _give_back(officer, address)
    return officer


def count_try(officer: User, *, address: str, at: datetime) -> bool:
    """Count a try of a second factor or of a proof; False where the account or address is locked. ``forgive`` takes it back."""
    return _count(officer, officer.login, address, at) is not None


def note_wrong_factor(officer: User, *, address: str, at: datetime) -> None:
    """Write a second factor that was wrong into the log, and that the account is locked now when it is."""
    account, _ = _places(officer, officer.login, address)
    locked = FailedTry.objects.filter(kind=account.kind, bucket=account.bucket, locked_until__gt=at).exists()
    _note_failure(officer, at, locked=locked, how="factor")


def forgive(officer: User, *, address: str) -> None:
    """Forget an officer's failures: they are in. An address that fails for others too goes on being counted."""
    FailedTry.objects.filter(kind=FailedTry.Kind.OFFICER, bucket=officer.pk).update(failures=0, locked_until=None)
    _give_back(officer, address)


def may_enter(user: User, face: str) -> bool:
    """Tell whether a user may be at a face at all, which is their own; demo accounts in a demo.

    A person whom the authority has come to call a minor may not, from that moment.
    """
    if not user.is_active or (user.demo and not settings.DEMO):
        return False
    if face_of(user.pk) != face:
        return False
    return user.subject_id is None or is_open(user.subject_id)


@transaction.atomic
def unlock(login: str, *, actor: User, at: datetime) -> None:
    """Unlock an account before its time. Raises NotAllowed when the actor is no system administrator, OfficerUnknown."""
    if not may(actor.pk, "officers.unlock"):
        raise NotAllowed("只有系统管理员可以解除锁定。", "Only a system administrator unlocks accounts.")
    officer = User.objects.filter(login=login, organisation__isnull=False).first()
    if officer is None:
        raise OfficerUnknown
    if officer.pk == actor.pk:
        raise AccountRefused("请另一位管理员解除。", "Another administrator unlocks it.")
    FailedTry.objects.filter(kind=FailedTry.Kind.OFFICER, bucket=officer.pk).update(failures=0, locked_until=None)
    note_act(actor.login, "officers.unlock", f"user:{officer.pk}", at=at)


def locked_until(user_id: int, *, at: datetime) -> datetime | None:
    """Tell until when an officer's account is locked; None when it isn't."""
    rows = FailedTry.objects.filter(kind=FailedTry.Kind.OFFICER, bucket=user_id, locked_until__gt=at)
    return rows.values_list("locked_until", flat=True).first()


@transaction.atomic
def settle_person(code_type: str, code: str, name: str) -> User | None:
    """Give the account of a person whom the real-name platform vouches for; made on the first day, None when nobody fits.

    Code and name must both be those of one person of the register who lives.
    """
    found = find_person(code_type, code, name)
    if found is None or not found.name_fits or found.died is not None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_settle_person(%s)", [found.subject_id])
        (user_id,) = cursor.fetchone() or (None,)
    return User.objects.get(pk=user_id) if user_id is not None else None


def settle_demo_person(place: int) -> User | None:
    """Give the account of a synthetic person whom a demo shows, made on the first visit; None outside a demo and for any other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_settle_person(subject_id) FROM identity_demo_persons() WHERE place = %s", [place]
        )
        (user_id,) = cursor.fetchone() or (None,)
    return User.objects.get(pk=user_id) if user_id is not None else None


@transaction.atomic
def note_stranger(*, at: datetime) -> None:
    """Write down that somebody came from the platform and was not let in."""
    note_act("", "login.failed", "person:unknown", at=at, note="platform")


def _count(officer: User | None, login: str, address: str, at: datetime) -> bool | None:
    """Count a try for the address and the account. None when either is locked; else whether this try locks the account.

    The address comes first: one that is locked locks no account.
    """
    account, place = _places(officer, login, address)
    limits = login_limits()
    with transaction.atomic(), connection.cursor() as cursor:
        for one in (place, account):
            cursor.execute(
                COUNT,
                {
                    "kind": one.kind, "bucket": one.bucket, "most": one.most, "at": at,
                    "since": at - limits.window, "until": at + limits.locked,
                },
            )  # fmt: skip
            row = cursor.fetchone()
            if row is None:
                return None
    return row[0] is not None


COUNT = """
    INSERT INTO identity_failed_try AS t (kind, bucket, failures, first_at) VALUES (%(kind)s, %(bucket)s, 1, %(at)s)
    ON CONFLICT (kind, bucket) DO UPDATE SET
        failures = CASE WHEN t.locked_until IS NOT NULL OR t.first_at <= %(since)s THEN 1 ELSE t.failures + 1 END,
        first_at = CASE WHEN t.locked_until IS NOT NULL OR t.first_at <= %(since)s THEN %(at)s ELSE t.first_at END,
        locked_until = CASE WHEN t.locked_until IS NOT NULL OR t.first_at <= %(since)s OR t.failures + 1 < %(most)s
            THEN NULL ELSE %(until)s END
    WHERE t.locked_until IS NULL OR t.locked_until <= %(at)s
    RETURNING locked_until"""


def _give_back(officer: User, address: str) -> None:
    """Take back the count of a try that was right."""
    with connection.cursor() as cursor:
        for one in _places(officer, officer.login, address):
            cursor.execute(
                """UPDATE identity_failed_try SET failures = greatest(failures - 1, 0), locked_until = NULL
                   WHERE kind = %s AND bucket = %s""",
                [one.kind, one.bucket],
            )


def _places(officer: User | None, login: str, address: str) -> tuple[_Place, _Place]:
    limits = login_limits()
    kinds = FailedTry.Kind
    account = (
        _Place(kinds.OFFICER, officer.pk, limits.tries_of_account)
        if officer is not None
        else _Place(kinds.UNKNOWN, bucket_of(f"login:{login}", UNKNOWN_LOGINS), limits.tries_of_account)
    )
    bucket = bucket_of(f"address:{network_of(address)}", ADDRESSES)
    return account, _Place(kinds.ADDRESS, bucket, limits.tries_of_address)


def network_of(address: str) -> str:
    """Give what an address counts as: itself, of IPv6 the network that one household or office has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:  # noqa: PLR2004  # the protocol's number
        return str(found)
    return str(ipaddress.ip_network(f"{found}/64", strict=False))


def _password_fits(officer: User | None, password: str, face: str) -> bool:
    if officer is None:
        make_password(password)  # takes as long as a check
        return False

    def harden(plain: str) -> None:
        if may_enter(officer, face):  # elsewhere the database refuses, as it should
            officer.set_password(plain)
            officer.save(update_fields=["password"])

    return check_password(password, officer.password, harden)


@transaction.atomic
def _note_failure(officer: User | None, at: datetime, *, locked: bool, how: str = "password") -> None:
    """Write a failure into the log. What was typed for a login that nobody has is left out: it may be a password."""
    login, subject = (officer.login, f"user:{officer.pk}") if officer is not None else ("", "user:unknown")
    note_act(login, "login.failed", subject, at=at, note=how)
    if locked:
        note_act(login, "login.locked", subject, at=at)
