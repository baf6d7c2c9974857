"""The administration's pages, in a real browser against a whole installation: every page, by three administrators, on phone and desk."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from joserfc import jwk
from playwright.sync_api import Browser, expect

from chengxin.demo.organisations import of_field, organisation_code
from chengxin.demo.province import PASSWORD
from chengxin.lib.periods import shanghai_date
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser import tab_to
from tests.site.support import MAJOR

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
SIZES = [("phone", (360, 780), 950), ("desktop", (1280, 800), 960)]
BANK = of_field("bank")[0].code
PLACES = ("人员和权限", "单位", "系统和公钥", "实名核验用途")
WRONG = "91140000000000000X"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def desk(browser: Browser, installation: Running) -> Iterator[Reader]:
    with reader(browser, installation.administration) as made:
        yield made


def in_a_year() -> str:
    return str(shanghai_date(datetime.now(UTC)) + timedelta(days=300))


def main(one: Reader) -> str:
    return one.page.locator("main").inner_text()


def refused(one: Reader) -> str:
    """Give what the page says is wrong; the alert has the focus, so that whoever can't see it hears it."""
    told = one.page.get_by_role("alert")
    told.wait_for()
    expect(told).to_be_focused()
    return told.inner_text()


@pytest.mark.parametrize(
    ("login", "places"),
    [
        ("system", (*PLACES, "系统状况")),
        ("security", PLACES),
        ("audit", (*PLACES, "操作日志", "系统状况")),
    ],
)
def test_the_navigation_leads_where_the_role_may_go_and_nowhere_else(
    desk: Reader, login: str, places: tuple[str, ...]
) -> None:
    desk.administer(login, PASSWORD)
    nav = desk.page.get_by_role("navigation", name="主导航").get_by_role("link")
    assert tuple(nav.all_inner_texts()) == places
    for place in places:
        nav.filter(has_text=place).first.click()
        expect(desk.page.locator("h1")).to_have_count(1)
        current = desk.page.get_by_role("navigation", name="主导航").locator("[aria-current=page]:visible")
        expect(current).to_have_text(place)


@pytest.mark.parametrize(("tag", "size", "serial"), SIZES, ids=[tag for tag, *_ in SIZES])
def test_every_page_and_state_is_accessible_and_fits(
    browser: Browser, installation: Running, tag: str, size: tuple[int, int], serial: int
) -> None:
    address = installation.administration
    with reader(browser, address, width=size[0], height=size[1], bypass_csp=True) as one:
        one.go("/login/")
        one.examine(f"{tag}-admin-login")
        one.administer("system", PASSWORD)
        code = organisation_code("department", serial)
        organisation_pages(one, tag, code)
        client = client_pages(one, tag, code)
        purpose = purpose_pages(one, tag, code)
        officer_pages(one, tag, code, serial)
        one.administer("security", PASSWORD)
        approving_pages(one, tag, client, purpose)
        rights_pages(one, tag, serial)
        one.administer("system", PASSWORD)
        account_pages(one, tag, serial)
        ending_pages(one, tag, code)
        one.administer("audit", PASSWORD)
        audit_pages(one, tag, client, purpose)


