"""A sandbox as its operator sees it: made by one command's steps, apart from a province, emptied by nobody's mistake."""

import csv
import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from chengxin.demo.sandbox import load_records, settle_people
from chengxin.ground.errors import InstallationMismatch, NotAnswerable, RealInSandbox
from chengxin.ground.installation import kind_of_database, refuse_mismatch, settle_kind
from chengxin.identity.errors import ClientRefused
from chengxin.identity.models import ClientKey, User
from chengxin.lib.errors import Unusable
from chengxin.lib.periods import shanghai_date
from chengxin.sharing.asking import Caller, Why, answer_system
from chengxin.sharing.deciding import Question
from chengxin.sharing.duties.errors import DutyUnknown, EnrolmentRefused
from chengxin.site import eraser, worker
from chengxin.site.backup.errors import BackupUnusable
from chengxin.site.backup.restore import Backup, refuse_misfit
from chengxin.site.bootstrap import become, prepare
from chengxin.site.checks import refuse_unsafe
from chengxin.site.env import SettingUnusable
from chengxin.site.runtime.connection import Database, refuse_other_kind
from chengxin.site.sandbox import empty, enrol_for_trying, enter_test_clerk, enter_test_client, enter_with_new_key
from tests.conftest import Register
from tests.people import MARKET
from tests.sandboxes import make_sandbox, real_code

SWITCH = "CHENGXIN_SANDBOX"


@pytest.fixture
def bare(cluster: tuple[str, dict[str, str]], django_db_blocker: Any, settings: Any) -> Iterator[Register]:
    """An empty database, and a process that was started for a sandbox."""
    from django.db import connections

    admin, urls = cluster
    name = f"cx_bare_{os.getpid()}_{os.urandom(4).hex()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER chengxin_owner")
    made = Register({role: make_conninfo(url, dbname=name) for role, url in urls.items()})
    settings.SANDBOX = True
    with django_db_blocker.unblock():
        become(made.urls["owner"])
        yield made
        connections.close_all()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_a_sandbox_is_made_filled_opened_and_emptied(bare: Register, tmp_path: Path) -> None:
    database = Database(bare.urls, embedded=True)
    prepare(database, lambda _: None)
    assert kind_of_database() == "sandbox"
    manifest = settle_people(tmp_path / "sandbox", lambda _: None, persons=100)
    assert manifest is not None
    bare.become("intake")
    load_records(manifest, lambda _: None)
    bare.become("owner")
    assert settle_people(tmp_path / "sandbox", lambda _: None) is None
    assert bare.rows("SELECT count(*) FROM records_version")[0][0] > 100
    assert bare.rows("SELECT count(*) FROM identity_user WHERE demo") == [(0,)]

    at, department = datetime.now(UTC), manifest_department()
    file = tmp_path / "key.json"
    told = enter_with_new_key(file, department, "试报系统", addresses=[], at=at)
    assert file.stat().st_mode & 0o077 == 0
    kept = json.loads(file.read_text())
    assert kept["client_id"] == told["client_id"]
    assert kept["private_key"]["d"]
    with pytest.raises(Unusable):
        enter_with_new_key(file, department, "试报系统", addresses=[], at=at)
    with pytest.raises(ClientRefused):
        enter_with_new_key(tmp_path / "other.json", "x", "试报系统", addresses=[], at=at)
    assert not (tmp_path / "other.json").exists()
    key = ClientKey.objects.select_related("client__organisation").get()
    assert (key.client.client_id, key.client.organisation.code) == (told["client_id"], department)
    assert key.approved_by_id not in {None, key.entered_by_id}
    clerk = enter_test_clerk("dev.one", "开发", department, at=at)
    assert User.objects.get(login="dev.one").check_password(clerk["first_password"])

    enrolled = enrol_for_trying(department, [], at=at)
    assert {"XK-SC-01", "PX-SC-01"} <= set(enrolled["duties"])
    assert enrol_for_trying(department, ["XK-SC-01"], at=at) == enrolled
    asks_as_a_program_would(bare, told["client_id"], department, tmp_path / "sandbox" / "population.csv")
    bare.become("owner")
    with pytest.raises(EnrolmentRefused):
        enrol_for_trying("91140000000000000X", [], at=at)
    with pytest.raises(DutyUnknown):
        enrol_for_trying(department, ["XX-YY-01"], at=at)

    (tmp_path / "spool").mkdir()
    empty(bare.urls["owner"], tmp_path)
    assert bare.rows("SELECT to_regclass('identity_person')") == [(None,)]
    assert not (tmp_path / "spool").exists()
    prepare(database, lambda _: None)
    assert bare.rows("SELECT (SELECT count(*) FROM identity_person), ground_kind()") == [(0, "sandbox")]


