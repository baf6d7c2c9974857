"""Organisations' systems hand in, follow and withdraw; each for its own organisation, and a repeated call is the first one."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from chengxin.api.bodies import pieces
from chengxin.records.errors import BodyCutShort
from chengxin.records.services import process_batch, spool_folder
from tests.api.conftest import ask_token
from tests.conftest import Register
from tests.identity.verifying import system
from tests.penalties import csv_text, penalty
from tests.people import LI_NA, MARKET, OTHER, WANG_WEI

Ask = Callable[..., Any]
SCOPE = "intake.hand_in intake.follow intake.withdraw"
RECORDS, BATCHES = "/items/CF-ZRR/records", "/items/CF-ZRR/batches"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR, settings.API_WAIT_S = tmp_path / "data", 0
    return spool_folder()


def asker(register: Register, organisation: str, scope: str = SCOPE) -> Ask:
    answer = ask_token(system(register, organisation=organisation).assertion(), scope=scope)
    assert answer.status_code == 200, answer.content
    bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def asked(path: str, body: Any = None, kind: str = "application/json", key: str = "", **headers: str) -> Any:
        named = {**bearer, **({"Idempotency-Key": key} if key else {}), **headers}
        if body is None:
            return Client().get(f"/api/v1{path}", headers=named)
        content = json.dumps(body) if isinstance(body, dict) else body
        return Client().post(f"/api/v1{path}", content, content_type=kind, headers=named)

    return asked


@pytest.fixture
def ask(register: Register) -> Ask:
    return asker(register, MARKET)


def work(register: Register, now: datetime) -> None:
    register.become("intake")
    for (number,) in register.rows("SELECT id FROM records_batch WHERE state = 'received' ORDER BY id"):
        process_batch(number, at=now)
    register.become("app")


def lines(today: date, *numbers: int, **changes: str) -> bytes:
    return b"".join(
        json.dumps(penalty(today, number, WANG_WEI, **changes), ensure_ascii=False).encode() + b"\n"
        for number in numbers
    )


def left(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir()) if folder.exists() else []


def test_a_record_is_received_done_and_numbered(register: Register, ask: Ask, today: date, now: datetime) -> None:
    answer = ask(RECORDS, penalty(today))
    assert answer.status_code == 202, answer.content
    told = answer.json()
    assert (told["state"], told["channel"], told["item"]) == ("received", "api", "CF-ZRR")
    work(register, now)
    shown = ask(f"/batches/{told['batch']}").json()
    assert (shown["state"], shown["new"], shown["read"], shown["page"]) == ("done", 1, 1, [])
    (numbered,) = ask(f"/batches/{told['batch']}/numbers").json()
    assert (numbered["row"], numbered["version"], numbered["state"]) == (1, 1, "active")
    ((channel, client, officer),) = register.rows("SELECT channel, client, handed_in_by_id FROM records_batch")
    assert (channel, client[:2], officer) == ("api", "c-", None)
    ((actor, note),) = register.rows("SELECT actor, note FROM ground_action WHERE act = 'intake.hand_in'")
    assert (actor, note) == (client, "CF-ZRR api")


@pytest.mark.parametrize("kind", ["application/x-ndjson", "text/csv"])
def test_a_file_goes_sealed_into_the_spool_and_comes_back_with_findings_by_pages(
    register: Register, ask: Ask, folder: Path, today: date, now: datetime, kind: str
) -> None:
    rows = [penalty(today, number, CF_WFXW="") for number in range(1, 8)]
    body = lines(today, *range(1, 8), CF_WFXW="") if "json" in kind else csv_text(rows).encode()
    told = ask(BATCHES, body, kind)
    assert told.status_code == 202, told.content
    assert left(folder) == [".key", ".spool"]
    for path in folder.iterdir():
        assert WANG_WEI.code.encode() not in path.read_bytes()
    token = told.json()["batch"]
    work(register, now)
    first = ask(f"/batches/{token}?limit=4").json()
    second = ask(f"/batches/{token}?limit=4&after={first['next']}").json()
    assert (first["refused"], first["by_rule"]) == (7, [{"rule": "required", "severity": "refuse", "rows": 7}])
    assert (len(first["page"]), len(second["page"]), second["next"]) == (4, 3, "")
    assert {one["field"] for one in first["page"]} == {"CF_WFXW"}
    assert WANG_WEI.name not in json.dumps(first, ensure_ascii=False)


def test_the_same_key_with_the_same_body_is_the_same_batch(
    register: Register, ask: Ask, folder: Path, today: date, now: datetime
) -> None:
    body = lines(today, 1, 2)
    first = ask(BATCHES, body, "application/x-ndjson", key="k-1").json()["batch"]
    assert ask(BATCHES, body, "application/x-ndjson", key="k-1").json()["batch"] == first
    assert left(folder) == [".key", ".spool"]
    assert register.rows("SELECT count(*) FROM procrastinate_jobs") == [(1,)]
    work(register, now)
    again = ask(BATCHES, body, "application/x-ndjson", key="k-1").json()
    assert (again["batch"], again["state"], again["new"]) == (first, "done", 2)
    assert register.rows("SELECT count(*), bool_and(length(repeat_key) = 32) FROM records_batch") == [(1, True)]
    assert ask(BATCHES, body, "application/x-ndjson", key="k-2").json()["batch"] != first


def test_the_same_key_with_another_body_is_refused(
    register: Register, ask: Ask, folder: Path, today: date, now: datetime
) -> None:
    ask(BATCHES, lines(today, 1), "application/x-ndjson", key="k-1")
    answer = ask(BATCHES, lines(today, 2), "application/x-ndjson", key="k-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-differs")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert left(folder) == [".key", ".spool"]
    assert register.rows("SELECT count(*) FROM records_batch") == [(1,)]


def test_two_clients_may_use_the_same_key(register: Register, ask: Ask, today: date) -> None:
    ask(BATCHES, lines(today, 1), "application/x-ndjson", key="k-1")
    other = asker(register, MARKET)
    assert other(BATCHES, lines(today, 2), "application/x-ndjson", key="k-1").status_code == 202


@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        pytest.param(b"", {"Content-Type": "text/csv"}, "file-unusable", id="empty"),
        pytest.param(b"%PDF-1.7", {}, "file-unusable", id="pdf"),
        pytest.param(b"a,b\n1,2\n", {"Content-Digest": "sha-256=:AAAA:"}, "body-cut-short", id="digest"),
    ],
)
def test_what_is_refused_leaves_nothing(
    register: Register, ask: Ask, folder: Path, body: bytes, headers: dict[str, str], code: str
) -> None:
    answer = ask(BATCHES, body, "text/csv", **headers)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert left(folder) == []
    assert register.rows("SELECT count(*) FROM records_batch") == [(0,)]


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/pdf", "text/plain"])
def test_a_body_of_no_kind_that_is_taken(register: Register, ask: Ask, folder: Path, kind: str) -> None:
    answer = ask(BATCHES, b"a,b\n1,2\n", kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type-not-supported")
    assert left(folder) == []


def test_a_body_shorter_than_announced_is_not_taken() -> None:
    whole = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "wsgi.input": BytesIO(b"a,b\n1,2\n")}
    assert b"".join(pieces(WSGIRequest({**whole, "CONTENT_LENGTH": "8"}))) == b"a,b\n1,2\n"
    whole["wsgi.input"] = BytesIO(b"a,b\n1,2\n")
    with pytest.raises(BodyCutShort):
        list(pieces(WSGIRequest({**whole, "CONTENT_LENGTH": "4000"})))


def streamed(*chunks: bytes, **headers: str) -> list[bytes]:
    """Read a chunked body of which the server only sees that no more comes."""
    waiting = list(chunks)
    source = SimpleNamespace(read=lambda _: waiting.pop(0) if waiting else b"", readline=None)
    whole = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": source}
    return list(pieces(WSGIRequest({**whole, **headers})))


LINE = b'{"a": "' + b"x" * 90 + b'"}\n'


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        pytest.param([LINE * 3 + b'{"end": 3}'], 3, id="at-once"),
        pytest.param([LINE, LINE[:20], LINE[20:], b'{"en', b'd": 2}\n'], 2, id="cut-anywhere"),
        pytest.param([b'{"a": 1}\n{"end":1}'], None, id="short"),
    ],
)
def test_a_stream_ends_with_a_line_that_counts(chunks: list[bytes], lines: int | None) -> None:
    assert b"".join(streamed(*chunks)) == (LINE * lines if lines else b'{"a": 1}\n')


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param([], id="nothing"),
        pytest.param([LINE * 2], id="no-end"),
        pytest.param([LINE * 2 + b'{"end": 3}'], id="a-line-is-missing"),
        pytest.param([LINE * 2 + b'{"end": 2'], id="end-cut-off"),
        pytest.param([LINE * 2, b'{"b": {"end": 2}'], id="end-inside-a-line"),
    ],
)
def test_a_stream_that_broke_off_is_not_taken(chunks: list[bytes]) -> None:
    with pytest.raises(BodyCutShort):
        streamed(*chunks)


def test_a_stream_with_a_digest_needs_no_end() -> None:
    digest = base64.b64encode(hashlib.sha256(LINE).digest()).decode()
    assert streamed(LINE, HTTP_CONTENT_DIGEST=f"sha-256=:{digest}:") == [LINE]
    with pytest.raises(BodyCutShort):
        streamed(LINE[:-3], HTTP_CONTENT_DIGEST=f"sha-256=:{digest}:")


def test_a_digest_that_fits_is_taken(register: Register, ask: Ask, today: date) -> None:
    body = lines(today, 1)
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    answer = ask(BATCHES, body, "application/x-ndjson", **{"Content-Digest": f"sha-256=:{digest}:"})
    assert answer.status_code == 202


def test_too_large_leaves_nothing(register: Register, ask: Ask, folder: Path, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = 1
    answer = ask(BATCHES, b"a,b\n" * 400_000, "text/csv")
    assert (answer.status_code, answer.json()["code"]) == (422, "file-unusable")
    assert left(folder) == []


def test_a_record_is_json_of_bounded_length(register: Register, ask: Ask, folder: Path) -> None:
    long, other = ask(RECORDS, '{"a": "' + "x" * 300_000 + '"}'), ask(RECORDS, "a=1", "text/plain")
    assert (long.status_code, long.json()["code"]) == (413, "body-too-long")
    assert (other.status_code, other.json()["code"]) == (415, "media-type-not-supported")
    assert "application/json" in other.json()["detail"]
    assert left(folder) == []


@pytest.mark.parametrize("body", ["[1]", "{", '{"a": {}}', "{}", '"x"', "[" * 50_000])
def test_what_is_no_record_is_refused_in_words(register: Register, ask: Ask, folder: Path, body: str) -> None:
    answer = ask(RECORDS, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert left(folder) == []


def test_another_kind_of_provider_and_another_item_are_refused(register: Register, ask: Ask, today: date) -> None:
    answer = ask("/items/SX-BZXR/batches", lines(today, 1), "application/x-ndjson")
    assert (answer.status_code, answer.json()["code"]) == (409, "provider-not-competent")
    assert ask("/items/NO-SUCH/records", penalty(today)).status_code in {404, 409}


def test_nobody_sees_anothers_batch(register: Register, ask: Ask, today: date, now: datetime) -> None:
    token = ask(BATCHES, lines(today, 1), "application/x-ndjson").json()["batch"]
    work(register, now)
    other = asker(register, OTHER)
    for path in ("", "/numbers", "/events"):
        answer = other(f"/batches/{token}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "batch-unknown")


def test_a_record_is_withdrawn_by_its_number_and_by_its_own_provider_alone(
    register: Register, ask: Ask, today: date, now: datetime
) -> None:
    token = ask(BATCHES, lines(today, 1), "application/x-ndjson").json()["batch"]
    work(register, now)
    number = ask(f"/batches/{token}/numbers").json()[0]["number"]
    address = f"/records/{number}/withdraw"
    assert WANG_WEI.code not in address
    theirs = asker(register, OTHER)(address, {"reason": "error"})
    unknown = ask(f"/records/{number[:-1]}x/withdraw", {"reason": "error"})
    assert {(one.status_code, one.json()["code"]) for one in (theirs, unknown)} == {(404, "record-unknown")}
    assert ask(address, {"reason": "因其患病"}).status_code == 422
    done = ask(address, {"reason": "error"}, key="w-1")
    assert done.status_code == 202, done.content
    work(register, now)
    shown = ask(f"/batches/{done.json()['batch']}").json()
    assert (shown["changed"], shown["refused"]) == (1, 0)
    assert register.rows("SELECT version, state FROM records_version ORDER BY version") == [
        (1, "active"),
        (2, "withdrawn"),
    ]
    assert ask(address, {"reason": "error"}, key="w-1").json()["batch"] == done.json()["batch"]


def test_events_tell_progress_and_end_with_the_batch(register: Register, ask: Ask, today: date, now: datetime) -> None:
    token = ask(BATCHES, lines(today, 1), "application/x-ndjson").json()["batch"]
    work(register, now)
    answer = ask(f"/batches/{token}/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("retry: ")
    assert text.count("event: end") == 1
    assert json.loads(text.rpartition("data: ")[2])["state"] == "done"


def test_a_token_hands_in_only_when_it_was_asked_for(register: Register, today: date) -> None:
    answer = asker(register, MARKET, scope="")(RECORDS, penalty(today))
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient-scope")


def test_a_suspended_client_hands_in_nothing(register: Register, ask: Ask, folder: Path, today: date) -> None:
    register.rows(
        "UPDATE identity_client SET suspended_at = now(), suspension_reason = 'x',"
        " suspended_by_id = (SELECT id FROM identity_user WHERE login = 'security') RETURNING 1"
    )
    answer = ask(BATCHES, lines(today, 1, 2), "application/x-ndjson")
    assert (answer.status_code, answer.json()["code"]) == (401, "client-not-in-force")
    assert left(folder) == []


def test_nothing_of_a_body_is_told_or_logged(
    register: Register, ask: Ask, today: date, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    answers = [
        ask(RECORDS, penalty(today, 1, LI_NA)),
        ask(RECORDS, json.dumps(penalty(today, 1, LI_NA))[:-5]),
        ask(BATCHES, lines(today, 1), "application/x-ndjson", **{"Content-Digest": "sha-256=:AAAA:"}),
    ]
    work(register, now)
    told = caplog.text + "".join(one.content.decode() + json.dumps(dict(one.headers)) for one in answers)
    for value in (LI_NA.code, LI_NA.name, WANG_WEI.code, WANG_WEI.name):
        assert value not in told
