"""Attacks on the access register's numbers, heads and queue."""

from typing import Any
from uuid import UUID

from tests.system.attacks import Attack
from tests.system.stage import Stage, entry

HEAD = {"shard": 0, "tree": "2014-01", "size": 1, "root": b"r" * 32}
OLD, OPEN = "2014-01", "2026-11"


def furnish(stage: Stage) -> None:
    """Give the stage a numbered entry in a tree past its retention, one in an open tree, and one that waits."""
    for number, tree in ((101, OLD), (102, OPEN)):
        subject = 16 * number
        stage.insert("owner", "ground_access_entry", entry(stage.facts, subject_id=subject, entry_id=UUID(int=number), outcome="refused",
                                                           reason="x", record_ids=[], versions=[]))  # fmt: skip
        stage.insert("owner", "ground_sealed", sealed(number, tree=tree))
        stage.insert(
            "owner", "ground_sealed_node", {"shard": 0, "tree": tree, "height": 8, "place": 0, "hash": b"h" * 32}
        )
    stage.run("owner", "DELETE FROM ground_unsealed u USING ground_sealed s WHERE s.entry_id = u.entry_id")
    for tree in (OLD, OPEN):
        stage.insert("owner", "ground_checkpoint", HEAD | {"tree": tree, "note": "n", "at": stage.facts.at})
    stage.insert("owner", "ground_sealing_key", {"verifier": "v", "since": stage.facts.at})
    stage.insert("owner", "ground_sealing", {"at": stage.facts.at, "numbered": 1, "signed": 1, "trouble": ""})
    stage.insert(
        "owner", "ground_register_check", {"at": stage.facts.at, "entries": 1, "unsealed": 0, "fault": "", "place": ""}
    )


def sealed(number: int, **changes: Any) -> dict[str, Any]:
    row = {
        "subject_id": 16 * number,
        "entry_id": UUID(int=number),
        "shard": 0,
        "tree": OPEN,
        "seq": 0,
        "salt": bytes(16),
        "leaf": bytes(32),
    }
    return {**row, **changes}


def numbers(**changes: Any) -> Attack:
    """Number an entry that waits: what the change breaks alone can refuse it."""

    def attack(stage: Stage) -> bool:
        stage.insert("owner", "ground_access_entry", entry(stage.facts, subject_id=16 * 103, entry_id=UUID(int=103), outcome="refused",
                                                           reason="x", record_ids=[], versions=[]))  # fmt: skip
        stage.insert("sealer", "ground_sealed", sealed(103, **{"seq": 1, **changes}))
        return True

    return attack


def enters_unqueued(stage: Stage) -> bool:
    """Tell whether an entry was written that waits for no number."""
    row = entry(stage.facts, subject_id=0, outcome="refused", reason="x", record_ids=[], versions=[])
    stage.insert("app", "ground_access_entry", row)
    return not stage.run("owner", "SELECT FROM ground_unsealed WHERE entry_id = %s", row["entry_id"])


def runs(role: str, *steps: str) -> Attack:
    def attack(stage: Stage) -> bool:
        for step in steps:
            stage.run(role, step)
        return True

    return attack


def drops(**changes: Any) -> Attack:
    """Note a tree as dropped, as the owner."""

    def attack(stage: Stage) -> bool:
        stage.insert("owner", "ground_dropped_tree", {**HEAD, "at": stage.facts.at, **changes})
        return True

    return attack


def drops_and_deletes(stage: Stage) -> bool:
    """Drop what is due by the eraser's function, and tell whether the heads alone are left."""
    stage.run("eraser", "SELECT ground_drop_tree(0, %s)", OLD)
    left = stage.run("owner", "SELECT count(*) FROM ground_sealed WHERE tree = %s", OLD)
    return left == [(0,)] and stage.run("owner", "SELECT count(*) FROM ground_checkpoint WHERE tree = %s", OLD) == [
        (1,)
    ]


def heads_over_nothing(stage: Stage) -> bool:
    stage.insert("sealer", "ground_checkpoint", HEAD | {"tree": OPEN, "size": 2, "note": "n", "at": stage.facts.at})
    return True
