"""Before a sensitive act an officer proves once more who they are; the permission table says which acts those are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path, reverse
from django.utils import timezone

from chengxin.identity import policies
from chengxin.identity.limits import login_limits
from chengxin.identity.openness import policy_of
from chengxin.identity.permissions import permissions
from chengxin.identity.policies import officers_may
from chengxin.identity.services.factors import add_passkey, factors_of
from chengxin.identity.standing import PROVED
from chengxin.site import urls
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.portal.accounts.conftest import TOOK, Visit, Visitor
from tests.portal.conftest import LogIn, let_in
from tests.portal.test_policies import ALL, ROLE_OF, address, policy
from tests.reviewing import REVIEWER, settle_reviewers

Log = Callable[[], list[tuple[str, str, str]]]
LIMITS = login_limits()
PROVE = reverse("account_prove")
OWN = [
    "account_password",
    "account_totp",
    "account_declare",
    "account_passkey",
    "account_renew_codes",
    "account_remove_totp",
    "account_remove_passkey",
]
DONE: list[str] = []


def act(request: HttpRequest) -> HttpResponse:
    DONE.append(str(request.method))
    return HttpResponse("done")


@pytest.fixture
def sensitive(monkeypatch: pytest.MonkeyPatch, settings: Any) -> str:
    """Give the address of a view whose act the table marks; whichever those are today."""
    table = permissions()
    marked = {**table.acts, "intake.hand_in": replace(table.acts["intake.hand_in"], prove=True)}
    monkeypatch.setattr(policies, "permissions", lambda: replace(table, acts=marked))
    page = type(
        "pages", (), {"urlpatterns": [path("sensitive/", officers_may("intake.hand_in")(act)), *urls.urlpatterns]}
    )
    settings.ROOT_URLCONF = page
    DONE.clear()
    return "/sensitive/"


def proved(client: Client, ago: timedelta) -> None:
    session = client.session
    session[PROVED] = (timezone.now() - ago).timestamp()
    session.save()


def test_a_fresh_proof_opens_and_a_stale_one_leads_to_prove(log_in: LogIn, sensitive: str) -> None:
    client = log_in("clerk")
    assert client.get(sensitive).content == b"done"
    proved(client, LIMITS.proof_to_open)
    answer = client.get(sensitive)
    assert answer.headers["Location"] == f"{PROVE}?next=%2Fsensitive%2F"
    assert client.post(sensitive).content == b"done", "a form that was opened in time may be handed in"
    proved(client, LIMITS.proof_to_hand_in)
    assert client.post(sensitive, headers={"Referer": "http://testserver/the/form/"}).headers["Location"] == (
        f"{PROVE}?next=%2Fthe%2Fform%2F"
    )
    assert client.post(sensitive, headers={"Referer": "http://elsewhere.example/x/"}).headers["Location"] == PROVE
    assert DONE == ["GET", "POST"]


def test_whoever_may_not_do_the_act_is_refused_and_not_asked_to_prove(log_in: LogIn, sensitive: str) -> None:
    client = log_in("officer")
    proved(client, LIMITS.longest)
    assert client.get(sensitive).status_code == 403


def test_a_code_proves_and_leads_back(visit: Visit, log: Log, sensitive: str) -> None:
    clerk = visit()
    clerk.enter()
    proved(clerk.client, LIMITS.longest)
    page = clerk.client.get(f"{PROVE}?next={sensitive}")
    assert f'name="next" value="{sensitive}"' in page.content.decode()
    assert "验证码不正确" in clerk.client.post(PROVE, {"code": "000000", "next": sensitive}).content.decode()
    assert clerk.client.get(sensitive).status_code == 302
    assert clerk.telephone is not None
    answer = clerk.client.post(PROVE, {"code": clerk.telephone.code(), "next": sensitive})
    assert answer.headers["Location"] == sensitive
    assert clerk.client.get(sensitive).content == b"done"
    assert [(act, note) for _, act, note in log()] == [
        ("login.begin", "totp"),
        ("login.failed", "factor"),
        ("login.prove", "totp"),
    ]


@pytest.mark.parametrize("away", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_proving_leads_nowhere_else(visit: Visit, away: str) -> None:
    clerk = visit()
    clerk.enter()
    assert clerk.telephone is not None
    answer = clerk.client.post(PROVE, {"code": clerk.telephone.code(), "next": away})
    assert answer.headers["Location"] == reverse("account_home")


def test_proving_is_for_whoever_is_in(visit: Visit) -> None:
    clerk = visit()
    assert clerk.client.post(PROVE, {"code": "000000"}).headers["Location"].startswith(reverse("account_login"))
    stranger = visit("officer", telephone=False)
    stranger.send_password()
    assert stranger.client.get(PROVE).headers["Location"] == reverse("account_home")


@pytest.mark.parametrize("name", OWN)
def test_ones_own_password_and_factors_are_sensitive_too(visit: Visit, name: str) -> None:
    clerk = visit()
    clerk.enter()
    proved(clerk.client, LIMITS.longest)
    for send in (clerk.client.get, clerk.client.post):
        answer = send(address(name))
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, PROVE), name


def test_nothing_but_leading_on_is_open_without_proof_of_what_changes_the_account() -> None:
    """Each page of one's own account is either marked above or changes nothing."""
    own = {name for name in ALL if policy(name).kind == "logged-in"}
    assert own - set(OWN) == {"account_home", "account_prove", "account_security", "account_codes"}


