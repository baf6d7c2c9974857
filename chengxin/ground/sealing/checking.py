"""Verification of the whole register: every leaf from the columns, every root, every signed head, in the database and outside it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction

from chengxin.ground.sealing import faults
from chengxin.ground.sealing.faults import Fault
from chengxin.ground.sealing.folder import KeptHead
from chengxin.ground.sealing.leaves import FORM, NULL, READ, SALT_BYTES, Place
from chengxin.ground.sealing.lost import Acknowledged, LostEnd, covers
from chengxin.ground.sealing.naming import tree_of
from chengxin.ground.sealing.numbering import binary_rows
from chengxin.ground.sealing.stored import HEIGHTS, Tree, all_trees
from chengxin.lib.merkle import Growing
from chengxin.lib.notes import Head, NoteBroken, Verifier, read_note
from chengxin.lib.periods import add_years

ROWS = f"""
    COPY (SELECT s.leaf, s.shard, s.tree, s.seq, s.salt, {READ} FROM ground_sealed s
          LEFT JOIN ground_access_entry e ON e.subject_id = s.subject_id AND e.entry_id = s.entry_id
          WHERE s.shard = %s AND s.tree = %s ORDER BY s.seq) TO STDOUT (FORMAT binary)"""  # noqa: S608  # columns named in this package
NODES = "SELECT height, place, hash FROM ground_sealed_node WHERE shard = %s AND tree = %s"
STRAY = """
    SELECT e.subject_id, e.entry_id FROM ground_access_entry e
    WHERE NOT EXISTS (SELECT FROM ground_sealed s WHERE s.subject_id = e.subject_id AND s.entry_id = e.entry_id)
      AND NOT EXISTS (SELECT FROM ground_unsealed u WHERE u.entry_id = e.entry_id AND u.subject_id = e.subject_id)
    ORDER BY e.entry_id LIMIT 1"""
WAITING = """
    SELECT count(e.entry_id), min(e.at), (array_agg(u.entry_id) FILTER (WHERE e.entry_id IS NULL))[1]
    FROM ground_unsealed u LEFT JOIN ground_access_entry e USING (subject_id, entry_id)"""
_PREFIX = b"\x00" + FORM
_LEAF, _CONTENT = slice(6, 38), 38


@dataclass(frozen=True, slots=True)
class Vouched:
    """What a head says of a tree, and where it stands: "" in the database, else the file."""

    size: int
    root: bytes
    where: str = ""


@dataclass(slots=True)
class Checked:
    """What a verification looked at, and the first thing that is wrong."""

    entries: int = 0
    trees: int = 0
    heads: int = 0
    outside: int = 0
    dropped: int = 0
    unsigned: int = 0
    """Numbered entries that no head stands over yet."""
    unsealed: int = 0
    unsealed_since: datetime | None = None
    fault: Fault | None = None
    lost: list[LostEnd] = field(default_factory=list)
    """Ends that heads outside vouch for, that aren't there, and that nobody acknowledged. Whole where there is no fault beside them."""
    acknowledged: list[tuple[LostEnd, Acknowledged]] = field(default_factory=list)
    """Ends that aren't there, as two persons acknowledged."""


@dataclass(slots=True)
class _Heads:
    """Heads by their tree, those of the database and those outside, and what was acknowledged as lost.

    Where an end was acknowledged, the tree as it was then is vouched for like by a head: nothing more may be missing.
    """

    acknowledged: Sequence[Acknowledged] = ()
    by_tree: dict[Tree, list[Vouched]] = field(default_factory=lambda: defaultdict(list))

    def ends(self, tree: Tree) -> list[tuple[LostEnd, Acknowledged]]:
        return [(end, one) for one in self.acknowledged for end in one.of(tree)]

    def of(self, tree: Tree) -> list[Vouched]:
        stood = [Vouched(end.size, end.root) for end, _ in self.ends(tree) if end.size]
        return [*self.by_tree.get(tree, []), *stood]

    def left(self, tree: Tree) -> list[Vouched]:
        """Give a tree's heads less those outside that vouch for what was acknowledged as lost."""
        ends = [end for end, _ in self.ends(tree)]
        return [
            one for one in self.of(tree) if not (one.where and any(covers(end, one.size, one.root) for end in ends))
        ]

    def longest(self, tree: Tree) -> Vouched:
        return max(self.of(tree), key=lambda one: one.size, default=Vouched(0, b""))


