"""Organisations enrolled for duty items, as a real installation's are: applied for, decided, published."""

from datetime import datetime

from chengxin.demo.enrolments import settle_enrolments
from chengxin.demo.officers import settle_demo_officer
from chengxin.identity.models import Organisation
from tests.catalogue.process import settle_cast
from tests.conftest import Register
from tests.people import MARKET

EXAMINER = "examiner"


def settle_examiner(register: Register, organisation: str = MARKET, *, login: str = EXAMINER) -> None:
    """Enter an officer of an organisation who may ask. Leaves the process as the application."""
    register.become("owner")
    settle_demo_officer(
        login=login,
        display_name="许可审查员",
        organisation=Organisation.objects.get(code=organisation),
        role="officer",
        password="a-test-password",
    )
    register.become("app")


def enrol(register: Register, *duties: str, at: datetime, login: str = EXAMINER, organisation: str = MARKET) -> None:
    """Enrol an organisation for duties, by an officer who is entered with it. Leaves the process as the application."""
    settle_cast(register)
    settle_examiner(register, organisation, login=login)
    settle_enrolments(duties, asked_by=login, decided_by="officer", published_by="approver", at=at)
