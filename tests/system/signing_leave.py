"""Attacks on signed papers at the window: without the person, without a scan, by one officer, by whoever asks, after their half hour."""

from datetime import UTC, datetime
from typing import Any

from tests.people import CENTRE
from tests.system import cataloguing as c
from tests.system.administering import user
from tests.system.leaving import DAY, EVENT, ITEM, LEAVE, WAITS, event
from tests.system.scanning import scan
from tests.system.serving import VISIT, at_window, visit
from tests.system.speaking import speak
from tests.system.stage import Stage

PAPER, SCANNED, WAITING_PAPER = "sharing_authorisation_paper", "CL20260101LEAVE00001", 9521


def furnish(stage: Stage) -> None:
    """Let Wang sign a paper at the window, taken in as a scan, and one more that waits for a witness."""
    c.unlock(stage, PAPER, "identity_scan")
    for place_, number in enumerate((SCANNED, "CL20260101LEAVE00002")):
        row = scan(stage, id=9931 + place_, number=number, kind="leave", digest=bytes([place_] * 32))
        stage.insert("owner", "identity_scan", row)
    stage.insert(
        "owner", PAPER, paper(stage, id=WAITING_PAPER, scan="CL20260101LEAVE00002", entered_at=datetime.now(UTC))
    )
    c.lock(stage, PAPER, "identity_scan")


def paper(stage: Stage, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "authorisation_id": WAITS, "visit_id": VISIT, "scan": SCANNED, "kind": "granted", "items": [ITEM], "once": False,
        "valid_until": stage.facts.today + 20 * DAY, "receipt": "SJ7", "due_on": None, "due_estimated": False,
        "entered_by_id": user(stage, "officer"), "entered_at": stage.facts.at,
    }  # fmt: skip
    return {**row, **changes}


def signs(*, first: Any = None, **changes: Any) -> Any:
    """Enter a paper as the application, by the officer who serves Wang; sound unless changed."""

    def attack(stage: Stage) -> bool:
        at_window(stage)
        if first:
            first(stage)
        told = {name: user(stage, value) if name.endswith("_by_id") else value for name, value in changes.items()}
        stage.insert("owner", PAPER, paper(stage, **told))
        return True

    return attack


def witnesses(*, by: str = "colleague", speaks: str = "", first: Any = None, times: int = 1, change: str = "") -> Any:
    """Witness the paper that waits, as the application."""

    def attack(stage: Stage) -> bool:
        if first:
            first(stage)
        speak(stage, CENTRE, speaks or by)
        for _ in range(times):
            query = f"UPDATE {PAPER} SET witnessed_by_id = %s, witnessed_at = now(){change} WHERE id = {WAITING_PAPER}"
            stage.run("owner", query, user(stage, by))
        return bool(
            stage.run("owner", f"SELECT FROM {EVENT} WHERE authorisation_id = %s AND channel = 'window'", WAITS)
        )

    return attack


def of_long_ago(stage: Stage) -> None:
    c.unlock(stage, PAPER)
    stage.run("owner", f"UPDATE {PAPER} SET entered_at = now() - interval '31 minutes'")
    c.lock(stage, PAPER)


def asked_by_the_centre(stage: Stage) -> None:
    c.unlock(stage, LEAVE)
    stage.run("owner", f"UPDATE {LEAVE} SET organisation = %s WHERE id = %s", CENTRE, WAITS)
    c.lock(stage, LEAVE)


def served_by_an_agent(stage: Stage) -> None:
    c.unlock(stage, "identity_visit")
    row = visit(stage, kind="delegate")
    query = "UPDATE identity_visit SET kind = 'delegate', applicant_id = %s, delegation_id = %s WHERE id = %s"
    stage.run("owner", query, row["applicant_id"], row["delegation_id"], VISIT)
    c.lock(stage, "identity_visit")


def answers_by_a_paper_of_nobody(stage: Stage) -> bool:
    """Write an event as if a paper had been witnessed."""
    speak(stage, CENTRE, "officer")
    stage.insert("owner", EVENT, event(stage, channel="window"))
    return True


def sees_papers(code: str, login: str, query: str) -> Any:
    def attack(stage: Stage) -> bool:
        speak(stage, code, login)
        return bool(stage.run("app", query))

    return attack
