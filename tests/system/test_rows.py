"""Whose rows each role sees and changes, relation by relation, whatever it claims. ``rows.toml`` says what it ought to be."""

import tomllib
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.catalogue.models import Edition, Item
from chengxin.ground.locks import ROLES
from chengxin.identity.models import Organisation, User
from chengxin.identity.speaking import speak_for, speaking_as
from chengxin.records.models import Batch, Finding
from tests.conftest import Register
from tests.people import CENTRE, MARKET, OTHER
from tests.system import speaking as s
from tests.system.attacks import Attack
from tests.system.checking import CLIENT
from tests.system.stage import Stage, batch, gets_through

LESSER = ROLES[1:]
WRITTEN = tomllib.loads((Path(__file__).parent / "rows.toml").read_text())
EVERY = {role: {name for group in WRITTEN.get(role, {}).get("every", {}).values() for name in group} for role in LESSER}
BOTH = {role: set(WRITTEN.get(role, {}).get("own_and_centre", [])) for role in LESSER}
OWN = {role: set(WRITTEN.get(role, {}).get("own", [])) | BOTH[role] for role in LESSER}
GATE = {role: set(WRITTEN.get(role, {}).get("gate", [])) for role in LESSER}
CENTRES = {role: set(WRITTEN.get(role, {}).get("centre", [])) for role in LESSER}
SELF = {role: set(WRITTEN.get(role, {}).get("self", [])) for role in LESSER}
FACE = {role: set(WRITTEN.get(role, {}).get("face", [])) for role in LESSER}
# Which rights are in force is told of everybody; of users these views tell whether they are still here and for whom they work.
TELL_OF_USERS = {"identity_right", "identity_at_window", "identity_restoration_told"}
# What an auditor sees of users and sessions: all officers and no person (tests/system/test_outsiders.py).
# Sums of all rows together, small ones withheld.
COUNTED = {"public_case", "public_received"}
# What its sender lets everybody read, and nothing else of the table.
LET_BE_SHOWN = {"public_feedback"}
AUDITED = {"audit_client_key", "audit_grant", "audit_officer", "audit_registration", "audit_session"}
RELATIONS = """
    SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1"""


@pytest.fixture
def two(stage: Stage) -> Stage:
    """Give the stage with two providers' rows on it."""
    s.furnish(stage)
    return stage


# What is written down, against the database.


@pytest.mark.parametrize("role", LESSER)
def test_every_role_reads_the_relations_written_down_and_no_other(cluster: tuple[str, Any], role: str) -> None:
    """Log in as the role and try every relation there is."""
    with psycopg.connect(cluster[1]["owner"]) as owner:
        relations = [name for (name,) in owner.execute(RELATIONS).fetchall()]
    readable, denied = set(), set()
    with psycopg.connect(cluster[1][role], autocommit=True) as connection:
        connection.execute(
            "SELECT set_config('cx.on', '2026-01-01', false), set_config('cx.purpose', '1', false), set_config('cx.duty', '0', false)"
        )
        for name in relations:
            try:
                connection.execute(f"SELECT count(*) FROM {name} WHERE false".encode())
            except psycopg.errors.InsufficientPrivilege:
                denied.add(name)
            else:
                readable.add(name)
    assert readable == EVERY[role] | OWN[role] | GATE[role] | FACE[role] | SELF[role] | CENTRES[role]
    assert denied == set(relations) - readable


def test_no_relation_is_written_down_twice() -> None:
    for role in LESSER:
        groups = [
            *WRITTEN.get(role, {}).get("every", {}).values(),
            OWN[role],
            GATE[role],
            FACE[role],
            SELF[role],
            CENTRES[role],
        ]
        assert sum(map(len, groups)) == len(set().union(*groups)), role


def test_row_security_stands_on_what_is_own_or_gated(stage: Stage) -> None:
    """Views show what their tables show: the caller's rights, or none of these tables behind them."""
    found = {name for (name,) in stage.run("owner", "SELECT relname::text FROM pg_class WHERE relrowsecurity")}
    written = (*OWN.values(), *GATE.values(), *FACE.values(), *SELF.values(), *CENTRES.values())
    wanted = set().union(*written) - {"records_shown", "records_practice"}
    assert found == wanted
    behind = stage.run(
        "owner",
        """SELECT DISTINCT v.relname::text FROM pg_class v JOIN pg_rewrite r ON r.ev_class = v.oid
           JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
           JOIN pg_class t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass AND t.relrowsecurity
           WHERE v.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY(v.reloptions), false)""",
    )
    assert {name for (name,) in behind} == TELL_OF_USERS | AUDITED | COUNTED | LET_BE_SHOWN


