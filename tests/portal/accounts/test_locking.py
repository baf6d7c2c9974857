"""Failures to log in lock an account and an address for a time; nobody learns from it who exists."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.limits import login_limits
from chengxin.identity.queries import list_locked
from chengxin.identity.services.factors import CODE_SIGNS
from chengxin.identity.services.logging_in import ADDRESSES, check_login, count_try, network_of, unlock
from chengxin.lib.errors import NotAllowed
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.portal.accounts.conftest import PASSWORD, Visit

LIMITS = login_limits()
WRONG = "not-the-password"
Log = Callable[[], list[tuple[str, str, str]]]


def tries(login: str, password: str, at: datetime, *, address: str = "192.0.2.1", times: int = 1) -> list[bool]:
    return [check_login(login, password, address=address, face="desk", at=at) is not None for _ in range(times)]


def test_five_failures_lock_an_account_for_a_quarter_of_an_hour(register: Register, now: datetime, log: Log) -> None:
    tries("clerk", WRONG, now, times=LIMITS.tries_of_account)
    assert tries("clerk", PASSWORD, now) == [False]
    assert tries("clerk", PASSWORD, now + LIMITS.locked - timedelta(seconds=1), address="192.0.2.9") == [False]
    assert tries("officer", PASSWORD, now) == [True]
    assert tries("clerk", PASSWORD, now + LIMITS.locked) == [True]
    assert [act for _, act, _ in log()] == ["login.failed"] * LIMITS.tries_of_account + ["login.locked"]


def test_four_failures_lock_nobody_and_are_forgotten_after_a_while(register: Register, now: datetime) -> None:
    fewer, earlier = LIMITS.tries_of_account - 1, now - LIMITS.window
    assert tries("clerk", WRONG, earlier, times=fewer) == [False] * fewer
    assert tries("clerk", PASSWORD, earlier) == [True]
    assert tries("clerk", WRONG, now, times=fewer) == [False] * fewer
    assert tries("clerk", PASSWORD, now) == [True]


def test_a_right_password_between_wrong_ones_wins_no_tries(register: Register, now: datetime) -> None:
    """It proves nothing until the second factor does: else whoever has a password could try codes without end."""
    for _ in range(LIMITS.tries_of_account):
        assert tries("clerk", PASSWORD, now) == [True]
        tries("clerk", WRONG, now)
    assert tries("clerk", PASSWORD, now) == [False]


def test_a_login_that_nobody_has_is_locked_alike(register: Register, now: datetime) -> None:
    """So that being locked tells nothing; what was typed is kept nowhere."""
    tries("nobody-at-all", WRONG, now, times=LIMITS.tries_of_account)
    kept = register.rows("SELECT kind, failures, locked_until IS NOT NULL FROM identity_failed_try ORDER BY kind")
    assert kept == [("address", LIMITS.tries_of_account, False), ("unknown", LIMITS.tries_of_account, True)]


def test_fifty_failures_lock_an_address_for_every_login(register: Register, now: datetime) -> None:
    for number in range(LIMITS.tries_of_address):
        tries(f"nobody-{number}", WRONG, now)
    assert tries("clerk", PASSWORD, now) == [False]
    assert tries("clerk", PASSWORD, now, address="192.0.2.2") == [True]


def test_a_locked_address_can_lock_no_account(register: Register, now: datetime) -> None:
    for number in range(LIMITS.tries_of_address):
        tries(f"nobody-{number}", WRONG, now)
    tries("clerk", WRONG, now, times=LIMITS.tries_of_account)
    assert tries("clerk", PASSWORD, now, address="192.0.2.2") == [True]


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_the_addresses_of_one_ipv6_network_count_as_one(address: Any, host: int) -> None:
    neighbour = type(address)(int(address) >> 64 << 64 | host)
    assert network_of(str(address)) == network_of(str(neighbour))


@pytest.mark.parametrize("text", ["", "unknown", "192.0.2.1:80"])
def test_what_is_no_address_counts_as_itself(text: str) -> None:
    assert network_of(text) == text


def test_tries_at_one_moment_cannot_outrun_the_count(register: Register, now: datetime) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    clerk = officer("clerk")

    def attempt(_: int) -> bool:
        try:
            return count_try(clerk, address="192.0.2.1", at=now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        let_in = list(pool.map(attempt, range(20)))
    assert sum(let_in) == LIMITS.tries_of_account


def test_wrong_codes_lock_the_account_too(visit: Visit, log: Log) -> None:
    clerk = visit()
    clerk.send_password()
    for _ in range(LIMITS.tries_of_account):
        assert clerk.send_code("000000").status_code == 200
    assert "暂时锁定" in clerk.send_code().content.decode()
    assert not clerk.is_in()
    assert "暂时锁定" in visit().send_password().content.decode()
    acts = [(act, note) for _, act, note in log()]
    assert acts == [*([("login.failed", "factor")] * LIMITS.tries_of_account), ("login.locked", "")]


@pytest.mark.parametrize("code", ["0" * 6, "A" * CODE_SIGNS, "", "x" * 40, "１２３４５６", "' OR 1=1 --"])
def test_a_wrong_code_is_refused_whatever_it_looks_like(visit: Visit, code: str) -> None:
    clerk = visit()
    clerk.send_password()
    assert clerk.client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert not clerk.is_in()


def test_proving_oneself_is_counted_too(visit: Visit) -> None:
    clerk = visit()
    clerk.enter()
    for _ in range(LIMITS.tries_of_account):
        clerk.client.post(reverse("account_prove"), {"code": "000000"})
    assert clerk.telephone is not None
    assert clerk.client.post(reverse("account_prove"), {"code": clerk.telephone.code()}).status_code == 200


def test_a_system_administrator_sees_and_opens_locks(register: Register, now: datetime, log: Log) -> None:
    tries("clerk", WRONG, now, times=LIMITS.tries_of_account)
    register.become("admin")
    assert [(one.login, one.locked_until) for one in list_locked(now)] == [("clerk", now + LIMITS.locked)]
    for login in ("security", "audit"):
        with pytest.raises(NotAllowed):
            unlock("clerk", actor=officer(login), at=now)
    unlock("clerk", actor=officer("system"), at=now)
    assert list_locked(now) == []
    register.become("app")
    assert tries("clerk", PASSWORD, now) == [True]
    assert ("system", "officers.unlock", "") in log()


def test_the_table_of_failures_is_bounded(register: Register) -> None:
    """Buckets, not what was typed or where from: an attacker can't fill the disk with them."""
    from psycopg.errors import CheckViolation

    for kind, bucket in (("address", ADDRESSES), ("unknown", -1)):
        with register.connect("app") as connection, pytest.raises(CheckViolation):
            connection.execute("INSERT INTO identity_failed_try VALUES (%s, %s, 1, now(), NULL)", [kind, bucket])
