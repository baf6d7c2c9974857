"""An officer adjudicates ten rows in a row by keyboard, and goes about the desk by keys, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_delegations import DESKTOP, OFFICER, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
ROWS, REASON = 10, "与处罚决定书核对"
CASE = re.compile(r"/desk/adjudication/(\d+)/$")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def number(desk: Reader) -> int:
    found = CASE.search(desk.page.url)
    assert found is not None, desk.page.url
    return int(found[1])


def go_by_keys(desk: Reader, letter: str, heading: str) -> None:
    desk.page.keyboard.press("g")
    desk.page.keyboard.press(letter)
    desk.heading(heading)


def test_ten_rows_are_decided_by_keyboard(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, width=DESKTOP[0], height=DESKTOP[1], bypass_csp=True) as desk:
        desk.become(OFFICER)
        desk.go("/desk/")
        desk.heading("我的待办")
        desk.examine("desk-home")
        desk.page.get_by_role("link", name="待认定的行").first.focus()
        desk.page.keyboard.press("Enter")
        desk.heading("待核对的行")
        desk.examine("desk-register-cases")
        desk.page.keyboard.press("j")
        desk.page.keyboard.press("Enter")
        desk.page.wait_for_url(CASE)
        expect(desk.page.get_by_text("全部快捷键")).to_be_visible()
        desk.examine("desk-case-keys")
        seen = []
        for _ in range(ROWS):
            here = number(desk)
            seen.append(here)
            desk.page.keyboard.press("0")
            expect(desk.page.get_by_label("理由")).to_be_focused()
            assert desk.page.get_by_label("都不是，退回信源单位").is_checked()
            desk.page.keyboard.type(f"{REASON}，第 1 次 njk?")
            desk.page.keyboard.press("Enter")
            expect(desk.page).not_to_have_url(re.compile(f"/{here}/$"))
            desk.page.wait_for_load_state()
        assert seen == sorted(set(seen))


def test_neighbours_and_pages_are_reached_by_keys(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk) as desk:
        desk.become(OFFICER)
        desk.go("/desk/adjudication/")
        desk.page.keyboard.press("n")
        desk.page.keyboard.press("Enter")
        desk.page.wait_for_url(CASE)
        first = number(desk)
        desk.page.keyboard.press("j")
        desk.page.wait_for_url(lambda url: f"/{first}/" not in url)
        desk.page.keyboard.press("k")
        desk.page.wait_for_url(lambda url: f"/{first}/" in url)
        go_by_keys(desk, "r", "登记簿")
        go_by_keys(desk, "f", "办理流量")
        go_by_keys(desk, "h", "我的待办")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_keys_are_told_and_can_be_switched_off(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(OFFICER)
        desk.go("/desk/")
        desk.page.keyboard.press("?")
        dialog = desk.page.get_by_role("dialog", name="键盘快捷键")
        dialog.wait_for()
        desk.examine(f"desk-keys-{size[0]}")
        dialog.get_by_label("使用快捷键").uncheck()
        dialog.get_by_role("button", name="关闭").click()
        desk.page.keyboard.press("?")
        expect(dialog).to_be_hidden()
        desk.page.reload()
        desk.page.keyboard.press("g")
        desk.page.keyboard.press("r")
        expect(desk.page.get_by_role("heading", level=1)).to_contain_text("我的待办")
        desk.press("键盘快捷键")
        dialog.get_by_label("使用快捷键").check()
        desk.page.keyboard.press("Escape")
        go_by_keys(desk, "r", "登记簿")


def test_a_search_is_kept_and_opened_again(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, width=PHONE[0], height=PHONE[1], bypass_csp=True) as desk:
        desk.become(OFFICER)
        desk.go("/desk/registers/cases/")
        desk.page.get_by_label("状态").select_option("待认定")
        desk.press("筛选")
        desk.page.wait_for_url(re.compile("state=open"))
        desk.examine("desk-register-phone")
        desk.page.get_by_text("保存这次筛选").click()
        desk.page.get_by_label("给这次筛选起个名字").fill("先办这些")
        desk.press("保存筛选")
        desk.heading("登记簿")
        desk.examine("desk-registers-phone")
        desk.follow("先办这些")
        desk.page.wait_for_url(re.compile("state=open"))
        desk.go("/desk/registers/")
        desk.press("删除")
        expect(desk.page.get_by_role("link", name="先办这些")).to_have_count(0)
