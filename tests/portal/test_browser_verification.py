"""A verifier checks a real name at the desk and anybody checks the receipt, in a real browser against a whole installation."""

import csv
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
VERIFIER = "演示·实名核验员"
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def somebody(installation: Running) -> tuple[str, str]:
    with (installation.data / "demo" / "population.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(
            row for row in csv.DictReader(file) if row["ZJLX"] == "1" and row["ZT"] == "正常" and row["CSRQ"] < "2000"
        )
    return row["XM"], row["ZJHM"]


def check(desk: Reader, name: str, code: str) -> None:
    desk.page.get_by_label("姓名").fill(name)
    desk.page.get_by_label("证件号码").fill(code)
    desk.press("核验")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_verifier_checks_and_anybody_checks_the_receipt(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    name, code = somebody(installation)
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(VERIFIER)
        desk.go("/desk/verification/")
        desk.heading("实名核验")
        desk.examine(f"verification-{size[0]}")
        check(desk, name, code)
        told = desk.page.get_by_role("status")
        assert told.get_by_role("heading").inner_text() == "相符"
        expect(desk.page.get_by_role("status")).to_be_focused()
        main = desk.page.locator("main").inner_text()
        assert name not in main
        assert code not in desk.page.content()
        assert desk.page.get_by_label("姓名").input_value() == ""
        desk.examine(f"verification-answer-{size[0]}")
        receipt = told.locator("code").inner_text()
        check(desk, "某某", code)
        assert desk.page.get_by_role("status").get_by_role("heading").inner_text() == "不符"
        check(desk, name, "1" * 18)
        assert "校验位不对" in desk.page.get_by_role("alert").inner_text()
        desk.examine(f"verification-refused-{size[0]}")
        desk.page.context.clear_cookies()
        desk.go("/")
        desk.follow("核对实名核验回执")
        desk.heading("核对实名核验回执")
        desk.page.get_by_label("回执编号").fill(receipt)
        desk.page.keyboard.press("Enter")
        assert "相符" in desk.page.get_by_role("status").inner_text()
        assert receipt not in desk.page.url
        desk.examine(f"receipt-{size[0]}")
