"""The public directory of units that hand records in: read from the public view alone."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent / "sql" / "directory.sql")
PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    code: str
    name: str
    kind: str
    region: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of the directory; ``after`` is the last one's region and code when more follow."""

    organisations: list[Listed]
    after: tuple[str, str] | None


def list_organisations(*, within: str = "", after: tuple[str, str] = ("", ""), limit: int = PAGE) -> Leaf:
    """Give a page by region and code. ``within`` is how the regions' codes begin: two digits a province, four a city."""
    region, code = after
    with connection.cursor() as cursor:
        cursor.execute(SQL["organisations"], {"within": within, "region": region, "code": code, "limit": limit + 1})
        found = [Listed(*row) for row in cursor.fetchall()]
    shown = found[:limit]
    return Leaf(shown, (shown[-1].region, shown[-1].code) if len(found) > limit else None)
