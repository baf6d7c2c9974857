"""Attempts on batches as the ways in enter them, and on withdrawals; True means that it got through."""

from typing import Any

from tests.people import OTHER
from tests.system.attacks import Attack
from tests.system.oneself import speak_oneself
from tests.system.speaking import THEIRS, furnish, speak
from tests.system.stage import CHANGED, SHOWN, Stage, batch, entry

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


CLOSING = 7302


def _withdraw_shown(stage: Stage, **changes: Any) -> None:
    """Withdraw the shown record as its own provider, in a batch of its own."""
    stage.insert("intake", "records_batch", batch(stage.facts, CLOSING))
    day = stage.facts.today
    closing = {
        "record_id": SHOWN,
        "version": 2,
        "state": "withdrawn",
        "shown_from": day,
        "shown_until": day,
        "commitment": None,
    }
    stage.write(batch=CLOSING, batch_id=CLOSING, **{**closing, **changes})


def withdraw_silently(stage: Stage) -> bool:
    """Withdraw a record past all code; true when nothing tells of it."""
    _withdraw_shown(stage)
    return not stage.run("owner", "SELECT FROM ground_event WHERE reference = %s", f"batch:{CLOSING}")


def _told(stage: Stage, number: int, what: str = "batch") -> bool:
    stage.run("intake", "SELECT sharing_recall_batch(%s, %s, now(), current_date, false)", number, what)
    return bool(stage.run("owner", "SELECT FROM sharing_recall WHERE reference = %s", f"{what}:{number}"))


def tell_of_what_stands(stage: Stage) -> bool:
    """Tell of a record that a batch changed, as if it had been withdrawn."""
    stage.insert("owner", "ground_access_entry", entry(stage.facts, record_ids=[CHANGED], versions=[1]))
    return _told(stage, stage.facts.batch)


def tell_of_a_withdrawal_as_a_correction(stage: Stage) -> bool:
    _withdraw_shown(stage)
    return _told(stage, CLOSING, "changed")


def tell_a_person_who_read_their_own(stage: Stage) -> bool:
    """Tell whoever is no organisation, and will never acknowledge."""
    _withdraw_shown(stage)
    stage.run("owner", "ALTER TABLE ground_access_entry DISABLE TRIGGER access_entry_append_only")
    stage.run("owner", "UPDATE ground_access_entry SET organisation = '本人' WHERE %s = ANY(record_ids)", SHOWN)
    return _told(stage, CLOSING)


def sees_who_was_told_of_anothers(stage: Stage) -> bool:
    """Learn who was told of a change of a record that is somebody else's."""
    _withdraw_shown(stage)
    _told(stage, CLOSING)
    speak_oneself(stage, stage.facts.young)
    return bool(stage.run("app", "SELECT FROM sharing_own_recalls(%s)", SHOWN))


def tell_of_the_last_version(stage: Stage) -> bool:
    """Tell whoever read nothing but what came after: the record open again."""
    _withdraw_shown(stage)
    stage.run("owner", "ALTER TABLE ground_access_entry DISABLE TRIGGER access_entry_append_only")
    stage.run("owner", "UPDATE ground_access_entry SET versions = '{3}' WHERE %s = ANY(record_ids)", SHOWN)
    return _told(stage, CLOSING)


def tell_whoever_was_refused(stage: Stage) -> bool:
    _withdraw_shown(stage)
    stage.run("owner", "ALTER TABLE ground_access_entry DROP CONSTRAINT access_refusal_has_no_records")
    stage.run("owner", "ALTER TABLE ground_access_entry DISABLE TRIGGER access_entry_append_only")
    stage.run(
        "owner", "UPDATE ground_access_entry SET outcome = 'refused', reason = 'x' WHERE %s = ANY(record_ids)", SHOWN
    )
    return _told(stage, CLOSING)


def tell_of_a_repair_as_a_correction(stage: Stage) -> bool:
    _withdraw_shown(stage, state="repaired")
    return _told(stage, CLOSING, "changed")


def tell_whoever_read(stage: Stage) -> bool:
    _withdraw_shown(stage)
    return _told(stage, CLOSING)