@pytest.mark.parametrize(("role", "table"), [(role, name) for role in LESSER for name in sorted(EVERY[role])])
def test_where_every_row_is_read_none_is_hidden(two: Stage, role: str, table: str) -> None:
    assert two.run(role, f"SELECT count(*) FROM {table}") == two.run("owner", f"SELECT count(*) FROM {table}")


# Reading what is another's.


@pytest.mark.parametrize("table", sorted(OWN["app"]))
def test_nobody_sees_a_row_without_speaking_for_somebody(two: Stage, table: str) -> None:
    assert two.run("owner", f"SELECT count(*) FROM {table}") != [(0,)]
    assert two.run("app", f"SELECT count(*) FROM {table}") == [(0,)]
    s.claim(two, "")
    assert two.run("app", f"SELECT count(*) FROM {table}") == [(0,)]


@pytest.mark.parametrize("table", sorted(OWN["app"]))
def test_speaking_shows_ones_own_rows_and_no_others(two: Stage, table: str) -> None:
    s.speak(two)
    assert s.holders(two, table) == s.mine(table)
    s.speak(two, OTHER, CLIENT)
    assert s.holders(two, table) == s.theirs(table)
    s.speak(two, CENTRE, "officer")
    count = f"SELECT count(*) FROM {table}"
    assert two.run("app", count) == (two.run("owner", count) if table in BOTH["app"] else [(0,)])


@pytest.mark.parametrize("table", sorted(OWN["app"]))
def test_copying_out_copies_ones_own_rows_alone(two: Stage, table: str) -> None:
    s.speak(two)
    key, among = s.KEY[table], ",".join(map(str, (s.MINE, s.THEIRS, "clerk", CLIENT)))
    query = f"COPY (SELECT {key} FROM {table} WHERE {key}::text = ANY('{{{among}}}')) TO STDOUT"
    with two.connection.cursor().copy(query.encode()) as copy:
        assert {bytes(row).decode().strip() for row in copy} == {str(one) for one in s.mine(table)}


def test_whoever_speaks_for_an_organisation_that_isnt_there_sees_nothing(two: Stage) -> None:
    s.speak(two, "9" * 18, "clerk")
    assert two.run("app", "SELECT count(*) FROM records_batch") == [(0,)]


@pytest.mark.parametrize("table", sorted(OWN["app"]))
@pytest.mark.parametrize("false", s.FALSE)
def test_a_false_claim_is_refused(two: Stage, table: str, false: Any) -> None:
    through, why = gets_through(two, lambda stage: false(stage) or bool(s.holders(stage, table)))
    assert not through
    assert "was not sealed for this transaction" in why


CLAIMS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=120)


@given(text=CLAIMS, code=st.sampled_from([MARKET, OTHER, ""]))
@settings(max_examples=60, deadline=None)
def test_no_text_speaks_for_anybody(furnished: Stage, text: str, code: str) -> None:
    with furnished.connection.transaction(force_rollback=True):
        s.furnish(furnished)
        for said in (text, text[:64].ljust(64, "0") + code + text[64:]):
            through, why = gets_through(furnished, saying(said))
            assert not through
            assert said == "" or "was not sealed for this transaction" in why
    furnished.connection.rollback()


def saying(text: str) -> Attack:
    def attack(stage: Stage) -> bool:
        s.claim(stage, text)
        return bool(s.holders(stage, s.BATCH))

    return attack


@pytest.mark.parametrize("table", sorted(CENTRES["app"]))
def test_the_credit_centre_alone_sees_every_providers_waiting_rows(two: Stage, table: str) -> None:
    every = two.run("owner", f"SELECT count(*) FROM {table}")
    assert every != [(0,)]
    assert two.run("app", f"SELECT count(*) FROM {table}") == [(0,)]
    s.speak(two)
    assert two.run("app", f"SELECT count(*) FROM {table}") == [(0,)]
    s.speak(two, CENTRE, "officer")
    assert two.run("app", f"SELECT count(*) FROM {table}") == every


