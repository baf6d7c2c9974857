"""Take each guard of the database away: the attack that it stops must then get through, and must not before."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

import chengxin
from chengxin.ground.locks import ROLES, fill, role_names
from chengxin.lib.periods import turns
from chengxin.lib.sql import statements
from chengxin.records.terms import tables
from tests.conftest import TEMPLATE
from tests.system import (
    adjudicating,
    cataloguing,
    editing,
    guards,
    guards_of_adjudication,
    guards_of_announcing,
    guards_of_backtests,
    guards_of_batches,
    guards_of_catalogue,
    guards_of_checks,
    guards_of_clerks,
    guards_of_contacts,
    guards_of_correcting,
    guards_of_duties,
    guards_of_endings,
    guards_of_feedback,
    guards_of_hours,
    guards_of_leave,
    guards_of_leave_papers,
    guards_of_links,
    guards_of_login,
    guards_of_marks,
    guards_of_minors,
    guards_of_oneself,
    guards_of_organisations,
    guards_of_pushed,
    guards_of_rebuilds,
    guards_of_registers,
    guards_of_reports,
    guards_of_restorations,
    guards_of_review,
    guards_of_rows,
    guards_of_sandbox,
    guards_of_scans,
    guards_of_sealing,
    guards_of_site,
    guards_of_transfers,
    guards_of_views,
    guards_of_waivers,
    guards_of_ways,
    guards_of_who,
    guards_of_window,
    organising,
)
from tests.system import attacks as a
from tests.system import writings as w
from tests.system.privileges import Grant, granted, probe, revocation, told
from tests.system.stage import SHOWN, Stage, gets_through, payload

EVERY = (
    guards,
    guards_of_adjudication,
    guards_of_announcing,
    guards_of_backtests,
    guards_of_batches,
    guards_of_catalogue,
    guards_of_checks,
    guards_of_clerks,
    guards_of_contacts,
    guards_of_correcting,
    guards_of_duties,
    guards_of_endings,
    guards_of_feedback,
    guards_of_hours,
    guards_of_leave,
    guards_of_leave_papers,
    guards_of_links,
    guards_of_organisations,
    guards_of_pushed,
    guards_of_rebuilds,
    guards_of_registers,
    guards_of_reports,
    guards_of_restorations,
    guards_of_review,
    guards_of_rows,
    guards_of_sandbox,
    guards_of_scans,
    guards_of_sealing,
    guards_of_site,
    guards_of_login,
    guards_of_minors,
    guards_of_oneself,
    guards_of_transfers,
    guards_of_views,
    guards_of_marks,
    guards_of_waivers,
    guards_of_who,
    guards_of_window,
    guards_of_ways,
)
GUARDS = {name: guard for part in EVERY for name, guard in part.GUARDS.items()}
CLAUSES = {name: clause for part in EVERY for name, clause in part.CLAUSES.items()}
LOCKS = sorted(Path(chengxin.__file__).parent.glob("*/sql/locks*.sql"))
MATRIX = told(tomllib.loads((Path(__file__).parent / "privileges.toml").read_text()))
FOREIGN = "relname !~ '^(django|auth|procrastinate|wagtail[a-z]*|taggit)_'"
INVENTORY = f"""
    SELECT 'policy ' || tablename || '.' || policyname FROM pg_policies
    UNION ALL SELECT 'row security ' || relname FROM pg_class WHERE relrowsecurity
    UNION ALL SELECT 'trigger ' || relname || '.' || tgname FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND ({FOREIGN} OR tgname ~ '^pages_')
    UNION ALL SELECT 'check ' || relname || '.' || conname FROM pg_constraint o JOIN pg_class c ON c.oid = conrelid
        WHERE contype = 'c' AND relnamespace = 'public'::regnamespace AND {FOREIGN}"""


def lock(name: str) -> str:
    """Give a statement of the locks by its name, which stands in one file alone."""
    (body,) = [named[name] for named in map(statements, LOCKS) if name in named]
    return body


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
    body = lock(clause.statement)
    assert clause.text in body
    through, why = gets_through(stage, clause.attack)
    assert not through
    assert clause.refusal in why
    stage.run("owner", fill(body.replace(clause.text, clause.without), role_names("chengxin")).decode())
    through, why = gets_through(stage, clause.attack)
    assert through, why


def test_day_of_finality_is_the_databases_own(stage: Stage) -> None:
    """A moment to come is refused by itself, so that guard is taken away first."""
    body = lock("guard_versions")
    weaker = body.replace("told.recorded_at > clock_timestamp()", "false")
    stage.run("owner", fill(weaker, role_names("chengxin")).decode())
    through, why = gets_through(stage, w.write_what_is_final_tomorrow_as_if_today_were_tomorrow)
    assert not through
    assert "a record stands against nobody" in why


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(w.write_an_honour, id="honour-needs-no-end-and-no-capacity"),
        pytest.param(w.write_a_payload, id="values-of-a-version"),
        pytest.param(organising.licence_in_force, id="a-licensed-agency-hands-in"),
        pytest.param(organising.place("140000", "140105"), id="a-provincial-superior"),
        pytest.param(organising.place("100000", "140105"), id="a-national-superior"),
        pytest.param(organising.licences(), id="a-licence"),
        pytest.param(organising.ends_a_licence(), id="the-end-of-a-licence"),
        pytest.param(organising.confirm_by("colleague"), id="a-delegation-confirmed"),
        pytest.param(organising.acts(), id="acting-for-another"),
        *(pytest.param(attack, id=name) for name, attack in guards_of_sealing.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_transfers.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_who.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_sandbox.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_backtests.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_site.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_rebuilds.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_ways.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_waivers.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_contacts.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_correcting.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_registers.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_reports.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_window.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_restorations.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_review.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_feedback.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_scans.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_duties.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_announcing.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_leave.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_leave_papers.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_links.SOUND.items()),
        *(pytest.param(attack, id=name) for name, attack in guards_of_pushed.SOUND.items()),
        pytest.param(editing.publishes(), id="an-edition-of-a-draft"),
        pytest.param(cataloguing.follows(), id="an-article-that-follows"),
        pytest.param(adjudicating.withdraw_what_the_row_names, id="a-correction-decided-on"),
    ],
)
def test_what_is_sound_gets_through(stage: Stage, attack: a.Attack) -> None:
    assert gets_through(stage, attack) == (True, "")


def test_minor_record_that_never_shows_is_kept(stage: Stage) -> None:
    today = stage.facts.today
    attack = w.writes(grade="minor", shown_from=today, shown_until=today)
    assert gets_through(stage, attack) == (True, "")


def test_term_begun_today_lengthens_what_may_show(stage: Stage) -> None:
    w.add_term(stage, "display-grade", "general_max", 24, 0)
    w.add_term(stage, "adverse-retention", "keep", 10, 0)
    assert gets_through(stage, w.write_what_shows_for_longer_than_its_grade) == (True, "")
    assert gets_through(stage, w.write_what_is_kept_for_longer_than_five_years) == (True, "")


def test_values_of_a_version_that_no_longer_stands_at_the_tables_end_are_taken(stage: Stage) -> None:
    """And with the look-up by key taken away they are not: the table's end alone would be too short."""
    for record in range(100, 400):
        stage.write(record_id=record)
    values = payload(stage.facts, 100)

    def late(one: Stage) -> bool:
        one.insert("intake", "records_payload", values)
        return True

    assert gets_through(stage, late) == (True, "")
    alone = lock("guard_payloads").replace(") AND EXISTS (", ") OR EXISTS (")
    stage.run("owner", fill(alone, role_names("chengxin")).decode())
    assert not gets_through(stage, late)[0]


