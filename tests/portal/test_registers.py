"""The registers of the desk: filtered, read page by page, kept as views, taken as files, each by whoever may do its acts."""

import csv
import io
import re
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from chengxin.demo.officers import settle_demo_officer
from chengxin.identity.registers import PAGE
from chengxin.identity.standing import PROVED
from chengxin.portal.desk.register_table import REGISTERS
from chengxin.portal.desk.registers import harmless
from tests.conftest import Register
from tests.identity.verifying import officer
from tests.penalties import penalty, write_csv
from tests.people import CLERK, UNKNOWN, WANG_WEI
from tests.portal.conftest import LogIn
from tests.portal.test_waits import NEXT, listed
from tests.records.test_adjudication import written
from tests.records.test_ingest import take

INDEX = reverse("portal:registers")
CASES, BATCHES = reverse("portal:register", args=["cases"]), reverse("portal:register", args=["batches"])
OFFICERS = [
    "authorisations",
    "enrolments",
    "query-batches",
    "delegations",
    "visits",
    "transfers",
    "cases",
    "undoings",
    "waivers",
    "recalls",
    "late-recalls",
    "drafts",
    "work",
    "faults",
    "acts",
    "questions",
    "feedback",
    "erasures",
    "explanations",
]
CLERKS = ["batches", "months", "acts", "undoings", "waivers", "drafts", "questions", "erasures", "explanations"]


