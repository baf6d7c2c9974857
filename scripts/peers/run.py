"""The same file by others: Frictionless with its SQL plug-in, pandera with Django's bulk_create; beside plain COPY and this product.

``make bench-peers ROWS=100000``. Same server (fsync on), same file, one run each. No part of the product: the peers live in an environment
of their own, made from requirements/peers.txt.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Any

from chengxin.bench.stage import ROWS_PER_PERSON, SEED
from chengxin.lib.codes import organisation, permits, resident
from chengxin.site.benches import BenchStage, bench_stage
from scripts.peers.task import Column, Task

ROOT = Path(__file__).resolve().parents[2]
ITEM = "CF-ZRR"
FAULTS = (("CF_XDR_MC", ""), ("CF_XDR_LB", "none"), ("CF_CFJGDM", "1114"), ("CF_XDR_ZJHM", "149999199001010010"))
# Each with how many of the faults it can see: the last is a check digit, for which a Table Schema has no word.
WAYS = {"Frictionless, SQL plug-in": ("with_frictionless", 3), "pandera, bulk_create": ("with_pandera", 4)}
PERSON_SHAPES = (
    resident.SHAPE,
    permits.HMT_SHAPE,
    permits.FOREIGN_SHAPE,
    permits.HM_SHAPE,
    permits.TW_SHAPE,
    permits.PASSPORT_SHAPE,
)
PATTERNS = {"uscc": organisation.SHAPE.form, "person_code": "|".join(shape.form for shape in PERSON_SHAPES)}


def task_of(file: Path) -> Task:
    """Give the item's field table to whoever isn't of this house. What only this house asks of a row stays behind."""
    from chengxin.demo.generate import TODAY
    from chengxin.lib.codes.types import TEMPLATE_VALUES
    from chengxin.site.checking import shipped_item

    item = shipped_item(ITEM)
    columns = tuple(
        Column(
            code=field.code,
            type=field.type,
            required=field.required,
            length=field.length,
            pattern=PATTERNS.get(field.type, ""),
            allowed=tuple(item.values[field.code_list]) if field.code_list else (),
            multi=field.multi,
        )
        for field in item.definition.fields
    )
    roles = item.definition.roles
    kinds = {value: str(kind) for value, kind in TEMPLATE_VALUES.items()}
    return Task(str(file), TODAY, columns, roles["code_type"], roles["code"], kinds)


def measure(stage: BenchStage, rows: int) -> list[dict[str, Any]]:
    from chengxin.bench.child import in_child
    from chengxin.bench.yardsticks import copy_plain
    from chengxin.demo.generate import write_penalties_csv, write_population_csv

    file, population, told = (stage.folder / name for name in ("penalties.csv", "population.csv", "task.json"))
    persons = max(rows // ROWS_PER_PERSON, 100)
    write_population_csv(population, persons, SEED)
    write_penalties_csv(file, rows, persons, SEED)
    spoil(file, stage.folder / "spoiled.csv")
    told_spoiled = stage.folder / "spoiled.json"
    task_of(file).write(told)
    task_of(stage.folder / "spoiled.csv").write(told_spoiled)
    urls = stage.fresh()
    in_child(stage, urls["intake"], "population", population)
    plain = copy_plain(urls["owner"], file)
    made: list[dict[str, Any]] = [{"name": "COPY", "seconds": plain}]
    ours = in_child(stage, urls["intake"], "ingest", file)
    if ours["receipt"]["read"] != rows:
        raise AssertionError(f"of {rows} rows {ours['receipt']} were taken in")
    made.append({"name": "Chengxin", **{key: ours[key] for key in ("seconds", "peak_mib")}})
    for name, (way, seen) in WAYS.items():
        refuse_blind(way, seen, told_spoiled, urls["owner"])
        answer = peer(way, told, urls["owner"])
        if (answer["rows"], answer["faults"]) != (rows, 0):
            raise AssertionError(f"{name}: of {rows} rows {answer} came in")
        seconds = answer.get("seconds_of_file", answer["seconds"])
        made.append({"name": name, "seconds": seconds, "peak_mib": answer["peak_mib"]})
    stage.drop(urls)
    return [
        {
            **one,
            "seconds": round(one["seconds"], 2),
            "rows_per_s": round(rows / one["seconds"]),
            "ratio": round(one["seconds"] / plain, 1),
        }
        for one in made
    ]


def spoil(file: Path, spoiled: Path) -> None:
    """Write the first rows of a file with one fault in each: no name, a value in no list, half a code, a wrong check digit."""
    with file.open(encoding="utf-8", newline="") as source:
        rows = list(islice(csv.DictReader(source), 20))
    for row, (column, text) in zip(rows, FAULTS, strict=False):
        row[column] = text
    with spoiled.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def refuse_blind(way: str, seen: int, told: Path, url: str) -> None:
    """A peer that doesn't see the faults isn't measured."""
    answer = peer(way, told, url)
    if answer["faults"] < seen:
        raise AssertionError(f"{way} found {answer} in a file with {seen} faults that it can see")


def peer(way: str, told: Path, url: str) -> dict[str, Any]:
    command = [str(ROOT / ".venv-peers/bin/python"), "-m", f"scripts.peers.{way}", str(told)]
    environment = {**os.environ, "CHENGXIN_PROCESS_DATABASE": url, "PYTHONPATH": str(ROOT)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def tell(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="The same file by others, beside COPY.")
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with bench_stage(tell) as stage:
        for one in measure(stage, rows):
            sys.stdout.write(json.dumps(one, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
