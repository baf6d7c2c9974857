"""The demo province: the same for the same seed, nobody who exists, and every kind of dirt accounted for."""

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from chengxin.demo import ORGANISATIONS, TODAY, Manifest, generate, write_penalties_csv, write_population_csv
from chengxin.demo.cast import choose_cast
from chengxin.demo.dirt import Stage
from chengxin.demo.dirty_penalties import penalty_kinds
from chengxin.demo.draws import TABLE, Draws, spread
from chengxin.demo.layouts import NOTE, PENALTY, STEMS, forbidden_phrases, layout
from chengxin.demo.persons import people
from chengxin.lib.codes import examine, from_template
from chengxin.lib.codes.organisation import examine_organisation
from chengxin.lib.regions import TEST_AREA, cities, standard_areas

PERSONS, SEED = 1000, 7
AREAS = standard_areas(test_area=True)
OUTCOMES = {"refused", "waiting", "accepted", "unknown"}


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return generate(PERSONS, SEED, tmp_path_factory.mktemp("province"))


@pytest.fixture(scope="module")
def population(province: Manifest) -> list[dict[str, str]]:
    return rows_of(province.folder / "population.csv")


def rows_of(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_same_seed_same_bytes(province: Manifest, tmp_path: Path) -> None:
    generate(PERSONS, SEED, tmp_path)
    assert bytes_of(tmp_path) == bytes_of(province.folder)


def test_other_seed_other_files(province: Manifest, tmp_path: Path) -> None:
    generate(PERSONS, SEED + 1, tmp_path)
    ours, others = bytes_of(province.folder), bytes_of(tmp_path)
    same = [name for name in ours if ours[name] == others[name]]
    assert same in ([], ["dirty-key.csv"])  # the kinds stand in the same order whatever the seed


def test_draws_do_not_depend_on_the_block(tmp_path: Path) -> None:
    whole, tail = Draws(3, "a", 1000).raw("x"), Draws(3, "a", 400, start=600).raw("x")
    assert whole[600:].to_list() == tail.to_list()


def test_draws_are_those_of_splitmix64() -> None:
    mask = 2**64 - 1
    first, second = Draws(1, "s", 2).raw("t").to_list()

    def unmix(value: int) -> int:
        value ^= value >> 31 ^ value >> 62
        value = value * pow(0x94D049BB133111EB, -1, 2**64) & mask
        value ^= value >> 27 ^ value >> 54
        value = value * pow(0xBF58476D1CE4E5B9, -1, 2**64) & mask
        return value ^ value >> 30 ^ value >> 60

    assert (unmix(second) - unmix(first)) & mask == 0x9E3779B97F4A7C15


def test_weights_share_the_table() -> None:
    table = Counter(spread([1000.0, 1.0, 0.0001, 10.0]).to_list())
    assert sum(table.values()) == TABLE
    assert set(table) == {0, 1, 2, 3}
    assert table[0] > 0.97 * TABLE


@pytest.mark.parametrize("count", [99, 10_000_001])
def test_too_few_or_too_many_persons_are_an_error(count: int) -> None:
    with pytest.raises(ValueError, match="persons"):
        people(count, 1, TODAY)


def test_every_number_is_valid_and_nobody_s(population: list[dict[str, str]]) -> None:
    labels = {"居民身份证": "1"}
    for row in population:
        verdict = examine(from_template(row["ZJLX"]), row["ZJHM"], on=TODAY, areas=AREAS)
        assert verdict, row["ZJLX"]
        if labels.get(row["ZJLX"], row["ZJLX"]) == "1":
            assert row["ZJHM"].startswith(TEST_AREA)
            assert row["ZJHM"][6:14] == row["CSRQ"]
    assert len({row["ZJHM"] for row in population}) == PERSONS
    assert {from_template(row["ZJLX"]) for row in population} >= set(map(from_template, "12345"))


def test_sex_stands_in_the_seventeenth_digit() -> None:
    frame = people(PERSONS, SEED, TODAY).filter(pl.col("kind") == "resident-id")
    odd = frame["number"].str.slice(16, 1).cast(pl.Int64) % 2 == 1
    assert (odd != frame["woman"]).all()


def test_all_ages_and_all_cities(population: list[dict[str, str]]) -> None:
    residents = [row for row in population if row["ZJHM"].startswith(TEST_AREA)]
    ages = [(TODAY - date.fromisoformat(row["CSRQ"])).days // 365.25 for row in residents]
    assert min(ages) == 0
    assert max(ages) == 100
    assert 0.1 < sum(age < 18 for age in ages) / len(ages) < 0.25
    assert len({age // 10 for age in ages}) >= 10
    assert {row["XZQH"][:4] for row in population} == {city.code[:4] for city in cities()}


def test_states_and_capacity(population: list[dict[str, str]]) -> None:
    assert Counter(row["ZT"] for row in population)["死亡"] >= 4
    assert all(bool(row["SWRQ"]) == (row["ZT"] == "死亡") for row in population)
    assert {row["XWNL"] for row in population} == {"完全", "限制", "无", ""}
    assert all(bool(row["XWNLRQ"]) == (row["XWNL"] in {"限制", "无"}) for row in population)


def test_namesakes_and_unusual_names(population: list[dict[str, str]]) -> None:
    names = Counter(row["XM"] for row in population)
    assert names.most_common(1)[0][1] >= 0.003 * PERSONS
    assert len(names) < 0.95 * PERSONS
    assert any("·" in name for name in names)
    assert any(name.startswith("欧阳") for name in names)
    assert {"𬭎", "𫖯", "㛃", "䶮", "𠅤"} <= set("".join(names))
    assert {2, 3, 4} <= {len(name) for name in names}


def test_organisations_have_valid_codes_in_the_test_area() -> None:
    assert all(examine_organisation(one["code"]) and one["code"][2:8] == TEST_AREA for one in ORGANISATIONS)
    assert len({one["code"] for one in ORGANISATIONS}) == len(ORGANISATIONS)
    assert len({one["name"] for one in ORGANISATIONS}) == len(ORGANISATIONS)
    assert {one["kind"] for one in ORGANISATIONS} == {"department", "court", "centre", "financial", "supervisor"}
    assert sum(one["kind"] == "centre" for one in ORGANISATIONS) == 1


@pytest.mark.parametrize("item", STEMS)
def test_clean_rows_fill_what_is_required(province: Manifest, population: list[dict[str, str]], item: str) -> None:
    shape = layout(item)
    known = {(row["ZJHM"], row["XM"]) for row in population}
    organs = {one["code"] for one in ORGANISATIONS}
    rows = rows_of(province.folder / f"{shape.stem}-clean.csv", "utf-8")
    assert list(rows[0]) == list(shape.codes)
    for row in rows:
        assert all(row[code] for code in shape.required)
        assert (row[shape.roles["code"]], row[shape.roles["name"]]) in known
        assert row[shape.roles["organ"]] in organs if "organ" in shape.roles else True
        assert NOTE in (row["BZ"] if "BZ" in row else row["id"])
    assert len({row[shape.roles["document"]] for row in rows}) == len(rows)


def test_clean_penalties_are_admissible(province: Manifest, population: list[dict[str, str]]) -> None:
    born = {row["ZJHM"]: row["CSRQ"] for row in population}
    alive = {row["ZJHM"] for row in population if row["ZT"] == "正常" and row["XWNL"] == "完全"}
    for row in rows_of(province.folder / "penalties-clean.csv"):
        ended, decided, final = (date.fromisoformat(row[code]) for code in ("CX_XWZZRQ", "CF_JDRQ", "CX_QDRQ"))
        birth = born[row["CF_XDR_ZJHM"]]
        assert ended < decided < final <= TODAY
        assert f"{ended:%Y%m%d}" >= f"{int(birth[:4]) + 18}{birth[4:]}"
        assert ended > TODAY.replace(year=TODAY.year - 5)
        assert row["CF_XDR_ZJHM"] in alive


def test_files_stand_in_their_encodings(province: Manifest) -> None:
    shape = layout(PENALTY)
    raw = (province.folder / "penalties-clean-gb18030.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    labelled = rows_of(province.folder / "penalties-clean-gb18030.csv", "gb18030")
    coded = rows_of(province.folder / "penalties-clean.csv", "utf-8")
    assert [list(row.values()) for row in labelled] == [list(row.values()) for row in coded]
    assert list(labelled[0]) == list(shape.labels)
    assert (province.folder / "population.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (province.folder / "penalties-clean.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_lines_hold_the_same_as_the_table(province: Manifest) -> None:
    text = (province.folder / "volunteering-clean.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    table = rows_of(province.folder / "volunteering-clean.csv")
    assert list(rows[0]) == list(layout("ZY-FW").codes)
    assert [{key: value for key, value in row.items() if value} for row in table] == [
        {key: value for key, value in row.items() if value} for row in rows
    ]


def test_workbook_has_title_labels_and_mixed_dates(province: Manifest) -> None:
    shape = layout(PENALTY)
    sheet = CalamineWorkbook.from_path(province.folder / "penalties-clean.xlsx").get_sheet_by_index(0)
    title, labels, *rows = sheet.to_python()
    assert NOTE in str(title[0])
    assert not any(title[1:])
    assert labels == list(shape.labels)
    assert sheet.merged_cell_ranges == [((0, 0), (0, len(labels) - 1))]
    decided = shape.codes.index("CF_JDRQ")
    assert {type(row[decided]) for row in rows} == {str, date}
    texts = [cell for row in rows for code, cell in zip(shape.codes, row, strict=True) if code not in shape.dates]
    assert {type(cell) for cell in texts} == {str}


def test_key_covers_every_row_of_the_dirty_files(province: Manifest) -> None:
    key = rows_of(province.folder / "dirty-key.csv")
    assert {row["expected"] for row in key} == OUTCOMES
    by_file = {name: [int(row["row"]) for row in key if row["file"] == name] for name in {row["file"] for row in key}}
    assert set(by_file) == {name for name in province.rows if "-dirty." in name}
    for name, numbers in by_file.items():
        first = 3 if name.endswith(".xlsx") else 2
        assert numbers == list(range(first, first + province.rows[name]))
        if name.endswith(".csv"):
            assert len(rows_of(province.folder / name)) == len(numbers)


def test_key_names_every_kind(province: Manifest) -> None:
    stage = Stage(choose_cast(people(PERSONS, SEED, TODAY)), TODAY)
    kinds = [kind.name for kind in penalty_kinds(stage)]
    found = {row["kind"] for row in rows_of(province.folder / "dirty-key.csv") if row["file"] == "penalties-dirty.csv"}
    assert len(set(kinds)) == len(kinds)
    assert found == {*kinds, "clean"}
    assert {f"forbidden-{code.replace('_', '-')}" for code in forbidden_phrases()} <= found


def dirty(province: Manifest, kind: str) -> list[dict[str, str]]:
    rows = rows_of(province.folder / "penalties-dirty.csv")
    key = rows_of(province.folder / "dirty-key.csv")
    wanted = [int(row["row"]) - 2 for row in key if row["kind"] == kind and row["file"] == "penalties-dirty.csv"]
    return [rows[place] for place in wanted]


@pytest.mark.parametrize("kind", ["bad-check-digit", "swapped-digits", "masked-number"])
def test_spoilt_numbers_are_invalid(province: Manifest, kind: str) -> None:
    rows = dirty(province, kind)
    assert rows
    assert not any(examine(from_template("1"), row["CF_XDR_ZJHM"], on=TODAY, areas=AREAS) for row in rows)


def test_dirty_rows_are_what_their_kind_says(province: Manifest, population: list[dict[str, str]]) -> None:
    known = {row["ZJHM"]: row for row in population}
    (legacy,) = dirty(province, "fifteen-digit-number")
    assert examine(from_template("1"), legacy["CF_XDR_ZJHM"], on=TODAY, areas=AREAS).legacy
    (stranger,) = dirty(province, "unknown-person")
    assert examine(from_template("1"), stranger["CF_XDR_ZJHM"], on=TODAY, areas=AREAS)
    assert stranger["CF_XDR_ZJHM"] not in known
    (dead,) = dirty(province, "dead")
    assert known[dead["CF_XDR_ZJHM"]]["ZT"] == "死亡"
    (minor,) = dirty(province, "minor-at-act")
    birth = known[minor["CF_XDR_ZJHM"]]["CSRQ"]
    assert minor["CX_XWZZRQ"].replace("-", "") < f"{int(birth[:4]) + 18}{birth[4:]}"
    first, second = dirty(province, "identical-duplicate")
    assert first == second
    first, second = dirty(province, "conflicting-duplicate")
    assert first["CF_WSH"] == second["CF_WSH"]
    assert first["CF_NR"] != second["CF_NR"]
    namesakes = dirty(province, "namesakes-in-one-document")
    assert len({row["CF_XDR_MC"] for row in namesakes}) == len({row["CF_WSH"] for row in namesakes}) == 1
    assert len({row["CF_XDR_ZJHM"] for row in namesakes}) == len(namesakes) > 1
    assert "\n" in dirty(province, "quotes-and-line-breaks")[0]["CF_SY"]


def test_smallest_province_holds_the_whole_cast(tmp_path: Path) -> None:
    for seed in range(5):
        generate(100, seed, tmp_path / str(seed), today=date(2027, 2, 28))


def test_every_file_says_that_it_is_synthetic(province: Manifest) -> None:
    text = (province.folder / "README.txt").read_text(encoding="utf-8")
    assert NOTE in text
    assert "SYNTHETIC" in text
    assert all(name in text for name in province.rows)


def test_fast_files_fit_together(tmp_path: Path) -> None:
    write_population_csv(tmp_path / "population.csv", PERSONS, SEED)
    write_penalties_csv(tmp_path / "penalties.csv", 20_000, PERSONS, SEED)
    known = {(row["ZJHM"], row["XM"]) for row in rows_of(tmp_path / "population.csv")}
    rows = rows_of(tmp_path / "penalties.csv", "utf-8")
    assert len(rows) == 20_000
    assert {(row["CF_XDR_ZJHM"], row["CF_XDR_MC"]) for row in rows} <= known
    assert len({row["CF_WSH"] for row in rows}) == len(rows)
    assert len({row["CF_SY"] for row in rows}) > 0.99 * len(rows)
    sizes = [len(line) for line in (tmp_path / "penalties.csv").read_bytes().splitlines(keepends=True)[1:]]
    assert min(sizes) >= 350
    assert max(sizes) <= 500
    assert 400 <= sum(sizes) / len(sizes) <= 460
