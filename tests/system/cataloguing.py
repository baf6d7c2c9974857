"""Attacks on the catalogue's process: drafts, their steps, comments, editions, and what happens to laws."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from tests.people import CENTRE, MARKET, OTHER
from tests.system.administering import declare, user
from tests.system.attacks import Attack
from tests.system.speaking import speak
from tests.system.stage import Stage

DRAFT, ITEM, STEP, COMMENT = "catalogue_draft", "catalogue_draft_item", "catalogue_step", "catalogue_comment"
EDITION, EVENT, SUCCESSION = "catalogue_edition", "catalogue_law_event", "catalogue_law_succession"
VERSION = "catalogue_item_version"
ABOVE = "11149999000009058D"
LAW, CITED, OTHERS_ARTICLE = "XZCFF", "XZCFF-59", "GRXXBHF-34"
PLACES = {"clerk": MARKET, "officer": CENTRE, "colleague": CENTRE, "approver": ABOVE}
POSITIVE: dict[str, Any] = {
    "nature": "positive",
    "disclosure": ["authorised_query"],
    "bases": [{"ref": CITED, "role": "collect"}],
}
ADVERSE = {**POSITIVE, "nature": "adverse"}
Then = Callable[[Stage, int], Any]


def unlock(stage: Stage, *tables: str) -> None:
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER USER")


def lock(stage: Stage, *tables: str) -> None:
    for table in tables:
        stage.run("owner", f"ALTER TABLE {table} ENABLE TRIGGER USER")


def furnish(stage: Stage) -> None:
    """Enter the supervising department with an officer, past the locks."""
    unlock(stage, "identity_organisation", "identity_user", "identity_role_grant")
    stage.run(
        "owner",
        """INSERT INTO identity_organisation (code, name, kind, region, valid_from)
           VALUES (%s, 'x', 'supervisor', '140000', '2019-01-01')""",
        ABOVE,
    )
    stage.run(
        "owner",
        """INSERT INTO identity_user (password, login, display_name, organisation_id, is_active, demo)
           SELECT '', 'approver', 'x', id, true, false FROM identity_organisation WHERE code = %s""",
        ABOVE,
    )
    stage.run(
        "owner",
        """INSERT INTO identity_role_grant SELECT (jsonb_populate_record(g, jsonb_build_object('id', 990001, 'user_id', u.id))).*
           FROM identity_role_grant g JOIN identity_user o ON o.id = g.user_id AND o.login = 'officer'
           CROSS JOIN identity_user u WHERE u.login = 'approver' LIMIT 1""",
    )
    lock(stage, "identity_organisation", "identity_user", "identity_role_grant")
    declare(stage, user(stage, "approver"))


def speaks(stage: Stage, login: str) -> None:
    speak(stage, PLACES[login], login)


def begin(
    stage: Stage, *, by: str = "clerk", speaker: str = "clerk", organisation: str = MARKET, title: str = "x"
) -> int:
    ((place,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", organisation)
    speaks(stage, speaker)
    row = {"organisation_id": place, "title": title, "created_by_id": user(stage, by), "created_at": datetime.now(UTC)}
    stage.insert("app", DRAFT, row)
    ((number,),) = stage.run("owner", "SELECT max(id) FROM catalogue_draft")
    return int(number)


def put(
    stage: Stage, draft: int, content: dict[str, Any] = POSITIVE, *, code: str = "SX-GY", by: str = "clerk", **more: Any
) -> None:
    speaks(stage, more.pop("speaker", by))
    row = {"draft_id": draft, "code": code, "change": "set", "definition": Jsonb(content), "code_lists": Jsonb({}),
           "updated_by_id": user(stage, by), "updated_at": datetime.now(UTC)}  # fmt: skip
    stage.insert("app", ITEM, {**row, **more})


USUAL = {"submit": "clerk", "withdraw": "clerk", "approve": "approver"}


def step(stage: Stage, draft: int, kind: str, *, by: str = "", speaker: str = "", **more: Any) -> None:
    login = by or USUAL.get(kind, "officer")
    speaks(stage, speaker or login)
    until = stage.facts.today + timedelta(days=30) if kind == "consult" else None
    row = {"draft_id": draft, "kind": kind, "reason": "x", "until": until, "digest": b"", "actor_id": user(stage, login),
           "at": datetime.now(UTC)}  # fmt: skip
    stage.insert("app", STEP, {**row, **more})


def run_out(stage: Stage, draft: int) -> None:
    unlock(stage, STEP)
    stage.run("owner", "UPDATE catalogue_step SET until = %s WHERE draft_id = %s AND until IS NOT NULL",
              stage.facts.today - timedelta(days=1), draft)  # fmt: skip
    lock(stage, STEP)


def comments(stage: Stage, draft: int, words: str = "x") -> bool:
    ((outcome,),) = stage.run("app", "SELECT catalogue_comment_on(%s, %s, '')", draft, words)
    return bool(outcome == "taken")


def drafted(content: dict[str, Any], *kinds: str, then: Then | None = None) -> Attack:
    """Take a draft of one item through steps, and then do what is wrong."""

    def attack(stage: Stage) -> bool:
        draft = begin(stage)
        put(stage, draft, content)
        for kind in kinds:
            step(stage, draft, kind)
        return then is None or then(stage, draft) is not False

    return attack


def does(kind: str, **named: Any) -> Then:
    return lambda stage, draft: step(stage, draft, kind, **named)


def changes_behind(stage: Stage, draft: int) -> None:
    """Change the content past the lock, and go on as if nothing was."""
    unlock(stage, ITEM)
    stage.run("owner", "UPDATE catalogue_draft_item SET change = 'end', definition = '{}' WHERE draft_id = %s", draft)
    lock(stage, ITEM)
    step(stage, draft, "review")


def approves_after(stage: Stage, draft: int, *, by: str = "approver") -> None:
    run_out(stage, draft)
    step(stage, draft, "approve", by=by)


def approves_unanswered(stage: Stage, draft: int) -> None:
    comments(stage, draft)
    approves_after(stage, draft)


def comes_too_late(stage: Stage, draft: int) -> bool:
    run_out(stage, draft)
    return comments(stage, draft)


def comes_once_too_often(stage: Stage, draft: int) -> bool:
    stage.run("owner", "UPDATE records_term SET value = 1 WHERE name = 'catalogue-comments'")
    return comments(stage, draft, "x") and comments(stage, draft, "y")


def answers(login: str = "officer", *, again: bool = False, speaker: str = "") -> Then:
    def act(stage: Stage, draft: int) -> None:
        comments(stage, draft)
        for _ in range(1 + again):
            speaks(stage, speaker or login)
            stage.run(
                "app",
                "UPDATE catalogue_comment SET answer = 'x', answered_by_id = %s, answered_at = now()",
                user(stage, login),
            )

    return act


def law_changes_first(kind: str) -> Then:
    def act(stage: Stage, draft: int) -> None:
        happens(stage)
        step(stage, draft, kind)

    return act


def moved_up(role: str, kind: str, to: str = "") -> Then:
    """Let somebody who acted for one organisation before act for another now: only the memory of the person is left.

    ``to`` is the account that is remembered, where it isn't the one that acts.
    """

    def act(stage: Stage, draft: int) -> None:
        acts = {"draft": (DRAFT, "created_by_id", "id"), "item": (ITEM, "updated_by_id", "draft_id"),
                "submit": (STEP, "actor_id", "draft_id"), "review": (STEP, "actor_id", "draft_id")}  # fmt: skip
        table, column, key = acts[role]
        doer = "approver" if kind == "approve" else "officer"
        speaks(stage, doer)
        where = f" AND kind = '{role}'" if table == STEP else ""
        unlock(stage, table)
        stage.run("owner", f"UPDATE {table} SET {column} = %s WHERE {key} = %s{where}", user(stage, to or doer), draft)
        lock(stage, table)
        step(stage, draft, kind)

    return act


# Rows as such, past the triggers that would see to them first.


def past(table: str, row: dict[str, Any], *, then: str = "") -> Attack:
    def attack(stage: Stage) -> bool:
        draft = begin(stage)
        put(stage, draft)
        step(stage, draft, "submit")
        numbers = {
            "DRAFT": draft,
            "USER": user(stage, "clerk"),
            "STEP": stage.run("owner", "SELECT max(id) FROM catalogue_step")[0][0],
        }
        unlock(stage, table)
        if table == SUCCESSION:
            happens(stage)
            numbers["EVENT"] = stage.run("owner", "SELECT max(id) FROM catalogue_law_event")[0][0]
        stage.insert(
            "owner",
            table,
            {key: numbers.get(value, value) if isinstance(value, str) else value for key, value in row.items()},
        )
        return not then or bool(stage.run("owner", then))

    return attack


AT = "2026-01-01T00:00:00Z"
ROWS: dict[str, dict[str, Any]] = {
    DRAFT: {"organisation_id": 1, "title": "x", "created_by_id": "USER", "created_at": AT},
    ITEM: {"draft_id": "DRAFT", "code": "B", "change": "set", "definition": Jsonb({}), "code_lists": Jsonb({}), "updated_by_id": "USER",
           "updated_at": AT},
    STEP: {"draft_id": "DRAFT", "kind": "return", "reason": "x", "until": None, "digest": b"", "actor_id": "USER", "at": AT},
    COMMENT: {"draft_id": "DRAFT", "consultation_id": "STEP", "text": "x", "name": "", "at": AT, "answer": "", "answered_by_id": None,
              "answered_at": None},
    EVENT: {"law_id": LAW, "articles": [CITED], "kind": "ended", "on_day": "2098-01-01", "what": "x", "source": "x",
            "due_on": "2098-02-01", "entered_by_id": "USER", "entered_at": AT},
    SUCCESSION: {"event_id": "EVENT", "article_id": CITED, "follows_id": OTHERS_ARTICLE, "since": "2098-01-01", "entered_by_id": "USER",
                 "entered_at": AT},
}  # fmt: skip


def rows(table: str, **changes: Any) -> Attack:
    return past(table, {**ROWS[table], **changes})


def copies(table: str, **changes: Any) -> Attack:
    """Write a row again, changed, past the triggers. What it refers to is looked for at the end, which never comes."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER USER")
        stage.clone(table, **changes)
        return True

    return attack


