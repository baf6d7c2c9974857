"""What may be shared by a link and for how long: pure rules, each with its reason.

The database has the same bounds (``sharing/sql/locks_links.sql``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from chengxin.lib.refusals import Refusal

RECORDS, NOTHING = KINDS = ("records", "nothing")
NO_KIND = Refusal("link-kind", "请选择给对方看什么。", "Choose what is shown.")
NO_ITEM = Refusal("link-item", "请至少选择一个信息项。", "Choose at least one item.")
OTHER_ITEM = Refusal(
    "link-other-item",
    "其中有信息项不在今天有效的目录里，请从列表中重新选择。",
    "An item isn't in the catalogue in force today; choose from the list.",
)
CODE_IN_NOTE = Refusal("identity-code", "备注里不能写身份证件号码，请删去。", "Take the identity code out of the note.")


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """For how many days a link opens at most, how often, and how many of them stand at a time."""

    days: int
    views: int
    standing: int


def no_such_days(most: int) -> Refusal:
    return Refusal(
        "link-days", f"有效期最少 1 天，最多 {most} 天。", f"It opens for 1 day at least and {most} at most."
    )


def no_such_views(most: int) -> Refusal:
    return Refusal("link-views", f"最少看 1 次，最多 {most} 次。", f"It opens once at least and {most} times at most.")


def too_many(most: int) -> Refusal:
    return Refusal(
        "link-standing",
        f"同时有效的分享最多 {most} 个，请先收回不用的。",
        f"At most {most} links stand at a time; end those you no longer need.",
    )


def held_after_all(names: Collection[str]) -> Refusal:
    """Give the refusal of saying that nothing is held where something is; it names the items, for the person alone."""
    return Refusal(
        "link-something-held",
        f"这些信息项今天有可以展示的记录，不能说“没有记录”：{'、'.join(names)}。请去掉，或者改为分享内容。",
        "There are records of the items named in Chinese that may be shown today, so it can't say that there are none. "
        "Take them out, or share the records.",
    )


@dataclass(frozen=True, slots=True)
class Shared:
    """What a person wants to share: records or that there are none, which items, for how many days, how often."""

    kind: str
    items: tuple[str, ...]
    days: int
    views: int


def refuse_link(wanted: Shared, *, offered: Collection[str], standing: int, limits: LinkLimits) -> Refusal | None:
    """Tell why a link can't be made; None when it can. Source: 个人信息保护法 第六条, 第十九条, 第四十五条 (numbers: the house's own)."""
    tests = (
        (wanted.kind not in KINDS, NO_KIND),
        (not wanted.items, NO_ITEM),
        (not set(wanted.items) <= set(offered), OTHER_ITEM),
        (not 1 <= wanted.days <= limits.days, no_such_days(limits.days)),
        (not 1 <= wanted.views <= limits.views, no_such_views(limits.views)),
        (standing >= limits.standing, too_many(limits.standing)),
    )
    return next((refusal for failed, refusal in tests if failed), None)


def opens_until(on: date, days: int) -> date:
    """Give the first day on which a link made today opens nothing: one day is today."""
    return date.fromordinal(on.toordinal() + days)


def masked_name(name: str) -> str:
    """Hide a name but for its first sign, so that whoever knows the person knows it is theirs and nobody learns it from here."""
    return name[:1] + "＊" * max(1, min(len(name) - 1, 3))