def organisation_pages(one: Reader, tag: str, code: str) -> None:
    one.go("/organisations/")
    one.examine(f"{tag}-admin-organisations")
    one.page.get_by_label("名称或者代码").fill("没有的单位")
    one.press("查找")
    one.page.get_by_text("没有符合条件的单位").wait_for()
    assert "?" not in one.page.url
    assert "没有符合条件的单位" in main(one)
    one.examine(f"{tag}-admin-organisations-none")
    one.open_proved("/organisations/new/")
    one.examine(f"{tag}-admin-organisation-new")
    one.press("登记")
    assert "请填写单位名称" in refused(one)
    one.examine(f"{tag}-admin-organisation-wrong")
    one.page.get_by_label("统一社会信用代码").fill(code)
    one.page.get_by_label("单位名称").fill("演示征信有限公司")
    one.page.get_by_label("类别").select_option("credit_agency")
    one.page.get_by_label("行政区划代码").fill("140199")
    one.press("登记")
    assert "没有行政区划 140199" in refused(one)
    one.examine(f"{tag}-admin-organisation-refused")
    one.page.get_by_label("行政区划代码").fill("140105")
    one.page.get_by_label("从哪一天起").fill("2026-01-01")
    one.press("登记")
    one.heading("演示征信有限公司")
    assert "缺少有效的个人征信业务经营许可证" in main(one)
    one.examine(f"{tag}-admin-organisation-unlicensed")
    one.follow("登记许可或者备案")
    one.examine(f"{tag}-admin-licence-new")
    one.page.get_by_label("许可或者备案", exact=True).select_option("personal-credit")
    one.page.get_by_label("许可证号或者备案号").fill("演示许可 1 号")
    one.page.get_by_label("生效日期").fill("2026-01-01")
    one.press("登记")
    assert "请填写失效日期" in refused(one)
    one.examine(f"{tag}-admin-licence-refused")
    one.page.get_by_label("失效日期").fill("2027-12-31")
    one.press("登记")
    one.heading("演示征信有限公司")
    assert "今天可用" in main(one)
    one.examine(f"{tag}-admin-organisation")
    one.follow("变更名称和上级")
    one.examine(f"{tag}-admin-organisation-change")
    one.press("变更")
    assert "没有变" in refused(one)
    one.open_proved("/organisations/list/")
    one.examine(f"{tag}-admin-list-new")
    wrong = "统一社会信用代码,单位名称,类别,行政区划,生效日期\n1,甲,club,140100,2026-01-01\n"
    one.page.get_by_label("名单文件").set_input_files(
        {"name": "x.csv", "mimeType": "text/csv", "buffer": wrong.encode()}
    )
    one.press("上传")
    assert "第 2 行：1 不是有效的统一社会信用代码" in refused(one)
    one.examine(f"{tag}-admin-list-refused")


def client_pages(one: Reader, tag: str, code: str) -> str:
    one.go(f"/organisations/{code}/")
    one.follow("登记单位的系统")
    assert one.page.get_by_label("单位统一社会信用代码").input_value() == code
    one.examine(f"{tag}-admin-client-new")
    one.page.get_by_label("系统名称").fill("征信查询系统")
    one.page.get_by_label("来访网络").fill("203.0.113.7/24")
    one.press("登记")
    assert "203.0.113.7/24 不是网络地址" in refused(one)
    one.examine(f"{tag}-admin-client-refused")
    one.page.get_by_label("来访网络").fill("203.0.113.0/28")
    one.press("登记")
    one.heading("征信查询系统")
    one.examine(f"{tag}-admin-client-keyless")
    page = one.page.url
    one.page.locator("main").get_by_role("link", name="登记公钥").click()
    one.examine(f"{tag}-admin-key-new")
    key = jwk.ECKey.generate_key("P-256")
    one.page.get_by_label("公钥（JWK 或者 PEM）").fill(json.dumps(key.as_dict(private=True)))
    one.press("登记")
    assert "这是私钥" in refused(one)
    assert one.page.get_by_label("公钥（JWK 或者 PEM）").input_value() == ""
    one.examine(f"{tag}-admin-key-refused")
    one.page.get_by_label("公钥（JWK 或者 PEM）").fill(json.dumps(key.as_dict(private=False)))
    one.press("登记")
    one.heading("征信查询系统")
    assert "等待安全管理员核对指纹后批准" in main(one)
    assert "核对并批准" not in main(one)
    one.examine(f"{tag}-admin-client-waiting")
    one.page.locator("main").get_by_role("link", name="查询时间和次数").click()
    one.examine(f"{tag}-admin-client-limits")
    for label, hour in (("从几点起", "8"), ("到几点为止", "18")):
        one.page.get_by_label(label).fill(hour)
    one.page.get_by_label("理由").fill("按单位的申请")
    one.press("设定")
    assert "8 点到 18 点" in main(one)
    one.go("/systems/")
    one.examine(f"{tag}-admin-clients")
    return page.removeprefix(one.url)


def purpose_pages(one: Reader, tag: str, code: str) -> str:
    one.go(f"/organisations/{code}/")
    one.follow("登记实名核验用途")
    one.examine(f"{tag}-admin-purpose-new")
    one.page.get_by_label("每个系统每天最多核验次数").fill("0")
    one.press("登记")
    assert "请选择法律依据" in refused(one)
    one.examine(f"{tag}-admin-purpose-wrong")
    one.page.get_by_label("领域和法律依据").select_option("accounts GRCKSMZ-7")
    one.page.get_by_label("用途", exact=True).fill("开立账户时核对身份")
    one.page.get_by_label("每个系统每天最多核验次数").fill("1000")
    one.press("登记")
    one.page.get_by_role("status").wait_for()
    assert "等待安全管理员批准" in main(one)
    one.examine(f"{tag}-admin-purpose-waiting")
    page = one.page.url
    one.go("/purposes/")
    one.examine(f"{tag}-admin-purposes")
    return page.removeprefix(one.url)


