from collections import Counter

import pytest

from chengxin.lib.regions import (
    PROVINCES,
    TEST_AREA,
    Level,
    Status,
    cities,
    load_regions,
    region,
    standard_areas,
)


def test_table_is_whole() -> None:
    regions = load_regions()
    assert len(regions) == 289
    current = Counter(row.level for row in regions if row.status is Status.CURRENT)
    assert current == {Level.PROVINCE: 1, Level.PREFECTURE: 11, Level.COUNTY: 117}
    assert all(len(row.code) == 6 and row.code.startswith("14") for row in regions)


def test_cities_are_the_eleven_of_today() -> None:
    assert [city.name for city in cities()][:2] == ["太原市", "大同市"]
    assert len(cities()) == 11


def test_region_is_found_by_code() -> None:
    found = region("140105")
    assert found is not None
    assert (found.name, found.level, found.status) == ("小店区", Level.COUNTY, Status.CURRENT)
    assert region(TEST_AREA) is None


def test_last_name_wins_where_a_code_had_two() -> None:
    rows = [row for row in load_regions() if row.code == "140501"]
    assert len(rows) == 2
    found = region("140501")
    assert found is not None
    assert found.last_seen == max(row.last_seen for row in rows)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("140105", id="today"),
        pytest.param("140102", id="abolished-district"),
        pytest.param("142201", id="abolished-prefecture"),
        pytest.param("149002", id="run-by-the-province"),
        pytest.param("140101", id="placeholder"),
        pytest.param("110101", id="other-province"),
        pytest.param("659999", id="other-province-any-area"),
    ],
)
def test_area_may_stand_in_a_number(code: str) -> None:
    assert code in standard_areas(test_area=False)


@pytest.mark.parametrize(
    "code", ["140171", "140271", "140671", "140971", "149998", "143000", "710000", "810000", "999999", "160000", ""]
)
def test_area_may_not_stand_in_a_number(code: str) -> None:
    assert code not in standard_areas(test_area=True)


def test_test_area_only_when_asked_for() -> None:
    assert TEST_AREA in standard_areas(test_area=True)
    assert TEST_AREA not in standard_areas(test_area=False)


def test_own_province_is_known_by_whole_codes_only() -> None:
    assert len(PROVINCES) == 31
    assert "14" not in standard_areas(test_area=True).provinces


def test_no_area_of_shanxi_ends_like_a_century() -> None:
    """The rule that keeps persons' numbers out of organisations' codes costs Shanxi nothing."""
    assert not [row.code for row in load_regions() if row.code[4:] in {"18", "19", "20"}]
