"""When a code and a name lead to a person, and who may be a subject."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chengxin.lib.periods import is_adult
from chengxin.lib.sources import Source

SUBJECT = Source("山西省社会信用条例", "（征求意见稿）第三条", provisional=True)
MINORS = Source("预防未成年人犯罪法", "第五十九条")

# The points between the parts of a name in the languages of minorities come in many forms; GB/T standards know one.
MIDDLE_DOTS = str.maketrans(dict.fromkeys("•・․‧∙⋅●．", "·"))


def normal_name(name: str) -> str:
    """Bring a name to the form that is compared: composed, without outer blanks, with one kind of middle dot.

    Nothing more is smoothed here: near names wait for a human (safeguard 5).
    Source: 浙江省公共信用信息管理条例 第九条 (code and name identify), by analogy.
    """
    return unicodedata.normalize("NFC", name).strip().translate(MIDDLE_DOTS)


def may_be_subject(born: date, on: date) -> bool:
    """Tell whether a person may be in the register at all: not before 18.

    Source: safeguard 3; 预防未成年人犯罪法 第五十九条; 山西省社会信用条例 (subject of full civil capacity).
    """
    return is_adult(born, on)


@dataclass(frozen=True, slots=True)
class Told:
    """What a check of a real name tells its asker, and what is entered for the person."""

    outcome: str
    assurance: str
    entered: str
    reason: str


MATCH = Told("match", "register", "answered", "match")
MISMATCH = Told("mismatch", "none", "answered", "mismatch")
NOBODY = Told("not_found", "none", "empty", "not-found")
DECEASED = Told("not_found", "none", "empty", "person-dead")


def checked_answer(*, known: bool, fits: bool, died: date | None) -> Told:
    """Judge a check: match, mismatch, or not found.

    A dead person is not found, like one who was never there: the registration that a check rests on was cancelled, nobody
    acts under it any more, and that somebody has died is no asker's to learn here; the entry keeps the true reason, for the
    near relatives. Minors are not held, so they are not found either.
    Source: 户口登记条例 第四条、第八条; 个人信息保护法 第六条、第四十九条; 预防未成年人犯罪法 第五十九条.
    """
    if not known:
        return NOBODY
    if died is not None:
        return DECEASED
    return MATCH if fits else MISMATCH


@dataclass(frozen=True, slots=True)
class CapacityWord:
    """One word of the authority on a person's capacity: where it stands in the sequence, from which day it holds, what it says."""

    rank: int
    since: date
    capacity: str


def incapacities(told: Iterable[CapacityWord]) -> list[tuple[str, date, date | None]]:
    """Give the stretches without full capacity: what, the first day, the first day after it.

    The later word tells of every day from its own on, whatever was said of those days before. The order of arrival doesn't matter.
    Source: 民法典 第二十四条 (recognised and restored by judgment); safeguard 3. The database has the same as ``identity_incapacity``.
    """
    words = sorted(told, key=lambda word: word.rank)
    stretches = []
    for place, word in enumerate(words):
        until = min((later.since for later in words[place + 1 :]), default=None)
        if word.capacity != "full" and (until is None or until > word.since):
            stretches.append((word.capacity, word.since, until))
    return stretches
