"""The review of use in a real browser: from the signal to its closure, and a suspension by two signatures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Browser

from chengxin.ground.services import entry_number
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_clerks import command
from tests.site.support import MAJOR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
REVIEWER, SECOND, EXAMINER, CLERK = "演示·查询审查员", "演示·查询复审员", "演示·许可审查员", "演示·信源单位经办人"
PHONE, DESKTOP = (360, 780), (1280, 800)
# Each size has a day of its own, so that each has an inquiry of its own.
BACK = {PHONE: 3, DESKTOP: 2}
ENTRY = """INSERT INTO ground_access_entry (subject_id, entry_id, at, organisation, officer, purpose, duty, authorisation, basis,
               case_reference, channel, outcome, reason, fields, record_ids, versions)
           SELECT (SELECT min(subject_id) FROM identity_person), %s, %s, o.code, 'licensing', 'XK-SC', 'XK-SC-01', '', 'XZXKF-34', %s,
               'desk', 'empty', '', '{}', '{}', '{}'
           FROM identity_user u JOIN identity_organisation o ON o.id = u.organisation_id WHERE u.login = 'licensing'"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def signal(installation: Running, size: tuple[int, int]) -> None:
    """Have the licensing officer have looked somebody up at night, past the guards, and that day reviewed."""
    day = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=BACK[size])
    night = datetime(day.year, day.month, day.day, 2, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
    url = EmbeddedPostgres(installation.data, major=MAJOR).url("chengxin_owner")
    with psycopg.connect(url) as owner:
        owner.execute("ALTER TABLE ground_access_entry DISABLE TRIGGER access_entry_under_a_duty")
        for number in range(4):
            moment = night + timedelta(minutes=number)
            owner.execute(ENTRY, [entry_number(moment), moment, f"晋市监许〔2026〕{number + 1}号"])
        owner.execute("ALTER TABLE ground_access_entry ENABLE TRIGGER access_entry_under_a_duty")
    made = command(installation, "review", "run", "--on", day.isoformat())
    assert [one["rule"] for one in made["signals"]] == ["out-of-hours"]
    assert command(installation, "review", "run", "--on", day.isoformat())["opened"] == 0


def open_case(desk: Reader) -> str:
    desk.become(REVIEWER)
    desk.open_proved("/desk/review/")
    desk.heading("审查查询")
    desk.page.locator("main h2 a[href^='/desk/review/']").first.click()
    desk.heading("工作时间以外")
    return desk.page.url.removeprefix(desk.url)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_from_the_signal_to_a_finding_and_a_suspension(
    browser: Browser, installation: Running, size: tuple[int, int]
) -> None:
    signal(installation, size)
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.become(EXAMINER)
        case = open_case(desk)
        desk.examine(f"inquiry-{size[0]}")
        desk.go("/desk/review/")
        desk.examine(f"inquiries-{size[0]}")
        desk.go(case)
        desk.press("要求说明")
        desk.page.get_by_text("请写明要说明什么").first.wait_for()
        desk.examine(f"inquiry-wrong-{size[0]}")
        desk.page.get_by_label("要说明什么").fill("请说明这几次夜间查询的事由和结果")
        desk.press("要求说明")
        desk.page.get_by_text("已要求 1 个单位说明").wait_for()
        desk.become(CLERK)
        desk.go("/desk/explanations/")
        desk.examine(f"explanations-{size[0]}")
        desk.page.locator("main h2 a").first.click()
        desk.examine(f"explanation-{size[0]}")
        desk.page.get_by_label("说明", exact=True).fill("当晚没有值班安排，没有对应案件。")
        desk.press("答复")
        desk.page.get_by_text("已答复，审查员会看到。").wait_for()
        desk.become(REVIEWER)
        desk.open_proved(case)
        desk.page.get_by_text("提出暂停").first.click()
        desk.page.get_by_label("经办人 licensing").check()
        desk.page.get_by_label("暂停的理由").fill("夜间查询，无案件")
        desk.press("提出暂停")
        desk.page.get_by_text("已提出，等另一名审查员同意后生效。").wait_for()
        stopped = desk.page.url.removeprefix(desk.url)
        desk.examine(f"suspension-proposed-{size[0]}")
        desk.go(case)
        desk.page.get_by_label("违规查询").check()
        desk.page.get_by_label("理由", exact=True).fill("没有案件，夜间查询")
        desk.examine(f"inquiry-answered-{size[0]}")
        desk.press("办结")
        desk.page.get_by_text("已办结，通知了 1 名被查询的人。").wait_for()
        desk.examine(f"inquiry-closed-{size[0]}")
        _two_sign(desk, stopped, size[0])


def _two_sign(desk: Reader, stopped: str, width: int) -> None:
    desk.become(SECOND)
    desk.open_proved(stopped)
    desk.press("同意暂停")
    desk.page.get_by_text("已同意，暂停当即生效。").wait_for()
    desk.become(EXAMINER)
    desk.go("/desk/lookup/")
    desk.page.get_by_text("您的岗位没有此项权限").wait_for()
    desk.become(SECOND)
    desk.open_proved(stopped)
    desk.examine(f"suspension-stands-{width}")
    desk.page.get_by_label("解除的理由").fill("已培训")
    desk.press("提出解除")
    desk.become(REVIEWER)
    desk.open_proved(stopped)
    desk.press("同意解除")
    desk.page.get_by_text("已解除，当即可以再查。").wait_for()
    desk.go("/desk/suspensions/")
    desk.examine(f"suspensions-{width}")
