"""Logging in, in a real browser: a newcomer's way from a first password to work, a passkey, and every page of one's own account."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from chengxin.demo.officers import code_of_officer
from chengxin.demo.organisations import ORGANISATIONS
from chengxin.demo.province import PASSWORD
from chengxin.identity.services.factors import STEP_S, code_at
from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_verification import somebody

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
COURT = "演示·法院经办人"
FIRST, OWN = "chosen by somebody else", "four unrelated words here"
PHONE, DESKTOP = (360, 780), (1280, 800)
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
ANSWER_ANOTHER_QUESTION = """async () => {
    const text = await (await fetch("/account/prove/")).text();
    const page = new DOMParser().parseFromString(text, "text/html");
    const options = JSON.parse(page.getElementById("passkey-data").textContent).request_options;
    options.publicKey.challenge = "A".repeat(43);
    return JSON.stringify(await webauthnJSON.get(options)) }"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def enter_at_server(installation: Running, login: str) -> None:
    """Enter an officer as the operator does, while everything runs."""
    program = Path(sys.executable).with_name("chengxin")
    organisation = ORGANISATIONS[0]["code"]
    command = [
        str(program),
        "officer",
        "enter",
        login,
        "--name",
        "新来的",
        "--org",
        organisation,
        "--data",
        str(installation.data),
    ]
    subprocess.run(command, input=f"{FIRST}\n", text=True, check=True, capture_output=True)


def send_password(one: Reader, login: str, password: str) -> None:
    one.go("/login/")
    one.page.get_by_label("登录名").fill(login)
    one.page.get_by_label("密码").fill(password)
    one.press("下一步")


def declare_oneself(one: Reader, login: str, tag: str) -> None:
    """Say who one is as the page asks, first with a number that can't be one, then by keyboard alone."""
    one.heading("本人身份")
    one.examine(f"{tag}-declare")
    code = code_of_officer(login)
    one.page.get_by_label("姓名").fill("新来的")
    one.page.get_by_label("证件号码").fill(code[:-2])
    one.press("申报")
    assert "照证件重新填写" in one.page.get_by_role("alert").inner_text()
    assert one.page.get_by_label("姓名").input_value() == one.page.get_by_label("证件号码").input_value() == ""
    one.examine(f"{tag}-declare-wrong")
    one.page.get_by_label("姓名").focus()
    one.page.keyboard.type("新来的")
    one.page.keyboard.press("Tab")
    one.page.keyboard.type(code)
    one.page.keyboard.press("Enter")


