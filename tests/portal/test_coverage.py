"""How far the unified code covers, as the credit centre's officers see it: numbers alone."""

import re

import pytest
from django.urls import reverse

from chengxin.demo.officers import settle_demo_officer
from chengxin.identity.coverage import percent
from tests.conftest import Register
from tests.identity.feeding import attested, renumbered, take
from tests.identity.verifying import officer
from tests.people import CENTRE_OFFICER, CHILD, PEOPLE, WANG_WEI
from tests.portal.conftest import LogIn

ADDRESS = "portal:coverage"


def test_counts_by_city_and_nothing_of_a_person(register: Register, log_in: LogIn) -> None:
    take(register, attested(1, WANG_WEI.code, "20250101"))
    page = log_in("officer").get(reverse(ADDRESS)).content.decode()
    (persons,) = register.rows("SELECT count(*) FROM identity_person WHERE died IS NULL")[0]
    assert "太原市" in page
    assert living(page) == persons
    assert re.search(r"<td>1（\d+\.\d%）</td>", page)
    assert all(one.name not in page and one.code not in page for one in PEOPLE)


def test_persons_whom_the_authority_calls_minors_are_told_of_and_not_counted(register: Register, log_in: LogIn) -> None:
    client = log_in("officer")
    before = client.get(reverse(ADDRESS)).content.decode()
    take(register, renumbered(1, WANG_WEI.code, CHILD.code, CHILD.name))
    after = client.get(reverse(ADDRESS)).content.decode()
    assert "已经封闭" not in before
    assert "1 人原按成年人在册" in after
    assert living(after) == living(before) - 1


def living(page: str) -> int:
    return sum(int(count) for count in re.findall(r"<td>(\d+)</td>", page))


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 7, "0.0"),
        (1, 1_000_000, "0.1"),
        (1, 3, "33.3"),
        (2, 3, "66.7"),
        (1, 2000, "0.1"),
        (996, 1000, "99.6"),
        (999_999, 1_000_000, "99.9"),
        (7, 7, "100.0"),
    ],
)
def test_shares_reach_neither_end_by_rounding(part: int, whole: int, told: str) -> None:
    assert percent(part, whole) == told


@pytest.mark.parametrize(
    ("level", "told"), [("province", "山西省"), ("county", "小店区"), ("prefecture", "太原市"), ("village", "太原市")]
)
def test_levels(log_in: LogIn, level: str, told: str) -> None:
    assert told in log_in("officer").get(reverse(ADDRESS), {"level": level}).content.decode()


def test_nobody_outside_the_centre_sees_it(register: Register, log_in: LogIn) -> None:
    register.become("owner")
    elsewhere = {**CENTRE_OFFICER, "login": "elsewhere", "organisation": officer("clerk").organisation}
    settle_demo_officer(**elsewhere, password="a-test-password")
    register.become("app")
    client = log_in("elsewhere")
    assert client.get(reverse(ADDRESS)).status_code == 403
    assert "代码覆盖" not in client.get(reverse("portal:start")).content.decode()
