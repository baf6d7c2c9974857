"""Purposes of real-name checks: entered by one administrator on an article of the field, approved by another, for a term."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chengxin.identity.checking import find_purpose
from chengxin.identity.errors import RegistrationRefused
from chengxin.identity.real_names import real_names
from chengxin.identity.services.registrations import (
    Applied,
    Limits,
    approve_purpose,
    register_purpose,
    withdraw_purpose,
)
from chengxin.lib.errors import NotAllowed
from chengxin.site.checks import provisional_in_force
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import MARKET, OTHER

LIMITS = Limits(daily_quota=100, daily_misses=20)


@pytest.fixture
def house(register: Register) -> Register:
    register.become("admin")
    return register


def applied(today: date, **changes: Any) -> Applied:
    return replace(Applied(OTHER, "transport", "客运购票实名查验", "TLAQTL-64", today + timedelta(days=365)), **changes)


def enter(at: datetime, today: date, **changes: Any) -> str:
    return register_purpose(applied(today, **changes), LIMITS, actor=officer("system"), at=at).code


def test_nothing_can_be_checked_for_a_purpose_until_a_second_person_approves(
    house: Register, now: datetime, today: date
) -> None:
    code = enter(now, today)
    assert code == "SM-JT-0001"
    house.become("app")
    assert find_purpose(code, OTHER) is None
    house.become("admin")
    approve_purpose(code, actor=officer("security"), at=now)
    house.become("app")
    found = find_purpose(code, OTHER)
    assert found is not None
    assert (found.basis, found.daily_quota) == ("TLAQTL-64", 100)
    assert find_purpose(code, MARKET) is None
    house.become("admin")
    withdraw_purpose(code, reason="不再需要", actor=officer("security"), at=now)
    house.become("app")
    assert find_purpose(code, OTHER) is None


def test_every_act_is_noted_with_its_actor(house: Register, now: datetime, today: date) -> None:
    code = enter(now, today)
    approve_purpose(code, actor=officer("security"), at=now)
    withdraw_purpose(code, reason="不再需要", actor=officer("security"), at=now)
    noted = house.rows("SELECT actor, act, note FROM ground_action WHERE subject = 'registration:1' ORDER BY id")
    assert noted == [
        ("system", "verification.register", code),
        ("security", "verification.approve", code),
        ("security", "verification.withdraw", code),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"organisation": "91140000000000000X"}, "没有登记", id="no-such-organisation"),
        pytest.param({"field": "gossip"}, "没有这个实名制领域", id="no-such-field"),
        pytest.param({"basis": "GRCKSMZ-7"}, "依据应为", id="an-article-of-another-field"),
        pytest.param({"basis": "XZCFF-5"}, "依据应为", id="an-article-of-no-field"),
        pytest.param({"purpose": "  "}, "写明用途", id="no-purpose"),
        pytest.param({"until": date(2020, 1, 1)}, "截止日", id="over"),
        pytest.param({"until": date(2099, 1, 1)}, "截止日", id="without-end"),
    ],
)
def test_what_can_not_be_registered(
    house: Register, now: datetime, today: date, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(RegistrationRefused, match=told):
        enter(now, today, **changes)


def test_limits_must_make_sense(house: Register, now: datetime, today: date) -> None:
    for limits in (Limits(10, 11), Limits(10, 0)):
        with pytest.raises(RegistrationRefused, match="未相符"):
            register_purpose(applied(today), limits, actor=officer("system"), at=now)


@pytest.mark.parametrize("login", ["security", "audit", "clerk", "verifier", "officer"])
def test_only_the_system_administrator_registers(house: Register, now: datetime, today: date, login: str) -> None:
    with pytest.raises(NotAllowed):
        register_purpose(applied(today), LIMITS, actor=officer(login), at=now)


@pytest.mark.parametrize("login", ["system", "audit", "verifier"])
def test_only_the_security_administrator_approves_and_withdraws(
    house: Register, now: datetime, today: date, login: str
) -> None:
    code = enter(now, today)
    with pytest.raises(NotAllowed):
        approve_purpose(code, actor=officer(login), at=now)
    with pytest.raises(NotAllowed):
        withdraw_purpose(code, reason="x", actor=officer(login), at=now)


def test_what_was_decided_is_not_decided_again(house: Register, now: datetime, today: date) -> None:
    code = enter(now, today)
    approve_purpose(code, actor=officer("security"), at=now)
    with pytest.raises(RegistrationRefused, match="已经批准"):
        approve_purpose(code, actor=officer("security"), at=now)
    with pytest.raises(RegistrationRefused, match="理由"):
        withdraw_purpose(code, reason=" ", actor=officer("security"), at=now)
    withdraw_purpose(code, reason="x", actor=officer("security"), at=now)
    for decide in (approve_purpose, lambda code, **how: withdraw_purpose(code, reason="x", **how)):
        with pytest.raises(RegistrationRefused, match="已撤销"):
            decide(code, actor=officer("security"), at=now)
    with pytest.raises(RegistrationRefused):
        approve_purpose("SM-JT-9999", actor=officer("security"), at=now)


FIELDS = ("transport", "internet", "parcels", "examinations", "telecom", "accounts", "employment")


def test_the_seven_fields_each_have_an_article_in_force(today: date) -> None:
    """国办发〔2016〕98号 and Shanxi's opinion name these seven."""
    assert tuple(real_names().fields) == FIELDS
    for field in FIELDS:
        assert real_names().bases_of(field, today), field
        assert not real_names().bases_of(field, date(1990, 1, 1))


def test_articles_stand_in_the_database_as_in_the_file(register: Register) -> None:
    held = register.rows("SELECT ref, field, valid_from, valid_until FROM identity_real_name_basis")
    assert sorted(held) == sorted(
        (one.ref, field, one.valid_from, one.valid_until) for one in real_names().bases.values() for field in one.fields
    )


def test_articles_known_at_second_hand_are_told_at_the_start(register: Register, today: date) -> None:
    told = {entry.name for entry in provisional_in_force(today) if entry.kind == "law"}
    assert {"FKBZYF-21", "WLAQF-26"} <= told
    assert "FDXZPF-9" not in told
