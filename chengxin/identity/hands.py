"""Whose hands a decision may be in: pure rules, each with its reason (safeguard 12). The database has the same (``locks_who.sql``).

Source: safeguard 12. The law's own rule was not read: see ``STAYING_OUT``.
"""

from dataclasses import dataclass

from chengxin.lib.refusals import Refusal
from chengxin.lib.sources import Source

# Whoever has an interest in a matter stays out of it; no article is named before the text was read.
STAYING_OUT = Source("中华人民共和国公务员法", "（回避的规定，条文未读）", provisional=True)


@dataclass(frozen=True, slots=True)
class Hands:
    """What the database tells of whoever decides: declared who they are, among those whom it is about, and of the first signature."""

    declared: bool
    own: bool = False
    first_declared: bool = True
    one_person: bool = False


UNDECLARED = Refusal(
    "officer-undeclared",
    "您还没有申报本人身份。请在“账户”的“本人身份”里申报一次，再回来办理。",
    "You haven't declared who you are. Declare it once on your account page (本人身份), then come back.",
)
OWN = Refusal(
    "own-case",
    "此事涉及您本人，须由另一名工作人员办理。您自己的信息和查询记录，请到本人页面（/me/）查看。",
    "This concerns yourself, so another officer must do it. What is held about you is on your own page (/me/).",
)
FIRST_UNDECLARED = Refusal(
    "first-undeclared",
    "先签的人还没有申报本人身份，现在不能复核。请其先在“账户”的“本人身份”里申报。",
    "Whoever signed first hasn't declared who they are; ask them to do so on their account page first.",
)
ONE_PERSON = Refusal(
    "one-person",
    "先签的账户也是您本人的。两次签字须由两个人完成，请另一名工作人员复核。",
    "The account that signed first is yours too. Two signatures are of two persons: ask another officer.",
)


def refuse(hands: Hands) -> Refusal | None:
    """Tell why whoever asks may not decide or sign second; None when they may."""
    tests = (
        (not hands.declared, UNDECLARED),
        (hands.own, OWN),
        (not hands.first_declared, FIRST_UNDECLARED),
        (hands.one_person, ONE_PERSON),
    )
    return next((refusal for failed, refusal in tests if failed), None)
