"""Attacks at the window: reading without a visit, by another's, one that is over; serving oneself, and relatives by one officer alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.people import CENTRE
from tests.system.administering import user
from tests.system.attacks import Attack
from tests.system.certifying import certificate
from tests.system.oneself import FILE
from tests.system.organising import DELEGATION
from tests.system.speaking import claim, speak
from tests.system.stage import Stage, entry
from tests.system.transferring import asleep

TABLE, VISIT, OTHER = "identity_visit", 9801, 9802
MINUTE = timedelta(minutes=1)


def furnish(stage: Stage) -> None:
    """Let Wang stand at the window."""
    speak(stage, CENTRE, "officer")
    stage.insert("owner", TABLE, visit(stage, id=VISIT))
    claim(stage, "")


def visit(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Make a sound visit: of Wang themselves, for most of half an hour. A ``kind`` brings along what belongs to it."""
    now = datetime.now(UTC)
    row = {"subject_id": stage.facts.wang, "kind": "self", "code_type": "resident-id", "relation": "", "interest": "", "papers": [],
           "officer_id": user(stage, "officer"), "opened_at": now, "closes_at": now + 29 * MINUTE}  # fmt: skip
    if changes.get("kind") == "delegate":
        ((agent,),) = stage.run("owner", "SELECT agent_id FROM identity_delegation WHERE id = %s", DELEGATION)
        row |= {"applicant_id": agent, "delegation_id": DELEGATION}
    if changes.get("kind") == "relative":
        row |= {"subject_id": dead(stage), "applicant_id": stage.facts.wang, "relation": "child", "interest": "x",
                "papers": ["death", "household"], "closes_at": None}  # fmt: skip
    return {**row, **changes}


def dead(stage: Stage) -> int:
    ((found,),) = stage.run("owner", "SELECT min(subject_id) FROM identity_person WHERE died IS NOT NULL")
    return int(found)


def enters(by: str = "officer", code: str = CENTRE, **changes: Any) -> Attack:
    """Open a visit past every grant, speaking for an officer."""

    def attack(stage: Stage) -> bool:
        speak(stage, code, by)
        row = visit(stage, **{name: value(stage) if callable(value) else value for name, value in changes.items()})
        stage.insert("owner", TABLE, row)
        return True

    return attack


def changes_one(change: str, by: str = "officer", code: str = CENTRE) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, by)
        stage.run("owner", f"UPDATE {TABLE} SET {change} WHERE id = {VISIT}")
        return True

    return attack


def confirms(by: str = "colleague", speaks: str = "", minutes: int = 20) -> Attack:
    """Confirm a relative's application."""

    def attack(stage: Stage) -> bool:
        enters(id=OTHER, kind="relative")(stage)
        speak(stage, CENTRE, speaks or by)
        query = f"""UPDATE {TABLE} SET confirmed_by_id = %s, confirmed_at = clock_timestamp(),
                    closes_at = clock_timestamp() + make_interval(mins => %s) WHERE id = %s"""
        stage.run("owner", query, user(stage, by), minutes, OTHER)
        return True

    return attack


def at_window(stage: Stage, number: int = VISIT, by: str = "officer", code: str = CENTRE) -> None:
    speak(stage, code, by)
    stage.run("app", "SELECT set_config('cx.visit', %s, true)", str(number))


def reads(
    number: int = VISIT, by: str = "officer", *, first: str = "", past: str = "", opened: dict[str, Any] | None = None
) -> Attack:
    """Read Wang's file at the window, after a visit was opened and something changed, ``past`` a guard of the person."""

    def attack(stage: Stage) -> bool:
        if opened is not None:
            told = {name: value(stage) if callable(value) else value for name, value in opened.items()}
            enters(id=number, **told)(stage)
        speak(stage, CENTRE, "officer")
        if first and past:
            asleep(stage, "identity_person", past, first)
        elif first:
            stage.run("owner", first)
        at_window(stage, number, by)
        return bool(stage.run("app", FILE))

    return attack


def enters_reading(stage: Stage) -> bool:
    """Enter a reading at the window of somebody who doesn't stand there."""
    speak(stage, CENTRE, "officer")
    stage.insert("app", "ground_access_entry", entry(stage.facts, channel="window"))
    return True


def enters_reading_under_anothers_name(stage: Stage) -> bool:
    at_window(stage)
    stage.insert("app", "ground_access_entry", entry(stage.facts, channel="window", officer="colleague"))
    return True


def enters_own_reading(stage: Stage) -> bool:
    at_window(stage)
    stage.insert("app", "ground_access_entry", entry(stage.facts, channel="window"))
    return True


def certifies_the_dead(stage: Stage) -> bool:
    confirms()(stage)
    at_window(stage, OTHER)
    stage.insert("app", "sharing_report", certificate(stage, subject_id=dead(stage)))
    return True


def certifies(stage: Stage) -> bool:
    at_window(stage)
    stage.insert("app", "sharing_report", certificate(stage))
    return True


def sees(code: str) -> Attack:
    def attack(stage: Stage) -> bool:
        speak(stage, code, "officer" if code == CENTRE else "clerk")
        return bool(stage.run("app", f"SELECT FROM {TABLE}"))

    return attack


SEEN = f"WHERE subject_id = (SELECT subject_id FROM {TABLE} WHERE id = {VISIT})"
CLOSE_BY_DAY = f"UPDATE identity_person SET died = '2026-01-01' {SEEN}"
MINOR = f"UPDATE identity_person SET minor_rank = identity_rank + 1 {SEEN}"
END = f"UPDATE {TABLE} SET ended_at = now() WHERE id = {VISIT}"
LEAVE = "UPDATE identity_user SET is_active = false WHERE login = 'officer'"
NO_MORE = f"""UPDATE identity_delegation SET ended_at = now(), ended_by_id = entered_by_id, end_reason = 'x'
              WHERE id = {DELEGATION}"""
