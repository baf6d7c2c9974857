"""The administration's own pages: who may do what there, and that nothing else gets in."""

import csv
import io
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

import chengxin
from chengxin.identity.openness import policy_of
from chengxin.identity.permissions import permissions
from chengxin.identity.queries import find_officer, rights_of
from chengxin.identity.services.clients import enter_redirect
from chengxin.identity.standing import PROVED
from chengxin.portal.templatetags.portal_words import act_name
from chengxin.site import admin_urls
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import MARKET, OFFICERS
from tests.portal.administration.conftest import SYSTEM_ID
from tests.portal.conftest import LogIn

ADMINISTRATORS = {"security": "security_admin", "system": "system_admin", "audit": "audit_admin"}
SAMPLES: dict[str, Any] = {"login": "clerk", "number": 1, "code": MARKET, "client_id": SYSTEM_ID}


def pages() -> list[tuple[str, URLPattern]]:
    """Give every address under the administration's own name."""
    (own,) = [one for one in get_resolver("chengxin.site.admin_urls").url_patterns
              if isinstance(one, URLResolver) and one.namespace == "administration"]  # fmt: skip
    return [(str(one.name), one) for one in own.url_patterns if isinstance(one, URLPattern)]


def address(name: str, one: URLPattern) -> str:
    samples = SAMPLES | ({"code": "SM-JT-0001"} if "purpose" in name else {})
    return reverse(f"administration:{name}", kwargs={key: samples[key] for key in one.pattern.converters})


def newcomer(admin: LogIn, **changes: str) -> Any:
    told = {
        "login": "newcomer",
        "display_name": "新人",
        "organisation": MARKET,
        "password": "first-password-1",
        **changes,
    }
    return admin("system").post(reverse("administration:enter"), told, follow=True)


def test_every_address_of_the_face_has_a_policy() -> None:
    def walk(entries: Any) -> list[URLPattern]:
        return [
            found for one in entries for found in (walk(one.url_patterns) if isinstance(one, URLResolver) else [one])
        ]

    found = walk(admin_urls.urlpatterns)
    assert len(found) > len(pages())
    assert all(policy_of(one.callback) is not None for one in found)


@pytest.mark.parametrize("login", ADMINISTRATORS)
def test_each_administrator_gets_in_where_the_table_says_so_and_nowhere_else(
    admin: LogIn, furnished: Register, login: str
) -> None:
    enter_redirect(SYSTEM_ID, "https://www.example.cn/back", actor=officer("system"), at=timezone.now())
    client = admin(login)
    table = permissions().acts
    for name, one in pages():
        policy = policy_of(one.callback)
        assert policy is not None
        assert policy.kind == "officers", name
        allowed = any(ADMINISTRATORS[login] in table[act].roles for act in policy.acts)
        status = client.get(address(name, one)).status_code
        assert (status == 200) if allowed else (status == 403), (name, status)


def test_nobody_gets_in_without_logging_in(furnished: Register) -> None:
    for name, one in pages():
        for method in ("get", "post"):
            answer = getattr(Client(), method)(address(name, one))
            assert answer.status_code == 302, name
            assert answer.headers["Location"].startswith(reverse("account_login")), name


def test_no_officer_of_the_desk_has_a_session_there(administration: Register) -> None:
    for one in OFFICERS:
        if one["role"] not in ADMINISTRATORS.values():
            officer = find_officer(one["login"])
            assert officer is not None
            with pytest.raises((UpdateError, DatabaseError)):
                Client().force_login(officer)


