"""Sessions end: when nothing is done, after a working day, with the third login, on leaving, with every change of rights."""

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from chengxin.identity.limits import login_limits
from chengxin.identity.services.accounts import set_first_password, take_off_factors
from chengxin.identity.services.officers import close_account, settle_house
from chengxin.identity.services.rights import grant_role, withdraw_role
from chengxin.site.checks import provisional_in_force
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.portal.accounts.conftest import PASSWORD, Visit, Visitor, bind
from tests.portal.conftest import let_in

LIMITS = login_limits()


def clerk_in(visit: Visit) -> Visitor:
    clerk = visit(telephone=False)
    let_in(clerk.client, officer("clerk"))
    assert clerk.is_in()
    return clerk


def age(register: Register, *, seen: timedelta, began: timedelta | None = None) -> None:
    """Let time pass over every session."""
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_session DISABLE TRIGGER session_guarded")
        connection.execute(
            "UPDATE identity_session SET seen_at = seen_at - %s, began_at = began_at - %s", [seen, began or seen]
        )
        connection.execute("ALTER TABLE identity_session ENABLE TRIGGER session_guarded")


def test_a_session_ends_when_nothing_is_done(register: Register, visit: Visit) -> None:
    clerk = clerk_in(visit)
    age(register, seen=LIMITS.idle - timedelta(seconds=30))
    assert clerk.is_in()
    age(register, seen=LIMITS.idle - timedelta(seconds=30))
    assert clerk.is_in(), "seen in between"
    age(register, seen=LIMITS.idle + timedelta(seconds=1))
    assert not clerk.is_in()


def test_a_session_ends_after_a_working_day_whatever_is_done(register: Register, visit: Visit) -> None:
    clerk = clerk_in(visit)
    age(register, seen=timedelta(), began=LIMITS.longest - timedelta(minutes=1))
    assert clerk.is_in()
    age(register, seen=timedelta(), began=timedelta(minutes=2))
    assert not clerk.is_in()


def test_a_login_that_was_begun_ends_sooner(register: Register, visit: Visit) -> None:
    clerk = visit()
    clerk.send_password()
    age(register, seen=timedelta(), began=LIMITS.before_login)
    assert clerk.send_code().headers["Location"] == reverse("account_login")


def test_a_third_login_ends_the_first(visit: Visit) -> None:
    first, second, third = clerk_in(visit), clerk_in(visit), clerk_in(visit)
    assert [one.is_in() for one in (first, second, third)] == [False, True, True]


def test_the_limits_are_those_of_the_database(register: Register) -> None:
    from tests.system.test_guards import lock

    assert f"interval '{LIMITS.longest // timedelta(minutes=1)} minutes'" in lock("guard_session")
    assert f"interval '{LIMITS.longest // timedelta(minutes=1)} minutes'" in lock("few_sessions")
    assert f"OFFSET {LIMITS.sessions}\n" in lock("few_sessions")


def test_limits_that_are_provisional_are_told_at_the_start(register: Register, today: date) -> None:
    assert "limits of logging in (identity/login.toml)" in {one.name for one in provisional_in_force(today)}


def test_leaving_ends_sessions_at_once(register: Register, visit: Visit, now: datetime) -> None:
    clerk = clerk_in(visit)
    register.become("admin")
    close_account("clerk", reason="调离", actor=officer("system"), at=now)
    register.become("app")
    assert not clerk.is_in()
    assert register.rows("SELECT count(*) FROM identity_session WHERE user_id IS NOT NULL") == [(0,)]


def test_every_change_of_rights_ends_sessions_at_once(
    register: Register, visit: Visit, now: datetime, today: date
) -> None:
    clerk = clerk_in(visit)
    register.become("admin")
    made = grant_role(
        "clerk", role="officer", until=today + timedelta(days=9), reason="x", actor=officer("security"), at=now
    )
    register.become("app")
    assert not clerk.is_in()
    clerk = clerk_in(visit)
    register.become("admin")
    withdraw_role(made.pk, reason="x", actor=officer("security"), at=now)
    register.become("app")
    assert not clerk.is_in()