def asks_as_a_program_would(bare: Register, client: str, department: str, population: Path) -> None:
    """Ask about one of the sandbox's own persons as the application does, and about a real-looking one."""
    with population.open(encoding="utf-8-sig", newline="") as file:
        row = next(one for one in csv.DictReader(file) if one["ZJLX"] in {"1", "居民身份证"} and one["ZT"] == "正常")
    bare.become("app")
    ((key,),) = bare.rows("SELECT kid FROM identity_client_key_live WHERE client_id = %s", client)
    caller, why = Caller(department, client, "127.0.0.1", key), Why("PX-SC-01", "SXSHXYTL-30", "试1号", "dev-1")
    now = datetime.now(UTC)
    answered = answer_system(caller, why, Question("resident-id", row["ZJHM"], row["XM"]), at=now)
    assert answered.report.duty is not None
    with pytest.raises((NotAnswerable, RealInSandbox)):
        answer_system(caller, why, Question("resident-id", real_code(), "张三"), at=now)


def manifest_department() -> str:
    from chengxin.demo.organisations import ORGANISATIONS

    return str(next(entry["code"] for entry in ORGANISATIONS if entry["kind"] == "department"))


def test_a_province_is_never_emptied_nor_let_anybody_in_by_these_commands(register: Register, tmp_path: Path) -> None:
    at = datetime.now(UTC)
    (tmp_path / "spool").mkdir()
    with pytest.raises(InstallationMismatch):
        empty(register.urls["owner"], tmp_path)
    assert (tmp_path / "spool").is_dir()
    register.become("owner")
    with pytest.raises(InstallationMismatch):
        enter_test_client(MARKET, "x", "{}", addresses=[], at=at)
    with pytest.raises(InstallationMismatch):
        enter_test_clerk("dev.one", "x", MARKET, at=at)
    with pytest.raises(InstallationMismatch):
        enrol_for_trying(MARKET, ["XK-SC-01"], at=at)
    assert not User.objects.filter(login="dev.one").exists()
    assert not User.objects.filter(login__startswith="try-").exists()
    assert register.rows("SELECT count(*) FROM sharing_enrolment") == [(0,)]


@pytest.mark.parametrize("sandbox", [True, False], ids=["sandbox", "province"])
def test_no_process_starts_on_the_other_kind(register: Register, settings: Any, sandbox: bool) -> None:
    if sandbox:
        make_sandbox(register)
    settings.SANDBOX = not sandbox
    starts = (refuse_mismatch, eraser.main, worker.main, lambda: importlib.import_module("chengxin.site.wsgi"))
    for start in starts:
        sys.modules.pop("chengxin.site.wsgi", None)
        with pytest.raises(InstallationMismatch) as refused:
            start()
        assert ("沙箱，本进程" in refused.value.text) is sandbox
        assert "Not started" in refused.value.text_en
    settings.SANDBOX = sandbox
    refuse_mismatch()


