"""An officer of the credit centre merges and splits persons, and a person sees who looked at them, in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_delegations import DESKTOP, OFFICER, PHONE, able_persons

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def key_in(desk: Reader, both: list[tuple[str, str]]) -> None:
    for which, (name, code) in zip(("第一份", "第二份"), both, strict=True):
        desk.page.get_by_label(f"{which}证件的姓名").fill(name)
        desk.page.get_by_label(f"{which}证件的号码").fill(code)


def pair(installation: Running, size: tuple[int, int]) -> list[tuple[str, str]]:
    """Give two persons for each screen, so that neither run meets what the other left open."""
    four = able_persons(installation, 4)
    return four[:2] if size == PHONE else four[2:]


def merge(desk: Reader, both: list[tuple[str, str]]) -> None:
    desk.heading("合并两个登记")
    key_in(desk, both)
    desk.page.get_by_label("依据").fill("演示公户证〔2026〕1号")
    desk.press("登记，等待复核")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_officer_splits_and_merges(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    both = pair(installation, size)
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(OFFICER)
        desk.open_proved("/desk/persons/")
        desk.heading("合并和拆分登记")
        desk.examine(f"persons-{size[0]}")
        page = desk.page
        page.get_by_role("link", name="拆分一个登记").click()
        desk.heading("拆分一个登记")
        desk.press("下一步：勾选记录")
        assert "请填写第一份证件的姓名" in page.get_by_role("alert").inner_text()
        desk.examine(f"persons-split-{size[0]}")
        key_in(desk, both)
        desk.press("下一步：勾选记录")
        desk.heading("勾选要转出的记录")
        desk.examine(f"persons-choose-{size[0]}")
        desk.follow("返回列表")
        page.get_by_role("link", name="合并两个登记").click()
        merge(desk, both)
        page.get_by_role("status").filter(has_text="等待另一名工作人员复核").wait_for()
        main = page.locator("main")
        assert "请另一名工作人员核对后复核" in main.inner_text()
        assert "两人的姓名、出生日期不同" in main.inner_text()
        desk.examine(f"persons-waits-{size[0]}")
        desk.follow("返回列表")
        page.get_by_role("link", name="合并两个登记").click()
        merge(desk, both)
        assert "尚未办结" in page.get_by_role("alert").inner_text()
        desk.examine(f"persons-refused-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_person_sees_who_looked_at_them(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    name, code = pair(installation, size)[0]
    installation.platform.vouches_for(name, code)
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as person:
        person.go("/")
        person.follow("本人登录")
        person.heading("本人")
        person.examine(f"me-{size[0]}")
        main = person.page.locator("main")
        assert "合并或者拆分登记前的核对" in main.inner_text()
        assert code not in person.page.content()
        person.follow("全部查询记录")
        person.heading("谁查过我")
        person.page.locator("summary", has_text="看了哪些栏目").first.click()
        assert "证件号码" in main.inner_text()
        person.examine(f"me-entries-{size[0]}")
