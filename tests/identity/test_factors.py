"""Codes of a telephone and recovery codes: the standard's own vectors, taken once and never again, whoever else tries at that moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.errors import FactorRefused
from chengxin.identity.services.factors import (
    AROUND,
    STEP_S,
    add_totp,
    code_at,
    factors_of,
    fits,
    new_secret,
    renew_codes,
    settle_totp,
    use_code,
)
from tests.conftest import Register
from tests.identity.verifying import officer

# RFC 6238, appendix B: the secret in base 32, and the last six of the eight digits.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_CODES = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}


@pytest.mark.parametrize(("second", "code"), RFC_CODES.items())
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    assert code_at(RFC_SECRET, second // STEP_S) == code
    assert fits(RFC_SECRET, code, at=datetime.fromtimestamp(second, UTC)) == second // STEP_S


@given(st.integers(10_000, 2**31), st.integers(-5, 5), st.integers(-5, 5))
def test_a_code_fits_its_own_moment_and_none_that_was_used(second: int, away: int, used: int) -> None:
    now = second // STEP_S
    step = now + away
    code = code_at(RFC_SECRET, step)
    found = fits(RFC_SECRET, code, at=datetime.fromtimestamp(second, UTC), after=now + used)
    if found is None:
        assert abs(away) > AROUND or away <= used
    else:
        assert now - AROUND <= found <= now + AROUND
        assert found > now + used
        assert code_at(RFC_SECRET, found) == code


def bind(register: Register, login: str, now: datetime) -> str:
    secret = new_secret()
    register.become("owner")
    with transaction.atomic():
        settle_totp(officer(login), secret, last_step=0, at=now)
    register.become("app")
    return secret


def at_once(act: Callable[[], str], times: int = 6) -> list[str]:
    def tried(_: int) -> str:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(tried, range(times)))


def test_of_many_who_hand_in_one_code_at_one_moment_one_is_let_in(register: Register, now: datetime) -> None:
    secret, clerk = bind(register, "clerk", now), officer("clerk")
    code = code_at(secret, int(now.timestamp()) // STEP_S)
    assert sorted(at_once(lambda: use_code(clerk, code, at=now))) == ["", "", "", "", "", "totp"]
    (paper, *_) = renew_codes(clerk, at=now)
    assert sorted(at_once(lambda: use_code(clerk, paper, at=now))) == ["", "", "", "", "", "recovery_codes"]


def test_codes_are_of_one_officer_alone(register: Register, now: datetime) -> None:
    secret = bind(register, "clerk", now)
    bind(register, "officer", now)
    code = code_at(secret, int(now.timestamp()) // STEP_S)
    (paper, *_) = renew_codes(officer("clerk"), at=now)
    assert use_code(officer("officer"), code, at=now) == ""
    assert use_code(officer("officer"), paper, at=now) == ""
    assert use_code(officer("verifier"), code, at=now) == ""


@pytest.mark.parametrize("late", [timedelta(minutes=-2), timedelta(minutes=2)])
def test_a_telephone_whose_clock_is_far_off_is_not_bound(register: Register, now: datetime, late: timedelta) -> None:
    secret = new_secret()
    code = code_at(secret, int((now + late).timestamp()) // STEP_S)
    with pytest.raises(FactorRefused, match="请核对手机时间"):
        add_totp(officer("clerk"), secret=secret, code=code, at=now)
    assert not factors_of(officer("clerk").pk)


def test_a_second_telephone_is_not_bound_beside_the_first(register: Register, now: datetime) -> None:
    bind(register, "clerk", now)
    secret = new_secret()
    with pytest.raises(FactorRefused, match="已经绑定"):
        add_totp(officer("clerk"), secret=secret, code=code_at(secret, int(now.timestamp()) // STEP_S), at=now)
