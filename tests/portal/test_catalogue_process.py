"""The catalogue's process on its pages: a draft from the clerk's telephone to a published edition, and the public's part in it."""

import json
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.catalogue.laws import list_work
from chengxin.catalogue.models import Comment, Draft, DraftItem, Edition, LawEvent
from chengxin.portal.public import consultations
from chengxin.portal.public.consultations import CommentForm
from tests.catalogue.process import Process, adverse_item, positive_item, settle_cast
from tests.conftest import Register
from tests.faces import public_face
from tests.portal.conftest import LogIn


@pytest.fixture
def process(register: Register) -> Process:
    settle_cast(register)
    register.become("app")
    return Process(register)


@pytest.fixture(autouse=True)
def _no_count() -> Iterator[None]:
    consultations.flood.sent.clear()
    yield
    consultations.flood.sent.clear()


def token(age: float = 60) -> str:
    return signing.dumps([time.time() - age, ""], salt=CommentForm.salt)


def consulting(process: Process) -> Draft:
    draft = process.draft(adverse_item())
    for kind in ("submit", "review", "consult"):
        process.step(draft, kind)
    process.register.become("app")
    return draft


def test_a_new_item_from_first_page_to_submission(process: Process, log_in: LogIn) -> None:
    clerk = log_in("clerk")
    begun = clerk.post("/desk/catalogue/new", {"title": "公益捐赠"})
    page = begun["Location"]
    taken = clerk.post(f"{page}items/new", {"way": "new", "code": "SX-GY", "name": "公益捐赠信息"})
    item = taken["Location"]
    assert "没有法律依据" in clerk.get(item).content.decode()
    head = {
        "name": "公益捐赠信息", "name_en": "Donations", "item_class": "11", "nature": "positive", "behaviour": "自愿捐赠",
        "authority": "民政部门", "provider_kinds": ["department"], "disclosure": ["authorised_query"],
        "share_class": "conditional", "share_conditions": "本人同意", "cycle_value": "7", "cycle_unit": "working_day",
        "admission": "plain", "display_rule": "retention", "retention_rule": "honour",
    }  # fmt: skip
    assert clerk.post(item, head).status_code == 302
    field = {
        "code": "JE",
        "label": "金额",
        "type": "decimal",
        "required": "no",
        "sensitivity": "ordinary",
        "shown_to": ["self"],
    }
    assert clerk.post(f"{item}fields/new/", field).status_code == 302
    bases = {"collect": ["SXSHXYTL-27"], "purposes": ["BR-CX"]}
    assert clerk.post(f"{item}bases/", bases).status_code == 302
    assert "提交之前还要改" not in clerk.get(item).content.decode()
    answer = clerk.post(f"{page}submit", follow=True)
    assert "待审核" in answer.content.decode()
    assert [one["code"] for one in DraftItem.objects.get().definition["field"]][-1] == "JE"


def test_maximum_of_the_law_stands_by_each_rule(process: Process, log_in: LogIn) -> None:
    draft = process.draft(adverse_item())
    page = log_in("clerk").get(f"/desk/catalogue/{draft.pk}/items/SX-CF/").content.decode()
    assert "最长 5 年" in page
    assert "最长 36 个月" in page


def test_item_that_goes_beyond_the_law_is_told_at_once(process: Process, log_in: LogIn) -> None:
    draft = process.draft({**adverse_item(), "retention_rule": "honour"})
    clerk = log_in("clerk")
    assert "不得更长" in clerk.get(f"/desk/catalogue/{draft.pk}/items/SX-CF/").content.decode()
    assert clerk.post(f"/desk/catalogue/{draft.pk}/submit").status_code == 422


