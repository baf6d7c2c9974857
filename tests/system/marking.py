"""Attacks on the marks of known rows."""

from datetime import date, timedelta
from typing import Any

from tests.system.stage import Stage

SEEN = "SELECT FROM records_mark WHERE erase_on = %s"


def mark(stage: Stage, batch: int, erase_on: date, part: int = 9) -> dict[str, Any]:
    return {"batch_id": batch, "part": part, "erase_on": erase_on, "content": b"x"}


def marks_for(which: str, *, announced: bool = True) -> Any:
    """Make an attack that writes marks for a batch: ``batch`` is open, ``closed_batch`` isn't."""

    def attack(stage: Stage) -> bool:
        batch = getattr(stage.facts, which)
        stage.announce(batch if announced else stage.facts.other_batch)
        stage.insert("intake", "records_mark", mark(stage, batch, stage.facts.today))
        return True

    return attack


def due(stage: Stage) -> date:
    stage.insert("owner", "records_mark", mark(stage, stage.facts.batch, stage.facts.today))
    return stage.facts.today


def to_come(stage: Stage) -> date:
    day = stage.facts.today + timedelta(days=1)
    stage.insert("owner", "records_mark", mark(stage, stage.facts.batch, day))
    return day


def see_marks_due(stage: Stage) -> bool:
    return bool(stage.run("eraser", SEEN, due(stage)))


def see_marks_to_come(stage: Stage) -> bool:
    return bool(stage.run("eraser", SEEN, to_come(stage)))


def erase_marks_due(stage: Stage) -> bool:
    day = due(stage)
    stage.run("eraser", "DELETE FROM records_mark")
    return not stage.run("owner", SEEN, day)


def erase_marks_to_come(stage: Stage) -> bool:
    day = to_come(stage)
    stage.run("eraser", "DELETE FROM records_mark")
    return not stage.run("owner", SEEN, day)
