"""The vault's benchmarks at a size that only shows that they measure something, and what they lean on: who the n-th person is."""

from datetime import UTC, date, datetime

import pytest

from chengxin.bench import rotation, vault
from chengxin.bench.filling import DAYS, MOST, fill, person
from chengxin.bench.run import run_bench
from chengxin.identity.queries import find_person, open_person
from chengxin.lib.codes import CodeType, examine
from chengxin.lib.regions import standard_areas
from tests.bench.conftest import SmallStage

INDEXES = """SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'identity_code'::regclass
    UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'identity_code'::regclass ORDER BY 1"""


def test_vault_is_measured_beside_its_yardsticks(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "LOOK_UPS", 200)
    made = {value["name"]: value for value in run_bench("vault", 300, stage, lambda _: None)}
    assert list(made) == ["vault international 300", "vault national 300", "vault look-up 300"]
    assert all(value["ratio"] > 0 for value in made.values())
    assert 0 < made["vault look-up 300"]["p50_ms"] <= made["vault look-up 300"]["p95_ms"]


def test_somebody_who_is_not_there_is_no_measurement(stage: SmallStage) -> None:
    urls = stage.fresh()
    base = fill(stage, urls, 100, lambda _: None, events=False)
    stage.become(urls["app"])
    assert vault.look_up(99, base) > 0
    with pytest.raises(AssertionError, match="isn't found"):
        vault.look_up(100, base)
    with pytest.raises(AssertionError, match="isn't found"):
        vault.look_up(5, base + 1)


def test_a_filled_base_is_what_the_feed_would_have_made(stage: SmallStage) -> None:
    urls = stage.fresh()
    assert stage.last is not None
    before = stage.last.rows(INDEXES)
    base = fill(stage, urls, 101, lambda _: None, events=True)
    assert stage.last.rows(INDEXES) == before
    stage.become(urls["app"])
    for n in (0, 50, 51, 100):
        code, name = person(n)
        found = find_person("resident-id", code, name)
        assert found is not None
        assert (found.subject_id, found.name_fits) == (base + 1 + n, True)
        named = open_person(found.subject_id)
        assert (named.code, named.name) == (code, name)
    born = stage.last.rows("SELECT born FROM identity_person WHERE subject_id = %s", base + 1)
    assert f"{born[0][0]:%Y%m%d}" == person(0)[0][6:14]
    assert stage.last.rows(
        "SELECT count(*) FROM identity_population_event WHERE event_id LIKE 'f-%%' AND subject_id > %s", base
    ) == [(101,)]
    (fresh,) = stage.last.rows("SELECT nextval('identity_subject_seq')")[0]
    assert fresh > base + 101


def test_persons_are_sound_and_nobody_comes_twice() -> None:
    places = [*range(3_000), *range(DAYS - 5, DAYS + 5), *range(MOST - 500, MOST)]
    codes = [person(n)[0] for n in places]
    assert len(set(codes)) == len(codes)
    on = datetime.now(UTC).date()
    book = standard_areas(test_area=True)
    for code in codes:
        verdict = examine(CodeType.RESIDENT_ID, code, on=on, areas=book)
        assert verdict.canonical == code
        assert verdict.born is not None
        assert verdict.born < date(2000, 1, 1)


def test_rotation_is_measured_and_nobody_is_lost_meanwhile(stage: SmallStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotation, "QUIET", 100)
    monkeypatch.setattr(rotation, "RUNS", 1)
    (made,) = run_bench("rotation", 300, stage, lambda _: None)
    assert made["name"] == "rotation 300"
    assert made["runs"] == 1
    assert made["look_ups"] > 100
    assert min(made["ratio"], made["rows_per_s"], made["p95_ms"], made["quiet_p95_ms"]) > 0
    assert stage.last is not None
    assert stage.last.rows("SELECT count(*) FROM identity_key_rotation WHERE finished_at IS NOT NULL") == [(1,)]
    keys = stage.last.rows(
        "SELECT DISTINCT key_id FROM identity_person UNION SELECT DISTINCT key_id FROM identity_population_event"
    )
    assert keys == stage.last.rows("SELECT current FROM identity_key_pointers")