def test_every_view_of_a_marked_act_asks_for_proof(register: Register, log_in: LogIn) -> None:
    """In one place for all: a view that names a marked act can't be had without it."""
    settle_reviewers(register)
    acts, roles = permissions().acts, {**ROLE_OF, REVIEWER: "reviewer"}
    for name, entry in ALL.items():
        found = policy_of(entry.callback)
        if found is None or found.kind != "officers":
            continue
        login = next(login for login, role in roles.items() if role in found.roles)
        client = log_in(login)
        proved(client, LIMITS.longest)
        kinds = {kind for act in found.acts for kind in acts[act].kinds}
        if kinds and officer(login).organisation.kind not in kinds:
            # None of this house's: closed before it is asked who they are.
            assert client.get(address(name)).status_code == 403, name
            continue
        led = client.get(address(name)).headers.get("Location", "").startswith(PROVE)
        assert led == any(acts[act].prove for act in found.acts), name


def holding(visit: Visit) -> Visitor:
    clerk = visit()
    let_in(clerk.client, officer("clerk"))
    return clerk


def test_the_last_factor_stays_and_another_may_go(visit: Visit, now: datetime, log: Log) -> None:
    clerk = holding(visit)
    security, number = reverse("account_security"), officer("clerk").pk
    assert clerk.client.post(reverse("account_remove_totp")).status_code == 409
    assert len(add_passkey(officer("clerk"), name="工作电脑", credential={"id": "x"}, at=now)) == 10
    ((key, name),) = factors_of(number).passkeys
    assert name == "工作电脑"
    assert clerk.client.post(reverse("account_remove_passkey", args=[key + 1])).status_code == 409
    assert clerk.client.post(reverse("account_remove_totp")).headers["Location"] == security
    assert clerk.client.post(reverse("account_remove_passkey", args=[key])).status_code == 409
    assert not factors_of(number).totp
    assert [(act, note) for _, act, note in log()] == [("factor.add", "webauthn"), ("factor.remove", "totp")]


def test_nobody_takes_off_somebody_elses_passkey(visit: Visit, now: datetime) -> None:
    add_passkey(officer("officer"), name="x", credential={"id": "x"}, at=now)
    ((key, _),) = factors_of(officer("officer").pk).passkeys
    clerk = holding(visit)
    add_passkey(officer("clerk"), name="y", credential={"id": "y"}, at=now)
    assert clerk.client.post(reverse("account_remove_passkey", args=[key])).status_code == 409
    assert factors_of(officer("officer").pk).passkeys


def test_new_recovery_codes_take_the_place_of_the_old(visit: Visit) -> None:
    clerk = holding(visit)
    made = []
    for _ in range(2):
        answer = clerk.client.post(reverse("account_renew_codes"))
        made.append(TOOK.findall(clerk.client.get(answer.headers["Location"]).content.decode()))
    clerk = visit()
    clerk.send_password()
    clerk.send_code(made[0][0])
    assert not clerk.is_in()
    clerk.send_code(made[1][0])
    assert clerk.is_in()
