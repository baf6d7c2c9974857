"""The three faces as they run: each on its own port, with its own addresses, cookies, secrets and database role."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from http.client import HTTPMessage
from pathlib import Path
from urllib.request import urlopen

import psutil
import psycopg
import pytest

from chengxin.site.bootstrap import Installation
from chengxin.site.runtime.connection import Database
from chengxin.site.runtime.postgres import EmbeddedPostgres
from chengxin.site.runtime.supervise import Child
from chengxin.site.serve import Ports, answerer
from chengxin.site.serve import faces as faces_of
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


# Everything that opens sealed values or speaks for the centre, by whom it is for.
FOR_LOGINS = {"CHENGXIN_VAULT_KEY", "CHENGXIN_PKCS11_PIN", "CHENGXIN_SECRET_KEY"}
FOR_THE_DESK = {"CHENGXIN_OIDC_SECRET", "CHENGXIN_SMTP_PASSWORD", "CHENGXIN_SMS_PROGRAM", "CHENGXIN_BACKUP_KEY"}
SECRETS = FOR_LOGINS | FOR_THE_DESK


def children(data: Path, *, embedded: bool = True) -> list[Child]:
    """Give the faces, and who answers batches."""
    roles = ("public", "app", "admin", "editor")
    database = Database({role: f"postgresql://{role}:x@localhost/x" for role in roles}, embedded=embedded)
    opened = Installation(data, database)
    return [*faces_of(Ports(1, 2, 3, 4), opened), answerer(opened)]


@pytest.mark.parametrize("embedded", [True, False])
def test_each_process_is_told_whether_the_server_is_the_operators_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, embedded: bool
) -> None:
    monkeypatch.setenv("CHENGXIN_PROCESS_OWN_SERVER", str(int(embedded)))
    told = {one.env["CHENGXIN_PROCESS_OWN_SERVER"] for one in children(tmp_path, embedded=embedded)}
    assert told == {str(int(not embedded))}


def test_each_process_is_given_the_secrets_that_it_needs_and_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "x")
    given = {one.name: SECRETS & one.env.keys() for one in children(tmp_path)}
    assert given == {
        "public": set(),
        "desk": SECRETS,
        "administration": SECRETS,
        "editing": FOR_LOGINS,
        "publisher": {"CHENGXIN_SECRET_KEY"},
        "answerer": FOR_LOGINS - {"CHENGXIN_SECRET_KEY"},
    }


@pytest.mark.parametrize("face", ["public", "editing"])
def test_a_face_that_sends_no_letters_reads_no_password_for_them(face: str, tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "smtp.password").write_text("geheim")
    told = subprocess.run(
        [sys.executable, "-c", "from django.conf import settings; print(repr(settings.SMTP_PASSWORD))"],
        env={**os.environ, "CHENGXIN_FACE": face, "CHENGXIN_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "chengxin.site.settings"},
        capture_output=True, check=True, text=True, timeout=120,
    )  # fmt: skip
    assert told.stdout.strip() == "''"
