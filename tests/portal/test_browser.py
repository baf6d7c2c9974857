"""What clerks, officers and visitors do, in a real browser against a whole installation."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
CLERK, LICENSING, CENTRE = "演示·信源单位经办人", "演示·许可审查员", "演示·信用中心查询员"
PHONE, DESKTOP = (360, 780), (1280, 800)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture
def desk(browser: Browser, installation: Running) -> Iterator[Reader]:
    with reader(browser, installation.desk) as made:
        yield made


def dirty(installation: Running) -> Path:
    return installation.data / "demo" / "penalties-dirty.csv"


def many_rows(installation: Running, rows: int, folder: Path) -> Path:
    """Write a file that takes long enough to be watched."""
    with (installation.data / "demo" / "penalties-clean.csv").open(encoding="utf-8-sig", newline="") as source:
        found = csv.DictReader(source)
        row, columns = next(found), found.fieldnames or []
    path = folder / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, columns)
        writer.writeheader()
        writer.writerows(row | {"CF_WSH": f"测多罚〔2026〕{number}号", "CF_XDR_ZJHM": "1"} for number in range(rows))
    return path


def licence_holder(installation: Running) -> tuple[str, str]:
    with (installation.data / "demo" / "licences-clean.csv").open(encoding="utf-8-sig", newline="") as source:
        row = next(csv.DictReader(source))
    return row["XK_XDR_MC"], row["XK_XDR_ZJHM"]


def test_a_clerk_hands_in_a_dirty_file_and_takes_back_what_to_mend(
    desk: Reader, installation: Running, tmp_path: Path
) -> None:
    desk.become(CLERK)
    desk.heading("我的待办")
    desk.hand_in(many_rows(installation, 20_000, tmp_path))
    desk.heading("正在处理")
    assert "步，共 6 步" in desk.page.get_by_role("status").inner_text()
    desk.heading("回执")  # the page changed by itself
    assert "退回 20,000 行" in desk.page.locator("main").inner_text()

    desk.hand_in(dirty(installation))
    desk.heading("回执")
    counts = [int(text.replace(",", "")) for text in desk.page.locator("#counts + dl dd").all_inner_texts()]
    assert sum(counts[:-1]) == counts[-1] == 140
    page = desk.page.url
    desk.follow("逐行查看问题和改法")
    desk.heading("问题和改法")
    expect(desk.page.get_by_role("heading", level=2)).to_have_count(25)
    desk.follow("后 25 处")
    assert "回到开头" in desk.page.locator("main").inner_text()
    desk.page.goto(page)
    with desk.page.expect_download() as download:
        desk.follow("下载待修改的行")
    assert download.value.suggested_filename.startswith("待修改-")
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["退回或等待原因"] for row in rows)
    desk.press("已取走，现在删除")
    assert "待修改行文件已删除" in desk.page.get_by_role("status").inner_text()
    expect(desk.page.get_by_role("link", name="下载待修改的行")).to_have_count(0)


def test_an_officer_looks_a_person_up_and_takes_the_report(desk: Reader, installation: Running) -> None:
    name, code = licence_holder(installation)
    desk.become(LICENSING)
    desk.go("/desk/lookup/")
    desk.heading("为什么查询")
    desk.follow("行政许可：审查申请人有关信用信息")
    desk.ask(name, code)
    desk.heading("个人公共信用信息报告")
    told = desk.page.locator("main").inner_text()
    assert name in told
    assert code not in told
    assert code not in desk.page.url
    expect(desk.page.get_by_role("article").first).to_be_attached()
    for button, ending in (("取得 PDF", ".pdf"), ("取得 JSON", ".json")):
        with desk.page.expect_download() as download:
            desk.press(button)
        assert download.value.suggested_filename.endswith(ending)
        assert Path(download.value.path()).stat().st_size > 500


def test_a_refused_officer_learns_nothing_and_types_the_person_anew(desk: Reader) -> None:
    desk.become(LICENSING)
    desk.go("/desk/lookup/")
    desk.follow("行政许可：审查申请人有关信用信息")
    desk.ask("王不在", "149999199001010018")
    assert "无法答复此次查询" in desk.page.get_by_role("alert").inner_text()
    assert desk.page.get_by_label("姓名").input_value() == ""
    assert desk.page.get_by_label("证件号码").input_value() == ""
    assert desk.page.get_by_label("案号").input_value() == "晋市监许〔2026〕12号"
    expect(desk.page.get_by_role("alert")).to_be_focused()


def test_without_javascript_a_receipt_is_one_link_away(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk, java_script_enabled=False) as desk:
        desk.become(CLERK)
        desk.hand_in(dirty(installation))
        for _ in range(100):
            if desk.page.get_by_role("heading", level=1).inner_text() == "回执":
                break
            desk.page.wait_for_timeout(200)
            desk.follow("刷新")
        desk.heading("回执")


def test_a_file_that_is_no_use_says_what_to_do(desk: Reader) -> None:
    desk.become(CLERK)
    desk.hand_in({"name": "x.csv", "mimeType": "text/csv", "buffer": "姓名,宗教信仰\n甲,无\n".encode()})
    desk.heading("文件无法使用")
    assert desk.page.get_by_role("alert").inner_text()
    assert desk.page.get_by_role("link", name="重新报送").is_visible()


def focus(desk: Reader) -> str:
    """Tell what has the focus, by label or text; fails where it can't be seen."""
    told = desk.page.evaluate(
        """() => { const at = document.activeElement, style = getComputedStyle(at);
           return [at.labels?.[0]?.innerText ?? at.innerText, style.outlineStyle, parseFloat(style.outlineWidth)] }"""
    )
    assert told[1] != "none", f"focus on {told[0]!r} can't be seen"
    assert told[2] >= 2
    return str(told[0]).split("\n")[0].strip()


