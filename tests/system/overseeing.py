"""Attacks on inquiries and suspensions: reviewers of their own, unheard findings, one signature, answers to whoever is suspended."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.people import CENTRE, MARKET, OTHER
from tests.system import cataloguing as c
from tests.system.administering import declare, user
from tests.system.attacks import Attack
from tests.system.enrolling import EXAMINER
from tests.system.speaking import speak
from tests.system.stage import Stage, entry
from tests.system.who import are_one, is_, reopen

INQUIRY, ENTRY, EXPLANATION, ROUND = (
    "oversight_inquiry",
    "oversight_inquiry_entry",
    "oversight_explanation",
    "oversight_round",
)
SUSPENSION, DRAW, ERASURE, DAY = "identity_suspension", "oversight_draw", "oversight_erasure", timedelta(days=1)
REVIEWER, SECOND, THIRD = "reviewer", "second-reviewer", "centre-reviewer"
PLACES = {REVIEWER: c.ABOVE, SECOND: c.ABOVE, THIRD: CENTRE, EXAMINER: MARKET, "clerk": MARKET, "officer": CENTRE, "approver": c.ABOVE,
          "verifier": OTHER}  # fmt: skip
OPEN, OF_CENTRE, LOOKED, CENTRES = 9501, 9502, UUID(int=9501), UUID(int=9502)


def furnish(stage: Stage) -> None:
    """Enter three reviewers of two organisations and two inquiries: into the market authority's examiner, and the centre's officer."""
    c.unlock(stage, "identity_user", "identity_role_grant", "ground_access_entry", INQUIRY, ENTRY)
    for number, login in enumerate((REVIEWER, SECOND, THIRD)):
        stage.run("owner", """INSERT INTO identity_user (password, login, display_name, organisation_id, is_active, demo)
                              SELECT '', %s, 'x', id, true, false FROM identity_organisation WHERE code = %s""",
                  login, PLACES[login])  # fmt: skip
        stage.run(
            "owner",
            """INSERT INTO identity_role_grant SELECT (jsonb_populate_record(g, jsonb_build_object('id', %s::int, 'user_id', u.id,
                   'role', 'reviewer'))).*
               FROM identity_role_grant g JOIN identity_user o ON o.id = g.user_id AND o.login = 'officer'
               CROSS JOIN identity_user u WHERE u.login = %s LIMIT 1""",
            990010 + number,
            login,
        )
        declare(stage, user(stage, login))
    looked = {"purpose": "XK-SC", "basis": "XZXKF-34", "duty": "XK-SC-01", "organisation": MARKET, "officer": EXAMINER}
    stage.insert("owner", "ground_access_entry", entry(stage.facts, entry_id=LOOKED, **looked))
    stage.insert("owner", "ground_access_entry", entry(stage.facts, entry_id=CENTRES))
    for number, code, login, found in ((OPEN, MARKET, EXAMINER, LOOKED), (OF_CENTRE, CENTRE, "officer", CENTRES)):
        stage.insert("owner", INQUIRY, inquiry(stage, id=number, organisation=code, officer=login))
        stage.insert("owner", ENTRY, {"inquiry_id": number, "subject_id": stage.facts.wang, "entry_id": found})
    stage.insert("owner", ROUND, {"day": stage.facts.today - DAY, "at": stage.facts.at, "opened": 2})
    stage.insert("owner", DRAW, draw(stage))
    c.lock(stage, "identity_user", "identity_role_grant", "ground_access_entry", INQUIRY, ENTRY)


def inquiry(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "rule": "own", "day": stage.facts.today - DAY, "organisation": MARKET, "officer": EXAMINER, "duty": "", "subject_id": 0,
        "observed": 1, "total": 1, "expected": 0, "compared": 0, "numbers": "{}", "opened_at": stage.facts.at, "finding": "", "reason": "",
    }  # fmt: skip
    return {**row, **changes}


def draw(stage: Stage) -> dict[str, Any]:
    return {"month": "2026-01-01", "seed": bytes(32), "of_heads": False, "at": stage.facts.at}


def draws_this_month(stage: Stage) -> bool:
    first = stage.facts.today.replace(day=1)
    return stage.run("intake", "SELECT oversight_draw(%s, '[]')", first) != [(None,)]


def say(stage: Stage, login: str) -> None:
    speak(stage, PLACES[login], login)


def lays(table: str, row: Any, **changes: Any) -> Attack:
    """Write a row as the owner past the triggers: only what the change breaks can refuse it."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, table)
        stage.insert("owner", table, {**row(stage), **changes})
        c.lock(stage, table)
        return True

    return attack


# Inquiries.


def closes(finding: str = "in_order", by: str = REVIEWER, number: int = OPEN, before: Any = None) -> Attack:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        say(stage, by)
        ((told,),) = stage.run("app", "SELECT oversight_close(%s, %s, 'x')", number, finding)
        return told is not None

    return attack


def rewrites(statement: str) -> Attack:
    """Change an inquiry as the owner, in the name of a reviewer."""

    def attack(stage: Stage) -> bool:
        say(stage, REVIEWER)
        stage.run("owner", statement, user(stage, REVIEWER), OPEN)
        return True

    return attack


CLOSE = f"UPDATE {INQUIRY} SET finding = 'in_order', reason = 'x', closed_at = '2020-01-01', closed_by_id = %s"


def closes_for_another(stage: Stage) -> bool:
    """Close in the name of a reviewer who doesn't speak."""
    say(stage, SECOND)
    stage.run("owner", f"{CLOSE} WHERE id = %s", user(stage, REVIEWER), OPEN)
    return True


