"""What tests of real-name checks share: a registered purpose, a client with a key, questions."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from joserfc import jwk, jwt

from chengxin.identity.models import User
from chengxin.identity.queries import find_officer
from chengxin.identity.services.clients import approve_key, enter_client, enter_key
from chengxin.identity.services.registrations import Applied, Limits, approve_purpose, register_purpose
from chengxin.identity.services.verification import Asked, Enquirer
from chengxin.identity.tokens import ALGORITHMS
from chengxin.lib.periods import shanghai_date
from tests.conftest import Register
from tests.people import OTHER, Someone

HERE = "127.0.0.1"


def officer(login: str) -> User:
    found = find_officer(login)
    assert found is not None
    return found


def asked(person: Someone, **changes: str) -> Asked:
    return Asked(**{"code_type": "resident-id", "code": person.code, "name": person.name, **changes})


@dataclass(frozen=True)
class System:
    """A client as its own organisation has it, private key included."""

    client_id: str
    key: jwk.ECKey | jwk.OKPKey | jwk.RSAKey
    key_id: int

    @property
    def enquirer(self) -> Enquirer:
        return Enquirer("api", OTHER, self.client_id, HERE)

    def assertion(self, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        content = {
            "iss": self.client_id, "sub": self.client_id, "aud": settings.API_ISSUER, "jti": str(uuid4()), "iat": now, "exp": now + 60,
            **claims,
        }  # fmt: skip
        head = {"alg": ALGORITHMS[self.key.key_type], "kid": self.key.thumbprint(), **(header or {})}
        whole = {name: value for name, value in content.items() if value is not None}
        return jwt.encode(head, whole, self.key, algorithms=[head["alg"]])


def register_purposes(where: Register, *, organisation: str = OTHER, **limits: int) -> str:
    """Register and approve a purpose, as the two administrators do. Leaves the process as the application."""
    where.become("admin")
    at = datetime.now(UTC)
    until = shanghai_date(at) + timedelta(days=365)
    applied = Applied(organisation, "transport", "客运购票实名查验", "TLAQTL-64", until)
    whole = {"daily_quota": 1000, "daily_misses": 200, "per_code": 20, **limits}
    made = register_purpose(applied, Limits(**whole), actor=officer("system"), at=at)
    approve_purpose(made.code, actor=officer("security"), at=datetime.now(UTC))
    where.become("app")
    return made.code


def system(
    where: Register, *, organisation: str = OTHER, addresses: tuple[str, ...] = ("127.0.0.0/8",), key: Any = None
) -> System:
    """Enter a client with an approved key. Leaves the process as the application."""
    where.become("admin")
    at = datetime.now(UTC)
    until = shanghai_date(at) + timedelta(days=365)
    made = enter_client(
        organisation_code=organisation,
        name="购票系统",
        addresses=addresses,
        until=until,
        actor=officer("system"),
        at=at,
    )
    own = key or jwk.ECKey.generate_key("P-256")
    public = json.dumps(own.as_dict(private=False))
    entered = enter_key(made.client_id, public, until=until, actor=officer("system"), at=datetime.now(UTC))
    approve_key(entered.pk, actor=officer("security"), at=datetime.now(UTC))
    where.become("app")
    return System(made.client_id, own, entered.pk)
