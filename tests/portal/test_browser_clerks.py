"""A clerk's and the centre's pages beside the files, in a real browser: months, days, columns, a batch undone, the proof."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, launched, reader
from tests.portal.test_browser import CENTRE, CLERK

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def command(installation: Running, *words: str) -> Any:
    """Run a command beside the running installation."""
    program = [str(Path(sys.executable).with_name("chengxin")), *words, "--data", str(installation.data), "--json"]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_clerk_finds_months_days_columns_and_acts(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(CLERK)
        desk.follow("报送情况")
        desk.heading("逐月情况")
        desk.examine(f"months-{size[0]}")
        silent = desk.page.get_by_role("button", name="报告“无”")
        if silent.count():
            silent.last.click()
            desk.page.get_by_role("status").get_by_text("没有此项信息").wait_for()
        desk.follow("每日对账")
        desk.heading("每日对账")
        desk.examine(f"days-{size[0]}")
        desk.follow("列名对应和模板")
        desk.heading("列名对应和模板")
        desk.examine(f"column-items-{size[0]}")
        desk.page.get_by_role("link", name="对应列名").first.click()
        desk.press("看看这些列是什么")
        assert "请把文件的标题行粘贴到这里" in desk.page.get_by_role("alert").inner_text()
        desk.page.get_by_label("标题行").fill("当事人甲\t文号乙")
        desk.press("看看这些列是什么")
        desk.page.get_by_label("当事人甲").wait_for()
        desk.examine(f"columns-{size[0]}")
        desk.go("/desk/acts/")
        desk.heading("谁办了什么")
        desk.examine(f"acts-{size[0]}")
        with desk.page.expect_download() as loading:
            desk.go("/desk/columns/")
            desk.page.get_by_role("link", name="下载空白模板").first.click()
        assert loading.value.suggested_filename.endswith(".xlsx")


def two_rows(installation: Running, folder: Path, serial: int) -> Path:
    """Make a file of two of the demo's rows under document numbers of their own, so that there is something to undo."""
    with (installation.data / "demo" / "penalties-clean.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for _, row in zip(range(2), csv.DictReader(file), strict=False)]
    path = folder / "to-undo.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "CF_WSH": f"误罚〔2026〕{serial}{place}号"} for place, row in enumerate(rows))
    return path


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_clerk_asks_to_undo_a_batch_and_the_centre_sees_it(
    browser: Browser, installation: Running, tmp_path: Path, size: tuple[int, int]
) -> None:
    assert command(installation, "proof", "run")["faults"] == []
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(CLERK)
        desk.hand_in(two_rows(installation, tmp_path, size[0]))
        desk.page.get_by_role("heading", level=1, name="回执").wait_for(timeout=60_000)
        address = desk.page.get_by_role("link", name="申请撤回").get_attribute("href") or ""
        desk.open_proved(address)
        desk.heading("申请撤回整批")
        desk.press("申请，等待信用中心复核")
        assert "请写明撤回的理由" in desk.page.get_by_role("alert").first.inner_text()
        desk.examine(f"undo-{size[0]}")
        desk.page.get_by_label("理由").fill("误传了上一年度的文件")
        desk.press("申请，等待信用中心复核")
        desk.heading("整批撤回")
        desk.examine(f"undoings-{size[0]}")
        desk.become(CENTRE)
        desk.go("/desk/undoings/")
        desk.page.locator("main h2 a").first.click()
        desk.page.get_by_role("button", name="同意撤回").wait_for()
        desk.examine(f"undoing-{size[0]}")
        desk.follow("台账核验")
        desk.heading("台账核验")
        assert "无误" in desk.page.locator("main").inner_text()
        desk.examine(f"proof-{size[0]}")
