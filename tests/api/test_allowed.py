"""A token alone opens nothing: its client is in force, calls from its own network, and its two keys change without a gap."""

from typing import Any

import pytest
from django.test import Client

from chengxin.demo.organisations import organisation_code
from chengxin.identity.services.organisations import settle_organisation
from tests.api.conftest import ask_token
from tests.conftest import Register
from tests.duties import enrol
from tests.identity.verifying import system
from tests.people import OTHER

POLICE = organisation_code("department", 931)
NOBODY = "00000000-0000-0000-0000-000000000000"
READS = {
    "verification.check": ("/purposes",),
    "query.ask": ("/duties",),
    "population.tell": ("/population/status", f"/population/events/{NOBODY}"),
    "intake.follow": (f"/batches/{NOBODY}", f"/batches/{NOBODY}/numbers", f"/batches/{NOBODY}/events"),
}
WRITES = {
    "verification.check": (("/receipts", {"receipt": "V" + "A" * 26}),),
    "population.tell": (("/population/events", {"events": [{}]}),),
}


@pytest.fixture
def tokens(register: Register, now: Any, today: Any) -> dict[str, str]:
    """Give tokens got from the right network, for every kind of operation."""
    enrol(register, "XK-SC-01", at=now, organisation=OTHER)
    register.become("owner")
    settle_organisation(code=POLICE, name="测试公安局", kind="population", region="140000", valid_from=today)
    asks = {scope: POLICE if scope.startswith("population") else OTHER for scope in READS}
    systems = {one: system(register, organisation=one) for one in set(asks.values())}
    return {
        scope: str(ask_token(systems[one].assertion(), scope=scope).json()["access_token"])
        for scope, one in asks.items()
    }


def calls(tokens: dict[str, str], **extra: Any) -> list[tuple[str, int, str]]:
    """Call every operation that names no person and give what each says."""
    told = []
    for scope, token in tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        answers: list[tuple[str, Any]] = [
            (path, Client().get(f"/api/v1{path}", headers=headers, **extra)) for path in READS[scope]
        ]
        answers += [
            (path, Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers, **extra))
            for path, body in WRITES.get(scope, ())
        ]
        told += [
            (path, one.status_code, one.json().get("code", "") if one.status_code >= 400 else "")
            for path, one in answers
        ]
    return told


def test_from_another_network_a_token_opens_nothing(tokens: dict[str, str]) -> None:
    """The token was got from the client's own network, and carried off."""
    assert {answer[1:] for answer in calls(tokens, REMOTE_ADDR="203.0.113.9")} == {(403, "address-not-allowed")}


def test_a_suspended_client_reads_nothing_with_the_token_it_has(tokens: dict[str, str], register: Register) -> None:
    assert all(code not in {"client-not-in-force", "address-not-allowed"} for _, _, code in calls(tokens))
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_client DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE identity_client SET suspended_at = now(), suspension_reason = 'x', suspended_by_id = 1"
        )
    assert {answer[1:] for answer in calls(tokens)} == {(401, "client-not-in-force")}
