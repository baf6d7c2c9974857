"""The person's own page, page by page: what stands there, what a wrong form is told, and that it opens to nobody else."""

import csv
import io
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.standing import PROVED
from chengxin.lib.periods import SHANGHAI
from chengxin.sharing.entries import PAGE, answer_by
from chengxin.sharing.own import check_report
from tests.conftest import Register
from tests.penalties import penalty, write_csv
from tests.people import CENTRE, LI_NA, NAMESAKE, WANG_WEI
from tests.portal.conftest import LogIn, log_in  # noqa: F401  # a fixture
from tests.portal.test_delegations import application, first_number, pair, window  # noqa: F401  # two officers of the centre
from tests.portal.test_persons import own_page
from tests.records.test_ingest import take
from tests.sharing.test_entries import looked
from tests.sharing.test_own import over

FILE, ENTRIES, QUESTIONS, DETAILS, DELEGATIONS, REPORTS = (
    reverse(f"person-{name}") for name in ("file", "entries", "questions", "details", "delegations", "reports")
)
RECORD = re.compile(r'href="(/me/file/[^"]+/)"')


@pytest.fixture
def held(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    rows = [penalty(today, 1), over(today, 2), penalty(today, 3, LI_NA)]
    take(register, write_csv(tmp_path / "a.csv", rows), now - timedelta(minutes=5))
    register.become("app")
    return register


def wang() -> Client:
    return own_page(WANG_WEI.code, "王伟")


def test_the_file_sets_apart_what_nobody_sees_and_says_when_it_goes(held: Register, today: date) -> None:
    page = wang().get(FILE).content.decode()
    shown, _, apart = page.partition("还留存、但任何人都看不到的（1 条）")
    assert "行政管理信息（1 条）" in shown
    assert "并市监罚〔2026〕1号" in shown
    assert "展示到 " in shown
    assert "起可以申请修复" in shown
    assert "并市监罚〔2026〕2号" in apart
    assert "展示期已满，任何人查询都看不到。" in apart
    assert "从本系统删除" in apart
    assert "并市监罚〔2026〕3号" not in page
    assert WANG_WEI.code not in page


def test_a_person_without_records_reads_that_this_means_nothing(register: Register) -> None:
    page = own_page(LI_NA.code, "李娜").get(FILE).content.decode()
    assert "没有可以给别人看的记录" in page
    assert "没有到期删除过的记录" in page


def test_a_record_opens_under_a_name_of_this_session_alone(held: Register) -> None:
    client = wang()
    address, *_ = RECORD.findall(client.get(FILE).content.decode())
    page = client.get(address).content.decode()
    assert "变更经过" in page
    assert "首次收录" in page
    assert "行政处罚决定书文号" in page
    assert WANG_WEI.code not in address
    for other in (own_page(LI_NA.code, "李娜"), wang()):  # somebody else, and the same person in another session
        other.get(FILE)
        assert other.get(address).status_code == 404
    assert Client().get(address).status_code == 302
    name = address.split("/")[3]
    altered = name[:20] + ("A" if name[20] != "A" else "B") + name[21:]
    for wrong in ("x", "%E4%BA%BA", "AAAA", altered):
        assert client.get(f"/me/file/{wrong}/").status_code == 404


def test_entries_are_filtered_paged_and_downloaded(held: Register, now: datetime, today: date) -> None:
    for place in range(PAGE + 2):
        looked(now - timedelta(minutes=place))
    looked(now - timedelta(days=30), purpose="JH-JC")
    client = wang()
    page = client.get(ENTRIES).content.decode()
    assert page.count("<article") == PAGE
    older = re.search(r'href="\?(before=[^"]+)"', page)
    assert older is not None
    assert client.get(f"{ENTRIES}?{older[1]}").content.decode().count("<article") == 3
    narrowed = client.get(ENTRIES, {"purpose": "JH-JC"}).content.decode()
    assert narrowed.count("<article") == 1
    assert "已按您的条件筛选，本页 1 次" in narrowed
    assert '<details class="card"><summary' in narrowed  # the list stands on the first screen, not under the form
    assert "没有符合条件的查询" in client.get(ENTRIES, {"first": str(today + timedelta(days=9))}).content.decode()
    told = {"last": str(today - timedelta(days=20))}
    assert client.get(ENTRIES, told).content.decode().count("<article") == 1
    table = client.get(reverse("person-entries-csv"), told)
    assert table.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["时间", rows[1][0]]
    assert rows[1][1] == "测试信用中心"
    listed = json.loads(client.get(reverse("person-entries-json")).content)["entries"]
    assert len(listed) == PAGE + 3
    assert listed[0]["purpose"] == "异议处理"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"first": "2026-13-01"}, "请按 2026-03-05 的样子填写日期"),
        ({"first": "2026-03-02", "last": "2026-03-01"}, "结束的日子早于开始的日子"),
        ({"organisation": "nobody"}, "没有这一项"),
    ],
)
def test_a_wrong_filter_says_how_to_mend_it(register: Register, asked: dict[str, str], words: str) -> None:
    client = wang()
    answer = client.get(ENTRIES, asked)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert client.get(reverse("person-entries-csv"), asked).status_code == 404


