"""Statements that the server plans once for a connection: those of the hot path, which cost more to plan than to run.

Values go apart from the text, so that one text stands for all calls; Django's own cursors put them into it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

Parameters = Sequence[Any] | Mapping[str, Any]
Rows = list[tuple[Any, ...]]


def fetch_prepared(query: str, parameters: Parameters) -> Rows:
    """Run a statement that gives rows, within Django's transaction where there is one. Raises Django's own database errors."""
    return _run(query, parameters).fetchall()


def run_prepared(query: str, parameters: Parameters) -> None:
    """Run a statement that gives none, in the same way."""
    _run(query, parameters)


def _run(query: str, parameters: Parameters) -> psycopg.Cursor[tuple[Any, ...]]:
    # Each look through Django's proxy costs as much as a tenth of a statement.
    django = connections[DEFAULT_DB_ALIAS]
    django.close_if_health_check_failed()
    django.ensure_connection()
    django.validate_no_broken_transaction()
    if django.queries_logged:
        # Who counts statements counts these too; without their values.
        django.queries_log.append({"sql": query, "time": ""})
    with django.wrap_database_errors:
        return psycopg.Cursor(django.connection).execute(query.encode(), parameters, prepare=True)
