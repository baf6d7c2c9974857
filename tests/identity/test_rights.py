"""Rights of officers: granted for a term by the security administrator, withdrawn at once, lapsing when nobody uses them."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.errors import AccountRefused, GrantRefused, OfficerUnknown
from chengxin.identity.models import User
from chengxin.identity.permissions import ADMINISTRATORS, clash, permissions
from chengxin.identity.queries import find_officer, list_grants, may, rights_of
from chengxin.identity.services.officers import close_account, enter_officer
from chengxin.identity.services.rights import appoint, grant_role, note_use, withdraw_role
from chengxin.lib.errors import NotAllowed
from tests.conftest import Register
from tests.people import MARKET

TABLE = permissions()
ROLES = st.sampled_from(sorted(TABLE.roles))


def officer(login: str) -> User:
    found = find_officer(login)
    assert found is not None
    return found


@pytest.fixture
def house(register: Register, now: datetime) -> Register:
    """The installation as its administration's process sees it, with a newcomer who has no right yet."""
    register.become("admin")
    enter(now)
    return register


def enter(at: datetime, **changes: Any) -> User:
    values = {"login": "newcomer", "display_name": "新人", "organisation_code": MARKET, "password": "first-password-1"}
    return enter_officer(**{**values, "actor": officer("system"), "at": at, **changes})


def give(at: datetime, until: date, **changes: Any) -> int:
    values = {"role": "clerk", "reason": "新任经办人", "actor": officer("security"), **changes}
    return grant_role(values.pop("login", "newcomer"), until=until, at=at, **values).pk


@given(st.sets(ROLES))
def test_no_two_administrators_and_no_administrator_who_reads(held: set[str]) -> None:
    """Whatever is granted one after another, what is let through never joins them in one person."""
    standing: set[str] = set()
    for role in sorted(held, reverse=True):
        if not clash(role, frozenset(standing)):
            standing.add(role)
    assert len(standing & ADMINISTRATORS) == 0 or len(standing) == 1


def test_each_role_can_do_something_and_each_act_is_somebodys() -> None:
    assert {role for act in TABLE.acts.values() for role in act.roles} == TABLE.roles.keys()
    assert all((act.roles or act.machines) and act.scope in {"own", "purpose", "house"} for act in TABLE.acts.values())


def test_no_administrator_may_do_what_reads_of_persons() -> None:
    for act in TABLE.acts.values():
        assert not (ADMINISTRATORS & set(act.roles)) or act.scope == "house"


def test_a_newcomer_can_do_nothing_until_granted(house: Register, now: datetime, today: date) -> None:
    assert not rights_of(officer("newcomer").pk)
    give(now, today + timedelta(days=30))
    assert may(officer("newcomer").pk, "intake.hand_in")
    assert not may(officer("newcomer").pk, "report.issue")


def test_grant_and_withdrawal_are_in_the_log(house: Register, now: datetime, today: date) -> None:
    number = give(now, today + timedelta(days=30))
    withdraw_role(number, reason="岗位调整", actor=officer("security"), at=now)
    noted = house.rows(
        "SELECT actor, act, subject FROM ground_action WHERE subject = %s ORDER BY id", f"grant:{number}"
    )
    assert noted == [
        ("security", "rights.grant", f"grant:{number}"),
        ("security", "rights.withdraw", f"grant:{number}"),
    ]
    (kept,) = list_grants(officer("newcomer").pk)
    assert (kept.withdrawal_reason, kept.withdrawn_by) == ("岗位调整", officer("security"))
    assert not rights_of(officer("newcomer").pk)


@pytest.mark.parametrize(
    ("changes", "days", "told"),
    [
        pytest.param({"login": "security", "role": "clerk"}, 30, "不能给自己授权", id="to-oneself"),
        pytest.param({"login": "system", "role": "audit_admin"}, 30, "三员互斥", id="two-administrators"),
        pytest.param({"login": "audit", "role": "officer"}, 30, "三员互斥", id="an-administrator-who-reads"),
        pytest.param({"login": "officer", "role": "security_admin"}, 30, "三员互斥", id="a-reader-who-administers"),
        pytest.param({"login": "clerk", "role": "clerk"}, 30, "同一岗位不重复授予", id="once-more"),
        pytest.param({"role": "root"}, 30, "没有这个岗位", id="no-such-role"),
        pytest.param({"reason": "  "}, 30, "理由", id="no-reason"),
        pytest.param({}, 0, "截止日", id="ends-today"),
        pytest.param({}, 367, "截止日", id="longer-than-a-year"),
    ],
)
def test_what_may_not_be_granted(
    house: Register, now: datetime, today: date, changes: dict[str, str], days: int, told: str
) -> None:
    with pytest.raises(GrantRefused, match=told):
        give(now, today + timedelta(days=days), **changes)


