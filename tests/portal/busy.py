"""A desk at which everybody has something to do."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chengxin.demo.officers import settle_demo_officer
from chengxin.identity.models import User
from chengxin.identity.parties import Party
from chengxin.identity.queries import find_officer
from chengxin.identity.services.delegations import Applied, enter_delegation
from chengxin.identity.services.transfers import propose_merge
from chengxin.identity.speaking import speaking_as
from chengxin.records.adjudication import decide
from chengxin.records.undoing import propose_undo
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.penalties import penalty, write_csv
from tests.people import CENTRE_OFFICER, LI_NA, NAMESAKE, UNKNOWN, WANG_WEI
from tests.records.test_adjudication import WRONG_DIGIT, subject_of, wait, written
from tests.records.test_ingest import take


def user(login: str) -> User:
    found = find_officer(login)
    assert found is not None
    return found


def party(one: Any) -> Party:
    return Party("resident-id", one.code, one.name)


@pytest.fixture
def busy(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    """Give everybody something to do: rows to decide and to second, a merge, a delegation, an undoing, a law that ended, rows refused."""
    register.become("owner")
    colleague = {**CENTRE_OFFICER, "login": "colleague", "organisation": officer("officer").organisation}
    settle_demo_officer(**colleague, password="a-test-password")
    register.become("app")
    wait(register, tmp_path, today, now, **written(UNKNOWN.code, UNKNOWN.name))
    second = wait(register, tmp_path, today, now, **written(WRONG_DIGIT, "王 伟"))
    with speaking_as(user("officer")):
        decide(second, subject_id=subject_of(register, WANG_WEI), ground="与决定书一致", actor=user("officer"), at=now)
    rows = [
        penalty(today, 5),
        penalty(today, 6, LI_NA, CF_NR_FK="30", CF_NR="罚款三十万元"),
        penalty(today, 7, CF_WSH=""),
    ]
    batch = take(register, write_csv(tmp_path / "b.csv", rows), now)
    assert (batch.new, batch.waiting, batch.refused) == (1, 1, 1)
    register.become("app")
    propose_undo(batch.token, ground="误传", actor=user("clerk"), at=now)
    applied = Applied("agent", frozenset({"view"}), today + timedelta(days=30), "（2026）晋0105委托1号")
    enter_delegation(party(WANG_WEI), party(LI_NA), applied, actor=user("officer"), at=now)
    propose_merge(party(WANG_WEI), party(NAMESAKE), ground="公安机关证明1号", actor=user("colleague"), at=now)
    return register
