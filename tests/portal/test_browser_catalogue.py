"""A part of the catalogue from a clerk's telephone to a published edition, and the public beside it, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_delegations import DESKTOP, OFFICER, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
CLERK, COLLEAGUE, APPROVER = "演示·信源单位经办人", "演示·信用中心复核员", "演示·社会信用主管部门批准人"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def draft_of(desk: Reader, title: str) -> None:
    desk.go("/desk/catalogue/")
    desk.page.get_by_role("link", name=title).first.click()
    desk.heading(title)


def drafted(desk: Reader, width: int, code: str, title: str, *, adverse: bool) -> None:
    """Draft a new item by the clerk, page by page, and submit it."""
    page = desk.page
    desk.become(CLERK)
    desk.follow("目录草案")
    desk.heading("目录草案")
    desk.examine(f"drafts-{width}")
    page.get_by_label("草案名称").fill(title)
    desk.press("开始起草")
    desk.heading(title)
    page.get_by_label("新信息项的编码").fill(code)
    page.get_by_label("新信息项的名称").fill(title)
    page.get_by_role("button", name="添加", exact=True).click()
    desk.heading(f"{code} {title}")
    desk.examine(f"draft-item-{width}")
    page.get_by_label("记的是什么事").fill(f"{title}，由主管部门认定")
    page.get_by_label("认定机关").fill("民政部门")
    if adverse:
        page.get_by_label("性质").select_option("adverse")
        page.get_by_label("准入审查").select_option("adverse")
        page.get_by_label("展示期限").select_option("penalty-grade")
        page.get_by_label("保存期限").select_option("adverse")
    desk.press("保存")
    page.get_by_role("status").filter(has_text="已保存").wait_for()
    desk.follow("添加数据项")
    desk.heading("添加数据项")
    page.get_by_label("代码", exact=True).fill("SM")
    page.get_by_label("名称", exact=True).fill("说明")
    page.get_by_label("本人", exact=True).check()
    desk.examine(f"draft-field-{width}")
    desk.press("保存")
    desk.heading(f"{code} {title}")
    desk.follow("选择条款和用途")
    desk.heading("依据和用途")
    page.get_by_role("group", name="准许归集的条款").get_by_role("checkbox").first.check()
    page.get_by_role("group", name="可用于").get_by_role("checkbox").first.check()
    desk.examine(f"draft-bases-{width}")
    desk.press("保存")
    page.get_by_role("status").filter(has_text="依据和用途已保存").wait_for()
    draft_of(desk, title)
    desk.press("提交审核")
    page.get_by_role("status").filter(has_text="已提交").wait_for()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_item_from_draft_to_edition(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    width = size[0]
    code, title = f"SX-B{width}", f"公益记录{width}"
    with reader(browser, installation.desk, width=width, height=size[1]) as desk:
        page = desk.page
        drafted(desk, width, code, title, adverse=False)
        desk.become(COLLEAGUE)
        draft_of(desk, title)
        desk.examine(f"draft-review-{width}")
        desk.press("审核通过")
        page.get_by_role("status").filter(has_text="审核通过").wait_for()
        desk.become(APPROVER)
        desk.open_proved("/account/prove/")
        draft_of(desk, title)
        desk.examine(f"draft-approve-{width}")
        page.get_by_role("button", name="批准", exact=True).click()
        page.get_by_role("status").filter(has_text="已批准").wait_for()
        desk.become(OFFICER)
        desk.open_proved("/account/prove/")
        draft_of(desk, title)
        page.get_by_label("版本号").fill(f"2099.{width}")
        page.get_by_label("施行日期").fill("2098-01-01" if size == PHONE else "2099-01-01")
        desk.press("发布")
        page.get_by_role("status").filter(has_text="已发布").wait_for()
        desk.heading(title)
        desk.examine(f"draft-published-{width}")
        page.goto(f"{installation.url}/catalogue/editions/")
        desk.heading("目录各版本")
        desk.examine(f"editions-{width}")
        desk.follow("比较两个版本")
        page.get_by_label("原版本").select_option("SX-2026.1")
        page.get_by_label("新版本").select_option(f"2099.{width}")
        desk.press("比较")
        page.get_by_role("heading", name=title).wait_for()
        told = page.get_by_role("main").inner_text()
        assert all(
            word in told
            for word in ("授权查询", "有效期内", "一般审查", "自作出决定之日起", "准许归集", "姓名（文字，必填）")
        ), told
        assert not [
            code
            for code in ("authorised_query", "while-valid", "working_day", "decided", "natural_person")
            if code in told
        ]
        desk.examine(f"compare-{width}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_public_comments_and_the_centre_answers(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    width = size[0]
    title = f"行政违法记录{width}"
    with reader(browser, installation.desk, width=width, height=size[1]) as desk:
        page = desk.page
        drafted(desk, width, f"SX-A{width}", title, adverse=True)
        desk.become(COLLEAGUE)
        draft_of(desk, title)
        desk.press("审核通过")
        desk.press("公开征求意见")
        page.get_by_role("status").filter(has_text="已公开征求意见").wait_for()
        page.context.clear_cookies()
        page.goto(f"{installation.url}/catalogue/")
        page.get_by_role("link", name="征求意见").first.click()
        desk.heading("目录征求意见")
        desk.examine(f"consultations-{width}")
        desk.follow(title)
        desk.heading(title)
        page.get_by_label("您的意见").fill("期限是否过长")
        desk.press("提交意见")
        while page.get_by_text("提交得太快").count():
            desk.press("提交意见")
        page.get_by_role("status").filter(has_text="意见已收到").wait_for()
        desk.examine(f"consultation-{width}")
        desk.become(COLLEAGUE)
        draft_of(desk, title)
        page.get_by_label("对意见 1 的答复").fill("按法定最长期限执行")
        desk.press("答复意见 1")
        page.get_by_role("status").filter(has_text="已答复").wait_for()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_changes_of_laws_have_a_page(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(OFFICER)
        desk.open_proved("/account/prove/")
        desk.go("/desk/laws/")
        desk.heading("法律变动")
        desk.press("登记变动")
        expect(desk.page.get_by_role("alert")).to_be_focused()
        desk.examine(f"laws-{size[0]}")
