"""Duty items on screens: an organisation applies, the centre decides, the department publishes, everybody reads."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from chengxin.sharing.duties.models import Enrolment
from tests.catalogue.process import settle_cast
from tests.conftest import Register
from tests.duties import enrol, settle_examiner
from tests.people import MARKET, OTHER, WANG_WEI
from tests.portal.conftest import LogIn

FULL, LIST = "XK-SC-01", "/desk/enrolments/"
NEW = f"{LIST}new/{FULL}/"


@pytest.fixture
def cast(register: Register) -> Register:
    settle_cast(register)
    settle_examiner(register)
    return register


def form(today: date, **changes: str) -> dict[str, str]:
    until = str(today + timedelta(days=365))
    return {
        "basis": "XZXKF-34",
        "scene": "受理以后",
        "scope": "只查申请人",
        "way": "工作台页面",
        "wanted_until": until,
        **changes,
    }


def test_an_application_goes_its_way_on_screens(cast: Register, log_in: LogIn, today: date) -> None:
    examiner, officer, approver = (log_in(login) for login in ("examiner", "officer", "approver"))
    assert f'href="{NEW}"' in examiner.get(LIST).content.decode()
    answer = examiner.post(NEW, form(today))
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert "待信用中心答复" in examiner.get(page).content.decode()
    assert "待答复的查询事项申请" in officer.get("/desk/").content.decode()
    decision = {
        "decision": "approved",
        "reason": "符合",
        "valid_from": str(today),
        "valid_until": str(today + timedelta(days=300)),
    }
    assert officer.post(f"{page}decide", decision).status_code == 302
    assert "待公布的查询事项" in approver.get("/desk/").content.decode()
    assert examiner.get("/desk/lookup/").content.decode().count(FULL) == 0
    assert approver.post(f"{page}publish").status_code == 302
    assert f'href="/desk/lookup/{FULL}/"' in examiner.get("/desk/lookup/").content.decode()
    assert "已开通" in approver.get("/desk/registers/enrolments/?state=standing").content.decode()
    assert examiner.post(f"{page}end", {"end_reason": "职责已移交"}).status_code == 302
    assert f'href="/desk/lookup/{FULL}/"' not in examiner.get("/desk/lookup/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scene": ""}, "请写明使用场景"),
        ({"basis": "GWYF-26"}, "使用依据"),
        ({"wanted_until": "昨天"}, "日期无法识别"),
        ({"wanted_until": "2020-01-01"}, "使用时限应在今天之后"),
        ({"scope": f"查 {WANG_WEI.code} 一人"}, "不能写身份证件号码"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(
    cast: Register, log_in: LogIn, today: date, changes: dict[str, str], words: str
) -> None:
    answer = log_in("examiner").post(NEW, form(today, **changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Enrolment.objects.exists()


def test_applications_are_seen_by_whom_they_concern(cast: Register, log_in: LogIn, today: date) -> None:
    settle_examiner(cast, OTHER, login="inspector")
    page = log_in("examiner").post(NEW, form(today)).headers["Location"]
    assert log_in("inspector").get(page).status_code == 404
    assert log_in("officer").get(page).status_code == 200
    assert log_in("officer").post(f"{page}decide", {"decision": "approved"}).status_code == 422
    assert log_in("clerk").get(page).status_code == 403


@pytest.fixture
def published(register: Register, now: datetime) -> Register:
    enrol(register, FULL, "PX-SC-01", at=now)
    return register


def test_everybody_reads_who_may_ask_for_what(published: Register, public_site: Register) -> None:
    page = Client().get("/who-may-ask/").content.decode()
    assert "行政许可：审查申请人有关信用信息" in page
    assert "测试市场监督管理局" in page
    assert "还没有单位开通" in page
    assert "examiner" not in page
    only: Any = Client().get("/who-may-ask/", {"item": "ZY-FW"}).content.decode()
    assert "SQ-JR-01" in only
    assert FULL not in only
    assert Client().get("/who-may-ask/", {"item": "x y"}).status_code == 400
    assert "/who-may-ask/?item=CF-ZRR" in Client().get("/catalogue/CF-ZRR/").content.decode()


def test_the_list_is_a_file_too(published: Register, public_site: Register) -> None:
    rows = list(csv.reader(io.StringIO(Client().get("/who-may-ask/list.csv").content.decode("utf-8-sig"))))
    assert [(row[0], row[6]) for row in rows[1:]] == [("PX-SC-01", MARKET), (FULL, MARKET)]
    told = Client().get("/who-may-ask/list.json").json()["duties"]
    assert {one["code"]: len(one["organisations"]) for one in told}[FULL] == 1
    assert len(told) == 15


def test_what_ended_is_off_the_list(published: Register, public_site: Register) -> None:
    with published.connect("owner") as connection:
        connection.execute("UPDATE identity_organisation SET valid_until = current_date - 1 WHERE code = %s", [MARKET])
    assert "测试市场监督管理局" not in Client().get("/who-may-ask/").content.decode()
