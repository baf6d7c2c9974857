"""Single queries over the interface: the answer in the form of the duty, counted, entered, refused alike."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Call, ask_token
from tests.api.test_verifications import GUIDE
from tests.conftest import Register
from tests.duties import EXAMINER, enrol
from tests.identity.verifying import System
from tests.penalties import penalty, write_csv
from tests.people import OTHER, UNKNOWN, WANG_WEI, Someone
from tests.records.test_ingest import take

FULL, YES_NO = "XK-SC-01", "PX-SC-01"


def body(person: Someone = WANG_WEI, **changes: Any) -> dict[str, Any]:
    told = {
        "duty": FULL,
        "basis": "XZXKF-34",
        "case_reference": "许可2026-1",
        "officer": "xk-07",
        "code_type": "resident-id",
    }
    return {**told, "code": person.code, "name": person.name, **changes}


@pytest.fixture
def token(made: System, register: Register, tmp_path: Path, today: date, now: datetime) -> str:
    """Give a token for queries of an organisation that stands enrolled for two duties."""
    take(register, write_csv(tmp_path / "a.csv", [penalty(today, 1), penalty(today, 2)]), now)
    enrol(register, FULL, YES_NO, at=now, organisation=OTHER)
    answer: Any = ask_token(made.assertion(), scope="query.ask")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])


def entries(register: Register) -> list[tuple[Any, ...]]:
    return register.rows(
        "SELECT outcome, reason, organisation, officer, purpose, duty, case_reference, channel FROM ground_access_entry ORDER BY entry_id"
    )


def test_a_full_answer_and_its_entry(call: Call, register: Register, made: System) -> None:
    answer = call("/queries", body())
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert [record["item"] for record in told["records"]] == ["CF-ZRR"] * 2
    assert told["answer"] is None
    assert (told["duty"], told["case"]) == (FULL, "许可2026-1")
    assert entries(register) == [("answered", "", OTHER, f"{made.client_id}/xk-07", "XK-SC", FULL, "许可2026-1", "api")]
    assert register.rows("SELECT entry_id::text FROM ground_access_entry") == [(told["entry"],)]
    assert answer.headers["RateLimit-Policy"] == '"day";q=20000;w=86400'
    assert answer.headers["Cache-Control"] == "no-store"
    assert WANG_WEI.code not in answer.content.decode()


def test_yes_or_no(call: Call) -> None:
    told = call("/queries", body(duty=YES_NO, basis="SXSHXYTL-30")).json()
    assert (told["records"], told["answer"]["found"], told["answer"]["disputed"]) == ([], True, "none")
    assert told["answer"]["items"] == ["CF-ZRR", "SX-BZXR", "YZ-MD"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"code": UNKNOWN.code}, "person-unknown", id="nobody"),
        pytest.param({"name": "王玮"}, "name-differs", id="another-name"),
        pytest.param({"case_reference": ""}, "case-missing", id="no-case"),
        pytest.param({"basis": "GWYF-26"}, "basis-unknown", id="another-article"),
        pytest.param({"duty": "CF-CL-01", "basis": "XZCFF-5"}, "duty-not-enrolled", id="not-enrolled"),
        pytest.param({"duty": "XX-YY-01"}, "purpose-unknown", id="no-duty"),
        pytest.param({"officer": EXAMINER}, "", id="an-officer-of-ours"),
    ],
)
def test_refusals_are_one_and_their_reasons_the_registers(
    call: Call, register: Register, changes: dict[str, Any], reason: str
) -> None:
    answer = call("/queries", body(**changes))
    if not reason:
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["code"]) == (403, "not-answerable")
    assert [entry[1] for entry in entries(register)] == [reason]


@pytest.mark.parametrize(
    "wrong", [{"officer": "李 四"}, {"officer": ""}, {"duty": "xk"}, {"more": "x"}, {"code_type": "x"}]
)
def test_what_is_malformed_is_told_by_its_place(call: Call, register: Register, wrong: dict[str, Any]) -> None:
    answer = call("/queries", body(**wrong))
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert answer.json()["fields"] == list(wrong)
    assert entries(register) == []


def test_under_one_key_a_query_counts_once_and_is_entered_each_time(call: Call, register: Register) -> None:
    for _ in range(2):
        assert call("/queries", body(), headers={"Idempotency-Key": "k1"}).status_code == 200
    assert register.rows("SELECT used FROM sharing_query_use") == [(1,)]
    assert len(entries(register)) == 2
    answer = call("/queries", body(case_reference="另一件"), headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")
    kept = register.rows("SELECT answer FROM identity_check_replay")
    assert kept == [("[1, 20000, []]",)]


def test_a_day_has_an_end(call: Call, register: Register) -> None:
    assert call("/queries", body()).status_code == 200
    with register.connect("owner") as connection:
        connection.execute("UPDATE sharing_query_use SET used = 20000")
    answer = call("/queries", body())
    assert (answer.status_code, answer.json()["code"]) == (429, "quota-exhausted")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_suspended_system_asks_nothing_with_the_token_it_has(call: Call, register: Register) -> None:
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_client DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE identity_client SET suspended_at = now(), suspension_reason = 'x', suspended_by_id = 1"
        )
    answer = call("/queries", body())
    assert (answer.status_code, answer.json()["code"]) == (401, "client-not-in-force")
    assert entries(register) == []


def test_duties_are_the_organisations_own(call: Call) -> None:
    told = call("/duties").json()
    assert [(one["code"], one["form"], one["may_store"]) for one in told] == [
        (YES_NO, "yes_no", False),
        (FULL, "full", True),
    ]


def test_each_code_is_published() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for code, status in (("not-answerable", 403), ("duty-not-named", 422), ("hands-refused", 403)):
        assert f"| `{code}` | {status} |" in guide
