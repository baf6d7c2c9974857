"""The forms in which departments write days, numbers and codes."""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.records.intake.fields import (
    LONG_TERM,
    FieldChecker,
    Judged,
    by_distinct,
    distinct,
    read_code,
    read_day,
    read_number,
    read_organisation_code,
)
from chengxin.records.intake.reading import ROW
from tests.people import MARKET
from tests.records.intake.cases import ON, framed, shipped_item

DAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        "20260305", "2026-03-05", "2026-3-5", "2026/03/05", "2026/3/5", "2026.3.5", "2026年3月5日", "2026年03月05日",
        "2026-03-05 00:00:00", "2026-03-05T00:00:00", "2026-03-05 00:00", "2026-03-05 00:00:00.000",
    ],
)  # fmt: skip
def test_day_in_each_form(text: str) -> None:
    assert read_day(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "", "去年三月", "2026-02-30", "20260231", "2026-13-01", "2026-00-10", "26-03-05", "2026-3/5", "2026.3-5", "2026-03-05 12:30:00",
        "２０２６-０３-０５", "2026年3月", "1899-12-31", "2101-01-01", "2026-03-05x", " 2026-03-05", "0000-00-00", "45000", "202635",
    ],
)  # fmt: skip
def test_no_day_is_guessed(text: str) -> None:
    assert read_day(text) is None


@pytest.mark.parametrize("text", ["长期", "长期有效", "永久"])
def test_long_term(text: str) -> None:
    assert read_day(text) == LONG_TERM


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_in_every_form(day: date) -> None:
    forms = (
        day.isoformat(), f"{day:%Y%m%d}", f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    )  # fmt: skip
    assert {read_day(form) for form in forms} == {day}


@pytest.mark.parametrize(
    ("text", "scale", "read"),
    [
        ("2", 6, "2"), ("2.000000", 6, "2"), ("0.5", 6, "0.5"), ("00.50", 6, "0.5"), ("0", 6, "0"), ("0.000001", 6, "0.000001"),
        ("0.0000010", 6, "0.000001"), ("0.0000001", 6, None), ("1.5", 0, None), ("1.0", 0, "1"), ("-0.5", 6, None), ("+1", 6, None),
        ("1,000", 6, None), ("五百", 6, None), ("0.5万元", 6, None), ("1e3", 6, None), ("１", 6, None), (".5", 6, None), ("5.", 6, None),
        ("1234567890123", 6, None), ("123456789012", 6, "123456789012"), ("", 6, None), ("NaN", 6, None), ("Infinity", 6, None),
    ],
)  # fmt: skip
def test_number(text: str, scale: int, read: str | None) -> None:
    assert read_number(text, scale) == read


@given(st.decimals(min_value=0, max_value=10**11, places=6))
def test_number_keeps_its_value_and_has_one_form(number: Decimal) -> None:
    read = read_number(format(number, "f"), 6)
    assert read is not None
    assert Decimal(read) == number
    assert read_number(read, 6) == read


VALUES = {"0": "0", "1": "1", "2": "2", "罚款": "1", "警告": "0", "没收违法所得、没收非法财物": "2"}


@pytest.mark.parametrize(
    ("text", "multi", "read"),
    [
        ("1", False, "1"), ("罚款", False, "1"), ("1;0", False, None), ("99", False, None),
        ("1;0", True, "1、0"), ("罚款、警告", True, "1、0"), ("1，0；1", True, "1、0"), ("1; ", True, "1"), ("1;99", True, None),
        (";", True, None), ("没收违法所得、没收非法财物", True, "2"), ("罚款,警告", True, "1、0"),
    ],
)  # fmt: skip
def test_code_by_value_or_label(text: str, multi: bool, read: str | None) -> None:
    assert read_code(text, VALUES, multi=multi) == read


def test_organisation_code_is_checked_to_its_last_character() -> None:
    assert read_organisation_code(MARKET) == MARKET
    assert read_organisation_code(MARKET.lower()) in {MARKET, None}
    assert read_organisation_code(MARKET[:-1] + ("0" if MARKET[-1] != "0" else "1")) is None
    assert read_organisation_code("") is None


