"""Leave given in the person's browser: pushed by the system, decided by the person, fetched by a code once; and each attack on that way."""

import json
import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chengxin.identity.errors import ClientRefused
from chengxin.identity.services.clients import approve_redirect, enter_redirect, withdraw_redirect
from chengxin.identity.standing import PROVED
from chengxin.identity.tokens import ASSERTION_TYPE
from chengxin.sharing.authorising.queries import list_own_authorisations
from chengxin.sharing.authorising.services import withdraw
from tests import leave as lv
from tests.api.conftest import ask_token
from tests.api.test_authorisations import question
from tests.conftest import Register
from tests.identity.verifying import System, officer, system
from tests.leave import BANK, FULL, PENALTY, QUALIFICATION
from tests.people import LI_NA, MARKET, WANG_WEI, Someone
from tests.portal.test_persons import own_page
from tests.sharing.test_own import oneself

BACK = "https://bank.example.cn/back?way=loan"
AUTHORISE = reverse("authorise")


@dataclass(frozen=True)
class Begun:
    """What a system keeps of a request that it pushed."""

    verifier: str
    state: str
    request_uri: str


def settle_redirect(register: Register, made: System, address: str = BACK) -> int:
    """Enter and approve an address, by two administrators. Leaves the process as the application."""
    register.become("admin")
    entered = enter_redirect(made.client_id, address, actor=officer("system"), at=datetime.now(UTC))
    approve_redirect(entered.pk, actor=officer("security"), at=datetime.now(UTC))
    register.become("app")
    return int(entered.pk)


@pytest.fixture
def bank(register: Register, tmp_path: Path, today: date, now: datetime) -> Register:
    lv.settle_bank(register, now)
    lv.hold(register, tmp_path, today, now - timedelta(minutes=5))
    return register


@pytest.fixture
def made(bank: Register) -> System:
    made = system(bank, organisation=BANK)
    settle_redirect(bank, made)
    return made


def details(today: date, **changes: Any) -> dict[str, Any]:
    return {
        "type": "urn:chengxin:leave", "duty": FULL, "items": [PENALTY, QUALIFICATION], "once": False, "officer": "xd-07",
        "last_day": (today + timedelta(days=29)).isoformat(), "keep_days": 0, "reason": "办理您申请的住房贷款", "reference": "贷2026-118",
        **changes,
    }  # fmt: skip


