"""Each view of the public against SQL of the public's own: rows that it hides, writing through it, the tables beneath it.

The views are those that the database has: one without an attack fails here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from chengxin.records.reconciliation import FIGURES
from tests.people import CENTRE, OTHER
from tests.system.cataloguing import ADVERSE, begin, comments, put, step
from tests.system.correcting import OTHER_TOKEN
from tests.system.enrolling import asked, duty, place
from tests.system.saying import said
from tests.system.siting import NEWS, moved, sees_picture
from tests.system.stage import Stage

VIEWS = """SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')
           AND relname LIKE 'public\\_%' ORDER BY 1"""
# Every table and view that a view reads, and those that these read.
BENEATH = """
    WITH RECURSIVE beneath AS (
        SELECT %s::regclass::oid AS view
        UNION SELECT d.refobjid FROM beneath b JOIN pg_rewrite r ON r.ev_class = b.view
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
    )
    SELECT c.oid::regclass::text FROM beneath b JOIN pg_class c ON c.oid = b.view
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relname NOT LIKE 'public\\_%%'"""
UNLOCKED = ("edition", "item_version", "item_basis", "item_purpose", "code_value", "article", "law_event")
BUILT = (
    """INSERT INTO catalogue_edition (id, code, level, name, valid_from, digest, provisional, source, loaded_at)
       VALUES (9001, 'E-HID', 'national', 'x', '2000-01-01', 'x', true, '{x}', now())""",
    "INSERT INTO catalogue_item (code) VALUES ('X-HID')",
    """INSERT INTO catalogue_item_version SELECT (jsonb_populate_record(v, jsonb_build_object('id', 30000, 'edition_id', 9001,
           'considered_at', '2000-01-01', 'item_id', (SELECT id FROM catalogue_item WHERE code = 'X-HID'),
           'definition', v.definition || '{"code": "X-HID", "purposes": ["P-HID"]}'))).*
       FROM catalogue_item_version v LIMIT 1""",
    "INSERT INTO catalogue_article (ref, law_id, article, gist) SELECT 'R-HID', min(code), 'x', '' FROM catalogue_law",
    "INSERT INTO catalogue_item_basis (itemversion_id, article_id) VALUES (30000, 'R-HID')",
    """INSERT INTO catalogue_purpose SELECT (jsonb_populate_record(p, '{"id": 30000, "code": "P-HID"}')).*
       FROM catalogue_purpose p LIMIT 1""",
    "INSERT INTO catalogue_purpose_basis (purpose_id, article_id) VALUES (30000, 'R-HID')",
    "INSERT INTO catalogue_item_purpose (itemversion_id, purpose_id) VALUES (30000, 30000)",
    """INSERT INTO catalogue_code_value (edition_id, code_list, value, label, label_en, maps_to, provisional)
       VALUES (9001, 'x', 'V-HID', 'x', '', '', true)""",
    """INSERT INTO catalogue_law_event (law_id, articles, kind, on_day, what, source, due_on, entered_by_id, entered_at)
       SELECT a.law_id, '{R-HID}', 'changed', '2020-01-01', 'x', 'x', '2020-02-01', u.id, now()
       FROM catalogue_article a, identity_user u WHERE a.ref = 'R-HID' AND u.login = 'officer'""",
)


def unsealed(stage: Stage) -> None:
    """Write an edition with all that hangs on one, which would be in force, and leave it open."""
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    for table in UNLOCKED:
        stage.run("owner", f"ALTER TABLE catalogue_{table} DISABLE TRIGGER USER")
    for statement in BUILT:
        stage.run("owner", statement)


def to_come(stage: Stage) -> None:
    """Write an edition that begins tomorrow."""
    unsealed(stage)
    stage.run("owner", "UPDATE catalogue_edition SET sealed_at = now(), valid_from = %s WHERE id = 9001",
              stage.facts.today + timedelta(days=1))  # fmt: skip


def drafted(stage: Stage) -> None:
    """Draft an item that nobody was asked about yet."""
    put(stage, begin(stage, title="T-HID"), code="D-HID")


def commented(stage: Stage) -> None:
    """Let somebody comment on a draft, unanswered."""
    draft = begin(stage)
    put(stage, draft, ADVERSE)
    for kind in ("submit", "review", "consult"):
        step(stage, draft, kind)
    assert comments(stage, draft, "C-HID")


def taken_off(stage: Stage) -> None:
    """Take a page off, with a picture in it and a redirect to it."""
    sees_picture(live=False)(stage)
    stage.run("owner", f"UPDATE wagtailcore_page SET title = 'P-HID' WHERE id = {NEWS}")
    moved("UPDATE wagtailredirects_redirect SET old_path = '/R-HID'")(stage)


def unagreed(stage: Stage) -> None:
    """Let the public say something that a second officer hasn't agreed to show."""
    said(stage, words="F-HID")


def of_a_duty_to_come(stage: Stage) -> None:
    """Publish a duty item that holds from tomorrow on."""
    duty(stage, code="Q-HID", valid_from=stage.facts.today + timedelta(days=1))


