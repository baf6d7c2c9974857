"""Queries past Django's handler: the same answers, the same refusals, the same headers as through it."""

import json
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application

from chengxin.site import bare
from tests.api.conftest import ask_token
from tests.api.test_queries import FULL, YES_NO, body, entries
from tests.conftest import Register
from tests.duties import enrol
from tests.identity.verifying import System, system
from tests.penalties import penalty, write_csv
from tests.people import OTHER, UNKNOWN, WANG_WEI
from tests.records.test_ingest import take

Told = tuple[int, dict[str, str], Any]
Send = Callable[..., Told]
# Made anew for each answer.
OWN = {"entry", "number", "issued_at", "salt"}


@pytest.fixture
def made(register: Register) -> System:
    return system(register)


@pytest.fixture
def token(made: System, register: Register, tmp_path: Path, today: date, now: datetime) -> str:
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2)]), now)
    enrol(register, FULL, YES_NO, at=now, organisation=OTHER)
    answer: Any = ask_token(made.assertion(), scope="query.ask")
    return str(answer.json()["access_token"])


def sender(application: bare.Application, token: str) -> Send:
    """Send a body as Granian hands it on; give status, headers and what the answer holds."""

    def send(told: Any, *, method: str = "POST", path: str = bare.PATH, **changes: Any) -> Told:
        content = told if isinstance(told, bytes) else json.dumps(told).encode()
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": "", "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8001", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8001", "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content)), "HTTP_AUTHORIZATION": f"Bearer {token}",
            "wsgi.input": BytesIO(content), "wsgi.url_scheme": "http", "wsgi.errors": None, **changes,
        }  # fmt: skip
        started: list[Any] = []
        parts = application(environ, lambda status, headers, _=None: started.append((status, headers)))
        answer = b"".join(parts)
        if hasattr(parts, "close"):
            parts.close()
        ((status, headers),) = started
        return int(status.split()[0]), dict(headers), json.loads(answer)

    return send


@pytest.fixture
def past(token: str) -> Send:
    """Send past Django's handler; what goes on to it all the same fails."""

    def none(*_: Any) -> Any:
        raise AssertionError("went on to Django's handler")

    return sender(bare.before(none), token)


@pytest.fixture
def through(token: str) -> Send:
    return sender(get_wsgi_application(), token)


@pytest.fixture
def whole(token: str) -> Send:
    return sender(bare.before(get_wsgi_application()), token)


def plain(told: Told) -> Told:
    status, headers, answer = told
    return status, headers, {name: part for name, part in answer.items() if name not in OWN}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="full"),
        pytest.param({"duty": YES_NO, "basis": "SXSHXYTL-30"}, id="yes-or-no"),
        pytest.param({"code": UNKNOWN.code}, id="nobody"),
        pytest.param({"name": "王玮"}, id="another-name"),
        pytest.param({"case_reference": ""}, id="no-case"),
        pytest.param({"duty": "CF-CL-01", "basis": "XZCFF-5"}, id="not-enrolled"),
    ],
)
def test_answers_and_refusals_are_those_of_the_handler(
    past: Send, through: Send, register: Register, changes: dict[str, str]
) -> None:
    told, wanted = past(body(WANG_WEI, **changes)), through(body(WANG_WEI, **changes))
    # Each counted: what is left of the day differs by one, and nothing else does.
    left, left_wanted = (headers.pop("RateLimit", "") for _, headers, _ in (told, wanted))
    length, length_wanted = (headers.pop("Content-Length") for _, headers, _ in (told, wanted))
    assert plain(told) == plain(wanted)
    assert bool(left) == bool(left_wanted)
    assert int(length) > 0
    assert int(length_wanted) > 0
    first, second = entries(register)
    assert first == second


@pytest.mark.parametrize(
    ("told", "changes", "status", "code"),
    [
        pytest.param(b"{", {}, 422, "request-invalid", id="no-json"),
        pytest.param({}, {}, 422, "request-invalid", id="empty"),
        pytest.param({**body(WANG_WEI), "more": 1}, {}, 422, "request-invalid", id="more"),
        pytest.param(body(WANG_WEI), {"HTTP_AUTHORIZATION": ""}, 401, "invalid-token", id="no-token"),
        pytest.param(body(WANG_WEI), {"HTTP_AUTHORIZATION": "Bearer x"}, 401, "invalid-token", id="no-such-token"),
        pytest.param(body(WANG_WEI), {"HTTP_IDEMPOTENCY_KEY": "k" * 129}, 422, "request-invalid", id="long-key"),
        pytest.param(body(WANG_WEI), {"REMOTE_ADDR": "192.0.2.1"}, 403, "address-not-allowed", id="another-network"),
    ],
)
def test_what_is_out_of_the_ordinary_is_told_as_by_the_handler(
    whole: Send, register: Register, told: Any, changes: dict[str, Any], status: int, code: str
) -> None:
    given, headers, answer = whole(told, **changes)
    assert (given, answer["code"]) == (status, code)
    assert headers["Content-Type"] == "application/problem+json"
    assert [entry for entry in entries(register) if entry[0] == "answered"] == []


def test_another_host_gets_nothing(whole: Send) -> None:
    status, _, told = whole(body(WANG_WEI), HTTP_HOST="example.net")
    assert status >= 400
    assert "records" not in told


def test_other_addresses_are_not_looked_at(whole: Send) -> None:
    status, _, told = whole(b"", method="GET", path="/api/v1/duties")
    assert status == 200
    assert {duty["code"] for duty in told} == {FULL, YES_NO}


def test_a_key_is_counted_once(past: Send) -> None:
    (_, first, _), (_, second, _) = (past(body(WANG_WEI), HTTP_IDEMPOTENCY_KEY="once") for _ in range(2))
    assert first["RateLimit"].split(";")[1] == second["RateLimit"].split(";")[1]


def test_a_token_ends_with_the_key_that_it_was_got_with(past: Send, register: Register) -> None:
    with register.connect("owner") as owner:
        owner.execute("UPDATE identity_client_key SET withdrawn_at = now(), withdrawn_by_id = approved_by_id")
    for once in ({}, {"HTTP_IDEMPOTENCY_KEY": "once"}):
        status, _, told = past(body(WANG_WEI), **once)
        assert (status, told["code"]) == (401, "invalid-token")
    assert entries(register) == []


def test_a_bug_tells_nothing(past: Send, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(WANG_WEI.code)

    monkeypatch.setattr(bare, "answer_query", fail)
    status, _, told = past(body(WANG_WEI))
    assert status == 500
    assert WANG_WEI.code not in json.dumps(told) + caplog.text


def test_behind_a_proxy_the_address_is_the_proxys_to_say(past: Send, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    assert past(body(WANG_WEI), REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 127.0.0.1")[0] == 200
    assert past(body(WANG_WEI), HTTP_X_FORWARDED_FOR="127.0.0.1, 192.0.2.1")[0] == 403
