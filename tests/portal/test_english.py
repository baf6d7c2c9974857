"""English under /en/: the same pages, read by somebody who reads no Chinese; and nothing of it elsewhere."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings as now_set
from django.test import Client
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

from chengxin.portal.languages import PLAIN, half
from chengxin.portal.public import keeping
from tests.conftest import Register
from tests.english import Page, read
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI
from tests.portal.conftest import LogIn
from tests.portal.screens import DESK, PERSON, PUBLIC, Screen
from tests.portal.test_persons import own_page
from tests.records.test_ingest import take
from tests.sharing.test_entries import looked
from tests.sharing.test_own import over

COVERED = [one for one in PUBLIC if not one.path[1:].startswith(PLAIN["public"])]
OWN = [one for one in DESK if one.who == PERSON]
OPEN = [one for one in DESK if not one.who]
STATES = {"public:page-not-found": 404}


def english(client: Client, path: str, status: int = 200) -> Page:
    answer = client.get(f"/en{path}")
    assert answer.status_code == status, path
    return read(answer.content.decode())


def assert_english(page: Page) -> None:
    assert page.unmarked == []
    assert page.lang == "en"
    assert page.h1


def said(screen: Screen) -> str:
    return "-".join(filter(None, (screen.name, screen.state)))


@pytest.mark.parametrize("screen", COVERED, ids=said)
def test_a_public_page_is_english_but_for_what_exists_in_chinese_alone(public_site: Register, screen: Screen) -> None:
    assert_english(english(Client(), screen.path, STATES.get(said(screen), 200)))


@pytest.fixture
def held(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    """Give Wang Wei what pages can show: records shown and hidden, queries, a message."""
    rows = [penalty(today, 1), over(today, 2), penalty(today, 3, LI_NA)]
    take(register, write_csv(tmp_path / "a.csv", rows), now - timedelta(minutes=5))
    register.become("app")
    looked(now - timedelta(minutes=1))
    return register


def test_every_page_of_a_person_is_english(held: Register) -> None:
    client = own_page(WANG_WEI.code, "王伟")
    for screen in OWN:
        assert_english(english(client, screen.path))


def test_a_record_tells_its_days_and_how_they_were_counted_in_english(held: Register) -> None:
    client = own_page(WANG_WEI.code, "王伟")
    page = client.get("/en/me/file/").content.decode()
    address = re.findall(r'href="(/en/me/file/[^"]+/)"', page)[0]
    opened = client.get(address).content.decode()
    assert_english(read(opened))
    assert re.search(r"Shown until \d{4}-\d\d-\d\d \(that day included\)", opened)
    assert re.search(r"Counted from \d{4}-\d\d-\d\d \(the day of the decision\): (1 year|\d+ (months|years))", opened)
    assert '<span lang="zh-Hans">《' in opened
    ask = re.findall(r'href="(/en/me/entries/[^"]+/ask)"', client.get("/en/me/entries/").content.decode())[0]
    assert_english(read(client.get(ask).content.decode()))


@pytest.mark.parametrize("screen", OPEN, ids=said)
def test_the_way_in_is_english(register: Register, settings: Any, screen: Screen) -> None:
    settings.DEMO = True
    assert_english(english(Client(), screen.path))


def test_an_officers_own_account_is_english(log_in: LogIn) -> None:
    client = log_in("clerk")
    for name in ("security", "password", "totp", "passkey", "declare", "codes"):
        assert_english(english(client, reverse(f"account_{name}")))


# One page, two addresses.


@pytest.mark.parametrize("path", ["/", "/catalogue/?item_class=03&large=1", "/guide/what-is-held/", "/nowhere/"])
def test_each_language_leads_to_the_same_page_in_the_other(public_site: Register, path: str) -> None:
    plain, other = (read(Client().get(root + path).content.decode()) for root in ("", "/en"))
    (there,) = [one for one in plain.links if one.get("hreflang") == "en" and one.get("rel") != "alternate"]
    (back,) = [one for one in other.links if one.get("hreflang") == "zh-Hans" and one.get("rel") != "alternate"]
    assert (plain.lang, there["lang"], there["href"]) == ("zh-Hans", "en", f"/en{path}")
    assert (other.lang, back["lang"], back["href"]) == ("en", "zh-Hans", path)
    alternates = {(one["hreflang"], one["href"]) for one in other.links if one.get("rel") == "alternate"}
    bare = path.partition("?")[0]
    assert alternates == {("zh-Hans", now_set.PUBLIC_URL + bare), ("en", f"{now_set.PUBLIC_URL}/en{bare}")}


def test_every_link_of_an_english_page_stays_english(public_site: Register) -> None:
    for screen in COVERED:
        page = english(Client(), screen.path, STATES.get(said(screen), 200))
        inside = [one for one in page.links if one["href"].startswith("/") and "hreflang" not in one]
        led_out = {one["href"] for one in inside if not one["href"].startswith("/en/")}
        files = ("/static/", "/manifest.webmanifest")
        assert {href for href in led_out if not href.startswith(files)} == set(), screen.path


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/en", "/en/"),
        ("/en?large=1", "/en/?large=1"),
        ("/en/sitemap.xml", "/sitemap.xml"),
        ("/en/static/vendor/site.css", "/static/vendor/site.css"),
        ("/en/style/?large=1", "/style/?large=1"),
    ],
)
def test_what_stands_in_one_language_is_led_to(public_site: Register, path: str, place: str) -> None:
    answer = Client().get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, place)


@pytest.mark.parametrize("path", ["/en//desk/", "/en//evil.example/", "/en//sw.js"])
def test_nobody_is_led_to_another_site(register: Register, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_the_desk_is_left_alone(log_in: LogIn) -> None:
    client = log_in("clerk")
    for path in ("/desk/", "/desk/batches/?x=%E4%B8%AD"):
        answer = client.get(f"/en{path}")
        assert (answer.status_code, answer.headers["Location"]) == (302, path)
    page = client.get("/desk/").content.decode()
    assert 'hreflang="en"' not in page
    assert '<span lang="en" class="en">Batches</span>' in page
    assert "/en/" not in page


@pytest.mark.parametrize("face", ["administration", "editing"])
def test_other_faces_know_no_english(register: Register, settings: Any, face: str) -> None:
    settings.FACE = face
    assert Client().get("/en/login/").status_code == 404


def test_nothing_of_a_language_is_left_behind(public_site: Register) -> None:
    """An answer in English leaves the next one of the same thread as it was, after an error too."""
    for path in ("/en/", "/en/nowhere/", "/en/catalogue/?kind=x", "/en/sitemap.xml"):
        answer = Client().get(path)
        assert not answer.cookies
        assert "Vary" not in answer.headers or "Language" not in answer.headers["Vary"]
        assert (get_language(), get_script_prefix()) == ("zh-hans", "/")
    assert read(Client().get("/").content.decode()).lang == "zh-Hans"


# Forms.


def test_a_form_is_sent_and_answered_in_english(public_site: Register) -> None:
    wrong = Client().post("/en/reports/", {"number": "CX1", "code": ""})
    page = read(wrong.content.decode())
    assert (wrong.status_code, page.unmarked) == (422, [])
    assert "The number of a report has 20 signs" in wrong.content.decode()
    unknown = Client().post("/en/receipts/", {"receipt": "V" + "A" * 26})
    assert (unknown.status_code, read(unknown.content.decode()).unmarked) == (404, [])
    plain = Client().post("/reports/", {"number": "CX1", "code": ""}).content.decode()
    assert "报告编号共 20 位" in plain


def test_a_message_with_two_halves_shows_the_one_that_is_read(public_site: Register) -> None:
    for root, told, other in (("", "请写下要找的内容", "Say what"), ("/en", "Say what to look for", "请写下")):
        page = Client().post(f"{root}/search/", {"query": ""}).content.decode()
        assert told in page
        assert other not in page


@pytest.mark.parametrize("text", ["中文。 / English.", "没有这一项。 / Choose A / B."])
def test_a_message_is_halved(text: str) -> None:
    assert half(text) == text.partition(" / ")[0]
    assert half("no halves / here") == "no halves / here"
    assert half("只有中文，1 / 2 页") == "只有中文，1 / 2 页"


def test_what_a_person_sends_lands_in_english(held: Register) -> None:
    client = own_page(WANG_WEI.code, "王伟")
    ask = re.findall(r'href="(/en/me/entries/[^"]+/ask)"', client.get("/en/me/entries/").content.decode())[0]
    wrong = client.post(ask, {"words": ""}).content.decode()
    assert "Say what you want to know." in wrong
    assert_english(read(wrong))
    answer = client.post(ask, {"words": "Why?"})
    assert answer.headers["Location"] == "/en/me/questions/"
    page = client.get("/en/me/questions/").content.decode()
    assert "The organisation’s answer will stand here" in page.replace("&#x27;", "’")
    assert_english(read(page))


def test_a_report_asked_for_in_english_is_the_chinese_document(held: Register) -> None:
    """Its code leads where every other report's leads: to the plain address."""
    from chengxin.portal.person import reports

    asked: dict[str, Any] = {}

    def drawn(_report: Any, **told: Any) -> bytes:
        asked.update(told, language=get_language())
        return b"%PDF"

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reports, "as_pdf", drawn)
        answer = own_page(WANG_WEI.code, "王伟").post("/en/me/reports/report.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert (asked["check_at"], asked["language"]) == (f"{now_set.PUBLIC_URL}/reports/", "zh-hans")


def test_whoever_isnt_in_comes_back_in_english(register: Register) -> None:
    for path, login in (("/en/me/file/", "/en/me/login/"), ("/en/account/security/", "/en/login/")):
        assert unquote(Client().get(path).headers["Location"]) == f"{login}?next={path}"


def test_how_pages_look_is_kept_without_leaving_english(log_in: LogIn) -> None:
    answer = log_in("clerk").post("/en/look/", {"print": "large", "next": "/en/account/security/"})
    assert answer.headers["Location"] == "/en/account/security/"
    assert log_in("clerk").post("/en/look/", {"print": "large"}).headers["Location"] == "/en/"


# What is kept.


@pytest.fixture
def kept(public_site: Register, settings: Any) -> Iterator[Register]:
    settings.PAGE_HELD_S = 10
    keeping.forget()
    yield public_site
    keeping.forget()


def test_what_is_kept_of_one_language_is_never_the_others(kept: Register) -> None:
    for path in ("/", "/catalogue/", "/guide/what-is-held/"):
        answers = [Client().get(root + path) for root in ("", "/en", "", "/en")]
        assert [read(one.content.decode()).lang for one in answers] == ["zh-Hans", "en", "zh-Hans", "en"]
        plain, other, *again = [one.headers["ETag"] for one in answers]
        assert plain != other
        assert again == [plain, other]
        assert {one.headers["Cache-Control"] for one in answers} == {"public, max-age=60"}
        assert Client(headers={"if-none-match": plain}).get(f"/en{path}").status_code == 200


def test_search_engines_are_told_of_both(public_site: Register) -> None:
    listed = Client().get("/sitemap.xml").content.decode()
    for path in ("/", "/catalogue/", "/catalogue/CF-ZRR/"):
        assert f"<loc>{now_set.PUBLIC_URL}{path}</loc>" in listed
        assert f"<loc>{now_set.PUBLIC_URL}/en{path}</loc>" in listed
    assert f"<loc>{now_set.PUBLIC_URL}/en/guide/" not in listed  # written in Chinese alone
    closed = Client().get("/robots.txt").content.decode()
    assert "Disallow: /en/receipts/\n" in closed


def test_no_address_of_ours_begins_like_english() -> None:
    listed = tomllib.loads((Path(__file__).parent / "addresses.toml").read_text(encoding="utf-8"))
    assert not [name for face in listed.values() for name in face if name.startswith("en/")]