def applied_for(stage: Stage) -> None:
    """Let another organisation apply for a duty item, undecided."""
    asked(stage, organisation_id=place(stage, OTHER))


def nothing(_: Stage) -> None:
    """The row that is hidden is there already."""


def of_this_month(stage: Stage) -> None:
    """Enter figures of a day of the month that goes on, and have a batch undone in it."""
    ((item,),) = stage.run("owner", "SELECT max(id) FROM catalogue_item")
    counts = dict.fromkeys(FIGURES, 0) | {"shown": 500, "held": 4711}
    stage.insert("owner", "records_day_figures", counts | {"provider_id": 1, "item_id": item, "day": stage.facts.today})
    stage.run("owner", "ALTER TABLE records_undoing DISABLE TRIGGER USER")
    stage.run(
        "owner",
        """UPDATE records_undoing SET agreed = true, second_at = now(), done_at = now(),
               second_by_id = (SELECT max(id) FROM identity_user WHERE id <> decided_by_id)""",
    )


THIS_MONTH = f"{datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}"


@dataclass(frozen=True)
class Hidden:
    """A row beneath a view that it doesn't show: how it gets there, by what it is known, and where the owner finds it."""

    made: object
    column: str
    value: str
    there: str


WAITING_TOKEN = OTHER_TOKEN.hex()
HIDDEN = {
    "public_edition": Hidden(to_come, "code", "E-HID", "catalogue_edition WHERE code = 'E-HID'"),
    "public_every_edition": Hidden(unsealed, "code", "E-HID", "catalogue_edition WHERE code = 'E-HID'"),
    "public_item": Hidden(to_come, "code", "X-HID", "catalogue_item WHERE code = 'X-HID'"),
    "public_every_item": Hidden(unsealed, "code", "X-HID", "catalogue_item WHERE code = 'X-HID'"),
    "public_item_basis": Hidden(to_come, "ref", "R-HID", "catalogue_item_basis WHERE article_id = 'R-HID'"),
    "public_item_purpose": Hidden(to_come, "code", "P-HID", "catalogue_purpose WHERE code = 'P-HID'"),
    "public_code_value": Hidden(to_come, "value", "V-HID", "catalogue_code_value WHERE value = 'V-HID'"),
    "public_every_code_value": Hidden(unsealed, "value", "V-HID", "catalogue_code_value WHERE value = 'V-HID'"),
    "public_purpose": Hidden(unsealed, "code", "P-HID", "catalogue_purpose WHERE code = 'P-HID'"),
    "public_law_article": Hidden(unsealed, "ref", "R-HID", "catalogue_article WHERE ref = 'R-HID'"),
    "public_suspension": Hidden(unsealed, "code", "X-HID", "catalogue_suspension WHERE item_version_id = 30000"),
    "public_consultation": Hidden(drafted, "title", "T-HID", "catalogue_draft WHERE title = 'T-HID'"),
    "public_draft_item": Hidden(drafted, "code", "D-HID", "catalogue_draft_item WHERE code = 'D-HID'"),
    "public_comment": Hidden(commented, "text", "C-HID", "catalogue_comment WHERE text = 'C-HID'"),
    "public_shown": Hidden(of_this_month, "month", THIS_MONTH, "records_day_figures WHERE held = 4711"),
    "public_received": Hidden(of_this_month, "month", THIS_MONTH, "records_day_figures WHERE held = 4711"),
    "public_case": Hidden(of_this_month, "month", THIS_MONTH, "records_undoing WHERE agreed = true"),
    "public_page": Hidden(taken_off, "title", "P-HID", "wagtailcore_page WHERE title = 'P-HID'"),
    "public_picture": Hidden(taken_off, "file", "images/x.jpg", "pages_file WHERE name = 'images/x.jpg'"),
    "public_redirect": Hidden(taken_off, "path", "/R-HID", "wagtailredirects_redirect WHERE old_path = '/R-HID'"),
    "public_feedback": Hidden(unagreed, "words", "F-HID", "education_feedback WHERE words = 'F-HID'"),
    "public_duty": Hidden(of_a_duty_to_come, "code", "Q-HID", "sharing_duty WHERE code = 'Q-HID'"),
    "public_enrolment": Hidden(applied_for, "code", OTHER, f"identity_organisation WHERE code = '{OTHER}'"),
    "public_feed": Hidden(nothing, "note", WAITING_TOKEN, f"sharing_revocation WHERE token = '\\x{WAITING_TOKEN}'"),
    "public_signing_key": Hidden(nothing, "use", "international", "identity_vault_key WHERE suite = 'international'"),
    "public_organisation": Hidden(nothing, "code", CENTRE, f"identity_organisation WHERE code = '{CENTRE}'"),
}
# Conditions that tell of a row by an error, or by a notice, when they are tried on it.
LEAKS = {
    "division": "CASE WHEN {column} = '{value}' THEN 1 / (length({column}) - length({column})) END = 1",
    "cast": "CASE WHEN {column} = '{value}' THEN ({column}::text || 'x')::int END = 1",
    "pattern": "CASE WHEN {column} = '{value}' THEN {column} ~ '[' END",
    "plain": "{column} = '{value}'",
    "like": "{column} LIKE '{value}'",
}
WRITES = (
    "INSERT INTO {view} ({column}) VALUES ('x')",
    "INSERT INTO {view} DEFAULT VALUES",
    "UPDATE {view} SET {column} = 'x'",
    "UPDATE {view} SET {column} = 'x' WHERE {column} = '{value}'",
    "DELETE FROM {view} WHERE {column} = '{value}'",
    "MERGE INTO {view} v USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET {column} = 'x'",
    "MERGE INTO {view} v USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT ({column}) VALUES ('x')",
    "COPY {view} ({column}) FROM PROGRAM 'echo x'",
    "CREATE RULE opened AS ON INSERT TO {view} DO INSTEAD NOTHING",
    "CREATE OR REPLACE VIEW {view} AS SELECT 1 AS {column}",
    "ALTER VIEW {view} OWNER TO CURRENT_USER",
    "ALTER VIEW {view} SET (security_invoker = true)",
    "TRUNCATE {view}",
)


