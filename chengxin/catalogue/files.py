"""Reads editions of the catalogue from their folder and checks that everything they name is there."""

import csv
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chengxin.catalogue.errors import CatalogueUnusable
from chengxin.catalogue.rules import refuse_item
from chengxin.catalogue.terms import ItemDefinition, define_item
from chengxin.identity.models import Organisation

SHIPPED = Path(__file__).parent / "data"
LEVELS = ("national", "provincial")
KINDS = "单位类别（organisation kinds）"
DISCLOSURES = frozenset({"public", "government_sharing", "authorised_query"})
SHARE_CLASSES = frozenset({"unconditional", "conditional", "none", "not_shared"})
NEEDED = {
    "edition": ("code", "level", "name", "valid_from", "provisional", "source"),
    "law": ("code", "name", "valid_from", "evidence", "provisional"),
    "purpose": ("code", "name", "name_en", "kind", "needs", "organisation_kinds", "bases", "past_view", "provisional"),
    "item": ("code", "class", "subject_type", "disclosure", "share_class", "update_cycle", "provisional"),
}


@dataclass(frozen=True, slots=True)
class CatalogueFiles:
    """An edition as read. ``raw_items`` keeps each item's whole file; ``code_lists`` maps a list's name to its rows."""

    edition: dict[str, Any]
    laws: list[dict[str, Any]]
    purposes: list[dict[str, Any]]
    raw_items: dict[str, dict[str, Any]]
    items: dict[str, ItemDefinition]
    code_lists: dict[str, list[dict[str, str]]]
    digest: str


def read_editions(folder: Path) -> list[CatalogueFiles]:
    """Read and check the editions of a folder: one in each of ``national`` and ``provincial``, or the one that the folder itself is.

    Laws, purposes and code lists stand beside the two. Raises CatalogueUnusable naming file and entry; reads nothing outside the folder.
    """
    levels = [folder / level for level in LEVELS if (folder / level).is_dir()]
    return [_read(part, folder) for part in levels] or [_read(folder, folder)]


def read_catalogue(folder: Path, level: str) -> CatalogueFiles:
    """Read one edition of a folder that has both. Raises CatalogueUnusable."""
    return _read(folder / level, folder)


def shipped_items() -> dict[str, tuple[CatalogueFiles, dict[str, Any]]]:
    """Give the shipped items by code: each with its edition and its file."""
    return {code: (files, raw) for files in read_editions(SHIPPED) for code, raw in files.raw_items.items()}


def _read(own: Path, shared: Path) -> CatalogueFiles:
    edition = _toml(own / "edition.toml")
    if own != shared and edition.get("level") != own.name:
        fault = f"{own.name}/edition.toml：level 应为 {own.name} / level should be {own.name}"
        raise CatalogueUnusable(fault, fault)
    laws = _toml(shared / "laws.toml").get("law", [])
    purposes = _toml(shared / "purposes.toml").get("purpose", [])
    raw_items = {path.stem: _toml(path) for path in sorted((own / "items").glob("*.toml"))}
    code_lists = _lists(own)
    if own != shared:
        named = {field.get("list") for item in raw_items.values() for field in item.get("field", ())}
        code_lists |= {name: rows for name, rows in _lists(shared).items() if name in named}
    return checked(edition, laws, purposes, raw_items, dict(sorted(code_lists.items())))


def _lists(folder: Path) -> dict[str, list[dict[str, str]]]:
    return {path.stem: _rows(path) for path in (folder / "codelists").glob("*.csv")}


def checked(
    edition: dict[str, Any],
    laws: list[dict[str, Any]],
    purposes: list[dict[str, Any]],
    raw_items: dict[str, dict[str, Any]],
    code_lists: dict[str, list[dict[str, str]]],
) -> CatalogueFiles:
    """Make an edition of its parts, be they read from files or drafted at a desk. Raises CatalogueUnusable naming part and entry."""
    if fault := next(_lacking(edition, laws, purposes, raw_items), None):
        raise CatalogueUnusable(fault, fault)
    items = {}
    for name, raw in raw_items.items():
        try:
            items[name] = define_item(raw)
        except (ValueError, KeyError) as error:
            raise CatalogueUnusable(f"items/{name}.toml：{error}", f"items/{name}.toml: {error}") from None
    digest = digest_of(edition, raw_items, code_lists)
    files = CatalogueFiles(edition, laws, purposes, raw_items, items, code_lists, digest)
    if fault := next(_faults(files), None):
        raise CatalogueUnusable(fault, fault)
    return files


