"""What every answer carries, and what errors look like."""

from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse

from chengxin.portal.desk import entrance
from tests.conftest import Register
from tests.portal.conftest import LogIn

STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
PAGES = ["/", "/login/", "/desk/", "/healthz", "/nowhere", "/api/v1/openapi.json"]


@pytest.mark.parametrize("page", [*PAGES, "/static/vendor/site.css", "/static/portal/icon.svg"])
def test_every_answer_carries_the_policy(register: Register, page: str) -> None:
    answer = Client().get(page)
    found = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert found == STRICT
    assert "camera=()" in answer.headers["Permissions-Policy"]
    answer.close()


@pytest.mark.parametrize("page", PAGES)
def test_no_page_is_kept_by_a_cache_or_has_script_or_style_of_its_own(register: Register, page: str) -> None:
    answer = Client().get(page)
    text = answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text
    assert "<script>" not in text


def test_the_demo_says_so(register: Register, settings: Any) -> None:
    settings.DEMO = True
    assert "演示数据均为虚构" in Client().get("/").content.decode()
    settings.DEMO = False
    answer = Client().get("/").content.decode()
    assert "演示数据均为虚构" not in answer
    assert "演示账户" not in answer


@pytest.mark.parametrize("kind", ["application/json", "application/problem+json"])
@pytest.mark.parametrize("page", ["/nowhere", "/desk/nowhere/"])
def test_an_error_is_a_problem_document_for_programs(register: Register, page: str, kind: str) -> None:
    answer = Client().get(page, headers={"Accept": kind})
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (404, 404)
    assert problem["type"] == f"{settings.PUBLIC_URL}/errors/{problem['code']}/"
    assert problem["detail"]
    assert problem["detail_en"]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_bug_shows_nothing_of_what_it_says(
    register: Register, settings: Any, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Failing row contains (secret)")

    settings.DEMO = True
    monkeypatch.setattr(entrance, "list_demo_officers", fail)
    answer = Client(raise_request_exception=False).get(reverse("portal:start"), headers={"Accept": accept})
    assert answer.status_code == 500
    assert "secret" not in answer.content.decode()
    assert "请稍后再试" in answer.content.decode()
    assert "Content-Security-Policy" in answer.headers


def test_a_forged_post_is_refused_in_words(log_in: LogIn) -> None:
    answer = log_in("clerk", enforce_csrf_checks=True).post(reverse("account_logout"))
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()


def test_health_tells_the_parts(register: Register) -> None:
    answer = Client().get("/healthz")
    assert set(answer.json()) == {"status", "version", "database", "worker"}
    assert (answer.json()["database"], answer.json()["worker"]) == ("ok", "down")
    with register.connect("owner") as connection:
        connection.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert Client().get("/healthz").json()["worker"] == "ok"
    with register.connect("owner") as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 minutes'")
    assert Client().get("/healthz").json()["status"] == "degraded"


def test_health_without_a_database(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    from chengxin.ground import health

    class Gone:
        def cursor(self) -> None:
            raise DatabaseError

    monkeypatch.setattr(health, "connection", Gone())
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()["database"], answer.json()["worker"]) == (503, "down", "down")
