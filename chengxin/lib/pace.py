"""Answers at a fixed beat: what remains of the difference between two ways through the code is rounded away."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil


def time_left(taken_s: float, *, beat_s: float) -> float:
    """Give how long to wait until the next whole beat after the work; at least one beat passes in all."""
    return max(1, ceil(taken_s / beat_s)) * beat_s - taken_s


@contextmanager
def on_the_beat(beat_s: float) -> Iterator[None]:
    """Let the work inside, answer or error, end at a whole beat after it began."""
    started = time.perf_counter()
    try:
        yield
    finally:
        time.sleep(time_left(time.perf_counter() - started, beat_s=beat_s))
