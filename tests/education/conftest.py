"""Editors at their own face, under the database role that it has."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chengxin.identity.models import User
from tests.conftest import Register
from tests.faces import editing_settings
from tests.portal.conftest import let_in

AtEditing = Callable[[str], Client]


@pytest.fixture
def editing(register: Register, settings: Any) -> Register:
    """Be the process of the editors' face."""
    for name, value in editing_settings().items():
        setattr(settings, name, value)
    register.become("editor")
    return register


@pytest.fixture
def editor_in(editing: Register) -> AtEditing:
    def enter(login: str) -> Client:
        return let_in(Client(), User.objects.get(login=login))

    return enter
