"""Every address has the access policy that ``addresses.toml`` writes down by hand, and everybody is walked over all of them.

The expectation is never taken from the code under test: which act an address is, says the list; who may do it, the permission table.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import chengxin
from chengxin.demo.officers import settle_demo_officer
from chengxin.identity.models import Organisation, User
from chengxin.identity.openness import AccessPolicy, policy_of
from chengxin.identity.policies import officers_may
from chengxin.identity.queries import find_person
from chengxin.identity.services.organisations import settle_organisation
from chengxin.identity.standing import PLATFORM
from chengxin.site.backup.proof import differences, proof_of
from tests.api.test_population import POLICE, token_of
from tests.conftest import Register
from tests.people import DESK_OFFICERS, MARKET, OFFICERS, OTHER, WANG_WEI
from tests.portal.conftest import LogIn, let_in

# A form that anybody may send says when it was opened, signed: never the same twice, and nothing of who opened it.
# What differs between two answers to anybody: numbers drawn, and the moment of the answer.
DRAWN = re.compile(rb'name="opened" value="[^"]*"|"at": "[^"]*"|\d{4}-\d\d-\d\d \d\d:\d\d')
# What is open to everybody at the public site, and why it harms nobody.
PUBLISHED = {
    "healthz": "only tells which parts are alive",
    "manifest": "tells a telephone what the site is called",
    "worker": "keeps style sheets, scripts and icons",
    "offline": "tells what needs the net",
    "public:style": "shows parts of pages with made-up content",
    "public:start": "tells what the system is",
    "public:catalogue": "the catalogue is published by law",
    "public:publication": "tells which items the law opens, and of no person",
    "public:item": "the catalogue is published by law",
    "public:editions": "the catalogue is published by law",
    **{f"public:edition{end}": "the catalogue is published by law" for end in ("", "-csv", "-json")},
    "public:compare": "the catalogue is published by law",
    "public:consultations": "drafts are open to comments by law",
    "public:consultation": "drafts are open to comments by law, and a comment is what its writer chose to give",
    "public:organisations": "names units that hand in, and none of their officers",
    "public:permissions": "tells what roles may do, and of nobody who holds one",
    **{f"public:who-may-ask{end}": "names organisations, none of their officers" for end in ("", "-csv", "-json")},
    **{f"public:state{end}": "only tells which parts are alive, in one word each" for end in ("", "-json")},
    **{f"public:error-code{end}": "made from the program's own list of errors" for end in ("", "s", "s-json")},
    "public:statistics": "sums of many, small ones withheld",
    "public:statistics-file": "sums of many, small ones withheld",
    "public:check-receipt": "a receipt names an organisation and an answer, never the person",
    "public:feedback": "takes in what somebody chooses to say, and shows what two officers vouched for",
    "public:feedback-answer": "gives an answer to whoever holds its number, which can't be guessed",
    "public:search": "searches what is published, finds no person, and writes down nothing",
    "public:picture": "stands in a page that two officers vouched for",
    "public:sitemap": "lists pages and items, and no person",
    "public:robots": "tells search engines where to look",
    "public:page": "two officers vouched for it before anybody sees it",
    "public:revocations": "lists signed pages of salted tokens, which tell nothing to who doesn't hold a copy",
    "public:revocation-page": "salted tokens, which tell nothing to who doesn't hold a copy",
    "public:revocation-keys": "public keys",
    **{
        f"public:checkpoint{end}": "sizes, roots, signatures: nothing of any entry"
        for end in ("s", "-index", "-keys", "-file")
    },
    "public:check-report": "a number with its code tells how a report stands, never the person nor what it holds",
}
# What is open to everybody at the other faces, and why it can't stand at the public site.
OPEN = {
    "healthz": "only tells which parts are alive, of each face",
    "manifest": "tells a telephone what the face is called",
    "worker": "keeps style sheets, scripts and icons",
    "offline": "tells what needs the net, and of nobody who is logged in",
    "look": "changes how one's own pages look",
    "portal:start": "leads to the login; the demo's accounts are the desk's to list",
    "account_login": "whoever logs in isn't logged in yet",
    "mfa_authenticate": "whoever logs in isn't logged in yet",
    "account_logout": "ends one's own session",
    "person-login": "leads away to the platform",
    "person-callback": "whoever logs in isn't logged in yet",
    "shared": "whoever holds the link sees what its person chose, so often and until when they said; fetching shows nothing",
    "api:openapi": "describes the interface",
    "api:par": "whoever proves itself isn't proved yet",
    "api:token": "whoever proves itself isn't proved yet",
    "oauth-metadata": "tells how a client proves itself",
}
SAMPLES = {
    "entry": uuid4(),
    "place": 1,
    "token": uuid4(),
    "code": "CF-ZRR",
    "login": "clerk",
    "purpose": "XK-SC",
    "duty": "XK-SC-01",
    "edition": "SX-2026.1",
    "name": "CF_WSH",
    "number": 1,
    "receipt": "SJ1",
    "leave": "SQ1",
    "day": "2026-01-05",
    "client_id": "c-abcdefghijklmnop",
    "address": "guide/",
    "link": "nobodys",
    "taken": "agree",
    "tree": "2026-11",
}
URLS = {
    "public": "chengxin.site.public_urls",
    "desk": "chengxin.site.urls",
    "api": "chengxin.site.urls",
    "administration": "chengxin.site.admin_urls",
    "editing": "chengxin.site.editing_urls",
}
OF_THEIR_OWN = ("administration", "public", "editing")
SCOPES = {
    "police": "population.tell verification.check intake.hand_in intake.follow intake.withdraw recall.acknowledge",
    "department": "verification.check intake.hand_in intake.follow intake.withdraw query.ask query.batch authorisation.ask "
    "authorisation.acknowledge recall.acknowledge",
}
LISTED: dict[str, dict[str, dict[str, str]]] = tomllib.loads((Path(__file__).parent / "addresses.toml").read_text())
ACTS = {
    act["code"]: act
    for act in tomllib.loads((Path(chengxin.__file__).parent / "identity" / "permissions.toml").read_text())["act"]
}
KINDS = {"everybody": "public", "logged-in": "logged-in", "person": "persons", "demo": "demo"}
METHODS = ("GET", "POST")
CROSSED = "elsewhere"  # an officer by role, of an organisation that isn't the credit centre


def patterns(resolver: Any, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


def addresses(face: str) -> dict[str, URLPattern]:
    every = dict(patterns(get_resolver(URLS[face])))
    return {
        name: one for name, one in every.items() if face in OF_THEIR_OWN or (face == "api") == name.startswith("api:")
    }


ALL = dict(patterns(get_resolver(URLS["desk"])))
ROLE_OF = {officer["login"]: officer["role"] for officer in DESK_OFFICERS}


def policy(name: str, face: str = "desk") -> AccessPolicy:
    found = policy_of((ALL if face == "desk" else addresses(face))[name].callback)
    assert found is not None, f"{name} has no access policy"
    return found


def address(name: str, face: str = "desk") -> str:
    wanted = (ALL if face == "desk" else addresses(face))[name].pattern.converters
    return reverse(name, URLS[face], kwargs={key: value for key, value in SAMPLES.items() if key in wanted})


def acted(face: str) -> list[tuple[str, str]]:
    """Give every address that is an act, by each of both methods, its own or not."""
    return [
        (name, method)
        for name, told in LISTED[face].items()
        if ACTS.keys() & {act for acts in told.values() for act in acts.split()}
        for method in METHODS
    ]


# The list and the decorators.


@pytest.mark.parametrize("face", LISTED)
def test_the_list_is_whole(face: str) -> None:
    assert LISTED[face].keys() == addresses(face).keys()
    assert all(told and set(told) <= set(METHODS) for told in LISTED[face].values())


@pytest.mark.parametrize(("face", "name"), [(face, name) for face, told in LISTED.items() for name in told])
def test_each_address_carries_the_policy_that_the_list_says(face: str, name: str) -> None:
    (act,) = set(LISTED[face][name].values())
    found = policy(name, face)
    if act in KINDS:
        assert (found.kind, found.acts) == (KINDS[act], ())
        assert found.reason
    else:
        assert (found.kind, found.acts) == ("clients" if face == "api" else "officers", tuple(act.split()))


def test_the_open_addresses_are_these() -> None:
    every = [(name, policy(name, face).kind) for face in LISTED if face != "public" for name in addresses(face)]
    assert {name for name, kind in every if kind == "public"} == set(OPEN)
    assert {(name, policy(name, "public").kind) for name in addresses("public")} == {
        (one, "public") for one in PUBLISHED
    }
    assert {name for name, kind in every if kind == "demo"} == {"account_demo", "person-demo"}


# The walk. Whoever is refused gets 403 or is sent to log in, and nothing at all is written.


def written(register: Register) -> dict[str, Any]:
    with psycopg.connect(register.urls["owner"]) as connection:
        found: dict[str, Any] = proof_of(connection)
        return found


def refused(answer: Any) -> bool:
    place = str(answer.headers.get("Location", ""))
    return bool(answer.status_code == 403) or place.startswith(reverse("account_login"))


def may_do(officer: dict[str, Any], kind: str, act: str) -> bool:
    roles, kinds = set(ACTS[act]["roles"]), set(ACTS[act].get("kinds", [kind]))
    return officer["role"] in roles and kind in kinds


def walk(register: Register, face: str, client: Client, allowed: Callable[[str], bool]) -> None:
    """Try every act of a face with one client: first what must be refused, then what the table opens."""
    before, open_ = written(register), []
    for name, method in acted(face):
        (act,) = set(LISTED[face][name].values())
        if any(map(allowed, act.split())):
            open_.append((name, method))
        else:
            answer = getattr(client, method.lower())(address(name, face))
            assert refused(answer), (name, method, answer.status_code)
    assert set(differences(before, written(register))) <= {"public.identity_session"}
    for name, method in open_:
        answer = getattr(client, method.lower())(address(name, face))
        assert not refused(answer), (name, method)
        assert (answer.status_code == 405) == (method not in LISTED[face][name]), (name, method, answer.status_code)


def officer_elsewhere(register: Register) -> None:
    """Make an officer by role, whose organisation isn't the credit centre."""
    register.become("owner")
    market = Organisation.objects.get(code=MARKET)
    settle_demo_officer(login=CROSSED, display_name="别处的查询员", organisation=market, role="officer", password="x")
    register.become("app")