def test_table_of_fields_goes_out_and_comes_back(process: Process, log_in: LogIn) -> None:
    draft = process.draft(positive_item())
    clerk, item = log_in("clerk"), f"/desk/catalogue/{draft.pk}/items/SX-GY/"
    table = clerk.get(f"{item}fields.csv").content
    before = [one["code"] for one in DraftItem.objects.get().definition["field"]]
    changed = table.replace("姓名".encode(), "捐赠人姓名".encode(), 1)
    sent = clerk.post(f"{item}upload", {"draft_file": SimpleUploadedFile("table.csv", changed)})
    assert sent.status_code == 302
    definition = DraftItem.objects.get().definition
    assert [one["code"] for one in definition["field"]] == before
    assert definition["field"][0]["label"] == "捐赠人姓名"
    assert definition["roles"] == positive_item()["roles"]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "代码,名称,颜色\nA,甲,红\n", "颜色"),
        ("a.csv", "代码,名称,类型\nA,甲,图画\n", "第 2 行"),
        ("a.toml", "code = ", "TOML"),
        ("a.toml", 'code = "OTHER"\nfield = []\n', "OTHER"),
        ("a.xlsx", "not a workbook", "Excel"),
    ],
)
def test_file_that_cannot_be_read_says_where(
    process: Process, log_in: LogIn, name: str, content: str, told: str
) -> None:
    draft = process.draft(positive_item())
    file = SimpleUploadedFile(name, content.encode())
    answer = log_in("clerk").post(f"/desk/catalogue/{draft.pk}/items/SX-GY/upload", {"draft_file": file})
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_whole_item_comes_by_file(process: Process, log_in: LogIn) -> None:
    from chengxin.catalogue.files import SHIPPED

    with process.by("clerk"):
        pass
    clerk = log_in("clerk")
    page = clerk.post("/desk/catalogue/new", {"title": "志愿服务"})["Location"]
    clerk.post(f"{page}items/new", {"way": "change", "existing": "ZY-FW"})
    content = (
        (SHIPPED / "provincial" / "items" / "ZY-FW.toml")
        .read_bytes()
        .replace("志愿服务信息".encode(), "志愿服务记录".encode(), 1)
    )
    file = SimpleUploadedFile("ZY-FW.toml", content)
    assert clerk.post(f"{page}items/ZY-FW/upload", {"draft_file": file}).status_code == 302
    assert "志愿服务记录" in clerk.get(page).content.decode()


def test_review_approval_and_publication_on_their_pages(process: Process, log_in: LogIn) -> None:
    draft = process.draft(positive_item())
    process.step(draft, "submit")
    page = f"/desk/catalogue/{draft.pk}/"
    officer = log_in("officer")
    assert "与现行省补充目录的比较" in officer.get(page).content.decode()
    assert officer.post(f"{page}review").status_code == 302
    approver = log_in("approver")
    assert approver.post(f"{page}approve").status_code == 302
    told = {"code": "2026.2", "valid_from": process.today.isoformat()}
    published = officer.post(f"{page}publish", told, follow=True).content.decode()
    assert "目录 2026.2 已发布" in published
    assert '/catalogue/editions/2026.2/">查看第 2026.2 版' in published
    with public_face(process.register) as reader:
        assert "公益捐赠信息" in reader.get("/catalogue/").content.decode()
        assert "公益捐赠信息" in reader.get("/catalogue/editions/2026.2/").content.decode()


def test_step_out_of_turn_says_why_and_changes_nothing(process: Process, log_in: LogIn) -> None:
    draft = process.draft(positive_item())
    process.step(draft, "submit")
    answer = log_in("approver").post(f"/desk/catalogue/{draft.pk}/approve")
    assert answer.status_code == 409
    assert "现在不能办理" in answer.content.decode()


def test_anybody_comments_and_sees_it_with_its_answer(process: Process, log_in: LogIn) -> None:
    draft = consulting(process)
    page = f"/catalogue/consultations/{draft.pk}/"
    with public_face(process.register) as reader:
        assert "安全生产处罚补充信息" in reader.get(page).content.decode()
        answer = reader.post(page, {"text": "期限太长", "name": "", "opened": token()}, follow=True)
        assert answer.redirect_chain == [(f"{page}?taken=1", 302)]
        assert "意见已收到" in answer.content.decode()
        assert not answer.cookies
        assert "期限太长" not in reader.get(page).content.decode()
        assert "意见已收到" not in reader.get(page).content.decode()
    comment = Comment.objects.get()
    log_in("officer").post(f"/desk/catalogue/{draft.pk}/answer", {"comment": comment.pk, "answer": "按法定期限"})
    with public_face(process.register) as reader:
        shown = reader.get(page).content.decode()
    assert "期限太长" in shown
    assert "按法定期限" in shown


