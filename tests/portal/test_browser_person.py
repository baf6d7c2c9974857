"""A person at their own page, in a real browser: what is held, who looked, asking, reporting; the desk that answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PHONE, DESKTOP = (360, 780), (1280, 800)
OFFICER = "演示·许可审查员"
TITLES = {"questions": "我的提问", "reports": "我的报告", "delegations": "代理", "details": "个人信息"}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def enter(desk: Reader) -> None:
    desk.page.context.clear_cookies()
    desk.go("/")
    desk.press("演示·本人1")
    desk.heading("本人")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_person_looks_through_their_own_page(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        enter(desk)
        desk.examine(f"person-home-{size[0]}")
        desk.follow("看我的档案")
        desk.heading("我的档案")
        for closed in desk.page.locator("main details").all()[:2]:
            closed.locator("summary").first.click()
        desk.examine(f"person-file-{size[0]}")
        desk.follow("内容和变更经过")
        desk.heading("一条记录")
        desk.examine(f"person-record-{size[0]}")
        desk.go("/me/entries/")
        desk.heading("谁查过我")
        desk.page.get_by_text("按日期、单位、用途筛选").click()
        desk.page.get_by_label("也列出我自己的查看").check()
        desk.press("筛选")
        desk.page.get_by_role("heading", name="本人 · 本人查询").first.wait_for()
        desk.examine(f"person-entries-{size[0]}")
        for name, title in TITLES.items():
            desk.go(f"/me/{name}/")
            desk.heading(title)
            desk.examine(f"person-{name}-{size[0]}")
        desk.press("显示完整证件号码")
        desk.page.get_by_text("149999").first.wait_for()
        assert "*" not in desk.page.locator("dd .code").inner_text()


def test_a_person_questions_a_query_and_reads_the_answer(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, width=PHONE[0], height=PHONE[1], bypass_csp=True) as desk:
        enter(desk)
        desk.go("/me/details/")
        desk.press("显示完整证件号码")
        desk.page.get_by_text("重新遮住号码").wait_for()
        name, code = (desk.page.locator("dd").nth(place).inner_text().strip() for place in (0, 1))
        desk.become(OFFICER)
        desk.go("/desk/lookup/XK-SC-01/")
        desk.ask(name, code)
        desk.heading("个人公共信用信息报告")
        enter(desk)
        desk.follow("全部查询记录")
        desk.follow("有疑问，问一问")
        desk.examine("person-ask-360")
        desk.press("提出")
        desk.page.get_by_role("alert").get_by_text("请写明您想问什么").first.wait_for()
        desk.examine("person-ask-wrong-360")
        desk.page.get_by_label("您想问什么").fill("我没有申请过许可，为什么查我？")
        desk.press("提出")
        desk.heading("我的提问")
        desk.examine("person-asked-360")
        desk.become(OFFICER)
        desk.go("/desk/access-questions/")
        desk.heading("本人的提问")
        desk.page.get_by_label("答复").first.fill("您于当日申请了从业许可，依法审查。")
        desk.examine("access-questions-360")
        desk.press("答复")
        desk.page.get_by_text("已答复，本人会收到消息。").wait_for()
        enter(desk)
        desk.go("/me/questions/")
        desk.page.get_by_text("依法审查").wait_for()
        desk.examine("person-answered-360")


def test_a_person_makes_out_a_report_and_takes_it_back(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, bypass_csp=True) as desk:
        enter(desk)
        desk.go("/me/reports/")
        with desk.page.expect_download() as download:
            desk.press("出具 PDF")
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        desk.go("/me/reports/")
        desk.examine("person-reports-made-1280")
        desk.page.get_by_role("button", name="作废").first.click()
        desk.page.get_by_text("已作废。凭编号核对").wait_for()
        desk.go("/me/entries/?own=on")
        with desk.page.expect_download() as table:
            desk.follow("下载表格（CSV）")
        assert "时间" in Path(table.value.path()).read_text(encoding="utf-8-sig")
