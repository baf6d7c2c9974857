"""Attacks on answers: entered for whoever isn't enrolled for the duty, or under another than was read under."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.people import MARKET
from tests.system import cataloguing as c
from tests.system.administering import user
from tests.system.enrolling import DUTY, ENROLMENT, EXAMINER, FULL, NUMBER, duty, duty_id
from tests.system.stage import Stage, entry

DAY = timedelta(days=1)


def enters(*, reads: str = FULL, **changes: Any) -> Any:
    """Enter an answer under a duty by which this transaction read; sound unless changed."""

    def attack(stage: Stage) -> bool:
        row = {
            "organisation": MARKET,
            "officer": EXAMINER,
            "purpose": "XK-SC",
            "basis": "XZXKF-34",
            "duty": FULL,
            "entry_id": uuid4(),
        }
        if reads:
            stage.look("SELECT", duty=duty_id(stage, reads))
        stage.insert("app", "ground_access_entry", entry(stage.facts, **{**row, **changes}))
        return True

    return attack


def enters_after(**days: Any) -> Any:
    """Enter an answer when the enrolment isn't what it was."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, ENROLMENT)
        moved = {
            name: stage.facts.today + value * DAY if name.startswith("valid_") else value
            for name, value in days.items()
        }
        names = ", ".join(f"{name} = %s" for name in moved)
        stage.run("owner", f"UPDATE {ENROLMENT} SET {names} WHERE id = %s", *moved.values(), NUMBER)
        return bool(enters()(stage))

    return attack


def enters_unpublished(stage: Stage) -> bool:
    return bool(enters_after(published_at=None, published_by_id=None)(stage))


def enters_ended(stage: Stage) -> bool:
    return bool(enters_after(ended_at=stage.facts.at, ended_by_id=user(stage, EXAMINER), end_reason="x")(stage))


def enters_of_another_kind(table: str) -> Any:
    """Enter an answer to an organisation whose kind the duty, or its purpose, is no longer open to."""

    def attack(stage: Stage) -> bool:
        c.unlock(stage, table)
        stage.run("owner", f"UPDATE {table} SET organisation_kinds = '{{court}}' WHERE code IN (%s, 'XK-SC')", FULL)
        return bool(enters()(stage))

    return attack


def enters_after_the_law_ended(stage: Stage) -> bool:
    end = "UPDATE catalogue_law SET valid_until = %s WHERE code IN (SELECT law_id FROM catalogue_article WHERE ref = ANY(%s))"
    ((bases,),) = stage.run("owner", "SELECT bases FROM sharing_duty WHERE code = %s", FULL)
    stage.run("owner", end, stage.facts.today, bases)
    return bool(enters()(stage))


def enters_when_over(stage: Stage) -> bool:
    c.unlock(stage, ENROLMENT)
    stage.run("owner", f"UPDATE {ENROLMENT} SET valid_from = %s, valid_until = %s WHERE id = %s", stage.facts.today - 9 * DAY,
              stage.facts.today, NUMBER)  # fmt: skip
    return bool(enters()(stage))


def enters_when_the_duty_ended(stage: Stage) -> bool:
    c.unlock(stage, DUTY)
    stage.run("owner", "UPDATE sharing_duty SET valid_until = %s WHERE code = %s", stage.facts.today, FULL)
    return bool(enters()(stage))


def enters_when_replaced(stage: Stage) -> bool:
    duty(stage, replaces_id=duty_id(stage), valid_from=stage.facts.today)
    return bool(enters()(stage))