def test_a_draft_that_was_returned_isnt_shown_while_it_is_changed(process: Process) -> None:
    draft = consulting(process)
    page = f"/catalogue/consultations/{draft.pk}/"
    process.step(draft, "return", reason="改")
    with public_face(process.register) as reader:
        shown = reader.get(page).content.decode()
        refused = reader.post(page, {"text": "晚了", "opened": token()}).status_code
    assert "安全生产处罚补充信息" not in shown
    assert "原内容不再展示" in shown
    assert "提交意见" not in shown
    assert refused == 409


def test_a_draft_that_nobody_put_up_for_comments_has_no_page(process: Process) -> None:
    draft = process.draft(adverse_item())
    process.step(draft, "submit")
    with public_face(process.register) as reader:
        assert reader.get(f"/catalogue/consultations/{draft.pk}/").status_code == 404
        assert "补充目录草案" not in reader.get("/catalogue/consultations/").content.decode()


def test_comment_form_keeps_programs_and_identity_codes_out(process: Process) -> None:
    page = f"/catalogue/consultations/{consulting(process).pk}/"
    sent = [
        {"text": "太快", "opened": token(0)},
        {"text": "太久", "opened": token(60) + "x"},
        {"text": "我是 149999199001010018", "opened": token()},
        {"text": "", "opened": token()},
    ]
    with public_face(process.register) as reader:
        for told in sent:
            assert reader.post(page, told).status_code == 422
        assert reader.post(page, {"text": "广告", "opened": token(), "website": "x"}).status_code == 302
    assert not Comment.objects.exists()


def test_flood_from_one_address_is_kept_out(process: Process) -> None:
    page = f"/catalogue/consultations/{consulting(process).pk}/"
    with public_face(process.register) as reader:
        answers = [
            reader.post(page, {"text": f"意见 {n}", "opened": token()}).status_code
            for n in range(consultations.flood.an_hour + 1)
        ]
    assert answers == [302] * consultations.flood.an_hour + [409]


def test_edition_at_its_address_with_its_digest(process: Process) -> None:
    process.publish(process.approved(positive_item()), begins=process.today + timedelta(days=2))
    with public_face(process.register) as reader:
        for kind in ("json", "csv"):
            address = f"/catalogue/editions/2026.2/catalogue.{kind}"
            answer = reader.get(address)
            assert answer.status_code == 200
            assert reader.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
        told = json.loads(reader.get("/catalogue/editions/2026.2/catalogue.json").content)
        assert "SX-GY" in told["items"]
        assert reader.get("/catalogue/editions/none/catalogue.json").status_code == 404
        assert "2026.2" in reader.get("/catalogue/editions/").content.decode()
        compared = reader.get("/catalogue/compare/", {"before": "SX-2026.1", "after": "2026.2"}).content.decode()
    assert "公益捐赠信息" in compared
    assert "新增" in compared


def test_law_that_changes_is_entered_and_the_page_of_the_catalogue_follows_at_once(
    process: Process, log_in: LogIn
) -> None:
    officer = log_in("officer")
    with public_face(process.register) as reader:
        assert "CF-ZRR" in reader.get("/catalogue/").content.decode()
    told = {
        "law": "XZCFF",
        "articles": "XZCFF-59",
        "kind": "changed",
        "on_day": process.today.isoformat(),
        "what": "修改",
        "source": "公报",
    }
    assert officer.post("/desk/laws/event", told).status_code == 302
    with public_face(process.register) as reader:
        assert "因法律变动停用" in reader.get("/catalogue/").content.decode()
        assert reader.get("/catalogue/CF-ZRR/").status_code == 404
    assert [one.state for one in list_work()] == ["open"]
    law = {"code": "XZCFF2", "name": "新法", "valid_from": process.today.isoformat(), "article": "第一条"}
    assert officer.post("/desk/laws/new", law).status_code == 302
    follow = {"event": LawEvent.objects.get().pk, "article": "XZCFF-59", "follows": "XZCFF2-1"}
    assert officer.post("/desk/laws/follow", follow).status_code == 409
    assert log_in("colleague").post("/desk/laws/follow", follow).status_code == 302
    with public_face(process.register) as reader:
        assert reader.get("/catalogue/CF-ZRR/").status_code == 200
    assert Edition.objects.count() == 2
