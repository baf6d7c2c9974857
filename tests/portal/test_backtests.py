"""The page of trials: the centre asks, follows and sees numbers; nobody else gets in."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from chengxin.records.backtest_runs import carry_on
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import WANG_WEI
from tests.portal.conftest import LogIn
from tests.records.test_ingest import take

LIST, NEW = reverse("portal:backtests"), reverse("portal:backtest-new")
SOUND = {"choice": "2026.3/fine-out-of-range", "item": "CF-ZRR", "since": "2026-09-15", "case": "校核〔2026〕3号"}


def test_the_centre_asks_follows_and_sees_numbers(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    before = datetime(2026, 10, 12, 4, tzinfo=now.tzinfo)
    take(register, write_csv(tmp_path / "a.csv", [penalty(date(2026, 9, 30), 1, CF_NR_FK="30")]), before)
    register.become("app")
    centre = log_in("officer")
    assert NEW in centre.get(LIST).content.decode()
    assert "fine-out-of-range（存疑）" in centre.get(NEW).content.decode()
    made = centre.post(NEW, {**SOUND, "until": str(today)})
    assert made.status_code == 302
    here = made.headers["Location"]
    waiting = centre.get(here).content.decode()
    assert "等待开始" in waiting
    part = reverse("portal:backtest-progress", args=[int(here.split("/")[-2])])
    assert part in waiting
    assert "HX-Refresh" not in centre.get(part).headers
    assert register.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%carry_on_backtests'") == [
        (1,)
    ]
    register.become("intake")
    while carry_on(at=now):
        pass
    register.become("app")
    assert centre.get(part).headers["HX-Refresh"] == "true"
    told = centre.get(here).content.decode()
    for word in ("已完成", "会存疑 <strong>1</strong> 条，共 1 条", "2026年10月", "校核〔2026〕3号"):
        assert word in told
    assert WANG_WEI.name not in told
    assert WANG_WEI.code not in told
    assert "会存疑 <strong>1</strong> 条" in centre.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param({"case": ""}, "请填写事项编号", id="no-case"),
        pytest.param({"choice": ""}, "请选择规则", id="no-check"),
        pytest.param({"item": "RY-BZ"}, "有效的选项", id="another-item"),
        pytest.param({"until": "2099-01-01"}, "今天以后", id="to-come"),
        pytest.param({"since": "昨天"}, "日期应写成", id="no-day"),
        pytest.param({"case": WANG_WEI.code}, "不能写身份证件号码", id="identity-code"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_entered(
    register: Register, log_in: LogIn, today: date, values: dict[str, Any], said: str
) -> None:
    answer = log_in("officer").post(NEW, {**SOUND, "until": str(today), **values})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert register.rows("SELECT count(*) FROM records_backtest") == [(0,)]


def test_what_isnt_there_is_told_so(register: Register, log_in: LogIn) -> None:
    assert log_in("officer").get(reverse("portal:backtest", args=[987654])).status_code == 404
    assert log_in("clerk").get(LIST).status_code == 403
