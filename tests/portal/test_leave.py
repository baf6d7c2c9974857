"""Asking for leave at the desk, and what was taken back: what an officer sees, and what they never do."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.identity.services.scans import take_in
from chengxin.identity.services.visits import serve
from chengxin.sharing.authorising.queries import find_own_authorisation
from chengxin.sharing.authorising.services import grant, withdraw
from tests import leave as lv
from tests.conftest import Register
from tests.leave import PENALTY, QUALIFICATION, ask, days_go_by, leave
from tests.lib.papers import scan_png
from tests.people import UNKNOWN, WANG_WEI, Someone
from tests.portal.conftest import LogIn
from tests.portal.test_delegations import window  # noqa: F401  # two officers of the centre
from tests.sharing.test_at_window import officer, party
from tests.sharing.test_own import oneself

LIST, BACK = reverse("portal:asked-for"), reverse("portal:call-backs")
ASK = reverse("portal:ask-leave", args=[lv.FULL])


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


def told(today: date, person: Someone = WANG_WEI, **changes: object) -> dict[str, object]:
    return {
        "items": [PENALTY, QUALIFICATION], "times": "once", "last": (today + timedelta(days=20)).isoformat(), "keep_days": "30",
        "reason": "办理您申请的住房贷款", "reference": "贷2026-118", "name": person.name, "code_type": "resident-id", "code": person.code,
        **changes,
    }  # fmt: skip


def test_a_request_is_made_and_followed_without_the_person(bank: Register, log_in: LogIn, today: date) -> None:
    client = log_in("banker")
    page = client.get(LIST).content.decode()
    assert "金融机构：经本人授权查阅信用信息" in page
    page = client.get(ASK).content.decode()
    assert "checked" not in page
    assert "90 天内只能请求一次" in page
    page = client.post(ASK, told(today), follow=True).content.decode()
    for words in ("已提交", "贷2026-118", "等待本人答复"):
        assert words in page
    for secret in (WANG_WEI.name, WANG_WEI.code):
        assert secret not in page


def test_known_and_unknown_look_alike(bank: Register, log_in: LogIn, today: date) -> None:
    client = log_in("banker")
    pages = [
        client.post(ASK, told(today, who, reference=f"贷{place}"), follow=True).content.decode()
        for place, who in enumerate((WANG_WEI, UNKNOWN))
    ]
    assert pages[0].count("等待本人答复") == 1
    assert pages[1].count("等待本人答复") == 2  # both, and nothing tells them apart
    assert "没有授权</span>" not in pages[1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"items": []}, "请至少选择一个信息项", id="nothing"),
        pytest.param({"items": ["ZH-BZ"]}, "没有这一项", id="beyond the duty"),
        pytest.param({"last": "2099-01-01"}, "期限须从明天起", id="too long"),
        pytest.param({"keep_days": "91"}, "最多允许保存 90 天", id="kept too long"),
        pytest.param({"reason": f"查 {WANG_WEI.code}"}, "这里不能写身份证件号码", id="a code in the reason"),
        pytest.param({"reference": ""}, "请填写业务编号", id="no reference"),
    ],
)
def test_a_wrong_request_says_what_to_mend_and_keeps_no_person(
    bank: Register,
    log_in: LogIn,
    today: date,
    changes: dict[str, object],
    words: str,
) -> None:
    answer = log_in("banker").post(ASK, told(today, WANG_WEI, **changes))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]


def test_a_duty_one_isnt_enrolled_for_isnt_there(bank: Register, log_in: LogIn) -> None:
    assert log_in("asker").get(ASK).status_code == 404
    assert log_in("clerk").get(LIST).status_code == 403


def test_what_was_taken_back_waits_is_acknowledged_and_leaves_the_queue(
    bank: Register,
    log_in: LogIn,
    today: date,
    now: datetime,
) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    withdraw(oneself(), number, at=now)
    client = log_in("banker")
    assert "本人收回了授权：停止使用" in client.get(reverse("portal:desk")).content.decode()
    page = client.get(BACK).content.decode()
    assert "不能再用的信息项：行政处罚信息（自然人）" in page
    ((event,),) = bank.rows("SELECT event_id FROM sharing_authorisation_recall")
    address = reverse("portal:acknowledge-call-back", args=[event])
    assert "请选择副本怎样处理了" in client.post(address, {"law": ""}).content.decode()
    assert "请写明依据的法律和条文" in client.post(address, {"copies": "kept-by-law", "law": ""}).content.decode()
    assert log_in("asker").post(address, {"copies": "erased", "law": ""}).status_code == 404
    page = client.post(address, {"copies": "erased", "law": ""}, follow=True).content.decode()
    assert "已确认，本人会收到消息" in page
    assert "本人收回了授权：停止使用" not in client.get(reverse("portal:desk")).content.decode()


def test_the_centre_sees_who_is_late_and_not_of_whom(
    bank: Register,
    log_in: LogIn,
    today: date,
    now: datetime,
) -> None:
    number = ask(now, leave(today))
    grant(oneself(), number, leave(today), at=now)
    withdraw(oneself(), number, at=now)
    days_go_by(bank, 60)
    centre = log_in("officer")
    assert "逾期没有确认的收回" in centre.get(reverse("portal:desk")).content.decode()
    page = centre.get(reverse("portal:register", args=["authorisations"]), {"late": "yes"}).content.decode()
    assert number in page
    assert "测试银行" in page
    for secret in (WANG_WEI.name, "贷2026-118", "住房贷款"):
        assert secret not in page
    for code in ("call-backs", "asked-for"):
        assert number in log_in("banker").get(reverse("portal:register", args=[code])).content.decode()


def test_at_the_window_one_enters_the_signed_paper_and_another_witnesses(
    bank: Register,
    window: tuple[Client, Client],  # noqa: F811  # the fixture imported above
    today: date,
    now: datetime,  # the fixture imported above
) -> None:
    number = ask(now, leave(today, PENALTY))
    visit = serve(party(WANG_WEI), None, actor=officer(), at=now)
    first, second = window
    of_visit, papers = reverse("portal:visit-leave", args=[visit]), reverse("portal:leave-papers")
    page = first.get(of_visit).content.decode()
    assert "还没有收下签字的授权书" in page
    enter = reverse("portal:visit-leave-enter", args=[visit, number])
    signed = {"items": [PENALTY], "times": "once", "last": (today + timedelta(days=20)).isoformat()}
    assert "请先在这次办理里扫描收下" in first.post(enter, signed).content.decode()
    take_in(officer(), visit, "leave", scan_png(), at=now)
    assert "checked" not in first.get(enter).content.decode()
    assert "请至少选择一项" in first.post(enter, {**signed, "items": []}).content.decode()
    assert "请同事看过签字的原件和来人" in first.post(enter, signed, follow=True).content.decode()
    assert "请另一名工作人员见证" in first.get(papers).content.decode()
    page = second.get(papers).content.decode()
    assert "我看过原件和来人，见证" in page
    for secret in (WANG_WEI.name, WANG_WEI.code):
        assert secret not in page
    ((paper,),) = bank.rows("SELECT id FROM sharing_authorisation_paper")
    address = reverse("portal:witness-leave", args=[paper])
    assert first.post(address).status_code == 404
    assert "已见证，立即生效" in second.post(address, follow=True).content.decode()
    assert find_own_authorisation(oneself(), number, today).state == "stands"