def person(register: Register) -> User:
    found = find_person("resident-id", WANG_WEI.code, WANG_WEI.name)
    assert found is not None
    ((number,),) = register.rows("SELECT identity_settle_person(%s)", found.subject_id)
    return User.objects.get(pk=number)


WALKERS = {one["login"]: one for one in OFFICERS} | {
    CROSSED: {"login": CROSSED, "role": "officer", "organisation": MARKET}
}


def administers(login: str) -> bool:
    return str(WALKERS[login]["role"]).endswith("_admin")


def be(register: Register, settings: Any, face: str) -> None:
    """Be the process of a face."""
    settings.FACE, settings.ROOT_URLCONF = face, URLS[face]
    register.become("admin" if face == "administration" else "app")


@pytest.mark.parametrize("face", ["desk", "administration"])
@pytest.mark.parametrize("login", WALKERS)
def test_each_officer_gets_in_where_the_table_says_so_and_nowhere_else(
    register: Register, settings: Any, log_in: LogIn, login: str, face: str
) -> None:
    """Whoever belongs to the other face comes with the session that they have there."""
    officer_elsewhere(register)
    kind = Organisation.objects.get(code=WALKERS[login]["organisation"]).kind
    own = "administration" if administers(login) else "desk"
    be(register, settings, own)
    client = log_in(login)
    be(register, settings, face)
    walk(register, face, client, lambda act: own == face and may_do(WALKERS[login], kind, act))


