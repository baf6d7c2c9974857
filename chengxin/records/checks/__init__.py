"""The checks as data: what each says, how to mend it, what a wrong value does to a person, where it comes from.

An edition holds from a day on, and a batch is judged by the edition of its own day: the same file gives the same result in later years.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from chengxin.lib.errors import Unusable
from chengxin.records.checks.conditions import Condition, read_conditions

FOLDER = Path(__file__).parent
SEVERITIES = ("refuse", "wait", "question", "note")
SCOPES = ("field", "row", "file", "register")
WHOSE = ["code-masked", "code-legacy", "code-doubtful", "passport-unusual", "unknown-person", "name-differs"]
"""The checks that leave open whose a row is. What waits for a day or for a missing field alone waits for no human."""
WORDS = ("message", "message_en", "remedy", "remedy_en", "example", "example_en", "harm", "harm_en")
DAYS_KEPT = 64


class ChecksUnusable(Unusable):
    """An edition of the checks, or a draft of one, is not in order."""

    code, message, message_en = "checks-unusable", "校核规则文件无法使用：", "The file of checks can't be used:"


@dataclass(frozen=True, slots=True)
class Check:
    """A check. A finding of a ``safeguard`` one keeps row number and rule alone.

    ``scope`` tells what must be known: a field, the row, the file, the register ("" in the edition that had no scopes). ``conditions``
    are those under which a row is found, where the check is data wholly; ``items`` those it is asked of, all where none is named.
    """

    code: str
    version: int
    severity: str
    safeguard: bool
    message: str
    message_en: str
    remedy: str
    remedy_en: str
    source: str
    scope: str = ""
    example: str = ""
    example_en: str = ""
    harm: str = ""
    harm_en: str = ""
    since: date = date.min
    until: date = date.max
    items: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()

    def asked_of(self, item: str) -> bool:
        return not self.items or item in self.items


@dataclass(frozen=True, slots=True)
class CheckBook:
    """The checks of one edition that are in effect on a day. ``digest`` names the edition on receipts."""

    edition: str
    digest: str
    checks: Mapping[str, Check]

    def codes(self, *severities: str) -> frozenset[str]:
        return frozenset(code for code, check in self.checks.items() if check.severity in severities)

    def scoped(self, scope: str) -> frozenset[str]:
        return frozenset(code for code, check in self.checks.items() if check.scope == scope)

    @property
    def holding(self) -> frozenset[str]:
        """The checks that keep a row back for a human, a day, or its provider's word."""
        return self.codes("wait", "question")

    @property
    def safeguards(self) -> frozenset[str]:
        return frozenset(code for code, check in self.checks.items() if check.safeguard)

    def in_order(self, rules: Iterable[str], item: str) -> list[Check]:
        """Give those of the checks that this edition has and asks of the item."""
        return [self.checks[rule] for rule in rules if rule in self.checks and self.checks[rule].asked_of(item)]


def read_checks(content: bytes, name: str) -> CheckBook:
    """Read an edition, or a draft of one. Raises ChecksUnusable naming the check and what is wrong."""
    try:
        entries = tomllib.loads(content.decode())
        checks = [_read_check(entry) for entry in entries["check"]]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ChecksUnusable(f"{name}：{error}", f"{name}: {error}") from None
    by_code = {check.code: check for check in checks}
    if len(by_code) < len(checks):
        raise ChecksUnusable(f"{name}：规则代码重复。", f"{name}: a check stands there twice.")
    return CheckBook(str(entries.get("edition", "draft")), hashlib.sha256(content).hexdigest()[:12], by_code)


def _read_check(entry: dict[str, Any]) -> Check:
    values = {key: value for key, value in entry.items() if key != "when"}
    values["items"] = frozenset(values.get("items", ()))
    check = Check(**values, conditions=read_conditions(entry.get("when", ())))
    if check.severity not in SEVERITIES or check.scope not in ("", *SCOPES):
        raise ValueError(f"{check.code}: severity = {check.severity}, scope = {check.scope}")
    if check.scope and not all(getattr(check, word) for word in WORDS):
        raise ValueError(f"{check.code}: 缺少说明、改法、例子或者害处 / lacks one of {', '.join(WORDS)}")
    if check.safeguard and check.severity != "refuse":
        raise ValueError(f"{check.code}: safeguard, {check.severity}")
    return check


@cache
def editions() -> tuple[tuple[date, CheckBook], ...]:
    """Read every edition once, by its first day. Raises ChecksUnusable on one that was edited after it was written down."""
    made = []
    for entry in tomllib.loads((FOLDER / "editions.toml").read_text(encoding="utf-8"))["edition"]:
        content = (FOLDER / entry["file"]).read_bytes()
        if hashlib.sha256(content).hexdigest() != entry["digest"]:
            raise ChecksUnusable(
                f"{entry['file']} 与登记的摘要不符；改规则请另立一版。",
                f"{entry['file']} isn't what its digest says; write a new edition instead.",
            )
        made.append((entry["from"], read_checks(content, entry["file"])))
    return tuple(sorted(made, key=lambda one: one[0]))


@lru_cache(maxsize=DAYS_KEPT)
def check_book(on: date) -> CheckBook:
    """Give the edition that holds on a day, with the checks in effect on it. Raises ChecksUnusable before the first."""
    held = [book for first, book in editions() if first <= on]
    if not held:
        raise ChecksUnusable(f"{on} 没有适用的规则。", f"no edition holds on {on}.")
    book = held[-1]
    return CheckBook(
        book.edition,
        book.digest,
        {code: check for code, check in book.checks.items() if check.since <= on < check.until},
    )


def newest_book() -> CheckBook:
    """Give the edition that came last, for the words of pages; whether it holds already is no matter."""
    return editions()[-1][1]


def message_of(code: str, version: int) -> str:
    """Give what a version of a check says, the newest edition that has it; empty where none of the shipped ones does."""
    said = (book.checks[code] for _, book in reversed(editions()) if code in book.checks)
    return next((check.message for check in said if check.version == version), "")


def order_reasons(rules: Iterable[str]) -> list[str]:
    """Give the reasons why a row waits, each once: those that leave its person open first, since a human must come to them."""
    return sorted(set(rules), key=lambda rule: (rule not in WHOSE, rule))
