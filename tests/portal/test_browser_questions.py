"""A provider answers for a row in question, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from chengxin.lib.periods import shanghai_date
from tests.conftest import Running
from tests.penalties import penalty, write_csv
from tests.portal.browser import SCREENSHOTS, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
CLERK = "演示·信源单位经办人"
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_clerk_holds_to_a_row_in_question(
    browser: Browser, installation: Running, tmp_path: Path, size: tuple[int, int]
) -> None:
    today = shanghai_date(timezone.now())
    rows = [penalty(today, 700 + size[0] + place, CF_NR_FK="30", CF_NR="罚款三十万元") for place in range(2)]
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(CLERK)
        desk.hand_in(write_csv(tmp_path / "dear.csv", rows))
        desk.heading("回执")
        desk.follow("核对存疑的行")
        desk.heading("存疑的行")
        desk.examine(f"questions-{size[0]}")
        desk.press("保留并重新核对")
        desk.page.get_by_role("alert").get_by_text("请勾选核对无误的行").wait_for()
        desk.examine(f"questions-wrong-{size[0]}")
        desk.page.get_by_label("第 2 行核对无误").check()
        desk.page.get_by_label("理由").fill("已与处罚决定书原件核对，罚款三十万元无误")
        desk.press("保留并重新核对")
        desk.page.get_by_text("已保留 1 行").wait_for()
        expect(desk.page.get_by_role("checkbox")).to_have_count(1)
        desk.examine(f"questions-held-{size[0]}")
        desk.follow("查看或者收回")
        desk.page.get_by_label("收回的理由").fill("复核原件后发现罚款应为三万元")
        desk.examine(f"waiver-{size[0]}")
        desk.press("收回")
        desk.page.get_by_text("已收回。同样的内容再次报送时，会重新询问。").wait_for()
        desk.examine(f"waiver-ended-{size[0]}")
        desk.go("/desk/waivers/")
        desk.examine(f"waivers-{size[0]}")
