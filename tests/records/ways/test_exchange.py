"""Exchange tables: a role that may write its inbox and read its answers and nothing else; drained whole, once, and gone from the disk."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from chengxin.identity.queries import find_organisation
from chengxin.records.errors import ProviderNotCompetent
from chengxin.records.services import process_batch, spool_folder
from chengxin.records.ways.exchange import Opened, drain_all, open_exchange
from chengxin.site.backup.dump import dumping, programs_for
from chengxin.site.runtime.cluster import binaries_of
from tests.conftest import Register
from tests.penalties import penalty
from tests.people import MARKET, OTHER, WANG_WEI
from tests.records.test_ingest import take
from tests.records.ways.working import start

MARK = "独有的标记七三九一"
DRAIN = """
import os, signal, sys
import django
django.setup()
from django.utils import timezone
from chengxin.records.ways import exchange
step = exchange.deliver
def killed(*arguments, **named):
    step(*arguments, **named)
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "before the commit":
    exchange.deliver = killed
exchange.drain_all(at=timezone.now())
os.kill(os.getpid(), signal.SIGKILL)
"""


class Provider:
    """A provider's own program: it knows its role, its schema and nothing of ours."""

    def __init__(self, register: Register, opened: Opened) -> None:
        self.opened = opened
        self.url = make_conninfo(register.urls["app"], user=opened.role, password=opened.password)

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def put(self, *rows: tuple[int, dict[str, str]]) -> None:
        with psycopg.connect(self.url) as connection:
            for reference, row in rows:
                names = ["reference", *(name.lower() for name in row)]
                query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    sql.Identifier(self.opened.inbox),
                    sql.SQL(", ").join(map(sql.Identifier, names)),
                    sql.SQL(", ").join([sql.Placeholder()] * len(names)),
                )
                connection.execute(query, [reference, *row.values()])

    def told(self) -> list[tuple[Any, ...]]:
        return self.run("SELECT reference, outcome, rule FROM feedback ORDER BY reference")


@pytest.fixture
def provider(register: Register, cluster: Any, settings: Any, tmp_path: Path, now: datetime) -> Iterator[Provider]:
    settings.DATA_DIR = tmp_path / "data"
    spool_folder().mkdir(parents=True)
    with register.connect("owner") as connection:
        # A copy of a database doesn't bring along who may connect to it and make temporary tables there.
        for statement in (
            "REVOKE ALL ON DATABASE {} FROM PUBLIC",
            "GRANT CONNECT, TEMPORARY ON DATABASE {} TO chengxin_intake",
        ):
            connection.execute(sql.SQL(statement).format(sql.Identifier(database(register))))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO chengxin_app").format(sql.Identifier(database(register)))
        )
    opened = opens(register, now)
    yield Provider(register, opened)
    with psycopg.connect(make_conninfo(cluster[0], dbname=database(register)), autocommit=True) as connection:
        role = sql.Identifier(opened.role)
        connection.execute(sql.SQL("DROP OWNED BY {}").format(role))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


def opens(register: Register, now: datetime, *, item: str = "CF-ZRR") -> Opened:
    register.become("owner")
    organisation = find_organisation(MARKET, now.date())
    assert organisation is not None
    prefix = f"x{os.getpid()}"
    opened = open_exchange(organisation, item, prefix=prefix, intake="chengxin_intake", at=now)
    register.become("intake")
    return opened


def database(register: Register) -> str:
    return str(conninfo_to_dict(register.urls["owner"])["dbname"])


def work(register: Register, now: datetime) -> None:
    for (number,) in register.rows("SELECT id FROM records_batch WHERE state = 'received'"):
        process_batch(number, at=now)


def test_rows_put_in_become_records_and_are_answered(
    register: Register, provider: Provider, today: date, now: datetime
) -> None:
    provider.put((11, penalty(today, 1)), (12, penalty(today, 2, CF_WFXW="")))
    assert provider.told() == []
    assert drain_all(at=now) == 1
    assert provider.told() == [(11, "received", None), (12, "received", None)]
    work(register, now)
    assert provider.told() == [(11, "accepted", None), (12, "refused", "required")]
    assert register.rows("SELECT channel, new, refused FROM records_batch") == [("exchange", 1, 1)]
    assert drain_all(at=now) == 0
    assert register.rows("SELECT count(*) FROM records_batch") == [(1,)]


