"""My authorisations, page by page: what stands there before I decide, that nothing is ticked for me, and that taking back is as easy."""

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.standing import PROVED
from chengxin.sharing.authorising.services import grant
from tests import leave as lv
from tests.conftest import Register
from tests.leave import PENALTY, QUALIFICATION, ask, days_go_by, leave
from tests.people import LI_NA, WANG_WEI
from tests.portal.conftest import LogIn
from tests.portal.test_persons import own_page
from tests.sharing.test_own import oneself

LIST = reverse("person-authorisations")
RECEIPT = re.compile(r'action="(/me/authorisations/[^"]+/SJ[^"]+\.(?:pdf|json))"')


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


def wang() -> Client:
    return own_page(WANG_WEI.code, "王伟")


def page_of(client: Client, number: str) -> str:
    return client.get(reverse("person-authorisation", args=[number])).content.decode()


def told(today: date, *items: str, times: str = "period", days: int = 29) -> dict[str, object]:
    return {"items": items or (PENALTY,), "times": times, "last": (today + timedelta(days=days)).isoformat()}


def unprove(client: Client) -> None:
    session = client.session
    session[PROVED] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()


def test_before_deciding_everything_stands_there_and_nothing_is_ticked(
    bank: Register, today: date, now: datetime
) -> None:
    number = ask(now, leave(today), keep_days=30)
    client = wang()
    assert "等您决定" in client.get(LIST).content.decode()
    page = page_of(client, number)
    for words in (
        "测试银行", "办理您申请的住房贷款", "金融机构授权查询", "《中华人民共和国个人信息保护法》第十三条", "行政处罚信息（自然人）",
        "目录对这个用途开放的全部内容", "每次查到的最多保存 30 天", "不同意没有任何影响", "期限内可以多次",
    ):  # fmt: skip
        assert words in page
    assert "checked" not in page
    assert WANG_WEI.code not in page
    assert own_page(LI_NA.code, "李娜").get(reverse("person-authorisation", args=[number])).status_code == 404


def test_granting_asks_for_proof_and_taking_back_does_not(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    client = wang()
    unprove(client)
    page = page_of(client, number)
    assert "证明是本人，再选择" in page
    assert "同意选中的" not in page
    sent = client.post(reverse("person-grant", args=[number]), told(today))
    assert (sent.status_code, sent["Location"].startswith(reverse("person-login"))) == (302, True)
    assert bank.rows("SELECT count(*) FROM sharing_authorisation_event") == [(0,)]
    grant(oneself(), number, leave(today), at=now)
    assert "已撤回，立即生效" in client.post(reverse("person-take-back", args=[number]), follow=True).content.decode()


def test_granted_narrowed_and_taken_back_on_the_page(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    client = wang()
    page = client.post(
        reverse("person-grant", args=[number]), told(today, PENALTY, QUALIFICATION), follow=True
    ).content.decode()
    assert "已同意" in page
    assert "还没有用过" in page
    page = client.post(reverse("person-narrow", args=[number]), told(today, PENALTY), follow=True).content.decode()
    assert "已缩小，立即生效" in page
    assert "已要求对方在" in page
    page = client.post(reverse("person-take-back", args=[number]), follow=True).content.decode()
    assert "您已撤回" in page
    addresses = RECEIPT.findall(page)
    assert len(addresses) == 6  # three receipts, each as PDF and JSON
    for address in addresses:
        answer = client.post(address)
        content = b"".join(answer) if answer.streaming else answer.content
        assert (
            content.startswith(b"%PDF") if address.endswith("pdf") else json.loads(content)["authorisation"] == number
        )
        assert own_page(LI_NA.code, "李娜").post(address).status_code == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"items": []}, "请至少选择一项", id="nothing ticked"),
        pytest.param({"times": ""}, "请选择次数", id="not how often"),
        pytest.param({"last": "明年"}, "请按 2026-03-05 的样子填写日期", id="no day"),
        pytest.param({"last": "2099-01-01"}, "只能同意请求里写明的，或者更少", id="for longer than asked"),
        pytest.param({"items": ["SX-BZXR"]}, "没有这一项", id="another item"),
    ],
)
def test_a_wrong_form_says_what_to_mend(
    bank: Register, today: date, now: datetime, changes: dict[str, object], words: str
) -> None:
    number = ask(now, leave(today))
    answer = wang().post(reverse("person-grant", args=[number]), {**told(today), **changes})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_refusing_is_one_press_and_says_that_nothing_follows(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    client = wang()
    unprove(client)
    page = client.post(reverse("person-refuse", args=[number]), follow=True).content.decode()
    assert "对方不会知道您没有同意" in page
    assert "您没有同意" in page
    assert "没有授权" not in page_of(client, number)


def test_a_late_recipient_is_shown(bank: Register, today: date, now: datetime) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    client = wang()
    client.post(reverse("person-take-back", args=[number]))
    days_go_by(bank, 60)
    assert "对方逾期没有确认" in client.get(LIST).content.decode()
    assert "您可以向信用中心投诉" in page_of(client, number)


def test_an_entry_leads_to_its_authorisation_and_back(
    bank: Register,
    log_in: LogIn,
    today: date,
    now: datetime,  # the fixture imported above
) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today, PENALTY), at=now)
    banker = log_in("banker")
    asked = {
        "basis": "GRXXBHF-13", "case_reference": "贷2026-118", "code_type": "resident-id", "name": WANG_WEI.name, "code": WANG_WEI.code,
        "format": "page",
    }  # fmt: skip
    report = banker.post(reverse("portal:lookup", args=[lv.FULL]), asked).content.decode()
    assert "并市监罚〔2026〕1号" in report
    assert "测试证字第0001号" not in report
    assert number in report
    client = wang()
    assert reverse("person-authorisation", args=[number]) in client.get(reverse("person-entries")).content.decode()
    page = page_of(client, number)
    assert "测试银行 · 金融机构授权查询" in page
    client.post(reverse("person-take-back", args=[number]))
    refused = banker.post(reverse("portal:lookup", args=[lv.FULL]), asked)
    assert refused.status_code != 200
