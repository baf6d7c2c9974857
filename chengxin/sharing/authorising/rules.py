"""What may be asked of a person, what may be granted, how it stands: pure rules, each with its reason.

The database has the same bounds (``sql/locks_leave.sql``).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from chengxin.lib.periods import add_months
from chengxin.lib.refusals import Refusal

COPIES = ("erased", "never-stored", "kept-by-law")
BEYOND_DUTY = Refusal(
    "over-asking",
    "请求的信息项超出了登记的查询事项，请去掉。",
    "An item asked for goes beyond the duty item that you are enrolled for; take it out.",
)
NOTHING = Refusal("nothing-asked", "请至少选择一个信息项。", "Choose at least one item.")
KEPT_UNASKED = Refusal(
    "not-to-be-kept",
    "登记的查询事项不允许保存，请把保存天数填为 0。",
    "The duty item doesn't let you keep anything; write 0 days.",
)
NOT_KEPT = Refusal("kept-for-nothing", "保存天数不能小于 0。", "The days of keeping aren't below 0.")
BEYOND_ASKED = Refusal(
    "beyond-asked",
    "只能同意请求里写明的，或者更少。请重新打开这一页再选。",
    "Only what was asked for, or less, can be granted. Open the page anew and choose.",
)
NOT_LESS = Refusal(
    "not-less",
    "没有比现在更少，没有改动。要全部收回，请选“撤回授权”。",
    "That isn't less than now, so nothing changed. To take everything back, withdraw it.",
)


def no_such_period(last: date) -> Refusal:
    """Give the refusal of an end that is none. Source: 个人信息保护法 第十九条 (the number is the house's own)."""
    return Refusal(
        "period",
        f"期限须从明天起，最晚到 {last - timedelta(days=1)}，请改正。",
        f"It ends tomorrow at the earliest and on {last - timedelta(days=1)} at the latest.",
    )


def kept_too_long(most: int) -> Refusal:
    return Refusal(
        "kept-too-long",
        f"登记的查询事项最多允许保存 {most} 天，请改正。",
        f"The duty item lets you keep it for {most} days at most.",
    )


NO_PERIOD = Refusal(
    "announced-once",
    "只查一次的，不能请求告知变化，请去掉。",
    "What is asked for once announces no changes; leave that out.",
)


@dataclass(frozen=True, slots=True)
class Leave:
    """What a person lets an organisation see: which items, once or again and again, until which day (the first that counts no more).

    ``announces``: whether the organisation may be told that something of it changed; never with ``once``.
    """

    items: frozenset[str]
    once: bool
    valid_until: date
    announces: bool = False

    def within(self, other: "Leave") -> bool:
        """Tell whether this lets see no more than another."""
        narrower = self.items <= other.items and self.valid_until <= other.valid_until
        return narrower and (self.once or not other.once) and (other.announces or not self.announces)

    def silent(self) -> "Leave":
        """Give the same, without that changes are announced."""
        return replace(self, announces=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the duty item lets be asked: its items, and for how many days what is seen may be kept (0: not at all)."""

    items: frozenset[str]
    keep_days: int


def last_end(on: date, longest: int) -> date:
    """Give the latest first day on which something asked for today counts no more."""
    return add_months(on, longest)


def refuse_request(wanted: Leave, keep_days: int, *, limits: Limits, on: date, longest: int) -> Refusal | None:
    """Tell why an organisation can't ask for this; None when it can.

    Source: 征信业管理条例 第十八条、第二十条 (agreed purpose, no other); 个人信息保护法 第六条 (no more than is needed),
    第十九条 (shortest time).
    """
    last = last_end(on, longest)
    tests = (
        (not wanted.items, NOTHING),
        (not wanted.items <= limits.items, BEYOND_DUTY),
        (not on < wanted.valid_until <= last, no_such_period(last)),
        (wanted.announces and wanted.once, NO_PERIOD),
        (keep_days < 0, NOT_KEPT),
        (keep_days > 0 and limits.keep_days == 0, KEPT_UNASKED),
        (keep_days > limits.keep_days, kept_too_long(limits.keep_days)),
    )
    return next((refusal for failed, refusal in tests if failed), None)


def erase_by(valid_until: date, keep_days: int) -> date | None:
    """Give the day by which everything that was seen is gone; None where nothing is kept.

    Source: 个人信息保护法 第十九条, 第四十七条.
    """
    return valid_until + timedelta(days=keep_days) if keep_days else None


def refuse_grant(granted: Leave, *, asked: Leave, on: date) -> Refusal | None:
    """Tell why a person can't grant this; None when they can: what was asked for, or less. Source: 个人信息保护法 第十四条, 第二十三条."""
    beyond = not granted.within(asked) or granted.valid_until <= on or (granted.announces and granted.once)
    tests = ((not granted.items, NOTHING), (beyond, BEYOND_ASKED))
    return next((refusal for failed, refusal in tests if failed), None)


def refuse_narrowing(narrowed: Leave, *, standing: Leave, on: date) -> Refusal | None:
    """Tell why this is no narrowing of what stands; None when it is. Source: 个人信息保护法 第十五条, 第四十四条."""
    refusal = refuse_grant(narrowed, asked=standing, on=on)
    return refusal or (NOT_LESS if narrowed == standing else None)


NO_WORD = Refusal("copies", "请选择副本怎样处理了。", "Say what became of the copies.")
NO_LAW = Refusal(
    "kept-without-law",
    "依法还须保存的，请写明依据的法律和条文；其他的应当删除，不用写。",
    "Name the law and article by which copies are kept; without one they are erased and nothing is written.",
)


def refuse_acknowledgement(copies: str, law: str) -> Refusal | None:
    """Tell why an acknowledgement doesn't count; None when it does. Source: 个人信息保护法 第四十七条."""
    tests = ((copies not in COPIES, NO_WORD), ((copies == "kept-by-law") != bool(law.strip()), NO_LAW))
    return next((refusal for failed, refusal in tests if failed), None)


def kept_until(end: date, years: int) -> date:
    """Give the day until which the proof of an authorisation is kept. Source: 深圳经济特区社会信用条例 第四十五条, as analogue."""
    return add_months(end, 12 * years)