@pytest.mark.parametrize("face", ["desk", "administration"])
def test_nobody_gets_in_without_logging_in(register: Register, settings: Any, face: str) -> None:
    settings.ROOT_URLCONF = URLS[face]
    walk(register, face, Client(), lambda _: False)


@pytest.mark.parametrize("face", ["desk", "administration"])
def test_a_systems_token_opens_no_page(register: Register, settings: Any, face: str) -> None:
    bearer = f"Bearer {token_of(register, OTHER)}"
    settings.ROOT_URLCONF = URLS[face]
    walk(register, face, Client(headers={"Authorization": bearer}), lambda _: False)


def test_a_person_gets_into_nothing_of_the_officers(register: Register) -> None:
    client = let_in(Client(), person(register), PLATFORM)
    walk(register, "desk", client, lambda _: False)
    assert client.get(reverse("person-home")).status_code == 200


@pytest.mark.parametrize("login", WALKERS)
def test_no_officer_gets_into_what_is_the_persons_own(
    register: Register, settings: Any, log_in: LogIn, login: str
) -> None:
    officer_elsewhere(register)
    be(register, settings, "administration" if administers(login) else "desk")
    client = log_in(login)
    be(register, settings, "desk")
    answer = client.get(reverse("person-home"))
    assert answer.status_code == 403 or answer.headers["Location"].startswith(reverse("person-login"))


