"""A draft's way into the catalogue: every step by whom it belongs to, what burdens people after comments, editions whole and unchanging."""

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError

from chengxin.catalogue.archive import archived_edition, document_of
from chengxin.catalogue.consulted import comment_on
from chengxin.catalogue.consulting import answer_comment
from chengxin.catalogue.drafting import begin_draft, drop_item, end_item, set_item
from chengxin.catalogue.errors import CatalogueUnusable, CommentRefused, DraftUnknown, DraftUnusable, StepRefused
from chengxin.catalogue.models import Comment, Edition, Step
from chengxin.catalogue.queries import editions_in_force, items_in_force, open_item
from chengxin.identity.errors import HandsRefused
from chengxin.lib.errors import NotAllowed
from tests.catalogue.process import Process, adverse_item, positive_item


def codes(process: Process) -> set[str]:
    return {version.item.code for version in items_in_force(process.today)}


def test_what_burdens_nobody_is_drafted_reviewed_approved_and_published(process: Process) -> None:
    before = codes(process)
    edition = process.publish(process.approved(positive_item()))
    process.register.become("app")
    assert edition.sealed_at
    assert [one.code for one in editions_in_force(process.today)] == ["QG-2024", edition.code]
    assert codes(process) == before | {"SX-GY"}
    assert open_item("SX-GY", process.today).definition.name == "公益捐赠信息"


def test_what_burdens_people_is_published_after_a_consultation(process: Process) -> None:
    draft = process.draft(adverse_item())
    process.step(draft, "submit")
    process.step(draft, "review")
    with pytest.raises(StepRefused, match="征求意见"):
        process.step(draft, "approve")
    process.step(draft, "consult")
    with pytest.raises(StepRefused, match="尚未截止"):
        process.step(draft, "approve")
    process.register.become("app")
    comment_on(draft.pk, "期限太长", "")
    process.run_out(draft)
    with pytest.raises(StepRefused, match="没有答复"):
        process.step(draft, "approve")
    with process.by("officer") as officer:
        comment = Comment.objects.get()
        answer_comment(draft.pk, comment.pk, "按法定期限", actor=officer, at=process.now)
    process.step(draft, "approve")
    process.publish(draft)
    assert "SX-CF" in codes(process)


def test_consultation_is_thirty_days_at_least(process: Process) -> None:
    draft = process.draft(adverse_item())
    process.step(draft, "submit")
    process.step(draft, "review")
    with pytest.raises(StepRefused, match="30"):
        process.step(draft, "consult", until=process.today + timedelta(days=29))


@pytest.mark.parametrize(
    ("account", "before", "kind"), [("officer", "clerk", "review"), ("approver", "officer", "approve")]
)
def test_three_hands_are_three_persons(process: Process, account: str, before: str, kind: str) -> None:
    process.be_one(account, before)
    draft = process.draft(positive_item())
    process.step(draft, "submit")
    if kind == "approve":
        process.step(draft, "review")
    with pytest.raises(HandsRefused, match="由两个人完成"):
        process.step(draft, kind)


def test_returned_draft_is_changed_and_begins_anew(process: Process) -> None:
    draft = process.draft(positive_item())
    process.step(draft, "submit")
    with pytest.raises(StepRefused), process.by("clerk") as clerk:
        drop_item(draft.pk, "SX-GY", actor=clerk, at=process.now)
    process.step(draft, "return", reason="请补名称")
    with process.by("clerk") as clerk:
        set_item(draft.pk, positive_item(name="公益捐赠和志愿信息"), actor=clerk, at=process.now)
    with pytest.raises(StepRefused):
        process.step(draft, "review")
    process.step(draft, "submit")
    digests = {bytes(step.digest) for step in Step.objects.filter(draft=draft, kind="submit")}
    assert len(digests) == 2


def test_return_and_withdrawal_give_a_reason(process: Process) -> None:
    draft = process.draft(positive_item())
    process.step(draft, "submit")
    for kind in ("return", "withdraw"):
        with pytest.raises(StepRefused, match="理由"):
            process.step(draft, kind)


@pytest.mark.parametrize(
    ("kind", "login"),
    [("review", "approver"), ("approve", "officer"), ("submit", "officer"), ("publish", "clerk"), ("review", "clerk")],
)
def test_each_step_is_one_organisations(process: Process, kind: str, login: str) -> None:
    draft = process.draft(positive_item())
    with pytest.raises((NotAllowed, StepRefused, DraftUnknown)):
        process.step(draft, kind, login)


def test_department_sees_no_other_departments_draft_and_the_centre_none_before_submission(process: Process) -> None:
    draft = process.draft(positive_item())
    with pytest.raises(DraftUnknown):
        process.step(draft, "review")
    with pytest.raises(NotAllowed), process.by("officer") as officer:
        begin_draft("中心的草案", actor=officer, at=process.now)


