"""What stands around every page, in a real browser: by keyboard, without a script, in the reader's own look, and without the net."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.screens import CENTRE, CLERK
from tests.portal.test_browser import focus, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) { found.push(new URL(request.url).pathname); }
    }
    return found.sort() }"""
OFFLINE = "async () => (await caches.match('/offline/')).text()"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def here(one: Reader) -> str:
    return str(one.page.evaluate("document.activeElement.id"))


def test_the_shell_of_the_desk_goes_by_keyboard_alone(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk) as one:
        one.become(CENTRE)
        one.go("/desk/lookup/")
        tab_to(one, "跳到正文")
        one.page.keyboard.press("Enter")
        assert here(one) == "main"
        one.go("/desk/lookup/")
        tab_to(one, "核查")
        one.page.keyboard.press("Enter")
        one.page.keyboard.press("Tab")
        assert focus(one).startswith("办理流量")
        one.page.keyboard.press("Escape")
        assert focus(one) == "核查"
        expect(one.page.get_by_role("link", name="办理流量")).to_be_hidden()
        one.page.keyboard.press("Enter")
        tab_to(one, "代码覆盖")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/desk/coverage/")
        expect(one.page.locator("details[data-here] > summary")).to_have_text("核查")
        for label in ("大字版", CENTRE, "退出"):
            tab_to(one, label)


def test_one_menu_is_open_at_a_time_and_a_press_elsewhere_closes_it(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk) as one:
        one.become(CENTRE)
        one.go("/desk/lookup/")
        menus = one.page.locator(".site-nav details[open]")
        for name in ("待办", "目录"):
            one.page.locator(".site-nav summary", has_text=name).click()
            expect(menus).to_have_count(1)
        one.page.locator("h1").click()
        expect(menus).to_have_count(0)


def test_the_menu_of_a_phone_goes_by_keyboard_alone(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, width=360, height=780) as one:
        one.become(CENTRE)
        one.open_proved("/account/prove/")
        one.go("/desk/lookup/")
        tab_to(one, "菜单")
        one.page.keyboard.press("Enter")
        one.examine("shell-menu-360")
        tab_to(one, "合并和拆分")
        one.page.keyboard.press("Enter")
        one.page.wait_for_url("**/desk/persons/")


@pytest.mark.parametrize("width", [360, 1280])
def test_menus_open_without_a_script(browser: Browser, installation: Running, width: int) -> None:
    with reader(browser, installation.desk, width=width, java_script_enabled=False) as one:
        one.become(CENTRE)
        one.page.locator("details.menu:visible > summary").last.click()
        one.page.locator("details.menu[open] a:visible", has_text="法律变动").first.click()
        one.page.wait_for_url("**/desk/laws/")
        one.press("大字版")
        assert one.page.locator("html").get_attribute("data-print") == "large"
        one.press("普通版")
        one.press("深色")
        one.page.wait_for_url("**/desk/laws/")
        assert one.page.locator("html").get_attribute("data-theme") == "dark"
        one.press("随系统")


def ground(one: Reader) -> str:
    return str(one.page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_public_site_keeps_a_look_in_the_readers_browser_alone(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.url) as one:
        one.go("/")
        light = ground(one)
        one.press("深色")
        dark = ground(one)
        assert dark != light
        one.follow("信息目录")
        one.heading("信息目录")
        assert ground(one) == dark
        one.page.emulate_media(media="print")
        assert ground(one) != dark
        expect(one.page.get_by_role("navigation", name="主导航")).to_be_hidden()
        one.page.emulate_media(media="screen")
        one.press("随系统")
        assert ground(one) == light
        one.page.emulate_media(color_scheme="dark")
        assert ground(one) == dark
        one.press("浅色")
        assert ground(one) == light
        size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
        assert one.page.evaluate(size) == 16
        one.follow("大字版")
        assert one.page.evaluate(size) == 22
        one.follow("普通版")
        assert one.page.evaluate(size) == 16
        assert one.page.context.cookies() == []


def test_large_print_goes_on_without_a_script(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.url, width=360, java_script_enabled=False) as one:
        one.go("/organisations/")
        one.follow("大字版")
        one.follow("信息目录")
        one.page.wait_for_url("**/catalogue/?large=1")
        assert one.page.locator("html").get_attribute("data-print") == "large"
        one.follow("普通版")
        one.page.wait_for_url("**/catalogue/")


def test_a_plot_is_drawn_and_its_table_stays(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.url) as one:
        one.go("/style/")
        expect(one.page.locator("figure svg")).to_have_count(2)
        table = one.page.locator("figure table").first
        expect(table).to_be_hidden()
        one.page.locator("figure summary").first.click()
        expect(table).to_contain_text("不公布")
    with reader(browser, installation.url, java_script_enabled=False) as one:
        one.go("/style/")
        expect(one.page.locator("figure table").first).to_be_visible()
        expect(one.page.locator("figure svg")).to_have_count(0)


def test_a_telephone_keeps_nobodys_page_and_says_what_needs_the_net(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, width=360, height=780, service_workers="allow") as one:
        one.become(CLERK)
        one.page.evaluate("navigator.serviceWorker.ready")
        for path in ("/desk/batches/", "/desk/batches/new/", "/account/security/"):
            one.go(path)
        assert one.page.evaluate("navigator.serviceWorker.controller !== null")
        one.go("/desk/batches/")
        one.page.locator("main h2 a").first.click()
        kept = one.page.evaluate(KEPT)
        assert "/offline/" in kept
        assert [path for path in kept if not path.startswith("/static/")] == ["/en/offline/", "/offline/"]
        assert "演示·" not in one.page.evaluate(OFFLINE)
        one.page.context.set_offline(True)
        one.go("/desk/batches/")
        one.heading("没有网络")
        assert "不留存任何页面" in one.page.locator("main").inner_text()
        assert ground(one) == "rgb(245, 247, 250)"  # its style sheet is there
        one.go("/en/me/")
        one.heading("No connection")
        one.page.context.set_offline(False)
        one.go("/desk/batches/")
        one.heading("报送记录")
        one.complaints[:] = [text for text in one.complaints if "ERR_INTERNET_DISCONNECTED" not in text]
