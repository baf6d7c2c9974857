"""A register with a little of everything in it, on which attacks are tried in transactions that never commit."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from chengxin.lib.periods import shanghai_date
from tests.people import CENTRE, LIMITED, WANG_WEI, YOUNG, Someone

SHOWN, EXPIRED, TO_COME, WITHDRAWN, CHANGED, DUE, CLOSED, OTHERS = range(1, 9)
SALT = bytes(16)
COMMITMENT = sha256(SALT + b"[]").digest()


@dataclass(frozen=True)
class Facts:
    """What attacks refer to: days, ids of persons, items, purposes, batches."""

    today: date
    wang: int
    limited: int
    young: int
    item: int
    other_item: int
    honour: int
    examination: int
    recruitment: int
    audit: int
    batch: int
    other_batch: int
    closed_batch: int
    at: datetime


class Stage:
    """Speaks to one database as any role, inside one transaction that the test rolls back."""

    def __init__(self, connection: psycopg.Connection[Any], facts: Facts) -> None:
        self.connection = connection
        self.facts = facts

    def run(self, role: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        self.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"chengxin_{role}")))
        cursor = self.connection.execute(query.encode(), values or None)
        return cursor.fetchall() if cursor.description is not None else []

    def insert(self, role: str, table: str, row: dict[str, Any]) -> None:
        names = sql.SQL(", ").join(map(sql.Identifier, row))
        marks = sql.SQL(", ").join([sql.Placeholder()] * len(row))
        self.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"chengxin_{role}")))
        query = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, marks)
        self.connection.execute(query, list(row.values()))

    def clone(self, table: str, **changes: Any) -> None:
        """Insert a row once more as the owner, changed: only what the change breaks can refuse it."""
        query = sql.SQL(
            "INSERT INTO {t} SELECT (jsonb_populate_record(s.r, {c})).* FROM (SELECT {t} AS r FROM {t} LIMIT 1) s"
        )
        self.connection.execute("SET LOCAL ROLE chengxin_owner")
        changed = Jsonb(changes, dumps=lambda value: json.dumps(value, default=str))
        self.connection.execute(query.format(t=sql.Identifier(table), c=sql.Placeholder()), [changed])

    def announce(self, batch: int | None = None) -> None:
        """Say which batch writes from now on; else the open one."""
        self.run("intake", "SELECT set_config('cx.batch', %s, true)", str(batch or self.facts.batch))

    def write(self, *, batch: int | None = None, **changes: Any) -> None:
        """Insert a version as intake, announced for the open batch."""
        self.announce(batch)
        self.insert("intake", "records_version", version(self.facts, **changes))

    def look(
        self, query: str, *values: Any, on: date | None = None, purpose: int | None = None, duty: int | None = None
    ) -> list[tuple[Any, ...]]:
        """Read as the application, for a day and a purpose, under the first duty of the purpose unless told."""
        wanted = purpose or self.facts.examination
        if duty is None:
            ((duty,),) = self.run(
                "owner", "SELECT coalesce(min(id), 0) FROM sharing_duty WHERE purpose_id = %s", wanted
            )
        settings = (on or self.facts.today).isoformat(), str(wanted), str(duty)
        self.run(
            "app",
            "SELECT set_config('cx.on', %s, true), set_config('cx.purpose', %s, true), set_config('cx.duty', %s, true)",
            *settings,
        )
        return self.run("app", query, *values)

    def sees(
        self,
        record: int,
        number: int = 1,
        *,
        on: date | None = None,
        purpose: int | None = None,
        duty: int | None = None,
    ) -> bool:
        query = "SELECT FROM records_version WHERE record_id = %s AND version = %s"
        return bool(self.look(query, record, number, on=on, purpose=purpose, duty=duty))


def version(facts: Facts, **changes: Any) -> dict[str, Any]:
    """Make a sound version: an adverse record decided 100 days ago, final and shown since 70 days."""
    row: dict[str, Any] = {
        "subject_id": facts.wang,
        "record_id": 100,
        "version": 1,
        "item_id": facts.item,
        "batch_id": facts.batch,
        "row_number": 2,
        "state": "active",
        "decided": facts.today - timedelta(days=100),
        "ended": facts.today - timedelta(days=140),
        "final": facts.today - timedelta(days=70),
        "grade": "general",
        "shown_from": facts.today - timedelta(days=70),
        "shown_until": facts.today + timedelta(days=265),
        "repair_from": None,
        "erase_on": facts.today + timedelta(days=1500),
        "terms_edition": "test",
        "commitment": COMMITMENT,
        "recorded_at": facts.at,
    }
    return {**row, **changes}


def payload(facts: Facts, record: int, number: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        "subject_id": facts.wang,
        "record_id": record,
        "version": number,
        "salt": SALT,
        "layout_id": 1,
        "body": "[]",
    }
    return {**row, **changes}


def batch(facts: Facts, number: int, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(("read", "new", "changed", "unchanged", "waiting", "refused"), 0)
    row |= dict.fromkeys(("encoding", "encoding_how", "attested", "rules_edition", "failure", "failure_en"), "")
    row |= {
        "id": number,
        "token": uuid4(),
        "item_id": facts.item,
        "edition_id": 1,
        "provider_id": 1,
        "digest": bytes(32),
    }
    row |= {"form": "csv", "size_bytes": 1, "as_of": facts.today, "state": "received", "received_at": facts.at}
    return {**row, **changes}


@contextmanager
def stage_of(url: str) -> Iterator[Stage]:
    """Fill a database once as its owner and give a connection of the server's administrator on it, who may become any role."""
    with psycopg.connect(url) as connection:
        facts = _facts(connection)
        stage = Stage(connection, facts)
        _fill(stage)
        connection.commit()
        yield stage