def test_sensitive_pages_ask_for_a_proof_that_is_fresh(admin: LogIn) -> None:
    client = admin("security")
    session = client.session
    session[PROVED] = 0.0
    session.save()
    answer = client.get(reverse("administration:grant", args=["clerk"]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_prove"))
    assert client.get(reverse("administration:officer", args=["clerk"])).status_code == 200


def test_one_enters_another_grants_and_withdraws(admin: LogIn, administration: Register, today: date) -> None:
    page = newcomer(admin).content.decode()
    assert "已登记" in page
    assert "还没有任何岗位权限" in page
    told = {"role": "clerk", "until": str(today + timedelta(days=30)), "reason": "新任经办人"}
    security = admin("security")
    page = security.post(reverse("administration:grant", args=["newcomer"]), told, follow=True).content.decode()
    assert "已授予岗位权限" in page
    assert "信源单位经办人" in page
    officer = find_officer("newcomer")
    assert officer is not None
    (right,) = rights_of(officer.pk)
    address = reverse("administration:withdraw", args=[right.grant_id])
    assert "请写明理由" in security.post(address, {"reason": ""}).content.decode()
    page = security.post(address, {"reason": "岗位调整"}, follow=True).content.decode()
    assert "立即生效" in page
    assert "已收回" in page
    assert not rights_of(officer.pk)
    page = (
        admin("system")
        .post(reverse("administration:leave", args=["newcomer"]), {"reason": "调离"}, follow=True)
        .content.decode()
    )
    assert "账户已停用" in page
    acts = administration.rows("SELECT actor, act FROM ground_action WHERE actor <> '' AND act !~ '^login' ORDER BY id")
    assert acts[-4:] == [
        ("system", "officers.enter"),
        ("security", "rights.grant"),
        ("security", "rights.withdraw"),
        ("system", "officers.leave"),
    ]


@pytest.mark.parametrize(
    ("login", "role", "told"),
    [("security", "clerk", "不能给自己授权"), ("clerk", "audit_admin", "三员互斥"), ("clerk", "clerk", "不重复授予")],
)
def test_grants_that_are_refused_say_why(admin: LogIn, today: date, login: str, role: str, told: str) -> None:
    wanted = {"role": role, "until": str(today + timedelta(days=30)), "reason": "试一试"}
    answer = admin("security").post(reverse("administration:grant", args=[login]), wanted)
    assert answer.status_code == 409
    assert told in answer.content.decode()


def test_what_is_missing_is_named(admin: LogIn) -> None:
    page = admin("system").post(reverse("administration:enter"), {}).content.decode()
    for words in ("请填写登录名", "请填写姓名", "请填写统一社会信用代码", "请填写初始密码"):
        assert words in page
    page = admin("security").post(reverse("administration:grant", args=["clerk"]), {"until": "x"}).content.decode()
    for words in ("请选择岗位", "请写成 2026-12-31", "请写明理由"):
        assert words in page


def test_whoever_is_not_there_is_not_found(admin: LogIn) -> None:
    client = admin("security")
    assert client.get(reverse("administration:officer", args=["nobody"])).status_code == 404
    assert client.get(reverse("administration:withdraw", args=[999_999])).status_code == 404


def test_every_act_that_is_noted_has_a_name() -> None:
    """Read from the code: the log is for people, and a code alone tells an auditor little."""
    noted = {
        name
        for path in Path(chengxin.__file__).parent.rglob("*.py")
        for call in re.findall(r"\bnote_act\(([^()]*(?:\([^()]*\)[^()]*)*)\)", path.read_text(encoding="utf-8"))
        for name in re.findall(r'"([a-z]+\.[a-z_]+)"', call)
    }
    assert len(noted) > 20
    assert {name for name in noted if not act_name(name)} == set()


def test_the_log_is_found_by_somebody_act_and_day_and_goes_on(
    admin: LogIn, administration: Register, today: date
) -> None:
    administration.rows("""INSERT INTO ground_action (at, actor, act, subject, note)
        SELECT now(), 'clerk', 'intake.hand_in', 'batch:' || n, '=1+1' FROM generate_series(1, 130) n RETURNING 1""")
    client, address = admin("audit"), reverse("administration:log")
    page = client.get(address, {"actor": "clerk", "act": "intake", "first": str(today), "last": str(today)})
    assert len(page.context["rows"]) == 100
    older = client.get(f"{address}?{page.context['older']}")
    assert [row.subject for row in older.context["rows"]] == [f"batch:{n}" for n in range(30, 0, -1)]
    assert older.context["older"] == ""
    assert not client.get(address, {"actor": "clerk", "last": str(today - timedelta(days=1))}).context["rows"]
    wrong = client.get(address, {"first": "yesterday"})
    assert wrong.status_code == 422
    assert "请写成 2026-12-31 的形式" in wrong.content.decode()
    file = client.get(reverse("administration:log-file"), {"actor": "clerk"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == 131
    assert rows[1][2:] == ["clerk", "intake.hand_in", "batch:130", "'=1+1"]
    assert client.get(reverse("administration:log-file"), {"first": "x"}).status_code == 422
