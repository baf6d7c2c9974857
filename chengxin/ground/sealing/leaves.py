"""The form in which an entry is hashed: every column with its length, as PostgreSQL's binary COPY writes it.

What the sealer and the verification hash they read so from the columns themselves. ``content_of`` writes the same bytes from the
values of an export, where there is no database.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from struct import Struct, pack
from typing import Any
from uuid import UUID

from chengxin.lib.merkle import leaf_hash

FORM = b"chengxin access entry 1\n"
SALT_BYTES = 16
NULL = pack(">i", -1)
_EPOCH, _FIRST = datetime(2000, 1, 1, tzinfo=UTC), date(2000, 1, 1)
_TEXT, _BIGINT, _SMALLINT = 25, 20, 21
_LENGTH = Struct(">i")


def _text(value: str) -> bytes:
    return value.encode()


def _bigint(value: int) -> bytes:
    return pack(">q", value)


def _smallint(value: int) -> bytes:
    return pack(">h", value)


def _moment(value: datetime) -> bytes:
    return pack(">q", (value - _EPOCH) // timedelta(microseconds=1))


def _day(value: date) -> bytes:
    return pack(">i", (value - _FIRST).days)


def _array(kind: int, element: Callable[[Any], bytes]) -> Callable[[Sequence[Any]], bytes]:
    def write(values: Sequence[Any]) -> bytes:
        if not values:
            return pack(">iiI", 0, 0, kind)
        head = pack(">iiIii", 1, 0, kind, len(values), 1)
        return head + b"".join(field(element(value)) for value in values)

    return write


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the register: its name, its binary form, and how it is read where its type isn't the form's."""

    name: str
    binary: Callable[[Any], bytes]
    sql: str = ""

    def read(self) -> str:
        return self.sql or f"e.{self.name}"


COLUMNS = (
    Column("subject_id", _bigint),
    Column("entry_id", lambda value: UUID(str(value)).bytes),
    Column("at", _moment),
    *(
        Column(name, _text)
        for name in (
            "organisation",
            "officer",
            "purpose",
            "duty",
            "basis",
            "authorisation",
            "case_reference",
            "channel",
            "outcome",
            "reason",
        )
    ),
    Column("as_of", _day),
    # As text[]: the type of its elements stands in an array's binary form.
    Column("fields", _array(_TEXT, _text), "e.fields::text[]"),
    Column("record_ids", _array(_BIGINT, _bigint)),
    Column("versions", _array(_SMALLINT, _smallint)),
)
READ = ", ".join(column.read() for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands: shard, tree and number in it, from nought."""

    shard: int
    tree: str
    seq: int

    def head(self, salt: bytes) -> bytes:
        """Write what stands before the columns: the place and the salt are hashed with them."""
        return b"".join(map(field, (_smallint(self.shard), self.tree.encode(), _bigint(self.seq), salt)))

    def __format__(self, _: str) -> str:
        return f"{self.tree}/{self.shard:02}#{self.seq}"


def field(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


def content_of(place: Place, salt: bytes, values: dict[str, Any]) -> bytes:
    """Write what is hashed from an entry's values, by the columns' names."""
    written = (NULL if values[column.name] is None else field(column.binary(values[column.name])) for column in COLUMNS)
    return FORM + place.head(salt) + b"".join(written)


def leaf_of(place: Place, salt: bytes, values: dict[str, Any]) -> bytes:
    return leaf_hash(content_of(place, salt, values))
