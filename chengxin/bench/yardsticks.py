"""What the server does by itself with the same bytes."""

from pathlib import Path
from time import perf_counter

import psycopg
from psycopg import sql

BLOCK = 1 << 20


def copy_plain(url: str, file: Path) -> float:
    """Time plain COPY of a file into a table of text columns without index, committed: CSV by its columns, JSON Lines in one."""
    lines = file.suffix == ".jsonl"
    with file.open(encoding="utf-8-sig") as first:
        columns = ["line"] if lines else first.readline().strip().split(",")
    # No line of ours holds a tab or a backslash, so that COPY's own text form takes it as it stands.
    form = sql.SQL("(FORMAT text)" if lines else "(FORMAT csv, HEADER)")
    with psycopg.connect(url) as connection:
        fields = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in columns)
        connection.execute(sql.SQL("CREATE TABLE yardstick ({})").format(fields))
        connection.commit()
        started = perf_counter()
        with (
            connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY yardstick FROM STDIN {}").format(form)) as copy,
            file.open("rb") as source,
        ):
            while block := source.read(BLOCK):
                copy.write(block)
        connection.commit()
        seconds = perf_counter() - started
        connection.execute("DROP TABLE yardstick")
    return seconds
