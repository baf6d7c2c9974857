"""The rows to mend: fetched within a day, gone afterwards."""

import os
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.records.services import process_batch
from tests.conftest import Register
from tests.penalties import csv_text, penalty
from tests.people import LI_NA
from tests.portal.conftest import LogIn
from tests.portal.test_uploads import UPLOAD, batches, form

DAY_S = 24 * 3600


@pytest.fixture
def handed_in(register: Register, log_in: LogIn, spool: Path, today: date, now: Any) -> tuple[Client, str]:
    """Hand in a sound row, one to mend, and one that may not be held at all."""
    rows = [penalty(today), penalty(today, 2, LI_NA, CF_JDRQ="2026-13-01"), penalty(today, 3, CX_CXLX="2")]
    client = log_in("clerk")
    page = client.post(UPLOAD, form(csv_text(rows).encode("gb18030"))).headers["Location"]
    register.become("intake")
    process_batch(batches(register)[0][0], at=now)
    register.become("app")
    return client, page


def test_rows_come_back_in_the_senders_own_layout(handed_in: tuple[Client, str]) -> None:
    client, page = handed_in
    answer = client.get(f"{page}returns")
    header, *rows = b"".join(answer).decode("gb18030").splitlines()
    assert answer.headers["Content-Type"] == "text/csv; charset=gb18030"
    assert "filename*=utf-8''%E5%BE%85%E4%BF%AE%E6%94%B9-" in answer.headers["Content-Disposition"]
    assert header.startswith("CF_XDR_MC,")
    assert [row.split(",")[0] for row in rows] == [LI_NA.name]
    assert "no-store" in answer.headers["Cache-Control"]


def test_done_means_gone(handed_in: tuple[Client, str], spool: Path) -> None:
    client, page = handed_in
    assert client.get(f"{page}returns/drop").status_code == 405
    assert "待修改行文件已删除" in client.post(f"{page}returns/drop", follow=True).content.decode()
    assert list(spool.iterdir()) == []
    gone = client.get(f"{page}returns")
    assert gone.status_code == 404
    assert "请重新上传" in gone.content.decode()


def received(register: Register, client: Client, rows: list[dict[str, str]], at: datetime) -> str:
    """Hand rows in and give the page of their receipt."""
    page = client.post(UPLOAD, form(csv_text(rows).encode())).headers["Location"]
    register.become("intake")
    process_batch(batches(register)[0][0], at=at)
    register.become("app")
    return client.get(page).content.decode()


def test_whoever_mends_is_led_on_to_handing_in(handed_in: tuple[Client, str]) -> None:
    client, page = handed_in
    receipt = client.get(page).content.decode()
    assert "已经入库的行不必再报" in receipt
    assert f'href="{UPLOAD}">改好了，报送' in receipt
    assert "全部行均已接受" not in receipt


def test_rows_that_were_all_taken_leave_nothing_to_mend(
    register: Register, log_in: LogIn, spool: Path, today: date, now: datetime
) -> None:
    rows = [penalty(today, CX_QDRQ=(today - timedelta(days=30)).isoformat())]
    receipt = received(register, log_in("clerk"), rows, now)
    assert "晚于目录规定的报送期限" in receipt
    assert "全部行均已接受，没有需要修改的内容" in receipt
    assert "待修改行文件已删除" not in receipt


def test_a_heading_without_rows_is_no_success(register: Register, log_in: LogIn, spool: Path, now: datetime) -> None:
    receipt = received(register, log_in("clerk"), [], now)
    assert "文件里没有一行内容，什么也没有入库" in receipt
    assert f'href="{reverse("portal:months")}"' in receipt
    assert "全部行均已接受" not in receipt


@pytest.mark.parametrize("tail", ["", "returns"])
def test_after_a_day_they_are_destroyed(handed_in: tuple[Client, str], spool: Path, tail: str) -> None:
    client, page = handed_in
    for path in spool.iterdir():
        os.utime(path, (time.time() - DAY_S - 60,) * 2)
    client.get(page + tail)
    assert list(spool.iterdir()) == []
    assert client.get(f"{page}returns").status_code == 404
