"""Turns a row of the authority's into what is staged: the one place where a person's code and name are hashed, tagged and sealed."""

import json
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

from chengxin.identity.blocks import blocks_of
from chengxin.identity.population_words import words
from chengxin.identity.rules import may_be_subject, normal_name
from chengxin.identity.sandbox import is_real_here
from chengxin.identity.services.population.feed import READ, Row
from chengxin.lib.codes import CodeType, examine, from_template, holds_code
from chengxin.lib.codes.organisation import examine_organisation
from chengxin.lib.crypto import SealingVault
from chengxin.lib.regions import AreaBook, region

EDITIONS = 1_000_000  # snapshots that may follow one number; the rank leaves room for them below the next
MAX_SEQUENCE = 9_000_000_000_000
MINOR, CLOSED = "minor", "closed"
EVENT_ID_LENGTH, NAME_LENGTH, DOCUMENT_LENGTH = 64, 100, 100
IDENTITY_KINDS = frozenset({"snapshot", "new", "name", "number", "correction"})
NUMBER_KINDS = frozenset({"number", "correction"})


class Refused(Exception):
    """Names the rule that refuses a row. Never leaves this package."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands: the authority's number, and 0 or which snapshot after it."""

    sequence: int
    edition: int = 0

    @property
    def rank(self) -> int:
        return self.sequence * EDITIONS + self.edition


@dataclass(frozen=True, slots=True)
class Told:
    """A row in the order of ``copy_staging``, but for its number and whether it was parked."""

    event_id: str
    digest: bytes
    place: Place
    kind: str
    values: tuple[Any, ...]
    body: tuple[Any, ...]

    def line(self, n: int, *, parked: bool) -> tuple[Any, ...]:
        place = self.place
        head = (n, self.event_id, self.digest, place.sequence, place.edition, place.rank, self.kind, parked)
        return (*head, *self.values, *self.body)


@dataclass(frozen=True, slots=True)
class MinorCode:
    """A code that may lead to somebody who is held, out of a minor's row: hash, mark, hash under the key before, type."""

    hashes: tuple[bytes, bytes, bytes | None, str]
    corrects: bool = False

    def line(self, n: int, place: Place) -> tuple[Any, ...]:
        """Give what ``copy_minors`` takes; a code that is corrected stands where old codes do."""
        code_hash, mark, former, code_type = self.hashes
        code, nothing = (code_hash, mark, former), (None, None, None)
        sides = (*nothing, *code) if self.corrects else (*code, *nothing)
        return (n, place.rank, "correction" if self.corrects else "minor", *sides, code_type, code_type, True)


@dataclass(frozen=True, slots=True)
class Minor:
    """All that is taken of a minor's row: its place, and the codes by which a person may be held whom it closes."""

    place: Place
    codes: tuple[MinorCode, ...]


