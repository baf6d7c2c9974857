"""Merging and splitting at the credit centre's window, and what the person sees of it on their own page."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.identity.models import User
from chengxin.identity.services.logging_in import settle_person
from chengxin.records.transfers import carry_out_transfers
from tests.conftest import Register
from tests.people import LI_NA, NAMESAKE, UNKNOWN, WANG_WEI, Someone
from tests.portal.conftest import LogIn, let_in
from tests.portal.test_delegations import window  # noqa: F401  # two officers of the centre
from tests.records.test_transfers import GROUND, give, held, subject_of

LIST, MERGE, SPLIT = (reverse(f"portal:{name}") for name in ("persons", "persons-merge", "persons-split"))


def two(one: Someone = WANG_WEI, other: Someone = NAMESAKE, **more: str) -> dict[str, str]:
    told = {
        f"{which}_{part}": value
        for which, who in (("one", one), ("other", other))
        for part, value in (("name", who.name), ("code_type", "resident-id"), ("code", who.code))
    }
    return {**told, "ground": GROUND, **more}


def carry_out(register: Register, now: datetime) -> None:
    register.become("intake")
    assert carry_out_transfers(at=now) == 1
    register.become("app")


def own_page(code: str, name: str) -> Client:
    user = settle_person("resident-id", code, name)
    assert isinstance(user, User)
    return let_in(Client(), user, "platform")


@pytest.fixture
def both(window: tuple[Client, Client]) -> tuple[Client, Client]:  # noqa: F811  # the fixture imported above
    return window


def test_two_officers_merge_and_the_person_is_told_and_sees_who_looked(
    both: tuple[Client, Client], register: Register, now: datetime
) -> None:
    first, second = both
    page = first.post(MERGE, two(), follow=True).content.decode()
    assert "等待另一名工作人员复核" in page
    assert "同意，办理" not in page
    listed = second.get(LIST).content.decode()
    address = re.search(r"/desk/persons/(\d+)/", listed)
    assert address is not None
    opened = second.get(address[0]).content.decode()
    for who in (WANG_WEI, NAMESAKE):
        assert who.code in opened
    number = address[1]
    answer = second.post(reverse("portal:person-second", args=[number]), {"agreed": "yes"}, follow=True)
    assert "已同意，正在办理" in answer.content.decode()
    carry_out(register, now)
    assert "已办成" in first.get(LIST).content.decode()
    assert subject_of(WANG_WEI.code, "王伟") == subject_of(NAMESAKE.code, "王伟")
    for who in (WANG_WEI, NAMESAKE):
        page = own_page(who.code, who.name).get(reverse("person-home")).content.decode()
        assert "已经合并" in page
        assert "测试信用中心 · 合并或者拆分登记前的核对" in page
        assert who.code not in page
    entries = own_page(WANG_WEI.code, "王伟").get(reverse("person-entries")).content.decode()
    # The first officer's look after entering, the second's at the page and before agreeing, at both of the two.
    assert entries.count("<article") == 6
    assert "证件号码、死亡日期、姓名、户籍地" in entries
    again = reverse("portal:person-again", args=[number])
    assert "撤销第" in first.get(again).content.decode()
    first.post(again, {"ground": "复核发现是两个人"})
    second.post(reverse("portal:person-second", args=[number]), {"agreed": "yes"})
    carry_out(register, now)
    assert subject_of(WANG_WEI.code, "王伟") != subject_of(NAMESAKE.code, "王伟")
    assert "撤销了对您登记的合并" in own_page(WANG_WEI.code, "王伟").get(reverse("person-home")).content.decode()


def test_records_are_chosen_by_what_tells_them_apart_and_go(
    both: tuple[Client, Client], register: Register, tmp_path: Path, today: date, now: datetime
) -> None:
    first, second = both
    give(register, tmp_path, today, now, 1, WANG_WEI)
    page = first.post(SPLIT, two(other=LI_NA)).content.decode()
    assert "勾选要转出的记录" in page
    assert "测试市场监督管理局" in page
    assert WANG_WEI.code not in page
    plan, record = re.search(r'name="plan" value="([^"]+)"', page), re.search(r'name="records" value="(\d+)"', page)
    assert plan is not None
    assert record is not None
    huge = first.post(SPLIT, {"plan": plan[1], "records": "9" * 19, "ground": GROUND})
    assert huge.status_code == 422
    nothing = first.post(SPLIT, {"plan": plan[1], "ground": GROUND})
    assert (nothing.status_code, "请至少勾选一条记录" in nothing.content.decode()) == (422, True)
    unwritten = first.post(SPLIT, {"plan": plan[1], "records": record[1], "ground": ""})
    assert "请写明依据" in unwritten.content.decode()
    assert "checked" in unwritten.content.decode()
    made = first.post(SPLIT, {"plan": plan[1], "records": record[1], "ground": GROUND}, follow=True)
    number = re.search(r"/desk/persons/(\d+)/", made.redirect_chain[-1][0])
    assert number is not None
    assert second.get(made.redirect_chain[-1][0]).content.decode().count("并市监罚") == 0
    second.post(reverse("portal:person-second", args=[number[1]]), {"agreed": "yes"})
    carry_out(register, now)
    assert held(register, subject_of(LI_NA.code, "李娜")) == [("active", 1, True)]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        pytest.param(two(other=UNKNOWN), "没有找到其中一人", id="unknown"),
        pytest.param(two(other=WANG_WEI), "已经指向同一个人", id="the same"),
        pytest.param(two(ground=""), "请写明依据", id="no ground"),
        pytest.param(two(ground=f"见{LI_NA.code}"), "这里不能写身份证件号码", id="a code in the ground"),
        pytest.param(two(one_name=""), "请填写第一份证件的姓名", id="no name"),
    ],
)
def test_a_refusal_says_what_to_mend(both: tuple[Client, Client], form: dict[str, str], words: str) -> None:
    answer = both[0].post(MERGE, form)
    page = answer.content.decode()
    assert answer.status_code in {409, 422}
    assert words in page
    if answer.status_code == 409:
        assert WANG_WEI.code not in page


def test_a_plan_of_anothers_or_altered_is_refused(both: tuple[Client, Client]) -> None:
    first, second = both
    plan = re.search(r'name="plan" value="([^"]+)"', first.post(SPLIT, two(other=LI_NA)).content.decode())
    assert plan is not None
    for client, text in ((second, plan[1]), (first, plan[1][:-2] + "xx"), (first, "")):
        answer = client.post(SPLIT, {"plan": text, "records": "1", "ground": GROUND})
        assert answer.status_code == 409
        assert "页面已过期" in answer.content.decode()


def test_a_clerk_finds_no_such_page(log_in: LogIn) -> None:
    clerk = log_in("clerk")
    assert {clerk.get(page).status_code for page in (LIST, MERGE, SPLIT)} == {403}
    assert "合并和拆分" not in clerk.get(reverse("portal:desk")).content.decode()


def test_a_person_sees_no_others_entries(both: tuple[Client, Client], register: Register, now: datetime) -> None:
    both[0].post(MERGE, two(), follow=True)
    page = own_page(LI_NA.code, "李娜").get(reverse("person-entries")).content.decode()
    assert "还没有人查过您" in page
    assert own_page(LI_NA.code, "李娜").get(reverse("person-entries") + "?before=x").status_code == 404
    assert both[0].get(reverse("person-entries")).status_code == 403
