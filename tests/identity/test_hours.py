"""In which hours a client may ask: on working days with make-up days, in Asia/Shanghai, and when it opens again."""

from datetime import datetime

import pytest

from chengxin.identity.hours import Hours, opens_in_s, settle_work_days
from chengxin.identity.models import WorkDay
from chengxin.lib.periods import SHANGHAI
from chengxin.lib.workdays import WorkCalendar
from tests.conftest import Register

HOUR = 3600
OFFICE, ANY_DAY = Hours(8, 18, working_days=True), Hours(8, 18, working_days=False)
NIGHT = Hours(0, 24, working_days=True)


@pytest.mark.parametrize(
    ("hours", "at", "wait"),
    [
        pytest.param(OFFICE, datetime(2026, 11, 27, 9, tzinfo=SHANGHAI), 0, id="friday-at-nine"),
        pytest.param(OFFICE, datetime(2026, 11, 27, 7, 30, tzinfo=SHANGHAI), HOUR // 2, id="half-an-hour-early"),
        pytest.param(OFFICE, datetime(2026, 11, 27, 17, 59, 59, tzinfo=SHANGHAI), 0, id="the-last-second"),
        pytest.param(OFFICE, datetime(2026, 11, 27, 18, tzinfo=SHANGHAI), 62 * HOUR, id="friday-evening-until-monday"),
        pytest.param(ANY_DAY, datetime(2026, 11, 28, 9, tzinfo=SHANGHAI), 0, id="saturday-where-any-day-will-do"),
        pytest.param(ANY_DAY, datetime(2026, 11, 27, 18, tzinfo=SHANGHAI), 14 * HOUR, id="until-tomorrow"),
        pytest.param(OFFICE, datetime(2026, 10, 10, 9, tzinfo=SHANGHAI), 0, id="a-make-up-saturday"),
        pytest.param(OFFICE, datetime(2026, 10, 1, 9, tzinfo=SHANGHAI), (6 * 24 + 23) * HOUR, id="over-national-day"),
        pytest.param(NIGHT, datetime(2026, 11, 28, 12, tzinfo=SHANGHAI), 36 * HOUR, id="midday-on-saturday"),
        pytest.param(
            OFFICE, datetime(2035, 1, 5, 9, tzinfo=SHANGHAI), 40 * 24 * HOUR, id="of-a-year-of-which-no-notice-tells"
        ),
    ],
)
def test_when_it_opens(hours: Hours, at: datetime, wait: int) -> None:
    assert opens_in_s(hours, at, WorkCalendar()) == wait


def test_the_database_knows_the_days_of_the_notices(register: Register) -> None:
    known = WorkCalendar()
    register.become("owner")
    days = set(WorkDay.objects.values_list("day", flat=True))
    assert max(days) <= known.last_known
    assert datetime(2026, 10, 10, tzinfo=SHANGHAI).date() in days
    assert datetime(2026, 10, 1, tzinfo=SHANGHAI).date() not in days
    assert datetime(2026, 11, 28, tzinfo=SHANGHAI).date() not in days
    settle_work_days()
    assert set(WorkDay.objects.values_list("day", flat=True)) == days
