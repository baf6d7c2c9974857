"""Officers who can't log in, helped by two administrators on pages of their own, each after a fresh proof and with a trace."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from chengxin.identity.services.logging_in import locked_until
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.portal.conftest import LogIn

NEW = "chosen-for-the-clerk"
DOERS = {"unlock": "system", "new-password": "system", "take-off-factors": "security"}


def page(name: str, login: str = "clerk") -> str:
    return reverse(f"administration:{name}", "chengxin.site.admin_urls", [login])


def lock(house: Register, until: datetime) -> None:
    number = officer("clerk").pk
    house.become("owner")
    house.rows(
        """INSERT INTO identity_failed_try (kind, bucket, failures, first_at, locked_until) VALUES ('officer', %s, 5, now(), %s)
           RETURNING 1""",
        number,
        until,
    )
    house.become("admin")


def noted(house: Register) -> list[tuple[Any, ...]]:
    """Give what was done about officers since they declared who they are."""
    query = "SELECT actor, act, note FROM ground_action WHERE act LIKE 'officers%%' AND act <> 'officers.declare' ORDER BY id"
    return house.rows(query)


def test_a_locked_account_is_unlocked(admin: LogIn, administration: Register, now: datetime) -> None:
    lock(administration, now + timedelta(hours=1))
    client = admin("system")
    assert "锁定到" in client.get(page("unlock")).content.decode()
    answer = client.post(page("unlock"), follow=True)
    assert "已解除锁定" in answer.content.decode()
    assert locked_until(officer("clerk").pk, at=now) is None
    assert "没有锁定" in client.get(page("unlock")).content.decode()
    assert noted(administration) == [("system", "officers.unlock", "")]


def test_a_first_password_is_set_and_never_sent_back(admin: LogIn, administration: Register) -> None:
    client = admin("system")
    weak = client.post(page("new-password"), {"password": "clerk"})
    assert weak.status_code == 409
    assert 'value="clerk"' not in weak.content.decode()
    assert client.post(page("new-password"), {"password": ""}).status_code == 422
    answer = client.post(page("new-password"), {"password": NEW}, follow=True)
    assert "请当面交给本人" in answer.content.decode()
    assert NEW not in answer.content.decode()
    clerk = officer("clerk")
    assert clerk.check_password(NEW)
    assert clerk.first_password
    assert noted(administration) == [("system", "officers.new_password", "")]


def test_a_lost_factor_is_taken_off_with_the_reason(admin: LogIn, administration: Register) -> None:
    client = admin("security")
    assert client.post(page("take-off-factors"), {"reason": " "}).status_code == 422
    answer = client.post(page("take-off-factors"), {"reason": "手机遗失，当面核实"}, follow=True)
    assert "下次登录时重新绑定" in answer.content.decode()
    assert noted(administration) == [("security", "officers.take_off_factor", "手机遗失，当面核实")]


@pytest.mark.parametrize(("name", "login"), DOERS.items())
def test_nobody_does_it_for_themselves_or_for_nobody(admin: LogIn, name: str, login: str) -> None:
    told = {"password": NEW, "reason": "试一试"}
    assert admin(login).post(page(name, "nobody"), told).status_code == 404
    own = admin(login).post(page(name, login), told)
    assert own.status_code == 409, own.status_code
    assert page(name, login) not in admin(login).get(page("officer", login)).content.decode()


@pytest.mark.parametrize(("name", "login"), DOERS.items())
def test_the_officers_page_leads_there_for_whoever_may(admin: LogIn, name: str, login: str) -> None:
    for one in ("system", "security", "audit"):
        shown = page(name) in admin(one).get(page("officer")).content.decode()
        assert shown == (one == login), one
        assert (admin(one).get(page(name)).status_code == 200) == (one == login), one


@pytest.mark.parametrize(("name", "login"), DOERS.items())
def test_a_fresh_proof_is_asked_for_first(admin: LogIn, name: str, login: str) -> None:
    from chengxin.identity.standing import PROVED

    client = admin(login)
    session = client.session
    session[PROVED] = 0
    session.save()
    answer = client.post(page(name), {"password": NEW, "reason": "试一试"})
    assert answer.status_code == 302
    assert "/account/prove/" in answer["Location"]
