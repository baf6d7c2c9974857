"""No role of the application changes or removes what stands in the ledger or the register, whatever SQL it sends."""

from typing import Any

import psycopg
import pytest

from tests.system.stage import DUE, SHOWN, Stage, gets_through, version

KEPT = {
    "records_version": "state",
    "records_payload": "body",
    "records_superseded": "recorded_at",
    "records_finding": "rule",
    "records_check_rule": "message",
    "records_layout": "item_id",
    "ground_access_entry": "outcome",
    "ground_sealed": "leaf",
    "ground_checkpoint": "root",
    "ground_lost_end": "root",
    "identity_population_event": "kind",
    "identity_population_dropped": "sequence",
    "identity_withdrawn_code": "until_rank",
    "identity_capacity": "capacity",
    "identity_attestation": "level",
    "identity_declaration": "declared_at",
    "sharing_report": "issued_at",
    "identity_real_name_check": "outcome",
}
ROLES = ("app", "intake", "public", "auditor", "eraser", "sealer")
WAYS = {
    "update": "UPDATE {table} SET {column} = DEFAULT",
    "update-to-the-same": "UPDATE {table} SET {column} = {column}",
    "delete": "DELETE FROM {table}",
    "delete-by-key": "DELETE FROM {table} WHERE {column} IS NOT NULL",
    "truncate": "TRUNCATE {table}",
    "truncate-cascade": "TRUNCATE {table} RESTART IDENTITY CASCADE",
    "merge": "MERGE INTO {table} t USING (VALUES (1)) s (x) ON true WHEN MATCHED THEN DELETE",
    "disable-triggers": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "drop": "DROP TABLE {table} CASCADE",
    "replica": "SET LOCAL session_replication_role = replica",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("table", KEPT)
def test_no_role_changes_what_stands(stage: Stage, table: str, role: str, way: str) -> None:
    before = contents(stage, table)
    stage.look("SELECT")
    query = WAYS[way].format(table=table, column=KEPT[table])
    if way == "replica":
        query = f"{query}; DELETE FROM {table}"
    if role == "eraser" and table == "records_payload" and way == "delete":
        stage.run(role, query)
        gone = before - contents(stage, table)
        assert [row for row in gone if f",{DUE}," not in row] == []
        assert len(gone) == 1
        return
    with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.connection.transaction():
        for part in query.split("; "):
            stage.run(role, part)
    assert contents(stage, table) == before


def contents(stage: Stage, table: str) -> set[str]:
    stage.connection.execute("RESET ROLE")
    return {text for (text,) in stage.connection.execute(f"SELECT ({table}.*)::text FROM {table}".encode()).fetchall()}


OWNED = sorted(table for table in KEPT if table != "records_check_rule")


@pytest.mark.parametrize("way", ["update-to-the-same", "delete", "truncate", "truncate-cascade"])
@pytest.mark.parametrize("table", OWNED)
def test_not_even_the_owner_changes_it_in_passing(stage: Stage, table: str, way: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.connection.transaction():
        stage.run("owner", WAYS[way].format(table=table, column=KEPT[table]))


@pytest.mark.parametrize("role", ["app", "intake", "public", "auditor", "eraser"])
@pytest.mark.parametrize(
    "table", ["ground_access_entry", "sharing_report", "records_waiting", "identity_real_name_check"]
)
def test_register_reports_and_waiting_rows_are_read_by_nobody_but_intake(stage: Stage, table: str, role: str) -> None:
    through, why = gets_through(stage, lambda one: one.run(role, f"SELECT FROM {table}") != [])
    assert through is (role == "intake" and table == "records_waiting"), why


@pytest.mark.parametrize("table", ["records_version", "records_payload", "records_superseded", "records_shown"])
@pytest.mark.parametrize("role", ["intake", "public", "auditor"])
def test_ledger_is_read_by_the_application_alone(stage: Stage, table: str, role: str) -> None:
    stage.look("SELECT")
    _, why = gets_through(stage, lambda one: one.run(role, f"SELECT FROM {table}") is not None)
    assert "permission denied" in why


@pytest.mark.parametrize("role", ["app", "public", "auditor", "eraser"])
def test_ledger_is_written_by_intake_alone(stage: Stage, role: str) -> None:
    row = version(stage.facts)
    _, why = gets_through(stage, lambda one: inserted(one, role, row))
    assert "permission denied" in why


def inserted(one: Stage, role: str, row: dict[str, Any]) -> bool:
    one.insert(role, "records_version", row)
    return True


def test_insert_on_conflict_replaces_nothing(stage: Stage) -> None:
    row = version(stage.facts, record_id=SHOWN)
    columns = ", ".join(row)
    query = f"INSERT INTO records_version ({columns}) VALUES ({', '.join(['%s'] * len(row))}) ON CONFLICT (subject_id, record_id, version)"
    stage.run("intake", "SELECT set_config('cx.batch', %s, true)", str(stage.facts.batch))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.run("intake", f"{query} DO UPDATE SET state = 'withdrawn'", *row.values())


def test_eraser_takes_the_values_and_leaves_the_header(stage: Stage) -> None:
    stage.run("eraser", "DELETE FROM records_payload")
    assert stage.run("owner", "SELECT count(*) FROM records_payload WHERE record_id = %s", DUE) == [(0,)]
    left = stage.run("owner", "SELECT count(*), count(commitment) FROM records_version WHERE record_id = %s", DUE)
    assert left == [(1, 1)]


def test_eraser_reads_no_value(stage: Stage) -> None:
    for column in ("body", "salt", "layout_id"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.connection.transaction():
            stage.run("eraser", f"SELECT {column} FROM records_payload")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.run("eraser", "DELETE FROM records_payload RETURNING body")
