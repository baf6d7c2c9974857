"""Papers at the window in a real browser: an officer takes one in and opens it with a case, the person opens it on their own page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.lib.papers import photograph, scan_pdf
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_delegations import able_persons
from tests.portal.test_browser_window import DESKTOP, OFFICER, PHONE, fill

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def hand_in(desk: Reader, kind: str, name: str, content: bytes) -> None:
    desk.page.get_by_label("材料种类").select_option(kind)
    desk.page.get_by_label("扫描件或者照片").set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": content}
    )
    desk.page.get_by_label("我看过：原件清楚、完整").check()
    desk.press("收下")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_paper_is_taken_in_and_opened(
    browser: Browser, installation: Running, size: tuple[int, int], tmp_path: Path
) -> None:
    who = able_persons(installation, 3)[-1]
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(OFFICER)
        desk.open_proved("/desk/window/")
        fill(desk, 本人=who)
        desk.page.get_by_label("我看过证件原件").check()
        desk.press("开始办理")
        desk.page.get_by_role("heading", name="收下纸质材料").wait_for()
        hand_in(desk, "objection", "a.jpg", b"not a picture at all")
        assert "不是 PDF、JPEG 或者 PNG" in desk.page.get_by_role("alert").inner_text()
        desk.examine(f"visit-scan-wrong-{size[0]}")
        hand_in(desk, "objection", "a.jpg", photograph())
        desk.page.get_by_role("status").filter(has_text="已收下，编号").wait_for()
        hand_in(desk, "evidence", "b.pdf", scan_pdf(2))
        desk.page.get_by_role("button", name="打印收件回执（共 2 份）").wait_for()
        desk.examine(f"visit-scans-{size[0]}")
        desk.follow("随申请提交的证明材料")
        desk.heading("随申请提交的证明材料")
        desk.press("登记并打开")
        assert "请写明案号或者事由" in desk.page.get_by_role("alert").inner_text()
        desk.examine(f"scan-{size[0]}")
        desk.open_proved("/desk/scans/")
        desk.heading("收下的材料")
        desk.examine(f"scans-{size[0]}")
        desk.page.context.clear_cookies()
        installation.platform.vouches_for(*who)
        desk.go("/")
        desk.follow("本人登录")
        desk.heading("本人")
        desk.go("/me/scans/")
        desk.heading("我交的材料")
        desk.examine(f"person-scans-{size[0]}")


def test_a_picture_and_a_pdf_open_in_the_browsers_own_viewer(browser: Browser, installation: Running) -> None:
    """With the policy in force: what the viewer needs is let through, and nothing else is asked for."""
    who = able_persons(installation, 3)[-1]
    with reader(browser, installation.desk, width=DESKTOP[0], height=DESKTOP[1]) as desk:
        desk.become(OFFICER)
        desk.open_proved("/desk/window/")
        fill(desk, 本人=who)
        desk.page.get_by_label("我看过证件原件").check()
        desk.press("开始办理")
        for kind, name, content, wanted in (
            ("repair", "a.jpg", photograph(), "image/jpeg"), ("correction", "b.pdf", scan_pdf(2), "application/pdf"),
        ):  # fmt: skip
            hand_in(desk, kind, name, content)
            desk.page.get_by_role("status").filter(has_text="已收下，编号").wait_for()
            number = desk.page.get_by_role("status").inner_text().split("编号 ")[1][:20]
            back = desk.page.url
            desk.go(f"/desk/scans/{number}/")
            desk.page.get_by_label("为办什么事查看").fill("核对")
            desk.press("登记并打开")
            assert desk.page.evaluate("document.contentType") == wanted
            if wanted.startswith("image"):
                assert desk.page.evaluate("document.images[0].naturalWidth") > 400
            desk.page.goto(back)
