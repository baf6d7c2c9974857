"""Editors write, another approves, everybody reads: at the editors' face, under its database role."""

import io
import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.test.utils.form_data import nested_form_data, streamfield

from chengxin.education.errors import PageUnknown
from chengxin.education.pages.models import CasePage, HomePage, NewsPage, SectionPage
from chengxin.education.pages.services import settle_site
from chengxin.education.published import find_page, find_picture, pages_under
from chengxin.site.publisher import publish_due
from tests.conftest import Register
from tests.education.conftest import AtEditing
from tests.people import WANG_WEI

SLUG, ADDRESS = "a-test", "news/a-test/"
APPROVE, EDIT, PREVIEW = (
    "wagtailadmin_pages:workflow_action",
    "wagtailadmin_pages:edit",
    "wagtailadmin_pages:preview_on_edit",
)


def section(holds: str) -> SectionPage:
    found: SectionPage = SectionPage.objects.get(holds=holds)
    return found


def filled(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = nested_form_data(
        {
            "title": "测试动态", "slug": SLUG, "day": "2026-11-01", "summary": "这一页讲什么。", "summary_en": "",
            "seo_title": "", "search_description": "", "go_live_at": "", "expire_at": "",
            "body": streamfield([("heading", "小标题"), ("text", "第一段。")]),
            "comments": {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}, **changes,
        }
    )  # fmt: skip
    return told


def write(client: Client, *, kind: str = "news", submit: bool = True, **changes: Any) -> Any:
    """Write a new page as an editor does; the page, or the answer where it wasn't taken."""
    answer = client.post(
        reverse("wagtailadmin_pages:add", args=["pages", f"{kind}page", section(kind).pk]),
        filled(**changes, **({"action-submit": "1"} if submit else {})),
    )
    page = Page.objects.filter(slug=changes.get("slug", SLUG)).first()
    return answer if page is None else page.specific


def change(client: Client, page: Page, **changes: Any) -> Any:
    return client.post(reverse(EDIT, args=[page.pk]), filled(**{"action-submit": "1"}, **changes))


def approve(client: Client, page: Page) -> Any:
    waiting = Page.objects.get(pk=page.pk).current_workflow_task_state
    return client.post(reverse(APPROVE, args=[page.pk, "approve", waiting.pk]), {})


def is_live(page: Page) -> bool:
    return bool(Page.objects.get(pk=page.pk).live)


def messages_of(client: Client, answer: Any) -> str:
    return str(client.get(answer.headers["Location"]).content.decode())


def test_what_one_writes_another_publishes(editor_in: AtEditing) -> None:
    page = write(editor_in("editor"))
    assert not is_live(page)
    with pytest.raises(PageUnknown):
        find_page(ADDRESS)
    approve(editor_in("publisher"), page)
    shown = find_page(ADDRESS)
    assert (shown.kind, shown.title, [one.kind for one in shown.blocks]) == ("news", "测试动态", ["heading", "text"])
    assert pages_under(section("news").pk).pages[0].title == "测试动态"


def test_an_editor_approves_nothing(editor_in: AtEditing) -> None:
    page = write(editor_in("editor"))
    approve(editor_in("editor"), page)
    assert not is_live(page)


def test_a_publisher_approves_nothing_they_wrote(editor_in: AtEditing) -> None:
    page = write(editor_in("publisher"))
    answer = approve(editor_in("publisher"), page)
    assert "另一名审核员" in messages_of(editor_in("publisher"), answer) or answer.status_code == 302
    assert not is_live(page)


def test_a_publisher_who_touched_the_draft_approves_it_no_more(editor_in: AtEditing) -> None:
    page = write(editor_in("editor"))
    approve(editor_in("publisher"), page)
    change(editor_in("editor"), page, title="第二稿")
    editor_in("publisher").post(reverse(EDIT, args=[page.pk]), filled(title="我来改"))
    approve(editor_in("publisher"), page)
    assert find_page(ADDRESS).title == "测试动态"


def test_a_publisher_publishes_nothing_directly(editor_in: AtEditing) -> None:
    page = write(editor_in("editor"), submit=False)
    client = editor_in("publisher")
    answer = client.post(reverse(EDIT, args=[page.pk]), filled(**{"action-publish": "1"}))
    assert "另一名审核员发布" in messages_of(client, answer)
    assert not is_live(page)
    assert 'name="action-publish"' not in client.get(reverse(EDIT, args=[page.pk])).content.decode()


def test_the_database_publishes_nothing_that_nobody_approved(editing: Register, editor_in: AtEditing) -> None:
    page = write(editor_in("editor"))
    with editing.connect("editor") as connection:
        for query in (
            "UPDATE wagtailcore_page SET live = true WHERE id = %s",
            "UPDATE wagtailcore_page SET live = true, live_revision_id = latest_revision_id WHERE id = %s",
        ):
            with pytest.raises(psycopg.errors.CheckViolation, match="by another officer than its writer"):
                connection.execute(query, [page.pk])  # type: ignore[call-overload, unused-ignore]


def test_a_page_is_taken_off_at_once_and_never_deleted(editor_in: AtEditing) -> None:
    page = write(editor_in("editor"))
    client = editor_in("publisher")
    approve(client, page)
    answer = client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]), {})
    assert "只撤下，不删除" in messages_of(client, answer)
    client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]), {})
    with pytest.raises(PageUnknown):
        find_page(ADDRESS)
    assert Page.objects.filter(pk=page.pk).exists()


