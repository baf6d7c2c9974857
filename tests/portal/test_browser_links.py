"""Share links in a real browser: made item by item, opened by somebody without an account, followed and ended by the person."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def make(one: Reader, size: int) -> tuple[str, str]:
    """Make a link with an access code; give its path and the code."""
    one.go("/me/shares/")
    one.heading("我的分享")
    one.follow("做一个新的分享链接")
    one.heading("做一个新的分享链接")
    boxes = one.page.locator("input[name=items]")
    assert not any(box.is_checked() for box in boxes.all())
    one.examine(f"link-new-{size}")
    one.press("做好链接")
    one.page.get_by_role("alert").get_by_text("请至少选择一项").first.wait_for()
    one.examine(f"link-new-wrong-{size}")
    one.page.get_by_label("所选信息项里可以展示的记录").check()
    for box in boxes.all():
        box.check()
    one.page.get_by_label("再加一个访问码").check()
    one.page.get_by_label("备注：给谁的").fill("房东")
    one.press("做好链接")
    one.heading("链接做好了")
    one.page.locator("img.qr").evaluate("picture => picture.decode()")
    one.examine(f"link-made-{size}")
    address = one.page.get_by_label("链接", exact=True).input_value()
    return urlsplit(address).path, one.page.locator(".code-large").inner_text().strip()


@pytest.mark.parametrize(("size", "place"), [(PHONE, 1), (DESKTOP, 2)], ids=["phone", "desktop"])
def test_made_opened_once_followed_and_ended(
    browser: Browser, installation: Running, size: tuple[int, int], place: int
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as person:
        person.go("/")
        person.press(f"演示·本人{place}")
        person.heading("本人")
        path, code = make(person, size[0])
        with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as holder:
            holder.go(path)
            holder.heading("有人给您看他的信用信息")
            holder.examine(f"shared-{size[0]}")
            holder.press("打开看一次")
            holder.page.get_by_text("打不开").wait_for()
            holder.examine(f"shared-closed-{size[0]}")
            holder.page.get_by_label("访问码").fill(code)
            holder.press("打开看一次")
            holder.page.get_by_text("给您看的信用信息").first.wait_for()
            holder.examine(f"shared-opened-{size[0]}")
            holder.go(path)
            holder.page.get_by_label("访问码").fill(code)
            holder.press("打开看一次")
            holder.page.get_by_text("打不开").wait_for()
            assert holder.page.context.cookies() == []
        person.follow("已经发好，看这个分享")
        person.page.get_by_text("没有看到：次数已看完").wait_for()
        person.page.get_by_text("没有看到：访问码不对").wait_for()
        person.examine(f"link-{size[0]}")
        path, _ = make(person, size[0])
        person.follow("已经发好，看这个分享")
        person.press("立即收回")
        person.page.get_by_text("已收回，立即生效").wait_for()
        person.go("/me/shares/")
        person.examine(f"links-{size[0]}")