def test_terms_stand_in_the_database_as_in_their_files(stage: Stage) -> None:
    held = stage.run("owner", "SELECT name, number, valid_from, unit, value FROM records_term")
    assert sorted(held) == sorted(
        (term.name, number, term.valid_from, term.unit.value, value)
        for table in tables().values()
        for term in table.terms
        for number, value in term.numbers.items()
    )
    assert stage.run("owner", "SELECT grade, extract(year FROM shown) * 12 + extract(month FROM shown) FROM records_longest_display"
                     " ORDER BY grade") == [("", 24), ("general", 12), ("minor", 0), ("serious", 36)]  # fmt: skip
    assert stage.run("owner", "SELECT extract(year FROM kept) FROM records_longest_retention") == [(5,)]


def test_no_eighteen_years_are_longer_than_the_guard_says() -> None:
    """So that its comparison of plain numbers of days never lets go what the exact one would stop."""
    first = date(1900, 1, 1)
    born = (first + timedelta(days=days) for days in range(40_000))
    assert max(turns(day, 18) - day for day in born) < timedelta(days=6576)
    assert "f.ended < p.born + 6576" in lock("guard_versions")
    assert "coalesce(ended, decided) < p.born + 6576" in lock("gate")


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


@pytest.mark.parametrize("attack", [a.see_the_withdrawn, w.load_by_copy, a.erase_what_is_not_due, a.erase_blindly])
def test_refused_whatever_single_guard_stands(stage: Stage, attack: a.Attack) -> None:
    assert not gets_through(stage, attack)[0]


def test_copy_into_the_ledger_is_refused_by_row_security(stage: Stage) -> None:
    assert "COPY FROM not supported with row-level security" in gets_through(stage, w.load_by_copy)[1]


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
