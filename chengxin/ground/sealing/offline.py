"""An auditor's export, line by line, and its check without any database: plain Python.

The first line says what it is and holds the public keys, then come heads, then entries each with salt and proof, and last a signed note
over everything before. ``docs/integrators.md`` describes it for those who write a check of their own.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from chengxin.ground.sealing.leaves import COLUMNS, Place, leaf_of
from chengxin.ground.sealing.naming import tree_of
from chengxin.lib.merkle import proves_inclusion
from chengxin.lib.notes import Head, NoteBroken, Verifier, read_note

FORM = "chengxin register export 1"
SEAL = "export"


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first line of an export that is wrong, and what is wrong with it."""

    line: int
    text: str
    text_en: str


@dataclass(slots=True)
class ExportCheck:
    """What an export holds and whether it holds."""

    entries: int = 0
    heads: int = 0
    keys: list[str] = field(default_factory=list)
    made_at: str = ""
    what: dict[str, Any] = field(default_factory=dict)
    wrong: Wrong | None = None


class _Broken(Exception):
    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(text_en)
        self.text, self.text_en = text, text_en


def entry_as_json(values: dict[str, Any]) -> dict[str, Any]:
    """Write an entry's values as an export has them."""
    written = dict(values)
    written["entry_id"] = str(values["entry_id"])
    written["at"] = values["at"].astimezone(UTC).isoformat()
    written["as_of"] = values["as_of"].isoformat() if values["as_of"] else None
    return written


def entry_of_json(written: dict[str, Any]) -> dict[str, Any]:
    """Read an entry's values. Raises KeyError, TypeError, ValueError."""
    values = {column.name: written[column.name] for column in COLUMNS}
    if values.keys() != written.keys():
        raise ValueError("columns that no entry has")
    values["at"] = datetime.fromisoformat(values["at"])
    values["as_of"] = date.fromisoformat(values["as_of"]) if values["as_of"] is not None else None
    return values


def check_export(lines: Iterable[bytes], keys: Sequence[Verifier] = ()) -> ExportCheck:
    """Check an export against public keys that were got elsewhere; without any, against those that it names itself.

    Stops at the first line that is wrong.
    """
    found = ExportCheck()
    reader = _Reader(found, keys)
    number = 0
    try:
        for line in lines:
            number += 1
            reader.take(line)
        number += 1
        reader.finish()
    except _Broken as broken:
        found.wrong = Wrong(number, broken.text, broken.text_en)
    return found


class _Reader:
    """Takes the lines of an export in their order."""

    def __init__(self, found: ExportCheck, keys: Sequence[Verifier]) -> None:
        self._found = found
        self._given = list(keys)
        self._keys: list[Verifier] = []
        self._heads: dict[tuple[str, int], Head] = {}
        self._whole = sha256()
        self._lines = 0
        self._ended = False

    def take(self, line: bytes) -> None:
        if self._ended:
            raise _Broken("结尾之后还有内容。", "something stands after the end.")
        try:
            value = json.loads(line)
            if not self._lines:
                self._begin(value)
            elif "checkpoint" in value:
                self._head(value)
            elif "entry" in value:
                self._entry(value)
            else:
                self._end(value)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            why, why_en = (
                ("签名对不上", "isn't signed by a known key")
                if isinstance(error, NoteBroken)
                else ("格式不对", "isn't of the form")
            )
            raise _Broken(f"这一行{why}。", f"the line {why_en}.") from None
        self._whole.update(line)
        self._lines += 1

    def finish(self) -> None:
        if not self._ended:
            raise _Broken("文件不完整，结尾缺失。", "it is cut off: the end is missing.")

    def _begin(self, value: dict[str, Any]) -> None:
        if value["form"] != FORM:
            raise _Broken("不是查询登记的导出文件。", "it is no export of the access register.")
        named = [Verifier.read(text) for text in value["keys"]]
        self._keys = self._given or named
        if strange := [one for one in named if one not in self._keys]:
            raise _Broken(
                f"文件列出的公钥 {strange[0]} 不在给定的公钥之中。",
                f"the key {strange[0]} in it isn't among those that were given.",
            )
        self._found.keys = [f"{one}" for one in named]
        self._found.made_at, self._found.what = str(value["made_at"]), dict(value["what"])

    def _head(self, value: dict[str, Any]) -> None:
        head = Head.read(read_note(value["checkpoint"], self._keys))
        if (value["tree"], value["shard"]) not in {tree_of(head.origin, one.name) for one in self._keys}:
            raise _Broken("树头属于另一棵树。", "the head is another tree's.")
        self._heads[value["tree"], value["shard"]] = head
        self._found.heads += 1

    def _entry(self, value: dict[str, Any]) -> None:
        place = Place(value["shard"], value["tree"], value["seq"])
        head = self._heads.get((place.tree, place.shard))
        if head is None:
            raise _Broken("登记之前没有它那棵树的树头。", "the entry's tree has no head before it.")
        leaf = leaf_of(place, bytes.fromhex(value["salt"]), entry_of_json(value["entry"]))
        path = [b64decode(one, validate=True) for one in value["proof"]]
        if not proves_inclusion(leaf, place.seq, head.size, path, head.root):
            raise _Broken(
                f"登记 {place} 与签名的树头对不上：它的内容、位置或者证明被改动。",
                f"entry {place} isn't what the signed head vouches for: its content, its place or its proof was changed.",
            )
        self._found.entries += 1

    def _end(self, value: dict[str, Any]) -> None:
        head = Head.read(read_note(value["seal"], self._keys))
        if head.origin not in {f"{one.name}/{SEAL}" for one in self._keys}:
            raise _Broken("结尾的签名属于别的文件。", "the seal at the end is another file's.")
        if (head.size, head.root) != (self._lines, self._whole.digest()):
            raise _Broken(
                "结尾的签名与前面各行对不上：有行被增、删、改或者调换。",
                "the seal at the end isn't that of the lines before: some were added, taken away, changed or swapped.",
            )
        self._ended = True


def sealed_lines(lines: Iterable[dict[str, Any]], seal: Callable[[int, bytes], str]) -> Iterator[bytes]:
    """Give lines as they are written, and the last one, which ``seal`` makes of their number and hash."""
    whole, count = sha256(), 0
    for line in lines:
        written = as_line(line)
        whole.update(written)
        count += 1
        yield written
    yield as_line({"seal": seal(count, whole.digest())})


def as_line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
