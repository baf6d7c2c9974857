"""The database and its nine roles: owner, and eight that may do no more than connect until SQL grants them more."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from chengxin.site.runtime.errors import DatabaseUnusable
from chengxin.site.runtime.passwords import fresh_password, known_password, url_of
from chengxin.site.runtime.reach import connected, opens, parts_of

OWNER = "owner"
LESSER = ("app", "intake", "admin", "eraser", "public", "auditor", "editor", "sealer")
ROLES = (OWNER, *LESSER)
DATABASE = "chengxin"
# Two processes that start at once must not both make a role. Any fixed number serves, as long as nobody else takes it.
_LOCK = 0x63787278
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,40}")


def role_name(prefix: str, role: str) -> str:
    """Return the role's name in the database. Raises DatabaseUnusable on a prefix that isn't a plain name."""
    if not _PREFIX.fullmatch(prefix):
        raise DatabaseUnusable(
            "角色前缀只能由小写字母、数字和下划线组成，以字母开头，最多 41 个字符。",
            "a role prefix is made of small letters, digits and underscores, starts with a letter, 41 at most.",
        )
    return f"{prefix}_{role}"


def ensure_database(admin_url: str, data: Path, *, name: str = DATABASE, prefix: str = "chengxin") -> str:
    """Make the owner role and its database on a server that is ours; returns the owner's URL.

    Needs a superuser. The databases that every cluster has are closed to all other roles.
    """
    owner = role_name(prefix, OWNER)
    with connected(admin_url, "cluster admin") as connection, _alone(connection):
        url = _ensure_role(connection, owner, {**parts_of(admin_url, "cluster admin"), "dbname": name}, data)
        connection.execute(sql.SQL("ALTER ROLE {} CREATEROLE").format(sql.Identifier(owner)))
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount == 0:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'").format(
                    sql.Identifier(name), sql.Identifier(owner)
                )
            )
        connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
    return url


def ensure_roles(owner_url: str, prefix: str, data: Path, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Make the lesser roles that are missing and return the URLs of all nine, by role.

    ``owner_url`` needs CREATEROLE and must own its database; no superuser. A role in ``given`` (role to URL) is the
    administrator's own and is only checked and let in. Idempotent; a role whose password file is missing or doesn't
    open the database gets a new password. Raises DatabaseUnusable.
    """
    given = given or {}
    owner = parts_of(owner_url, "DATABASE_URL")
    urls = {OWNER: url_of(owner)}
    with connected(owner_url, "DATABASE_URL") as connection, _alone(connection):
        _check_owner(connection)
        _close_database(connection, owner["dbname"])
        for role in LESSER:
            variable = f"DATABASE_URL_{role.upper()}"
            if role in given:
                parts = parts_of(given[role], variable)
                urls[role] = url_of(parts)
            else:
                parts = {"user": role_name(prefix, role)}
                urls[role] = _ensure_role(connection, parts["user"], owner, data)
            _check_harmless(connection, parts["user"], role)
            _let_in(connection, owner["dbname"], parts["user"])
            if role in given:
                with connected(given[role], variable):
                    pass
    return urls


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _ensure_role(connection: psycopg.Connection, name: str, like: dict[str, str], data: Path) -> str:
    """Make a role, or mend its password; returns its URL, which is ``like`` with another user."""
    exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount > 0
    password = known_password(data, name)
    kept = password is not None
    password = password or fresh_password(data, name)
    url = url_of({**like, "user": name, "password": password})
    if exists and kept and opens(url):
        return url
    # The server gets the verifier, not the password: a server that logs its statements would keep it in clear.
    verifier = connection.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    verb = (
        "ALTER ROLE {} LOGIN PASSWORD {}"
        if exists
        else ("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD {}")
    )
    try:
        connection.execute(sql.SQL(verb).format(sql.Identifier(name), sql.Literal(verifier)))
    except psycopg.errors.InsufficientPrivilege:
        variable = "DATABASE_URL_" + name.rpartition("_")[2].upper()
        raise DatabaseUnusable(
            f"所有者角色无权建立或修改角色 {name}。请授予其 CREATEROLE，或用 {variable} 提供该角色。",
            f"the owner role may not make or change {name}. Give it CREATEROLE, or provide the role in {variable}.",
        ) from None
    return url


def _check_owner(connection: psycopg.Connection) -> None:
    row = connection.execute(
        "SELECT pg_has_role(datdba, 'USAGE'), current_user, current_database()"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    if row is None or not row[0]:
        who, what = (row[1], row[2]) if row else ("?", "?")
        raise DatabaseUnusable(
            f"角色 {who} 不是数据库 {what} 的所有者。请执行：ALTER DATABASE {what} OWNER TO {who};",
            f"{who} does not own the database {what}. Run: ALTER DATABASE {what} OWNER TO {who};",
        )


def _close_database(connection: psycopg.Connection, database: str) -> None:
    """Take from PUBLIC what PostgreSQL gives it: connecting, temporary tables, and on old clusters tables in public."""
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
    connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")


def _let_in(connection: psycopg.Connection, database: str, name: str) -> None:
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(name))
    )


def _check_harmless(connection: psycopg.Connection, name: str, role: str) -> None:
    """Refuse a role that row-level security or grants would not bind; the intake role alone may bypass the former."""
    row = connection.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls AND %s,"
        " pg_has_role(oid, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s",
        [role != "intake", name],
    ).fetchone()
    if row is None:
        raise DatabaseUnusable(f"角色 {name} 不存在。", f"there is no role {name}.")
    if any(row):
        raise DatabaseUnusable(
            f"角色 {name} 权限过大（超级用户、建角色、建库、复制、绕过行级安全或所有者成员），不能用作 {role}。",
            f"{name} is too powerful to be {role}: superuser, CREATEROLE, CREATEDB, REPLICATION, BYPASSRLS, or a "
            "member of the owner.",
        )
