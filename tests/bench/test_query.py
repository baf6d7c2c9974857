"""The queries' benchmark at a size that only shows that it measures something; an answer over HTTP that isn't 200 ends it."""

import pytest

from chengxin.bench import query
from chengxin.bench.run import run_bench
from tests.bench.conftest import SmallStage


def test_queries_are_measured_beside_pgbench(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "RUNS", 1)
    monkeypatch.setattr(query, "LEAST_PERSONS", 200)
    stage.cast = True
    (made,) = run_bench("query", 400, stage, lambda _: None)
    assert (made["name"], made["persons"]) == ("query 400", 200)
    assert min(made["ours_per_s"], made["yardstick_per_s"], made["ratio"]) > 0
    assert 0 < made["p50_ms"] <= made["p95_ms"]
    assert 0 < made["yardstick_p50_ms"] <= made["yardstick_p95_ms"]
    assert stage.last is not None
    asked = stage.last.rows(
        "SELECT count(*) FROM ground_access_entry WHERE outcome IN ('answered', 'empty') AND case_reference = '许可2026-1'"
    )
    assert asked[0][0] >= made["ours_per_s"]
