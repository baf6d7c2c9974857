"""The queue of rows whose person is open, on the desk of the credit centre."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.demo.officers import settle_demo_officer
from chengxin.records.carrying_out import carry_out_decisions
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import CENTRE_OFFICER, UNKNOWN, WANG_WEI
from tests.portal.conftest import LogIn
from tests.records.test_adjudication import WRONG_DIGIT, wait, written

LIST = "/desk/adjudication/"


@pytest.fixture
def desk(log_in: LogIn, register: Register, tmp_path: Path, today: date, now: datetime) -> tuple[Client, Client, str]:
    """Two officers of the centre, and the address of a row that waits."""
    number = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王 伟"))
    register.become("owner")
    colleague = {**CENTRE_OFFICER, "login": "colleague", "organisation": officer("officer").organisation}
    settle_demo_officer(**colleague, password="a-test-password")
    register.become("app")
    return log_in("officer"), log_in("colleague"), reverse("portal:case", args=[number])


def choice(page: str) -> str:
    found = re.search(r'name="choice" value="(\d+)"', page)
    assert found is not None
    return found[1]


def test_one_decides_another_agrees_and_the_row_becomes_a_record(
    desk: tuple[Client, Client, str], register: Register, now: datetime
) -> None:
    first, second, address = desk
    page = first.get(LIST).content.decode()
    assert "号码对不上" in page
    assert WANG_WEI.name not in page
    page = first.get(address).content.decode()
    assert WRONG_DIGIT in page
    assert "差一位数字" in page
    assert "姓名只差空格" in page
    assert f"<mark>{WANG_WEI.code[12]}</mark>" in page
    told = first.post(address, {"choice": choice(page), "ground": "与处罚决定书一致"}, follow=True).content.decode()
    assert "等待另一名工作人员复核" in told
    assert "请另一名工作人员复核" in told
    assert first.post(f"{address}second", {"agreed": "yes"}).status_code == 409
    page = second.get(address).content.decode()
    assert "已选：" in page
    assert "与处罚决定书一致" in page
    assert "正在办理" in second.post(f"{address}second", {"agreed": "yes"}, follow=True).content.decode()
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    register.become("app")
    assert "现在没有待核对的行" in first.get(LIST).content.decode()
    assert "已经不在等待" in first.get(address, follow=True).content.decode()


def test_what_is_missing_is_said_and_nothing_is_decided(desk: tuple[Client, Client, str], register: Register) -> None:
    first, _, address = desk
    for told, words in (
        ({}, "请选择一个人"),
        ({"choice": "nobody"}, "请写明理由"),
        ({"choice": "abc", "ground": "x"}, "请选择一个人"),
    ):
        answer = first.post(address, told)
        assert answer.status_code in (409, 422)
        assert words in answer.content.decode()
    answer = first.post(address, {"choice": "nobody", "ground": f"不是{UNKNOWN.code}"})
    assert answer.status_code == 422
    assert "不能写身份证件号码" in answer.content.decode()
    assert first.post(address, {"choice": "987654321", "ground": "x"}).status_code == 409
    assert first.post(f"{address}second", {"agreed": "perhaps"}).status_code == 409
    assert register.rows("SELECT count(*) FROM records_adjudication") == [(0,)]


def test_the_choice_stays_while_the_reason_is_mended(desk: tuple[Client, Client, str]) -> None:
    first, _, address = desk
    page = first.get(address).content.decode()
    assert " checked" not in page
    somebody = re.search(r'name="choice" value="(\d+)"', page)
    assert somebody is not None
    for choice in (somebody[1], "nobody"):
        wrong = first.post(address, {"choice": choice, "ground": ""}).content.decode()
        (chosen,) = (one for one in re.findall("<input[^>]*>", wrong) if " checked" in one)
        assert f'value="{choice}"' in chosen
        assert '<a href="#id_ground">理由：请写明理由。</a>' in wrong


def test_a_row_sent_back_needs_no_second_officer_and_the_provider_is_told(
    desk: tuple[Client, Client, str], register: Register, log_in: LogIn, now: datetime
) -> None:
    first, _, address = desk
    told = first.post(address, {"choice": "nobody", "ground": "都不是"}, follow=True).content.decode()
    assert "已认定都不是，正在退回信源单位" in told
    register.become("intake")
    assert carry_out_decisions(at=now) == 1
    register.become("app")
    ((token,),) = register.rows("SELECT token FROM records_batch")
    page = log_in("clerk").get(reverse("portal:findings", args=[token])).content.decode()
    assert "信用中心人工核对后仍不能认定是谁" in page


def test_a_decision_is_taken_back_and_the_row_waits_again(desk: tuple[Client, Client, str]) -> None:
    first, second, address = desk
    first.post(address, {"choice": "nobody", "ground": "都不是"})
    assert "撤回认定" in first.get(address).content.decode()
    assert "撤回认定" not in second.get(address).content.decode()
    assert first.post(f"{address}withdraw", {"ground": ""}).status_code == 409
    assert second.post(f"{address}withdraw", {"ground": "选错了"}).status_code == 409
    told = first.post(f"{address}withdraw", {"ground": "选错了"}, follow=True).content.decode()
    assert "重新等待认定" in told
    assert "核对第" in told


def test_digits_of_another_kind_are_no_number(desk: tuple[Client, Client, str]) -> None:
    first, _, address = desk
    assert first.get(f"{LIST}?after=²").status_code == 200
    assert first.post(address, {"choice": "²", "ground": "x"}).status_code == 409


def test_officers_of_others_come_nowhere_near(desk: tuple[Client, Client, str], log_in: LogIn) -> None:
    clerk = log_in("clerk")
    for address in (LIST, desk[2]):
        assert clerk.get(address).status_code == 403
    assert clerk.post(f"{desk[2]}second", {"agreed": "yes"}).status_code == 403


def test_a_row_that_isnt_there(desk: tuple[Client, Client, str]) -> None:
    page = desk[0].get(reverse("portal:case", args=[999]), follow=True).content.decode()
    assert "已经不在等待" in page
