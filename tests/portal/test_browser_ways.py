"""The pages of a file on its way in, state by state, on a telephone and at a desk: broken, queued, first findings, hanging, withdrawn."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Route, expect

from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser import CLERK, DESKTOP, PHONE, many_rows
from tests.portal.test_browser_upload import PART
from tests.site.support import MAJOR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
ROWS = 60_000


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def worker_of(installation: Running) -> int:
    """Find the installation's own worker among its children."""
    for entry in Path("/proc").iterdir():
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1]) if entry.name.isdigit() else 0
            command = (entry / "cmdline").read_bytes() if parent == installation.process.pid else b""
        except OSError:
            continue
        if b"chengxin.site.worker" in command:
            return int(entry.name)
    raise AssertionError("the installation has no worker")


@contextmanager
def held(installation: Running) -> Iterator[None]:
    """Let the worker stand still."""
    worker = worker_of(installation)
    os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        beat(installation, "0")
        os.kill(worker, signal.SIGCONT)


def beat(installation: Running, ago: str) -> None:
    """Let the batches under way have been told of some minutes ago."""
    url = EmbeddedPostgres(installation.data, major=MAJOR).url("chengxin_owner")
    with psycopg.connect(url) as connection:
        connection.execute(
            """UPDATE records_progress SET at = clock_timestamp() - make_interval(mins => %(ago)s),
                   beat_at = clock_timestamp() - make_interval(mins => %(ago)s)
               WHERE batch_id IN (SELECT id FROM records_batch WHERE state = 'received')""",
            {"ago": int(ago)},
        )


def upload_breaks(desk: Reader, tag: str, file: Path) -> None:
    """Hand in a file whose second part doesn't get through, look at the page, and let the rest go on."""
    broken = [True]

    def unsteady(route: Route) -> None:
        if broken[0] and route.request.method == "POST" and route.request.headers["upload-offset"] != "0":
            route.abort("connectionreset")
        else:
            route.continue_()

    desk.page.route(PART, unsteady)
    desk.hand_in(file)
    told = desk.page.locator("[data-part-progress] [role=status]")
    expect(told).to_contain_text("连接中断，正在重试……")
    desk.examine(f"{tag}-upload-broken")
    expect(told).to_contain_text("连接中断，正在重试……")
    assert float(desk.page.locator("progress").evaluate("bar => bar.value")) > 0
    broken[0] = False
    desk.heading("正在处理")
    desk.page.unroute(PART)
    desk.complaints[:] = [one for one in desk.complaints if "ERR_CONNECTION_RESET" not in one]


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_file_on_its_way(browser: Browser, installation: Running, tmp_path: Path, size: tuple[int, int]) -> None:
    tag = f"way-{size[0]}"
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        page = desk.page
        desk.become(CLERK)
        with held(installation):
            upload_breaks(desk, tag, many_rows(installation, ROWS, tmp_path))
            expect(page.get_by_role("status")).to_contain_text("正在排队")
            desk.examine(f"{tag}-queued")
            address = page.url
            desk.go("/desk/batches/")
            page.get_by_text("正在处理").first.wait_for()
            desk.examine(f"{tag}-batches-under-way")
            page.goto(address)
        expect(page.get_by_role("heading", name="先发现的问题")).to_be_visible(timeout=60_000)
        with held(installation):
            desk.heading("正在处理")
            desk.examine(f"{tag}-first-findings")
            beat(installation, "3")
            expect(page.get_by_role("status")).to_contain_text("一分钟没有动静")
            order = page.locator("#progress-body").evaluate("body => body.innerText")
            assert order.index("一分钟没有动静") < order.index("先发现的问题")
            desk.examine(f"{tag}-stuck")
        desk.heading("回执")
        assert f"退回 {ROWS:,} 行" in page.get_by_role("main").inner_text()
        desk.examine(f"{tag}-receipt")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_withdrawal(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    content = "撤回记录编号,撤回原因\n1,误报\n2,不想要了\n"
    with reader(browser, installation.desk, width=size[0], height=size[1]) as desk:
        desk.become(CLERK)
        desk.hand_in({"name": "w.csv", "mimeType": "text/csv", "buffer": content.encode()})
        desk.heading("回执")
        desk.examine(f"way-{size[0]}-withdrawal")
        desk.follow("逐行查看问题和改法")
        desk.heading("问题和改法")
        assert "撤回原因只能是" in desk.page.get_by_role("main").inner_text()
        desk.examine(f"way-{size[0]}-withdrawal-findings")
