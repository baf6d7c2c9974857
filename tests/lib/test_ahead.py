"""What is read ahead comes in its order, failures in their place, and nothing goes on once nobody asks."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from chengxin.lib.ahead import ahead


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reading-ahead"]


@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_the_same_parts_in_the_same_order(count: int) -> None:
    assert list(ahead(iter(range(count)))) == list(range(count))
    assert readers() == []


def test_a_failure_comes_after_the_parts_before_it() -> None:
    def parts() -> Iterator[int]:
        yield from (1, 2)
        raise LookupError("three")

    met = []
    with pytest.raises(LookupError, match="three"):
        for part in ahead(parts()):
            met.append(part)  # noqa: PERF402  # what came before the failure
    assert met == [1, 2]
    assert readers() == []


def test_whoever_stops_ends_the_reading() -> None:
    made = []

    def parts() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    with closing(ahead(parts())) as read:
        assert next(read) == 0
    assert readers() == []
    # The one in hand, one ready, one in the making, and the one that the room freed at the end lets be made.
    assert len(made) <= 4


def test_only_a_bounded_part_is_ahead() -> None:
    made = 0

    def parts() -> Iterator[int]:
        nonlocal made
        for number in range(100):
            made += 1
            yield number

    for number, part in enumerate(ahead(parts())):
        assert part == number
        assert made <= number + 3
