"""The order in which suggestions are shown. The first is no decision."""

from collections.abc import Iterable
from dataclasses import dataclass

from chengxin.identity.likeness.names import PART_SCORE, NameLikeness, compare_names

SHOWN = 8
CODE_SCORES = {
    "same": 100, "look-alike": 98, "legacy": 95, "hidden": 92, "check-digit": 92, "one-digit": 90, "swapped": 90, "missing-digit": 88,
    "extra-digit": 88, "digit-and-check": 75, "swap-and-check": 75, "same-birth": 40, "same-ends": 60,
}  # fmt: skip
NAME_SHARE, CODE_SHARE = 60, 40


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """Somebody whom a near code or a hashed block led to. Opened in memory for the comparison; has no readable form."""

    subject_id: int
    reason: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A subject who may be meant, how near, and why: what lies between the codes, then between the names."""

    subject_id: int
    score: int
    code_reason: str
    name_reasons: tuple[str, ...]


def _one_name(name: NameLikeness) -> bool:
    """Tell whether two names may well be one that was written in two ways; one sign of three may be another given name: a brother's."""
    return name.score > PART_SCORE or "missing-part" in name.reasons


def rank(written_name: str, candidates: Iterable[Candidate]) -> list[Suggestion]:
    """Rank whom a row may mean, the nearest first, each subject once: at most SHOWN.

    Whose code is the very one written is always among them. Of others only those whose name is the same in another way of writing, or has
    a part more or less: a slip of the code that leads to another given name leads to a stranger, or to a twin. Nobody comes here by a name
    alone: each was found by a code, or by name and birth or ends of the code together (safeguard 5; 浙江省公共信用信息管理条例 第九条).
    """
    best: dict[int, Suggestion] = {}
    for one in candidates:
        name = compare_names(written_name, one.name)
        if one.reason != "same" and not _one_name(name):
            continue
        score = (NAME_SHARE * name.score + CODE_SHARE * CODE_SCORES[one.reason]) // 100
        known = best.get(one.subject_id)
        if known is None or known.score < score:
            best[one.subject_id] = Suggestion(one.subject_id, score, one.reason, name.reasons)
    return sorted(best.values(), key=lambda found: (-found.score, found.subject_id))[:SHOWN]
