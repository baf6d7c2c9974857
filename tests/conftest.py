"""One PostgreSQL for the whole run, started by our own launcher; a database of its own for each test that asks for one."""

import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Event
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

from tests.folders import roomy_folder
from tests.people import EDITORS, OFFICERS, ORGANISATIONS, write_population
from tests.platform import Platform, running_platform
from tests.site.support import MAJOR, copy_prepared

# The controller of a parallel run makes the folder; its workers inherit the name.
OWNED = "PYTEST_XDIST_WORKER" not in os.environ
if "CHENGXIN_TEST_BASE" not in os.environ:
    os.environ["CHENGXIN_TEST_BASE"] = tempfile.mkdtemp(prefix="cx-test-", dir=roomy_folder())
    if roomy := roomy_folder():
        # Where pytest makes the folders that tests ask it for.
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(roomy))
BASE = Path(os.environ["CHENGXIN_TEST_BASE"])
TEMPLATE = "chengxin"
# How long an example takes is the machine's affair: timings belong in the benchmarks.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")
# Only root has to change its account; an ordinary user's run has nothing to try there.
collect_ignore = [] if os.geteuid() == 0 else ["site/test_root.py"]
settings.DATA_DIR = BASE / "data"
settings.VAULT_KEYS = BASE / "data" / "keys" / "vault.json"
settings.TEST_AREA = True
settings.PAGE_HELD_S = 0  # each test has a database of its own; tests/portal/test_keeping.py holds pages
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config: pytest.Config) -> None:
    if OWNED:
        shutil.rmtree(BASE, ignore_errors=True)