@pytest.mark.parametrize(("tag", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_a_newcomer_changes_the_password_and_binds_a_telephone(
    browser: Browser, installation: Running, tag: str, size: tuple[int, int]
) -> None:
    login = f"newcomer.{tag}"
    enter_at_server(installation, login)
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as one:
        send_password(one, login, FIRST)
        one.heading("修改密码")
        one.go("/desk/batches/")
        one.heading("修改密码")
        one.page.get_by_label("现在的密码").fill(FIRST)
        one.page.get_by_label("新密码", exact=True).fill(OWN)
        one.page.get_by_label("再输一次新密码").fill("something else")
        one.press("修改")
        assert "两次输入的新密码不一样" in one.page.get_by_role("alert").inner_text()
        one.examine(f"{tag}-password-wrong")
        one.page.get_by_label("现在的密码").fill(FIRST)
        one.page.get_by_label("新密码", exact=True).fill(OWN)
        one.page.get_by_label("再输一次新密码").fill(OWN)
        one.press("修改")
        one.heading("登录与安全")
        assert "请先设置第二重验证" in one.page.get_by_role("status").inner_text()
        one.examine(f"{tag}-security-must")
        one.follow("绑定手机验证器")
        one.heading("绑定手机验证器")
        assert one.page.get_by_role("img", name="二维码").evaluate("picture => picture.naturalWidth") > 0
        one.examine(f"{tag}-telephone")
        one.page.get_by_label("验证器上的六位数字").fill("000000")
        one.press("绑定")
        assert "请核对手机时间" in one.page.get_by_role("alert").inner_text()
        secret = one.page.locator("main ol code").inner_text().replace(" ", "")
        one.page.get_by_label("验证器上的六位数字").fill(code_at(secret, int(time.time()) // STEP_S))
        one.press("绑定")
        one.heading("备用码")
        expect(one.page.locator(".codes code")).to_have_count(10)
        one.examine(f"{tag}-codes")
        one.follow("继续")
        declare_oneself(one, login, tag)
        one.heading("不能进行此操作")  # nobody has granted a right yet
        one.go("/account/who/")
        assert "已于" in one.page.get_by_role("status").last.inner_text()
        assert code_of_officer(login) not in one.page.content()
        one.examine(f"{tag}-declared")


def test_a_passkey_is_made_logs_in_proves_and_is_taken_off(browser: Browser, installation: Running) -> None:
    """At a name, since browsers know no passkeys of addresses; with the page's own content policy in force."""
    with reader(browser, installation.desk.replace("127.0.0.1", "localhost")) as one:
        machine = one.page.context.new_cdp_session(one.page)
        machine.send("WebAuthn.enable")
        kept = machine.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
        one.become(COURT)
        one.go("/account/security/")
        one.follow("添加通行密钥")
        one.page.get_by_label("名称").fill("办公室电脑")
        one.press("添加")
        one.page.wait_for_url(lambda url: "/passkey/" not in url)
        (credential,) = machine.send("WebAuthn.getCredentials", {"authenticatorId": kept})["credentials"]
        assert credential["rpId"] == "localhost"
        one.press("退出")
        one.page.wait_for_url("**/")
        send_password(one, "court-clerk", PASSWORD)
        one.heading("第二重验证")
        one.press("用通行密钥")
        one.heading("我的待办")
        one.go("/account/prove/?next=/account/security/")
        one.press("用通行密钥")
        one.heading("登录与安全")
        assert "办公室电脑" in one.page.locator("main").inner_text()
        one.press("通行密钥 办公室电脑")
        assert "办公室电脑" not in one.page.locator("main").inner_text()


def test_a_passkeys_answer_to_another_question_proves_nothing(browser: Browser, installation: Running) -> None:
    with reader(browser, installation.desk.replace("127.0.0.1", "localhost")) as one:
        machine = one.page.context.new_cdp_session(one.page)
        machine.send("WebAuthn.enable")
        machine.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        one.become(COURT)
        one.go("/account/passkey/")
        one.page.get_by_label("名称").fill("别处的电脑")
        one.press("添加")
        one.page.wait_for_url(lambda url: "/passkey/" not in url)
        one.go("/account/passkey/")
        answer = one.page.evaluate(ANSWER_ANOTHER_QUESTION)
        one.go("/account/prove/")
        one.page.evaluate("text => document.querySelector('[name=credential]').value = text", answer)
        one.page.evaluate("document.querySelector('form[data-passkey]').submit()")
        one.page.get_by_role("alert").wait_for()
        assert "没有认出这个通行密钥" in one.page.get_by_role("alert").first.inner_text()
        one.go("/account/security/")
        one.press("通行密钥 别处的电脑")


@pytest.mark.parametrize(("tag", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_the_pages_of_ones_own_account_are_accessible_and_fit(
    browser: Browser, installation: Running, tag: str, size: tuple[int, int]
) -> None:
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as one:
        send_password(one, "licensing", PASSWORD)
        one.heading("第二重验证")
        one.examine(f"{tag}-second")
        one.page.get_by_label("验证码").fill("000000")
        one.press("确认")
        assert "验证码不正确" in one.page.get_by_role("alert").inner_text()
        one.examine(f"{tag}-second-wrong")
        one.pass_second_factor()
        for name in ("security", "passkey", "prove", "codes"):
            one.go(f"/account/{name}/")
            one.examine(f"{tag}-account-{name}")
        one.go("/account/passkey/")
        one.press("添加")  # a page at an address, not at a name
        told = one.page.get_by_role("alert")
        told.wait_for()
        assert "localhost" in told.inner_text()
        one.examine(f"{tag}-passkey-wrong")


@pytest.mark.parametrize(("tag", "size"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_a_person_comes_from_the_platform(
    browser: Browser, installation: Running, tag: str, size: tuple[int, int]
) -> None:
    name, code = somebody(installation)
    installation.platform.vouches_for(name, code)
    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as one:
        one.go("/")
        one.follow("本人登录")
        one.heading("本人")
        one.go("/")
        one.follow("进入本人页面")
        assert code not in one.page.content()
        one.examine(f"{tag}-person")
        one.go("/desk/")
        one.heading("不能进行此操作")
        one.press("退出")
        installation.platform.vouches_for("王不在", code)
        one.go("/me/login/")
        one.heading("不能进行此操作")
        assert "未能登录" in one.page.locator("main").inner_text()
        one.examine(f"{tag}-person-refused")
