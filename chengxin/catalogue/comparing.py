"""What differs between two sets of items, in words for people: two editions, or a draft and the edition in force."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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


def compare(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> list[ItemDifference]:
    """Compare two sets of items by code; what is the same on both sides isn't told."""
    found = []
    for code in sorted({*before, *after}):
        old, new = before.get(code), after.get(code)
        name = str((new or old or {}).get("name", ""))
        if old is None:
            found.append(ItemDifference(code, name, "new", tuple(_differences({}, new or {}))))
        elif new is None:
            found.append(ItemDifference(code, name, "ended"))
        elif old != new:
            found.append(ItemDifference(code, name, "changed", tuple(_differences(old, new))))
    return found


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    keys = [*LABELS, *sorted({*old, *new} - LABELS.keys() - {"code"})]
    for key in keys:
        before, after = old.get(key), new.get(key)
        if before == after:
            continue
        label = LABELS.get(key, key)
        if key in {"field", "bases"}:
            yield from _rows(label, before or [], after or [], "code" if key == "field" else "ref")
        elif isinstance(before or after, list):
            yield from _members(label, before or [], after or [])
        else:
            yield Difference(label, _text(before), _text(after))


def _rows(label: str, before: list[dict[str, Any]], after: list[dict[str, Any]], key: str) -> Iterator[Difference]:
    """Compare tables whose rows have a key; a row that cites one article in two roles is told once for each."""
    old = {(row.get(key), row.get("role", "")): row for row in before}
    new = {(row.get(key), row.get("role", "")): row for row in after}
    for name in sorted({*old, *new}, key=str):
        if old.get(name) != new.get(name):
            yield Difference(
                f"{label} {name[0]}", _row(old.get(name), new.get(name)), _row(new.get(name), old.get(name))
            )
    if list(old) != list(new) and set(old) == set(new):
        yield Difference(
            f"{label}的顺序", "、".join(str(name[0]) for name in old), "、".join(str(name[0]) for name in new)
        )


def _row(row: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> str:
    """Tell what a row has otherwise than the other; where there is no other, what it is in short."""
    if row is None:
        return ""
    if other is None and "label" in row:
        return f"{row['label']}（{row.get('type', '')}{'，必填' if row.get('required') == 'always' else ''}）"
    return "；".join(f"{key}={_text(value)}" for key, value in row.items() if other is None or other.get(key) != value)


def _members(label: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    yield Difference(
        label,
        "、".join(_text(one) for one in before if one not in after),
        "、".join(_text(one) for one in after if one not in before),
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_text(one) for one in value)
    if isinstance(value, Mapping):
        return "，".join(f"{key} {_text(one)}" for key, one in value.items())
    return str(value)
