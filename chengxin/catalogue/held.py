"""What whole editions hold, read once by each process: an edition never changes after it was sealed (``sql/locks_editions.sql``)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType

from chengxin.catalogue.models import CodeValue, Edition, ItemVersion
from chengxin.catalogue.terms import ItemDefinition, define_item

Labels = Mapping[str, Mapping[str, str]]
EDITIONS_KEPT = 64
NONE: Labels = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Held:
    """The items of an edition by their number in the ledger, with their classes, and the words of its code lists."""

    definitions: Mapping[int, ItemDefinition]
    classes: Mapping[int, str]
    labels: Labels


@dataclass(frozen=True, slots=True)
class Begun:
    """The editions begun by a day, the oldest first, each by its number and moment of sealing. The newest that has an item counts."""

    editions: tuple[tuple[int, datetime], ...]

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
    editions = Edition.objects.filter(valid_from__lte=on, sealed_at__isnull=False).order_by("valid_from", "pk")
    # Those that aren't sealed are left out by the filter already.
    return Begun(tuple((pk, sealed) for pk, sealed in editions.values_list("pk", "sealed_at") if sealed is not None))


@lru_cache(maxsize=EDITIONS_KEPT)
def held(edition: int, sealed_at: datetime) -> Held:  # noqa: ARG001  # the moment tells editions of two databases apart
    """Give what an edition holds. Two statements the first time, none afterwards."""
    versions = ItemVersion.objects.filter(edition_id=edition).values_list("item_id", "item_class", "definition")
    definitions, classes, labels = {}, {}, dict[str, dict[str, str]]()
    for item, item_class, definition in versions:
        definitions[item], classes[item] = define_item(definition), item_class
    for name, value, label in CodeValue.objects.filter(edition_id=edition).values_list("code_list", "value", "label"):
        labels.setdefault(name, {})[value] = label
    return Held(MappingProxyType(definitions), MappingProxyType(classes), MappingProxyType(labels))


@lru_cache(maxsize=EDITIONS_KEPT)
def _labels(editions: tuple[tuple[int, datetime], ...]) -> Labels:
    if len(editions) <= 1:
        return held(*editions[0]).labels if editions else NONE
    words: dict[str, dict[str, str]] = {}
    for edition in editions:
        for name, labels in held(*edition).labels.items():
            words.setdefault(name, {}).update(labels)
    return MappingProxyType(words)
