"""Where master keys come from: file, environment, and a program that really runs."""

import json
import shlex
import stat
import sys
import threading
from pathlib import Path

import pytest

from chengxin.lib.crypto import (
    EnvironmentSource,
    FileSource,
    KeyProgram,
    KeyRing,
    KeysMissing,
    KeySource,
    KeySourceUnusable,
    Pointers,
    ProgramSource,
    program,
)

PROGRAM = Path(__file__).with_name("key_program.py")
KEY = "0f" * 32
SUITES = pytest.mark.parametrize("suite", ["international", "national"])


def speaker(folder: Path, fault: str = "") -> KeyProgram:
    return KeyProgram(shlex.join([sys.executable, str(PROGRAM), str(folder), *([fault] if fault else [])]))


def secrets_of(ring: KeyRing) -> dict[str, tuple[str, str]]:
    return {key_id: (key.suite.name, key.secret.hex()) for key_id, key in ring.keys.items()}


@pytest.fixture(params=["file", "wrapped", "program"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> KeySource:
    """Every source that makes keys itself."""
    made: dict[str, KeySource] = {
        "file": FileSource(tmp_path / "keys" / "vault.json"),
        "wrapped": FileSource(tmp_path / "keys" / "vault.json", speaker(tmp_path)),
        "program": ProgramSource(speaker(tmp_path)),
    }
    return made[request.param]


@SUITES
def test_first_key_is_made_once(source: KeySource, suite: str) -> None:
    source.create_first(suite)
    ring = source.read()
    ((key_id, key),) = ring.keys.items()
    assert (key.suite.name, ring.first) == (suite, Pointers.all_at(key_id))
    source.create_first("international")
    assert secrets_of(source.read()) == secrets_of(ring)


def test_further_keys_stand_beside_the_first(source: KeySource) -> None:
    source.create_first("international")
    before = source.read()
    made = [source.create(suite) for suite in ("national", "international")]
    after = source.read()
    assert after.first == before.first
    assert secrets_of(after).items() > secrets_of(before).items()
    assert [after.keys[key_id].suite.name for key_id in made] == ["national", "international"]
    assert len({secret for _, secret in secrets_of(after).values()}) == 3


def test_nobody_shows_a_key(source: KeySource) -> None:
    source.create_first("national")
    ring = source.read()
    ((_, secret),) = secrets_of(ring).values()
    for shown in (repr(source), repr(ring), str(ring), repr(list(ring.keys.values())), source.name):
        assert secret not in shown


# File.


def test_file_is_its_owners_alone(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "keys" / "vault.json")
    source.create_first("international")
    source.create("international")
    assert {stat.S_IMODE(path.stat().st_mode) for path in source.path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(source.path.parent.stat().st_mode) == 0o700


def test_wrapped_keys_lie_in_the_file_unreadable(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "vault.json", speaker(tmp_path))
    source.create_first("national")
    ((_, secret),) = secrets_of(source.read()).values()
    assert secret not in source.path.read_text(encoding="utf-8")
    with pytest.raises(KeysMissing, match="CHENGXIN_VAULT_PROGRAM"):
        FileSource(source.path).read()


def test_two_commands_at_once_lose_no_key(tmp_path: Path) -> None:
    source = FileSource(tmp_path / "vault.json")
    source.create_first("international")
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(source.create("national"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert source.read().keys.keys() > set(made)
    assert len(set(made)) == 8


def test_file_of_the_release_before_is_read_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "vault.json"
    path.write_text(json.dumps({"anchor": "k1", "current": "k2", "keys": {"k1": KEY, "k2": "00" * 32}}))
    source = FileSource(path)
    assert source.read().first == Pointers("k1", "k1", "k2")
    key_id = source.create("national")
    ring = source.read()
    assert ring.first == Pointers("k1", "k1", "k2")
    assert {name: suite for name, (suite, _) in secrets_of(ring).items()} == {
        "k1": "international", "k2": "international", key_id: "national",
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"anchor": "k", "keys": {"k": {"suite": "rot13", "key": "' + KEY + '"}}}', id="unknown-suite"),
        pytest.param('{"anchor": "k", "keys": {"k": {"suite": "national", "key": "0f"}}}', id="short"),
        pytest.param('{"anchor": "k", "keys": {"k": {"suite": "national", "key": "zz"}}}', id="not-hex"),
        pytest.param('{"anchor": "k", "keys": {"k": {"suite": "national"}}}', id="no-key"),
        pytest.param('{"anchor": "l", "keys": {"k": {"suite": "national", "key": "' + KEY + '"}}}', id="no-anchor"),
        pytest.param('{"keys": {}}', id="empty"),
        pytest.param('{"anchor": "k", "keys": {"k": 7}}', id="a-number"),
    ],
)
def test_broken_file_is_told_without_its_keys(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vault.json"
    path.write_text(content)
    with pytest.raises(KeysMissing) as told:
        FileSource(path).read()
    assert KEY not in told.value.text + told.value.text_en


# Environment.


def test_environment_holds_keys_the_anchor_first() -> None:
    ring = EnvironmentSource(f"k2:national:{KEY}, k1:international:{'00' * 32}", "V").read()
    assert secrets_of(ring) == {"k2": ("national", KEY), "k1": ("international", "00" * 32)}
    assert ring.first == Pointers.all_at("k2")


@pytest.mark.parametrize(
    "text", ["", " ", KEY, f"k:{KEY}", f"k:rot13:{KEY}", "k:national:zz", "k:national:0f", f"k:national:{KEY}:x"]
)
def test_broken_environment_is_told_without_its_keys(text: str) -> None:
    with pytest.raises(KeysMissing) as told:
        EnvironmentSource(text, "CHENGXIN_VAULT_KEY").read()
    assert KEY not in told.value.text + told.value.text_en
    assert KEY not in repr(EnvironmentSource(text, "CHENGXIN_VAULT_KEY"))


def test_environment_makes_no_keys() -> None:
    with pytest.raises(KeySourceUnusable, match="--to"):
        EnvironmentSource(f"k:national:{KEY}", "CHENGXIN_VAULT_KEY").create("national")


# Program.

FAULTS = {
    "error": "密码机未开机",
    "chatter": "不合约定",
    "garbled": "不合约定",
    "silent": "答了 0 句",
    "dies": "退出码 3",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_program_does_wrong_is_told_without_its_answers(tmp_path: Path, fault: str) -> None:
    speaker(tmp_path).new("national")
    (secret,) = speaker(tmp_path).get(["k000"]).values()
    with pytest.raises(KeySourceUnusable, match=FAULTS[fault]) as told:
        speaker(tmp_path, fault).get(["k000"])
    assert secret.hex()[:8] not in told.value.text + told.value.text_en
    assert "must not be shown" not in told.value.text


def test_key_cut_short_by_the_program_is_no_key(tmp_path: Path) -> None:
    speaker(tmp_path).new("national")
    with pytest.raises((KeysMissing, KeySourceUnusable)):
        ProgramSource(speaker(tmp_path, "short")).read()


def test_program_that_is_not_there_or_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeySourceUnusable, match="No such file"):
        KeyProgram(str(tmp_path / "nothing")).listed()
    monkeypatch.setattr(program, "TIMEOUT_S", 0.1)
    with pytest.raises(KeySourceUnusable, match="没有回答"):
        KeyProgram(shlex.join([sys.executable, "-c", "import threading; threading.Event().wait()"])).listed()


def test_program_without_keys_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeysMissing):
        ProgramSource(speaker(tmp_path)).read()
