"""Attacks on reports that persons have made out, on certificates among them, and on how these are checked."""

from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from tests.system.attacks import Attack
from tests.system.oneself import ASKED, DIGEST, NUMBER, speak_oneself
from tests.system.stage import EXPIRED, SHOWN, Stage, entry
from tests.system.transferring import asleep

ENTRY = UUID(int=510)
OTHER, OTHER_DIGEST = "CX20260101SPE0000001", bytes([6] * 32)


def furnish(stage: Stage) -> None:
    """Let the report of Wang's have been checked once."""
    stage.insert("owner", "sharing_report_check", {"number": NUMBER, "day": stage.facts.today, "hits": 1})


def certificate(stage: Stage, **changes: Any) -> dict[str, Any]:
    return {"subject_id": stage.facts.wang, "number": OTHER, "entry_id": ASKED, "issued_at": stage.facts.at, "kind": "special",
            "check_digest": OTHER_DIGEST, "purpose": "QZ", "covers": ["CF-ZRR"],
            "valid_until": stage.facts.today + timedelta(days=20), **changes}  # fmt: skip


def makes_out(**changes: Any) -> Attack:
    """Make a certificate out to oneself; ``days`` tells for how long it counts."""

    def attack(stage: Stage) -> bool:
        told = dict(changes)
        if (days := told.pop("days", None)) is not None:
            told["valid_until"] = stage.facts.today + timedelta(days=days)
        speak_oneself(stage, stage.facts.wang)
        stage.insert("app", "sharing_report", certificate(stage, **told))
        return True

    return attack


def state_of(stage: Stage, number: str = OTHER, digest: bytes = OTHER_DIGEST) -> str:
    ((state,),) = stage.run("public", "SELECT state FROM sharing_check_report(%s, %s)", number, digest)
    return str(state)


def enter(stage: Stage, **changes: Any) -> None:
    """Put a certificate there as it could have been made out earlier."""
    row = certificate(stage, **changes)
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    asleep(
        stage,
        "sharing_report",
        "report_about_oneself",
        f"INSERT INTO sharing_report ({names}) VALUES ({marks})",
        *row.values(),
    )


def stands(**changes: Any) -> Attack:
    """Find a certificate valid that is at its end, or that shows what has changed since."""

    def attack(stage: Stage) -> bool:
        told = dict(changes)
        if record := told.pop("record", None):
            stage.insert(
                "owner", "ground_access_entry", entry(stage.facts, entry_id=ENTRY, record_ids=[record], versions=[1])
            )
            told["entry_id"] = ENTRY
        if (days := told.pop("days", None)) is not None:
            told["valid_until"] = stage.facts.today + timedelta(days=days)
        enter(stage, **told)
        return state_of(stage) == "valid"

    return attack


def stands_though_withdrawn(stage: Stage) -> bool:
    enter(stage)
    speak_oneself(stage, stage.facts.wang)
    stage.run("app", "SELECT sharing_withdraw_report(%s)", OTHER)
    return state_of(stage) == "valid"


def stands_though_replaced(stage: Stage) -> bool:
    enter(stage, kind="own", purpose="", covers=None, valid_until=None, issued_at=stage.facts.at + timedelta(days=1))
    return state_of(stage, NUMBER, DIGEST) == "valid"


def withdraw_what_was_issued_on_duty(stage: Stage) -> bool:
    stage.insert("owner", "sharing_report", {"subject_id": stage.facts.wang, "number": "CXD", "entry_id": ASKED,
                 "issued_at": stage.facts.at})  # fmt: skip
    speak_oneself(stage, stage.facts.wang)
    return stage.run("app", "SELECT sharing_withdraw_report('CXD')") == [(True,)]


def see_what_was_issued_on_duty(stage: Stage) -> bool:
    withdraw_what_was_issued_on_duty(stage)
    return bool(stage.run("app", "SELECT FROM sharing_own_reports(10) WHERE number = 'CXD'"))


def check_once_more(*, days_ago: int = 0) -> Attack:
    """Check with the right code after as many wrong ones as a day allows."""

    def attack(stage: Stage) -> bool:
        hashed = sha256(NUMBER.encode()).digest()
        row = {"place": hashed[0] * 256 + hashed[1], "day": stage.facts.today - timedelta(days=days_ago), "tries": 20}
        stage.insert("owner", "sharing_check_try", row)
        return state_of(stage, NUMBER, DIGEST) != "many"

    return attack


def guess_for_ever(stage: Stage) -> bool:
    """Guess on one number as often as one likes."""
    for _ in range(21):
        told = stage.run("public", "SELECT state FROM sharing_check_report(%s, %s)", NUMBER, bytes(32))
    return told == []


def counts_back(stage: Stage) -> bool:
    stage.run("owner", "UPDATE sharing_report_check SET hits = hits")
    return True


def checks_unseen(stage: Stage) -> bool:
    """Check a report without its person seeing that it was."""
    state_of(stage, NUMBER, DIGEST)
    speak_oneself(stage, stage.facts.wang)
    return stage.run("app", "SELECT checks FROM sharing_own_reports(10) WHERE number = %s", NUMBER) == [(1,)]


SHOWS, SHOWS_NO_MORE = stands(record=SHOWN), stands(record=EXPIRED)
