"""The benchmark of batches at a size that only shows that it measures something."""

import pytest

from chengxin.bench import batch
from chengxin.bench.run import run_bench
from tests.bench.conftest import SmallStage


def test_a_batch_is_measured_beside_one_statement(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LEAST_PERSONS", 300)
    monkeypatch.setattr(batch, "RUNS", 1)
    stage.cast = True
    (made,) = run_bench("batch", 300, stage, lambda _: None)
    assert made["name"] == "batch 300"
    assert 0 < made["persons"] <= 300
    assert made["ratio"] > 0
