"""Searching what everybody may read."""

from itertools import pairwise
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from chengxin.education.search import excerpt, marked, search, terms_of
from tests.conftest import Register
from tests.people import PEOPLE, WANG_WEI


def titles(query: str) -> list[str]:
    return ["".join(part.text for part in hit.title) for hit in search(query).hits]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("信用修复", ["信用", "用修", "修复"]),
        ("修", ["修"]),
        ("CF-ZRR 处罚", ["cf", "zrr", "处罚"]),
        ("  ，。 ", []),
        ("第25条", ["第", "25", "条"]),
    ],
)
def test_what_is_looked_for(query: str, terms: list[str]) -> None:
    assert terms_of(query) == terms


@given(st.text(max_size=80), st.text(alphabet="信用修复abc ", max_size=10))
def test_marking_changes_no_letter(text: str, query: str) -> None:
    parts = marked(text, terms_of(query))
    assert "".join(part.text for part in parts) == text
    assert all(one.hit is not other.hit for one, other in pairwise(parts))


def test_what_overlaps_is_one_piece() -> None:
    assert [(part.text, part.hit) for part in marked("申请信用修复的人", terms_of("信用修复"))] == [
        ("申请", False), ("信用修复", True), ("的人", False),
    ]  # fmt: skip


def test_an_excerpt_stands_around_the_first_place() -> None:
    told = excerpt("甲" * 300 + "信用修复" + "乙" * 300, terms_of("信用修复"))
    assert told.startswith("…")
    assert told.endswith("…")
    assert "信用修复" in told


def test_pages_items_laws_and_units_are_found(public_site: Register) -> None:
    assert titles("信用修复")[0] in {"怎样申请信用修复", "信用修复管理办法"}
    assert {hit.kind for hit in search("行政处罚").hits} >= {"item", "law"}
    assert [hit.kind for hit in search("测试市场监督管理局").hits] == ["organisation"]
    assert search("CF-ZRR").hits[0].key == "CF-ZRR"
    assert search("一句哪里都没有的话").hits == []


@pytest.mark.parametrize("query", ["item", "how-long-shown", "0a1b2c3d"])
def test_what_a_page_is_made_of_is_not_among_its_words(public_site: Register, query: str) -> None:
    with public_site.connect("owner") as connection:
        connection.execute(
            """UPDATE pages_newspage SET body = '[{"type": "points", "id": "0a1b2c3d-0000-4000-8000-000000000000", "value":
               [{"type": "item", "id": "0a1b2c3d-0000-4000-8000-000000000001", "value": "这一项找得到"}]}]'"""
        )
    assert not [hit for hit in search(query).hits if hit.kind == "page"]
    assert titles("这一项找得到") == ["公开网站开通：看得到收集什么、凭什么收集"]


def test_so_many_and_no_more(public_site: Register) -> None:
    found = search("信息")
    assert (len(found.hits), found.more) == (20, True)


def test_no_draft_is_found(public_site: Register) -> None:
    with public_site.connect("owner") as connection:
        connection.execute("UPDATE wagtailcore_page SET live = false WHERE slug = 'ask-for-repair'")
    assert "怎样申请信用修复" not in titles("信用修复")


@pytest.mark.parametrize("name", [one.name for one in PEOPLE if one.name != WANG_WEI.name])
def test_no_person_is_found(public_site: Register, name: str) -> None:
    assert search(name).hits == []


def test_the_page_marks_what_it_found_and_puts_nothing_into_an_address(public_site: Register) -> None:
    client = Client()
    page = client.post("/search/", {"query": "信用修复"}).content.decode()
    assert "<mark>信用修复</mark>" in page
    assert 'method="post"' in page
    answer = client.post("/search/", {"query": WANG_WEI.code})
    assert answer.status_code == 422
    assert "不能写身份证件号码" in answer.content.decode()
    asked = client.get("/search/?query=信用").content.replace(quote("?query=信用", safe="?=").encode(), b"")
    assert asked == client.get("/search/").content, "an address looks for nothing; the other language's keeps it"


@pytest.mark.parametrize("query", ["'; DROP TABLE x; --", "%", "_", "<script>", "\\", "信用' OR '1'='1"])
def test_signs_are_signs(public_site: Register, query: str) -> None:
    answer = Client().post("/search/", {"query": query})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()
