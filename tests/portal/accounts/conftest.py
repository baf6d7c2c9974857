"""An officer at a browser of their own, with the telephone that makes their codes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.models import User
from chengxin.identity.services.factors import AROUND, STEP_S, code_at, new_secret, settle_totp
from tests.conftest import Register

PASSWORD = "a-test-password"
TOOK = re.compile(r"<li><code>([A-Z2-7-]{19})</code></li>")


@dataclass
class Telephone:
    """Makes the codes of one secret; each is given out once."""

    secret: str
    last: int = 0

    def code(self, at: datetime | None = None) -> str:
        self.last = max(self.last + 1, int((at or timezone.now()).timestamp()) // STEP_S)
        assert self.last <= int(timezone.now().timestamp()) // STEP_S + AROUND, "no code left that is taken now"
        return code_at(self.secret, self.last)


@dataclass
class Visitor:
    """A browser, and what its answers were."""

    login: str
    telephone: Telephone | None = None
    client: Client = field(default_factory=Client)

    def send_password(self, password: str = PASSWORD, **more: str) -> Any:
        return self.client.post(reverse("account_login"), {"login": self.login, "password": password, **more})

    def send_code(self, code: str | None = None) -> Any:
        assert code is not None or self.telephone is not None
        return self.client.post(reverse("mfa_authenticate"), {"code": code or self.telephone.code()})  # type: ignore[union-attr]

    def enter(self) -> Any:
        assert self.send_password().headers["Location"] == reverse("mfa_authenticate")
        return self.send_code()

    def is_in(self) -> bool:
        """Tell whether the desk opens."""
        return bool(self.client.get(reverse("portal:desk")).status_code == 200)


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(register: Register) -> Visit:
    """Give an officer at a browser; with a telephone unless told otherwise."""
    phones: dict[str, Telephone] = {}

    def come(login: str = "clerk", *, telephone: bool = True, **options: Any) -> Visitor:
        if telephone and login not in phones:
            phones[login] = bind(register, login)
        return Visitor(login, phones.get(login), Client(**options))

    return come


def bind(register: Register, login: str) -> Telephone:
    """Give an officer a telephone, as the owner does it."""
    telephone = Telephone(new_secret())
    register.become("owner")
    with transaction.atomic():
        settle_totp(User.objects.get(login=login), telephone.secret, last_step=0, at=timezone.now())
    register.become("app")
    return telephone


@pytest.fixture
def log(register: Register) -> Callable[[], list[tuple[str, str, str]]]:
    """Give who did what with which note, in order, of what has to do with logging in."""
    query = """SELECT actor, act, note FROM ground_action
               WHERE act ~ '^(login|factor|password|officers)\\.' AND note <> '演示岗位' ORDER BY id"""
    before = len(register.rows(query))
    return lambda: register.rows(query)[before:]
