"""The register in numbers: of months that have ended, no small ones, and none that others add up to."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from io import StringIO
from itertools import product
from typing import Any

import psycopg
import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chengxin.lib.periods import add_months
from chengxin.records.errors import MonthUnknown
from chengxin.records.reconciliation import FIGURES
from chengxin.records.statistics import Received, statistics
from tests.conftest import Register
from tests.people import CENTRE, MARKET

SMALLEST = STEP = 10
PAGE, FILE = "/statistics/", "/statistics/figures.csv"
counts = st.integers(0, 3 * SMALLEST)


def enter(register: Register, day: date, *, item: str = "CF-ZRR", provider: str = MARKET, **figures: int) -> None:
    """Enter a day's figures of an item; every row read is a new one unless said otherwise."""
    query, values = entering(day, item, provider, figures)
    register.rows(query, *values)


def entering(day: date, item: str, provider: str, figures: Mapping[str, int]) -> tuple[str, list[Any]]:
    made = dict.fromkeys(FIGURES, 0) | dict(figures)
    made["read"] = sum(made[name] for name in ("new", "changed", "unchanged", "waiting", "refused"))
    query = f"""INSERT INTO records_day_figures (provider_id, item_id, day, {", ".join(made)})
        SELECT o.id, i.id, %s, {", ".join(["%s"] * len(made))} FROM identity_organisation o, catalogue_item i
        WHERE o.code = %s AND i.code = %s RETURNING id"""
    return query, [day, *made.values(), provider, item]


@pytest.fixture
def last(today: date) -> date:
    """Give a day of the month that ended last."""
    return add_months(today.replace(day=1), -1).replace(day=20)


@contextmanager
def undone(register: Register) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(register.urls["owner"]) as connection:
        yield connection
        connection.rollback()


def test_before_any_month_has_ended_there_is_nothing(public_site: Register, today: date) -> None:
    enter(public_site, today, shown=500)
    assert statistics() is None
    assert "还没有可以公布的数字" in Client().get(PAGE).content.decode()
    assert Client().get(FILE).status_code == 200


def test_month_shows_its_last_day_and_small_counts_are_withheld(public_site: Register, last: date) -> None:
    enter(public_site, last.replace(day=19), shown=9999)
    enter(public_site, last, shown=57)
    enter(public_site, last, item="RY-BZ", shown=9)
    told = statistics()
    assert told is not None
    assert told.month == f"{last:%Y-%m}"
    assert (told.shown_of("03"), told.shown_of("11"), told.shown_of()) == (50, None, 50)
    assert told.shown_of(region="1401") == 50


def test_rows_of_a_month_add_up_over_its_days(public_site: Register, last: date) -> None:
    enter(public_site, last, new=31, refused=12)
    enter(public_site, last.replace(day=19), new=31, waiting=4)
    told = statistics()
    assert told is not None
    assert told.received == (Received(f"{last:%Y-%m}", 70, 60, 0, None, 10, 0, 0),)
    assert told.received[0].in_time_percent == 100


@pytest.mark.parametrize(
    ("new", "late", "percent"),
    [(200, 50, 75), (200, 0, 100), (200, 200, 0), (0, 0, None), (None, 0, None), (200, None, None)],
)
def test_how_many_came_in_time(new: int | None, late: int | None, percent: int | None) -> None:
    assert Received("2026-10", new, new, 0, 0, 0, 0, late).in_time_percent == percent


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(counts, min_size=1, max_size=6))
def test_no_figure_tells_of_fewer_than_the_smallest(register: Register, cells: list[int]) -> None:
    with undone(register) as connection:
        asked = connection.execute("SELECT records_publishable(c) FROM unnest(%s::bigint[]) c", [cells])
        published = [value for (value,) in asked]
    for cell, value in zip(cells, published, strict=True):
        assert (value is None) == (0 < cell < SMALLEST)
        assert value is None or (value % STEP == 0 and value <= cell)


ITEMS, PROVIDERS = ("CF-ZRR", "RY-BZ", "XK-ZRR"), (MARKET, CENTRE)
tables = st.lists(counts, min_size=len(ITEMS) * len(PROVIDERS), max_size=len(ITEMS) * len(PROVIDERS))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=tables)
@example(cells=[2, 19, 19, 0, 0, 0])  # sums of whole counts told that the one withheld is more than one
@example(cells=[9, 19, 19, 19, 19, 19])
def test_no_total_tells_more_than_what_is_published(register: Register, last: date, cells: list[int]) -> None:
    """Every total is the sum of figures that are published beside it: nothing can be taken from it that they don't tell."""
    with undone(register) as connection:
        for (provider, item), shown in zip(product(PROVIDERS, ITEMS), cells, strict=True):
            connection.execute(*entering(last, item, provider, {"shown": shown}))
        rows = connection.execute("SELECT coalesce(item_class, ''), coalesce(region, ''), shown FROM public_shown")
        told = {(one, region): value for one, region, value in rows}
    finest = {(one, region): value for (one, region), value in told.items() if one and region}
    assert finest
    for (one, region), value in told.items():
        parts = [
            part
            for (its_class, its_region), part in finest.items()
            if one in {"", its_class} and region in {"", its_region}
        ]
        published = sum(part or 0 for part in parts)
        assert value == (published or (None if None in parts else 0))


def test_rows_read_are_the_sum_of_what_is_published(public_site: Register, last: date) -> None:
    enter(public_site, last, new=69, refused=19, waiting=2)
    told = statistics()
    assert told is not None
    assert (told.received[0].read, told.received[0].waiting) == (70, None)


def test_only_months_that_ended_are_asked_for(public_site: Register, last: date, today: date) -> None:
    enter(public_site, last, shown=20)
    for month in (f"{today:%Y-%m}", "2020-01", "x", "2026-1'"):
        with pytest.raises(MonthUnknown):
            statistics(month)
        assert Client().get(PAGE, {"month": month}).status_code == 404


def test_page_and_file_say_the_same_and_name_the_withheld(public_site: Register, last: date) -> None:
    enter(public_site, last, shown=57, new=57)
    enter(public_site, last, item="RY-BZ", shown=9, new=9)
    page = Client().get(PAGE).content.decode()
    assert page.count("<figure") == 5
    assert "不公布" in page
    assert "太原市" in page
    rows = list(csv.reader(StringIO(Client().get(FILE).content.decode("utf-8-sig"))))
    assert rows[0] == ["统计", "项目", "栏目", "数字"]
    told = {(row[1], row[2]): row[3] for row in rows[1:] if "信息类别" in row[0]}
    assert told[("行政管理信息", "记录（条）")] == "50"
    assert told[("诚实守信相关荣誉信息", "记录（条）")] == ""
    assert told[("合计", "记录（条）")] == "50"


def test_public_reads_no_figure_but_by_the_views(public_site: Register, last: date) -> None:
    enter(public_site, last, shown=57)
    with public_site.connect("public") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT shown FROM records_day_figures")
