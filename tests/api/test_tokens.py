"""A system proves itself with its key and nothing else: once for each statement, from its own network, while it is in force."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client
from joserfc import jwk, jws, jwt

from chengxin.demo.organisations import organisation_code
from chengxin.identity.checking import ClientKeyLive
from chengxin.identity.errors import ClientRefused, ClientUnproved
from chengxin.identity.services.clients import (
    approve_key,
    enter_client,
    enter_key,
    suspend_client,
    withdraw_key,
)
from chengxin.identity.services.organisations import (
    Entered,
    end_licence,
    end_organisation,
    enter_licence,
    enter_organisations,
)
from chengxin.identity.tokens import TYPE, issue_token, read_public_key, read_token
from chengxin.lib.errors import NotAllowed
from chengxin.lib.regions import standard_areas
from tests.api.conftest import Call, ask_in_form, ask_token
from tests.conftest import Register
from tests.identity.verifying import System, officer, register_purposes, system
from tests.people import OTHER, WANG_WEI


def short_key() -> str:
    """A public key of 1024 bits, which the library itself warns of when it makes one."""
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505  # what must be refused
    numbers = weak.public_key().public_numbers()
    width = {"n": numbers.n, "e": numbers.e}
    words = {name: value.to_bytes((value.bit_length() + 7) // 8, "big") for name, value in width.items()}
    members = {name: base64.urlsafe_b64encode(word).decode().rstrip("=") for name, word in words.items()}
    return json.dumps({"kty": "RSA", **members})


KEYS: dict[str, Callable[[], Any]] = {
    "P-256": lambda: jwk.ECKey.generate_key("P-256"),
    "Ed25519": lambda: jwk.OKPKey.generate_key("Ed25519"),
    "RSA": lambda: jwk.RSAKey.generate_key(2048),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_statement_gives_a_token_for_ten_minutes(register: Register, kind: str) -> None:
    answer = ask_token(system(register, key=KEYS[kind]()).assertion())
    assert answer.status_code == 200
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 600, "verification.check")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        pytest.param({}, {"aud": "urn:somebody:else"}, id="for-another-audience"),
        pytest.param({}, {"aud": None}, id="for-no-audience"),
        pytest.param({}, {"iss": "c-aaaaaaaaaaaaaaaa"}, id="another-issuer"),
        pytest.param({}, {"sub": "c-aaaaaaaaaaaaaaaa"}, id="another-subject"),
        pytest.param({}, {"sub": 7}, id="a-subject-that-is-no-text"),
        pytest.param({}, {"jti": None}, id="without-jti"),
        pytest.param({}, {"jti": 7}, id="jti-no-text"),
        pytest.param({}, {"exp": None}, id="without-end"),
        pytest.param({}, {"exp": int(time.time()) - 3600}, id="over"),
        pytest.param({}, {"exp": int(time.time()) + 86_400}, id="too-long"),
        pytest.param({}, {"nbf": int(time.time()) + 3600}, id="not-yet"),
        pytest.param({"kid": "another"}, {}, id="another-key"),
    ],
)
def test_a_statement_that_does_not_hold_proves_nobody(
    made: System, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    answer = ask_token(made.assertion(header, **claims))
    assert_unproved(answer)


def assert_unproved(answer: Any) -> None:
    """One answer for every reason, so that nobody learns which clients there are."""
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (answer.json()["code"], answer.json()["error"]) == ("invalid-client", "invalid_client")


def test_a_statement_signed_by_somebody_else_proves_nobody(made: System) -> None:
    forged = System(made.client_id, jwk.ECKey.generate_key("P-256"), 0).assertion({"kid": made.key.thumbprint()})
    assert_unproved(ask_token(forged))


def test_the_public_key_is_no_secret_to_sign_with(made: System) -> None:
    """The old attack: the public key's text as the key of a symmetric signature; and no signature at all."""
    end = int(time.time()) + 60
    claims = {"iss": made.client_id, "sub": made.client_id, "aud": settings.API_ISSUER, "jti": "x", "exp": end}
    for algorithm in ("HS256", "none"):
        head = {"alg": algorithm, "kid": made.key.thumbprint()}
        signed = ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, claims)
        )
        mark = hmac.digest(made.key.as_pem(private=False), signed.encode(), "sha256") if algorithm != "none" else b""
        assert_unproved(ask_token(f"{signed}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"))


def test_an_algorithm_of_another_kind_of_key_is_not_taken(register: Register) -> None:
    made = system(register, key=jwk.RSAKey.generate_key(2048))
    assert_unproved(ask_token(made.assertion({"alg": "RS256"})))


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "e30.e30.", "x" * 5000])
def test_what_is_no_statement_proves_nobody(made: System, text: str) -> None:
    answer = ask_token(text)
    assert answer.status_code in {401, 422}


