"""Files dropped into a provider's folder: picked up whole or not at all, answered beside, taken away; a kill changes nothing."""

import hashlib
import json
import signal
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from chengxin.records.services import process_batch, spool_folder
from chengxin.records.ways.dropping import scan_drops
from tests.conftest import Register
from tests.penalties import csv_text, penalty
from tests.people import MARKET, WANG_WEI
from tests.records.ways.working import start

LATER = timedelta(minutes=5)
SCAN = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from chengxin.records.ways import dropping
def killed(name):
    step = getattr(dropping, name)
    def run(*arguments, **named):
        if sys.argv[1] == "before " + name:
            os.kill(os.getpid(), signal.SIGKILL)
        made = step(*arguments, **named)
        if sys.argv[1] == "after " + name:
            os.kill(os.getpid(), signal.SIGKILL)
        return made
    setattr(dropping, name, run)
killed("deliver")
killed("_close")
dropping.scan_drops(at=timezone.now())
"""


@pytest.fixture
def folder(register: Register, settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR, settings.DROP_DIR = tmp_path / "data", tmp_path / "drop"
    made = tmp_path / "drop" / MARKET
    made.mkdir(parents=True)
    register.become("intake")
    return made


def drop(folder: Path, content: bytes, name: str = "a.csv", **changes: Any) -> Path:
    (folder / name).write_bytes(content)
    told = {
        "item": "CF-ZRR",
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": 2,
        "made_at": "2026-11-01T08:00:00+08:00",
    }
    path = folder / f"{name}.manifest.json"
    path.write_text(json.dumps({key: value for key, value in {**told, **changes}.items() if value is not None}))
    return path


def work(register: Register, now: datetime) -> None:
    for (number,) in register.rows("SELECT id FROM records_batch WHERE state = 'received'"):
        process_batch(number, at=now)


def answer(folder: Path, name: str = "a.csv") -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / f"{name}.answer.json").read_text())
    return told


@pytest.fixture
def content(today: date) -> bytes:
    return csv_text([penalty(today, 1), penalty(today, 2, CF_WFXW="")]).encode()


@pytest.mark.parametrize("checksum", ["sha256", "sm3"])
def test_a_drop_is_taken_in_answered_and_taken_away(
    register: Register, folder: Path, content: bytes, now: datetime, checksum: str
) -> None:
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(content)
    changes: dict[str, Any] = {"sha256": None, "sm3": sm3.finalize().hex()} if checksum == "sm3" else {}
    drop(folder, content, **changes)
    assert scan_drops(at=now) == 1
    assert scan_drops(at=now) == 0, "its batch is under way"
    assert sorted(path.name for path in folder.iterdir()) == ["a.csv", "a.csv.manifest.json"]
    work(register, now)
    assert scan_drops(at=now) == 1
    assert [path.name for path in folder.iterdir()] == ["a.csv.answer.json"]
    told = answer(folder)
    assert (told["state"], told["read"], told["new"], told["refused"]) == ("done", 2, 1, 1)
    assert (told["channel"], told["rows_announced"], told["rows_differ"]) == ("directory", 2, False)
    assert told["page"][0]["row"] == 3
    assert WANG_WEI.name not in (folder / "a.csv.answer.json").read_text()
    assert register.rows("SELECT note FROM ground_action WHERE act = 'intake.hand_in'") == [("CF-ZRR directory",)]


def test_the_same_drop_again_is_the_same_batch(register: Register, folder: Path, content: bytes, now: datetime) -> None:
    for _ in range(2):
        drop(folder, content)
        scan_drops(at=now)
        work(register, now)
        scan_drops(at=now)
    assert answer(folder)["new"] == 1
    assert register.rows("SELECT count(*) FROM records_batch") == [(1,)]


def test_a_wrong_checksum_is_waited_for_and_then_refused_in_words(
    register: Register, folder: Path, content: bytes, now: datetime
) -> None:
    drop(folder, content, sha256="0" * 64)
    assert scan_drops(at=now) == 0, "the file may still be on its way"
    assert scan_drops(at=now + LATER) == 1
    told = answer(folder)
    assert (told["state"], told["code"]) == ("refused", "drop-refused")
    assert "sha256 与清单不一致" in told["message"]
    assert [path.name for path in folder.iterdir()] == ["a.csv.answer.json"]
    assert register.rows("SELECT count(*) FROM records_batch") == [(0,)]
    assert list(spool_folder().iterdir()) == []


def test_a_half_written_file_waits_and_is_taken_when_it_is_whole(
    register: Register, folder: Path, content: bytes, now: datetime
) -> None:
    drop(folder, content)
    for half in (b"", content[:-20]):
        (folder / "a.csv").write_bytes(half)
        assert scan_drops(at=now) == 0
    (folder / "a.csv").write_bytes(content)
    assert scan_drops(at=now) == 1


def test_a_manifest_before_its_file_waits_for_a_day(
    register: Register, folder: Path, content: bytes, now: datetime
) -> None:
    drop(folder, content)
    (folder / "a.csv").unlink()
    assert scan_drops(at=now + LATER) == 0
    assert scan_drops(at=now + timedelta(hours=25)) == 1
    assert "没有送到" in answer(folder)["message"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"item": None}, "item"),
        ({"file": "../b.csv"}, "file"),
        ({"file": "x/a.csv"}, "file"),
        ({"file": ".hidden"}, "file"),
        ({"sha256": "abc"}, "sha256/sm3"),
        ({"sha256": None}, "sha256/sm3"),
        ({"sm3": "0" * 64}, "sha256/sm3"),
        ({"rows": -1}, "rows"),
        ({"made_at": None}, "made_at"),
    ],
)
def test_a_manifest_that_is_wrong_is_told_where(
    register: Register, folder: Path, content: bytes, now: datetime, changes: dict[str, Any], place: str
) -> None:
    drop(folder, content, **changes)
    assert scan_drops(at=now + LATER) == 1
    assert place in answer(folder)["message"]


def test_a_link_leads_nowhere(register: Register, folder: Path, content: bytes, now: datetime, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_bytes(content)
    drop(folder, content)
    (folder / "a.csv").unlink()
    (folder / "a.csv").symlink_to(outside)
    (folder / "b.manifest.json").symlink_to(outside)
    assert scan_drops(at=now + LATER) == 0
    scan_drops(at=now + timedelta(hours=25))
    assert outside.read_bytes() == content
    assert register.rows("SELECT count(*) FROM records_batch") == [(0,)]


def test_a_file_that_cannot_be_used_is_answered_and_taken_away(
    register: Register, folder: Path, content: bytes, now: datetime
) -> None:
    heading, *rows = content.decode().splitlines()
    drop(folder, "\n".join([f"{heading},宗教信仰", *(f"{row},某教" for row in rows)]).encode())
    scan_drops(at=now)
    from chengxin.records.errors import FileUnusable

    with pytest.raises(FileUnusable):
        work(register, now)
    scan_drops(at=now)
    told = answer(folder)
    assert (told["state"], told["read"]) == ("unusable", 0)
    assert "宗教信仰" in told["failure"]
    assert [path.name for path in folder.iterdir()] == ["a.csv.answer.json"]


def test_another_providers_item_is_refused(register: Register, folder: Path, content: bytes, now: datetime) -> None:
    drop(folder, content, item="SX-BZXR")
    assert scan_drops(at=now + LATER) == 1
    assert answer(folder)["code"] == "provider-not-competent"
    assert not (folder / "a.csv").exists()


@pytest.mark.parametrize("moment", ["before deliver", "after deliver", "before _close", "after _close"])
def test_a_kill_neither_loses_nor_doubles(
    register: Register, folder: Path, content: bytes, now: datetime, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, content)
    if "_close" in moment:
        scan_drops(at=now)
        work(register, now)
    monkeypatch.setenv("CHENGXIN_DROP", str(folder.parent))
    killed = start(register, moment, program=SCAN)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    for _ in range(2):
        scan_drops(at=now)
        work(register, now)
    scan_drops(at=now)
    assert register.rows("SELECT count(*), sum(new) FROM records_batch WHERE state = 'done'") == [(1, 1)]
    assert register.rows("SELECT count(*) FROM records_version") == [(1,)]
    assert [path.name for path in folder.iterdir()] == ["a.csv.answer.json"]
    assert answer(folder)["new"] == 1
