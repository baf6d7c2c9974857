"""What the roles of the public site and of auditors can do with SQL of their own, by logins of their own: read their views and no more."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.system.checking import RECEIPTS
from tests.system.conftest import copied
from tests.system.stage import Stage, entry, stage_of

ROLES = ("public", "auditor")
RELATIONS = """SELECT relname::text, relkind::text FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') ORDER BY 1"""
# Every column that either may read. Names alone say what must not be among them: whose, which record, which field, keys and secrets.
COLUMNS = {
    "ground_worker": "alive",
    "public_code_value": "code_list edition label label_en place value",
    "public_edition": "code level name provisional source valid_from valid_until",
    "public_item": "behaviour code definition disclosure display_rule edition item_class level name name_en nature provider_kinds"
                   " provisional retention_rule share_class share_conditions update_cycle",
    "public_item_basis": "article gist item law link number provisional ref valid_from valid_until",
    "public_item_purpose": "code item name name_en needs organisation_kinds provisional",
    "public_organisation": "code kind name region",
    "public_shown": "item_class month region shown",
    "public_received": "changed late month new read refused undone waiting",
    "public_case": "done kind month",
    "public_every_edition": "code digest level name provisional source valid_from valid_until",
    "public_every_item": "code definition edition",
    "public_every_code_value": "code_list edition label label_en maps_to place provisional valid_from valid_until value",
    "public_purpose": "bases code kind name name_en needs note organisation_kinds past_view provisional",
    "public_law_article": "article evidence gist law link name number provisional ref valid_from valid_until",
    "public_suspension": "code kind law name since",
    "public_consultation": "edition is_open number organisation place returned title until",
    "public_draft_item": "change code definition number",
    "public_comment": "answer name number place text",
    "public_duty": "bases code form item_names item_names_en items keep_days may_store name name_en needs organisation_kinds provisional"
                   " purpose purpose_name purpose_name_en",
    "public_enrolment": "basis code duty kind name region valid_from valid_until",
    "public_feed": "index made_at note number",
    "public_signing_key": "number public since until use",
    "public_feedback": "answer answered_on place words",
    "public_page": "address body changed day depth facts heading id kind link path summary summary_en title",
    "public_picture": "content file height number width",
    "public_redirect": "path target",
    "audit_access": "as_of at basis case_reference channel duty entry_id officer organisation outcome person purpose reason",
    "audit_action": "act actor at id note subject",
    "audit_client_key": "addresses approved_at approved_by client_id entered_at entered_by key_from key_until kid name organisation"
                        " suspended_at suspended_by suspension_reason valid_from valid_until withdrawn_at withdrawn_by",
    "audit_grant": "granted_at granted_by id last_used login reason role valid_from valid_until withdrawal_reason withdrawn_at"
                   " withdrawn_by",
    "audit_officer": "demo display_name first_password id is_active last_login login organisation",
    "audit_organisation": "code kind name region superior valid_from valid_until",
    "audit_registration": "approved_at approved_by basis code daily_misses daily_quota entered_at entered_by field organisation"
                          " per_minute purpose valid_from valid_until withdrawal_reason withdrawn_at withdrawn_by",
    "audit_session": "began_at face login seen_at",
}  # fmt: skip
VIEWS = {
    "public": [name for name in COLUMNS if not name.startswith("audit_")],
    "auditor": [name for name in COLUMNS if name.startswith("audit_")],
}


@dataclass(frozen=True)
class Outside:
    """A furnished register, its owner's stage, and logins of the two roles on it."""

    stage: Stage
    addresses: dict[str, str]

    @contextmanager
    def login(self, role: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self.addresses[role], autocommit=True) as connection:
            yield connection


@pytest.fixture(scope="module")
def outside(cluster: tuple[str, dict[str, str]]) -> Iterator[Outside]:
    with copied(cluster[0]) as url, stage_of(url) as stage:
        name = stage.connection.info.dbname
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f"GRANT CONNECT ON DATABASE {name} TO chengxin_public, chengxin_auditor".encode())
        yield Outside(stage, {role: make_conninfo(cluster[1][role], dbname=name) for role in ROLES})


