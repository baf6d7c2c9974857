"""What is a signal, why, and who may handle what: pure rules, each with its reason and the figures behind it.

The numbers are dated data (``terms_data``); the database has the same bounds on hands (``sql/locks_inquiries.sql``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.lib.periods import add_months
from chengxin.lib.refusals import Refusal
from chengxin.lib.sources import Source
from chengxin.lib.terms import Term
from chengxin.lib.workdays import DueDate, WorkCalendar

AUDIT = Source("中华人民共和国个人信息保护法", "第五十四条", provisional=True)
USE = Source("政务数据共享条例", "第二十九条", provisional=True)


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted: ``observed`` of ``total``, what would be usual, and of how many others, or days, that was made up."""

    observed: int
    total: int
    expected: float
    compared: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is a signal, in words with the figures in them, and the source of the rule."""

    rule: str
    text: str
    text_en: str
    source: Source


SAMPLE = "sample"
"""The rule of what was drawn, which is no signal."""
Numbers = Mapping[str, int]
Weigh = Callable[[Figures, Numbers], bool]


def above_peers(figures: Figures, numbers: Numbers) -> bool:
    """Tell whether somebody looked far more persons up than the median of the others. Source: 个人信息保护法 第五十四条."""
    return (
        figures.observed >= numbers["least"]
        and figures.compared >= numbers["peers"]
        and figures.observed > numbers["times"] * figures.expected
    )


def above_habit(figures: Figures, numbers: Numbers) -> bool:
    """Tell whether a system asked far more than its mean; few days make no habit. Source: 个人信息保护法 第五十四条."""
    return (
        figures.observed >= numbers["least"]
        and figures.compared >= numbers["active"]
        and figures.observed > numbers["times"] * figures.expected
    )


def many_refused(figures: Figures, numbers: Numbers) -> bool:
    """Tell whether so many look-ups were refused, of all on that day. Source: 个人信息保护法 第五十四条."""
    return figures.observed >= numbers["least"] and 100 * figures.observed >= numbers["percent"] * figures.total


def no_later_case(figures: Figures, numbers: Numbers) -> bool:
    """Tell whether nothing came of look-ups where of the others' something does. Source: 政务数据共享条例 第二十九条."""
    return (
        figures.observed >= numbers["least"]
        and 100 * figures.observed >= numbers["percent"] * figures.total
        and figures.compared > 0
        and figures.expected <= numbers["others"]
    )


