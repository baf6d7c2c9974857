"""When a certificate counts, and what it may be made out for: pure rules, each with its reason.

The database has the same bounds (``sql/locks_reports.sql``).
"""

from collections.abc import Collection, Iterable
from datetime import date

from chengxin.lib.periods import add_months
from chengxin.lib.refusals import Refusal
from chengxin.lib.terms import Term
from chengxin.lib.workdays import DueDate, WorkCalendar

NO_PURPOSE = Refusal(
    "certificate-purpose", "没有这个用途，请从列表中选择。", "There is no such purpose; choose from the list."
)
NO_FIELD = Refusal("certificate-field", "请至少选择一个信用领域。", "Choose at least one field.")
OTHER_FIELD = Refusal(
    "certificate-other-field",
    "所选的领域今天没有有效依据，或者不在目录里。请重新选择。",
    "A chosen field isn't in the catalogue in force today. Choose anew.",
)


def no_such_term(longest: int) -> Refusal:
    """Give the refusal of a term that is none. Source: 个人信息保护法 第八条 (the number is the house's own, ``certificates``)."""
    return Refusal(
        "certificate-term",
        f"有效期是 1 至 {longest} 个月，请重新选择。",
        f"A certificate counts for 1 to {longest} months; choose anew.",
    )


def refuse_certificate(
    purpose: str,
    covers: Collection[str],
    months: int,
    *,
    purposes: Collection[str],
    offered: Collection[str],
    longest: int,
) -> Refusal | None:
    """Tell why a certificate can't be made out like that; None when it can.

    Source: safeguard 1 (no article, no data); 个人信息保护法 第四十五条 (a person has copies of what is held of them).
    """
    tests = (
        (purpose not in purposes, NO_PURPOSE),
        (not covers, NO_FIELD),
        (not set(covers) <= set(offered), OTHER_FIELD),
        (not 1 <= months <= longest, no_such_term(longest)),
    )
    return next((refusal for failed, refusal in tests if failed), None)


def recall_due(told: date, term: Term, calendar: WorkCalendar) -> DueDate:
    """Give the last day on which a recipient acknowledges in time what is withdrawn, corrected or no longer authorised.

    Working days, the day of telling not counted; those whose holiday notice isn't known yet are estimated.
    Source: 个人信息保护法 第四十六条, 第四十七条; safeguard 7 (the numbers are the house's own).
    """
    return calendar.add_or_estimate(told, term["acknowledge"])


def valid_until(issued: date, months: int, shown_until: Iterable[date]) -> date:
    """Give the first day on which a certificate counts no more: after its months, and never later than a record on it shows.

    Source: safeguard 6 (after the display maximum an item is neither shown nor shared nor used); 信用修复管理办法 第二章.
    """
    return min(add_months(issued, months), *shown_until, date.max)
