"""Exchange tables (前置机): a schema of the provider's own, its inbox drained into the spool, its answers read from a view.

The inbox is UNLOGGED: nothing of it is in the WAL, in a replica or in a backup. The drain copies it into the spool, truncates it and enters
the batch in one transaction, so that no row is lost or doubled, and the table's old files go with the commit.
"""

import json
import logging
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg import sql
from psycopg.errors import LockNotAvailable

from chengxin.catalogue.queries import OpenItem, open_item
from chengxin.identity.models import Organisation
from chengxin.identity.queries import find_organisation
from chengxin.identity.sandbox import refuse_in_sandbox
from chengxin.lib.periods import shanghai_date
from chengxin.records.intake.ledger import SQL, run
from chengxin.records.jobs import deliver
from chengxin.records.services import WayIn, refuse_provider
from chengxin.records.ways.spooling import spooled
from chengxin.records.ways.withdrawing import NUMBER, REASON

logger = logging.getLogger(__name__)
SCHEMA = re.compile(r"exchange_([0-9a-z]{18})")
REFERENCE, PIECE_LINES = "reference", 2_000
WITHDRAWALS = {"number": NUMBER, "reason": REASON}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a provider is told: role and password, its schema, the tables to write and the one to read."""

    role: str
    password: str
    schema: str
    inbox: str
    withdrawals: str
    feedback: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inbox:
    schema: str
    table: str
    item: str

    @property
    def provider(self) -> str:
        found = SCHEMA.fullmatch(self.schema)
        return found[1].upper() if found else ""

    @property
    def name(self) -> sql.Identifier:
        return sql.Identifier(self.schema, self.table)


def open_exchange(provider: Organisation, item_code: str, *, prefix: str, intake: str, at: datetime) -> Opened:
    """Make a provider's schema, role and tables for an item, or give the role a new password. Runs as the owner, who needs CREATEROLE.

    ``prefix`` and ``intake`` are the names of the installation's roles. Raises ItemNotOpen, ProviderNotCompetent.
    """
    refuse_in_sandbox(
        "不开设前置机交换表，请用网页上传、接口或者投递目录试报。",
        "it opens no exchange tables; try the page, the interface or the drop folder.",
    )
    today = shanghai_date(at)
    item = open_item(item_code, today)
    refuse_provider(item, provider, today)
    schema, role = f"exchange_{provider.code.lower()}", f"{prefix}_x_{provider.code.lower()}"
    inbox, withdrawals = (f"{kind}_{_plain(item_code)}" for kind in ("inbox", "withdraw"))
    columns = tuple(field.code.lower() for field in item.definition.fields)
    password = secrets.token_urlsafe(24)
    with transaction.atomic():
        _settle_role(role, password)
        _do("GRANT CONNECT ON DATABASE {} TO {}", connection.settings_dict["NAME"], role)
        _do("CREATE SCHEMA IF NOT EXISTS {}", schema)
        _do("GRANT USAGE ON SCHEMA {} TO {}, {}", schema, role, intake)
        _do("ALTER ROLE {} SET search_path = {}", role, schema)
        _settle_inbox(schema, inbox, columns, item, role, intake)
        _settle_inbox(schema, withdrawals, tuple(WITHDRAWALS), item, role, intake)
        _settle_feedback(schema, provider, role, intake)
    return Opened(role, password, schema, inbox, withdrawals, "feedback", (REFERENCE, *columns))


def _settle_role(role: str, password: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        exists = cursor.rowcount > 0
    raw = connection.connection
    # The server gets the verifier, not the password: a server that logs its statements would keep it in clear.
    verifier = raw.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    made = (
        "ALTER ROLE {} LOGIN" if exists else "CREATE ROLE {} LOGIN NOINHERIT NOCREATEDB NOCREATEROLE CONNECTION LIMIT 8"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(made + " PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _settle_inbox(schema: str, table: str, columns: tuple[str, ...], item: OpenItem, role: str, intake: str) -> None:
    name = sql.Identifier(schema, table)
    texts = sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(column)) for column in columns)
    reference = sql.Identifier(REFERENCE)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("CREATE UNLOGGED TABLE IF NOT EXISTS {} ({} integer, {})").format(name, reference, texts)
        )
        for column in columns:
            cursor.execute(
                sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} text").format(name, sql.Identifier(column))
            )
        cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(name, sql.Literal(item.definition.code)))
        cursor.execute(
            sql.SQL(
                "CREATE OR REPLACE TRIGGER wake AFTER INSERT ON {} FOR EACH STATEMENT EXECUTE FUNCTION public.records_wake_exchange()"
            ).format(name)
        )
        cursor.execute(sql.SQL("GRANT INSERT ON {} TO {}").format(name, sql.Identifier(role)))
        cursor.execute(sql.SQL("GRANT SELECT, TRUNCATE ON {} TO {}").format(name, sql.Identifier(intake)))


def _settle_feedback(schema: str, provider: Organisation, role: str, intake: str) -> None:
    """Which row of which batch a reference became, and a view that tells the provider what came of it; neither holds a value."""
    with connection.cursor() as cursor:
        for statement in SQL["exchange_feedback"].split(";\n"):
            cursor.execute(
                sql.SQL(statement).format(
                    schema=sql.Identifier(schema),
                    provider=sql.Literal(provider.pk),
                    role=sql.Identifier(role),
                    intake=sql.Identifier(intake),
                )
            )


def list_inboxes(schema: str = "") -> list[Inbox]:
    return [Inbox(*row) for row in run("exchange_inboxes", {"schema": schema}) if SCHEMA.fullmatch(row[0])]


def drain_all(*, at: datetime, schema: str = "") -> int:
    """Drain every inbox, or those of one schema; gives how many batches came of it. One that is busy is left for the next time."""
    drained = 0
    for inbox in list_inboxes(schema):
        try:
            drained += drain(inbox, at=at)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            logger.info("an inbox of %s is busy", inbox.schema)
    return drained


def drain(inbox: Inbox, *, at: datetime) -> bool:
    """Take what stands in an inbox as one batch, whole or not at all; False when there is nothing."""
    provider = find_organisation(inbox.provider, shanghai_date(at))
    if provider is None or not _holds_any(inbox):
        return False
    references: list[int | None] = []
    with transaction.atomic():
        run("patience", {"wait": "4s"})
        _run(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(inbox.name))
        if not _holds_any(inbox):
            return False
        return _take(inbox, provider, references, at)


def _take(inbox: Inbox, provider: Organisation, references: list[int | None], at: datetime) -> bool:
    with spooled(_lines(inbox, references), name="a.jsonl", limited=False) as made:
        _run(sql.SQL("TRUNCATE {}").format(inbox.name))
        copied = sql.SQL("COPY {} (batch, row_number, reference) FROM STDIN").format(
            sql.Identifier(inbox.schema, "drained")
        )
        with connection.cursor() as cursor, cursor.copy(copied) as copy:
            for number, reference in enumerate(references, 1):
                copy.write_row((made.token, number, reference))
        way = WayIn("exchange")
        deliver(made.file, token=made.token, item_code=inbox.item, provider=provider, way=way, at=at)
        # The spool outlives a commit that fails until it is swept, never the other way round.
        made.kept = True
    return True


def _lines(inbox: Inbox, references: list[int | None]) -> Iterator[bytes]:
    """Give the rows as JSON lines, in the order of their references, and note the references in that order."""
    query = sql.SQL("SELECT * FROM {} ORDER BY {} NULLS LAST").format(inbox.name, sql.Identifier(REFERENCE))
    with connection.connection.cursor(name="exchange_inbox") as cursor:
        cursor.itersize = PIECE_LINES
        cursor.execute(query)
        names = [WITHDRAWALS.get(column.name, column.name) for column in cursor.description or ()]
        while rows := cursor.fetchmany(PIECE_LINES):
            references.extend(row[0] for row in rows)
            yield b"".join(_line(names, row) for row in rows)


def _line(names: list[str], row: tuple[Any, ...]) -> bytes:
    return json.dumps(dict(zip(names[1:], row[1:], strict=True)), ensure_ascii=False).encode() + b"\n"


def _holds_any(inbox: Inbox) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(inbox.name))
        return bool((cursor.fetchone() or (False,))[0])


def _do(statement: str, *names: str) -> None:
    _run(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _run(statement: sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _plain(item_code: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", item_code.lower())