def officer_pages(one: Reader, tag: str, code: str, serial: int) -> None:
    one.go("/officers/")
    one.examine(f"{tag}-admin-officers")
    one.go(f"/organisations/{code}/")
    one.follow("登记工作人员")
    one.examine(f"{tag}-admin-officer-new")
    one.page.get_by_label("登录名").fill("Zhang")
    one.page.get_by_label("姓名").fill("张敏")
    one.page.get_by_label("初始密码").fill("first password 1")
    one.press("登记")
    assert "小写字母" in refused(one)
    one.examine(f"{tag}-admin-officer-refused")
    one.page.get_by_label("登录名").fill(f"zhang.{serial}")
    one.page.get_by_label("初始密码").fill("first password 1")
    one.press("登记")
    one.heading("张敏")
    one.examine(f"{tag}-admin-officer")
    one.follow("停用账户")
    one.examine(f"{tag}-admin-officer-leave")


def approving_pages(one: Reader, tag: str, client: str, purpose: str) -> None:
    one.go("/purposes/?state=waiting")
    one.examine(f"{tag}-admin-purposes-waiting")
    one.go(purpose)
    assert "登记实名核验用途" not in main(one)
    one.examine(f"{tag}-admin-purpose-to-approve")
    one.open_proved(f"{purpose}approve/")
    one.examine(f"{tag}-admin-purpose-approve")
    one.press("批准")
    one.page.get_by_role("status").wait_for()
    assert "有效" in main(one)
    one.open_proved(f"{purpose}withdraw/")
    one.examine(f"{tag}-admin-purpose-withdraw")
    one.page.get_by_label("理由").fill("不再办理")
    one.press("撤销")
    one.page.get_by_role("status").wait_for()
    one.examine(f"{tag}-admin-purpose-withdrawn")
    one.go(client)
    one.examine(f"{tag}-admin-client-to-approve")
    one.follow("核对并批准")
    one.examine(f"{tag}-admin-key-approve")
    one.press("指纹一致，批准")
    one.heading("征信查询系统")
    assert "可以调用" in main(one)
    one.follow("废止")
    one.examine(f"{tag}-admin-key-withdraw")
    one.press("废止")
    one.heading("征信查询系统")
    one.follow("停用系统")
    one.examine(f"{tag}-admin-client-suspend")
    one.press("停用")
    assert "请写明理由" in refused(one)
    one.page.get_by_label("理由").fill("不再接入")
    one.press("停用")
    one.heading("征信查询系统")
    assert "已停用" in main(one)
    one.examine(f"{tag}-admin-client-suspended")


def rights_pages(one: Reader, tag: str, serial: int) -> None:
    one.open_proved(f"/officers/zhang.{serial}/grant/")
    one.examine(f"{tag}-admin-grant")
    one.press("授予")
    assert "请选择岗位" in refused(one)
    one.examine(f"{tag}-admin-grant-wrong")
    one.page.get_by_label("岗位").select_option("verifier")
    one.page.get_by_label("理由").fill("新任核验员")
    one.press("授予")
    one.heading("张敏")
    one.examine(f"{tag}-admin-officer-granted")
    one.follow("收回")
    one.examine(f"{tag}-admin-withdraw")
    one.open_proved(f"/officers/zhang.{serial}/factors/")
    one.examine(f"{tag}-admin-factors")
    one.press("取下")
    assert "请写明理由" in refused(one)
    one.page.get_by_label("理由").fill("手机遗失，当面核实")
    one.press("取下")
    one.heading("张敏")
    assert "已取下" in one.page.locator("body").inner_text()


def account_pages(one: Reader, tag: str, serial: int) -> None:
    one.open_proved(f"/officers/zhang.{serial}/unlock/")
    assert "没有锁定" in main(one)
    one.examine(f"{tag}-admin-unlock")
    one.press("解除")
    one.heading("张敏")
    one.follow("设置初始密码")
    one.examine(f"{tag}-admin-password")
    one.press("设置")
    assert "请填写初始密码" in refused(one)
    one.page.get_by_label("初始密码").fill("another-first-password")
    one.press("设置")
    one.heading("张敏")
    one.examine(f"{tag}-admin-officer-accounts")


