"""What is told before people work, and what forbids starting."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.site.register_notices import TROUBLES, RegisterFacts
from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.status import Facts, NotFitToStart, judge, last_backup, note_backup, refuse_unfit
from tests.site.support import MAJOR, made_data
from tests.site.test_cli import Shell, both_languages

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SOUND = Facts(
    now=NOW, database_clock=NOW, last_recorded=NOW, disk_free=1 << 40, keys_mode=0o600, keys_since=NOW, backup_at=NOW, demo=False
)  # fmt: skip
pytestmark = pytest.mark.xdist_group("status")


def test_a_sound_installation_has_nothing_to_mend() -> None:
    assert {notice.level for notice in judge(SOUND)} == {"ok"}
    refuse_unfit(judge(SOUND))


@pytest.mark.parametrize(
    ("changes", "subject", "level", "remedy"),
    [
        pytest.param(
            {"last_recorded": NOW + timedelta(minutes=2)}, "clock", "stop", "timedatectl", id="clock-went-back"
        ),
        pytest.param({"database_clock": NOW - timedelta(seconds=6)}, "clock", "warning", "对时", id="clocks-apart"),
        pytest.param({"disk_free": 100 << 20}, "disk", "stop", "清理", id="disk-full"),
        pytest.param({"disk_free": 1 << 30}, "disk", "warning", "清理", id="disk-nearly-full"),
        pytest.param({"keys_mode": 0o640}, "keys", "warning", "chmod 600", id="keys-readable-by-others"),
        pytest.param({"keys_missing": ("k7",)}, "keys", "stop", "k7", id="key-in-use-not-given"),
        pytest.param({"keys_unread": ("坏了。", "Broken.")}, "keys", "stop", "恢复密钥来源", id="no-keys-given"),
        pytest.param({"backup_at": None}, "backup", "warning", "chengxin backup", id="no-backup"),
        pytest.param({"backup_at": NOW - timedelta(days=8)}, "backup", "warning", "chengxin backup", id="backup-old"),
        pytest.param(
            {"parts_wait_since": NOW - timedelta(minutes=11)}, "answerer", "warning", "11", id="batches-held-up"
        ),
        pytest.param({"faults": 2}, "proof", "warning", "2", id="ledger-broken"),
        pytest.param({"proved_at": NOW - timedelta(days=3)}, "proof", "warning", "3", id="ledger-not-proved"),
        pytest.param(
            {"register": RegisterFacts(trouble="key-missing folder")},
            "sealing",
            "warning",
            "new-key",
            id="nothing-signs",
        ),
        pytest.param(
            {"register": RegisterFacts(trouble="changed")}, "sealing", "warning", "log verify", id="signing-refused"
        ),
        pytest.param(
            {"register": RegisterFacts(waiting=3, waiting_since=NOW - timedelta(minutes=6))},
            "sealing",
            "warning",
            "6 分钟",
            id="nothing-numbers",
        ),
        pytest.param(
            {"register": RegisterFacts(checked_at=NOW, fault="changed", place="2026-11/03#4")},
            "register",
            "warning",
            "2026-11/03#4",
            id="bent",
        ),
        pytest.param(
            {"register": RegisterFacts(checked_at=NOW - timedelta(days=3))},
            "register",
            "warning",
            "log verify",
            id="not-verified",
        ),
        pytest.param({"provisional": 3}, "provisional", "warning", "3", id="provisional"),
        pytest.param({"unblocked": True}, "near-codes", "warning", "fill-blocks", id="older-codes"),
        pytest.param(
            {"calendar_until": NOW.date() + timedelta(days=39)},
            "calendar",
            "warning",
            "chinesecalendar",
            id="calendar-ends",
        ),
        pytest.param({"warnings": ("fsync = off",)}, "server", "warning", "fsync", id="own-server"),
    ],
)
def test_each_fault_is_named_with_its_remedy(changes: dict[str, Any], subject: str, level: str, remedy: str) -> None:
    notices = judge(dataclasses.replace(SOUND, **changes))
    (found,) = [notice for notice in notices if notice.level != "ok"]
    assert (found.subject, found.level) == (subject, level)
    assert remedy in found.text
    assert found.text_en
    if level == "stop":
        with pytest.raises(NotFitToStart):
            refuse_unfit(notices)
    else:
        refuse_unfit(notices)


def test_every_trouble_of_the_sealer_has_words() -> None:
    for code, (text, text_en) in TROUBLES.items():
        (notice,) = [
            one for one in judge(dataclasses.replace(SOUND, register=RegisterFacts(trouble=code))) if one.level != "ok"
        ]
        assert text in notice.text
        assert text_en in notice.text_en


def test_a_minute_ahead_is_no_clock_that_went_back() -> None:
    assert judge(dataclasses.replace(SOUND, last_recorded=NOW + timedelta(seconds=59)))[0].level == "ok"


def test_the_last_backup_is_remembered_and_a_spoilt_note_is_none(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    note_backup(tmp_path, NOW)
    assert last_backup(tmp_path) == NOW
    (tmp_path / "backup.json").write_text("{", encoding="utf-8")
    assert last_backup(tmp_path) is None


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    with made_data(prepared=True) as data, EmbeddedPostgres(data, major=MAJOR, durable=False).using():
        yield Shell(data.parent, data)


def levels(shell: Shell) -> dict[str, str]:
    return {notice["subject"]: notice["level"] for notice in json.loads(shell.run("status", "--json").out)}


def test_status_tells_and_a_backup_changes_what_it_tells(shell: Shell) -> None:
    told = {
        "clock": "ok",
        "disk": "ok",
        "keys": "ok",
        "backup": "warning",
        "proof": "ok",
        "provisional": "warning",
        "near-codes": "ok",
        "sealing": "ok",
        "register": "ok",
        "answerer": "ok",
    }
    found = levels(shell)
    assert found.pop("calendar") in {"ok", "warning"}  # as far as holidays are known on the day of the test
    assert found == told
    assert shell.run("backup", shell.folder / "x.cxb").code == 0
    assert levels(shell)["backup"] == "ok"
    said = shell.run("status")
    assert said.code == 0
    assert "磁盘空余" in said.out


def test_disk_of_an_own_server_is_not_taken_for_ours() -> None:
    told = {notice.subject: notice for notice in judge(dataclasses.replace(SOUND, database_size=3 << 30))}
    assert "database-disk" not in {notice.subject for notice in judge(SOUND)}
    assert (told["database-disk"].level, "3.0 GB" in told["database-disk"].text) == ("ok", True)
    assert "看不到" in told["database-disk"].text
    assert "can't be told from here" in told["database-disk"].text_en


def test_keys_from_elsewhere_are_asked_for_and_looked_at(shell: Shell) -> None:
    """The keys of the file, given by a variable and then by a file of it that others may read; the file itself isn't looked at."""
    assert levels(shell)["keys"] == "ok"
    kept = json.loads((shell.data / "keys" / "vault.json").read_text(encoding="utf-8"))["keys"]
    text = " ".join(f"{key_id}:{one['suite']}:{one['key']}" for key_id, one in kept.items())
    place = shell.data / "keys" / "elsewhere.txt"
    place.write_text(text, encoding="utf-8")
    place.chmod(0o644)
    by_variable = {"CHENGXIN_VAULT_SOURCE": "environment", "CHENGXIN_VAULT_KEY": text}
    by_file = {"CHENGXIN_VAULT_SOURCE": "environment", "CHENGXIN_VAULT_KEY_FILE": str(place)}
    for more, level, told in ((by_variable, "ok", "来源 environment"), (by_file, "warning", f"chmod 600 {place}")):
        found = {one["subject"]: one for one in json.loads(shell.run("status", "--json", **more).out)}
        assert (found["keys"]["level"], told in found["keys"]["text"]) == (level, True)


def test_up_does_not_start_on_a_clock_that_went_back(shell: Shell) -> None:
    assert levels(shell)["clock"] == "ok"
    url = EmbeddedPostgres(shell.data, major=MAJOR).url("chengxin_owner")
    # The guard lets nothing be noted ahead of its time; what a clock set forward left behind is written past it.
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE ground_action DISABLE TRIGGER USER")
        connection.execute(
            "INSERT INTO ground_action (at, actor, act, subject, note) VALUES (now() + interval '1 hour', '', 'x', 'x', '')"
        )
    assert shell.run("status", "--json").code == 3
    said = shell.run("up", "--port", "1")
    assert said.code == 2
    assert "timedatectl" in said.err
    both_languages(said)
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM ground_action")
        connection.execute("ALTER TABLE ground_action ENABLE TRIGGER USER")
