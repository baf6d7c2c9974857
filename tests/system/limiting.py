"""Attacks on the hours and numbers that are set for one client."""

from datetime import timedelta
from typing import Any

from tests.people import OTHER
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.checking import CLIENT, PURPOSE, takes
from tests.system.speaking import speak
from tests.system.stage import Stage

LIMITS, DAY = "identity_client_limits", timedelta(days=1)


def limit(stage: Stage, *, role: str = "owner", login: str = "system", **changes: Any) -> None:
    """Set something for the client of the stage: nothing but one query a minute, unless it is told otherwise."""
    row = {
        "client_id": PURPOSE, "valid_from": stage.facts.today, "working_days": False, "a_minute": 1, "reason": "x",
        "entered_by_id": user(stage, login), "entered_at": stage.facts.at,
    }  # fmt: skip
    stage.insert(role, LIMITS, {**row, **changes})


def limits(**changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        limit(stage, **changes)
        return True

    return attack


def yesterday(stage: Stage) -> bool:
    limit(stage, valid_from=stage.facts.today - DAY)
    return True


def tomorrow(stage: Stage) -> bool:
    limit(stage, entered_at=stage.facts.at + DAY)
    return True


def closed_hours(stage: Stage) -> dict[str, Any]:
    """Give an hour that isn't this one, before or after it."""
    ((here,),) = stage.run("owner", "SELECT extract(hour FROM now() AT TIME ZONE 'Asia/Shanghai')::int")
    return {"first_hour": here + 1, "last_hour": 24} if here < 12 else {"first_hour": 0, "last_hour": here}


def closes(stage: Stage) -> None:
    limit(stage, **closed_hours(stage), a_minute=None)


def closes_on_a_day_off(stage: Stage) -> None:
    stage.run("owner", "DELETE FROM identity_work_day")
    limit(stage, working_days=True, a_minute=None)


def counted(stage: Stage) -> str:
    speak(stage, OTHER, CLIENT)
    return str(stage.run("app", "SELECT refusal FROM sharing_count_query()")[0][0])


def asks_when(brought_about: Any, *, times: int = 1) -> Attack:
    """Bring limits about, and have the client ask so often; true when the last query is counted."""

    def attack(stage: Stage) -> bool:
        brought_about(stage)
        return [counted(stage) for _ in range(times)][-1] == ""

    return attack


def checks_when(brought_about: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        brought_about(stage)
        return takes()(stage)

    return attack


def closed_later(stage: Stage) -> None:
    """What was allowed this morning is taken back by a later line on the same day."""
    limit(stage, a_minute=None)
    closes(stage)


def once_a_day(stage: Stage) -> None:
    limit(stage, a_minute=None, a_day=1)


def closes_another(stage: Stage) -> None:
    """Close another system of the same organisation."""
    columns = "organisation_id, name, addresses, suspension_reason, valid_from, valid_until, entered_by_id, entered_at"
    stage.run(
        "owner",
        f"INSERT INTO identity_client (id, client_id, {columns})"
        f" SELECT id + 1, 'c-bbbbbbbbbbbbbbbb', {columns} FROM identity_client WHERE id = %s",
        PURPOSE,
    )
    limit(stage, **closed_hours(stage), client_id=PURPOSE + 1)


def lifted(stage: Stage) -> None:
    """What was set is taken back by a later line on the same day."""
    closes(stage)
    limit(stage, a_minute=None)


def to_come(stage: Stage) -> None:
    limit(stage, **closed_hours(stage), valid_from=stage.facts.today + DAY)
