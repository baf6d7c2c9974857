"""Which tables hold sealed values: each is named by the folder it belongs to, so that a rotation reaches them all.

A test compares the list with the database: a column that ends in ``_sealed`` and isn't named here fails it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns. ``key`` is its whole-number key, by which it is gone through; ``columns`` gives each box's use.

    One key id, in ``key_column``, stands for all boxes of a row. ``most``: of how many rows a rotation holds the boxes at once.
    """

    table: str
    key: str
    columns: Mapping[str, str]
    key_column: str = "key_id"
    most: int = 2_000


PERSONS = SealedTable("identity_person", "subject_id", {"code_sealed": "person.code", "name_sealed": "person.name"})
_tables: dict[str, SealedTable] = {PERSONS.table: PERSONS}


def register_sealed(table: SealedTable) -> None:
    """Name a table with sealed values; called when its folder's application is ready."""
    _tables[table.table] = table


def sealed_tables() -> tuple[SealedTable, ...]:
    """Give every table with sealed values, persons first."""
    return tuple(_tables.values())
