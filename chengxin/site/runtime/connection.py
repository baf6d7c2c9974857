"""One way to a database, whichever it is: the embedded server, or the one that DATABASE_URL names."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from chengxin.ground.installation import PROVINCE, SANDBOX, compare
from chengxin.site.env import SettingUnusable, env_bool, env_int, env_secret, env_str
from chengxin.site.runtime.files import Tell, make_data_folder
from chengxin.site.runtime.postgres import EmbeddedPostgres, quiet
from chengxin.site.runtime.reach import connected, parts_of
from chengxin.site.runtime.roles import LESSER, ensure_database, ensure_roles
from chengxin.site.runtime.server_check import check_server

SWITCH = "CHENGXIN_SANDBOX"


@dataclass(frozen=True, slots=True)
class Database:
    """URLs by role (``owner app intake admin eraser public auditor editor sealer``); they hold passwords and stay out of ``repr``."""

    urls: Mapping[str, str] = field(repr=False)
    embedded: bool
    warnings: tuple[str, ...] = ()
    server: EmbeddedPostgres | None = field(default=None, repr=False)

    def name_of(self, role: str) -> str:
        """Return the role's name in the database, for GRANT."""
        return parts_of(self.urls[role], role)["user"]

    def revive(self, cancelled: threading.Event, tell: Tell = quiet) -> None:
        """Start the embedded server again if it died, and wait for its recovery; nothing to do for an own server."""
        if self.server is not None and self.server.pid is None:
            tell("数据库进程已消失，正在重新启动…… The database died; starting it again.")
            self.server.start(tell, cancelled)

    def tend(self, cancelled: threading.Event, tell: Tell = quiet) -> None:
        """Do what an embedded server needs while it runs for months: life, and a log that doesn't fill the disk."""
        self.revive(cancelled, tell)
        if self.server is not None:
            self.server.trim_log()


@contextmanager
def open_database(data: Path, tell: Tell = quiet, *, durable: bool = True) -> Iterator[Database]:
    """Give the database with all its roles ready, for as long as the block runs.

    DATABASE_URL (or DATABASE_URL_FILE) chooses an own server; else the embedded one in ``data`` is started or joined.
    Raises leaves of Unusable.
    """
    make_data_folder(data)
    prefix = env_str("CHENGXIN_ROLE_PREFIX", "chengxin")
    own = env_secret("DATABASE_URL", data / "secrets" / "DATABASE_URL")
    if own:
        yield _own(own, data, prefix, tell)
        return
    server = EmbeddedPostgres(data, major=env_int("CHENGXIN_PG_MAJOR", 18), durable=durable)
    with server.using(tell):
        owner_url = ensure_database(server.admin_url(), data, prefix=prefix)
        with connected(owner_url, "DATABASE_URL") as connection:
            refuse_other_kind(connection)
        yield Database(ensure_roles(owner_url, prefix, data), embedded=True, server=server)


def refuse_other_kind(connection: psycopg.Connection[Any]) -> None:
    """Leave a database of the other kind alone before anything is made in it. Raises InstallationMismatch."""
    compare(kind_in(connection), SANDBOX if env_bool(SWITCH, default=False) else PROVINCE)


def kind_in(connection: psycopg.Connection[Any]) -> str:
    """Give what kind of installation a database is; "" for one that wasn't asked yet."""
    (known,) = connection.execute("SELECT to_regprocedure('ground_kind()') IS NOT NULL").fetchone() or (False,)
    found = connection.execute("SELECT coalesce(ground_kind(), '')").fetchone() if known else None
    return str((found or ("",))[0])


def _own(url: str, data: Path, prefix: str, tell: Tell) -> Database:
    # The form of the URL is checked first: what libpq says about a malformed one may quote the password.
    parts_of(url, "DATABASE_URL")
    if env_bool(SWITCH, default=False) and "sandbox" not in prefix:
        # Roles belong to the whole server: those of a province on the same one would be the sandbox's too.
        raise SettingUnusable(
            "沙箱用自备的服务器（DATABASE_URL）时，请设自己的角色前缀，例如 CHENGXIN_ROLE_PREFIX=chengxin_sandbox。",
            "A sandbox on an own server (DATABASE_URL) needs role names of its own, such as CHENGXIN_ROLE_PREFIX=chengxin_sandbox.",
        )
    with connected(url, "DATABASE_URL") as connection:
        refuse_other_kind(connection)
        warnings = check_server(connection)
    for warning in warnings:
        tell(warning)
    variables = {role: f"DATABASE_URL_{role.upper()}" for role in LESSER}
    given = {role: env_secret(name, data / "secrets" / name) for role, name in variables.items()}
    urls = ensure_roles(url, prefix, data, {role: found for role, found in given.items() if found})
    return Database(urls, embedded=False, warnings=tuple(warnings))
