"""Brings a process to the point where it can work: which database, which role, everything migrated and locked."""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from chengxin import __version__
from chengxin.site.runtime.connection import Database, open_database

Tell = Callable[[str], None]
PACKAGE = Path(__file__).resolve().parent.parent
CONTENT = "CHENGXIN_PROCESS_CONTENT"


@dataclass(frozen=True, slots=True)
class Installation:
    """An open installation: its data folder, its database, and the roles to become."""

    data: Path
    database: Database

    def become(self, role: str) -> None:
        """Let this process speak to the database as one role from now on."""
        become(self.database.urls[role])


def become(url: str) -> None:
    """Make ``url`` the address of this process's database, before Django has started or after."""
    os.environ["CHENGXIN_PROCESS_DATABASE"] = url
    from django.conf import settings

    if not settings.configured:
        return
    from django.db import connections

    from chengxin.site.settings import database

    connections["default"].close()
    connections["default"].settings_dict.update(database(url))


def start_django(*, content: bool = False) -> None:
    """Start Django; with the editors' content system only where its tables are made, for loading it takes more than all the rest."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengxin.site.settings")
    from django.conf import settings

    if not settings.configured:
        os.environ[CONTENT] = str(int(content))
    import django

    django.setup()


@contextmanager
def installation(data: Path, role: str, tell: Tell, *, content: bool = False) -> Iterator[Installation]:
    """Open the installation in a data folder and become one role of it, everything prepared. ``content``: see ``start_django``.

    Starts the embedded server when none is running there and stops it again; joins a running one and leaves it alone. Raises
    leaves of Unusable.
    """
    os.environ["CHENGXIN_DATA"] = str(data)
    with open_database(data, tell) as database:
        settle_secret(data)
        os.environ["CHENGXIN_PROCESS_DATABASE"] = database.urls["owner"]
        start_django(content=content or not is_prepared(database))
        opened = Installation(data, database)
        opened.become("owner")
        prepare(database, tell)
        opened.become(role)
        tell_sandbox(tell)
        try:
            yield opened
        finally:
            from django.db import connections

            connections.close_all()


def tell_sandbox(tell: Tell) -> None:
    """Say with every command that opens a sandbox that it is one."""
    from django.conf import settings

    if settings.SANDBOX:
        tell("【沙箱 SANDBOX】人员均为虚构，不作任何凭证 / made-up persons; nothing here is proof of anything")


def settle_secret(data: Path) -> None:
    """Make the key of sessions once, readable by its owner alone."""
    path = data / "secrets" / "django.key"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(50))


def is_prepared(database: Database) -> bool:
    """Tell whether everything was made ready for this program and these roles.

    The mark stands on the schema itself, so that it can't differ from the database.
    """
    with psycopg.connect(database.urls["owner"]) as connection:
        row = connection.execute("SELECT obj_description('public'::regnamespace)").fetchone()
    return row == (mark_of(database),)


def mark_of(database: Database) -> str:
    from chengxin.ground.locks import ROLES

    return f"chengxin {digest_of({role: database.name_of(role) for role in ROLES})}"


def prepare(database: Database, tell: Tell) -> None:
    """Migrate, write the locks, check the keys, load what is shipped; nothing but the keys when all that was done already.

    Runs as the owner.
    """
    from django.utils import timezone

    from chengxin.ground.installation import refuse_mismatch
    from chengxin.identity.hours import settle_work_days
    from chengxin.identity.speaking import settle_row_key
    from chengxin.identity.vault import settle_keys
    from chengxin.sharing.correcting.keys import settle_signing_keys
    from chengxin.site.checks import refuse_unsafe

    refuse_unsafe()
    refuse_mismatch()
    if is_prepared(database):
        settle_keys(at=timezone.now())
        settle_row_key()
        settle_signing_keys(at=timezone.now())
        settle_work_days()
        return
    tell("正在准备数据库…… Preparing the database …")
    _make_ready(database)


def _make_ready(database: Database) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from chengxin.catalogue.services import load_catalogue
    from chengxin.education.pages.services import settle_site
    from chengxin.ground.installation import settle_kind
    from chengxin.ground.locks import ROLES, apply_locks
    from chengxin.ground.sealing.numbering import begin_sealing
    from chengxin.identity.hours import settle_work_days
    from chengxin.identity.services.organisations import settle_licences
    from chengxin.identity.services.registrations import settle_bases
    from chengxin.identity.services.scans import settle_scan_kinds
    from chengxin.identity.speaking import settle_row_key
    from chengxin.identity.vault import settle_keys
    from chengxin.records.limits import settle_occupations, settle_terms
    from chengxin.records.services import settle_checks
    from chengxin.sharing.correcting.keys import settle_signing_keys
    from chengxin.sharing.duties.loading import load_duties

    call_command("migrate", verbosity=0, interactive=False)
    apply_locks(database.urls["owner"], {role: database.name_of(role) for role in ROLES})
    settle_kind()
    begin_sealing()
    settle_keys(at=timezone.now())
    settle_row_key()
    settle_signing_keys(at=timezone.now())
    load_catalogue(at=timezone.now())
    load_duties()
    settle_work_days()
    settle_checks()
    settle_terms()
    settle_occupations()
    settle_bases()
    settle_licences()
    settle_scan_kinds()
    settle_site(at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON SCHEMA public IS '{mark_of(database)}'")


def digest_of(names: dict[str, str]) -> str:
    """Name everything that preparing depends on: version, migrations, locks, checks, terms, catalogue, role names."""
    whole = hashlib.sha256(f"{__version__}{sorted(names.items())}".encode())
    patterns = (
        "**/migrations/*.py",
        "education/data/*.toml",
        "*/sql/locks*.sql",
        "identity/licences.toml",
        "identity/real_names.toml",
        "identity/scan_kinds.toml",
        "records/checks/*.toml",
        "records/occupations.toml",
        "records/terms_data/*.toml",
        "catalogue/data/**/*.toml",
        "catalogue/data/**/*.csv",
        "catalogue/terms_data/*.toml",
        "sharing/data/*.toml",
    )
    for pattern in patterns:
        for path in sorted(PACKAGE.glob(pattern)):
            whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:24]
