"""Who may act for whom (民法典 第三十三、三十六、一百六十一至一百七十五条): entered at the window, confirmed by a second, for a term."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.identity.delegation import ACTS, AGENT, GUARDIAN, LONGEST_DAYS, Standing, refuse
from chengxin.identity.errors import DelegationRefused
from chengxin.identity.parties import Party
from chengxin.identity.queries import may_act_for
from chengxin.identity.services.delegations import (
    Applied,
    confirm_delegation,
    delegations_at_window,
    end_delegation,
    enter_delegation,
)
from chengxin.lib.errors import NotAllowed
from chengxin.site.checks import provisional_in_force
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.people import CENTRE_OFFICER, CHILD, DEAD, LI_NA, LIMITED, UNKNOWN, WANG_WEI, Someone

DAY = timedelta(days=1)
FULL, OTHER, WEAK = Standing(1, "full", None), Standing(2, "full", None), Standing(3, "limited", None)
TODAY = date(2026, 11, 24)


def why(
    kind: str, subject: Standing, agent: Standing, acts: frozenset[str] = frozenset({"view"}), days: int = 30
) -> str:
    refusal = refuse(kind, subject, agent, acts, TODAY, TODAY + days * DAY)
    return f"{refusal.text}{refusal.source}" if refusal else ""


def test_an_agent_is_appointed_by_somebody_of_full_capacity() -> None:
    """民法典 165: the power of attorney names agent, matter, scope and term."""
    assert why(AGENT, FULL, OTHER) == ""
    assert "监护人办理" in why(AGENT, WEAK, FULL)
    assert "代理事项" in why(AGENT, FULL, OTHER, frozenset())
    assert "代理事项" in why(AGENT, FULL, OTHER, frozenset({"view", "sell"}))


def test_an_adult_has_a_guardian_only_where_capacity_lacks() -> None:
    """民法典 28: guardians of adults without full capacity."""
    assert why(GUARDIAN, WEAK, FULL) == ""
    assert "经判决" in why(GUARDIAN, FULL, OTHER)
    assert "完全民事行为能力" in why(GUARDIAN, WEAK, Standing(4, "none", None))


@given(
    st.sampled_from([AGENT, GUARDIAN]),
    st.builds(Standing, st.integers(1, 2), st.sampled_from(["full", "limited", "none"]), st.none() | st.just(TODAY)),
    st.builds(Standing, st.integers(1, 2), st.sampled_from(["full", "limited", "none"]), st.none() | st.just(TODAY)),
    st.frozensets(st.sampled_from([*ACTS, "sell"])),
    st.integers(-2, 2000),
)
def test_whatever_is_let_through_is_for_another_alive_able_and_for_a_term(
    kind: str, subject: Standing, agent: Standing, acts: frozenset[str], days: int
) -> None:
    if why(kind, subject, agent, acts, days) == "":
        assert subject.subject_id != agent.subject_id
        assert subject.died is None
        assert agent.died is None
        assert agent.capacity == "full"
        assert (subject.capacity == "full") is (kind == AGENT)
        assert acts
        assert acts <= ACTS.keys()
        assert 0 < days <= LONGEST_DAYS[kind]


@pytest.fixture
def window(register: Register) -> Register:
    """The credit centre's window, with two officers at it."""
    from chengxin.demo.officers import settle_demo_officer

    register.become("owner")
    settle_demo_officer(
        **{**CENTRE_OFFICER, "login": "colleague", "organisation": officer("officer").organisation}, password="x" * 14
    )
    register.become("app")
    return register


def number(where: Register, who: Someone) -> int:
    return int(
        where.rows("SELECT subject_id FROM identity_person WHERE born = to_date(%s, 'YYYYMMDD')", who.born)[0][0]
    )


def party(who: Someone) -> Party:
    return Party("resident-id", who.code, who.name)


def enter(
    at: datetime,
    today: date,
    by: str = "officer",
    *,
    subject: Someone = LIMITED,
    agent: Someone = LI_NA,
    **changes: Any,
) -> int:
    told: dict[str, Any] = {
        "kind": "guardian",
        "acts": frozenset({"view", "object"}),
        "until": today + 365 * DAY,
        "evidence": "（2020）测01民特1号",
    }
    return enter_delegation(party(subject), party(agent), Applied(**{**told, **changes}), actor=officer(by), at=at).pk


def confirm(made: int, at: datetime, by: str = "colleague", subject: Someone = LIMITED, agent: Someone = LI_NA) -> None:
    confirm_delegation(made, party(subject), party(agent), actor=officer(by), at=at)


