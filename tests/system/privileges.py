"""Who may do what, read from the database and from ``privileges.toml``, in one form."""

import re
from dataclasses import dataclass
from typing import Any

from chengxin.ground.locks import ROLES
from tests.system.stage import Stage

READ = """
    WITH objects AS (
        SELECT CASE relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind, relname::text AS name, '' AS col,
               relacl AS acl, relowner AS owner
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        UNION ALL SELECT 'table', relname::text, attname::text, attacl, relowner FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND attacl IS NOT NULL
        UNION ALL SELECT 'function', p.oid::regprocedure::text, '', coalesce(proacl, acldefault('f', proowner)), proowner FROM pg_proc p
            WHERE pronamespace = 'public'::regnamespace AND (proname !~ '^procrastinate_')
        UNION ALL SELECT 'schema', nspname::text, '', nspacl, nspowner FROM pg_namespace
            WHERE nspname !~ '^(pg_|information_schema)'
        UNION ALL SELECT 'database', '', '', coalesce(datacl, acldefault('d', datdba)), datdba FROM pg_database WHERE datname = %s
    )
    SELECT kind, name, col, coalesce(grantee::regrole::text, '-') AS role, privilege_type, is_grantable
    FROM objects, aclexplode(acl) WHERE grantee <> owner"""


@dataclass(frozen=True, order=True)
class Grant:
    """One privilege of one role; ``public()`` stands for everybody."""

    role: str
    kind: str
    name: str
    privilege: str
    column: str = ""
    grantable: bool = False

    def __str__(self) -> str:
        return " ".join(part for part in (self.role, self.privilege, self.name, self.column) if part)


def granted(stage: Stage, database: str) -> set[Grant]:
    """Read every grant to anybody but the owner."""
    found = set()
    for kind, name, column, role, privilege, grantable in stage.run("owner", READ, database):
        who = "public()" if role == "-" else role.removeprefix("chengxin_")
        if kind == "schema" and who == "pg_database_owner":
            continue
        found.add(Grant(who, kind, name, privilege, column, grantable))
    return found


def told(matrix: dict[str, dict[str, Any]]) -> set[Grant]:
    """Read the matrix: ``[role]`` with database, schema, functions, sequences, and ``[role.tables]``."""
    found = set()
    for role, section in matrix.items():
        who = "public()" if role == "everybody" else role
        found |= {Grant(who, "database", "", one) for one in section.get("database", [])}
        found |= {Grant(who, "schema", "public", one) for one in section.get("schema", [])}
        found |= {Grant(who, "function", one, "EXECUTE") for one in section.get("functions", [])}
        found |= {Grant(who, "sequence", one, "USAGE") for one in section.get("sequences", [])}
        for table, privileges in section.get("tables", {}).items():
            for text in privileges:
                privilege, _, columns = text.partition(" ")
                names = re.findall(r"\w+", columns) or [""]
                found |= {Grant(who, "table", table, privilege, column) for column in names}
    assert {grant.role for grant in found} <= {*ROLES, "public()"}
    return found


def probe(grant: Grant, stage: Stage) -> str:
    """Make a statement that needs this privilege and touches no row."""
    name, column = grant.name, grant.column
    if grant.kind == "database":
        return "CREATE TEMP TABLE probe ()"
    if grant.kind == "sequence":
        return f"SELECT nextval('{name}')"
    if grant.kind == "function":
        arguments = ", ".join(f"NULL::{kind}" for kind in re.findall(r"[^(),]+", name.partition("(")[2]))
        return f"EXPLAIN SELECT * FROM {name.partition('(')[0]}({arguments})"
    first = (
        column
        or stage.run("owner", "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", name)[0][
            0
        ]
    )
    return {
        "SELECT": f"SELECT {column} FROM {name} LIMIT 0",
        "INSERT": f"INSERT INTO {name} ({column}) SELECT (NULL::{name}).{column} WHERE false"
        if column
        else f"INSERT INTO {name} OVERRIDING SYSTEM VALUE SELECT (NULL::{name}).* WHERE false",
        "UPDATE": f"UPDATE {name} SET {first} = DEFAULT WHERE false",
        "DELETE": f"DELETE FROM {name} WHERE false",
    }[grant.privilege]


def revocation(grant: Grant, stage: Stage) -> str:
    if grant.kind == "database":
        what = f"TEMPORARY ON DATABASE {stage.connection.info.dbname}"
    else:
        columns = f" ({grant.column})" if grant.column else ""
        what = f"{grant.privilege}{columns} ON {grant.kind.upper()} {grant.name}"
    return f"REVOKE {what} FROM chengxin_{grant.role}"