def challenge_of(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def push(made: System, today: date, *, verifier: str = "", details_: Any = None, **changes: str) -> Any:
    body = {
        "client_assertion_type": ASSERTION_TYPE, "client_assertion": made.assertion(), "response_type": "code", "redirect_uri": BACK,
        "state": "s1", "code_challenge": challenge_of(verifier or "v" * 43), "code_challenge_method": "S256",
        "authorization_details": json.dumps([details(today)] if details_ is None else details_), **changes,
    }  # fmt: skip
    return Client().post("/api/v1/par", urlencode(body), content_type="application/x-www-form-urlencoded")


def begin(made: System, today: date, **changes: Any) -> Begun:
    verifier = secrets.token_urlsafe(32)
    answer = push(made, today, verifier=verifier, **changes)
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told["expires_in"] == 600
    return Begun(verifier, "s1", told["request_uri"])


def asked(made: System, begun: Begun) -> dict[str, str]:
    return {"client_id": made.client_id, "request_uri": begun.request_uri}


def decide(
    made: System, begun: Begun, today: date, *, who: Someone = WANG_WEI, grant: bool = True, **changes: Any
) -> Any:
    """Decide on the page as a person; give the answer."""
    client = own_page(who.code, who.name)
    told = {
        "grant": "1",
        "items": [PENALTY],
        "times": "period",
        "last": (today + timedelta(days=20)).isoformat(),
        **changes,
    }
    return client.post(AUTHORISE, told if grant else {}, QUERY_STRING=urlencode(asked(made, begun)))


def led_back(answer: Any) -> dict[str, str]:
    """Read off the page where the browser is led back to, and give what is told there."""
    assert answer.status_code == 200, answer.content.decode()
    found = re.search(r'class="btn btn-primary" href="(https:[^"]+)"', answer.content.decode())
    assert found
    address = urlsplit(unescape(found[1]))
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK.partition("?")[0]
    told = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert told.pop("way") == "loan"
    assert told.pop("iss") == settings.API_ISSUER
    return told


def exchange(made: System, code: str, verifier: str, **changes: str) -> Any:
    told = {"code": code, "code_verifier": verifier, "redirect_uri": BACK, **changes}
    return ask_token(made.assertion(), grant_type="authorization_code", **told)


def granted(made: System, today: date, **changes: Any) -> tuple[Begun, str]:
    begun = begin(made, today)
    return begun, led_back(decide(made, begun, today, **changes))["code"]


def ask(token: str, person: Someone = WANG_WEI, **changes: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    return Client().post(
        "/api/v1/queries", {**question(person), **changes}, content_type="application/json", headers=headers
    )


def test_the_whole_way(bank: Register, made: System, today: date, now: datetime) -> None:
    begun = begin(made, today)
    page = own_page(WANG_WEI.code, "王伟").get(AUTHORISE, asked(made, begun)).content.decode()
    for words in ("测试银行", "办理您申请的住房贷款", "行政处罚信息（自然人）", "bank.example.cn", "不给，回去"):
        assert words in page
    assert "checked" not in page
    back = led_back(decide(made, begun, today))
    assert (set(back), back["state"]) == ({"code", "state"}, "s1")
    answer = exchange(made, back["code"], begun.verifier)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    (leave,) = told["authorization_details"]
    assert (leave["duty"], leave["items"], leave["once"]) == (FULL, [PENALTY], False)
    assert leave["last_day"] == (today + timedelta(days=20)).isoformat()
    (own,) = list_own_authorisations(oneself(), today)
    assert (own.number, own.state, own.organisation) == (leave["authorisation"], "stands", "测试银行")
    records = ask(told["access_token"]).json()["records"]
    assert {record["item"] for record in records} == {PENALTY}
    assert WANG_WEI.code not in answer.content.decode()
    assert told["sub"]
    assert "refresh_token" not in told
    withdraw(oneself(), own.number, at=now)
    assert ask(told["access_token"]).json()["code"] == "not-answerable"


def test_the_pseudonym_is_the_persons_at_this_organisation(bank: Register, made: System, today: date) -> None:
    subjects = set()
    for _ in range(2):
        begun, code = granted(made, today)
        subjects.add(exchange(made, code, begun.verifier).json()["sub"])
    begun, code = granted(made, today, who=LI_NA)
    other = exchange(made, code, begun.verifier).json()["sub"]
    assert len(subjects) == 1
    assert other not in subjects


def test_refusing_leads_back_without_a_word_and_leaves_nothing(bank: Register, made: System, today: date) -> None:
    begun = begin(made, today)
    client = own_page(WANG_WEI.code, "王伟")
    session = client.session
    session[PROVED] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()
    answer = client.post(AUTHORISE, {}, QUERY_STRING=urlencode(asked(made, begun)))
    assert led_back(answer) == {"error": "access_denied", "state": "s1"}
    assert "没有得到授权，也不知道为什么" in answer.content.decode()
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]
    assert bank.rows("SELECT authorisation_id, code_digest FROM sharing_pushed_answer") == [(None, None)]
    assert bank.rows(
        "SELECT count(*) FROM ground_action WHERE act IN ('authorisation.grant', 'authorisation.refuse')"
    ) == [(0,)]
    assert client.get(AUTHORISE, asked(made, begun)).status_code == 404


def test_granting_asks_for_a_fresh_proof(bank: Register, made: System, today: date) -> None:
    begun = begin(made, today)
    client = own_page(WANG_WEI.code, "王伟")
    session = client.session
    session[PROVED] = (timezone.now() - timedelta(hours=1)).timestamp()
    session.save()
    assert "证明是本人，再选择" in client.get(AUTHORISE, asked(made, begun)).content.decode()
    told = {"grant": "1", "items": [PENALTY], "times": "once", "last": (today + timedelta(days=2)).isoformat()}
    answer = client.post(AUTHORISE, told, QUERY_STRING=urlencode(asked(made, begun)))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("person-login"))
    assert bank.rows("SELECT count(*) FROM sharing_authorisation") == [(0,)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items": []}, "请至少选择一项"),
        ({"items": ["SX-BZXR"]}, "没有这一项"),
        ({"last": "2099-01-01"}, "只能同意请求里写明的，或者更少"),
    ],
)
def test_no_more_is_granted_than_was_asked(
    bank: Register, made: System, today: date, changes: dict[str, Any], words: str
) -> None:
    answer = decide(made, begin(made, today), today, **changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="downgrade-to-plain"),
        pytest.param({"code_challenge": "short"}, "invalid_request", id="no-challenge"),
        pytest.param({"response_type": "token"}, "invalid_request", id="implicit"),
        pytest.param({"state": ""}, "invalid_request", id="no-state"),
        pytest.param({"redirect_uri": "https://evil.example.cn/back"}, "invalid_request", id="other-redirect"),
        pytest.param({"redirect_uri": BACK + "&x=1"}, "invalid_request", id="redirect-with-more"),
        pytest.param(
            {"redirect_uri": "https://bank.example.cn/back/../evil"}, "invalid_request", id="redirect-climbing"
        ),
        pytest.param({"client_assertion": "x"}, "invalid_client", id="no-proof"),
        pytest.param({"details_": []}, "invalid_request", id="nothing-asked"),
        pytest.param({"details_": "x"}, "invalid_request", id="no-details"),
    ],
)
def test_what_is_not_pushed(bank: Register, made: System, today: date, changes: dict[str, Any], error: str) -> None:
    answer = push(made, today, **changes)
    assert answer.status_code in {400, 401, 422}
    assert answer.json()["error"] == error
    assert bank.rows("SELECT count(*) FROM sharing_pushed") == [(0,)]


