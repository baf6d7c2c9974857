"""A purpose, a system with its key, and a caller that speaks to the API as that system."""

import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from chengxin.api.application import UNPUBLISHED, logger
from chengxin.identity.tokens import ASSERTION_TYPE
from tests.conftest import Register
from tests.identity.verifying import System, register_purposes, system

Call = Callable[..., Any]
GRANT = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}


def ask_token(assertion: str, **changes: str) -> Any:
    return ask_in_form({**GRANT, "client_assertion": assertion, **changes})


def ask_in_form(fields: dict[str, str]) -> Any:
    return Client().post("/api/v1/token", urlencode(fields), content_type="application/x-www-form-urlencoded")


@pytest.fixture
def purpose(register: Register) -> str:
    return register_purposes(register)


@pytest.fixture
def made(register: Register) -> System:
    return system(register)


@pytest.fixture
def token(made: System) -> str:
    answer: Any = ask_token(made.assertion())
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


@pytest.fixture
def call(token: str) -> Call:
    """Call an operation with the system's token."""

    def called(path: str, body: Any = None, **named: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}", **named.pop("headers", {})}
        if body is None:
            return Client().get(f"/api/v1{path}", headers=headers, **named)
        return Client().post(f"/api/v1{path}", body, content_type="application/json", headers=headers, **named)

    return called


@pytest.fixture(autouse=True)
def unpublished() -> Iterator[list[str]]:
    """Hold every test of the interface to the published list: an operation answers with none but its own errors."""
    found: list[str] = []

    class Noticing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if UNPUBLISHED in record.getMessage():
                found.append(record.getMessage())

    handler = Noticing()
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)
    assert found == []
