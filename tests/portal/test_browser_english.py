"""Somebody who reads no Chinese finds their way, in a real browser, on a telephone and at a desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, launched, reader
from tests.portal.screens import Screen
from tests.portal.test_browser_delegations import DESKTOP, PHONE, able_persons
from tests.portal.test_screens import FIRST, PLOTS, THEN, weigh

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
SIZES = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desk"])
TITLES = {
    "file": "My file", "entries": "Who saw my data", "questions": "My questions", "messages": "Messages and notices",
    "details": "My details", "delegations": "Delegations", "reports": "My report", "reports/special": "Make out a certificate",
}  # fmt: skip
PUBLIC = (
    Screen("public:start", "/en/"),
    Screen("public:catalogue", "/en/catalogue/"),
    Screen("public:item", "/en/catalogue/CF-ZRR/"),
    Screen("public:statistics", "/en/statistics/", plots=True),
    Screen("public:page", "/en/guide/what-is-held/"),
    Screen("public:permissions", "/en/permissions/"),
    Screen("public:feedback", "/en/feedback/"),
    Screen("not-found", "/en/nowhere/"),
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@SIZES
def test_public_pages_have_no_barrier_in_english(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    with reader(browser, installation.url, width=size[0], height=size[1], bypass_csp=True) as one:
        for screen in PUBLIC:
            one.go(screen.path)
            one.examine(f"english-{screen.name.replace(':', '-')}-{size[0]}")


def test_english_pages_are_no_heavier(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.url) as one:
        for screen in PUBLIC[:-1]:
            (first, _), (then, _) = weigh(one, screen)
            assert (first <= (PLOTS if screen.plots else FIRST), then <= THEN) == (True, True), (screen, first, then)


def test_a_reader_finds_english_and_back_again(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.url) as one:
        one.go("/catalogue/?item_class=03")
        one.follow("English")
        one.heading("Catalogue")
        assert one.page.url == f"{installation.url}/en/catalogue/?item_class=03"
        one.page.get_by_role("link", name="Large print").click()
        assert one.page.locator("html").get_attribute("data-print") == "large"
        assert one.page.get_by_role("link", name="Normal print").count() == 1
        one.follow("Administrative licence of a natural person")
        one.heading("Administrative licence of a natural person")
        one.follow("中文")
        one.heading("行政许可信息")
        assert "/en/" not in one.page.url


@SIZES
def test_a_person_logs_in_and_reads_their_own_page_in_english(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    """Through the real-name platform, which knows one address of ours."""
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as one:
        installation.platform.vouches_for(*able_persons(installation, 5)[-1])
        one.go("/en/")
        one.heading("The desk, and your own page")
        one.examine(f"english-entrance-{size[0]}")
        one.page.get_by_role("main").get_by_role("link", name="Persons: log in").click()
        one.heading("My page")
        assert one.page.url == f"{installation.desk}/en/me/"
        one.examine(f"english-person-home-{size[0]}")
        for name, title in TITLES.items():
            one.go(f"/en/me/{name}/")
            one.heading(title)
            one.examine(f"english-person-{name.replace('/', '-')}-{size[0]}")
        one.press("Log out")
        one.heading("The desk, and your own page")


@SIZES
def test_a_record_is_read_in_english(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as one:
        one.go("/en/")
        one.press("Demo person 1")
        one.heading("My page")
        one.follow("See my file")
        one.heading("My file")
        for closed in one.page.locator("main details").all()[:2]:
            closed.locator("summary").first.click()
        one.examine(f"english-file-{size[0]}")
        one.page.get_by_role("link", name="Content and history").first.click()
        one.heading("One record")
        one.examine(f"english-record-{size[0]}")


@SIZES
def test_an_officer_logs_in_in_english_and_works_in_chinese(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as one:
        one.go("/en/login/")
        one.heading("Officers: log in")
        one.page.get_by_label("Login").fill("nobody")
        one.page.get_by_label("Password").fill("wrong")
        one.press("Next")
        one.page.get_by_text("Login or password is wrong").first.wait_for()
        one.examine(f"english-login-{size[0]}")
        one.become("演示·信用中心查询员")
        one.go("/en/account/security/")
        one.heading("Login and security")
        one.examine(f"english-security-{size[0]}")
        one.go("/en/desk/")
        assert one.page.url == f"{installation.desk}/desk/"
