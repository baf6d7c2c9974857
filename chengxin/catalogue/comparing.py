"""What differs between two sets of items, in words for people: two editions, or a draft and the edition in force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chengxin.catalogue.wording import BASIS_ROLES, FIELD_KEYS, FIELD_KINDS, Names, tell, tell_part

# What is told of an item, in this order; the rest of its file is told by its own key.
LABELS = {
    "name": "名称",
    "class": "类别",
    "nature": "性质",
    "behaviour": "所记的事",
    "authority": "认定机关",
    "provider_kinds": "提供单位类别",
    "disclosure": "披露方式",
    "share_class": "共享属性",
    "share_conditions": "共享条件",
    "update_cycle": "更新周期",
    "display_rule": "公示规则",
    "retention_rule": "保存规则",
    "admission": "准入规则",
    "bases": "法律依据",
    "purposes": "用途",
    "field": "数据项",
    "roles": "角色",
    "name_en": "英文名称",
    "subject_type": "主体类别",
    "share_scope": "共享范围",
    "coverage": "覆盖范围",
    "channel": "报送渠道",
    "format": "文件格式",
    "data_level": "数据级别",
    "duty": "责任",
    "liability": "法律责任",
    "compiler": "编制单位",
    "withdrawable_by_person": "本人可否要求删除",
    "note": "说明",
    "provisional": "暂定",
}
NOTHING_NAMED = Names()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs in an item: where, what it was and what it is; empty where there was or is nothing."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ItemDifference:
    """What became of an item: ``new``, ``ended`` or ``changed``."""

    code: str
    name: str
    change: str
    differences: tuple[Difference, ...] = ()


def compare(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], names: Names = NOTHING_NAMED
) -> list[ItemDifference]:
    """Compare two sets of items by code; what is the same on both sides isn't told."""
    found = []
    for code in sorted({*before, *after}):
        old, new = before.get(code), after.get(code)
        name = str((new or old or {}).get("name", ""))
        if old is None:
            found.append(ItemDifference(code, name, "new", tuple(_differences({}, new or {}, names))))
        elif new is None:
            found.append(ItemDifference(code, name, "ended"))
        elif old != new:
            found.append(ItemDifference(code, name, "changed", tuple(_differences(old, new, names))))
    return found


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], names: Names) -> Iterator[Difference]:
    keys = [*LABELS, *sorted({*old, *new} - LABELS.keys() - {"code"})]
    for key in keys:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        label = LABELS.get(key, key)
        if key == "field":
            yield from _fields(label, before or [], after or [])
        elif key == "bases":
            yield from _bases(label, before or [], after or [], names)
        elif isinstance(before or after, list):
            gone = [one for one in before or [] if one not in (after or [])]
            come = [one for one in after or [] if one not in (before or [])]
            if gone or come:
                yield Difference(label, tell(key, gone, names), tell(key, come, names))
        elif (old_text := tell(key, before, names)) != (new_text := tell(key, after, names)):
            yield Difference(label, old_text, new_text)


def _fields(label: str, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Difference]:
    old, new = {row["code"]: row for row in before}, {row["code"]: row for row in after}
    for code in sorted({*old, *new}):
        if old.get(code) != new.get(code):
            yield Difference(
                f"{label} {code}", _field(old.get(code), new.get(code)), _field(new.get(code), old.get(code))
            )
    if list(old) != list(new) and set(old) == set(new):
        called = {code: str(row.get("label", code)) for code, row in new.items()}
        yield Difference(f"{label}的顺序", "、".join(called[code] for code in old), "、".join(called.values()))


def _field(row: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
    """Tell what a field has otherwise than the other; where there is no other, what it is in short."""
    if row is None:
        return ""
    if other is None:
        kind = FIELD_KINDS.get(str(row.get("type", "")), str(row.get("type", "")))
        return f"{row.get('label', row['code'])}（{kind}{'，必填' if row.get('required') == 'always' else ''}）"
    keys = [*FIELD_KEYS, *(key for key in row if key not in FIELD_KEYS)]
    return "；".join(tell_part(key, row[key]) for key in keys if key in row and other.get(key) != row[key])


def _bases(label: str, before: list[dict[str, Any]], after: list[dict[str, Any]], names: Names) -> Iterator[Difference]:
    """Compare the articles; one that is cited in two roles is told once for each."""
    old, new = ({(row.get("ref", ""), row.get("role", "")) for row in rows} for rows in (before, after))
    for ref, role in sorted(old ^ new):
        told = f"{names.articles.get(ref, ref)}：{BASIS_ROLES.get(role, role)}"
        yield Difference(f"{label} {ref}", told if (ref, role) in old else "", told if (ref, role) in new else "")
