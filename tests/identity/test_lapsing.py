"""Rights that end by themselves: what ended stays ended, is withdrawn by the worker, and may be granted anew."""

from datetime import date, datetime, timedelta

import psycopg
import pytest

from chengxin.identity.jobs import withdraw_lapsed_rights
from chengxin.identity.queries import may, rights_of
from chengxin.identity.services.officers import close_account
from chengxin.identity.services.rights import note_use, withdraw_lapsed
from tests.conftest import Register
from tests.identity.test_rights import enter, give, officer

MONTH = timedelta(days=30)


@pytest.fixture
def house(register: Register, now: datetime) -> Register:
    """The installation as its administration's process sees it, with a newcomer who has no right yet."""
    register.become("admin")
    enter(now)
    return register


def age(house: Register, number: int, days: int) -> None:
    """Let so many days go by over a grant."""
    with house.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_role_grant DISABLE TRIGGER grant_withdrawal_guarded")
        query = (
            "UPDATE identity_role_grant SET valid_from = valid_from - %s, valid_until = valid_until - %s WHERE id = %s"
        )
        connection.execute(query.encode(), [days, days, number])
        connection.execute("ALTER TABLE identity_role_grant ENABLE TRIGGER grant_withdrawal_guarded")


@pytest.mark.parametrize("role", ["app", "admin"])
@pytest.mark.parametrize("days", [-1, 1, 400])
def test_use_can_be_noted_for_today_alone(house: Register, now: datetime, today: date, role: str, days: int) -> None:
    number = give(now, today + MONTH)
    with house.connect(role) as connection, pytest.raises(psycopg.errors.CheckViolation, match="noted on its day"):
        connection.execute("INSERT INTO identity_role_use VALUES (%s, %s)", [number, today + timedelta(days=days)])
    with house.connect(role) as connection:
        connection.execute("INSERT INTO identity_role_use VALUES (%s, %s)", [number, today])
    with house.connect(role) as connection, pytest.raises(psycopg.errors.CheckViolation, match="noted on its day"):
        connection.execute("UPDATE identity_role_use SET last_used = %s", [today + timedelta(days=days)])


@pytest.mark.parametrize("role", ["app", "admin"])
def test_lapsed_right_is_not_revived_by_a_use(house: Register, now: datetime, today: date, role: str) -> None:
    number = give(now, today + 10 * MONTH)
    age(house, number, 90)
    with house.connect(role) as connection, pytest.raises(psycopg.errors.CheckViolation, match="while it is in force"):
        connection.execute("INSERT INTO identity_role_use VALUES (%s, %s)", [number, today])
    assert not may(officer("newcomer").pk, "intake.hand_in")


def test_noting_a_use_that_comes_too_late_notes_nothing(house: Register, now: datetime, today: date) -> None:
    """A page was asked for while the right was in force, and answered when it was no more."""
    number = give(now, today + MONTH)
    (right,) = rights_of(officer("newcomer").pk)
    age(house, number, 30)
    note_use(right, today)
    assert house.rows("SELECT count(*) FROM identity_role_use WHERE grant_id = %s", number) == [(0,)]


def test_closed_account_is_never_opened_again(house: Register, now: datetime) -> None:
    close_account("newcomer", reason="调离", actor=officer("system"), at=now)
    for role in ("admin", "owner"):
        with house.connect(role) as connection, pytest.raises(psycopg.Error, match="closed account stays closed"):
            connection.execute("UPDATE identity_user SET is_active = true WHERE login = 'newcomer'")


@pytest.mark.parametrize(("term", "days"), [(30, 30), (300, 90)], ids=["ended", "unused"])
def test_worker_withdraws_what_ended_by_itself_and_nothing_else(
    house: Register, now: datetime, today: date, term: int, days: int
) -> None:
    number = give(now, today + timedelta(days=term))
    others = house.rows("SELECT count(*) FROM identity_right")
    house.become("intake")
    assert withdraw_lapsed(at=now) == 0
    age(house, number, days - 1)
    assert withdraw_lapsed(at=now) == 0
    age(house, number, 1)
    withdraw_lapsed_rights(0)
    house.become("admin")
    ((withdrawn, by, reason),) = house.rows(
        "SELECT withdrawn_at IS NOT NULL, withdrawn_by_id, withdrawal_reason FROM identity_role_grant WHERE id = %s",
        number,
    )
    assert (withdrawn, by) == (True, None)
    assert reason == ("期限届满" if term == 30 else "连续九十日未使用")
    noted = house.rows("SELECT actor, act, subject FROM ground_action WHERE act = 'rights.lapse'")
    assert noted == [("", "rights.lapse", f"grant:{number}")]
    assert house.rows("SELECT count(*) + 1 FROM identity_right") == others


def test_right_that_lapsed_may_be_granted_anew_at_once(house: Register, now: datetime, today: date) -> None:
    number = give(now, today + 10 * MONTH)
    age(house, number, 90)
    again = give(now, today + MONTH)
    assert [right.grant_id for right in rights_of(officer("newcomer").pk)] == [again]
    assert house.rows("SELECT withdrawn_by_id, withdrawal_reason FROM identity_role_grant WHERE id = %s", number) == [
        (None, "连续九十日未使用")
    ]


def test_right_that_begins_later_is_not_taken_for_unused(house: Register, now: datetime, today: date) -> None:
    number = give(now, today + MONTH)
    age(house, number, -5)
    house.become("intake")
    assert withdraw_lapsed(at=now) == 0
