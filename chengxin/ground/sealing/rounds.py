"""A round of the sealer: number, sign, publish, and note what kept it from any of them. Numbering never waits for the rest."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from django.db import connection

from chengxin.ground.sealing.errors import CheckpointUnusable, SealingKeyMissing, SealingKeyUnusable
from chengxin.ground.sealing.folder import HeadsFolder
from chengxin.ground.sealing.keys import known_keys, settle_signer
from chengxin.ground.sealing.naming import next_part, origin_of
from chengxin.ground.sealing.numbering import MOST, number_entries
from chengxin.ground.sealing.stored import StoredTree, Tree, all_trees, last_heads
from chengxin.ground.sealing.witness import Witness, WitnessElsewhere, WitnessRefuses, WitnessSilent
from chengxin.lib.merkle import consistency_spans, hash_of
from chengxin.lib.notes import Head, Signer, Verifier, read_note

logger = logging.getLogger(__name__)
WITNESS_S = 20.0
"""How long of a round the witness may take before the next round goes on with it."""
Heads = dict[Tree, tuple[int, bytes]]


@dataclass(slots=True)
class Sealer:
    """What a sealer needs: the key's file, the name that heads bear, the folder that they are published in, whoever witnesses them."""

    key: Path
    name: str
    folder: HeadsFolder
    witness: Witness | None = None
    _trouble: set[str] = field(default_factory=set)

    def run(self, at: datetime, *, most: int = MOST) -> tuple[int, int, str]:
        """Do a round; gives how many entries were numbered, how many heads signed, and what is wrong, by codes."""
        self._trouble = set()
        outside = self._outside()
        numbered, least = 0, self._least(outside)
        while number := number_entries(at, least=least, most=most):
            numbered += number
            if number < most:
                break
        signed = self._sign(outside, at=at)
        self._publish()
        self._have_witnessed()
        trouble = " ".join(sorted(self._trouble))
        note_round(at, numbered, signed, trouble)
        return numbered, signed, trouble

    def _outside(self) -> Heads:
        try:
            return dict(self.folder.last(self._verifiers()))
        except OSError:
            self._trouble.add("folder")
        except CheckpointUnusable:
            self._trouble.add("folder-foreign")
        self.folder.forget()
        return {}

    def _verifiers(self) -> list[Verifier]:
        return list(dict.fromkeys([*known_keys(), *self.folder.keys()]))

    def _least(self, outside: Heads) -> str:
        """Name the tree before which no number is given: where heads outside go further than the database, what they stand for is lost."""
        if not outside:
            return ""
        here = all_trees()
        newest = max(tree.tree for tree in outside)
        lost = any(size > here.get(tree, 0) for tree, (size, _) in outside.items() if tree.tree == newest)
        if lost and newest >= max((tree.tree for tree in here), default=""):
            self._trouble.add("behind")
            return next_part(newest)
        return newest

    def _sign(self, outside: Heads, *, at: datetime) -> int:
        try:
            signer = settle_signer(self.key, self.name, at=at)
        except SealingKeyMissing:
            self._trouble.add("key-missing")
            return 0
        except SealingKeyUnusable:
            self._trouble.add("key-unusable")
            return 0
        before, signed = last_heads(), 0
        for tree, size in all_trees().items():
            if before.get(tree, (0, b""))[0] < size:
                signed += self._sign_tree(
                    signer, tree, size, [one[tree] for one in (before, outside) if tree in one], at
                )
        return signed

    def _sign_tree(self, signer: Signer, tree: Tree, size: int, earlier: list[tuple[int, bytes]], at: datetime) -> int:
        """Sign a tree that still gives the heads it gave before. A longer one outside is a tree whose end was lost."""
        stored = StoredTree(tree)
        try:
            if any(old > size for old, _ in earlier):
                return 0
            if any(stored.root(old) != root for old, root in earlier):
                self._trouble.add("changed")
                return 0
            root = stored.root(size)
        except LookupError:
            self._trouble.add("changed")
            return 0
        stamp = f"sealed-at {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        note = signer.sign(Head(origin_of(signer.name, tree.tree, tree.shard), size, root, (stamp,)).text())
        with connection.cursor() as cursor:
            cursor.execute(
                """INSERT INTO ground_checkpoint (shard, tree, size, root, note, at) VALUES (%s, %s, %s, %s, %s, %s)
                   ON CONFLICT DO NOTHING""",
                [tree.shard, tree.tree, size, root, note, at],
            )
        return 1

    def _publish(self) -> None:
        """Write what was signed and isn't outside yet, however long that has waited."""
        try:
            self.folder.publish_keys(known_keys())
            outside = self.folder.last(self._verifiers())
            for tree, (size, root) in last_heads().items():
                known = outside.get(tree, (0, b""))[0]
                if known < size:
                    self.folder.publish(tree, _notes(tree, known), (size, root))
        except OSError:
            self._trouble.add("folder")
            self.folder.forget()
        except CheckpointUnusable:
            self._trouble.add("folder-foreign")

    def _have_witnessed(self) -> None:
        """Have the witness sign what it hasn't yet, as far as the time of a round allows; the next one goes on."""
        if self.witness is None:
            return
        until = monotonic() + WITNESS_S
        try:
            known = self.folder.witnessed(self._verifiers())
            waiting = {tree: size for tree, (size, _) in last_heads().items() if known.get(tree, 0) < size}
            # The newest first: an old tree that the witness refuses forever mustn't keep it from those that grow.
            for tree in sorted(waiting, reverse=True):
                if monotonic() > until:
                    return
                self._witness_tree(self.witness, tree, waiting[tree], known.get(tree, 0))
        except WitnessSilent:
            self._trouble.add("witness")
        except OSError:
            self._trouble.add("folder")
            self.folder.forget()
        except CheckpointUnusable:
            self._trouble.add("folder-foreign")

    def _witness_tree(self, witness: Witness, tree: Tree, size: int, old: int) -> None:
        (*_, note) = _notes(tree, size - 1)
        text = read_note(note, self._verifiers())
        try:
            try:
                line = witness.cosign(text, note, old, self._proof(tree, old, size))
            except WitnessElsewhere as elsewhere:
                if elsewhere.size > size:
                    self._trouble.add("witness-ahead")
                    return
                if elsewhere.size == old:
                    raise WitnessRefuses("another root") from None
                line = witness.cosign(text, note, elsewhere.size, self._proof(tree, elsewhere.size, size))
        except (WitnessRefuses, WitnessElsewhere, LookupError):
            self._trouble.add("witness-refuses")
            return
        self.folder.keep_witnessed(tree, f"{note}{line}\n", size)

    @staticmethod
    def _proof(tree: Tree, old: int, size: int) -> list[bytes]:
        """Prove that the tree of this size begins with the one of the old size; of nothing there is nothing to prove."""
        stored = StoredTree(tree)
        return [hash_of(span, stored.complete) for span in consistency_spans(old, size)] if old else []


def _notes(tree: Tree, after: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT note FROM ground_checkpoint WHERE shard = %s AND tree = %s AND size > %s ORDER BY size",
            [tree.shard, tree.tree, after],
        )
        return [note for (note,) in cursor.fetchall()]


def note_round(at: datetime, numbered: int, signed: int, trouble: str) -> None:
    """Write down what a round did, where it did something or something is wrong; and every quarter of an hour that it lives."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ground_sealing (at, numbered, signed, trouble) SELECT %s, %s, %s, %s
               WHERE %s > 0 OR %s > 0
                  OR %s IS DISTINCT FROM (SELECT r.trouble FROM ground_sealing r ORDER BY r.id DESC LIMIT 1)
                  OR NOT EXISTS (SELECT FROM ground_sealing r WHERE r.at > %s::timestamptz - interval '15 minutes')""",
            [at, numbered, signed, trouble, numbered, signed, trouble, at],
        )
    if trouble:
        logger.warning("sealing: %s", trouble)
