"""An auditor's export: entries with proofs that hold without the database, and not when a byte of it is another."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from chengxin.ground.sealing.errors import ExportRefused
from chengxin.ground.sealing.exporting import Wanted, export_entries
from chengxin.ground.sealing.keys import read_key
from chengxin.ground.sealing.offline import as_line, check_export
from chengxin.lib.notes import Signer
from tests.registering import NOW, Sealed


@pytest.fixture
def lines(sealed: Sealed) -> list[bytes]:
    """Export what was entered within five minutes, of three persons, some of it sealed in a second round."""
    sealed.write(*[3] * 5, 4, 5, 19)
    sealed.seal()
    sealed.write(3, 4, at=NOW + timedelta(minutes=1))
    sealed.seal(NOW + timedelta(minutes=2))
    sealed.write(3, at=NOW + timedelta(minutes=9))
    return exported(sealed, Wanted(since=NOW, until=NOW + timedelta(minutes=5)))


def exported(sealed: Sealed, wanted: Wanted) -> list[bytes]:
    sealed.register.become("sealer")
    return list(export_entries(wanted, read_key(sealed.folder / "sealing.json"), at=NOW))


def test_an_export_of_a_time_holds(sealed: Sealed, lines: list[bytes]) -> None:
    found = check_export(lines)
    assert found.wrong is None
    assert (found.entries, found.heads, len(found.keys)) == (10, 3, 1)
    assert found.what["since"] == NOW.isoformat()
    assert check_export(lines, [read_key(sealed.folder / "sealing.json").verifier]).wrong is None


def test_an_export_of_a_person_holds_nobody_elses(sealed: Sealed, lines: list[bytes]) -> None:
    own = exported(sealed, Wanted(subject_id=3))
    assert check_export(own).entries == 6
    assert {json.loads(line)["entry"]["subject_id"] for line in own if b'"entry"' in line} == {3}


def test_what_no_head_stands_over_yet_is_left_out(sealed: Sealed, lines: list[bytes]) -> None:
    (sealed.folder / "sealing.json").rename(sealed.folder / "away.json")
    sealed.seal(NOW + timedelta(minutes=10))
    (sealed.folder / "away.json").rename(sealed.folder / "sealing.json")
    assert check_export(exported(sealed, Wanted(subject_id=3))).entries == 6
    sealed.seal(NOW + timedelta(minutes=11))
    assert check_export(exported(sealed, Wanted(subject_id=3))).entries == 7


def test_whatever_is_changed_in_an_export_is_named_by_its_line(lines: list[bytes]) -> None:
    """Each line in turn: one of its values another, without it, twice, swapped with the next."""
    for number, line in enumerate(lines):
        other = line.replace(b"0", b"1", 1) if b"0" in line else line.replace(b"A", b"B", 1)
        assert other != line
        found = check_export([*lines[:number], other, *lines[number + 1 :]]).wrong
        assert found is not None, line
        # What is no proof's own, such as the time, the seal at the end shows.
        assert found.line in {number + 1, len(lines)}
        assert check_export([*lines[:number], *lines[number + 1 :]]).wrong is not None
        assert check_export([*lines[: number + 1], *lines[number:]]).wrong is not None
        if number + 1 < len(lines):
            swapped = [*lines[:number], lines[number + 1], line, *lines[number + 2 :]]
            assert check_export(swapped).wrong is not None


@pytest.mark.parametrize("name", ["officer", "case_reference", "at", "fields", "reason", "as_of", "entry_id"])
def test_a_changed_entry_is_named(lines: list[bytes], name: str) -> None:
    number = next(number for number, line in enumerate(lines) if b'"entry"' in line)
    value = json.loads(lines[number])
    given = {
        "fields": ["x"],
        "at": (NOW + timedelta(seconds=1)).isoformat(),
        "as_of": "2020-01-01",
        "entry_id": str(UUID(int=1)),
    }
    value["entry"][name] = given.get(name, "x")
    found = check_export([*lines[:number], as_line(value), *lines[number + 1 :]]).wrong
    assert found is not None
    assert (found.line, "与签名的树头对不上" in found.text) == (number + 1, True)


def test_an_export_signed_by_another_key_is_refused(lines: list[bytes]) -> None:
    found = check_export(lines, [Signer("test-register", bytes(32)).verifier]).wrong
    assert found is not None
    assert found.line == 1


def test_what_was_changed_in_the_database_is_not_signed_for(sealed: Sealed, lines: list[bytes]) -> None:
    sealed.tamper("UPDATE ground_access_entry SET officer = 'x' WHERE subject_id = 19")
    with pytest.raises(ExportRefused, match="固化时不同"):
        exported(sealed, Wanted())


@pytest.mark.parametrize("content", [[], [b"x\n"], [b"[]\n"], [b"{}\n"], [b'{"form":"x"}\n'], [b"\xff\n"], [b"1\n"]])
def test_what_is_no_export_is_refused(content: list[bytes]) -> None:
    found = check_export(content).wrong
    assert found is not None
    assert found.line == 1
