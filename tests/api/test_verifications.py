"""Real-name checks over the interface: forms, headers, errors with published codes, and policies."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from chengxin.identity import errors
from chengxin.identity.errors import TokenInvalid
from chengxin.identity.openness import policy_of
from chengxin.identity.permissions import permissions
from chengxin.identity.services.verification import REFUSALS
from tests.api.conftest import Call
from tests.conftest import Register
from tests.identity.verifying import register_purposes
from tests.people import DEAD, DESK_OFFICERS, LI_NA, UNKNOWN, WANG_WEI, Someone

GUIDE = Path(__file__).parents[2] / "docs" / "integrators.md"


def body(registered: str, person: Someone = WANG_WEI, **changes: Any) -> dict[str, Any]:
    return {"purpose": registered, "name": person.name, "code_type": "resident-id", "code": person.code, **changes}


def items(*people: Someone) -> list[dict[str, str]]:
    return [{"name": one.name, "code_type": "resident-id", "code": one.code} for one in people]


@pytest.mark.parametrize(("person", "told"), [(WANG_WEI, "match"), (UNKNOWN, "not_found"), (DEAD, "not_found")])
def test_one_person(call: Call, purpose: str, person: Someone, told: str) -> None:
    answer = call("/verifications", body(purpose, person))
    assert answer.status_code == 200
    content = answer.json()
    assert content.keys() == {"result", "assurance", "receipt", "reason"}
    assert (content["result"], content["reason"]) == (told, "")
    assert re.fullmatch("V[A-Z2-7]{26}", content["receipt"])
    assert answer.headers["RateLimit-Policy"] == '"day";q=1000;w=86400'
    assert re.fullmatch(r'"day";r=999;t=\d{1,5}', answer.headers["RateLimit"])
    assert answer.headers["Cache-Control"] == "no-store"
    shown = call("/receipts", {"receipt": content["receipt"]}).json()
    assert (shown["result"], shown["organisation"]) == (told, "测试交通运输局")


def test_answers_differ_in_nothing_that_shows_who_exists(call: Call, purpose: str) -> None:
    """Dead, unknown: status, headers, length and members are the same, but for the receipt and what is left."""
    told = [call("/verifications", body(purpose, person)) for person in (UNKNOWN, DEAD)]
    first, second = ({k: v for k, v in one.headers.items() if k != "RateLimit"} for one in told)
    assert first == second
    assert {**told[0].json(), "receipt": ""} == {**told[1].json(), "receipt": ""}


def test_a_batch(call: Call, purpose: str, register: Register) -> None:
    bad = {"name": "王伟", "code_type": "resident-id", "code": "149999199001010010"}
    answer = call("/verifications/batch", {"purpose": purpose, "items": [*items(WANG_WEI, UNKNOWN, LI_NA), bad]})
    assert answer.status_code == 200
    assert [(one["result"], one["reason"]) for one in answer.json()["items"]] == [
        ("match", ""), ("not_found", ""), ("match", ""), ("refused", "code-invalid"),
    ]  # fmt: skip
    assert register.rows("SELECT count(*) FROM ground_access_entry") == [(4,)]


def test_ten_thousand_in_one_call_and_no_more(register: Register, call: Call) -> None:
    purpose = register_purposes(register, daily_quota=20_000, daily_misses=20_000)
    from tests.people import code_of

    many = [
        {"name": "某某", "code_type": "resident-id", "code": code_of(f"19{50 + n // 900}0101", n % 900 + 1)}
        for n in range(10_001)
    ]
    assert call("/verifications/batch", {"purpose": purpose, "items": many}).status_code == 422
    answer = call("/verifications/batch", {"purpose": purpose, "items": many[:10_000]})
    assert answer.status_code == 200, answer.content[:300]
    assert {one["result"] for one in answer.json()["items"]} == {"not_found"}
    assert register.rows("SELECT count(*) FROM ground_access_entry WHERE outcome = 'empty'") == [(10_000,)]


def test_a_repeated_call_with_the_same_key(call: Call, purpose: str, register: Register) -> None:
    key = {"headers": {"Idempotency-Key": "order-1"}}
    first, second = (call("/verifications", body(purpose), **key).json() for _ in range(2))
    assert first == second
    assert register.rows("SELECT count(*) FROM ground_access_entry") == [(1,)]
    answer = call("/verifications", body(purpose, LI_NA), **key)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({"name": None}, ["name"], id="no-name"),
        pytest.param({"phone": "13800000000"}, ["phone"], id="more-than-is-asked-for"),
        pytest.param({"code_type": "身份证"}, ["code_type"], id="no-such-kind"),
        pytest.param({"purpose": WANG_WEI.code}, ["purpose"], id="a-code-for-a-purpose"),
        pytest.param({"name": "王" * 201}, ["name"], id="too-long"),
    ],
)
def test_a_malformed_request_is_told_where_and_never_what(
    call: Call, purpose: str, changes: dict[str, Any], fields: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = call("/verifications", body(purpose, **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert [place.rpartition(".")[2] for place in answer.json()["fields"]] == fields
    for value in (WANG_WEI.code, "13800000000", "王王"):
        assert value not in answer.content.decode()
        assert value not in caplog.text


def test_a_body_that_is_no_json(call: Call, purpose: str) -> None:
    answer = call("/verifications", "{not json")
    assert (answer.status_code, answer.json()["code"]) == (422, "request-invalid")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_refusals_are_problem_documents(call: Call, register: Register) -> None:
    purpose = register_purposes(register, daily_quota=1, daily_misses=1)
    call("/verifications", body(purpose))
    answer = call("/verifications", body(purpose))
    assert (answer.status_code, answer.headers["Content-Type"]) == (429, "application/problem+json")
    assert answer.json()["code"] == "quota-exhausted"
    assert 0 < int(answer.headers["Retry-After"]) <= 86_401
    answer = call("/verifications", body("SM-JT-9999"))
    assert (answer.status_code, answer.json()["code"]) == (403, "purpose-not-registered")
    answer = call("/receipts", {"receipt": "V" + "A" * 26})
    assert (answer.status_code, answer.json()["code"]) == (404, "receipt-unknown")


def test_a_failure_tells_nothing_of_itself(
    call: Call, purpose: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(WANG_WEI.code)

    monkeypatch.setattr("chengxin.identity.services.verification.enter_many", fail)
    answer = call("/verifications", body(purpose))
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/problem+json")
    assert WANG_WEI.code not in answer.content.decode()


def test_purposes_are_the_organisations_own(call: Call, purpose: str) -> None:
    told = call("/purposes").json()
    assert [one["code"] for one in told] == [purpose]
    assert told[0]["basis"] == "TLAQTL-64"


def test_addresses_that_are_not_there_are_problems_too(register: Register) -> None:
    answer = Client().get("/api/v1/nothing")
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def operations() -> list[tuple[str, URLPattern]]:
    (entry,) = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/"]
    assert isinstance(entry, URLResolver)
    return [(str(one.pattern), one) for one in entry.url_patterns if isinstance(one, URLPattern)]


@pytest.mark.parametrize(
    "path", [path for path, one in operations() if getattr(policy_of(one.callback), "kind", "") == "clients"]
)
def test_each_operation_is_open_to_tokens_alone_and_to_those_whose_scope_covers_it(
    register: Register, token: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("get", "post"):
        answer = getattr(Client(), method)(f"/api/v1/{path}")
        assert answer.status_code in {401, 405}
        for officer in DESK_OFFICERS:
            logged_in = Client()
            from tests.identity.verifying import officer as found

            logged_in.force_login(found(officer["login"]))
            assert getattr(logged_in, method)(f"/api/v1/{path}").status_code in {401, 405}
    (policy,) = {policy_of(one.callback) for name, one in operations() if name == path}
    assert policy is not None
    assert all(permissions().acts[act].machines for act in policy.acts)
    monkeypatch.setattr("chengxin.identity.policies.read_token", narrowed)
    for method in ("get", "post"):
        answer = getattr(Client(), method)(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in {403, 405}
        if answer.status_code == 403:
            assert answer.json()["code"] == "insufficient-scope"


def narrowed(text: str, *, at: Any) -> Any:
    from dataclasses import replace

    from chengxin.identity.tokens import read_token

    return replace(read_token(text, at=at), scope=frozenset())


def test_every_operation_of_the_description_has_an_address_and_a_policy(register: Register) -> None:
    described = Client().get("/api/v1/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    assert {path.removeprefix("/api/v1/") for path in described["paths"]} == {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path) for path, _ in operations()
    } - {"openapi.json"}
    for path, one in operations():
        policy = policy_of(one.callback)
        assert policy is not None, path
        assert policy.kind in {"clients", "public"}
        if policy.kind == "clients":
            named = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
            (operation,) = described["paths"][f"/api/v1/{named}"].values()
            assert operation["security"] == [{"ClientToken": list(policy.acts)}]
            assert set(operation["responses"]) >= {"401", "403", "405", "422", "500", "503"}
            assert set(operation["responses"]) & {"200", "201", "202"}
    flow = described["components"]["securitySchemes"]["ClientToken"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/api/v1/token"
    assert set(flow["scopes"]) == {
        "authorisation.acknowledge", "authorisation.ask", "intake.follow", "intake.hand_in", "intake.withdraw", "population.tell",
        "query.ask", "query.batch", "recall.acknowledge", "verification.check",
    }  # fmt: skip


def test_each_code_of_an_error_is_published() -> None:
    """In the guide for integrators: a code that a client may meet and can't look up is no code."""
    guide = GUIDE.read_text(encoding="utf-8")
    others = {errors.ClientUnproved, TokenInvalid, errors.ScopeMissing, errors.GrantUnsupported, errors.ScopeUnknown,
              errors.BatchUnfit, errors.KeyReused, errors.ReceiptUnknown}  # fmt: skip
    desk_alone = {errors.OfficerWithoutRight}
    for error in (set(REFUSALS.values()) | others) - desk_alone:
        assert f"| `{error.code}` | {error.status} |" in guide, error.code
    assert "| `request-invalid` | 422 |" in guide


def test_no_answer_and_no_log_holds_name_or_code(call: Call, purpose: str, caplog: pytest.LogCaptureFixture) -> None:
    answers = [
        call("/verifications", body(purpose)),
        call("/verifications", body(purpose, name="王玮")),
        call("/verifications", body(purpose, code="149999199001010010")),
        call("/verifications/batch", {"purpose": purpose, "items": items(WANG_WEI, UNKNOWN)}),
        call("/receipts", {"receipt": WANG_WEI.code}),
    ]
    told = caplog.text + "".join(one.content.decode() + json.dumps(dict(one.headers)) for one in answers)
    for value in (WANG_WEI.code, WANG_WEI.name, "王玮", UNKNOWN.name, "149999199001010010"):
        assert value not in told
