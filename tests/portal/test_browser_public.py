"""What anybody does at the public site, in a real browser: search, say something, find the answer; and the officers who answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from playwright.sync_api import Browser

from chengxin.ground.services import entry_number
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_clerks import command
from tests.portal.test_browser_delegations import DESKTOP, OFFICER, PHONE
from tests.registering import INSERT
from tests.site.support import MAJOR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
COLLEAGUE = "演示·信用中心复核员"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_somebody_searches(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.url, width=size[0], height=size[1], bypass_csp=True) as site:
        site.go("/search/")
        site.page.get_by_label("找什么").fill("信用修复")
        site.page.get_by_role("main").get_by_role("button", name="搜索").click()
        site.page.get_by_role("heading", name="找到的内容").wait_for()
        site.examine(f"public-search-found-{size[0]}")
        site.page.get_by_label("找什么").fill("没有这种事情")
        site.page.get_by_role("main").get_by_role("button", name="搜索").click()
        site.page.get_by_text("没有找到").wait_for()
        site.examine(f"public-search-nothing-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_somebody_says_something_and_finds_the_answer(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    words, width = f"在 {size[0]} 像素的屏幕上，“下一页”太小，点不着。", size[0]
    with (
        reader(browser, installation.url, width=width, height=size[1], bypass_csp=True) as site,
        reader(browser, installation.desk, width=width, height=size[1], bypass_csp=True) as desk,
    ):
        number = said(site, words, width)
        desk.become(OFFICER)
        desk.follow("意见反馈")
        desk.heading("意见反馈")
        desk.examine(f"feedback-desk-{width}")
        entry = desk.page.get_by_role("listitem").filter(has_text=words)
        entry.get_by_label("答复").fill("已经改大，谢谢。")
        entry.get_by_role("button", name="答复").click()
        desk.page.get_by_role("status").filter(has_text="已答复").wait_for()
        desk.examine(f"feedback-answered-{width}")
        desk.become(COLLEAGUE)
        desk.go("/desk/feedback/")
        waits = desk.page.get_by_role("region", name="待另一名工作人员同意公开").get_by_role("listitem")
        waits.filter(has_text=words).get_by_role("button", name="同意公开").click()
        desk.page.get_by_role("status").filter(has_text="已同意公开").wait_for()
        site.go("/feedback/answer/")
        site.page.get_by_label("编号").fill(number.lower().replace("-", " "))
        site.press("看答复")
        site.page.get_by_role("heading", name="已经答复").wait_for()
        site.examine(f"feedback-found-{width}")
        site.go("/feedback/")
        site.page.get_by_text(words).wait_for()
        site.examine(f"feedback-shown-{width}")


def said(site: Reader, words: str, width: int) -> str:
    """Say something by the form, a telephone number first; give the number that came."""
    page = site.page
    site.go("/")
    site.follow("意见反馈")
    site.heading("意见反馈")
    page.get_by_label("您的意见").fill("请打 13800000000 告诉我")
    site.press("提交意见")
    page.get_by_role("alert").filter(has_text="电话号码").wait_for()
    site.examine(f"feedback-refused-{width}")
    page.get_by_label("您的意见").fill(words)
    page.get_by_label("答复后可以公开").check()
    site.press("提交意见")
    while page.get_by_text("提交得太快").count():
        site.press("提交意见")
    site.heading("意见已收到")
    site.examine(f"feedback-taken-{width}")
    return page.locator(".feedback-number code").inner_text()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
def test_somebody_takes_the_heads_of_the_register(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    with psycopg.connect(EmbeddedPostgres(installation.data, major=MAJOR).url("chengxin_owner")) as owner:
        at = datetime.now(UTC)
        owner.execute(INSERT, [16 * size[0], entry_number(at), at])
    command(installation, "log", "seal")
    with reader(browser, installation.url, width=size[0], height=size[1], bypass_csp=True) as site:
        # Not the page that the process may hold from before.
        site.go(f"/checkpoints/?of={size[0]}")
        table = site.page.get_by_role("region", name="最新的树头")
        table.get_by_role("row").filter(has_text="00").first.wait_for()
        site.examine(f"public-checkpoints-signed-{size[0]}")
        with site.page.expect_response("**/checkpoints/*/00.history") as told:
            table.get_by_role("link", name="全部 00.history").click()
        assert told.value.status == 200
        assert "/00\n" in told.value.text()
