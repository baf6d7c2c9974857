"""Checks of real names: answers, entries, quotas, and the same work whoever exists."""

from datetime import datetime

import pytest

from chengxin.identity.services.verification import verify
from tests.conftest import Register
from tests.identity.verifying import System, asked, register, system
from tests.people import CHILD, DEAD, LI_NA, UNKNOWN, WANG_WEI


@pytest.fixture
def purpose(register: Register) -> str:
    from tests.identity import verifying

    return verifying.register(register)


@pytest.fixture
def client(register: Register) -> System:
    return system(register)


def test_smoke(register: Register, purpose: str, client: System, now: datetime) -> None:
    for one in (WANG_WEI, CHILD, DEAD, UNKNOWN, LI_NA):
        print(one, verify(client.enquirer, purpose, asked(one), at=now))
    print(verify(client.enquirer, purpose, asked(WANG_WEI, name="王小伟"), at=now))
    print(register.rows("SELECT subject_id, purpose, basis, case_reference, outcome, reason, fields, officer FROM ground_access_entry"))
    print(register.rows("SELECT * FROM identity_check_use"))
