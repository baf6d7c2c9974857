"""The operator's export of one person's entries is itself an entry, in the transaction that reads; without it there is no file."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError
from django.utils import timezone

from chengxin.ground.sealing.errors import ExportRefused
from chengxin.ground.sealing.exporting import Wanted
from chengxin.ground.sealing.offline import check_export
from chengxin.lib.errors import NotFound
from chengxin.site.register import export_person
from tests.conftest import Register
from tests.people import CENTRE, WANG_WEI
from tests.registering import Sealed

ENTRIES = (
    "SELECT organisation, officer, purpose, case_reference, channel, outcome, fields::text FROM ground_access_entry "
    "WHERE channel = 'operator'"
)


@pytest.fixture
def exporting(register: Register, cluster: tuple[str, Any], settings: Any, tmp_path: Path) -> Register:
    """Have two entries about Wang Wei and one about somebody else sealed, and be the owner at the server."""
    sealed = Sealed(register, tmp_path, cluster[0])
    settings.SEALING_KEY = tmp_path / "sealing.json"
    wang = wang_of(register)
    sealed.write(wang, wang, wang + 1)
    sealed.seal()
    register.become("owner")
    return register


def wang_of(register: Register) -> int:
    from chengxin.site.register import _subject

    register.become("owner")
    return _subject(WANG_WEI.code)


def export(file: Path, code: str = WANG_WEI.code, case: str = "审计 2026-7") -> int:
    return export_person(file, code, case, at=timezone.now(), period=Wanted())


def test_the_person_sees_that_and_what_for(exporting: Register, tmp_path: Path) -> None:
    file = tmp_path / "export.jsonl"
    assert export(file) > 0
    with file.open("rb") as lines:
        assert check_export(lines).entries == 2
    told = [json.loads(line) for line in file.read_text().splitlines()]
    subjects = {line["entry"]["subject_id"] for line in told if "entry" in line}
    assert subjects == {wang_of(exporting)}
    assert exporting.rows(ENTRIES) == [
        (CENTRE, "operator", "CK-FW", "审计 2026-7", "operator", "answered", "{access_entries}")
    ]
    assert exporting.rows("SELECT act, note FROM ground_action WHERE act = 'register.export'") == [
        ("register.export", "person")
    ]


def test_without_its_entry_there_is_no_file(exporting: Register, tmp_path: Path) -> None:
    with exporting.connect("owner") as owner:
        owner.execute("ALTER TABLE ground_access_entry ADD CONSTRAINT no_entry CHECK (channel <> 'operator') NOT VALID")
    with pytest.raises(DatabaseError):
        export(tmp_path / "export.jsonl")
    assert not list(tmp_path.glob("export*"))
    assert exporting.rows("SELECT FROM ground_action WHERE act = 'register.export'") == []


def test_when_it_fails_at_the_very_end_there_is_no_file_either(exporting: Register, tmp_path: Path) -> None:
    """The entry is refused when the transaction commits, after every line was written."""
    with exporting.connect("owner") as owner:
        owner.execute(
            "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''late''; END'"
        )
        owner.execute(
            """CREATE CONSTRAINT TRIGGER late AFTER INSERT ON ground_access_entry DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW EXECUTE FUNCTION late()"""
        )
    with pytest.raises(DatabaseError, match="late"):
        export(tmp_path / "export.jsonl")
    assert not list(tmp_path.glob("export*"))
    connection.close()
    assert exporting.rows(ENTRIES) == []


def test_what_isnt_as_sealed_gives_neither_file_nor_entry(
    exporting: Register, cluster: tuple[str, Any], tmp_path: Path
) -> None:
    sealed = Sealed(exporting, tmp_path, cluster[0])
    sealed.tamper(f"UPDATE ground_access_entry SET officer = 'x' WHERE subject_id = {wang_of(exporting)}")
    exporting.become("owner")
    with pytest.raises(ExportRefused):
        export(tmp_path / "export.jsonl")
    assert not list(tmp_path.glob("export*"))
    assert exporting.rows(ENTRIES) == []


@pytest.mark.parametrize(
    ("given", "error"), [({"case": " "}, ExportRefused), ({"code": "149999190001010000"}, NotFound)]
)
def test_a_case_and_somebody_who_is_known_are_asked_for(
    exporting: Register, tmp_path: Path, given: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        export(tmp_path / "export.jsonl", **given)
    assert not list(tmp_path.glob("export*"))
    assert exporting.rows(ENTRIES) == []
