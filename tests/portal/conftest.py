"""Clients that are logged in, and a spool folder of the test's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.conftest import Register

LogIn = Callable[..., Client]


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
        client = Client(**options)
        client.force_login(officer)
        return client

    return enter
