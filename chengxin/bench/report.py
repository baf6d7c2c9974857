"""Issuing reports: 1,000 persons with 1-20 records each, entry committed; the bare gate statement is the yardstick."""

from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

import polars as pl

from chengxin.bench.stage import SEED, Stage, Tell
from chengxin.demo.generate import write_penalties_csv, write_population_csv

PERSONS, MOST_RECORDS = 1_000, 20
CENTRE_PURPOSE = "YY-CL"


def bench_report(stage: Stage, rows: int, tell: Tell) -> dict[str, Any]:
    """Measure reports in one process on one connection, as a desk would ask for them one after another."""
    tell(f"report: {PERSONS} persons, whatever rows ({rows}) were asked for")
    urls = stage.fresh()
    try:
        stage.become(urls["intake"])
        asked = fill(stage.folder, tell)
        stage.become(urls["app"])
        return _measure(asked)
    finally:
        stage.drop(urls)


def fill(folder: Path, tell: Tell) -> list[tuple[str, str]]:
    """Load persons and their records; give code and name of those asked about, in an order of no meaning."""
    from django.utils import timezone

    from chengxin.identity.models import Organisation
    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas, ingest_file

    population, file = folder / "population.csv", folder / "penalties.csv"
    write_population_csv(population, PERSONS * 2, SEED)
    write_penalties_csv(file, PERSONS * 10, PERSONS * 2, SEED)
    load_population(population, areas=areas(), at=timezone.now())
    provider = Organisation.objects.filter(kind="department").order_by("pk")[0]
    ingest_file(file, item_code="CF-ZRR", provider=provider, at=timezone.now())
    frame = pl.read_csv(file, infer_schema=False)
    persons = (
        frame.filter(pl.col("CF_XDR_ZJLX") == "1")
        .group_by("CF_XDR_ZJHM", "CF_XDR_MC")
        .len()
        .filter(pl.col("len") <= MOST_RECORDS)
    )
    chosen = persons.sort("CF_XDR_ZJHM").head(PERSONS).sample(fraction=1.0, shuffle=True, seed=SEED)
    tell(f"  {chosen.height} persons, 1-{MOST_RECORDS} records each")
    return list(chosen.select("CF_XDR_ZJHM", "CF_XDR_MC").iter_rows())


def asker() -> Any:
    """Give the centre's officer, who asks about one person after the other under one case."""
    from django.utils import timezone

    from chengxin.catalogue.queries import find_purpose
    from chengxin.ground.services import Asker
    from chengxin.identity.models import User
    from chengxin.lib.periods import shanghai_date

    officer = User.objects.select_related("organisation").get(login="officer")
    basis = next(iter(find_purpose(CENTRE_PURPOSE, shanghai_date(timezone.now())).bases))
    return Asker(officer.organisation.code, officer.login, CENTRE_PURPOSE, basis, "基准2026-1", "bench")


def ask(who: Any, code: str, name: str) -> tuple[float, Any]:
    """Issue one report; give the seconds it took, its entry committed, and the report."""
    from django.utils import timezone

    from chengxin.sharing.deciding import Question
    from chengxin.sharing.services import issue_report

    started = perf_counter()
    report = issue_report(who, Question("resident-id", code, name), at=timezone.now())
    return perf_counter() - started, report


def _measure(asked: list[tuple[str, str]]) -> dict[str, Any]:
    from chengxin.sharing.documents import as_pdf

    who, took, printed, held = asker(), [], [], 0
    for one in asked:
        seconds, report = ask(who, *one)
        took.append(seconds)
        held += len(report.records)
    for one in asked[:50]:
        _, report = ask(who, *one)
        started = perf_counter()
        as_pdf(report, demo=True)
        printed.append(perf_counter() - started)
    return {
        "name": f"report {len(asked)}",
        "records_shown": held,
        "p50_ms": percentile(took, 50),
        "p95_ms": percentile(took, 95),
        "pdf_p50_ms": percentile(printed, 50),
        "pdf_p95_ms": percentile(printed, 95),
    }


def percentile(seconds: list[float], percent: int) -> float:
    """Give a percentile in milliseconds."""
    return round(1000 * quantiles(seconds, n=100)[percent - 1], 1)
