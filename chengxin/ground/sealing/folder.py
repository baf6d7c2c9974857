"""Signed heads as files outside the database: the last of each tree, and all of them one after another.

``keys.txt`` holds the public keys, ``2026-11/07.checkpoint`` the last head of shard 7, ``2026-11/07.history`` every one,
``2026-11/07.witnessed`` the last one that the outside witness signed.
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fcntl import LOCK_EX, flock
from pathlib import Path

from chengxin.ground.sealing.errors import CheckpointUnusable
from chengxin.ground.sealing.naming import tree_of
from chengxin.ground.sealing.stored import Tree
from chengxin.lib.notes import Head, NoteBroken, Verifier, notes_in, read_note

KEYS, LAST, HISTORY, WITNESSED = "keys.txt", ".checkpoint", ".history", ".witnessed"
_END = re.compile(r"\n\n(?:— [^\n]+\n)+")
_END_BYTES = re.compile(_END.pattern.encode())
_TAIL = 4096


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A signed head that was read, with the file it stands in."""

    tree: Tree
    head: Head
    file: Path


@dataclass(slots=True)
class HeadsFolder:
    """A folder of heads. What it holds is read once; afterwards it is what was written."""

    place: Path
    _sizes: dict[Tree, tuple[int, bytes]] | None = field(default=None)
    _witnessed: dict[Tree, int] | None = field(default=None)

    def last(self, verifiers: Sequence[Verifier]) -> dict[Tree, tuple[int, bytes]]:
        """Give size and root of each tree's last head here. Raises OSError, CheckpointUnusable."""
        if self._sizes is None:
            if self.place.exists() and not self.place.is_dir():
                raise NotADirectoryError(self.place)
            kept = read_heads(self.place, verifiers, pattern=f"*/*{LAST}")
            self._sizes = {one.tree: (one.head.size, one.head.root) for one in kept}
        return self._sizes

    def publish(self, tree: Tree, notes: Sequence[str], head: tuple[int, bytes]) -> None:
        """Write a tree's new heads, the last of which is ``head``: into its history, then in the last one's place. Raises OSError."""
        folder = self.place / tree.tree
        folder.mkdir(parents=True, exist_ok=True)
        stem = f"{tree.shard:02}"
        with (folder / f"{stem}{HISTORY}").open("a+", encoding="utf-8") as file:
            # Held until the file is closed: another sealer waits.
            flock(file.fileno(), LOCK_EX)
            _cut_unfinished(file.fileno())
            file.write("".join(notes))
            file.flush()
            os.fsync(file.fileno())
            replace_file(folder / f"{stem}{LAST}", notes[-1])
        if self._sizes is not None:
            self._sizes[tree] = head

    def witnessed(self, verifiers: Sequence[Verifier]) -> dict[Tree, int]:
        """Give the size of each tree's last head that a witness signed. Raises OSError, CheckpointUnusable."""
        if self._witnessed is None:
            kept = read_heads(self.place, verifiers, pattern=f"*/*{WITNESSED}")
            self._witnessed = {one.tree: one.head.size for one in kept}
        return self._witnessed

    def keep_witnessed(self, tree: Tree, note: str, size: int) -> None:
        """Keep a head with the witness's signature on it in the place of the one before. Raises OSError."""
        replace_file(self.place / tree.tree / f"{tree.shard:02}{WITNESSED}", note)
        if self._witnessed is not None:
            self._witnessed[tree] = size

    def keys(self) -> list[Verifier]:
        """Give the public keys that stand here; a restored database may know fewer. Raises OSError, CheckpointUnusable."""
        return read_keys(self.place) if self.place.is_dir() else []

    def publish_keys(self, verifiers: Iterable[Verifier]) -> None:
        """Write every public key, one a line, and leave those that are there. Raises OSError, CheckpointUnusable."""
        before = self.keys()
        every = list(dict.fromkeys([*before, *verifiers]))
        if every != before:
            self.place.mkdir(parents=True, exist_ok=True)
            replace_file(self.place / KEYS, "".join(f"{one}\n" for one in every))

    def forget(self) -> None:
        """Read anew next time."""
        self._sizes = self._witnessed = None


def read_heads(place: Path, verifiers: Sequence[Verifier], *, pattern: str = "**/*") -> list[KeptHead]:
    """Read a file of heads, or a folder's. Raises OSError, CheckpointUnusable for what these keys didn't sign or another register's."""
    found = []
    for path in [place] if place.is_file() else sorted(place.glob(pattern)):
        if path.is_file() and path.name != KEYS and (place.is_file() or path.suffix in {LAST, HISTORY, WITNESSED}):
            found += _read_file(path, verifiers)
    return found


def read_keys(place: Path) -> list[Verifier]:
    """Read the public keys that stand beside heads; none where there is no such file. Raises CheckpointUnusable."""
    path = place / KEYS if place.is_dir() else place.with_name(KEYS)
    if not path.exists():
        return []
    try:
        return [Verifier.read(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except (NoteBroken, ValueError):
        raise CheckpointUnusable(f"{path} 不是公钥文件。", f"{path} holds no public keys.") from None


def _read_file(path: Path, verifiers: Sequence[Verifier]) -> list[KeptHead]:
    found = []
    try:
        text = path.read_text(encoding="utf-8")
        for note in notes_in(_whole(text) if path.suffix == HISTORY else text):
            head = Head.read(read_note(note, verifiers))
            found.append(KeptHead(_tree_of(head, verifiers), head, path))
    except (NoteBroken, UnicodeDecodeError):
        raise CheckpointUnusable(
            f"{path} 第 {len(found) + 1} 个树头的签名对不上，或者不是本登记的。请核对公钥（chengxin log keys）。",
            f"head {len(found) + 1} of {path} isn't signed by a known key, or isn't of this register. "
            "Compare the public keys (chengxin log keys).",
        ) from None
    return found


def _tree_of(head: Head, verifiers: Sequence[Verifier]) -> Tree:
    named = next(filter(None, (tree_of(head.origin, one.name) for one in verifiers)), None)
    if named is None:
        raise NoteBroken("of another register")
    return Tree(*named)


def _whole(text: str) -> str:
    """Leave out what a kill cut short at the end."""
    ends = [found.end() for found in _END.finditer(text)]
    return text[: ends[-1]] if ends else ""


def _cut_unfinished(handle: int) -> None:
    """Take away what a kill left of a note, so that the next one doesn't stand in it."""
    size = os.fstat(handle).st_size
    start = max(0, size - _TAIL)
    tail = os.pread(handle, size - start, start)
    ends = [found.end() for found in _END_BYTES.finditer(tail)]
    if (ends or start == 0) and (whole := start + (ends[-1] if ends else 0)) < size:
        os.ftruncate(handle, whole)


def replace_file(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