# Laws.


def happens(stage: Stage, *, by: str = "officer", speaker: str = "", **changes: Any) -> None:
    speaks(stage, speaker or by)
    today = stage.facts.today
    row = {
        **ROWS[EVENT],
        "on_day": today,
        "due_on": today + timedelta(days=14),
        "entered_by_id": user(stage, by),
        **changes,
    }
    stage.insert("app", EVENT, row)


def event(**named: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        happens(stage, **named)
        return True

    return attack


def follows(*, by: str = "colleague", first: tuple[str, ...] = (), **changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        happens(stage)
        ((number,),) = stage.run("owner", "SELECT max(id) FROM catalogue_law_event")
        for ref in first:
            law = ref.rpartition("-")[0]
            happens(stage, law_id=law, articles=[ref])
        speaks(stage, by)
        row = {**ROWS[SUCCESSION], "event_id": number, "entered_by_id": user(stage, by), **changes}
        stage.insert("app", SUCCESSION, row)
        return True

    return attack


def _stands(stage: Stage, ref: str) -> bool:
    query = "SELECT true FROM catalogue_article_days WHERE ref = %s AND valid_from <= %s AND %s < valid_until"
    return bool(stage.run("app", query, ref, stage.facts.today, stage.facts.today))


def stands_though_its_law_ended(stage: Stage) -> bool:
    stage.run("owner", "UPDATE catalogue_law SET valid_until = %s WHERE code = %s", stage.facts.today, LAW)
    return _stands(stage, CITED)


def stands_though_it_ended(stage: Stage) -> bool:
    happens(stage)
    return _stands(stage, CITED)


def stands_once_entered(stage: Stage) -> bool:
    stage.run("owner", "ALTER TABLE catalogue_article DISABLE TRIGGER article_guarded")
    stage.clone("catalogue_article", ref="NEW-1")
    return _stands(stage, "NEW-1")


def stands_by_what_follows(stage: Stage) -> bool:
    follows()(stage)
    return _stands(stage, CITED)


def _lives(stage: Stage, version: int) -> bool:
    query = "SELECT true FROM catalogue_item_live WHERE item_version_id = %s AND valid_from <= %s AND %s < valid_until"
    return bool(stage.run("app", query, version, stage.facts.today, stage.facts.today))


def lives_though_its_edition_ended(stage: Stage) -> bool:
    ((version,),) = stage.run("owner", "SELECT min(item_version_id) FROM catalogue_item_live WHERE valid_until > now()")
    stage.run("owner", "ALTER TABLE catalogue_edition DISABLE TRIGGER edition_change_guarded")
    stage.run("owner", "UPDATE catalogue_edition SET valid_until = %s", stage.facts.today)
    return _lives(stage, version)


def lives_once_it_has_a_basis(stage: Stage) -> bool:
    ((version,),) = stage.run("owner", "SELECT min(item_version_id) FROM catalogue_item_live WHERE valid_until > now()")
    ((article,),) = stage.run(
        "owner", "SELECT min(article_id) FROM catalogue_item_basis WHERE itemversion_id = %s", version
    )
    stage.run("owner", "DROP TRIGGER item_basis_append_only ON catalogue_item_basis")
    stage.run("owner", "DROP TRIGGER item_basis_guarded ON catalogue_item_basis")
    stage.run("owner", "DELETE FROM catalogue_item_basis WHERE itemversion_id = %s", version)
    stage.run("owner", "DELETE FROM catalogue_item_day WHERE item_version_id = %s", version)
    stage.insert("owner", "catalogue_item_basis", {"itemversion_id": version, "article_id": article})
    return _lives(stage, version)


def enters_law(login: str = "clerk", *, provisional: bool = True) -> Attack:
    def attack(stage: Stage) -> bool:
        speaks(stage, login)
        row = {"code": "NEW", "name": "x", "number": "", "valid_from": "2020-01-01", "link": "", "evidence": "memory",
               "provisional": provisional}  # fmt: skip
        stage.insert("app", "catalogue_law", row)
        return True

    return attack


def enters_article(stage: Stage) -> bool:
    speaks(stage, "clerk")
    stage.insert("app", "catalogue_article", {"ref": "NEW-1", "law_id": LAW, "article": "x", "gist": ""})
    return True


def sees_what_is_suspended(stage: Stage) -> bool:
    from tests.system.attacks import see_the_shown

    happens(stage)
    return see_the_shown(stage)


def for_another(stage: Stage) -> bool:
    begin(stage, organisation=OTHER)
    return True


def by_the_centre(stage: Stage) -> bool:
    begin(stage, by="officer", speaker="officer", organisation=CENTRE)
    return True


def submits_nothing(stage: Stage) -> bool:
    step(stage, begin(stage), "submit")
    return True


def right_taken_away(stage: Stage, draft: int) -> None:
    """Review by an officer of the centre whose right ended."""
    unlock(stage, "identity_role_grant")
    stage.run("owner", "UPDATE identity_role_grant SET role = 'verifier' WHERE user_id = %s", user(stage, "colleague"))
    lock(stage, "identity_role_grant")
    step(stage, draft, "review", by="colleague")


def put_by(stage: Stage, draft: int) -> None:
    put(stage, draft, code="B", by="officer")


def rewrites_the_key(stage: Stage, draft: int) -> None:
    speaks(stage, "clerk")
    stage.run("owner", "UPDATE catalogue_draft_item SET code = 'OTHER' WHERE draft_id = %s", draft)
