"""What may become a record, how grave it is, and on which days it shows. Pure: dates and numbers come in, a date or a reason goes out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from chengxin.lib.periods import add_months, turns
from chengxin.lib.sources import Source
from chengxin.lib.terms import Term
from chengxin.lib.workdays import WorkCalendar

REPAIR_RULES = Source("信用修复管理办法", "第二章", date(2026, 4, 1), provisional=True)
SEALED_PENALTIES = Source("中华人民共和国治安管理处罚法", "第一百三十六条", date(2026, 1, 1))
MINORS = Source("中华人民共和国预防未成年人犯罪法", "第五十九条")
CAPACITY = Source("山西省社会信用条例", "（征求意见稿）第三条", provisional=True)
SIMPLIFIED = Source("山东省社会信用条例", "第十三条", provisional=True)
FINALITY = Source("浙江省公共信用信息管理条例", "第十一条", provisional=True)
RETENTION = Source("征信业管理条例", "第十六条")
QUALITY = Source("中华人民共和国个人信息保护法", "第八条")
COURT_LIST = Source("最高人民法院关于公布失信被执行人名单信息的若干规定", "第二条", provisional=True)

ADULT_YEARS = 18


class Grade(StrEnum):
    """How grave an adverse record is, which decides how long it may show."""

    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"


GENERAL_KINDS = frozenset({"confiscation", "suspension"})
SERIOUS_KINDS = frozenset({
    "revocation", "downgrade", "business_restriction", "shutdown", "closure", "occupation_ban",
})  # fmt: skip


def penalty_grade(kinds: Collection[str], fine_fen: int | None, thresholds: Term) -> Grade:
    """Grade a penalty by its gravest kind; a fine by its amount, and one without amount as a small one.

    Kinds are those of the code list ``penalty_kind`` (``maps_to``). What the law doesn't name is graded minor, in the
    person's favour.
    Source: 信用修复管理办法 第二章; 国办发〔2025〕22号 item 2.
    """
    fine = fine_fen or 0
    if SERIOUS_KINDS.intersection(kinds) or fine >= thresholds["huge"]:
        return Grade.SERIOUS
    if GENERAL_KINDS.intersection(kinds) or fine >= thresholds["large"]:
        return Grade.GENERAL
    return Grade.MINOR


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of a record: shown on ``[shown_from, shown_until)``, repair from ``repair_from``, erased on ``erase_on``."""

    shown_from: date
    shown_until: date
    repair_from: date | None
    erase_on: date


def display_end(decided: date, grade: Grade, display: Term) -> date:
    """Give the first day on which a record of this grade shows no more, counted from its document.

    Source: 信用修复管理办法 第二章 (公示期限自司法、行政公务文书认定之日起计算).
    """
    return display.period(f"{grade}_max").after(decided)


def repair_day(decided: date, grade: Grade, display: Term) -> date:
    """Give the first day on which repair may be asked for. Source: 信用修复管理办法 第二章."""
    return display.period(f"{grade}_min").after(decided)


def erase_day(ended: date, decided: date, retention: Term) -> date:
    """Give the day on which an adverse record is erased: from the end of the act or the document, whichever is earlier.

    Source: 征信业管理条例 第十六条; 山东省社会信用条例 第三十八条; where laws differ, what ends earlier for the person.
    """
    return retention.period("keep").after(min(ended, decided))


def clip(shown_from: date, shown_until: date, repair_from: date | None, erase_on: date) -> Schedule:
    """Keep the days in order: never shown past erasure, and an end before the beginning means never shown.

    Source: safeguard 6.
    """
    until = min(shown_until, erase_on)
    start = min(shown_from, erase_on)
    return Schedule(start, max(start, until), repair_from, max(erase_on, start))


def adverse_schedule(decided: date, final: date, ended: date, grade: Grade, display: Term, retention: Term) -> Schedule:
    """Give the days of an adverse record: from its document, never before finality.

    Source: 信用修复管理办法 第二章; 浙江省公共信用信息管理条例 第十一条 (finality).
    """
    return clip(
        max(decided, final),
        display_end(decided, grade, display),
        repair_day(decided, grade, display),
        erase_day(ended, decided, retention),
    )


def court_schedule(published: date, court: Term, retention: Term) -> Schedule:
    """Give the days of an entry in the court's list of judgment defaulters.

    Source: 最高人民法院关于公布失信被执行人名单信息的若干规定 第二条.
    """
    return clip(published, court.period("shown").after(published), None, erase_day(published, published, retention))


def validity_schedule(decided: date, valid_until: date, plain: Term) -> Schedule:
    """Give the days of a licence or qualification: shown to the last day of its validity. Source: catalogue, 保存期限."""
    end = max(decided, valid_until + timedelta(days=1))
    return Schedule(decided, end, None, plain.period("after_validity").after(end))