def test_a_lost_password_and_a_lost_telephone_are_two_administrators_to_see_to(
    register: Register, visit: Visit, now: datetime
) -> None:
    """And end every session. Neither of the two can log in as the officer alone."""
    bind(register, "clerk")
    clerk = clerk_in(visit)
    register.become("admin")
    set_first_password("clerk", password="chosen by another one", actor=officer("system"), at=now)
    register.become("app")
    assert not clerk.is_in()
    assert clerk.send_password().status_code == 200
    assert clerk.send_password("chosen by another one").headers["Location"] == reverse("mfa_authenticate")
    assert not clerk.is_in()
    register.become("admin")
    take_off_factors("clerk", reason="手机遗失", actor=officer("security"), at=now)
    register.become("app")
    assert clerk.client.get(reverse("mfa_authenticate")).headers["Location"] == reverse("account_login")
    assert clerk.send_password("chosen by another one").headers["Location"] == reverse("account_home")
    assert clerk.client.get(reverse("account_home")).headers["Location"] == reverse("account_password")
    acts = register.rows(
        "SELECT actor, act FROM ground_action WHERE act LIKE 'officers.%%' AND subject = %s"
        " AND act NOT IN ('officers.enter', 'officers.declare')",
        f"user:{officer('clerk').pk}",
    )
    assert acts == [("system", "officers.new_password"), ("security", "officers.take_off_factor")]


def test_leaving_the_demo_ends_the_sessions_of_demo_accounts(
    register: Register, visit: Visit, settings: object
) -> None:
    settings.DEMO = True  # type: ignore[attr-defined]
    register.become("owner")
    settle_house(demo=True)
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_user SET demo = true WHERE login = 'clerk'")
    register.become("app")
    clerk = clerk_in(visit)
    register.become("owner")
    settle_house(demo=False)
    register.become("app")
    assert not clerk.is_in()
    assert register.rows("SELECT count(*) FROM identity_session WHERE user_id IS NOT NULL") == [(0,)]


def test_a_session_lies_sealed_under_a_digest_of_its_key(register: Register, visit: Visit) -> None:
    clerk = clerk_in(visit)
    key = clerk.client.cookies["chengxin_desk"].value
    ((digest, content),) = register.rows("SELECT key_digest, content FROM identity_session WHERE user_id IS NOT NULL")
    assert key.encode() not in bytes(digest) + bytes(content)
    assert b"totp" not in bytes(content)
    assert b"_auth_user" not in bytes(content)


def test_sessions_of_an_earlier_secret_still_open_and_those_of_another_do_not(visit: Visit, settings: object) -> None:
    clerk = clerk_in(visit)
    secret = settings.SECRET_KEY  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another-secret"  # type: ignore[attr-defined]
    assert not clerk.is_in()
    settings.SECRET_KEY_FALLBACKS = [secret]  # type: ignore[attr-defined]
    clerk = visit(telephone=False)
    settings.SECRET_KEY = secret  # type: ignore[attr-defined]
    let_in(clerk.client, officer("clerk"))
    settings.SECRET_KEY = "another-secret"  # type: ignore[attr-defined]
    assert clerk.is_in()


def test_whoever_changes_a_password_elsewhere_is_out_here(visit: Visit) -> None:
    here, there = clerk_in(visit), clerk_in(visit)
    fresh = {"old": PASSWORD, "new": "four unrelated words here", "again": "four unrelated words here"}
    assert there.client.post(reverse("account_password"), fresh).status_code == 302
    assert there.is_in()
    assert not here.is_in()


@pytest.mark.parametrize("login", ["security", "system", "audit"])
def test_an_administrator_has_no_session_at_the_desk(register: Register, login: str) -> None:
    from django.db import DatabaseError
    from django.test import Client

    with pytest.raises(DatabaseError):
        let_in(Client(), officer(login))
