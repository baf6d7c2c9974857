"""Attacks on what is derived: nothing of it changes but towards what it is derived from."""

import json
from typing import Any

from tests.system.attacks import DAY, Attack
from tests.system.clerking import FIGURES
from tests.system.stage import CHANGED, Stage

SUPERSEDED, FIGURES_TABLE, RUN = "records_superseded", "records_day_figures", "ground_rebuild"
SIGNED, UNSIGNED = 2, 3
"""So many days ago figures were signed for, and weren't."""


def furnish(stage: Stage) -> None:
    """Give the stage figures that were signed for, figures that weren't, and a rebuild that goes on."""
    facts = stage.facts
    numbers = dict.fromkeys(FIGURES, 0)
    for ago in (SIGNED, UNSIGNED):
        row = numbers | {"provider_id": 1, "item_id": facts.item, "day": facts.today - ago * DAY}
        stage.insert("owner", FIGURES_TABLE, row)
    content = json.dumps({"items": [{"item": "CF-ZRR", **numbers}]})
    receipt = {"content": content, "suite": "x", "public": b"x", "signature": b"x", "made_at": facts.at}
    stage.insert("owner", "records_day_receipt", {"provider_id": 1, "day": facts.today - SIGNED * DAY, **receipt})
    stage.insert("owner", RUN, {"name": "x", "upto": "", "looked": 5, "mended": 1, "started_at": facts.at})


def owner_runs(*steps: str) -> Attack:
    def attack(stage: Stage) -> bool:
        for step in steps:
            stage.run("owner", step)
        return True

    return attack


def on_day(ago: int, what: str) -> Attack:
    """Do something to the figures of a day."""

    def attack(stage: Stage) -> bool:
        stage.run("owner", f"{what} WHERE day = %s", stage.facts.today - ago * DAY)
        return True

    return attack


def _past_the_trigger(stage: Stage, name: str, table: str, change: str, *values: Any) -> None:
    stage.run("owner", f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    stage.run("owner", change, *values)
    stage.run("owner", f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def _spoil_superseded(stage: Stage) -> None:
    change = f"UPDATE {SUPERSEDED} SET recorded_at = recorded_at - interval '1 day' WHERE record_id = %s"
    _past_the_trigger(stage, "superseded_as_the_versions_say", SUPERSEDED, change, CHANGED)


def spoil_superseded_further(stage: Stage) -> bool:
    """Change a line that says something wrong into another that does."""
    _spoil_superseded(stage)
    stage.run(
        "owner", f"UPDATE {SUPERSEDED} SET recorded_at = recorded_at - interval '1 day' WHERE record_id = %s", CHANGED
    )
    return True


def mend_superseded(stage: Stage) -> bool:
    """Put a wrong line right."""
    _spoil_superseded(stage)
    stage.run(
        "owner", f"UPDATE {SUPERSEDED} SET recorded_at = recorded_at + interval '1 day' WHERE record_id = %s", CHANGED
    )
    return True


def drop_what_no_version_says(stage: Stage) -> bool:
    stage.insert(
        "owner",
        SUPERSEDED,
        {"subject_id": stage.facts.wang, "record_id": 777, "version": 1, "recorded_at": stage.facts.at},
    )
    stage.run("owner", f"DELETE FROM {SUPERSEDED} WHERE record_id = 777")
    return True


def mend_figures(stage: Stage) -> bool:
    """Put figures right that aren't what was signed for."""
    _past_the_trigger(stage, "day_figures_as_signed", FIGURES_TABLE, f"UPDATE {FIGURES_TABLE} SET held = 9")
    return on_day(SIGNED, f"UPDATE {FIGURES_TABLE} SET held = 0")(stage)
