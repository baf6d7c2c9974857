"""The page of an organisation's address: entered by its officer, confirmed by another person at the centre, tried, ended; what was sent."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.identity.standing import PROVED
from chengxin.sharing.correcting.sending import send_due
from tests.conftest import Register
from tests.hooking import Recipient, receiving
from tests.hooks import correct, read_record, settle_hook, way_to
from tests.identity.verifying import system
from tests.people import CENTRE, OTHER
from tests.portal.conftest import LogIn
from tests.records.test_adjudication import officers

PAGE = reverse("portal:webhooks")
URL = "https://api.example.gov.cn/chengxin"


@pytest.fixture
def recipient(tmp_path: Path) -> Iterator[Recipient]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture
def client(register: Register, log_in: LogIn) -> tuple[Client, str]:
    """Give an officer of the centre and the id of a system of its."""
    made = system(register, organisation=CENTRE)
    officers(register)
    return log_in("officer"), made.client_id


def hook_id(register: Register) -> int:
    return int(register.rows("SELECT max(id) FROM sharing_hook")[0][0])


def test_an_address_is_entered_confirmed_by_a_colleague_and_ended(
    register: Register, log_in: LogIn, client: tuple[Client, str]
) -> None:
    officer, code = client
    page = officer.get(PAGE).content.decode()
    assert "还没有登记接收地址" in page
    assert "whpk_" in page
    entered = officer.post(PAGE, {"client": code, "url": URL}, follow=True).content.decode()
    assert "请先试送一次，再请信用中心确认" in entered
    assert "待信用中心确认" in entered
    number = hook_id(register)
    confirm, end = (reverse(f"portal:webhook-{act}", args=[number]) for act in ("confirm", "end"))
    own = officer.post(confirm, follow=True).content.decode()
    assert "待信用中心确认" in own  # whoever entered it doesn't confirm it
    assert "已确认，通知自现在起也送到这个地址" in log_in("colleague").post(confirm, follow=True).content.decode()
    assert "没有这个接收地址" in log_in("colleague").post(confirm, follow=True).content.decode()
    assert "请写明停用的理由" in officer.post(end, {"reason": ""}, follow=True).content.decode()
    ended = officer.post(end, {"reason": "换系统"}, follow=True).content.decode()
    assert "停用：换系统" in ended
    assert "登记地址" in ended
    acts = [act for (act,) in register.rows("SELECT act FROM ground_action WHERE act LIKE 'webhook.%%' ORDER BY id")]
    assert acts == ["webhook.enter", "webhook.confirm", "webhook.end"]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"url": "http://a.example/"}, "https://"),
        ({"url": "https://user:x@a.example/"}, "不带用户名"),
        ({"url": ""}, "请填写接收地址"),
        ({"client": "c-bbbbbbbbbbbbbbbb"}, "请从列表中选择系统"),
        ({"client": ""}, "请选择系统"),
    ],
)
def test_what_is_no_address_is_refused_in_words(client: tuple[Client, str], values: dict[str, str], said: str) -> None:
    officer, code = client
    assert said in officer.post(PAGE, {"client": code, "url": URL, **values}).content.decode()


def test_what_was_sent_is_shown_with_its_next_try(
    register: Register, log_in: LogIn, recipient: Recipient, tmp_path: Path, today: date, now: datetime
) -> None:
    read_record(register, tmp_path, today, now)
    number, _ = settle_hook(register, recipient.url, now)
    correct(register, tmp_path, today, now)
    recipient.answers = [500]
    send_due(way=way_to(recipient), at=now + timedelta(minutes=1))
    register.become("app")
    page = log_in("officer").get(PAGE).content.decode()
    assert "对方没有接受" in page
    assert "对方回答 500" in page
    assert "下一次" in page
    tried = log_in("officer").post(reverse("portal:webhook-try", args=[number]), follow=True).content.decode()
    assert "一分钟内送出一条没有内容的试送" in tried
    assert "还有一次试送没有结果" in (
        log_in("officer").post(reverse("portal:webhook-try", args=[number]), follow=True).content.decode()
    )


def test_nobody_elses_address_is_seen_or_touched(register: Register, log_in: LogIn, now: datetime) -> None:
    number, _ = settle_hook(register, URL, now)
    system(register, organisation=OTHER)
    assert log_in("clerk").get(PAGE).status_code == 403
    for act in ("confirm", "try", "end"):
        assert log_in("clerk").post(reverse(f"portal:webhook-{act}", args=[number])).status_code == 403


def test_whoever_did_not_prove_themselves_lately_is_asked_to(log_in: LogIn) -> None:
    officer = log_in("officer")
    session = officer.session
    session[PROVED] = 0
    session.save()
    answer = officer.get(PAGE)
    assert answer.status_code == 302
    assert "prove" in answer.headers["Location"]
