"""The pages about key occupations: numbers for officers who ask, nobody's name."""

from datetime import date, datetime
from pathlib import Path

from django.urls import reverse

from chengxin.records.occupations import occupations
from tests.conftest import Register
from tests.people import LI_NA, MARKET, UNKNOWN, WANG_WEI
from tests.portal.conftest import LogIn
from tests.qualifications import qualification
from tests.records.test_occupations import hand_in


def test_page_tells_numbers_gaps_and_feeds_and_nobodys_name(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    hand_in(
        register, tmp_path, now,
        qualification(today, 1), qualification(today, 2, LI_NA), qualification(today, 3, UNKNOWN),
        qualification(today, 4, ZG_MC="二级建造师执业资格", ZG_ZYLB="12"),
    )  # fmt: skip
    page = log_in("officer").get(reverse("portal:occupations")).content.decode()
    assert all(one.name in page for one in occupations().on(today).values())
    assert "在执业 <strong>2</strong> 人" in page
    assert "名称与类别不合 1 证" in page
    assert page.count("没有记录</span>") == 14
    assert "等待 1 行，其中号码无着 1 行" in page
    for person in (WANG_WEI, LI_NA, UNKNOWN):
        assert person.name not in page
        assert person.code not in page
    assert "测试证字" not in page


def test_page_of_an_occupation_tells_its_law_cities_and_organs(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    hand_in(register, tmp_path, now, qualification(today, 1))
    page = log_in("officer").get(reverse("portal:occupation", args=["lawyer"])).content.decode()
    assert "《中华人民共和国律师法》第六条" in page
    assert "文本待核" in page
    assert MARKET in page
    assert "太原市" in page
    assert "大同市" in page
    assert WANG_WEI.name not in page


def test_an_occupation_that_isnt_one_is_not_found(register: Register, log_in: LogIn) -> None:
    assert log_in("officer").get(reverse("portal:occupation", args=["astrologer"])).status_code == 404


def test_who_looked_is_in_the_action_log(register: Register, log_in: LogIn, today: date) -> None:
    log_in("officer").get(reverse("portal:occupations"))
    noted = register.rows("SELECT actor, act, subject FROM ground_action WHERE act = 'occupations.coverage'")
    assert noted == [("officer", "occupations.coverage", f"day:{today}")]


def test_a_clerk_is_refused_and_sees_no_way_in(register: Register, log_in: LogIn) -> None:
    client = log_in("clerk")
    assert client.get(reverse("portal:occupations")).status_code == 403
    assert "重点职业" not in client.get(reverse("portal:batches")).content.decode()