def verify_register(
    outside: Sequence[KeptHead],
    verifiers: Sequence[Verifier],
    *,
    today: date,
    keep_years: int,
    acknowledged: Sequence[Acknowledged] = (),
) -> Checked:
    """Verify everything, as of one snapshot that is taken after the heads outside were read; stops at the first fault.

    An end that is missing is told last: all of them are found before, unless something else is wrong. What was acknowledged is no fault.
    Cost: one pass over the register by its numbers, memory of a few thousand hashes. Runs as the sealer.
    """
    checked = Checked(outside=len(outside))
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        heads = _Heads(acknowledged)
        checked.fault = next(_faults(checked, heads, outside, verifiers, today=today, keep_years=keep_years), None)
    return checked


def _faults(
    checked: Checked,
    heads: _Heads,
    outside: Sequence[KeptHead],
    verifiers: Sequence[Verifier],
    *,
    today: date,
    keep_years: int,
) -> Iterator[Fault]:
    yield from _read_heads(heads, verifiers)
    checked.heads = sum(map(len, heads.by_tree.values()))
    for one in outside:
        heads.by_tree[one.tree].append(Vouched(one.head.size, one.head.root, str(one.file)))
    dropped = _dropped()
    checked.dropped = len(dropped)
    for tree, vouched in dropped.items():
        yield from _check_dropped(tree, vouched, heads.left(tree), today=today, keep_years=keep_years)
    trees = all_trees()
    lost: list[Fault] = []
    for tree in sorted(trees.keys() | heads.by_tree.keys() - dropped.keys()):
        checked.trees += 1
        yield from _check_tree(checked, tree, trees.get(tree, 0), heads, lost)
        checked.unsigned += max(0, trees.get(tree, 0) - heads.longest(tree).size)
    yield from _check_rest(checked)
    yield from lost


def _read_heads(heads: _Heads, verifiers: Sequence[Verifier]) -> Iterator[Fault]:
    """Read the database's own heads: each is signed, and says what its row says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shard, tree, size, root, note FROM ground_checkpoint ORDER BY tree, shard, size")
        for shard, tree, size, root, note in cursor.fetchall():
            try:
                head = Head.read(read_note(note, verifiers))
            except NoteBroken:
                head = Head("", -1, b"")
            told = next(filter(None, (tree_of(head.origin, one.name) for one in verifiers)), None)
            if (told, head.size, head.root) != ((tree, shard), size, bytes(root)):
                yield faults.head_broken(tree, shard, size)
            heads.by_tree[Tree(tree, shard)].append(Vouched(size, bytes(root)))


def _dropped() -> dict[Tree, Vouched]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT shard, tree, size, root FROM ground_dropped_tree")
        return {Tree(tree, shard): Vouched(size, bytes(root)) for shard, tree, size, root in cursor.fetchall()}


def _check_dropped(
    tree: Tree, dropped: Vouched, heads: Sequence[Vouched], *, today: date, keep_years: int
) -> Iterator[Fault]:
    """See that a tree was dropped in its time, at the length and root that its last head vouches for."""
    first = date.fromisoformat(f"{tree.tree[:7]}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    last = max(heads, key=lambda one: one.size, default=None)
    if add_years(following, keep_years) > today:
        yield faults.dropped_early(tree)
    elif last is None or (last.size, last.root) != (dropped.size, dropped.root):
        yield faults.dropped_without_head(tree)


@dataclass(frozen=True, slots=True)
class _Row:
    """Where the parts of a row of ``ROWS`` stand: all before the entry's columns has the same length throughout a tree."""

    number: slice
    gone: slice
    subject: slice
    entry: slice

    @classmethod
    def of(cls, tree: Tree) -> "_Row":
        at = _CONTENT + len(Place(tree.shard, tree.tree, 0).head(bytes(SALT_BYTES)))
        number = at - (8 + 4 + SALT_BYTES)
        return cls(slice(number, number + 8), slice(at, at + 4), slice(at + 4, at + 12), slice(at + 16, at + 32))

    def fault(self, tree: Tree, size: int, many: int, row: bytes) -> Fault | None:
        """Judge one row that should be number ``size``."""
        if row[self.number] != size.to_bytes(8, "big"):
            return faults.number_missing(tree, size)
        if row[self.gone] == NULL:
            return faults.entry_gone(tree, size)
        if sha256(_PREFIX + row[_CONTENT:]).digest() != row[_LEAF]:
            keys = UUID(bytes=row[self.entry]), int.from_bytes(row[self.subject], "big", signed=True)
            return _changed(tree, size, many, row, keys)
        return None


