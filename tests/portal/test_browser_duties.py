"""A department applies for a duty item, the centre decides, the supervising department publishes, and the answer is a yes or a no."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, launched, reader
from tests.portal.test_browser_delegations import able_persons

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
EXAMINER, OFFICER, APPROVER = "演示·许可审查员", "演示·信用中心查询员", "演示·社会信用主管部门批准人"
PHONE, DESKTOP = (360, 780), (1280, 800)
# Each size applies for a duty of its own: what is enrolled for once needs no second application.
DUTIES = {PHONE: ("RC-JG-02", "核对许可和执业信息"), DESKTOP: ("CJ-RD-01", "查阅认定、措施所依据的记录")}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_duty_item_is_applied_for_decided_and_published(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    code, name = DUTIES[size]
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(EXAMINER)
        desk.go("/desk/enrolments/")
        desk.examine(f"enrolments-{size[0]}")
        desk.open_proved(f"/desk/enrolments/new/{code}/")
        desk.press("提交申请")
        desk.page.get_by_text("请选择使用依据").first.wait_for()
        desk.examine(f"enrolment-wrong-{size[0]}")
        desk.page.get_by_role("radio").first.check()
        for label in ("使用场景", "使用范围", "共享方式"):
            desk.page.get_by_label(label).fill("办理日常监管时由承办人凭任务号查询")
        desk.page.get_by_label("使用时限").fill("2027-06-30")
        desk.press("提交申请")
        desk.page.get_by_text("已提交，等待信用中心答复。").wait_for()
        address = desk.page.url.removeprefix(desk.url)
        desk.examine(f"enrolment-asked-{size[0]}")
        desk.become(OFFICER)
        desk.open_proved(address)
        desk.page.get_by_label("同意开通").check()
        desk.page.get_by_label("理由").first.fill("与本单位职责相符")
        desk.examine(f"enrolment-decide-{size[0]}")
        desk.press("答复")
        desk.page.get_by_text("由社会信用主管部门公布后生效").wait_for()
        desk.become(APPROVER)
        desk.open_proved(address)
        desk.examine(f"enrolment-publish-{size[0]}")
        desk.press("公布")
        desk.page.get_by_text("已公布，当即列入公开名单。").wait_for()
        desk.become(EXAMINER)
        desk.go("/desk/lookup/")
        desk.page.get_by_role("link", name=name).wait_for()
        desk.examine(f"offers-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_an_answer_is_a_yes_or_a_no(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    person, number = able_persons(installation, 5)[-1]
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(EXAMINER)
        desk.go("/desk/lookup/PX-SC-01/")
        desk.ask(person, number)
        desk.page.get_by_role("heading", name="答复", exact=True).wait_for()
        desk.page.get_by_text("按规定只答到这里").first.wait_for()
        desk.examine(f"answer-yes-no-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everybody_reads_who_may_ask_for_what(browser: Browser, installation: Running, size: tuple[int, int]) -> None:
    with reader(browser, installation.url, width=size[0], height=size[1], bypass_csp=True) as site:
        site.go("/who-may-ask/")
        site.heading("谁能查什么")
        site.page.get_by_text("已开通的单位").first.wait_for()
        site.examine(f"who-may-ask-{size[0]}")
        site.go("/en/who-may-ask/")
        site.heading("Who may ask for what")