def ending_pages(one: Reader, tag: str, code: str) -> None:
    one.go(f"/organisations/{code}/")
    one.page.locator("main").get_by_role("link", name="终止").click()
    if "/account/prove/" in one.page.url:
        one.open_proved(f"/organisations/{code}/end/")
        one.go(f"/organisations/{code}/")
        one.page.locator("main").get_by_role("link", name="终止").click()
    one.examine(f"{tag}-admin-licence-end")
    one.open_proved(f"/organisations/{code}/end/")
    one.examine(f"{tag}-admin-organisation-end")
    one.page.get_by_label("理由").fill("注销")
    one.press("失效")
    one.heading("演示征信有限公司")
    assert "今天不可用" in main(one)
    one.examine(f"{tag}-admin-organisation-ended")


def audit_pages(one: Reader, tag: str, client: str, purpose: str) -> None:
    one.go("/log/")
    one.examine(f"{tag}-admin-log")
    one.go("/log/?first=x")
    one.examine(f"{tag}-admin-log-wrong")
    one.go(client)
    one.examine(f"{tag}-admin-client-audit")
    expect(one.page.locator("main").get_by_role("link", name="登记公钥")).to_have_count(0)
    one.go(purpose)
    one.go("/organisations/new/")
    one.heading("不能进行此操作")
    one.examine(f"{tag}-admin-forbidden")
    one.go("/organisations/x/")
    one.heading("未找到")
    one.examine(f"{tag}-admin-missing")


def test_a_purpose_is_registered_by_keyboard_alone(desk: Reader) -> None:
    desk.administer("system", PASSWORD)
    desk.open_proved("/purposes/new/")
    tab_to(desk, "单位统一社会信用代码")
    desk.page.keyboard.type(WRONG)
    tab_to(desk, "领域和法律依据")
    desk.page.keyboard.press("ArrowDown")
    assert desk.page.get_by_label("领域和法律依据").input_value()
    tab_to(desk, "用途")
    desk.page.keyboard.type("核对身份")
    tab_to(desk, "到哪一天为止")
    tab_to(desk, "登记，等待批准")
    desk.page.keyboard.press("Enter")
    assert WRONG in refused(desk)
    tab_to(desk, "单位统一社会信用代码")
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type(BANK)
    tab_to(desk, "登记，等待批准")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("status").wait_for()
    assert "请安全管理员批准" in desk.page.get_by_role("status").inner_text()


def test_without_javascript_the_pages_work(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.administration, java_script_enabled=False) as one:
        one.administer("system", PASSWORD)
        one.go("/organisations/")
        one.page.get_by_label("名称或者代码").fill(BANK)
        one.press("查找")
        one.follow("晋诚演示银行股份有限公司")
        one.heading("晋诚演示银行股份有限公司")


def test_a_restore_is_acknowledged_by_two(desk: Reader, installation: Running) -> None:
    """On a telephone and on a desk: what the verification found lost is entered, taken back, entered again and approved."""
    with psycopg.connect(EmbeddedPostgres(installation.data, major=MAJOR).url("chengxin_owner")) as owner:
        owner.execute(
            """INSERT INTO ground_lost_end (shard, tree, size, root, lost_size, lost_root, at)
               VALUES (7, '2025-01', 0, sha256(''), 3, sha256('x'), now())"""
        )
    for name, size in (("phone", (360, 780)), ("desktop", (1280, 800))):
        desk.page.set_viewport_size({"width": size[0], "height": size[1]})
        desk.administer("system", PASSWORD)
        desk.open_proved("/restores/new/")
        desk.page.get_by_label("原因").fill("存储损坏，恢复到前一夜的备份")
        desk.page.get_by_label("恢复记录").fill("备份 2026-11-27 02:00，11-27 21:00 由甲恢复")
        desk.page.get_by_role("button", name="登记，等待批准").click()
        desk.page.get_by_role("status").filter(has_text="已登记").wait_for()
        desk.examine(f"administration-restorations-{name}")
        desk.administer("audit", PASSWORD)
        desk.go("/restores/")
        act = "撤销" if name == "phone" else "批准"
        desk.page.get_by_role("link", name=act).first.click()
        desk.page.get_by_role("heading", level=1).wait_for()
        desk.examine(f"administration-restoration-{'withdraw' if name == 'phone' else 'approve'}-{name}")
        desk.page.get_by_role("main").get_by_role("button").click()
        desk.page.get_by_role("status").filter(has_text=f"已{act}").wait_for()
