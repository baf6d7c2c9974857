"""The clients in docs/examples do what they say, against a running installation, from their own key to a receipt."""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.api.test_guide import penalties, somebody
from tests.conftest import Running

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
PROGRAMS = {
    "python": [sys.executable, "-W", "ignore", str(EXAMPLES / "client.py")],
    "sh": ["sh", str(EXAMPLES / "client.sh")],
}
FIRST_ROW = {"python": 9_401, "sh": 9_501}
pytestmark = pytest.mark.xdist_group("installation")


@dataclass
class Example:
    """One of the clients, in a folder of its own."""

    language: str
    base: str
    folder: Path
    client_id: str = ""
    keys: str = ""

    def run(self, *words: str, told: Any = None, fails: bool = False, lines: bytes | None = None) -> str:
        """Run a command. What is about a person goes in as each client takes it: standard input, or a file."""
        content = (
            lines if lines is not None else json.dumps(told, ensure_ascii=False).encode() if told is not None else b""
        )
        program = [*PROGRAMS[self.language], *words]
        if self.language == "sh" and content:
            file = self.folder / "told"
            file.write_bytes(content)
            program.append(str(file))
        named = {"CHENGXIN_API": self.base, "CHENGXIN_CLIENT": self.client_id, "CHENGXIN_KEY": self.keys}
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **named}
        done = subprocess.run(
            program, cwd=self.folder, env=environment, input=content, capture_output=True, timeout=120, check=False
        )
        assert (done.returncode != 0) is fails, done.stderr.decode() + done.stdout.decode()
        return (done.stdout + (done.stderr if fails else b"")).decode()

    def answer(self, *words: str, **named: Any) -> Any:
        return json.loads(self.run(*words, **named))


@pytest.fixture(params=PROGRAMS)
def example(request: pytest.FixtureRequest, installation: Running, tmp_path: Path) -> Example:
    for program in ("curl", "openssl") if request.param == "sh" else ():
        assert shutil.which(program), (
            f"the shell client is tried with {program}: install it (apt-get install {program})"
        )
    return Example(request.param, installation.desk, tmp_path)


@pytest.fixture
def hand_over(installation: Running) -> Callable[..., Any]:
    """Do at the installation what its administrators do with a key."""

    def handed(*words: str, key: str = "") -> Any:
        program = [sys.executable, "-m", "tests.api.entering", str(installation.data), *words]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CHENGXIN", "DATABASE_URL"))}
        done = subprocess.run(
            program, cwd=ROOT, env=kept, input=key, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return handed


def let_in(example: Example, hand_over: Callable[..., Any], login: str) -> int:
    """Let the client make its key, and hand the public half in for an officer's organisation. Gives the key's number."""
    public = example.run("new-key", "key.pem")
    assert (example.folder / "key.pem").stat().st_mode & 0o077 == 0
    assert "PRIVATE" not in public
    made = hand_over("enter", login, key=public)
    example.client_id, example.keys = made["client_id"], "key.pem"
    return int(made["key"])


def test_it_asks_about_somebody_and_changes_its_key(
    example: Example, installation: Running, hand_over: Callable[..., Any]
) -> None:
    first = let_in(example, hand_over, "licensing")
    assert "XK-SC-01" in {one["code"] for one in example.answer("duties")}
    question = {"duty": "XK-SC-01", "basis": "XZXKF-34", "case_reference": "许可2026-7", "officer": "xk-07"}
    answered = example.answer("query", told={**question, **somebody(installation)})
    assert (answered["duty"], answered["case"]) == ("XK-SC-01", "许可2026-7")
    nobody = example.run("query", told={**question, **somebody(installation), "name": "某某"}, fails=True)
    assert "not-answerable" in nobody
    # Two keys are in force while one takes the other's place; the new one is named before it is approved.
    public = example.run("new-key", "new.pem")
    example.keys = "new.pem:key.pem"
    assert example.answer("duties")
    second = hand_over("enter", "licensing", example.client_id, key=public)["key"]
    for keys in ("new.pem", "key.pem", "new.pem:key.pem"):
        example.keys = keys
        assert example.answer("duties")
    hand_over("withdraw", str(first))
    example.keys = "key.pem"
    assert "invalid-client" in example.run("duties", fails=True)
    example.keys = "new.pem"
    assert example.answer("duties")
    hand_over("withdraw", str(second))


def test_it_checks_a_real_name(example: Example, installation: Running, hand_over: Callable[..., Any]) -> None:
    let_in(example, hand_over, "verifier")
    purpose = example.answer("purposes")[0]["code"]
    checked = example.answer("verify", told={"purpose": purpose, **somebody(installation)})
    assert (checked["result"], checked["receipt"][0]) == ("match", "V")


def test_it_hands_in_and_reads_the_receipt(
    example: Example, installation: Running, hand_over: Callable[..., Any]
) -> None:
    let_in(example, hand_over, "clerk")
    rows = penalties(installation, FIRST_ROW[example.language])
    lines = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
    receipt = example.answer("hand-in", "CF-ZRR", lines=lines)
    assert (receipt["state"], receipt["read"], receipt["new"]) == ("done", 4, 3)


class Busy(BaseHTTPRequestHandler):
    """An interface that is too busy at first; it keeps what was sent to it."""

    sent: list[tuple[str, str]]

    def do_GET(self) -> None:
        if self.path.startswith("/.well-known/"):
            return self._answer(200, {"issuer": "urn:x"})
        self.sent.append((self.path, self.headers["Idempotency-Key"]))
        if len(self.sent) == 1:
            return self._answer(429, {"code": "rate-exceeded"}, {"Retry-After": "1"})
        if len(self.sent) == 2:
            return self._answer(503, {"code": "database-unavailable"}, {"Retry-After": "1"})
        return self._answer(200, [])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, {"access_token": "t"})

    def _answer(self, status: int, told: Any, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def busy() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    sent: list[tuple[str, str]] = []
    server = HTTPServer(("127.0.0.1", 0), type("ThisBusy", (Busy,), {"sent": sent}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_waits_and_sends_the_same_again(example: Example, busy: tuple[str, list[tuple[str, str]]]) -> None:
    base, sent = busy
    example.run("new-key", "key.pem")
    example.base, example.client_id, example.keys = base, "c-aaaaaaaaaaaaaaaa", "key.pem"
    assert example.answer("duties") == []
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert sent[0][1]
