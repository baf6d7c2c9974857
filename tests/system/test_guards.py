"""Take each guard of the database away: the attack that it stops must then get through, and must not before."""

import tomllib
from pathlib import Path

import psycopg
import pytest

import chengxin
from chengxin.ground.locks import ROLES, fill, role_names
from chengxin.lib.sql import statements
from tests.conftest import TEMPLATE
from tests.system import attacks as a
from tests.system.guards import CLAUSES, GUARDS
from tests.system.privileges import Grant, granted, probe, revocation, told
from tests.system.stage import SHOWN, Stage, gets_through

LOCKS = Path(chengxin.__file__).parent / "records" / "sql" / "locks.sql"
MATRIX = told(tomllib.loads((Path(__file__).parent / "privileges.toml").read_text()))
FOREIGN = "relname !~ '^(django|auth|procrastinate)_'"
INVENTORY = f"""
    SELECT 'policy ' || tablename || '.' || policyname FROM pg_policies
    UNION ALL SELECT 'row security ' || relname FROM pg_class WHERE relrowsecurity
    UNION ALL SELECT 'trigger ' || relname || '.' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND {FOREIGN}
    UNION ALL SELECT 'check ' || relname || '.' || conname FROM pg_constraint o JOIN pg_class c ON c.oid = conrelid
        WHERE contype = 'c' AND relnamespace = 'public'::regnamespace AND {FOREIGN}"""


def test_every_object_of_the_database_has_a_guard(stage: Stage) -> None:
    assert {name for (name,) in stage.run("owner", INVENTORY)} == GUARDS.keys()


@pytest.mark.parametrize("name", GUARDS)
def test_without_the_object_its_attack_gets_through(stage: Stage, name: str) -> None:
    guard = GUARDS[name]
    through, told_why = gets_through(stage, guard.attack)
    assert through is guard.lets, told_why
    without, why = gets_through(stage, lambda _: bool(stage.run("owner", guard.weaken)) or guard.attack(stage))
    assert without is not guard.lets, why
    assert guard.refusal in (why if guard.lets else told_why)


@pytest.mark.parametrize("name", CLAUSES)
def test_without_the_clause_its_attack_gets_through(stage: Stage, name: str) -> None:
    clause = CLAUSES[name]
    body = statements(LOCKS)[clause.statement]
    assert clause.text in body
    through, why = gets_through(stage, clause.attack)
    assert not through
    assert clause.refusal in why
    stage.run(
        "owner", fill(body.replace(clause.text, clause.without), role_names("chengxin")).decode().replace("%", "%%")
    )
    through, why = gets_through(stage, clause.attack)
    assert through, why


def test_whoever_may_execute_the_guard_can_hide_a_record(stage: Stage) -> None:
    through, why = gets_through(stage, a.hang_the_guard_on_ones_own_table)
    assert not through
    assert "permission denied for function records_guard_versions" in why
    stage.run("owner", "GRANT EXECUTE ON FUNCTION records_guard_versions() TO PUBLIC")
    assert gets_through(stage, a.hang_the_guard_on_ones_own_table) == (True, "")


def test_definers_functions_meet_temporary_objects_last(stage: Stage) -> None:
    settings = stage.run(
        "owner", "SELECT proname, proconfig FROM pg_proc WHERE prosecdef AND proname !~ '^procrastinate'"
    )
    assert settings
    path = "search_path=pg_catalog, public, pg_temp"
    assert {name for name, setting in settings if path not in (setting or ())} == set()


@pytest.mark.parametrize("attack", [a.see_the_withdrawn, a.load_by_copy, a.erase_what_is_not_due, a.erase_blindly])
def test_refused_whatever_single_guard_stands(stage: Stage, attack: a.Attack) -> None:
    assert not gets_through(stage, attack)[0]


def test_copy_into_the_ledger_is_refused_by_row_security(stage: Stage) -> None:
    assert "COPY FROM not supported with row-level security" in gets_through(stage, a.load_by_copy)[1]


def test_gate_without_settings_is_an_error(furnished: Stage) -> None:
    look = "SELECT FROM records_shown WHERE record_id = %s"
    with psycopg.connect(furnished.connection.info.dsn, password=furnished.connection.info.password) as fresh:
        stage = Stage(fresh, furnished.facts)
        through, why = gets_through(stage, lambda one: bool(one.run("app", look, SHOWN)))
        assert (through, "unrecognized configuration parameter" in why) == (False, True)
        assert stage.sees(SHOWN)
        fresh.commit()
        through, why = gets_through(stage, lambda one: bool(one.run("app", look, SHOWN)))
        assert (through, "InvalidDatetimeFormat" in why or "InvalidTextRepresentation" in why) == (False, True)


def test_application_can_make_no_object_of_its_own(stage: Stage) -> None:
    for role in ("app", "public", "auditor", "eraser"):
        for make in ("CREATE TEMP TABLE mine (x int)", "CREATE TABLE mine (x int)", "CREATE SCHEMA mine"):
            _, why = gets_through(stage, lambda one, role=role, make=make: not one.run(role, make))  # type: ignore[misc]
            assert "InsufficientPrivilege" in why, (role, make)


def test_no_role_of_the_application_stands_above_the_guards(stage: Stage) -> None:
    powers = "rolsuper, rolbypassrls, rolcreatedb, rolreplication, rolcreaterole"
    found = dict(
        stage.run(
            "owner", f"SELECT rolname, ARRAY[{powers}] FROM pg_roles WHERE rolname LIKE 'chengxin%%' AND %s", True
        )
    )
    assert found == {f"chengxin_{role}": [False, False, False, False, role == "owner"] for role in ROLES}
    members = stage.run("owner", "SELECT roleid::regrole::text, member::regrole::text FROM pg_auth_members WHERE set_option"
                        " AND member::regrole::text LIKE 'chengxin%%' AND %s", True)  # fmt: skip
    assert members == []


# Grants.


def test_grants_are_exactly_those_written_down(stage: Stage) -> None:
    found = granted(stage, TEMPLATE)
    assert found - MATRIX == set(), "granted and not written down"
    assert MATRIX - found == set(), "written down and not granted"


# PUBLIC holds the schema too, and whether a role may connect can't be tried inside a connection.
TRIED = sorted(
    grant for grant in MATRIX if grant.role != "public()" and grant.privilege != "CONNECT" and grant.kind != "schema"
)


@pytest.mark.parametrize("grant", TRIED, ids=str)
def test_without_the_grant_its_use_is_refused(stage: Stage, grant: Grant) -> None:
    query = probe(grant, stage)
    stage.look("SELECT")
    assert gets_through(stage, lambda one: one.run(grant.role, query) is not None) == (True, "")
    stage.run("owner", revocation(grant, stage))
    through, why = gets_through(stage, lambda one: one.run(grant.role, query) is not None)
    assert not through
    assert "InsufficientPrivilege: permission denied" in why
