"""Keys in a token behind PKCS#11: the adapter's answers on a stand-in session, and all of it on SoftHSM where ``make hsm`` was called.

What needs the real module is marked ``long``: `make test-long` sees to the module first and fails without it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from pkcs11 import Attribute
from pkcs11.exceptions import AttributeSensitive

from chengxin.lib.crypto import FileSource, KeyProgram, KeysMissing, KeySourceUnusable, ProgramSource
from chengxin.lib.crypto.pkcs11_program import WRAPPING_KEY, Told, Tongue, open_session, pin_of, words_of
from tests.lib.pkcs11_stand_in import StandInSession

PIN = "4711-made-up"
PLACES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/*/softhsm/libsofthsm2.so", "/usr/lib*/pkcs11/libsofthsm2.so")
PROGRAM = str(Path(sys.executable).with_name("chengxin-pkcs11"))
REAL = pytest.mark.long


def module() -> str:
    found = [*([os.environ["CHENGXIN_SOFTHSM"]] if "CHENGXIN_SOFTHSM" in os.environ else [])]
    found += [str(path) for place in PLACES for path in Path("/").glob(place.lstrip("/"))]
    assert found, "SoftHSM is missing: make hsm"
    return found[0]


@dataclass(frozen=True)
class Hsm:
    """A token of SoftHSM in a folder of its own, and the environment that leads to it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SOFTHSM2_CONF": str(self.folder / "softhsm2.conf"),
            "CHENGXIN_PKCS11_MODULE": module(),
            "CHENGXIN_PKCS11_TOKEN": "chengxin",
            "CHENGXIN_PKCS11_PIN_FILE": str(self.folder / "pin"),
        }

    def run(self, *arguments: str, given: str = "", **changes: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [PROGRAM, *arguments], input=given, env={**os.environ, **self.environment, **changes}, capture_output=True, text=True,
            timeout=30, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
def hsm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hsm:
    made = Hsm(tmp_path)
    (tmp_path / "tokens").mkdir()
    (tmp_path / "pin").write_text(PIN + "\n")
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\n")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    tool = shutil.which("softhsm2-util")
    assert tool, "SoftHSM is missing: make hsm"
    subprocess.run(
        [tool, "--module", module(), "--init-token", "--free", "--label", "chengxin", "--so-pin", "so-made-up", "--pin", PIN],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


@pytest.fixture(params=["stand-in", pytest.param("softhsm", marks=REAL)])
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A session with a token: a stand-in's, or SoftHSM's."""
    if request.param == "stand-in":
        yield StandInSession()
        return
    request.getfixturevalue("hsm")
    # A module reads where its tokens lie when it is initialized, once in a process.
    pkcs11.lib(module()).reinitialize()
    with open_session(os.environ, writes=True) as opened:
        yield opened


def test_keys_are_listed_the_oldest_first_and_given(session: Any) -> None:
    tongue = Tongue(session)
    assert tongue.answer("list") == "ok"
    made = [tongue.answer(f"new {suite}").removeprefix("ok ") for suite in ("national", "international", "national")]
    listed = tongue.answer("list").split()
    assert listed == ["ok", f"{made[0]}:national", f"{made[1]}:international", f"{made[2]}:national"]
    secrets = [bytes.fromhex(tongue.answer(f"get {key_id}").removeprefix("ok ")) for key_id in made]
    assert [len(secret) for secret in secrets] == [32] * 3
    assert len(set(secrets)) == 3
    assert tongue.answer(f"get {made[0]}") == f"ok {secrets[0].hex()}"


def test_what_is_wrapped_opens_and_nothing_else_does(session: Any) -> None:
    tongue, secret = Tongue(session), "0f" * 32
    assert tongue.answer(f"wrap {secret}").startswith("error 令牌里没有这个密钥")
    assert tongue.make_wrapping_key() == WRAPPING_KEY
    wrapped = [tongue.answer(f"wrap {secret}").removeprefix("ok ") for _ in range(2)]
    assert wrapped[0] != wrapped[1]
    assert secret not in wrapped[0]
    assert [tongue.answer(f"unwrap {text}") for text in wrapped] == [f"ok {secret}"] * 2
    spoilt = wrapped[0][:-2] + ("00" if wrapped[0][-2:] != "00" else "11")
    for text in (spoilt, wrapped[0][:-2], wrapped[0][:20], "zz", ""):
        assert tongue.answer(f"unwrap {text}").startswith("error "), text
    assert tongue.answer("wrap 0f0f").startswith("error 须为 32 字节")


def test_the_wrapping_key_is_made_once_is_not_listed_and_never_leaves(session: Any) -> None:
    tongue = Tongue(session)
    tongue.make_wrapping_key()
    with pytest.raises(Told, match="已有"):
        tongue.make_wrapping_key()
    assert tongue.answer("list") == "ok"
    assert tongue.answer(f"get {WRAPPING_KEY}").startswith("error 令牌里没有这个密钥")
    with pytest.raises(AttributeSensitive) as told:
        tongue._wrapper()[Attribute.VALUE]
    assert "不出令牌" in words_of(told.value)


@pytest.mark.parametrize("line", ["", "burn everything", "get nothing", "new rot13", "get"])
def test_what_it_does_not_know_is_an_answer_of_one_line(session: Any, line: str) -> None:
    answer = Tongue(session).answer(line)
    assert answer.startswith("error ")
    assert "\n" not in answer


def test_a_librarys_own_words_are_not_passed_on() -> None:
    class Loud(StandInSession):
        def get_objects(self, wanted: dict[Attribute, Any]) -> Iterator[Any]:
            raise RuntimeError(f"the key is 0f0f0f {wanted}")

    answer = Tongue(Loud()).answer("list")
    assert "0f0f" not in answer
    assert "RuntimeError" in answer


def test_the_pin_comes_from_a_file_or_a_variable(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(f"{PIN}\n")
    assert pin_of({"CHENGXIN_PKCS11_PIN_FILE": str(tmp_path / "pin"), "CHENGXIN_PKCS11_PIN": "other"}) == PIN
    assert pin_of({"CHENGXIN_PKCS11_PIN": PIN}) == PIN
    with pytest.raises(Told, match="CHENGXIN_PKCS11_PIN"):
        pin_of({})
    with pytest.raises(Told, match="读不到"):
        pin_of({"CHENGXIN_PKCS11_PIN_FILE": str(tmp_path / "nothing")})


def test_what_is_not_set_is_told_through_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHENGXIN_PKCS11_MODULE", raising=False)
    with pytest.raises(KeySourceUnusable, match="CHENGXIN_PKCS11_MODULE"):
        KeyProgram(PROGRAM).listed()


# On the module itself, as the product calls it.


@REAL
def test_a_vaults_keys_come_from_the_token(hsm: Hsm) -> None:
    source = ProgramSource(KeyProgram(PROGRAM))
    with pytest.raises(KeysMissing):
        source.read()
    source.create_first("national")
    source.create_first("international")
    before = source.read()
    made = source.create("international")
    after = source.read()
    assert after.first == before.first
    assert {key_id: key.suite.name for key_id, key in after.keys.items()} == {
        **dict.fromkeys(before.keys, "national"), made: "international",
    }  # fmt: skip
    assert all(after.keys[key_id].secret == key.secret for key_id, key in before.keys.items())


@REAL
def test_keys_of_a_file_open_by_the_token_alone(hsm: Hsm, tmp_path: Path) -> None:
    assert hsm.run("make-key")[:2] == (0, f"ok {WRAPPING_KEY}\n")
    assert hsm.run("make-key")[0] == 1
    source = FileSource(tmp_path / "keys" / "vault.json", KeyProgram(PROGRAM))
    source.create_first("national")
    source.create("international")
    ring = source.read()
    assert len(ring.keys) == 2
    content = source.path.read_text(encoding="utf-8")
    assert not any(key.secret.hex() in content for key in ring.keys.values())
    shutil.rmtree(tmp_path / "tokens")
    (tmp_path / "tokens").mkdir()
    with pytest.raises(KeySourceUnusable, match="没有这个标签的令牌"):
        source.read()


@REAL
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"CHENGXIN_PKCS11_TOKEN": "other"}, "没有这个标签的令牌"),
        ({"CHENGXIN_PKCS11_PIN_FILE": "", "CHENGXIN_PKCS11_PIN": "wrong-one"}, "PIN 不对"),
        ({"CHENGXIN_PKCS11_PIN_FILE": "/nowhere/pin"}, "读不到 PIN 文件"),
        ({"CHENGXIN_PKCS11_MODULE": "/nowhere/module.so"}, "令牌未办成"),
    ],
)
def test_a_token_that_does_not_open_is_told_without_the_pin(hsm: Hsm, changes: dict[str, str], told: str) -> None:
    code, out, err = hsm.run(given="list\n", **changes)
    assert code == 1
    assert out.startswith("error ")
    assert out.count("\n") == 1
    assert told in out
    assert PIN not in out + err
    assert "wrong-one" not in out + err
    assert "Traceback" not in err
