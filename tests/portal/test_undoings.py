"""The pages of undoing a batch: the clerk asks, the centre agrees, both see what came of it; and the page of the proof."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from django.urls import reverse

from chengxin.records.proof import run_proof
from chengxin.records.undoing import carry_out_undoings
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import LI_NA, WANG_WEI
from tests.portal.conftest import LogIn
from tests.records.conftest import superuser  # noqa: F401  # a fixture
from tests.records.test_ingest import take

LIST, PROOF = reverse("portal:undoings"), reverse("portal:proof")


def test_the_clerk_asks_the_centre_agrees_and_both_see_what_came_of_it(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2, LI_NA)]), now)
    take(register, write_csv(tmp_path / "b.csv", [penalty(today, 1, CF_NR_FK="3")]), now)
    register.become("app")
    clerk, centre = log_in("clerk"), log_in("officer")
    receipt = clerk.get(reverse("portal:batch", args=[batch.token])).content.decode()
    address = reverse("portal:undo", args=[batch.token])
    assert address in receipt
    assert "恢复为更新以前的内容" in clerk.get(address).content.decode()
    assert clerk.post(address, {"ground": ""}).status_code == 422
    assert clerk.post(address, {"ground": f"号码 {WANG_WEI.code}"}).status_code == 422
    page = clerk.post(address, {"ground": "误传了上一年度的文件"}, follow=True).content.decode()
    assert "等待信用中心复核" in page
    again = clerk.post(address, {"ground": "再来一次"})
    assert (again.status_code, "已经申请撤回" in again.content.decode()) == (409, True)
    number = register.rows("SELECT id FROM records_undoing")[0][0]
    one = reverse("portal:undoing", args=[number])
    assert "同意撤回" not in clerk.get(one).content.decode()
    opened = centre.get(one).content.decode()
    assert "新增 2 条" in opened
    assert "同意撤回" in opened
    assert clerk.post(reverse("portal:agree-undoing", args=[number]), {"agreed": "yes"}).status_code in {302, 403}
    done = centre.post(reverse("portal:agree-undoing", args=[number]), {"agreed": "yes"}, follow=True)
    assert "已同意，正在撤回" in done.content.decode()
    assert register.rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%carry_out_undoings'") == [
        (1,)
    ]
    register.become("intake")
    assert carry_out_undoings(at=now) == 1
    register.become("app")
    for client in (clerk, centre):
        page = client.get(one).content.decode()
        assert "撤回 1 条，恢复为先前内容 0 条，未动 1 条" in page
        assert "原第 2 行" in page
        assert "已撤回" in client.get(LIST).content.decode()
    assert WANG_WEI.code not in page
    assert WANG_WEI.name not in page
    acts = register.rows("SELECT act, note FROM ground_action WHERE act LIKE 'intake%%' ORDER BY id")
    assert [act for act, _ in acts] == ["intake.undo", "intake.agree_undo", "intake.undone"]


def test_another_providers_undoing_isnt_there(register: Register, log_in: LogIn) -> None:
    assert log_in("clerk").get(reverse("portal:undoing", args=[4711])).status_code == 404


def test_a_break_of_the_proof_is_told_on_the_page(
    register: Register,
    log_in: LogIn,
    tmp_path: Path,
    today: date,
    now: datetime,
    superuser: Callable[..., None],  # noqa: F811  # the fixture imported above
) -> None:
    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1)]), now)
    run_proof(at=now)
    register.become("app")
    centre = log_in("officer")
    assert "无误" in centre.get(PROOF).content.decode()
    superuser("UPDATE records_version SET shown_until = shown_until + 1")
    register.become("intake")
    run_proof(at=now)
    register.become("app")
    page = centre.get(PROOF).content.decode()
    assert "最近一次核验有 1 处对不上" in page
    assert f"批次序号 {batch.pk}" in page
    assert log_in("clerk").get(PROOF).status_code == 403
