"""Which hashes a proof is made of, and what it proves. Source: RFC 9162, 2.1.3 and 2.1.4."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

from chengxin.lib.merkle.hashes import EMPTY_ROOT, node_hash


@dataclass(frozen=True, slots=True)
class Span:
    """Leaves ``first`` up to ``end``, which isn't among them."""

    first: int
    end: int

    def parts(self) -> list["Span"]:
        """Cut it into complete subtrees, each as large as its place allows, in their order."""
        found, at = [], self.first
        while at < self.end:
            length = 1 << ((self.end - at).bit_length() - 1)
            if at:
                length = min(length, at & -at)
            found.append(Span(at, at + length))
            at += length
        return found


Complete = Callable[[Span], bytes]


def hash_of(span: Span, complete: Complete) -> bytes:
    """Give the hash of a span's tree; ``complete`` gives the hash of a complete subtree.

    A span of a proof begins where a subtree of its own size could, so its parts are those of the tree over it.
    """
    if span.first == span.end:
        return EMPTY_ROOT
    return reduce(lambda right, left: node_hash(left, right), reversed([complete(part) for part in span.parts()]))


def inclusion_spans(index: int, size: int) -> list[Span]:
    """Say which subtrees prove that leaf ``index`` is in the tree of ``size`` leaves, the lowest first."""
    if not 0 <= index < size:
        raise ValueError("a leaf of the tree is proved")
    spans, first, end = [], 0, size
    while end - first > 1:
        middle = first + _split(end - first)
        if index < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(first, middle))
            first = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """Say which subtrees prove that the tree of ``new`` leaves begins with the tree of ``old`` ones."""
    if not 0 < old <= new:
        raise ValueError("a tree grows from at least one leaf")
    spans, first, end, whole = [], 0, new, True
    while old < end:
        middle = first + _split(end - first)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(first, middle))
            first, whole = middle, False
    if not whole:
        spans.append(Span(first, end))
    return spans[::-1]


def proves_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether a path proves it. Source: RFC 9162, 2.1.3.2."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Tell whether a path proves that the newer tree begins with the older one. Source: RFC 9162, 2.1.4.2."""
    if not 0 < old < new:
        return 0 < old == new and not path and old_root == new_root
    path = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _split(size: int) -> int:
    """Give the largest power of two smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)
