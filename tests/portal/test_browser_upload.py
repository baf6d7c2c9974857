"""A large file in a real browser: part by part, through a connection that breaks, to a receipt; and without scripts as an ordinary form."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser import CLERK, many_rows

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PART = re.compile(r"/desk/batches/new/parts/[0-9a-f-]{36}$")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def desk(browser: Browser, installation: Running) -> Iterator[Reader]:
    with reader(browser, installation.desk) as made:
        yield made


def test_a_large_file_goes_on_after_a_break(desk: Reader, installation: Running, tmp_path: Path) -> None:
    file = many_rows(installation, 24_000, tmp_path)
    assert file.stat().st_size > 9 << 20
    sent: list[str] = []

    def unsteady(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.headers["upload-offset"])
            if len(sent) == 2:
                route.abort("connectionreset")
                return
        route.continue_()

    desk.become(CLERK)
    desk.page.route(PART, unsteady)
    desk.hand_in(file)
    expect(desk.page.get_by_role("heading", level=1)).to_have_text(re.compile("正在处理|回执"), timeout=60_000)
    assert sent == ["0", str(8 << 20), str(8 << 20)]
    if "正在处理" in desk.page.locator("h1").inner_text():
        first = desk.page.get_by_role("heading", name="先发现的问题")
        expect(first.or_(desk.page.get_by_role("heading", name="回执", level=1))).to_be_visible(timeout=60_000)
        desk.page.screenshot(path=SCREENSHOTS / "progress-first-findings.png")
    expect(desk.page.get_by_role("heading", name="回执", level=1)).to_be_visible(timeout=60_000)
    assert "退回 24,000 行" in desk.page.locator("main").inner_text()
    assert not list((installation.data / "spool").glob("*.part"))
    desk.complaints[:] = [one for one in desk.complaints if "ERR_CONNECTION_RESET" not in one]
