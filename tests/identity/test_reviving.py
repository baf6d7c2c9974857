"""An organisation that has ended goes on only when a list says so and why, and the log has it."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from chengxin.identity.errors import OrganisationsRefused
from chengxin.identity.models import Organisation
from chengxin.identity.services.organisations import Entered
from tests.conftest import Register
from tests.identity.test_organisations import DAY, enter, house
from tests.people import MARKET, WANG_WEI

__all__ = ["house"]


def ended(house: Register, today: date) -> None:
    house.become("owner")
    house.rows("UPDATE identity_organisation SET valid_until = %s WHERE code = %s RETURNING 1", today, MARKET)
    house.become("admin")


def known(**changes: Any) -> Entered:
    one = Organisation.objects.get(code=MARKET)
    return replace(Entered(2, one.code, one.name, one.kind, one.region, one.valid_from, one.valid_until), **changes)


def test_a_list_revives_nobody_silently(house: Register, now: datetime, today: date) -> None:
    ended(house, today)
    for until in (None, today + DAY):
        with pytest.raises(OrganisationsRefused) as refused:
            enter(known(valid_until=until), at=now)
        assert [reason.text.split("。")[0] for _, reason in refused.value.lines] == [f"本单位已于 {today} 失效"]
    assert Organisation.objects.get(code=MARKET).valid_until == today
    assert enter(known(name="测试市场监管局"), at=now) == (0, 1, 0)


def test_an_organisation_is_revived_when_the_list_says_why_and_the_log_says_so(
    house: Register, now: datetime, today: date
) -> None:
    ended(house, today)
    assert enter(known(valid_until=None, revival="晋政办〔2026〕12号"), at=now) == (0, 1, 0)
    assert Organisation.objects.get(code=MARKET).valid_until is None
    noted = house.rows(
        "SELECT actor, act, subject, note FROM ground_action WHERE act LIKE 'organisations%%' ORDER BY id"
    )
    assert noted == [
        ("system", "organisations.revive", f"organisation:{MARKET}", "无失效日期 晋政办〔2026〕12号"),
        ("system", "organisations.enter", "organisations", "新登记 0，变更 1"),
    ]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"revival": "晋政办〔2026〕12号"}, "没有恢复已失效的单位"),
        ({"valid_until": None, "revival": f"见 {WANG_WEI.code}"}, "身份证件号码"),
        ({"valid_until": None, "revival": "长" * 151}, "不超过 150 字"),
        ({"valid_until": None, "revival": "  "}, "请在“恢复理由”一列写明"),
    ],
)
def test_what_a_list_says_of_a_revival_must_fit(
    house: Register, now: datetime, today: date, changes: dict[str, Any], told: str
) -> None:
    ended(house, today)
    with pytest.raises(OrganisationsRefused) as refused:
        enter(known(**changes), at=now)
    assert told in refused.value.lines[0][1].text


def test_a_last_day_to_come_is_put_off_without_a_revival(house: Register, now: datetime, today: date) -> None:
    assert enter(known(valid_until=today + DAY), at=now) == (0, 1, 0)
    assert enter(known(valid_until=None), at=now) == (0, 1, 0)
