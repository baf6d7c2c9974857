"""Which tree an entry goes into, and what a tree is called outside."""

import re
from datetime import datetime

from chengxin.lib.periods import SHANGHAI

SHARDS = 16
TREE = re.compile(r"\d{4}-(0[1-9]|1[0-2])(\.\d\d)?")
MOST_PARTS = 99


def shard_of(subject_id: int) -> int:
    """Give a person's shard. The database holds it to the same (``sealed_in_its_shard``)."""
    return subject_id % SHARDS


def tree_at(at: datetime) -> str:
    """Name the tree of a moment: its month in Shanghai."""
    return f"{at.astimezone(SHANGHAI):%Y-%m}"


def next_part(tree: str) -> str:
    """Name the part of the month that follows a tree whose end was lost. Names are in the order of their trees."""
    month, _, part = tree.partition(".")
    number = int(part or "1") + 1
    if number > MOST_PARTS:
        raise ValueError("a month has no more parts than that")
    return f"{month}.{number:02}"


def origin_of(name: str, tree: str, shard: int) -> str:
    return f"{name}/{tree}/{shard:02}"


def tree_of(origin: str, name: str) -> tuple[str, int] | None:
    """Read tree and shard from an origin; None where it is none of this register's."""
    if not origin.startswith(f"{name}/"):
        return None
    tree, _, shard = origin.removeprefix(f"{name}/").partition("/")
    if not TREE.fullmatch(tree) or not re.fullmatch(r"0\d|1[0-5]", shard):
        return None
    return tree, int(shard)
