"""Demo accounts: in a demo alone, and nobody else's code is ever shown."""

from typing import Any

from django.urls import reverse

from tests.conftest import Register
from tests.portal.accounts.conftest import Visit


def demo(register: Register, *, house: bool) -> None:
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_house SET demo = true")
        connection.execute("UPDATE identity_user SET demo = true WHERE login = 'clerk'")
        connection.execute("UPDATE identity_house SET demo = %s", [house])


def test_a_demo_login_spares_the_password_and_shows_the_code(register: Register, visit: Visit, settings: Any) -> None:
    settings.DEMO = True
    clerk = visit()
    demo(register, house=True)
    assert "演示账户" in clerk.client.get("/").content.decode()
    enter = reverse("account_demo", args=["clerk"])
    assert clerk.client.get(enter).status_code == 405
    assert clerk.client.post(enter).headers["Location"] == reverse("mfa_authenticate")
    assert not clerk.is_in()
    code = clerk.client.get(reverse("mfa_authenticate")).context["demo_code"]
    clerk.send_code(code)
    assert clerk.is_in()
    assert clerk.client.post(reverse("account_demo", args=["nobody"])).status_code == 404


def test_demo_logins_are_there_under_the_switch_alone(register: Register, visit: Visit, settings: Any) -> None:
    clerk = visit()
    demo(register, house=True)
    settings.DEMO = False
    assert clerk.client.post(reverse("account_demo", args=["clerk"])).status_code == 404
    assert "登录名或密码不正确" in clerk.send_password().content.decode()


def test_a_real_account_has_no_short_way_in_and_its_code_is_shown_to_nobody(visit: Visit, settings: Any) -> None:
    settings.DEMO = True
    clerk = visit()
    assert clerk.client.post(reverse("account_demo", args=["clerk"])).status_code == 404
    clerk.send_password()
    page = clerk.client.get(reverse("mfa_authenticate"))
    assert page.context["demo_code"] == ""
