"""The trees as the database holds them: sizes, hashes of complete subtrees, signed heads."""

from collections import OrderedDict
from dataclasses import dataclass, field

from django.db import connection

from chengxin.lib.merkle import Growing, Span, hash_of
from chengxin.lib.merkle.growing import Complete

STEP = 8
HEIGHTS = (24, 16, 8)
BLOCK = 1 << STEP
_KEPT = 64

LAST = """
    SELECT s.shard, l.tree, l.seq + 1 FROM generate_series(0, 15) AS s (shard) CROSS JOIN LATERAL (
        SELECT g.tree, g.seq FROM ground_sealed g WHERE g.shard = s.shard ORDER BY g.tree DESC, g.seq DESC LIMIT 1) l"""
# One step from each tree to the next, however many leaves they have.
TREES = """
    WITH RECURSIVE t (shard, tree) AS (
        SELECT s.shard::smallint, (SELECT min(g.tree) FROM ground_sealed g WHERE g.shard = s.shard)
        FROM generate_series(0, 15) AS s (shard)
        UNION ALL
        SELECT t.shard, (SELECT min(g.tree) FROM ground_sealed g WHERE g.shard = t.shard AND g.tree > t.tree)
        FROM t WHERE t.tree IS NOT NULL)
    SELECT t.shard, t.tree,
           (SELECT g.seq + 1 FROM ground_sealed g WHERE g.shard = t.shard AND g.tree = t.tree ORDER BY g.seq DESC LIMIT 1)
    FROM t WHERE t.tree IS NOT NULL ORDER BY t.tree, t.shard"""


@dataclass(frozen=True, slots=True, order=True)
class Tree:
    """Which tree it is."""

    tree: str
    shard: int


def last_trees() -> dict[int, tuple[str, int]]:
    """Give each shard's newest tree and its size; a shard without entries isn't there."""
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        return {shard: (tree, size) for shard, tree, size in cursor.fetchall()}


def all_trees() -> dict[Tree, int]:
    """Give every tree that has leaves, with its size, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(TREES)
        return {Tree(tree, shard): size for shard, tree, size in cursor.fetchall()}


def last_heads() -> dict[Tree, tuple[int, bytes]]:
    """Give size and root of each tree's last signed head."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT DISTINCT ON (shard, tree) shard, tree, size, root FROM ground_checkpoint ORDER BY shard, tree, size DESC""")
        return {Tree(tree, shard): (size, bytes(root)) for shard, tree, size, root in cursor.fetchall()}


@dataclass(slots=True)
class StoredTree:
    """Reads one tree's hashes in blocks of 256 and keeps some of them: a root or a proof costs a few short queries."""

    name: Tree
    _blocks: OrderedDict[tuple[int, int], list[bytes]] = field(default_factory=OrderedDict)

    def root(self, size: int) -> bytes:
        return hash_of(Span(0, size), self.complete)

    def complete(self, span: Span) -> bytes:
        """Give the hash of a complete subtree of stored leaves. Raises LookupError where hashes are missing."""
        length = span.end - span.first
        base = next((height for height in HEIGHTS if length >> height), 0)
        wanted = self._hashes(base, span.first >> base, span.end >> base)
        tree = Growing()
        for one in wanted:
            tree.add(one)
        return tree.root()

    def growing(self, size: int, complete: Complete) -> Growing:
        """Give the tree at a size, to go on from."""
        return Growing(size, [self.complete(part) for part in Span(0, size).parts()], complete=complete)

    def _hashes(self, base: int, first: int, end: int) -> list[bytes]:
        block = first >> STEP
        if (base, block) not in self._blocks:
            self._blocks[base, block] = self._read(base, block << STEP, (block + 1) << STEP)
            if len(self._blocks) > _KEPT:
                self._blocks.popitem(last=False)
        at = block << STEP
        found = self._blocks[base, block][first - at : end - at]
        if len(found) != end - first:
            raise LookupError("hashes of the tree are missing")
        return found

    def _read(self, base: int, first: int, end: int) -> list[bytes]:
        with connection.cursor() as cursor:
            if base:
                cursor.execute(
                    """SELECT place, hash FROM ground_sealed_node WHERE shard = %s AND tree = %s AND height = %s
                       AND place >= %s AND place < %s ORDER BY place""",
                    [self.name.shard, self.name.tree, base, first, end],
                )
            else:
                cursor.execute(
                    """SELECT seq, leaf FROM ground_sealed WHERE shard = %s AND tree = %s AND seq >= %s AND seq < %s
                       ORDER BY seq""",
                    [self.name.shard, self.name.tree, first, end],
                )
            rows = cursor.fetchall()
        # Up to the first that is missing: what stands after a gap would stand in the wrong place.
        return [bytes(value) for place, (at, value) in enumerate(rows, first) if at == place]
