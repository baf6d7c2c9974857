"""Fills a population base with millions of persons: really sealed and hashed, by COPY from two processes, indexes made at the end.

Who the n-th person is follows from n, so that nobody need be kept in memory to be asked about.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from itertools import product
from time import perf_counter
from typing import Any

import psycopg

from chengxin.bench.child import answer_of, start_child
from chengxin.bench.stage import Stage, Tell
from chengxin.demo.tables import table
from chengxin.lib.codes import check_digit
from chengxin.lib.regions import TEST_AREA

KIND, REGION, PROCESSES, BLOCK = "resident-id", "140105", 2, 20_000
FIRST_DAY, DAYS = date(1940, 1, 1), 20_000
MOST = 998 * DAYS
# Large enough that neighbours have nothing in common, and prime, so that every name comes up.
STRIDE = 7_919
PERSONS = "COPY identity_person (subject_id, born, region, capacity, code_sealed, name_sealed, key_id, recorded_at) FROM STDIN"
CODES = "COPY identity_code (code_hash, subject_id, name_tag, birth_block, ends_block, code_type, key_id) FROM STDIN"
EVENTS = """COPY identity_population_event (event_id, sequence, edition, kind, subject_id, digest, body_sealed, key_id, recorded_at)
    FROM STDIN"""
CONSTRAINTS = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = 'identity_code'::regclass AND contype IN ('p', 'f') ORDER BY contype DESC"""
INDEXES = """SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = 'identity_code'::regclass AND NOT indisprimary"""


@cache
def _names() -> tuple[str, ...]:
    lists = table("names")
    given = [name for sex in ("man", "woman") for era in lists[sex].values() for name in era]
    return tuple(surname + name for surname, name in product(lists["surnames"], sorted(set(given))))


def person(n: int) -> tuple[str, str]:
    """Give code and name of the n-th person, from 0 to MOST - 1; all are of age."""
    first = f"{TEST_AREA}{FIRST_DAY + timedelta(days=n % DAYS):%Y%m%d}{n // DAYS + 1:03}"
    names = _names()
    return first + check_digit(first), names[n * STRIDE % len(names)]


def fill(stage: Stage, urls: Mapping[str, str], persons: int, tell: Tell, *, events: bool) -> int:
    """Fill an empty base with so many persons and give the first one's number less one; ``events``: each with the event that told of them.

    Cost: two processes; memory of a block each.
    """
    if not 0 < persons <= MOST:
        raise ValueError(f"persons must be from 1 to {MOST}")
    started = perf_counter()
    with psycopg.connect(urls["owner"], autocommit=True) as connection:
        (base,) = connection.execute("SELECT nextval('identity_subject_seq')").fetchone() or (0,)
        connection.execute("SELECT setval('identity_subject_seq', %s)", [base + persons])
        with _without_indexes(connection):
            share = -(-persons // PROCESSES)
            parts = [(start, min(start + share, persons)) for start in range(0, persons, share)]
            running = [start_child(stage, urls["owner"], "fill", *part, base, int(events)) for part in parts]
            for one in running:
                answer_of(one)
            tell(f"  {persons} persons sealed and hashed: {perf_counter() - started:.0f} s")
        for name in ("identity_person", "identity_code", "identity_population_event"):
            connection.execute(f"VACUUM (ANALYZE) {name}".encode())
    tell(f"  {persons} persons there: {perf_counter() - started:.0f} s")
    return int(base)


@contextmanager
def _without_indexes(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Take the indexes and keys of the codes away and make them anew: hashes in no order, put in one by one, take an hour."""
    keys, indexes = connection.execute(CONSTRAINTS).fetchall(), connection.execute(INDEXES).fetchall()
    for name, _ in reversed(keys):
        connection.execute(f'ALTER TABLE identity_code DROP CONSTRAINT "{name}"'.encode())
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    connection.execute("SET maintenance_work_mem = '1GB'")
    for name, definition in keys:
        connection.execute(f'ALTER TABLE identity_code ADD CONSTRAINT "{name}" {definition}'.encode())
    for _, definition in indexes:
        connection.execute(definition.encode())


def fill_part(start: int, end: int, base: int, *, events: bool) -> None:
    """Put the persons from ``start`` up to ``end`` in, block by block. The database's own guards stand, as for anybody who writes."""
    from django.db import connection, transaction

    from chengxin.identity.vault import sealing_vault

    for first in range(start, end, BLOCK):
        with transaction.atomic():
            keys = sealing_vault()
            places = range(first, min(first + BLOCK, end))
            people = [person(n) for n in places]
            for query, lines in _lines(keys, base, places, people, events=events):
                with connection.cursor() as cursor, cursor.copy(query) as copy:
                    copy.write("".join(lines))


def _lines(
    keys: Any, base: int, places: range, people: list[tuple[str, str]], *, events: bool
) -> Iterator[tuple[str, list[str]]]:
    """Make the lines of COPY's text form for each table."""
    key, hash_key = keys.pointers.current, keys.pointers.hash
    numbered = [(base + 1 + n, code, name) for n, (code, name) in zip(places, people, strict=True)]
    codes = keys.seal_many([code for code, _ in people], use="person.code")
    names = keys.seal_many([name for _, name in people], use="person.name")
    yield (
        PERSONS,
        [
            f"{subject}\t{code[6:14]}\t{REGION}\tfull\t\\\\x{box.hex()}\t\\\\x{other.hex()}\t{key}\tnow\n"
            for (subject, code, _), box, other in zip(numbered, codes, names, strict=True)
        ],
    )
    yield CODES, [_code_line(keys, subject, code, name, hash_key) for subject, code, name in numbered]
    if events:
        bodies = keys.seal_many([f'{{"XM":"{name}","ZJHM":"{code}"}}' for code, name in people], use="population.event")
        yield (
            EVENTS,
            [
                f"f-{subject}\t0\t1\tsnapshot\t{subject}\t\\\\x{box[:32].hex()}\t\\\\x{box.hex()}\t{key}\tnow\n"
                for (subject, _, _), box in zip(numbered, bodies, strict=True)
            ],
        )


def _code_line(keys: Any, subject: int, code: str, name: str, hash_key: str) -> str:
    from chengxin.identity.blocks import blocks_of

    birth, ends = blocks_of(keys, KIND, code, name)
    hashed, tag = keys.code_hash(KIND, code), keys.name_tag(KIND, code, name)
    made = (hashed.hex(), subject, tag.hex(), birth.hex() if birth else "", ends.hex() if ends else "", KIND, hash_key)
    return "\\\\x{}\t{}\t\\\\x{}\t\\\\x{}\t\\\\x{}\t{}\t{}\n".format(*made)
