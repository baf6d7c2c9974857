"""The public site: what everybody may read, under the role that can read nothing else, without a cookie."""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.catalogue.directory import list_organisations
from chengxin.catalogue.files import shipped_items
from chengxin.identity.services.organisations import settle_organisation
from chengxin.portal.public import catalogue
from tests.conftest import Register
from tests.people import CENTRE, MARKET, OFFICERS, WANG_WEI
from tests.portal.test_pages import STRICT

# What names nobody and is the same for everybody may be kept a minute; errors, forms and what answers one asker may not.
KEPT = ["/", "/catalogue/", "/catalogue/?item_class=03", "/catalogue/publication/",
        "/catalogue/CF-ZRR/", "/catalogue/editions/", "/catalogue/editions/SX-2026.1/",
        "/catalogue/compare/?before=SX-2026.1&after=SX-2026.1", "/catalogue/consultations/", "/organisations/", "/permissions/",
        "/checkpoints/", "/checkpoints/index.txt",
        "/guide/", "/guide/what-is-held/", "/policy/credit-repair-measures-2026/", "/cases/same-name/", "/news/", "/sitemap.xml",
        "/robots.txt"]  # fmt: skip
KEPT_BY_NOBODY = ["/receipts/", "/search/", "/feedback/", "/feedback/answer/", "/catalogue/?kind=x",
                  "/healthz", "/nowhere/", "/catalogue/NO-SUCH/", "/organisations/?region=x",
                  "/guide/?after=x", "/guide/no-such/", "/pictures/no-such.jpg"]  # fmt: skip


@pytest.mark.parametrize("page", [*KEPT, *KEPT_BY_NOBODY])
def test_every_answer_carries_the_policy_and_no_cookie_and_is_kept_where_it_may_be(
    public_site: Register, page: str
) -> None:
    answer = Client().get(page)
    assert dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; ")) == STRICT
    assert answer.headers["Cache-Control"] == ("public, max-age=60" if page in KEPT else "no-store")
    assert ("ETag" in answer.headers) == (page in KEPT)
    assert answer.status_code == 200 or page in KEPT_BY_NOBODY
    assert not answer.cookies
    assert "Cookie" not in answer.headers.get("Vary", "")
    for never in (" style=", "<style", "<script>", " onclick=", "csrfmiddlewaretoken"):
        assert never not in answer.content.decode()


def test_the_start_page_leads_to_the_desk_and_names_no_officer(public_site: Register, settings: Any) -> None:
    settings.DEMO, settings.DESK_URL = True, "https://desk.example"
    page = Client().get("/").content.decode()
    assert 'href="https://desk.example/"' in page
    assert "演示数据均为虚构" in page
    assert not [one["display_name"] for one in OFFICERS if one["display_name"] in page]


def test_the_catalogue_tells_each_item_with_its_laws(public_site: Register) -> None:
    listed = Client().get(reverse("public:catalogue")).content.decode()
    assert "行政处罚信息（自然人）" in listed
    shown = Client().get(reverse("public:item", args=["CF-ZRR"])).content.decode()
    assert "《中华人民共和国行政处罚法》" in shown
    assert "CF_XDR_MC" in shown


def listed(**asked: str) -> set[str]:
    page = Client().get(reverse("public:catalogue"), asked).content.decode()
    return {code for code in shipped_items() if reverse("public:item", args=[code]) in page}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, set(shipped_items())),
        ({"item_class": "11"}, {"RY-BZ", "ZY-FW"}),
        ({"item_class": "03", "word": "许可信息"}, {"XK-ZRR"}),
        ({"kind": "court"}, {"SX-BZXR"}),
        ({"word": "cf-zrr"}, {"CF-ZRR"}),
        ({"word": "失信被执行人名单"}, {"SX-BZXR"}),
        ({"word": "没有这种事"}, set()),
    ],
    ids=["all", "class", "class-and-word", "kind", "code", "law", "none"],
)
def test_the_catalogue_is_narrowed_by_class_provider_and_word(
    public_site: Register, asked: dict[str, str], found: set[str]
) -> None:
    assert listed(**asked) == found


def test_a_word_that_nothing_holds_is_said_so_and_each_item_shows_its_articles(public_site: Register) -> None:
    assert "没有这样的信息项" in Client().get(reverse("public:catalogue"), {"word": "没有这种事"}).content.decode()
    page = Client().get(reverse("public:catalogue")).content.decode()
    assert page.count("法律依据（") == len(shipped_items())
    assert "<li>《中华人民共和国行政处罚法》第" in page


@pytest.mark.parametrize("asked", [{"item_class": "99"}, {"kind": "'"}, {"word": "x" * 13}, {"word": WANG_WEI.code}])
def test_what_the_catalogue_cant_be_asked_is_refused(public_site: Register, asked: dict[str, str]) -> None:
    answer = Client().get(reverse("public:catalogue"), asked)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")


def test_no_identity_code_fits_into_the_field_that_stands_in_an_address(public_site: Register) -> None:
    assert 'maxlength="12"' in Client().get(reverse("public:catalogue")).content.decode()


