"""Pages of the public site, as the public may read them: from the public views alone. Knows nothing of the content system."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from chengxin.education.errors import PageUnknown
from chengxin.lib.sql import statements

SQL = statements(Path(__file__).parent / "sql" / "pages.sql")
LISTED = 20
FOLDER = "images"  # where the content system puts what is drawn for showing
BEFORE_ALL = "9999-12-31.0"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that stands above a page's body: a word, and what it is."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page's body, ready to be laid out: ``value`` holds texts, links with their address, pictures with theirs."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Listed:
    """A page in a list; ``day`` is what the list is ordered by, its day of publication where it has none of its own."""

    number: int
    kind: str
    address: str
    title: str
    summary: str
    day: date


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a list; ``after`` is where the next one begins, when there is more."""

    pages: list[Listed]
    after: str


@dataclass(frozen=True, slots=True)
class PublishedPage:
    number: int
    kind: str
    address: str
    title: str
    summary: str
    summary_en: str
    facts: list[Fact]
    link: str
    blocks: list[Block]
    above: list[tuple[str, str]]
    changed: date | None


def _ask(name: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], values or None)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def find_page(address: str) -> PublishedPage:
    """Give the published page at an address. Three statements at most, five with links and pictures. Raises PageUnknown."""
    found = _ask("page", address)
    if not found:
        raise PageUnknown
    number, kind, title, summary, summary_en, body, facts, link, changed = found[0]
    pieces = json.loads(body)
    return PublishedPage(
        number, kind, address, title, summary, summary_en, [Fact(*one) for one in json.loads(facts)], link,
        blocks_of(pieces, pictures=pictures_in(pieces)), [(above, name) for above, name in _ask("above", number)], changed,
    )  # fmt: skip


def redirect_from(path: str) -> str:
    """Give where a page that was moved is now; an empty text when nothing is known of the path."""
    found = _ask("redirect", path.rstrip("/") or "/")
    return str(found[0][0]) if found else ""


def pages_under(number: int, *, after: str = "", limit: int = LISTED) -> Leaf:
    """Give a page of what lies right under a page, the latest first. ``after`` is the mark that the page before ended with."""
    day, _, last = (after or BEFORE_ALL).partition(".")
    return _leaf(_ask("under", number, day, int(last), limit + 1), limit)


def latest(kind: str, limit: int) -> list[Listed]:
    """Give the latest pages of a kind."""
    return [Listed(*row) for row in _ask("latest", kind, limit)]


@dataclass(frozen=True, slots=True)
class Home:
    title: str
    summary: str
    summary_en: str


def home() -> Home:
    """Give what the start page says; empty texts where none is published."""
    found = _ask("home")
    return Home(*found[0]) if found else Home("", "", "")


def every_address() -> list[tuple[str, datetime]]:
    """Give the address of every published page and when it changed last, for the site map."""
    return [(address, changed) for address, changed in _ask("addresses")]


def find_picture(name: str) -> bytes | None:
    """Give a picture that stands in a published page, as it is shown there; None for every other."""
    found = _ask("picture", f"{FOLDER}/{name}")
    return bytes(found[0][1]) if found else None


def pictures_in(pieces: list[dict[str, Any]]) -> dict[int, tuple[str, int, int]]:
    """Give file, width and height of each picture in a body that may be shown."""
    wanted = [piece["value"]["image"] for piece in pieces if piece["type"] == "picture" and piece["value"].get("image")]
    return {
        number: (file, width, height) for number, file, width, height in (_ask("pictures", wanted) if wanted else [])
    }


def blocks_of(pieces: list[dict[str, Any]], *, pictures: Mapping[int, tuple[str, int, int]]) -> list[Block]:
    """Make a stored body ready to be laid out. A link to a page that isn't published and a picture that may not be shown are left out."""
    wanted = [piece["value"]["page"] for piece in pieces if piece["type"] == "link" and piece["value"].get("page")]
    addresses: dict[int, str] = dict(_ask("addresses_of", wanted)) if wanted else {}
    blocks = (Block(piece["type"], _value(piece["type"], piece["value"], addresses, pictures)) for piece in pieces)
    return [block for block in blocks if block.value is not None]


def _value(kind: str, value: Any, addresses: Mapping[int, str], pictures: Mapping[int, tuple[str, int, int]]) -> Any:
    match kind:
        case "points" | "steps":
            return [item["value"] if isinstance(item, dict) and "value" in item else item for item in value]
        case "link":
            inside = addresses.get(value.get("page") or 0)
            address = value.get("address", "") if inside is None else f"/{inside}"
            return {"label": value["label"], "address": address} if address else None
        case "picture":
            shown = pictures.get(value.get("image"))
            return None if shown is None else {**value, "file": shown[0], "width": shown[1], "height": shown[2]}
        case _:
            return value or None


def draft_page(kind: str, title: str, summary: str, summary_en: str, pieces: Any, facts: list[Fact]) -> PublishedPage:
    """Give a draft in the form of a published page, for whoever may preview it; of pictures those that are published already."""
    body = list(pieces)
    return PublishedPage(
        0, kind, "", title, summary, summary_en, facts, "", blocks_of(body, pictures=pictures_in(body)), [], None
    )


def _leaf(rows: list[tuple[Any, ...]], limit: int) -> Leaf:
    found = [Listed(*row) for row in rows]
    shown = found[:limit]
    return Leaf(shown, f"{shown[-1].day.isoformat()}.{shown[-1].number}" if len(found) > limit else "")
