"""The page on which an officer declares who they are: once, after proving themselves, each try counted."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.conftest import Register
from tests.people import LI_NA, WANG_WEI
from tests.portal.accounts.conftest import Visit

PAGE = "account_declare"


@pytest.fixture
def undeclared(register: Register) -> Register:
    """Have the clerk's declaration reopened."""
    with register.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_declaration SET reopened_at = now(), reopening_reason = 'x', reopened_by_id = (SELECT id FROM identity_user"
            " WHERE login = 'security') WHERE user_id = (SELECT id FROM identity_user WHERE login = 'clerk')"
        )
    return register


def form(name: str = WANG_WEI.name, code: str = WANG_WEI.code) -> dict[str, str]:
    return {"code_type": "resident-id", "name": name, "code": code}


def test_the_next_login_leads_there_and_the_account_page_says_it_is_done(
    undeclared: Register, visit: Visit, log: Callable[[], list[tuple[str, str, str]]]
) -> None:
    one = visit("clerk")
    one.send_password()
    one.send_code()
    assert one.client.get(reverse("account_home")).headers["Location"] == reverse(PAGE)
    assert "还没有申报" in one.client.get(reverse("account_security")).content.decode()
    page = one.client.get(reverse(PAGE)).content.decode()
    assert "请申报一次您是谁" in page
    assert one.client.post(reverse(PAGE), form()).status_code == 302
    assert ("clerk", "officers.declare", "") in log()
    assert one.client.get(reverse("account_home")).headers["Location"] != reverse(PAGE)
    done = one.client.get(reverse(PAGE)).content.decode()
    assert "申报。" in done
    assert WANG_WEI.code not in done
    again = one.client.post(reverse(PAGE), form(LI_NA.name, LI_NA.code))
    assert again.status_code == 409
    assert "已经申报过" in again.content.decode()


def test_what_was_typed_is_not_given_back_and_guessing_locks(undeclared: Register, visit: Visit) -> None:
    one = visit("clerk")
    one.send_password()
    one.send_code()
    answers = [one.client.post(reverse(PAGE), form("李伟")) for _ in range(6)]
    assert all(answer.status_code == 409 for answer in answers)
    assert all(WANG_WEI.code not in answer.content.decode() for answer in answers)
    assert "对不上" in answers[0].content.decode()
    assert "已暂时锁定" in answers[-1].content.decode()
