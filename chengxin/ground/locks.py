"""Brings the database's own safeguards to the state that the files describe: functions, triggers, policies, views, grants."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from chengxin.lib.sql import statements

ROLES = ("owner", "app", "intake", "admin", "public", "auditor", "eraser", "editor", "sealer")
KINDS = ("TABLES", "SEQUENCES", "FUNCTIONS")
FOLDERS = ("ground", "identity", "catalogue", "records", "sharing", "education", "oversight", "site")


def role_names(prefix: str) -> dict[str, str]:
    return {role: f"{prefix}_{role}" for role in ROLES}


def apply_locks(url: str, names: Mapping[str, str]) -> None:
    """Revoke every grant of the application's roles and of everybody, then write all locks anew, in one transaction.

    Runs as the owner after each migration. What the files no longer name is gone afterwards, save objects that were renamed:
    those a migration drops. Takes an exclusive lock on each table for a moment.
    """
    package = Path(__file__).resolve().parent.parent
    with psycopg.connect(url) as connection, connection.transaction():
        connection.execute("SET LOCAL lock_timeout = '4s'")
        everybody = sql.SQL("PUBLIC")
        roles = [sql.Identifier(names[role]) for role in ROLES[1:]]
        for kind in KINDS:
            _revoke(connection, kind, sql.SQL(", ").join([everybody, *roles]))
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.SQL(", ").join(roles)))
        # Intake loads through temporary tables; nobody else needs any.
        connection.execute(
            sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(connection.info.dbname), sql.Identifier(names["intake"])
            )
        )
        for folder in FOLDERS:
            for file in sorted((package / folder / "sql").glob("locks*.sql")):
                for body in statements(file).values():
                    connection.execute(fill(body, names))
        # A function that was made just now is everybody's until this is taken away.
        _revoke(connection, "FUNCTIONS", everybody)


def _revoke(connection: psycopg.Connection[Any], kind: str, holders: sql.Composable) -> None:
    """Take every privilege away, columns' and handed-on ones included."""
    query = sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {} CASCADE")
    connection.execute(query.format(sql.SQL(kind), holders))


def fill(body: str, names: Mapping[str, str]) -> bytes:
    """Put role names into a statement. They come from the installation's settings, and are checked to be plain identifiers."""
    for role, name in names.items():
        if not name.isidentifier() or not name.isascii():
            raise ValueError(f"role name {name!r} is no plain identifier")
        body = body.replace("{" + role + "}", name)
    return body.encode()
