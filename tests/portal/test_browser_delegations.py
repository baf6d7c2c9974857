"""An officer of the credit centre enters a delegation at the window, in a real browser against a whole installation."""

import csv
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
OFFICER = "演示·信用中心查询员"
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def able_persons(installation: Running, number: int = 2) -> list[tuple[str, str]]:
    with (installation.data / "demo" / "population.csv").open(encoding="utf-8-sig", newline="") as file:
        able = (
            row
            for row in csv.DictReader(file)
            if row["ZJLX"] == "1" and row["ZT"] == "正常" and row["CSRQ"] < "2000" and row["XWNL"] == "完全"
        )
        return [(row["XM"], row["ZJHM"]) for row, _ in zip(able, range(number), strict=False)]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_officer_enters_a_delegation(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    subject, agent = able_persons(installation)
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(OFFICER)
        desk.follow("代理和监护")
        desk.heading("代理和监护")
        desk.examine(f"delegations-{size[0]}")
        desk.press("登记，等待复核")
        told = desk.page.get_by_role("alert")
        assert "请填写本人姓名" in told.inner_text()
        expect(desk.page.get_by_role("alert")).to_be_focused()
        page = desk.page
        page.get_by_label("委托代理人（持授权委托书）").check()
        for who, (name, code) in (("本人", subject), ("代理人", agent)):
            page.get_by_label(f"{who}姓名", exact=True).fill(name)
            page.get_by_label(f"{who}证件号码", exact=True).fill(code)
        page.get_by_label("查看本人档案").check()
        page.get_by_label("代理到哪一天为止").fill(
            page.evaluate("new Date(Date.now() + 30 * 864e5).toISOString().slice(0, 10)")
        )
        page.get_by_label("委托书或者判决书编号").fill("（2026）演示公证字第1号")
        desk.press("登记，等待复核")
        page.get_by_role("status").filter(has_text="等待另一名工作人员复核").wait_for()
        assert "请另一名工作人员复核" in page.locator("main").inner_text()
        for name, code in (subject, agent):
            assert name not in page.locator("main").inner_text()
            assert code not in page.content()
        desk.examine(f"delegation-waits-{size[0]}")
        page.locator("summary", has_text="终止").first.click()
        page.get_by_label("的理由").first.fill("演示结束")
        page.get_by_role("button", name="终止第").first.click()
        page.get_by_role("status").filter(has_text="立即失效").wait_for()