def tab_to(desk: Reader, label: str) -> None:
    passed = []
    for _ in range(40):
        desk.page.keyboard.press("Tab")
        if desk.page.evaluate("document.activeElement === document.body"):
            continue  # the page had only just come, or the browser itself has the focus between its end and its beginning
        passed.append(focus(desk))
        if passed[-1].startswith(label):
            return
    pytest.fail(f"the Tab key never came to {label}; it passed {passed}")


def test_login_and_upload_go_by_keyboard_alone(desk: Reader, installation: Running) -> None:
    desk.go("/login/")
    tab_to(desk, "跳到正文")
    desk.page.keyboard.press("Enter")
    tab_to(desk, "登录名")
    desk.page.keyboard.type("clerk")
    tab_to(desk, "密码")
    desk.page.keyboard.type("demo-only-149999")
    tab_to(desk, "下一步")
    desk.page.keyboard.press("Enter")
    desk.heading("第二重验证")
    shown = desk.page.get_by_role("note").locator("code")
    while not shown.count():
        desk.page.wait_for_timeout(1000)
        desk.page.reload()
    tab_to(desk, "验证码")
    desk.page.keyboard.type(shown.inner_text())
    tab_to(desk, "确认")
    desk.page.keyboard.press("Enter")
    desk.heading("我的待办")
    tab_to(desk, "报送")
    desk.page.keyboard.press("Enter")
    tab_to(desk, "报送文件")
    desk.page.keyboard.press("Enter")
    desk.heading("报送文件")
    tab_to(desk, "信息项")
    desk.page.keyboard.press("ArrowDown")
    assert desk.page.get_by_label("信息项").input_value()
    tab_to(desk, "文件")
    # What the system's own file dialogue gives; no browser lets a script drive it.
    desk.page.get_by_label("文件", exact=True).set_input_files(dirty(installation))
    tab_to(desk, "上传并校核")
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_url("**/desk/batches/*-*/")


