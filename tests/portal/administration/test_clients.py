"""Systems and keys at the administration: one administrator enters, another approves; stopping is at once and for good."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from joserfc import jwk

from tests.conftest import Register
from tests.people import MARKET, OTHER, WANG_WEI
from tests.portal.administration.conftest import SYSTEM_ID, public_key
from tests.portal.conftest import LogIn


def page(name: str, *args: Any) -> str:
    return reverse(f"administration:{name}", "chengxin.site.admin_urls", args)


LIST = page("clients")


def acts(house: Register) -> list[tuple[Any, ...]]:
    return house.rows(
        "SELECT actor, act, subject FROM ground_action WHERE act LIKE 'clients.%%' AND %s ORDER BY id", True
    )


def test_one_enters_another_approves_and_stops(admin: LogIn, administration: Register, today: date) -> None:
    system, security = admin("system"), admin("security")
    assert "还没有登记任何系统" in security.get(LIST).content.decode()
    until = str(today + timedelta(days=90))
    told = {"organisation": OTHER, "name": "购票系统", "addresses": "203.0.113.0/28\n2001:db8::/48", "until": until}
    answer = system.post(page("enter-client"), told, follow=True)
    assert "接着请登记公钥" in answer.content.decode()
    one = answer.context["seen"].client
    assert one.addresses == ["203.0.113.0/28", "2001:db8::/48"]
    assert "没有有效公钥" in system.get(LIST).content.decode()
    address = page("enter-key", one.client_id)
    answer = system.post(address, {"public": public_key(), "until": until}, follow=True)
    (key,) = answer.context["seen"].keys
    assert key.state == "waiting"
    assert "等待安全管理员" in answer.content.decode()
    approval = page("approve-key", key.key.pk)
    assert approval not in answer.content.decode()
    shown = security.get(page("client", one.client_id)).content.decode()
    assert approval in shown
    assert page("enter-key", one.client_id) not in shown
    assert key.key.kid in security.get(approval).content.decode()
    answer = security.post(approval, follow=True)
    assert "公钥今天起有效" in answer.content.decode()
    assert answer.context["seen"].state == "live"
    assert "已经批准过" in security.post(approval).content.decode()
    answer = security.post(page("withdraw-key", key.key.pk), follow=True)
    assert answer.context["seen"].state == "keyless"
    assert security.post(page("withdraw-key", key.key.pk)).status_code == 409
    answer = security.post(page("suspend-client", one.client_id), {"reason": "接口停用"}, follow=True)
    assert "已停用" in answer.content.decode()
    assert "接口停用" in answer.content.decode()
    assert page("suspend-client", one.client_id) not in answer.content.decode()
    assert system.post(address, {"public": public_key(), "until": until}).status_code == 409
    assert [row[:2] for row in acts(administration)] == [
        ("system", "clients.enter"),
        ("system", "clients.enter"),
        ("security", "clients.approve"),
        ("security", "clients.suspend"),
        ("security", "clients.suspend"),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"organisation": "91140000000000000X"}, 409, "没有登记单位"),
        ({"organisation": "1"}, 422, "十八位"),
        ({"name": ""}, 422, "请填写系统名称"),
        ({"name": f"王伟{WANG_WEI.code}"}, 422, "这里不能写身份证件号码"),
        ({"addresses": ""}, 422, "请填写来访网络"),
        ({"addresses": "203.0.113.7/24"}, 409, "203.0.113.7/24 不是网络地址"),
        ({"until": "2020-01-01"}, 409, "截止日应在明天与"),
    ],
)
def test_systems_that_can_not_be_entered_say_why(
    admin: LogIn, administration: Register, today: date, changes: dict[str, str], status: int, words: str
) -> None:
    told = {"organisation": OTHER, "name": "x", "addresses": "203.0.113.0/28", "until": str(today + timedelta(days=9))}
    answer = admin("system").post(page("enter-client"), told | changes)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert acts(administration) == []


def test_a_private_key_is_refused_and_not_given_back(admin: LogIn, furnished: Register, today: date) -> None:
    private = jwk.ECKey.generate_key("P-256").as_dict(private=True)
    told = {"public": json.dumps(private), "until": str(today + timedelta(days=9))}
    answer = admin("system").post(page("enter-key", SYSTEM_ID), told)
    assert answer.status_code == 409
    assert "这是私钥" in answer.content.decode()
    assert str(private["d"]) not in answer.content.decode()


@pytest.mark.parametrize(("public", "status", "words"), [("", 422, "请粘贴公钥"), ("x", 409, "不是可读的公钥")])
def test_keys_that_are_none_say_so(
    admin: LogIn, furnished: Register, today: date, public: str, status: int, words: str
) -> None:
    told = {"public": public, "until": str(today + timedelta(days=9))}
    answer = admin("system").post(page("enter-key", SYSTEM_ID), told)
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_the_states_of_systems_are_told(admin: LogIn, furnished: Register) -> None:
    client, address = admin("audit"), page("client", SYSTEM_ID)

    def state() -> Any:
        return client.get(address).context["seen"].state

    def change(query: str) -> None:
        with furnished.connect("owner") as connection:
            for table in ("identity_client", "identity_client_key"):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            connection.execute(query.encode())

    assert state() == "waiting"
    change("UPDATE identity_client_key SET valid_from = current_date + 3, approved_at = now(), approved_by_id = 1")
    assert state() == "keyless"
    change("UPDATE identity_client_key SET valid_from = current_date - 3")
    assert state() == "live"
    change(f"UPDATE identity_organisation SET valid_until = current_date - 1 WHERE code = '{OTHER}'")
    assert state() == "organisation"
    change("UPDATE identity_client SET valid_from = current_date - 9, valid_until = current_date - 1")
    assert state() == "ended"


def test_the_list_goes_on_and_what_is_not_there_is_not_found(
    admin: LogIn, furnished: Register, today: date, monkeypatch: Any
) -> None:
    from chengxin.portal.administration import clients

    monkeypatch.setattr(clients, "PAGE", 1)
    system = admin("system")
    told = {
        "organisation": MARKET,
        "name": "第二个",
        "addresses": "203.0.113.0/28",
        "until": str(today + timedelta(days=9)),
    }
    system.post(page("enter-client"), told)
    first = system.get(LIST)
    assert [one.client.name for one in first.context["found"]] == ["第二个"]
    second = system.get(LIST, {"before": first.context["more"]})
    assert [one.client.name for one in second.context["found"]] == ["购票系统"]
    assert second.context["more"] == ""
    assert system.get(LIST, {"before": "x"}).status_code == 200
    assert system.get(page("client", "c-bbbbbbbbbbbbbbbb")).status_code == 404
    assert admin("security").get(page("approve-key", 99)).status_code == 404


def test_an_address_to_lead_back_to_is_entered_by_one_and_approved_by_another(
    admin: LogIn, furnished: Register
) -> None:
    system, security, address = admin("system"), admin("security"), "https://www.example.cn/back"
    enter = page("enter-redirect", SYSTEM_ID)
    for wrong in ("http://www.example.cn/back", "https://www.example.cn", "https://www.example.cn/back#x"):
        answer = system.post(enter, {"address": wrong})
        assert answer.status_code == 409
        assert "返回地址应以 https:// 开头" in answer.content.decode()
    answer = system.post(enter, {"address": address}, follow=True)
    (row,) = answer.context["seen"].redirects
    approval = page("approve-redirect", row.pk)
    assert approval not in answer.content.decode()
    assert system.post(approval).status_code == 403
    assert address in security.get(approval).content.decode()
    assert "从现在起可以用" in security.post(approval, follow=True).content.decode()
    assert "已经批准过" in security.post(approval).content.decode()
    assert "立即生效" in security.post(page("withdraw-redirect", row.pk), follow=True).content.decode()
    assert security.post(page("withdraw-redirect", row.pk)).status_code == 409
    assert security.get(page("approve-redirect", 9999)).status_code == 404
    assert security.get(page("enter-redirect", SYSTEM_ID)).status_code == 403


def test_hours_and_numbers_are_set_seen_and_lifted(admin: LogIn, furnished: Register, today: date) -> None:
    system, address = admin("system"), page("limit-client", SYSTEM_ID)
    assert address in system.get(page("client", SYSTEM_ID)).content.decode()
    told = {
        "first_hour": 8,
        "last_hour": 18,
        "working_days": "on",
        "a_day": 500,
        "valid_from": str(today),
        "reason": "按申请",
    }
    shown = system.post(address, told, follow=True).content.decode()
    assert "8 点到 18 点，只在工作日，每天至多 500 人" in shown
    shown = system.post(address, {"valid_from": str(today), "reason": "恢复"}, follow=True).content.decode()
    assert "全天（恢复" in shown
    assert [row[:2] for row in acts(furnished)][-2:] == [("system", "clients.limit")] * 2
    for who in ("security", "audit"):
        assert admin(who).get(address).status_code == 403


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"last_hour": ""}, 409, "从几点到几点"),
        ({"first_hour": 18, "last_hour": 8}, 409, "从几点到几点"),
        ({"a_day": 0}, 422, "1"),
        ({"valid_from": "2020-01-01"}, 409, "最早从今天起"),
        ({"reason": ""}, 422, "请写明理由"),
    ],
)
def test_hours_that_are_none_say_why(
    admin: LogIn, furnished: Register, today: date, changes: dict[str, Any], status: int, words: str
) -> None:
    told = {"first_hour": 8, "last_hour": 18, "valid_from": str(today), "reason": "x", **changes}
    answer = admin("system").post(page("limit-client", SYSTEM_ID), told)
    assert answer.status_code == status
    assert words in answer.content.decode()
