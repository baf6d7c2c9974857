"""My share links, page by page, and what whoever holds one sees: nothing by fetching, then once, and no trace of the words anywhere."""

import logging
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengxin.ground.logs import NoLinks
from chengxin.identity.standing import PROVED
from chengxin.portal.person import shared
from chengxin.portal.public.floods import Flood
from tests.conftest import Register
from tests.leave import PENALTY, QUALIFICATION, hold
from tests.people import LI_NA, WANG_WEI
from tests.portal.test_persons import own_page

LIST, NEW = reverse("person-links"), reverse("person-link-new")
ADDRESS = re.compile(r'value="[^"]*(/s/[^"]+/)"')
CODE = re.compile(r'code-large">(\d{6})<')
OPEN = {"kind": "records", "items": [PENALTY], "days": "7", "views": "2", "note": "房东"}


@pytest.fixture
def held(register: Register, tmp_path: Path, today: date, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Register:
    hold(register, tmp_path, today, now - timedelta(minutes=5))
    monkeypatch.setattr(shared, "flood", Flood(60))
    return register


def wang() -> Client:
    return own_page(WANG_WEI.code, "王伟")


def made(client: Client, **changes: Any) -> tuple[str, str]:
    """Make a link on the page; give its address and its code."""
    page = client.post(NEW, {**OPEN, **changes}).content.decode()
    found = ADDRESS.search(page)
    assert found, page
    code = CODE.search(page)
    return found[1], code[1] if code else ""


def looks(register: Register) -> int:
    ((found,),) = register.rows("SELECT count(*) FROM sharing_link_view")
    return int(found)


def test_nothing_is_ticked_beforehand_and_the_least_is_offered_first(held: Register) -> None:
    page = wang().get(NEW).content.decode()
    ticked = re.findall(r'<input[^>]+name="(\w+)"[^>]+value="(\w+)"[^>]* checked', page)
    assert ticked == [("days", "1"), ("views", "1")]
    assert "30 天（含今天）" in page


def test_making_one_asks_for_proof_and_ending_does_not(held: Register) -> None:
    client = wang()
    made(client)
    session = client.session
    session[PROVED] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()
    for answer in (client.get(NEW), client.post(NEW, OPEN)):
        assert (answer.status_code, answer["Location"].startswith(reverse("person-login"))) == (302, True)
    ((number,),) = held.rows("SELECT number FROM sharing_link")
    assert "已收回，立即生效" in client.post(reverse("person-link-end", args=[number]), follow=True).content.decode()
    for way in ("person-link", "person-link-end"):
        other = own_page(LI_NA.code, "李娜")
        answer = (
            other.post(reverse(way, args=[number])) if way.endswith("end") else other.get(reverse(way, args=[number]))
        )
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"kind": ""}, "请选择给对方看什么", id="no-kind"),
        pytest.param({"items": []}, "请至少选择一项", id="nothing-ticked"),
        pytest.param({"items": ["XX"]}, "没有这一项", id="no-such-item"),
        pytest.param({"days": "31"}, "没有这一项", id="too-long"),
        pytest.param({"views": "99"}, "没有这一项", id="too-often"),
        pytest.param({"note": WANG_WEI.code}, "不能写身份证件号码", id="a-code-in-the-note"),
        pytest.param({"kind": "nothing"}, "今天有可以展示的记录", id="not-true"),
    ],
)
def test_a_wrong_form_says_what_to_mend(held: Register, changes: dict[str, Any], words: str) -> None:
    answer = wang().post(NEW, {**OPEN, **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_address_stands_on_one_page_alone(held: Register) -> None:
    client = wang()
    address, _ = made(client)
    assert address not in client.get(LIST).content.decode()
    ((number,),) = held.rows("SELECT number FROM sharing_link")
    page = client.get(reverse("person-link", args=[number])).content.decode()
    assert address not in page
    assert "还没有人打开过" in page
    assert "房东" in page


@pytest.mark.parametrize("method", ["get", "head"])
def test_fetching_opens_nothing_and_tells_nothing(held: Register, method: str) -> None:
    address, _ = made(wang())
    page = Client()
    real, none = (getattr(page, method)(place) for place in (address, "/s/nobodys/"))
    assert real.status_code == none.status_code == 200
    assert real.content.decode().replace(address, "") == none.content.decode().replace("/s/nobodys/", "")
    assert looks(held) == 0
    assert held.rows("SELECT count(*) FROM ground_access_entry WHERE channel = 'share'") == [(0,)]


def test_pressing_opens_it_once_and_the_person_sees_it(held: Register) -> None:
    client = wang()
    address, _ = made(client)
    answer = Client().post(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in ("王＊ 给您看的信用信息", "并市监罚〔2026〕1号", "测试市场监督管理局", "不要转发"):
        assert words in page
    for word in (WANG_WEI.code, "王伟", "房东", QUALIFICATION):
        assert word not in page
    assert looks(held) == 1
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies
    entries = client.get(reverse("person-entries")).content.decode()
    assert "您给出的分享链接" in entries
    assert "持有您的链接的人" in entries
    ((number,),) = held.rows("SELECT number FROM sharing_link")
    assert "看到了，1 条记录" in client.get(reverse("person-link", args=[number])).content.decode()


def test_no_session_takes_part(held: Register) -> None:
    """Whoever holds it needs neither cookie nor token of a form, be it opened inside of another program."""
    address, _ = made(wang())
    assert Client(enforce_csrf_checks=True).post(address).status_code == 200


def test_what_does_not_open_looks_alike(held: Register) -> None:
    client = wang()
    used, _ = made(client, views="1")
    coded, code = made(client, coded="on")
    ended, _ = made(client)
    ((number,),) = held.rows("SELECT number FROM sharing_link ORDER BY id DESC LIMIT 1")
    client.post(reverse("person-link-end", args=[number]))
    Client().post(used)
    pages = set()
    for address in (used, coded, ended, "/s/nobodys/"):
        answer = Client().post(address)
        assert answer.status_code == 404
        pages.add(answer.content.decode())
    assert len(pages) == 1
    assert "打不开" in pages.pop()
    assert "王＊" in Client().post(coded, {"code": code}).content.decode()


def test_so_often_an_hour_from_one_network(held: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "flood", Flood(1))
    assert [Client().post("/s/nobodys/").status_code for _ in range(2)] == [404, 429]


def test_that_nothing_is_held_is_shown_as_such(held: Register) -> None:
    address, _ = made(own_page(LI_NA.code, "李娜"), kind="nothing", items=[PENALTY, "SX-BZXR"])
    page = Client().post(address).content.decode()
    assert "以下信息项里，没有可以展示的记录" in page
    assert "由 1 个单位报送" in page


def test_it_stands_in_english_too(held: Register) -> None:
    address, _ = made(wang())
    page = Client().get(f"/en{address}").content.decode()
    assert "Somebody shows you" in page


def test_no_log_line_holds_the_words(held: Register, caplog: pytest.LogCaptureFixture) -> None:
    """Django's own lines name the path of what was refused; our handler's filter takes the words out."""
    caplog.handler.addFilter(NoLinks())
    address, _ = made(wang())
    words = address.removeprefix("/s/").rstrip("/")
    with caplog.at_level(logging.DEBUG):
        Client().put(address)
        Client().post(f"{address}nowhere")
        Client().get(f"/en{address}nowhere")
        Client().post(address)
        Client().post(address)
        Client().post(address)
    assert "/s/…" in caplog.text
    assert words not in caplog.text