def test_item_ends_with_an_edition(process: Process) -> None:
    draft = process.draft()
    with process.by("clerk") as clerk:
        end_item(draft.pk, "ZY-FW", actor=clerk, at=process.now)
    process.step(draft, "submit")
    process.step(draft, "review")
    process.step(draft, "approve")
    process.publish(draft)
    assert "ZY-FW" not in codes(process)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"disclosure": ["public"]}, "社会公开"),
        ({"retention_rule": "honour"}, "不得更长"),
        ({"display_rule": "retention"}, "不得更长"),
        ({"admission": "plain"}, "准入"),
        ({"bases": []}, "法律依据"),
        ({"bases": [{"ref": "NO-1", "role": "collect"}]}, "NO-1"),
        ({"purposes": ["NO"]}, "NO"),
        ({"share_class": "everyone"}, "共享属性"),
        ({"disclosure": ["everyone"]}, "披露方式"),
        ({"update_cycle": {"value": 7, "unit": "working_day", "from": "decided"}}, "source"),
    ],
)
def test_content_that_the_law_forbids_is_not_submitted(process: Process, changes: dict[str, object], told: str) -> None:
    draft = process.draft({**adverse_item(), **changes})
    with pytest.raises(DraftUnusable) as refused:
        process.step(draft, "submit")
    assert told in refused.value.text


def test_public_disclosure_needs_an_article_that_says_so(process: Process) -> None:
    item = positive_item()
    item |= {"disclosure": ["public"], "bases": [*item["bases"], {"ref": "SXSHXYTL-27", "role": "publish"}]}
    process.publish(process.approved(item))
    assert "SX-GY" in codes(process)


def test_edition_of_another_code_and_a_day_to_come(process: Process) -> None:
    draft = process.approved(positive_item())
    for code, begins in (
        ("SX-2026.1", process.today),
        ("2026.2", process.today - timedelta(days=1)),
        ("二〇二六", process.today),
    ):
        with pytest.raises(StepRefused):
            process.publish(draft, code, begins)
    tomorrow = process.today + timedelta(days=1)
    process.publish(draft, begins=tomorrow)
    assert "SX-GY" not in codes(process)
    assert [one.code for one in editions_in_force(tomorrow)] == ["QG-2024", "2026.2"]


def test_draft_is_published_once(process: Process) -> None:
    draft = process.approved(positive_item())
    process.publish(draft)
    with pytest.raises((StepRefused, DatabaseError)):
        process.publish(draft, "2026.3", process.today + timedelta(days=1))


def test_comments_are_taken_once_and_in_measure(process: Process) -> None:
    draft = process.draft(adverse_item())
    with pytest.raises(CommentRefused):
        comment_on(draft.pk, "早了", "")
    process.step(draft, "submit")
    process.step(draft, "review")
    process.step(draft, "consult")
    process.register.become("app")
    for _ in range(2):
        comment_on(draft.pk, "同一句话", "某人")
    assert Comment.objects.count() == 1
    with process.register.connect("owner") as connection:
        connection.execute("UPDATE records_term SET value = 1 WHERE name = 'catalogue-comments'")
    with pytest.raises(CommentRefused, match="一小时"):
        comment_on(draft.pk, "另一句话", "")


def test_published_edition_is_never_rewritten(process: Process) -> None:
    process.publish(process.approved(positive_item()))
    statements = (
        "UPDATE catalogue_edition SET name = 'x' WHERE code = '2026.2'",
        "UPDATE catalogue_item_version SET nature = 'neutral'",
        "DELETE FROM catalogue_item_basis",
        """INSERT INTO catalogue_code_value (edition_id, code_list, value, label, label_en, maps_to, provisional)
           SELECT id, 'x', 'x', 'x', '', '', false FROM catalogue_edition LIMIT 1""",
    )
    for statement in statements:
        with process.register.connect("owner") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)


def test_edition_as_a_document_holds_what_it_names(process: Process) -> None:
    edition = process.publish(process.approved(positive_item()))
    process.register.become("public")
    told = document_of(archived_edition(edition.code))
    refs = {article["ref"] for law in told["laws"] for article in law["article"]}
    assert told["edition"]["code"] == "2026.2"
    assert {basis["ref"] for basis in told["items"]["SX-GY"]["bases"]} <= refs
    assert {purpose["code"] for purpose in told["purposes"]} >= set(told["items"]["SX-GY"]["purposes"])


def test_edition_that_begins_before_the_last_one_is_refused(process: Process) -> None:
    process.publish(process.approved(positive_item()), begins=process.today + timedelta(days=5))
    second = process.approved(positive_item("SX-GZ", "公共资源信息"))
    with pytest.raises(CatalogueUnusable, match="晚于"):
        process.publish(second, "2026.3")
    assert not Edition.objects.filter(code="2026.3").exists()
