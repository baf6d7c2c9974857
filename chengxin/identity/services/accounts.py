"""What officers do to their own accounts, and what administrators do for those who lost a password or a second factor."""

from datetime import datetime

from django.db import connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import AccountRefused, OfficerUnknown
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.services.officers import refuse_weak
from chengxin.lib.errors import NotAllowed


def note_login(officer: User, factor: str, *, at: datetime) -> None:
    note_act(officer.login, "login.begin", f"user:{officer.pk}", at=at, note=factor or "password")


@transaction.atomic
def note_proven(officer: User, factor: str, *, at: datetime) -> None:
    note_act(officer.login, "login.prove", f"user:{officer.pk}", at=at, note=factor)


@transaction.atomic
def note_logout(officer: User, *, at: datetime) -> None:
    note_act(officer.login, "login.end", f"user:{officer.pk}", at=at)


@transaction.atomic
def change_password(officer: User, *, old: str, new: str, at: datetime) -> None:
    """Change one's own password; sessions of the old one end. Raises AccountRefused when the old one is wrong or the new one weak."""
    if not officer.check_password(old):
        raise AccountRefused("现在的密码不正确。", "The present password is wrong.")
    if old == new:
        raise AccountRefused("新密码不能与现在的相同。", "The new password is the present one.")
    refuse_weak(new, officer)
    officer.set_password(new)
    officer.first_password = False
    officer.save(update_fields=["password", "first_password"])
    note_act(officer.login, "password.change", f"user:{officer.pk}", at=at)


@transaction.atomic
def set_first_password(login: str, *, password: str, actor: User, at: datetime) -> None:
    """Give an officer who forgot theirs a first password, which opens nothing but the page that changes it.

    The second factor stays, so that whoever sets the password can't log in with it. Raises NotAllowed when the actor is no system
    administrator, OfficerUnknown, AccountRefused when it is one's own, or weak.
    """
    if not may(actor.pk, "officers.new_password"):
        raise NotAllowed("只有系统管理员可以设置初始密码。", "Only a system administrator sets a first password.")
    officer = _officer(login, actor)
    _set_first_password(officer, password)
    note_act(actor.login, "officers.new_password", f"user:{officer.pk}", at=at)


@transaction.atomic
def take_off_factors(login: str, *, reason: str, actor: User, at: datetime) -> None:
    """Take off the second factors of an officer who lost theirs; they set up another when they log in next.

    The password stays, which a security administrator doesn't set. Raises NotAllowed when the actor is none, OfficerUnknown,
    AccountRefused when it is one's own, or without reason.
    """
    if not may(actor.pk, "officers.take_off_factor"):
        raise NotAllowed(
            "只有安全管理员可以取下第二重验证。", "Only a security administrator takes off second factors."
        )
    if not reason.strip():
        raise AccountRefused("请写明理由。", "Give the reason.")
    officer = _officer(login, actor)
    _take_off(officer)
    note_act(actor.login, "officers.take_off_factor", f"user:{officer.pk}", at=at, note=reason.strip())


@transaction.atomic
def reset_at_server(login: str, *, password: str, at: datetime) -> None:
    """Give an officer a first password and take off their second factors, as the owner, at the server. Raises as the two above."""
    officer = _officer(login, None)
    _set_first_password(officer, password)
    _take_off(officer)
    note_act("", "officers.new_password", f"user:{officer.pk}", at=at)
    note_act("", "officers.take_off_factor", f"user:{officer.pk}", at=at)


def _officer(login: str, actor: User | None) -> User:
    officer = User.objects.select_for_update(no_key=True).filter(
        login=login, is_active=True, organisation__isnull=False
    ).first()  # fmt: skip
    if officer is None:
        raise OfficerUnknown
    if actor is not None and officer.pk == actor.pk:
        raise AccountRefused(
            "请另一位管理员办理；自己的密码和第二重验证在“登录与安全”里改。",
            "Another administrator does this; your own login is under security.",
        )
    return officer


def _set_first_password(officer: User, password: str) -> None:
    refuse_weak(password, officer)
    officer.set_password(password)
    officer.first_password = True
    officer.save(update_fields=["password", "first_password"])
    _log_out(officer)


def _take_off(officer: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_take_off_factors(%s)", [officer.pk])
    _log_out(officer)


def _log_out(officer: User) -> None:
    """End every session of an officer; the administration sees none of the desk's, so the database does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_log_out(%s)", [officer.pk])