def test_nothing_comes_of_it_until_a_second_officer_confirms(window: Register, now: datetime, today: date) -> None:
    made = enter(now, today)
    pair = number(window, LIMITED), number(window, LI_NA)
    assert not may_act_for(*pair, "view")
    with pytest.raises(DelegationRefused, match="另一名工作人员"):
        confirm(made, now, "officer")
    confirm(made, now)
    assert may_act_for(*pair, "view")
    assert may_act_for(*pair, "object")
    assert not may_act_for(*pair, "authorise")
    assert not may_act_for(pair[1], pair[0], "view")
    with pytest.raises(DelegationRefused, match="已经确认"):
        confirm(made, now)
    end_delegation(made, reason="监护人变更", actor=officer("officer"), at=now)
    assert not may_act_for(*pair, "view")
    with pytest.raises(DelegationRefused, match="已终止"):
        end_delegation(made, reason="监护人变更", actor=officer("officer"), at=now)
    noted = window.rows("SELECT actor, act FROM ground_action WHERE subject = %s ORDER BY id", f"delegation:{made}")
    assert noted == [
        ("officer", "delegation.enter"),
        ("colleague", "delegation.confirm"),
        ("officer", "delegation.end"),
    ]


def test_one_of_a_kind_between_two_at_a_time(window: Register, now: datetime, today: date) -> None:
    made = enter(now, today)
    with pytest.raises(DelegationRefused, match="已有同类代理"):
        enter(now, today)
    end_delegation(made, reason="登记有误", actor=officer("officer"), at=now)
    assert enter(now, today) > made


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"evidence": " "}, "判决书"),
        ({"subject": WANG_WEI}, "经判决"),
        ({"agent": DEAD}, "已死亡"),
        ({"kind": "agent"}, "监护人办理"),
        ({"kind": "friend"}, "监护人或者委托代理人"),
        ({"acts": frozenset()}, "代理事项"),
        ({"agent": LIMITED}, "不能代理本人"),
    ],
)
def test_what_cannot_be_entered(
    window: Register, now: datetime, today: date, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(DelegationRefused, match=told):
        enter(now, today, **changes)


def test_nobody_but_the_centres_window_enters_confirms_or_ends(window: Register, now: datetime, today: date) -> None:
    made = enter(now, today)
    for login in ("clerk", "verifier", "system", "security", "audit"):
        with pytest.raises(NotAllowed):
            enter(now, today, by=login)
        with pytest.raises(NotAllowed):
            confirm(made, now, login)
        with pytest.raises(NotAllowed):
            end_delegation(made, reason="x", actor=officer(login), at=now)


def test_it_ends_by_itself_when_capacity_returns_or_somebody_dies(window: Register, now: datetime, today: date) -> None:
    """民法典 39, 173 and 175."""
    made = enter(now, today)
    confirm(made, now)
    pair = number(window, LIMITED), number(window, LI_NA)
    for change, back in (
        ("capacity = 'full', capacity_since = NULL", "capacity = 'limited', capacity_since = '2020-02-01'"),
        ("died = current_date", "died = NULL"),
    ):
        window.rows(f"UPDATE identity_person SET {change} WHERE subject_id = %s RETURNING 1", pair[0])
        assert not may_act_for(*pair, "view")
        window.rows(f"UPDATE identity_person SET {back} WHERE subject_id = %s RETURNING 1", pair[0])
        assert may_act_for(*pair, "view")


def test_the_list_holds_what_waits_and_what_stands_and_nothing_of_a_person(
    window: Register, now: datetime, today: date
) -> None:
    made = enter(now, today)
    (one,) = delegations_at_window(officer("officer"), at=now)
    assert (one.pk, one.confirmed_at) == (made, None)
    end_delegation(made, reason="登记有误", actor=officer("officer"), at=now)
    assert delegations_at_window(officer("officer"), at=now) == []
    with pytest.raises(NotAllowed):
        delegations_at_window(officer("clerk"), at=now)


@pytest.mark.parametrize(
    ("subject", "agent"),
    [
        pytest.param(UNKNOWN, LI_NA, id="unknown"),
        pytest.param(LIMITED, replace(LI_NA, name="李安"), id="another-name"),
        pytest.param(replace(LIMITED, born="19600299"), LI_NA, id="no-code"),
        pytest.param(CHILD, LI_NA, id="a-child"),
    ],
)
def test_who_is_not_found_is_never_told_and_each_try_is_in_the_log(
    window: Register, now: datetime, today: date, subject: Someone, agent: Someone
) -> None:
    with pytest.raises(DelegationRefused) as refused:
        enter(now, today, subject=subject, agent=agent)
    assert refused.value.text == (
        "不能这样代理：没有找到其中一人：证件种类、号码和姓名须与人口基础信息完全一致。本次查找已登记。"
    )
    assert window.rows("SELECT actor FROM ground_action WHERE act = 'delegation.unfound'") == [("officer",)]


def test_the_second_officer_must_key_in_the_same_two(window: Register, now: datetime, today: date) -> None:
    made = enter(now, today)
    with pytest.raises(DelegationRefused, match="两次录入的人不一致"):
        confirm(made, now, agent=WANG_WEI)
    assert not may_act_for(number(window, LIMITED), number(window, LI_NA), "view")


def test_no_other_role_of_the_database_reads_them(window: Register) -> None:
    for role in ("intake", "admin", "public", "auditor", "eraser"):
        with window.connect(role) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute("SELECT FROM identity_delegation")


def test_how_long_they_last_is_provisional_and_reported(window: Register) -> None:
    window.become("owner")
    told = {one.name for one in provisional_in_force(TODAY)}
    assert {"agent: 366 day", "guardian: 1830 day"} <= told
