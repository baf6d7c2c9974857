"""What a database holds, as one can compare it: rows and an order-free digest of each table, places of sequences, migrations."""

from typing import Any

import psycopg
from psycopg import sql

_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' ORDER BY 1, 2"""
_SEQUENCES = "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences ORDER BY 1"
# The same text for the same row, whatever the server's or the role's own settings are.
_FORMS = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1"


def proof_of(connection: psycopg.Connection[Any]) -> dict[str, Any]:
    """Count and digest every table, inside a transaction that the caller opened. Cost: one pass over all data."""
    connection.execute(_FORMS)
    tables = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        query = sql.SQL("SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {} t")
        tables[f"{schema}.{table}"] = list(
            connection.execute(query.format(sql.Identifier(schema, table))).fetchone() or ()
        )
    return {"tables": tables, "sequences": dict(connection.execute(_SEQUENCES).fetchall())}


def differences(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Name the tables and sequences in which two proofs differ."""
    return sorted(
        name
        for kind in ("tables", "sequences")
        for name in wanted[kind].keys() | found[kind].keys()
        if wanted[kind].get(name) != found[kind].get(name)
    )


def migrations_in(connection: psycopg.Connection[Any]) -> list[list[str]]:
    return [list(row) for row in connection.execute("SELECT app, name FROM django_migrations ORDER BY app, name")]


def kind_in(connection: psycopg.Connection[Any]) -> str:
    """Give what kind of installation a database is."""
    return str((connection.execute("SELECT ground_kind()").fetchone() or ("",))[0])


def keys_in(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Give the vault's keys that a database needs: id and check value."""
    rows = connection.execute(
        "SELECT key_id, check_value FROM identity_vault_key WHERE retired_at IS NULL ORDER BY key_id"
    )
    return {key_id: bytes(check).hex() for key_id, check in rows}
