"""What fuzzing starts from and what it once found, again and again without the fuzzer: the same answers, in time."""

from pathlib import Path
from time import monotonic

import pytest

from tests.fuzzing.seeds import FINDS, finds, item_kinds, seeds
from tests.fuzzing.targets import TARGETS

FAST_S = 5  # one input, on a machine with much else to do
STORED = [(target, find) for target in TARGETS for find in finds(target)]


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_is_answered(target: str) -> None:
    count = 0
    for seed in seeds(target):
        started = monotonic()
        TARGETS[target](seed)
        assert monotonic() - started < FAST_S
        count += 1
    assert count


@pytest.mark.parametrize("target", ["csv", "jsonl", "xlsx", "exchange"])
def test_seeds_are_of_every_item_kind(target: str) -> None:
    assert {seed[0] for seed in seeds(target)} == set(range(len(item_kinds())))


@pytest.mark.parametrize(("target", "find"), STORED, ids=[f"{target}-{find.name}" for target, find in STORED])
def test_what_was_found_once_is_answered(target: str, find: Path) -> None:
    started = monotonic()
    TARGETS[target](find.read_bytes())
    assert monotonic() - started < FAST_S


def test_every_find_belongs_to_a_target() -> None:
    assert {folder.name for folder in FINDS.iterdir() if folder.is_dir()} <= set(TARGETS)
