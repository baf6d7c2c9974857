"""Trees and proofs against the definitions of RFC 9162, word by word."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.lib.merkle import (
    EMPTY_ROOT,
    Growing,
    Span,
    consistency_spans,
    hash_of,
    inclusion_spans,
    leaf_hash,
    proves_consistency,
    proves_inclusion,
)

MOST = 200
LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]
sizes = st.integers(1, MOST)


def split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def mth(leaves: list[bytes]) -> bytes:
    """2.1.1."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def complete(span: Span) -> bytes:
    length = span.end - span.first
    assert length & (length - 1) == 0
    assert span.first % length == 0
    return mth(LEAVES[span.first : span.end])


def proof(spans: list[Span]) -> list[bytes]:
    return [hash_of(span, complete) for span in spans]


def grown(size: int) -> Growing:
    tree = Growing()
    for leaf in LEAVES[:size]:
        tree.add(leaf)
    return tree


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(value)] ^= 1 << bit % 8
    return bytes(changed)


def test_known_hashes() -> None:
    """The empty tree and the empty leaf, as the RFC's test vectors have them."""
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    tree = Growing()
    for content in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"):
        tree.add(leaf_hash(bytes.fromhex(content)))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@given(st.integers(0, MOST))
def test_root_is_the_definitions(size: int) -> None:
    assert grown(size).root() == mth(LEAVES[:size])
    assert hash_of(Span(0, size), complete) == mth(LEAVES[:size])


@given(sizes, sizes)
def test_growing_goes_on_from_what_is_complete(first: int, more: int) -> None:
    size, whole = min(first, more), max(first, more)
    tree = Growing(size, [complete(part) for part in Span(0, size).parts()])
    for leaf in LEAVES[size:whole]:
        tree.add(leaf)
    assert (tree.size, tree.root()) == (whole, mth(LEAVES[:whole]))


@given(sizes)
def test_growing_tells_of_every_subtree_that_is_complete(size: int) -> None:
    found: dict[tuple[int, int], bytes] = {}
    tree = Growing(complete=lambda height, place, value: found.update({(height, place): value}))
    for leaf in LEAVES[:size]:
        tree.add(leaf)
    wanted = {(h, p) for h in range(1, 9) for p in range(MOST) if (p + 1) << h <= size}
    assert found.keys() == wanted
    assert all(value == mth(LEAVES[p << h : (p + 1) << h]) for (h, p), value in found.items())


def test_a_size_without_its_subtrees_is_refused() -> None:
    with pytest.raises(ValueError, match="one complete subtree"):
        Growing(3, [LEAVES[0]])


@given(st.data())
def test_inclusion(data: st.DataObject) -> None:
    size = data.draw(sizes)
    index = data.draw(st.integers(0, size - 1))
    made = proof(inclusion_spans(index, size))
    root = mth(LEAVES[:size])
    assert made == path(index, LEAVES[:size])
    assert proves_inclusion(LEAVES[index], index, size, made, root)
    other = data.draw(st.integers(-1, size + 1))
    assert proves_inclusion(LEAVES[index], other, size, made, root) is (other == index)
    bit = data.draw(st.integers(0, 255))
    assert not proves_inclusion(flipped(LEAVES[index], bit), index, size, made, root)
    assert not proves_inclusion(LEAVES[index], index, size, made, flipped(root, bit))
    assert not proves_inclusion(LEAVES[index], index, size, [*made, root], root)
    if made:
        at = data.draw(st.integers(0, len(made) - 1))
        assert not proves_inclusion(LEAVES[index], index, size, made[:at] + made[at + 1 :], root)
        bent = [*made[:at], flipped(made[at], bit), *made[at + 1 :]]
        assert not proves_inclusion(LEAVES[index], index, size, bent, root)


@given(st.data())
def test_consistency(data: st.DataObject) -> None:
    new = data.draw(sizes)
    old = data.draw(st.integers(1, new))
    made = proof(consistency_spans(old, new))
    before, after = mth(LEAVES[:old]), mth(LEAVES[:new])
    assert made == subproof(old, LEAVES[:new], True)
    assert proves_consistency(old, new, before, after, made)
    bit = data.draw(st.integers(0, 255))
    assert not proves_consistency(old, new, flipped(before, bit), after, made)
    assert not proves_consistency(old, new, before, flipped(after, bit), made)
    assert not proves_consistency(old, new, before, after, [*made, before])
    if made:
        at = data.draw(st.integers(0, len(made) - 1))
        assert not proves_consistency(old, new, before, after, made[:at] + made[at + 1 :])
        bent = [*made[:at], flipped(made[at], bit), *made[at + 1 :]]
        assert not proves_consistency(old, new, before, after, bent)


@given(st.integers(-2, 3), st.integers(-2, 2))
def test_nothing_is_proved_of_what_cannot_be(old: int, new: int) -> None:
    if not 0 < old <= new:
        assert not proves_consistency(old, new, EMPTY_ROOT, EMPTY_ROOT, [])
        with pytest.raises(ValueError, match="grows"):
            consistency_spans(old, new)
    if not 0 <= old < new:
        assert not proves_inclusion(EMPTY_ROOT, old, new, [], EMPTY_ROOT)
        with pytest.raises(ValueError, match="is proved"):
            inclusion_spans(old, new)