@dataclass(frozen=True)
class Register:
    """A database with catalogue, organisations, officers and the standing cast of persons; this process speaks as one role."""

    urls: dict[str, str]

    def become(self, role: str) -> None:
        from chengxin.site.bootstrap import become

        become(self.urls[role])

    @contextmanager
    def speaking(self, login: str = "clerk") -> Iterator[None]:
        """Be the web process in a transaction that speaks for an officer's organisation."""
        from chengxin.identity.models import User
        from chengxin.identity.speaking import speaking_as

        self.become("app")
        with speaking_as(User.objects.select_related("organisation").get(login=login)):
            yield

    @contextmanager
    def connect(self, role: str) -> Iterator[psycopg.Connection[Any]]:
        """Open a raw connection as a role, for what only SQL can try."""
        with psycopg.connect(self.urls[role], autocommit=True) as connection:
            yield connection

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask as the owner, whom no policy holds."""
        with self.connect("owner") as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type, no-any-return, unused-ignore]


@pytest.fixture(scope="session")
def cluster(django_db_blocker: Any) -> Iterator[tuple[str, dict[str, str]]]:
    """Start or join the run's server and give its administrator's address and the roles' on the template database."""
    from chengxin.site.runtime.postgres import EmbeddedPostgres
    from chengxin.site.runtime.roles import ensure_database, ensure_roles

    server = EmbeddedPostgres(BASE / "data", major=MAJOR, durable=False)
    with (BASE / "template.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not (BASE / "data").exists():
            copy_prepared(BASE / "data")
    with server.using():
        with (BASE / "template.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            owner = ensure_database(server.admin_url(), BASE / "data", name=TEMPLATE)
            urls = ensure_roles(owner, "chengxin", BASE / "data")
            if not (BASE / "template.made").exists():
                with django_db_blocker.unblock():
                    make_template(urls)
                (BASE / "template.made").touch()
        yield server.admin_url(), urls


def make_template(urls: dict[str, str]) -> None:
    from django.db import connections
    from django.utils import timezone

    from chengxin.demo.officers import settle_demo_officer
    from chengxin.identity.services.organisations import settle_organisation
    from chengxin.identity.services.population import load_population
    from chengxin.records.services import areas
    from chengxin.site.bootstrap import become, prepare
    from chengxin.site.runtime.connection import Database

    become(urls["owner"])
    prepare(Database(urls, embedded=True), lambda _: None)
    made = {entry["code"]: settle_organisation(**entry, valid_from=date(2019, 1, 1)) for entry in ORGANISATIONS}
    for officer in (*OFFICERS, *EDITORS):
        settle_demo_officer(**{**officer, "organisation": made[officer["organisation"]]}, password="a-test-password")
    become(urls["intake"])
    load_population(write_population(BASE / "population.csv"), areas=areas(), at=timezone.now())
    connections.close_all()


@contextmanager
def copied_register(cluster: tuple[str, dict[str, str]], django_db_blocker: Any) -> Iterator[Register]:
    """Copy the template, speak to the copy as the application, and take it away afterwards."""
    from django.db import connections

    admin, urls = cluster
    name = f"cx_{os.getpid()}_{os.urandom(4).hex()}"
    # Not while another worker of the run speaks to the template.
    with (BASE / "template.lock").open("w") as lock, psycopg.connect(admin, autocommit=True) as connection:
        flock(lock, LOCK_EX)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER chengxin_owner STRATEGY file_copy")
    copy = Register({role: make_conninfo(url, dbname=name) for role, url in urls.items()})
    with django_db_blocker.unblock():
        copy.become("app")
        yield copy
        connections.close_all()
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def register(cluster: tuple[str, dict[str, str]], django_db_blocker: Any) -> Iterator[Register]:
    """Give a test its own copy of the template."""
    with copied_register(cluster, django_db_blocker) as copy:
        yield copy


@pytest.fixture
def public_site(register: Register, settings: Any) -> Register:
    """Be the process of the public site: its addresses, its middleware, its database role."""
    from tests.faces import public_settings  # which knows this file's register

    for name, value in public_settings().items():
        setattr(settings, name, value)
    register.become("public")
    return register


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def today(now: datetime) -> date:
    from chengxin.lib.periods import shanghai_date

    return shanghai_date(now)


@dataclass(frozen=True)
class Running:
    """A whole installation, as ``make run`` starts it; ``url`` is the public site's."""

    url: str
    data: Path
    process: subprocess.Popen[bytes]
    platform: Platform

    @property
    def desk(self) -> str:
        """Give the address of the desk, the person's page and the interface, which is one port further on."""
        return next_to(self.url, 1)

    @property
    def administration(self) -> str:
        """Give the address of the administration's face, which is two ports further on."""
        return next_to(self.url, 2)

    @property
    def editing(self) -> str:
        """Give the address of the editors' face, which is three ports further on."""
        return next_to(self.url, 3)


def next_to(url: str, further: int) -> str:
    address, _, port = url.rpartition(":")
    return f"{address}:{int(port) + further}"


def free_port() -> int:
    """Find a port that is free along with the three after it: the four faces of an installation."""
    import socket

    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third, socket.socket() as fourth:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
                fourth.bind(("127.0.0.1", port + 3))
            except (OSError, OverflowError):
                continue
            return port


def wait_until(what: str, predicate: Any, seconds: float = 60.0) -> Any:
    """Ask again and again until there is an answer; fail with ``what`` when the time is over."""
    pause = Event()
    for _ in range(int(seconds * 20)):
        if answer := predicate():
            return answer
        pause.wait(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running_installation(data: Path) -> Iterator[Running]:
    """Run ``chengxin up --demo`` in a folder, on ports of its own, beside a real-name platform."""
    port = free_port()
    copy_prepared(data)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("CHENGXIN", "DATABASE_URL"))
    }
    program = [
        str(Path(sys.executable).with_name("chengxin")),
        "up",
        "--demo",
        "--data",
        str(data),
        "--port",
        str(port),
    ]
    with running_platform(data / "platform.json") as platform, (data / "up.log").open("wb") as log:
        environment["CHENGXIN_PG_MAJOR"] = str(MAJOR)
        environment |= {"CHENGXIN_OIDC_URL": platform.url, "CHENGXIN_OIDC_SECRET": platform.secret}
        process = subprocess.Popen(program, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(
                f"{url} answers; log: {data / 'up.log'}", lambda: process.poll() is not None or healthy(url), 400
            )
            assert process.poll() is None, (data / "up.log").read_text()
            running = Running(url, data, process, platform)
            wait_until("the desk answers", lambda: healthy(running.desk))
            yield running
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run an installation for the tests of the session."""
    with running_installation(tmp_path_factory.mktemp("installation")) as running:
        yield running
