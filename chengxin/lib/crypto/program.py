"""The line protocol spoken with a program that stands for a hardware module or a key service.

The program is started for each conversation. It reads requests from standard input, one a line, until its end, and answers each with one
line on standard output, in the same order, ``ok`` and what was asked for, or ``error`` and words for the operator:

    list            ok ID:SUITE ID:SUITE …    the keys it keeps, the oldest first
    get ID          ok HEX                    a master key of 32 bytes
    new SUITE       ok ID                     make a key and keep it
    wrap HEX        ok TEXT                   seal a key of ours under the module's own
    unwrap TEXT     ok HEX

A module whose keys never leave it answers ``wrap`` and ``unwrap`` alone; one that gives keys out answers the other three. What it writes to
standard error is thrown away, since it might quote a key.
"""

import shlex
import subprocess
from dataclasses import dataclass

from chengxin.lib.crypto.errors import KeySourceUnusable

TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class KeyProgram:
    """A command line that speaks the protocol."""

    command: str

    @property
    def name(self) -> str:
        return shlex.split(self.command)[0]

    def listed(self) -> dict[str, str]:
        """Give the suites of the keys it keeps, by id."""
        (answer,) = self._ask(["list"])
        entries = [part.partition(":") for part in answer.split()]
        if any(not key_id or not suite for key_id, _, suite in entries):
            raise self._unintelligible()
        return {key_id: suite for key_id, _, suite in entries}

    def get(self, key_ids: list[str]) -> dict[str, bytes]:
        answers = self._ask([f"get {key_id}" for key_id in key_ids])
        return {key_id: self._bytes(answer) for key_id, answer in zip(key_ids, answers, strict=True)}

    def new(self, suite: str) -> str:
        (key_id,) = self._ask([f"new {suite}"])
        if not key_id or len(key_id.split()) != 1:
            raise self._unintelligible()
        return key_id

    def wrap(self, secret: bytes) -> str:
        (text,) = self._ask([f"wrap {secret.hex()}"])
        return text

    def unwrap(self, text: str) -> bytes:
        (answer,) = self._ask([f"unwrap {text}"])
        return self._bytes(answer)

    def _ask(self, requests: list[str]) -> list[str]:
        """Hold one conversation. Raises KeySourceUnusable; what it says never holds an answer, which may be a key."""
        try:
            done = subprocess.run(
                shlex.split(self.command), input="".join(f"{line}\n" for line in requests), stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace", timeout=TIMEOUT_S, check=False,
            )  # fmt: skip
        except OSError as error:
            raise self._failed(error.strerror or "OSError", error.strerror or "OSError") from None
        except subprocess.TimeoutExpired:
            raise self._failed(f"{TIMEOUT_S} 秒内没有回答", f"no answer within {TIMEOUT_S} s") from None
        answers = []
        for line in done.stdout.splitlines():
            verdict, _, rest = line.partition(" ")
            if verdict == "error":
                raise self._failed(rest, rest)
            if verdict != "ok":
                raise self._unintelligible()
            answers.append(rest.strip())
        if len(answers) != len(requests):
            raise self._failed(
                f"问了 {len(requests)} 句，答了 {len(answers)} 句，退出码 {done.returncode}",
                f"{len(answers)} answers to {len(requests)} requests, exit code {done.returncode}",
            )
        return answers

    def _bytes(self, text: str) -> bytes:
        try:
            return bytes.fromhex(text)
        except ValueError:
            raise self._unintelligible() from None

    def _failed(self, why: str, why_en: str) -> KeySourceUnusable:
        return KeySourceUnusable(f"密钥程序 {self.name}：{why}。", f"The key program {self.name}: {why_en}.")

    def _unintelligible(self) -> KeySourceUnusable:
        return self._failed("回答不合约定", "an answer that isn't of the protocol")
