"""Six roles on the embedded server and on one of the administrator's own."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from chengxin.site.runtime.account import Account, account_for
from chengxin.site.runtime.cluster import binaries_of
from chengxin.site.runtime.connection import Database, open_database
from chengxin.site.runtime.errors import DatabaseUnusable
from chengxin.site.runtime.files import give_to
from chengxin.site.runtime.passwords import url_of
from chengxin.site.runtime.roles import LESSER, ROLES
from tests.site.support import MAJOR, everything_in, open_folder, wait_until


@dataclass(frozen=True)
class OwnServer:
    """A server as an administrator might run it: TCP, default settings, an owner role without superuser."""

    port: int
    log: Path

    def url(self, user: str, password: str, database: str = "credit") -> str:
        where = {"host": "127.0.0.1", "port": str(self.port)}
        return url_of({"user": user, "password": password, "dbname": database, **where})

    def as_admin(self, *statements: str) -> None:
        with psycopg.connect(self.url("dba", "dba"), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def forget_own_server(patch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DATABASE_URL")]:
        patch.delenv(name)


@pytest.fixture(scope="module")
def embedded_database() -> Iterator[Database]:
    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        forget_own_server(patch)
        with open_database(folder / "data", durable=False) as database:
            yield database


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    forget_own_server(monkeypatch)
    with open_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnServer]:
    with open_folder() as folder:
        cluster, binaries = folder / "cluster", binaries_of(MAJOR)
        account = account_for(cluster, binaries)
        cluster.mkdir(mode=0o700)
        if account.owner:
            give_to(cluster, *account.owner)
        code, said = account.run(
            [str(binaries / "initdb"), "-D", str(cluster), "-U", "dba", "--auth=trust", "--no-sync", "-E", "UTF8"]
        )
        assert code == 0, said
        (cluster / "pg_hba.conf").write_text("host all dba all trust\nhost all all all scram-sha-256\n")
        with running(account, binaries, cluster, folder / "server.log") as server:
            yield server


@contextmanager
def running(account: Account, binaries: Path, cluster: Path, log: Path) -> Iterator[OwnServer]:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        server = OwnServer(probe.getsockname()[1], log)
    with log.open("wb") as output:
        process: subprocess.Popen[bytes] = account.launch(
            [
                *(str(binaries / "postgres"), "-D", str(cluster), "-c", "log_statement=all"),
                *("-h", "127.0.0.1", "-p", str(server.port), "-k", ""),
            ],
            output=output.fileno(),
        )
    try:
        wait_until(lambda: "ready to accept" in log.read_text() or process.poll() is not None)
        with psycopg.connect(server.url("dba", "dba", "postgres"), autocommit=True) as connection:
            connection.execute("CREATE ROLE credit_owner LOGIN CREATEROLE NOSUPERUSER PASSWORD 'p@ss/wörd'")
            connection.execute("CREATE DATABASE credit OWNER credit_owner TEMPLATE template0 ENCODING 'UTF8'")
        yield server
    finally:
        process.send_signal(2)
        process.wait()


@pytest.fixture
def own(own_server: OwnServer, monkeypatch: pytest.MonkeyPatch, data: Path) -> OwnServer:
    monkeypatch.setenv("DATABASE_URL", own_server.url("credit_owner", "p@ss/wörd"))
    return own_server


def run_as(database: Database, role: str, statement: str) -> object:
    with psycopg.connect(database.urls[role], autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchone() if cursor.description else None


def test_every_role_connects_under_its_own_name(embedded_database: Database) -> None:
    assert list(embedded_database.urls) == list(ROLES)
    for role in ROLES:
        assert run_as(embedded_database, role, "SELECT current_user") == (f"chengxin_{role}",)
        assert embedded_database.name_of(role) == f"chengxin_{role}"


def test_owner_may_make_what_it_needs(embedded_database: Database) -> None:
    run_as(embedded_database, "owner", "CREATE TABLE owned (n int)")
    run_as(embedded_database, "owner", "CREATE SCHEMA apart")
    run_as(embedded_database, "owner", "GRANT SELECT ON owned TO chengxin_app")
    assert run_as(embedded_database, "app", "SELECT count(*) FROM owned") == (0,)


@pytest.mark.parametrize("role", LESSER)
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE public.mine (n int)",
        "CREATE TEMP TABLE mine (n int)",
        "CREATE SCHEMA mine",
        "CREATE ROLE another",
        "CREATE DATABASE another",
        "SET ROLE chengxin_owner",
        "ALTER ROLE chengxin_owner PASSWORD 'x'",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SET log_error_verbosity = 'verbose'",
        "SELECT * FROM pg_authid",
    ],
)
def test_lesser_roles_may_only_connect(embedded_database: Database, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_as(embedded_database, role, statement)


@pytest.mark.parametrize("statement", ["CREATE ROLE x SUPERUSER", "COPY (SELECT 1) TO '/tmp/x'", "CREATE DATABASE x"])
def test_owner_is_no_superuser(embedded_database: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_as(embedded_database, "owner", statement)


@pytest.mark.parametrize("other", ["postgres", "template1"])
def test_other_databases_are_closed(embedded_database: Database, other: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(embedded_database.urls["app"].replace("/chengxin?", f"/{other}?"))


def test_passwords_stay_out_of_repr(embedded_database: Database) -> None:
    assert "postgresql://" not in repr(embedded_database)


def test_second_opening_changes_nothing_and_mends_what_is_lost(data: Path) -> None:
    with open_database(data, durable=False) as first:
        with open_database(data, durable=False) as second:
            assert second.urls == first.urls
        (data / "secrets" / "chengxin_app.password").unlink()
        (data / "secrets" / "chengxin_public.password").write_text("stale\n")
        (data / "secrets" / "chengxin_owner.password").unlink()
        with open_database(data, durable=False) as mended:
            assert mended.urls["app"] != first.urls["app"]
            assert mended.urls["intake"] == first.urls["intake"]
            for role in ROLES:
                assert run_as(mended, role, "SELECT 1") == (1,)


def test_own_server_gets_the_lesser_roles(own: OwnServer, data: Path) -> None:
    said: list[str] = []
    with open_database(data, said.append) as database:
        assert not database.embedded
        for role in LESSER:
            assert run_as(database, role, "SELECT current_user") == (f"chengxin_{role}",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run_as(database, role, "CREATE TABLE mine (n int)")
        assert run_as(database, "owner", "SELECT current_user") == ("credit_owner",)
        assert said == list(database.warnings)
    assert not list(data.glob("pg*"))
    assert any("log_error_verbosity" in line and "ALTER DATABASE" in line for line in said)
    # The server logs every statement: the passwords must not be among them.
    passwords = [file.read_text().strip() for file in (data / "secrets").iterdir()]
    assert len(passwords) == len(LESSER)
    assert not any(password in everything_in(own.log.parent) for password in passwords)


def test_well_set_server_gives_no_warning(own: OwnServer, data: Path) -> None:
    own.as_admin(
        "ALTER DATABASE credit SET log_error_verbosity = 'terse'",
        "ALTER DATABASE credit SET log_min_error_statement = 'panic'",
        "ALTER DATABASE credit SET log_statement = 'none'",
    )
    with open_database(data) as database:
        assert [line for line in database.warnings if "data_checksums" not in line] == []


def test_given_role_is_used_and_not_made(own: OwnServer, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.as_admin("DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN PASSWORD 'given'")
    monkeypatch.setenv("DATABASE_URL_APP", own.url("reader", "given"))
    with open_database(data) as database:
        assert run_as(database, "app", "SELECT current_user") == ("reader",)
        assert database.name_of("app") == "reader"
    assert not (data / "secrets" / "chengxin_app.password").exists()


@pytest.mark.parametrize("power", ["SUPERUSER", "BYPASSRLS", "CREATEROLE", "IN ROLE credit_owner"])
def test_too_powerful_role_is_refused(own: OwnServer, data: Path, monkeypatch: pytest.MonkeyPatch, power: str) -> None:
    own.as_admin("DROP ROLE IF EXISTS strong", f"CREATE ROLE strong LOGIN PASSWORD 'given' {power}")
    monkeypatch.setenv("DATABASE_URL_PUBLIC", own.url("strong", "given"))
    with pytest.raises(DatabaseUnusable, match="权限过大"), open_database(data):
        pass


def test_owner_without_createrole_is_told_the_remedy(
    own: OwnServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.as_admin(
        "DROP DATABASE IF EXISTS bare",
        "DROP ROLE IF EXISTS bare",
        "CREATE ROLE bare LOGIN PASSWORD 'bare'",
        "CREATE DATABASE bare OWNER bare TEMPLATE template0 ENCODING 'UTF8'",
    )
    monkeypatch.setenv("CHENGXIN_ROLE_PREFIX", "elsewhere")
    monkeypatch.setenv("DATABASE_URL", own.url("bare", "bare", "bare"))
    with pytest.raises(DatabaseUnusable, match="DATABASE_URL_APP"), open_database(data):
        pass


def test_stranger_to_the_database_is_told_the_remedy(
    own: OwnServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", own.url("credit_owner", "p@ss/wörd", "postgres"))
    with pytest.raises(DatabaseUnusable, match="OWNER TO credit_owner"), open_database(data):
        pass


def test_other_encoding_is_refused(own: OwnServer, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.as_admin(
        "DROP DATABASE IF EXISTS latin",
        "CREATE DATABASE latin OWNER credit_owner TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
    )
    monkeypatch.setenv("DATABASE_URL", own.url("credit_owner", "p@ss/wörd", "latin"))
    with pytest.raises(DatabaseUnusable, match="SQL_ASCII"), open_database(data):
        pass


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("postgresql://credit_owner:SECRET@127.0.0.1:{port}/credit", "密码不对", id="wrong-password"),
        pytest.param("postgresql://credit_owner:SECRET@127.0.0.1:{port}/nowhere", "密码不对", id="wrong-name"),
        pytest.param("postgresql://credit_owner:SECRET@127.0.0.1:1/credit", "未运行", id="nobody-listens"),
        pytest.param("postgresql://u:SE/SECRET@127.0.0.1/credit", "DATABASE_URL", id="slash-not-escaped"),
        pytest.param("postgresql://u:SE@SECRET@127.0.0.1/credit", "DATABASE_URL", id="at-not-escaped"),
        pytest.param("postgresql://u:SECRET", "DATABASE_URL", id="cut-off"),
        pytest.param("password=SECRET SECRET", "DATABASE_URL", id="no-url"),
        pytest.param("postgresql://u:SECRET@127.0.0.1", "库名", id="no-database"),
    ],
)
def test_wrong_url_is_told_without_the_password(
    own: OwnServer, data: Path, monkeypatch: pytest.MonkeyPatch, url: str, reason: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url.format(port=own.port))
    with pytest.raises(DatabaseUnusable, match=reason) as caught, open_database(data):
        pass
    assert "SECRET" not in caught.value.text + caught.value.text_en
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_prefix_that_is_no_name_is_refused(data: Path, own: OwnServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_ROLE_PREFIX", 'x"; DROP')
    with pytest.raises(DatabaseUnusable, match="前缀"), open_database(data):
        pass
