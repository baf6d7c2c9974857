"""Ends of trees that heads outside vouch for and the database no longer has: found, noted, and acknowledged by two persons.

A restore from an older backup and a truncation look the same from here. What tells them apart is an acknowledgement
(docs/adr/0036-restores.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from chengxin.ground.sealing.stored import Tree


@dataclass(frozen=True, slots=True)
class LostEnd:
    """A tree as it is, and the longest head beyond it."""

    tree: Tree
    size: int
    root: bytes
    lost_size: int
    lost_root: bytes

    @property
    def place(self) -> str:
        return f"{self.tree.tree}/{self.tree.shard:02}#{self.size}-{self.lost_size - 1}"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Which ends two persons acknowledged as lost by a restore; both by their logins."""

    number: int
    ends: tuple[LostEnd, ...]
    reason: str
    entered_by: str
    approved_by: str
    approved_at: datetime

    def of(self, tree: Tree) -> list[LostEnd]:
        return [end for end in self.ends if end.tree == tree]


def covers(end: LostEnd, size: int, root: bytes) -> bool:
    """Tell whether a head is of what was acknowledged as lost: not beyond it, and no other one at its very end."""
    return end.size < size < end.lost_size or (size, root) == (end.lost_size, end.lost_root)


def note_lost_ends(ends: Sequence[LostEnd], *, at: datetime) -> None:
    """Note what a verification found lost, each once, for two persons to acknowledge. Runs as the sealer."""
    with connection.cursor() as cursor:
        for end in ends:
            cursor.execute(
                """INSERT INTO ground_lost_end (shard, tree, size, root, lost_size, lost_root, at) VALUES (%s, %s, %s, %s, %s, %s, %s)
                   ON CONFLICT DO NOTHING""",
                [end.tree.shard, end.tree.tree, end.size, end.root, end.lost_size, end.lost_root, at],
            )