def test_an_approved_page_goes_on_and_off_at_its_time(editing: Register, editor_in: AtEditing) -> None:
    soon, later = timezone.localtime() + timedelta(hours=1), timezone.localtime() + timedelta(hours=2)
    form = "%Y-%m-%d %H:%M"
    page = write(editor_in("editor"), go_live_at=soon.strftime(form), expire_at=later.strftime(form))
    approve(editor_in("publisher"), page)
    publish_due()
    assert not is_live(page)
    with editing.connect("owner") as connection:
        connection.execute(
            "UPDATE wagtailcore_revision SET approved_go_live_at = now() WHERE approved_go_live_at IS NOT NULL"
        )
        connection.execute(
            "UPDATE wagtailcore_revision SET content = jsonb_set(content, '{go_live_at}', to_jsonb(now()::text))"
            " WHERE id = (SELECT latest_revision_id FROM wagtailcore_page WHERE id = %s)", [page.pk],
        )  # fmt: skip
    publish_due()
    assert find_page(ADDRESS).title == "测试动态"
    with editing.connect("owner") as connection:
        connection.execute("UPDATE wagtailcore_page SET expire_at = now() WHERE id = %s", [page.pk])
    with pytest.raises(PageUnknown):  # past its day it isn't shown, whether the publisher came by or not
        find_page(ADDRESS)
    publish_due()
    assert not is_live(page)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("summary", f"他的号码是 {WANG_WEI.code}"),
        ("title", f"{WANG_WEI.code}"),
        ("body", streamfield([("text", f"号码：{WANG_WEI.code}")])),
        ("body", streamfield([("source", {"law": "法", "article": "", "says": WANG_WEI.code, "link": ""})])),
    ],
)
def test_an_identity_code_stands_in_no_page(editor_in: AtEditing, where: str, text: Any) -> None:
    answer = write(editor_in("editor"), **{where: text})
    assert answer.status_code == 200
    assert "公开的网页不能有" in answer.content.decode()


@pytest.mark.parametrize(
    "text", ["电话 13800000000", "写信到 someone@example.org", "车牌 晋A12345", "座机 0351-1234567"]
)
def test_a_case_leads_to_nobody(editor_in: AtEditing, text: str) -> None:
    answer = write(editor_in("editor"), kind="case", nobody_recognised="on", body=streamfield([("text", text)]))
    assert answer.status_code == 200
    assert "公开的网页不能有" in answer.content.decode()


def test_a_case_waits_until_it_is_confirmed_that_nobody_is_recognised(editing: Register, editor_in: AtEditing) -> None:
    answer = write(editor_in("editor"), kind="case")
    assert "认不出任何人" in answer.content.decode()
    case = CasePage.objects.get(slug="same-name")
    assert find_page("cases/same-name/").title == case.title
    with editing.connect("owner") as connection:
        connection.execute("UPDATE pages_casepage SET nobody_recognised = false")
    with pytest.raises(PageUnknown):
        find_page("cases/same-name/")


def picture(name: str = "a.jpg", form: str = "JPEG") -> SimpleUploadedFile:
    out, hidden = io.BytesIO(), Pillow.Exif()
    hidden[0x010E] = "taken at home"
    Pillow.new("RGB", (1600, 1200), "red").save(out, form, exif=hidden)
    return SimpleUploadedFile(name, out.getvalue(), f"image/{form.lower()}")


