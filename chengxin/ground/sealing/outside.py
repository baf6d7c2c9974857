"""The folder of signed heads as everybody may read it: the newest head of each shard, and which files there are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chengxin.ground.sealing.folder import HISTORY, KEYS, LAST, WITNESSED, read_keys
from chengxin.ground.sealing.naming import SHARDS, TREE, tree_of
from chengxin.ground.sealing.stored import Tree
from chengxin.lib.notes import Head, NoteBroken, Verifier, read_note

KINDS = {LAST: "last", HISTORY: "history", WITNESSED: "witnessed"}
_STEM = re.compile(r"0\d|1[0-5]")
_STAMP = re.compile(r"sealed-at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)")


@dataclass(frozen=True, slots=True)
class HeadsFile:
    """A file of a tree's heads: its name, and whether it holds the last one, all, or the last one that was witnessed."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class NewestHead:
    """The newest head of a shard. One that no published key signed is ``broken`` and tells nothing but where it stands."""

    tree: Tree
    size: int = 0
    root: str = ""
    """As it stands in the file: base64."""
    at: datetime | None = None
    key: str = ""
    """Name and id of the key that signed it."""
    files: tuple[HeadsFile, ...] = ()
    """Which of its tree's files are there."""
    broken: bool = False

    @property
    def stem(self) -> str:
        return f"{self.tree.shard:02}"


@dataclass(frozen=True, slots=True)
class PublishedHeads:
    """What stands in the folder: each shard's newest head, the public keys, the trees that have files, the newest first."""

    heads: tuple[NewestHead, ...]
    keys: tuple[str, ...]
    trees: tuple[str, ...]

    @property
    def entries(self) -> int:
        """How many entries the newest heads vouch for."""
        return sum(head.size for head in self.heads)


def published_heads(place: Path) -> PublishedHeads:
    """Read the newest head of each shard that has one. Raises OSError, CheckpointUnusable where the keys can't be read.

    Cost: at most 16 signatures, and one look for each shard and month.
    """
    if not place.is_dir():
        return PublishedHeads((), (), ())
    keys, trees = read_keys(place), _trees(place)
    found = (_newest(place, trees, shard, keys) for shard in range(SHARDS))
    return PublishedHeads(tuple(head for head in found if head), tuple(f"{one}" for one in keys), tuple(trees))


def published_file(place: Path, tree: str, name: str) -> Path | None:
    """Give a tree's file of heads by its name, None where there is none; what has another name's form is never looked for."""
    stem, suffix = name[:2], name[2:]
    if not TREE.fullmatch(tree) or not _STEM.fullmatch(stem) or suffix not in KINDS:
        return None
    path = place / tree / name
    return path if path.is_file() else None


def published_keys(place: Path) -> Path | None:
    """Give the file of public keys, None where there is none."""
    path = place / KEYS
    return path if path.is_file() else None


def every_name(place: Path) -> Iterator[str]:
    """Name every file there is, the newest tree first, the keys before all."""
    if published_keys(place):
        yield KEYS
    for tree in _trees(place):
        for path in sorted((place / tree).iterdir()):
            if published_file(place, tree, path.name):
                yield f"{tree}/{path.name}"


def _trees(place: Path) -> list[str]:
    if not place.is_dir():
        return []
    return sorted((one.name for one in place.iterdir() if TREE.fullmatch(one.name) and one.is_dir()), reverse=True)


def _newest(place: Path, trees: Sequence[str], shard: int, keys: Sequence[Verifier]) -> NewestHead | None:
    for tree in trees:
        path = place / tree / f"{shard:02}{LAST}"
        if path.is_file():
            return _read(path, Tree(tree, shard), keys)
    return None


def _read(path: Path, tree: Tree, keys: Sequence[Verifier]) -> NewestHead:
    there = ((path.with_suffix(suffix), kind) for suffix, kind in KINDS.items())
    files = tuple(HeadsFile(one.name, kind) for one, kind in there if one.is_file())
    note = path.read_text(encoding="utf-8", errors="replace")
    for key in keys:
        try:
            head = Head.read(read_note(note, [key]))
        except NoteBroken:
            continue
        if tree_of(head.origin, key.name) == (tree.tree, tree.shard):
            root = note.splitlines()[2]
            return NewestHead(tree, head.size, root, _signed_at(head), f"{key.name}+{key.key_id.hex()}", files)
    return NewestHead(tree, files=files, broken=True)


def _signed_at(head: Head) -> datetime | None:
    for line in head.more:
        if found := _STAMP.fullmatch(line):
            try:
                return datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            except ValueError:
                return None
    return None
