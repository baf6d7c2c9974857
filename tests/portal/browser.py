"""A real browser for the tests: the system's Chromium, our own Chinese font, and an ear for everything that goes wrong."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "chengxin" / "sharing" / "fonts"
AXE = ROOT / "build" / "axe.min.js"
SCREENSHOTS = Path(os.environ.get("CHENGXIN_SCREENSHOTS", ROOT / "build" / "screenshots"))
NARROWEST = 320  # where text must still flow: a desktop at four times its size
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The browser itself reports an answer of 403, 404, 409 or 422 as an error; those answers are what the tests ask for.
EXPECTED = tuple(
    f"Failed to load resource: the server responded with a status of {status}" for status in (403, 404, 409, 422)
)


def chromium() -> str:
    """Find Chromium; fail and say what to do where there is none."""
    found = next(filter(None, map(shutil.which, [os.environ.get("CHENGXIN_CHROMIUM", ""), *NAMES])), None)
    if found is None:
        pytest.fail("Chromium was not found. Install it (make browser), or set CHENGXIN_CHROMIUM=path.")
    return found


@contextmanager
def launched(folder: Path) -> Iterator[Browser]:
    """Run Chromium with our own Chinese font, so that screenshots are readable on a machine without any."""
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{FONTS}</dir><cachedir>{folder / 'fontcache'}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    environment: dict[str, str | float | bool] = {**os.environ, "FONTCONFIG_FILE": str(config)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS], env=environment)
        yield browser
        browser.close()


# Sessions of demo logins, by installation and name.
_entered: dict[tuple[str, str], Any] = {}


@dataclass
class Reader:
    """A page in a context of its own, with everything its console complained about."""

    page: Page
    url: str
    size: ViewportSize
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        """Follow the link that begins with this, out of a menu where it stands in one that is closed; else one that holds it."""
        self.page.wait_for_load_state()
        begins = re.compile(rf"^\s*{re.escape(name)}")
        link = self.page.get_by_role("link", name=begins)
        menu = self.page.locator("details.menu:visible").filter(has=self.page.locator("a", has_text=begins))
        if not link.count() and menu.count():
            menu.first.locator("summary").click()
        elif not link.count():
            link = self.page.get_by_role("link", name=name)
        link.first.click()
        self.page.wait_for_load_state()

    def become(self, name: str) -> None:
        """Enter by a demo login, the whole way the first time; later by the session it gave, since no code is taken twice."""
        self.page.context.clear_cookies()
        kept = _entered.get((self.url, name))
        if kept is not None:
            self.page.context.add_cookies(kept)
            self.go("/account/")
            if "/login/" not in self.page.url:
                return
        self.go("/")
        self.press(name)
        self.pass_second_factor()
        _entered[self.url, name] = cast("Any", self.page.context.cookies())

    def administer(self, login: str, password: str) -> None:
        """Log in at the administration's face; later by the session it gave, as ``become`` does."""
        self.page.context.clear_cookies()
        kept = _entered.get((self.url, login))
        if kept is not None:
            self.page.context.add_cookies(kept)
            self.go("/account/")
            if "/login/" not in self.page.url:
                return
        self.go("/login/")
        self.page.get_by_label("登录名").fill(login)
        self.page.get_by_label("密码").fill(password)
        self.press("下一步")
        self.pass_second_factor()
        _entered[self.url, login] = cast("Any", self.page.context.cookies())

    def open_proved(self, path: str) -> None:
        """Open a page that asks for a fresh proof, giving it where the last one is too old."""
        self.go(path)
        if "/account/prove/" in self.page.url:
            self.page.get_by_label("验证码").fill(self.shown_code())
            self.press("确认")
            self.page.wait_for_url(lambda url: "/account/prove/" not in url)

    def pass_second_factor(self) -> None:
        """Type the code that the demo shows; the next one when the present one was used."""
        self.heading("第二重验证")
        self.page.get_by_label("验证码").fill(self.shown_code())
        self.press("确认")
        self.page.wait_for_url(lambda url: "/login/" not in url)

    def shown_code(self) -> str:
        """Give the code that the demo shows once it is one that was not used."""
        shown = self.page.get_by_role("note").locator("code")
        while not shown.count():
            self.page.wait_for_timeout(1000)
            self.page.reload()
        return shown.inner_text()

    def heading(self, text: str, *, within_ms: int = 60_000) -> None:
        self.page.get_by_role("heading", level=1, name=text).wait_for(timeout=within_ms)

    def hand_in(self, file: Any, item: str = "CF-ZRR") -> None:
        self.go("/desk/batches/new/")
        self.page.get_by_label("信息项").select_option(item)
        self.page.get_by_label("文件", exact=True).set_input_files(file)
        self.press("上传并校核")

    def ask(self, name: str, code: str) -> None:
        self.page.get_by_role("radio").first.check()
        self.page.get_by_label("案号").fill("晋市监许〔2026〕12号")
        self.page.get_by_label("姓名").fill(name)
        self.page.get_by_label("证件号码").fill(code)
        self.press("查询")

    def examine(self, name: str, *, left: Mapping[tuple[str, str], str] = MappingProxyType({})) -> None:
        """Look at a state: nothing wider than the screen, no violation that axe knows of, a picture for people.

        ``left`` names what isn't ours to mend: rule, what stands in the mark-up that it complains of, and why.
        """
        self.page.wait_for_load_state()
        self.page.locator("h1").wait_for()
        for width in (NARROWEST, max(NARROWEST, self.size["width"] // 2), self.size["width"]):
            self.page.set_viewport_size({**self.size, "width": width})
            self._fits(name, width)
        assert self.page.locator("h1").count() == 1, f"{name}: not one h1"
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        self._barriers(name, RULES, left)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
        self._examine_other_looks(name, left)

    def _examine_other_looks(self, name: str, left: Mapping[tuple[str, str], str]) -> None:
        """Look at the same state in the dark, on paper, in large print and with a browser's own letters at twice their size.

        What could change is contrast, width and the size of targets.
        """
        self.page.emulate_media(color_scheme="dark")
        self._barriers(f"{name}, dark", ["color-contrast", "link-in-text-block"], left)
        self.page.emulate_media(media="print")
        self._barriers(f"{name}, on paper out of the dark", ["color-contrast"], left)
        self.page.emulate_media(media="screen")
        self.page.emulate_media(color_scheme="light")
        before = self.page.evaluate("document.documentElement.dataset.print ?? ''")
        self.page.evaluate("document.documentElement.dataset.print = 'large'")
        self._fits(f"{name}, large print", self.size["width"])
        self._barriers(f"{name}, large print", ["color-contrast", "target-size"], left)
        self.page.evaluate("was => { document.documentElement.dataset.print = was }", before)
        if (
            self.size["width"] > 2 * NARROWEST
        ):  # a telephone's screen at twice its letters is narrower than text must flow on
            self.page.evaluate("document.documentElement.style.fontSize = '200%'")
            self._fits(f"{name}, letters at 200 %", self.size["width"])
            self.page.evaluate("document.documentElement.style.fontSize = ''")

    def _fits(self, name: str, width: int) -> None:
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{name}: {wider} px wider than a screen of {width}"

    def _barriers(self, name: str, rules: list[str], left: Mapping[tuple[str, str], str]) -> None:
        found = self.page.evaluate("rules => axe.run({runOnly: rules})", rules)["violations"]
        told = [
            (rule["id"], rule["help"], node["html"][:400])
            for rule in found
            for node in rule["nodes"]
            if not any(rule["id"] == known and part in node["html"] for known, part in left)
        ]
        assert not told, f"{name}: {told}"


@contextmanager
def reader(browser: Browser, url: str, *, width: int = 1280, height: int = 800, **options: Any) -> Iterator[Reader]:
    """Open a page. Fails in the end when its console told of any error, blocked content among them."""
    # The service worker would stand between the page and what a test does to its requests; its own tests let it in.
    options.setdefault("service_workers", "block")
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai", **options
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    made = Reader(page, url, {"width": width, "height": height})
    page.on("console", lambda message: made.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: made.complaints.append(str(error)))
    try:
        yield made
    finally:
        context.close()
    assert [text for text in made.complaints if not text.startswith(EXPECTED)] == []
