"""Finding whom a doubtful row may mean: near codes by their hashes, near names by hashed blocks, the comparison in memory alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from chengxin.identity.blocks import AREA_DIGITS, LAST_DIGITS, birth_block, ends_block
from chengxin.identity.likeness import Candidate, Mask, Suggestion, masked, near_codes, rank, written_birth
from chengxin.identity.sealed import PERSONS
from chengxin.identity.vault import open_sealed, vault
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.crypto import Sealed, Vault
from chengxin.lib.regions import AreaBook

MOST_OPENED = 60
"""More persons than this are never opened for one row; near codes come first."""
FIND = """
    SELECT c.code_hash, c.birth_block, c.ends_block, p.subject_id, p.key_id, p.code_sealed, p.name_sealed, c.code_sealed, c.seal_key_id,
           p.born, p.region, p.died
    FROM (SELECT code_hash FROM identity_code WHERE code_hash = ANY(%(codes)s::bytea[])
          UNION SELECT code_hash FROM identity_code WHERE birth_block = ANY(%(births)s::bytea[])
          UNION SELECT code_hash FROM identity_code WHERE ends_block = ANY(%(ends)s::bytea[])) near
    JOIN identity_code c USING (code_hash)
    JOIN identity_person p USING (subject_id)
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


def find_near(written: Written, *, on: date, areas: AreaBook) -> list[Near]:
    """Give those whom a row may mean, the likeliest first, each with the reasons: eight at most.

    One statement of three look-ups by index; nothing decrypted leaves this process's memory. Raises KeysMissing.
    """
    keys = vault()
    codes = _codes(keys, written, on, areas)
    births, ends = _blocks(keys, written)
    if not (codes or births or ends):
        return []
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"codes": list(codes), "births": births, "ends": ends, "most": MOST_OPENED})
        rows = cursor.fetchall()
    mask = masked(written.code)
    opened = [_open(row, codes, births, mask) for row in rows]
    known = {near.subject_id: (near, row) for near, row in zip(opened, rows, strict=True)}
    return [
        Near(
            suggestion,
            known[suggestion.subject_id][0].name,
            known[suggestion.subject_id][0].code,
            *known[suggestion.subject_id][1][9:],
        )
        for suggestion in rank(written.name, opened)
    ]


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


def _blocks(keys: Vault, written: Written) -> tuple[list[bytes], list[bytes]]:
    if not written.name.strip() or written.code_type != CodeType.RESIDENT_ID:
        return [], []
    births: list[bytes] = []
    ends: list[bytes] = []
    born, mask = written_birth(written.code), masked(written.code)
    for key_id in keys.pointers.hashing:
        if born is not None:
            births.append(birth_block(keys, born, written.name, key_id))
        if mask and len(mask.head) >= AREA_DIGITS and len(mask.tail) >= LAST_DIGITS:
            ends.append(ends_block(keys, mask.head[:AREA_DIGITS], mask.tail[-LAST_DIGITS:], written.name, key_id))
    return births, ends


def _open(row: tuple[Any, ...], codes: dict[bytes, str], births: list[bytes], mask: Mask | None) -> Candidate:
    code_hash, birth, _, subject, key_id, code_sealed, name_sealed, other_sealed, other_key, *_ = row
    # A code that isn't the person's own is shown as it was told: that one is near.
    box = Sealed(key_id, bytes(code_sealed)) if other_sealed is None else Sealed(other_key, bytes(other_sealed))
    code, name = open_sealed(
        (box, PERSONS.columns["code_sealed"]), (Sealed(key_id, bytes(name_sealed)), PERSONS.columns["name_sealed"])
    )
    by_block = "same-birth" if birth is not None and bytes(birth) in births else "same-ends"
    return Candidate(subject, codes.get(bytes(code_hash), by_block), name, code, mask is None or mask.fits(code))
