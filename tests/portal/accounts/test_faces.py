"""Two faces: administrators log in at theirs, everybody else at the desk, each with the database role and the cookie of its own."""

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from chengxin.demo.officers import code_of_officer
from chengxin.identity.services.factors import add_totp, code_at, new_secret
from chengxin.identity.services.officers import enter_officer
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import MARKET
from tests.portal.accounts.conftest import Telephone, Visit, Visitor


@pytest.fixture
def administration(register: Register, settings: Any) -> Register:
    """Be the process of the administration."""
    settings.FACE, settings.ROOT_URLCONF = "administration", "chengxin.site.admin_urls"
    settings.SESSION_COOKIE_NAME = "chengxin_administration"
    settings.FACE_HOME = settings.LOGOUT_REDIRECT_URL = "account_security"
    register.become("admin")
    return register


def enrol(visitor: Visitor) -> None:
    page = visitor.client.get(reverse("account_totp"))
    visitor.telephone = Telephone(page.context["secret"].replace(" ", ""))
    visitor.client.post(reverse("account_totp"), {"code": visitor.telephone.code()})


@pytest.mark.parametrize("login", ["security", "system", "audit"])
def test_an_administrator_logs_in_and_enrols_at_the_administration(administration: Register, login: str) -> None:
    one = Visitor(login)
    assert "管理员登录" in one.client.get(reverse("account_login")).content.decode()
    assert one.send_password().headers["Location"] == reverse("account_home")
    assert "请先设置第二重验证" in one.client.get(reverse("account_security")).content.decode()
    enrol(one)
    one.client.post(reverse("account_logout"))
    assert one.send_password().headers["Location"] == reverse("mfa_authenticate")
    one.send_code()
    assert "请先设置第二重验证" not in one.client.get(reverse("account_security")).content.decode()
    kept = administration.rows("SELECT face FROM identity_session WHERE user_id IS NOT NULL")
    assert kept == [("administration",)]


@pytest.mark.parametrize("login", ["clerk", "officer"])
def test_nobody_else_logs_in_there(administration: Register, login: str) -> None:
    assert "登录名或密码不正确" in Visitor(login).send_password().content.decode()


def test_the_administration_can_put_no_factor_on_an_officers_account(administration: Register, now: Any) -> None:
    secret = new_secret()
    with pytest.raises(DatabaseError, match="row-level security"):
        add_totp(officer("clerk"), secret=secret, code=code_at(secret, int(now.timestamp()) // 30), at=now)


def test_the_desk_can_change_no_administrators_password(register: Register) -> None:
    one = officer("security")
    one.set_password("another password here")
    with pytest.raises(DatabaseError):
        one.save(update_fields=["password"])


def test_a_newcomer_goes_from_a_first_password_to_the_desk(
    administration: Register, visit: Visit, settings: Any, now: Any
) -> None:
    """Entered by the system administrator; then the password changed, a telephone bound, and who it is declared, all by the newcomer."""
    enter_officer(
        login="zhang.min", display_name="张敏", organisation_code=MARKET, password="first password chosen",
        actor=officer("system"), at=now,
    )  # fmt: skip
    administration.become("app")
    settings.FACE, settings.ROOT_URLCONF, settings.FACE_HOME = "desk", "chengxin.site.urls", "portal:desk"
    one = Visitor("zhang.min")
    assert one.send_password("first password chosen").headers["Location"] == reverse("account_home")
    home, password = reverse("account_home"), reverse("account_password")
    assert one.client.get(home).headers["Location"] == password
    fresh = "four unrelated words here"
    one.client.post(password, {"old": "first password chosen", "new": fresh, "again": fresh})
    assert one.client.get(home).headers["Location"] == reverse("account_security")
    enrol(one)
    declaration = reverse("account_declare")
    assert one.client.get(home).headers["Location"] == declaration
    who = {"code_type": "resident-id", "name": "张敏", "code": code_of_officer("zhang.min")}
    assert one.client.post(declaration, who).headers["Location"] == reverse("portal:desk")
    assert one.client.get(home).headers["Location"] == reverse("portal:desk")
    assert one.client.get(reverse("portal:desk")).status_code == 403, "no right was granted yet"


def test_a_cookie_of_one_face_is_nothing_at_the_other(visit: Visit, administration: Register, settings: Any) -> None:
    administration.become("app")
    settings.FACE, settings.ROOT_URLCONF, settings.SESSION_COOKIE_NAME = "desk", "chengxin.site.urls", "chengxin_desk"
    settings.FACE_HOME = "portal:desk"
    clerk = visit()
    clerk.enter()
    key = clerk.client.cookies["chengxin_desk"].value
    settings.FACE, settings.ROOT_URLCONF = "administration", "chengxin.site.admin_urls"
    settings.SESSION_COOKIE_NAME = "chengxin_administration"
    administration.become("admin")
    other = Client()
    other.cookies["chengxin_administration"] = key
    assert other.get(reverse("account_security")).headers["Location"].startswith(reverse("account_login"))
