"""What papers are taken in at the window: pure rules, each with its reason. The database has the same (``sql/locks_window_scans.sql``)."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chengxin.lib.papers.refusals import LARGEST
from chengxin.lib.refusals import Refusal

TABLE = Path(__file__).parent / "scan_kinds.toml"
# Of one visit. Nobody hands over so many papers in half an hour; more would fill the database by mistake or on purpose.
MOST_A_VISIT = 20
# What a rotation holds of a file at once; as many as the largest file has (lib.papers).
PIECE_BYTES = 256 << 10
MOST_PIECES = LARGEST // PIECE_BYTES


@dataclass(frozen=True, slots=True)
class ScanKind:
    """A kind of paper. ``visits``: by whom it is handed over."""

    code: str
    name: str
    name_en: str
    visits: tuple[str, ...]


@cache
def scan_kinds() -> Mapping[str, ScanKind]:
    entries = tomllib.loads(TABLE.read_text(encoding="utf-8"))["kind"]
    return {one["code"]: ScanKind(one["code"], one["name"], one["name_en"], tuple(one["visits"])) for one in entries}


def kinds_for(visit: str) -> tuple[ScanKind, ...]:
    """Give the kinds of paper that are taken in on a visit of a kind."""
    return tuple(one for one in scan_kinds().values() if visit in one.visits)


def refuse_scan(kind: str, visit: str, *, waits: bool, taken: int) -> Refusal | None:
    """Tell why a paper can't be taken in on a visit; None when it can. ``taken``: how many were already."""
    tests = (
        (
            waits,
            Refusal(
                "waits",
                "这次申请还没有复核，先不收材料。请另一名工作人员复核后再扫描。",
                "This application isn't confirmed yet. Scan its papers after a second officer confirmed it.",
            ),
        ),
        (
            kind not in {one.code for one in kinds_for(visit)},
            Refusal(
                "kind",
                "这次办理不收这种材料。请核对材料种类和来人：授权委托书由代理人或者近亲属交，死亡和亲属关系证明由死者的近亲属交。",
                "This visit takes no paper of that kind. Check the kind, and who stands there.",
            ),
        ),
        (
            taken >= MOST_A_VISIT,
            Refusal(
                "many",
                f"一次办理最多收 {MOST_A_VISIT} 份材料。请结束这次办理，再办理一次。",
                f"One visit takes {MOST_A_VISIT} papers at most. End it and begin another.",
            ),
        ),
    )
    return next((refusal for failed, refusal in tests if failed), None)


def pieces_of(content: bytes) -> list[bytes]:
    return [content[start : start + PIECE_BYTES] for start in range(0, len(content), PIECE_BYTES)]


def label_of(number: str, place: int, pieces: int) -> str:
    """Name a piece inside its seal, so that none can be put in another's place."""
    return f"{number}/{place}/{pieces}:"


def names(codes: Collection[str]) -> dict[str, str]:
    """Give the names of kinds; one that this release doesn't know by its code."""
    return {code: scan_kinds()[code].name if code in scan_kinds() else code for code in codes}
