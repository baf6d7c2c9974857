"""What whole editions hold, read once by each process: an edition never changes after it was sealed (``sql/locks_editions.sql``)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from chengxin.catalogue.models import CodeValue, ItemVersion
from chengxin.catalogue.terms import ItemDefinition, define_item
from chengxin.ground.prepared import fetch_prepared

Labels = Mapping[str, Mapping[str, str]]
EDITIONS_KEPT = 64
NONE: Labels = MappingProxyType({})
BEGUN = """SELECT e.id, e.sealed_at, e.level, e.valid_until IS NULL OR %(on)s < e.valid_until FROM catalogue_edition e
    WHERE e.valid_from <= %(on)s AND e.sealed_at IS NOT NULL ORDER BY e.valid_from, e.id"""


@dataclass(frozen=True, slots=True)
class Held:
    """The items of an edition by their number in the ledger, with classes and laws, and the words of its code lists."""

    definitions: Mapping[int, ItemDefinition]
    classes: Mapping[int, str]
    labels: Labels
    bases: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Begun:
    """The editions begun by a day, the oldest first, each by its number and moment of sealing. The newest that has an item counts.

    ``in_force``: those that hold on the day, the national one first, then the province's.
    """

    editions: tuple[tuple[int, datetime], ...]
    in_force: tuple[tuple[int, datetime], ...]

    def definitions(self, items: Collection[int]) -> dict[int, ItemDefinition]:
        wanted = set(items)
        found: dict[int, ItemDefinition] = {}
        for edition in self.editions if wanted else ():
            known = held(*edition).definitions
            found |= {item: known[item] for item in wanted & known.keys()}
        return found

    def labels(self, items: Collection[int]) -> Labels:
        """Give the words of the code lists of the editions that have one of the items."""
        wanted = set(items)
        return _labels(tuple(one for one in self.editions if wanted & held(*one).definitions.keys()) if wanted else ())

    def bases(self) -> Mapping[int, str]:
        """Give for each item of the editions in force the laws it rests on, as one text, in the definition's order."""
        return _bases(self.in_force)

    def classes(self, items: Collection[int]) -> dict[int, str]:
        """Give for each item the name of its class."""
        wanted = set(items)
        codes, words = dict[int, str](), dict[str, str]()
        for edition in self.editions if wanted else ():
            found = held(*edition)
            codes |= {item: found.classes[item] for item in wanted & found.classes.keys()}
            words |= found.labels.get("item_class", {})
        return {item: words.get(code, code) for item, code in codes.items()}


def begun_by(on: date) -> Begun:
    """Give the editions begun by the day. One statement."""
    return told_begun(fetch_prepared(BEGUN, {"on": on}))


def told_begun(rows: Iterable[tuple[Any, ...]]) -> Begun:
    """Make of the rows of ``BEGUN``, those of no edition left out, the editions that they tell of."""
    rows = [row for row in rows if row[0] is not None]
    by_level = {level: (pk, sealed) for pk, sealed, level, in_force in rows if in_force}
    return Begun(
        tuple((pk, sealed) for pk, sealed, _, _ in rows),
        tuple(by_level[level] for level in ("national", "provincial") if level in by_level),
    )


@lru_cache(maxsize=EDITIONS_KEPT)
def held(edition: int, sealed_at: datetime) -> Held:  # noqa: ARG001  # the moment tells editions of two databases apart
    """Give what an edition holds. Three statements the first time, none afterwards."""
    versions = ItemVersion.objects.filter(edition_id=edition).values_list("item_id", "item_class", "definition")
    definitions, classes, labels = {}, {}, dict[str, dict[str, str]]()
    for item, item_class, definition in versions:
        definitions[item], classes[item] = define_item(definition), item_class
    for name, value, label in CodeValue.objects.filter(edition_id=edition).values_list("code_list", "value", "label"):
        labels.setdefault(name, {})[value] = label
    rows = ItemVersion.bases.through.objects.filter(itemversion__edition_id=edition)
    articles = dict[int, dict[str, str]]()
    for item, ref, law, article in rows.values_list(
        "itemversion__item_id", "article_id", "article__law__name", "article__article"
    ):
        articles.setdefault(item, {})[ref] = f"《{law}》{article}"
    bases = {
        item: "、".join(texts[ref] for ref in definitions[item].bases if ref in texts)
        for item, texts in articles.items()
    }
    frozen = MappingProxyType
    return Held(frozen(definitions), frozen(classes), frozen(labels), frozen(bases))


@lru_cache(maxsize=EDITIONS_KEPT)
def _bases(editions: tuple[tuple[int, datetime], ...]) -> Mapping[int, str]:
    found = dict[int, str]()
    for edition in editions:
        found |= held(*edition).bases
    return MappingProxyType(found)


@lru_cache(maxsize=EDITIONS_KEPT)
def _labels(editions: tuple[tuple[int, datetime], ...]) -> Labels:
    if len(editions) <= 1:
        return held(*editions[0]).labels if editions else NONE
    words: dict[str, dict[str, str]] = {}
    for edition in editions:
        for name, labels in held(*edition).labels.items():
            words.setdefault(name, {}).update(labels)
    return MappingProxyType(words)