def _lacking(
    edition: dict[str, Any], laws: list[Any], purposes: list[Any], raw_items: dict[str, dict[str, Any]]
) -> Iterator[str]:
    """Name every entry that lacks a key which loading needs."""
    if edition.get("level", LEVELS[0]) not in LEVELS:
        yield f"edition.toml：level 应为 / level is one of {', '.join(LEVELS)}"
    entries = [("edition.toml", edition, NEEDED["edition"])]
    entries += [(f"laws.toml {law.get('code', '?')}", law, NEEDED["law"]) for law in laws]
    entries += [
        (f"laws.toml {law.get('code', '?')} [[law.article]]", article, ("ref",))
        for law in laws
        for article in law.get("article", ())
    ]
    entries += [(f"purposes.toml {purpose.get('code', '?')}", purpose, NEEDED["purpose"]) for purpose in purposes]
    entries += [(f"items/{name}.toml", raw, NEEDED["item"]) for name, raw in raw_items.items()]
    for place, entry, needed in entries:
        if missing := [key for key in needed if key not in entry]:
            yield f"{place}：缺少 / lacks {', '.join(missing)}"


def _faults(files: CatalogueFiles) -> Iterator[str]:
    """Find what one file names and another lacks, and kinds of organisations that none can be."""
    refs = {article["ref"] for law in files.laws for article in law.get("article", ())}
    purposes = {purpose["code"] for purpose in files.purposes}
    for purpose in files.purposes:
        place = f"purposes.toml {purpose['code']}"
        yield from _absent(place, "laws.toml", purpose["bases"], refs)
        yield from _absent(place, KINDS, purpose["organisation_kinds"], Organisation.Kind.values)
        if not purpose["bases"]:
            yield f"{place}：没有法律依据 / no legal basis"
    for name, rows in files.code_lists.items():
        if lacking := [row for row in rows if not row.get("value") or not row.get("label")]:
            yield f"codelists/{name}.csv：缺少值或者标签 / a value or label is missing: {len(lacking)}"
        doubled = [value for value, times in Counter(row.get("value", "") for row in rows).items() if times > 1]
        if doubled:
            yield f"codelists/{name}.csv：值重复 / a value occurs twice: {doubled}"
    for name, item in files.items.items():
        place = f"items/{name}.toml"
        if item.code != name:
            yield f"{place}：文件名与目录编码不一致 / file name and code differ"
        yield from _absent(place, "laws.toml", item.bases, refs)
        yield from _unknown(place, files.raw_items[name])
        articles = {
            article["ref"]: article.get("article", "") for law in files.laws for article in law.get("article", ())
        }
        yield from (f"{place}：{one.text} / {one.text_en}" for one in refuse_item(files.raw_items[name], articles))
        yield from _absent(place, "purposes.toml", item.purposes, purposes)
        yield from _absent(place, KINDS, item.provider_kinds, Organisation.Kind.values)
        yield from _absent(
            place, "codelists/", [field.code_list for field in item.fields if field.code_list], files.code_lists
        )


def _unknown(place: str, raw: dict[str, Any]) -> Iterator[str]:
    """Find values that no page and no rule has a word for."""
    if raw["share_class"] not in SHARE_CLASSES:
        yield f"{place}：未知的共享属性 / unknown share class: {raw['share_class']}"
    if not raw["disclosure"] or not DISCLOSURES.issuperset(raw["disclosure"]):
        yield f"{place}：未知的披露方式 / unknown disclosure: {raw['disclosure']}"
    if missing := [key for key in ("value", "unit", "from", "source") if key not in raw["update_cycle"]]:
        yield f"{place} update_cycle：缺少 / lacks {', '.join(missing)}"


def _absent(place: str, where: str, named: Iterable[str], known: Container[str]) -> Iterator[str]:
    missing = sorted(name for name in named if name not in known)
    if missing:
        yield f"{place}：{where} 中没有 {missing} / not found there"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueUnusable(f"缺少 {path.name}。", f"{path.name} is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueUnusable(f"{path.name}：{error}", f"{path.name}: {error}") from None


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CatalogueUnusable(f"{path.name}：{error}", f"{path.name}: {error}") from None
    if not rows or "value" not in rows[0] or "label" not in rows[0]:
        raise CatalogueUnusable(
            f"{path.name}：应有 value,label 两列。", f"{path.name} needs the columns value and label."
        )
    return rows


def digest_of(edition: dict[str, Any], items: dict[str, Any], lists: dict[str, Any]) -> str:
    """Make a digest over what an edition holds: laws and purposes apart, which change of themselves."""
    whole = json.dumps([edition, items, lists], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(whole.encode()).hexdigest()


def as_date(text: str | date | None) -> date | None:
    """Give a date from a TOML date or an ISO text; None from nothing."""
    if not text:
        return None
    return text if isinstance(text, date) else date.fromisoformat(text)


def plain(value: Any) -> Any:
    """Make a TOML value fit for JSON: dates become ISO texts."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value.isoformat() if isinstance(value, date) else value
