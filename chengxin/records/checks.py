"""The checks as data: what each says, how to mend it, where it comes from."""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "checks.toml"
WHOSE = ["code-masked", "code-legacy", "code-doubtful", "passport-unusual", "unknown-person", "name-differs"]
"""The checks that leave open whose a row is. What waits for a day or for a missing field alone waits for no human."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check. A finding of a ``safeguard`` one keeps row number and rule alone."""

    code: str
    version: int
    severity: str
    safeguard: bool
    message: str
    message_en: str
    remedy: str
    remedy_en: str
    source: str


@dataclass(frozen=True, slots=True)
class CheckBook:
    """All checks of one edition. ``digest`` names the edition on receipts."""

    edition: str
    digest: str
    checks: dict[str, Check]

    def codes(self, severity: str) -> frozenset[str]:
        return frozenset(code for code, check in self.checks.items() if check.severity == severity)

    @property
    def safeguards(self) -> frozenset[str]:
        return frozenset(code for code, check in self.checks.items() if check.safeguard)


@cache
def check_book() -> CheckBook:
    content = FILE.read_bytes()
    entries = tomllib.loads(content.decode())
    checks = {entry["code"]: Check(**entry) for entry in entries["check"]}
    return CheckBook(entries["edition"], hashlib.sha256(content).hexdigest()[:12], checks)


def order_reasons(rules: Iterable[str]) -> list[str]:
    """Give the reasons why a row waits, each once: those that leave its person open first, since a human must come to them."""
    return sorted(set(rules), key=lambda rule: (rule not in WHOSE, rule))
