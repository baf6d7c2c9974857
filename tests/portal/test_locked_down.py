"""What browsers are told to hold us to: https and no way back, cookies that no script and no other site gets at, nothing of the device."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.portal.look import carry_large, with_large
from chengxin.site.middleware import DENIED
from tests.conftest import Register
from tests.portal.conftest import LogIn
from tests.portal.test_policies import be_public

SETTINGS = (
    "SECURE_HSTS_SECONDS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SECURE_PROXY_SSL_HEADER",
)  # fmt: skip


def settings_of(**environment: str) -> dict[str, Any]:
    """Give the settings as a process of its own reads them."""
    program = f"import json; from chengxin.site import settings as s; print(json.dumps({{n: getattr(s, n) for n in {SETTINGS}}}))"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN")}
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


@pytest.mark.parametrize("face", ["desk", "administration"])
def test_in_production_cookies_are_locked_down(face: str) -> None:
    told = settings_of(CHENGXIN_PRODUCTION="1", CHENGXIN_BEHIND_PROXY="1", CHENGXIN_FACE=face)
    assert told["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert told["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    for kind in ("SESSION", "CSRF"):
        assert told[f"{kind}_COOKIE_SECURE"]
        assert told[f"{kind}_COOKIE_HTTPONLY"]
        assert told[f"{kind}_COOKIE_SAMESITE"] == "Lax"
        assert told[f"{kind}_COOKIE_NAME"].startswith(f"__Host-chengxin_{face}")


def test_without_a_proxy_nobody_is_believed_to_have_come_by_https() -> None:
    assert settings_of(CHENGXIN_FACE="desk")["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.parametrize(("scheme", "told"), [("https", "max-age=31536000"), ("http", None)])
def test_browsers_are_told_to_come_by_https_alone(
    register: Register, settings: Any, scheme: str, told: str | None
) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_PROXY_SSL_HEADER = 31_536_000, ("HTTP_X_FORWARDED_PROTO", "https")
    answer = Client().get("/login/", headers={"X-Forwarded-Proto": scheme})
    assert answer.headers.get("Strict-Transport-Security") == told


def test_the_cookies_of_a_form(register: Register) -> None:
    answer = Client().get(reverse("account_login"))
    assert answer.cookies
    for cookie in answer.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert not cookie["domain"]
        assert cookie["path"] == "/"


@pytest.mark.parametrize("page", ["/", "/login/", "/nowhere", "/sw.js", "/manifest.webmanifest"])
def test_nothing_of_the_device_is_open_to_any_page(register: Register, page: str) -> None:
    answer = Client().get(page)
    assert answer.headers["Permissions-Policy"] == ", ".join(f"{name}=()" for name in DENIED)
    assert {"camera", "microphone", "geolocation", "bluetooth", "payment"} <= set(DENIED)
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_are_kept_for_good_under_their_own_names_and_come_compressed(register: Register) -> None:
    from django.templatetags.static import static

    address = static("vendor/site.css")
    assert address.startswith("/static/vendor/site.")
    for encoding in ("gzip", "br"):
        answer = Client().get(address, headers={"Accept-Encoding": encoding})
        assert answer.headers["Content-Encoding"] == encoding
        assert "immutable" in answer.headers["Cache-Control"]
        assert len(b"".join(answer.streaming_content)) < 40_000  # type: ignore[attr-defined]
        answer.close()
    plain = Client().get("/static/vendor/site.css")
    assert "immutable" not in plain.headers["Cache-Control"]
    plain.close()


# What a telephone keeps.


@pytest.mark.parametrize("login", ["clerk", "officer"])
def test_the_offline_page_is_the_same_for_everybody(register: Register, log_in: LogIn, login: str) -> None:
    mine, nobodys = log_in(login).get("/offline/"), Client().get("/offline/")
    assert mine.content == nobodys.content
    assert "没有网络" in mine.content.decode()


def test_the_service_worker_keeps_static_files_and_the_offline_page_alone(register: Register, log_in: LogIn) -> None:
    answer = log_in("clerk").get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    told = json.loads(answer.content.decode().split("\n", 1)[0].removeprefix("self.shell = ").removesuffix(";"))
    assert told["offline"] == [["/en/", "/en/offline/"], ["/", "/offline/"]]
    assert all(name.startswith("/static/") for name in told["files"])
    assert answer.content == Client().get("/sw.js").content


def test_the_manifest_names_the_face_and_icons_that_are_there(register: Register) -> None:
    told = Client().get("/manifest.webmanifest").json()
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/", "/")
    assert {icon["sizes"] for icon in told["icons"]} == {"any", "192x192", "512x512"}
    for icon in told["icons"]:
        answer = Client().get(icon["src"])
        assert answer.status_code == 200
        answer.close()


# What the reader chose.


def test_a_session_keeps_the_look_and_its_pages_say_so(register: Register, log_in: LogIn) -> None:
    client = log_in("clerk")
    answer = client.post("/look/", {"print": "large", "next": "/desk/batches/"})
    assert answer.headers["Location"] == "/desk/batches/"
    client.post("/look/", {"theme": "dark"})
    page = client.get("/desk/batches/").content.decode()
    assert 'data-print="large"' in page.split(">", 2)[1]
    assert 'data-theme="dark"' in page.split(">", 2)[1]
    client.post("/look/", {"print": "normal", "theme": "auto"})
    assert "data-theme" not in client.get("/desk/batches/").content.decode().split(">", 2)[1]


@pytest.mark.parametrize("place", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_a_choice_of_look_leads_nowhere_else(register: Register, log_in: LogIn, place: str) -> None:
    assert log_in("clerk").post("/look/", {"theme": "dark", "next": place}).headers["Location"] == "/"


def test_nothing_is_kept_of_whoever_is_not_logged_in(register: Register) -> None:
    client = Client()
    client.post("/look/", {"theme": "dark"})
    assert register.rows("SELECT count(*) FROM identity_session") == [(0,)]
    assert "chengxin_desk" not in client.cookies


def test_an_unknown_look_changes_nothing(register: Register, log_in: LogIn) -> None:
    client = log_in("clerk")
    client.post("/look/", {"theme": 'x" onload="'})
    assert "onload" not in client.get("/desk/batches/").content.decode()


def test_large_print_is_carried_on_without_a_script_or_a_cookie(register: Register, settings: Any) -> None:
    be_public(register, settings)
    answer = Client().get("/organisations/?region=1409&large=1")
    page = answer.content.decode()
    assert not answer.cookies
    assert 'data-print="large"' in page
    assert 'href="/catalogue/?large=1"' in page
    assert '<input type="hidden" name="large" value="1">' in page
    assert 'data-print="normal" href="/organisations/"' in page
    assert 'href="/static/' in page
    assert "svg?large" not in page
    assert "large=1" not in Client().get("/organisations/").content.decode().replace('href="?large=1"', "")


def test_a_redirection_carries_large_print_on(rf: Any) -> None:
    from django.http import HttpResponseRedirect

    answer = carry_large(lambda _: HttpResponseRedirect("/x/?taken=1"))(rf.get("/y/?large=1"))
    assert answer.headers["Location"] == "/x/?taken=1&large=1"
    assert with_large(b"/x/") == b"/x/?large=1"