def refused(connection: psycopg.Connection[Any], query: str) -> bool:
    try:
        connection.execute(query.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("role", ROLES)
def test_it_reads_its_views_and_no_relation_else(outside: Outside, role: str) -> None:
    with outside.login(role) as connection:
        relations = connection.execute(RELATIONS).fetchall()
        read = {name for name, _ in relations if not refused(connection, f"SELECT * FROM {name} LIMIT 1")}
        assert read == set(VIEWS[role])
        assert all(refused(connection, f"SELECT nextval('{name}')") for name, kind in relations if kind == "S")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("change", ["INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}", "SELECT FROM {} FOR UPDATE",
                                    "LOCK TABLE {} IN SHARE MODE", "COMMENT ON TABLE {} IS 'x'", "GRANT SELECT ON {} TO PUBLIC",
                                    "CREATE INDEX ON {} ((1))", "DROP VIEW {}", "ALTER VIEW {} RESET (security_barrier)",
                                    "COPY {} TO PROGRAM 'cat'"])  # fmt: skip
def test_it_changes_no_relation(outside: Outside, role: str, change: str) -> None:
    with outside.login(role) as connection:
        own = {"DROP VIEW {}", "ALTER VIEW {} RESET (security_barrier)"}
        wanted = "v" if change in own else "rp" if change.startswith("GRANT") else "rpv"
        for name, kind in connection.execute(RELATIONS).fetchall():
            if kind not in wanted or (kind == "v" and change.startswith("CREATE INDEX")):
                continue
            with connection.transaction(force_rollback=True), pytest.raises(psycopg.Error) as why:
                connection.execute(change.format(name).encode())
            # A view of several tables takes no row from anybody, which is said before rights are looked at.
            assert isinstance(why.value, psycopg.errors.InsufficientPrivilege | psycopg.errors.WrongObjectType
                              | psycopg.errors.ObjectNotInPrerequisiteState), (name, why.value)  # fmt: skip
            assert kind == "v" or isinstance(why.value, psycopg.errors.InsufficientPrivilege), (name, why.value)


@pytest.mark.parametrize("role", ROLES)
def test_it_calls_no_function_but_its_own(outside: Outside, role: str) -> None:
    query = """SELECT p.oid::regprocedure::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
               AND has_function_privilege(p.oid, 'EXECUTE')"""
    with outside.login(role) as connection:
        open_ = {name for (name,) in connection.execute(query).fetchall()}
        assert open_ == (
            {
                "catalogue_comment_on(bigint,text,text)",
                "education_find_feedback(bytea)",
                "education_give_feedback(bytea,text,boolean,date,boolean)",
                "ground_kind()",
                "ground_seal_keeps_up()",
                "identity_find_receipt(text)",
                "records_publishable(bigint)",
                "sharing_check_report(text,bytea)",
            }
            if role == "public"
            else set()
        )
        assert refused(connection, "SELECT identity_settle_person(1)")
        assert refused(connection, "SELECT identity_speaker()")


OUT = {
    "become-the-owner": "SET ROLE chengxin_owner",
    "become-the-desk": "SET ROLE chengxin_app",
    "become-another": "SET SESSION AUTHORIZATION chengxin_app",
    "a-table": "CREATE TABLE mine (x int)",
    "a-temporary-table": "CREATE TEMP TABLE mine (x int)",
    "a-view": "CREATE VIEW mine AS SELECT 1",
    "a-function": "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
    "a-temporary-function": "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql RETURN 1",
    "a-schema": "CREATE SCHEMA mine",
    "an-extension": "CREATE EXTENSION vector",
    "a-role": "CREATE ROLE mine",
    "more-power": "ALTER ROLE CURRENT_USER BYPASSRLS",
    "a-file": "SELECT pg_read_file('PG_VERSION')",
    "a-folder": "SELECT pg_ls_dir('.')",
    "a-file-by-copy": "COPY (SELECT 1) TO '/dev/null'",
    "a-program": "COPY (SELECT 1) TO PROGRAM 'cat'",
    "a-large-object-of-a-file": "SELECT lo_import('/etc/hostname')",
    "passwords": "SELECT rolpassword FROM pg_authid",
    "statistics": "SELECT FROM pg_statistic",
    "settings-of-the-server": "ALTER SYSTEM SET fsync = off",
    "configuration": "SELECT pg_reload_conf()",
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("way", OUT)
def test_there_is_no_way_out(outside: Outside, role: str, way: str) -> None:
    with outside.login(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(OUT[way].encode())


@pytest.mark.parametrize("role", ROLES)
def test_statistics_and_others_statements_tell_nothing(outside: Outside, role: str) -> None:
    outside.stage.run("owner", "SELECT 'said by the owner'")
    with outside.login(role) as connection:
        assert connection.execute("SELECT count(*) FROM pg_stats WHERE schemaname = 'public'").fetchall() == [(0,)]
        others = "SELECT DISTINCT query FROM pg_stat_activity WHERE usename <> current_user"
        assert {text for (text,) in connection.execute(others).fetchall()} <= {"<insufficient privilege>", ""}


@pytest.mark.parametrize("role", ROLES)
def test_the_columns_are_these(outside: Outside, role: str) -> None:
    query = """SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1"""
    with outside.login(role) as connection:
        for name in VIEWS[role]:
            found = [column for (column,) in connection.execute(query, [name]).fetchall()]
            assert " ".join(sorted(found)) == COLUMNS[name], name


def test_every_view_of_theirs_is_a_barrier(outside: Outside) -> None:
    query = """SELECT relname::text FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
               AND 'security_barrier=true' = ANY(reloptions)"""
    assert {name for (name,) in outside.stage.run("owner", query)} == set(COLUMNS)


def test_a_receipt_is_told_to_whoever_holds_its_number(outside: Outside) -> None:
    with outside.login("public") as connection:
        found = connection.execute("SELECT * FROM identity_find_receipt(%s)", [RECEIPTS[25]]).fetchall()
        assert len(found) == 1
        for guess in ("", "%", "V%", RECEIPTS[0], None):
            assert connection.execute("SELECT * FROM identity_find_receipt(%s)", [guess]).fetchall() == []


def test_nothing_of_a_person_stands_in_what_either_reads(outside: Outside) -> None:
    """Everything that is there to be read, as text, against the hashes and sealed values that the register holds."""
    secret = {
        text
        for query in ("SELECT encode(code_hash, 'hex') FROM identity_code", "SELECT encode(name_tag, 'hex') FROM identity_code",
                      "SELECT password FROM identity_user WHERE password <> ''", "SELECT encode(digest, 'hex') FROM identity_recovery_code",
                      "SELECT encode(key_digest, 'hex') FROM identity_session", "SELECT encode(name_sealed, 'hex') FROM identity_person")
        for (text,) in outside.stage.run("owner", query)
    }  # fmt: skip
    assert len(secret) > 5
    for role in ROLES:
        with outside.login(role) as connection:
            for name in VIEWS[role]:
                for (row,) in connection.execute(f"SELECT ({name}.*)::text FROM {name}".encode()).fetchall():
                    assert not [one for one in secret if one in row], name


def test_an_auditor_tells_calls_about_one_person_from_those_about_another(outside: Outside) -> None:
    stage = outside.stage
    with stage.connection.transaction(force_rollback=True):
        for subject, case in ((stage.facts.wang, "a"), (stage.facts.wang, "b"), (stage.facts.limited, "c")):
            stage.insert("owner", "ground_access_entry", entry(stage.facts, subject_id=subject, case_reference=case))
        query = "SELECT case_reference, person, officer, purpose FROM audit_access WHERE case_reference IN ('a', 'b', 'c') ORDER BY 1"
        (a, b, c) = stage.run("auditor", query)
    assert a[1] == b[1] != c[1]
    assert a[2:] == ("officer", "CK-FW")
    assert {len(one[1]) for one in (a, c)} == {32}


def test_an_auditor_reads_who_was_granted_what_by_whom(outside: Outside) -> None:
    with outside.login("auditor") as connection:
        granted = connection.execute("SELECT login, role FROM audit_grant WHERE withdrawn_at IS NULL").fetchall()
        assert {("clerk", "clerk"), ("security", "security_admin")} <= set(granted)
        (row,) = connection.execute(
            "SELECT entered_by, approved_by FROM audit_registration WHERE code = 'SM-JT-9500'"
        ).fetchall()
        assert row == ("system", "security")
        assert connection.execute("SELECT FROM audit_action WHERE actor = 'clerk'").fetchall()
