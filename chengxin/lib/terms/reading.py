"""Strict reading of small TOML files written by hand: each key is taken once, what is left over is refused.

Every refusal names the file and the entry in Chinese and English and says how to mend it.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from chengxin.lib.errors import Unusable

T = TypeVar("T")

# The exact type counts: a TOML date-time is not a date here, and true is not 1.
_KINDS: dict[type, tuple[str, str]] = {
    str: ("文字", "text"),
    int: ("整数", "a whole number"),
    bool: ("true 或 false", "true or false"),
    date: ("日期", "a date"),
    list: ("列表", "a list"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A file, or an entry in it, and the error that tells of it."""

    file: str
    error: type[Unusable]
    entry: str = ""

    def refusal(self, text: str, text_en: str) -> Unusable:
        entry = f" {self.entry}" if self.entry else ""
        return self.error(f"文件 {self.file}{entry}：{text}", f"File {self.file}{entry}: {text_en}")


def shown_path(path: Path) -> str:
    """Return the last three parts: enough to find the file, without telling how the server is laid out."""
    return "/".join(path.parts[-3:]).lstrip("/")


class Entry:
    """One table of a file. Keys are taken one by one; ``finish`` refuses those nobody asked for."""

    def __init__(self, values: dict[str, object], place: Place) -> None:
        self._left = dict(values)
        self.place = place

    def optional(self, key: str, kind: type[T], example: str) -> T | None:
        if key not in self._left:
            return None
        value = self._left.pop(key)
        if type(value) is kind:
            return value
        zh, en = _KINDS[kind]
        raise self.place.refusal(
            f"{key} 应为{zh}，例如 {key} = {example}。", f"{key} must be {en}, for example {key} = {example}."
        )

    def required(self, key: str, kind: type[T], example: str) -> T:
        value = self.optional(key, kind, example)
        if value is None:
            raise self.place.refusal(
                f"缺少 {key}，请补上，例如 {key} = {example}。",
                f"{key} is missing; add it, for example {key} = {example}.",
            )
        return value

    def text(self, key: str, example: str) -> str:
        value = self.required(key, str, f'"{example}"').strip()
        if not value:
            raise self.place.refusal(f"{key} 不得为空。", f"{key} must not be empty.")
        return value

    def source(self, example: tuple[str, str]) -> tuple[str, str]:
        """Take ``source``, a law and an article, both filled in."""
        shown = f'["{example[0]}", "{example[1]}"]'
        match self.required("source", list, shown):
            case [str() as law, str() as article] if law.strip() and article.strip():
                return law.strip(), article.strip()
        raise self.place.refusal(
            f"source 应为法规名称和条款两项，例如 source = {shown}。",
            f"source must be the name of the law and the article, for example source = {shown}.",
        )

    def entries(self, key: str) -> list["Entry"]:
        """Take the tables written as ``[[key]]``; there must be at least one."""
        tables = self.required(key, list, f"[[{key}]]")
        if not tables or not all(isinstance(table, dict) for table in tables):
            raise self.place.refusal(
                f"{key} 应写成一个以上的 [[{key}]]。", f"{key} must be written as one [[{key}]] or more."
            )
        return [
            Entry(table, Place(self.place.file, self.place.error, f"[[{key}]] #{number}"))
            for number, table in enumerate(tables, start=1)
        ]

    def rest(self) -> dict[str, object]:
        """Take all keys that are left: for entries whose remaining keys are data."""
        left, self._left = self._left, {}
        return left

    def finish(self) -> None:
        if self._left:
            keys = ", ".join(sorted(self._left))
            raise self.place.refusal(
                f"不认识的键 {keys}，请删去或改正拼写。", f"unknown key {keys}; remove it or correct its spelling."
            )


def read_toml(path: Path, error: type[Unusable]) -> Entry:
    """Read a file as UTF-8 TOML; a byte-order mark, which some editors write, is let through."""
    place = Place(shown_path(path), error)
    try:
        return Entry(tomllib.loads(path.read_bytes().decode("utf-8-sig")), place)
    except OSError as problem:
        reason = problem.strerror or type(problem).__name__
        raise place.refusal(
            f"读不出来（{reason}），请检查路径和权限。", f"cannot be read ({reason}); check path and permissions."
        ) from problem
    except UnicodeDecodeError as problem:
        raise place.refusal("不是 UTF-8 编码，请另存为 UTF-8。", "is not UTF-8; save it as UTF-8.") from problem
    except tomllib.TOMLDecodeError as problem:
        raise place.refusal(
            f"不是有效的 TOML（{problem}），请按位置改正。", f"is not valid TOML ({problem}); correct it at that place."
        ) from problem
