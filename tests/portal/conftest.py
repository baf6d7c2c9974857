"""Clients that are logged in, and a spool folder of the test's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengxin.identity.models import User
from chengxin.identity.standing import FACTOR, PROVED
from tests.conftest import Register
from tests.portal.busy import busy  # noqa: F401  # a fixture

LogIn = Callable[..., Client]


def let_in(client: Client, officer: User, factor: str = "totp") -> Client:
    """Log somebody in as if they had just done so; tests/portal/accounts goes the whole way."""
    client.force_login(officer)
    session = client.session
    session[FACTOR], session[PROVED] = factor, timezone.now().timestamp()
    session.save()
    return client


@pytest.fixture
def spool(settings: Any, tmp_path: Path) -> Path:
    """Give the test a data folder of its own, so that what an upload leaves can be told."""
    settings.DATA_DIR = tmp_path / "data"
    folder: Path = settings.DATA_DIR / "spool"
    return folder


@pytest.fixture
def log_in(register: Register) -> LogIn:
    def enter(login: str, **options: Any) -> Client:
        from chengxin.identity.queries import find_officer

        officer = find_officer(login)
        assert officer is not None
        return let_in(Client(**options), officer)

    return enter
