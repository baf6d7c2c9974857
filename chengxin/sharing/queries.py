"""What the register told a person, and the words for what was seen of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from chengxin.catalogue.models import ItemVersion
from chengxin.catalogue.terms import ItemDefinition, define_item
from chengxin.identity.models import User
from chengxin.identity.speaking import speaking_as_person
from chengxin.sharing.duties.answers import MARK, Form

TOLD = 20
FORM_WORDS = {
    Form.YES_NO: "只答有没有记录",
    Form.COUNT: "只答有几条记录",
    Form.BAND: "只答记录数量的档次",
}
"""What was told of an item where no field of it was read."""


@dataclass(frozen=True, slots=True)
class Told:
    at: datetime
    kind: str


def definitions_of(codes: set[str]) -> dict[str, ItemDefinition]:
    """Give items as the newest edition has them, for their names."""
    if not codes:
        return {}
    newest = (
        ItemVersion.objects.filter(item__code__in=codes).order_by("item_id", "-edition__valid_from").distinct("item_id")
    )
    return {version.item.code: define_item(version.definition) for version in newest.select_related("item")}


def worded_fields(
    fields: Iterable[str], items: Mapping[str, ItemDefinition]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    groups: dict[str, list[str]] = {}
    for field in fields:
        code, _, name = field.rpartition(".")
        item = items.get(code)
        if name.startswith(MARK):
            groups.setdefault(item.name if item else code, []).append(FORM_WORDS[Form(name.removeprefix(MARK))])
            continue
        known = item is not None and any(one.code == name for one in item.fields)
        groups.setdefault(item.name if item else code, []).append(item.field(name).label if item and known else name)
    return tuple((name, tuple(labels)) for name, labels in groups.items())


def own_messages(person: User, *, limit: int = TOLD) -> list[Told]:
    """Give what the register told whoever logged in, the newest first."""
    with speaking_as_person(person), connection.cursor() as cursor:
        cursor.execute("SELECT at, kind FROM sharing_own_messages(%s)", [limit])
        return [Told(*row) for row in cursor.fetchall()]
