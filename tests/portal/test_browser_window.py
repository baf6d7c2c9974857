"""The window and the check page in a real browser: two officers, somebody who stands there, and whoever is shown a paper."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.people import DEAD, write_population
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_delegations import able_persons

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
OFFICER, COLLEAGUE = "演示·信用中心查询员", "演示·信用中心复核员"
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def dead_person(installation: Running, folder: Path) -> tuple[str, str]:
    """Have the population authority tell of somebody who died; the demo province has nobody."""
    file = write_population(folder / "dead.csv", (DEAD,))
    program = Path(sys.executable).parent / "chengxin"
    told = subprocess.run(
        [program, "population", "load", file, "--data", installation.data],
        check=False,
        capture_output=True,
        env={**os.environ, "CHENGXIN_DEMO": "1"},
    )
    assert told.returncode == 0, told.stdout.decode()
    return DEAD.name, DEAD.code


def fill(desk: Reader, **persons: tuple[str, str]) -> None:
    for who, (name, code) in persons.items():
        desk.page.get_by_label(f"{who}姓名", exact=True).fill(name)
        desk.page.get_by_label(f"{who}证件号码", exact=True).fill(code)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_officer_serves_a_person(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    (name, code), *_ = able_persons(installation)
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(OFFICER)
        desk.open_proved("/desk/window/")
        desk.heading("窗口办理")
        desk.press("开始办理")
        assert "请填写本人姓名" in desk.page.get_by_role("alert").inner_text()
        desk.examine(f"window-wrong-{size[0]}")
        fill(desk, 本人=(name, code))
        desk.page.get_by_label("我看过证件原件").check()
        desk.press("开始办理")
        desk.page.get_by_role("button", name="打印本人的报告").wait_for()
        desk.examine(f"visit-{size[0]}")
        assert name not in desk.page.content()
        with desk.page.context.expect_page() as opened:
            desk.press("打印本人的报告")
        opened.value.close()
        desk.follow("打印专项信用报告（代替无违法违规证明）")
        desk.page.get_by_label("求职、录用").check()
        desk.press("打印")
        assert "请至少选择一个领域" in desk.page.get_by_role("alert").inner_text()
        desk.examine(f"visit-certificate-{size[0]}")
        desk.follow("返回")
        desk.press("办完了，结束")
        desk.page.get_by_role("status").filter(has_text="办理结束").wait_for()
        desk.follow("筛选、保存条件、下载：窗口办理登记簿")
        desk.heading("窗口办理")
        desk.examine(f"register-visits-{size[0]}")
        assert name not in desk.page.content()
        desk.page.get_by_label("状态").select_option(label="已办结")
        desk.press("筛选")
        desk.page.get_by_text("最新的在前").wait_for()
        desk.examine(f"register-visits-over-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_relative_of_the_dead_is_confirmed_by_a_second(
    browser: Browser, installation: Running, size: tuple[int, int], tmp_path: Path
) -> None:
    both = {"死者": dead_person(installation, tmp_path), "申请人": able_persons(installation)[0]}
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(OFFICER)
        desk.open_proved("/desk/window/relatives/")
        fill(desk, **both)
        for label in ("子女", "死亡证明或者户口注销证明", "户口簿", "申请人在场"):
            desk.page.get_by_label(label).first.check()
        desk.page.get_by_label("为了自身的什么正当利益").fill("办理继承")
        desk.press("登记")
        desk.page.get_by_role("status").filter(has_text="请另一名工作人员").wait_for()
        desk.become(COLLEAGUE)
        desk.open_proved("/desk/window/")
        desk.page.locator("a[href$='/confirm/']").first.click()
        desk.page.get_by_role("button", name="复核通过").wait_for()
        desk.examine(f"visit-confirm-{size[0]}")
        fill(desk, **both)
        desk.press("复核通过")
        desk.page.get_by_role("status").filter(has_text="现在可以打印").wait_for()


def test_the_picture_fills_the_form_and_takes_itself_out_of_the_address(
    browser: Browser, installation: Running
) -> None:
    with reader(browser, installation.url, width=PHONE[0], height=PHONE[1]) as site:
        sent: list[str] = []
        site.page.on("request", lambda request: sent.append(request.url))
        site.go("/reports/#CX20260101AAAAAAAAAA.ABCDEFGH")
        site.page.wait_for_function("document.querySelector('[name=code]').value === 'ABCDEFGH'")
        assert site.page.evaluate("location.href").endswith("/reports/")
        site.press("核对")
        site.page.get_by_text("没有编号和核验码都对得上的报告").wait_for()
        site.examine("check-report-unknown-360")
        assert not [url for url in sent if "ABCDEFGH" in url.partition("#")[0]]
