"""The review of use on screens: from the signal to its closure, the organisation's answer, and a suspension by two."""

import re
from datetime import datetime

import pytest
from django.test import Client

from tests.conftest import Register
from tests.duties import enrol
from tests.oversight.test_reviewing import inquiry, night
from tests.people import WANG_WEI
from tests.portal.conftest import LogIn
from tests.reviewing import OF_CENTRE, REVIEWER, SECOND, settle_reviewers, subject_of

LIST = "/desk/review/"


@pytest.fixture
def reviewing(register: Register, now: datetime) -> Register:
    enrol(register, "XK-SC-01", at=now)
    settle_reviewers(register)
    night(register, now, subject_id=subject_of(register, WANG_WEI.born))
    return register


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_an_inquiry_goes_its_way_on_screens(reviewing: Register, log_in: LogIn) -> None:
    reviewer, clerk = log_in(REVIEWER), log_in("clerk")
    page = f"{LIST}{inquiry(reviewing)}/"
    assert f'href="{page}"' in text(reviewer, LIST)
    assert "待办的审查" in text(reviewer, "/desk/")
    seen = text(reviewer, page)
    assert "3 次在工作时间" in seen
    assert "第 1 人" in seen
    assert WANG_WEI.name not in seen
    assert reviewer.post(f"{page}ask", {"words": ""}).status_code == 422
    assert reviewer.post(f"{page}ask", {"words": f"为什么查 {WANG_WEI.code}"}).status_code == 422
    assert reviewer.post(f"{page}ask", {"words": "请说明事由"}).status_code == 302
    refused = reviewer.post(f"{page}close", {"finding": "misuse", "reason": "x"})
    assert refused.status_code == 422
    assert "须先要求单位说明" in refused.content.decode()
    assert "待答复的审查询问" in text(clerk, "/desk/")
    found = re.search(r"/desk/explanations/\d+/", text(clerk, "/desk/explanations/"))
    assert found
    own = found[0]
    assert "请说明事由" in text(clerk, own)
    assert log_in("examiner").post(f"{own}answer", {"words": "值班"}).status_code == 403
    assert clerk.post(f"{own}answer", {"words": ""}).status_code == 422
    assert clerk.post(f"{own}answer", {"words": "当晚无值班"}).status_code == 302
    assert "待写结论的审查" in text(reviewer, "/desk/")
    assert reviewer.post(f"{page}close", {"finding": ""}).status_code == 422
    assert reviewer.post(f"{page}close", {"finding": "misuse", "reason": "无案件"}).status_code == 302
    assert "违规查询" in text(reviewer, page)
    assert "违规查询" in text(reviewer, "/desk/registers/inquiries/?state=closed")
    told = reviewer.get("/desk/registers/inquiries/file.csv")
    assert "工作时间以外" in b"".join(told.streaming_content).decode()  # type: ignore[attr-defined]
    assert "已答复" in text(clerk, "/desk/registers/explanations/")


def test_a_suspension_takes_two_on_screens(reviewing: Register, log_in: LogIn) -> None:
    first, second = log_in(REVIEWER), log_in(SECOND)
    ((officer,),) = reviewing.rows("SELECT id FROM identity_user WHERE login = 'examiner'")
    page = f"{LIST}{inquiry(reviewing)}/"
    assert first.post(f"{page}suspend", {"target": "officer:1", "why": "x"}).status_code == 422
    made = first.post(f"{page}suspend", {"target": f"officer:{officer}", "why": "夜间查询"})
    own = made.headers["Location"]
    assert "须另一名审查员同意" in text(first, own)
    assert log_in("examiner").get("/desk/lookup/").status_code == 200
    assert "待第二次签字的暂停" in text(second, "/desk/")
    assert first.post(f"{own}agree").status_code == 409
    assert second.post(f"{own}agree").status_code == 302
    assert log_in("examiner").get("/desk/lookup/").status_code == 403
    assert second.post(f"{own}propose_end", {"reason": ""}).status_code == 422
    assert second.post(f"{own}propose_end", {"reason": "已培训"}).status_code == 302
    assert first.post(f"{own}end").status_code == 302
    assert log_in("examiner").get("/desk/lookup/").status_code == 200
    assert "已解除" in text(second, "/desk/suspensions/")
    assert second.post(f"{own}anything").status_code == 404


def test_who_has_nothing_to_do_with_it_gets_nowhere(reviewing: Register, log_in: LogIn) -> None:
    page = f"{LIST}{inquiry(reviewing)}/"
    for login in ("officer", "approver", "clerk"):
        assert log_in(login).get(page).status_code == 403
        assert log_in(login).get("/desk/suspensions/").status_code == 403
    assert log_in(REVIEWER).get("/desk/lookup/").status_code == 403
    assert log_in(REVIEWER).get("/desk/explanations/").status_code == 403
    assert log_in(OF_CENTRE).get(page).status_code == 200
    assert log_in(REVIEWER).get(f"{LIST}999/").status_code == 404
