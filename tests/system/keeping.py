"""Attacks on the searches that officers keep for themselves, and on what a provider is told of its waiting rows."""

from typing import Any

from tests.people import CENTRE
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.speaking import MINE, claim, furnish, speak
from tests.system.stage import Stage

TABLE, MOST = "identity_saved_view", 20


def row(stage: Stage, login: str = "officer", **changes: Any) -> dict[str, Any]:
    sound = {
        "officer_id": user(stage, login),
        "register": "cases",
        "name": "x",
        "query": "state=open",
        "kept_at": stage.facts.at,
    }
    return sound | changes


def keeps(login: str = "officer", *, role: str = "app", **changes: Any) -> Attack:
    """Keep a search for somebody, while the officer speaks."""

    def attack(stage: Stage) -> bool:
        speak(stage, CENTRE, "officer")
        stage.insert(role, TABLE, row(stage, login, **changes))
        return True

    return attack


def keep_one_too_many(stage: Stage) -> bool:
    speak(stage, CENTRE, "officer")
    for number in range(MOST + 1):
        stage.insert("app", TABLE, row(stage, name=f"n{number}"))
    return True


def sees(organisation: str = CENTRE, login: str = "officer") -> Attack:
    """See the search that the officer keeps."""

    def attack(stage: Stage) -> bool:
        keeps()(stage)
        speak(stage, organisation, login)
        return bool(stage.run("app", f"SELECT name FROM {TABLE}"))

    return attack


def keep_without_speaking(stage: Stage) -> bool:
    claim(stage, "")
    stage.insert("owner", TABLE, row(stage))
    return True


def sees_held(organisation: str, login: str) -> Attack:
    """Learn how many rows of the market authority's batch wait."""

    def attack(stage: Stage) -> bool:
        furnish(stage)
        speak(stage, organisation, login)
        return (MINE,) in stage.run("app", "SELECT batch_id FROM records_own_held()")

    return attack


def sees_held_of(organisation: str, login: str) -> Attack:
    """Learn since when rows of the market authority's batch wait."""

    def attack(stage: Stage) -> bool:
        furnish(stage)
        speak(stage, organisation, login)
        return stage.run("app", "SELECT rows FROM records_held_of(%s)", MINE) == [(1,)]

    return attack


def sees_weeks(organisation: str, login: str) -> Attack:
    """Learn how long an undoing of the market authority's took."""

    def attack(stage: Stage) -> bool:
        furnish(stage)
        stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
        stage.run("owner", "ALTER TABLE records_undoing DISABLE TRIGGER undoing_change_guarded")
        stage.run(
            "owner",
            "UPDATE records_undoing SET second_by_id = %s, second_at = now(), agreed = false WHERE batch_id = %s",
            user(stage, "officer"),
            MINE,
        )
        speak(stage, organisation, login)
        return bool(stage.run("app", "SELECT kind FROM records_weeks('2000-01-01')"))

    return attack