def _facts(connection: psycopg.Connection[Any]) -> Facts:
    def one(query: str, *values: Any) -> int:
        return int((connection.execute(query.encode(), values).fetchone() or (0,))[0])

    def person(who: Someone) -> int:
        return one("SELECT subject_id FROM identity_person WHERE born = to_date(%s, 'YYYYMMDD')", who.born)

    items, purposes = (
        "SELECT id FROM catalogue_item WHERE code = %s",
        "SELECT id FROM catalogue_purpose WHERE code = %s",
    )
    at = datetime.now(UTC)
    return Facts(
        today=shanghai_date(at), at=at, wang=person(WANG_WEI), limited=person(LIMITED), young=person(YOUNG),
        item=one(items, "CF-ZRR"), other_item=one(items, "SX-BZXR"), honour=one(items, "RY-BZ"),
        examination=one(purposes, "XK-SC"), recruitment=one(purposes, "ZL-SC"), audit=one(purposes, "SJ-JC"),
        batch=7001, other_batch=7002, closed_batch=7003,
    )  # fmt: skip


def _fill(stage: Stage) -> None:
    from tests.system import (
        adjudicating,
        batching,
        cataloguing,
        certifying,
        checking,
        clerking,
        correcting,
        enrolling,
        entering,
        leaving,
        linking,
        minors,
        oneself,
        organising,
        overseeing,
        populating,
        pushing,
        rebuilding,
        restoring,
        saying,
        scanning,
        sealing,
        serving,
        signing_leave,
        transferring,
        trying,
        waiving,
    )  # which speak of stages themselves

    facts, day = stage.facts, timedelta(days=1)
    cataloguing.furnish(stage)
    enrolling.furnish(stage)
    for number in (facts.batch, facts.other_batch):
        stage.insert("owner", "records_batch", batch(facts, number))
    stage.insert("owner", "records_batch", batch(facts, facts.closed_batch, state="done", finished_at=facts.at))
    long_ago = {
        "decided": facts.today - 1800 * day,
        "ended": facts.today - 1800 * day,
        "final": facts.today - 1790 * day,
    }
    versions: tuple[dict[str, Any], ...] = (
        {"record_id": SHOWN},
        {"record_id": EXPIRED, "shown_until": facts.today},
        {"record_id": TO_COME, "shown_from": facts.today + day},
        {"record_id": WITHDRAWN},
        {"record_id": WITHDRAWN, "version": 2, "state": "withdrawn", "shown_until": facts.today - 70 * day, "commitment": None},
        {"record_id": CHANGED},
        {"record_id": CHANGED, "version": 2},
        {"record_id": DUE, **long_ago, "shown_from": facts.today - 1790 * day, "shown_until": facts.today - 1700 * day,
         "erase_on": facts.today},
        {"record_id": CLOSED, "state": "repaired"},
        {"record_id": OTHERS, "batch_id": facts.other_batch},
    )  # fmt: skip
    for changes in versions:
        row = version(facts, **changes)
        stage.insert("owner", "records_version", row)
        if row["state"] == "active":
            stage.announce(row["batch_id"])
            stage.insert("owner", "records_payload", payload(facts, row["record_id"], row["version"]))
    stage.insert("owner", "records_finding", {"batch_id": facts.batch, "row_number": 2, "rule": "minor", "rule_version": 1,
                                              "field": "", "record_number": ""})  # fmt: skip
    ((key,),) = stage.run("owner", "SELECT current FROM identity_key_pointers")
    stage.insert("owner", "records_waiting", {"item_id": facts.item, "provider_id": 1, "batch_id": facts.batch, "row_number": 2,
                 "rule": "unknown-person", "rules": ["unknown-person"],
                 "digest": bytes(32), "row_sealed": b"x", "key_id": key, "since": facts.at})  # fmt: skip
    stage.insert(
        "owner", "records_progress", {"batch_id": facts.batch, "phase": "x", "rows": 0, "findings": 0, "at": facts.at}
    )
    populating.furnish(stage)
    minors.furnish(stage)
    stage.insert("owner", "ground_access_entry", entry(facts))
    stage.insert("owner", "ground_action", {"at": facts.at, "actor": "clerk", "act": "x", "subject": "x", "note": ""})
    checking.furnish(stage)
    populating.furnish_call(stage)
    organising.furnish(stage)
    adjudicating.furnish(stage)
    transferring.furnish(stage)
    entering.furnish(stage)
    waiving.furnish(stage)
    clerking.furnish(stage)
    trying.furnish(stage)
    rebuilding.furnish(stage)
    sealing.furnish(stage)
    restoring.furnish(stage)
    oneself.furnish(stage)
    saying.furnish(stage)
    report = {"subject_id": facts.wang, "number": "CX1", "entry_id": UUID(int=1), "issued_at": facts.at}
    stage.insert("owner", "sharing_report", report)
    certifying.furnish(stage)
    serving.furnish(stage)
    scanning.furnish(stage)
    leaving.furnish(stage)
    signing_leave.furnish(stage)
    linking.furnish(stage)
    pushing.furnish(stage)
    overseeing.furnish(stage)
    correcting.furnish(stage)
    batching.furnish(stage)


def entry(facts: Facts, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "subject_id": facts.wang, "entry_id": uuid4(), "at": facts.at, "organisation": CENTRE, "officer": "officer",
        "purpose": "CK-FW", "basis": "SXSHXYTL-7", "case_reference": "1", "channel": "desk", "outcome": "answered", "reason": "",
        "as_of": None, "fields": [], "record_ids": [SHOWN], "versions": [1],
    }  # fmt: skip
    return {**row, **changes}


def gets_through(stage: Stage, attack: Callable[[Stage], bool]) -> tuple[bool, str]:
    """Try an attack in a transaction of its own; tell whether it got through and what refused it."""
    try:
        with stage.connection.transaction(force_rollback=True):
            return attack(stage), ""
    except psycopg.Error as error:
        return False, f"{type(error).__name__}: {error}"
