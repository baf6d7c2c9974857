"""Statements that the server plans once for a connection: those of the hot path, which cost more to plan than to run.

Values go apart from the text, so that one text stands for all calls; Django's own cursors put them into it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection

Parameters = Sequence[Any] | Mapping[str, Any]
Rows = list[tuple[Any, ...]]


def fetch_prepared(query: str, parameters: Parameters) -> Rows:
    """Run a statement that gives rows, within Django's transaction where there is one. Raises Django's own database errors."""
    with connection.wrap_database_errors, _cursor(query) as cursor:
        return cursor.execute(query.encode(), parameters, prepare=True).fetchall()


def run_prepared(query: str, parameters: Parameters) -> None:
    """Run a statement that gives none, in the same way."""
    with connection.wrap_database_errors, _cursor(query) as cursor:
        cursor.execute(query.encode(), parameters, prepare=True)


def _cursor(query: str) -> psycopg.Cursor[tuple[Any, ...]]:
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    if connection.queries_logged:
        # Who counts statements counts these too; without their values.
        connection.queries_log.append({"sql": query, "time": ""})
    return psycopg.Cursor(connection.connection)
