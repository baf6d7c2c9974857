"""The rows to mend: fetched within a day, gone afterwards."""

import os
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

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


@pytest.mark.parametrize("tail", ["", "returns"])
def test_after_a_day_they_are_destroyed(handed_in: tuple[Client, str], spool: Path, tail: str) -> None:
    client, page = handed_in
    for path in spool.iterdir():
        os.utime(path, (time.time() - DAY_S - 60,) * 2)
    client.get(page + tail)
    assert list(spool.iterdir()) == []
    assert client.get(f"{page}returns").status_code == 404