def test_over_asking_is_not_pushed(bank: Register, made: System, today: date) -> None:
    for changes in ({"items": ["RY-BZ"], "duty": lv.YES_NO}, {"duty": "XK-SC-01"}, {"last_day": "2099-01-01"}):
        answer = push(made, today, details_=[details(today, **changes)])
        assert answer.json()["error"] == "invalid_authorization_details"


def test_without_pushing_nothing_is_asked(bank: Register, made: System) -> None:
    """Neither parameters in the address nor another client's reference open anything, nor do they lead anywhere."""
    client = own_page(WANG_WEI.code, "王伟")
    plain = {
        "response_type": "code",
        "client_id": made.client_id,
        "redirect_uri": BACK,
        "state": "s1",
        "code_challenge": "v" * 43,
    }
    assert client.get(AUTHORISE, plain).status_code == 404


def test_a_reference_is_its_clients_and_is_decided_once(bank: Register, made: System, today: date) -> None:
    begun = begin(made, today)
    other = system(bank, organisation=MARKET)
    assert decide(other, begun, today).status_code == 404
    decide(made, begun, today)
    assert decide(made, begun, today).status_code == 404
    assert decide(made, begun, today, who=LI_NA).status_code == 404


@pytest.mark.parametrize("attack", ["verifier", "redirect", "client", "code", "none"])
def test_a_code_is_nothing_without_all_that_goes_with_it(
    bank: Register, made: System, today: date, attack: str
) -> None:
    begun, code = granted(made, today)
    verifier, redirect, who = begun.verifier, BACK, made
    if attack == "verifier":
        verifier = secrets.token_urlsafe(32)
    elif attack == "redirect":
        redirect = "https://bank.example.cn/back"
    elif attack == "client":
        who = system(bank, organisation=BANK)
    elif attack == "code":
        code = secrets.token_urlsafe(32)
    else:
        verifier = ""
    answer = exchange(who, code, verifier, redirect_uri=redirect)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert bank.rows("SELECT count(*) FROM sharing_code_exchange") == [(0,)]


