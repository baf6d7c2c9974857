"""Which benchmarks there are."""

import pytest

from chengxin.bench import report
from chengxin.bench.run import KNOWN, run_bench
from chengxin.lib.errors import NotFound
from chengxin.site.cli import bench
from tests.bench.conftest import SmallStage


def test_help_tells_every_benchmark() -> None:
    told = str(bench.__doc__).rpartition("yardstick: ")[2].strip().rstrip(".").split(", ")
    assert told == [*KNOWN, "all"]


def test_unknown_benchmark_is_told_with_the_names(stage: SmallStage) -> None:
    with pytest.raises(NotFound, match="finding"):
        list(run_bench("nothing", 100, stage, lambda _: None))


def test_reports_are_asked_for_as_long_as_a_batch_takes(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "PERSONS", 50)
    stage.cast = True
    (made,) = run_bench("beside", 2_000, stage, lambda _: None)
    assert made["name"] == "beside 2000"
    assert made["reports_meanwhile"] > 2
    assert made["ratio"] > 0
