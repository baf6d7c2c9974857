"""Attacks on what the public and auditors are shown: on the views that are all they have."""

from datetime import timedelta

import psycopg

from tests.people import CENTRE, MARKET
from tests.system.attacks import ITEM_LAWS, Attack, end_laws
from tests.system.cataloguing import ADVERSE, begin, comments, put, step
from tests.system.entering import PERSON, enters_user, session
from tests.system.stage import Stage, entry

DAY = timedelta(days=1)


# What guards editions isn't what is tried here.
UNLOCKED = (
    "SET CONSTRAINTS ALL IMMEDIATE",
    *(f"ALTER TABLE catalogue_{table} DISABLE TRIGGER USER" for table in ("edition", "item_version", "item_basis")),
    # On which days what holds follows all the same.
    *(f"ALTER TABLE catalogue_{table} ENABLE TRIGGER days_settled" for table in ("edition", "item_basis")),
)


def reads(role: str, query: str, *before: str) -> Attack:
    """Make an attack: the owner changes something, then the role sees a row."""

    def tried(stage: Stage) -> bool:
        for statement in (*UNLOCKED, *before):
            stage.run("owner", statement)
        return bool(stage.run(role, query))

    return tried


TO_COME = """INSERT INTO catalogue_edition (code, level, name, valid_from, valid_until, digest, provisional, source, loaded_at, sealed_at)
    SELECT 'to-come', level, name, current_date + 2, NULL, digest, provisional, source, loaded_at, loaded_at
    FROM catalogue_edition LIMIT 1"""
see_an_edition_to_come = reads("public", "SELECT FROM public_edition WHERE code = 'to-come'", TO_COME)
see_an_edition_that_ended = reads(
    "public", "SELECT FROM public_edition", "UPDATE catalogue_edition SET valid_until = current_date"
)
OPEN = "UPDATE catalogue_edition SET sealed_at = NULL"
see_an_open_edition_in_force = reads("public", "SELECT FROM public_edition", OPEN)
see_an_open_edition = reads("public", "SELECT FROM public_every_edition", OPEN)


def drafted_and_read(query: str, *kinds: str, comment: bool = False) -> Attack:
    """Take a draft through steps, and read what the public sees of it."""

    def tried(stage: Stage) -> bool:
        draft = begin(stage)
        put(stage, draft, ADVERSE)
        for kind in kinds:
            step(stage, draft, kind)
        if comment:
            comments(stage, draft)
        return bool(stage.run("public", query, draft))

    return tried


CONSULTED = ("submit", "review", "consult")
see_an_unanswered_comment = drafted_and_read("SELECT FROM public_comment WHERE number = %s", *CONSULTED, comment=True)
see_a_returned_draft = drafted_and_read("SELECT FROM public_draft_item WHERE number = %s", *CONSULTED, "return")
see_a_draft_before_its_consultation = drafted_and_read(
    "SELECT FROM public_consultation WHERE number = %s", "submit", "review"
)
BEGINS_TOMORROW = "UPDATE catalogue_law SET valid_from = current_date + 2, valid_until = NULL"
ONE_LAW = "(SELECT law_id FROM catalogue_article JOIN catalogue_purpose_basis ON article_id = ref LIMIT 1)"
ANOTHER = f"INSERT INTO catalogue_law SELECT 'X', name, number, {{}}, link, evidence, provisional FROM catalogue_law WHERE code = {ONE_LAW}"
RESTS = (
    "INSERT INTO catalogue_article VALUES ('X-1', '', '', 'X')",
    """INSERT INTO catalogue_item_basis (itemversion_id, article_id)
       SELECT v.id, 'X-1' FROM catalogue_item_version v JOIN catalogue_item i ON i.id = v.item_id AND i.code = 'CF-ZRR'""",
)
SEES_X = "SELECT FROM public_item_basis WHERE ref = 'X-1'"


def see_an_item_whose_laws_ended(stage: Stage) -> bool:
    end_laws(stage, 0, ITEM_LAWS)
    return bool(stage.run("public", "SELECT FROM public_item WHERE code = 'CF-ZRR'"))


see_an_item_before_its_law = reads("public", "SELECT FROM public_item", BEGINS_TOMORROW)
see_an_item_of_another_edition = reads(
    "public",
    "SELECT FROM public_item WHERE name = 'older'",
    TO_COME,
    """INSERT INTO catalogue_item_version SELECT (jsonb_populate_record(v, jsonb_build_object('id', 30000, 'name', 'older', 'edition_id',
       (SELECT id FROM catalogue_edition WHERE code = 'to-come')))).* FROM catalogue_item_version v LIMIT 1""",
    "INSERT INTO catalogue_item_basis (itemversion_id, article_id) SELECT 30000, article_id FROM catalogue_item_basis LIMIT 1",
    "UPDATE catalogue_edition SET valid_from = current_date - 20000 WHERE code = 'to-come'",
)
see_a_basis_that_ended = reads("public", SEES_X, ANOTHER.format("'2000-01-01', current_date"), *RESTS)
see_a_basis_to_come = reads("public", SEES_X, ANOTHER.format("current_date + 2, NULL"), *RESTS)


