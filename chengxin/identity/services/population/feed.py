"""Reads what the population authority hands over: a snapshot (CSV) or events (CSV, JSON Lines). Format: docs/population-feed.md."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import Any

from chengxin.identity.biometrics import keys_within, refuse_biometrics
from chengxin.identity.errors import PopulationUnusable
from chengxin.lib.encodings import detect

SNAPSHOT_COLUMNS = ("XM", "ZJLX", "ZJHM", "CSRQ", "XZQH", "ZT", "SWRQ", "XWNL", "XWNLRQ")
EVENT_COLUMNS = ("SJBH", "SJXH", "SJLX", "CSRQ", "ZJLX", "ZJHM")
EVENT_MORE = ("XM", "YZJLX", "YZJHM", "XZQH", "SWRQ", "XWNL", "XWNLRQ", "PJWS", "HYDW", "HYRQ", "HYDJ", "HYFS")
READ = frozenset((*SNAPSHOT_COLUMNS, *EVENT_COLUMNS, *EVENT_MORE))
BLOCK, LONGEST_LINE = 1 << 20, 1 << 16
UNREADABLE = "row-unreadable"
MOST_EVENTS = 5_000
OPENINGS = frozenset("{[")

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Feed:
    """A file that can be read as one. ``rows`` gives number and values, or the rule that refuses the row; it may be called again."""

    snapshot: bool
    digest: bytes
    rows: Callable[[], Iterator[tuple[int, Row | str]]]


def open_feed(path: Path, *, key: bytes) -> Feed:
    """Look a file through from end to end and tell what it is. Nothing of it has been kept by then.

    ``digest`` is keyed by ``key``. Raises PopulationUnusable, BiometricsRefused.
    """
    try:
        whole, head = blake2b(key=key, digest_size=32), b""
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                head = head or block.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
                whole.update(block)
        with path.open("rb") as first, path.open("rb") as second:
            found = detect(iter(partial(first.read, BLOCK), b""), iter(partial(second.read, BLOCK), b""))
    except OSError as error:
        raise PopulationUnusable(f"无法读取：{error.strerror}。", f"Can't be read: {error.strerror}.") from None
    encoding = "utf-8-sig" if found.name == "utf-8" else found.name
    if head == b"{":
        for _ in _objects(path, encoding, _checked):
            pass
        return Feed(snapshot=False, digest=whole.digest(), rows=lambda: _lines(path, encoding))
    snapshot, places = _heading(path, encoding)
    return Feed(snapshot=snapshot, digest=whole.digest(), rows=lambda: _cells(path, encoding, places))


def read_event(value: Any) -> Row | str:
    """Take the fields that are read from an object of JSON; what else it holds is passed over unread, keys checked before."""
    if not isinstance(value, dict):
        return UNREADABLE
    row = {name: value.get(name) for name in READ}
    if any(part is not None and (isinstance(part, bool) or not isinstance(part, str | int)) for part in row.values()):
        return UNREADABLE
    return {name: "" if part is None else str(part).strip() for name, part in row.items()}


def read_batch(body: bytes) -> list[Any]:
    """Read a batch as the interface takes it: an object whose ``events`` is a list of objects; every key is checked, doubled ones too.

    Raises PopulationUnusable, BiometricsRefused.
    """
    try:
        value = json.loads(body, object_pairs_hook=_checked)
    except (ValueError, RecursionError):
        value = None
    events = value["events"] if isinstance(value, dict) and value.keys() == {"events"} else None
    if not isinstance(events, list) or not all(isinstance(event, dict) for event in events):
        raise PopulationUnusable('请求应为 {"events": [...]}。', 'The body is {"events": [...]}.')
    if not 0 < len(events) <= MOST_EVENTS:
        raise PopulationUnusable(f"一次 1 至 {MOST_EVENTS} 条事件。", f"One call tells 1 to {MOST_EVENTS} events.")
    return events


def _heading(path: Path, encoding: str) -> tuple[bool, dict[str, int]]:
    with path.open(encoding=encoding, newline="") as file:
        header = [name.strip() for name in next(_csv(file), [])]
    refuse_biometrics(header)
    snapshot = not {"SJBH", "SJXH", "SJLX"} & set(header)
    needed = SNAPSHOT_COLUMNS if snapshot else EVENT_COLUMNS
    if missing := [name for name in needed if name not in header]:
        raise PopulationUnusable(f"缺少列 {'、'.join(missing)}。", f"Columns are missing: {', '.join(missing)}.")
    if doubled := sorted({name for name in header if name in READ and header.count(name) > 1}):
        raise PopulationUnusable(f"列重复：{'、'.join(doubled)}。", f"Columns stand twice: {', '.join(doubled)}.")
    return snapshot, {name: header.index(name) for name in READ if name in header} | {"": len(header)}


def _csv(file: io.TextIOBase) -> Iterator[list[str]]:
    reader = csv.reader(file, strict=True)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            number = reader.line_num
            raise PopulationUnusable(
                f"第 {number} 行附近的引号不成对。", f"Quotes don't match near line {number}."
            ) from None


def _cells(path: Path, encoding: str, places: dict[str, int]) -> Iterator[tuple[int, Row | str]]:
    width = places[""]
    read = [(name, place) for name, place in places.items() if name]
    with path.open(encoding=encoding, newline="") as file:
        rows = _csv(file)
        next(rows, None)
        for number, row in enumerate(rows, 2):
            if len(row) != width:
                raise PopulationUnusable(
                    f"第 {number} 行有 {len(row)} 列，应为 {width} 列。",
                    f"Row {number} has {len(row)} columns, not {width}.",
                )
            yield number, {name: row[place].strip() for name, place in read}


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, Row | str]]:
    """Give the rows of a file whose keys were all looked at when it was opened."""
    for number, value in _objects(path, encoding, _read):
        yield number, read_event(value)


def _objects(
    path: Path, encoding: str, take: Callable[[list[tuple[str, Any]]], dict[str, Any]]
) -> Iterator[tuple[int, Any]]:
    """Give the lines of a file of JSON Lines, each object of them as ``take`` makes it of its keys and values."""
    with path.open(encoding=encoding, newline="") as file:
        for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE), ""), 1):
            if not line.strip():
                continue
            try:
                value = json.loads(line, object_pairs_hook=take)
            except (ValueError, RecursionError):
                raise PopulationUnusable(
                    f"第 {number} 行不是一个 JSON 对象，或者超过 64 KiB。",
                    f"Line {number} is no JSON object, or longer than 64 KiB.",
                ) from None
            if not isinstance(value, dict):
                refuse_biometrics(keys_within(value))
            yield number, value


def _checked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Check every key as it is read, for of a doubled one the dictionary keeps the last alone; and texts that are JSON themselves.

    Objects within this one were read, and checked, before it.
    """
    refuse_biometrics(key for key, _ in pairs)
    for _, value in pairs:
        if isinstance(value, list) or (isinstance(value, str) and value.lstrip()[:1] in OPENINGS):
            refuse_biometrics(keys_within(value))
    return _read(pairs)


def _read(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make the object; a row with a doubled key is unreadable."""
    value = dict(pairs)
    if len(value) < len(pairs):
        value["SJBH"] = {}
    return value