@dataclass(frozen=True, slots=True)
class Stager:
    """Makes staged rows of a feed's. ``day`` is today: nobody enters before 18, and an undated full capacity is told as of it."""

    keys: SealingVault
    areas: AreaBook
    day: date

    def event(self, row: Row) -> Told | Minor | str:
        """Make a staged event; its place and the codes it may close where it is about a minor, or the rule that refuses the row."""
        try:
            born, place = _born(row), _place(row)
            if not may_be_subject(born, self.day):
                return self._minor(row, place)
            return self._told(row, self._event_id(row), place, _kind(row), born)
        except Refused as refusal:
            return str(refusal)

    def snapshot(self, row: Row, event_id: str, place: Place) -> Told | Minor | str:
        """Make a staged row of a snapshot, as ``event`` does of an event's."""
        try:
            born = _born(row)
            if not may_be_subject(born, self.day):
                return self._minor(row, place)
            return self._told(row, event_id, place, "snapshot", born)
        except Refused as refusal:
            return str(refusal)

    def _minor(self, row: Row, place: Place) -> Minor:
        """Look at the codes alone: an adult may be held under the number that is corrected or replaced, or under one without a birth."""
        kind = words().kinds.get(row.get("SJLX", ""))
        own = self._may_be_held(row, "ZJLX", "ZJHM")
        old = self._may_be_held(row, "YZJLX", "YZJHM") if kind in NUMBER_KINDS else None
        codes = [MinorCode(own)] if own else []
        if old and old != own:
            codes.append(MinorCode(old, corrects=kind == "correction"))
        return Minor(place, tuple(codes))

    def _may_be_held(self, row: Row, kind: str, number: str) -> tuple[bytes, bytes, bytes | None, str] | None:
        code_type = from_template(row.get(kind) or row.get("ZJLX", ""))
        verdict = examine(code_type, row.get(number, ""), on=self.day, areas=self.areas)
        if code_type is None or verdict.canonical is None or verdict.legacy or is_real_here(verdict.canonical):
            return None
        if verdict.born is not None and not may_be_subject(verdict.born, self.day):
            return None
        code_hash, mark, former, name, *_ = self._hashes((code_type, verdict.canonical), None)
        return code_hash, mark, former, name

    def _event_id(self, row: Row) -> str:
        event_id = row["SJBH"]
        plain = event_id.replace(".", "").replace("_", "").replace(":", "").replace("-", "")
        sound = plain.isascii() and plain.isalnum() and event_id[:1].isalnum() and len(event_id) <= EVENT_ID_LENGTH
        if not sound or holds_code(event_id, on=self.day, areas=self.areas):
            raise Refused("event-id-unusable")
        return event_id

    def _told(self, row: Row, event_id: str, place: Place, kind: str, born: date) -> Told:
        read = {name: value for name, value in sorted(row.items()) if value and name in READ}
        text = json.dumps(read, ensure_ascii=False, separators=(",", ":"))
        sealed = self.keys.seal(text, use="population.event")
        values = (*self._who(row, kind, born, sealed.key_id), *self._state(row, kind, born))
        digest = blake2b(text.encode(), key=self.keys.digest_key, digest_size=32).digest()
        return Told(event_id, digest, place, kind, values, (sealed.box,))

    def _code(self, row: Row, kind: str, number: str, born: date | None) -> tuple[CodeType, str]:
        code_type = from_template(row.get(kind) or row["ZJLX"])
        verdict = examine(code_type, row[number], on=self.day, areas=self.areas)
        if code_type is None or verdict.canonical is None or verdict.legacy or is_real_here(verdict.canonical):
            raise Refused("code-invalid")
        if verdict.born is not None and verdict.born != born and born is not None:
            raise Refused("born-differs-from-code")
        return code_type, verdict.canonical

    def _who(self, row: Row, kind: str, born: date, key_id: str) -> tuple[Any, ...]:
        """Give code_hash … old_sealed. What tells who the person is carries code, name and birth together, sealed under one key."""
        code = self._code(row, "ZJLX", "ZJHM", born)
        if kind not in IDENTITY_KINDS:
            return (*self._hashes(code, None), born, None, None, key_id, *(None,) * 11)
        name = normal_name(row["XM"])
        if not name or len(name) > NAME_LENGTH:
            raise Refused("name-missing")
        boxes = self.keys.seal(code[1], use="person.code").box, self.keys.seal(name, use="person.name").box
        told = (*self._hashes(code, name), born, *boxes, key_id, *self._blocks(code, name))
        if kind not in NUMBER_KINDS:
            return (*told, *(None,) * 7)
        old = self._code(row, "YZJLX", "YZJHM", None)
        if old == code:
            raise Refused("code-unchanged")
        return (*told, *self._hashes(old, name), self.keys.seal(old[1], use="person.code").box)

    def _hashes(self, code: tuple[CodeType, str], name: str | None) -> tuple[Any, ...]:
        """Give hash, mark, hash under the key before, type, name tag, name tag under the key before."""
        keys, former = self.keys, self.keys.pointers.former
        return (
            keys.code_hash(*code),
            keys.code_mark(*code),
            keys.code_hash(*code, former) if former else None,
            str(code[0]),
            keys.name_tag(*code, name) if name else None,
            keys.name_tag(*code, name, former) if former and name else None,
        )

    def _blocks(self, code: tuple[CodeType, str], name: str) -> tuple[bytes | None, ...]:
        """Give both blocks, and both under the key before."""
        former = self.keys.pointers.former
        before = blocks_of(self.keys, *code, name, former) if former else (None, None)
        return *blocks_of(self.keys, *code, name), *before

    def _state(self, row: Row, kind: str, born: date) -> tuple[Any, ...]:
        """Give region … method."""
        return (
            _region(row) if kind in {"snapshot", "new", "move"} else None,
            *self._capacity(row, kind),
            *self._death(row, kind, born),
            *(self._attestation(row) if kind == "attestation" else (None, None, None, None)),
        )

    def _capacity(self, row: Row, kind: str) -> tuple[str | None, date | None]:
        word = row.get("XWNL", "")
        if kind not in {"snapshot", "capacity"} and not (kind == "new" and word):
            return None, None
        capacity, since = words().capacities.get(word or "完全"), _day(row.get("XWNLRQ", ""))
        if capacity is None or (since is None and (capacity != "full" or kind == "capacity")):
            raise Refused("capacity-unknown")
        if len(row.get("PJWS", "")) > DOCUMENT_LENGTH:
            raise Refused("document-too-long")
        return capacity, since or self.day

    def _death(self, row: Row, kind: str, born: date) -> tuple[bool, date | None]:
        if kind not in {"snapshot", "death"}:
            return False, None
        died = _day(row.get("SWRQ", ""))
        dead = kind == "death" or row["ZT"] == "死亡"
        if dead != (died is not None) or (died is not None and not born <= died <= self.day):
            raise Refused("death-undated")
        return True, died

    def _attestation(self, row: Row) -> tuple[str, date, str, str]:
        level, method = words().levels.get(row["HYDJ"]), words().methods.get(row["HYFS"])
        if level is None or method is None or not words().reaches(method, level):
            raise Refused("assurance-unknown")
        checked_on, authority = _day(row["HYRQ"]), examine_organisation(row["HYDW"]).canonical
        if checked_on is None or checked_on > self.day or authority is None:
            raise Refused("attestation-undated" if authority else "authority-unknown")
        return authority, checked_on, level.code, method.code


def _day(text: str) -> date | None:
    if len(text) != len("20260101") or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def _born(row: Row) -> date:
    born = _day(row.get("CSRQ", ""))
    if born is None:
        raise Refused("born-unreadable")
    return born


def _kind(row: Row) -> str:
    kind = words().kinds.get(row.get("SJLX", ""))
    if kind is None:
        raise Refused("kind-unknown")
    if any(not row.get(name) for name in words().needs[kind]):
        raise Refused("field-missing")
    return kind


def _place(row: Row) -> Place:
    text = row.get("SJXH", "")
    if not (
        text.isascii() and text.isdigit() and len(text) <= len(str(MAX_SEQUENCE)) and 0 < int(text) <= MAX_SEQUENCE
    ):
        raise Refused("sequence-unreadable")
    return Place(int(text))


def _region(row: Row) -> str:
    if region(row["XZQH"]) is None:
        raise Refused("region-unknown")
    return row["XZQH"]
