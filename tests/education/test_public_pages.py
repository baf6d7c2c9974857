"""What everybody reads of the pages that editors wrote."""

import re
from typing import Any

import pytest
from django.test import Client

from chengxin.education.published import blocks_of, every_address, find_page, pages_under
from chengxin.portal.navigation import TABLE
from chengxin.portal.public.places import PLACES
from tests.conftest import Register
from tests.people import OFFICERS, PEOPLE


def text_of(path: str) -> str:
    answer = Client().get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def test_the_guide_says_what_is_held_and_what_one_can_do(public_site: Register) -> None:
    page = text_of("/guide/what-is-held/")
    assert "政府记了我什么，我能做什么" in page
    assert "发现写错了，提出异议" in page
    assert "《征信业管理条例》第十四条" in page
    assert 'href="/catalogue/"' in page
    assert '<a href="/">首页</a>' in page


def test_a_law_tells_its_number_its_organ_and_its_days(public_site: Register) -> None:
    page = text_of("/policy/credit-repair-measures-2026/")
    for told in ("国家发展和改革委员会令第36号", "国家发展和改革委员会", "2025-11-20", "2026-04-01"):
        assert told in page


def test_every_entry_of_the_navigation_leads_somewhere(public_site: Register) -> None:
    start = text_of("/")
    for address in {one.href for one in PLACES} | {one.href() for one in TABLE["public"] if one.face == "public"}:
        assert f'href="{address}"' in start
        assert Client().get(address).status_code == 200, address


def test_every_link_on_every_page_leads_somewhere(public_site: Register) -> None:
    for address, _ in every_address():
        for link in set(re.findall(r'href="(/[^"#?]*)"', text_of(f"/{address}"))):
            if not link.startswith("/static/"):
                assert Client().get(link).status_code == 200, (address, link)


def test_the_site_map_lists_pages_and_items_and_no_person(public_site: Register, settings: Any) -> None:
    settings.PUBLIC_URL = "https://public.example"
    text = text_of("/sitemap.xml")
    for address in ("/", "/guide/what-is-held/", "/catalogue/CF-ZRR/", "/statistics/", "/reports/"):
        assert f"<loc>https://public.example{address}</loc>" in text
    assert not [one.name for one in PEOPLE if one.name in text]
    assert "Sitemap: https://public.example/sitemap.xml" in text_of("/robots.txt")
    assert "Disallow: /receipts/" in text_of("/robots.txt")


def test_a_moved_page_is_followed(public_site: Register) -> None:
    with public_site.connect("owner") as connection:
        connection.execute(
            "INSERT INTO wagtailredirects_redirect (old_path, is_permanent, redirect_link, redirect_page_id, redirect_page_route_path,"
            " automatically_created, created_at) SELECT '/old/place', true, '', id, '', true, now() FROM wagtailcore_page"
            " WHERE slug = 'ask-for-repair'"
        )
    assert Client().get("/old/place/").headers["Location"] == "/guide/ask-for-repair/"


def test_a_list_goes_on_where_it_stopped(public_site: Register) -> None:
    section = find_page("guide/").number
    first = pages_under(section, limit=3)
    rest = pages_under(section, after=first.after, limit=3)
    assert len(first.pages) == 3
    assert len(rest.pages) == 1
    assert rest.after == ""
    assert not {one.number for one in first.pages} & {one.number for one in rest.pages}


def test_what_is_written_is_text_and_never_markup(public_site: Register) -> None:
    with public_site.connect("owner") as connection:
        connection.execute(
            """UPDATE pages_newspage SET summary = '<b>粗</b>', body = '[{"type": "text", "value": "<script>x</script>", "id": "1"},
               {"type": "link", "value": {"label": "x", "page": null, "address": "/\\" onclick=\\"x"}, "id": "2"}]'"""
        )
    page = text_of("/news/site-opened/")
    assert "<script>x" not in page
    assert "<b>粗" not in page
    assert '" onclick="' not in page


def test_a_link_to_what_is_not_published_is_left_out(public_site: Register) -> None:
    pieces = [{"type": "link", "value": {"label": "x", "page": 999999, "address": ""}},
              {"type": "picture", "value": {"image": 999999, "alt": "x", "caption": ""}}]  # fmt: skip
    assert blocks_of(pieces, pictures={}) == []


def test_no_page_names_an_officer(public_site: Register) -> None:
    for address, _ in every_address():
        page = text_of(f"/{address}")
        assert not [one["display_name"] for one in OFFICERS if one["display_name"] in page]


@pytest.mark.parametrize("path", ["/guide/what-is-held/", "/", "/search/", "/sitemap.xml"])
def test_a_page_costs_few_statements(public_site: Register, path: str, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        text_of(path)
