"""Granting and withdrawing roles. The database has the same rules (``sql/locks_rights.sql``); here each has its words."""

import logging
from datetime import date, datetime, timedelta

from django.db import IntegrityError, connection, transaction

from chengxin.ground.services import note_act
from chengxin.identity.errors import GrantRefused, HandsRefused, OfficerUnknown
from chengxin.identity.hands import Hands, refuse
from chengxin.identity.models import RoleGrant, User
from chengxin.identity.permissions import EDITORS, clash, permissions
from chengxin.identity.queries import Right, may
from chengxin.identity.signers import hands_of
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date

logger = logging.getLogger(__name__)


@transaction.atomic
def grant_role(login: str, *, role: str, until: date, reason: str, actor: User, at: datetime) -> RoleGrant:
    """Grant a role until a day (not included), from today.

    Locks the officer, so that two grants can't miss each other. Raises NotAllowed when the actor is no security administrator,
    OfficerUnknown, GrantRefused with the reason in words.
    """
    if not may(actor.pk, "rights.grant"):
        raise NotAllowed("只有安全管理员可以授予权限。", "Only a security administrator grants rights.")
    return _grant(login, role, until, reason, actor, at)


@transaction.atomic
def appoint(login: str, *, role: str, until: date, reason: str, at: datetime) -> RoleGrant:
    """Grant a role as the owner, at the server: how the first security administrator comes to be. Raises as ``grant_role``.

    The database lets nobody but the owner do so.
    """
    return _grant(login, role, until, reason, None, at)


def _grant(login: str, role: str, until: date, reason: str, actor: User | None, at: datetime) -> RoleGrant:
    today = shanghai_date(at)
    officer = User.objects.select_for_update(no_key=True).filter(login=login, is_active=True).first()
    if officer is None:
        raise OfficerUnknown
    if actor is not None and officer.pk == actor.pk:
        raise GrantRefused("不能给自己授权，请由另一位安全管理员办理。", "Nobody grants to themselves.")
    if role not in permissions().roles:
        raise GrantRefused(f"没有这个岗位：{role}。", f"There is no role {role}.")
    longest = permissions().longest_days
    if not today < until <= today + timedelta(days=longest):
        raise GrantRefused(
            f"截止日应在明天与 {today + timedelta(days=longest)} 之间。",
            f"The right must end between tomorrow and {today + timedelta(days=longest)}.",
        )
    if not reason.strip():
        raise GrantRefused("请写明授权的理由。", "Give the reason of the grant.")
    if actor is not None:
        _refuse_granter(actor, officer)
    _withdraw_lapsed(officer.pk)
    _refuse_beside(officer, role, today)
    grant = _enter(
        RoleGrant(
            user=officer,
            role=role,
            valid_from=today,
            valid_until=until,
            reason=reason.strip(),
            granted_by=actor,
            granted_at=at,
        )
    )
    note_act(actor.login if actor else "", "rights.grant", f"grant:{grant.pk}", at=at, note=f"{login} {role} {until}")
    return grant


def _refuse_beside(officer: User, role: str, today: date) -> None:
    """Refuse a role that may not stand beside what the officer has, or ever had. Raises GrantRefused."""
    if role_mixes_faces(officer.pk, role):
        raise GrantRefused(
            "网站编辑和审核员用单独的账户：该账户有过别的岗位，或者这个岗位不属于网站，请另开账户。",
            "Editors of the public site have accounts for that alone: enter another account for this role.",
        )
    standing = RoleGrant.objects.filter(user=officer, withdrawn_at=None, valid_until__gt=today)
    if clash(role, frozenset(standing.values_list("role", flat=True))):
        raise GrantRefused(
            "该人员已有的岗位与此岗位不能兼任：三员互斥，也不能兼任业务岗位；同一岗位不重复授予。",
            "The officer holds a role that may not stand beside this one: the three administrators exclude one another and "
            "every other role.",
        )


def role_mixes_faces(user_id: int, role: str) -> bool:
    """Tell whether an account ever had a role of the other kind: of the public site's editors, or any other."""
    held = RoleGrant.objects.filter(user_id=user_id).values_list("role", flat=True).distinct()
    return any((one in EDITORS) != (role in EDITORS) for one in held)


def _refuse_granter(actor: User, officer: User) -> None:
    """Refuse a grant by somebody who hasn't declared who they are (HandsRefused), or to another account of their own (GrantRefused)."""
    hands = hands_of(actor, first=officer.pk)
    if refusal := refuse(Hands(hands.declared)):
        raise HandsRefused(refusal)
    if hands.one_person:
        raise GrantRefused(
            "这个账户也是您本人的，不能给自己授权。", "That account is yours too; nobody grants to themselves."
        )


def _enter(grant: RoleGrant) -> RoleGrant:
    """Write a grant; which accounts are one person's the database alone may know. Raises GrantRefused."""
    try:
        with transaction.atomic():
            grant.save(force_insert=True)
    except IntegrityError as error:
        if "another account" not in str(error):
            raise
        raise GrantRefused(
            "该人员另有一个账户，其岗位与此岗位不能由同一个人兼任。",
            "This person has another account whose role excludes this one.",
        ) from None
    return grant


@transaction.atomic
def withdraw_role(grant_id: int, *, reason: str, actor: User, at: datetime) -> RoleGrant:
    """Withdraw a grant at once. Locks it. Raises NotAllowed, GrantRefused when there is none, it was withdrawn, or without reason."""
    if not may(actor.pk, "rights.withdraw"):
        raise NotAllowed("只有安全管理员可以收回权限。", "Only a security administrator withdraws rights.")
    grant = RoleGrant.objects.select_for_update(no_key=True).filter(pk=grant_id, withdrawn_at=None).first()
    if grant is None:
        raise GrantRefused("没有这项权限，或已收回。", "There is no such right, or it was withdrawn.")
    if not reason.strip():
        raise GrantRefused("请写明收回的理由。", "Give the reason of the withdrawal.")
    grant.withdrawn_at, grant.withdrawn_by, grant.withdrawal_reason = at, actor, reason.strip()
    grant.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    note_act(actor.login, "rights.withdraw", f"grant:{grant.pk}", at=at)
    return grant


@transaction.atomic
def withdraw_lapsed(*, at: datetime) -> int:
    """Withdraw every right that ended by itself, by its term or unused for ninety days; gives how many. By nobody, and so in the log.

    Which have ended is the database's to say, by its own day; ``at`` is for the log of the worker.
    Source: GB/T 22239-2019 8.1.4.1 c (accounts out of use are taken away in time); the days stand in ``permissions.toml``.
    """
    gone = _withdraw_lapsed(None)
    logger.info("%s rights that ended by themselves withdrawn at %s", gone, at)
    return gone


def _withdraw_lapsed(user_id: int | None) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_withdraw_lapsed(%s)", [user_id])
        (gone,) = cursor.fetchone() or (0,)
    return int(gone)


def note_use(right: Right, today: date) -> None:
    """Note that a right was used today, once a day; one that has just ended is not."""
    if right.last_used == today:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO identity_role_use (grant_id, last_used)
               SELECT grant_id, (transaction_timestamp() AT TIME ZONE 'Asia/Shanghai')::date FROM identity_right WHERE grant_id = %s
               ON CONFLICT (grant_id) DO UPDATE SET last_used = excluded.last_used
               WHERE identity_role_use.last_used < excluded.last_used""",
            [right.grant_id],
        )
