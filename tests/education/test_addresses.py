"""The editors' face: whoever isn't an editor with a second factor gets into none of its addresses, by whatever session they come."""

from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from chengxin.identity.openness import policy_of
from tests.conftest import Register
from tests.education.conftest import AtEditing
from tests.people import EDITORS
from tests.portal.test_policies import patterns

# Ways in and one's own account, as at the other faces; everything else is the content system's, behind the one act.
OWN = {
    "healthz": "public", "start": "logged-in", "account_login": "public", "mfa_authenticate": "public", "account_logout": "public",
    "account_demo": "demo", "account_home": "logged-in", "account_prove": "logged-in", "account_security": "logged-in",
    "account_password": "logged-in", "account_totp": "logged-in", "account_remove_totp": "logged-in", "account_passkey": "logged-in",
    "account_remove_passkey": "logged-in", "account_codes": "logged-in", "account_renew_codes": "logged-in",
    "look": "public", "wagtailadmin_login": "public", "wagtailadmin_logout": "public",
}  # fmt: skip
EVERY = list(patterns(get_resolver("chengxin.site.editing_urls")))


def test_every_address_carries_its_policy() -> None:
    for name, entry in EVERY:
        found = policy_of(entry.callback)
        assert found is not None, name
        assert (found.kind, found.acts) == ((OWN[name], ()) if name in OWN else ("officers", ("pages.edit",))), name
    assert OWN.keys() <= {name for name, _ in EVERY}


SOME = ("/edit/", "/edit/pages/", "/edit/images/", "/edit/sprite/", "/edit/jsi18n/", "/edit/api/main/pages/", "/edit/account/",
        "/edit/redirects/", "/edit/reports/site-history/", "/edit/documents/", "/media/images/x.jpg", "/edit/nowhere/")  # fmt: skip


@pytest.mark.parametrize("address", SOME)
def test_nobody_else_gets_in(editing: Register, settings: Any, editor_in: AtEditing, address: str) -> None:
    nobody = Client()
    for method in (nobody.get, nobody.post):
        assert method(address).headers["Location"].startswith(reverse("account_login"))
    with editing.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_role_grant SET withdrawn_at = now(), withdrawal_reason = 'x' WHERE role LIKE 'site%'"
        )
    assert editor_in("editor").get(address).status_code == 403


def test_an_editor_without_second_factor_is_sent_to_set_one_up(editing: Register) -> None:
    from chengxin.identity.models import User

    client = Client()
    client.force_login(User.objects.get(login="editor"))
    assert client.get("/edit/").headers["Location"] == reverse("account_home")
    assert client.get("/", follow=True).request["PATH_INFO"] == reverse("account_security")


@pytest.mark.parametrize("login", [one["login"] for one in EDITORS])
def test_accounts_users_and_groups_are_managed_elsewhere(editor_in: AtEditing, login: str) -> None:
    client = editor_in(login)
    for address in (
        "/edit/users/",
        "/edit/groups/",
        "/edit/sites/",
        "/edit/collections/",
        "/edit/workflows/list/",
        "/edit/documents/",
    ):
        assert client.get(address).status_code in {302, 404}, address


def test_no_login_of_the_desk_works_here(editing: Register) -> None:
    answer = Client().post(reverse("account_login"), {"login": "clerk", "password": "a-test-password"})
    assert "登录名或密码不正确" in answer.content.decode()
    answer = Client().post(reverse("account_login"), {"login": "editor", "password": "a-test-password"})
    assert answer.headers["Location"] == reverse("account_home")
