"""Taking a million rows in, beside plain COPY of the same file into an unindexed text table on the same server."""

from statistics import median
from typing import Any

from chengxin.bench.child import in_child
from chengxin.bench.stage import ROWS_PER_PERSON, RUNS, SEED, Stage, Tell
from chengxin.bench.yardsticks import copy_plain
from chengxin.demo.generate import write_penalties_csv, write_population_csv


def bench_ingest(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure the whole way of a file: durable, all checks, receipt. The process that takes it in is a child, for its peak memory."""
    file, population = stage.folder / "penalties.csv", stage.folder / "population.csv"
    persons = max(rows // ROWS_PER_PERSON, 100)
    write_population_csv(population, persons, SEED)
    write_penalties_csv(file, rows, persons, SEED)
    ours, yardstick = [], []
    for number in range(1, RUNS + 1):
        urls = stage.fresh()
        in_child(stage, urls["intake"], "population", population)
        yardstick.append(copy_plain(urls["owner"], file))
        ours.append(in_child(stage, urls["intake"], "ingest", file))
        stage.drop(urls)
        tell(f"  {number}/{RUNS}: COPY {yardstick[-1]:.2f} s, ingest {ours[-1]['seconds']:.2f} s")
    middle = sorted(ours, key=lambda run: run["seconds"])[RUNS // 2]
    plain = median(yardstick)
    return {
        "name": f"ingest {rows}",
        "ours_s": round(middle["seconds"], 2),
        "yardstick_s": round(plain, 2),
        "ratio": round(middle["seconds"] / plain, 2),
        "rows_per_s": round(rows / middle["seconds"]),
        "peak_mib": max(run["peak_mib"] for run in ours),
        "file_mib": round(file.stat().st_size / (1 << 20)),
        "phases_s": middle["phases"],
        "receipt": middle["receipt"],
    }