# Changing what is another's.

CHANGES = {
    "delete": "DELETE FROM {table}",
    "delete-by-key": "DELETE FROM {table} WHERE {key} IS NOT NULL",
    "update": "UPDATE {table} SET {key} = {key}",
    "take-over": "UPDATE {table} SET {owner} = DEFAULT",
    "lock": "SELECT FROM {table} FOR UPDATE",
    "merge": "MERGE INTO {table} t USING (VALUES (1)) v (x) ON true WHEN MATCHED THEN DELETE",
}
OWNER = {
    s.BATCH: "provider_id",
    s.PROGRESS: "batch_id",
    s.FINDING: "batch_id",
    s.REPLAY: "asker",
    s.WAITING: "provider_id",
}
TABLES = sorted(OWNER)


@pytest.mark.parametrize(
    ("table", "role", "change"), list(product(TABLES, ("app", "public", "auditor", "admin", "eraser"), CHANGES))
)
def test_nobody_but_the_worker_changes_rows_of_a_provider(two: Stage, table: str, role: str, change: str) -> None:
    before = contents(two, table)
    s.speak(two)
    query = CHANGES[change].format(table=table, key=s.KEY[table], owner=OWNER[table])
    through, why = gets_through(two, lambda stage: stage.run(role, query) is not None)
    assert not through
    assert "InsufficientPrivilege" in why
    assert contents(two, table) == before


def contents(stage: Stage, table: str) -> set[str]:
    return {text for (text,) in stage.run("owner", f"SELECT ({table}.*)::text FROM {table}")}


def provider(stage: Stage, code: str) -> int:
    return int(stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)[0][0])


@pytest.mark.parametrize("speaks", [True, False])
def test_a_batch_is_entered_for_ones_own_organisation_alone(two: Stage, speaks: bool) -> None:
    for code in (MARKET, OTHER):
        row = batch(two.facts, 7200, provider_id=provider(two, code))

        def enter(stage: Stage, row: dict[str, Any] = row) -> bool:
            if speaks:
                s.speak(stage)
            stage.insert("app", s.BATCH, row)
            return True

        through, why = gets_through(two, enter)
        assert through is (speaks and code == MARKET)
        assert through or "violates row-level security policy" in why


def test_an_answer_is_kept_for_oneself_alone(two: Stage) -> None:
    for asker in ("clerk", CLIENT):
        row = s.replay(two, asker)

        def keep(stage: Stage, row: dict[str, Any] = row) -> bool:
            s.speak(stage)
            stage.insert("app", s.REPLAY, row)
            return True

        through, why = gets_through(two, keep)
        assert through is (asker == "clerk")
        assert through or "violates row-level security policy" in why


def test_a_row_that_is_taken_already_says_nothing_of_whose_it_is(two: Stage) -> None:
    """An insert that meets another's key is refused as one's own row, or as a double; it never shows or changes the other's row."""
    s.speak(two)
    ((key,),) = two.run("owner", "SELECT key FROM identity_check_replay WHERE asker = %s", CLIENT)
    query = """INSERT INTO identity_check_replay (asker, key, request, answer, at) VALUES (%s, %s, %s, 'mine', now())
        ON CONFLICT (asker, key) DO UPDATE SET answer = excluded.answer RETURNING answer"""
    through, why = gets_through(two, lambda stage: bool(stage.run("app", query, CLIENT, key, bytes(32))))
    assert not through
    assert "InsufficientPrivilege" in why


def test_numbers_of_anothers_batch_are_none(two: Stage) -> None:
    two.run("owner", "UPDATE records_batch SET provider_id = %s WHERE id = %s", provider(two, MARKET), two.facts.batch)
    query = "SELECT row_number FROM records_batch_versions(%s)"
    assert two.run("app", query, two.facts.batch) == []
    s.speak(two)
    assert two.run("app", query, two.facts.batch)
    s.speak(two, OTHER, CLIENT)
    assert two.run("app", query, two.facts.batch) == []


# The ways around.

