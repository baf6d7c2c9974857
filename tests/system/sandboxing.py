"""Attacks on what keeps a sandbox and a province apart, and real persons out of a sandbox."""

import json
from collections.abc import Callable

from tests.system.attacks import Attack
from tests.system.stage import Stage

PROVIDED = "item_id, provider_id, batch_id, row_number, rule, rules, digest, row_sealed, key_id, since"
REAL, MADE_UP = "140105198803041219", "149999198803041214"


def unlocked(stage: Stage, query: str) -> None:
    """Do as the owner what the table's own trigger forbids, to come to what stands behind it."""
    stage.run("owner", "ALTER TABLE ground_installation DISABLE TRIGGER USER")
    stage.run("owner", query)
    stage.run("owner", "ALTER TABLE ground_installation ENABLE TRIGGER USER")


def as_sandbox(stage: Stage) -> None:
    unlocked(stage, "UPDATE ground_installation SET kind = 'sandbox'")


def in_sandbox(attack: Attack) -> Attack:
    """Make an attack that is tried in a sandbox."""

    def tried(stage: Stage) -> bool:
        as_sandbox(stage)
        return attack(stage)

    return tried


def begins_as(kind: str) -> Attack:
    """Make an attack that says anew of a database that holds something what it is."""

    def attack(stage: Stage) -> bool:
        unlocked(stage, "DELETE FROM ground_installation")
        stage.run("owner", "INSERT INTO ground_installation (id, kind, made_at) VALUES (1, %s, now())", kind)
        return True

    return attack


def holding(only: str) -> Attack:
    """Make an attack that begins a sandbox over what one table alone holds."""

    def attack(stage: Stage) -> bool:
        tables = {"identity_organisation", "identity_person", "records_batch"} - {only}
        stage.connection.execute("RESET ROLE")
        for table in tables:
            # Only a superuser takes away what so much hangs on; what hangs on it isn't asked here.
            stage.connection.execute(f"SET LOCAL session_replication_role = replica; DELETE FROM {table}".encode())
        stage.connection.execute("SET LOCAL session_replication_role = origin")
        return begins_as("sandbox")(stage)

    return attack


def brings(table: str, *, sandbox: bool = True, **changes: object) -> Attack:
    """Make an attack in which intake brings a row to a table of persons."""

    def attack(stage: Stage) -> bool:
        if sandbox:
            as_sandbox(stage)
        told = ", ".join(f"'{name}', '{value}'" for name, value in changes.items())
        (row,) = stage.run("owner", f"SELECT to_jsonb(t) || jsonb_build_object({told}) FROM {table} t LIMIT 1")
        columns = ", ".join(
            name
            for (name,) in stage.run(
                "owner",
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO'",
                table,
            )
        )
        stage.run(
            "intake",
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)",
            json.dumps(row[0]),
        )
        return True

    return attack


def waits(*, sandbox: bool = True) -> Attack:
    """Make an attack in which intake puts a waiting row into the table itself."""

    def attack(stage: Stage) -> bool:
        if sandbox:
            as_sandbox(stage)
        stage.run(
            "intake",
            f"INSERT INTO records_waiting ({PROVIDED}) SELECT item_id, provider_id, batch_id, 9, rule, rules,"
            " sha256('another'), row_sealed, key_id, since FROM records_waiting ORDER BY id LIMIT 1",
        )
        return True

    return attack


def waits_by_the_function(code: str | None, *more: str) -> Callable[[Stage], bool]:
    """Make an attack in which intake hands a row in beside what stands for its person's number."""

    def attack(stage: Stage) -> bool:
        as_sandbox(stage)
        before = stage.run("owner", "SELECT count(*) FROM records_waiting")
        stage.run(
            "intake",
            """SELECT records_wait_in_sandbox(item_id, provider_id, batch_id, key_id, since, %s::text[], ARRAY[9], ARRAY[rule],
                   ARRAY[sha256('another')], ARRAY[row_sealed]) FROM records_waiting ORDER BY id LIMIT 1""",
            [code, *more],
        )
        return stage.run("owner", "SELECT count(*) FROM records_waiting") != before

    return attack


def opens_exchange(stage: Stage) -> bool:
    """Write to an inbox as its provider's system would, however the inbox came to be there."""
    as_sandbox(stage)
    stage.run("owner", "CREATE TEMP TABLE inbox (line text)")
    stage.run(
        "owner",
        "CREATE TRIGGER wake AFTER INSERT ON inbox FOR EACH STATEMENT EXECUTE FUNCTION records_wake_exchange()",
    )
    stage.run("owner", "INSERT INTO inbox VALUES ('x')")
    return True
