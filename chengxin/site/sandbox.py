"""What the operator of a sandbox does for a department, and emptying it. Each refuses on anything but a sandbox."""

import json
import secrets
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import transaction
from joserfc import jwk

from chengxin.demo.enrolments import settle_enrolments
from chengxin.demo.officers import REASON, SECURITY, code_of_officer, settle_demo_officer
from chengxin.demo.sandbox import FOLDER
from chengxin.ground.errors import InstallationMismatch
from chengxin.ground.installation import SANDBOX, kind_of_database
from chengxin.identity.errors import OfficerUnknown
from chengxin.identity.models import Organisation, User
from chengxin.identity.parties import Party
from chengxin.identity.services.clients import approve_key, enter_client, enter_key
from chengxin.identity.services.declarations import declare_at_server
from chengxin.identity.services.officers import enter_at_server
from chengxin.identity.services.rights import grant_role
from chengxin.lib.errors import Unusable
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.duties.errors import EnrolmentRefused
from chengxin.sharing.duties.queries import list_duties, list_enrolled
from chengxin.site.runtime.connection import kind_in

SYSTEM, DAYS = "system", 180
EMPTIED = (FOLDER, "spool", "erasures")
NO_ORGANISATION = (
    "沙箱里没有这个单位。单位代码见数据目录 sandbox/ 里的文件。",
    "The sandbox has no such organisation; codes stand in the files of its data folder's sandbox/.",
)
ANYWHERE = ("0.0.0.0/0", "::/0")


def refuse_province() -> None:
    """Raise InstallationMismatch on a database that isn't a sandbox."""
    if kind_of_database() != SANDBOX:
        raise InstallationMismatch("这个命令只用于沙箱。", "this command is for a sandbox alone.")


def _administrators() -> tuple[User, User]:
    found = {user.login: user for user in User.objects.filter(login__in=(SYSTEM, SECURITY))}
    if len(found) < len((SYSTEM, SECURITY)):
        raise OfficerUnknown
    return found[SYSTEM], found[SECURITY]


@transaction.atomic
def enter_test_client(
    organisation: str, name: str, key: str, *, addresses: list[str], at: datetime, days: int = DAYS
) -> dict[str, Any]:
    """Let a department's system in by its public key (a JWK). Runs as the owner, by the sandbox's own two administrators.

    Raises InstallationMismatch on a province, ClientRefused in words.
    """
    refuse_province()
    system, security = _administrators()
    until = shanghai_date(at) + timedelta(days=days)
    client = enter_client(
        organisation_code=organisation,
        name=name,
        addresses=addresses or list(ANYWHERE),
        until=until,
        actor=system,
        at=at,
    )
    entered = enter_key(client.client_id, key, until=until, actor=system, at=at)
    approve_key(entered.pk, actor=security, at=at)
    return {"client_id": client.client_id, "organisation": organisation, "until": until}


def enter_with_new_key(
    file: Path, organisation: str, name: str, *, addresses: list[str], at: datetime
) -> dict[str, Any]:
    """Let a system in under a pair of keys made now; the private one is left in a new file for its owner alone.

    Raises as ``enter_test_client`` does, and Unusable where the file is there already.
    """
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise Unusable(f"{file} 已存在。请换一个文件名。", f"{file} is there already; name another file.") from None
    pair = jwk.ECKey.generate_key("P-256")
    try:
        public = json.dumps(pair.as_dict(private=False))
        told = enter_test_client(organisation, name, public, addresses=addresses, at=at)
    except BaseException:
        file.unlink()
        raise
    kept = {"client_id": told["client_id"], "private_key": pair.as_dict(private=True)}
    file.write_text(json.dumps(kept), encoding="utf-8")
    return told


@transaction.atomic
def enter_test_clerk(login: str, name: str, organisation: str, *, at: datetime) -> dict[str, Any]:
    """Give a department's developer a clerk's account, under a made-up identity, and its first password. Runs as the owner.

    Raises InstallationMismatch on a province, AccountRefused in words.
    """
    refuse_province()
    _, security = _administrators()
    password = secrets.token_urlsafe(18)
    enter_at_server(login=login, display_name=name, organisation_code=organisation, password=password, at=at)
    declare_at_server(login, Party("resident-id", code_of_officer(login), name), at=at)
    until = shanghai_date(at) + timedelta(days=DAYS)
    grant_role(login, role="clerk", until=until, reason=REASON, actor=security, at=at)
    return {"login": login, "first_password": password, "until": until}


@transaction.atomic
def enrol_for_trying(organisation: str, duties: Sequence[str], *, at: datetime) -> dict[str, Any]:
    """Enrol a department of a sandbox for duty items, without a duty named for all that its kind may have. Runs as the owner.

    The three steps are those of a province, by made-up officers of the three organisations; nobody knows their passwords. Raises
    InstallationMismatch on a province, EnrolmentRefused where the sandbox has no such organisation, DutyUnknown, and in words what a
    province would say.
    """
    refuse_province()
    today = shanghai_date(at)
    found = Organisation.objects.filter(code=organisation).first()
    if found is None:
        raise EnrolmentRefused(*NO_ORGANISATION)
    open_to_it = [duty.code for duty in list_duties(today) if found.kind in duty.organisation_kinds]
    centre, supervisor = (
        Organisation.objects.filter(kind=kind).order_by("pk").first() for kind in ("centre", "supervisor")
    )
    if centre is None or supervisor is None:
        raise LookupError("the synthetic province has a credit centre and a supervising department")
    of_steps = {f"try-{found.pk}": found, "try-centre": centre, "try-supervisor": supervisor}
    for login, place in of_steps.items():
        settle_demo_officer(
            login=login,
            display_name="沙箱·虚构的查询员",
            organisation=place,
            role="officer",
            password=secrets.token_urlsafe(24),
        )
    asker, decider, publisher = of_steps
    settle_enrolments(duties or open_to_it, asked_by=asker, decided_by=decider, published_by=publisher, at=at)
    return {"organisation": organisation, "duties": [duty.code for duty in list_enrolled(organisation, today)]}


def empty(owner_url: str, data: Path) -> None:
    """Take everything out of a sandbox but its keys. The next start makes it anew.

    Raises InstallationMismatch on a province: asked of the database itself, in the transaction that empties it.
    """
    with psycopg.connect(owner_url) as connection, connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '4s'")
        if kind_in(connection) != SANDBOX:
            raise InstallationMismatch(
                "只有沙箱可以清空，这里不是沙箱。什么都没有动。",
                "only a sandbox can be emptied, and this isn't one. Nothing was touched.",
            )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    for name in EMPTIED:
        shutil.rmtree(data / name, ignore_errors=True)
