"""Spools that nobody comes for are destroyed; no other one is."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chengxin.records.intake.spool import Spool
from chengxin.records.intake.sweep import sweep

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def put(folder: Path, name: str, age: timedelta) -> None:
    writer = Spool(folder, name).writer()
    writer.write(b"x")
    writer.finish()
    for path in folder.glob(f"{name}.*"):
        os.utime(path, ((NOW - age).timestamp(),) * 2)


@pytest.mark.parametrize(
    ("name", "age", "states", "gone"),
    [
        pytest.param("aa", timedelta(minutes=59), {}, False, id="an-upload-under-way"),
        pytest.param("aa", timedelta(minutes=61), {}, True, id="an-upload-that-was-killed"),
        pytest.param("aa", timedelta(days=9), {"aa": "received"}, False, id="a-batch-that-waits"),
        pytest.param("aa", timedelta(minutes=1), {"aa": "done"}, True, id="a-batch-that-has-ended"),
        pytest.param("mend-aa", timedelta(hours=23), {}, False, id="rows-to-mend"),
        pytest.param("mend-aa", timedelta(hours=25), {}, True, id="rows-to-mend-after-their-day"),
        pytest.param("mend-aa", timedelta(hours=25), {"aa": "received"}, True, id="rows-to-mend-are-no-batch"),
    ],
)
def test_what_goes(tmp_path: Path, name: str, age: timedelta, states: dict[str, str], gone: bool) -> None:
    put(tmp_path, name, age)
    assert sweep(tmp_path, states, NOW) == int(gone)
    assert Spool(tmp_path, name).there() is not gone
    assert bool(list(tmp_path.iterdir())) is not gone


def test_a_key_without_its_spool_goes_too(tmp_path: Path) -> None:
    put(tmp_path, "aa", timedelta(hours=2))
    Spool(tmp_path, "aa").path.unlink()
    assert sweep(tmp_path, {}, NOW) == 1
    assert list(tmp_path.iterdir()) == []


def test_no_folder_is_nothing_to_do(tmp_path: Path) -> None:
    assert sweep(tmp_path / "none", {}, NOW) == 0