def test_a_year_is_the_longest_term(house: Register, now: datetime, today: date) -> None:
    give(now, today + timedelta(days=366))
    assert rights_of(officer("newcomer").pk)[0].valid_until == today + timedelta(days=366)


@pytest.mark.parametrize("login", ["system", "audit", "clerk", "newcomer"])
def test_only_the_security_administrator_grants_and_withdraws(
    house: Register, now: datetime, today: date, login: str
) -> None:
    with pytest.raises(NotAllowed):
        give(now, today + timedelta(days=30), actor=officer(login))
    number = give(now, today + timedelta(days=30))
    with pytest.raises(NotAllowed):
        withdraw_role(number, reason="x", actor=officer(login), at=now)


@pytest.mark.parametrize("login", ["security", "audit", "officer"])
def test_only_the_system_administrator_enters_and_closes_accounts(house: Register, now: datetime, login: str) -> None:
    with pytest.raises(NotAllowed):
        enter(now, login="another", actor=officer(login))
    with pytest.raises(NotAllowed):
        close_account("newcomer", reason="x", actor=officer(login), at=now)


def test_accounts_that_can_not_be_entered(house: Register, now: datetime) -> None:
    with pytest.raises(AccountRefused, match="已有人使用"):
        enter(now)
    with pytest.raises(AccountRefused, match="登记单位"):
        enter(now, login="another", organisation_code="91140000000000000X")


def test_leaving_ends_every_right_at_once_and_for_good(house: Register, now: datetime, today: date) -> None:
    give(now, today + timedelta(days=30))
    newcomer = officer("newcomer").pk
    close_account("newcomer", reason="调离", actor=officer("system"), at=now)
    assert rights_of(newcomer) == ()
    assert find_officer("newcomer") is None
    with pytest.raises(OfficerUnknown):
        give(now, today + timedelta(days=30))
    with pytest.raises(OfficerUnknown):
        close_account("newcomer", reason="调离", actor=officer("system"), at=now)
    with pytest.raises(AccountRefused, match="自己"):
        close_account("system", reason="x", actor=officer("system"), at=now)


def test_a_withdrawn_right_is_not_withdrawn_twice_and_may_be_granted_anew(
    house: Register, now: datetime, today: date
) -> None:
    number = give(now, today + timedelta(days=30))
    withdraw_role(number, reason="x", actor=officer("security"), at=now)
    with pytest.raises(GrantRefused, match="已收回"):
        withdraw_role(number, reason="x", actor=officer("security"), at=now)
    give(now, today + timedelta(days=30))
    assert may(officer("newcomer").pk, "intake.hand_in")


def test_use_is_noted_once_a_day_and_keeps_a_right_alive(house: Register, now: datetime, today: date) -> None:
    number = give(now, today + timedelta(days=200))
    newcomer = officer("newcomer").pk
    with house.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_role_grant DISABLE TRIGGER grant_withdrawal_guarded")
        connection.execute("UPDATE identity_role_grant SET valid_from = valid_from - 90 WHERE id = %s", [number])
        assert rights_of(newcomer) == ()
        connection.execute("UPDATE identity_role_grant SET valid_from = valid_from + 1 WHERE id = %s", [number])
    (right,) = rights_of(newcomer)
    house.become("app")
    note_use(right, today)
    assert rights_of(newcomer)[0].last_used == today
    with house.connect("owner") as connection:
        connection.execute("UPDATE identity_role_grant SET valid_from = valid_from - 20 WHERE id = %s", [number])
    assert rights_of(newcomer)[0].last_used == today


def test_the_owner_appoints_the_first_security_administrator_and_nobody_else_does(
    house: Register, now: datetime, today: date
) -> None:
    from django.db import DatabaseError

    until = today + timedelta(days=30)
    with pytest.raises(DatabaseError, match="granted by somebody"):
        appoint("newcomer", role="security_admin", until=until, reason="x", at=now)
    house.become("owner")
    appoint("newcomer", role="security_admin", until=until, reason="首任", at=now)
    assert may(officer("newcomer").pk, "rights.grant")