def _check_tree(checked: Checked, tree: Tree, many: int, heads: _Heads, lost: list[Fault]) -> Iterator[Fault]:
    """Go through a tree by its numbers and compare its root wherever a head stands. Ends that are missing are gathered in ``lost``."""
    wanted: dict[int, list[Vouched]] = defaultdict(list)
    for head in heads.of(tree):
        wanted[head.size].append(head)
    nodes: dict[tuple[int, int], bytes] = {}

    def complete(height: int, place: int, value: bytes) -> None:
        if height in HEIGHTS:
            nodes[height, place] = value

    growing, form, sound = Growing(complete=complete), _Row.of(tree), 0
    for row in binary_rows(ROWS, [tree.shard, tree.tree]):
        if fault := form.fault(tree, growing.size, many, row):
            yield fault
        growing.add(row[_LEAF])
        checked.entries += 1
        if growing.size in wanted:
            yield from _compare(tree, growing, wanted[growing.size], sound)
            sound = growing.size
    yield from _check_end(checked, tree, growing, heads, lost)
    yield from _check_nodes(tree, nodes)


def _check_end(checked: Checked, tree: Tree, growing: Growing, heads: _Heads, lost: list[Fault]) -> Iterator[Fault]:
    """See whether heads vouch for more than is there. Where those outside alone do, it may be a restore's doing."""
    beyond = [head for head in heads.of(tree) if head.size > growing.size]
    if not beyond:
        return
    # The one outside the database says more of what happened.
    longest = max(beyond, key=lambda one: (one.size, one.where))
    if not all(head.where for head in beyond):
        yield faults.cut_off(tree, growing.size, longest)
        return
    for end, one in heads.ends(tree):
        if (end.size, end.root) == (growing.size, growing.root()) and all(covers(end, h.size, h.root) for h in beyond):
            checked.acknowledged.append((end, one))
            return
    checked.lost.append(LostEnd(tree, growing.size, growing.root(), longest.size, longest.root))
    lost.append(faults.cut_off(tree, growing.size, longest))


def _compare(tree: Tree, growing: Growing, heads: Sequence[Vouched], sound: int) -> Iterator[Fault]:
    root = growing.root()
    for head in heads:
        if head.root != root:
            yield faults.rewritten(tree, sound, growing.size, head.where)


def _changed(tree: Tree, size: int, many: int, row: bytes, keys: tuple[UUID, int]) -> Fault:
    """Say whether an entry was changed or stands in another's place: its leaf is then right for another number."""
    place = Place(tree.shard, tree.tree, size)
    head = len(place.head(bytes(SALT_BYTES)))
    salt = row[_CONTENT + head - SALT_BYTES : _CONTENT + head]
    columns = row[_CONTENT + head :]
    for seq in range(many):
        other = Place(tree.shard, tree.tree, seq)
        if seq != size and sha256(_PREFIX + other.head(salt) + columns).digest() == row[_LEAF]:
            return faults.moved(tree, size, seq, keys[0])
    return faults.changed(tree, size, *keys)


def _check_nodes(tree: Tree, nodes: Mapping[tuple[int, int], bytes]) -> Iterator[Fault]:
    with connection.cursor() as cursor:
        cursor.execute(NODES, [tree.shard, tree.tree])
        stored = {(height, place): bytes(value) for height, place, value in cursor.fetchall()}
    if stored != nodes:
        yield faults.hashes_changed(tree)


def _check_rest(checked: Checked) -> Iterator[Fault]:
    """Look at what has no number: it waits for one, or was written past the register."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        checked.unsealed, checked.unsealed_since, orphan = cursor.fetchone() or (0, None, None)
        cursor.execute(STRAY)
        stray = cursor.fetchone()
    if orphan is not None:
        yield faults.gone_before_its_number(orphan)
    if stray is not None:
        yield faults.inserted(stray[1])


def record_check(checked: Checked, *, at: datetime) -> None:
    """Keep what a verification found, for the system page."""
    fault = checked.fault
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_register_check (at, entries, unsealed, fault, place) VALUES (%s, %s, %s, %s, %s)",
            [at, checked.entries, checked.unsealed, fault.code if fault else "", fault.place if fault else ""],
        )
