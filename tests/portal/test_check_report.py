"""The public page on which a report is checked: what it tells, and that it tells nothing of the person and nothing by an address."""

from datetime import datetime

import pytest
from django.urls import reverse

from chengxin.portal.public import reports
from chengxin.sharing.certificates import Certificate, Wanted, issue_certificate
from chengxin.sharing.documents.checking import check_box, check_link
from chengxin.sharing.own import withdraw_report
from tests.conftest import Register
from tests.faces import public_face
from tests.people import WANG_WEI
from tests.sharing.test_own import held as held  # noqa: PLC0414  # a register with two persons' records
from tests.sharing.test_own import oneself


@pytest.fixture
def made(held: Register, now: datetime) -> Certificate:
    reports.flood.sent.clear()
    return issue_certificate(oneself(), Wanted("QZ", ("CF-ZRR",), 1), at=now)


def told(made: Certificate, **changes: str) -> dict[str, str]:
    return {"number": made.number, "code": made.check_code, **changes}


def test_it_tells_how_a_certificate_stands_and_nothing_of_the_person(held: Register, made: Certificate) -> None:
    with public_face(held) as client:
        answer = client.post(reverse("public:check-report"), told(made, number=made.number.lower()))
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    for words in ("报告属实，现在有效", "专项信用报告", "求职、录用", "行政处罚信息（自然人）", "有效至"):
        assert words in page
    for hidden in (WANG_WEI.name, WANG_WEI.code, "并市监罚", made.number, made.check_code):
        assert hidden not in page


def test_a_withdrawn_one_says_so(held: Register, made: Certificate, now: datetime) -> None:
    withdraw_report(oneself(), made.number, at=now)
    with public_face(held) as client:
        page = client.post(reverse("public:check-report"), told(made)).content.decode()
    assert "报告已由本人作废" in page


def test_wrong_and_unknown_get_one_and_the_same_answer_and_a_limit(held: Register, made: Certificate) -> None:
    with public_face(held) as client:
        pages = [
            client.post(reverse("public:check-report"), values)
            for values in (told(made, code="ZZZZZZZZ"), told(made, number="CX20260101AAAAAAAAAA"))
        ]
        assert [answer.status_code for answer in pages] == [404, 404]
        assert pages[0].content == pages[1].content
        for _ in range(19):
            client.post(reverse("public:check-report"), told(made, code="ZZZZZZZZ"))
        assert client.post(reverse("public:check-report"), told(made)).status_code == 429


def test_an_address_that_sends_too_much_waits(held: Register, made: Certificate) -> None:
    with public_face(held) as client:
        codes = [
            client.post(reverse("public:check-report"), told(made)).status_code
            for _ in range(reports.flood.an_hour + 1)
        ]
    assert codes == [200] * reports.flood.an_hour + [429]


@pytest.mark.parametrize(("number", "code"), [("", ""), ("CX1", "ABCDEFGH"), ("CX20260101AAAAAAAAAA", "X")])
def test_what_is_missing_or_too_short_is_named(held: Register, number: str, code: str) -> None:
    with public_face(held) as client:
        answer = client.post(reverse("public:check-report"), {"number": number, "code": code})
    assert answer.status_code == 422
    assert "请先改正以下内容" in answer.content.decode()


def test_the_picture_leads_to_the_page_and_no_server_is_sent_what_it_holds(made: Certificate) -> None:
    link = check_link("https://example.org/reports/", made.number, made.check_code)
    assert link == f"https://example.org/reports/#{made.number}.{made.check_code}"
    box = check_box("https://example.org/reports/", made.number, made.check_code)
    assert box is not None
    assert box["picture"].startswith("<svg") or "<svg" in box["picture"]
    assert check_box("", made.number, made.check_code) is None
    assert check_box("https://example.org/reports/", "CX1", "") is None
