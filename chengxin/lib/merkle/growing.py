"""A tree that grows leaf by leaf and keeps no more than one hash for each bit of its size."""

from collections.abc import Callable
from hashlib import sha256

from chengxin.lib.merkle.hashes import EMPTY_ROOT, node_hash

Complete = Callable[[int, int, bytes], None]


class Growing:
    """Takes hashes of leaves in their order; gives the root of what it has taken.

    ``complete`` is told of each subtree that has become complete: its height, its place among those of that height, its hash.
    """

    __slots__ = ("_complete", "_stack", "size")

    def __init__(self, size: int = 0, stack: list[bytes] | None = None, *, complete: Complete | None = None) -> None:
        """Begin empty, or go on at a size whose complete subtrees, the largest first, are given."""
        self.size = size
        self._stack = list(stack or [])
        self._complete = complete
        if len(self._stack) != size.bit_count():
            raise ValueError("a tree has one complete subtree for each bit of its size")

    def add(self, leaf: bytes) -> None:
        stack, size, height = self._stack, self.size, 0
        while size & 1:
            # The same as node_hash, without the call: this runs once for every entry of the register.
            leaf = sha256(b"\x01" + stack.pop() + leaf).digest()
            size >>= 1
            height += 1
            if self._complete is not None:
                self._complete(height, size, leaf)
        stack.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._stack:
            return EMPTY_ROOT
        *rest, root = self._stack
        for left in reversed(rest):
            root = node_hash(left, root)
        return root
