"""Frictionless: a Table Schema of the field table; its indexer validates each row and puts it into a typed table by its own SQL plug-in.

Check digits are left out: they aren't in a Table Schema, and its row constraints are expressions that can't sum with weights.
"""

import re
from pathlib import Path
from typing import Any

from frictionless import Schema
from frictionless.indexer import Indexer
from frictionless.resources import TableResource
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL, create_engine

from scripts.peers.task import Column, Task, answer, database

TYPES = {"date": "date", "decimal": "number", "integer": "integer"}
SEPARATED = "[、；;,，]"


def field_of(column: Column) -> dict[str, Any]:
    kind = TYPES.get(column.type, "string")
    bounds: dict[str, Any] = {"required": column.required}
    if column.allowed:
        # Not as its enum: the SQL plug-in makes a type of it, and one value that isn't in the list ends the whole file.
        one = "|".join(map(re.escape, column.allowed))
        bounds["pattern"] = f"(?:{one})(?:{SEPARATED}(?:{one}))*" if column.multi else one
    elif column.pattern:
        bounds["pattern"] = column.pattern
    if column.length and kind == "string" and not column.allowed:
        bounds["maxLength"] = column.length
    if kind in {"number", "integer"}:
        bounds["minimum"] = 0
    return {"name": column.code, "type": kind, "constraints": bounds}


def address() -> URL:
    told = conninfo_to_dict(database())
    host = told.pop("host")
    return URL.create(
        "postgresql+psycopg",
        username=str(told["user"]),
        password=str(told["password"]) if "password" in told else None,
        database=str(told["dbname"]),
        query={"host": str(host), **({"port": str(told["port"])} if "port" in told else {})},
    )


def take_in(task: Task) -> dict[str, Any]:
    schema = Schema.from_descriptor({"fields": [field_of(column) for column in task.columns]})
    file = Path(task.file)
    resource = TableResource(path=file.name, basepath=str(file.parent), schema=schema)
    indexer = Indexer(
        resource=resource,
        database=create_engine(address()),
        table_name=f"peer_frictionless_{file.stem}",
        with_metadata=True,
        # Rows that are wrong stand there too, marked so; a CHECK of the table would refuse the whole file.
        ignore_constraints=True,
    )
    report = indexer.index()
    if report is None:
        raise AssertionError("the indexer with metadata gives a report")
    return {"rows": report.tasks[0].stats["rows"], "faults": report.stats["errors"]}


if __name__ == "__main__":
    answer(take_in)
