"""The way of a draft into the catalogue, as rules that give a reason; the database holds the same (``sql/locks_drafts.sql``)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from chengxin.lib.refusals import Refusal

DRAFTERS = frozenset({"department", "court"})
CENTRE, SUPERVISOR = "centre", "supervisor"
AFTER: Mapping[str, frozenset[str]] = {
    "submit": frozenset({"", "return"}),
    "review": frozenset({"submit"}),
    "consult": frozenset({"review"}),
    "approve": frozenset({"review", "consult"}),
    "publish": frozenset({"approve"}),
    "return": frozenset({"submit", "review", "consult", "approve"}),
    "withdraw": frozenset({"", "return", "submit", "review", "consult", "approve"}),
}
"""Which steps each step may come after; \"\" is before any."""
ADVERSE_DISPLAY = ("penalty-grade", "court-list", "serious-list")
ADVERSE_ADMISSION = ("adverse", "court")


@dataclass(frozen=True, slots=True)
class Doer:
    """An officer who takes a step: their number, and their organisation with its kind."""

    officer: int
    organisation: int
    kind: str


@dataclass(frozen=True, slots=True)
class Stand:
    """How far a draft is. ``last`` is its last step, ``until`` the last day of the consultation where that was it.

    ``drafters`` and ``reviewers`` are officers; ``law_changed`` tells that an article it cites ended or changed since it was submitted.
    """

    organisation: int
    last: str
    until: date | None
    items: int
    burdens: bool
    unanswered: int
    law_changed: bool
    drafters: frozenset[int]
    reviewers: frozenset[int]


NOT_YOURS = Refusal("not-yours", "这一步不由您所在的单位办理。", "This step isn't your organisation's.")
OUT_OF_TURN = Refusal("out-of-turn", "现在不能办理这一步。", "This step isn't due now.")
EMPTY = Refusal("empty", "还没有信息项，请先添加。", "There is no item in it yet; add one.")
SAME_OFFICER = Refusal(
    "same-officer",
    "起草、审核、批准须由不同的人办理。",
    "Whoever drafted doesn't review, and whoever did either doesn't approve.",
)
UNHEARD = Refusal(
    "unheard",
    "含对本人不利或者向社会公开的信息项，须先公开征求意见。",
    "It burdens people: it must be open to comments first.",
)
STILL_OPEN = Refusal("still-open", "征求意见尚未截止。", "The consultation hasn't run out.")
UNANSWERED = Refusal("unanswered", "还有意见没有答复。", "Some comments have no answer yet.")
LAW_CHANGED = Refusal(
    "law-changed",
    "提交之后，所引的条款有变动，请退回修改。",
    "An article that it cites changed since it was submitted; return it.",
)
NO_REASON = Refusal("no-reason", "请写明理由。", "Give the reason.")


def refuse_step(
    kind: str, stand: Stand, by: Doer, *, on: date, shortest: int, until: date | None = None, reason: str = ""
) -> Refusal | None:
    """Tell why a step can't be taken. ``shortest`` in days; ``until`` is the last day of a consultation to be opened.

    Source: 山东省社会信用条例 第十条, 重大行政决策程序暂行条例 第十五条, safeguards 1 and 11.
    """
    checks = (
        (not _may(kind, stand, by), NOT_YOURS),
        (stand.last not in AFTER[kind], OUT_OF_TURN),
        (by.officer in hands_before(kind, stand), SAME_OFFICER),
        (kind in {"return", "withdraw"} and not reason.strip(), NO_REASON),
        (kind == "submit" and not stand.items, EMPTY),
        (kind == "consult", refuse_consultation(on, until, shortest)),
        (kind == "approve", _refuse_approval(stand, on)),
        (kind in {"approve", "publish"} and stand.law_changed, LAW_CHANGED),
    )
    return next((refusal for wrong, refusal in checks if wrong and refusal), None)


def _may(kind: str, stand: Stand, by: Doer) -> bool:
    if kind in {"submit", "withdraw"}:
        return by.organisation == stand.organisation and by.kind in DRAFTERS
    if kind == "approve":
        return by.kind == SUPERVISOR
    return by.kind == CENTRE or (kind == "return" and by.kind == SUPERVISOR and stand.last != "submit")


def hands_before(kind: str, stand: Stand) -> frozenset[int]:
    """Give the officers who may not take a step, by any account of theirs, because of what they did before."""
    if kind == "review":
        return stand.drafters
    return stand.drafters | stand.reviewers if kind == "approve" else frozenset()


def refuse_consultation(on: date, until: date | None, shortest: int) -> Refusal | None:
    """Tell why comments can't be taken until a day. Source: 重大行政决策程序暂行条例 第十五条."""
    if until is None or (until - on).days < shortest:
        return Refusal(
            "too-short",
            f"征求意见不少于 {shortest} 日，请改截止日期。",
            f"Comments are taken for {shortest} days at least.",
        )
    return None


def _refuse_approval(stand: Stand, on: date) -> Refusal | None:
    if stand.last == "review" and stand.burdens:
        return UNHEARD
    if stand.until is not None and stand.until >= on:
        return STILL_OPEN
    return UNANSWERED if stand.unanswered else None


def burdens(definition: Mapping[str, Any]) -> bool:
    """Tell whether an item burdens people: it is adverse, or open to everybody.

    Source: 山东省社会信用条例 第十条, safeguard 11.
    """
    return definition.get("nature") == "adverse" or "public" in definition.get("disclosure", ())


def refuse_item(definition: Mapping[str, Any], articles: Mapping[str, str]) -> Iterator[Refusal]:
    """Tell what the law doesn't let an item say; ``articles`` maps a reference to its article, empty where it names a whole law.

    Its lengths of display and keeping are never its own: it names a rule, and the rule has the law's maximum.
    Source: safeguards 6 and 11; 征信业管理条例 第十六条; 信用修复管理办法.
    """
    if definition.get("nature") == "adverse":
        if definition.get("retention_rule") != "adverse" or definition.get("display_rule") not in ADVERSE_DISPLAY:
            yield Refusal(
                "beyond-the-maximum",
                "失信信息的公示和保存期限只能用失信信息的规则，不得更长。",
                "An adverse item is shown and kept by the rules for adverse records, never for longer.",
            )
        if definition.get("admission") not in ADVERSE_ADMISSION:
            yield Refusal(
                "unadmitted",
                "失信信息须经失信信息的准入审查。",
                "An adverse item needs the admission of adverse records.",
            )
    if "public" in definition.get("disclosure", ()) and not any(
        basis.get("role") == "publish" and articles.get(basis.get("ref", "")) for basis in definition.get("bases", ())
    ):
        yield Refusal(
            "public-without-article",
            "社会公开须有法律条款明文规定：请添加一条“公开”依据，写明条款。",
            "What is open to everybody needs an article in the role publish.",
        )
