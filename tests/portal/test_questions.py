"""The page on which a provider answers for its rows in question."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.records.retrying import retry_waiting
from chengxin.records.services import process_batch
from tests.conftest import Register
from tests.penalties import csv_text, penalty
from tests.people import LI_NA, WANG_WEI
from tests.portal.conftest import LogIn
from tests.portal.test_uploads import UPLOAD, batches, form

HUGE: dict[str, Any] = {"CF_NR_FK": "30", "CF_NR": "罚款三十万元"}


@pytest.fixture
def page(register: Register, log_in: LogIn, spool: Path, today: date, now: Any) -> tuple[Client, str]:
    """Hand in a sound row and two in question."""
    client = log_in("clerk")
    rows = [penalty(today), penalty(today, 2, LI_NA, **HUGE), penalty(today, 3, **HUGE)]
    address = client.post(UPLOAD, form(csv_text(rows).encode())).headers["Location"]
    register.become("intake")
    process_batch(batches(register)[0][0], at=now)
    register.become("app")
    return client, address


def asked(register: Register) -> list[int]:
    query = "SELECT id FROM records_finding WHERE digest IS NOT NULL ORDER BY row_number"
    return [number for (number,) in register.rows(query)]


def test_the_receipt_leads_to_the_questions(page: tuple[Client, str]) -> None:
    client, address = page
    assert f"{address}questions/" in client.get(address).content.decode()
    told = client.get(f"{address}questions/").content.decode()
    assert "第 3 行核对无误" in told
    assert "第 4 行核对无误" in told
    assert "写错的后果：" in told
    assert WANG_WEI.name not in told + client.get(f"{address}findings/").content.decode()


def test_a_row_held_to_is_taken_up_and_the_other_waits_on(
    register: Register, page: tuple[Client, str], today: date, now: Any
) -> None:
    client, address = page
    first, _ = asked(register)
    answer = client.post(
        f"{address}questions/",
        {"rows": [first], "reason": "已与决定书核对", "last_day": str(today + timedelta(days=9))},
        follow=True,
    )
    told = answer.content.decode()
    assert "已保留 1 行" in told
    assert "已与决定书核对" in told
    assert register.rows("SELECT until FROM records_waiver") == [(today + timedelta(days=10),)]
    assert register.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%take_up_waiting'") == [(1,)]
    register.become("intake")
    assert retry_waiting(at=now) == 1
    assert register.rows("SELECT row_number FROM records_waiting") == [(4,)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"reason": ""}, "请写明理由", id="no-reason"),
        pytest.param({"rows": []}, "请勾选核对无误的行", id="nothing-chosen"),
        pytest.param({"rows": ["999999999"]}, "核对无误的行", id="another-row"),
        pytest.param({"last_day": "2020-01-01"}, "截止日应在今天以后", id="over"),
        pytest.param({"last_day": "2099-01-01"}, "超过了最长期限", id="too-long"),
        pytest.param({"reason": WANG_WEI.code}, "不能写身份证件号码", id="identity-code"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_waived(
    register: Register, page: tuple[Client, str], today: date, values: dict[str, Any], said: str
) -> None:
    client, address = page
    sound = {"rows": asked(register), "reason": "已与决定书核对", "last_day": str(today + timedelta(days=9))}
    answer = client.post(f"{address}questions/", sound | values)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert register.rows("SELECT count(*) FROM records_waiver") == [(0,)]


def test_a_waiver_is_taken_back_on_its_page(
    register: Register, page: tuple[Client, str], log_in: LogIn, today: date
) -> None:
    client, address = page
    first, second = asked(register)
    client.post(
        f"{address}questions/",
        {"rows": [first, second], "reason": "已与决定书核对", "last_day": str(today + timedelta(days=9))},
    )
    (one,), (two,) = register.rows("SELECT id FROM records_waiver ORDER BY id")
    here = reverse("portal:waiver", args=[one])
    assert here in client.get(f"{address}questions/").content.decode()
    listed = client.get(reverse("portal:waivers")).content.decode()
    assert "已与决定书核对" in listed
    assert WANG_WEI.name not in listed
    end = reverse("portal:end-waiver", args=[one])
    assert end in client.get(here).content.decode()
    empty = client.post(end, {"reason": ""})
    assert (empty.status_code, "请写明收回的理由" in empty.content.decode()) == (422, True)
    told = client.post(end, {"reason": "复核后罚款应为三万元"}, follow=True).content.decode()
    assert "已收回" in told
    assert "复核后罚款应为三万元" in told
    assert end not in told
    assert "第 3 行核对无误" in client.get(f"{address}questions/").content.decode()
    twice = client.post(end, {"reason": "再来一次"})
    assert (twice.status_code, "已经收回" in twice.content.decode()) == (422, True)
    centre, there = log_in("officer"), reverse("portal:waiver", args=[two])
    overrule = reverse("portal:overrule-waiver", args=[two])
    assert overrule in centre.get(there).content.decode()
    assert "已收回" in centre.post(overrule, {"reason": "与决定书不符"}, follow=True).content.decode()


def test_nobody_else_opens_the_page(register: Register, page: tuple[Client, str], log_in: LogIn) -> None:
    _, address = page
    for login in ("officer", "verifier"):
        assert log_in(login).get(f"{address}questions/").status_code in {403, 404}
