"""Finding whom a doubtful row may mean: near codes by their hashes, near names by hashed blocks, the comparison in memory alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from chengxin.identity.blocks import birth_block, ends_block
from chengxin.identity.likeness import Candidate, Suggestion, near_codes, rank, read_written
from chengxin.identity.sealed import PERSONS
from chengxin.identity.vault import open_sealed, vault
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.crypto import Sealed, Vault
from chengxin.lib.regions import AreaBook

BY_BLOCK = ("same-birth", "same-ends")
MOST_OPENED = 60
"""More persons than this are never opened for one row; near codes come first."""
FIND = """
    SELECT c.code_hash, c.birth_block, c.ends_block, p.subject_id, p.key_id, p.code_sealed, p.name_sealed, c.code_sealed, c.seal_key_id,
           p.born, p.region, p.died
    FROM (SELECT code_hash FROM identity_code WHERE code_hash = ANY(%(codes)s::bytea[])
          UNION SELECT code_hash FROM identity_code WHERE birth_block = ANY(%(births)s::bytea[])
          UNION SELECT code_hash FROM identity_code WHERE ends_block = ANY(%(ends)s::bytea[])) near
    JOIN identity_code c USING (code_hash)
    JOIN identity_person p ON p.subject_id = c.subject_id AND p.minor_rank <= p.identity_rank
    ORDER BY (c.code_hash = ANY(%(codes)s::bytea[])) DESC, p.subject_id LIMIT %(most)s"""


@dataclass(frozen=True, slots=True, repr=False)
class Written:
    """Name and code as a row has them. Has no readable form, so that it can't slip into a log."""

    code_type: str
    code: str
    name: str


@dataclass(frozen=True, slots=True, repr=False)
class Near:
    """Somebody who may be meant, opened for the officer who compares."""

    suggestion: Suggestion
    name: str
    code: str
    born: date
    region: str
    died: date | None


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """Those whom a row may mean, and by number everybody who was opened to find out."""

    near: tuple[Near, ...] = ()
    opened: tuple[int, ...] = ()


def find_near(written: Written, *, on: date, areas: AreaBook) -> Found:
    """Give those whom a row may mean, the likeliest first, each with the reasons: eight at most.

    One statement of three look-ups by index; nothing decrypted leaves this process's memory. Raises KeysMissing.
    """
    keys = vault()
    codes = _codes(keys, written, on, areas)
    births, ends = _blocks(keys, written, areas)
    if not (codes or births or ends):
        return Found()
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"codes": list(codes), "births": births, "ends": ends, "most": MOST_OPENED})
        rows = cursor.fetchall()
    opened = [_open(row, codes, births) for row in rows]
    fitting = [one for one in opened if not _contradicts(written, one)]
    known = {(near.subject_id, near.reason): (near, row[9:]) for near, row in zip(opened, rows, strict=True)}
    found: list[Near] = []
    for suggestion in rank(written.name, fitting):
        one, rest = known[suggestion.subject_id, suggestion.code_reason]
        found.append(Near(suggestion, one.name, one.code, *rest))
    return Found(tuple(found), tuple(sorted({one.subject_id for one in opened})))


def _codes(keys: Vault, written: Written, on: date, areas: AreaBook) -> dict[bytes, str]:
    """Give the hashes of the written code and of those near it, with the slip that each supposes."""
    found: dict[bytes, str] = {}
    for code, reason in _near(written, on, areas):
        for code_hash in keys.look_up_hashes(written.code_type, code):
            found.setdefault(code_hash, reason)
    return found


def _near(written: Written, on: date, areas: AreaBook) -> Iterator[tuple[str, str]]:
    if written.code_type == CodeType.RESIDENT_ID:
        yield from ((near.code, near.reason) for near in near_codes(written.code, on=on, areas=areas))
        return
    kind = next((kind for kind in CodeType if kind.value == written.code_type), None)
    canonical = examine(kind, written.code.strip(), on=on, areas=areas).canonical
    yield canonical or written.code.strip().upper(), "same"


def _blocks(keys: Vault, written: Written, areas: AreaBook) -> tuple[list[bytes], list[bytes]]:
    number = read_written(written.code) if written.code_type == CodeType.RESIDENT_ID else None
    if number is None or not written.name.strip():
        return [], []
    ends = [(area, last) for area, last in number.ends() if area in areas]
    return (
        [birth_block(keys, born, written.name, key) for key in keys.pointers.hashing for born in number.births()],
        [ends_block(keys, *both, written.name, key) for key in keys.pointers.hashing for both in ends],
    )


def _contradicts(written: Written, candidate: Candidate) -> bool:
    """Tell whether somebody whom a block led to has another code than what is seen of the written one."""
    number = read_written(written.code) if candidate.reason in BY_BLOCK else None
    return number is not None and not number.fits(candidate.code)


def _open(row: tuple[Any, ...], codes: dict[bytes, str], births: list[bytes]) -> Candidate:
    code_hash, birth, _, subject, key_id, code_sealed, name_sealed, other_sealed, other_key, *_ = row
    # A code that isn't the person's own is shown as it was told: that one is near.
    box = Sealed(key_id, bytes(code_sealed)) if other_sealed is None else Sealed(other_key, bytes(other_sealed))
    code, name = open_sealed(
        (box, PERSONS.columns["code_sealed"]), (Sealed(key_id, bytes(name_sealed)), PERSONS.columns["name_sealed"])
    )
    by_block = "same-birth" if birth is not None and bytes(birth) in births else "same-ends"
    return Candidate(subject, codes.get(bytes(code_hash), by_block), name, code)