def test_an_insert_wakes_the_worker_once(register: Register, provider: Provider, today: date) -> None:
    provider.put((1, penalty(today, 1)), (2, penalty(today, 2)))
    provider.put((3, penalty(today, 3)))
    found = register.rows("SELECT task_name, args, queue_name FROM procrastinate_jobs")
    assert found == [("chengxin.records.ways.work.drain_exchange", {"schema": provider.opened.schema}, "intake")]
    from chengxin.records.ways.work import drain_exchange

    assert drain_exchange.name == found[0][0]


def test_withdrawals_go_by_a_table_of_their_own(
    register: Register, provider: Provider, tmp_path: Path, today: date, now: datetime
) -> None:
    from tests.penalties import write_csv
    from tests.records.test_ingest import numbers_of

    batch = take(register, write_csv(tmp_path / "a.csv", [penalty(today)]), now)
    ((_, number, _, _),) = numbers_of(register, batch)
    provider.run(f"INSERT INTO {provider.opened.withdrawals} VALUES (5, %s, '误报'), (6, 'x', '误报')", number)
    register.become("intake")
    assert drain_all(at=now) == 1
    work(register, now)
    assert provider.told() == [(5, "accepted", None), (6, "refused", "withdrawal-unknown")]


def test_nothing_of_a_drained_row_is_left_in_the_servers_files(
    register: Register, provider: Provider, cluster: Any, today: date, now: datetime
) -> None:
    """Neither in the write-ahead log nor in any file of the database, long values (kept out of line) included."""
    long = MARK + "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(9_000))
    provider.put((1, penalty(today, 1, CF_WFXW=MARK, BZ=long)))
    with psycopg.connect(cluster[0], autocommit=True) as admin:
        ((where,),) = admin.execute("SHOW data_directory").fetchall()
        ((oid,),) = admin.execute("SELECT oid FROM pg_database WHERE datname = %s", [database(register)]).fetchall()
        folder = Path(where)
        before = files_of(register, provider)
        assert len(before) == 2, "the table's and that of its long values"
        assert all((folder / name).stat().st_size for name in before)
        assert not holds(folder / "pg_wal", MARK)
        assert drain_all(at=now) == 1
        admin.execute("CHECKPOINT")
    assert not holds(folder / "base" / str(oid), MARK)
    assert not holds(folder / "pg_wal", MARK)
    assert not holds(spool_folder(), MARK)
    assert not any((folder / name).exists() and (folder / name).stat().st_size for name in before)


def files_of(register: Register, provider: Provider) -> list[str]:
    """Give the files of an inbox and of its long values."""
    table = f"{provider.opened.schema}.{provider.opened.inbox}"
    query = """SELECT pg_relation_filepath(oid) FROM pg_class
               WHERE oid = %s::regclass OR oid = (SELECT reltoastrelid FROM pg_class WHERE oid = %s::regclass)"""
    return [path for (path,) in register.rows(query, table, table)]


