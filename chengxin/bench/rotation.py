"""Changing the key of a whole base while people look others up, beside bare SQL that writes as much."""

from collections.abc import Mapping
from random import Random
from statistics import median
from typing import Any

import psycopg

from chengxin.bench.child import answer_of, start_child
from chengxin.bench.filling import fill
from chengxin.bench.stage import ONCE_FROM, RUNS, SEED, Stage, Tell
from chengxin.bench.vault import look_up, percentile, seconds_of

QUIET = 2_000
"""From so many persons on the rotation runs once, not thrice; and so many look-ups are measured before it."""
TABLES = ("identity_person", "identity_code", "identity_population_event")
# What a rotation writes, written by the server alone: every box, hash and tag over by one of equal length, all indexes kept.
BARE_ROTATION = (
    "UPDATE identity_person SET code_sealed = substr(code_sealed, 2) || '\\x00', name_sealed = substr(name_sealed, 2) || '\\x00'",
    """UPDATE identity_code SET code_hash = sha256(code_hash), name_tag = substr(sha256(name_tag), 1, 16),
       birth_block = substr(sha256(birth_block), 1, 16), ends_block = substr(sha256(ends_block), 1, 16)""",
    "UPDATE identity_population_event SET body_sealed = substr(body_sealed, 2) || '\\x00'",
)


def bench_rotation(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure the change of keys of ``rows`` persons, each with the event that told of them, and every look-up meanwhile.

    The rotation is a child's; this process looks persons up without a pause until it ends. Raises AssertionError where one isn't found.
    """
    persons = max(rows, 100)
    runs = RUNS if persons < ONCE_FROM else 1
    urls = stage.fresh()
    try:
        base = fill(stage, urls, persons, tell, events=True)
        rounds = [_round(stage, urls, persons, base, tell) for _ in range(runs)]
    finally:
        stage.drop(urls)
    ours, plain = (median(one[key] for one in rounds) for key in ("seconds", "plain"))
    quiet, during = ([took for one in rounds for took in one[key]] for key in ("quiet", "during"))
    return {
        "name": f"rotation {persons}",
        "ours_s": round(ours, 2),
        "yardstick_s": round(plain, 2),
        "ratio": round(ours / plain, 2),
        "rows_per_s": round(persons / ours),
        "peak_mib": max(one["peak_mib"] for one in rounds),
        "runs": runs,
        "look_ups": len(during),
        "p50_ms": round(percentile(during, 50), 2),
        "p95_ms": round(percentile(during, 95), 2),
        "most_ms": round(1000 * max(during), 1),
        "quiet_p95_ms": round(percentile(quiet, 95), 2),
    }


def _round(stage: Stage, urls: Mapping[str, str], persons: int, base: int, tell: Tell) -> dict[str, Any]:
    draw = Random(SEED)  # noqa: S311  # an order, no secret
    plain = _bare_rotation(urls["owner"])
    stage.become(urls["app"])
    quiet = [look_up(draw.randrange(persons), base) for _ in range(QUIET)]
    during: list[float] = []
    with start_child(stage, urls["owner"], "rotate") as process:
        while process.poll() is None:
            during.append(look_up(draw.randrange(persons), base))
        done = answer_of(process)
    settle(urls["owner"])
    if done["persons"] < persons:
        raise AssertionError(f"{done['persons']} persons stand under the new key, not {persons}")
    tell(
        f"  rotation {done['seconds']:.2f} s, bare update {plain:.2f} s, look-ups meanwhile p95 {percentile(during, 95):.2f} ms"
    )
    return {**done, "plain": plain, "quiet": quiet, "during": during}


def _bare_rotation(url: str) -> float:
    """Write as much, measure it, and take it back: what it wrote opens for nobody."""
    with psycopg.connect(url) as connection:
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        seconds = sum(seconds_of(lambda query=query: connection.execute(query.encode())) for query in BARE_ROTATION)  # type: ignore[misc]
        connection.rollback()
    settle(url)
    return seconds


def settle(url: str) -> None:
    """Clear away what a round left, so that the next one meets what the first one met."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}".encode())
