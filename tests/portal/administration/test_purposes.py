"""Registered purposes at the administration: registered by one, approved by another, withdrawn at once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.conftest import Register
from tests.people import OTHER, WANG_WEI
from tests.portal.conftest import LogIn

CODE = "SM-JT-0001"


def page(name: str, *args: Any) -> str:
    return reverse(f"administration:{name}", "chengxin.site.admin_urls", args)


LIST, REGISTER = page("purposes"), page("register-purpose")


def told(today: date, **changes: Any) -> dict[str, Any]:
    return {
        "organisation": OTHER, "ground": "transport TLAQTL-64", "purpose": "客运购票实名查验", "until": str(today + timedelta(days=90)),
        "daily_quota": 100, "daily_misses": 20, "per_minute": 60, "desk_quota": 10, "per_code": 5, **changes,
    }  # fmt: skip


def listed(answer: Any) -> list[str]:
    return [one.code for one in answer.context["found"]]


def test_one_registers_another_approves_and_withdraws(admin: LogIn, administration: Register, today: date) -> None:
    system, security = admin("system"), admin("security")
    assert "还没有登记任何用途" in security.get(LIST).content.decode()
    answer = system.post(REGISTER, told(today), follow=True)
    shown = answer.content.decode()
    assert f"已登记为 {CODE}" in shown
    assert "等待安全管理员批准" in shown
    assert "铁路安全管理条例" in shown
    assert page("approve-purpose", CODE) not in shown
    assert listed(security.get(LIST, {"state": "waiting"})) == [CODE]
    assert listed(security.get(LIST, {"state": "live"})) == []
    assert page("approve-purpose", CODE) in security.get(page("purpose", CODE)).content.decode()
    assert "已批准" in security.post(page("approve-purpose", CODE), follow=True).content.decode()
    assert security.post(page("approve-purpose", CODE)).status_code == 409
    assert listed(security.get(LIST, {"state": "live"})) == [CODE]
    missing = security.post(page("withdraw-purpose", CODE), {"reason": ""})
    assert missing.status_code == 422
    answer = security.post(page("withdraw-purpose", CODE), {"reason": "不再办理"}, follow=True)
    assert "不再办理" in answer.content.decode()
    assert page("withdraw-purpose", CODE) not in answer.content.decode()
    assert listed(security.get(LIST, {"state": "ended"})) == [CODE]
    assert security.post(page("withdraw-purpose", CODE), {"reason": "x"}).status_code == 409
    noted = administration.rows(
        "SELECT actor, act FROM ground_action WHERE act LIKE 'verif%%' AND %s ORDER BY id", True
    )
    assert noted == [
        ("system", "verification.register"),
        ("security", "verification.approve"),
        ("security", "verification.withdraw"),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"organisation": "91140000000000000X"}, 409, "今天不在有效期内或者没有登记"),
        ({"organisation": ""}, 422, "请填写统一社会信用代码"),
        ({"ground": ""}, 422, "请选择法律依据"),
        ({"ground": "telecom TLAQTL-64"}, 422, "领域和法律依据"),
        ({"purpose": ""}, 422, "请写明用途"),
        ({"purpose": f"核验{WANG_WEI.code}"}, 422, "这里不能写身份证件号码"),
        ({"until": "2020-01-01"}, 409, "截止日应在明天与"),
        ({"daily_quota": "很多"}, 422, "请填写 1 至 5000000 之间的整数"),
        ({"daily_misses": 101}, 409, "未相符的上限"),
        ({"desk_quota": 1001}, 422, "请填写 0 至 1000 之间的整数"),
        ({"per_code": 51}, 422, "请填写 1 至 50 之间的整数"),
        ({"per_minute": 0}, 422, "请填写 1 至 600000 之间的整数"),
    ],
)
def test_purposes_that_can_not_be_registered_say_why(
    admin: LogIn, administration: Register, today: date, changes: dict[str, Any], status: int, words: str
) -> None:
    answer = admin("system").post(REGISTER, told(today, **changes))
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert administration.rows("SELECT FROM identity_registration") == []


def test_the_largest_limits_are_taken(admin: LogIn, administration: Register, today: date) -> None:
    """The form lets through what the database holds, and no more: nothing ends in an error of the database's."""
    most = {
        "daily_quota": 5_000_000,
        "daily_misses": 5_000_000,
        "per_minute": 600_000,
        "desk_quota": 1000,
        "per_code": 50,
    }
    assert admin("system").post(REGISTER, told(today, **most)).status_code == 302


ENDED = {
    "已到期": "UPDATE identity_registration SET valid_from = current_date - 9, valid_until = current_date - 1",
    "单位今天不可用": f"UPDATE identity_organisation SET valid_until = current_date - 1 WHERE code = '{OTHER}'",
    "所依据的条文": "UPDATE identity_real_name_basis SET valid_until = current_date - 1",
}


@pytest.mark.parametrize("why", ENDED)
def test_what_ended_says_why(admin: LogIn, furnished: Register, why: str) -> None:
    with furnished.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_registration DISABLE TRIGGER registration_guarded")
        connection.execute(ENDED[why].encode())
    client = admin("audit")
    assert listed(client.get(LIST, {"state": "ended"})) == [CODE]
    assert why in client.get(page("purpose", CODE)).content.decode()


def test_the_list_goes_on_and_what_is_not_there_is_not_found(
    admin: LogIn, furnished: Register, today: date, monkeypatch: Any
) -> None:
    from chengxin.portal.administration import purposes

    monkeypatch.setattr(purposes, "PAGE", 1)
    system = admin("system")
    system.post(REGISTER, told(today))
    first = system.get(LIST, {"state": "waiting"})
    assert listed(first) == ["SM-JT-0002"]
    assert listed(system.get(LIST, {"state": "waiting", "before": first.context["more"]})) == [CODE]
    assert listed(system.get(LIST, {"state": "odd", "before": "x"})) == ["SM-JT-0002"]
    security = admin("security")
    for name in ("purpose", "approve-purpose", "withdraw-purpose"):
        assert security.get(page(name, "SM-JT-9999")).status_code == 404