@pytest.mark.parametrize(("tag", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_every_page_and_state_is_accessible_and_fits(
    browser: Browser, installation: Running, tmp_path: Path, tag: str, size: tuple[int, int]
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        for name, path in (("entrance", "/"), ("missing", "/x")):
            desk.go(path)
            desk.examine(f"{tag}-{name}")
        login_states(desk, tag)
        clerk_states(desk, tag, installation, tmp_path)
        officer_states(desk, tag, installation)


@pytest.mark.parametrize(("tag", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_every_page_of_the_public_site_is_accessible_fits_and_keeps_nothing(
    browser: Browser, installation: Running, tag: str, size: tuple[int, int]
) -> None:
    with reader(browser, installation.url, width=size[0], height=size[1], bypass_csp=True) as one:
        for name, path in (
            ("start", "/"),
            ("catalogue", "/catalogue/"),
            ("item", "/catalogue/CF-ZRR/"),
            ("units", "/organisations/"),
            ("units-of-a-city", "/organisations/?region=1409"),
            ("permissions", "/permissions/"),
            ("receipt-check", "/receipts/"),
            ("public-missing", "/x"),
        ):
            one.go(path)
            one.examine(f"{tag}-{name}")
        one.go("/receipts/")
        one.page.get_by_label("回执编号").fill("V" + "A" * 26)
        one.press("核对")
        one.page.get_by_role("alert").wait_for()
        one.examine(f"{tag}-receipt-unknown")
        assert one.page.context.cookies() == []
        one.go("/")
        one.follow("登录")
        one.heading("工作台和本人页面")
        one.follow("公开网站")
        one.heading("个人公共信用信息系统")


def login_states(desk: Reader, tag: str) -> None:
    desk.go("/login/")
    desk.examine(f"{tag}-login")
    desk.page.get_by_label("登录名").fill("clerk")
    desk.page.get_by_label("密码").fill("wrong")
    desk.press("下一步")
    desk.examine(f"{tag}-login-wrong")


def clerk_states(desk: Reader, tag: str, installation: Running, tmp_path: Path) -> None:
    desk.become(CLERK)
    desk.examine(f"{tag}-batches")
    desk.go("/desk/lookup/")
    desk.examine(f"{tag}-forbidden")
    desk.go("/desk/batches/new/")
    desk.examine(f"{tag}-upload")
    desk.press("上传并校核")
    desk.examine(f"{tag}-upload-wrong")
    desk.hand_in(many_rows(installation, 20_000, tmp_path))
    desk.heading("正在处理")
    desk.examine(f"{tag}-progress")
    desk.hand_in(dirty(installation))
    desk.heading("回执")
    desk.examine(f"{tag}-receipt")
    desk.follow("逐行查看问题和改法")
    desk.examine(f"{tag}-findings")
    desk.page.go_back()
    desk.press("已取走，现在删除")
    desk.examine(f"{tag}-dropped")
    desk.hand_in({"name": "x.csv", "mimeType": "text/csv", "buffer": b"x,y\n1,2\n"})
    desk.heading("文件无法使用")
    desk.examine(f"{tag}-unusable")


def officer_states(desk: Reader, tag: str, installation: Running) -> None:
    desk.become(CENTRE)
    desk.go("/desk/lookup/")
    desk.examine(f"{tag}-purposes-centre")
    desk.become(LICENSING)
    desk.go("/desk/lookup/")
    desk.examine(f"{tag}-purposes")
    desk.follow("行政许可：审查申请人有关信用信息")
    desk.examine(f"{tag}-lookup")
    desk.press("查询")
    desk.examine(f"{tag}-lookup-wrong")
    desk.ask("王不在", "149999199001010018")
    desk.examine(f"{tag}-refused")
    desk.ask(*licence_holder(installation))
    desk.heading("个人公共信用信息报告")
    desk.page.locator("main summary").first.click()
    desk.examine(f"{tag}-report")
