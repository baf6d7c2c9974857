"""Taking a million rows in, beside plain COPY of the same file into an unindexed text table on the same server."""

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psycopg
from psycopg import sql

from chengxin.bench.stage import ROWS_PER_PERSON, RUNS, Stage, Tell
from chengxin.demo.generate import write_penalties_csv, write_population_csv

SEED = 149999
BLOCK = 1 << 20


def bench_ingest(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure the whole way of a file: durable, all checks, receipt. The process that takes it in is a child, for its peak memory."""
    file, population = stage.folder / "penalties.csv", stage.folder / "population.csv"
    persons = max(rows // ROWS_PER_PERSON, 100)
    write_population_csv(population, persons, SEED)
    write_penalties_csv(file, rows, persons, SEED)
    ours, yardstick = [], []
    for number in range(1, RUNS + 1):
        urls = stage.fresh()
        _child(stage, urls["intake"], "population", population)
        yardstick.append(copy_plain(urls["owner"], file))
        ours.append(_child(stage, urls["intake"], "ingest", file))
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


def copy_plain(url: str, file: Path) -> float:
    """Time plain COPY of the file into a table of text columns without index, committed."""
    with file.open(encoding="utf-8") as first:
        columns = first.readline().strip().split(",")
    with psycopg.connect(url) as connection:
        fields = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in columns)
        connection.execute(sql.SQL("CREATE TABLE yardstick ({})").format(fields))
        connection.commit()
        started = perf_counter()
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY yardstick FROM STDIN (FORMAT csv, HEADER)") as copy,
            file.open("rb") as source,
        ):
            while block := source.read(BLOCK):
                copy.write(block)
        connection.commit()
        seconds = perf_counter() - started
        connection.execute("DROP TABLE yardstick")
    return seconds


def _child(stage: Stage, url: str, task: str, file: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "chengxin.bench.once", task, str(file)],
        env=stage.environment(url), check=True, capture_output=True, text=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
