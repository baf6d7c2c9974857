"""Who may enrol for what, how it is decided, and under which duty a question is asked: pure rules, each with its reason.

The database has the same bounds (``sharing/sql/locks_duties.sql``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from chengxin.lib.refusals import Refusal
from chengxin.lib.terms import Term
from chengxin.lib.workdays import DueDate, WorkCalendar

LONGEST_DAYS = 1096
"""The house's own number: no law says for how long an approval of sharing holds."""

NOT_ENROLLED, NOT_NAMED = "duty-not-enrolled", "duty-not-named"

OTHER_KIND = Refusal(
    "enrolment-kind",
    "这个查询事项不向本单位这一类单位开放，请从本单位可以申请的事项中选择。",
    "This duty item isn't open to organisations of this kind; choose one that is.",
)
OTHER_BASIS = Refusal(
    "enrolment-basis",
    "所选依据不是这个查询事项的，或者今天没有效力。请从该事项的依据中选择。",
    "The article isn't one of this duty's, or isn't in force today; choose one that is.",
)
INCOMPLETE = Refusal(
    "enrolment-incomplete",
    "使用依据、使用场景、使用范围、共享方式、使用时限五项都要写明。请补上再提交。",
    "State all five: basis, scene, scope, way of sharing, and until when.",
)
NO_TIME = Refusal(
    "enrolment-until", "使用时限应在今天之后，请改写日期。", "The last day must lie ahead; change the date."
)
TOO_LONG = Refusal(
    "enrolment-term",
    f"一次最多开通 {LONGEST_DAYS} 天，也不能超过申请的使用时限；开始日不能早于今天。请改写日期。",
    f"At most {LONGEST_DAYS} days at a time, no longer than was applied for, and from today on; change the dates.",
)
NO_REASON = Refusal("enrolment-reason", "请写明理由。", "Give a reason.")
ASKED_ALREADY = Refusal(
    "enrolment-asked",
    "本单位就这个事项已经提交过申请，正在办理，不必重复提交。",
    "The organisation has applied for this already and awaits the decision.",
)


@dataclass(frozen=True, slots=True)
class Applied:
    """The five statements of an application: basis, scene, scope, way, until."""

    basis: str
    scene: str
    scope: str
    way: str
    wanted_until: date


def refuse_application(
    applied: Applied,
    kind: str,
    *,
    kinds: Collection[str],
    bases: Collection[str],
    waiting: bool,
    today: date,
) -> Refusal | None:
    """Tell why an application can't be taken; None when it can.

    Source: 政务数据共享条例 第二十条 (五项); 上海市社会信用条例 第十七条 (items that a duty needs, published).
    """
    texts = (applied.basis, applied.scene, applied.scope, applied.way)
    tests = (
        (kind not in kinds, OTHER_KIND),
        (not all(text.strip() for text in texts), INCOMPLETE),
        (applied.basis not in bases, OTHER_BASIS),
        (applied.wanted_until <= today, NO_TIME),
        (waiting, ASKED_ALREADY),
    )
    return next((refusal for failed, refusal in tests if failed), None)


def refuse_term(valid_from: date, valid_until: date, *, wanted_until: date, today: date) -> Refusal | None:
    """Tell why an approval can't hold for these days. Source: 政务数据共享条例 第二十条 (使用时限); the longest is the house's own."""
    fits = today <= valid_from < valid_until <= wanted_until and valid_until - valid_from <= timedelta(
        days=LONGEST_DAYS
    )
    return None if fits else TOO_LONG


def refuse_reason(reason: str) -> Refusal | None:
    """Tell that a decision or an end has no reason. Source: 政务数据共享条例 第二十一条 (不予共享须说明理由)."""
    return None if reason.strip() else NO_REASON


def decision_due(asked: date, term: Term, calendar: WorkCalendar) -> DueDate:
    """Give the last day on which an application is decided in time: working days, the day of asking not counted.

    Days whose holiday notice isn't known yet are estimated. Source: 政务数据共享条例 第二十一条.
    """
    return calendar.add_or_estimate(asked, term["decide"])


def choose_duty(named: str, standing: Collection[str]) -> tuple[str, str]:
    """Choose the duty under which a question is asked, or tell why there is none: (code, "") or ("", reason).

    ``standing``: the codes of the duties of the purpose for which the organisation stands enrolled today. One that isn't named is
    the only one there is. Source: 政务数据共享条例 第二十五条 (no use beyond what was agreed); safeguard 8.
    """
    if not standing or (named and named not in standing):
        return "", NOT_ENROLLED
    if named:
        return named, ""
    return ("", NOT_NAMED) if len(standing) > 1 else (next(iter(standing)), "")
