"""The demo province's key occupations, in a real browser: all sixteen are there, and nobody's name."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

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
def test_an_officer_sees_how_far_occupations_are_covered(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(CENTRE)
        desk.follow("重点职业")
        desk.heading("重点职业覆盖情况")
        expect(desk.page.locator("main h3 a")).to_have_count(16)
        assert "没有记录" not in desk.page.locator("main h3 + .tag").all_inner_texts()
        desk.examine(f"occupations-{size[0]}")
        desk.follow("会计审计人员")
        desk.heading("会计审计人员")
        assert desk.page.get_by_role("row").count() > 11
        desk.examine(f"occupation-{size[0]}")