@pytest.mark.parametrize("whose", ["nobody", "clerk", "verifier", "person", "department", "police"])
def test_each_system_gets_into_the_interface_where_the_table_says_so_and_nobody_else_does(
    register: Register, log_in: LogIn, whose: str
) -> None:
    register.become("owner")
    settle_organisation(code=POLICE, name="测试公安局", kind="population", region="140000", valid_from=date(2019, 1, 1))
    kind = {"department": "department", "police": "population"}.get(whose, "")
    client = log_in(whose) if whose in {"clerk", "verifier"} else Client()
    if whose == "person":
        register.become("app")
        let_in(client, person(register), PLATFORM)
    if kind:
        client = Client(
            headers={
                "Authorization": f"Bearer {token_of(register, POLICE if whose == 'police' else OTHER, scope=SCOPES[whose])}"
            }
        )
    before = written(register)
    for name, told in LISTED["api"].items():
        (act,) = set(told.values())
        for method in METHODS if act in ACTS else ():
            answer = getattr(client, method.lower())(address(name, "api"))
            allowed = bool(kind) and ACTS[act].get("machines", False) and kind in ACTS[act].get("kinds", [kind])
            if method not in told:
                assert answer.status_code == 405, (name, method)
            else:
                assert (answer.status_code in {401, 403}) is not allowed, (name, method, answer.status_code)
    assert set(differences(before, written(register))) <= {"public.identity_session"}


# The public site knows nobody: whoever comes, with whatever they have from elsewhere, sees what everybody sees.


def be_public(register: Register, settings: Any) -> None:
    settings.FACE, settings.ROOT_URLCONF = "public", URLS["public"]
    settings.MIDDLEWARE, settings.FILE_UPLOAD_HANDLERS = settings.PUBLIC_MIDDLEWARE, []
    register.become("public")


@pytest.mark.parametrize("whose", [*WALKERS, "person", "system"])
def test_the_public_site_is_the_same_for_everybody_keeps_nothing_and_writes_nothing(
    register: Register, settings: Any, log_in: LogIn, whose: str
) -> None:
    officer_elsewhere(register)
    brought: dict[str, Any] = {}
    if whose == "system":
        brought = {"headers": {"Authorization": f"Bearer {token_of(register, OTHER)}"}}
        known = Client(**brought)
    elif whose == "person":
        known = let_in(Client(), person(register), PLATFORM)
    else:
        be(register, settings, "administration" if administers(whose) else "desk")
        known = log_in(whose)
    cookies = known.cookies
    be_public(register, settings)
    client, nobody = Client(**brought), Client()
    client.cookies = cookies
    before, kept = written(register), {name: morsel.value for name, morsel in cookies.items()}
    for name, told in LISTED["public"].items():
        for method in METHODS:
            mine, theirs = (getattr(one, method.lower())(address(name, "public")) for one in (client, nobody))
            assert DRAWN.sub(b"", mine.content) == DRAWN.sub(b"", theirs.content), (name, method)
            assert mine.status_code == theirs.status_code == (mine.status_code if method in told else 405)
            assert not mine.cookies
    assert {name: morsel.value for name, morsel in client.cookies.items()} == kept
    assert nobody.cookies == {}
    assert differences(before, written(register)) == []


@pytest.mark.parametrize("other", ["desk", "api", "administration"])
def test_the_public_site_has_no_address_of_another_face(register: Register, settings: Any, other: str) -> None:
    be_public(register, settings)
    # The same path, another page; or what every face has for telephones.
    shared = {"healthz", "portal:start", "start", "administration:organisations", "manifest", "worker", "offline"}
    for name in addresses(other).keys() - shared:
        assert Client().get(address(name, other)).status_code == 404, name


# The table's kinds are enforced in one place.


def test_another_organisations_officer_is_refused_what_is_the_credit_centres(register: Register, log_in: LogIn) -> None:
    officer_elsewhere(register)
    answer = log_in(CROSSED).get(reverse("portal:cases"))
    assert answer.status_code == 403
    assert "不由您所在类别的单位办理" in answer.content.decode()
    page = log_in(CROSSED).get(reverse("portal:purposes")).content.decode()
    assert reverse("portal:cases") not in page
    assert reverse("portal:cases") in log_in("officer").get(reverse("portal:purposes")).content.decode()


def test_an_organisation_out_of_time_is_refused(register: Register, log_in: LogIn) -> None:
    client = log_in("clerk")
    assert client.get(reverse("portal:batches")).status_code == 200
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_organisation SET valid_until = current_date WHERE code = %s", [MARKET])
    assert client.get(reverse("portal:batches")).status_code == 403


def test_only_what_is_within_the_own_organisation_speaks_for_it() -> None:
    assert callable(officers_may("intake.follow", own_rows=True))
    with pytest.raises(ValueError, match="within the own organisation"):
        officers_may("report.issue", own_rows=True)
