"""Attacks on what the public says at the site: who takes it in, who answers, who sees it, when it goes."""

from datetime import date
from hashlib import sha256
from typing import Any

from tests.people import CENTRE
from tests.system.administering import declare, user
from tests.system.attacks import DAY, Attack
from tests.system.speaking import claim, speak
from tests.system.stage import Stage

TABLE, NUMBER, MARK = "education_feedback", 9981, sha256(b"a number that somebody holds").digest()
GIVE = "SELECT education_give_feedback(%s, %s, true, %s, false)"
# The rows of the officers are hidden from whoever doesn't speak for the centre, so the owner tries here what the trigger alone refuses.
ANSWERED = {"answer": "已经改了", "answered_by_id": "officer"}


def furnish(stage: Stage) -> None:
    """Give the stage something said that waits for its answer."""
    said(stage)


def said(stage: Stage, **changes: Any) -> int:
    """Enter something said, past the function; give its number in the table."""
    today = stage.facts.today
    number = changes.setdefault("id", NUMBER + len(stage.run("owner", f"SELECT FROM {TABLE}")))
    row = {
        "digest": sha256(str(number).encode()).digest(), "words": "字太小", "may_show": True, "given_at": stage.facts.at - 2 * DAY,
        "due_on": today + 20 * DAY, "due_estimated": False, "erase_on": today + 700 * DAY, "answer": "",
    }  # fmt: skip
    stage.insert("owner", TABLE, {**row, **changes})
    return int(number)


def gives(
    words: str = "页面打不开", *, due: int = 15, before: int = 0, late: bool = False, told: str = "taken"
) -> Attack:
    """Say something as the public, after so many within the hour."""

    def attack(stage: Stage) -> bool:
        for _ in range(before):
            said(stage, given_at=stage.facts.at)
        day = stage.facts.today + (2000 if late else due) * DAY
        return bool(stage.run("public", GIVE, MARK, words, day) == [(told,)])

    return attack


def most(stage: Stage) -> int:
    ((most_an_hour,),) = stage.run("owner", "SELECT value FROM records_term WHERE name = 'feedback-limits'")
    return int(most_an_hour)


def gives_once_too_often(stage: Stage) -> bool:
    return gives(before=most(stage))(stage)


def finds(mark: bytes = MARK, *, gone: bool = False) -> Attack:
    """Look an answer up as the public; it is there unless its time is over."""

    def attack(stage: Stage) -> bool:
        said(stage, digest=MARK, erase_on=stage.facts.today + (0 if gone else 1) * DAY)
        return bool(stage.run("public", "SELECT * FROM education_find_feedback(%s)", mark))

    return attack


def change(stage: Stage, number: int, role: str = "owner", **changes: Any) -> None:
    values = [user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()]
    names = ", ".join(f"{name} = %s" for name in changes)
    stage.run(role, f"UPDATE {TABLE} SET {names} WHERE id = %s", *values, number)


def answers(*, code: str = CENTRE, login: str = "officer", role: str = "app", **changes: Any) -> Attack:
    """Answer what was said; sound unless changed."""

    def attack(stage: Stage) -> bool:
        number = said(stage)
        speak(stage, code, login)
        change(stage, number, role, **{**ANSWERED, "answered_by_id": login, "answered_at": stage.facts.at, **changes})
        return True

    return attack


def dated_by_the_sender(stage: Stage) -> bool:
    answers(answered_at="2020-01-01")(stage)
    return bool(stage.run("owner", f"SELECT FROM {TABLE} WHERE answered_at < '2021-01-01'"))


def answered(stage: Stage, **changes: Any) -> int:
    number = said(stage, **changes)
    speak(stage, CENTRE, "officer")
    change(stage, number, "app", **ANSWERED, answered_at=stage.facts.at)
    return number


def shows(*, by: str = "colleague", twice: bool = False, one_person: bool = False, **changes: Any) -> Attack:
    """Agree to showing what a colleague answered; sound unless changed."""

    def attack(stage: Stage) -> bool:
        number = answered(stage)
        if one_person:
            stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
            stage.run("owner", "ALTER TABLE identity_declaration DISABLE TRIGGER USER")
            for login in ("officer", by):
                stage.run("owner", "DELETE FROM identity_declaration WHERE user_id = %s", user(stage, login))
                declare(stage, user(stage, login), code_hashes=[b"one and the same person's own hash"])
        speak(stage, CENTRE, by)
        for _ in range(1 + twice):
            change(stage, number, "app", agreed_by_id=by, agreed_at=stage.facts.at, **changes)
        return True

    return attack


def shown_by_one(stage: Stage) -> bool:
    """Enter, past the trigger, that one officer both answered and agreed."""
    one = user(stage, "officer")
    said(stage, answer="x", answered_by_id=one, answered_at=stage.facts.at, agreed_by_id=one, agreed_at=stage.facts.at)
    return True


def read_by_everybody(*, agreed: bool = True, gone: bool = False) -> Attack:
    def attack(stage: Stage) -> bool:
        officers = {"answered_by_id": user(stage, "officer"), "answered_at": stage.facts.at, "answer": "x"}
        if agreed:
            officers |= {"agreed_by_id": user(stage, "colleague"), "agreed_at": stage.facts.at}
        number = said(stage, **officers, erase_on=stage.facts.today + (0 if gone else 1) * DAY)
        return bool(stage.run("public", "SELECT FROM public_feedback WHERE place = %s", number))

    return attack


def sees(code: str = CENTRE, login: str = "officer", *, gone: bool = False) -> Attack:
    """See the queue as the application, speaking for an organisation, or for nobody."""

    def attack(stage: Stage) -> bool:
        number = said(stage, erase_on=stage.facts.today + (0 if gone else 1) * DAY)
        speak(stage, code, login) if code else claim(stage, "")
        return bool(stage.run("app", f"SELECT id FROM {TABLE} WHERE id = %s", number))

    return attack


def rewrite(stage: Stage) -> bool:
    change(stage, said(stage), words="x")
    return True


def truncate(stage: Stage) -> bool:
    stage.run("owner", f"TRUNCATE {TABLE}")
    return True


def due(stage: Stage, day: date) -> int:
    return said(stage, erase_on=day)


def eraser_sees(days: int) -> Attack:
    def attack(stage: Stage) -> bool:
        number = due(stage, stage.facts.today + days * DAY)
        return bool(stage.run("eraser", f"SELECT id FROM {TABLE} WHERE id = %s", number))

    return attack


def eraser_erases(days: int) -> Attack:
    def attack(stage: Stage) -> bool:
        number = due(stage, stage.facts.today + days * DAY)
        stage.run("eraser", f"DELETE FROM {TABLE}")
        return not stage.run("owner", f"SELECT FROM {TABLE} WHERE id = %s", number)

    return attack
