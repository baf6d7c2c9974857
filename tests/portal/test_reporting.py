"""The pages beside the files: months, days, columns, acts."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from chengxin.records.reconciliation import is_genuine, reconcile_due
from tests.conftest import Register
from tests.penalties import COLUMNS, penalty, write_csv
from tests.people import LI_NA, MARKET, OTHER
from tests.portal.conftest import LogIn
from tests.records.test_ingest import take

MONTHS, DAYS, ACTS = (reverse(f"portal:{name}") for name in ("months", "days", "acts"))


def test_a_clerk_says_that_there_is_nothing_and_the_centre_sees_who_said_so(
    register: Register, log_in: LogIn, today: date
) -> None:
    clerk, centre = log_in("clerk"), log_in("officer")
    page = clerk.get(MONTHS).content.decode()
    assert "没有报送" in page
    assert "报告“无”" in page
    told = {"item": "CF-ZRR", "month": today.replace(day=1).isoformat()}
    done = clerk.post(reverse("portal:nothing"), told, follow=True).content.decode()
    assert "没有此项信息" in done
    assert "经办人" in done
    assert clerk.post(reverse("portal:nothing"), told).status_code == 409
    assert clerk.post(reverse("portal:nothing"), {"item": "", "month": "x"}).status_code == 409
    seen = centre.get(MONTHS).content.decode()
    assert "测试市场监督管理局" in seen
    assert "测试交通运输局" in seen
    assert "<button" not in seen.partition("<main")[2].partition("</main>")[0]
    assert centre.post(reverse("portal:nothing"), told).status_code == 403
    assert "报告没有信息" in clerk.get(ACTS).content.decode()
    assert "报告没有信息" not in centre.get(ACTS).content.decode()


@pytest.fixture
def day(register: Register, tmp_path: Path, today: date, now: datetime) -> date:
    take(
        register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now - timedelta(days=1)
    )
    assert reconcile_due(at=now) == 1
    register.become("app")
    return today - timedelta(days=1)


def test_days_are_told_with_a_signed_receipt(register: Register, log_in: LogIn, day: date) -> None:
    clerk = log_in("clerk")
    page = clerk.get(DAYS).content.decode()
    assert f"{day:%Y-%m-%d}" in page
    assert "<svg" in page
    receipt = clerk.get(reverse("portal:day-json", args=[MARKET, day.isoformat()]))
    told = json.loads(receipt.content)
    assert is_genuine(told)
    assert json.loads(told["content"])["total"]["read"] == 2
    pdf = clerk.get(reverse("portal:day-pdf", args=[MARKET, day.isoformat()]))
    assert (pdf.headers["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert pdf.content == clerk.get(reverse("portal:day-pdf", args=[MARKET, day.isoformat()])).content
    assert log_in("officer").get(reverse("portal:day-json", args=[MARKET, day.isoformat()])).content == receipt.content


@pytest.mark.parametrize(
    "wanted", [(OTHER, "2026-01-05"), (MARKET, "1999-01-05"), (MARKET, "yesterday"), ("x", "2026-01-05")]
)
def test_a_receipt_that_isnt_there_or_anothers_is_not_found(
    register: Register, log_in: LogIn, wanted: tuple[str, str]
) -> None:
    assert log_in("clerk").get(reverse("portal:day-json", args=list(wanted))).status_code == 404


def test_columns_are_mapped_on_a_page(register: Register, log_in: LogIn) -> None:
    clerk, address = log_in("clerk"), reverse("portal:columns", args=["CF-ZRR"])
    assert reverse("portal:template", args=["CF-ZRR"]) in clerk.get(reverse("portal:column-items")).content.decode()
    assert clerk.post(address, {"headings": ""}).status_code == 422
    assert clerk.post(address, {"headings": "当事人\t宗教信仰"}).status_code == 422
    page = clerk.post(address, {"headings": "\t".join((*COLUMNS, "被罚人姓名写法", "CF_XDR_SFZ"))}).content.decode()
    assert page.count("<select") == 1
    assert "旧版列名" in page
    saved = clerk.post(address, {"heading": ["被罚人姓名写法"], "field": ["CF_XDR_MC"], "save": "1"}, follow=True)
    assert "从现在起报送自动使用" in saved.content.decode()
    again = clerk.post(address, {"headings": "被罚人姓名写法"}).content.decode()
    assert 'value="CF_XDR_MC" selected' in again
    assert "上次的选择" in again
    twice = clerk.post(address, {"heading": ["甲", "乙"], "field": ["CF_WSH", "CF_WSH"], "save": "1"})
    assert (twice.status_code, "只留一列" in twice.content.decode()) == (409, True)
    assert "保存列名对应" in clerk.get(ACTS).content.decode()
