"""The page for checking a real name, and the page for checking a receipt."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import Register
from tests.identity.verifying import register_purposes
from tests.people import DEAD, UNKNOWN, WANG_WEI, Someone
from tests.portal.conftest import LogIn


@pytest.fixture
def purpose(register: Register) -> str:
    return register_purposes(register, desk_quota=3)


def form(purpose: str, person: Someone = WANG_WEI, **changes: str) -> dict[str, str]:
    return {"purpose": purpose, "name": person.name, "code_type": "resident-id", "code": person.code, **changes}


@pytest.mark.parametrize(("person", "told"), [(WANG_WEI, "相符"), (UNKNOWN, "查无"), (DEAD, "查无")])
def test_an_answer_and_its_receipt_and_nothing_of_the_person(
    request: pytest.FixtureRequest, log_in: LogIn, purpose: str, person: Someone, told: str
) -> None:
    answer = log_in("verifier").post(reverse("portal:verification"), form(purpose, person))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'<h2 id="answer">{told}</h2>' in page
    assert person.code not in page
    assert person.name not in page
    (receipt,) = re.findall("V[A-Z2-7]{26}", page)
    public_site = request.getfixturevalue("public_site")
    assert public_site
    shown = Client().post(reverse("public:check-receipt"), {"receipt": receipt}).content.decode()
    assert "回执属实" in shown
    assert f"<dd>{told}</dd>" in shown
    assert "测试交通运输局" in shown


def test_a_refusal_says_why_and_keeps_no_name(log_in: LogIn, purpose: str) -> None:
    client = log_in("verifier")
    answer = client.post(reverse("portal:verification"), form(purpose, code="149999199001010010"))
    assert answer.status_code == 422
    assert "校验位不对" in answer.content.decode()
    assert WANG_WEI.name not in answer.content.decode()
    for _ in range(3):
        client.post(reverse("portal:verification"), form(purpose))
    answer = client.post(reverse("portal:verification"), form(purpose))
    assert answer.status_code == 429
    assert "今天的核验次数不够了" in answer.content.decode()


def test_what_is_missing_is_named(log_in: LogIn, purpose: str) -> None:
    answer = log_in("verifier").post(reverse("portal:verification"), {})
    assert answer.status_code == 422
    for words in ("请选择用途", "请填写姓名", "请填写证件号码"):
        assert words in answer.content.decode()


def test_without_a_registered_purpose_there_is_no_form(log_in: LogIn) -> None:
    page = log_in("verifier").get(reverse("portal:verification")).content.decode()
    assert "没有登记核验用途" in page
    assert 'name="code"' not in page


def test_another_organisations_purpose_is_no_choice(log_in: LogIn, register: Register) -> None:
    from tests.people import MARKET

    other, own = register_purposes(register, organisation=MARKET), register_purposes(register)
    client = log_in("verifier")
    page = client.get(reverse("portal:verification")).content.decode()
    assert own in page
    assert other not in page
    assert client.post(reverse("portal:verification"), form(other)).status_code == 422


def test_the_desk_of_a_verifier_leads_here(log_in: LogIn) -> None:
    page = log_in("verifier").get(reverse("portal:desk"))
    assert page.status_code == 200
    assert f'href="{reverse("portal:verification")}"' in page.content.decode()


@pytest.mark.parametrize(("number", "status"), [("V" + "A" * 26, 404), ("V1", 422), ("", 422)])
def test_a_receipt_that_is_none(public_site: Register, number: str, status: int) -> None:
    assert Client().post(reverse("public:check-receipt"), {"receipt": number}).status_code == status