def made(stage: Stage, view: str) -> Hidden:
    hidden = HIDDEN[view]
    assert callable(hidden.made)
    hidden.made(stage)
    assert stage.run("owner", f"SELECT FROM {hidden.there}"), "nothing is hidden, so nothing is tried"
    return hidden


def test_every_view_of_the_public_has_an_attack(stage: Stage) -> None:
    assert {view for (view,) in stage.run("owner", VIEWS)} == set(HIDDEN)


def test_the_role_reads_no_view_of_another_name(stage: Stage) -> None:
    query = """SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
               AND has_any_column_privilege('chengxin_public', oid, 'SELECT') AND relname NOT LIKE 'public\\_%'"""
    assert stage.run("owner", query) == [("ground_worker",)]


@pytest.mark.parametrize("view", HIDDEN)
@pytest.mark.parametrize("leak", LEAKS)
def test_a_condition_of_the_readers_own_meets_no_hidden_row(stage: Stage, view: str, leak: str) -> None:
    hidden = made(stage, view)
    condition = LEAKS[leak].format(column=hidden.column, value=hidden.value)
    assert stage.run("public", f"SELECT FROM {view} WHERE {condition}") == []
    assert stage.run("public", f"SELECT count(*) FILTER (WHERE {condition}) FROM {view}") == [(0,)]


@pytest.mark.parametrize("view", HIDDEN)
def test_conditions_have_teeth(stage: Stage, view: str) -> None:
    """On a row that a view shows, or that the owner reads, they do tell: so that what hides a row is the view and not the condition."""
    hidden = made(stage, view)
    table, _, where = hidden.there.partition(" WHERE ")
    column = where.partition(" = ")[0]
    teeth = f"SELECT FROM {table} WHERE CASE WHEN {where} THEN 1 / (length({column}::text) - length({column}::text)) END = 1"
    with pytest.raises(psycopg.errors.DivisionByZero), stage.connection.transaction():
        stage.run("owner", teeth)


@pytest.mark.parametrize("view", HIDDEN)
@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_written_through_it(stage: Stage, view: str, write: str) -> None:
    hidden = HIDDEN[view]
    statement = write.format(view=view, column=hidden.column, value=hidden.value)
    with pytest.raises(psycopg.Error) as why, stage.connection.transaction():
        stage.run("public", statement)
    # What a view of several tables, or with DISTINCT, can't do for anybody is said before rights are looked at.
    assert isinstance(why.value, psycopg.errors.InsufficientPrivilege | psycopg.errors.ObjectNotInPrerequisiteState
                      | psycopg.errors.WrongObjectType | psycopg.errors.FeatureNotSupported), why.value  # fmt: skip


@pytest.mark.parametrize("view", HIDDEN)
def test_what_lies_beneath_it_is_not_read(stage: Stage, view: str) -> None:
    tables = [name for (name,) in stage.run("owner", BENEATH, view)]
    assert tables
    for table in tables:
        for ask in (
            "SELECT * FROM {} LIMIT 1",
            "SELECT count(*) FROM {}",
            "SELECT FROM {} WHERE false",
            "TABLE {}",
            "COPY {} TO STDOUT",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), stage.connection.transaction():
                stage.run("public", ask.format(table))
    columns = """SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
                 AND has_column_privilege('chengxin_public', attrelid, attnum, 'SELECT, INSERT, UPDATE, REFERENCES')"""
    for table in tables:
        assert stage.run("owner", columns, table) == [], table


@pytest.mark.parametrize("view", HIDDEN)
def test_it_reads_with_its_owners_rights_and_keeps_its_barrier(stage: Stage, view: str) -> None:
    ((options, owner),) = stage.run(
        "owner", "SELECT reloptions, pg_get_userbyid(relowner)::text FROM pg_class WHERE oid = %s::regclass", view
    )
    assert (options, owner) == (["security_barrier=true"], "chengxin_owner")
