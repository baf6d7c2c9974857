"""The window for delegations: what an officer of the credit centre sees and may do there."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.demo.officers import settle_demo_officer
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import CENTRE_OFFICER, LI_NA, LIMITED, UNKNOWN, WANG_WEI, Someone
from tests.portal.conftest import LogIn

LIST = "portal:delegations"


def pair(subject: Someone = LIMITED, agent: Someone = LI_NA) -> dict[str, str]:
    return {
        f"{who}_{part}": value
        for who, one in (("subject", subject), ("agent", agent))
        for part, value in (("name", one.name), ("code_type", "resident-id"), ("code", one.code))
    }


def application(today: date, **changes: Any) -> dict[str, Any]:
    until = str(today + timedelta(days=90))
    told = {"kind": "guardian", "acts": ["view", "object"], "until": until, "evidence": "（2020）测01民特1号"}
    return {**pair(), **told, **changes}


def first_number(page: str) -> int:
    found = re.search(r"/desk/delegations/(\d+)/", page)
    assert found is not None
    return int(found[1])


@pytest.fixture
def window(log_in: LogIn, register: Register) -> tuple[Client, Client]:
    """Two officers at the window."""
    register.become("owner")
    colleague = {**CENTRE_OFFICER, "login": "colleague", "organisation": officer("officer").organisation}
    settle_demo_officer(**colleague, password="a-test-password")
    register.become("app")
    return log_in("officer"), log_in("colleague")


def test_one_enters_another_confirms_and_it_ends(window: tuple[Client, Client], today: date) -> None:
    first, second = window
    page = first.post(reverse(LIST), application(today), follow=True).content.decode()
    assert "等待另一名工作人员复核" in page
    assert "待复核" in page
    assert "复核第" not in page
    for one in (LIMITED, LI_NA):
        assert one.name not in page
        assert one.code not in page
    number = first_number(second.get(reverse(LIST)).content.decode())
    address = reverse("portal:delegation", args=[number])
    wrong = second.post(address, pair(agent=WANG_WEI))
    assert wrong.status_code == 422
    assert "两次录入的人不一致" in wrong.content.decode()
    assert "今天起生效" in second.post(address, pair(), follow=True).content.decode()
    ended = first.post(reverse("portal:end-delegation", args=[number]), {"reason": "监护人变更"}, follow=True)
    assert "立即失效" in ended.content.decode()
    assert "现在没有待复核" in ended.content.decode()


def test_a_refusal_names_its_law_and_keeps_no_person(window: tuple[Client, Client], today: date) -> None:
    answer = window[0].post(reverse(LIST), application(today, **pair(subject=WANG_WEI)))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "民法典》第二十八条" in page
    assert WANG_WEI.code not in page
    assert WANG_WEI.name not in page
    assert "（2020）测01民特1号" in page


def test_a_try_for_somebody_unknown_is_refused_and_stays_in_the_log(
    window: tuple[Client, Client], register: Register, today: date
) -> None:
    """The note is written apart from what is refused: a page that were one transaction would take it back."""
    answer = window[0].post(reverse(LIST), application(today, **pair(subject=UNKNOWN)))
    assert answer.status_code == 422
    assert "没有找到其中一人" in answer.content.decode()
    assert register.rows("SELECT actor FROM ground_action WHERE act = 'delegation.unfound'") == [("officer",)]


def test_what_is_missing_is_named(window: tuple[Client, Client]) -> None:
    answer = window[0].post(reverse(LIST), {})
    assert answer.status_code == 422
    page = answer.content.decode()
    for words in ("请填写本人姓名", "请填写代理人证件号码", "请至少勾选一项", "请选择日期", "委托书或者判决书的编号"):
        assert words in page


def test_the_evidence_holds_no_identity_code(window: tuple[Client, Client], today: date) -> None:
    answer = window[0].post(reverse(LIST), application(today, evidence=WANG_WEI.code))
    assert answer.status_code == 422
    assert "不能写身份证件号码" in answer.content.decode()


def test_an_end_without_reason_or_with_a_code_in_it_is_refused(window: tuple[Client, Client], today: date) -> None:
    window[0].post(reverse(LIST), application(today))
    number = first_number(window[1].get(reverse(LIST)).content.decode())
    address = reverse("portal:end-delegation", args=[number])
    for reason in (" ", f"与{WANG_WEI.code}重复"):
        answer = window[1].post(address, {"reason": reason})
        assert answer.status_code == 422, answer.content.decode()


def test_an_unknown_number_leads_back_to_the_list(window: tuple[Client, Client]) -> None:
    page = window[1].get(reverse("portal:delegation", args=[999]), follow=True).content.decode()
    assert "已经终止或者不存在" in page


def test_an_officer_of_another_organisation_is_refused(register: Register, log_in: LogIn, today: date) -> None:
    register.become("owner")
    elsewhere = {**CENTRE_OFFICER, "login": "elsewhere", "organisation": officer("clerk").organisation}
    settle_demo_officer(**elsewhere, password="a-test-password")
    register.become("app")
    client = log_in("elsewhere")
    assert client.get(reverse(LIST)).status_code == 403
    assert client.post(reverse(LIST), application(today)).status_code == 403
    assert client.get(reverse("portal:delegation", args=[1])).status_code == 403
    assert client.post(reverse("portal:end-delegation", args=[1]), {"reason": "x"}).status_code == 403
    assert "代理和监护" not in client.get(reverse("portal:start")).content.decode()
