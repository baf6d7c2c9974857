"""The register's benchmark at a size that only shows that it measures something."""

from chengxin.bench.run import run_bench
from tests.bench.conftest import SmallStage


def test_the_registers_benchmark_measures(stage: SmallStage) -> None:
    append, verify = run_bench("log", 2_500, stage, lambda _: None)
    assert (append["name"], verify["name"]) == ("log append 2500", "log verify 2500")
    assert append["ours_per_s"] > 0
    assert verify["rows_per_min"] > verify["rows_per_s"] > 0