def test_a_statement_is_taken_once(made: System) -> None:
    statement = made.assertion()
    assert ask_token(statement).status_code == 200
    assert_unproved(ask_token(statement))
    assert_unproved(ask_token(made.assertion(jti=jti_of(statement))))


def jti_of(statement: str) -> str:
    return str(json.loads(jws.extract_compact(statement.encode()).payload)["jti"])


def test_two_systems_may_use_the_same_jti(register: Register, made: System) -> None:
    assert ask_token(made.assertion(jti="1")).status_code == 200
    assert ask_token(system(register).assertion(jti="1")).status_code == 200


def test_a_system_calls_from_its_own_network(register: Register) -> None:
    assert_unproved(ask_token(system(register, addresses=("203.0.113.0/28", "2001:db8::/48")).assertion()))


def test_behind_the_proxy_its_word_counts_and_its_last_one(register: Register, settings: Any) -> None:
    from django.test import RequestFactory

    from chengxin.identity.openness import address_of

    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.1, 198.51.100.9"})
    assert address_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "198.51.100.9"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"client_assertion_type": "x"}, 400, "unsupported_grant_type"),
        ({"scope": "rights.grant"}, 400, "invalid_scope"),
        ({"client_assertion": ""}, 401, "invalid_client"),
    ],
)
def test_requests_that_are_not_ours(made: System, changes: dict[str, str], status: int, error: str) -> None:
    answer = ask_token(made.assertion(), **changes)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_missing_field_is_named(made: System) -> None:
    answer = ask_in_form({"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_request")
    assert answer.json()["fields"] == ["form.client_assertion", "form.client_assertion_type"]


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json", ""])
def test_a_form_is_sent_as_one(made: System, kind: str) -> None:
    answer: Any = Client().post("/api/v1/token", b"{}", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "media-type-not-supported")
    assert (answer.headers["Content-Type"], answer.json()["error"]) == ("application/problem+json", "invalid_request")


def test_a_suspended_systems_statements_prove_nothing(register: Register, made: System, now: datetime) -> None:
    register.become("admin")
    suspend_client(made.client_id, reason="x", actor=officer("security"), at=now)
    register.become("app")
    assert_unproved(ask_token(made.assertion()))


AGENCY = organisation_code("department", 930)


def licensed(where: Register, at: datetime, today: date) -> int:
    """Enter a credit agency with the licence that it needs; give the licence's number. Leaves the process as the application."""
    where.become("admin")
    row = Entered(1, AGENCY, "测试征信公司", "credit_agency", "140100", date(2019, 1, 1))
    enter_organisations([row], areas=standard_areas(test_area=True), actor=officer("system"), at=at)
    made = enter_licence(
        AGENCY, licence="personal-credit", number="1", valid_from=today, valid_until=today + timedelta(days=9),
        actor=officer("system"), at=at,
    )  # fmt: skip
    where.become("app")
    return int(made.pk)


def test_a_system_gets_no_token_once_its_organisations_licence_ended(
    register: Register, now: datetime, today: date
) -> None:
    number = licensed(register, now, today)
    agency = system(register, organisation=AGENCY)
    assert ask_token(agency.assertion()).status_code == 200
    register.become("admin")
    end_licence(number, reason="吊销", actor=officer("system"), at=now)
    register.become("app")
    assert_unproved(ask_token(agency.assertion()))


def test_a_licence_that_ran_out_ends_it_too(register: Register, now: datetime, today: date) -> None:
    number = licensed(register, now, today)
    agency = system(register, organisation=AGENCY)
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE identity_licence DISABLE TRIGGER licence_guarded")
        connection.execute(
            "UPDATE identity_licence SET valid_from = %s, valid_until = %s WHERE id = %s",
            [today - timedelta(days=9), today, number],
        )
    assert_unproved(ask_token(agency.assertion()))


def test_a_system_gets_no_token_once_its_organisation_ended(register: Register, now: datetime, today: date) -> None:
    made = system(register)
    register.become("admin")
    end_organisation(OTHER, on=today, reason="撤并", actor=officer("system"), at=now)
    register.become("app")
    assert_unproved(ask_token(made.assertion()))


def test_a_token_from_before_checks_nothing_once_the_licence_ended(
    register: Register, now: datetime, today: date
) -> None:
    number = licensed(register, now, today)
    purpose = register_purposes(register, organisation=AGENCY)
    token = ask_token(system(register, organisation=AGENCY).assertion()).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    body = {"purpose": purpose, "code_type": "resident-id", "code": WANG_WEI.code, "name": WANG_WEI.name}

    def check() -> Any:
        return Client().post("/api/v1/verifications", body, content_type="application/json", headers=headers)

    assert check().status_code == 200
    register.become("admin")
    end_licence(number, reason="吊销", actor=officer("system"), at=now)
    register.become("app")
    refused = check()
    assert refused.status_code == 403
    assert refused.json()["code"] == "purpose-not-registered"
    listed: Any = Client().get("/api/v1/purposes", headers=headers)
    assert (listed.status_code, listed.json()["code"]) == (401, "client-not-in-force")


def test_the_rule_refuses_a_licence_that_ended_whatever_the_view_says(
    register: Register, now: datetime, today: date
) -> None:
    """What the database showed a moment ago: the key was in force, and the organisation no longer stands."""
    number = licensed(register, now, today)
    client = ClientKeyLive(1, "c-aaaaaaaaaaaaaaaa", AGENCY, "{}", "k")
    assert issue_token(client, "", at=now).scope == "verification.check"
    register.become("admin")
    end_licence(number, reason="吊销", actor=officer("system"), at=now)
    with pytest.raises(ClientUnproved):
        issue_token(client, "", at=now)


def test_keys_change_without_a_gap(register: Register, made: System, now: datetime, today: Any) -> None:
    """Two are in force for a while; the new one proves nothing until it is approved, the old one nothing once withdrawn."""
    fresh = jwk.ECKey.generate_key("P-256")
    text = json.dumps(fresh.as_dict(private=False))
    until = today + timedelta(days=30)
    register.become("admin")
    entered = enter_key(made.client_id, text, until=until, actor=officer("system"), at=now)
    register.become("app")
    successor = System(made.client_id, fresh, entered.pk)
    assert_unproved(ask_token(successor.assertion()))
    register.become("admin")
    approve_key(entered.pk, actor=officer("security"), at=now)
    register.become("app")
    old, new = ask_token(made.assertion()), ask_token(successor.assertion())
    assert purposes_shown(old) == purposes_shown(new) == (200, "")
    register.become("admin")
    with pytest.raises(ClientRefused, match="最多两把"):
        enter_key(made.client_id, third_key(), until=until, actor=officer("system"), at=now)
    withdraw_key(made.key_id, actor=officer("security"), at=now)
    enter_key(made.client_id, third_key(), until=until, actor=officer("system"), at=now)
    register.become("app")
    assert_unproved(ask_token(made.assertion()))
    assert ask_token(successor.assertion()).status_code == 200
    # What was got with it before is worth nothing from this moment on.
    assert (purposes_shown(old), purposes_shown(new)) == ((401, "invalid-token"), (200, ""))


def purposes_shown(answer: Any) -> tuple[int, str]:
    """Use a token; give the status, and the code of a refusal."""
    listed: Any = Client().get("/api/v1/purposes", headers={"Authorization": f"Bearer {answer.json()['access_token']}"})
    return listed.status_code, listed.json()["code"] if listed.status_code != 200 else ""


def third_key() -> str:
    return str(json.dumps(jwk.ECKey.generate_key("P-256").as_dict(private=False)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{}", "可读", id="empty"),
        pytest.param("x", "可读", id="no-json"),
        pytest.param('{"kty": "oct", "k": "AAAA"}', "可读", id="symmetric"),
        pytest.param(json.dumps(jwk.ECKey.generate_key("P-384").as_dict(private=False)), "可读", id="other-curve"),
        pytest.param(json.dumps(jwk.ECKey.generate_key("P-256").as_dict(private=True)), "私钥", id="private"),
        pytest.param(short_key(), "2048", id="short"),
    ],
)
def test_keys_that_are_not_taken(
    register: Register, made: System, now: datetime, today: Any, text: str, told: str
) -> None:
    register.become("admin")
    with pytest.raises(ClientRefused, match=told):
        enter_key(made.client_id, text, until=today + timedelta(days=9), actor=officer("system"), at=now)


def test_a_key_is_entered_once_and_approved_by_another(
    register: Register, made: System, now: datetime, today: Any
) -> None:
    register.become("admin")
    public = json.dumps(made.key.as_dict(private=False))
    with pytest.raises(ClientRefused, match="登记过"):
        enter_key(made.client_id, public, until=today + timedelta(days=9), actor=officer("system"), at=now)
    with pytest.raises(ClientRefused, match="已经批准"):
        approve_key(made.key_id, actor=officer("security"), at=now)
    with pytest.raises(ClientRefused, match="没有这把"):
        withdraw_key(10**9, actor=officer("security"), at=now)
    for login in ("system", "audit", "clerk"):
        with pytest.raises(NotAllowed):
            approve_key(made.key_id, actor=officer(login), at=now)
    noted = register.rows("SELECT actor, act FROM ground_action WHERE subject LIKE 'client%%' AND %s ORDER BY id", True)
    assert noted == [("system", "clients.enter"), ("system", "clients.enter"), ("security", "clients.approve")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"organisation_code": "91140000000000000X"}, "没有登记单位"),
        ({"addresses": ["anywhere"]}, "不是网络地址"),
        ({"addresses": ["203.0.113.7/24"]}, "不是网络地址"),
        ({"addresses": []}, "来访网络"),
        ({"name": " "}, "系统名称"),
        ({"days": 0}, "截止日"),
        ({"days": 1097}, "截止日"),
    ],
)
def test_systems_that_can_not_be_entered(
    register: Register, now: datetime, today: Any, changes: dict[str, Any], told: str
) -> None:
    register.become("admin")
    values = {"organisation_code": OTHER, "name": "x", "addresses": ["203.0.113.0/24"], "days": 9, **changes}
    until = today + timedelta(days=values.pop("days"))
    with pytest.raises(ClientRefused, match=told):
        enter_client(**values, until=until, actor=officer("system"), at=now)


