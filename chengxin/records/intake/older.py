"""Names that fields went by in older layouts, and a provider's own: what a file may call its columns beside the catalogue's names."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from chengxin.catalogue.terms import ItemDefinition
from chengxin.identity.models import Organisation
from chengxin.records.intake.layout import OtherNames, names_of, spelling
from chengxin.records.models import ColumnMapping

SHIPPED = Path(__file__).resolve().parent.parent / "layouts.toml"
OWN_CODE, OWN_NAME = "@provider.code", "@provider.name"


@dataclass(frozen=True, slots=True)
class OlderLayout:
    """What older layouts of an item call its fields, by spelling, and what stands in every row of them though no column says so."""

    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)


@cache
def shipped_layouts() -> tuple[dict[str, Any], ...]:
    """Read the file of older layouts once: each entry with its source."""
    return tuple(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["layout"])


@cache
def older_layouts() -> Mapping[str, OlderLayout]:
    """Give the layouts that ship, by item."""
    made: dict[str, OlderLayout] = {}
    for entry in shipped_layouts():
        before = made.get(entry["item"], OlderLayout())
        columns = {spelling(heading): code for heading, code in entry["columns"].items()}
        made[entry["item"]] = OlderLayout({**before.columns, **columns}, {**before.fixed, **entry.get("fixed", {})})
    return made


def names_for(item: ItemDefinition, item_id: int, provider: Organisation) -> OtherNames:
    """Give a provider's names for the columns of an item to the worker that takes its file in. One statement."""
    rows = ColumnMapping.objects.filter(provider=provider, item_id=item_id)
    saved = dict(rows.order_by("heading", "-pk").distinct("heading").values_list("heading", "field"))
    return other_names(item, saved, provider)


def other_names(item: ItemDefinition, saved: Mapping[str, str], provider: Organisation) -> OtherNames:
    """Put what the provider saved over what older layouts say; never over the catalogue's own names."""
    older, fields, own = (
        older_layouts().get(item.code, OlderLayout()),
        {one.code for one in item.fields},
        names_of(item),
    )
    told = {**older.columns, **{spelling(heading): code for heading, code in saved.items()}}
    values = {OWN_CODE: provider.code, OWN_NAME: provider.name}
    return OtherNames(
        {name: code for name, code in told.items() if code in fields and name not in own},
        {code: values.get(value, value) for code, value in older.fixed.items()},
    )
