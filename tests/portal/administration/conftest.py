"""Administrators who are logged in at their own face."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from joserfc import jwk

from chengxin.demo.organisations import organisation_code
from chengxin.ground.sealing.lost import LostEnd, note_lost_ends
from chengxin.ground.sealing.stored import Tree
from chengxin.identity.queries import find_officer
from chengxin.identity.services.clients import enter_client, enter_key
from chengxin.identity.services.organisations import enter_licence, settle_organisation
from chengxin.identity.services.registrations import Applied, Limits, register_purpose
from chengxin.identity.services.restorations import enter_restoration
from chengxin.lib.merkle import EMPTY_ROOT
from chengxin.lib.periods import shanghai_date
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import OTHER
from tests.portal.conftest import LogIn, let_in

AGENCY = organisation_code("department", 931)
SYSTEM_ID = "c-aaaaaaaaaaaaaaaa"


@pytest.fixture
def administration(register: Register, settings: Any) -> Register:
    """Be the process of the administration."""
    settings.FACE, settings.ROOT_URLCONF = "administration", "chengxin.site.admin_urls"
    settings.SESSION_COOKIE_NAME = "chengxin_administration"
    settings.FACE_HOME, settings.LOGOUT_REDIRECT_URL = "administration:officers", "account_login"
    settings.FILE_UPLOAD_HANDLERS = ["chengxin.portal.administration.uploads.ListUploadHandler"]
    register.become("admin")
    return register


@pytest.fixture
def furnished(administration: Register) -> Register:
    """Have one of everything that the pages show, under the number 1: a licence, a system, its key and a purpose that wait."""
    at = timezone.now()
    today, system = shanghai_date(at), officer("system")
    until, codes = today + timedelta(days=99), {"organisation_code": OTHER}
    administration.become("owner")
    settle_organisation(
        code=AGENCY, name="测试征信公司", kind="credit_agency", region="140100", valid_from=date(2019, 1, 1)
    )
    administration.become("admin")
    enter_licence(
        AGENCY,
        licence="personal-credit",
        number="征信〔2026〕1号",
        valid_from=today,
        valid_until=until,
        actor=system,
        at=at,
    )
    made = enter_client(**codes, name="购票系统", addresses=["203.0.113.0/28"], until=until, actor=system, at=at)
    with administration.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_client DISABLE TRIGGER client_guarded")
        connection.execute("UPDATE identity_client SET client_id = %s WHERE id = %s", [SYSTEM_ID, made.pk])
        connection.execute("ALTER TABLE identity_client ENABLE TRIGGER client_guarded")
    enter_key(SYSTEM_ID, public_key(), until=until, actor=system, at=at)
    applied = Applied(OTHER, "transport", "客运购票实名查验", "TLAQTL-64", until)
    register_purpose(applied, Limits(100, 20), actor=system, at=at)
    lose_an_end(administration)
    enter_restoration("存储损坏", "前一夜的备份", actor=system, at=at)
    return administration


def lose_an_end(administration: Register, lost_size: int = 3) -> None:
    """Have a verification have found that the end of a tree is missing, all of it."""
    lost = LostEnd(Tree("2026-01", 7), 0, EMPTY_ROOT, lost_size, b"l" * 32)
    administration.become("sealer")
    note_lost_ends([lost], at=timezone.now())
    administration.become("admin")


def public_key() -> str:
    return json.dumps(jwk.ECKey.generate_key("P-256").as_dict(private=False))


@pytest.fixture
def admin(administration: Register) -> LogIn:
    def enter(login: str, **options: Any) -> Client:
        found = find_officer(login)
        assert found is not None
        return let_in(Client(**options), found)

    return enter