@pytest.mark.parametrize("login", ["security", "audit", "clerk", "verifier"])
def test_only_the_system_administrator_enters_systems(
    register: Register, now: datetime, today: Any, login: str
) -> None:
    register.become("admin")
    with pytest.raises(NotAllowed):
        enter_client(
            organisation_code=OTHER,
            name="x",
            addresses=["203.0.113.0/24"],
            until=today + timedelta(days=9),
            actor=officer(login),
            at=now,
        )


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda token: token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), id="signature"),
        pytest.param(lambda _: "", id="none"),
        pytest.param(lambda token: token.split(".")[1], id="payload-alone"),
        pytest.param(lambda _: "x.y.z", id="nonsense"),
    ],
)
def test_a_spoilt_token_opens_nothing(token: str, spoil: Any) -> None:
    answer = Client().get("/api/v1/purposes", headers={"Authorization": f"Bearer {spoil(token)}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_ends_after_ten_minutes(made: System, token: str, now: datetime) -> None:
    from chengxin.identity.errors import TokenInvalid

    assert read_token(token, at=now).client_id == made.client_id
    with pytest.raises(TokenInvalid):
        read_token(token, at=now + timedelta(minutes=11))


@pytest.mark.parametrize("change", [{"typ": "JWT"}, {"iss": "urn:x"}, {"aud": "urn:x"}])
def test_a_token_of_another_kind_is_none_of_ours(made: System, now: datetime, change: dict[str, str]) -> None:
    """Signed with the right key, and yet not an access token of this installation."""
    from chengxin.identity.errors import TokenInvalid
    from chengxin.identity.tokens import _signing_key

    issuer = settings.API_ISSUER
    claims = {
        "iss": issuer,
        "aud": issuer,
        "sub": made.client_id,
        "organisation": OTHER,
        "exp": 2**40,
        "scope": "verification.check",
    }
    head = {"alg": "HS256", "typ": change.get("typ", TYPE)}
    text = jwt.encode(head, claims | {k: v for k, v in change.items() if k != "typ"}, _signing_key(settings.SECRET_KEY))
    with pytest.raises(TokenInvalid):
        read_token(text, at=now)


def test_a_session_is_no_token(call: Call, register: Register) -> None:
    for login in ("verifier", "officer", "clerk"):
        client = Client()
        client.force_login(officer(login))
        assert client.get("/api/v1/purposes").status_code == 401


def test_the_key_of_tokens_is_not_the_secret_itself() -> None:
    from chengxin.identity.tokens import _signing_key

    assert settings.SECRET_KEY.encode() not in _signing_key(settings.SECRET_KEY).raw_value


def test_the_way_to_a_token_is_described(register: Register) -> None:
    told = Client().get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == settings.API_ISSUER
    assert told["token_endpoint"].endswith("/api/v1/token")
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert told["scopes_supported"] == [
        "authorisation.acknowledge", "authorisation.ask", "intake.follow", "intake.hand_in", "intake.withdraw", "population.tell",
        "query.ask", "query.batch", "recall.acknowledge", "verification.check",
    ]  # fmt: skip


def test_a_thumbprint_names_a_key() -> None:
    key = jwk.ECKey.generate_key("P-256")
    kid, whole = read_public_key(json.dumps({**key.as_dict(private=False), "kid": "my-own-name"}))
    assert kid == key.thumbprint()
    assert "d" not in whole
