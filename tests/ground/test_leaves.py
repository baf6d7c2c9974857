"""What is hashed: every column, each value another text, the same bytes by the database and by an export."""

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
from hypothesis import given
from hypothesis import strategies as st

from chengxin.ground.models import AccessEntry
from chengxin.ground.sealing.leaves import COLUMNS, FORM, READ, Place, content_of
from chengxin.ground.sealing.naming import next_part, origin_of, shard_of, tree_at, tree_of
from chengxin.ground.sealing.numbering import COPY_HEAD
from chengxin.ground.sealing.offline import as_line, entry_as_json, entry_of_json
from tests.conftest import Register

TEXTS = (
    "organisation", "officer", "purpose", "duty", "basis", "authorisation", "case_reference", "channel", "outcome", "reason",
)  # fmt: skip
PLACE, SALT = Place(7, "2026-11", 5), bytes(range(16))
text = st.text(
    st.characters(categories=("L", "M", "N", "P", "S", "Z", "Cc", "Cf"), exclude_characters="\0"), max_size=12
)
entries = st.fixed_dictionaries({
    "subject_id": st.integers(0, 2**63 - 1), "entry_id": st.uuids(),
    "at": st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    **dict.fromkeys(TEXTS, text),
    "as_of": st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    "fields": st.lists(text, max_size=4), "record_ids": st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4),
    "versions": st.lists(st.integers(-(2**15), 2**15 - 1), max_size=4),
})  # fmt: skip
TYPES = ("bigint", "uuid", "timestamptz", *["varchar"] * len(TEXTS), "date", "varchar[]", "bigint[]", "smallint[]")


def test_every_column_of_the_register_is_hashed(register: Register) -> None:
    """A column that is added to the table must be added to what is hashed, else it could be changed unnoticed."""
    columns = register.rows(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'ground_access_entry'::regclass AND attnum > 0 AND NOT attisdropped"
    )
    assert {name for (name,) in columns} == {column.name for column in COLUMNS}
    assert {one.column for one in AccessEntry._meta.concrete_fields if one.column} == {
        column.name for column in COLUMNS
    }


def test_an_export_is_hashed_as_the_database_hashes(register: Register) -> None:
    """Our own writing of the form is PostgreSQL's, byte for byte, and a line of an export loses nothing of it."""
    named = ", ".join(f"%s::{kind} AS {column.name}" for kind, column in zip(TYPES, COLUMNS, strict=True))

    @given(entries)
    def compare(values: dict[str, Any]) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(
                f"COPY (SELECT {READ} FROM (SELECT {named}) e) TO STDOUT (FORMAT binary)",
                [values[column.name] for column in COLUMNS],
            ) as copy,
        ):
            row = bytes(next(iter(copy))).removeprefix(COPY_HEAD)
            for _ in copy:
                pass
        content = content_of(PLACE, SALT, values)
        assert content == FORM + PLACE.head(SALT) + row[2:]
        written = entry_as_json(values)
        assert as_line(written).endswith(b"}\n")
        assert content_of(PLACE, SALT, entry_of_json(written)) == content

    with psycopg.connect(register.urls["owner"], autocommit=True) as connection:
        compare()


@given(entries, entries)
def test_different_entries_are_different_bytes(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (content_of(PLACE, SALT, one) == content_of(PLACE, SALT, other)) == (one == other)


@given(entries, st.sampled_from([column.name for column in COLUMNS]), entries)
def test_each_column_counts(values: dict[str, Any], name: str, other: dict[str, Any]) -> None:
    changed = {**values, name: other[name]}
    assert (content_of(PLACE, SALT, changed) == content_of(PLACE, SALT, values)) == (changed == values)


def test_place_and_salt_count() -> None:
    values: dict[str, Any] = {"subject_id": 0, "entry_id": UUID(int=0), "at": datetime(2026, 1, 1, tzinfo=UTC), "as_of": None,
              **dict.fromkeys(TEXTS, ""),
              "fields": [], "record_ids": [], "versions": []}  # fmt: skip
    places = [PLACE, Place(8, "2026-11", 5), Place(7, "2026-12", 5), Place(7, "2026-11", 6)]
    made = {content_of(place, salt, values) for place in places for salt in (SALT, bytes(16))}
    assert len(made) == len(places) * 2


@given(st.integers(0, 2**63 - 1))
def test_shards_are_the_databases_own(subject: int) -> None:
    assert shard_of(subject) == int(str(subject)) - subject // 16 * 16


def test_names_of_trees() -> None:
    assert tree_at(datetime(2026, 11, 30, 15, 59, 59, tzinfo=UTC)) == "2026-11"
    assert tree_at(datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == "2026-12"
    assert [next_part("2026-11"), next_part("2026-11.02"), next_part("2026-11.09")] == [
        "2026-11.02",
        "2026-11.03",
        "2026-11.10",
    ]
    names = ["2026-11", "2026-11.02", "2026-11.10", "2026-12"]
    assert sorted(names) == names
    assert tree_of(origin_of("a/b", "2026-11.02", 3), "a/b") == ("2026-11.02", 3)
    for other in (
        "a/b/2026-13/03",
        "a/b/2026-11/16",
        "a/b/2026-11/3",
        "a/2026-11/03",
        "a/b/2026-11/03/1",
        "a/b/2026-11",
    ):
        assert tree_of(other, "a/b") is None


def test_format_of_a_place() -> None:
    assert re.fullmatch(r"2026-11/07#5", f"{PLACE}")
