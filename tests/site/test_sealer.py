"""When the register is verified by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from chengxin.site.sealer import check_due

NIGHT = datetime(2026, 11, 27, 19, 30, tzinfo=UTC)  # half past three in Shanghai


@pytest.mark.parametrize(
    ("now", "last", "due"),
    [
        pytest.param(NIGHT, None, True, id="never-yet"),
        pytest.param(NIGHT, NIGHT - timedelta(days=1), True, id="once-a-night"),
        pytest.param(NIGHT, NIGHT - timedelta(minutes=20), False, id="not-twice"),
        pytest.param(NIGHT + timedelta(hours=3), NIGHT - timedelta(hours=20), False, id="not-by-day"),
        pytest.param(NIGHT + timedelta(hours=13), NIGHT - timedelta(hours=24), True, id="by-day-when-overdue"),
    ],
)
def test_verified_each_night_and_when_it_is_overdue(now: datetime, last: datetime | None, due: bool) -> None:
    assert check_due(now, last) is due
