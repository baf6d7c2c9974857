"""Pages are measured as a logged-in reader gets them, at a small size."""

import pytest

from chengxin.bench import pages
from tests.bench.conftest import SmallStage


def test_each_reader_is_answered_alone_and_among_others(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.cast = True
    for name, value in (("READERS", 2), ("ALONE_S", 0.1), ("TOGETHER_S", 0.1), ("ENTRIES", 40)):
        monkeypatch.setattr(pages, name, value)
    measured = pages.bench_pages(stage, 200, lambda _: None)
    assert [one["name"] for one in measured] == [
        f"page 200 {reader} {page}" for reader, listed in pages.PAGES.items() for page in listed
    ]
    for one in measured:
        assert 0 < one["p50_ms"] <= one["p95_ms"]
        assert 0 < one["of_16_p50_ms"] <= one["of_16_p95_ms"]
