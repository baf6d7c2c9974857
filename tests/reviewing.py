"""Reviewers of two organisations, and entries made past the desk, as an access register that was used for a while has them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from chengxin.demo.officers import settle_demo_officer
from chengxin.ground.services import entry_number
from chengxin.identity.models import Organisation, User
from tests.catalogue.process import SUPERVISOR, settle_cast
from tests.conftest import Register
from tests.people import CENTRE, MARKET

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
REVIEWER, SECOND, OF_CENTRE = "reviewer", "second-reviewer", "centre-reviewer"
PLACES = {REVIEWER: SUPERVISOR, SECOND: SUPERVISOR, OF_CENTRE: CENTRE}


def settle_reviewers(register: Register) -> None:
    """Enter two reviewers of the supervising department and one of the centre. Leaves the process as the application."""
    settle_cast(register)
    register.become("owner")
    for login, place in PLACES.items():
        settle_demo_officer(
            login=login, display_name=login, organisation=Organisation.objects.get(code=place), role="reviewer",
            password="a-test-password",
        )  # fmt: skip
    register.become("app")


def officer(login: str) -> User:
    return User.objects.select_related("organisation").get(login=login)


def subject_of(register: Register, born: str) -> int:
    ((subject,),) = register.rows("SELECT subject_id FROM identity_person WHERE born = to_date(%s, 'YYYYMMDD')", born)
    return int(subject)


def at_hour(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI).astimezone(UTC)


def enter(register: Register, moments: Iterable[datetime], **changes: Any) -> list[UUID]:
    """Write entries as the owner, past their guards; give their numbers."""
    row: dict[str, Any] = {
        "subject_id": 0, "organisation": MARKET, "officer": "examiner", "purpose": "XK-SC", "duty": "XK-SC-01", "authorisation": "",
        "basis": "XZXKF-34", "case_reference": "许可2026-1", "channel": "desk", "outcome": "empty", "reason": "", "as_of": None,
        "fields": [], "record_ids": [], "versions": [], **changes,
    }  # fmt: skip
    made = []
    with register.connect("owner") as connection, connection.transaction():
        connection.execute("ALTER TABLE ground_access_entry DISABLE TRIGGER USER")
        for moment in moments:
            told = {**row, "at": moment, "entry_id": entry_number(moment)}
            names, marks = ", ".join(told), ", ".join(["%s"] * len(told))
            connection.execute(f"INSERT INTO ground_access_entry ({names}) VALUES ({marks})", list(told.values()))
            made.append(told["entry_id"])
        connection.execute("ALTER TABLE ground_access_entry ENABLE TRIGGER USER")
    return made