@pytest.mark.parametrize(
    "told",
    [
        'id="column-CF_JDRQ"',
        "日期，写成 2026-03-05",
        "从代码表中选取，填代码或者名称；多项用顿号隔开。例：1",
        "<li>1 罚款</li>",
        "<li>通报批评</li>",
        "数字，小数不超过 6 位，单位万元",
        "文字，不超过 128 字。例：示市监罚",
    ],
)
def test_the_catalogue_tells_how_to_fill_each_column(public_site: Register, told: str) -> None:
    assert told in Client().get(reverse("public:item", args=["CF-ZRR"])).content.decode()


def test_an_item_whose_law_has_ended_leaves_the_catalogue(public_site: Register) -> None:
    with public_site.connect("owner") as connection:
        connection.execute(
            "UPDATE catalogue_law SET valid_until = current_date WHERE code IN (SELECT a.law_id FROM catalogue_article a"
            " JOIN catalogue_item_basis b ON b.article_id = a.ref JOIN catalogue_item_version v ON v.id = b.itemversion_id"
            " JOIN catalogue_item i ON i.id = v.item_id WHERE i.code = 'SX-BZXR')"
        )
    assert "失信被执行人信息" not in Client().get(reverse("public:catalogue")).content.decode()
    assert Client().get(reverse("public:item", args=["SX-BZXR"])).status_code == 404


def test_an_error_is_a_page_for_people(public_site: Register) -> None:
    answer = Client().get(reverse("public:item", args=["NO-SUCH"]))
    text = answer.content.decode()
    assert answer.status_code == 404
    assert "目录中没有该信息项" in text
    assert (
        "The catalogue has no such item"
        in Client().get(f"/en{reverse('public:item', args=['NO-SUCH'])}").content.decode()
    )
    assert "item-not-open" in text


def test_a_bug_shows_nothing_of_what_it_says(public_site: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("Failing row contains (secret)")

    monkeypatch.setattr(catalogue, "published_items", fail)
    answer = Client(raise_request_exception=False).get(reverse("public:catalogue"))
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "请稍后再试" in answer.content.decode()


# The directory.


def units(register: Register, *regions: str) -> None:
    register.become("owner")
    for number, region in enumerate(regions):
        from chengxin.demo.organisations import organisation_code

        code = organisation_code("department", 500 + number)
        settle_organisation(
            code=code, name=f"测试第{number}局", kind="department", region=region, valid_from=date(2019, 1, 1)
        )
    register.become("public")


def test_the_directory_lists_who_hands_in_and_nobody_else(public_site: Register) -> None:
    page = Client().get(reverse("public:organisations")).content.decode()
    assert MARKET in page
    assert CENTRE not in page
    assert not [one["display_name"] for one in OFFICERS if one["display_name"] in page]


def test_the_directory_goes_page_by_page_and_says_each_unit_once(public_site: Register) -> None:
    units(public_site, "140100", "140105", "140100", "140200", "140000")
    every, after, pages = [], ("", ""), 0
    while True:
        leaf = list_organisations(after=after, limit=2)
        every += [(one.region, one.code) for one in leaf.organisations]
        pages += 1
        if leaf.after is None:
            break
        after = leaf.after
    assert every == sorted(set(every))
    assert pages == (len(every) + 1) // 2
    assert len(every) == public_site.rows("SELECT count(*) FROM public_organisation")[0][0]


def test_the_directory_of_a_city_holds_its_counties(public_site: Register) -> None:
    units(public_site, "140100", "140105", "140200")
    page = Client().get(reverse("public:organisations"), {"region": "1401"}).content.decode()
    assert "测试第0局" in page
    assert "测试第1局" in page
    assert "测试第2局" not in page
    assert "太原市" in page


def test_more_units_than_a_page_lead_on(public_site: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    from chengxin.portal.public import organisations

    monkeypatch.setattr(organisations, "list_organisations", lambda **asked: list_organisations(**asked, limit=1))
    units(public_site, "140100", "140105")
    first, second = list_organisations(within="1401", limit=2).organisations
    page = Client().get(reverse("public:organisations"), {"region": "1401"}).content.decode()
    assert first.code in page
    assert second.code not in page
    (address,) = [part.split('"')[0] for part in page.split('href="')[1:] if part.startswith("?region=1401&amp;after=")]
    onward = Client().get(reverse("public:organisations") + address.replace("&amp;", "&")).content.decode()
    assert f"<code>{first.code}</code>" not in onward
    assert f"<code>{second.code}</code>" in onward


@pytest.mark.parametrize("asked", [{"region": "99"}, {"region": "'"}, {"after": "x"}, {"after": "140100-'"}])
def test_what_the_directory_cant_read_is_refused_in_words(public_site: Register, asked: dict[str, str]) -> None:
    answer = Client().get(reverse("public:organisations"), asked)
    assert answer.status_code == 400
    assert "请求无法读取" in answer.content.decode()


# What comes in.


def test_a_file_sent_to_the_site_is_kept_nowhere(public_site: Register, settings: Any) -> None:
    sent = io.BytesIO(b"x" * 3_000_000)
    before = set(settings.DATA_DIR.glob("spool/*"))
    answer = Client().post(reverse("public:check-receipt"), {"receipt": sent})
    assert answer.status_code == 422
    assert set(settings.DATA_DIR.glob("spool/*")) == before


def test_a_receipt_is_checked_without_a_token_of_the_form(public_site: Register) -> None:
    """Nobody is logged in here, so no form can be forged in anybody's name."""
    answer = Client(enforce_csrf_checks=True).post(reverse("public:check-receipt"), {"receipt": "V" + "A" * 26})
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers
