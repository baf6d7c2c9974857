"""Taking a million rows in, beside plain COPY of the same file into an unindexed text table; then the same rows again."""

import random
from pathlib import Path
from statistics import median
from typing import Any

from chengxin.bench.child import in_child
from chengxin.bench.stage import ROWS_PER_PERSON, RUNS, SEED, Stage, Tell
from chengxin.bench.yardsticks import copy_plain
from chengxin.demo.generate import write_penalties_csv, write_population_csv

ONCE_FROM_ROWS = 5_000_000
"""From here on one run has to do: it takes minutes."""


def bench_ingest(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure the whole way of a file: durable, all checks, receipt. The process that takes it in is a child, for its peak memory.

    Then the same rows in another order and encoding, of which nothing changed; not where there are too many to be shuffled in memory.
    """
    large = rows >= ONCE_FROM_ROWS
    file, again, population = (stage.folder / f"{name}.csv" for name in ("penalties", "again", "population"))
    persons = max(rows // ROWS_PER_PERSON, 100)
    write_population_csv(population, persons, SEED)
    write_penalties_csv(file, rows, persons, SEED)
    if not large:
        write_again(file, again)
    first: list[dict[str, Any]] = []
    second: list[dict[str, Any]] = []
    yardstick = []
    runs = 1 if large else RUNS
    for number in range(1, runs + 1):
        urls = stage.fresh()
        in_child(stage, urls["intake"], "population", population)
        yardstick.append(copy_plain(urls["owner"], file))
        first.append(in_child(stage, urls["intake"], "ingest", file))
        tell(f"  {number}/{runs}: COPY {yardstick[-1]:.2f} s, ingest {first[-1]['seconds']:.2f} s")
        if not large:
            second.append(in_child(stage, urls["intake"], "ingest", again))
            tell(f"  {number}/{runs}: again {second[-1]['seconds']:.2f} s")
        stage.drop(urls)
    made = [told(f"ingest {rows}", rows, file, first, yardstick)]
    return made if large else [*made, told(f"again {rows}", rows, again, second, yardstick)]


def write_again(file: Path, again: Path) -> None:
    """Write the rows of a file in another order, as GB18030."""
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    random.Random(SEED).shuffle(rows)  # noqa: S311  # an order
    again.write_text("\n".join([head, *rows, ""]), encoding="gb18030")


def told(name: str, rows: int, file: Path, ours: list[dict[str, Any]], yardstick: list[float]) -> dict[str, Any]:
    middle = sorted(ours, key=lambda run: run["seconds"])[len(ours) // 2]
    plain = median(yardstick)
    return {
        "name": name,
        "ours_s": round(middle["seconds"], 2),
        "yardstick_s": round(plain, 2),
        "ratio": round(middle["seconds"] / plain, 2),
        "rows_per_s": round(rows / middle["seconds"]),
        "peak_mib": max(run["peak_mib"] for run in ours),
        "file_mib": round(file.stat().st_size / (1 << 20)),
        "phases_s": middle["phases"],
        "receipt": middle["receipt"],
    }