def test_a_question_goes_to_the_desk_and_its_answer_comes_back(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    now: datetime,
) -> None:
    entry, client = looked(now, code=CENTRE), wang()
    ask = reverse("person-ask", args=[entry])
    assert ask in client.get(ENTRIES).content.decode()
    page = client.get(ask).content.decode()
    assert "测试信用中心" in page  # which of them is asked about, and by when it is answered
    assert f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" in page
    assert "异议处理" in page
    assert f"须在 {answer_by(now).day} 前答复" in page
    assert own_page(LI_NA.code, "李娜").get(ask).status_code == 404
    assert "请写明您想问什么" in client.post(ask, {"words": " "}).content.decode()
    assert "这里不能写身份证件号码" in client.post(ask, {"words": f"我是{WANG_WEI.code}"}).content.decode()
    assert "等待答复" in client.post(ask, {"words": "我没有办过这件事"}, follow=True).content.decode()
    assert client.post(ask, {"words": "再问"}).status_code == 409
    assert own_page(LI_NA.code, "李娜").post(ask, {"words": "这是谁？"}).status_code == 404
    desk = log_in("officer")
    page = desk.get(reverse("portal:access-questions")).content.decode()
    assert "我没有办过这件事" in page
    assert WANG_WEI.name not in page.partition("<main")[2]
    answer = re.search(r'action="(/desk/access-questions/\d+/answer)"', page)
    assert answer is not None
    assert log_in("clerk").post(answer[1], {"words": "不是我们"}).status_code == 404
    assert "请写明答复" in desk.post(answer[1], {"words": ""}).content.decode()
    assert "已答复" in desk.post(answer[1], {"words": "因办理异议查询"}, follow=True).content.decode()
    page = client.get(QUESTIONS).content.decode()
    assert "因办理异议查询" in page
    assert '<span class="tag tag-blue">新</span>' in page
    assert '<span class="tag tag-blue">新</span>' not in client.get(QUESTIONS).content.decode()
    assert "有了答复" in client.get(reverse("person-home")).content.decode()
    assert "已提问，看答复" in client.get(ENTRIES).content.decode()


def test_an_overdue_question_is_marked_on_both_sides(
    register: Register,
    log_in: LogIn,  # noqa: F811  # the fixture imported above
    now: datetime,
) -> None:
    client = wang()
    client.post(reverse("person-ask", args=[looked(now)]), {"words": "为什么？"})
    with register.connect("owner") as owner:
        owner.execute("ALTER TABLE sharing_question DISABLE TRIGGER question_guarded")
        owner.execute("UPDATE sharing_question SET due_on = current_date - 2")
    assert "逾期未答复" in client.get(QUESTIONS).content.decode()
    assert "逾期" in log_in("officer").get(reverse("portal:access-questions")).content.decode()


def test_the_code_is_masked_until_asked_for_with_a_fresh_proof(register: Register) -> None:
    client = wang()
    page = client.get(DETAILS).content.decode()
    assert "王伟" in page
    assert WANG_WEI.code not in page
    assert "户籍所在地的公安派出所" in page
    assert WANG_WEI.code in client.post(DETAILS).content.decode()
    session = client.session
    session[PROVED] = timezone.now().timestamp() - 3600
    session.save()
    answer = client.post(DETAILS)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("person-login"))


