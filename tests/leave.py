"""A bank that stands enrolled for what persons authorise, and what it asks them for."""

from datetime import date, datetime, timedelta
from pathlib import Path

from chengxin.demo.enrolments import settle_enrolments
from chengxin.demo.officers import settle_demo_officer
from chengxin.demo.organisations import organisation_code
from chengxin.identity.models import User
from chengxin.identity.services.organisations import settle_organisation
from chengxin.sharing.authorising.rules import Leave
from chengxin.sharing.authorising.services import Wanted, request_authorisation
from chengxin.sharing.deciding import Question
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import CENTRE_OFFICER, MARKET, WANG_WEI, Someone
from tests.qualifications import qualification, write_qualifications
from tests.records.test_ingest import take

BANK, SUPERVISOR = organisation_code("financial", 905), organisation_code("supervisor", 906)
FULL, YES_NO, BROAD = "SQ-JR-01", "SQ-JR-02", "SQ-QT-01"
PENALTY, QUALIFICATION = "CF-ZRR", "ZG-ZY"
DAY = timedelta(days=1)


def settle_bank(register: Register, now: datetime) -> None:
    """Enrol a bank for three duties that need the person's leave, and a department for one, by the three steps."""
    register.become("owner")
    for code, name, kind in ((BANK, "测试银行", "financial"), (SUPERVISOR, "测试主管部门", "supervisor")):
        settle_organisation(code=code, name=name, kind=kind, region="140000", valid_from=date(2019, 1, 1))
    for login, name, code in (
        ("banker", "银行经办人", BANK),
        ("chief", "主管", SUPERVISOR),
        ("asker", "询问员", MARKET),
    ):
        organisation = User.objects.get(login="officer").organisation.__class__.objects.get(code=code)
        settle_demo_officer(
            login=login, display_name=name, organisation=organisation, role="officer", password="a-test-password"
        )
    register.become("app")
    for codes, login in (((FULL, YES_NO, BROAD), "banker"), ((BROAD,), "asker")):
        settle_enrolments(codes, asked_by=login, decided_by=CENTRE_OFFICER["login"], published_by="chief", at=now)


def hold(register: Register, folder: Path, today: date, at: datetime, person: Someone = WANG_WEI) -> None:
    """Let a penalty and a qualification of a person be held."""
    take(register, write_csv(folder / "penalties.csv", [penalty(today, 1, person)]), at)
    take(
        register,
        write_qualifications(folder / "qualifications.csv", [qualification(today, 1, person)]),
        at,
        item=QUALIFICATION,
    )
    register.become("app")


def login_of(name: str) -> User:
    return User.objects.select_related("organisation").get(login=name)


def leave(today: date, *items: str, once: bool = False, days: int = 30) -> Leave:
    return Leave(frozenset(items or (PENALTY, QUALIFICATION)), once, today + timedelta(days=days))


def about(person: Someone = WANG_WEI, **changes: str) -> Question:
    return Question(**{"code_type": "resident-id", "code": person.code, "name": person.name, **changes})


def wanted(asked: Leave, *, duty: str = FULL, keep_days: int = 0) -> Wanted:
    return Wanted(duty, asked, keep_days, "办理您申请的住房贷款", "贷2026-118")


def ask(
    at: datetime, asked: Leave, *, person: Someone = WANG_WEI, by: str = "banker", duty: str = FULL, keep_days: int = 0
) -> str:
    return request_authorisation(
        login_of(by), wanted(asked, duty=duty, keep_days=keep_days), about(person), channel="desk", at=at
    )


def days_go_by(register: Register, days: int) -> None:
    """Set everything that was asked and answered back by so many days, as if they had gone by."""
    tables = {
        "sharing_authorisation": "asked_at = asked_at - gone, lapses_on = lapses_on - n, valid_until = valid_until - n, "
        "erase_by = erase_by - n",
        "sharing_authorisation_event": "at = at - gone, valid_until = valid_until - n, due_on = due_on - n",
        "sharing_authorisation_recall": "told_at = told_at - gone, due_on = due_on - n",
    }
    with register.connect("owner") as connection:
        for table, changes in tables.items():
            told = changes.replace("gone", f"interval '{int(days)} days'").replace("- n", f"- {int(days)}")
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
            connection.execute(f"UPDATE {table} SET {told}".encode())
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