def plain_schedule(decided: date, kind: str, plain: Term) -> Schedule:
    """Give the days of an honour, volunteer service or commitment. Source: catalogue, 保存期限."""
    end = plain.period(kind).after(decided)
    return Schedule(decided, end, None, end)


def last_late_day(on: date, length: int, unit: str, calendar: WorkCalendar) -> date:
    """Give the last day such that what was decided on it, or earlier, is reported too late today.

    The day itself isn't counted; days of a year whose holidays aren't known yet are taken by the week.
    Source: 发改办财金〔2018〕424号 (seven working days); catalogue, update_cycle.
    """
    day = on
    while (calendar.add_or_estimate(day, length).day if unit == "working_day" else add_months(day, length)) >= on:
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row becomes no record: the rule's code and its source."""

    rule: str
    source: Source


@dataclass(frozen=True, slots=True)
class Act:
    """What the admission filter looks at. None stands for what the row doesn't say."""

    kinds: frozenset[str]
    basis_text: str
    story: str
    procedure: str | None
    decided: date
    ended: date | None
    final: date | None
    attested: bool = False


def refuse_waiver(severity: str, reason: str, until: date, on: date, longest_months: int) -> Refusal | None:
    """Refuse to waive anything but a question, without a reason, or for no day or longer than the term allows.

    Source: 个人信息保护法 第八条 (quality of data); the term is the house's own.
    """
    wants = (
        ("not-a-question", severity != "question"),
        ("no-reason", not reason.strip()),
        ("already-over", until <= on),
        ("too-long", until > add_months(on, longest_months)),
    )
    return next((Refusal(rule, QUALITY) for rule, met in wants if met), None)


def refuse_waiver_end(stage: str, reason: str, *, gave: bool, centre: bool) -> Refusal | None:
    """Refuse to take back a waiver that another gave, that counts no more, or without a reason.

    Source: 个人信息保护法 第八条 (quality of data). Who answered for a row may answer otherwise; whoever keeps the register may ask again.
    """
    wants = (
        ("not-the-giver", not (gave or centre)),
        ("ended-already", stage == "ended"),
        ("over-already", stage == "over"),
        ("no-reason", not reason.strip()),
    )
    return next((Refusal(rule, QUALITY) for rule, met in wants if met), None)


PUBLIC_ORDER_LAW = "治安管理处罚"
SLIGHT = "轻微"
CORRECTED = ("改正", "整改", "消除危害后果", "不予处罚", "不予行政处罚", "免予处罚", "首违不罚")


def refuse_public_order(act: Act) -> Refusal | None:
    """Refuse public-security penalties and detention: their records are sealed against everybody.

    Source: 治安管理处罚法 (2025) 第一百三十六条.
    """
    if "detention" in act.kinds or PUBLIC_ORDER_LAW in act.basis_text:
        return Refusal("public-order-penalty", SEALED_PENALTIES)
    return None


def refuse_simplified(act: Act) -> Refusal | None:
    """Refuse what was decided on the spot. Source: 山东省社会信用条例 第十三条; 河南省社会信用条例 第十三条; 上海 第九条."""
    return Refusal("simplified-procedure", SIMPLIFIED) if act.procedure == "simplified" else None


def refuse_slight(act: Act) -> Refusal | None:
    """Refuse what the document itself calls slight and mended. Source: 行政处罚法 第三十三条; 山东省社会信用条例 第十三条."""
    if SLIGHT in act.story and any(word in act.story for word in CORRECTED):
        return Refusal("slight-and-corrected", SIMPLIFIED)
    return None


def refuse_minor(act: Act, born: date) -> Refusal | None:
    """Refuse what was done before 18. Source: 预防未成年人犯罪法 第五十九条; safeguard 3."""
    if act.ended is not None and act.ended < turns(born, ADULT_YEARS):
        return Refusal("minor", MINORS)
    return None


Stretch = tuple[date, date | None]
"""The first day of a stretch, and the first day after it where it has ended."""


def lacks_capacity(stretches: Collection[Stretch], *days: date | None) -> bool:
    """Tell whether any of these days lies within a stretch without full civil capacity.

    Asked of today, of the end of the act and of the document: a person without full capacity has no adverse record.
    Source: 山西省社会信用条例（征求意见稿）第三条; safeguard 3.
    """
    return any(
        since <= day and (until is None or day < until) for since, until in stretches for day in days if day is not None
    )


def missing_ground(act: Act) -> tuple[Refusal, ...]:
    """Tell what a row must say before it can stand against somebody; it waits until then.

    Source: 浙江省公共信用信息管理条例 第十一条 (finality); design, decision 10 (a signed attestation for the batch stands in
    for the procedure and, for the day of the document, for finality).
    """
    wants = (
        ("end-of-act-missing", act.ended is None, RETENTION),
        ("procedure-missing", act.procedure is None and not act.attested, SIMPLIFIED),
        ("finality-missing", act.final is None and not act.attested, FINALITY),
    )
    return tuple(Refusal(rule, source) for rule, missing, source in wants if missing)
