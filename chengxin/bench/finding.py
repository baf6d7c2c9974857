"""Finding persons among many namesakes: whom rows are attached to by themselves, and whom damaged rows are suggested to mean.

Whose a row truly is comes from the generator, whose it became from the ledger by SQL: never from the code under test.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import Any

import psycopg

from chengxin.bench.child import in_child
from chengxin.bench.damage import Someone
from chengxin.bench.namesakes import NAMESAKE, Damaged, Namesakes, Truth, write_namesakes
from chengxin.bench.stage import ROWS_PER_PERSON, SEED, Stage, Tell

FIRST_ROW = 2
"""The number of the first row below the heading."""
ASKED = 1_000
"""Of each way of damage at most so many rows are asked about, drawn by seed."""
SUBJECTS = (
    "SELECT split_part(event_id, '-', 2)::int, subject_id FROM identity_population_event WHERE event_id LIKE 's%'"
)
ATTACHED = "SELECT row_number, subject_id FROM records_version WHERE batch_id = %s"
WAITING = "SELECT row_number FROM records_waiting WHERE batch_id = %s"


@dataclass(slots=True)
class Fates:
    """What became of the rows: whom each was attached to, by row; and the rows that wait."""

    attached: dict[int, int]
    waiting: set[int]


def bench_finding(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Take ``rows`` rows in by the way of every file, then ask whom the damaged ones may mean. One run: quality has no median."""
    people, truth, snapshot, file = write_namesakes(stage.folder, rows, max(rows // ROWS_PER_PERSON, 400), SEED)
    urls = stage.fresh()
    try:
        in_child(stage, urls["intake"], "population", snapshot)
        taken = in_child(stage, urls["intake"], "ingest", file)
        tell(f"  {rows} rows in {taken['seconds']:.1f} s, {len(truth.damaged)} of them damaged")
        with psycopg.connect(urls["owner"]) as connection:
            subjects = _subjects(connection, snapshot.name, len(people.persons))
            fates = Fates(
                dict(connection.execute(ATTACHED, [taken["batch"]]).fetchall()),
                {row for (row,) in connection.execute(WAITING, [taken["batch"]])},
            )
        stage.become(urls["app"])
        found, took = _suggest(people, truth, subjects, tell)
    finally:
        stage.drop(urls)
    return {
        "name": f"finding {rows}",
        "persons": len(people.persons),
        "most_namesakes": max(map(len, people.codes_of.values())),
        **judge(truth, subjects, fates),
        **_shares(found),
        "asked": len(took),
        "ours_per_s": round(len(took) / sum(took)),
        "p50_ms": round(1000 * quantiles(took, n=100)[49], 2),
        "p95_ms": round(1000 * quantiles(took, n=100)[94], 2),
        "ways": {way: dict(counts) for way, counts in sorted(found.items())},
    }


def _subjects(connection: psycopg.Connection[Any], name: str, persons: int) -> list[int]:
    """Give each person's subject by place, by the numbers of the snapshot's own rows. Raises AssertionError where one is missing."""
    by_row = dict(connection.execute(SUBJECTS).fetchall())
    subjects = [by_row.get(place + FIRST_ROW) for place in range(persons)]
    known = [one for one in subjects if one is not None]
    if len(set(known)) != persons:
        raise AssertionError(f"{name} has {persons} persons, the register {len(set(known))}")
    return known


def judge(truth: Truth, subjects: list[int], fates: Fates) -> dict[str, Any]:
    """Count the rows that went to anybody but whose they are, and clean rows that didn't get through by themselves.

    ``indistinguishable`` rows are apart: code and name as written are wholly another living person's, so that the row says it is theirs
    and nothing in it says otherwise; no check of code and name can know. They are undone by an objection or a correction.
    """
    counts = {"false_matches": 0, "indistinguishable": 0, "clean_queued": 0, "attached_damaged": 0, "refused": 0}
    for place, owner in enumerate(truth.owners):
        row, damaged = place + FIRST_ROW, truth.damaged.get(place)
        became = fates.attached.get(row)
        if damaged is not None and damaged.way == NAMESAKE:
            counts["indistinguishable"] += became is not None
        elif became is not None:
            counts["false_matches"] += became != subjects[owner]
            counts["attached_damaged"] += damaged is not None
        elif damaged is None:
            counts["clean_queued"] += 1
        counts["refused"] += became is None and row not in fates.waiting
    clean = len(truth.owners) - len(truth.damaged)
    return {**counts, "clean_rows": clean, "clean_queued_share": round(counts["clean_queued"] / clean, 5)}


Found = dict[str, dict[str, float]]


def _chosen(truth: Truth) -> list[tuple[int, Damaged]]:
    """Draw the damaged rows to ask about, way by way, in an order of no meaning."""
    by_way: dict[str, list[tuple[int, Damaged]]] = defaultdict(list)
    for place, damaged in truth.damaged.items():
        by_way[damaged.way].append((truth.owners[place], damaged))
    draw = Random(SEED)  # noqa: S311  # an order, no secret
    chosen = [one for rows in by_way.values() for one in draw.sample(rows, min(ASKED, len(rows)))]
    draw.shuffle(chosen)
    return chosen


def _suggest(people: Namesakes, truth: Truth, subjects: list[int], tell: Tell) -> tuple[Found, list[float]]:
    """Ask whom each chosen row may mean; give by way how often the true person came first or was there at all, and the times."""
    from django.utils import timezone

    from chengxin.identity.finding import Written, find_near
    from chengxin.lib.periods import shanghai_date
    from chengxin.records.services import areas

    on, book = shanghai_date(timezone.now()), areas()
    found: Found = {}
    took: list[float] = []
    for number, (owner, damaged) in enumerate(_chosen(truth), 1):
        written = Written("resident-id", damaged.written.code, damaged.written.name)
        started = perf_counter()
        near = find_near(written, on=on, areas=book)
        took.append(perf_counter() - started)
        _note(found, damaged, [one.suggestion.subject_id for one in near.near], subjects[owner], people)
        if number % 5_000 == 0:
            tell(f"  {number} rows asked about")
    return found, took


def _note(found: Found, damaged: Damaged, near: list[int], true: int, people: Namesakes) -> None:
    counts = found.setdefault(damaged.way, {"rows": 0, "first": 0, "among": 0, "knowable": 0.0})
    counts["rows"] += 1
    counts["first"] += near[:1] == [true]
    counts["among"] += true in near
    counts["knowable"] += _knowable(damaged.written, people)


def _knowable(written: Someone, people: Namesakes) -> float:
    """Give the share that the best guess would get right: of n namesakes who all fit what is left to see of a code, one is meant."""
    return 1 / max(1, people.fitting(written)) if "*" in written.code else 1.0


def _shares(found: Mapping[str, dict[str, float]]) -> dict[str, float]:
    """Turn counts into shares, way by way, and give those of all ways in which the true person can be told at all."""
    rows = sum(counts["rows"] for way, counts in found.items() if way != NAMESAKE)
    total = {
        key: sum(counts[key] for way, counts in found.items() if way != NAMESAKE) / rows
        for key in ("first", "among", "knowable")
    }
    for counts in found.values():
        for key in ("first", "among", "knowable"):
            counts[key] = round(counts[key] / counts["rows"], 4)
    return {f"{key}_share": round(share, 4) for key, share in total.items()}
