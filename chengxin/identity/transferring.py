"""When persons may be merged or split: pure rules, each with its reason (docs/adr/0011)."""

from dataclasses import dataclass

WRITTEN_GROUND = 4
"""A ground shorter than this many signs names nothing that was looked at."""


@dataclass(frozen=True, slots=True)
class End:
    """What the rules need of one of the two: whether the authority's events say who it is, and whether it was absorbed."""

    subject_id: int
    told_of: bool
    absorbed: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why persons can't be merged or split."""

    text: str
    text_en: str


def refuse_merge(one: End, other: End) -> Reason | None:
    """Tell why two can't be merged; None when they can."""
    if one.subject_id == other.subject_id:
        return Reason("两个证件已经指向同一个人。", "Both certificates lead to one person already.")
    return _refuse_ends(one, other)


def refuse_split(one: End, other: End | None, records: int, *, code_goes: bool) -> Reason | None:
    """Tell why records or a code can't go to another person; ``other`` None where a new one is made of the code."""
    if other is not None and one.subject_id == other.subject_id:
        return Reason(
            "两个证件指向同一个人，而且都是现用号码，没有可以拆分的。",
            "Both certificates are this person's own; nothing can go.",
        )
    if not code_goes and not records:
        return Reason("请至少勾选一条记录。", "Choose at least one record.")
    return _refuse_ends(one, *([other] if other else []))


def _refuse_ends(*ends: End) -> Reason | None:
    if any(end.absorbed for end in ends):
        return Reason("其中一人已并入他人，请先撤销那次合并。", "One of them was merged into another; undo that first.")
    if not all(end.told_of for end in ends):
        return Reason(
            "人口库里没有其中一人的来源事件，无法还原。请先装入一次人口快照（chengxin population load）。",
            "No event says who one of them is, so this couldn't be undone. Load a population snapshot first.",
        )
    return None


def refuse_ground(ground: str) -> Reason | None:
    if len(ground.strip()) < WRITTEN_GROUND:
        return Reason(
            "请写明依据，例如公安机关证明的编号。", "Name what it rests on, such as the authority's certificate."
        )
    return None
