"""Attempts on batches as the ways in enter them, and on withdrawals; True means that it got through."""

from typing import Any

from tests.people import OTHER
from tests.system.attacks import Attack
from tests.system.speaking import THEIRS, furnish, speak
from tests.system.stage import SHOWN, Stage, batch

ANOTHERS = 7301


def enters(**changes: Any) -> Attack:
    def attack(stage: Stage) -> bool:
        stage.insert("intake", "records_batch", batch(stage.facts, ANOTHERS, **changes))
        return True

    return attack


def _close(stage: Stage, state: str) -> bool:
    ((provider,),) = stage.run("owner", "SELECT id FROM identity_organisation WHERE code = %s AND id <> 1", OTHER)
    stage.insert("intake", "records_batch", batch(stage.facts, ANOTHERS, provider_id=provider))
    day = stage.facts.today
    closing = {
        "record_id": SHOWN,
        "version": 2,
        "state": state,
        "shown_from": day,
        "shown_until": day,
        "commitment": None,
    }
    stage.write(batch=ANOTHERS, batch_id=ANOTHERS, **closing)
    return True


def withdraw_anothers(stage: Stage) -> bool:
    """Withdraw what another provider handed in."""
    return _close(stage, "withdrawn")


def revoke_anothers(stage: Stage) -> bool:
    return _close(stage, "revoked")


def ask_for_anothers_number(stage: Stage) -> bool:
    """Learn that a number is another provider's record, and of which item."""
    furnish(stage)
    stage.write(batch=THEIRS, batch_id=THEIRS, record_id=150)
    speak(stage)
    ((item,),) = stage.run("app", "SELECT records_own_item(%s, 150)", stage.facts.wang)
    return item is not None
