"""The person's messages and addresses, on their page: a form says what is wrong, and nobody comes to another's."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.identity.services import contacts
from tests.conftest import Register
from tests.letters import PostOffice, post_office
from tests.people import LI_NA, WANG_WEI
from tests.portal.test_persons import own_page
from tests.sharing.test_own import oneself

PAGE, ENTER = reverse("person-messages"), reverse("person-contact-enter")


@pytest.fixture
def office(register: Register, settings: Any) -> Iterator[PostOffice]:
    with post_office() as opened:
        settings.SMTP_URL = opened.url
        yield opened


@pytest.fixture
def wang(register: Register, office: PostOffice) -> Client:
    return own_page(WANG_WEI.code, "王伟")


def send(register: Register) -> int:
    """Be the worker that sends the newest code; gives whose number it is."""
    ((number,),) = register.rows("SELECT max(id) FROM identity_contact")
    register.become("intake")
    contacts.send_code(number)
    register.become("app")
    return int(number)


def test_person_enters_proves_quiets_and_drops_an_address(register: Register, office: PostOffice, wang: Client) -> None:
    page = wang.post(ENTER, {"way": "mail", "value": "wang@mail.example"}, follow=True).content.decode()
    assert "验证码正在发送" in page
    assert "等待确认" in page
    number = send(register)
    wrong = wang.post(reverse("person-contact-prove", args=[number]), {"code": "1"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.content.decode()
    proven = wang.post(
        reverse("person-contact-prove", args=[number]), {"code": office.code()}, follow=True
    ).content.decode()
    assert "已确认" in proven
    quieted = wang.post(
        reverse("person-contact-quiet", args=[number]), {"kinds": ["attached"]}, follow=True
    ).content.decode()
    assert re.findall(r'value="([a-z-]+)"[^>]* checked', quieted) == ["attached"]
    gone = wang.post(reverse("person-contact-drop", args=[number]), follow=True).content.decode()
    assert "已删除" in gone
    assert "wang@mail.example" not in gone


def test_what_is_no_address_is_said_at_its_field(wang: Client) -> None:
    answer = wang.post(ENTER, {"way": "mail", "value": "wang"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "这不像一个电子邮件地址" in page
    assert 'value="wang"' in page


def test_nobody_comes_to_anothers_address(register: Register, wang: Client) -> None:
    wang.post(ENTER, {"way": "mail", "value": "wang@mail.example"})
    number = send(register)
    other = own_page(LI_NA.code, "李娜")
    for act in ("quiet", "drop"):
        assert other.post(reverse(f"person-contact-{act}", args=[number])).status_code == 404
    assert "wang@mail.example" not in other.get(PAGE).content.decode()
    assert contacts.contacts_of(oneself(WANG_WEI))[0].value == "wang@mail.example"


def test_where_no_way_is_open_the_page_says_so(register: Register) -> None:
    page = own_page(WANG_WEI.code, "王伟").get(PAGE).content.decode()
    assert "还没有开通邮件和短信提醒" in page