def test_each_distinct_text_is_judged_once_and_null_stays_null() -> None:
    asked: list[str] = []

    def judge(text: str) -> int | None:
        asked.append(text)
        return None if text == "x" else len(text)

    made = by_distinct(pl.Series("a", ["aa", None, "x", "aa", "b"]), judge, pl.Int8)
    assert made.to_list() == [2, None, None, 2, 1]
    assert sorted(asked) == ["aa", "b", "x"]
    assert by_distinct(pl.Series("a", [None, None], dtype=pl.String), judge, pl.Int8).to_list() == [None, None]


@given(st.lists(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=30), min_size=1, max_size=4))
def test_a_column_is_what_it_says_at_the_places_where_it_says_it(parts: list[list[str | None]]) -> None:
    column = pl.concat([pl.Series("a", part, dtype=pl.String) for part in parts], rechunk=False)
    said, places = distinct(column)
    assert said.gather(places).to_list() == column.to_list()
    assert len(said) == column.drop_nulls().n_unique()


@given(
    st.lists(st.lists(st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2000, 1, 9))), max_size=9), max_size=6),
    st.sampled_from([0, 4, 1000]),
)
def test_a_day_is_judged_once_for_all_blocks_unless_there_are_too_many(
    blocks: list[list[date | None]], most: int
) -> None:
    asked: list[date] = []

    def judge(day: date) -> date:
        asked.append(day)
        return day + timedelta(days=1)

    judged = Judged(judge, most)
    for block in blocks:
        made = judged.of(pl.Series(block, dtype=pl.Date)).to_list()
        assert made == [None if day is None else day + timedelta(days=1) for day in block]
    if most == 1000:
        assert len(asked) == len(set(asked))


def findings(item: str, **values: str | None) -> set[tuple[str, str]]:
    opened = shipped_item(item)
    _, found = FieldChecker(opened, ON).check(framed([values]))
    assert set(found[ROW]) <= {2}
    return {(rule, field) for rule, field in found.select("rule", "field").iter_rows() if rule != "required"}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("CF_JDRQ", "20260231", "bad-date"), ("CF_JDRQ", (ON + timedelta(days=1)).isoformat(), "future-date"),
        ("CF_JDRQ", ON.isoformat(), ""), ("CX_XWZZRQ", "2027-01-01", "future-date"), ("CX_QDRQ", "2027-01-01", ""),
        ("CF_NR_FK", "伍佰元", "bad-number"), ("CF_CFLB", "77", "not-in-list"), ("CF_XDR_ZJLX", "驾驶证", "code-type-unknown"),
        ("CF_CFJGDM", MARKET[:-1] + "!", "bad-organisation-code"), ("CF_XDR_MC", "张" * 200, ""), ("CF_XDR_MC", "张" * 201, "too-long"),
        ("CF_XDR_MC", "𬭎" * 200, ""),
    ],
)  # fmt: skip
def test_field_of_a_penalty(field: str, value: str, rule: str) -> None:
    assert findings("CF-ZRR", **{field: value}) == ({(rule, field)} if rule else set())


def test_every_required_field_is_asked_for_by_name() -> None:
    opened = shipped_item("CF-ZRR")
    _, found = FieldChecker(opened, ON).check(framed([{"BZ": "x"}]))
    wanted = {field.code for field in opened.definition.fields if field.required}
    assert set(found.filter(pl.col("rule") == "required")["field"]) == wanted


@pytest.mark.parametrize(("text", "fen"), [("2", 2_000_000), ("0.000001", 1), ("19.999999", 19_999_999), ("0", 0)])
def test_money_is_kept_in_fen(text: str, fen: int) -> None:
    frame, _ = FieldChecker(shipped_item("CF-ZRR"), ON).check(framed([{"CF_NR_FK": text}]))
    assert frame["CF_NR_FK#fen"].to_list() == [fen]
