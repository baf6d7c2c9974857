"""What the database itself derives: indexes and the planner's statistics."""

from typing import Any

from django.db import connection
from psycopg import sql

from chengxin.ground.rebuilding import Derived, Part

# What a concurrent rebuild leaves when it is stopped: never used, and in the way of writers alone.
LEFTOVERS = """
    SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'"""
NEXT_INDEX = """
    SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT i.indisexclusion AND c.relkind = 'i' AND c.relname > %s::name
      AND c.relname !~ '_cc(new|old)[0-9]*$' AND pg_has_role(c.relowner, 'USAGE')
    ORDER BY c.relname LIMIT 1"""
BROKEN = """
    SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT (i.indisvalid AND i.indisready)"""
NEXT_TABLE = """
    SELECT c.relname FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname > %s::name AND pg_has_role(c.relowner, 'USAGE')
    ORDER BY c.relname LIMIT 1"""


def _ask(query: Any, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(values) or None)
        return cursor.fetchall() if cursor.description else []


def _reindex(upto: str) -> Part:
    """Rebuild the next index beside itself, and put the new one in its place; whoever reads and writes goes on meanwhile."""
    for (name,) in _ask(LEFTOVERS):
        _ask(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))
    found = _ask(NEXT_INDEX, upto)
    if not found:
        return Part(0, 0, upto, last=True)
    ((name, valid),) = found
    _ask(sql.SQL("REINDEX INDEX CONCURRENTLY {}").format(sql.Identifier(name)))
    return Part(1, int(not valid), name)


def _analyse(upto: str) -> Part:
    found = _ask(NEXT_TABLE, upto)
    if not found:
        return Part(0, 0, upto, last=True)
    ((name,),) = found
    _ask(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))
    return Part(1, 0, name)


def _broken() -> tuple[int, int]:
    ((count,),) = _ask(BROKEN)
    return int(count), 0


DERIVED = (
    Derived("indexes", "全部索引", "every index", _reindex, _broken, alone=True),
    Derived("statistics", "查询计划用的统计", "the planner's statistics", _analyse, lambda: (0, 0), alone=True),
)
