"""That changes are announced, page by page: asked in plain words, ticked apart, counted where it is told, and stopped alone."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.sharing.authorising.papers import enter_paper, list_waiting, witness_paper
from chengxin.sharing.authorising.queries import find_own_authorisation
from tests import leave as lv
from tests.announcing import bring_penalty, pass_over, subscribed
from tests.conftest import Register
from tests.identity.test_delegations import window  # noqa: F401  # two officers of the centre
from tests.identity.verifying import system
from tests.leave import BANK, PENALTY, ask, leave
from tests.people import LI_NA
from tests.portal.conftest import LogIn, log_in  # noqa: F401  # a fixture
from tests.portal.person.test_authorisations import RECEIPT, page_of, told, wang
from tests.portal.test_persons import own_page
from tests.sharing.test_at_window import officer
from tests.sharing.test_leave_papers import served
from tests.sharing.test_own import oneself

SILENCE = "有变化不再告诉对方"
ASKED = "对方希望：内容有了变化，告诉它一声“有变化”，不说是什么变化"


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    pass_over(register)
    return register


def asked(today: date, now: datetime) -> str:
    return ask(now, replace(leave(today), announces=True))


def grant(client: Client, number: str, today: date, **more: str) -> str:
    return client.post(reverse("person-grant", args=[number]), {**told(today), **more}, follow=True).content.decode()


def test_it_is_asked_in_plain_words_and_not_ticked(bank: Register, today: date, now: datetime) -> None:
    number = asked(today, now)
    page = page_of(wang(), number)
    assert ASKED in page
    assert re.search(r'<input[^>]*name="announces"[^>]*>', page)
    assert "checked" not in page
    silent = ask(now, leave(today, PENALTY), duty=lv.BROAD)
    page = page_of(wang(), silent)
    assert "不告诉对方" in page
    assert 'name="announces"' not in page


@pytest.mark.parametrize(
    ("more", "announces"), [({}, False), ({"announces": "on"}, True), ({"announces": "on", "times": "once"}, False)]
)
def test_only_what_is_ticked_for_a_period_is_granted(
    bank: Register, today: date, now: datetime, more: dict[str, str], announces: bool
) -> None:
    number = asked(today, now)
    client = wang()
    page = grant(client, number, today, **more)
    assert find_own_authorisation(oneself(), number, today).standing.announces is announces
    assert (SILENCE in page) is announces
    (pdf, *_), (receipt,) = RECEIPT.findall(page), [one for one in RECEIPT.findall(page) if one.endswith("json")]
    assert json.loads(client.post(receipt).content)["changes_announced"] is announces
    assert client.post(pdf).content.startswith(b"%PDF")


def test_how_often_it_was_told_stands_there_and_it_is_stopped_alone(
    bank: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    made = system(bank, organisation=BANK)
    number = subscribed(made, now, today)
    bring_penalty(bank, tmp_path, today, now)
    pass_over(bank)
    client = wang()
    page = page_of(client, number)
    for words in (
        "告诉过对方几次有变化",
        "共 1 次。",
        "起要求告知",
        "没有人看：系统照您的授权告诉对方有变化",
        "还没有用过。",
    ):
        assert words in page
    entries = client.get(reverse("person-entries")).content.decode()
    assert "告诉了有变化，没有给内容" in entries
    address = reverse("person-silence", args=[number])
    assert own_page(LI_NA.code, "李娜").post(address).status_code == 404
    page = client.post(address, follow=True).content.decode()
    for words in ("已停掉，立即生效", "共 1 次。", "现在不告诉了。", "不再告知变化"):
        assert words in page
    assert SILENCE not in page
    assert find_own_authorisation(oneself(), number, today).state == "stands"
    bring_penalty(bank, tmp_path, today, now, 8)
    assert pass_over(bank)[1] == 0
    assert client.post(address).status_code == 404


def test_narrowing_keeps_it_where_it_stays_ticked(bank: Register, today: date, now: datetime) -> None:
    number = asked(today, now)
    client = wang()
    grant(client, number, today, announces="on")
    assert re.search(r'name="announces"[^>]*checked', page_of(client, number))
    client.post(reverse("person-narrow", args=[number]), {**told(today, days=9), "announces": "on"})
    assert find_own_authorisation(oneself(), number, today).standing.announces
    client.post(reverse("person-narrow", args=[number]), told(today, days=8))
    assert not find_own_authorisation(oneself(), number, today).standing.announces


def test_the_desk_asks_for_it_and_sees_how_it_stands(
    bank: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    today: date,
    now: datetime,
) -> None:
    client = log_in("banker")
    assert (
        "请求本人同意：内容有变化时告知本单位"
        in client.get(reverse("portal:ask-leave", args=[lv.FULL])).content.decode()
    )
    number = asked(today, now)
    listed = reverse("portal:asked-for")
    assert "请求告知" in client.get(listed).content.decode()
    grant(wang(), number, today, announces="on")
    assert "可以告知，系统没有订阅" in client.get(listed).content.decode()


def test_on_paper_it_is_entered_as_signed(window: Register, tmp_path: Path, today: date, now: datetime) -> None:  # noqa: F811  # the fixture imported above
    lv.settle_bank(window, now)
    number = asked(today, now)
    given = replace(leave(today, PENALTY), announces=True)
    paper = enter_paper(officer(), served(now), number, given, at=now)
    assert [one.announces for one in list_waiting(officer("colleague"), at=now)] == [True]
    witness_paper(paper, actor=officer("colleague"), at=now)
    assert find_own_authorisation(oneself(), number, today).standing.announces
