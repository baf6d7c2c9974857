"""Persons log in at the real-name platform: against a provider that is a process of its own, right and wrong in every way."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from chengxin.identity.openness import policy_of
from tests.conftest import Register
from tests.people import CHILD, DEAD, LI_NA, NAMESAKE, UNKNOWN, WANG_WEI, Someone
from tests.platform import Platform, running_platform
from tests.portal.accounts.conftest import Visit
from tests.portal.test_policies import ALL, address

Log = Callable[[], list[tuple[str, str, str]]]
BEGIN, ANSWER, ME = (reverse(f"person-{name}") for name in ("login", "callback", "home"))


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running_platform(tmp_path_factory.mktemp("platform") / "says.json") as running:
        yield running


@pytest.fixture
def platform(process: Platform, register: Register, settings: Any) -> Platform:
    settings.OIDC_URL = process.url
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    told = {**app, "client_id": process.client, "secret": process.secret, "settings": {"server_url": process.url}}
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"], "APPS": [told]}
    }
    process.says()
    return process


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def at_platform(url: str) -> str:
    """Be sent to the platform and give where it sends one back to."""
    with pytest.raises(urllib.error.HTTPError) as answer:
        urllib.request.build_opener(NoRedirect).open(url, timeout=10)
    answer.value.close()
    assert answer.value.code == 302
    return str(answer.value.headers["Location"])


def begin(client: Client) -> str:
    answer = client.get(BEGIN)
    assert answer.status_code == 302
    return answer.headers["Location"]


def come(client: Client | None = None) -> tuple[Client, Any]:
    client = client or Client()
    back = urlsplit(at_platform(begin(client)))
    assert back.path == ANSWER
    return client, client.get(f"{back.path}?{back.query}")


def is_in(client: Client) -> bool:
    return bool(client.get(ME).status_code == 200)


@pytest.mark.parametrize("wanted", ["", "/en/me/entries/"])
def test_whoever_came_in_english_comes_back_in_english(platform: Platform, wanted: str) -> None:
    """The platform knows one address of ours; which language it was is told by where the login goes on."""
    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    client = Client()
    sent = client.get(f"/en{BEGIN}", {"next": wanted} if wanted else {}).headers["Location"]
    assert parse_qs(urlsplit(sent).query)["redirect_uri"] == [f"http://testserver{ANSWER}"]
    back = urlsplit(at_platform(sent))
    assert back.path == ANSWER
    assert client.get(f"{back.path}?{back.query}").headers["Location"] == (wanted or "/en/me/")
    assert 'lang="en"' in client.get("/en/me/").content.decode()


def test_a_person_comes_from_the_platform(platform: Platform, log: Log) -> None:
    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    client, answer = come()
    assert answer.headers["Location"] == ME
    assert is_in(client)
    page = client.get(ME).content.decode()
    assert WANG_WEI.name not in page
    assert WANG_WEI.code not in page
    client.post(reverse("account_logout"))
    assert not is_in(client)
    assert [(act, note) for _, act, note in log()] == [("login.begin", "platform"), ("login.end", "")]


def test_the_request_carries_state_nonce_and_challenge_and_nothing_of_anybody(platform: Platform) -> None:
    first, second = (
        {name: values[0] for name, values in parse_qs(urlsplit(begin(Client())).query).items()} for _ in range(2)
    )
    assert first["code_challenge_method"] == "S256"
    assert set(first["scope"].split()) == {"openid", "profile"}
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 16
        assert first[name] != second[name]


def test_the_same_person_is_the_same_user_and_a_namesake_another(register: Register, platform: Platform) -> None:
    for person in (WANG_WEI, WANG_WEI, NAMESAKE):
        platform.vouches_for(person.name, person.code)
        assert is_in(come()[0])
    users = register.rows(
        "SELECT login, display_name, password, subject_id FROM identity_user WHERE subject_id IS NOT NULL"
    )
    assert len(users) == 2
    assert {(name, password) for _, name, password, _ in users} == {("", "!")}
    assert not [login for login, *_ in users if not login.startswith("~")]


def test_particulars_may_come_apart_from_the_token(platform: Platform) -> None:
    particulars = {"name": WANG_WEI.name, "id_number": WANG_WEI.code, "id_type": "resident-id"}
    platform.says(userinfo=particulars)
    assert is_in(come()[0])
    platform.says(userinfo={**particulars, "sub": "s-2"})
    assert not is_in(come()[0])


def refused(platform: Platform, answer: Any, client: Client) -> None:
    assert answer.status_code == 403
    assert "未能登录" in answer.content.decode()
    assert not is_in(client)
    assert client.session.get("_auth_user_id") is None


STRANGERS = {
    "unknown": UNKNOWN,
    "dead": DEAD,
    "a-child": CHILD,
    "another-name": Someone("李某", WANG_WEI.born, WANG_WEI.sequence),
    "another-number": Someone(WANG_WEI.name, LI_NA.born, LI_NA.sequence),
}


@pytest.mark.parametrize("person", STRANGERS.values(), ids=STRANGERS)
def test_nobody_is_let_in_who_is_not_in_the_register_by_code_and_name(
    register: Register, platform: Platform, log: Log, person: Someone
) -> None:
    platform.vouches_for(person.name, person.code)
    client, answer = come()
    refused(platform, answer, client)
    assert person.code not in answer.content.decode()
    assert log() == [("", "login.failed", "platform")]
    assert register.rows("SELECT FROM identity_user WHERE subject_id IS NOT NULL") == []


TRUE = {"name": WANG_WEI.name, "id_number": WANG_WEI.code}
LIES: dict[str, dict[str, Any]] = {
    "somebody-elses-key": {"claims": TRUE, "key": "stranger"},
    "signed-with-the-clients-secret": {"claims": TRUE, "key": "secret"},
    "unsigned": {"claims": TRUE, "key_none": True},
    "another-nonce": {"claims": {**TRUE, "nonce": "x" * 32}},
    "no-nonce": {"claims": TRUE, "without": ["nonce"]},
    "made-out-to-another": {"claims": {**TRUE, "aud": "another"}},
    "made-out-to-nobody": {"claims": TRUE, "without": ["aud"]},
    "of-another-party": {"claims": {**TRUE, "azp": "another"}},
    "of-another-issuer": {"claims": {**TRUE, "iss": "https://elsewhere.example"}},
    "no-issuer": {"claims": TRUE, "without": ["iss"]},
    "expired": {"claims": {**TRUE, "exp": 1_700_000_000}},
    "without-end": {"claims": TRUE, "without": ["exp"]},
    "from-a-discovery-document-of-another": {"claims": TRUE, "issuer": "https://elsewhere.example"},
    "no-code": {"claims": {"name": WANG_WEI.name}},
    "no-name": {"claims": {"id_number": WANG_WEI.code}},
    "unknown-kind-of-certificate": {"claims": {**TRUE, "id_type": "library-card"}},
    "given-up-by-the-person": {"error": "access_denied"},
}


@pytest.mark.parametrize("told", LIES.values(), ids=LIES)
def test_what_the_platform_did_not_vouch_for_lets_nobody_in(platform: Platform, told: dict[str, Any]) -> None:
    platform.says(**told)
    if "issuer" in told:
        platform.says(claims=TRUE)
        client = Client()
        back = urlsplit(at_platform(begin(client)))
        platform.says(**told)
        answer = client.get(f"{back.path}?{back.query}")
    else:
        client, answer = come()
    refused(platform, answer, client)


def test_an_answer_is_taken_once_by_the_browser_that_asked(platform: Platform) -> None:
    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    asked, other = Client(), Client()
    back = urlsplit(at_platform(begin(asked)))
    refused(platform, other.get(f"{back.path}?{back.query}"), other)
    begin(other)
    refused(platform, other.get(f"{back.path}?{back.query}"), other)
    assert asked.get(f"{back.path}?{back.query}").status_code == 302
    asked.post(reverse("account_logout"))
    refused(platform, asked.get(f"{back.path}?{back.query}"), asked)


@pytest.mark.parametrize("change", [{"state": "x" * 16}, {"code": "x"}, {"state": ""}])
def test_an_answer_that_was_changed_lets_nobody_in(platform: Platform, change: dict[str, str]) -> None:
    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    client = Client()
    back = urlsplit(at_platform(begin(client)))
    values = {name: found[0] for name, found in parse_qs(back.query).items()} | change
    refused(platform, client.get(f"{back.path}?{urlencode(values)}"), client)


def test_a_person_sees_nothing_of_the_officers(platform: Platform) -> None:
    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    client, _ = come()
    for name, entry in ALL.items():
        found = policy_of(entry.callback)
        if found is not None and found.kind in {"officers", "logged-in"}:
            assert client.get(address(name)).status_code == 403, name
    assert client.get(reverse("account_login")).headers["Location"] == ME


def test_an_officer_is_no_person(platform: Platform, visit: Visit) -> None:
    clerk = visit()
    clerk.enter()
    assert clerk.client.get(ME).status_code == 403


def test_a_person_can_not_be_granted_a_right(register: Register, platform: Platform) -> None:
    from psycopg.errors import CheckViolation

    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    come()
    grant = """INSERT INTO identity_role_grant (user_id, role, valid_from, valid_until, reason, granted_at, withdrawal_reason)
               SELECT id, 'officer', current_date, current_date + 9, 'x', now(), '' FROM identity_user WHERE subject_id IS NOT NULL"""
    with register.connect("owner") as connection, pytest.raises(CheckViolation, match="nobody but an officer"):
        connection.execute(grant)


def test_without_a_platform_there_is_nothing_there(register: Register, settings: Any) -> None:
    assert settings.OIDC_URL == ""
    assert Client().get(BEGIN).status_code == 404
    assert Client().get(ANSWER).status_code == 404
    assert reverse("person-login") not in Client().get(reverse("account_login")).content.decode()


def test_a_platform_that_is_silent_says_so(platform: Platform, settings: Any) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["server_url"] = "http://127.0.0.1:1"
    answer = Client().get(BEGIN)
    assert answer.status_code == 503
    assert "暂时连接不上" in answer.content.decode()


def test_whoever_is_in_proves_anew_and_comes_back_where_they_were(platform: Platform) -> None:
    """The whole code asks for a fresh proof: the platform is told to ask, and leads back to the page, never elsewhere."""
    platform.vouches_for(WANG_WEI.name, WANG_WEI.code)
    client, _ = come()
    details = reverse("person-details")
    sent = client.get(BEGIN, {"next": details}).headers["Location"]
    assert parse_qs(urlsplit(sent).query)["prompt"] == ["login"]
    back = urlsplit(at_platform(sent))
    assert client.get(f"{back.path}?{back.query}").headers["Location"] == details
    sent = client.get(BEGIN, {"next": "https://elsewhere.example/"}).headers["Location"]
    back = urlsplit(at_platform(sent))
    assert client.get(f"{back.path}?{back.query}").headers["Location"] == ME
    assert "prompt" not in parse_qs(urlsplit(begin(Client())).query)