def text_of(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode("utf-8-sig")


@pytest.mark.parametrize(("login", "own"), [("officer", OFFICERS), ("clerk", CLERKS)])
def test_each_sees_the_registers_of_their_acts_and_no_other(
    busy: Register, log_in: LogIn, login: str, own: list[str]
) -> None:
    client = log_in(login)
    page = client.get(INDEX).content.decode()
    offered = set(re.findall(r'href="/desk/registers/([a-z-]+)/"', page))
    assert offered == {*own, *(["findings"] if login == "clerk" else [])}
    for code in REGISTERS:
        answer = client.get(reverse("portal:register", args=[code]))
        assert answer.status_code == (200 if code in offered else 403), code
        assert WANG_WEI.code not in answer.content.decode()
        assert WANG_WEI.name not in answer.content.decode()
        taken = client.get(reverse("portal:register-file", args=[code]))
        assert taken.status_code in ({200, 422} if code in offered else {403}), code
    assert client.get(reverse("portal:register", args=["nothing"])).status_code == 404


def test_a_verifier_has_questions_and_explanations_alone(log_in: LogIn) -> None:
    page = log_in("verifier").get(INDEX).content.decode()
    assert set(re.findall(r'href="/desk/registers/([a-z]+)/"', page)) == {"questions", "explanations"}


def test_filters_hold_while_paging(
    register: Register, log_in: LogIn, tmp_path: Path, today: date, now: datetime
) -> None:
    rows = [penalty(today, place, WANG_WEI, **written(UNKNOWN.code, UNKNOWN.name)) for place in range(PAGE + 5)]
    take(register, write_csv(tmp_path / "a.csv", rows), now)
    register.become("app")
    client = log_in("officer")
    page = client.get(f"{CASES}?state=open&item=CF-ZRR").content.decode()
    further = NEXT.search(page)
    assert further is not None
    assert unescape(further[1]).startswith("?state=open&item=CF-ZRR&after=")
    assert listed(client, f"{CASES}?state=open&item=CF-ZRR") == PAGE + 5
    assert listed(client, f"{CASES}?state=second") == 0
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert listed(client, f"{CASES}?from={tomorrow}") == 0
    assert listed(client, f"{CASES}?from={today}&until={today}") == PAGE + 5
    assert listed(client, f"{CASES}?after={1 << 62}") == 0
    for wrong in ("state=gone", "item=NONE", "from=yesterday"):
        answer = client.get(f"{CASES}?{wrong}")
        assert answer.status_code == 422
        assert '<th scope="row"' not in answer.content.decode()
    assert client.get(f"{CASES}?after=²").status_code == 200


def test_a_provider_sees_its_own_batches_alone(busy: Register, log_in: LogIn) -> None:
    assert listed(log_in("clerk"), BATCHES) == 3
    busy.become("owner")
    elsewhere = {**CLERK, "login": "elsewhere", "organisation": officer("verifier").organisation}
    settle_demo_officer(**elsewhere, password="a-test-password")
    busy.become("app")
    assert listed(log_in("elsewhere"), BATCHES) == 0


def test_findings_are_a_batchs(busy: Register, log_in: LogIn) -> None:
    client, address = log_in("clerk"), reverse("portal:register", args=["findings"])
    ((token,),) = busy.rows("SELECT token FROM records_batch ORDER BY id DESC LIMIT 1")
    assert "请先选一个批次" in client.get(f"{address}?severity=refuse").content.decode()
    page = client.get(f"{address}?batch={token}&severity=refuse").content.decode()
    assert page.count('<th scope="row"') == 1
    assert "请" in page


def test_a_register_is_taken_as_a_file_and_that_is_noted(busy: Register, log_in: LogIn, today: date) -> None:
    answer: Any = log_in("officer").get(
        f"{reverse('portal:register-file', args=['cases'])}?state=open&nonsense={WANG_WEI.code}"
    )
    assert b"".join(answer.streaming_content).startswith(b"\xef\xbb\xbf")
    lines = list(
        csv.reader(
            io.StringIO(text_of(log_in("officer").get(f"{reverse('portal:register-file', args=['cases'])}?state=open")))
        )
    )
    assert lines[0][0] == "编号"
    assert len(lines) == 2
    noted = busy.rows("SELECT actor, subject, note FROM ground_action WHERE act = 'registers.export'")
    assert noted == [("officer", "register:cases", "state=open")] * 2


@pytest.mark.parametrize("text", ["=1+1", "+86", "-5", "@x", " =1", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    assert [harmless(text) for text in ("", "第 1 号", "2026-03-05", "1,204")] == ["", "第 1 号", "2026-03-05", "1,204"]


def keep(client: Any, name: str, query: str = "state=open") -> Any:
    return client.post(reverse("portal:register-keep", args=["cases"]), {"name": name, "query": query}, follow=True)


def test_a_search_is_kept_opened_and_dropped_by_its_officer_alone(busy: Register, log_in: LogIn) -> None:
    mine, other = log_in("officer"), log_in("colleague")
    page = keep(mine, "本月待认定", f"state=open&hand=mine&after=5&name={WANG_WEI.code}").content.decode()
    assert "本月待认定" in page
    assert 'href="/desk/registers/cases/?state=open&amp;hand=mine"' in page
    assert "本月待认定" not in other.get(INDEX).content.decode()
    ((number,),) = busy.rows("SELECT id FROM identity_saved_view")
    other.post(reverse("portal:view-drop", args=[number]))
    assert busy.rows("SELECT count(*) FROM identity_saved_view") == [(1,)]
    assert "已有同名" in keep(mine, "本月待认定").content.decode()
    mine.post(reverse("portal:view-drop", args=[number]))
    assert busy.rows("SELECT count(*) FROM identity_saved_view") == [(0,)]


@pytest.mark.parametrize("name", ["", WANG_WEI.code, "1" * 15, "长" * 41])
def test_a_name_that_could_be_somebodys_code_is_refused(busy: Register, log_in: LogIn, name: str) -> None:
    assert keep(log_in("officer"), name).status_code == 422
    assert busy.rows("SELECT count(*) FROM identity_saved_view") == [(0,)]


def test_twenty_are_kept_at_most(busy: Register, log_in: LogIn) -> None:
    client = log_in("officer")
    for number in range(20):
        assert keep(client, f"第{number}个").status_code == 200
    assert "最多保存 20 个" in keep(client, "再一个").content.decode()


def test_what_shows_persons_work_asks_for_a_fresh_proof_and_leads_back(busy: Register, log_in: LogIn) -> None:
    client = log_in("officer")
    session = client.session
    session[PROVED] = 0
    session.save()
    answer = client.get(f"{reverse('portal:register', args=['transfers'])}?state=second")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_prove"))
    assert "state%3Dsecond" in answer.headers["Location"]


@pytest.mark.parametrize(
    ("login", "page", "code"),
    [
        ("officer", "cases", "cases"), ("officer", "undoings", "undoings"), ("officer", "waivers", "waivers"),
        ("officer", "recalls", "recalls"), ("officer", "access-questions", "questions"), ("officer", "persons", "transfers"),
        ("officer", "delegations", "delegations"), ("officer", "drafts", "drafts"), ("officer", "laws", "work"),
        ("officer", "proof", "faults"), ("officer", "feedback", "feedback"), ("officer", "acts", "acts"),
        ("clerk", "batches", "batches"), ("clerk", "months", "months"),
    ],
)  # fmt: skip
def test_where_work_is_done_leads_to_its_register(
    busy: Register, log_in: LogIn, login: str, page: str, code: str
) -> None:
    link = f'href="{reverse("portal:register", args=[code])}"'
    assert link in log_in(login).get(reverse(f"portal:{page}")).content.decode()


def test_a_page_leads_to_no_register_that_its_reader_may_not_see(busy: Register, log_in: LogIn) -> None:
    page = log_in("officer").get(reverse("portal:months"))
    assert page.status_code == 200
    assert reverse("portal:register", args=["months"]) not in page.content.decode()


def test_findings_lead_to_the_register_of_their_batch(busy: Register, log_in: LogIn) -> None:
    ((token,),) = busy.rows("SELECT token FROM records_batch ORDER BY id DESC LIMIT 1")
    page = log_in("clerk").get(reverse("portal:findings", args=[token])).content.decode()
    assert f'{reverse("portal:register", args=["findings"])}?batch={token}"' in page
