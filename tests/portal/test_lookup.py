"""Looking a person up: a reason first, an entry always, nothing of the person in an address."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chengxin.catalogue.queries import list_purposes
from chengxin.identity.queries import find_organisation
from chengxin.records.services import ingest_file
from tests.conftest import Register
from tests.duties import enrol
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, MARKET, UNKNOWN, WANG_WEI
from tests.portal.conftest import LogIn

PURPOSE = "YY-CL"
PAGE = f"/desk/lookup/{PURPOSE}/"


@pytest.fixture
def basis(register: Register, today: date) -> str:
    found = next(purpose for purpose in list_purposes("centre", today) if purpose.code == PURPOSE)
    return next(iter(found.bases))


@pytest.fixture
def recorded(register: Register, tmp_path: Path, today: date, now: Any) -> None:
    register.become("intake")
    provider = find_organisation(MARKET, date.max - timedelta(days=1))
    assert provider is not None
    ingest_file(write_csv(tmp_path / "a.csv", [penalty(today)]), item_code="CF-ZRR", provider=provider, at=now)
    register.become("app")


@pytest.fixture
def client(log_in: LogIn) -> Client:
    return log_in("officer")


def query(basis: str, /, **values: str) -> dict[str, str]:
    return {
        "basis": basis,
        "case_reference": "晋信异〔2026〕7号",
        "code_type": "resident-id",
        "name": WANG_WEI.name,
        "code": WANG_WEI.code,
        "format": "page",
        **values,
    }


def entries(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT outcome, reason, officer, purpose, case_reference, channel, cardinality(record_ids)"
        " FROM ground_access_entry ORDER BY at"
    )


def test_purposes_come_with_their_laws(client: Client) -> None:
    text = client.get("/desk/lookup/").content.decode()
    assert "异议处理" in text
    assert PAGE in text
    assert "征信业管理条例" in text
    assert "行政许可审查" not in text


def test_what_needs_an_authorisation_says_so_and_leads_to_asking_for_it(
    register: Register, log_in: LogIn, now: datetime
) -> None:
    enrol(register, "XK-SC-01", "PX-SC-01", "SQ-QT-01", at=now)
    client = log_in("examiner")
    text = client.get("/desk/lookup/").content.decode()
    for duty in ("XK-SC-01", "PX-SC-01", "SQ-QT-01"):
        assert f'href="/desk/lookup/{duty}/"' in text
    assert "经本人授权核对所出示的信息" in text
    assert text.count("须有本人授权") == 1
    assert "RC-JG-01" not in text
    assert 'href="/desk/enrolments/"' in text
    page = client.get("/desk/lookup/SQ-QT-01/").content.decode()
    assert 'href="/desk/authorisations/"' in page
    assert "只能看到本人同意的信息项" in page
    refused = client.post("/desk/lookup/SQ-QT-01/", query("GRXXBHF-13"))
    assert refused.status_code != 200  # nobody granted it


@pytest.mark.usefixtures("recorded")
def test_an_answer_comes_in_the_form_of_its_duty(register: Register, log_in: LogIn, now: datetime) -> None:
    enrol(register, "PX-SC-01", at=now)
    client = log_in("examiner")
    asked = client.get("/desk/lookup/PX-SC-01/").content.decode()
    assert "答复：有无" in asked
    answer = client.post("/desk/lookup/PX-SC-01/", query("SXSHXYTL-30"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "有。" in text
    assert "并市监罚" not in text
    assert [(row[0], row[3], row[5]) for row in entries(register)] == [("answered", "PX-SC", "desk")]


def test_a_duty_that_isnt_enrolled_for_has_no_page(register: Register, log_in: LogIn, now: datetime) -> None:
    enrol(register, "PX-SC-01", at=now)
    client = log_in("examiner")
    for code in ("XK-SC-01", "XK-SC", "PX-SC", "CK-FW"):
        assert client.get(f"/desk/lookup/{code}/").status_code == 404


def move(register: Register, login: str, organisation: str) -> None:
    with register.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_user SET organisation_id = (SELECT id FROM identity_organisation WHERE name = %s)"
            " WHERE login = %s",
            [organisation, login],
        )


@pytest.mark.usefixtures("recorded")
def test_a_report_is_shown_and_entered(register: Register, client: Client, basis: str) -> None:
    answer = client.post(PAGE, query(basis))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert "并市监罚〔2026〕1号" in text
    assert "测试市场监督管理局" in text
    assert entries(register) == [("answered", "", "officer", PURPOSE, "晋信异〔2026〕7号", "desk", 1)]


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("face", ["page", "json"])
def test_the_officer_is_named_and_the_login_is_not(client: Client, basis: str, face: str) -> None:
    answer = client.post(PAGE, query(basis, format=face))
    told = answer.content.decode()
    assert "测试信用中心" in told
    assert "查询员" in told
    assert ">officer<" not in told
    assert '"officer": "officer"' not in told


@pytest.mark.usefixtures("recorded")
def test_the_code_is_masked_and_in_no_address(client: Client, basis: str) -> None:
    text = client.post(PAGE, query(basis)).content.decode()
    assert "149999********" in text
    for attribute in ("href", "src", "action", "data-hx-get"):
        assert f'{attribute}="{WANG_WEI.code}' not in text
        assert all(WANG_WEI.code not in part.split('"')[0] for part in text.split(f'{attribute}="')[1:])
    assert text.count(WANG_WEI.code) == text.count(f'name="code" value="{WANG_WEI.code}"') == 2


def test_a_code_in_the_address_is_no_query(register: Register, client: Client, basis: str) -> None:
    text = client.get(PAGE, query(basis)).content.decode()
    assert WANG_WEI.code not in text
    assert 'autocomplete="off"' in text
    assert entries(register) == []


def test_nothing_on_record_is_told_soberly(register: Register, client: Client, basis: str) -> None:
    text = client.post(PAGE, query(basis, name=LI_NA.name, code=LI_NA.code)).content.decode()
    assert "没有可以展示的记录。这不代表评价。" in text
    assert entries(register)[0][0] == "empty"


REFUSED = [
    pytest.param({"name": "王不伟"}, "name-differs", id="another-name"),
    pytest.param({"name": UNKNOWN.name, "code": UNKNOWN.code}, "person-unknown", id="unknown"),
    pytest.param({"code": "149999199001010000"}, "code-invalid", id="mistyped"),
]


@pytest.mark.parametrize(("values", "reason"), REFUSED)
def test_every_refusal_looks_the_same_and_is_entered(
    register: Register, client: Client, basis: str, values: dict[str, str], reason: str
) -> None:
    asked = query(basis, **values)
    answer = client.post(PAGE, asked)
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "无法答复此次查询" in text
    assert reason not in text
    assert asked["code"] not in text
    assert asked["name"] not in text
    assert asked["case_reference"] in text
    assert [entry[:2] for entry in entries(register)] == [("refused", reason)]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"case_reference": ""}, "请填写案号"),
        ({"basis": ""}, "请选择本次查询的法律依据"),
        ({"basis": "MADE-UP-1"}, "MADE-UP-1"),
        ({"name": " "}, "请填写姓名"),
        ({"case_reference": f"关于{WANG_WEI.code}"}, "不能写身份证件号码"),
        ({"format": "docx"}, "请先改正"),
    ],
)
def test_without_a_reason_there_is_no_query(
    register: Register, client: Client, basis: str, values: dict[str, str], words: str
) -> None:
    answer = client.post(PAGE, query(basis, **values))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert entries(register) == []


@pytest.mark.parametrize("purpose", ["XK-SC", "NO-SUCH"])
def test_a_purpose_of_others_is_not_there(client: Client, basis: str, purpose: str) -> None:
    assert client.post(f"/desk/lookup/{purpose}/", query(basis)).status_code == 404


@pytest.mark.usefixtures("recorded")
def test_each_document_is_a_query_of_its_own(register: Register, client: Client, basis: str) -> None:
    pdf = client.post(PAGE, query(basis, format="pdf"))
    told = client.post(PAGE, query(basis, format="json"))
    assert pdf.content.startswith(b"%PDF-")
    assert "no-store" in pdf.headers["Cache-Control"]
    assert told.json()["records"][0]["document"] == "并市监罚〔2026〕1号"
    for answer in (pdf, told):
        assert WANG_WEI.code not in answer.headers["Content-Disposition"]
        assert "attachment" in answer.headers["Content-Disposition"]
    assert len(entries(register)) == 2
    assert len(register.rows("SELECT number FROM sharing_report")) == 2