def test_a_code_shown_again_gives_nothing_and_ends_its_token(bank: Register, made: System, today: date) -> None:
    begun, code = granted(made, today)
    token = exchange(made, code, begun.verifier).json()["access_token"]
    assert ask(token).status_code == 200
    again = exchange(made, code, begun.verifier)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    answer = ask(token)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid-token")


def test_a_code_counts_for_a_minute(bank: Register, made: System, today: date) -> None:
    begun, code = granted(made, today)
    set_back(bank, "sharing_pushed_answer", "at = at - interval '61 seconds'")
    answer = exchange(made, code, begun.verifier)
    assert answer.json()["error"] == "invalid_grant"


def test_a_reference_holds_for_ten_minutes(bank: Register, made: System, today: date) -> None:
    begun = begin(made, today)
    set_back(bank, "sharing_pushed", "expires_at = expires_at - interval '10 minutes'")
    assert decide(made, begun, today).status_code == 404


def set_back(register: Register, table: str, change: str) -> None:
    with register.connect("owner") as owner:
        owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        owner.execute(f"UPDATE {table} SET {change}".encode())
        owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())


def test_a_bound_token_does_nothing_else(bank: Register, made: System, today: date) -> None:
    begun, code = granted(made, today)
    token = exchange(made, code, begun.verifier).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert Client().get("/api/v1/authorisations/SQ20260101AAAAAAAAAA", headers=headers).status_code == 403
    assert ask(token, LI_NA).json()["code"] == "not-answerable"
    plain = ask_token(made.assertion(), scope="query.ask").json()["access_token"]
    assert ask(plain).status_code == 200


def test_an_address_counts_approved_and_until_it_is_withdrawn(bank: Register, today: date, now: datetime) -> None:
    made = system(bank, organisation=BANK)
    bank.become("admin")
    entered = enter_redirect(made.client_id, BACK, actor=officer("system"), at=datetime.now(UTC))
    bank.become("app")
    assert push(made, today).json()["error"] == "invalid_request"
    bank.become("admin")
    with pytest.raises(ClientRefused):
        enter_redirect(made.client_id, BACK, actor=officer("system"), at=datetime.now(UTC))
    approve_redirect(entered.pk, actor=officer("security"), at=datetime.now(UTC))
    bank.become("app")
    begun = begin(made, today)
    bank.become("admin")
    withdraw_redirect(entered.pk, actor=officer("security"), at=datetime.now(UTC))
    bank.become("app")
    assert push(made, today).json()["error"] == "invalid_request"
    assert decide(made, begun, today).status_code == 404


@pytest.mark.parametrize(
    "address",
    [
        "http://bank.example.cn/",
        "https://bank.example.cn",
        "https://bank.example.cn/#x",
        "https://b a/",
        "https://u@h/",
    ],
)
def test_what_is_no_address_to_lead_back_to(bank: Register, address: str) -> None:
    made = system(bank, organisation=BANK)
    bank.become("admin")
    with pytest.raises(ClientRefused):
        enter_redirect(made.client_id, address, actor=officer("system"), at=datetime.now(UTC))


def test_the_way_is_described(bank: Register) -> None:
    told = Client().get("/.well-known/oauth-authorization-server").json()
    assert told["require_pushed_authorization_requests"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert urlsplit(told["authorization_endpoint"]).path == AUTHORISE
    assert urlsplit(told["pushed_authorization_request_endpoint"]).path == "/api/v1/par"
