"""Reports while a large batch is being taken in, beside the same reports on a quiet server."""

from itertools import cycle
from typing import Any

from chengxin.bench.child import answer_of, start_child
from chengxin.bench.report import ask, asker, fill, percentile
from chengxin.bench.stage import ROWS_PER_PERSON, SEED, Stage, Tell
from chengxin.demo.generate import write_penalties_csv, write_population_csv


def bench_beside(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure reports asked one after another, first alone, then for as long as a batch of ``rows`` takes."""
    file, population = stage.folder / "batch.csv", stage.folder / "persons.csv"
    persons = max(rows // ROWS_PER_PERSON, 100)
    write_population_csv(population, persons, SEED + 1)
    write_penalties_csv(file, rows, persons, SEED + 1)
    urls = stage.fresh()
    try:
        stage.become(urls["intake"])
        asked = fill(stage.folder, tell)
        with start_child(stage, urls["intake"], "population", population) as child:
            answer_of(child)
        stage.become(urls["app"])
        who = asker()
        for one in asked[:50]:
            ask(who, *one)
        quiet = [ask(who, *one)[0] for one in asked]
        tell(f"  quiet: p95 {percentile(quiet, 95)} ms")
        busy, round_ = [], cycle(asked)
        with start_child(stage, urls["intake"], "work", file) as child:
            while child.poll() is None:
                busy.append(ask(who, *next(round_))[0])
            ingest = answer_of(child)
    finally:
        stage.drop(urls)
    return {
        "name": f"beside {rows}",
        "ingest_s": round(ingest["seconds"], 2),
        "reports_meanwhile": len(busy),
        "quiet_p50_ms": percentile(quiet, 50),
        "quiet_p95_ms": percentile(quiet, 95),
        "busy_p50_ms": percentile(busy, 50),
        "busy_p95_ms": percentile(busy, 95),
        "ratio": round(percentile(busy, 95) / percentile(quiet, 95), 2),
    }
