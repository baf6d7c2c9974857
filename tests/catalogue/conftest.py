"""The catalogue's process on a register of the test's own."""

import pytest

from tests.catalogue.process import Process, settle_cast
from tests.conftest import Register


@pytest.fixture
def process(register: Register) -> Process:
    settle_cast(register)
    register.become("app")
    return Process(register)
