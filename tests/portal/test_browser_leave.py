"""Leave in a real browser: a department asks, the person grants item by item, narrows and takes back, the department acknowledges."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_delegations import able_persons
from tests.portal.test_browser_window import COLLEAGUE, OFFICER, fill

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PHONE, DESKTOP = (360, 780), (1280, 800)
ASKER = "演示·许可审查员"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def enter(desk: Reader, place: int) -> None:
    desk.page.context.clear_cookies()
    desk.go("/")
    desk.press(f"演示·本人{place}")
    desk.heading("本人")


def who(desk: Reader, place: int) -> tuple[str, str]:
    """Read a demo person's own name and code off their page."""
    enter(desk, place)
    desk.go("/me/details/")
    desk.press("显示完整证件号码")
    desk.page.get_by_text("重新遮住号码").wait_for()
    name, code = (desk.page.locator("dd").nth(at).inner_text().strip() for at in (0, 1))
    return name, code


def ask(desk: Reader, name: str, code: str, size: int) -> None:
    desk.become(ASKER)
    desk.go("/desk/authorisations/")
    desk.heading("请求授权")
    desk.examine(f"asked-for-{size}")
    desk.follow("其他单位：经本人授权核对所出示的信息")
    desk.press("请求授权")
    desk.page.get_by_role("alert").get_by_text("请至少选择一个信息项").first.wait_for()
    desk.examine(f"ask-leave-wrong-{size}")
    boxes = desk.page.locator("input[name=items]")
    assert not any(box.is_checked() for box in boxes.all())
    for box in boxes.all()[:3]:
        box.check()
    desk.page.get_by_label("期限内多次").check()
    desk.page.get_by_label("请求本人同意：内容有变化时告知本单位").check()
    day = desk.page.evaluate("new Date(Date.now() + 20 * 864e5).toISOString().slice(0, 10)")
    desk.page.get_by_label("有效到哪一天").fill(day)
    desk.page.get_by_label("每次查得的保存几天").fill("0")
    desk.page.get_by_label("为什么请求").fill("核对您申报评优时出示的材料")
    desk.page.get_by_label("本单位的业务编号").fill("评2026-7")
    desk.page.get_by_label("姓名").fill(name)
    desk.page.get_by_label("证件号码").fill(code)
    desk.press("请求授权")
    desk.page.get_by_text("已提交，编号").wait_for()
    desk.examine(f"asked-{size}")


@pytest.mark.parametrize(("size", "place"), [(PHONE, 1), (DESKTOP, 2)], ids=["phone", "desktop"])
def test_asked_granted_narrowed_taken_back_and_acknowledged(
    browser: Browser, installation: Running, size: tuple[int, int], place: int
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        name, code = who(desk, place)
        ask(desk, name, code, size[0])
        enter(desk, place)
        desk.page.get_by_text("有单位请求您授权查看您的信息").first.wait_for()
        desk.go("/me/authorisations/")
        desk.heading("我的授权")
        desk.examine(f"authorisations-{size[0]}")
        desk.follow("看一看，再决定")
        desk.heading("有单位请求您授权")
        desk.examine(f"authorisation-asked-{size[0]}")
        boxes = desk.page.locator("input[name=items]")
        assert not any(box.is_checked() for box in boxes.all())
        for box in boxes.all()[:2]:
            box.check()
        desk.page.get_by_label("期限内可以多次").check()
        announces = desk.page.get_by_label("内容有了变化，可以告诉对方一声")
        assert not announces.is_checked()
        announces.check()
        desk.press("同意选中的")
        desk.page.get_by_text("已同意。").wait_for()
        desk.examine(f"authorisation-granted-{size[0]}")
        desk.press("有变化不再告诉对方")
        desk.page.get_by_text("已停掉，立即生效").wait_for()
        desk.examine(f"authorisation-silenced-{size[0]}")
        desk.page.get_by_text("只收回一部分").click()
        desk.page.locator("input[name=items]").last.uncheck()
        desk.press("缩小授权")
        desk.page.get_by_text("已缩小，立即生效").wait_for()
        desk.press("撤回授权")
        desk.page.get_by_text("已撤回，立即生效").wait_for()
        desk.examine(f"authorisation-taken-back-{size[0]}")
        desk.become(ASKER)
        desk.go("/desk/call-backs/")
        desk.heading("收回的授权")
        desk.examine(f"call-backs-{size[0]}")
        desk.page.get_by_label("没有保存过").first.check()
        desk.page.get_by_role("button", name="已停止使用，确认").first.click()
        desk.page.get_by_text("已确认，本人会收到消息。").wait_for()


def test_the_page_is_english_where_asked(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, width=PHONE[0], height=PHONE[1], bypass_csp=True) as desk:
        name, code = who(desk, 3)
        ask(desk, name, code, 361)
        enter(desk, 3)
        desk.go("/en/me/authorisations/")
        desk.heading("My authorisations")
        desk.follow("Have a look, then decide")
        desk.heading("An organisation asks for your authorisation")
        desk.examine("authorisation-english-360")
        desk.press("I don’t agree")
        desk.page.get_by_text("They won’t learn that you refused").wait_for()


@pytest.mark.parametrize(("size", "place"), [(PHONE, 6), (DESKTOP, 7)], ids=["phone", "desktop"])
def test_what_is_signed_at_the_window_is_read_out_first(
    browser: Browser, installation: Running, size: tuple[int, int], place: int
) -> None:
    name, code = able_persons(installation, 8)[place]
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        ask(desk, name, code, size[0] + 2)
        desk.become(OFFICER)
        desk.open_proved("/desk/window/")
        fill(desk, 本人=(name, code))
        desk.page.get_by_label("我看过证件原件").check()
        desk.press("开始办理")
        desk.page.get_by_role("button", name="打印本人的报告").wait_for()
        desk.follow("本人签字授权、撤回授权")
        desk.heading("本人签字授权、撤回授权")
        assert "请先回到上一页扫描收下" in desk.page.locator("main").inner_text()
        desk.examine(f"visit-leave-{size[0]}")
        desk.page.get_by_role("link", name="登记同意").first.click()
        desk.heading("登记同意")
        desk.examine(f"visit-leave-enter-{size[0]}")
        assert not any(box.is_checked() for box in desk.page.locator("input[name=items]").all())
        desk.press("登记，请同事见证")
        desk.page.get_by_role("alert").first.wait_for()
        desk.examine(f"visit-leave-wrong-{size[0]}")
        assert name not in desk.page.content()
        desk.become(COLLEAGUE)
        desk.open_proved("/desk/leave-papers/")
        desk.heading("见证授权书")
        desk.examine(f"leave-papers-{size[0]}")
