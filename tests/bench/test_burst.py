"""The burst on the public site is measured, at a small size."""

import pytest

from chengxin.bench import burst
from tests.bench.conftest import SmallStage


def test_pages_are_measured_held_and_made_anew(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst, "SECONDS", 0.5)
    monkeypatch.setattr(burst, "CONNECTIONS", 2)
    measured = burst.bench_burst(stage, 0, lambda _: None)
    assert [one["name"] for one in measured] == ["burst-home", "burst-catalogue", "burst-item"]
    for one in measured:
        assert min(one["ours_per_s"], one["yardstick_per_s"], one["p50_ms"]) > 0
        assert one["p50_ms"] <= one["p95_ms"]
