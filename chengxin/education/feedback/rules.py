"""What may be said at the public site, and the number under which the answer is found."""

import re
import secrets
from datetime import date

from chengxin.education.rules import Mark, marks_in
from chengxin.lib.refusals import Refusal
from chengxin.lib.regions import AreaBook
from chengxin.lib.terms import Term
from chengxin.lib.workdays import DueDate, WorkCalendar

LONGEST = 1000
SIGNS, GROUP = 16, 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# What is easily taken for another sign, when a number was written down by hand.
MISTAKEN = str.maketrans("OIL", "011")
_BETWEEN = re.compile(r"[\s\-–—－]+")


def refuse_personal(text: str, *, on: date, areas: AreaBook) -> Refusal | None:
    """Tell why a text isn't taken: it leads to somebody, and this place keeps nothing of anybody. None when it is fit.

    Source: 中华人民共和国个人信息保护法 第六条 (no more than is needed).
    """
    found = marks_in(text, on=on, areas=areas)
    if not found:
        return None
    words = "、".join(mark.value for mark in Mark if mark in found)
    return Refusal(
        "personal-number",
        f"里面写了{words}，请删去再提交。这里不登记您是谁，也不会给您打电话：答复凭编号自己查。"
        "要查、要改自己的信息，请登录本人页面。",
        "Take out the number that leads to a person. Nobody is called back from here: you find the answer by its number.",
    )


def draw_number() -> str:
    """Draw a number that nobody can guess: sixteen signs of thirty-two."""
    return "".join(secrets.choice(ALPHABET) for _ in range(SIGNS))


def spell_number(number: str) -> str:
    """Write a number in groups, as it is told and copied."""
    return "-".join(number[at : at + GROUP] for at in range(0, SIGNS, GROUP))


def read_number(text: str) -> str:
    """Read a number as somebody typed it; an empty text when it can't be one."""
    read = _BETWEEN.sub("", text).upper().translate(MISTAKEN)
    return read if len(read) == SIGNS and set(read) <= set(ALPHABET) else ""


def feedback_due(given: date, term: Term, calendar: WorkCalendar) -> DueDate:
    """Give the last day on which feedback is answered in time: working days, the day of giving not counted."""
    return calendar.add_or_estimate(given, term["answer"])
