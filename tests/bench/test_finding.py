"""The finding benchmark: its truth is the generator's, a row with the wrong person counts, and every way of damage really damages."""

from collections import Counter
from pathlib import Path
from random import Random

import polars as pl
import pytest

from chengxin.bench import finding
from chengxin.bench.damage import NAMES, WAYS, Someone, one_digit
from chengxin.bench.finding import FIRST_ROW, Fates, judge
from chengxin.bench.namesakes import NAMESAKE, STRANGER, Damaged, Namesakes, Truth, write_namesakes
from chengxin.bench.run import run_bench
from chengxin.lib.codes import check_digit
from chengxin.lib.regions import TEST_AREA
from tests.bench.conftest import SmallStage


def test_finding_is_measured_at_a_small_size(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "ASKED", 5)
    (made,) = run_bench("finding", 1_500, stage, lambda _: None)
    assert made["false_matches"] == 0
    assert made["clean_queued_share"] <= 0.005
    assert made["refused"] == 0
    assert made["indistinguishable"] > 0
    assert made["first_share"] >= 0.95
    assert made["ways"].keys() == {*WAYS, STRANGER, NAMESAKE}
    assert made["most_namesakes"] > 10
    assert made["ours_per_s"] > 0


def test_somebody_elses_record_is_a_false_match() -> None:
    written = Someone("张伟", "x")
    truth = Truth([0, 0, 1, 1, 1], {1: Damaged("one-digit", written), 4: Damaged(NAMESAKE, written)})
    subjects = [10, 11]
    sound = {FIRST_ROW: 10, FIRST_ROW + 2: 11, FIRST_ROW + 3: 11}
    made = judge(truth, subjects, Fates(sound, {FIRST_ROW + 1, FIRST_ROW + 4}))
    assert (made["false_matches"], made["clean_queued"], made["refused"], made["indistinguishable"]) == (0, 0, 0, 0)
    wrong = judge(truth, subjects, Fates({**sound, FIRST_ROW: 11, FIRST_ROW + 1: 11, FIRST_ROW + 4: 10}, set()))
    assert (wrong["false_matches"], wrong["attached_damaged"], wrong["indistinguishable"]) == (2, 1, 1)
    queued = judge(truth, subjects, Fates({}, {FIRST_ROW, FIRST_ROW + 2}))
    assert (queued["clean_queued"], queued["clean_queued_share"], queued["refused"]) == (3, 1.0, 3)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_damages(way: str) -> None:
    sort, spoil = WAYS[way]
    draw = Random(1)
    for name in NAMES[sort]:
        for body in (f"{TEST_AREA}19880304121", f"{TEST_AREA}19601111222"):
            one = Someone(name, body + check_digit(body))
            for _ in range(20):
                written = spoil(draw, one)
                assert written != one
                assert written.code[:6] == TEST_AREA


def test_a_slip_is_one_digit() -> None:
    one = Someone("张伟", "149999198803041214")
    for seed in range(200):
        written = one_digit(Random(seed), one).code
        assert sum(a != b for a, b in zip(one.code, written, strict=True)) == 1


def test_file_and_truth_agree(tmp_path: Path) -> None:
    people, truth, _, file = write_namesakes(tmp_path, 2_000, 400, 3)
    frame = pl.read_csv(file, infer_schema=False)
    assert len(truth.owners) == frame.height == 2_000
    for place, (name, code) in enumerate(frame.select("CF_XDR_MC", "CF_XDR_ZJHM").iter_rows()):
        own = people.persons[truth.owners[place]]
        damaged = truth.damaged.get(place)
        assert (name, code) == ((damaged.written.name, damaged.written.code) if damaged else (own.name, own.code))
        assert ((name, code) == (own.name, own.code)) is (damaged is None)
        # Whoever isn't damaged as a living namesake's never looks like anybody else.
        assert ((name, code) in people.held) is (damaged is None or damaged.way == NAMESAKE)


def test_people_have_namesakes_strangers_a_slip_away_and_some_of_one_day() -> None:
    people = Namesakes(4_000, 3)
    assert len({one.code for one in people.persons}) == 4_000
    assert Counter(one.name for one in people.persons).most_common(1)[0][1] > 100
    assert len(people.twins[True]) == len(people.twins[False]) == 40
    for namesake, pairs in people.twins.items():
        for one, other in pairs:
            first, second = people.persons[one], people.persons[other]
            assert (first.name == second.name) is namesake
            assert sum(a != b for a, b in zip(first.code[:17], second.code[:17], strict=True)) == 1
    days = Counter((one.name, one.code[6:14]) for one in people.persons)
    assert days.most_common(1)[0][1] > 1


def test_a_masked_code_of_several_is_nobodys_to_know() -> None:
    people = Namesakes(100, 1)
    people.codes_of["张伟"] = ["149999198803041214", "149999197901021214", "149999198803051238"]
    assert people.fitting(Someone("张伟", "149999********1214")) == 2
    assert people.fitting(Someone("张伟", "1499991988****1214")) == 1
