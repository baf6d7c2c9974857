"""Hearing what the population authority tells, events and a snapshot of as many persons, beside plain COPY of the same file."""

from pathlib import Path
from statistics import median
from typing import Any

from chengxin.bench.child import in_child
from chengxin.bench.events import write_events
from chengxin.bench.stage import ONCE_FROM, RUNS, SEED, Stage, Tell
from chengxin.bench.yardsticks import copy_plain
from chengxin.demo.generate import write_population_csv


def bench_feed(stage: Stage, rows: int, tell: Tell) -> list[dict[str, Any]]:
    """Measure ``rows`` events in one file (JSON Lines), then a snapshot (CSV) of ``rows`` persons, each into an empty population base.

    Raises AssertionError where the receipt isn't what the file's maker counted.
    """
    from django.utils import timezone

    from chengxin.lib.periods import shanghai_date

    today, count = shanghai_date(timezone.now()), max(rows, 100)
    events, snapshot = stage.folder / "events.jsonl", stage.folder / "snapshot.csv"
    heard = write_events(events, count, SEED, today=today)
    write_population_csv(snapshot, count, SEED, today=today)
    return [
        _measure(stage, events, f"feed events {count}", heard.receipt(), tell),
        _measure(stage, snapshot, f"feed snapshot {count}", {"read": count, "parked": 0, "refused": 0}, tell),
    ]


def _measure(stage: Stage, file: Path, name: str, expected: dict[str, int], tell: Tell) -> dict[str, Any]:
    ours, yardstick = [], []
    runs = RUNS if expected["read"] < ONCE_FROM else 1
    for number in range(1, runs + 1):
        urls = stage.fresh()
        yardstick.append(copy_plain(urls["owner"], file))
        ours.append(in_child(stage, urls["intake"], "population", file))
        stage.drop(urls)
        told = {key: ours[-1][key] for key in expected}
        if told != expected:
            raise AssertionError(f"the receipt tells {told}, the file holds {expected}")
        tell(f"  {number}/{runs}: COPY {yardstick[-1]:.2f} s, {name} {ours[-1]['seconds']:.2f} s")
    middle = sorted(ours, key=lambda run: run["seconds"])[runs // 2]
    plain = median(yardstick)
    return {
        "name": name,
        "ours_s": round(middle["seconds"], 2),
        "yardstick_s": round(plain, 2),
        "ratio": round(middle["seconds"] / plain, 2),
        "rows_per_s": round(expected["read"] / middle["seconds"]),
        "peak_mib": max(run["peak_mib"] for run in ours),
        "file_mib": round(file.stat().st_size / (1 << 20)),
        "receipt": {key: middle[key] for key in ("read", "minors", "new", "changed", "known", "parked", "refused")},
    }