def at_least(figures: Figures, numbers: Numbers) -> bool:
    """Tell whether something happened so often. Source: 个人信息保护法 第五十四条."""
    return figures.observed >= numbers.get("least", 1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: when its figures are a signal, and its words, in which the figures and numbers stand."""

    code: str
    name: str
    weigh: Weigh
    text: str
    text_en: str
    source: Source = AUDIT


RULES: Mapping[str, Rule] = {
    one.code: one
    for one in (
        Rule(
            "own", "查询本人", at_least,
            "经办人查询的就是本人（含本人的其他账户、以本人名义经本单位系统），当天 {observed} 次；应为 0 次。",
            "The officer looked themselves up, by an account of theirs or through a system: {observed} times on the day; none is usual.",
        ),
        Rule(
            "many-askers", "多个单位查同一人", at_least,
            "{days} 天内有 {observed} 个单位查询同一人，共 {total} 次；达到 {least} 个单位即提示。",
            "{observed} organisations asked about one person within {days} days, {total} times in all; {least} are a signal.",
        ),
        Rule(
            "above-peers", "远多于同事项的其他人", above_peers,
            "{days} 天内按同一事项查询 {observed} 次；其他 {compared} 名经办人的中位数是 {expected} 次，超过 {times} 倍。",
            "{observed} look-ups under one duty item within {days} days; the median of {compared} others is {expected}, more than {times}"
            " times.",
        ),
        Rule(
            "out-of-hours", "工作时间以外", at_least,
            "当天 {total} 次查询中有 {observed} 次在工作时间（工作日 {opens} 时至 {closes} 时）以外；达到 {least} 次即提示。",
            "{observed} of {total} look-ups of the day outside working hours ({opens} to {closes} on working days); {least} are a signal.",
        ),
        Rule(
            "many-refused", "多次被拒绝", many_refused,
            "当天 {total} 次查询中有 {observed} 次被拒绝；达到 {least} 次并且占百分之 {percent} 即提示。",
            "{observed} of {total} look-ups of the day were refused; {least} and {percent} of a hundred are a signal.",
        ),
        Rule(
            "above-habit", "系统查询远多于往常", above_habit,
            "系统当天查询 {observed} 次；此前 {days} 天里有查询的 {compared} 天平均 {expected} 次，超过 {times} 倍。",
            "{observed} queries of the system on the day; its mean of {compared} days within the {days} before is {expected}, more than"
            " {times} times.",
        ),
        Rule(
            "no-later-case", "查询以后没有下文", no_later_case,
            "{days} 天前的 {total} 次查询中，有 {observed} 次以后本单位没有报送过该人的任何记录；"
            "同一事项其他 {compared} 名经办人这样的占百分之 {expected}。",
            "After {observed} of {total} look-ups of {days} days ago the organisation handed in nothing about those persons; of {compared}"
            " others' under the same duty item that holds for {expected} of a hundred.",
            USE,
        ),
        Rule(
            "late-erasure", "逾期没有删除证明", at_least,
            "按此事项得到的 {observed} 次答复过了留存期限，到这一天还没有提交删除证明；应为全部提交。",
            "Of {observed} answers under this duty item, whose time of storing is over, nothing was stated until this day; all are to be.",
            USE,
        ),
        Rule(
            SAMPLE, "抽样审查", at_least,
            "按公布的抽样计划抽中：本单位 {month} 月以同样方式的 {total} 次查询里抽 {observed} 次"
            "（千分之 {of_thousand}，至少 {least} 次）。抽中不是有问题。",
            "Drawn by the published plan: {observed} of the organisation's {total} look-ups of that kind in month {month} ({of_thousand} of"
            " a thousand, at least {least}). To be drawn means nothing is wrong.",
        ),
    )
}  # fmt: skip


def signal(rule: str, figures: Figures, numbers: Numbers) -> Reason | None:
    """Tell why these figures are a signal under a rule; None when they aren't. Source: 个人信息保护法 第五十四条."""
    return explain(rule, figures, numbers) if RULES[rule].weigh(figures, numbers) else None


def explain(rule: str, figures: Figures, numbers: Numbers) -> Reason:
    """Put a rule's reason into words, with the numbers by which it was weighed then."""
    one, told = (
        RULES[rule],
        {**numbers, "observed": figures.observed, "total": figures.total, "compared": figures.compared},
    )
    expected = f"{figures.expected:.1f}".removesuffix(".0")
    return Reason(
        rule, one.text.format(**told, expected=expected), one.text_en.format(**told, expected=expected), one.source
    )


def sample_size(many: int, *, of_thousand: int, least: int) -> int:
    """Tell how many of so many look-ups are drawn: the share, rounded up, at least so many, and never more than there are.

    A whole number, no date. Source: 个人信息保护法 第五十四条 (the numbers are the house's own).
    """
    return min(many, max(least, -(-many * of_thousand // 1000)))


def erase_by(month: date, keep_days: int) -> date:
    """Give the last day on which copies of a month's answers may be there: so many days after the month's last.

    Source: 政务数据共享条例 第二十七条, 第二十九条 (the days stand with the duty item).
    """
    return add_months(month, 1) + timedelta(days=keep_days - 1)


def certificate_due(erased: date, term: Term, calendar: WorkCalendar) -> DueDate:
    """Give the last day on which it is stated in time what became of the copies: working days after the day of erasing.

    Source: 政务数据共享条例 第二十九条 (销毁情况; the number is the house's own).
    """
    return calendar.add_or_estimate(erased, term["state"])


def refuse_statement(copies: str, law: str) -> Refusal | None:
    """Tell why a statement of erasure can't be taken; None when it can. Source: 政务数据共享条例 第二十七条, 第二十九条."""
    return NO_LAW if (copies == KEPT) != bool(law.strip()) else None


KEPT = "kept-by-law"
NO_LAW = Refusal(
    "erasure-law",
    "按法律还须保存的，写明哪一部法律哪一条；其他的不写。请改一下。",
    "Where a law has the copies kept, name the law and article; otherwise leave that empty.",
)
OWN_ORGANISATION = Refusal(
    "own-organisation",
    "这件事涉及本单位的查询，须由另一单位的审查员办理：中心的由主管部门审，主管部门的由中心审。",
    "This is about look-ups of your own organisation; a reviewer of the other one handles it.",
)
OWN_LOOK_UPS = Refusal(
    "own-look-ups",
    "这件事涉及您本人（或者您的其他账户）的查询，须由另一名审查员办理。",
    "This is about look-ups of your own; another reviewer handles it.",
)
OWN_CASE = Refusal(
    "own-case",
    "被查询的就是您本人，须由另一名审查员办理。",
    "The person looked up is yourself; another reviewer handles it.",
)
NOT_HEARD = Refusal(
    "misuse-not-heard",
    "认定违规之前，须先要求单位说明，并且等它答复或者期限过去。请先“要求说明”；证据不足的，可以选“不能认定”。",
    "Before misuse is found the organisation is asked, and has answered or let the term pass. Ask first, or choose “not proven”.",
)
NO_REASON = Refusal("review-reason", "请写明理由。", "Give a reason.")
BARS = {one.code: one for one in (OWN_ORGANISATION, OWN_LOOK_UPS, OWN_CASE)}


def refuse_reviewer(bar: str) -> Refusal | None:
    """Tell why a reviewer may not handle an inquiry. Source: safeguard 12."""
    return BARS.get(bar)


def refuse_finding(
    finding: str, reason: str, *, asked: int, answered: int, due: date | None, today: date
) -> Refusal | None:
    """Tell why an inquiry can't be closed like that; None when it can. ``due``: the first day by which somebody is still to answer.

    Source: 政务数据共享条例 第二十七条 (misuse has consequences); that whoever bears them is heard first is the house's own rule.
    """
    if not reason.strip():
        return NO_REASON
    heard = asked > 0 and (answered == asked or (due is not None and due < today))
    return NOT_HEARD if finding == "misuse" and not heard else None


def explanation_due(asked: date, term: Term, calendar: WorkCalendar) -> DueDate:
    """Give the last day on which an organisation explains in time: working days, the day of asking not counted.

    Source: 政务数据共享条例 第二十七条 (the number is the house's own).
    """
    return calendar.add_or_estimate(asked, term["answer"])
