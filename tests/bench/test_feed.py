"""The feed's benchmark: what its events amount to is what the register then holds, and a wrong count is no measurement."""

from datetime import date
from pathlib import Path

import pytest

from chengxin.bench import feed
from chengxin.bench.events import WORDS, Heard, write_events
from chengxin.bench.run import run_bench
from tests.bench.conftest import SmallStage
from tests.conftest import Register
from tests.identity.feeding import load


def test_feed_is_measured_beside_plain_copy(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RUNS", 1)
    events, snapshot = run_bench("feed", 400, stage, lambda _: None)
    assert (events["name"], snapshot["name"]) == ("feed events 400", "feed snapshot 400")
    for made in (events, snapshot):
        assert made["receipt"]["read"] == 400
        assert 0 < made["receipt"]["minors"] < 200
        assert made["receipt"]["new"] > 100
        assert made["yardstick_s"] >= 0
        assert made["ratio"] > 0
        assert made["peak_mib"] > 0


def test_register_is_what_the_authority_counted(register: Register, tmp_path: Path, today: date) -> None:
    before = dict(
        register.rows(
            "SELECT 'persons', count(*) FROM identity_person UNION SELECT 'codes', count(*) FROM identity_code"
        )
    )
    heard = write_events(tmp_path / "events.jsonl", 3_000, 7, today=today)
    receipt = load(register, tmp_path / "events.jsonl")
    assert heard.receipt() == {
        "read": receipt.read, "minors": receipt.minors, "new": receipt.new, "known": receipt.known, "parked": receipt.parked,
        "refused": len(receipt.refused),
    }  # fmt: skip
    kinds = heard.kinds
    assert min(kinds.values()) > 5
    held = dict(register.rows("SELECT kind, count(*) FROM identity_population_event WHERE edition = 0 GROUP BY kind"))
    assert held == kinds
    assert register.rows("SELECT count(*) FROM identity_person") == [(before["persons"] + kinds["new"],)]
    # A number leads to its person beside the former one; a corrected one takes its place.
    assert register.rows("SELECT count(*) FROM identity_code") == [(before["codes"] + kinds["new"] + kinds["number"],)]
    assert register.rows("SELECT count(*) FROM identity_withdrawn_code") == [(kinds["correction"],)]
    assert register.rows("SELECT count(*) FROM identity_attestation") == [(kinds["attestation"],)]


def test_same_seed_tells_the_same_events(tmp_path: Path, today: date) -> None:
    one, other = (write_events(tmp_path / name, 500, 3, today=today) for name in ("a.jsonl", "b.jsonl"))
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert one == other
    assert one.lines == 500
    assert set(one.kinds) == set(WORDS)


def test_wrong_count_is_no_measurement(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "RUNS", 1)
    monkeypatch.setattr(Heard, "receipt", lambda _: {"read": 400, "new": 400})
    with pytest.raises(AssertionError, match="the receipt tells"):
        list(run_bench("feed", 400, stage, lambda _: None))
