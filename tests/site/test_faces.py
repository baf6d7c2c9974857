"""The three faces as they run: each on its own port, with its own addresses, cookies, secrets and database role."""

import json
import urllib.error
import urllib.request
from http.client import HTTPMessage
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.conftest import Running, healthy, wait_until
from tests.site.support import MAJOR

pytestmark = pytest.mark.xdist_group("installation")


@pytest.fixture
def faces(installation: Running) -> dict[str, str]:
    wait_until("the administration answers", lambda: healthy(installation.administration))
    return {"public": installation.url, "desk": installation.desk, "administration": installation.administration}


def page(address: str) -> tuple[str, HTTPMessage]:
    with urlopen(address, timeout=10) as answer:
        return answer.read().decode(), answer.headers


OWN = {
    "public": {"/": "本系统不做的事", "/catalogue/": "行政处罚信息（自然人）", "/catalogue/CF-ZRR/": "《中华人民共和国行政处罚法》",
               "/organisations/": "统一社会信用代码", "/permissions/": "谁能做什么", "/receipts/": "回执编号"},
    "desk": {"/": "演示账户", "/login/": "工作人员登录", "/api/v1/openapi.json": "openapi",
             "/.well-known/oauth-authorization-server": "issuer"},
    "administration": {"/login/": "管理员登录"},
}  # fmt: skip


@pytest.mark.parametrize("face", OWN)
def test_each_answers_with_its_own_pages(faces: dict[str, str], face: str) -> None:
    for address, told in OWN[face].items():
        assert told in page(faces[face] + address)[0], address


@pytest.mark.parametrize("face", OWN)
def test_none_has_the_pages_of_another(faces: dict[str, str], face: str) -> None:
    others = {address for other, pages in OWN.items() if other != face for address in pages} - set(OWN[face]) - {"/"}
    # At the administration the list of units is a page of its own, behind the login.
    for address in others - ({"/organisations/"} if face == "administration" else set()):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urlopen(faces[face] + address, timeout=10)


@pytest.mark.parametrize("face", OWN)
def test_each_says_that_it_is_well_and_whether_the_worker_is(faces: dict[str, str], face: str) -> None:
    def well() -> bool:
        return bool(json.loads(page(f"{faces[face]}/healthz")[0])["status"] == "ok")

    wait_until("everything is well", well)


def test_the_public_site_sets_no_cookie_and_leads_to_the_desk_and_back(faces: dict[str, str]) -> None:
    for address in OWN["public"]:
        text, headers = page(faces["public"] + address)
        assert "Set-Cookie" not in headers, address
        assert f'href="{faces["desk"]}/"' in text
    text, _ = page(faces["desk"])
    for path in ("/", "/catalogue/", "/permissions/", "/receipts/"):
        assert f'href="{faces["public"]}{path}"' in text


def test_each_process_speaks_to_the_database_under_its_own_role(installation: Running, faces: dict[str, str]) -> None:
    for face, address in (("public", "/catalogue/"), ("desk", "/"), ("administration", "/login/")):
        page(faces[face] + address)
    roles = {}
    for told in (child.environ() for child in psutil.Process(installation.process.pid).children()):
        if own := told.get("CHENGXIN_FACE"):
            roles[own] = told["CHENGXIN_PROCESS_DATABASE"].partition("://")[2].partition(":")[0]
            assert not [name for name in told if name.startswith("DATABASE_URL")]
    assert roles == {
        "public": "chengxin_public", "desk": "chengxin_app", "administration": "chengxin_admin", "editing": "chengxin_editor",
    }  # fmt: skip
    url = EmbeddedPostgres(installation.data, major=MAJOR).url("chengxin_owner")
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchall()
    assert {"chengxin_public", "chengxin_app", "chengxin_admin"} <= {name for (name,) in rows}


def test_the_public_process_is_given_no_secret(installation: Running, faces: dict[str, str]) -> None:
    """The real-name platform's password is in the environment of ``up``: the desk gets it, the public site doesn't."""
    told = {
        one.environ().get("CHENGXIN_FACE"): one.environ() for one in psutil.Process(installation.process.pid).children()
    }
    assert "CHENGXIN_OIDC_SECRET" in told["desk"]
    secrets = ("CHENGXIN_OIDC", "CHENGXIN_VAULT", "CHENGXIN_SECRET", "CHENGXIN_BACKUP")
    assert not [name for name in told["public"] if name.startswith(secrets)]
