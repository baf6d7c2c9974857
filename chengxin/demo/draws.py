"""Random columns by counter.

The n-th value of a stream depends on the seed, the stream's name and n only (splitmix64), so files are the same on
every machine and under every version of Polars, and a million values cost a few milliseconds.
"""

from collections.abc import Sequence
from hashlib import blake2b

import polars as pl

STEP, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
TABLE = 4096


def _u64(value: int) -> pl.Expr:
    return pl.lit(value % 2**64, dtype=pl.UInt64)


def _fold(value: pl.Expr, bits: int) -> pl.Expr:
    """Xor with itself shifted to the right; Polars has no shift, a division by a power of two is one."""
    return value ^ (value // _u64(2**bits))


class Draws:
    """Streams of ``rows`` values each, named, independent of one another; ``start`` leaves out as many at the front."""

    def __init__(self, seed: int, space: str, rows: int, start: int = 0) -> None:
        self.seed, self.space, self.rows, self.start = seed, space, rows, start

    def raw(self, stream: str) -> pl.Series:
        key = int.from_bytes(blake2b(f"{self.seed}|{self.space}|{stream}".encode(), digest_size=8).digest(), "big")
        counter = pl.int_range(self.start + 1, self.start + self.rows + 1, dtype=pl.UInt64)
        # One step per frame: nested, each step would compute the ones inside it twice.
        frame = pl.select((counter * _u64(STEP) + _u64(key)).alias(stream))
        frame = frame.select(_fold(pl.col(stream), 30) * _u64(MIX_1))
        frame = frame.select(_fold(pl.col(stream), 27) * _u64(MIX_2))
        return frame.select(_fold(pl.col(stream), 31))[stream]

    def below(self, stream: str, bound: int) -> pl.Series:
        """Return whole numbers from 0 to ``bound`` - 1."""
        return (self.raw(stream) % bound).cast(pl.Int64)

    def unit(self, stream: str) -> pl.Series:
        """Return numbers from 0 to 1, 1 not included."""
        return (self.raw(stream) // 2**11).cast(pl.Float64) / 2**53

    def index(self, stream: str, weights: Sequence[float]) -> pl.Series:
        """Return places in ``weights``, the heavier the more often."""
        return spread(weights).gather(self.below(stream, TABLE)).alias(stream)

    def pick(self, stream: str, options: Sequence[str], weights: Sequence[float] | None = None) -> pl.Series:
        chosen = self.below(stream, len(options)) if weights is None else self.index(stream, weights)
        return pl.Series(stream, options, dtype=pl.String).gather(chosen)


def spread(weights: Sequence[float]) -> pl.Series:
    """Return a table of ``TABLE`` places in which each weight has its share, each at least once."""
    total, reached, table = sum(weights), 0.0, list[int]()
    for place, weight in enumerate(weights):
        reached += weight
        room = len(weights) - place - 1
        end = min(max(round(TABLE * reached / total), len(table) + 1), TABLE - room)
        table += [place] * (end - len(table))
    return pl.Series("place", table, dtype=pl.Int64)


def falling(count: int, flat: float = 3.0) -> list[float]:
    """Return weights that fall with the rank, as names do."""
    return [1 / (rank + flat) for rank in range(count)]
