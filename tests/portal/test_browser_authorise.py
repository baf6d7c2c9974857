"""Leave given on the way through another site, in a real browser: its address is approved, the person decides and is led back."""

import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import requests
from joserfc import jwk, jwt
from playwright.sync_api import Browser, Route

from chengxin.demo.organisations import ORGANISATIONS
from chengxin.demo.province import PASSWORD
from chengxin.identity.tokens import ASSERTION_TYPE
from tests.conftest import Running
from tests.portal.browser import SCREENSHOTS, Reader, launched, reader
from tests.portal.test_browser_administration import in_a_year

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("installation")]
PHONE, DESKTOP = (360, 780), (1280, 800)
DEPARTMENT = next(one["code"] for one in ORGANISATIONS if one["kind"] == "department")
SITE = "https://apply.example.cn/"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with launched(tmp_path_factory.mktemp("browser")) as found:
        yield found


def enter_system(one: Reader, key: jwk.ECKey, size: int) -> str:
    """Enter a system of the department with its key and an address, and approve both; give its id."""
    one.administer("system", PASSWORD)
    one.open_proved(f"/systems/new/?organisation={DEPARTMENT}")
    one.page.get_by_label("系统名称").fill(f"网上申办 {size}")
    one.page.get_by_label("来访网络").fill("127.0.0.0/8")
    one.page.get_by_label("到哪一天为止").fill(in_a_year())
    one.press("登记")
    one.heading(f"网上申办 {size}")
    page = one.page.url.removeprefix(one.url)
    one.open_proved(f"{page}keys/new/")
    one.page.get_by_label("公钥（JWK 或者 PEM）").fill(json.dumps(key.as_dict(private=False)))
    one.press("登记")
    one.heading(f"网上申办 {size}")
    one.open_proved(f"{page}redirects/new/")
    one.page.get_by_label("返回地址").fill("http://apply.example.cn/")
    one.press("登记")
    one.page.get_by_role("alert").get_by_text("返回地址应以 https:// 开头").wait_for()
    one.examine(f"redirect-wrong-{size}")
    one.page.get_by_label("返回地址").fill(f"{SITE}{size}")
    one.press("登记")
    one.page.get_by_text("待批准").first.wait_for()
    one.administer("security", PASSWORD)
    for part in ("redirects", "keys"):
        one.go(page)
        address = one.page.locator(f"main a[href*='/{part}/']", has_text="核对并批准").first.get_attribute("href") or ""
        one.open_proved(address)
        one.examine(f"approve-{part}-{size}")
        one.press("批准")
        one.heading(f"网上申办 {size}")
    one.examine(f"client-with-redirect-{size}")
    one.open_proved(one.page.locator("main a[href*='/redirects/']", has_text="废止").first.get_attribute("href") or "")
    one.examine(f"withdraw-redirect-{size}")
    return page.rstrip("/").rpartition("/")[2]


def push(installation: Running, client: str, key: jwk.ECKey, size: int) -> str:
    """Push a request as the system would; give the path that the browser is sent to."""
    issuer = requests.get(f"{installation.desk}/.well-known/oauth-authorization-server", timeout=30).json()["issuer"]
    now = int(time.time())
    claims = {"iss": client, "sub": client, "aud": issuer, "jti": str(uuid4()), "iat": now, "exp": now + 60}
    details = {
        "type": "urn:chengxin:leave", "duty": "SQ-QT-01", "items": ["CF-ZRR", "RY-BZ"], "once": False, "officer": "sb-1", "keep_days": 0,
        "last_day": time.strftime("%Y-%m-%d", time.localtime(now + 20 * 86400)), "reason": "核对您申报评优时出示的材料",
        "reference": f"评2026-{size}",
    }  # fmt: skip
    body = {
        "client_assertion_type": ASSERTION_TYPE, "response_type": "code", "redirect_uri": f"{SITE}{size}", "state": "s1",
        "client_assertion": jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key), "code_challenge": "c" * 43,
        "code_challenge_method": "S256", "authorization_details": json.dumps([details]),
    }  # fmt: skip
    answer = requests.post(f"{installation.desk}/api/v1/par", body, timeout=30)
    assert answer.status_code == 201, answer.text
    return f"/authorise/?{urlencode({'client_id': client, 'request_uri': answer.json()['request_uri']})}"


@pytest.mark.parametrize(("size", "place"), [(PHONE, 3), (DESKTOP, 2)], ids=["phone", "desktop"])
def test_decided_here_and_led_back(browser: Browser, installation: Running, size: tuple[int, int], place: int) -> None:
    key = jwk.ECKey.generate_key("P-256")
    with reader(browser, installation.administration, width=size[0], height=size[1], bypass_csp=True) as one:
        client = enter_system(one, key, size[0])
    seen: list[str] = []

    def theirs(route: Route) -> None:
        seen.append(route.request.url)
        route.fulfill(status=200, content_type="text/html", body="<h1>theirs</h1>")

    with reader(browser, installation.desk, width=size[0], height=size[1], bypass_csp=True) as desk:
        desk.page.route(f"{SITE}**", theirs)
        desk.go("/")
        desk.press(f"演示·本人{place}")
        desk.heading("本人")
        desk.go(push(installation, client, key, size[0]))
        desk.heading("有单位请求您授权")
        desk.examine(f"authorise-{size[0]}")
        boxes = desk.page.locator("input[name=items]")
        assert not any(box.is_checked() for box in boxes.all())
        desk.press("同意选中的")
        desk.page.get_by_role("alert").get_by_text("请至少选择一项").first.wait_for()
        boxes.first.check()
        desk.page.get_by_label("期限内可以多次").check()
        desk.press("同意选中的")
        desk.page.get_by_text("theirs").wait_for()
        desk.go(push(installation, client, key, size[0]))
        desk.press("不给，回去")
        desk.page.get_by_text("theirs").wait_for()
        granted, left = seen
        assert "code=" in granted
        assert "error=access_denied" in left
        assert "code=" not in left
