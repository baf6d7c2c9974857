"""The population authority's system tells events: taken whole, worked through once, answered for; minors and the body left out."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from chengxin.demo.organisations import organisation_code
from chengxin.identity.errors import CallUnknown
from chengxin.identity.queries import find_person
from chengxin.identity.services.organisations import settle_organisation
from chengxin.identity.tokens import Bearer
from chengxin.lib.errors import NotAllowed
from chengxin.records.intake.spool import Spool
from chengxin.records.population_calls import adopt_calls, find_call, finish_call, receive_events, status_for
from chengxin.records.services import spool_folder, sweep_spools
from tests.api.conftest import ask_token
from tests.conftest import Register
from tests.identity.feeding import moved, new, renamed
from tests.identity.verifying import system
from tests.people import CHILD, LI_NA, OTHER, UNKNOWN, WANG_WEI

POLICE = organisation_code("department", 930)
Tell = Callable[..., Any]


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    return spool_folder()


def token_of(register: Register, organisation: str, scope: str = "") -> str:
    answer = ask_token(system(register, organisation=organisation).assertion(), scope=scope)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


@pytest.fixture
def bearer(register: Register) -> dict[str, str]:
    register.become("owner")
    settle_organisation(code=POLICE, name="测试公安局", kind="population", region="140000", valid_from=date(2019, 1, 1))
    return {"Authorization": f"Bearer {token_of(register, POLICE)}"}


@pytest.fixture
def tell(bearer: dict[str, str], folder: Path) -> Tell:
    def told(*events: Any, body: bytes | None = None, **headers: str) -> Any:
        content = json.dumps({"events": events}).encode() if body is None else body
        return Client().post(
            "/api/v1/population/events", content, content_type="application/json", headers={**bearer, **headers}
        )

    return told


def work(register: Register, call: str, now: datetime) -> None:
    register.become("intake")
    finish_call(UUID(call), at=now)
    register.become("app")


def test_a_batch_is_received_worked_through_and_answered_for(
    tell: Tell, register: Register, bearer: dict[str, str], folder: Path, now: datetime
) -> None:
    minor = {**new(3, CHILD.code, CHILD.name)}
    answer = tell(new(1, UNKNOWN.code, UNKNOWN.name), moved(2, WANG_WEI.code, "140202"), minor, renamed(5, "x", "y"))
    assert answer.status_code == 202, answer.content
    received = answer.json()
    assert (received["state"], received["events"], received["fates"]) == ("received", 4, [])
    content = b"".join(path.read_bytes() for path in folder.glob("*.spool"))
    assert content
    assert UNKNOWN.name.encode() not in content
    assert UNKNOWN.code.encode() not in content
    work(register, received["call"], now)
    shown = Client().get(f"/api/v1/population/events/{received['call']}", headers=bearer).json()
    assert (shown["state"], shown["applied"], shown["minors"]) == ("done", 2, 1)
    assert [(one["place"], one["fate"]) for one in shown["fates"][:3]] == [(1, "applied"), (2, "applied"), (3, "minor")]
    assert shown["fates"][3]["place"] == 4
    assert shown["fates"][3]["fate"] not in {"applied", "known", "minor"}
    assert list(folder.iterdir()) == []
    found = find_person("resident-id", UNKNOWN.code, UNKNOWN.name)
    assert found is not None
    assert found.name_fits
    status = Client().get("/api/v1/population/status", headers=bearer).json()
    assert status["last_sequence"] == 3


def test_working_through_twice_or_telling_again_changes_nothing(tell: Tell, register: Register, now: datetime) -> None:
    event = new(1, UNKNOWN.code, UNKNOWN.name)
    calls = [tell(event).json()["call"] for _ in range(2)]
    for call in (*calls, *calls):
        work(register, call, now)
    assert register.rows("SELECT state, applied, known FROM identity_population_call ORDER BY received_at") == [
        ("done", 1, 0),
        ("done", 0, 1),
    ]
    assert register.rows("SELECT count(*) FROM identity_population_event WHERE edition = 0") == [(1,)]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"events": [{"SJBH": "1", "指纹": "x"}]}', id="a-key"),
        pytest.param('{"events": [{"SJBH": "1", "BZ": {"a": [{"iris": "x"}]}}]}', id="deep"),
        pytest.param('{"events": [{"fingerprint": "x", "fingerprint": null}]}', id="doubled"),
        pytest.param('{"events": [{"SJBH": "1"}], "face": "x"}', id="beside"),
        pytest.param('{"events": [{"BZ": "{\\"photo\\": 1}"}]}', id="json-in-a-text"),
    ],
)
def test_a_batch_with_anything_of_the_body_is_refused_whole(
    tell: Tell, register: Register, folder: Path, body: str
) -> None:
    answer = tell(body=body.encode())
    assert answer.status_code == 422
    assert answer.json()["code"] == "biometrics-refused"
    assert register.rows("SELECT count(*) FROM identity_population_call") == [(0,)]
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"events": []}',
        b'{"events": {}}',
        b'{"events": [{}], "more": 1}',
        b"\xff",
        b"[" * 100_000,
        json.dumps({"events": [{}] * 5_001}).encode(),
    ],
)
def test_what_is_no_batch_is_refused_in_words(tell: Tell, register: Register, body: bytes) -> None:
    answer = tell(body=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "population-unusable"
    assert register.rows("SELECT count(*) FROM identity_population_call") == [(0,)]


def test_nobody_but_the_authority_tells_or_sees(tell: Tell, register: Register, now: datetime) -> None:
    mine = tell(new(1, UNKNOWN.code, UNKNOWN.name)).json()["call"]
    other = {"Authorization": f"Bearer {token_of(register, OTHER)}"}
    addresses = (f"/api/v1/population/events/{mine}", "/api/v1/population/status")
    answers = [tell(new(2, LI_NA.code, LI_NA.name), **other)]
    answers += [Client().get(address, headers=other) for address in addresses]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(403, "insufficient-scope")}
    assert {Client().get(address).status_code for address in addresses} == {401}
    assert register.rows("SELECT count(*) FROM identity_population_call") == [(1,)]


def test_whoever_had_the_scope_all_the_same_is_refused_by_the_service(
    tell: Tell, register: Register, folder: Path, now: datetime
) -> None:
    mine = UUID(tell(new(1, UNKNOWN.code, UNKNOWN.name)).json()["call"])
    other = Bearer("c-aaaaaaaaaaaaaaaa", OTHER, frozenset({"population.tell"}), 0, "k")
    before = set(folder.iterdir())
    with pytest.raises(NotAllowed):
        receive_events(b'{"events": [{}]}', bearer=other, at=now)
    with pytest.raises(NotAllowed):
        status_for(other, at=now)
    with pytest.raises(CallUnknown):
        find_call(mine, bearer=other)
    assert set(folder.iterdir()) == before


def test_a_scope_that_is_not_open_to_ones_kind_is_not_given(register: Register) -> None:
    answer = ask_token(system(register, organisation=OTHER).assertion(), scope="population.tell")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_an_unknown_call(tell: Tell, bearer: dict[str, str]) -> None:
    answer = Client().get(f"/api/v1/population/events/{uuid4()}", headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (404, "call-unknown")


def test_what_a_killed_worker_left_is_taken_up_again_and_not_swept(
    tell: Tell, register: Register, folder: Path, now: datetime
) -> None:
    call = tell(new(1, UNKNOWN.code, UNKNOWN.name)).json()["call"]
    register.become("intake")
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%%work_through'"
    before = register.rows(jobs)[0][0]
    assert sweep_spools(at=now) == 0
    assert adopt_calls() == 1
    assert register.rows(jobs) == [(before + 1,)]
    finish_call(UUID(call), at=now)
    assert adopt_calls() == 0


def test_a_spool_that_is_gone_ends_the_call_as_unusable(
    tell: Tell, register: Register, folder: Path, now: datetime
) -> None:
    lost, cut = (tell(new(number, UNKNOWN.code, UNKNOWN.name)).json()["call"] for number in (1, 2))
    Spool(folder, UUID(lost).hex).destroy()
    path = Spool(folder, UUID(cut).hex).path
    path.write_bytes(path.read_bytes()[:-1])
    for call in (lost, cut):
        work(register, call, now)
    assert register.rows("SELECT DISTINCT state FROM identity_population_call") == [("unusable",)]
    assert register.rows("SELECT count(*) FROM identity_population_event WHERE edition = 0") == [(0,)]
