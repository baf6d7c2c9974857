"""The credit centre tries a check on what is held, in a real browser, with the worker counting behind it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
CENTRE = "演示·信用中心查询员"
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_centre_tries_a_check(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(CENTRE)
        desk.follow("规则试算")
        desk.examine(f"backtests-{size[0]}")
        desk.follow("开始一次试算")
        desk.press("开始试算")
        desk.page.get_by_role("alert").get_by_text("请填写事项编号").wait_for()
        desk.examine(f"backtest-wrong-{size[0]}")
        desk.page.get_by_label("规则", exact=True).select_option("2026.3/fine-out-of-range")
        desk.page.get_by_label("信息项").select_option("CF-ZRR")
        desk.page.get_by_label("事项编号").fill("校核〔2026〕3号")
        # By the keyboard alone: from the last field to the button and on.
        desk.page.get_by_label("事项编号").press("Tab")
        desk.page.keyboard.press("Enter")
        desk.page.get_by_role("heading", name="已完成").wait_for()
        desk.page.get_by_role("region", name="按报送单位和报送月份").wait_for()
        desk.examine(f"backtest-done-{size[0]}")