def test_a_power_of_attorney_ends_at_the_persons_word(
    register: Register,
    window: tuple[Client, Client],  # noqa: F811  # the fixture imported above
    today: date,
) -> None:
    first, second = window
    first.post(reverse("portal:delegations"), application(today, **pair(WANG_WEI, LI_NA), kind="agent"))
    number = first_number(second.get(reverse("portal:delegations")).content.decode())
    second.post(reverse("portal:delegation", args=[number]), pair(WANG_WEI, LI_NA))
    client, agent = wang(), own_page(LI_NA.code, "李娜")
    assert "李娜 替我办理" in client.get(DELEGATIONS).content.decode()
    assert "我替 王伟 办理" in agent.get(DELEGATIONS).content.decode()
    end = reverse("person-end-delegation", args=[number])
    assert "请写明终止的理由" in client.post(end, {"reason": ""}).content.decode()
    stranger = own_page(NAMESAKE.code, "王伟")
    assert "没有登记任何代理" in stranger.get(DELEGATIONS).content.decode()
    assert stranger.post(end, {"reason": "不是我的"}).status_code == 422
    assert "已终止" in client.post(end, {"reason": "事情办完了"}, follow=True).content.decode()
    assert client.post(end, {"reason": "再来一次"}).status_code == 422
    assert register.rows("SELECT ended_by_id, end_reason FROM identity_delegation") == [(None, "事情办完了")]


def test_a_report_comes_as_pdf_and_json_and_is_taken_back(held: Register) -> None:
    client = wang()
    pdf = client.post(reverse("person-report-pdf"))
    assert pdf.content.startswith(b"%PDF")
    content = json.loads(client.post(reverse("person-report-json")).content)
    assert [record["document"] for record in content["records"]] == ["并市监罚〔2026〕1号"]
    number, code = content["number"], content["check_code"]
    checked = check_report(number, code)
    assert checked is not None
    assert checked.state == "valid"
    page = client.get(REPORTS).content.decode()
    assert "已被新的报告替代" in page
    withdraw = reverse("person-withdraw-report", args=[number])
    assert own_page(LI_NA.code, "李娜").post(withdraw).status_code == 404
    assert "已作废" in client.post(withdraw, follow=True).content.decode()
    assert client.post(withdraw).status_code == 404


def test_a_certificate_is_made_out_of_chosen_fields(held: Register) -> None:
    client, address = wang(), reverse("person-certificate")
    page = client.get(address).content.decode()
    assert "行政处罚信息（自然人）" in page
    wrong = client.post(address, {"months": "1"})
    assert wrong.status_code == 422
    assert "请选择用途" in wrong.content.decode()
    assert "请至少选择一个领域" in wrong.content.decode()
    told = {"purpose": "QZ", "covers": ["CF-ZRR", "RY-BZ"], "months": "1"}
    assert client.post(address, {**told, "covers": ["NOWHERE"]}).status_code == 422
    assert client.post(address, {**told, "months": "99"}).status_code == 422
    assert client.post(address, {**told, "format": "pdf"}).content.startswith(b"%PDF")
    content = json.loads(client.post(address, {**told, "format": "json"}).content)
    assert [len(field["records"]) for field in content["fields"]] == [1, 0]
    page = client.get(REPORTS).content.decode()
    assert page.count("专项信用报告，用于求职、录用") == 2
    assert "还没有人核对过" in page
    check_report(content["number"], content["check_code"])
    assert "被核对过 1 次" in client.get(REPORTS).content.decode()


def test_pages_of_a_person_are_kept_by_nobody(held: Register) -> None:
    client = wang()
    for address in (FILE, ENTRIES, QUESTIONS, DETAILS, DELEGATIONS, REPORTS):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), address


def test_a_demos_person_is_there_in_a_demo_alone(register: Register, settings: Any) -> None:
    place = reverse("person-demo", args=[1])
    assert Client().post(place).status_code == 404
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_house SET demo = true")
        owner.execute(
            "INSERT INTO identity_demo_person (id, subject_id, label) SELECT 1, min(subject_id), 'x'"
            " FROM identity_person WHERE died IS NULL AND minor_rank <= identity_rank"
        )
    settings.DEMO = True
    client = Client()
    assert "演示·本人1" in client.get(reverse("portal:start")).content.decode()
    assert client.post(place).headers["Location"] == reverse("person-home")
    assert client.get(FILE).status_code == 200
    assert client.post(reverse("person-demo", args=[2])).status_code == 404
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_house SET demo = false")
    assert Client().post(place).status_code == 404