def upload(client: Client, file: SimpleUploadedFile, **changes: Any) -> Any:
    told = {"title": "一张图", "description": "", "tags": "", "collection": 1, "file": file, **changes}
    return client.post(reverse("wagtailimages:add"), told)


def test_a_picture_keeps_nothing_that_the_camera_wrote(editor_in: AtEditing) -> None:
    assert b"taken at home" in picture().read()
    upload(editor_in("editor"), picture())
    (held,) = Image.objects.all()
    with held.file.open() as file:
        assert b"taken at home" not in file.read()


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        SimpleUploadedFile("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/jpeg"),
        SimpleUploadedFile("a.png", b"<html><script>alert(1)</script>", "image/png"),
        picture("a.gif", "GIF"),
    ],
    ids=["svg", "svg-by-another-name", "a-page", "gif"],
)
def test_no_other_file_is_taken(editor_in: AtEditing, file: SimpleUploadedFile) -> None:
    assert upload(editor_in("editor"), file).status_code == 200
    assert not Image.objects.exists()


def test_a_pictures_name_holds_no_code(editor_in: AtEditing) -> None:
    assert "公开的网页不能有" in upload(editor_in("editor"), picture(), title=WANG_WEI.code).content.decode()


def test_a_picture_is_shown_once_a_page_with_it_is(editor_in: AtEditing) -> None:
    upload(editor_in("editor"), picture())
    (held,) = Image.objects.all()
    shown = streamfield([("picture", {"image": held.pk, "alt": "红色的图", "caption": ""})])
    page = write(editor_in("editor"), body=shown)
    assert find_picture(held.file.name.rpartition("/")[2]) is None
    approve(editor_in("publisher"), page)
    (block,) = find_page(ADDRESS).blocks
    assert (block.value["alt"], block.value["width"]) == ("红色的图", 1200)
    shown_file = find_picture(block.value["file"].rpartition("/")[2])
    assert shown_file is not None
    with Pillow.open(io.BytesIO(shown_file)) as opened:
        assert opened.size == (1200, 900)
    assert find_picture(held.file.name.rpartition("/")[2]) is None, "the upload itself is nobody's"


def test_a_draft_is_shown_beside_its_form_as_it_will_be(editor_in: AtEditing) -> None:
    client = editor_in("editor")
    page = write(client, submit=False)
    client.post(reverse(PREVIEW, args=[page.pk]), filled(title="正在写"))
    answer = client.get(f"{reverse(PREVIEW, args=[page.pk])}?mode=")
    assert "<h1>正在写</h1>" in answer.content.decode()
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["wagtailadmin_pages:edit", "wagtailadmin_pages:copy", "wagtailredirects:add"])
def test_no_script_of_a_page_runs_without_the_answers_own_number(editor_in: AtEditing, name: str) -> None:
    page = write(editor_in("editor"), submit=False)
    answer = editor_in("publisher").get(reverse(name, args=[] if "redirects" in name else [page.pk]))
    text, policy = answer.content.decode(), answer.headers["Content-Security-Policy"]
    scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", text)
    assert scripts
    for one in scripts:
        if 'type="application/json"' not in one and 'type="text/' not in one:
            (number,) = re.findall(r'nonce="([^"]+)"', one)
            assert f"'nonce-{number}'" in policy
    assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]
    assert "'unsafe-eval'" not in policy


def test_groups_follow_from_rights(editing: Register, editor_in: AtEditing) -> None:
    client = editor_in("publisher")
    assert client.get(reverse("wagtailadmin_home")).status_code == 200
    with editing.connect("owner") as connection:
        connection.execute(
            "UPDATE identity_role_grant SET withdrawn_at = now(), withdrawal_reason = 'x' WHERE role = 'site_publisher'"
        )
    assert client.get(reverse("wagtailadmin_home")).status_code == 302, "logged out with the right"
    assert editor_in("publisher").get(reverse("wagtailadmin_home")).status_code == 403


def test_what_editors_changed_is_never_overwritten(register: Register) -> None:
    register.become("owner")
    HomePage.objects.update(summary="编辑写的")
    NewsPage.objects.update(summary="编辑改过")
    assert settle_site(at=timezone.now()) is False
    assert HomePage.objects.get().summary == "编辑写的"
    assert {page.summary for page in NewsPage.objects.all()} == {"编辑改过"}