@pytest.mark.parametrize("switch", ["0", "1"])
def test_nothing_is_made_in_a_database_of_the_other_kind(
    register: Register, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    if switch == "0":
        make_sandbox(register)
    monkeypatch.setenv(SWITCH, switch)
    with register.connect("owner") as connection, pytest.raises(InstallationMismatch):
        refuse_other_kind(connection)


def test_what_holds_something_becomes_a_province_whatever_is_said(register: Register, settings: Any) -> None:
    with register.connect("owner") as connection:
        connection.execute("ALTER TABLE ground_installation DISABLE TRIGGER USER")
        connection.execute("DELETE FROM ground_installation")
        connection.execute("ALTER TABLE ground_installation ENABLE TRIGGER USER")
    register.become("owner")
    assert kind_of_database() == ""
    settings.SANDBOX = True
    with pytest.raises(InstallationMismatch):
        settle_kind()
    assert register.rows("SELECT kind FROM ground_installation") == [("province",)]


@pytest.mark.parametrize(
    ("manifest", "sandbox", "fits"),
    [({}, False, True), ({}, True, False), ({"kind": "sandbox"}, True, True), ({"kind": "sandbox"}, False, False)],
)
def test_a_backup_is_restored_into_its_own_kind(
    settings: Any, manifest: dict[str, str], sandbox: bool, fits: bool
) -> None:
    settings.SANDBOX = sandbox
    backup = Backup(Path("x"), None, "", {"migrations": [], "prefix": "chengxin", "version": "0", **manifest})  # type: ignore[arg-type]
    if fits:
        refuse_misfit(backup, prefix="chengxin", migrations=set())
        return
    with pytest.raises(BackupUnusable, match="沙箱"):
        refuse_misfit(backup, prefix="chengxin", migrations=set())


@pytest.mark.parametrize(
    ("switches", "safe"),
    [
        ({"SANDBOX": True, "PRODUCTION": True, "TEST_AREA": True}, True),
        ({"SANDBOX": True, "DEMO": True}, False),
        ({"SANDBOX": True, "OIDC_URL": "https://login.example"}, False),
        ({"SANDBOX": False, "PRODUCTION": True, "TEST_AREA": True}, False),
        ({"SANDBOX": False, "PRODUCTION": True, "TEST_AREA": False}, True),
    ],
)
def test_switches_that_contradict_each_other_are_refused(settings: Any, switches: dict[str, Any], safe: bool) -> None:
    for name, value in {"DEMO": False, "OIDC_URL": "", **switches}.items():
        setattr(settings, name, value)
    if safe:
        refuse_unsafe()
        return
    with pytest.raises(SettingUnusable):
        refuse_unsafe()


TOLD = """
import json
from chengxin.site import settings as s
print(json.dumps([s.TEST_AREA, s.API_ISSUER, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.MFA_TOTP_ISSUER]))
"""


def test_tokens_and_cookies_of_the_one_are_none_of_the_other(tmp_path: Path) -> None:
    def told(**switches: str) -> list[Any]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN")}
        done = subprocess.run(
            [sys.executable, "-c", TOLD], env={**kept, "CHENGXIN_DATA": str(tmp_path), **switches},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        found: list[Any] = json.loads(done.stdout)
        return found

    province, sandbox = told(), told(CHENGXIN_SANDBOX="1")
    assert (province[0], sandbox[0]) == (False, True)
    assert all(one != other for one, other in zip(province, sandbox, strict=True))
    # Whatever the operator calls them, and though the test area be switched off.
    same = {"CHENGXIN_API_ISSUER": "urn:x", "CHENGXIN_TEST_AREA": "0"}
    assert told(**same)[1] != told(**same, CHENGXIN_SANDBOX="1")[1]
    assert told(**same, CHENGXIN_SANDBOX="1")[0] is True


def test_a_province_takes_no_synthetic_number_unless_it_is_a_demo(settings: Any) -> None:
    from chengxin.lib.codes import CodeType, examine
    from chengxin.records.services import areas

    today = shanghai_date(datetime.now(UTC))
    code = real_code("149999")
    for switched in (True, False):
        settings.TEST_AREA = switched
        assert bool(examine(CodeType.RESIDENT_ID, code, on=today, areas=areas())) is switched
    assert isinstance(today, date)