def made_reviewer(login: str) -> Any:
    """Have an officer of a department hold the reviewers' role."""

    def make(stage: Stage) -> None:
        c.unlock(stage, "identity_role_grant")
        stage.run("owner", "UPDATE identity_role_grant SET role = 'reviewer' WHERE user_id = %s", user(stage, login))
        c.lock(stage, "identity_role_grant")

    return make


def closes_twice(stage: Stage) -> bool:
    closes()(stage)
    say(stage, REVIEWER)
    stage.run("owner", f"{CLOSE} WHERE id = %s", user(stage, REVIEWER), OPEN)
    return True


def closed_long_ago(stage: Stage) -> bool:
    rewrites(f"{CLOSE} WHERE id = %s")(stage)
    return bool(stage.run("owner", f"SELECT FROM {INQUIRY} WHERE id = %s AND closed_at < '2021-01-01'", OPEN))


def holds_what_isnt_there(**changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        row = {"inquiry_id": OPEN, "subject_id": stage.facts.wang, "entry_id": UUID(int=9599), **changes}
        stage.insert("owner", ENTRY, row)
        return True

    return attack


def is_wang(login: str) -> Any:
    return lambda stage: is_(stage, login, stage.facts.wang)


def same_as(login: str, other: str) -> Any:
    return lambda stage: are_one(stage, login, other)


def undeclare(login: str) -> Any:
    return lambda stage: reopen(stage, login)


# Explanations.


def asks(by: str = REVIEWER, number: int = OPEN, days: int = 5, before: Any = None) -> Attack:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        say(stage, by)
        ((asked,),) = stage.run(
            "app", "SELECT oversight_ask(%s, 'x', %s, false)", number, stage.facts.today + days * DAY
        )
        return bool(asked)

    return attack


def asks_another(stage: Stage) -> bool:
    """Ask an organisation that has nothing to do with it, as the owner."""
    say(stage, REVIEWER)
    stage.insert("owner", EXPLANATION, {**explanation(stage), "organisation_id": place(stage, OTHER)})
    return True


def place(stage: Stage, code: str) -> int:
    ((number,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s", code)
    return int(number)


def explanation(stage: Stage) -> dict[str, Any]:
    return {"inquiry_id": OPEN, "organisation_id": place(stage, MARKET), "words": "x", "asked_by_id": user(stage, REVIEWER),
            "asked_at": stage.facts.at, "due_on": stage.facts.today + 5 * DAY, "due_estimated": False, "answer": ""}  # fmt: skip


def asked(stage: Stage) -> int:
    lays(EXPLANATION, explanation, id=9511)(stage)
    return 9511


def answers(by: str = "clerk", before: Any = None) -> Attack:
    def attack(stage: Stage) -> bool:
        number = asked(stage)
        if before:
            before(stage)
        say(stage, by)
        ((done,),) = stage.run("app", "SELECT oversight_answer(%s, 'x')", number)
        return bool(done)

    return attack


def answers_for(login: str, speaker: str = "clerk", twice: bool = False) -> Attack:
    """Write an answer as the owner in somebody's name."""

    def attack(stage: Stage) -> bool:
        number = asked(stage)
        query = f"UPDATE {EXPLANATION} SET answer = %s, answered_at = '2020-01-01', answered_by_id = %s WHERE id = %s"
        for words in ("x", "y") if twice else ("x",):
            say(stage, speaker)
            stage.run("owner", query, words, user(stage, login), number)
        return True

    return attack


def answered_long_ago(stage: Stage) -> bool:
    answers_for("clerk")(stage)
    return bool(stage.run("owner", f"SELECT FROM {EXPLANATION} WHERE answered_at < '2021-01-01'"))


def overdue(stage: Stage) -> None:
    lays(EXPLANATION, explanation, id=9511, due_on=stage.facts.today - DAY)(stage)


# Who sees.


def sees(login: str, function: str, number: int = OPEN, before: Any = None) -> Attack:
    def attack(stage: Stage) -> bool:
        if before:
            before(stage)
        say(stage, login)
        return bool(stage.run("app", f"SELECT * FROM {function}", number))

    return attack


ENTRIES, INQUIRIES, EXPLAINED = (
    "oversight_entries(%s, 10)",
    "oversight_inquiries(%s, 10)",
    "oversight_explanations_to(NULL, %s)",
)


# Statements of erasure.


def erasure(stage: Stage) -> dict[str, Any]:
    return {"organisation_id": place(stage, MARKET), "duty": "XK-SC-01", "month": "2026-01-01", "answers": 1, "erase_by": "2026-05-01",
            "due_on": "2026-05-18", "due_estimated": False, "copies": "", "law": ""}  # fmt: skip


def states(by: str = "clerk", before: Any = None, name: str = "", twice: bool = False) -> Attack:
    """State an erasure; as the owner in somebody's name where one is given."""

    def attack(stage: Stage) -> bool:
        lays(ERASURE, erasure, id=9531)(stage)
        if before:
            before(stage)
        query = f"UPDATE {ERASURE} SET copies = 'erased', stated_at = '2020-01-01', stated_by_id = %s WHERE id = 9531"
        for _ in range(2 if twice else 1):
            say(stage, by)
            if name:
                stage.run("owner", query, user(stage, name))
            else:
                ((done,),) = stage.run("app", "SELECT oversight_state(9531, 'erased', '')")
                return bool(done)
        return True

    return attack


def stated_long_ago(stage: Stage) -> bool:
    states(name="clerk")(stage)
    return bool(stage.run("owner", f"SELECT FROM {ERASURE} WHERE stated_at < '2021-01-01'"))


def sees_erasures(login: str) -> Attack:
    def attack(stage: Stage) -> bool:
        lays(ERASURE, erasure, id=9531)(stage)
        say(stage, login)
        return bool(stage.run("app", "SELECT FROM oversight_erasures(10)"))

    return attack
