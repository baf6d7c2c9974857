"""Administrators who are logged in at their own face."""

from typing import Any

import pytest
from django.test import Client

from chengxin.identity.queries import find_officer
from tests.conftest import Register
from tests.portal.conftest import LogIn, let_in


@pytest.fixture
def administration(register: Register, settings: Any) -> Register:
    """Be the process of the administration."""
    settings.FACE, settings.ROOT_URLCONF = "administration", "chengxin.site.admin_urls"
    settings.SESSION_COOKIE_NAME = "chengxin_administration"
    settings.FACE_HOME, settings.LOGOUT_REDIRECT_URL = "administration:officers", "account_login"
    register.become("admin")
    return register


@pytest.fixture
def admin(administration: Register) -> LogIn:
    def enter(login: str, **options: Any) -> Client:
        officer = find_officer(login)
        assert officer is not None
        return let_in(Client(**options), officer)

    return enter