def holds(folder: Path, mark: str) -> bool:
    return any(mark.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_a_kill_neither_loses_nor_doubles(
    register: Register, provider: Provider, today: date, now: datetime, moment: str
) -> None:
    provider.put((1, penalty(today, 1)), (2, penalty(today, 2)))
    killed = start(register, moment, program=DRAIN)
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    drain_all(at=now)
    work(register, now)
    assert provider.told() == [(1, "accepted", None), (2, "accepted", None)]
    assert register.rows("SELECT count(*), sum(new) FROM records_batch") == [(1, 2)]


def test_a_provider_that_holds_its_table_is_left_for_the_next_time(
    register: Register, provider: Provider, today: date, now: datetime
) -> None:
    provider.put((1, penalty(today, 1)))
    with psycopg.connect(provider.url) as connection:
        connection.execute(f"INSERT INTO {provider.opened.inbox} (reference) VALUES (2)".encode())
        assert drain_all(at=now) == 0
    assert drain_all(at=now) == 1


def test_opening_again_gives_a_new_password_and_keeps_what_is_there(
    register: Register, provider: Provider, today: date, now: datetime
) -> None:
    provider.put((1, penalty(today, 1)))
    again = Provider(register, opens(register, now))
    with pytest.raises(psycopg.OperationalError):
        provider.run("SELECT 1")
    again.put((2, penalty(today, 2)))
    assert drain_all(at=now) == 1
    assert register.rows("SELECT count(*) FROM records_batch") == [(1,)]


def test_only_the_item_of_ones_kind_is_opened(register: Register, provider: Provider, now: datetime) -> None:
    with pytest.raises(ProviderNotCompetent):
        opens(register, now, item="SX-BZXR")


ATTACKS = {
    "read the inbox": "SELECT * FROM {inbox}",
    "read back what one writes": "INSERT INTO {inbox} (reference) VALUES (1) RETURNING cf_wsh",
    "change the inbox": "UPDATE {inbox} SET reference = 1",
    "empty the inbox": "DELETE FROM {inbox}",
    "truncate the inbox": "TRUNCATE {inbox}",
    "write answers": "INSERT INTO feedback (reference) VALUES (1)",
    "write what was drained": "INSERT INTO drained VALUES (gen_random_uuid(), 1, 1)",
    "read what was drained": "SELECT * FROM drained",
    "make a table": "CREATE TABLE {schema}.mine (a integer)",
    "make a temporary table": "CREATE TEMP TABLE mine (a integer)",
    "make a function": "CREATE FUNCTION {schema}.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "make a schema": "CREATE SCHEMA mine",
    "make a role": "CREATE ROLE mine",
    "become intake": "SET ROLE chengxin_intake",
    "become the owner": "SET ROLE chengxin_owner",
    "take the trigger away": "DROP TRIGGER wake ON {inbox}",
    "hang the trigger's function elsewhere": "CREATE TRIGGER x BEFORE INSERT ON {inbox} EXECUTE FUNCTION public.records_wake_exchange()",
    "call the worker's function": "SELECT public.records_newest(1, 1)",
    "see another's item": "SELECT public.records_own_item(1, 1)",
    "read a file": "SELECT pg_read_file('/etc/passwd')",
    "copy from a program": "COPY {inbox} FROM PROGRAM 'true'",
    "put a job in the queue": "INSERT INTO public.procrastinate_jobs (queue_name, task_name) VALUES ('intake', 'x')",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_the_role_may_not(register: Register, provider: Provider, name: str) -> None:
    statement = ATTACKS[name].format(inbox=provider.opened.inbox, schema=provider.opened.schema)
    with pytest.raises(psycopg.Error) as refused:
        provider.run(statement)
    assert refused.value.sqlstate in {"42501", "42809", "55000"}, refused.value


def test_the_role_reads_no_relation_and_no_function_of_ours(register: Register, provider: Provider) -> None:
    relations = register.rows(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND n.nspname !~ '^(pg_|information_schema)'"
    )
    readable = []
    with psycopg.connect(provider.url, autocommit=True) as connection:
        for schema, name in relations:
            try:
                connection.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(schema, name)))
            except psycopg.errors.InsufficientPrivilege:
                continue
            readable.append((schema, name))
        callable_ = connection.execute(
            "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(oid, 'EXECUTE')"
        ).fetchall()
    assert readable == [(provider.opened.schema, "feedback")]
    assert callable_ == []


def test_answers_are_ones_own_even_if_the_mapping_named_anothers(
    register: Register, provider: Provider, tmp_path: Path, today: date, now: datetime
) -> None:
    from tests.penalties import write_csv

    theirs = take(register, write_csv(tmp_path / "a.csv", [penalty(today)]), now, provider=OTHER)
    with register.connect("owner") as connection:
        connection.execute(
            sql.SQL("INSERT INTO {} VALUES (%s, 2, 9)").format(sql.Identifier(provider.opened.schema, "drained")),
            [theirs.token],
        )
    assert provider.told() == []


def test_no_value_is_in_the_answers(register: Register, provider: Provider, today: date, now: datetime) -> None:
    provider.put((1, penalty(today, 1, CF_WFXW="")))
    drain_all(at=now)
    work(register, now)
    told = str(provider.run("SELECT * FROM feedback"))
    assert WANG_WEI.code not in told
    assert WANG_WEI.name not in told
    assert not re.search(r"\d{17}[\dX]", told)


def test_a_backup_leaves_exchange_schemas_out(register: Register, provider: Provider, today: date) -> None:
    provider.put((1, penalty(today, 1)))
    with register.connect("owner") as connection, connection.transaction():
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        major = programs_for(connection.info.server_version)
        with dumping(register.urls["owner"], snapshot=snapshot, major=major) as blocks:
            content = b"".join(blocks)
    listed = subprocess.run(
        [str(binaries_of(major) / "pg_restore"), "--list"], input=content, capture_output=True, check=True
    ).stdout.decode()
    assert "records_batch" in listed
    assert provider.opened.schema not in listed
    assert provider.opened.role not in listed
