"""Every address has an access policy, and the open ones are these and no others."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from chengxin.identity.policies import AccessPolicy, officers_may, policy_of
from tests.conftest import Register
from tests.people import DESK_OFFICERS, MARKET
from tests.portal.conftest import LogIn

# What is open to everybody, and why it harms nobody.
OPEN = {
    "healthz": "only tells which parts are alive",
    "portal:start": "tells what the system is",
    "portal:catalogue": "the catalogue is published by law",
    "portal:item": "the catalogue is published by law",
    "portal:permissions": "tells what roles may do, and of nobody who holds one",
    "account_login": "whoever logs in isn't logged in yet",
    "mfa_authenticate": "whoever logs in isn't logged in yet",
    "account_logout": "ends one's own session",
    "person-login": "leads away to the platform",
    "person-callback": "whoever logs in isn't logged in yet",
    "portal:check-receipt": "a receipt names an organisation and an answer, never the person",
    "api:openapi": "describes the interface",
    "api:token": "whoever proves itself isn't proved yet",
    "oauth-metadata": "tells how a client proves itself",
}
SAMPLES = {"token": uuid4(), "code": "CF-ZRR", "login": "clerk", "purpose": "XK-SC", "number": 1}


def patterns(resolver: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


ALL = dict(patterns())


ROLE_OF = {officer["login"]: officer["role"] for officer in DESK_OFFICERS}


def policy(name: str) -> AccessPolicy:
    found = policy_of(ALL[name].callback)
    assert found is not None, f"{name} has no access policy"
    return found


def address(name: str) -> str:
    return reverse(name, kwargs={key: value for key, value in SAMPLES.items() if key in ALL[name].pattern.converters})


def guarded(kind: str) -> list[str]:
    return [name for name in ALL if (found := policy_of(ALL[name].callback)) and found.kind == kind]


@pytest.mark.parametrize("name", ALL)
def test_every_address_has_a_policy(name: str) -> None:
    found = policy(name)
    assert found.roles if found.kind == "officers" else found.reason


def test_the_open_addresses_are_these() -> None:
    assert {name for name in ALL if policy(name).kind == "public"} == set(OPEN)
    assert {name for name in ALL if policy(name).kind == "demo"} == {"account_demo"}


@pytest.mark.parametrize("name", guarded("officers"))
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_gets_in_without_logging_in(register: Register, name: str, method: str) -> None:
    answer = getattr(Client(), method)(address(name))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", guarded("officers"))
def test_each_role_gets_in_where_the_table_says_so_and_nowhere_else(log_in: LogIn, name: str) -> None:
    for login, role in ROLE_OF.items():
        answer = log_in(login).get(address(name))
        assert (answer.status_code == 403) == (role not in policy(name).roles), login
        if answer.status_code == 403:
            assert "您的岗位没有此项权限" in answer.content.decode()


def test_an_organisation_out_of_time_is_refused(register: Register, log_in: LogIn) -> None:
    client = log_in("clerk")
    assert client.get(reverse("portal:batches")).status_code == 200
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_organisation SET valid_until = current_date WHERE code = %s", [MARKET])
    assert client.get(reverse("portal:batches")).status_code == 403


def test_only_what_is_within_the_own_organisation_speaks_for_it() -> None:
    assert callable(officers_may("intake.follow", own_rows=True))
    with pytest.raises(ValueError, match="within the own organisation"):
        officers_may("report.issue", own_rows=True)