def see_a_purpose_whose_laws_ended(stage: Stage) -> bool:
    """Its item must go on resting on another law, else it would be gone with it."""
    stage.run("owner", ANOTHER.format("'2000-01-01', NULL"))
    for statement in (*UNLOCKED, *RESTS):
        stage.run("owner", statement)
    stage.run("owner", "UPDATE catalogue_law SET valid_until = current_date WHERE code <> 'X'")
    return bool(stage.run("public", "SELECT FROM public_item_purpose WHERE item = 'CF-ZRR'"))


def see_a_purpose_to_come(stage: Stage) -> bool:
    stage.run("owner", ANOTHER.format("'2000-01-01', NULL"))
    for statement in (*UNLOCKED, *RESTS):
        stage.run("owner", statement)
    stage.run("owner", "UPDATE catalogue_law SET valid_from = current_date + 2, valid_until = NULL WHERE code <> 'X'")
    return bool(stage.run("public", "SELECT FROM public_item_purpose WHERE item = 'CF-ZRR'"))


def listed(code: str, *before: str) -> Attack:
    return reads("public", f"SELECT FROM public_organisation WHERE code = '{code}'", *before)


see_a_unit_that_ended = listed(
    MARKET, f"UPDATE identity_organisation SET valid_until = current_date WHERE code = '{MARKET}'"
)
see_a_unit_to_come = listed(
    MARKET, f"UPDATE identity_organisation SET valid_from = current_date + 2 WHERE code = '{MARKET}'"
)
see_who_hands_nothing_in = listed(CENTRE)
see_whom_no_item_in_force_names = listed(MARKET, "UPDATE catalogue_law SET valid_until = current_date")
see_whom_no_item_names_yet = listed(MARKET, BEGINS_TOMORROW)
see_who_needs_a_licence = listed(
    MARKET, "INSERT INTO identity_needed_licence (kind, licence, valid_from) VALUES ('department', 'x', '2000-01-01')"
)


# What an auditor must not learn.


def _two_calls(stage: Stage) -> None:
    stage.insert("owner", "ground_access_entry", entry(stage.facts, case_reference="with"))
    empty = {"outcome": "empty", "record_ids": [], "versions": []}
    stage.insert("owner", "ground_access_entry", entry(stage.facts, case_reference="without", **empty))


def tell_whether_anything_was_found(stage: Stage) -> bool:
    _two_calls(stage)
    query = "SELECT count(DISTINCT outcome) FROM audit_access WHERE case_reference IN ('with', 'without')"
    return stage.run("auditor", query) == [(2,)]


def tell_who_was_asked_about(stage: Stage) -> bool:
    query = "SELECT FROM audit_access WHERE person = %s OR person = encode(substr(sha256(%s), 1, 16), 'hex')"
    return bool(stage.run("auditor", query, str(stage.facts.wang), f"audit/{stage.facts.wang}".encode()))


def tell_the_unknown_by_their_sentinel(stage: Stage) -> bool:
    stage.insert("owner", "ground_access_entry", entry(stage.facts, subject_id=0, case_reference="unknown"))
    return bool(
        stage.run("auditor", "SELECT FROM audit_access WHERE case_reference = 'unknown' AND person IS NOT NULL")
    )


def _person_logs_in(stage: Stage) -> None:
    enters_user(**PERSON)(stage)
    session(stage, "newcomer", key=b"p" * 32)


def see_a_persons_session(stage: Stage) -> bool:
    _person_logs_in(stage)
    return bool(stage.run("auditor", "SELECT FROM audit_session WHERE login = 'newcomer'"))


def see_a_persons_account(stage: Stage) -> bool:
    _person_logs_in(stage)
    return bool(stage.run("auditor", "SELECT FROM audit_officer WHERE login = 'newcomer'"))


# Conditions of a reader's own, tried on rows that the view hides, would tell of them by an error.
BLOWS_UP = "SELECT FROM {} WHERE CASE WHEN {} THEN 1 / (length(code) - length(code)) END = 1"


def blows_up_on_a_hidden_unit(stage: Stage) -> bool:
    try:
        with stage.connection.transaction():
            stage.run("public", BLOWS_UP.format("public_organisation", f"code = '{CENTRE}'"))
    except psycopg.errors.DivisionByZero:
        return True
    return False