AROUND = {
    "read-the-key": "SELECT FROM identity_row_key",
    "replace-the-function": "CREATE OR REPLACE FUNCTION identity_speaker() RETURNS bigint LANGUAGE sql RETURN 1",
    "become-the-owner": "SET ROLE chengxin_owner",
    "become-the-worker": "SET SESSION AUTHORIZATION chengxin_intake",
    "drop-the-policy": "DROP POLICY own_batch ON records_batch",
    "add-a-policy": "CREATE POLICY mine ON records_batch USING (true)",
    "switch-it-off": "ALTER TABLE records_batch DISABLE ROW LEVEL SECURITY",
    "bypass": "ALTER ROLE CURRENT_USER BYPASSRLS",
    "own-schema": "CREATE SCHEMA mine",
    "operator-in-public": "CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_catalog.int8eq)",
}


@pytest.mark.parametrize("role", ["app", "public", "auditor", "admin", "eraser"])
@pytest.mark.parametrize("way", AROUND)
def test_no_role_gets_around_it(cluster: tuple[str, Any], role: str, way: str) -> None:
    """By a login of its own: a superuser behind SET ROLE would be let off some of these."""
    with (
        psycopg.connect(cluster[1][role], autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(AROUND[way].encode())


def test_switching_row_security_off_makes_an_error_of_it(register: Register) -> None:
    with register.connect("app") as connection:
        connection.execute("SET row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="would be affected by row-level security"):
            connection.execute("SELECT FROM records_batch")


# Through the code, by a login as the web process has it.


def officer(login: str) -> User:
    return User.objects.select_related("organisation").get(login=login)


def a_batch(register: Register, code: str, number: int, now: datetime) -> None:
    register.become("owner")
    Batch.objects.create(
        pk=number, item=Item.objects.get(code="CF-ZRR"), edition=Edition.objects.earliest("pk"), digest=b"x", form="csv", size_bytes=1,
        provider=Organisation.objects.get(code=code), as_of=now.date(), received_at=now,
    )  # fmt: skip
    Finding.objects.create(batch_id=number, row_number=2, rule="minor", rule_version=1)


def test_queries_show_what_the_officer_speaks_for(register: Register, now: datetime) -> None:
    a_batch(register, MARKET, 1, now)
    a_batch(register, OTHER, 2, now)
    register.become("app")
    assert list(Batch.objects.all()) == []
    with speaking_as(officer("clerk")):
        assert [one.pk for one in Batch.objects.all()] == [1]
        assert [one.batch_id for one in Finding.objects.all()] == [1]
    assert list(Batch.objects.all()) == []
    assert list(Finding.objects.all()) == []


def test_a_claim_kept_for_later_is_worth_nothing(register: Register, now: datetime) -> None:
    """Not for the next transaction of the same connection, and not in another one."""
    from django.db import connection

    a_batch(register, MARKET, 1, now)
    register.become("app")
    with speaking_as(officer("clerk")), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('cx.speaker')")
        (said,) = cursor.fetchone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cx.speaker', %s, false)", [said])
    with pytest.raises(Exception, match="was not sealed for this transaction"):
        list(Batch.objects.all())
    with register.connect("app") as other:
        other.execute("SELECT set_config('cx.speaker', %s, false)", [said])
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="was not sealed for this transaction"):
            other.execute("SELECT FROM records_batch")


def test_nobody_speaks_outside_a_transaction(register: Register) -> None:
    with pytest.raises(RuntimeError, match="for one transaction"):
        speak_for(MARKET, "clerk")


def test_speaking_costs_two_statements(register: Register, django_assert_num_queries: Any) -> None:
    clerk = officer("clerk")
    with speaking_as(clerk):
        pass  # the vault reads its pointers once
    with django_assert_num_queries(4), speaking_as(clerk):  # with the ends of the transaction
        pass


def test_row_key_is_written_once_and_mended_at_the_next_start(register: Register) -> None:
    from chengxin.identity.speaking import settle_row_key

    held = "SELECT inner_pad, outer_pad, xmin::text FROM identity_row_key"
    before = register.rows(held)
    register.become("owner")
    settle_row_key()
    assert register.rows(held) == before
    with register.connect("owner") as connection:
        connection.execute("UPDATE identity_row_key SET inner_pad = outer_pad")
    settle_row_key()
    assert [row[:2] for row in register.rows(held)] == [row[:2] for row in before]
