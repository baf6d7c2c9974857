"""Entering officers. What they may do is granted apart (``services.rights``)."""

import re
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import AccountRefused, OfficerUnknown
from chengxin.identity.models import House, Organisation, Session, User
from chengxin.identity.queries import find_organisation, may
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

LOGIN_FORM = re.compile(r"[a-z][a-z0-9._-]{2,63}")


@transaction.atomic
def settle_house(*, demo: bool) -> None:
    """Turn the demo switch in the database as the installation starts; without it no demo account logs in, and none stays in."""
    House.objects.filter(pk=1).update(demo=demo)
    if not demo:
        Session.objects.filter(user__demo=True).delete()


@transaction.atomic
def settle_officer(*, login: str, display_name: str, organisation: Organisation, password: str, demo: bool) -> User:
    """Enter an officer with a password, at the server; one who is there already keeps theirs."""
    officer = User.objects.filter(login=login).first()
    if officer is None:
        officer = User(login=login, display_name=display_name, organisation=organisation, demo=demo)
        officer.set_password(password)
        officer.save()
    return officer


@transaction.atomic
def enter_officer(
    *, login: str, display_name: str, organisation_code: str, password: str, actor: User, at: datetime
) -> User:
    """Enter an officer's account with a first password; it can do nothing until a right is granted.

    Raises NotAllowed when the actor is no system administrator, AccountRefused in words.
    """
    if not may(actor.pk, "officers.enter"):
        raise NotAllowed("只有系统管理员可以登记人员。", "Only a system administrator enters officers.")
    return _enter(login, display_name, organisation_code, password, actor, at)


@transaction.atomic
def enter_at_server(*, login: str, display_name: str, organisation_code: str, password: str, at: datetime) -> User:
    """Enter an account as the owner, at the server: how the first administrators come to be. Raises AccountRefused."""
    return _enter(login, display_name, organisation_code, password, None, at)


def _enter(
    login: str, display_name: str, organisation_code: str, password: str, actor: User | None, at: datetime
) -> User:
    if not LOGIN_FORM.fullmatch(login):
        raise AccountRefused(
            "登录名由 3 至 64 个小写字母、数字、点、横线或下划线组成，以字母开头，例如 zhang.min。",
            "A login is 3 to 64 small letters, digits, dots, dashes or underscores and starts with a letter: zhang.min.",
        )
    if not display_name.strip():
        raise AccountRefused("请写明姓名。", "Give the officer's name.")
    organisation = find_organisation(organisation_code, shanghai_date(at))
    if organisation is None:
        raise AccountRefused(
            f"没有今天有效的登记单位 {organisation_code}。", f"No organisation {organisation_code} is valid today."
        )
    if User.objects.filter(login=login).exists():
        raise AccountRefused(f"登录名 {login} 已有人使用。", f"The login {login} is taken.")
    officer = User(login=login, display_name=display_name.strip(), organisation=organisation, first_password=True)
    refuse_weak(password, officer)
    officer.set_password(password)
    officer.save(force_insert=True)
    note_act(actor.login if actor else "", "officers.enter", f"user:{officer.pk}", at=at, note=login)
    return officer


def refuse_weak(password: str, officer: User) -> None:
    """Raises AccountRefused on a password that is too short or a common one."""
    try:
        validate_password(password, officer)
    except ValidationError:
        raise AccountRefused(
            "密码至少 12 个字符，不能是常见密码，例如用四个不相干的词。",
            "A password has at least 12 characters and isn't a common one: four words that don't belong together will do.",
        ) from None


@transaction.atomic
def close_account(login: str, *, reason: str, actor: User, at: datetime) -> User:
    """Close the account of somebody who left: every right and every session of theirs ends at once, for good.

    Locks the officer. Raises NotAllowed, OfficerUnknown, AccountRefused when it is one's own, or without reason.
    """
    if not may(actor.pk, "officers.leave"):
        raise NotAllowed("只有系统管理员可以停用账户。", "Only a system administrator closes accounts.")
    officer = User.objects.select_for_update(no_key=True).filter(login=login, is_active=True).first()
    if officer is None:
        raise OfficerUnknown
    if officer.pk == actor.pk:
        raise AccountRefused("不能停用自己的账户。", "Nobody closes their own account.")
    if not reason.strip():
        raise AccountRefused("请写明停用的理由。", "Give the reason.")
    officer.is_active = False
    officer.save(update_fields=["is_active"])
    note_act(actor.login, "officers.leave", f"user:{officer.pk}", at=at, note=reason.strip())
    return officer
