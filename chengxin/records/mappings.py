"""Columns that go by a provider's own names: given a field once, proposed and used ever after (docs/adr/0017)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from chengxin.catalogue.models import Item
from chengxin.catalogue.terms import ItemDefinition
from chengxin.ground.services import note_act
from chengxin.identity.models import User
from chengxin.identity.queries import may
from chengxin.identity.speaking import speaking_as
from chengxin.lib.codes import holds_code
from chengxin.lib.errors import NotAllowed
from chengxin.lib.periods import shanghai_date
from chengxin.records.errors import MappingRefused
from chengxin.records.intake.layout import names_of, refuse_forbidden, spelling
from chengxin.records.intake.older import older_layouts
from chengxin.records.services import areas

LONGEST, MOST = 100, 200


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a provider's file: the field it means, "" for none, and by whose word (known, saved, shipped, open)."""

    heading: str
    field: str
    source: str


def propose_columns(headings: list[str], item: ItemDefinition, item_id: int, *, actor: User) -> list[Column]:
    """Tell what each heading of a provider's file means, and which are open. Raises MappingRefused, ForbiddenColumns."""
    wanted = [heading.strip() for heading in headings if heading.strip()]
    if not wanted:
        raise MappingRefused("请把文件的标题行粘贴到这里。", "Paste the heading row of the file.")
    if len(wanted) > MOST or any(len(heading) > LONGEST for heading in wanted):
        raise MappingRefused(
            f"标题行不超过 {MOST} 列，每个列名不超过 {LONGEST} 字。只粘贴标题行，不要粘贴数据。",
            f"At most {MOST} columns of at most {LONGEST} characters: paste the heading row, no data.",
        )
    own, shipped = names_of(item), older_layouts()[item.code].columns if item.code in older_layouts() else {}
    refuse_forbidden(heading for heading in wanted if spelling(heading) not in own)
    saved = saved_mapping(item_id, actor=actor)
    made = []
    for heading in dict.fromkeys(wanted):
        name = spelling(heading)
        if name in own:
            made.append(Column(heading, own[name], "known"))
        elif name in saved:
            made.append(Column(heading, saved[name], "saved"))
        elif name in shipped:
            made.append(Column(heading, shipped[name], "shipped"))
        else:
            made.append(Column(heading, "", "open"))
    return made


def saved_mapping(item_id: int, *, actor: User) -> dict[str, str]:
    """Give what the officer's organisation saved for an item, by spelling. One statement."""
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute("SELECT heading, field FROM records_mapping_of(%s)", [item_id])
        return {spelling(heading): field for heading, field in cursor.fetchall()}


@transaction.atomic
def save_mapping(chosen: Mapping[str, str], item: ItemDefinition, item_code: str, *, actor: User, at: datetime) -> int:
    """Keep which field each heading means, "" for none; gives how many changed. One statement for all.

    Raises NotAllowed; MappingRefused for a field that isn't the item's, for two headings of one field, and for a heading that the
    catalogue itself knows; ForbiddenColumns for what may never be collected, whatever field it was given.
    """
    if not may(actor.pk, "intake.hand_in"):
        raise NotAllowed("只有本单位的报送经办人可以保存列名对应。", "Only the provider's clerks may map columns.")
    refuse_forbidden(chosen)
    fields, own = {field.code: field for field in item.fields}, names_of(item)
    for heading, field in chosen.items():
        if holds_code(heading, on=shanghai_date(at), areas=areas()):
            raise MappingRefused(
                "列名里有证件号码：请只粘贴标题行。", "A heading holds an identity code: paste the heading row alone."
            )
        if spelling(heading) in own:
            raise MappingRefused(
                f"“{heading}”是目录里的列名，不能改作他用。", "A name of the catalogue's own can't be mapped."
            )
        if field and field not in fields:
            raise MappingRefused(f"没有“{field}”这个数据项。", f"There is no field {field}.")
    taken = [field for field in chosen.values() if field]
    if twice := next((field for field in taken if taken.count(field) > 1), None):
        raise MappingRefused(
            f"有两列都对应“{fields[twice].label}”，请只留一列。例：{fields[twice].example or fields[twice].label}",
            f"Two columns are mapped to {twice}; keep one.",
        )
    before = saved_mapping(Item.objects.get(code=item_code).pk, actor=actor)
    changed = {heading: field for heading, field in chosen.items() if before.get(spelling(heading)) != field}
    with speaking_as(actor), connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO records_mapping (provider_id, item_id, heading, field, saved_by_id, saved_at)
               SELECT %s, (SELECT id FROM catalogue_item WHERE code = %s), heading, field, %s, %s
               FROM unnest(%s::text[], %s::text[]) AS told (heading, field)""",
            [actor.organisation.pk, item_code, actor.pk, at, list(changed), list(changed.values())],
        )
        note_act(actor.login, "intake.map", f"item:{item_code}", at=at, note=str(len(changed)))
    return len(changed)
