"""Somebody has a whole copy of the database and no keys: trying every code of an area and a day finds nobody."""

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chengxin.identity.vault import vault
from chengxin.lib.codes import check_digit
from chengxin.lib.crypto import FileSource, SealingVault, suites
from tests.conftest import Register
from tests.identity.keys import RESIDENT
from tests.penalties import penalty, write_csv
from tests.people import MARKET, UNKNOWN, WANG_WEI
from tests.records.test_ingest import take

AREAS = [f"1499{number:02d}" for number in range(90, 100)]
TABLES = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND NOT starts_with(relname, 'catalogue_')"""  # whose examples are made-up codes that anybody may read
HEX = re.compile(rb"[0-9a-fA-F]{16,128}")
Hash = Callable[[bytes], bytes]


def space() -> list[str]:
    """Ten areas, one birthday, every sequence number: 10,000 codes, which takes no time to go through."""
    firsts = [f"{area}{WANG_WEI.born}{number:03d}" for area in AREAS for number in range(1000)]
    return [first + check_digit(first) for first in firsts]


def shapes(code: str) -> Iterator[bytes]:
    """The forms in which a code may have been hashed, the program's own among them: its source is no secret."""
    yield code.encode()
    yield f"{code}{WANG_WEI.name}".encode()
    for kind in (RESIDENT, "1"):
        for part in ("\x1f", ":", ""):
            yield f"{kind}{part}{code}".encode()
    yield f"{RESIDENT}\x1f{code}\x1f{WANG_WEI.name}".encode()


def guesses(stolen: bytes) -> Iterator[tuple[str, Hash]]:
    """Hashes that need no key, and keyed ones under keys that lie about: nothing, zeros, what stands in the database itself."""
    for name in ("sha256", "sha1", "md5", "sha512", "sm3"):
        yield name, partial(_plain, name)
    yield "blake2b", lambda data: hashlib.blake2b(data, digest_size=32).digest()
    for key in (b"", bytes(32), stolen):
        for suite in suites().values():
            yield f"hmac {suite.name}", suite.hasher(key)
            # As the program derives it, in case a master key were no secret.
            yield f"derived {suite.name}", suite.hasher(suite.derive(key, "code-hash"))
        yield "blake2b keyed", partial(_keyed_blake, key)


def _plain(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data).digest()


def _keyed_blake(key: bytes, data: bytes) -> bytes:
    return hashlib.blake2b(data, key=key, digest_size=32).digest()


def dump(register: Register) -> dict[str, set[bytes]]:
    """Every value of every table, as bytes."""
    found: dict[str, set[bytes]] = {}
    for (table,) in register.rows(TABLES):
        with register.connect("owner") as raw:
            cursor = raw.execute(f"SELECT * FROM {table}".encode())
            names = [column.name for column in cursor.description or ()]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    found.setdefault(f"{table}.{name}", set()).add(_bytes(value))
    return found


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def beginnings(values: set[bytes]) -> set[bytes]:
    """Give the first eight bytes of every value, as it stands and as a text that writes bytes out: hashes are cut short at will."""
    texts = {bytes.fromhex(value.decode()) for value in values if HEX.fullmatch(value) and len(value) % 2 == 0}
    return {value[:8] for value in values | texts if len(value) >= 8}


def matches(values: set[bytes], hashed: Hash) -> set[str]:
    """Give the codes of the space whose hash stands among the values."""
    begun = beginnings(values)
    return {code for code in space() if any(hashed(shape)[:8] in begun for shape in shapes(code))}


@pytest.fixture
def stolen(register: Register, tmp_path: Path, today: Any) -> dict[str, set[bytes]]:
    """A register with a record and a waiting row, every table of it copied."""
    rows = [penalty(today), penalty(today, 2, UNKNOWN)]
    take(register, write_csv(tmp_path / "a.csv", rows), datetime.now(UTC))
    return dump(register)


def test_nothing_matches_without_the_keys(stolen: dict[str, set[bytes]]) -> None:
    everything = set().union(*stolen.values())
    check_value = next(iter(stolen["identity_vault_key.check_value"]))
    assert WANG_WEI.code in space()
    for name, hashed in guesses(check_value):
        assert matches(everything, hashed) == set(), name


def test_the_same_search_with_the_key_finds_the_person(stolen: dict[str, set[bytes]]) -> None:
    """So that the search above is one that can find."""
    keys = vault()
    master = keys.keys[keys.pointers.hash]
    values = stolen["identity_code.code_hash"]
    assert matches(values, master.suite.hasher(master.derive("code-hash"))) == {WANG_WEI.code}
    assert matches(stolen["identity_code.name_tag"], master.suite.hasher(master.derive("name-tag"))) == {WANG_WEI.code}


@pytest.mark.parametrize("written", [bytes, bytes.hex])
def test_the_same_search_finds_an_unkeyed_hash_wherever_it_stands(written: Any) -> None:
    for name, hashed in guesses(b"k" * 16):
        planted = {b"another value", _bytes(written(hashed(f"{RESIDENT}\x1f{WANG_WEI.code}".encode())[:16]))}
        assert matches(planted, hashed) == {WANG_WEI.code}, name


@pytest.mark.parametrize("length", [16, 24, 32])
def test_boxes_open_with_no_guessed_key(stolen: dict[str, set[bytes]], length: int) -> None:
    boxes = [*stolen["identity_person.code_sealed"], *stolen["records_waiting.row_sealed"]]
    assert len(boxes) > 1
    keys = [bytes(length), b"\xff" * length, hashlib.sha256(b"chengxin").digest()[:length]]
    keys += [value[:length] for value in stolen["identity_vault_key.check_value"] if len(value) >= length]
    for key in keys:
        for box in boxes:
            for bound in (b"person.code", b"waiting.row", b""):
                with pytest.raises(InvalidTag):
                    AESGCM(key).decrypt(box[:12], box[12:], bound)


def test_ids_of_records_and_digests_tell_nothing_either(stolen: dict[str, set[bytes]]) -> None:
    """What a waiting row or a document says is guessable too; both are hashed under the anchor."""
    document = f"CF-ZRR\x1f{MARKET}\x1f{penalty(datetime.now(UTC).date())['CF_WSH']}".encode()
    plain = int.from_bytes(hashlib.blake2b(document, digest_size=8).digest(), "big") // 4
    keyed = int.from_bytes(hashlib.blake2b(document, key=vault().record_key, digest_size=8).digest(), "big") // 4
    held = {int(value) for value in stolen["records_version.record_id"]}
    assert (plain in held, keyed in held) == (False, True)


@pytest.mark.parametrize("suite", ["international", "national"])
def test_two_installations_share_no_hash(suite: str, tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        source = FileSource(tmp_path / name)
        source.create_first(suite)
        ring = source.read()
        made.append(SealingVault(ring.keys, ring.first))
    one, other = made
    assert one.code_hash(RESIDENT, WANG_WEI.code) != other.code_hash(RESIDENT, WANG_WEI.code)
    assert one.pseudonym(MARKET, 1) != other.pseudonym(MARKET, 1)
