"""Attempts on recalls of what moved, expired or is disputed; True means that somebody was told who shouldn't be, or nobody who should."""

from typing import Any

from tests.system.attacks import DAY
from tests.system.stage import CHANGED, EXPIRED, SHOWN, Stage, entry
from tests.system.transferring import FIRST_STEP, MOVE, moved

ENTRY = "ground_access_entry"


def _read(stage: Stage, record: int, **changes: Any) -> None:
    stage.insert("owner", ENTRY, entry(stage.facts, record_ids=[record], versions=[1], **changes))


def _rewrite_entries(stage: Stage, change: str) -> None:
    stage.run("owner", "SET CONSTRAINTS ALL IMMEDIATE")
    stage.run("owner", f"ALTER TABLE {ENTRY} DROP CONSTRAINT access_refusal_has_no_records")
    stage.run("owner", f"ALTER TABLE {ENTRY} DISABLE TRIGGER access_entry_append_only")
    stage.run("owner", f"UPDATE {ENTRY} SET {change} WHERE cardinality(record_ids) > 0")


REFUSED, PERSON = "outcome = 'refused', reason = 'x'", "organisation = '本人'"


def _told(stage: Stage, reference: str) -> bool:
    return bool(stage.run("owner", "SELECT FROM sharing_recall WHERE reference = %s", reference))


def _take(stage: Stage) -> None:
    """Say that the shown record left Wang with the stage's step."""
    facts = stage.facts
    row = {
        "step_id": FIRST_STEP, "record_id": SHOWN, "batch_id": facts.batch, "row_number": 900, "copied_subject": facts.wang,
        "copied_version": 1, "from_subject": facts.wang, "from_version": 2, "into_subject": facts.young, "into_version": 1,
        "state": "active", "outcome": "moved",
    }  # fmt: skip
    stage.insert("owner", MOVE, row)


def _tell_move(stage: Stage) -> bool:
    stage.run("intake", "SELECT sharing_recall_moved(%s, now(), current_date, false)", FIRST_STEP)
    return _told(stage, f"moved:{FIRST_STEP}")


def move_silently(stage: Stage) -> bool:
    """Take a record to another person past all code; true when nothing tells of it."""
    moved(stage)
    return not stage.run("owner", "SELECT FROM ground_event WHERE reference = %s", f"moved:{FIRST_STEP}")


def tell_of_a_move(stage: Stage) -> bool:
    _take(stage)
    return _tell_move(stage)


def tell_whoever_read_after_the_move(stage: Stage) -> bool:
    _rewrite_entries(stage, "versions = '{3}'")
    return tell_of_a_move(stage)


def tell_whoever_was_refused_of_a_move(stage: Stage) -> bool:
    _rewrite_entries(stage, REFUSED)
    return tell_of_a_move(stage)


def tell_a_person_of_a_move(stage: Stage) -> bool:
    _rewrite_entries(stage, PERSON)
    return tell_of_a_move(stage)


def _tell_expiry(stage: Stage, days: int = 0) -> bool:
    day = stage.facts.today + days * DAY
    stage.run("intake", "SELECT sharing_recall_expired(%s, now(), current_date, false)", day)
    return _told(stage, f"expired:{day}")


def tell_of_an_expiry(stage: Stage) -> bool:
    _read(stage, EXPIRED)
    return _tell_expiry(stage)


def tell_of_what_shows(stage: Stage) -> bool:
    """Nothing that anybody read ends today."""
    return _tell_expiry(stage)


def tell_of_what_will_expire(stage: Stage) -> bool:
    return _tell_expiry(stage, 265)


def tell_of_an_old_version(stage: Stage) -> bool:
    """The first version of a corrected record would have ended today: who read that was told of the correction."""
    _read(stage, CHANGED)
    stage.run("owner", "ALTER TABLE records_version DISABLE TRIGGER version_append_only")
    stage.run(
        "owner", "UPDATE records_version SET shown_until = %s WHERE record_id = %s AND version = 1", stage.facts.today, CHANGED
    )  # fmt: skip
    return _tell_expiry(stage)


def tell_whoever_was_refused_of_expiry(stage: Stage) -> bool:
    _read(stage, EXPIRED)
    _rewrite_entries(stage, REFUSED)
    return _tell_expiry(stage)


def _mark(stage: Stage, what: str) -> bool:
    query = "SELECT sharing_recall_marked(%s, 9, %s, %s, now(), current_date, false)"
    stage.run("intake", query, what, stage.facts.wang, SHOWN)
    return _told(stage, f"{what}:9")


def tell_of_a_dispute(stage: Stage) -> bool:
    return _mark(stage, "disputed") and _mark(stage, "dispute-ended")


def mark_as_something_else(stage: Stage) -> bool:
    """Tell of a withdrawal that nobody made."""
    return _mark(stage, "batch")


def mark_for_whoever_was_refused(stage: Stage) -> bool:
    _rewrite_entries(stage, REFUSED)
    return _mark(stage, "disputed")


def mark_for_a_person(stage: Stage) -> bool:
    _rewrite_entries(stage, PERSON)
    return _mark(stage, "disputed")


def expire_for_a_person(stage: Stage) -> bool:
    _read(stage, EXPIRED)
    _rewrite_entries(stage, PERSON)
    return _tell_expiry(stage)


def announce_twice(stage: Stage) -> bool:
    """Announce a day's end of showing a second time."""
    query = "SELECT sharing_announce_expiry(%s, now())"
    assert stage.run("intake", query, stage.facts.today) == [(1,)]
    return stage.run("intake", query, stage.facts.today) != [(0,)]
