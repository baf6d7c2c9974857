"""An installation of an earlier release, with data in it, goes on under this one: nothing lost, nothing opened.

``upgrade/register.sql.gz`` is a dump (PostgreSQL 16, synthetic persons of area 149999) of an installation made by the last release:
organisations, two officers, the standing cast, four penalties of which one was corrected, a waiting and a refused row, one report.
``upgrade/records.json`` is what that release answered. ``upgrade/README.md`` tells of the others.
"""

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.demo.officers import code_of_officer
from chengxin.site.runtime.postgres import EmbeddedPostgres
from tests.penalties import penalty
from tests.people import CENTRE_OFFICER, CLERK, MARKET, WANG_WEI
from tests.site.support import MAJOR
from tests.site.test_cli import Shell, report
from tests.site.upgrading import earlier

EARLIER = Path(__file__).parent / "upgrade"
KEY = sha256(b"a made-up installation").hexdigest()
COUNTED = (
    "identity_person", "identity_code", "identity_organisation", "identity_user", "records_batch", "records_finding",
    "records_waiting", "records_version", "records_payload", "records_superseded", "ground_access_entry", "sharing_report",
)  # fmt: skip
pytestmark = pytest.mark.xdist_group("upgrade")


def counts(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        return {
            table: (connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone() or (0,))[0]
            for table in COUNTED
        }


@pytest.fixture(scope="module")
def upgraded() -> Iterator[tuple[Shell, str, dict[str, int]]]:
    """The earlier installation after this release's first command, with what it held before."""
    vault = {"anchor": "k1", "current": "k1", "keys": {"k1": KEY}}
    with earlier(EARLIER / "register.sql.gz", vault) as (shell, owner):
        before = counts(owner)
        said = shell.run("catalogue", "list")
        assert said.code == 0, said.err
        yield shell, owner, before


def test_nothing_is_lost(upgraded: tuple[Shell, str, dict[str, int]]) -> None:
    _, owner, before = upgraded
    assert before["records_version"] > before["records_superseded"] > 0
    assert min(before.values()) > 0
    assert counts(owner) == before


def test_the_same_person_has_the_same_records(upgraded: tuple[Shell, str, dict[str, int]]) -> None:
    shell, _, _ = upgraded
    # Whoever looks people up has declared who they are since.
    login = CENTRE_OFFICER["login"]
    shell.run("officer", "declare", login, given=f"{code_of_officer(login)}\n查询员\n")
    said = report(shell, f"{WANG_WEI.code}\n{WANG_WEI.name}\n", "--format", "json")
    assert said.code == 0, said.err
    wanted: list[dict[str, Any]] = json.loads((EARLIER / "records.json").read_text(encoding="utf-8"))
    found = [{key: record[key] for key in wanted[0]} for record in said.json["records"]]
    assert sorted(found, key=str) == sorted(wanted, key=str) != []


def test_the_roles_officers_had_are_grants_of_a_year(upgraded: tuple[Shell, str, dict[str, int]]) -> None:
    _, owner, _ = upgraded
    with psycopg.connect(owner) as connection:
        rights = connection.execute(
            "SELECT u.login, r.role, r.valid_until - r.valid_from FROM identity_right r JOIN identity_user u ON u.id = r.user_id"
            " ORDER BY 1"
        ).fetchall()
    assert rights == [(CLERK["login"], "clerk", 366), ("officer", "officer", 366)]


def test_the_ledger_knows_again_what_it_has(upgraded: tuple[Shell, str, dict[str, int]]) -> None:
    from datetime import date

    shell, _, _ = upgraded
    again = shell.ingest(
        [
            penalty(date(2026, 11, 20), 1, BZ="更正", CX_QDRQ="2026-10-21"),
            penalty(date(2026, 11, 20), 2, CX_QDRQ="2026-10-21"),
        ],
        "--json",
    )
    assert (again.code, again.json["unchanged"], again.json["new"]) == (0, 2, 0), again.err
    assert again.json["batch"]
    assert MARKET


def test_the_locks_are_this_releases(upgraded: tuple[Shell, str, dict[str, int]]) -> None:
    shell, _, _ = upgraded
    url = EmbeddedPostgres(shell.data, major=MAJOR).url("chengxin_app")
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("INSERT INTO identity_role_grant (user_id, role) VALUES (1, 'clerk')")
